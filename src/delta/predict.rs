// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! What the value of a row is likely to be, from values that are known before it: `docs/format.md`,
//! "Predictors".

use super::align::RowMap;
use super::arithmetic::{offset, scale};
use super::classes::NO_SIBLING;
use super::loads::LoadReferences;
use crate::error::{Result, corrupt};

/// What a value is predicted from. The numbers are those of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Predictor {
    /// Nothing.
    None = 0,
    /// The same row of the base.
    Temporal = 1,
    /// The element before it in the block; arrays that are not columns only.
    Previous = 2,
    /// The same row of another column.
    Cross = 3,
    /// The sibling of the row.
    Sibling = 4,
    /// The base, moved as far as the sibling moved.
    TemporalSibling = 5,
    /// The base, scaled as the sibling was scaled.
    TemporalSiblingScale = 6,
    /// The other column, as far away as in the base.
    CrossTemporal = 7,
    /// The other column, in the same ratio as in the base.
    CrossTemporalScale = 8,
    /// The other column, as far away as at the sibling.
    CrossSibling = 9,
    /// The timing graph.
    Graph = 10,
    /// The delay table of the arc, for the load in the base.
    LoadTemporal = 11,
    /// The same for the load of the sibling.
    LoadSibling = 12,
    /// The same for the load of the sibling, in the ratio of the two in the base.
    LoadTemporalSibling = 13,
    /// The same for the load in another column.
    LoadCross = 14,
    /// The same for the load in another column, in the ratio of the two in the base.
    LoadCrossTemporal = 15,
    /// The same for the load in another column, in the ratio of the two at the sibling.
    LoadCrossSibling = 16,
    /// The timing graph, as far from it as the value of the base was from the graph of the base.
    GraphTemporal = 17,
}

impl Predictor {
    pub fn from_code(code: u8) -> Result<Self> {
        Ok(match code {
            0 => Self::None,
            1 => Self::Temporal,
            2 => Self::Previous,
            3 => Self::Cross,
            4 => Self::Sibling,
            5 => Self::TemporalSibling,
            6 => Self::TemporalSiblingScale,
            7 => Self::CrossTemporal,
            8 => Self::CrossTemporalScale,
            9 => Self::CrossSibling,
            10 => Self::Graph,
            11 => Self::LoadTemporal,
            12 => Self::LoadSibling,
            13 => Self::LoadTemporalSibling,
            14 => Self::LoadCross,
            15 => Self::LoadCrossTemporal,
            16 => Self::LoadCrossSibling,
            17 => Self::GraphTemporal,
            _ => return Err(corrupt(format!("Predictor {code} is not known."))),
        })
    }

    /// What takes its place for a row whose load is not known; `None` for one that is not about loads.
    pub fn without_load(self) -> Option<Self> {
        Some(match self {
            Self::LoadTemporal => Self::Temporal,
            Self::LoadSibling => Self::Sibling,
            Self::LoadTemporalSibling => Self::TemporalSibling,
            Self::LoadCross => Self::Cross,
            Self::LoadCrossTemporal => Self::CrossTemporal,
            Self::LoadCrossSibling => Self::CrossSibling,
            _ => return None,
        })
    }

    /// Whether it needs the column in the base.
    pub fn uses_base(self) -> bool {
        matches!(
            self.without_load().unwrap_or(self),
            Self::Temporal
                | Self::TemporalSibling
                | Self::TemporalSiblingScale
                | Self::CrossTemporal
                | Self::CrossTemporalScale
                | Self::GraphTemporal
        )
    }

    /// Whether it needs another column of the stage.
    pub fn uses_cross(self) -> bool {
        matches!(
            self.without_load().unwrap_or(self),
            Self::Cross | Self::CrossTemporal | Self::CrossTemporalScale | Self::CrossSibling
        )
    }

    /// Whether it needs that other column in the base.
    pub fn uses_cross_in_base(self) -> bool {
        matches!(
            self.without_load().unwrap_or(self),
            Self::CrossTemporal | Self::CrossTemporalScale
        )
    }

    /// Whether it needs the sibling of the row.
    pub fn uses_sibling(self) -> bool {
        matches!(
            self.without_load().unwrap_or(self),
            Self::Sibling | Self::TemporalSibling | Self::TemporalSiblingScale | Self::CrossSibling
        )
    }

    /// The prediction is a value as it is, not calculated.
    pub fn is_simple(self) -> bool {
        matches!(self, Self::None | Self::Temporal | Self::Cross | Self::Sibling)
    }

    /// The words for it in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Temporal => "temporal",
            Self::Previous => "previous",
            Self::Cross => "cross",
            Self::Sibling => "sibling",
            Self::TemporalSibling => "temporal sibling",
            Self::TemporalSiblingScale => "temporal sibling scale",
            Self::CrossTemporal => "cross temporal",
            Self::CrossTemporalScale => "cross temporal scale",
            Self::CrossSibling => "cross sibling",
            Self::Graph => "graph",
            Self::LoadTemporal => "load temporal",
            Self::LoadSibling => "load sibling",
            Self::LoadTemporalSibling => "load temporal sibling",
            Self::LoadCross => "load cross",
            Self::LoadCrossTemporal => "load cross temporal",
            Self::LoadCrossSibling => "load cross sibling",
            Self::GraphTemporal => "graph temporal",
        }
    }
}

/// Evaluate `$body` with `$known` for `$predictor`: a loop in it is compiled for each of the predictors that
/// calculate, instead of asking in every row which it is.
macro_rules! for_predictor {
    ($predictor:expr, $known:ident => $body:expr) => {
        for_predictor!(
            $predictor, $known => $body,
            None Temporal Cross Sibling TemporalSibling TemporalSiblingScale CrossTemporal
            CrossTemporalScale CrossSibling Graph GraphTemporal
        )
    };
    ($predictor:expr, $known:ident => $body:expr, $($name:ident)*) => {
        match $predictor {
            $($crate::delta::Predictor::$name => {
                let $known = $crate::delta::Predictor::$name;
                $body
            })*
            $known => $body,
        }
    };
}
pub(crate) use for_predictor;

/// The values of the base for the rows of the stage.
#[derive(Clone, Copy)]
pub(crate) struct BaseValues<'a> {
    pub values: &'a [u32],
    pub map: &'a RowMap,
}

impl BaseValues<'_> {
    /// The value of the base for a row of the stage.
    pub fn get(&self, row: u32) -> Option<u32> {
        self.values.get(self.map.get(row as usize)? as usize).copied()
    }
}

/// What is known when a column is coded.
#[derive(Clone, Copy)]
pub(crate) struct References<'a> {
    /// The column in the base.
    pub temporal: Option<BaseValues<'a>>,
    /// Another column of the stage.
    pub cross: Option<&'a [u32]>,
    /// That other column in the base.
    pub cross_temporal: Option<BaseValues<'a>>,
    /// By row: its sibling.
    pub sibling: &'a [u32],
    /// The loads that the delays of a column tell of.
    pub loads: Option<LoadReferences<'a>>,
    /// What the graph expected of the column in the base, by its rows.
    pub expected: Option<&'a [Option<u32>]>,
}

/// What the graph expects, shifted from what it expected of a value of the base to that value.
pub(crate) fn shifted(expected: u32, shift: Option<(u32, u32)>) -> u32 {
    shift.and_then(|(value, before)| offset(expected, value, before)).unwrap_or(expected)
}

impl References<'_> {
    /// The predictors that these references allow, simple ones first.
    pub fn predictors(&self, has_siblings: bool) -> Vec<Predictor> {
        let (temporal, cross) = (self.temporal.is_some(), self.cross.is_some());
        let all = temporal && cross && self.cross_temporal.is_some();
        let mut list = vec![Predictor::None];
        let mut add = |allowed, predictors: &[Predictor]| {
            if allowed {
                list.extend_from_slice(predictors);
            }
        };
        add(temporal, &[Predictor::Temporal]);
        add(cross, &[Predictor::Cross]);
        add(all, &[Predictor::CrossTemporal, Predictor::CrossTemporalScale]);
        add(has_siblings, &[Predictor::Sibling]);
        add(
            has_siblings && temporal,
            &[Predictor::TemporalSibling, Predictor::TemporalSiblingScale],
        );
        add(has_siblings && cross, &[Predictor::CrossSibling]);
        list
    }

    /// Whether loads tell of some of the rows.
    pub fn knows_loads(&self, rows: &[u32]) -> bool {
        self.loads.as_ref().is_some_and(|loads| rows.iter().any(|row| loads.own.knows(*row)))
    }

    /// The predictors by loads that these references allow.
    pub fn load_predictors(&self, has_siblings: bool) -> Vec<Predictor> {
        let plain = self.predictors(has_siblings);
        let all = [
            Predictor::LoadTemporal,
            Predictor::LoadSibling,
            Predictor::LoadTemporalSibling,
            Predictor::LoadCross,
            Predictor::LoadCrossTemporal,
            Predictor::LoadCrossSibling,
        ];
        let known = |load: &Predictor| load.without_load().is_some_and(|p| plain.contains(&p));
        all.into_iter().filter(|load| self.loads.is_some() && known(load)).collect()
    }

    /// Whether a prediction may look at the sibling of its row, which takes the place of what is lacking.
    pub fn may_need_sibling(&self, predictor: Predictor) -> bool {
        let knows_base = self.temporal.is_some_and(|base| matches!(base.map, RowMap::Identity));
        let is_known = predictor == Predictor::None
            || predictor.uses_cross() && self.cross.is_some()
            || predictor.uses_base() && knows_base;
        predictor.uses_sibling() || !is_known
    }

    /// The value of the base and what the graph expected of it.
    #[inline(always)]
    pub fn shift(&self, row: u32) -> Option<(u32, u32)> {
        let base = self.temporal?;
        let row = base.map.get(row as usize)? as usize;
        let expected = *self.expected?.get(row)?;
        Some((*base.values.get(row)?, expected?))
    }

    /// The prediction for `row`, where `values` holds those of the rows coded before. A row that lacks
    /// what the predictor needs is predicted from what it has of that. Inlined into loops that know the
    /// predictor: see `for_predictor`.
    #[inline(always)]
    pub fn predict(&self, predictor: Predictor, row: u32, values: &[u32]) -> u32 {
        let Some(otherwise) = predictor.without_load() else {
            return self.predict_plainly(predictor, row, values);
        };
        let sibling = self.sibling.get(row as usize).copied().unwrap_or(NO_SIBLING);
        let by_load = self.loads.as_ref();
        let by_load = by_load.and_then(|loads| loads.predict(predictor, row, sibling, values));
        match by_load {
            Some(prediction) => prediction,
            None => self.predict_plainly(otherwise, row, values),
        }
    }

    #[inline(always)]
    fn predict_plainly(&self, predictor: Predictor, row: u32, values: &[u32]) -> u32 {
        let of_base = |base: Option<BaseValues<'_>>, row| base.and_then(|base| base.get(row));
        let temporal = |row| match predictor.uses_base() {
            true => of_base(self.temporal, row),
            false => None,
        };
        let cross = |row: u32| match predictor.uses_cross() {
            true => self.cross.and_then(|cross| cross.get(row as usize)).copied(),
            false => None,
        };
        let sibling_row = self.sibling.get(row as usize).copied().unwrap_or(NO_SIBLING);
        let sibling = || values.get(sibling_row as usize).copied();
        let (base, known) = (temporal(row), cross(row));
        let compound = match predictor {
            Predictor::TemporalSibling => compound(offset, base, sibling(), temporal(sibling_row)),
            Predictor::TemporalSiblingScale => {
                compound(scale, base, sibling(), temporal(sibling_row))
            }
            Predictor::CrossTemporal => {
                compound(offset, known, base, of_base(self.cross_temporal, row))
            }
            Predictor::CrossTemporalScale => {
                compound(scale, known, base, of_base(self.cross_temporal, row))
            }
            Predictor::CrossSibling => compound(offset, known, sibling(), cross(sibling_row)),
            _ => None,
        };
        compound.or(known).or(base).or_else(sibling).unwrap_or(0)
    }
}

#[inline(always)]
fn compound(
    operation: impl Fn(u32, u32, u32) -> Option<u32>,
    a: Option<u32>,
    b: Option<u32>,
    c: Option<u32>,
) -> Option<u32> {
    operation(a?, b?, c?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Predictor; 18] = [
        Predictor::None,
        Predictor::Temporal,
        Predictor::Previous,
        Predictor::Cross,
        Predictor::Sibling,
        Predictor::TemporalSibling,
        Predictor::TemporalSiblingScale,
        Predictor::CrossTemporal,
        Predictor::CrossTemporalScale,
        Predictor::CrossSibling,
        Predictor::Graph,
        Predictor::LoadTemporal,
        Predictor::LoadSibling,
        Predictor::LoadTemporalSibling,
        Predictor::LoadCross,
        Predictor::LoadCrossTemporal,
        Predictor::LoadCrossSibling,
        Predictor::GraphTemporal,
    ];

    #[test]
    fn numbers_are_those_of_files() {
        for (code, predictor) in ALL.into_iter().enumerate() {
            assert_eq!(Predictor::from_code(code as u8).unwrap(), predictor);
            assert!(ALL.iter().filter(|other| other.name() == predictor.name()).count() == 1);
        }
        assert!(Predictor::from_code(ALL.len() as u8).is_err());
    }

    #[test]
    fn compounds_use_all_that_is_known_and_fall_back() {
        let value = |x: f32| x.to_bits();
        let base = [value(1.0), value(2.0)];
        let cross = [value(1.5), value(2.75)];
        let cross_base = [value(1.25), value(2.25)];
        let map = RowMap::Identity;
        let references = References {
            temporal: Some(BaseValues { values: &base, map: &map }),
            cross: Some(&cross),
            cross_temporal: Some(BaseValues { values: &cross_base, map: &map }),
            sibling: &[NO_SIBLING, 0],
            loads: None,
            expected: None,
        };
        let values = [value(1.125), 0];
        let predict = |predictor, row| f32::from_bits(references.predict(predictor, row, &values));
        assert_eq!(predict(Predictor::Temporal, 1), 2.0);
        assert_eq!(predict(Predictor::Cross, 1), 2.75);
        assert_eq!(predict(Predictor::Sibling, 1), 1.125);
        assert_eq!(predict(Predictor::TemporalSibling, 1), 2.0 + 0.125);
        assert_eq!(predict(Predictor::TemporalSiblingScale, 1), 2.0 * 1.125);
        assert_eq!(predict(Predictor::CrossTemporal, 1), 2.75 + (2.0 - 2.25));
        assert_eq!(predict(Predictor::CrossTemporalScale, 1), 2.75f32 * (2.0 / 2.25f32));
        assert_eq!(predict(Predictor::CrossSibling, 1), 2.75 + (1.125 - 1.5));
        assert_eq!(predict(Predictor::TemporalSibling, 0), 1.0, "no sibling");
        assert_eq!(predict(Predictor::CrossSibling, 0), 1.5, "no sibling");
        assert_eq!(references.predictors(true).len(), 9);
        assert_eq!(predict(Predictor::LoadCrossSibling, 1), 2.75 + (1.125 - 1.5), "no loads");
        assert_eq!(references.load_predictors(true), []);
        let nothing = References {
            temporal: None,
            cross: None,
            cross_temporal: None,
            sibling: &[],
            loads: None,
            expected: None,
        };
        assert_eq!(nothing.predictors(false), [Predictor::None]);
        for predictor in ALL {
            assert_eq!(nothing.predict(predictor, 7, &[]), 0);
        }
    }
}
