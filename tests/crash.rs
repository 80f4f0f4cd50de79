// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Power fails, or a process is killed, at every instant of everything that changes a store, and the medium holds
//! whatever a file system may have kept: what was committed is there to the last bit, what was interrupted is
//! whole or absent, and the next writer goes on.

mod common;

use std::collections::{BTreeMap, HashSet};
use std::io::Cursor;
use std::path::PathBuf;
use std::sync::Arc;

use ckp::{
    BaseChoice, Capture, CaptureOptions, CodecChoice, CompactMode, ErrorKind, ObjectTable,
    OpenMode, ReadMode, Result, Stage, Store,
};
use common::recorded::{Fault, Recorded, Tree, read_tree, write_tree};
use common::{assert_holds, chain, fill};
use tempfile::TempDir;

/// Versions of the design that stages hold, by name, and the head.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Content {
    stages: BTreeMap<&'static str, u32>,
    head: Option<&'static str>,
}

fn content<const N: usize>(
    stages: [(&'static str, u32); N],
    head: impl Into<Option<&'static str>>,
) -> Content {
    Content { stages: stages.into(), head: head.into() }
}

/// Something that changes a store.
struct Scenario {
    name: &'static str,
    before: Content,
    after: Content,
    prepare: fn(&Store) -> Result<()>,
    act: fn(&Store) -> Result<()>,
}

/// The stage that the next writer saves, and its version.
const NEXT: (&str, u32) = ("next", 9);
/// A file that is attached to stages whose version is odd.
const ATTACHED: &str = "wires.spef";

fn table() -> ObjectTable {
    chain(9)
}

fn attached(version: u32) -> Vec<u8> {
    format!("*SPEF of version {version}\n").repeat(40).into_bytes()
}

fn save(store: &Store, stage: &str, base: Option<&str>, version: u32) -> Result<()> {
    let base = base.map_or(BaseChoice::Full, |base| BaseChoice::Stage(base.into()));
    let options = CaptureOptions { base, ..CaptureOptions::default() };
    save_with(store, stage, options, version)
}

fn save_with(store: &Store, stage: &str, options: CaptureOptions, version: u32) -> Result<()> {
    let mut capture = Capture::begin(store, stage, options, table())?;
    fill(&mut capture, &table(), version)?;
    if version % 2 == 1 {
        capture.add_attachment(ATTACHED, Cursor::new(attached(version)))?;
    }
    capture.commit(store).map(drop)
}

fn assert_is(stage: &Stage, version: u32) {
    assert_holds(stage, &table(), version);
    if version % 2 == 1 {
        let mut bytes = Vec::new();
        stage.read_attachment(ATTACHED, &mut bytes).unwrap();
        assert!(bytes == attached(version), "attachment of {stage:?}");
    }
}

/// `a`, `b` and `c` on it, `d` on `b`.
fn family(store: &Store) -> Result<()> {
    save(store, "a", None, 0)?;
    save(store, "b", Some("a"), 1)?;
    save(store, "c", Some("a"), 2)?;
    save(store, "d", Some("b"), 3)
}

const FAMILY: [(&str, u32); 4] = [("a", 0), ("b", 1), ("c", 2), ("d", 3)];

fn delete(store: &Store, name: &str) -> Result<()> {
    store.delete_stage(name, &mut |_, _, _| {}).map(drop)
}

fn scenarios() -> Vec<Scenario> {
    let before = content(FAMILY, "d");
    let with = |name, version| {
        let mut after = Content { head: Some(name), ..before.clone() };
        after.stages.insert(name, version);
        after
    };
    let without = |name: &str, head| {
        let mut after = Content { head: Some(head), ..before.clone() };
        after.stages.remove(name);
        after
    };
    let of_family =
        |name, after, act| Scenario { name, before: before.clone(), after, prepare: family, act };
    vec![
        Scenario {
            name: "first save",
            before: Content::default(),
            after: content([("a", 0)], "a"),
            prepare: |_| Ok(()),
            act: |store| save(store, "a", None, 0),
        },
        of_family("full save", with("e", 4), |store| save(store, "e", None, 4)),
        of_family("delta", with("e", 4), |store| save(store, "e", Some("d"), 4)),
        of_family("save that chooses its base", with("e", 4), |store| {
            save_with(store, "e", CaptureOptions::default(), 4)
        }),
        of_family("save with an attachment", with("e", 5), |store| save(store, "e", Some("d"), 5)),
        of_family("delete", without("c", "d"), |store| delete(store, "c")),
        of_family("delete the head", without("d", "b"), |store| delete(store, "d")),
        of_family("delete with a dependent", without("b", "d"), |store| delete(store, "b")),
        of_family("delete the base of several", without("a", "d"), |store| delete(store, "a")),
        Scenario {
            name: "delete the last stage",
            before: content([("a", 0)], "a"),
            after: content([], None),
            prepare: |store| save(store, "a", None, 0),
            act: |store| delete(store, "a"),
        },
        Scenario {
            name: "compact",
            before: content([("a", 0), ("b", 1), ("c", 0), ("d", 0)], "d"),
            after: content([("a", 0), ("b", 1), ("c", 0), ("d", 0)], "d"),
            // The edits of b were undone, but b is the base.
            prepare: |store| {
                save(store, "a", None, 0)?;
                save(store, "b", Some("a"), 1)?;
                save(store, "c", Some("b"), 0)?;
                save(store, "d", Some("b"), 0)?;
                std::fs::write(store.path().join("tmp/old.full"), "left").unwrap();
                Ok(())
            },
            act: |store| {
                let done = store.compact(CompactMode::Apply, &mut |_, _, _| {})?;
                assert!(done.rebased.len() <= 2);
                Ok(())
            },
        },
        of_family("move the head", Content { head: Some("b"), ..before.clone() }, |store| {
            store.set_head("b")
        }),
    ]
}

/// A directory for a store, and the disk that it is on.
struct Place {
    directory: TempDir,
}

impl Place {
    fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("s.ckp")
    }

    /// Put `tree` there.
    fn with(&self, tree: &Tree) -> Arc<Recorded> {
        write_tree(&self.path(), tree);
        Arc::new(Recorded::new(&self.path()))
    }

    fn open(&self, disk: &Arc<Recorded>) -> Result<Store> {
        Store::open_on(disk.clone(), &self.path(), OpenMode::Create, ReadMode::default())
    }

    /// The store as a scenario begins.
    fn prepared(&self, scenario: &Scenario) -> Tree {
        let disk = self.with(&Tree::new());
        (scenario.prepare)(&self.open(&disk).unwrap()).unwrap();
        read_tree(&self.path())
    }
}

fn act(scenario: &Scenario, place: &Place, disk: &Arc<Recorded>) -> Result<()> {
    place.open(disk).and_then(|store| (scenario.act)(&store))
}

/// The store holds a state between `before` and `after`, all of it to the last bit.
fn assert_between(store: &Store, before: &Content, after: &Content) -> Content {
    let names = store.stage_names().unwrap();
    let mut found = Content::default();
    for (name, version) in before.stages.iter().chain(&after.stages) {
        if names.iter().any(|known| known == name) {
            assert_is(&store.stage(name).unwrap(), *version);
            found.stages.insert(name, *version);
        } else {
            let committed = before.stages.contains_key(name) && after.stages.contains_key(name);
            assert!(!committed, "stage {name} was lost");
        }
    }
    assert_eq!(names.len(), found.stages.len(), "{names:?}");
    let head = store.head().unwrap();
    let known = [before.head, after.head].into_iter().find(|known| head.as_deref() == *known);
    found.head = known.unwrap_or_else(|| panic!("the head is {head:?}"));
    assert!(found.head.is_none_or(|head| found.stages.contains_key(head)), "{head:?} is no stage");
    found
}

/// The next writer clears away what is left, and saves.
fn assert_goes_on(place: &Place, disk: &Arc<Recorded>, content: &Content) {
    let store = place.open(disk).unwrap();
    let options = CaptureOptions { codec: CodecChoice::Lz4, ..CaptureOptions::default() };
    save_with(&store, NEXT.0, options, NEXT.1).unwrap();
    let mut content = Content { head: Some(NEXT.0), ..content.clone() };
    content.stages.insert(NEXT.0, NEXT.1);
    assert_between(&store, &content, &content);
    let left: Vec<_> = std::fs::read_dir(place.path().join("tmp")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

/// What the medium holds is a state between `before` and `after`, and the next writer goes on from there.
fn assert_recovers(place: &Place, image: &Tree, before: &Content, after: &Content) {
    let disk = place.with(image);
    let store = place.open(&disk).unwrap();
    let found = assert_between(&store, before, after);
    assert_goes_on(place, &disk, &found);
}

#[test]
fn a_loss_of_power_at_any_instant_loses_nothing_that_was_committed() {
    let (place, other) = (Place::new(), Place::new());
    let (mut instants, mut images) = (0, 0);
    for scenario in scenarios() {
        let disk = place.with(&place.prepared(&scenario));
        act(&scenario, &place, &disk).unwrap();
        let mut seen = HashSet::new();
        for instant in 0..disk.instants() {
            let is_done = instant + 1 == disk.instants();
            let before = if is_done { &scenario.after } else { &scenario.before };
            for image in disk.images(instant) {
                if !is_done && !seen.insert(image.clone()) {
                    continue;
                }
                let what = format!("{}, instant {instant}: {:?}", scenario.name, image.keys());
                named(&what, || assert_recovers(&other, &image, before, &scenario.after));
                images += 1;
            }
        }
        instants += disk.instants();
    }
    println!("{instants} instants, {images} images");
}

/// What one writer did before it was killed is the ground that the next one builds on, though no fsync came.
#[test]
fn a_loss_of_power_after_a_kill_loses_nothing_that_was_committed_since() {
    let (place, other) = (Place::new(), Place::new());
    let mut images = 0;
    for scenario in scenarios() {
        let prepared = place.prepared(&scenario);
        let disk = place.with(&prepared);
        act(&scenario, &place, &disk).unwrap();
        for operation in disk.operations().1 {
            let disk = place.with(&prepared);
            disk.fail_at(operation, Fault::Stop);
            // What fails may be a removal at the end that nobody hears of.
            let _ = act(&scenario, &place, &disk);
            disk.revive();
            let store = place.open(&disk).unwrap();
            let mut found = assert_between(&store, &scenario.before, &scenario.after);
            if let Some(name) = found.stages.keys().next_back().copied() {
                store.set_head(name).unwrap();
                found.head = Some(name);
            } else {
                save(&store, "f", None, 6).unwrap();
                found = content([("f", 6)], "f");
            }
            for image in disk.images(disk.instants() - 1) {
                let what = format!("{}, killed at {operation}", scenario.name);
                named(&what, || assert_recovers(&other, &image, &found, &found));
                images += 1;
            }
        }
    }
    println!("{images} images");
}

/// The error that a caller gets for one of the operating system.
fn kind(error: i32) -> ErrorKind {
    match error {
        libc::ENOSPC | libc::EDQUOT => ErrorKind::NoSpace,
        _ => ErrorKind::Io,
    }
}

#[test]
fn an_operation_that_fails_harms_nothing() {
    let mut faults = vec![Fault::Short];
    faults.extend([libc::EIO, libc::ENOSPC, libc::EINTR].map(Fault::Once));
    faults.extend([libc::EDQUOT, libc::EROFS].map(Fault::Lasting));
    // All reads of blocks are alike.
    let read_step = if std::env::var_os("CKP_EXHAUSTIVE").is_some() { 1 } else { 7 };
    let place = Place::new();
    let (mut runs, mut refused) = (0, 0);
    for scenario in scenarios() {
        let prepared = place.prepared(&scenario);
        let disk = place.with(&prepared);
        act(&scenario, &place, &disk).unwrap();
        let (operations, changing) = disk.operations();
        for operation in 0..operations {
            for fault in &faults {
                let is_read = !changing.contains(&operation);
                if is_read && (*fault != Fault::Once(libc::EIO) || operation % read_step != 0) {
                    continue;
                }
                let what = format!("{}, operation {operation}: {fault:?}", scenario.name);
                named(&what, || {
                    refused += usize::from(fail(&scenario, &place, &prepared, operation, *fault));
                });
                runs += 1;
            }
        }
    }
    println!("{runs} faults, {refused} refused");
}

/// Whether the fault made it fail.
fn fail(
    scenario: &Scenario,
    place: &Place,
    prepared: &Tree,
    operation: usize,
    fault: Fault,
) -> bool {
    let Scenario { before, after, .. } = scenario;
    let disk = place.with(prepared);
    disk.fail_at(operation, fault);
    let outcome = act(scenario, place, &disk);
    disk.revive();
    if let Err(error) = &outcome {
        let (Fault::Once(code) | Fault::Lasting(code)) = fault else { panic!("{error}") };
        assert_eq!(error.kind(), kind(code), "{error}");
    }
    let store = place.open(&disk).unwrap();
    let from = if outcome.is_ok() { after } else { before };
    assert_between(&store, from, after);
    // Where all was done but told, or could not be taken back, the repetition finds so.
    let from = match act(scenario, place, &disk) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            &Content { head: before.head, ..after.clone() }
        }
        Err(error) if error.kind() == ErrorKind::NotFound => after,
        repeated => {
            repeated.unwrap();
            after
        }
    };
    assert_goes_on(place, &disk, &assert_between(&store, from, after));
    outcome.is_err()
}

/// Names the case that fails.
fn named(what: &str, check: impl FnOnce()) {
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(check));
    if let Err(panic) = outcome {
        println!("in {what}");
        std::panic::resume_unwind(panic);
    }
}

/// A first save that is refused leaves nothing, but for a lock that could not be taken.
#[test]
fn a_first_save_that_fails_leaves_nothing() {
    let place = Place::new();
    let scenario = &scenarios()[0];
    let disk = place.with(&Tree::new());
    act(scenario, &place, &disk).unwrap();
    let mut gone = 0;
    for operation in 0..disk.operations().0 {
        let disk = place.with(&Tree::new());
        disk.fail_at(operation, Fault::Once(libc::ENOSPC));
        let outcome = act(scenario, &place, &disk);
        // When the head is there, only the last fsync failed, or a look at what was saved.
        if outcome.is_err() && place.open(&disk).unwrap().head().unwrap().is_none() {
            let left = read_tree(&place.path());
            let is_lock = |path: &PathBuf| path.as_os_str().is_empty() || path.ends_with("LOCK");
            assert!(left.keys().all(is_lock), "operation {operation}: {:?}", left.keys());
            gone += 1;
        }
    }
    assert!(gone > 10, "{gone}");
}
