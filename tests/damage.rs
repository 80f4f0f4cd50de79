// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Damage is found, named, and never read as values.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use ckp::{
    BaseChoice, Capture, CaptureOptions, Depth, ErrorKind, MinMax, OpenMode, ReadMode, Store,
    StreamKey, StreamKind, Transition,
};
use common::library::Gates;
use common::{assert_holds, chain, column, create, fill, keys, rows, save, save_with};

fn stage_path(store: &Store, name: &str) -> PathBuf {
    store.path().join("stages").join(format!("{name}.stage"))
}

fn findings(store: &Store, depth: Depth) -> Vec<String> {
    let verification = store.verify(depth).unwrap();
    verification
        .findings
        .iter()
        .map(|finding| format!("{}: {}", finding.stage.as_deref().unwrap_or("-"), finding.error))
        .collect()
}

/// A store with a full stage `a` and a delta `b`.
fn two_stages(path: &Path) -> (Store, ckp::ObjectTable) {
    let store = create(path);
    let table = chain(60);
    save(&store, "a", &table, 0);
    let base = BaseChoice::Stage("a".into());
    save_with(&store, "b", CaptureOptions { base, ..Default::default() }, &table, 2).unwrap();
    (store, table)
}

/// Whatever a damaged stage lets be read is what was saved.
fn assert_right_or_refused(stage: &ckp::Stage, table: &ckp::ObjectTable, version: u32) {
    for key in keys() {
        let count = rows(table, key) as u64;
        let read = if key.kind.width() == ckp::Width::Byte {
            let bytes = stage.read_bytes(key, 0..count);
            bytes.map(|bytes| bytes.into_iter().map(u32::from).collect())
        } else {
            stage.read_words(key, 0..count)
        };
        if let Ok(values) = read {
            assert!(values == column(table, key, version), "{key}");
        }
    }
}

#[test]
fn every_flipped_bit_is_found() {
    let directory = tempfile::tempdir().unwrap();
    let (store, table) = two_stages(&directory.path().join("s.ckp"));
    assert!(findings(&store, Depth::Full).is_empty());
    for name in ["a", "b"] {
        let path = stage_path(&store, name);
        let good = fs::read(&path).unwrap();
        // One bit of each byte; every bit of the checked structures is flipped in their own tests.
        for byte in 0..good.len() {
            let mut bad = good.clone();
            bad[byte] ^= 1 << (byte % 8);
            fs::write(&path, &bad).unwrap();
            let found = findings(&store, Depth::Quick);
            assert!(!found.is_empty(), "byte {byte} of {name}");
            assert!(found[0].contains(name), "{found:?}");
            let stage = store.stage(name);
            let verified = stage.and_then(|stage| {
                assert_right_or_refused(&stage, &table, if name == "a" { 0 } else { 2 });
                stage.verify(Depth::Full)
            });
            assert!(verified.is_err());
            // What is wrong with a base is also wrong with its deltas, read or not.
            let delta = store.stage("b").and_then(|stage| stage.verify(Depth::Full));
            assert!(delta.is_err(), "byte {byte} of {name}");
        }
        fs::write(&path, &good).unwrap();
    }
    assert_holds(&store.stage("b").unwrap(), &table, 2);
}

#[test]
fn every_truncation_is_found() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = two_stages(&directory.path().join("s.ckp"));
    let path = stage_path(&store, "b");
    let good = fs::read(&path).unwrap();
    for length in 0..good.len() {
        fs::write(&path, &good[..length]).unwrap();
        let error = store.stage("b").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Truncated, "{length}: {error}");
    }
    let mut longer = good;
    longer.push(0);
    fs::write(&path, longer).unwrap();
    assert!(store.stage("b").is_err());
}

#[test]
fn the_finding_names_stage_column_and_block() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = two_stages(&directory.path().join("s.ckp"));
    let stage = store.stage("a").unwrap();
    let delta = &stage.timing_stage().delta_changes;
    let stream = delta.columns().find(|stream| stream.blocks[0].stored > 0).unwrap();
    let offset = stream.blocks[0].offset as usize;
    let name = format!("a: stage a, {}, block 0", stream.key);
    drop(stage);
    let path = stage_path(&store, "a");
    let mut bytes = fs::read(&path).unwrap();
    bytes[offset] ^= 0x10;
    fs::write(&path, bytes).unwrap();
    for depth in [Depth::Quick, Depth::Full] {
        let found = findings(&store, depth);
        assert!(found.iter().any(|text| text.starts_with(&name)), "{name} not in {found:?}");
    }
    assert!(store.stage("b").unwrap().verify(Depth::Quick).is_err(), "a damaged base counts");
}

/// Delays by loads cannot be read without the tables, neither of the stage nor of its deltas.
#[test]
fn damaged_delay_tables_are_found_and_named() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    let gates = Gates::new(200);
    let moved = Gates { moving: 1, version: 1, ..gates.clone() };
    let a = gates.save(&store, "a", CaptureOptions::default(), &gates.library()).unwrap();
    let base = BaseChoice::Stage("a".into());
    let on_a = CaptureOptions { base, ..Default::default() };
    moved.save(&store, "b", on_a, &[]).unwrap();
    let tables = StreamKey::plain(StreamKind::DelayTables);
    let delta = &a.timing_stage().delta_changes;
    let block = delta.streams[delta.find(tables).unwrap()].blocks[0];
    let delays = common::key(StreamKind::Delay, MinMax::Max, Transition::None);
    let path = stage_path(&store, "a");
    let good = fs::read(&path).unwrap();
    for byte in 0..block.stored as usize {
        let mut bad = good.clone();
        bad[block.offset as usize + byte] ^= 1 << (byte % 8);
        fs::write(&path, bad).unwrap();
        for depth in [Depth::Quick, Depth::Full] {
            let found = findings(&store, depth);
            let name = "a: stage a, delay tables, block 0";
            assert!(found.iter().any(|text| text.starts_with(name)), "{byte}: {found:?}");
        }
        let (a, b) = (store.stage("a").unwrap(), store.stage("b").unwrap());
        for stage in [&a, &b] {
            let error = stage.read_words(delays, 0..1).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Corrupt);
            assert!(error.to_string().contains("stage a, delay tables"), "{error}");
            assert!(stage.library_delays().is_err());
            assert!(stage.verify(Depth::Full).is_err());
        }
        // They are all that is lost: slews do not depend on them.
        let slew = common::key(StreamKind::Slew, MinMax::Max, Transition::Rise);
        assert_eq!(a.read_words(slew, 0..600).unwrap(), gates.column(slew));
    }
    fs::write(&path, good).unwrap();
    moved.assert_held_by(&store.stage("b").unwrap());
}

#[test]
fn swapped_missing_and_stale_bases_are_told_apart() {
    let directory = tempfile::tempdir().unwrap();
    let (store, table) = two_stages(&directory.path().join("s.ckp"));
    let (a, b) = (stage_path(&store, "a"), stage_path(&store, "b"));
    let original = fs::read(&a).unwrap();

    fs::copy(&b, &a).unwrap();
    let error = store.stage("a").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt);
    assert!(error.to_string().contains("holds stage b"), "{error}");

    fs::remove_file(&a).unwrap();
    let error = store.stage("b").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BaseMissing);
    assert!(error.to_string().contains("base of stage b"), "{error}");
    assert!(findings(&store, Depth::Quick)[0].starts_with("b: "));

    let other = create(&directory.path().join("other.ckp"));
    save(&other, "a", &table, 7);
    fs::copy(stage_path(&other, "a"), &a).unwrap();
    let error = store.stage("b").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BaseMismatch);

    fs::write(&a, original).unwrap();
    assert_holds(&store.stage("b").unwrap(), &table, 2);
}

#[test]
fn a_base_that_cannot_be_used_is_said_before_anything_is_written() {
    let directory = tempfile::tempdir().unwrap();
    let (store, table) = two_stages(&directory.path().join("s.ckp"));
    fs::write(stage_path(&store, "b"), "rubbish").unwrap();
    let error = save_with(&store, "c", CaptureOptions::default(), &table, 3).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Truncated);
    assert!(error.to_string().contains("base of the new stage"), "{error}");
    let full = CaptureOptions { base: BaseChoice::Full, ..Default::default() };
    save_with(&store, "c", full, &table, 3).unwrap();
    let unknown = BaseChoice::Stage("nowhere".into());
    let options = CaptureOptions { base: unknown, ..Default::default() };
    let error = save_with(&store, "d", options, &table, 3).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(store.stage_names().unwrap(), ["a", "b", "c"]);
}

#[test]
fn a_writer_that_vanishes_leaves_the_store_as_it_was() {
    let directory = tempfile::tempdir().unwrap();
    let (store, table) = two_stages(&directory.path().join("s.ckp"));
    let mut capture =
        Capture::begin(&store, "c", CaptureOptions::default(), table.clone()).unwrap();
    fill(&mut capture, &table, 3).unwrap();
    let second = save_with(&store, "d", CaptureOptions::default(), &table, 3).unwrap_err();
    assert_eq!(second.kind(), ErrorKind::Locked);
    assert!(store.set_head("a").is_err(), "the head belongs to the writer");
    // Readers do not care.
    assert_holds(&store.stage("b").unwrap(), &table, 2);
    // As a killed process would: nothing runs, only the kernel's lock goes.
    let leftover = store.path().join("tmp").join("c");
    let copy = fs::read(&leftover).unwrap();
    drop(capture);
    fs::write(&leftover, copy).unwrap();
    assert_eq!(store.stage_names().unwrap(), ["a", "b"]);
    assert!(findings(&store, Depth::Full).is_empty());
    save(&store, "c", &table, 4);
    assert!(!leftover.exists());
    assert_holds(&store.stage("c").unwrap(), &table, 4);
}

#[test]
fn a_head_that_points_nowhere_is_found() {
    let directory = tempfile::tempdir().unwrap();
    let (store, table) = two_stages(&directory.path().join("s.ckp"));
    fs::write(store.path().join("HEAD"), "gone\n").unwrap();
    let found = findings(&store, Depth::Quick);
    assert!(found[0].contains("gone"), "{found:?}");
    assert!(save_with(&store, "c", CaptureOptions::default(), &table, 1).is_err());
    fs::write(store.path().join("HEAD"), "../x\n").unwrap();
    assert_eq!(store.head().unwrap_err().kind(), ErrorKind::Corrupt);
    assert!(!findings(&store, Depth::Quick).is_empty());
    store.set_head("a").unwrap();
    assert!(findings(&store, Depth::Quick).is_empty());
}

#[test]
fn files_of_strangers_are_not_stages() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _) = two_stages(&directory.path().join("s.ckp"));
    let stages = store.path().join("stages");
    fs::write(stages.join("readme.txt"), "x").unwrap();
    fs::write(stages.join(".stage"), "x").unwrap();
    fs::create_dir(stages.join("dir.stage")).unwrap();
    assert_eq!(store.stage_names().unwrap(), ["a", "b", "dir"]);
    assert!(store.stage("dir").is_err());
    let store = Store::open(store.path(), OpenMode::Read, ReadMode::default()).unwrap();
    assert_eq!(store.verify(Depth::Full).unwrap().findings.len(), 1);
}
