// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The raw capture of a stage, as in "Raw size" of `docs/format.md`: what every tool gets.

use std::sync::Arc;

use ckp::{DelayTable, ObjectTable, StageMetadata, Store, StreamKey, Width};

use crate::Outcome;

/// One column: its key and the bits of its floats.
pub struct Column {
    pub key: StreamKey,
    pub values: Vec<u32>,
}

/// A stage in memory. Endpoints, texts and marks of user annotations are left out.
pub struct RawStage {
    pub name: String,
    pub objects: Arc<ObjectTable>,
    pub metadata: StageMetadata,
    /// Names, where each begins, ends of the edges, edges of the arcs.
    pub head: Vec<u8>,
    pub columns: Vec<Column>,
    /// What the library says of delays: scene, arc, table. Only ckp makes use of it, and stores it.
    pub library_delays: Vec<(u16, u32, DelayTable)>,
}

impl RawStage {
    pub fn read(store: &Store, name: &str) -> Outcome<Self> {
        let stage = store.stage(name)?;
        let objects = stage.objects()?;
        let metadata = stage.metadata().clone();
        let mut columns = Vec::new();
        for stream in stage.timing_stage().delta_changes.columns() {
            if stream.key.kind.width() == Width::Word {
                let values = stage.read_words(stream.key, 0..stream.count)?;
                columns.push(Column { key: stream.key, values });
            }
        }
        let (mut head, mut starts) = (Vec::new(), Vec::new());
        for row in 0..metadata.vertices {
            starts.push(head.len() as u32);
            head.extend_from_slice(objects.name(row));
        }
        append(&mut head, &starts);
        append(&mut head, objects.edges().0);
        append(&mut head, objects.edges().1);
        append(&mut head, objects.arc_edges());
        let library_delays = stage.library_delays()?;
        let name = name.to_owned();
        let raw = Self { name, objects, metadata, head, columns, library_delays };
        if raw.raw_bytes() != raw.metadata.raw_bytes {
            return Err(format!("The raw dump of {} does not have the raw size.", raw.name).into());
        }
        Ok(raw)
    }

    pub fn raw_bytes(&self) -> u64 {
        let values: usize = self.columns.iter().map(|column| column.values.len()).sum();
        (self.head.len() + 4 * values) as u64
    }

    /// All columns, one behind the other.
    pub fn column_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for column in &self.columns {
            append(&mut bytes, &column.values);
        }
        bytes
    }

    /// Everything: the file that the tools on the command line get.
    pub fn dump(&self) -> Vec<u8> {
        [self.head.clone(), self.column_bytes()].concat()
    }

    pub fn column(&self, key: StreamKey) -> Option<&[u32]> {
        let found = self.columns.iter().find(|column| column.key == key);
        found.map(|column| column.values.as_slice())
    }
}

fn append(bytes: &mut Vec<u8>, words: &[u32]) {
    bytes.extend(words.iter().flat_map(|word| word.to_le_bytes()));
}

/// All lowest bytes, then all second bytes, all third, all highest.
pub fn shuffle(words: &[u32]) -> Vec<u8> {
    let plane = |shift: u32| words.iter().map(move |word| (word >> shift) as u8);
    [0, 8, 16, 24].into_iter().flat_map(plane).collect()
}

/// Undo [`shuffle`], back to little-endian words. The planes are equally long.
pub fn unshuffle(bytes: &[u8], out: &mut Vec<u8>) {
    let (low, high) = bytes.split_at(bytes.len() / 2);
    let (first, second) = low.split_at(low.len() / 2);
    let (third, fourth) = high.split_at(high.len() / 2);
    for (((a, b), c), d) in first.iter().zip(second).zip(third).zip(fourth) {
        out.extend_from_slice(&[*a, *b, *c, *d]);
    }
}
