// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! What is sound in a damaged store is copied, what is not is named, and the damaged store stays as it is.

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use ckp::{
    BaseChoice, Capture, CaptureOptions, Depth, ErrorKind, Repair, Store, StreamKey, StreamKind,
    report,
};
use common::everything::{STAGES, read_all, save_all};
use common::{assert_holds, chain, command, create, fill, save_with};

struct Damaged {
    directory: tempfile::TempDir,
    store: Store,
}

impl Damaged {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = create(&directory.path().join("s.ckp"));
        save_all(&store);
        Self { directory, store }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.store.path().join("stages").join(format!("{name}.stage"))
    }

    fn new_path(&self) -> PathBuf {
        self.directory.path().join("new.ckp")
    }

    /// Flip a bit of the first block of an array.
    fn damage(&self, name: &str, key: StreamKey) {
        let stage = self.store.stage(name).unwrap();
        let delta = &stage.timing_stage().delta_changes;
        let block = delta.streams[delta.find(key).unwrap()].blocks[0];
        assert!(block.stored > 0, "{key} has bytes");
        let mut bytes = fs::read(self.file(name)).unwrap();
        bytes[block.offset as usize] ^= 4;
        fs::write(self.file(name), bytes).unwrap();
    }

    /// Repair, and look that nothing happened to the damaged store, and that the new one is sound.
    fn repair(&self) -> (Repair, Store) {
        let before = content(self.store.path());
        let repair = self.store.repair(&self.new_path(), &mut |_, _, _| {}).unwrap();
        assert!(content(self.store.path()) == before, "the damaged store was changed");
        let new = create(&self.new_path());
        assert!(new.verify(Depth::Full).unwrap().findings.is_empty());
        let names = new.stage_names().unwrap();
        for name in &names {
            assert!(read_all(&new.stage(name).unwrap(), name).is_empty(), "{name}");
        }
        for name in &repair.copied {
            let copy = fs::read(self.new_path().join("stages").join(format!("{name}.stage")));
            assert!(copy.unwrap() == fs::read(self.file(name)).unwrap(), "{name}, to the byte");
        }
        let mut kept = [&repair.copied[..], &repair.rewritten].concat();
        kept.sort_unstable();
        assert_eq!(kept, names);
        assert_eq!(kept.len() + repair.lost.len(), STAGES.len());
        assert_eq!(new.head().unwrap(), repair.head);
        (repair, new)
    }
}

/// Every file below a directory, and when it was changed last.
fn content(path: &Path) -> BTreeMap<PathBuf, (Vec<u8>, std::time::SystemTime)> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(path).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(content(&path));
        } else {
            let changed = fs::metadata(&path).unwrap().modified().unwrap();
            files.insert(path.clone(), (fs::read(&path).unwrap(), changed));
        }
    }
    files
}

fn findings(repair: &Repair) -> String {
    repair.findings.iter().map(|finding| format!("{}\n", finding.error)).collect()
}

#[test]
fn a_sound_store_is_copied_whole() {
    let damaged = Damaged::new();
    let (repair, _) = damaged.repair();
    assert!(repair.is_whole());
    assert_eq!(repair.copied, STAGES);
    assert_eq!(repair.head.as_deref(), Some("c"));
    let again = damaged.store.repair(&damaged.new_path(), &mut |_, _, _| {}).unwrap_err();
    assert_eq!(again.kind(), ErrorKind::AlreadyExists, "{again}");
    let itself = damaged.store.repair(damaged.store.path(), &mut |_, _, _| {}).unwrap_err();
    assert_eq!(itself.kind(), ErrorKind::AlreadyExists, "{itself}");
    // Without stages nothing else would tell that they are the same.
    STAGES.iter().for_each(|stage| fs::remove_file(damaged.file(stage)).unwrap());
    let itself = damaged.store.repair(damaged.store.path(), &mut |_, _, _| {}).unwrap_err();
    assert_eq!(itself.kind(), ErrorKind::InvalidArgument, "{itself}");
    assert!(itself.to_string().contains("is the store itself"), "{itself}");
}

#[test]
fn what_is_on_top_of_a_sound_stage_may_be_lost() {
    let damaged = Damaged::new();
    damaged.damage("c", StreamKey::plain(StreamKind::Objects));
    let (repair, _) = damaged.repair();
    assert_eq!((repair.copied.join(" "), repair.lost.join(" ")), ("a b".into(), "c".into()));
    assert_eq!(repair.head.as_deref(), Some("b"), "the newest that is sound");
    assert!(findings(&repair).contains("stage c, object table, block 0"), "{}", findings(&repair));
    assert!(findings(&repair).contains("The head is stage c"), "{}", findings(&repair));
    let text = report::repair_text(&repair);
    assert!(text.contains("Copied: a, b.\nLost: c.\nThe head of the new store is b.\n"), "{text}");
}

/// Of a base, a stage needs what it was coded after, and no more: here not the file that is attached to it.
#[test]
fn a_stage_that_needs_nothing_of_the_damage_of_its_base_is_written_again() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    let table = chain(30);
    let mut capture = Capture::begin(&store, "a", Default::default(), table.clone()).unwrap();
    capture.add_attachment("x", Cursor::new("of the base")).unwrap();
    fill(&mut capture, &table, 0).unwrap();
    capture.commit(&store).unwrap();
    for (stage, base) in [("b", "a"), ("c", "b")] {
        let base = BaseChoice::Stage(base.into());
        let options = CaptureOptions { base, ..Default::default() };
        save_with(&store, stage, options, &table, 2).unwrap();
    }
    let damaged = Damaged { directory, store };
    damaged.damage("a", StreamKey::attachment(0));
    let before = content(damaged.store.path());
    let repair = damaged.store.repair(&damaged.new_path(), &mut |_, _, _| {}).unwrap();
    assert!(content(damaged.store.path()) == before, "the damaged store was changed");
    assert_eq!(repair.lost, ["a"]);
    assert_eq!(repair.rewritten, ["b"]);
    assert_eq!(repair.copied, ["c"], "it names its base by content, which is the same");
    assert_eq!(repair.head.as_deref(), Some("c"));
    assert!(findings(&repair).contains("stage a, attachment x, block 0"), "{}", findings(&repair));
    let new = create(&damaged.new_path());
    assert!(new.stage("b").unwrap().base().is_none());
    for stage in ["b", "c"] {
        assert_holds(&new.stage(stage).unwrap(), &table, 2);
    }
    assert!(new.verify(Depth::Full).unwrap().findings.is_empty());
}

#[test]
fn a_lost_base_takes_its_deltas_along() {
    for cut in [true, false] {
        let damaged = Damaged::new();
        if cut {
            fs::write(damaged.file("a"), b"").unwrap();
        } else {
            damaged.damage("a", StreamKey::plain(StreamKind::Objects));
        }
        let (repair, _) = damaged.repair();
        assert_eq!(repair.lost, STAGES);
        assert_eq!((repair.head, repair.findings.len() >= 3), (None, true));
    }
}

#[test]
fn a_repair_is_never_in_place() {
    let damaged = Damaged::new();
    let directory = damaged.directory.path();
    std::os::unix::fs::symlink(damaged.store.path(), directory.join("link.ckp")).unwrap();
    for path in [damaged.store.path().to_path_buf(), directory.join("link.ckp")] {
        let before = content(damaged.store.path());
        assert!(damaged.store.repair(&path, &mut |_, _, _| {}).is_err());
        assert!(content(damaged.store.path()) == before);
    }
    fs::write(directory.join("file"), "x").unwrap();
    assert!(damaged.store.repair(&directory.join("file"), &mut |_, _, _| {}).is_err());
    let gone = directory.join("no/where.ckp");
    assert!(damaged.store.repair(&gone, &mut |_, _, _| {}).is_err());
}

#[test]
fn the_command_tells_and_exits_with_3() {
    let damaged = Damaged::new();
    damaged.damage("c", StreamKey::plain(StreamKind::Objects));
    let new = damaged.new_path();
    let (new, store) = (new.to_str().unwrap(), damaged.store.path().to_str().unwrap());
    let output = command::ckp(&["verify", "--format", "json", "--repair", new, store]);
    assert_eq!(output.status.code(), Some(3));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["copied"], serde_json::json!(["a", "b"]));
    assert_eq!(json["lost"], serde_json::json!(["c"]));
    assert_eq!(json["findings"][0]["stage"], "c");
    let output = command::ckp(&["verify", "--repair", new, store]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("holds stages already"));
}
