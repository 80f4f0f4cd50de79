// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The columns that another one is predicted from, of the stage and of its base. Writing and reading go
//! through the same, so that they predict the same bits.

use std::sync::Arc;

use super::reader::Stage;
use super::scenes::SceneMap;
use super::topology::Topology;
use crate::delta::{
    Alignment, BaseValues, DelayTables, Grid, LoadReferences, Loads, Predictor, References, RowMap,
    Times, slack,
};
use crate::error::Result;
use crate::model::{MinMax, StreamKey, StreamKind, Transition};

/// A decoded column.
pub(super) type Column = Arc<Vec<u32>>;
/// The loads that the delays of a column tell of, by arc.
pub(super) type ColumnLoads = Arc<Vec<f64>>;

/// What the graph expects of two columns of times, rising and falling; nothing where it is silent.
pub(super) type Expected = [Vec<Option<u32>>; 2];

/// Where columns come from: the capture that is written, or a stage that is read.
pub(super) trait ColumnSource: Sync {
    /// The column, if there is one.
    fn column(&self, key: StreamKey) -> Result<Option<Column>>;

    /// The loads that a column of delays tells of, if there are delay tables.
    fn loads(&self, key: StreamKey) -> Result<Option<ColumnLoads>>;

    /// What the graph expects of a column of times and that of the other transition, if both are there.
    fn expected(&self, key: StreamKey) -> Result<Option<Expected>>;
}

/// The loads that a column of delays of `own` tells of.
pub(super) fn column_loads(
    own: &dyn ColumnSource,
    key: StreamKey,
    topology: &Topology,
    tables: &DelayTables,
) -> Result<Option<ColumnLoads>> {
    if tables.is_empty() || key.plane > 0 {
        return Ok(None);
    }
    let (Some(delays), Some([rise, fall])) = (own.column(key)?, slews(key, own)?) else {
        return Ok(None);
    };
    let types = topology.arc_types();
    let surfaces = tables.surfaces(key.scene);
    let loads = Loads { surfaces, types, slews: [&rise, &fall] };
    Ok(Some(Arc::new(loads.column(&delays))))
}

/// What the graph expects of a column of times of `own` and that of the other transition.
pub(super) fn expected(
    own: &dyn ColumnSource,
    key: StreamKey,
    topology: &Topology,
) -> Result<Option<Expected>> {
    let column = |transition| own.column(StreamKey { transition, ..key });
    let Some(times) = times(key) else { return Ok(None) };
    let (Some(delays), Some(rise), Some(fall)) =
        (own.column(delay_key(key))?, column(Transition::Rise)?, column(Transition::Fall)?)
    else {
        return Ok(None);
    };
    let mut expected = [vec![None; rise.len()], vec![None; fall.len()]];
    topology.graph().walk(times, key.min_max, &delays, |node, prediction| {
        let (row, transition) = (node as usize / 2, node as usize % 2);
        expected[transition][row] = prediction;
        [&rise, &fall][transition][row]
    });
    Ok(Some(expected))
}

/// The slews that the delays of a column depend on.
pub(super) fn slews(key: StreamKey, own: &dyn ColumnSource) -> Result<Option<[Column; 2]>> {
    let slew = |transition| own.column(StreamKey { kind: StreamKind::Slew, transition, ..key });
    let rise = slew(Transition::Rise)?;
    Ok(rise.zip(slew(Transition::Fall)?).map(|(rise, fall)| [rise, fall]))
}

/// The base of a stage, whose columns it gives for the scenes of the stage.
#[derive(Clone)]
pub(super) struct ColumnBase {
    pub stage: Arc<Stage>,
    /// Its rows for those of the stage; `None` where they are the same.
    pub alignment: Option<Arc<Alignment>>,
    pub scenes: SceneMap,
}

impl ColumnSource for ColumnBase {
    fn column(&self, key: StreamKey) -> Result<Option<Column>> {
        self.scenes.key(key).map_or(Ok(None), |key| self.stage.column(key))
    }

    fn loads(&self, key: StreamKey) -> Result<Option<ColumnLoads>> {
        self.scenes.key(key).map_or(Ok(None), |key| self.stage.loads(key))
    }

    fn expected(&self, key: StreamKey) -> Result<Option<Expected>> {
        self.scenes.key(key).map_or(Ok(None), |key| self.stage.expected(key))
    }
}

impl ColumnBase {
    pub fn map(&self, kind: StreamKind) -> &RowMap {
        match &self.alignment {
            None => &RowMap::Identity,
            Some(alignment) if kind.is_arc_column() => &alignment.arcs,
            Some(alignment) => &alignment.vertices,
        }
    }
}

/// The columns that another one is predicted from.
pub(super) struct Loaded {
    temporal: Option<Column>,
    cross: Option<Column>,
    cross_temporal: Option<Column>,
    slews: Option<[Column; 2]>,
    /// Loads of the column itself, if they are known beforehand.
    load_known: Option<ColumnLoads>,
    /// Loads of the base, of the other column, and of that in the base.
    load: Option<ColumnLoads>,
    load_cross: Option<ColumnLoads>,
    load_cross_temporal: Option<ColumnLoads>,
}

impl Loaded {
    /// Load what the `predictors` need, where it is there.
    pub fn new(
        key: StreamKey,
        predictors: &[Predictor],
        own: &dyn ColumnSource,
        base: Option<&ColumnBase>,
    ) -> Result<Self> {
        let own = Some(own);
        let base = base.map(|base| base as &dyn ColumnSource);
        let cross = cross_key(key);
        let wanted = |needs: fn(Predictor) -> bool| predictors.iter().any(|p| needs(*p));
        let column = |wanted: bool, source: Option<&dyn ColumnSource>, key: Option<StreamKey>| {
            let found = source.zip(key).filter(|_| wanted);
            found.map_or(Ok(None), |(source, key)| source.column(key))
        };
        // Only means of delays tell of loads; other columns are coded without them.
        let by_load = |predictor: &&Predictor| {
            key.kind == StreamKind::Delay && key.plane == 0 && predictor.without_load().is_some()
        };
        let loads = |needs: fn(Predictor) -> bool, source: Option<&dyn ColumnSource>, key| {
            let wanted = predictors.iter().filter(by_load).any(|p| needs(*p));
            let found = source.zip(key).filter(|_| wanted);
            found.map_or(Ok(None), |(source, key): (_, StreamKey)| source.loads(key))
        };
        let slews = own.filter(|_| predictors.iter().any(|p| by_load(&p)));
        let (uses_base, uses_cross) = (Predictor::uses_base, Predictor::uses_cross);
        let uses_cross_in_base = Predictor::uses_cross_in_base;
        Ok(Self {
            temporal: column(wanted(uses_base), base, Some(key))?,
            cross: column(wanted(uses_cross), own, cross)?,
            cross_temporal: column(wanted(uses_cross_in_base), base, cross)?,
            slews: slews.map_or(Ok(None), |own| self::slews(key, own))?,
            load_known: None,
            load: loads(uses_base, base, Some(key))?,
            load_cross: loads(uses_cross, own, cross)?,
            load_cross_temporal: loads(uses_cross_in_base, base, cross)?,
        })
    }

    /// The same for a column of delays that `own` has.
    pub fn with_own_loads(self, key: StreamKey, own: &dyn ColumnSource) -> Result<Self> {
        let load_known = self.slews.as_ref().map_or(Ok(None), |_| own.loads(key))?;
        Ok(Self { load_known, ..self })
    }

    pub fn references<'a>(
        &'a self,
        key: StreamKey,
        topology: &'a Topology,
        tables: &'a DelayTables,
        map: &'a RowMap,
        expected: Option<&'a [Option<u32>]>,
    ) -> References<'a> {
        let in_base =
            |column: &'a Option<Column>| column.as_ref().map(|values| BaseValues { values, map });
        let loads = |loads: &'a Option<ColumnLoads>| loads.as_deref().map(Vec::as_slice);
        let by_load = self.slews.as_ref().map(|[rise, fall]| LoadReferences {
            own: Loads {
                surfaces: tables.surfaces(key.scene),
                types: topology.arc_types(),
                slews: [rise, fall],
            },
            known: loads(&self.load_known),
            temporal: loads(&self.load).map(|loads| (loads, map)),
            cross: loads(&self.load_cross),
            cross_temporal: loads(&self.load_cross_temporal).map(|loads| (loads, map)),
        });
        References {
            temporal: in_base(&self.temporal),
            cross: self.cross.as_deref().map(Vec::as_slice),
            cross_temporal: in_base(&self.cross_temporal),
            sibling: &topology.classes(key.kind).sibling,
            loads: by_load,
            expected,
        }
    }
}

/// The column that another one is likely to agree with: max for min, the first scene for the others.
/// Arrivals, required times and slacks have the graph.
pub(super) fn cross_key(key: StreamKey) -> Option<StreamKey> {
    match key.kind {
        StreamKind::Slew | StreamKind::Delay if key.min_max == MinMax::Min => {
            Some(StreamKey { min_max: MinMax::Max, ..key })
        }
        StreamKind::Slew | StreamKind::Delay if key.scene > 0 => {
            Some(StreamKey { scene: 0, ..key })
        }
        // The graph is that of the means.
        kind if kind.is_float_column() && key.plane > 0 && key.min_max == MinMax::Min => {
            Some(StreamKey { min_max: MinMax::Max, ..key })
        }
        _ => None,
    }
}

/// What residuals of a column are counted in: steps of the tolerance, which is one of means.
pub(super) fn grid(key: StreamKey, tolerance: f64) -> Grid {
    Grid::new(key.kind, if key.plane == 0 { tolerance } else { 0.0 })
}

/// Whether the graph of time goes through a column, and which way.
pub(super) fn times(key: StreamKey) -> Option<Times> {
    match key.kind {
        _ if key.plane > 0 => None,
        StreamKind::Arrival => Some(Times::Arrivals),
        StreamKind::Required => Some(Times::Requireds),
        _ => None,
    }
}

pub(super) fn other_transition(key: StreamKey) -> StreamKey {
    let transition = match key.transition {
        Transition::Rise => Transition::Fall,
        Transition::Fall => Transition::Rise,
        Transition::None => Transition::None,
    };
    StreamKey { transition, ..key }
}

/// The key of the delays that arrivals and required times are made of.
pub(super) fn delay_key(key: StreamKey) -> StreamKey {
    StreamKey { kind: StreamKind::Delay, transition: Transition::None, ..key }
}

/// Slacks as required time and arrival give them.
pub(super) fn slacks(key: StreamKey, own: &dyn ColumnSource) -> Result<Option<Vec<Option<u32>>>> {
    if key.kind != StreamKind::Slack || key.plane > 0 {
        return Ok(None);
    }
    let arrivals = own.column(StreamKey { kind: StreamKind::Arrival, ..key })?;
    let requireds = own.column(StreamKey { kind: StreamKind::Required, ..key })?;
    Ok(arrivals.zip(requireds).map(|(arrivals, requireds)| {
        let times = arrivals.iter().zip(requireds.iter());
        times.map(|(arrival, required)| slack(key.min_max, *arrival, *required)).collect()
    }))
}
