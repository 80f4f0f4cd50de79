// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Which delay tables a stage keeps.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::reader::Stage;
use super::sources::{ColumnSource, slews};
use super::topology::Topology;
use crate::delta::{ArcTypes, DelayTables, Loads, TableEntry, encode_tables, rounded};
use crate::error::Result;
use crate::format::{StreamHasher, tables_digest};
use crate::model::{DelayTable, Digest, MinMax, StreamKey, StreamKind, Width};

/// Arcs of a type that are worth the bytes of its table.
const LEAST_ARCS: u32 = 8;
/// Bits of the mantissa that the delays of a table keep when it has one arc, and one more for twice as
/// many: what a bit costs in the table it saves in the residuals.
const BITS_OF_ONE: u32 = 7;
const MOST_BITS: u32 = 23;
/// Tables may take one of so many bytes of the delays: those of libraries take less and save more.
const LEAST_SHARE: usize = 8;
/// Tables that differ by less than this part of a delay predict alike.
const ALIKE: f32 = 1.0 / 128.0;

/// The tables of a stage.
#[derive(Default)]
pub(super) struct ChosenTables {
    /// All, as they are stored.
    pub tables: DelayTables,
    /// The bytes of those that the base lacks; none where there are none.
    pub bytes: Vec<u8>,
}

impl ChosenTables {
    /// Names the tables of a stage that is saved on a base.
    pub fn digest(&self, base: Option<&Stage>) -> Digest {
        let own = (!self.bytes.is_empty()).then(|| {
            let mut hasher = StreamHasher::default();
            hasher.update_bytes(&self.bytes);
            hasher.finish()
        });
        tables_digest(own, base.map(|base| (base.metadata().tables_digest, base.digest())))
    }
}

/// The tables of a stage, for when it is written again on another base: the same, bit for bit, since stages on
/// top of it are decoded with them. `None` where the base has others that it would bring along.
pub(super) fn keep_tables(stage: &Stage, base: Option<&Stage>) -> Result<Option<ChosenTables>> {
    let all = stage.delay_tables()?;
    let known = match base {
        Some(base) => base.delay_tables_for(&*stage.topology()?, stage.metadata())?,
        None => DelayTables::default(),
    };
    let place = |entry: TableEntry| ((entry.scene, entry.arc_type), entry.table);
    let mut known: BTreeMap<_, _> = known.entries().into_iter().map(place).collect();
    let mut own = all.entries();
    own.retain(|entry| known.remove(&(entry.scene, entry.arc_type)).as_ref() != Some(&entry.table));
    if !known.is_empty() {
        return Ok(None);
    }
    let bytes = if own.is_empty() { Some(Vec::new()) } else { encode_tables(&own) };
    Ok(bytes.map(|bytes| ChosenTables { tables: (*all).clone(), bytes }))
}

/// Choose from the tables that are `given`, beside those that are `known` from the base. `points` tells
/// the points of a table that the stage itself makes use of. `delays` are those of all columns.
pub(super) fn choose_tables(
    given: &[TableEntry],
    types: &ArcTypes,
    known: DelayTables,
    delays: usize,
    points: impl Fn(&[TableEntry]) -> Result<Vec<[usize; 2]>>,
) -> Result<ChosenTables> {
    let pays = |entry: &&TableEntry| {
        let arcs = types.types.get(entry.arc_type as usize).map_or(0, |t| t.count);
        let before = known.get(entry.scene, entry.arc_type);
        arcs >= LEAST_ARCS && !before.is_some_and(|before| are_alike(before, &entry.table))
    };
    let wanted: Vec<TableEntry> = given.iter().filter(pays).cloned().collect();
    let mut all = known.clone();
    let mut added = DelayTables::default();
    for (entry, points) in wanted.iter().zip(points(&wanted)?) {
        let arcs = types.types.get(entry.arc_type as usize).map_or(1, |t| t.count);
        let bits = MOST_BITS.min(BITS_OF_ONE + arcs.ilog2());
        let table = rounded(&entry.table.cropped(points), bits);
        // Further scenes often have the tables of the first.
        let before = all.get(entry.scene, entry.arc_type);
        if let Some(table) = table.filter(|table| before.is_none_or(|b| !are_alike(b, table))) {
            let entry = TableEntry { table: Arc::new(table), ..entry.clone() };
            all.insert(&entry);
            added.insert(&entry);
        }
    }
    if added.is_empty() {
        return Ok(ChosenTables { tables: all, bytes: Vec::new() });
    }
    let raw = delays * Width::Word.bytes();
    let encoded = encode_tables(&added.entries());
    Ok(match encoded.filter(|bytes| bytes.len() <= raw / LEAST_SHARE) {
        Some(bytes) => ChosenTables { tables: all, bytes },
        None => ChosenTables { tables: known, bytes: Vec::new() },
    })
}

/// The points of tables that the arcs of a stage make use of.
pub(super) fn points_used(
    entries: &[TableEntry],
    topology: &Topology,
    own: &dyn ColumnSource,
) -> Result<Vec<[usize; 2]>> {
    let mut tables = DelayTables::default();
    entries.iter().for_each(|entry| tables.insert(entry));
    let types = topology.arc_types();
    let mut used: BTreeMap<u16, Vec<[usize; 2]>> = BTreeMap::new();
    for entry in entries {
        used.entry(entry.scene).or_insert_with(|| vec![[2, 2]; types.types.len()]);
    }
    for (scene, used) in &mut used {
        for min_max in [MinMax::Min, MinMax::Max] {
            let key = StreamKey { scene: *scene, min_max, ..StreamKey::plain(StreamKind::Delay) };
            let (Some(delays), Some([rise, fall])) = (own.column(key)?, slews(key, own)?) else {
                continue;
            };
            let surfaces = tables.surfaces(*scene);
            let loads = Loads { surfaces, types, slews: [&rise, &fall] };
            for (row, delay) in (0..).zip(delays.iter()) {
                if let Some(points) = loads.points(row, *delay) {
                    let known = &mut used[types.of_row[row as usize] as usize];
                    *known = [known[0].max(points[0]), known[1].max(points[1])];
                }
            }
        }
    }
    let of_entry = |entry: &TableEntry| used.get(&entry.scene)?.get(entry.arc_type as usize);
    Ok(entries.iter().map(|entry| of_entry(entry).copied().unwrap_or([2, 2])).collect())
}

/// Whether two tables predict alike where both have points.
fn are_alike(a: &DelayTable, b: &DelayTable) -> bool {
    let points = [a.slews().len().min(b.slews().len()), a.loads().len().min(b.loads().len())];
    let (a, b) = (a.cropped(points), b.cropped(points));
    let alike = |a: &[f32], b: &[f32]| {
        let near = |(a, b): (&f32, &f32)| (a - b).abs() <= ALIKE * a.abs().max(b.abs());
        a.iter().zip(b).all(near)
    };
    alike(a.slews(), b.slews()) && alike(a.loads(), b.loads()) && alike(a.delays(), b.delays())
}
