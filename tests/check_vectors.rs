// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The checksums and digests of stage files, against a second implementation that knows only `docs/format.md`.

mod common;

use std::fs;

use ckp::{OpenMode, ReadMode, Store, StreamKey, StreamKind};
use common::everything::{STAGES, keys, read_all, save_all};
use common::forged::{Forged, base_digest, combined, digest};
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

fn with_store(body: impl FnOnce(&Store)) {
    let directory = tempfile::tempdir().unwrap();
    let store = common::create(&directory.path().join("s.ckp"));
    save_all(&store);
    body(&store);
}

#[test]
fn a_file_written_by_hand_is_read() {
    with_store(|store| {
        for name in STAGES {
            let stage = store.stage(name).unwrap();
            let path = store.path().join("stages").join(format!("{name}.stage"));
            let forged = Forged::of(&stage, &fs::read(&path).unwrap()).file();
            fs::write(&path, forged).unwrap();
        }
        let again = Store::open(store.path(), OpenMode::Read, ReadMode::Positioned).unwrap();
        for name in STAGES {
            let errors = read_all(&again.stage(name).unwrap(), name);
            assert!(errors.is_empty(), "{errors:?}");
        }
        assert!(again.verify(ckp::Depth::Full).unwrap().findings.is_empty());
    });
}

#[test]
fn digests_are_those_of_the_document() {
    with_store(|store| {
        let mut base = None;
        for name in STAGES {
            let stage = store.stage(name).unwrap();
            let timing = stage.timing_stage();
            assert_eq!(stage.digest(), digest(timing));
            assert_eq!(timing.base_checkpoint_ref.as_ref().map(|base| base.digest), base);
            base = Some(base_digest(timing));
            for key in keys(name).into_iter().filter(|key| key.kind.width() == ckp::Width::Word) {
                let words = stage.shared_words(key).unwrap();
                let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
                let delta = &timing.delta_changes;
                let stream = &delta.streams[delta.find(key).unwrap()];
                assert_eq!(stream.checksum, xxh3_128(&bytes), "{key}");
            }
        }
    });
}

#[test]
fn digests_of_rows_and_tables_are_those_of_the_document() {
    with_store(|store| {
        let [a, b] = ["a", "b"].map(|name| store.stage(name).unwrap());
        let metadata = a.metadata();
        let table = a.objects().unwrap();
        let rows = 0..table.vertex_count() as u32;
        let words = |words: &[u32]| words.iter().flat_map(|w| w.to_le_bytes()).collect::<Vec<_>>();
        let mut names = Vec::new();
        let mut ends = Vec::new();
        for row in rows.clone() {
            names.extend_from_slice(table.name(row));
            ends.push(names.len() as u32);
        }
        let drivers = vec![0; table.vertex_count()];
        assert_eq!(metadata.vertex_digest, xxh3_128(&[names, words(&ends), drivers].concat()));
        let (from, to) = table.edges();
        let kinds = (0..table.arc_count() as u32).flat_map(|arc| {
            let (_, _, kind) = table.arc(arc).unwrap();
            xxh3_64(table.arc_kind_name(kind).as_bytes()).to_le_bytes()
        });
        let arcs = [words(from), words(to), words(table.arc_edges()), kinds.collect()].concat();
        assert_eq!(metadata.arc_digest, xxh3_128(&arcs));
        let cells = rows.flat_map(|row| xxh3_64(table.cell(row).as_bytes()).to_le_bytes());
        assert_eq!(metadata.cell_digest, xxh3_128(&cells.collect::<Vec<u8>>()));
        let checksum = |stage: &ckp::Stage| {
            let delta = &stage.timing_stage().delta_changes;
            let tables = delta.find(StreamKey::plain(StreamKind::DelayTables));
            tables.map_or(0, |position| delta.streams[position].checksum)
        };
        assert_ne!(checksum(&a), 0);
        assert_eq!(metadata.tables_digest, combined(&[checksum(&a), 0, 0]));
        let of_a = [metadata.tables_digest, a.digest()];
        assert_eq!(b.metadata().tables_digest, combined(&[checksum(&b), of_a[0], of_a[1]]));
    });
}
