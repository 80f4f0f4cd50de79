// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Columns of floats, coded from one another and from the base, and decoded again. Both ways go through
//! the same references, so that they predict the same bits: `docs/format.md`, "Columns".

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use super::reader::Stage;
use super::writer::{EncodedStream, StageWriter, cost};
use crate::delta::{
    Alignment, ArcTypes, BaseValues, Classes, DelayTables, Graph, Grid, LoadReferences, Loads,
    Predictor, References, RowMap, Times, Tolerance, arc_classes, for_predictor, slack,
    vertex_classes,
};
use crate::error::{Result, corrupt};
use crate::format::{BlockEncoder, block_elements};
use crate::model::{MinMax, ObjectTable, StreamIndex, StreamKey, StreamKind, Transition, Width};

/// A decoded column.
pub(super) type Column = Arc<Vec<u32>>;
/// The loads that the delays of a column tell of, by arc.
pub(super) type ColumnLoads = Arc<Vec<f64>>;

/// Rows that a predictor is tried on, of a block.
const SAMPLE: usize = 2048;

/// What coding needs to know of the rows.
#[derive(Debug)]
pub(super) struct Topology {
    table: Arc<ObjectTable>,
    rows: Arc<Rows>,
    /// Made when there are delay tables.
    arc_types: OnceLock<ArcTypes>,
}

/// What does not depend on cells.
#[derive(Debug)]
struct Rows {
    arcs: Classes,
    vertices: Classes,
    plain: Classes,
    /// Made when a column of times is met.
    graph: OnceLock<Graph>,
}

impl Topology {
    pub fn new(table: Arc<ObjectTable>) -> Self {
        let rows = Rows {
            arcs: arc_classes(&table),
            vertices: vertex_classes(&table),
            plain: Classes::plain(table.vertex_count()),
            graph: OnceLock::new(),
        };
        Self { table, rows: Arc::new(rows), arc_types: OnceLock::new() }
    }

    /// The same for a table with the same rows and perhaps other cells.
    pub fn with_cells_of(&self, table: Arc<ObjectTable>) -> Self {
        Self { table, rows: self.rows.clone(), arc_types: OnceLock::new() }
    }

    pub fn table(&self) -> &ObjectTable {
        &self.table
    }

    pub fn arc_types(&self) -> &ArcTypes {
        self.arc_types.get_or_init(|| ArcTypes::new(&self.table))
    }

    pub fn graph(&self) -> &Graph {
        self.rows.graph.get_or_init(|| Graph::new(&self.table))
    }

    pub fn classes(&self, kind: StreamKind) -> &Classes {
        match kind {
            StreamKind::Delay => &self.rows.arcs,
            StreamKind::Slew => &self.rows.vertices,
            _ => &self.rows.plain,
        }
    }
}

/// Where columns come from: the capture that is written, or a stage that is read.
pub(super) trait ColumnSource: Sync {
    /// The column, if there is one.
    fn column(&self, key: StreamKey) -> Result<Option<Column>>;

    /// The loads that a column of delays tells of, if there are delay tables.
    fn loads(&self, key: StreamKey) -> Result<Option<ColumnLoads>>;
}

/// The loads that a column of delays of `own` tells of.
pub(super) fn column_loads(
    own: &dyn ColumnSource,
    key: StreamKey,
    topology: &Topology,
    tables: &DelayTables,
) -> Result<Option<ColumnLoads>> {
    if tables.is_empty() {
        return Ok(None);
    }
    let (Some(delays), Some([rise, fall])) = (own.column(key)?, slews(key, own)?) else {
        return Ok(None);
    };
    let types = topology.arc_types();
    let loads = Loads { tables, types, scene: key.scene, slews: [&rise, &fall] };
    Ok(Some(Arc::new(loads.column(&delays))))
}

/// The slews that the delays of a column depend on.
pub(super) fn slews(key: StreamKey, own: &dyn ColumnSource) -> Result<Option<[Column; 2]>> {
    let slew = |transition| own.column(StreamKey { kind: StreamKind::Slew, transition, ..key });
    let rise = slew(Transition::Rise)?;
    Ok(rise.zip(slew(Transition::Fall)?).map(|(rise, fall)| [rise, fall]))
}

/// The base of a stage and its rows for those of the stage; `None` where they are the same.
#[derive(Clone)]
pub(super) struct ColumnBase {
    pub stage: Arc<Stage>,
    pub alignment: Option<Arc<Alignment>>,
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
struct Loaded {
    temporal: Option<Column>,
    cross: Option<Column>,
    cross_temporal: Option<Column>,
    slews: Option<[Column; 2]>,
    /// Loads of the base, of the other column, and of that in the base.
    load: Option<ColumnLoads>,
    load_cross: Option<ColumnLoads>,
    load_cross_temporal: Option<ColumnLoads>,
}

impl Loaded {
    /// Load what the `predictors` need, where it is there.
    fn new(
        key: StreamKey,
        predictors: &[Predictor],
        own: &dyn ColumnSource,
        base: Option<&ColumnBase>,
    ) -> Result<Self> {
        let own = Some(own);
        let base = base.map(|base| &*base.stage as &dyn ColumnSource);
        let cross = cross_key(key);
        let wanted = |needs: fn(Predictor) -> bool| predictors.iter().any(|p| needs(*p));
        let column = |wanted: bool, source: Option<&dyn ColumnSource>, key: Option<StreamKey>| {
            let found = source.zip(key).filter(|_| wanted);
            found.map_or(Ok(None), |(source, key)| source.column(key))
        };
        let by_load = |predictor: Predictor| predictor.without_load().is_some();
        let loads = |needs: fn(Predictor) -> bool, source: Option<&dyn ColumnSource>, key| {
            let wanted = predictors.iter().any(|p| by_load(*p) && needs(*p));
            let found = source.zip(key).filter(|_| wanted);
            found.map_or(Ok(None), |(source, key): (_, StreamKey)| source.loads(key))
        };
        let is_delay = key.kind == StreamKind::Delay;
        let slews = own.filter(|_| is_delay && predictors.iter().any(|p| by_load(*p)));
        let (uses_base, uses_cross) = (Predictor::uses_base, Predictor::uses_cross);
        let uses_cross_in_base = Predictor::uses_cross_in_base;
        Ok(Self {
            temporal: column(wanted(uses_base), base, Some(key))?,
            cross: column(wanted(uses_cross), own, cross)?,
            cross_temporal: column(wanted(uses_cross_in_base), base, cross)?,
            slews: slews.map_or(Ok(None), |own| self::slews(key, own))?,
            load: loads(uses_base, base, Some(key))?,
            load_cross: loads(uses_cross, own, cross)?,
            load_cross_temporal: loads(uses_cross_in_base, base, cross)?,
        })
    }

    fn references<'a>(
        &'a self,
        key: StreamKey,
        topology: &'a Topology,
        tables: &'a DelayTables,
        map: &'a RowMap,
    ) -> References<'a> {
        let in_base =
            |column: &'a Option<Column>| column.as_ref().map(|values| BaseValues { values, map });
        let loads = |loads: &'a Option<ColumnLoads>| loads.as_deref().map(Vec::as_slice);
        let by_load = self.slews.as_ref().map(|[rise, fall]| LoadReferences {
            own: Loads {
                tables,
                types: topology.arc_types(),
                scene: key.scene,
                slews: [rise, fall],
            },
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
        _ => None,
    }
}

/// Columns in groups that threads can code at the same time without decoding the same columns of the
/// base, or of the stage, twice. In a group, what others are predicted from comes first.
pub(super) fn groups(keys: impl Iterator<Item = StreamKey>) -> Vec<Vec<StreamKey>> {
    let mut groups: BTreeMap<(StreamKind, u16, MinMax), Vec<StreamKey>> = BTreeMap::new();
    for key in keys {
        let group = match key.kind {
            StreamKind::Arrival | StreamKind::Required | StreamKind::Slack => {
                (key.kind, key.scene, key.min_max)
            }
            kind => (kind, 0, MinMax::Min),
        };
        groups.entry(group).or_default().push(key);
    }
    let mut groups: Vec<Vec<StreamKey>> = groups.into_values().collect();
    // Delays take longest, and so go first.
    groups.sort_by_key(|keys| keys.first().map(|key| std::cmp::Reverse(key.kind)));
    for keys in &mut groups {
        keys.sort_unstable_by_key(|key| (key.scene, key.min_max == MinMax::Min, *key));
    }
    groups
}

/// The same for a writer, which has all columns of the stage, and the delays of the base decoded.
fn encoder_groups(keys: impl Iterator<Item = StreamKey>) -> Vec<Vec<StreamKey>> {
    let apart = |keys: Vec<StreamKey>| {
        let mut parts: BTreeMap<(MinMax, Transition), Vec<StreamKey>> = BTreeMap::new();
        for key in keys {
            let part = match key.kind {
                StreamKind::Delay => (key.min_max, Transition::None),
                // Min and max are predicted from the same columns of the base.
                StreamKind::Slew => (MinMax::Min, key.transition),
                _ => (MinMax::Min, Transition::None),
            };
            parts.entry(part).or_default().push(key);
        }
        parts.into_values()
    };
    let mut groups: Vec<Vec<StreamKey>> = groups(keys).into_iter().flat_map(apart).collect();
    // Slacks take next to nothing.
    groups.sort_by_key(|keys| keys.first().map(|key| (key.kind == StreamKind::Slack) as u8));
    groups
}

/// Writes columns that `own` has.
pub(super) struct ColumnEncoder<'a> {
    pub own: &'a dyn ColumnSource,
    pub base: Option<&'a ColumnBase>,
    pub topology: &'a Topology,
    pub tables: &'a DelayTables,
    /// That of the stage; it says what residuals are counted in.
    pub tolerance: f64,
    /// Most delays are those of the base; so times may be, too. Else the graph knows them better, and
    /// those of the base need not be decoded.
    pub is_still: bool,
    /// Time counts for more than bytes: few predictors to choose from, small samples.
    pub is_quick: bool,
}

/// Whether most delays are those of the base, as far as the tolerance tells them apart.
pub(super) fn is_still(
    tolerance: f64,
    mut keys: impl Iterator<Item = StreamKey>,
    own: &dyn ColumnSource,
    base: Option<&ColumnBase>,
) -> Result<bool> {
    let Some(key) = keys.find(|key| key.kind == StreamKind::Delay) else { return Ok(true) };
    let Some(base) = base else { return Ok(false) };
    let (Some(values), Some(before)) = (own.column(key)?, ColumnSource::column(&*base.stage, key)?)
    else {
        return Ok(true);
    };
    let before = BaseValues { values: &before, map: base.map(key.kind) };
    let tolerance = Tolerance::new(key.kind, tolerance);
    let is_same =
        |row, value| before.get(row).is_some_and(|before| tolerance.allows(value, before));
    let same = (0..).zip(values.iter()).filter(|(row, value)| is_same(*row, **value));
    Ok(same.count() * 2 > values.len())
}

impl ColumnEncoder<'_> {
    /// Write all columns of `keys`.
    pub fn write(
        &self,
        keys: impl Iterator<Item = StreamKey>,
        writer: &mut StageWriter,
    ) -> Result<()> {
        let (choice, level) = writer.codec();
        let encode_group = |keys: Vec<StreamKey>| {
            let mut encoder = BlockEncoder::new(choice, level)?;
            let mut encoded = Vec::new();
            for key in keys {
                self.encode(key, &mut encoder, &mut encoded)?;
            }
            Ok(encoded)
        };
        // One after the other as threads become free: the largest do not wait behind small ones.
        let groups: Vec<Result<Vec<EncodedStream>>> =
            encoder_groups(keys).into_par_iter().with_max_len(1).map(encode_group).collect();
        for group in groups {
            group?.into_iter().try_for_each(|encoded| writer.put_encoded(encoded))?;
        }
        Ok(())
    }

    /// Encode one column, and with a column of arrivals or required times that of the other transition.
    fn encode(
        &self,
        key: StreamKey,
        encoder: &mut BlockEncoder,
        out: &mut Vec<EncodedStream>,
    ) -> Result<()> {
        let Some(values) = self.own.column(key)? else { return Ok(()) };
        let mut column = |key, values: &[u32], graph: Option<&[Option<u32>]>| {
            out.push(self.encode_column(key, values, graph, encoder)?);
            Ok(())
        };
        match times(key) {
            Some(times) => match pair(key, self.own)? {
                Some((other, delays)) if key.transition == Transition::Rise => {
                    let columns = [&**values, &**other];
                    let [rise, fall] = self.walk(times, key.min_max, &delays, columns);
                    column(key, &values, Some(&rise))?;
                    column(other_transition(key), &other, Some(&fall))
                }
                // It was written with the rising one.
                Some(_) => Ok(()),
                None => column(key, &values, None),
            },
            None => {
                let predictions = slacks(key, self.own)?;
                column(key, &values, predictions.as_deref())
            }
        }
    }

    fn walk(
        &self,
        times: Times,
        min_max: MinMax,
        delays: &[u32],
        columns: [&[u32]; 2],
    ) -> [Vec<Option<u32>>; 2] {
        let mut predictions = columns.map(|column| vec![None; column.len()]);
        self.topology.graph().walk(times, min_max, delays, |node, prediction| {
            let (row, transition) = (node as usize / 2, node as usize % 2);
            predictions[transition][row] = prediction;
            columns[transition][row]
        });
        predictions
    }

    fn encode_column(
        &self,
        key: StreamKey,
        values: &[u32],
        graph: Option<&[Option<u32>]>,
        encoder: &mut BlockEncoder,
    ) -> Result<EncodedStream> {
        let wanted: &[Predictor] = match graph {
            Some(_) if !self.is_still => &[],
            _ if self.is_quick => &[Predictor::Temporal, Predictor::Cross],
            // The compound ones need all that the others do.
            _ if self.tables.is_empty() => &[Predictor::CrossTemporal],
            _ => &[Predictor::CrossTemporal, Predictor::LoadCrossTemporal],
        };
        let loaded = Loaded::new(key, wanted, self.own, self.base)?;
        let classes = self.topology.classes(key.kind);
        let map = self.base.map_or(&RowMap::Identity, |base| base.map(key.kind));
        let references = loaded.references(key, self.topology, self.tables, map);
        let mut blocks = Vec::new();
        let mut first = 0;
        for (class, size) in classes.sizes.iter().enumerate() {
            let rows = &classes.order[first..first + *size as usize];
            first += rows.len();
            let mut predictors = references.predictors(class > 0);
            if references.knows_loads(rows) {
                predictors.extend(references.load_predictors(class > 0));
            }
            if self.is_quick {
                predictors.retain(|predictor| predictor.is_simple());
            }
            if graph.is_some() {
                predictors.push(Predictor::Graph);
            }
            for rows in rows.chunks(block_elements(Width::Word)) {
                let grid = Grid::new(key.kind, self.tolerance);
                let residual = |predictor: Predictor, row: u32| {
                    let value = values[row as usize];
                    let known = match (predictor, graph) {
                        (Predictor::None, _) => return grid.integer(value),
                        (Predictor::Graph, Some(graph)) => graph[row as usize],
                        _ => None,
                    };
                    let otherwise = || references.predict(predictor, row, values);
                    grid.residual(value, known.unwrap_or_else(otherwise))
                };
                let residuals = |predictor: Predictor, step: usize| -> Vec<u32> {
                    let rows = rows.iter().step_by(step);
                    for_predictor!(predictor, known => {
                        rows.map(|row| residual(known, *row)).collect()
                    })
                };
                let step = rows.len().div_ceil(if self.is_quick { SAMPLE / 4 } else { SAMPLE });
                let cost_of = |predictor: &Predictor| cost(&residuals(*predictor, step));
                let best = predictors.iter().copied().min_by_key(cost_of);
                let best = best.unwrap_or(Predictor::None);
                blocks.push((best, residuals(best, 1)));
            }
        }
        EncodedStream::new(encoder, key, values, blocks)
    }
}

/// Reads columns of a stage. `residuals` gives those of one block of a stream.
pub(super) struct ColumnDecoder<'a> {
    pub own: &'a dyn ColumnSource,
    pub base: Option<&'a ColumnBase>,
    pub topology: &'a Topology,
    pub tables: &'a DelayTables,
    /// That of the stage; it says what residuals are counted in.
    pub tolerance: f64,
    pub residuals: &'a dyn Fn(&StreamIndex, usize) -> Result<Vec<u32>>,
}

impl ColumnDecoder<'_> {
    /// The values of a column that the graph of time does not go through.
    pub fn decode(&self, stream: &StreamIndex) -> Result<Vec<u32>> {
        let grid = Grid::new(stream.key.kind, self.tolerance);
        let slacks = slacks(stream.key, self.own)?;
        let mut values = vec![0; stream.count as usize];
        self.each_block(stream, |references, predictor, rows, residuals| {
            if predictor == Predictor::Graph && slacks.is_none() {
                return Err(corrupt("It needs columns that are not there."));
            }
            for_predictor!(predictor, known => {
                for (row, residual) in rows.iter().zip(residuals) {
                    let prediction = match (known, &slacks) {
                        (Predictor::Graph, Some(slacks)) => slacks[*row as usize],
                        _ => None,
                    };
                    values[*row as usize] = match known {
                        Predictor::None => grid.value(residual),
                        _ => {
                            let otherwise = || references.predict(known, *row, &values);
                            grid.predicted(residual, prediction.unwrap_or_else(otherwise))
                        }
                    };
                }
            });
            Ok(())
        })?;
        Ok(values)
    }

    /// The values of two columns of arrivals or required times, rising and falling, whose values the
    /// graph mixes.
    pub fn decode_pair(&self, streams: [&StreamIndex; 2], delays: &[u32]) -> Result<[Vec<u32>; 2]> {
        let key = streams[0].key;
        let grid = Grid::new(key.kind, self.tolerance);
        let times = times(key).ok_or_else(|| corrupt("It is not a column of times."))?;
        let count = streams[0].count as usize;
        // A known value, or a residual and what it is relative to where the graph is silent.
        let mut values = [vec![0; count], vec![0; count]];
        let mut pending: [Vec<Option<(u32, u32)>>; 2] = [vec![None; count], vec![None; count]];
        for (transition, stream) in streams.into_iter().enumerate() {
            let (values, pending) = (&mut values[transition], &mut pending[transition]);
            self.each_block(stream, |references, predictor, rows, residuals| {
                for_predictor!(predictor, known => {
                    for (row, residual) in rows.iter().zip(residuals) {
                        let prediction = references.predict(known, *row, values);
                        match known {
                            Predictor::None => values[*row as usize] = grid.value(residual),
                            Predictor::Graph => {
                                pending[*row as usize] = Some((residual, prediction));
                            }
                            _ => values[*row as usize] = grid.predicted(residual, prediction),
                        }
                    }
                });
                Ok(())
            })?;
        }
        self.topology.graph().walk(times, key.min_max, delays, |node, prediction| {
            let (row, transition) = (node as usize / 2, node as usize % 2);
            let value = &mut values[transition][row];
            if let Some((residual, otherwise)) = pending[transition][row] {
                *value = grid.predicted(residual, prediction.unwrap_or(otherwise));
            }
            *value
        });
        Ok(values)
    }

    /// Call `decode` for each block with its rows and residuals.
    fn each_block(
        &self,
        stream: &StreamIndex,
        mut decode: impl FnMut(&References<'_>, Predictor, &[u32], Vec<u32>) -> Result<()>,
    ) -> Result<()> {
        let key = stream.key;
        let predictors: Vec<Predictor> = stream
            .blocks
            .iter()
            .map(|block| Predictor::from_code(block.predictor))
            .collect::<Result<_>>()?;
        let loaded = Loaded::new(key, &predictors, self.own, self.base)?;
        let classes = self.topology.classes(key.kind);
        if classes.order.len() as u64 != stream.count {
            return Err(corrupt(format!("{key} has {} rows.", stream.count)));
        }
        let map = self.base.map_or(&RowMap::Identity, |base| base.map(key.kind));
        let references = loaded.references(key, self.topology, self.tables, map);
        let mut rows = classes.order.as_slice();
        for (number, predictor) in predictors.into_iter().enumerate() {
            if predictor == Predictor::Previous {
                return Err(corrupt(format!("{key} has a predictor that is not for columns.")));
            }
            let residuals = (self.residuals)(stream, number)?;
            let (of_block, rest) = rows.split_at(residuals.len().min(rows.len()));
            rows = rest;
            decode(&references, predictor, of_block, residuals)?;
        }
        Ok(())
    }
}

/// Whether the graph of time goes through a column, and which way.
pub(super) fn times(key: StreamKey) -> Option<Times> {
    match key.kind {
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

/// The column of the other transition, and the delays; `None` where the stage lacks either.
fn pair(key: StreamKey, own: &dyn ColumnSource) -> Result<Option<(Column, Column)>> {
    let Some(delays) = own.column(delay_key(key))? else { return Ok(None) };
    Ok(own.column(other_transition(key))?.map(|other| (other, delays)))
}

/// Slacks as required time and arrival give them.
fn slacks(key: StreamKey, own: &dyn ColumnSource) -> Result<Option<Vec<Option<u32>>>> {
    if key.kind != StreamKind::Slack {
        return Ok(None);
    }
    let arrivals = own.column(StreamKey { kind: StreamKind::Arrival, ..key })?;
    let requireds = own.column(StreamKey { kind: StreamKind::Required, ..key })?;
    Ok(arrivals.zip(requireds).map(|(arrivals, requireds)| {
        let times = arrivals.iter().zip(requireds.iter());
        times.map(|(arrival, required)| slack(key.min_max, *arrival, *required)).collect()
    }))
}
