// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Stages deleted and stores compacted: what is left reads as before, to the last bit, whenever a crash comes.

mod common;

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ckp::{
    BaseChoice, Capture, CaptureOptions, CompactMode, Deletion, Depth, Digest, ErrorKind, Stage,
    Store,
};
use common::command::{failure, json, text};
use common::library::Gates;
use common::{chain, create, fill, objects};

fn on(base: &str) -> CaptureOptions {
    CaptureOptions { base: BaseChoice::Stage(base.into()), ..CaptureOptions::default() }
}

fn full() -> CaptureOptions {
    CaptureOptions { base: BaseChoice::Full, ..CaptureOptions::default() }
}

fn delete(store: &Store, name: &str) -> Deletion {
    store.delete_stage(name, &mut |_, _, _| {}).unwrap()
}

fn base(stage: &Stage) -> Option<&str> {
    stage.timing_stage().base()
}

fn path(store: &Store, name: &str) -> PathBuf {
    store.path().join("stages").join(format!("{name}.stage"))
}

fn assert_sound(store: &Store) {
    let verification = store.verify(Depth::Full).unwrap();
    assert!(verification.findings.is_empty(), "{:#?}", verification.findings);
}

/// What a stage holds, but for how it is coded.
fn content(stage: &Stage) -> (Digest, u64, Vec<u8>) {
    stage.verify(Depth::Full).unwrap();
    (stage.digest(), stage.timing_stage().timestamp, stage.sdc().unwrap())
}

/// A flow of gates: `a`; `b` on it, with other gates and tables; `c` and `d` on `b`; `e` on `c`, in another
/// scene too.
fn flow(store: &Store) -> Vec<(&'static str, Gates)> {
    let a = Gates::new(600);
    let mut b = Gates { moving: 2, version: 1, ..a.clone() };
    b.cells.extend([0, 1, 2, 3, 3]);
    let c = Gates { version: 2, ..b.clone() };
    let mut d = Gates { version: 3, ..b.clone() };
    d.cells.truncate(590);
    let e = Gates { version: 4, scenes: &[0, 1], ..c.clone() };
    let stages = vec![("a", a), ("b", b), ("c", c), ("d", d), ("e", e)];
    for ((name, gates), base) in stages.iter().zip(["", "a", "b", "b", "c"]) {
        let options = if base.is_empty() { full() } else { on(base) };
        gates.save(store, name, options, &gates.library()).unwrap();
    }
    stages
}

#[test]
fn dependents_are_put_on_the_base_of_what_is_deleted() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    let stages = flow(&store);
    let before: Vec<_> =
        stages.iter().map(|(name, _)| content(&store.stage(name).unwrap())).collect();
    let deletion = delete(&store, "b");
    assert_eq!(deletion.head.as_deref(), Some("e"), "the head stays");
    let rebased: Vec<_> =
        deletion.rebased.iter().map(|r| (r.stage.as_str(), r.base.as_deref())).collect();
    assert_eq!(rebased, [("c", Some("a")), ("d", Some("a"))]);
    for step in &deletion.rebased {
        assert_eq!(step.bytes_after, fs::metadata(path(&store, &step.stage)).unwrap().len());
    }
    assert_eq!(store.stage("b").unwrap_err().kind(), ErrorKind::NotFound);
    for ((name, gates), before) in stages.iter().zip(&before).filter(|((name, _), _)| *name != "b")
    {
        let stage = store.stage(name).unwrap();
        assert_eq!(content(&stage), *before, "{name}");
        gates.assert_held_by(&stage);
    }
    assert_eq!(base(&store.stage("e").unwrap()), Some("c"));
    assert_sound(&store);
    // Saves go on from what was written again.
    let next = Gates { version: 5, ..stages[2].1.clone() };
    next.assert_held_by(&next.save(&store, "f", on("c"), &[]).unwrap());
}

#[test]
fn the_first_stage_of_a_chain_is_replaced_by_the_oldest_dependent() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    let stages = flow(&store);
    delete(&store, "a");
    assert_eq!(base(&store.stage("b").unwrap()), None);
    let deletion = delete(&store, "b");
    assert_eq!(deletion.rebased.len(), 2);
    assert_eq!(base(&store.stage("c").unwrap()), None);
    assert_eq!(base(&store.stage("d").unwrap()), Some("c"));
    for (name, gates) in &stages[2..] {
        gates.assert_held_by(&store.stage(name).unwrap());
    }
    assert_sound(&store);
    for name in ["c", "e", "d"] {
        delete(&store, name);
        assert_sound(&store);
    }
    assert_eq!((store.stage_names().unwrap().len(), store.head().unwrap()), (0, None));
    let gates = &stages[0].1;
    gates.assert_held_by(&gates.save(&store, "a", CaptureOptions::default(), &[]).unwrap());
}

/// Two stages on one base, each with cells of its own, and a stage on each: numbers of cells are those of the
/// dictionaries of the chain.
#[test]
fn dictionaries_that_went_apart_stay_apart() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    let names = common::names(40);
    type CellOf = fn(usize) -> &'static str;
    let cells: [(&str, &str, CellOf); 5] = [
        ("a", "", |_| "INV_X1"),
        ("b", "a", |row| if row % 2 == 0 { "INV_X1" } else { "INV_X2" }),
        ("c", "a", |row| if row % 3 == 0 { "INV_X1" } else { "INV_X3" }),
        ("bb", "b", |row| if row % 2 == 0 { "INV_X5" } else { "INV_X2" }),
        ("cc", "c", |row| if row % 4 == 0 { "INV_X3" } else { "INV_X4" }),
    ];
    for (version, (name, base, cell)) in (1..).zip(cells) {
        let options = if base.is_empty() { full() } else { on(base) };
        common::save_with(&store, name, options, &objects(&names, cell), version).unwrap();
    }
    delete(&store, "a");
    assert_eq!(base(&store.stage("c").unwrap()), Some("b"));
    delete(&store, "b");
    for (version, (name, _, cell)) in (1..).zip(cells).filter(|(_, (name, ..))| name.len() > 1) {
        common::assert_holds(&store.stage(name).unwrap(), &objects(&names, cell), version);
    }
    assert_sound(&store);
}

/// The tables of `a` would come back to `c` by `a`, but not by `b`, which has none of its gates.
#[test]
fn delay_tables_that_do_not_fit_make_a_full_stage() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    let a = Gates { cells: vec![0; 300], ..Gates::new(0) };
    let b = Gates { cells: vec![3; 300], ..a.clone() };
    let c = Gates { version: 1, moving: 3, ..a.clone() };
    a.save(&store, "a", full(), &a.library()).unwrap();
    b.save(&store, "b", on("a"), &b.library()).unwrap();
    let before = c.save(&store, "c", on("b"), &[]).unwrap();
    assert_eq!(before.library_delays().unwrap(), []);
    let d = Gates { version: 2, ..c.clone() };
    d.save(&store, "d", on("c"), &[]).unwrap();
    let deletion = delete(&store, "b");
    assert_eq!(deletion.rebased[0].base, None);
    c.assert_held_by(&store.stage("c").unwrap());
    d.assert_held_by(&store.stage("d").unwrap());
    assert_sound(&store);
}

fn save_files(
    store: &Store,
    name: &str,
    options: CaptureOptions,
    files: &[(&str, &[u8])],
) -> Arc<Stage> {
    let table = chain(60);
    let mut capture = Capture::begin(store, name, options, table.clone()).unwrap();
    for (name, bytes) in files {
        capture.add_attachment(name, Cursor::new(bytes)).unwrap();
    }
    fill(&mut capture, &table, 1).unwrap();
    capture.commit(store).unwrap()
}

#[test]
fn attached_files_come_along() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    let line = |number: u32| {
        format!("INV_X{} u{number} (.A(n{number}));\n", number.wrapping_mul(2_654_435_761) % 64)
    };
    let netlist: String = (0..400_000).map(line).collect();
    let edited = netlist.replacen("u77 ", "u77_eco ", 1);
    let again = edited.replacen("u99 ", "u99_eco ", 1);
    save_files(&store, "a", full(), &[("top.v", netlist.as_bytes()), ("gone.sdc", b"x")]);
    save_files(&store, "b", on("a"), &[("top.v", edited.as_bytes()), ("new.sdc", b"y")]);
    let files = [("top.v", again.as_bytes()), ("new.sdc", &b"y"[..])];
    let c = save_files(&store, "c", on("b"), &files);
    let small = c.stored_bytes();
    let deletion = delete(&store, "b");
    assert_eq!(deletion.rebased[0].base.as_deref(), Some("a"));
    let c = store.stage("c").unwrap();
    for (name, bytes) in files {
        let mut read = Vec::new();
        c.read_attachment(name, &mut read).unwrap();
        assert!(read == bytes, "{name}");
    }
    assert!(c.stored_bytes() < 2 * small, "{} bytes", c.stored_bytes());
    delete(&store, "a");
    let mut read = Vec::new();
    store.stage("c").unwrap().read_attachment("top.v", &mut read).unwrap();
    assert!(read == again.as_bytes());
    assert_sound(&store);
    assert_eq!(fs::read_dir(store.path().join("tmp")).unwrap().count(), 0);
}

#[test]
fn the_head_moves_to_the_base_or_to_the_last_stage() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    let table = chain(20);
    for (name, options) in [("a", full()), ("b", on("a")), ("x", full())] {
        common::save_with(&store, name, options, &table, 1).unwrap();
    }
    store.set_head("b").unwrap();
    assert_eq!(delete(&store, "b").head.as_deref(), Some("a"));
    assert_eq!(store.head().unwrap().as_deref(), Some("a"));
    assert_eq!(delete(&store, "a").head.as_deref(), Some("x"));
    assert_eq!(delete(&store, "x").head, None);
    assert!(!store.path().join("HEAD").exists());
    assert!(text(&["log", store.path().to_str().unwrap()]).lines().count() == 1);
}

#[test]
fn a_reader_goes_on_with_what_it_has_open() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    let stages = flow(&store);
    let open: Vec<Arc<Stage>> =
        ["b", "c", "e"].iter().map(|name| store.stage(name).unwrap()).collect();
    delete(&store, "b");
    delete(&store, "c");
    for (stage, gates) in open.iter().zip([1, 2, 4].map(|number| &stages[number].1)) {
        gates.assert_held_by(stage);
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target)
        } else {
            fs::copy(entry.path(), target).map(|_| ()).unwrap()
        }
    }
}

/// A deletion is a sequence of renames of whole files and of one removal. After each of them, and with a file
/// half written, every other stage is readable and the deletion can be done again.
#[test]
fn a_crash_between_any_two_steps_loses_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let original = create(&directory.path().join("original.ckp"));
    let stages = flow(&original);
    original.set_head("a").unwrap();
    for deleted in ["a", "b"] {
        original.set_head(deleted).unwrap();
        let done = directory.path().join(format!("{deleted}.done"));
        copy(original.path(), &done);
        let deletion = delete(&create(&done), deleted);
        let mut steps: Vec<String> =
            deletion.rebased.iter().map(|step| format!("stages/{}.stage", step.stage)).collect();
        steps.push("HEAD".to_owned());
        for crash in 0..=steps.len() {
            let path = directory.path().join(format!("{deleted}.{crash}"));
            copy(original.path(), &path);
            for step in &steps[..crash] {
                fs::copy(done.join(step), path.join(step)).unwrap();
            }
            fs::write(path.join("tmp/c.again1"), "half a file").unwrap();
            let store = create(&path);
            assert_sound(&store);
            for (name, gates) in &stages {
                gates.assert_held_by(&store.stage(name).unwrap());
            }
            delete(&store, deleted);
            assert_sound(&store);
            for (name, gates) in stages.iter().filter(|(name, _)| *name != deleted) {
                gates.assert_held_by(&store.stage(name).unwrap());
            }
            assert_eq!(store.head().unwrap(), deletion.head);
            assert_eq!(fs::read_dir(path.join("tmp")).unwrap().count(), 0);
        }
    }
}

#[test]
fn what_cannot_be_deleted_stays() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    let stages = flow(&store);
    let attempt = |name: &str| store.delete_stage(name, &mut |_, _, _| {}).unwrap_err();
    assert_eq!(attempt("x").kind(), ErrorKind::NotFound);
    assert_eq!(attempt("../a").kind(), ErrorKind::InvalidArgument);
    let capture = Capture::begin(&store, "new", full(), chain(3)).unwrap();
    assert_eq!(attempt("b").kind(), ErrorKind::Locked);
    assert_eq!(
        store.compact(CompactMode::Apply, &mut |_, _, _| {}).unwrap_err().kind(),
        ErrorKind::Locked
    );
    drop(capture);
    // A block of a dependent is damaged: it cannot be written again.
    let sound = fs::read(path(&store, "c")).unwrap();
    let mut bytes = sound.clone();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(path(&store, "c"), &bytes).unwrap();
    let error = attempt("b");
    assert!(error.to_string().contains("stage c cannot be put on another base"), "{error}");
    // A stage that may depend on it cannot be read at all.
    fs::write(path(&store, "c"), &bytes[..middle]).unwrap();
    let error = attempt("b");
    assert!(error.to_string().contains("stage c may depend on b"), "{error}");
    assert_eq!(store.head().unwrap().as_deref(), Some("e"));
    fs::write(path(&store, "c"), sound).unwrap();
    for (name, gates) in &stages {
        gates.assert_held_by(&store.stage(name).unwrap());
    }
    // What is damaged can be deleted.
    fs::write(path(&store, "d"), "x").unwrap();
    fs::write(path(&store, "e"), "x").unwrap();
    delete(&store, "d");
    assert_eq!(delete(&store, "e").head.as_deref(), Some("c"));
    assert_sound(&store);
}

#[test]
fn compaction_does_what_the_dry_run_says() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    let a = Gates::new(600);
    let b = Gates { moving: 1, version: 1, ..a.clone() };
    a.save(&store, "a", full(), &a.library()).unwrap();
    b.save(&store, "b", on("a"), &[]).unwrap();
    // The edits of b were undone, but b is the base.
    a.save(&store, "c", on("b"), &[]).unwrap();
    let c = Gates { version: 7, moving: 97, ..a.clone() };
    c.save(&store, "d", on("c"), &[]).unwrap();
    fs::write(store.path().join("tmp/old.full"), "half").unwrap();
    let path = store.path().to_str().unwrap();
    let files = || -> Vec<Vec<u8>> {
        ["a", "b", "c", "d"].map(|name| fs::read(self::path(&store, name)).unwrap()).into()
    };
    let before = files();
    let plan = json(&["compact", path, "--dry-run", "--format", "json"]);
    assert!(files() == before && store.path().join("tmp/old.full").exists());
    assert_eq!(fs::read_dir(store.path().join("tmp")).unwrap().count(), 1);
    let told = text(&["compact", path, "--dry-run"]);
    assert!(told.contains("Leftover old.full: 4 bytes.\n"), "{told}");
    assert!(told.contains("Stage c: a delta on a, "), "{told}");
    assert!(told.contains("Nothing was changed. To compact 1 leftover and 1 stage: "), "{told}");
    let mut done = json(&["compact", path, "--format", "json"]);
    assert_eq!(done["dry_run"], false);
    done["dry_run"] = true.into();
    assert_eq!(done, plan);
    let saved: u64 =
        before.iter().zip(files()).map(|(old, new)| old.len() as u64 - new.len() as u64).sum();
    assert_eq!(done["saved_bytes"], saved + 4);
    assert_eq!(base(&store.stage("c").unwrap()), Some("a"));
    for (name, gates) in [("a", &a), ("b", &b), ("c", &a), ("d", &c)] {
        gates.assert_held_by(&store.stage(name).unwrap());
    }
    assert_sound(&store);
    let again = text(&["compact", path]);
    assert_eq!(again, "Compacted 0 leftovers and 0 stages: 0 bytes saved.\n");
}

#[test]
fn the_command_tells_what_was_deleted() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("my store.ckp"));
    flow(&store);
    let path = store.path().to_str().unwrap();
    let said = text(&["delete", path, "b"]);
    assert!(said.starts_with("Stage c: a delta on a, "), "{said}");
    assert!(
        said.contains("Deleted stage b (")
            && said.ends_with("the base of what is saved next is e.\n"),
        "{said}"
    );
    let (code, error) = failure(&["delete", path, "b"]);
    assert!(code == 1 && error.contains("its stages are a, c, d, e"), "{error}");
}
