// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Which arcs are the same timing arc of the same library cell: `docs/format.md`, "Arc types".

use hashbrown::HashMap;

use super::kinds::{Role, kinds};
use crate::model::ObjectTable;

/// An arc without a type: wires, checks and what does not propagate.
pub(crate) const NO_TYPE: u32 = u32::MAX;

/// The types of the arcs of a table, numbered in the order of their first arcs.
#[derive(Debug)]
pub(crate) struct ArcTypes {
    /// By row: type, or `NO_TYPE`.
    pub of_row: Vec<u32>,
    /// By row of an arc with a type: `vertex * 2 + transition` that it begins with.
    pub input: Vec<u32>,
    /// By type: the row of its first arc, and how many arcs it has.
    pub types: Vec<ArcType>,
}

/// One timing arc of a library cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ArcType {
    /// Row of its first arc.
    pub first: u32,
    /// Its arcs.
    pub count: u32,
    /// Arcs of the same kind between the same two vertices before one of it.
    pub number: u32,
}

impl ArcTypes {
    pub fn new(table: &ObjectTable) -> Self {
        let kinds = kinds(table);
        let pins = pins(table);
        let count = table.arc_count();
        let mut of_row = vec![NO_TYPE; count];
        let mut input = vec![0; count];
        let mut types: Vec<ArcType> = Vec::new();
        let mut known: HashMap<(u32, u32, u32, u32), u32> = HashMap::new();
        // Kinds of the arcs so far between two vertices, and how many they are.
        let mut ends = (u32::MAX, u32::MAX);
        let mut before: HashMap<u32, u32> = HashMap::new();
        for row in 0..count {
            let (from, to, number) = table.arc(row as u32).unwrap_or_default();
            let Some(kind) = kinds.get(number as usize) else { continue };
            if kind.role != Role::Cell || !kind.propagates() {
                continue;
            }
            if ends != (from, to) {
                ends = (from, to);
                before.clear();
            }
            let next = before.entry(number).or_insert(0);
            let place = *next;
            *next += 1;
            let key = (pins[from as usize], pins[to as usize], number, place);
            let arc_type = *known.entry(key).or_insert_with(|| {
                types.push(ArcType { first: row as u32, count: 0, number: place });
                types.len() as u32 - 1
            });
            types[arc_type as usize].count += 1;
            of_row[row] = arc_type;
            input[row] = from * 2 + kind.from as u32;
        }
        Self { of_row, input, types }
    }

    /// What a type is called in any table: cell, pins, kind and place.
    pub fn names(&self, table: &ObjectTable) -> Vec<Vec<u8>> {
        let name = |arc_type: &ArcType| {
            let (from, to, kind) = table.arc(arc_type.first).unwrap_or_default();
            let kind = table.arc_kind_name(kind).as_bytes();
            let number = arc_type.number.to_le_bytes();
            let cells = [table.cell(from).as_bytes(), table.cell(to).as_bytes()];
            [cells[0], pin(table, from), cells[1], pin(table, to), kind, &number].join(&0)
        };
        self.types.iter().map(name).collect()
    }
}

/// By vertex: a number for its cell and pin.
fn pins(table: &ObjectTable) -> Vec<u32> {
    let mut known: HashMap<(u32, &[u8]), u32> = HashMap::new();
    (0..)
        .zip(&table.cells)
        .map(|(row, cell)| {
            let next = known.len() as u32;
            *known.entry((*cell, pin(table, row))).or_insert(next)
        })
        .collect()
}

/// The name of a pin without that of its instance.
fn pin(table: &ObjectTable, row: u32) -> &[u8] {
    let name = table.name(row);
    let start = name.iter().rposition(|byte| *byte == b'/').map_or(0, |slash| slash + 1);
    &name[start..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arcs_of_the_same_library_arc_have_one_type() {
        let mut table = ObjectTable::new();
        let gate = table.add_cell("AND2");
        let other = table.add_cell("OR2");
        let names = b"u1/Au1/Zu2/Au2/Zu3/Au3/Z";
        table
            .add_vertices(
                names,
                &[4, 8, 12, 16, 20, 24],
                &[0; 6],
                &[gate, gate, gate, gate, other, other],
            )
            .unwrap();
        table.add_edges(&[0, 0, 2, 2, 4, 1], &[1, 1, 3, 3, 5, 2]).unwrap();
        let rise = table.add_arc_kind("combinational ^ -> ^");
        let fall = table.add_arc_kind("combinational v -> v");
        let wire = table.add_arc_kind("wire ^ -> ^");
        let edges = [0, 0, 1, 2, 2, 3, 4, 5];
        let arcs = [rise, fall, rise, rise, fall, rise, rise, wire];
        table.add_arcs(&edges, &arcs).unwrap();
        let types = ArcTypes::new(&table);
        assert_eq!(types.of_row, [0, 1, 2, 0, 1, 2, 3, NO_TYPE]);
        assert_eq!(types.input, [0, 1, 0, 4, 5, 4, 8, 0]);
        let first: Vec<_> = types.types.iter().map(|t| (t.first, t.count, t.number)).collect();
        assert_eq!(first, [(0, 2, 0), (1, 2, 0), (2, 2, 1), (6, 1, 0)]);
        let mut names = types.names(&table);
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 4);
    }
}
