// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Which delay tables a stage keeps.

use std::sync::Arc;

use crate::delta::{ArcTypes, DelayTables, TableEntry, encode_tables, rounded};
use crate::model::DelayTable;

/// Arcs of a type that are worth the bytes of its table.
const LEAST_ARCS: u32 = 8;
/// Bits of the mantissa that the delays of a table keep when it has one arc, and one more for twice as
/// many: what a bit costs in the table it saves in the residuals.
const BITS_OF_ONE: u32 = 8;
const MOST_BITS: u32 = 23;
/// Tables that differ by less than this part of a delay predict alike.
const ALIKE: f32 = 1.0 / 128.0;

/// The tables of a stage.
pub(super) struct ChosenTables {
    /// All, as they are stored.
    pub tables: DelayTables,
    /// The bytes of those that the base lacks; none where there are none.
    pub bytes: Vec<u8>,
}

/// Choose from the tables that are `given`, beside those that are `known` from the base.
pub(super) fn choose_tables(
    given: &[TableEntry],
    types: &ArcTypes,
    known: DelayTables,
) -> ChosenTables {
    let mut all = known.clone();
    let mut added = DelayTables::default();
    for entry in given {
        let arcs = types.types.get(entry.arc_type as usize).map_or(0, |t| t.count);
        let before = all.get(entry.scene, entry.arc_type);
        if arcs < LEAST_ARCS || before.is_some_and(|before| are_alike(before, &entry.table)) {
            continue;
        }
        let bits = MOST_BITS.min(BITS_OF_ONE + arcs.ilog2());
        if let Some(table) = rounded(&entry.table, bits) {
            let entry = TableEntry { table: Arc::new(table), ..entry.clone() };
            all.insert(&entry);
            added.insert(&entry);
        }
    }
    if added.is_empty() {
        return ChosenTables { tables: all, bytes: Vec::new() };
    }
    match encode_tables(&added.entries()) {
        Some(bytes) => ChosenTables { tables: all, bytes },
        None => ChosenTables { tables: known, bytes: Vec::new() },
    }
}

fn are_alike(a: &DelayTable, b: &DelayTable) -> bool {
    let alike = |a: &[f32], b: &[f32]| {
        let near = |(a, b): (&f32, &f32)| (a - b).abs() <= ALIKE * a.abs().max(b.abs());
        a.len() == b.len() && a.iter().zip(b).all(near)
    };
    alike(a.slews(), b.slews()) && alike(a.loads(), b.loads()) && alike(a.delays(), b.delays())
}
