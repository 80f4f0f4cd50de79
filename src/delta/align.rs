// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Rows of one object table matched with those of another, by name.

use std::collections::HashMap;
use std::ops::Range;

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
    /// That of a table with one that is the same.
    pub fn identity(table: &ObjectTable) -> Self {
        let counts = Match {
            vertices: table.vertex_count() as u64,
            arcs: table.arc_count() as u64,
            ..Match::default()
        };
        let (vertices, arcs) = (RowMap::Identity, RowMap::Identity);
        Self { vertices, arcs, changed_cells: Vec::new(), counts }
    }

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

/// Rows of the base that are looked at for one of the new table, behind the last that was found.
const REACH: usize = 32;

/// Rows are most often in the base's order, but for some; these alone are looked for by hash.
fn align_vertices(base: &ObjectTable, new: &ObjectTable) -> RowMap {
    if base.name_ends == new.name_ends && base.names == new.names && base.driver == new.driver {
        return RowMap::Identity;
    }
    let base_count = base.vertex_count();
    let mut rows = vec![NO_ROW; new.vertex_count()];
    let mut is_taken = vec![false; base_count];
    let mut next = 0;
    for (row, found) in rows.iter_mut().enumerate() {
        let mut near = next..base_count.min(next + REACH);
        if let Some(near) = near.find(|near| base.same_vertex(*near as u32, new, row as u32)) {
            *found = near as u32;
            is_taken[near] = true;
            next = near + 1;
        }
    }
    let left = (0..base_count as u32).filter(|row| !is_taken[*row as usize]);
    let index = base.index_of(left);
    for (row, found) in rows.iter_mut().enumerate().filter(|(_, found)| **found == NO_ROW) {
        if let Some(far) = index.find(base, new, row as u32)
            // A base row is the counterpart of one row only, should a name stand twice.
            && !std::mem::replace(&mut is_taken[far as usize], true)
        {
            *found = far;
        }
    }
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
    let mut rows = vec![NO_ROW; new.arc_count()];
    let left = align_edges(base, new, vertices, &kinds, &mut rows);
    let mut queues = ArcQueues::new(base, &left.base);
    for row in left.new {
        let found = new.arc(row).and_then(|(from, to, kind)| {
            let from = vertices.get(from as usize)?;
            let to = vertices.get(to as usize)?;
            let kind = kinds.get(kind as usize).copied().filter(|kind| *kind != NO_ROW)?;
            queues.take((from, to, kind))
        });
        rows[row as usize] = found.unwrap_or(NO_ROW);
    }
    RowMap::Rows(rows)
}

/// Arcs, ascending, that whole edges did not settle.
struct Left {
    base: Vec<u32>,
    new: Vec<u32>,
}

/// Match the arcs between two vertices as a whole where they are of the same kinds in the same order. Wants
/// tables whose edges ascend by their ends; of others all is left.
fn align_edges(
    base: &ObjectTable,
    new: &ObjectTable,
    vertices: &RowMap,
    kinds: &[u32],
    rows: &mut [u32],
) -> Left {
    let (Some(base_edges), Some(new_edges)) = (Edges::new(base), Edges::new(new)) else {
        let all = |table: &ObjectTable| (0..table.arc_count() as u32).collect();
        return Left { base: all(base), new: all(new) };
    };
    let mut left = Left { base: Vec::new(), new: Vec::new() };
    let (mut edge, mut next) = (0, 0);
    while edge < new.edge_count() {
        let new_edge = edge;
        edge = new_edges.end_of_group(new_edge);
        let from = vertices.get(new.edge_from[new_edge] as usize);
        let to = vertices.get(new.edge_to[new_edge] as usize);
        let Some(first) = from.zip(to).and_then(|ends| base_edges.find(ends, next)) else {
            continue;
        };
        next = base_edges.end_of_group(first);
        let (base_arcs, new_arcs) = (base_edges.arcs(first..next), new_edges.arcs(new_edge..edge));
        let base_kinds = base.arc_kind[base_arcs.clone()].iter().copied();
        let new_kinds = new.arc_kind[new_arcs.clone()].iter();
        let new_kinds = new_kinds.map(|kind| kinds.get(*kind as usize).copied().unwrap_or(NO_ROW));
        if base_kinds.eq(new_kinds) {
            rows[new_arcs].iter_mut().zip(base_arcs).for_each(|(row, arc)| *row = arc as u32);
        } else {
            left.new.extend(new_arcs.map(|arc| arc as u32));
            left.base.extend(base_arcs.map(|arc| arc as u32));
        }
    }
    left.base.sort_unstable();
    left
}

/// The edges of a table by their ends.
struct Edges<'a> {
    table: &'a ObjectTable,
    /// By vertex: the first edge from it.
    starts: Vec<u32>,
    /// By edge: the first arc of it.
    arcs: Vec<u32>,
}

impl<'a> Edges<'a> {
    /// Nothing where the edges do not ascend.
    fn new(table: &'a ObjectTable) -> Option<Self> {
        let is_sorted = table.edge_from.iter().zip(&table.edge_to).is_sorted();
        is_sorted.then(|| Self {
            table,
            starts: starts(&table.edge_from, table.vertex_count()),
            arcs: starts(&table.arc_edge, table.edge_count()),
        })
    }

    fn ends(&self, edge: usize) -> Option<(u32, u32)> {
        Some((*self.table.edge_from.get(edge)?, *self.table.edge_to.get(edge)?))
    }

    /// The first edge between two vertices; `guess` may be it.
    fn find(&self, ends: (u32, u32), guess: usize) -> Option<usize> {
        let is_first = guess == 0 || self.ends(guess - 1) != Some(ends);
        if is_first && self.ends(guess) == Some(ends) {
            return Some(guess);
        }
        let from = ends.0 as usize;
        let edges = self.starts[from] as usize..self.starts[from + 1] as usize;
        let before = self.table.edge_to[edges.clone()].partition_point(|to| *to < ends.1);
        Some(edges.start + before).filter(|edge| self.ends(*edge) == Some(ends))
    }

    /// The edge behind those that have the ends of the edge `first`, the first of them.
    fn end_of_group(&self, first: usize) -> usize {
        let ends = self.ends(first);
        (first + 1..).find(|edge| self.ends(*edge) != ends).unwrap_or(first + 1)
    }

    fn arcs(&self, edges: Range<usize>) -> Range<usize> {
        self.arcs[edges.start] as usize..self.arcs[edges.end] as usize
    }
}

/// Where each of `count` keys begins in an ascending list of them, and at last the length of the list.
fn starts(keys: &[u32], count: usize) -> Vec<u32> {
    let mut starts = Vec::with_capacity(count + 1);
    for (at, key) in keys.iter().enumerate() {
        while starts.len() <= *key as usize {
            starts.push(at as u32);
        }
    }
    starts.resize(count + 1, keys.len() as u32);
    starts
}

fn changed_cells(base: &ObjectTable, new: &ObjectTable, vertices: &RowMap) -> Vec<u32> {
    let same_dictionary = base.cell_names == new.cell_names;
    if *vertices == RowMap::Identity && same_dictionary && base.cells == new.cells {
        return Vec::new();
    }
    let known: HashMap<&str, u32> =
        base.cell_names.iter().zip(0..).map(|(name, cell)| (name.as_str(), cell)).collect();
    let cells: Vec<Option<u32>> =
        new.cell_names.iter().map(|name| known.get(name.as_str()).copied()).collect();
    let is_same = |base_row: u32, row: u32| {
        Some(base.cells[base_row as usize]) == cells[new.cells[row as usize] as usize]
            || base.cell(base_row) == new.cell(row)
    };
    (0..new.vertex_count() as u32)
        .filter(|row| vertices.get(*row as usize).is_some_and(|base| !is_same(base, *row)))
        .collect()
}

type ArcKey = (u32, u32, u32);

/// Arcs of a table by (from, to, kind); arcs that share a key wait in line in row order, so
/// that the n-th of them on one side meets the n-th on the other. Constant time an arc, however
/// many are parallel.
struct ArcQueues<'a> {
    table: &'a ObjectTable,
    heads: HashTable<u32>,
    next: Vec<u32>,
}

impl<'a> ArcQueues<'a> {
    /// Of some rows, ascending.
    fn new(table: &'a ObjectTable, rows: &[u32]) -> Self {
        let heads = HashTable::with_capacity(rows.len());
        let mut queues = Self { table, heads, next: vec![NO_ROW; table.arc_count()] };
        for row in rows.iter().rev() {
            if let Some(key) = table.arc(*row) {
                queues.push_front(key, *row);
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
    fn edges_are_settled_whole_or_arc_by_arc() {
        // (from, to, kinds) of each edge of three pins.
        let table = |edges: &[(u32, u32, &[&str])]| {
            let mut table = chain(&["a", "b", "c"], &[], "X");
            (table.edge_from, table.edge_to) = Default::default();
            for (edge, (from, to, kinds)) in edges.iter().enumerate() {
                table.add_edges(&[*from], &[*to]).unwrap();
                for kind in *kinds {
                    let kind = table.add_arc_kind(kind);
                    table.add_arcs(&[edge as u32], &[kind]).unwrap();
                }
            }
            table
        };
        let found = |base: &ObjectTable, new: &ObjectTable| -> Vec<Option<u32>> {
            let arcs = align(base, new).arcs;
            (0..new.arc_count()).map(|arc| arcs.get(arc)).collect()
        };
        let base =
            table(&[(0, 1, &["r", "f"]), (0, 2, &["r"]), (0, 2, &["r", "s"]), (1, 2, &["f"])]);
        let other = table(&[(0, 1, &["r", "f"]), (0, 2, &["r", "r", "r"]), (1, 2, &["f", "g"])]);
        assert_eq!(found(&base, &other), [0, 1, 2, 3, NO_ROW, 5, NO_ROW].map(Some).map(none));
        assert_eq!(found(&other, &base), [0, 1, 2, 3, NO_ROW, 5].map(Some).map(none));
        let fewer = table(&[(0, 2, &["s", "r"]), (1, 2, &["f"])]);
        assert_eq!(found(&base, &fewer), [4, 2, 5].map(Some));
        // Edges that do not ascend.
        let mixed = table(&[(1, 2, &["f"]), (0, 1, &["f", "r"])]);
        assert_eq!(found(&base, &mixed), [5, 1, 0].map(Some));
    }

    fn none(row: Option<u32>) -> Option<u32> {
        row.filter(|row| *row != NO_ROW)
    }

    #[test]
    fn rows_far_from_their_place_are_found() {
        let names: Vec<String> = (0..200).map(|index| format!("p{index}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let base = chain(&names, &["r"], "X");
        let mut moved = names.clone();
        moved.rotate_left(70);
        moved.insert(100, "new");
        let rows: Vec<u32> = (70..200).chain(0..70).collect();
        let RowMap::Rows(found) = align(&base, &chain(&moved, &["r"], "X")).vertices else {
            panic!("the rows were moved");
        };
        assert_eq!((&found[..100], found[100]), (&rows[..100], NO_ROW));
        assert_eq!(found[101..], rows[100..]);
    }

    #[test]
    fn a_name_that_stands_twice_is_matched_once() {
        let base = chain(&["a"], &[], "C");
        let new = chain(&["a", "a"], &[], "C");
        assert_eq!(align(&base, &new).vertices, RowMap::Rows(vec![0, NO_ROW]));
    }
}
