// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The checksums and digests of stage files, against a second implementation that knows only `docs/format.md`.

mod common;

use std::fs;

use ckp::{
    CompressedDelta, MinMax, OpenMode, ReadMode, StageMetadata, Store, StreamIndex, StreamKey,
    StreamKind, TimingStage, Transition,
};
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

/// The vectors of `docs/format.md`: from zlib, and from the reference implementation of XXH3 in C.
#[test]
fn published_vectors_hold() {
    let sequence: Vec<u8> = (0..=255).collect();
    for (bytes, crc, short, long) in [
        (vec![], 0, 0x2d06800538d394c2, 0x99aa06d3014798d86001c324468d497f),
        (b"123456789".to_vec(), 0xcbf43926, 0x72dcb18b67a17dff, 0x33119477ede5dcd5e9716427681d5860),
        (sequence.clone(), 0x29058c73, 0x9408a4433b952d71, 0xf1f8a93f50849ac39408a4433b952d71),
        (sequence.repeat(16), 0xa2912082, 0xeb4b7c3707879151, 0x03916578969f7a66eb4b7c3707879151),
    ] {
        assert_eq!(crc32fast::hash(&bytes), crc);
        assert_eq!((xxh3_64(&bytes), xxh3_128(&bytes)), (short, long));
    }
    let bits = [0x3f800000u32, 0x80000000, 0x7fc00000];
    let words: Vec<u8> = bits.iter().flat_map(|bits| bits.to_le_bytes()).collect();
    assert_eq!(xxh3_128(&words), 0xee707880c5d7a73fec2f845491e9d500);
    let rows = [&b"abc"[..], &1u32.to_le_bytes(), &3u32.to_le_bytes(), &[0, 1]].concat();
    assert_eq!(xxh3_128(&rows), 0x1b8742d05999be5a0a1594df01284525);
    assert_eq!(combined(&[3, 0, 0]), 0xef876ebd3b50e17503fbcf3515a0781d);
    assert_eq!(combined(&[1, 2]), 0xc88e3255b4546aadee3fb5249c767bd2);
    let key = StreamKey {
        kind: StreamKind::Delay,
        scene: 0,
        min_max: MinMax::Max,
        transition: Transition::None,
        plane: 0,
    };
    let stream = StreamIndex { key, count: 2, checksum: 5, blocks: Vec::new() };
    let metadata = StageMetadata {
        vertex_digest: 1,
        arc_digest: 2,
        cell_digest: 3,
        attachments: vec!["a".into()],
        ..StageMetadata::default()
    };
    let stage = TimingStage {
        stage_id: String::new(),
        timestamp: 0,
        base_checkpoint_ref: None,
        delta_changes: CompressedDelta { streams: vec![stream] },
        metadata,
    };
    assert_eq!(digest(&stage), 0x2349d1124c9e4f04623811219bb13d0a);
}
