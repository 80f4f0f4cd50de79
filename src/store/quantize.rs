// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The columns that are stored in place of the engine's, within the tolerance of the stage. All that
//! comes after works on them and is lossless.
//!
//! Of the values that the tolerance allows, those are taken that cost little: the one of the base, of
//! the column that this one is predicted from, or the prediction of the graph.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::sources::{
    Column, ColumnBase, ColumnSource, cross_key, delay_key, other_transition, times,
};
use super::topology::Topology;
use crate::delta::{BaseValues, Delays, Tolerance, choose, slack};
use crate::error::Result;
use crate::model::{MinMax, StreamKey, StreamKind, Transition};

type Columns = BTreeMap<StreamKey, Column>;

/// Makes the columns of a stage.
pub(super) struct Quantizer<'a> {
    pub base: Option<&'a ColumnBase>,
    pub topology: &'a Topology,
    /// Seconds; 0 keeps every bit.
    pub tolerance: f64,
    /// As for the encoder: most values may be those of the base.
    pub is_still: bool,
}

impl Quantizer<'_> {
    /// What is stored for the columns that the engine has.
    pub fn run(&self, engine: Columns) -> Result<Columns> {
        if self.tolerance_of(StreamKind::Delay).is_exact() {
            return Ok(engine);
        }
        // A tolerance is one of seconds, which the other planes are not.
        let is_mean = |key: &&StreamKey| key.plane == 0;
        let mut keys: Vec<StreamKey> = engine.keys().filter(is_mean).copied().collect();
        // Max before min and the first scene before the others: these are predicted from those.
        keys.sort_unstable_by_key(|key| (key.scene, key.min_max == MinMax::Min, *key));
        let in_order = |kind| {
            let mut stored = Columns::new();
            for key in keys.iter().copied().filter(|key| key.kind == kind) {
                let column = match kind {
                    StreamKind::Delay => self.delays(key, &engine, &stored)?,
                    _ => self.plain(key, &engine, &stored)?,
                };
                stored.insert(key, column);
            }
            Ok(stored)
        };
        let (slews, delays): (Result<Columns>, Result<Columns>) =
            rayon::join(|| in_order(StreamKind::Slew), || in_order(StreamKind::Delay));
        let mut stored = slews?;
        stored.extend(delays?);
        for kinds in [&[StreamKind::Arrival, StreamKind::Required][..], &[StreamKind::Slack]] {
            let keys = keys.par_iter().filter(|key| kinds.contains(&key.kind));
            let columns = keys.map(|key| self.times(*key, &engine, &stored));
            let columns: Vec<Vec<_>> = columns.collect::<Result<_>>()?;
            stored.extend(columns.into_iter().flatten());
        }
        let is_kept = |key: &StreamKey| key.plane > 0 || key.kind.is_given();
        stored.extend(engine.into_iter().filter(|(key, _)| is_kept(key)));
        Ok(stored)
    }

    fn tolerance_of(&self, kind: StreamKind) -> Tolerance {
        Tolerance::new(kind, self.tolerance)
    }

    /// Delays so that times are near their sums, where the stage has times.
    fn delays(&self, key: StreamKey, engine: &Columns, stored: &Columns) -> Result<Column> {
        let known = Known::new(self, key, stored)?;
        let values = values(key, engine);
        let tolerance = self.tolerance_of(key.kind);
        let wanted = |row| known.wanted(row);
        let mut delays = Delays::new(tolerance, key.min_max, self.is_still, values, wanted);
        for kind in [StreamKind::Arrival, StreamKind::Required] {
            let rise = StreamKey { kind, transition: Transition::Rise, ..key };
            let pair = engine.get(&rise).zip(engine.get(&other_transition(rise)));
            if let Some(((rise, fall), times)) = pair.zip(times(rise)) {
                delays.settle(self.topology.graph(), times, [rise, fall]);
            }
        }
        Ok(Arc::new(delays.into_stored()))
    }

    /// A column of slacks, or of arrivals or required times; with the rising one of these that of the
    /// falling, as the graph mixes them.
    fn times(
        &self,
        key: StreamKey,
        engine: &Columns,
        stored: &Columns,
    ) -> Result<Vec<(StreamKey, Column)>> {
        let other = other_transition(key);
        let graph = (times(key), engine.get(&other), stored.get(&delay_key(key)));
        let (Some(times), Some(_), Some(delays)) = graph else {
            return Ok(vec![(key, self.plain(key, engine, stored)?)]);
        };
        if key.transition != Transition::Rise {
            return Ok(Vec::new());
        }
        let known = [Known::new(self, key, stored)?, Known::new(self, other, stored)?];
        let tolerance = self.tolerance_of(key.kind);
        let engine = [key, other].map(|key| values(key, engine));
        let mut chosen = engine.map(<[u32]>::to_vec);
        self.topology.graph().walk(times, key.min_max, delays, |node, prediction| {
            let (row, transition) = (node / 2, node as usize % 2);
            let value = engine[transition][row as usize];
            let near = |wanted| tolerance.near(value, wanted);
            let of_base = known[transition].of_base(row).and_then(near);
            let near = of_base.or(prediction.and_then(near));
            let near = near.unwrap_or_else(|| tolerance.nearest(value));
            chosen[transition][row as usize] = near;
            near
        });
        let [rise, fall] = chosen;
        Ok(vec![(key, Arc::new(rise)), (other, Arc::new(fall))])
    }

    /// A column of which every value is chosen by itself.
    fn plain(&self, key: StreamKey, engine: &Columns, stored: &Columns) -> Result<Column> {
        let known = Known::new(self, key, stored)?;
        let tolerance = self.tolerance_of(key.kind);
        Ok(Arc::new(choose(tolerance, values(key, engine), |row| known.wanted(row))))
    }
}

fn values(key: StreamKey, engine: &Columns) -> &[u32] {
    engine.get(&key).map_or(&[], |values| values)
}

/// Values that would cost little.
struct Known<'a> {
    /// The column in the base, where its values are likely to be those of the stage.
    base: Option<(Column, &'a ColumnBase)>,
    is_still: bool,
    key: StreamKey,
    /// The column that this one is predicted from.
    cross: Option<Column>,
    /// Arrivals and required times.
    times: Option<(Column, Column)>,
}

impl<'a> Known<'a> {
    fn new(quantizer: &Quantizer<'a>, key: StreamKey, stored: &Columns) -> Result<Self> {
        // Moved times are not worth a look at the base.
        let base = quantizer.base.filter(|_| quantizer.is_still || cross_is_known(key));
        let base = match base {
            Some(base) => base.column(key)?.map(|column| (column, base)),
            None => None,
        };
        let of_kind = |kind| stored.get(&StreamKey { kind, ..key }).cloned();
        let times = match key.kind {
            StreamKind::Slack => of_kind(StreamKind::Arrival).zip(of_kind(StreamKind::Required)),
            _ => None,
        };
        let cross = cross_key(key).and_then(|key| stored.get(&key)).cloned();
        Ok(Self { base, is_still: quantizer.is_still, key, cross, times })
    }

    /// The value of the same row of the base.
    fn of_base(&self, row: u32) -> Option<u32> {
        let (column, base) = self.base.as_ref()?;
        BaseValues { values: column, map: base.map(self.key.kind) }.get(row)
    }

    /// Values to take where the tolerance allows, best first.
    fn wanted(&self, row: u32) -> [Option<u32>; 2] {
        let of_row = |column: &Column| column.get(row as usize).copied();
        let of_stage = match &self.times {
            Some((arrivals, requireds)) => {
                let times = of_row(arrivals).zip(of_row(requireds));
                times.and_then(|(arrival, required)| slack(self.key.min_max, arrival, required))
            }
            None => self.cross.as_ref().and_then(of_row),
        };
        let of_base = self.of_base(row);
        if self.is_still { [of_base, of_stage] } else { [of_stage, of_base] }
    }
}

fn cross_is_known(key: StreamKey) -> bool {
    matches!(key.kind, StreamKind::Slew | StreamKind::Delay)
}
