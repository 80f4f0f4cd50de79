// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Files that are attached to stages come back to the last byte, whatever they were coded after.

mod common;

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ckp::{
    BaseChoice, Capture, CaptureOptions, CodecChoice, Depth, ErrorKind, OpenMode, ReadMode, Result,
    Stage, Store, report,
};
use common::{assert_holds, chain, create, fill};

/// The size of a full block.
const BLOCK: usize = 4 << 20;

fn on(base: &str) -> CaptureOptions {
    CaptureOptions { base: BaseChoice::Stage(base.into()), ..CaptureOptions::default() }
}

fn save(
    store: &Store,
    stage: &str,
    options: CaptureOptions,
    files: &[(&str, &[u8])],
) -> Result<Arc<Stage>> {
    let table = chain(100);
    let mut capture = Capture::begin(store, stage, options, table.clone())?;
    for (name, bytes) in files {
        capture.add_attachment(name, Cursor::new(bytes))?;
    }
    fill(&mut capture, &table, 1)?;
    capture.commit(store)
}

fn read(stage: &Stage, name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    stage.read_attachment(name, &mut bytes).unwrap();
    bytes
}

fn stored(stage: &Stage) -> Vec<u64> {
    stage.attachments().iter().map(|attachment| attachment.stored_bytes).collect()
}

fn noise(count: usize, mut seed: u64) -> Vec<u8> {
    let mut next = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 56) as u8
    };
    (0..count).map(|_| next()).collect()
}

/// A text such as a netlist: every line is another one.
fn lines(count: u32, seed: u32) -> Vec<u8> {
    let line = |i: u32| {
        let number = (i ^ seed).wrapping_mul(2_654_435_761) >> 8;
        format!("BUF_X{} _{i}_ (.A(net{number}), .Z(net{i}));\n", i % 4)
    };
    (0..count).flat_map(|i| line(i).into_bytes()).collect()
}

fn stage_path(store: &Store, name: &str) -> PathBuf {
    store.path().join("stages").join(format!("{name}.stage"))
}

#[test]
fn files_of_every_size_come_back() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    let large = [lines(150_000, 1), noise(BLOCK, 2)].concat();
    let files: [(&str, &[u8]); 4] =
        [("top.v", &large), ("empty", b""), ("a b.\u{e9}", &large[..BLOCK]), ("one", b"\0")];
    for (number, codec) in [CodecChoice::Auto, CodecChoice::Lz4].into_iter().enumerate() {
        let options = CaptureOptions { base: BaseChoice::Full, codec, ..Default::default() };
        save(&store, &format!("s{number}"), options, &files).unwrap();
        for mode in [ReadMode::Mapped, ReadMode::Positioned] {
            let store = Store::open(store.path(), OpenMode::Read, mode).unwrap();
            let stage = store.stage(&format!("s{number}")).unwrap();
            let names: Vec<_> = stage.attachments().into_iter().map(|a| a.name).collect();
            assert_eq!(names, ["a b.\u{e9}", "empty", "one", "top.v"]);
            for (name, bytes) in files {
                assert!(read(&stage, name) == bytes, "{name}");
            }
            stage.verify(Depth::Full).unwrap();
            assert_holds(&stage, &chain(100), 1);
        }
    }
}

#[test]
fn what_the_base_has_is_not_stored_again() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    let netlist = lines(400_000, 1);
    let database = noise(3 * BLOCK + 12_345, 3);
    assert!(netlist.len() > 3 * BLOCK);
    let a = save(&store, "a", on_nothing(), &[("n.v", &netlist), ("d.odb", &database)]).unwrap();
    // Lines gone, put in, and changed all over; bytes put in before all others.
    let cut = netlist.len() / 3;
    let edited = [&netlist[..cut], &netlist[cut + 700_000..], b"endmodule\n"].concat();
    let grown = [&noise(50_000, 4), &database[..], &noise(10, 5)].concat();
    let b = save(&store, "b", on("a"), &[("n.v", &edited), ("d.odb", &grown)]).unwrap();
    let c = save(&store, "c", on("b"), &[("n.v", &edited), ("d.odb", &grown)]).unwrap();
    let d = save(&store, "d", on("c"), &[("n.v", &netlist), ("d.odb", &database)]).unwrap();
    for (stage, netlist, database) in [
        (&a, &netlist, &database),
        (&b, &edited, &grown),
        (&c, &edited, &grown),
        (&d, &netlist, &database),
    ] {
        assert!(read(stage, "n.v") == *netlist, "{stage:?}");
        assert!(read(stage, "d.odb") == *database, "{stage:?}");
        stage.verify(Depth::Full).unwrap();
    }
    assert!(stored(&a)[0] >= database.len() as u64, "noise is stored as it is");
    assert!(stored(&b)[0] < 75_000, "{:?}", stored(&b));
    assert!(stored(&b)[1] < 3000, "{:?}", stored(&b));
    assert_eq!(stored(&c), [0, 0], "files that are the same take no bytes");
    assert!(stored(&d)[0] < 25_000, "{:?}", stored(&d));
    // Those of the base that are gone.
    assert!(stored(&d)[1] < stored(&a)[1] / 5, "{:?} {:?}", stored(&d), stored(&a));
    assert!(store.verify(Depth::Full).unwrap().findings.is_empty());
}

fn on_nothing() -> CaptureOptions {
    CaptureOptions { base: BaseChoice::Full, ..CaptureOptions::default() }
}

#[test]
fn a_stage_may_lack_what_its_base_has_and_have_more() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    let text = lines(1000, 1);
    save(&store, "a", on_nothing(), &[("n.v", &text)]).unwrap();
    let b = save(&store, "b", on("a"), &[("a.sdc", &text)]).unwrap();
    assert!(stored(&b)[0] > 1000, "another name is another file");
    let c = save(&store, "c", on("b"), &[("n.v", &text)]).unwrap();
    assert!(stored(&c)[0] > 1000, "the base lacks it, whatever its base has");
    assert!(read(&b, "a.sdc") == text && read(&c, "n.v") == text);
    let error = b.read_attachment("n.v", &mut Vec::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().contains("a.sdc"), "{error}");
}

#[test]
fn equal_files_give_equal_digests_and_bytes_in_any_order() {
    let directory = tempfile::tempdir().unwrap();
    let stage = |name: &str, files: &[(&str, &[u8])]| {
        save(&create(&directory.path().join(name)), "s", on_nothing(), files).unwrap()
    };
    let a = stage("a.ckp", &[("x", b"1"), ("y", b"2")]);
    let b = stage("b.ckp", &[("y", b"2"), ("x", b"1")]);
    assert_eq!(a.digest(), b.digest());
    assert_ne!(a.digest(), stage("c.ckp", &[("x", b"2"), ("y", b"1")]).digest());
    assert_ne!(a.digest(), stage("d.ckp", &[("x", b"1"), ("z", b"2")]).digest());
    assert_ne!(a.digest(), stage("e.ckp", &[("x", b"1")]).digest());
    let text = lines(1000, 1);
    let full = stage("f.ckp", &[("n.v", &text)]);
    let store = create(&directory.path().join("f.ckp"));
    let delta = save(&store, "t", on("s"), &[("n.v", &text)]).unwrap();
    assert_eq!(delta.digest(), full.digest(), "the digest is of the content, not of its coding");
}

#[test]
fn a_full_stage_in_place_of_a_delta_keeps_its_files() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    // So small that what it saves as a delta does not keep the stage from being a full one.
    let text = lines(10, 1);
    let edited = [&text[..], b"more\n"].concat();
    let names = (0..3000).map(|index| format!("other{}", index * 7919)).collect::<Vec<_>>();
    let save = |stage: &str, table: &ckp::ObjectTable, version, files: &[(&str, &[u8])]| {
        let options = CaptureOptions::default();
        let mut capture = Capture::begin(&store, stage, options, table.clone()).unwrap();
        for (name, bytes) in files {
            capture.add_attachment(name, Cursor::new(bytes)).unwrap();
        }
        fill(&mut capture, table, version).unwrap();
        capture.commit(&store).unwrap()
    };
    save("a", &chain(3000), 0, &[("n.v", &text)]);
    let other = common::objects(&names, |_| "BUF");
    let b = save("b", &other, 3, &[("n.v", &edited), ("new", b"new")]);
    assert!(b.base().is_none(), "a full stage");
    assert!(read(&b, "n.v") == edited);
    assert_eq!(read(&b, "new"), b"new");
    b.verify(Depth::Full).unwrap();
}

#[test]
fn files_that_cannot_be_attached_are_refused_and_leave_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    let table = chain(100);
    let mut capture = Capture::begin(&store, "a", on_nothing(), table.clone()).unwrap();
    let long = "n".repeat(201);
    for name in ["", ".", "..", "../x", "/x", "a/b", "a\\b", "-x", ".x", "a\nb", "a\0", &long] {
        let error = capture.add_attachment(name, Cursor::new(b"x")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{name:?}");
    }
    let kind = |outcome: Result<()>| outcome.unwrap_err().kind();
    assert_eq!(kind(capture.add_attachment_file("f", Path::new("/nowhere/f"))), ErrorKind::Io);
    assert_eq!(kind(capture.add_attachment_file("f", directory.path())), ErrorKind::Io);
    capture.add_attachment("f", Cursor::new(b"f")).unwrap();
    assert_eq!(kind(capture.add_attachment("f", Cursor::new(b"g"))), ErrorKind::InvalidArgument);
    fill(&mut capture, &table, 1).unwrap();
    let stage = capture.commit(&store).unwrap();
    assert_eq!(read(&stage, "f"), b"f");

    let mut capture = Capture::begin(&store, "b", on("a"), table.clone()).unwrap();
    let error = capture.add_attachment("f", Changing::default()).unwrap_err();
    assert!(error.to_string().contains("changed while it was read"), "{error}");
    fill(&mut capture, &table, 1).unwrap();
    let stage = capture.commit(&store).unwrap();
    assert!(stage.attachments().is_empty());
    stage.verify(Depth::Full).unwrap();
    assert!(!fs::read(stage_path(&store, "b")).unwrap().windows(9).any(|w| w == b"changing!"));
}

/// A file that another program writes to.
#[derive(Default)]
struct Changing {
    reads: u32,
    left: usize,
}

impl std::io::Read for Changing {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let text = if self.reads < 2 { b"changing!" } else { b"changed!!" };
        self.reads += 1;
        let count = if self.left == 0 { text.len() } else { 0 };
        self.left += 1;
        buffer[..count].copy_from_slice(&text[..count]);
        Ok(count)
    }
}

impl std::io::Seek for Changing {
    fn seek(&mut self, _: std::io::SeekFrom) -> std::io::Result<u64> {
        self.left = 0;
        Ok(0)
    }
}

#[test]
fn damage_in_a_file_or_in_what_it_refers_to_is_found() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    let text = lines(1000, 1);
    save(&store, "a", on_nothing(), &[("n.v", &text)]).unwrap();
    let edited = [b"new first line\n", &text[..]].concat();
    let b = save(&store, "b", on("a"), &[("n.v", &edited)]).unwrap();
    assert!(stored(&b)[0] < 100, "{:?}", stored(&b));
    for (name, whole) in [("a", &text), ("b", &edited)] {
        let path = stage_path(&store, name);
        let good = fs::read(&path).unwrap();
        let stage = store.stage(name).unwrap();
        let block = stage.timing_stage().delta_changes.attachments().next().unwrap().blocks[0];
        let step = if name == "a" { 97 } else { 1 };
        for byte in (block.offset..block.offset + u64::from(block.stored)).step_by(step) {
            let mut bad = good.clone();
            bad[byte as usize] ^= 1 << (byte % 8);
            fs::write(&path, &bad).unwrap();
            for depth in [Depth::Quick, Depth::Timing, Depth::Full] {
                let found = store.verify(depth).unwrap().findings;
                assert!(found[0].error.to_string().contains("attachment n.v"), "{found:?}");
            }
            let delta = store.stage("b").unwrap();
            let error = delta.read_attachment("n.v", &mut Vec::new()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Corrupt);
            assert!(delta.verify(Depth::Quick).is_err());
            let target = directory.path().join("out");
            assert!(delta.extract_attachments(&target).is_err());
            assert_eq!(fs::read_dir(&target).unwrap().count(), 0, "nothing is left");
        }
        fs::write(&path, &good).unwrap();
        assert!(read(&store.stage(name).unwrap(), "n.v") == *whole);
    }
    // A base that has the same timing and another file is another base.
    fs::remove_file(stage_path(&store, "a")).unwrap();
    save(&store, "a", on_nothing(), &[("n.v", &edited)]).unwrap();
    assert_eq!(store.stage("b").unwrap_err().kind(), ErrorKind::BaseMismatch);
}

#[test]
fn extracted_files_replace_none_that_differs() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    let text = lines(1000, 1);
    save(&store, "a", on_nothing(), &[("x", &text), ("y", b"2"), ("z", b"")]).unwrap();
    let stage = store.stage("a").unwrap();
    let target = directory.path().join("not/there/yet");
    assert_eq!(stage.extract_attachments(&target).unwrap(), 3);
    let names = || {
        let entries = fs::read_dir(&target).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(names(), ["x", "y", "z"], "and no other file");
    assert!(fs::read(target.join("x")).unwrap() == text);
    let time = || fs::metadata(target.join("x")).unwrap().modified().unwrap();
    let before = time();
    assert_eq!(stage.extract_attachments(&target).unwrap(), 0);
    fs::remove_file(target.join("y")).unwrap();
    assert_eq!(stage.extract_attachments(&target).unwrap(), 1);
    assert_eq!(time(), before, "what is the same is not touched");

    fs::remove_file(target.join("y")).unwrap();
    for other in [&b"3"[..], b"longer"] {
        fs::write(target.join("z"), other).unwrap();
        let error = stage.extract_attachments(&target).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AlreadyExists);
        assert!(error.to_string().contains("not/there/yet/z"), "{error}");
        assert_eq!(names(), ["x", "z"], "all or none are written");
        assert_eq!(fs::read(target.join("z")).unwrap(), other);
    }
    fs::remove_file(target.join("z")).unwrap();
    fs::create_dir(target.join("z")).unwrap();
    assert_eq!(stage.extract_attachments(&target).unwrap_err().kind(), ErrorKind::AlreadyExists);

    let path = directory.path().join("one");
    assert!(stage.extract_attachment("y", &path).unwrap());
    assert!(!stage.extract_attachment("y", &path).unwrap());
    let kind = |outcome: Result<bool>| outcome.unwrap_err().kind();
    assert_eq!(kind(stage.extract_attachment("x", &path)), ErrorKind::AlreadyExists);
    assert_eq!(
        kind(stage.extract_attachment("no", &directory.path().join("n"))),
        ErrorKind::NotFound
    );
    assert!(!directory.path().join("n").exists());
}

#[test]
fn reports_list_the_files_and_quote_ratios_without_them() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    let plain = save(&store, "plain", on_nothing(), &[]).unwrap();
    save(&store, "with", on_nothing(), &[("d.odb", &noise(1_000_000, 1)), ("x.sdc", b"#")])
        .unwrap();
    let tree = report::stages_text(&store).unwrap();
    let rows: Vec<Vec<&str>> =
        tree.lines().skip(1).map(|line| line.split_whitespace().collect()).collect();
    let at = rows[0].iter().position(|word| word.ends_with('%')).unwrap();
    let share = |row: &[&str]| {
        let word = row.iter().find(|word| word.ends_with('%')).unwrap();
        word.trim_end_matches('%').parse::<f64>().unwrap()
    };
    assert!((share(&rows[0]) - share(&rows[1])).abs() < 1.0, "{tree}");
    assert!(at > 0 && share(&rows[0]) < 100.0, "{}", plain.stored_bytes());
    assert!(tree.contains("  with d.odb 1000000, x.sdc 1 (1000001 bytes stored)"), "{tree}");
    let json: serde_json::Value =
        serde_json::from_str(&report::stages_json(&store).unwrap()).unwrap();
    assert_eq!(json[0]["attachments"], serde_json::json!([]));
    assert_eq!(
        json[1]["attachments"],
        serde_json::json!([
            { "name": "d.odb", "bytes": 1_000_000, "stored_bytes": 1_000_000 },
            { "name": "x.sdc", "bytes": 1, "stored_bytes": 1 },
        ])
    );
    let text = report::stage_text(&store, "with").unwrap();
    assert!(text.contains("without the attached files, which take 1000001 bytes"), "{text}");
    assert!(text.contains("d.odb                           1000000    1000000\n"), "{text}");
}
