// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The object table: the rows of all columns.

use hashbrown::HashTable;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use super::{Digest, StageMetadata};
use crate::error::{Result, invalid, shape};

/// Vertices, edges and arcs of a design. Rows are identified by name: an engine's ids are recycled
/// by edits and mean nothing in another process.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ObjectTable {
    pub(crate) names: Vec<u8>,
    /// End of each name in `names`.
    pub(crate) name_ends: Vec<u32>,
    pub(crate) driver: Vec<u8>,
    pub(crate) cells: Vec<u32>,
    pub(crate) cell_names: Vec<String>,
    pub(crate) edge_from: Vec<u32>,
    pub(crate) edge_to: Vec<u32>,
    pub(crate) arc_edge: Vec<u32>,
    pub(crate) arc_kind: Vec<u32>,
    pub(crate) kind_names: Vec<String>,
}

/// Digests that name the rows, whatever the numbering of the dictionaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RowDigests {
    pub vertices: Digest,
    pub arcs: Digest,
    pub cells: Digest,
}

impl ObjectTable {
    /// An empty table.
    pub fn new() -> Self {
        Self::default()
    }

    /// Vertices.
    pub fn vertex_count(&self) -> usize {
        self.name_ends.len()
    }

    /// Edges.
    pub fn edge_count(&self) -> usize {
        self.edge_from.len()
    }

    /// Arcs.
    pub fn arc_count(&self) -> usize {
        self.arc_edge.len()
    }

    /// Add a liberty cell name (empty for top-level ports) and get its index. A name that is there
    /// already keeps its index.
    pub fn add_cell(&mut self, name: &str) -> u32 {
        intern(&mut self.cell_names, name)
    }

    /// Add an arc kind such as `setup ^ -> v` and get its index.
    pub fn add_arc_kind(&mut self, name: &str) -> u32 {
        intern(&mut self.kind_names, name)
    }

    /// Append vertices. `name_ends[i]` is the end of the i-th name in `names`; `driver` is 1 for the
    /// driver vertex of a bidirectional pin, else 0. On failure nothing is added.
    pub fn add_vertices(
        &mut self,
        names: &[u8],
        name_ends: &[u32],
        driver: &[u8],
        cells: &[u32],
    ) -> Result<()> {
        if name_ends.len() != driver.len() || name_ends.len() != cells.len() {
            return Err(shape("Vertex arrays differ in length."));
        }
        let offset = u32::try_from(self.names.len())
            .ok()
            .filter(|offset| u64::from(*offset) + names.len() as u64 <= u64::from(u32::MAX))
            .ok_or_else(|| invalid("The names of all pins together exceed 4 GiB."))?;
        if self.vertex_count() as u64 + name_ends.len() as u64 >= u64::from(u32::MAX) {
            return Err(invalid("There are more than 2^32 - 2 vertices."));
        }
        let ascending = name_ends.is_sorted();
        if !ascending || name_ends.last().map_or(0, |end| *end as usize) != names.len() {
            return Err(shape("The ends of the names do not cover the names."));
        }
        if driver.iter().any(|flag| *flag > 1) {
            return Err(invalid("A driver flag is neither 0 nor 1."));
        }
        if cells.iter().any(|cell| *cell as usize >= self.cell_names.len()) {
            return Err(invalid("A vertex has a cell that was not added."));
        }
        self.names.extend_from_slice(names);
        self.name_ends.extend(name_ends.iter().map(|end| end + offset));
        self.driver.extend_from_slice(driver);
        self.cells.extend_from_slice(cells);
        Ok(())
    }

    /// Append edges between vertex rows that were added before. On failure nothing is added.
    pub fn add_edges(&mut self, from: &[u32], to: &[u32]) -> Result<()> {
        if from.len() != to.len() {
            return Err(shape("Edge arrays differ in length."));
        }
        if self.edge_count() as u64 + from.len() as u64 >= u64::from(u32::MAX) {
            return Err(invalid("There are more than 2^32 - 2 edges."));
        }
        let vertices = self.vertex_count() as u64;
        if from.iter().chain(to).any(|row| u64::from(*row) >= vertices) {
            return Err(invalid("An edge names a vertex that was not added."));
        }
        self.edge_from.extend_from_slice(from);
        self.edge_to.extend_from_slice(to);
        Ok(())
    }

    /// Append arcs. The edges must not decrease, within the call or since the last one. On failure
    /// nothing is added.
    pub fn add_arcs(&mut self, edge: &[u32], kind: &[u32]) -> Result<()> {
        if edge.len() != kind.len() {
            return Err(shape("Arc arrays differ in length."));
        }
        if self.arc_count() as u64 + edge.len() as u64 >= u64::from(u32::MAX) {
            return Err(invalid("There are more than 2^32 - 2 arcs."));
        }
        let last = self.arc_edge.last().copied().unwrap_or(0);
        if !edge.is_sorted() || edge.first().is_some_and(|first| *first < last) {
            return Err(invalid("Arcs are not in the order of their edges."));
        }
        if edge.last().is_some_and(|edge| *edge as usize >= self.edge_count()) {
            return Err(invalid("An arc names an edge that was not added."));
        }
        if kind.iter().any(|kind| *kind as usize >= self.kind_names.len()) {
            return Err(invalid("An arc has a kind that was not added."));
        }
        self.arc_edge.extend_from_slice(edge);
        self.arc_kind.extend_from_slice(kind);
        Ok(())
    }

    /// Name of a vertex's pin; empty for a row that does not exist.
    pub fn name(&self, row: u32) -> &[u8] {
        let row = row as usize;
        let start = if row == 0 { 0 } else { self.name_ends.get(row - 1).copied().unwrap_or(0) };
        let end = self.name_ends.get(row).copied().unwrap_or(start);
        self.names.get(start as usize..end as usize).unwrap_or_default()
    }

    /// Liberty cell of a vertex's instance; empty for top-level ports.
    pub fn cell(&self, row: u32) -> &str {
        let cell =
            self.cells.get(row as usize).and_then(|cell| self.cell_names.get(*cell as usize));
        cell.map_or("", String::as_str)
    }

    /// Vertex rows and kind of an arc that exists: (from, to, kind index).
    pub fn arc(&self, row: u32) -> Option<(u32, u32, u32)> {
        let edge = *self.arc_edge.get(row as usize)? as usize;
        Some((
            *self.edge_from.get(edge)?,
            *self.edge_to.get(edge)?,
            *self.arc_kind.get(row as usize)?,
        ))
    }

    /// Vertex rows that the edges start at, and those that they end at.
    pub fn edges(&self) -> (&[u32], &[u32]) {
        (&self.edge_from, &self.edge_to)
    }

    /// The edge of each arc; never decreases.
    pub fn arc_edges(&self) -> &[u32] {
        &self.arc_edge
    }

    /// Name of an arc kind; empty for one that does not exist.
    pub fn arc_kind_name(&self, kind: u32) -> &str {
        self.kind_names.get(kind as usize).map_or("", String::as_str)
    }

    /// Name of a row as a user reads it.
    pub fn display_name(&self, row: u32) -> String {
        display_name(self.name(row), self.driver.get(row as usize) == Some(&1))
    }

    /// Bytes of names and topology in an uncompressed capture: the names, where each begins, both
    /// ends of every edge, the edge of every arc.
    pub fn raw_bytes(&self) -> u64 {
        self.names.len() as u64
            + 4 * self.vertex_count() as u64
            + 8 * self.edge_count() as u64
            + 4 * self.arc_count() as u64
    }

    /// Rows by name. The index borrows nothing: it is asked together with the table.
    pub(crate) fn index(&self) -> VertexIndex {
        self.index_of(0..self.vertex_count() as u32)
    }

    /// Some rows by name.
    pub(crate) fn index_of(&self, rows: impl Iterator<Item = u32>) -> VertexIndex {
        let mut table = HashTable::with_capacity(rows.size_hint().1.unwrap_or(0));
        for row in rows {
            let hash = self.vertex_hash(row);
            // The first of several rows of one name wins; engines have none.
            table
                .entry(
                    hash,
                    |other| self.same_vertex(*other, self, row),
                    |other| self.vertex_hash(*other),
                )
                .or_insert(row);
        }
        VertexIndex { table }
    }

    pub(crate) fn vertex_hash(&self, row: u32) -> u64 {
        hash_vertex(self.name(row), self.driver.get(row as usize).copied().unwrap_or(0))
    }

    pub(crate) fn same_vertex(&self, row: u32, other: &Self, other_row: u32) -> bool {
        self.driver.get(row as usize) == other.driver.get(other_row as usize)
            && self.name(row) == other.name(other_row)
    }

    pub(crate) fn row_digests(&self) -> RowDigests {
        let mut vertices = Xxh3::new();
        vertices.update(&self.names);
        update_words(&mut vertices, self.name_ends.iter().copied());
        vertices.update(&self.driver);
        let mut arcs = Xxh3::new();
        update_words(&mut arcs, self.edge_from.iter().copied());
        update_words(&mut arcs, self.edge_to.iter().copied());
        update_words(&mut arcs, self.arc_edge.iter().copied());
        update_named(&mut arcs, &self.arc_kind, &self.kind_names);
        let mut cells = Xxh3::new();
        update_named(&mut cells, &self.cells, &self.cell_names);
        RowDigests {
            vertices: vertices.digest128(),
            arcs: arcs.digest128(),
            cells: cells.digest128(),
        }
    }

    /// Whether it is the table of a stage.
    pub(crate) fn has_digests_of(&self, metadata: &StageMetadata) -> bool {
        let digests = self.row_digests();
        let stored = (metadata.vertex_digest, metadata.arc_digest, metadata.cell_digest);
        (digests.vertices, digests.arcs, digests.cells) == stored
    }

    /// Number the dictionaries as `base` does where it has the names, so that unchanged rows keep
    /// their numbers from stage to stage.
    pub(crate) fn renumber(&mut self, base_cells: &[String], base_kinds: &[String]) {
        renumber(&mut self.cell_names, &mut self.cells, base_cells);
        renumber(&mut self.kind_names, &mut self.arc_kind, base_kinds);
    }
}

/// Finds the row of a vertex by name.
#[derive(Debug)]
pub(crate) struct VertexIndex {
    table: HashTable<u32>,
}

impl VertexIndex {
    /// Row in `table` (the one that the index was made of) of the vertex `row` of `other`.
    pub fn find(&self, table: &ObjectTable, other: &ObjectTable, row: u32) -> Option<u32> {
        let hash = other.vertex_hash(row);
        self.table.find(hash, |mine| table.same_vertex(*mine, other, row)).copied()
    }

    /// Row in `table` of a pin name.
    pub fn find_name(&self, table: &ObjectTable, name: &[u8], driver: u8) -> Option<u32> {
        self.table
            .find(hash_vertex(name, driver), |row| {
                table.name(*row) == name && table.driver.get(*row as usize) == Some(&driver)
            })
            .copied()
    }
}

/// Name of a vertex as a user reads it.
pub(crate) fn display_name(name: &[u8], is_driver: bool) -> String {
    let name = String::from_utf8_lossy(name);
    if is_driver { format!("{name} (driver)") } else { name.into_owned() }
}

/// What vertices are found by.
pub(crate) fn hash_vertex(name: &[u8], driver: u8) -> u64 {
    xxh3_64(name) ^ u64::from(driver)
}

fn intern(names: &mut Vec<String>, name: &str) -> u32 {
    let position = names.iter().position(|known| known == name).unwrap_or_else(|| {
        names.push(name.to_owned());
        names.len() - 1
    });
    position as u32
}

/// Words are hashed through a small buffer: the hasher takes bytes, and per-word calls are slow.
fn update_words(hasher: &mut Xxh3, words: impl Iterator<Item = u32>) {
    let mut buffer = [0u8; 4096];
    let mut used = 0;
    for word in words {
        buffer[used..used + 4].copy_from_slice(&word.to_le_bytes());
        used += 4;
        if used == buffer.len() {
            hasher.update(&buffer);
            used = 0;
        }
    }
    hasher.update(&buffer[..used]);
}

fn update_named(hasher: &mut Xxh3, indices: &[u32], names: &[String]) {
    let hashes: Vec<u64> = names.iter().map(|name| xxh3_64(name.as_bytes())).collect();
    let hash = |index: &u32| hashes.get(*index as usize).copied().unwrap_or(0);
    update_words(
        hasher,
        indices.iter().flat_map(|index| {
            let hash = hash(index);
            [hash as u32, (hash >> 32) as u32]
        }),
    );
}

fn renumber(names: &mut Vec<String>, indices: &mut [u32], base: &[String]) {
    let mut merged = base.to_vec();
    let map: Vec<u32> = names.iter().map(|name| intern(&mut merged, name)).collect();
    for index in indices {
        *index = map.get(*index as usize).copied().unwrap_or(*index);
    }
    *names = merged;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> ObjectTable {
        let mut table = ObjectTable::new();
        let port = table.add_cell("");
        let inv = table.add_cell("INV");
        table.add_vertices(b"au/Au/Z", &[1, 4, 7], &[0, 0, 1], &[port, inv, inv]).unwrap();
        table.add_edges(&[0, 1], &[1, 2]).unwrap();
        let wire = table.add_arc_kind("wire ^ -> ^");
        let kind = table.add_arc_kind("combinational ^ -> v");
        table.add_arcs(&[0, 1], &[wire, kind]).unwrap();
        table
    }

    #[test]
    fn rows_are_found_by_name_and_side() {
        let table = table();
        let index = table.index();
        assert_eq!(index.find_name(&table, b"u/A", 0), Some(1));
        assert_eq!(index.find_name(&table, b"u/Z", 1), Some(2));
        assert_eq!(index.find_name(&table, b"u/Z", 0), None);
        assert_eq!(table.cell(1), "INV");
        assert_eq!(table.cell(0), "");
        assert_eq!(table.display_name(2), "u/Z (driver)");
        assert_eq!(table.raw_bytes(), 7 + 12 + 16 + 8);
    }

    #[test]
    fn what_does_not_fit_is_refused_and_adds_nothing() {
        let mut table = table();
        let before = table.clone();
        assert!(table.add_vertices(b"ab", &[1], &[0], &[0]).is_err());
        assert!(table.add_vertices(b"ab", &[2, 1], &[0, 0], &[0, 0]).is_err());
        assert!(table.add_vertices(b"a", &[1], &[2], &[0]).is_err());
        assert!(table.add_vertices(b"a", &[1], &[0], &[9]).is_err());
        assert!(table.add_vertices(b"a", &[1], &[0, 0], &[0]).is_err());
        assert!(table.add_edges(&[0], &[3]).is_err());
        assert!(table.add_edges(&[0], &[]).is_err());
        assert!(table.add_arcs(&[0], &[0]).is_err(), "edges must not decrease");
        assert!(table.add_arcs(&[2], &[0]).is_err());
        assert!(table.add_arcs(&[1], &[7]).is_err());
        assert!(table.add_arcs(&[1], &[]).is_err());
        assert_eq!(table, before);
    }

    #[test]
    fn digests_do_not_depend_on_the_numbering_of_dictionaries() {
        let plain = table();
        let mut other = table();
        other.renumber(&["X".into(), "INV".into()], &["setup ^ -> ^".into()]);
        assert_eq!(other.cell_names, ["X", "INV", ""]);
        assert_eq!(other.cell(1), "INV");
        assert_eq!(plain.row_digests(), other.row_digests());
        other.cells[1] = 0;
        assert_ne!(plain.row_digests().cells, other.row_digests().cells);
        assert_eq!(plain.row_digests().arcs, other.row_digests().arcs);
    }
}
