// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Rows of one object table matched with those of another, by name.

use hashbrown::HashTable;
use xxhash_rust::xxh3::xxh3_64;

use crate::model::ObjectTable;

/// For every row of a table, its row in the base. Rows may be matched in any order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RowMap {
    /// Row by row the same.
    Identity,
    /// `NO_ROW` where the base has no such row.
    Rows(Vec<u32>),
}

const NO_ROW: u32 = u32::MAX;

impl RowMap {
    /// Row in the base.
    pub fn get(&self, row: usize) -> Option<u32> {
        match self {
            Self::Identity => u32::try_from(row).ok(),
            Self::Rows(rows) => rows.get(row).copied().filter(|row| *row != NO_ROW),
        }
    }

    /// Rows that have a counterpart, of `count` rows.
    fn matched(&self, count: usize) -> usize {
        match self {
            Self::Identity => count,
            Self::Rows(rows) => rows.iter().filter(|row| **row != NO_ROW).count(),
        }
    }
}

/// How the rows of one object table (`new`) correspond to those of another (`base`).
#[derive(Clone, Debug)]
pub struct Alignment {
    pub(crate) vertices: RowMap,
    pub(crate) arcs: RowMap,
    /// New rows whose instance has another liberty cell in the base, ascending.
    pub(crate) changed_cells: Vec<u32>,
    counts: Match,
}

/// Rows matched, only in the base, and only in the new table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Match {
    /// Vertices in both.
    pub vertices: u64,
    /// Vertices of the base that the new table lacks.
    pub missing_vertices: u64,
    /// Vertices that the base lacks.
    pub extra_vertices: u64,
    /// Arcs in both.
    pub arcs: u64,
    /// Arcs of the base that the new table lacks.
    pub missing_arcs: u64,
    /// Arcs that the base lacks.
    pub extra_arcs: u64,
    /// Matched vertices whose instance has another cell.
    pub changed_cells: u64,
}

impl Alignment {
    /// The counts.
    pub fn counts(&self) -> Match {
        self.counts
    }
}

/// Match the rows of `new` with those of `base`: vertices by pin name and side, arcs by their
/// vertices, kind, and position among the arcs that share these.
pub fn align(base: &ObjectTable, new: &ObjectTable) -> Alignment {
    let vertices = align_vertices(base, new);
    let arcs = align_arcs(base, new, &vertices);
    let changed_cells = changed_cells(base, new, &vertices);
    let matched_vertices = vertices.matched(new.vertex_count()) as u64;
    let matched_arcs = arcs.matched(new.arc_count()) as u64;
    let counts = Match {
        vertices: matched_vertices,
        missing_vertices: base.vertex_count() as u64 - matched_vertices,
        extra_vertices: new.vertex_count() as u64 - matched_vertices,
        arcs: matched_arcs,
        missing_arcs: base.arc_count() as u64 - matched_arcs,
        extra_arcs: new.arc_count() as u64 - matched_arcs,
        changed_cells: changed_cells.len() as u64,
    };
    Alignment { vertices, arcs, changed_cells, counts }
}

fn align_vertices(base: &ObjectTable, new: &ObjectTable) -> RowMap {
    if base.name_ends == new.name_ends && base.names == new.names && base.driver == new.driver {
        return RowMap::Identity;
    }
    let index = base.index();
    let mut taken = vec![false; base.vertex_count()];
    let rows = (0..new.vertex_count() as u32)
        .map(|row| match index.find(base, new, row) {
            // A base row is the counterpart of one row only, should a name stand twice.
            Some(found) if !std::mem::replace(&mut taken[found as usize], true) => found,
            _ => NO_ROW,
        })
        .collect();
    RowMap::Rows(rows)
}

fn align_arcs(base: &ObjectTable, new: &ObjectTable, vertices: &RowMap) -> RowMap {
    let kinds: Vec<u32> = new
        .kind_names
        .iter()
        .map(|name| base.kind_names.iter().position(|known| known == name))
        .map(|position| position.map_or(NO_ROW, |position| position as u32))
        .collect();
    let kinds_agree = kinds.iter().enumerate().all(|(index, kind)| *kind == index as u32);
    if *vertices == RowMap::Identity
        && kinds_agree
        && base.edge_from == new.edge_from
        && base.edge_to == new.edge_to
        && base.arc_edge == new.arc_edge
        && base.arc_kind == new.arc_kind
    {
        return RowMap::Identity;
    }
    let mut queues = ArcQueues::new(base);
    let rows = (0..new.arc_count() as u32)
        .map(|row| {
            let (from, to, kind) = new.arc(row)?;
            let from = vertices.get(from as usize)?;
            let to = vertices.get(to as usize)?;
            let kind = kinds.get(kind as usize).copied().filter(|kind| *kind != NO_ROW)?;
            queues.take((from, to, kind))
        })
        .map(|found| found.unwrap_or(NO_ROW))
        .collect();
    RowMap::Rows(rows)
}

fn changed_cells(base: &ObjectTable, new: &ObjectTable, vertices: &RowMap) -> Vec<u32> {
    let same_dictionary = base.cell_names == new.cell_names;
    if *vertices == RowMap::Identity && same_dictionary && base.cells == new.cells {
        return Vec::new();
    }
    (0..new.vertex_count() as u32)
        .filter(|row| match vertices.get(*row as usize) {
            Some(base_row) => base.cell(base_row) != new.cell(*row),
            None => false,
        })
        .collect()
}

type ArcKey = (u32, u32, u32);

/// The arcs of a table by (from, to, kind); arcs that share a key wait in line in row order, so
/// that the n-th of them on one side meets the n-th on the other. Constant time an arc, however
/// many are parallel.
struct ArcQueues<'a> {
    table: &'a ObjectTable,
    heads: HashTable<u32>,
    next: Vec<u32>,
}

impl<'a> ArcQueues<'a> {
    fn new(table: &'a ObjectTable) -> Self {
        let count = table.arc_count();
        let mut queues =
            Self { table, heads: HashTable::with_capacity(count), next: vec![NO_ROW; count] };
        for row in (0..count as u32).rev() {
            if let Some(key) = table.arc(row) {
                queues.push_front(key, row);
            }
        }
        queues
    }

    fn push_front(&mut self, key: ArcKey, row: u32) {
        let table = self.table;
        let entry = self.heads.entry(
            hash_arc(key),
            |head| table.arc(*head) == Some(key),
            |head| table.arc(*head).map_or(0, hash_arc),
        );
        match entry {
            hashbrown::hash_table::Entry::Occupied(mut entry) => {
                self.next[row as usize] = std::mem::replace(entry.get_mut(), row);
            }
            hashbrown::hash_table::Entry::Vacant(entry) => {
                entry.insert(row);
            }
        }
    }

    fn take(&mut self, key: ArcKey) -> Option<u32> {
        let table = self.table;
        let entry = self.heads.find_entry(hash_arc(key), |head| table.arc(*head) == Some(key));
        let mut entry = entry.ok()?;
        let row = *entry.get();
        match self.next[row as usize] {
            NO_ROW => {
                entry.remove();
            }
            following => *entry.get_mut() = following,
        }
        Some(row)
    }
}

fn hash_arc((from, to, kind): ArcKey) -> u64 {
    let mut bytes = [0u8; 12];
    bytes[..4].copy_from_slice(&from.to_le_bytes());
    bytes[4..8].copy_from_slice(&to.to_le_bytes());
    bytes[8..].copy_from_slice(&kind.to_le_bytes());
    xxh3_64(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A chain of pins `names`; one wire edge between neighbours with one arc of each kind given.
    fn chain(names: &[&str], kinds: &[&str], cell: &str) -> ObjectTable {
        let mut table = ObjectTable::new();
        let cell = table.add_cell(cell);
        for name in names {
            table.add_vertices(name.as_bytes(), &[name.len() as u32], &[0], &[cell]).unwrap();
        }
        for row in 1..names.len() as u32 {
            table.add_edges(&[row - 1], &[row]).unwrap();
            for kind in kinds {
                let kind = table.add_arc_kind(kind);
                table.add_arcs(&[row - 1], &[kind]).unwrap();
            }
        }
        table
    }

    #[test]
    fn equal_tables_are_identical() {
        let table = chain(&["a", "b", "c"], &["r", "f"], "INV");
        let alignment = align(&table, &table.clone());
        assert_eq!((alignment.vertices, alignment.arcs), (RowMap::Identity, RowMap::Identity));
        assert!(alignment.changed_cells.is_empty());
        assert_eq!(alignment.counts.arcs, 4);
    }

    #[test]
    fn rows_are_matched_by_name_whatever_their_order() {
        let base = chain(&["a", "b", "c"], &["r", "f"], "INV");
        let new = chain(&["x", "a", "b"], &["f", "r"], "INV");
        let alignment = align(&base, &new);
        assert_eq!(alignment.vertices, RowMap::Rows(vec![NO_ROW, 0, 1]));
        assert_eq!(alignment.arcs, RowMap::Rows(vec![NO_ROW, NO_ROW, 1, 0]));
        let counts = alignment.counts();
        assert_eq!((counts.vertices, counts.missing_vertices, counts.extra_vertices), (2, 1, 1));
        assert_eq!((counts.arcs, counts.missing_arcs, counts.extra_arcs), (2, 2, 2));
    }

    #[test]
    fn another_cell_is_seen_though_the_rows_agree() {
        let base = chain(&["a", "b"], &["r"], "INV_X1");
        let new = chain(&["a", "b"], &["r"], "INV_X2");
        let alignment = align(&base, &new);
        assert_eq!(alignment.vertices, RowMap::Identity);
        assert_eq!(alignment.changed_cells, [0, 1]);
    }

    #[test]
    fn a_million_parallel_arcs_meet_in_order() {
        let many = |extra: u32| {
            let mut table = chain(&["a", "b"], &[], "C");
            table.add_edges(&[0], &[1]).unwrap();
            let kind = table.add_arc_kind("k");
            let count = 1_000_000 + extra as usize;
            table.add_arcs(&vec![0; count], &vec![kind; count]).unwrap();
            table
        };
        let alignment = align(&many(0), &many(3));
        assert_eq!(alignment.counts().arcs, 1_000_000);
        assert_eq!(alignment.counts().extra_arcs, 3);
        assert_eq!(alignment.arcs.get(999_999), Some(999_999));
        assert_eq!(alignment.arcs.get(1_000_001), None);
    }

    #[test]
    fn a_name_that_stands_twice_is_matched_once() {
        let base = chain(&["a"], &[], "C");
        let new = chain(&["a", "a"], &[], "C");
        assert_eq!(align(&base, &new).vertices, RowMap::Rows(vec![0, NO_ROW]));
    }
}
