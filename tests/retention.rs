// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Compactions that keep some stages and delete the others: what is kept reads as before, to the last bit,
//! whatever goes and whenever a crash comes.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use ckp::{
    BaseChoice, Capture, CaptureOptions, CompactMode, Compaction, Depth, ErrorKind, Keep, Store,
};
use common::command::{failure, json, text};
use common::{assert_holds, chain, create, fill, save_with};

const APPLY: CompactMode = CompactMode::Apply;

fn on(base: Option<&str>) -> CaptureOptions {
    let base = base.map_or(BaseChoice::Full, |base| BaseChoice::Stage(base.to_owned()));
    CaptureOptions { base, ..CaptureOptions::default() }
}

fn keep(patterns: &[&str]) -> Keep {
    let mut keep = Keep::new();
    patterns.iter().for_each(|pattern| keep.names(pattern).unwrap());
    keep
}

fn compact(store: &Store, keep: &Keep, mode: CompactMode) -> Compaction {
    store.compact_keeping(keep, mode, &mut |_, _, _| {}).unwrap()
}

fn names(store: &Store) -> Vec<String> {
    store.stage_names().unwrap()
}

fn base(store: &Store, name: &str) -> Option<String> {
    store.stage(name).unwrap().timing_stage().base().map(str::to_owned)
}

/// Every stage that is there has the values that its name says, and its bases.
fn assert_sound(store: &Store) {
    let verification = store.verify(Depth::Full).unwrap();
    assert!(verification.findings.is_empty(), "{:#?}", verification.findings);
    for name in names(store) {
        let version: u32 = name[1..].parse().unwrap();
        assert_holds(&store.stage(&name).unwrap(), &chain(40), version);
    }
}

/// Stages `s1`, `s2`, ...: each a delta on the stage of that number, or full for 0.
fn tree(path: &Path, bases: &[usize]) -> Store {
    let store = create(path);
    for (number, base) in (1..).zip(bases) {
        let base = (*base > 0).then(|| format!("s{base}"));
        let name = format!("s{number}");
        save_with(&store, &name, on(base.as_deref()), &chain(40), number).unwrap();
    }
    store
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to.join("stages")).unwrap();
    for file in ["HEAD", "CKP_STORE"].map(|name| from.join(name)) {
        if file.is_file() {
            fs::copy(&file, to.join(file.file_name().unwrap())).unwrap();
        }
    }
    for entry in fs::read_dir(from.join("stages")).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join("stages").join(entry.file_name())).unwrap();
    }
}

#[test]
fn each_rule_keeps_what_it_names_and_the_head_stays() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    let table = chain(40);
    let stages =
        [("s1", "gold"), ("s2", ""), ("s3", "gold"), ("s4", "lead"), ("s5", ""), ("s6", "")];
    for (number, (name, tag)) in (1..).zip(stages) {
        let mut capture =
            Capture::begin(&store, name, CaptureOptions::default(), table.clone()).unwrap();
        if !tag.is_empty() {
            capture.metadata_mut().meta.push(("tag".into(), tag.into()));
        }
        fill(&mut capture, &table, number).unwrap();
        capture.commit(&store).unwrap();
    }
    store.set_head("s5").unwrap();
    let left = |rules: &[&str]| {
        let copied = tempfile::tempdir().unwrap();
        let path = copied.path().join("s.ckp");
        copy(store.path(), &path);
        let mut arguments = vec!["compact", path.to_str().unwrap()];
        arguments.extend(rules);
        text(&arguments);
        let store = create(&path);
        assert_sound(&store);
        assert_eq!(store.head().unwrap().as_deref(), Some("s5"));
        names(&store).join(" ")
    };
    assert_eq!(left(&[]), "s1 s2 s3 s4 s5 s6");
    assert_eq!(left(&["--keep-last", "1"]), "s5 s6");
    assert_eq!(left(&["--keep-last", "99"]), "s1 s2 s3 s4 s5 s6");
    assert_eq!(left(&["--keep", "s?"]), "s1 s2 s3 s4 s5 s6");
    assert_eq!(left(&["--keep", "*3", "--keep", "s1"]), "s1 s3 s5");
    assert_eq!(left(&["--keep-meta", "tag=gold"]), "s1 s3 s5");
    assert_eq!(left(&["--keep-meta", "tag=lead", "--keep-last", "2"]), "s4 s5 s6");
}

#[test]
fn a_rule_that_names_nothing_deletes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let store = tree(&directory.path().join("s.ckp"), &[0, 1, 2]);
    let path = store.path().to_str().unwrap();
    for (rules, expected) in [
        (["--keep", "rout*"], "No stage is named like \"rout*\", so nothing is deleted"),
        (["--keep-meta", "tag=gold"], "No stage was saved with tag=gold, so nothing is deleted"),
        (["--keep-meta", "tag"], "\"tag\" is no KEY=VALUE."),
        (["--keep-meta", "=tag"], "The key of stages to keep is empty."),
        (["--keep", ""], "A pattern for the names of stages is empty."),
        (["--keep-last", "0"], "The last stages to keep are at least 1."),
    ] {
        let (code, error) = failure(&["compact", path, "--keep", "s1", rules[0], rules[1]]);
        assert!(code == 1 && error.contains(expected), "{error}");
        assert_eq!(names(&store).len(), 3);
    }
    assert_sound(&store);
}

#[test]
fn what_cannot_be_read_may_depend_on_anything() {
    let directory = tempfile::tempdir().unwrap();
    let store = tree(&directory.path().join("s.ckp"), &[0, 1, 2, 2]);
    let path = store.path().join("stages/s3.stage");
    let sound = fs::read(&path).unwrap();
    let attempt = |store: &Store| store.compact_keeping(&keep(&["s4"]), APPLY, &mut |_, _, _| {});
    fs::write(&path, &sound[..sound.len() / 2]).unwrap();
    assert_eq!(attempt(&store).unwrap_err().kind(), ErrorKind::Truncated);
    fs::write(&path, &sound).unwrap();
    // A block of one that has to be put on another base.
    let path = store.path().join("stages/s4.stage");
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    let sound = fs::read(&path).unwrap();
    fs::write(&path, &bytes).unwrap();
    assert_eq!(attempt(&store).unwrap_err().kind(), ErrorKind::Corrupt);
    fs::write(&path, &sound).unwrap();
    let capture = Capture::begin(&store, "s9", on(None), chain(3)).unwrap();
    assert_eq!(attempt(&store).unwrap_err().kind(), ErrorKind::Locked);
    drop(capture);
    assert_eq!(names(&store).len(), 4);
    assert_sound(&store);
    assert_eq!(attempt(&store).unwrap().deleted.len(), 3);
    assert_sound(&store);
}

/// The chain that two stages depend on goes altogether: the older one becomes a full stage and the base of the
/// other one.
#[test]
fn a_chain_that_goes_has_one_heir() {
    let directory = tempfile::tempdir().unwrap();
    let store = tree(&directory.path().join("s.ckp"), &[0, 1, 2, 1, 3, 5]);
    let compaction = compact(&store, &keep(&["s4", "s5"]), APPLY);
    assert_eq!(base(&store, "s4"), None);
    assert_eq!(base(&store, "s5").as_deref(), Some("s4"));
    assert_eq!(base(&store, "s6").as_deref(), Some("s5"), "the head");
    let deleted: Vec<&str> = compaction.deleted.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(deleted, ["s3", "s2", "s1"], "each before its base");
    assert_sound(&store);
}

/// Trees and rules of all sorts. The dry run changes nothing and tells what then is done.
#[test]
fn what_is_kept_stays_bit_for_bit() {
    let mut random = 1u64;
    let mut next = |bound: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (random >> 33) as usize % bound
    };
    for round in 0..12 {
        let directory = tempfile::tempdir().unwrap();
        // Every fifth stage or so is full, and chains are short enough for the saves.
        let bases: Vec<usize> =
            (0..9).map(|number| if next(5) == 0 { 0 } else { next(number + 1) }).collect();
        let store = tree(&directory.path().join("s.ckp"), &bases);
        let head = format!("s{}", 1 + next(9));
        store.set_head(&head).unwrap();
        let kept: BTreeSet<String> =
            (1..=9).filter(|_| next(3) == 0).map(|s| format!("s{s}")).collect();
        let mut rules = Keep::new();
        kept.iter().for_each(|name| rules.names(name).unwrap());
        if kept.is_empty() {
            rules.last(1).unwrap();
        }
        let bytes = |store: &Store| -> Vec<Vec<u8>> {
            let paths = names(store).into_iter().map(|name| format!("stages/{name}.stage"));
            paths.map(|path| fs::read(store.path().join(path)).unwrap()).collect()
        };
        let before = bytes(&store);
        let mut plan = compact(&store, &rules, CompactMode::DryRun);
        assert!(bytes(&store) == before, "round {round}: {bases:?}");
        let done = compact(&store, &rules, APPLY);
        plan.mode = APPLY;
        assert_eq!(done, plan, "round {round}: {bases:?} {kept:?}");
        let mut expected = kept.clone();
        expected.insert(head.clone());
        if kept.is_empty() {
            expected.insert("s9".to_owned());
        }
        assert_eq!(names(&store), expected.into_iter().collect::<Vec<_>>());
        assert_eq!(store.head().unwrap(), Some(head));
        assert_sound(&store);
        let saved = before.iter().map(Vec::len).sum::<usize>() as i64
            - bytes(&store).iter().map(Vec::len).sum::<usize>() as i64;
        assert_eq!(done.saved_bytes(), saved);
        assert_eq!(fs::read_dir(store.path().join("tmp")).unwrap().count(), 0);
    }
}

/// Renames of whole files, then removals: after each of them every stage that is there can be read, and the
/// compaction can be done again.
#[test]
fn a_crash_between_any_two_steps_loses_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let original = tree(&directory.path().join("original.ckp"), &[0, 1, 2, 1, 3, 5]);
    let rules = keep(&["s4", "s5"]);
    let done = directory.path().join("done.ckp");
    copy(original.path(), &done);
    let compaction = compact(&create(&done), &rules, APPLY);
    let steps = compaction.rebased.len() + compaction.deleted.len();
    assert!(steps >= 5, "{compaction:?}");
    for crash in 0..=steps {
        let path = directory.path().join(format!("{crash}.ckp"));
        copy(original.path(), &path);
        for step in compaction.rebased.iter().take(crash) {
            let file = format!("stages/{}.stage", step.stage);
            fs::copy(done.join(&file), path.join(&file)).unwrap();
        }
        let removed = crash.saturating_sub(compaction.rebased.len());
        for (name, _) in compaction.deleted.iter().take(removed) {
            fs::remove_file(path.join(format!("stages/{name}.stage"))).unwrap();
        }
        let store = create(&path);
        assert_sound(&store);
        compact(&store, &rules, APPLY);
        assert_eq!(names(&store), ["s4", "s5", "s6"]);
        assert_sound(&store);
    }
}

#[test]
fn the_command_tells_what_would_go() {
    let directory = tempfile::tempdir().unwrap();
    let store = tree(&directory.path().join("my store.ckp"), &[0, 1, 2]);
    let path = store.path().to_str().unwrap();
    let bytes = |name: &str| store.stage(name).unwrap().stored_bytes();
    let said = text(&["compact", path, "--keep-last", "1", "--dry-run"]);
    let (s1, s2) = (bytes("s1"), bytes("s2"));
    assert!(said.starts_with("Stage s3: a full stage, "), "{said}");
    let deleted = format!("\nStage s2: deleted, {s2} bytes.\nStage s1: deleted, {s1} bytes.\n");
    assert!(said.contains(&deleted), "{said}");
    assert!(said.contains("To compact 0 leftovers and 1 stage, to delete 2: "), "{said}");
    assert_eq!(names(&store).len(), 3);
    let told = json(&["compact", path, "--keep-last", "1", "--format", "json"]);
    assert_eq!(told["deleted"][0], serde_json::json!({ "stage": "s2", "bytes": s2 }));
    assert_eq!(told["rebased"][0]["base"], serde_json::Value::Null);
    assert_eq!(names(&store), ["s3"]);
    assert_sound(&store);
}
