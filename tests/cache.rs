// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! What a cache tells is what the stages hold, whatever becomes of its files.

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use ckp::{Depth, MinMax, OpenMode, ReadMode, Store, StreamKind, Transition};

use common::{assert_holds, chain, column, create, key, save};

/// Enough rows to be worth a copy.
const INSTANCES: usize = 20_000;

fn open(root: &Path) -> Store {
    let store = Store::open(&root.join("c.ckp"), OpenMode::Read, ReadMode::default()).unwrap();
    store.with_cache(&root.join("cache"), 1 << 30)
}

/// The store to save in, with the cache.
fn cached(root: &Path) -> Store {
    create(&root.join("c.ckp")).with_cache(&root.join("cache"), 1 << 30)
}

/// Flip bits in all copies.
fn damage_copies(root: &Path) {
    for copy in copies(root) {
        let mut bytes = fs::read(&copy).unwrap();
        for position in (0..bytes.len()).step_by(5_000) {
            bytes[position] ^= 0x10;
        }
        fs::write(copy, bytes).unwrap();
    }
}

/// The stage, read without a cache, and a store in which nothing is wrong.
fn assert_sound(root: &Path, stage: &str, table: &ckp::ObjectTable, version: u32) {
    let plain = create(&root.join("c.ckp"));
    assert_holds(&plain.stage(stage).unwrap(), table, version);
    assert!(plain.verify(Depth::Full).unwrap().findings.is_empty());
}

fn copies(root: &Path) -> Vec<PathBuf> {
    let copies = fs::read_dir(root.join("cache")).unwrap();
    copies.map(|entry| entry.unwrap().path()).collect()
}

fn made(root: &Path) -> ckp::ObjectTable {
    let (table, store) = (chain(INSTANCES), create(&root.join("c.ckp")));
    save(&store, "first", &table, 1);
    save(&store, "second", &table, 2);
    table
}

#[test]
fn stages_read_the_same_from_the_cache() {
    let root = tempfile::tempdir().unwrap();
    let table = made(root.path());
    for round in ["decoded", "from copies"] {
        for (stage, version) in [("second", 2), ("first", 1)] {
            let stage = open(root.path()).stage(stage).unwrap();
            assert_holds(&stage, &table, version);
            let names = stage.display_names(&[0, 39_999]).unwrap();
            assert_eq!(names, ["u0/A", "u19999/Z"], "{round}");
        }
    }
    // Seen from the outside: a column is read back although the stage cannot be decoded any more.
    let path = root.path().join("c.ckp/stages/first.stage");
    let mut bytes = fs::read(&path).unwrap();
    bytes[100..20_000].fill(0);
    fs::write(&path, bytes).unwrap();
    let slew = key(StreamKind::Slew, MinMax::Max, Transition::Rise);
    let stage = open(root.path()).stage("first").unwrap();
    assert_eq!(stage.read_words(slew, 0..40_000).unwrap(), column(&table, slew, 1));
    assert_eq!(stage.find_vertex(b"u77/Z", false).unwrap(), Some(155));
    assert_eq!(stage.find_vertex(b"u77/Z", true).unwrap(), None);
    assert_eq!(stage.find_vertex(b"u77/ZN", false).unwrap(), None);
    assert_eq!(stage.display_names(&[155]).unwrap(), ["u77/Z"]);
    assert_eq!(stage.objects().unwrap().arc_count(), table.arc_count());
    // A verification looks at the store itself.
    let found = open(root.path()).verify(Depth::Timing).unwrap().findings;
    assert!(found.iter().any(|finding| finding.stage.as_deref() == Some("first")));
}

#[test]
fn damaged_copies_are_passed_over() {
    let root = tempfile::tempdir().unwrap();
    let table = made(root.path());
    assert_holds(&open(root.path()).stage("second").unwrap(), &table, 2);
    let all = copies(root.path());
    assert!(all.len() > 10);
    damage_copies(root.path());
    let stage = open(root.path()).stage("second").unwrap();
    assert_eq!(stage.find_vertex(b"u77/Z", false).unwrap(), Some(155));
    assert_eq!(stage.display_names(&[155]).unwrap(), ["u77/Z"]);
    assert_holds(&stage, &table, 2);
    // They were replaced by good ones.
    for copy in &all {
        fs::File::options().write(true).open(copy).unwrap().set_len(20).unwrap();
    }
    assert_holds(&open(root.path()).stage("second").unwrap(), &table, 2);
}

#[test]
fn a_cache_that_cannot_be_made_is_done_without() {
    let root = tempfile::tempdir().unwrap();
    let table = made(root.path());
    fs::write(root.path().join("cache"), "a file").unwrap();
    assert_holds(&open(root.path()).stage("second").unwrap(), &table, 2);
    let store =
        Store::open(&root.path().join("c.ckp"), OpenMode::Read, ReadMode::default()).unwrap();
    let stage = store.with_cache(&root.path().join("small"), 1000).stage("second").unwrap();
    assert_holds(&stage, &table, 2);
    assert!(!root.path().join("small").exists());
}

#[test]
fn a_save_leaves_copies_and_takes_its_base_from_them() {
    let root = tempfile::tempdir().unwrap();
    let table = chain(INSTANCES);
    save(&cached(root.path()), "first", &table, 1);
    assert!(copies(root.path()).len() > 10);
    // Seen from the outside: the columns of the base cannot be decoded any more.
    let path = root.path().join("c.ckp/stages/first.stage");
    let good = fs::read(&path).unwrap();
    let mut bad = good.clone();
    let stage = cached(root.path()).stage("first").unwrap();
    for stream in stage.timing_stage().delta_changes.columns() {
        let blocks = stream.blocks.iter().filter(|_| stream.key.kind.is_float_column());
        blocks.for_each(|block| bad[block.offset as usize..][..block.stored as usize].fill(0));
    }
    drop(stage);
    fs::write(&path, bad).unwrap();
    save(&cached(root.path()), "second", &table, 2);
    fs::write(&path, good).unwrap();
    let second = create(&root.path().join("c.ckp")).stage("second").unwrap();
    assert_eq!(second.timing_stage().base(), Some("first"));
    assert_sound(root.path(), "second", &table, 2);
}

#[test]
fn a_save_passes_over_damaged_copies_of_its_base() {
    let root = tempfile::tempdir().unwrap();
    let table = chain(INSTANCES);
    save(&cached(root.path()), "first", &table, 1);
    damage_copies(root.path());
    save(&cached(root.path()), "second", &table, 2);
    assert_sound(root.path(), "second", &table, 2);
}

#[test]
fn deletions_and_compactions_look_at_the_store_itself() {
    let root = tempfile::tempdir().unwrap();
    let table = made(root.path());
    open(root.path()).delete_stage("first", &mut |_, _, _| {}).unwrap();
    open(root.path()).compact(ckp::CompactMode::Apply, &mut |_, _, _| {}).unwrap();
    assert!(!root.path().join("cache").exists());
    assert_holds(&open(root.path()).stage("second").unwrap(), &table, 2);
}

/// The environment names the directory and how much it may hold; the answers are the same in any case.
#[test]
fn the_command_line_keeps_what_the_environment_allows() {
    let root = tempfile::tempdir().unwrap();
    made(root.path());
    let (store, directory) = (root.path().join("c.ckp"), root.path().join("cache"));
    let ask = |environment: &[(&str, &str)]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ckp"));
        command.args(["history", store.to_str().unwrap(), "u77/Z", "--format", "json"]);
        let output = command.envs(environment.iter().copied()).output().unwrap();
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
        output.stdout
    };
    let expected = ask(&[]);
    assert!(!directory.exists(), "without the variable nothing is kept");
    let name = ("CKP_CACHE", directory.to_str().unwrap());
    assert_eq!(ask(&[name, ("CKP_CACHE_BYTES", "1000")]), expected);
    assert!(!directory.exists(), "nothing is as small as that");
    assert_eq!(ask(&[name]), expected);
    let kept = copies(root.path());
    let bytes: u64 = kept.iter().map(|path| fs::metadata(path).unwrap().len()).sum();
    assert!(bytes > 100_000, "{kept:?}");
    // Asked again, they are read: the same files answer.
    assert_eq!(ask(&[name]), expected);
    assert_eq!(copies(root.path()).len(), kept.len());
}
