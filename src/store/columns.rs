// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Columns of floats, coded from one another and from the base, and decoded again. Both ways go through
//! the same references, so that they predict the same bits: `docs/format.md`, "Columns".

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::sources::{
    Column, ColumnBase, ColumnSource, Expected, Loaded, delay_key, grid, other_transition, slacks,
    times,
};
use super::topology::Topology;
use super::writer::{Cost, EncodedStream, StageWriter, cost};
use crate::delta::{
    BaseValues, Classes, DelayTables, Grid, Predictor, References, RowMap, Tolerance,
    for_predictor, shifted,
};
use crate::error::{Result, corrupt};
use crate::format::{BlockEncoder, block_elements};
use crate::model::{BlockIndex, MinMax, StreamIndex, StreamKey, StreamKind, Transition, Width};

/// Rows that a predictor is tried on, of a block.
const SAMPLE: usize = 1024;
/// About what a value takes without a base, where nobody looked.
const BITS_ALONE: u64 = 16;
/// Of so few rows, the times of a base are decoded for what they may tell of other times.
const FEW_ROWS: usize = 1 << 13;

/// How the values of a column are told, in the loops of `for_predictor`. A closure would be shared by these
/// loops, and ask in every row which predictor it is.
trait Decode {
    /// A value, or what is to become one.
    type Value: Send;

    /// That of `row`, from its residual and the values before it.
    fn value(
        &self,
        references: &References<'_>,
        known: Predictor,
        row: u32,
        residual: u32,
        values: &[u32],
    ) -> Self::Value;
}

/// What the graph tells of the values of a column.
#[derive(Clone, Copy)]
struct GraphTells<'a> {
    own: &'a [Option<u32>],
    /// What it told of those in the base, by their rows.
    before: Option<&'a [Option<u32>]>,
}

/// A time that waits for what the graph tells: its residual, what that is relative to where the graph is
/// silent, and by what the graph is to be shifted.
#[derive(Clone, Copy)]
struct Pending {
    residual: u32,
    otherwise: u32,
    shift: Option<(u32, u32)>,
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
    keys: impl Iterator<Item = StreamKey>,
    own: &dyn ColumnSource,
    base: Option<&ColumnBase>,
) -> Result<bool> {
    let mut keys = keys.filter(|key| key.kind == StreamKind::Delay).peekable();
    if keys.peek().is_none() {
        return Ok(true);
    }
    let Some(base) = base else { return Ok(false) };
    // Of the first scene that the base has.
    let Some(key) = keys.find(|key| base.scenes.key(*key).is_some()) else { return Ok(false) };
    let (Some(values), Some(before)) = (own.column(key)?, base.column(key)?) else {
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
        if self.goes_through_graph(key)? {
            // The falling one is written with the rising one.
            if key.transition == Transition::Fall {
                return Ok(());
            }
            let other = other_transition(key);
            if let Some(other_values) = self.own.column(other)? {
                return self.encode_pair([(key, values), (other, other_values)], encoder, out);
            }
        }
        out.push(if self.is_that_of_base(key, &values)? {
            self.encode_known(key, &values, encoder)?
        } else {
            let slacks = slacks(key, self.own)?;
            let slacks = slacks.as_deref().map(|own| GraphTells { own, before: None });
            self.encode_column(key, &values, slacks, encoder)?
        });
        Ok(())
    }

    /// Encode two columns of times, rising and falling.
    fn encode_pair(
        &self,
        sides: [(StreamKey, Column); 2],
        encoder: &mut BlockEncoder,
        out: &mut Vec<EncodedStream>,
    ) -> Result<()> {
        let [(key, rise), (other, fall)] = &sides;
        let are_known = [self.is_that_of_base(*key, rise)?, self.is_that_of_base(*other, fall)?];
        // The walk through the graph takes longer than all else.
        let (mut own, mut before) = (None, None);
        if are_known != [true, true] {
            own = self.own.expected(*key)?;
            let base = self.base.filter(|_| self.asks_base(rise.len()));
            before = base.map_or(Ok(None), |base| base.expected(*key))?;
        }
        for (side, (key, values)) in sides.iter().enumerate() {
            out.push(if are_known[side] {
                self.encode_known(*key, values, encoder)?
            } else {
                let before = before.as_ref().map(|before| &*before[side]);
                let graph = own.as_ref().map(|own| GraphTells { own: &own[side], before });
                self.encode_column(*key, values, graph, encoder)?
            });
        }
        Ok(())
    }

    /// Whether the graph tells of a column of times and of that of the other transition. The walk through
    /// it would take a third of the time of a quick save.
    fn goes_through_graph(&self, key: StreamKey) -> Result<bool> {
        Ok(!self.is_quick
            && times(key).is_some()
            && self.own.column(other_transition(key))?.is_some()
            && self.own.column(delay_key(key))?.is_some())
    }

    /// Whether a column is that of the base, row by row. Where most is new, the base is not asked.
    fn is_that_of_base(&self, key: StreamKey, values: &[u32]) -> Result<bool> {
        let Some(base) = self.base.filter(|_| self.asks_base(values.len())) else {
            return Ok(false);
        };
        let Some(before) = base.column(key)? else { return Ok(false) };
        let before = BaseValues { values: &before, map: base.map(key.kind) };
        Ok((0..).zip(values).all(|(row, value)| before.get(row) == Some(*value)))
    }

    /// Encode a column that is that of the base.
    fn encode_known(
        &self,
        key: StreamKey,
        values: &[u32],
        encoder: &mut BlockEncoder,
    ) -> Result<EncodedStream> {
        let sizes = self.topology.classes(key.kind).sizes.iter().map(|size| *size as usize);
        let full = block_elements(Width::Word);
        let blocks =
            sizes.flat_map(|size| (0..size).step_by(full).map(move |at| full.min(size - at)));
        let blocks = blocks.map(|rows| (Predictor::Temporal, vec![0; rows]));
        let cost = Cost { bits: 0, alone: values.len() as u64 * BITS_ALONE };
        Ok(EncodedStream::new(encoder, key, values, blocks)?.with_cost(cost))
    }

    /// Whether columns of so many rows may be those of the base, and times be told by them.
    fn asks_base(&self, rows: usize) -> bool {
        !self.is_quick && (self.is_still || rows <= FEW_ROWS)
    }

    fn encode_column(
        &self,
        key: StreamKey,
        values: &[u32],
        graph: Option<GraphTells<'_>>,
        encoder: &mut BlockEncoder,
    ) -> Result<EncodedStream> {
        let wanted: &[Predictor] = match graph {
            Some(_) if !self.is_still && !self.asks_base(values.len()) => &[],
            _ if self.is_quick => &[Predictor::Temporal, Predictor::Cross],
            // The compound ones need all that the others do.
            _ if self.tables.is_empty() => &[Predictor::CrossTemporal],
            _ => &[Predictor::CrossTemporal, Predictor::LoadCrossTemporal],
        };
        let loaded = Loaded::new(key, wanted, self.own, self.base)?;
        let loaded = loaded.with_own_loads(key, self.own)?;
        let classes = self.topology.classes(key.kind);
        let map = self.base.map_or(&RowMap::Identity, |base| base.map(key.kind));
        let before = graph.and_then(|graph| graph.before);
        let references = loaded.references(key, self.topology, self.tables, map, before);
        let grid = grid(key, self.tolerance);
        let told = Told { grid, references: &references, graph, values };
        let mut blocks = Vec::new();
        let mut cost_of_all = Cost::default();
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
            if let Some(graph) = graph {
                predictors.push(Predictor::Graph);
                predictors.extend(graph.before.map(|_| Predictor::GraphTemporal));
            }
            for rows in rows.chunks(block_elements(Width::Word)) {
                if self.is_still && told.is_that_of_base(rows) {
                    blocks.push((Predictor::Temporal, vec![0; rows.len()]));
                    cost_of_all.add(0, rows.len() as u64 * BITS_ALONE);
                    continue;
                }
                let residuals = |predictor: Predictor, step: usize| -> Vec<u32> {
                    let mut residuals = Vec::with_capacity(rows.len().div_ceil(step));
                    for_predictor!(predictor, known => {
                        for row in rows.iter().step_by(step) {
                            residuals.push(told.residual(known, *row));
                        }
                    });
                    residuals
                };
                let step = rows.len().div_ceil(if self.is_quick { SAMPLE / 4 } else { SAMPLE });
                let costs = predictors.iter().map(|p| (cost(&residuals(*p, step)), *p));
                let costs: Vec<(u64, Predictor)> = costs.collect();
                let least = |is_alone: bool| {
                    let costs = costs.iter().filter(|(_, p)| !(is_alone && p.uses_base()));
                    costs.min_by_key(|(cost, _)| *cost).copied().unwrap_or((0, Predictor::None))
                };
                let ((bits, best), (alone, _)) = (least(false), least(true));
                cost_of_all.add(bits * step as u64, alone * step as u64);
                blocks.push((best, residuals(best, 1)));
            }
        }
        Ok(EncodedStream::new(encoder, key, values, blocks)?.with_cost(cost_of_all))
    }
}

/// The values of a column, and what they are predicted from.
struct Told<'a> {
    grid: Grid,
    references: &'a References<'a>,
    graph: Option<GraphTells<'a>>,
    values: &'a [u32],
}

impl Told<'_> {
    /// Whether the rows have the values of the base.
    fn is_that_of_base(&self, rows: &[u32]) -> bool {
        self.references.temporal.is_some()
            && rows.iter().all(|row| self.residual(Predictor::Temporal, *row) == 0)
    }

    #[inline(always)]
    fn residual(&self, predictor: Predictor, row: u32) -> u32 {
        let value = self.values[row as usize];
        let known = match (predictor, self.graph) {
            (Predictor::None, _) => return self.grid.integer(value),
            (Predictor::Graph, Some(graph)) => graph.own[row as usize],
            (Predictor::GraphTemporal, Some(graph)) => {
                let shift = self.references.shift(row);
                graph.own[row as usize].map(|expected| shifted(expected, shift))
            }
            _ => None,
        };
        let prediction = match known {
            Some(known) => known,
            None => self.references.predict(predictor, row, self.values),
        };
        self.grid.residual(value, prediction)
    }
}

/// Whether a column is predicted from others by the graph of time.
pub(super) fn uses_graph(stream: &StreamIndex) -> bool {
    let by_graph = [Predictor::Graph as u8, Predictor::GraphTemporal as u8];
    stream.blocks.iter().any(|block| by_graph.contains(&block.predictor))
}

/// Reads columns of a stage. `residuals` gives those of one block of a stream.
pub(super) struct ColumnDecoder<'a> {
    pub own: &'a dyn ColumnSource,
    pub base: Option<&'a ColumnBase>,
    pub topology: &'a Topology,
    pub tables: &'a DelayTables,
    /// That of the stage; it says what residuals are counted in.
    pub tolerance: f64,
    pub residuals: &'a (dyn Fn(&StreamIndex, usize) -> Result<Vec<u32>> + Sync),
}

impl ColumnDecoder<'_> {
    /// The values of a column that the graph of time does not go through.
    pub fn decode(&self, stream: &StreamIndex) -> Result<Vec<u32>> {
        let grid = grid(stream.key, self.tolerance);
        let slacks = slacks(stream.key, self.own)?;
        if uses_graph(stream) && slacks.is_none() {
            return Err(corrupt("It needs columns that are not there."));
        }
        let mut values = vec![0; stream.count as usize];
        let at_once = AtOnce { grid, slacks: slacks.as_deref() };
        self.each_row(stream, None, &mut values, &at_once, |row, value, values| {
            values[row as usize] = value;
        })?;
        Ok(values)
    }

    /// The values of two columns of arrivals or required times, rising and falling, whose values the
    /// graph mixes.
    pub fn decode_pair(&self, streams: [&StreamIndex; 2], delays: &[u32]) -> Result<[Vec<u32>; 2]> {
        let key = streams[0].key;
        let grid = grid(key, self.tolerance);
        let times = times(key).ok_or_else(|| corrupt("It is not a column of times."))?;
        let count = streams[0].count as usize;
        let before = self.expected_before(streams)?;
        // A known value, or a residual and what it is relative to where the graph is silent, and how far
        // the graph is to be shifted.
        let mut values = [vec![0; count], vec![0; count]];
        let mut pending: [Vec<Option<Pending>>; 2] = [vec![None; count], vec![None; count]];
        for (transition, stream) in streams.into_iter().enumerate() {
            let (values, pending) = (&mut values[transition], &mut pending[transition]);
            let before = before.as_ref().map(|before| &*before[transition]);
            let by_graph = ByGraph { grid };
            self.each_row(stream, before, values, &by_graph, |row, value, values| match value {
                Ok(value) => values[row as usize] = value,
                Err(waits) => pending[row as usize] = Some(waits),
            })?;
        }
        self.topology.graph().walk(times, key.min_max, delays, |node, expected| {
            let (row, transition) = (node as usize / 2, node as usize % 2);
            let value = &mut values[transition][row];
            if let Some(Pending { residual, otherwise, shift }) = pending[transition][row] {
                let expected = expected.map(|expected| shifted(expected, shift));
                *value = grid.predicted(residual, expected.unwrap_or(otherwise));
            }
            *value
        });
        Ok(values)
    }

    /// What the graph expected of two columns of times in the base, if they are shifted by that.
    fn expected_before(&self, streams: [&StreamIndex; 2]) -> Result<Option<Expected>> {
        let is_shifted = |block: &BlockIndex| block.predictor == Predictor::GraphTemporal as u8;
        let base = self.base.filter(|_| streams.iter().any(|s| s.blocks.iter().any(is_shifted)));
        base.map_or(Ok(None), |base| base.expected(streams[0].key))
    }

    /// Find the value of each row and `put` it. Blocks that do not need one another are decoded by many
    /// threads.
    fn each_row<D: Decode + Sync>(
        &self,
        stream: &StreamIndex,
        before: Option<&[Option<u32>]>,
        values: &mut [u32],
        told: &D,
        mut put: impl FnMut(u32, D::Value, &mut [u32]),
    ) -> Result<()> {
        let key = stream.key;
        let predictors = stream.blocks.iter().map(|block| Predictor::from_code(block.predictor));
        let predictors: Vec<Predictor> = predictors.collect::<Result<_>>()?;
        if predictors.contains(&Predictor::Previous) {
            return Err(corrupt(format!("{key} has a predictor that is not for columns.")));
        }
        let loaded = Loaded::new(key, &predictors, self.own, self.base)?;
        let classes = self.topology.classes(key.kind);
        let map = self.base.map_or(&RowMap::Identity, |base| base.map(key.kind));
        let references = loaded.references(key, self.topology, self.tables, map, before);
        for (blocks, is_chained) in blocks(stream, classes)?.iter().zip(&classes.is_chained) {
            let decode = |Block { number, rows }: &Block<'_>| {
                let residuals = (self.residuals)(stream, *number)?;
                if *is_chained && references.may_need_sibling(predictors[*number]) {
                    return Ok(Decoded::Waits(residuals));
                }
                let mut found = Vec::with_capacity(rows.len());
                for_predictor!(predictors[*number], known => {
                    for (row, residual) in rows.iter().zip(residuals) {
                        found.push(told.value(&references, known, *row, residual, values));
                    }
                });
                Ok(Decoded::Done(found))
            };
            let decoded: Vec<Result<Decoded<D::Value>>> = blocks.par_iter().map(decode).collect();
            for (Block { number, rows }, decoded) in blocks.iter().zip(decoded) {
                match decoded? {
                    Decoded::Done(found) => {
                        rows.iter().zip(found).for_each(|(row, value)| put(*row, value, values));
                    }
                    Decoded::Waits(residuals) => for_predictor!(predictors[*number], known => {
                        for (row, residual) in rows.iter().zip(residuals) {
                            let value = told.value(&references, known, *row, residual, values);
                            put(*row, value, values);
                        }
                    }),
                }
            }
        }
        Ok(())
    }
}

/// Values that are told where they stand.
struct AtOnce<'a> {
    grid: Grid,
    slacks: Option<&'a [Option<u32>]>,
}

impl Decode for AtOnce<'_> {
    type Value = u32;

    #[inline(always)]
    fn value(
        &self,
        references: &References<'_>,
        known: Predictor,
        row: u32,
        residual: u32,
        values: &[u32],
    ) -> u32 {
        let prediction = match (known, self.slacks) {
            (Predictor::None, _) => return self.grid.value(residual),
            (Predictor::Graph, Some(slacks)) => slacks[row as usize],
            _ => None,
        };
        let prediction = match prediction {
            Some(prediction) => prediction,
            None => references.predict(known, row, values),
        };
        self.grid.predicted(residual, prediction)
    }
}

/// Times, of which some wait for the walk through the graph.
struct ByGraph {
    grid: Grid,
}

impl Decode for ByGraph {
    type Value = std::result::Result<u32, Pending>;

    #[inline(always)]
    fn value(
        &self,
        references: &References<'_>,
        known: Predictor,
        row: u32,
        residual: u32,
        values: &[u32],
    ) -> Self::Value {
        let otherwise = references.predict(known, row, values);
        match known {
            Predictor::None => Ok(self.grid.value(residual)),
            Predictor::Graph => Err(Pending { residual, otherwise, shift: None }),
            Predictor::GraphTemporal => {
                Err(Pending { residual, otherwise, shift: references.shift(row) })
            }
            _ => Ok(self.grid.predicted(residual, otherwise)),
        }
    }
}

/// What becomes of a block without the blocks of its class before it.
enum Decoded<T> {
    Done(Vec<T>),
    /// Its residuals.
    Waits(Vec<u32>),
}

/// A block of a column: its number and its rows.
struct Block<'a> {
    number: usize,
    rows: &'a [u32],
}

/// The blocks of each class.
fn blocks<'a>(stream: &StreamIndex, classes: &'a Classes) -> Result<Vec<Vec<Block<'a>>>> {
    let wrong = |what: &str| corrupt(format!("The blocks of {} {what}.", stream.key));
    if classes.order.len() as u64 != stream.count {
        return Err(corrupt(format!("{} has {} rows.", stream.key, stream.count)));
    }
    let mut numbers = stream.blocks.iter().enumerate();
    let mut order = classes.order.as_slice();
    let mut of_class = |size: &u32| {
        let (mut rows, rest) = order.split_at(*size as usize);
        order = rest;
        let mut blocks = Vec::new();
        while !rows.is_empty() {
            let (number, block) = numbers.next().ok_or_else(|| wrong("are too few"))?;
            let (of_block, rest) = rows
                .split_at_checked(block.count as usize)
                .filter(|(of_block, _)| !of_block.is_empty())
                .ok_or_else(|| wrong("are not those of its classes"))?;
            rows = rest;
            blocks.push(Block { number, rows: of_block });
        }
        Ok(blocks)
    };
    let blocks = classes.sizes.iter().map(&mut of_class).collect::<Result<_>>()?;
    match numbers.next() {
        Some(_) => Err(wrong("are too many")),
        None => Ok(blocks),
    }
}
