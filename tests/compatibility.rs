// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! What released versions wrote is read for ever, bit for bit; what newer ones wrote is read as far as it says
//! that it can be, and harmed by nothing. Fixtures and what is expected of them are never rewritten:
//! tests/fixtures/README.md.

mod common;

use std::fmt::Write;
use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use ckp::{
    BaseChoice, Capture, CaptureOptions, CodecChoice, CompactMode, Depth, ErrorKind, OpenMode,
    ReadMode, Stage, Store, StreamKind, Width,
};
use common::everything::{self, read_all};
use common::fixtures::{FIXTURES, copy, files, fixtures};
use common::forged::{self, FOOTER, HEADER};
use common::library::Gates;
use tempfile::TempDir;
use xxhash_rust::xxh3::xxh3_128;

/// Every file of the fixtures, and its XXH3-128. A line is added for each version, and none is changed.
const FILES: &[(&str, u128)] = &[
    ("format-1/debian.ckp/CKP_STORE", 0xfec7f057ded5590088318d8825ff5455),
    ("format-1/debian.ckp/HEAD", 0xa2665a9b6cbc43501b4914ebd77916eb),
    ("format-1/debian.ckp/stages/annotated.stage", 0x101b9d884aedced893527feaf8b2b75c),
    ("format-1/debian.ckp/stages/edit.stage", 0x3cdb49e09bb1cafc4ad26fc43b9e6fac),
    ("format-1/debian.ckp/stages/first.stage", 0x812d65167b45617254327ac075161ad9),
    ("format-1/debian.txt", 0x01eade8c5e72160252b51474ee69fa3c),
    ("format-1/everything.ckp/CKP_STORE", 0xfec7f057ded5590088318d8825ff5455),
    ("format-1/everything.ckp/HEAD", 0xe3ae3e2e74eb6b6a1884a4b9680dc1d4),
    ("format-1/everything.ckp/stages/a.stage", 0xb318e24db2ab563dd2bbf3e588cdadc5),
    ("format-1/everything.ckp/stages/b.stage", 0x1c013f30959715ced429dd7a6ad74dc5),
    ("format-1/everything.ckp/stages/c.stage", 0x612f080155f02106528cde9c2a54b5f9),
    ("format-1/everything.ckp/stages/lz4.stage", 0xbbe1d2ef889ee9801fa30da3c69bda9c),
    ("format-1/everything.ckp/stages/near.stage", 0xc391ca3f833f354f94796af8eca59e53),
    ("format-1/everything.ckp/stages/numeric.stage", 0xa98d826c1fc1e2e2e8a3cdfd89f4a21d),
    ("format-1/everything.ckp/stages/zstd.stage", 0x8a50a390bb45c76270145675352b6267),
    ("format-1/everything.txt", 0x3d43054d19e423058705ef8ab35fdafa),
    ("format-1/gates.ckp/CKP_STORE", 0xfec7f057ded5590088318d8825ff5455),
    ("format-1/gates.ckp/HEAD", 0x00fb6de65355aca73ea7b51d0f77c4ca),
    ("format-1/gates.ckp/stages/version0.stage", 0x5ada9d090acc8bcec5a328d61f3dc4a5),
    ("format-1/gates.ckp/stages/version1.stage", 0x84555211201e0e1fecb524ea8d7c55a0),
    ("format-1/gates.txt", 0x300e78fc7e9581b5c859e7ae78bb094c),
    ("format-1/long.ckp/CKP_STORE", 0xfec7f057ded5590088318d8825ff5455),
    ("format-1/long.ckp/HEAD", 0x00fb6de65355aca73ea7b51d0f77c4ca),
    ("format-1/long.ckp/stages/version0.stage", 0x9fa1b668631e00707d30dd5faf95e9f2),
    ("format-1/long.ckp/stages/version1.stage", 0x4bfc7ee6e3fe29ba4d59928ef7b0ad43),
    ("format-1/long.txt", 0xd949fa527c4b9e91f880160c15d2e802),
    ("format-1/opensta3.ckp/CKP_STORE", 0xfec7f057ded5590088318d8825ff5455),
    ("format-1/opensta3.ckp/HEAD", 0xe922fda1c39c304fef938f822deadc29),
    ("format-1/opensta3.ckp/stages/annotated.stage", 0xf3a0a09307a4bb81a4256003ddb1c21c),
    ("format-1/opensta3.ckp/stages/edit.stage", 0x5620712020e8194c03ade2588fe98ac8),
    ("format-1/opensta3.ckp/stages/first.stage", 0x45b2b685e0d47c2ce7fa815bcf199574),
    ("format-1/opensta3.ckp/stages/statistical.stage", 0x9418ce93768110f545e6ed65870fcd1a),
    ("format-1/opensta3.txt", 0xf2c8d01aaf20fb063fc0cd9bda97963c),
];

/// A copy of a fixture that can be written to, in a directory of its own.
fn copy_of_everything() -> (TempDir, Store) {
    let directory = tempfile::tempdir().unwrap();
    let from = Path::new(FIXTURES).join("format-1/everything.ckp");
    let to = directory.path().join("s.ckp");
    copy(&from, &to);
    let store = Store::open(&to, OpenMode::Read, ReadMode::Positioned).unwrap();
    (directory, store)
}

/// All that is read from a stage. A line of what later versions add is not here.
fn describe(stage: &Stage) -> String {
    let mut out = String::new();
    let (record, metadata) = (stage.timing_stage(), stage.metadata());
    let mut line = |name: &str, value: String| writeln!(out, "  {name}: {value}").unwrap();
    line("digest", format!("{:032x}", stage.digest()));
    line("time", format!("{}", record.timestamp));
    line("base", format!("{:?}", record.base()));
    line("depth", format!("{}", metadata.depth));
    line("design", metadata.design.clone());
    line("engine", format!("{} {}", metadata.engine, metadata.engine_version));
    line("threads", format!("{}", metadata.threads));
    line("note", format!("{:?}", metadata.note));
    line("meta", format!("{:?}", metadata.meta));
    line("scenes", format!("{:?}", metadata.scenes));
    line("liberties", format!("{:?}", metadata.liberties));
    line("cells", format!("{:?}", metadata.cell_names));
    line("kinds", format!("{:?}", metadata.kind_names));
    line("attachments", format!("{:?}", metadata.attachments));
    line("raw bytes", format!("{}", metadata.raw_bytes));
    line("tolerance", format!("{:016x}", metadata.tolerance.to_bits()));
    for group in metadata.groups.iter().zip(&metadata.group_clocks) {
        line("group", format!("{group:?}"));
    }
    line("path clocks", format!("{:?}", metadata.path_clocks));
    for clock in &metadata.clocks {
        let times = [clock.period, clock.rise, clock.fall].map(f32::to_bits);
        let (scenes, sources) = (&clock.scenes, &clock.sources);
        let rest = format!("{scenes:?} {times:08x?} {} {:?}", clock.propagated, clock.master);
        line("clock", format!("{} {rest} {sources:?}", clock.name));
    }
    for summary in &metadata.summaries {
        let slacks = [summary.worst_slack, summary.tns].map(f32::to_bits);
        let of = format!("{} {}", summary.scene, summary.min_max.name());
        line("summary", format!("{of} {slacks:08x?} {}", summary.violating));
    }
    let objects = stage.objects().unwrap();
    line("rows", format!("{:032x}", xxh3_128(&rows(&objects))));
    for stream in &record.delta_changes.streams {
        let bytes = read(stage, stream.key.kind, stream);
        line(&stream.key.to_string(), format!("{} {:032x}", stream.count, xxh3_128(&bytes)));
    }
    out
}

/// Names, cells, edges and arcs, one row behind the other.
fn rows(objects: &ckp::ObjectTable) -> Vec<u8> {
    let mut bytes = Vec::new();
    for row in 0..objects.vertex_count() as u32 {
        let cell = objects.cell(row);
        bytes.extend(format!("{} {cell}\n", objects.display_name(row)).into_bytes());
    }
    for row in 0..objects.arc_count() as u32 {
        bytes.extend(<[u32; 3]>::from(objects.arc(row).unwrap()).map(u32::to_le_bytes).concat());
    }
    bytes
}

/// The decoded elements, words as four little-endian bytes.
fn read(stage: &Stage, kind: StreamKind, stream: &ckp::StreamIndex) -> Vec<u8> {
    if kind == StreamKind::Attachment {
        let name = &stage.metadata().attachments[usize::from(stream.key.scene)];
        let mut bytes = Vec::new();
        stage.read_attachment(name, &mut bytes).unwrap();
        return bytes;
    }
    if matches!(kind, StreamKind::Objects | StreamKind::DelayTables) {
        return Vec::new();
    }
    match kind.width() {
        Width::Byte => stage.read_bytes(stream.key, 0..stream.count).unwrap(),
        Width::Word => {
            let words = stage.read_words(stream.key, 0..stream.count).unwrap();
            words.into_iter().flat_map(u32::to_le_bytes).collect()
        }
    }
}

fn describe_store(store: &Store) -> String {
    let mut out = format!("head: {:?}\n", store.head().unwrap());
    for stage in store.stages().unwrap() {
        let name = &stage.timing_stage().stage_id;
        out.push_str(&format!("stage {name}\n{}", describe(&stage)));
    }
    out
}

#[test]
fn fixtures_are_as_they_were_written() {
    let mut found = Vec::new();
    for path in fixtures() {
        for file in files(&path).into_iter().chain([path.with_extension("txt")]) {
            let name = file.strip_prefix(FIXTURES).unwrap().to_str().unwrap().to_owned();
            found.push((name, xxh3_128(&fs::read(&file).unwrap())));
        }
    }
    let known: Vec<(String, u128)> =
        FILES.iter().map(|(name, digest)| ((*name).to_owned(), *digest)).collect();
    assert_eq!(found, known);
}

#[test]
fn what_was_written_once_is_read_for_ever() {
    for path in fixtures() {
        let expected = fs::read_to_string(path.with_extension("txt")).unwrap_or_default();
        for mode in [ReadMode::Positioned, ReadMode::Mapped] {
            let store = Store::open(&path, OpenMode::Read, mode).unwrap();
            let read = describe_store(&store);
            if read != expected {
                let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("read.txt");
                fs::write(&place, read).unwrap();
                panic!("{}: see {}", path.display(), place.display());
            }
            let findings = store.verify(Depth::Full).unwrap().findings;
            assert!(findings.is_empty(), "{findings:?}");
        }
    }
}

/// Writes stores of this version: for the release of a new one.
#[test]
#[ignore = "writes to the directory that CKP_NEW_FIXTURES names"]
fn write_new_fixtures() {
    let directory = PathBuf::from(std::env::var_os("CKP_NEW_FIXTURES").unwrap());
    let codecs = [CodecChoice::Lz4, CodecChoice::Zstd, CodecChoice::Numeric];
    let store = common::create(&directory.join("everything.ckp"));
    everything::save_all(&store);
    for ((name, saved_as), codec) in EVERYTHING[3..].iter().zip(codecs) {
        let base = BaseChoice::Stage("a".into());
        everything::save_as(&store, name, saved_as, CaptureOptions { base, codec, ..options() });
    }
    let near = CaptureOptions { tolerance: 1e-12, ..options() };
    everything::save_as(&store, "near", "c", near);
    let store = common::create(&directory.join("long.ckp"));
    for version in [0, 1] {
        save_long(&store, version);
    }
    let store = common::create(&directory.join("gates.ckp"));
    for version in [0, 1] {
        let gates = library_gates(version);
        gates.save(&store, &format!("version{version}"), options(), &gates.library()).unwrap();
    }
}

/// Gates whose delays are those of a library, in two scenes.
fn library_gates(version: u32) -> Gates {
    Gates { scenes: &[0, 7], moving: 2, version, ..Gates::new(400) }
}

/// More rows than a block has, of few different values; a file of more bytes than a window has.
fn save_long(store: &Store, version: u32) {
    let name = format!("version{version}");
    let table = common::chain(40_000);
    let mut capture = Capture::begin(store, &name, options(), table.clone()).unwrap();
    capture.metadata_mut().scenes = vec!["default".into()];
    for key in common::keys().into_iter().filter(|key| key.kind.width() == Width::Word) {
        let column = capture.add_column(key).unwrap();
        capture.write(column, &long_column(common::rows(&table, key), version)).unwrap();
    }
    let line = |number: u32| format!("line {} of the notes of a stage\n", number % 7);
    let mut lines: Vec<u8> = (0..300_000).map(line).collect::<String>().into_bytes();
    lines[(5_000_000 + 1000 * version) as usize] = b'!';
    capture.add_attachment("notes.txt", Cursor::new(lines)).unwrap();
    capture.commit(store).unwrap();
}

fn long_column(rows: usize, version: u32) -> Vec<u32> {
    let value = |row: usize| match row % 1000 {
        0 => 1e-12 * version as f32,
        row => 1e-11 * (row % 5) as f32,
    };
    (0..rows).map(|row| value(row).to_bits()).collect()
}

fn options() -> CaptureOptions {
    CaptureOptions::default()
}

/// The stages of the fixture, and what each was saved from.
const EVERYTHING: [(&str, &str); 6] =
    [("a", "a"), ("b", "b"), ("c", "c"), ("lz4", "b"), ("zstd", "c"), ("numeric", "b")];

#[test]
fn what_was_written_once_is_what_was_saved() {
    let open = |store| {
        let path = Path::new(FIXTURES).join("format-1").join(store);
        Store::open(&path, OpenMode::Read, ReadMode::Positioned).unwrap()
    };
    let everything = open("everything.ckp");
    for (name, saved_as) in EVERYTHING {
        let errors = read_all(&everything.stage(name).unwrap(), saved_as);
        assert!(errors.is_empty(), "{errors:?}");
    }
    for version in [0, 1] {
        let name = format!("version{version}");
        library_gates(version).assert_held_by(&open("gates.ckp").stage(&name).unwrap());
        let long = open("long.ckp").stage(&name).unwrap();
        for key in common::keys().into_iter().filter(|key| key.kind.width() == Width::Word) {
            let rows = common::rows(&long.objects().unwrap(), key);
            let read = long.read_words(key, 0..rows as u64).unwrap();
            assert!(read == long_column(rows, version), "{key}");
        }
    }
}

#[test]
fn an_old_store_is_gone_on_with() {
    let (_directory, store) = copy_of_everything();
    everything::save(&store, "next", "b", BaseChoice::Stage("c".into()));
    store.delete_stage("b", &mut |_, _, _| {}).unwrap();
    store.compact(CompactMode::Apply, &mut |_, _, _| {}).unwrap();
    for (name, saved_as) in EVERYTHING.into_iter().chain([("next", "b")]) {
        if name != "b" {
            let errors = read_all(&store.stage(name).unwrap(), saved_as);
            assert!(errors.is_empty(), "{name}: {errors:?}");
        }
    }
    assert!(store.verify(Depth::Full).unwrap().findings.is_empty());
}

/// The file as a newer version may write it: other versions in its header, and a section that this one does not
/// know.
fn renew(store: &Store, name: &str, read: u16, write: u16) {
    let path = store.path().join("stages").join(format!("{name}.stage"));
    let file = fs::read(&path).unwrap();
    let footer = &file[file.len() - FOOTER..];
    let number = |at: usize| u64::from_le_bytes(footer[at..at + 8].try_into().unwrap()) as usize;
    let section = |entry: usize| {
        let entry = &file[number(0) + entry * forged::ENTRY..];
        let at = |at: usize| u64::from_le_bytes(entry[at..at + 8].try_into().unwrap()) as usize;
        (entry[..4].try_into().unwrap(), file[at(8)..at(8) + at(16)].to_vec())
    };
    let [first, second]: [([u8; 4], Vec<u8>); 2] = [section(0), section(1)];
    let body = &file[HEADER..number(0) - first.1.len() - second.1.len()];
    let header = forged::header(read, write);
    let new = (*b"MORE", b"what nobody knows yet".to_vec());
    let file = forged::file_with(&header, body, &[(first, 1), (second, 1), (new, 0)]);
    fs::write(path, file).unwrap();
}

fn contents(store: &Store) -> Vec<(PathBuf, Vec<u8>)> {
    let all = files(store.path()).into_iter().map(|path| (path.clone(), fs::read(path).unwrap()));
    all.filter(|(path, _)| !path.ends_with("LOCK")).collect()
}

fn refuses<T: std::fmt::Debug>(outcome: ckp::Result<T>, why: &str) {
    let error = outcome.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    assert!(error.to_string().contains(why), "{error}");
}

#[test]
fn a_newer_stage_is_read_and_not_built_on() {
    let (directory, store) = copy_of_everything();
    let before = describe_store(&store);
    renew(&store, "c", 1, 2);
    assert_eq!(describe_store(&store), before);
    assert!(store.verify(Depth::Full).unwrap().findings.is_empty());
    let held = contents(&store);
    let begin = |name: &str, base| {
        let options = CaptureOptions { base, ..options() };
        Capture::begin(&store, name, options, everything::gates("a").objects()).map(drop)
    };
    refuses(begin("next", BaseChoice::Stage("c".into())), "stage c");
    // It is a delta on b, and would have to be written again.
    refuses(store.delete_stage("b", &mut |_, _, _| {}), "stage c");
    assert_eq!(contents(&store), held);
    begin("next", BaseChoice::Stage("b".into())).unwrap();
    let new = directory.path().join("new.ckp");
    let repair = store.repair(&new, &mut |_, _, _| {}).unwrap();
    assert_eq!(repair.lost, ["c"], "it may hold what this version does not know");
}

#[test]
fn a_newer_store_is_read_only() {
    let (directory, store) = copy_of_everything();
    let before = describe_store(&store);
    renew(&store, "c", 1, 2);
    fs::write(store.path().join("CKP_STORE"), forged::marker(1, 2)).unwrap();
    let held = contents(&store);
    for mode in [OpenMode::Read, OpenMode::Create] {
        let store = Store::open(store.path(), mode, ReadMode::Positioned).unwrap();
        assert_eq!(describe_store(&store), before);
        assert!(store.verify(Depth::Full).unwrap().findings.is_empty());
        let why = "can be read, not changed";
        let objects = everything::gates("a").objects();
        refuses(Capture::begin(&store, "next", options(), objects).map(drop), why);
        refuses(store.delete_stage("numeric", &mut |_, _, _| {}), why);
        refuses(store.compact(CompactMode::Apply, &mut |_, _, _| {}), why);
        refuses(store.set_head("a"), why);
        refuses(store.repair(&directory.path().join("new.ckp"), &mut |_, _, _| {}), why);
        assert_eq!(contents(&store), held);
    }
}

#[test]
fn what_only_newer_versions_read_is_refused() {
    let (_directory, store) = copy_of_everything();
    renew(&store, "c", 2, 3);
    refuses(store.stage("c"), "c.stage: The file has format 2; this library reads up to format 1");
    store.stage("b").unwrap();
    fs::write(store.path().join("CKP_STORE"), forged::marker(3, 3)).unwrap();
    let why = "has format 3; this library reads up to format 1. Use a newer version of ckp.";
    for mode in [OpenMode::Read, OpenMode::Create] {
        refuses(Store::open(store.path(), mode, ReadMode::Positioned), why);
    }
}

#[test]
fn drafts_are_refused() {
    let (_directory, store) = copy_of_everything();
    renew(&store, "c", 0, 0);
    refuses(store.stage("c"), "from before version 1");
    fs::write(store.path().join("CKP_STORE"), "ckp store\nformat 0 draft 10\n").unwrap();
    refuses(
        Store::open(store.path(), OpenMode::Read, ReadMode::Positioned),
        "from before version 1",
    );
}
