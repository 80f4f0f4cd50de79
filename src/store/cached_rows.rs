// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Object tables in the cache: names in one copy, with a hash table to find them by, and all else in another,
//! which looks at single pins do without.

use xxhash_rust::xxh3::Xxh3;

use super::cache::{Cache, CacheKey, CacheKind, CachedBytes, bytes, words};
use crate::model::{Digest, ObjectTable, StageMetadata, hash_vertex};

/// Vertices, slots of the hash table, bytes of the names.
const COUNTS: u64 = 3 * 8;
/// A slot without a row.
const EMPTY: u32 = u32::MAX;

/// The names of a table, read as they are asked for.
#[derive(Debug)]
pub(super) struct CachedNames {
    copy: CachedBytes,
    vertices: u64,
    slots: u64,
}

fn names_key(metadata: &StageMetadata) -> CacheKey {
    CacheKey { kind: CacheKind::Names, digest: metadata.vertex_digest }
}

/// Cells and arc kinds are numbered by the dictionaries of the stage.
fn arcs_key(metadata: &StageMetadata) -> CacheKey {
    let mut hasher = Xxh3::new();
    for digest in [metadata.vertex_digest, metadata.arc_digest, metadata.cell_digest] {
        hasher.update(&digest.to_le_bytes());
    }
    for names in [&metadata.cell_names, &metadata.kind_names] {
        hasher.update(&(names.len() as u64).to_le_bytes());
        for name in names {
            hasher.update(&(name.len() as u64).to_le_bytes());
            hasher.update(name.as_bytes());
        }
    }
    CacheKey { kind: CacheKind::Arcs, digest: hasher.digest128() as Digest }
}

/// Whether there are copies of the table of a stage.
pub(super) fn are_there(cache: &Cache, metadata: &StageMetadata) -> bool {
    [names_key(metadata), arcs_key(metadata)].into_iter().all(|key| cache.find(key).is_some())
}

/// Keep copies of a table.
pub(super) fn put_objects(cache: &Cache, metadata: &StageMetadata, objects: &ObjectTable) {
    if cache.find(names_key(metadata)).is_none() {
        let slots = slots(objects);
        let counts = [objects.vertex_count(), slots.len(), objects.names.len()];
        let counts: Vec<u8> = counts.iter().flat_map(|c| (*c as u64).to_le_bytes()).collect();
        let parts: [&[u8]; 5] =
            [&counts, &bytes(&slots), &bytes(&objects.name_ends), &objects.driver, &objects.names];
        cache.put(names_key(metadata), &parts);
    }
    let arrays = [
        &objects.cells,
        &objects.edge_from,
        &objects.edge_to,
        &objects.arc_edge,
        &objects.arc_kind,
    ];
    let arrays = arrays.map(|words| bytes(words));
    cache.put(arcs_key(metadata), &arrays.each_ref().map(Vec::as_slice));
}

/// The table of a stage, from its copies.
pub(super) fn objects(cache: &Cache, metadata: &StageMetadata) -> Option<ObjectTable> {
    let names = CachedNames::find(cache, metadata)?;
    let arcs = cache.find(arcs_key(metadata))?;
    let counts = [metadata.vertices, metadata.edges, metadata.edges, metadata.arcs, metadata.arcs];
    let mut start = 0;
    let arrays = counts.map(|count| {
        let end = start + u64::from(count);
        arcs.words(std::mem::replace(&mut start, end)..end)
    });
    let [cells, edge_from, edge_to, arc_edge, arc_kind] = arrays;
    let (ends, drivers) = (names.ends_start(), names.drivers_start());
    let objects = ObjectTable {
        names: names.copy.read(names.names_start()..names.copy.length())?,
        name_ends: words(&names.copy.read(ends..drivers)?),
        driver: names.copy.read(drivers..names.names_start())?,
        cells: cells?,
        cell_names: metadata.cell_names.clone(),
        edge_from: edge_from?,
        edge_to: edge_to?,
        arc_edge: arc_edge?,
        arc_kind: arc_kind?,
        kind_names: metadata.kind_names.clone(),
    };
    objects.has_digests_of(metadata).then_some(objects)
}

/// Rows by the hashes of their names, each in the first free slot from that of its hash on. Half of the slots
/// are free.
fn slots(objects: &ObjectTable) -> Vec<u32> {
    let count = (2 * objects.vertex_count()).next_power_of_two();
    let mut slots = vec![EMPTY; count];
    for row in 0..objects.vertex_count() as u32 {
        let mut slot = objects.vertex_hash(row) as usize & (count - 1);
        while slots[slot] != EMPTY {
            slot = (slot + 1) & (count - 1);
        }
        slots[slot] = row;
    }
    slots
}

impl CachedNames {
    /// Those of a stage.
    pub fn find(cache: &Cache, metadata: &StageMetadata) -> Option<Self> {
        let copy = cache.find(names_key(metadata))?;
        let counts = copy.read(0..COUNTS)?;
        let [vertices, slots, name_bytes] = counts.as_chunks::<8>().0 else { return None };
        let [vertices, slots, name_bytes] =
            [vertices, slots, name_bytes].map(|c| u64::from_le_bytes(*c));
        let names = Self { copy, vertices, slots };
        let length = names.copy.length();
        let is_whole = vertices == u64::from(metadata.vertices)
            && slots.is_power_of_two()
            && slots.max(name_bytes) <= length
            && names.names_start() + name_bytes == length;
        is_whole.then_some(names)
    }

    /// Name of a row, and whether it is the driver of a bidirectional pin.
    pub fn name(&self, row: u32) -> Option<(Vec<u8>, bool)> {
        if u64::from(row) >= self.vertices {
            return None;
        }
        let start = match row {
            0 => 0,
            _ => self.word(self.ends_start(), u64::from(row) - 1)?,
        };
        let end = self.word(self.ends_start(), u64::from(row))?;
        let names = self.names_start();
        let name = self.copy.read(names + u64::from(start)..names + u64::from(end))?;
        let driver = self.drivers_start() + u64::from(row);
        let driver = self.copy.read(driver..driver + 1)?;
        Some((name, driver == [1]))
    }

    /// Row of a name, `Some(None)` when there is none.
    pub fn row(&self, name: &[u8], is_driver: bool) -> Option<Option<u32>> {
        let mut slot = hash_vertex(name, u8::from(is_driver)) & (self.slots - 1);
        for _ in 0..self.slots {
            let row = self.word(COUNTS, slot)?;
            if row == EMPTY {
                return Some(None);
            }
            if self.name(row)? == (name.to_vec(), is_driver) {
                return Some(Some(row));
            }
            slot = (slot + 1) & (self.slots - 1);
        }
        Some(None)
    }

    fn word(&self, start: u64, number: u64) -> Option<u32> {
        let start = start + 4 * number;
        words(&self.copy.read(start..start + 4)?).first().copied()
    }

    fn ends_start(&self) -> u64 {
        COUNTS + 4 * self.slots
    }

    fn drivers_start(&self) -> u64 {
        self.ends_start() + 4 * self.vertices
    }

    fn names_start(&self) -> u64 {
        self.drivers_start() + self.vertices
    }
}
