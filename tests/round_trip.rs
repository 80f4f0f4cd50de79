// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! What is saved is read, bit for bit, whatever it is relative to.

mod common;

use ckp::{
    BaseChoice, Capture, CaptureOptions, CodecChoice, Depth, ErrorKind, MinMax, OpenMode, ReadMode,
    Store, StreamKey, StreamKind, Transition,
};
use common::{
    assert_holds, chain, column, create, fill, key, keys, names, objects, rows, save, save_with,
};

fn with_base(base: BaseChoice) -> CaptureOptions {
    CaptureOptions { base, ..CaptureOptions::default() }
}

#[test]
fn a_chain_of_deltas_reads_back_at_every_stage() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    let table = chain(50_000);
    for version in 0..3 {
        let stage = save(&store, &format!("v{version}"), &table, version);
        assert_eq!(stage.timing_stage().base_checkpoint_ref.is_some(), version > 0);
        assert_eq!(stage.metadata().depth, version);
    }
    for mode in [ReadMode::Mapped, ReadMode::Positioned] {
        let store = Store::open(store.path(), OpenMode::Read, mode).unwrap();
        for version in 0..3 {
            let stage = store.stage(&format!("v{version}")).unwrap();
            assert_holds(&stage, &table, version);
            stage.verify(Depth::Quick).unwrap();
            stage.verify(Depth::Full).unwrap();
        }
    }
    let (full, delta) = (store.stage("v0").unwrap(), store.stage("v1").unwrap());
    assert!(delta.stored_bytes() * 10 < full.stored_bytes(), "few values changed");
    assert!(full.stored_bytes() < full.metadata().raw_bytes);
}

#[test]
fn every_codec_and_level_is_lossless() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    let table = chain(300);
    for (number, (codec, level)) in [
        (CodecChoice::Lz4, 3),
        (CodecChoice::Zstd, 1),
        (CodecChoice::Zstd, 19),
        (CodecChoice::Auto, 3),
    ]
    .into_iter()
    .enumerate()
    {
        let options = CaptureOptions { base: BaseChoice::Full, codec, level, tolerance: 0.0 };
        let stage = save_with(&store, &format!("s{number}"), options, &table, 4).unwrap();
        assert_holds(&stage, &table, 4);
    }
    let options = CaptureOptions { level: 20, ..CaptureOptions::default() };
    let error = save_with(&store, "x", options, &table, 0).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
}

#[test]
fn equal_state_gives_equal_digests_and_blocks() {
    let directory = tempfile::tempdir().unwrap();
    let table = chain(200);
    let stage = |name: &str| save(&create(&directory.path().join(name)), "s", &table, 5);
    let (a, b) = (stage("a.ckp"), stage("b.ckp"));
    assert_eq!(a.digest(), b.digest());
    let blocks = |stage: &ckp::Stage| format!("{:?}", stage.timing_stage().delta_changes);
    assert_eq!(blocks(&a), blocks(&b));
    let delta = save(&create(&directory.path().join("a.ckp")), "again", &table, 5);
    assert_eq!(delta.digest(), a.digest(), "the digest is of the content, not of its coding");
}

#[test]
fn an_unchanged_stage_is_small() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    let table = chain(20_000);
    save(&store, "a", &table, 1);
    let same = save(&store, "b", &table, 1);
    assert!(same.stored_bytes() < 2048, "{} bytes", same.stored_bytes());
    assert_holds(&same, &table, 1);
}

#[test]
fn rows_follow_their_names_when_the_netlist_changes() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    let before = chain(40_000);
    save(&store, "before", &before, 0);
    let mut changed = names(40_000);
    changed.insert(17, "buffer".into());
    changed.remove(30_000);
    changed.swap(5, 39_000);
    let after = objects(&changed, |index| if index == 3 { "INV_X4" } else { "INV_X1" });
    let options = with_base(BaseChoice::Stage("before".into()));
    let stage = save_with(&store, "after", options, &after, 0).unwrap();
    assert_eq!(stage.timing_stage().base(), Some("before"));
    assert_holds(&stage, &after, 0);
    let columns = stage.timing_stage().delta_changes.columns();
    let stored: u32 = columns.flat_map(|c| &c.blocks).map(|block| block.stored).sum();
    assert!(stored < 40_000, "columns of matched rows took {stored} bytes");
    let reopened = store.stage("after").unwrap();
    // Rows from the middle of a block, not in block order.
    let slew = key(StreamKind::Slew, MinMax::Max, Transition::Rise);
    let expected = &column(&after, slew, 0)[70_000..70_010];
    assert_eq!(reopened.read_words(slew, 70_000..70_010).unwrap(), expected);
    reopened.verify(Depth::Full).unwrap();
}

#[test]
fn the_chain_is_bounded_and_then_starts_at_the_full_stage() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    let table = chain(2_000);
    for version in 0..12 {
        save(&store, &format!("v{version}"), &table, version);
    }
    let depths: Vec<u32> = (0..12)
        .map(|version| store.stage(&format!("v{version}")).unwrap().metadata().depth)
        .collect();
    assert_eq!(depths, [0, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3]);
    assert_eq!(store.stage("v9").unwrap().timing_stage().base(), Some("v0"));
    assert_holds(&store.stage("v11").unwrap(), &table, 11);
}

#[test]
fn a_delta_that_does_not_pay_becomes_a_full_stage_unless_asked_for() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    save(&store, "one", &chain(3_000), 0);
    let other: Vec<String> = (0..3_000).map(|index| format!("other{}", index * 7919)).collect();
    let other = objects(&other, |_| "BUF");
    let stage = save(&store, "two", &other, 3);
    assert_eq!(stage.timing_stage().base(), None, "another design has nothing to share");
    assert_eq!(stage.metadata().depth, 0);
    assert_holds(&stage, &other, 3);
    let asked = with_base(BaseChoice::Stage("one".into()));
    let stage = save_with(&store, "three", asked, &other, 3).unwrap();
    assert_eq!(stage.timing_stage().base(), Some("one"));
    assert_holds(&stage, &other, 3);
}

#[test]
fn roll_back_makes_the_stage_the_base_and_deletes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    let table = chain(1_000);
    save(&store, "a", &table, 0);
    save(&store, "b", &table, 1);
    assert_eq!(store.head().unwrap().as_deref(), Some("b"));
    store.set_head("a").unwrap();
    let c = save(&store, "c", &table, 2);
    assert_eq!(c.timing_stage().base(), Some("a"));
    assert_eq!(store.stage_names().unwrap(), ["a", "b", "c"]);
    assert_holds(&store.stage("b").unwrap(), &table, 1);
    assert_holds(&c, &table, 2);
    assert_eq!(store.set_head("nowhere").unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(store.head().unwrap().as_deref(), Some("c"));
}

#[test]
fn an_empty_design_can_be_saved() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    let table = ckp::ObjectTable::new();
    let mut capture =
        ckp::Capture::begin(&store, "empty", CaptureOptions::default(), table).unwrap();
    capture.metadata_mut().scenes = vec!["default".into()];
    for key in keys() {
        capture.add_column(key).unwrap();
    }
    let stage = capture.commit(&store).unwrap();
    let slew = key(StreamKind::Slew, MinMax::Min, Transition::Fall);
    assert!(stage.read_words(slew, 0..0).unwrap().is_empty());
    stage.verify(Depth::Full).unwrap();
}

#[test]
fn misuse_of_a_capture_is_refused_and_leaves_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    let table = chain(100);
    let begin = || {
        let options = CaptureOptions::default();
        let mut capture = ckp::Capture::begin(&store, "s", options, table.clone()).unwrap();
        capture.metadata_mut().scenes = vec!["default".into()];
        capture
    };
    let slew = key(StreamKind::Slew, MinMax::Max, Transition::Rise);
    let mut capture = begin();
    let refuse = |error: ckp::Error, kind| assert_eq!(error.kind(), kind, "{error}");
    let no_transition = StreamKey { transition: Transition::None, ..slew };
    refuse(capture.add_column(no_transition).unwrap_err(), ErrorKind::InvalidArgument);
    let scene = StreamKey { scene: 1, ..slew };
    refuse(capture.add_column(scene).unwrap_err(), ErrorKind::InvalidArgument);
    let sdc = StreamKey::plain(StreamKind::Sdc);
    refuse(capture.add_column(sdc).unwrap_err(), ErrorKind::InvalidArgument);
    let column = capture.add_column(slew).unwrap();
    refuse(capture.add_column(slew).unwrap_err(), ErrorKind::InvalidArgument);
    refuse(capture.write(column, &[0; 201]).unwrap_err(), ErrorKind::ShapeMismatch);
    refuse(capture.write(column + 1, &[0]).unwrap_err(), ErrorKind::InvalidArgument);
    refuse(capture.write_marks(column, &[1]).unwrap_err(), ErrorKind::InvalidArgument);
    refuse(capture.write_marks(column, &[2]).unwrap_err(), ErrorKind::InvalidArgument);
    capture.write(column, &[0; 199]).unwrap();
    refuse(capture.commit(&store).unwrap_err(), ErrorKind::ShapeMismatch);
    let mut capture = begin();
    fill(&mut capture, &table, 0).unwrap();
    let again = fill(&mut capture, &table, 0).unwrap_err();
    refuse(again, ErrorKind::InvalidArgument);
    drop(capture);
    assert!(!store.path().exists(), "a first save that fails leaves nothing");
    save(&store, "s", &table, 0);
    let taken = save_with(&store, "s", CaptureOptions::default(), &table, 0).unwrap_err();
    refuse(taken, ErrorKind::AlreadyExists);
    let stage = store.stage("s").unwrap();
    let count = rows(&table, slew) as u64;
    refuse(stage.read_words(slew, 0..count + 1).unwrap_err(), ErrorKind::ShapeMismatch);
    refuse(stage.read_words(scene, 0..1).unwrap_err(), ErrorKind::NotFound);
    refuse(stage.read_bytes(slew, 0..1).unwrap_err(), ErrorKind::NotFound);
}

#[test]
fn columns_loaded_together_are_those_read_one_by_one() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    let (small, large) = (chain(3000), chain(3100));
    save(&store, "a", &small, 1);
    save(&store, "b", &large, 2);
    save(&store, "c", &large, 3);
    for (stage, table, version) in [("a", &small, 1), ("b", &large, 2), ("c", &large, 3)] {
        let stage = store.stage(stage).unwrap();
        stage.load_columns().unwrap();
        assert_holds(&stage, table, version);
    }
}

#[test]
fn rows_are_found_by_name() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    let stage = save(&store, "s", &chain(100), 0);
    assert_eq!(stage.find_vertex(b"u42/Z", false).unwrap(), Some(85));
    assert_eq!(stage.find_vertex(b"u42/Z", true).unwrap(), None);
    assert_eq!(stage.find_vertex(b"u100/Z", false).unwrap(), None);
}

/// What the user gave is not the engine's to round.
#[test]
fn annotated_limits_keep_every_bit_within_a_tolerance() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    let table = chain(500);
    let kinds = [StreamKind::PulseWidth, StreamKind::Period];
    let limits = kinds.map(|kind| key(kind, MinMax::Max, Transition::Rise));
    for tolerance in [0.0, 1e-12] {
        let name = format!("s{tolerance}");
        let options = CaptureOptions { tolerance, ..CaptureOptions::default() };
        let mut capture = Capture::begin(&store, &name, options, table.clone()).unwrap();
        fill(&mut capture, &table, 1).unwrap();
        for key in limits {
            let handle = capture.add_column(key).unwrap();
            capture.write(handle, &column(&table, key, 1)).unwrap();
        }
        let stage = capture.commit(&store).unwrap();
        stage.verify(Depth::Full).unwrap();
        for key in limits {
            let read = stage.read_words(key, 0..rows(&table, key) as u64).unwrap();
            assert!(read == column(&table, key, 1), "{key}");
        }
    }
}
