// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Delays are predicted from loads by the delay tables of the library: it is done, it pays, and whatever
//! becomes of the tables, the values come back.

mod common;

use std::fs;

use ckp::{
    BaseChoice, CaptureOptions, CodecChoice, DelayTable, ErrorKind, Stage, Store, StreamKey,
    StreamKind,
};
use common::create;
use common::library::{ARCS, Gates, THROUGH, library_table};

fn full() -> CaptureOptions {
    CaptureOptions { base: BaseChoice::Full, ..CaptureOptions::default() }
}

fn on(base: &str) -> CaptureOptions {
    CaptureOptions { base: BaseChoice::Stage(base.into()), ..CaptureOptions::default() }
}

fn store(directory: &tempfile::TempDir) -> Store {
    create(&directory.path().join("s.ckp"))
}

fn stored(stage: &Stage, kind: StreamKind) -> u64 {
    let streams = stage.explain().unwrap();
    streams.iter().filter(|s| s.key.kind == kind).map(|s| s.stored_bytes()).sum()
}

/// Delays, and what it takes to predict them.
fn delay_bytes(stage: &Stage) -> u64 {
    stored(stage, StreamKind::Delay) + stored(stage, StreamKind::DelayTables)
}

fn predictors(stage: &Stage, kind: StreamKind) -> Vec<&'static str> {
    let streams = stage.explain().unwrap();
    let blocks = streams.iter().filter(|s| s.key.kind == kind).flat_map(|s| &s.blocks);
    blocks.map(|block| block.predictor).collect()
}

fn has_tables(stage: &Stage) -> bool {
    let key = StreamKey::plain(StreamKind::DelayTables);
    stage.timing_stage().delta_changes.find(key).is_some()
}

fn path(store: &Store, stage: &str) -> std::path::PathBuf {
    store.path().join("stages").join(format!("{stage}.stage"))
}

/// All of a stage's file but its record, which holds name and time.
fn arrays(store: &Store, stage: &str) -> Vec<u8> {
    let stage = store.stage(stage).unwrap();
    let blocks = stage.timing_stage().delta_changes.streams.iter().flat_map(|s| &s.blocks);
    let end = blocks.map(|block| block.offset + u64::from(block.stored)).max().unwrap();
    let name = &stage.timing_stage().stage_id;
    let mut bytes = fs::read(path(store, name)).unwrap();
    bytes.truncate(end as usize);
    bytes
}

/// Every table is that of the cell of its arc, as far as it goes and rounding allows.
fn assert_right_tables(gates: &Gates, library: &[(u16, u32, DelayTable)]) {
    for (scene, arc, table) in library {
        let (gate, arc) = (*arc as usize / ARCS, *arc as usize % ARCS);
        let given = library_table(gates.cells[gate], arc, *scene);
        let near = |a: &f32, b: &f32| (a / b - 1.0).abs() < 0.01;
        let (slews, loads) = (table.slews().len(), table.loads().len());
        assert!(table.slews().iter().zip(given.slews()).all(|(a, b)| near(a, b)));
        assert!(table.loads().iter().zip(given.loads()).all(|(a, b)| near(a, b)));
        for slew in 0..slews {
            for load in 0..loads {
                let read = table.delays()[slew * loads + load];
                let given = given.delays()[slew * given.loads().len() + load];
                assert!(near(&read, &given), "scene {scene}, gate {gate}, arc {arc}");
            }
        }
    }
}

#[test]
fn delay_tables_are_used_and_pay() {
    let directory = tempfile::tempdir().unwrap();
    let store = store(&directory);
    let gates = Gates::new(2000);
    let with = gates.save(&store, "with", full(), &gates.library()).unwrap();
    let without = gates.save(&store, "without", full(), &[]).unwrap();
    for stage in [&with, &without] {
        gates.assert_held_by(stage);
    }
    let used = predictors(&with, StreamKind::Delay);
    assert!(delay_bytes(&with) * 4 < delay_bytes(&without) * 3);
    assert!(used.contains(&"load sibling") && used.contains(&"load cross"), "{used:?}");
    assert_eq!(without.library_delays().unwrap(), []);
    assert_eq!(with.digest(), without.digest(), "tables are no part of the content");
}

#[test]
fn a_delta_inherits_the_tables() {
    let directory = tempfile::tempdir().unwrap();
    let store = store(&directory);
    let gates = Gates::new(2000);
    let moved = Gates { moving: 1, version: 1, ..gates.clone() };
    let base = gates.save(&store, "a", full(), &gates.library()).unwrap();
    gates.save(&store, "bare", full(), &[]).unwrap();
    let without = moved.save(&store, "without", on("bare"), &[]).unwrap();
    let deltas = [("told", moved.library()), ("untold", Vec::new())];
    for (name, library) in deltas {
        let delta = moved.save(&store, name, on("a"), &library).unwrap();
        moved.assert_held_by(&delta);
        assert!(!has_tables(&delta), "{name}: those of the base");
        assert_eq!(delta.library_delays().unwrap(), base.library_delays().unwrap());
        let used = predictors(&delta, StreamKind::Delay);
        for predictor in ["load temporal", "load temporal sibling", "load cross temporal"] {
            assert!(used.contains(&predictor), "{name}: {used:?}");
        }
        assert!(delay_bytes(&delta) * 5 < delay_bytes(&without) * 3, "{name}");
    }
}

#[test]
fn exchanged_cells_have_the_tables_of_their_new_cells() {
    let directory = tempfile::tempdir().unwrap();
    let store = store(&directory);
    let gates = Gates::new(2000);
    let mut exchanged = gates.clone();
    exchanged.cells.iter_mut().step_by(3).for_each(|cell| *cell ^= 1);
    // The first gates of all types, too.
    exchanged.cells.rotate_left(1);
    for (name, library) in [("a", gates.library()), ("bare", Vec::new())] {
        gates.save(&store, name, full(), &library).unwrap();
    }
    let delta = exchanged.save(&store, "b", on("a"), &[]).unwrap();
    exchanged.assert_held_by(&delta);
    let library = delta.library_delays().unwrap();
    assert_eq!(library.len(), gates.library().len());
    assert_right_tables(&exchanged, &library);
    let without = exchanged.save(&store, "without", on("bare"), &[]).unwrap();
    assert!(delay_bytes(&delta) * 2 < delay_bytes(&without));
}

#[test]
fn a_full_stage_in_place_of_a_delta_keeps_the_tables() {
    let directory = tempfile::tempdir().unwrap();
    let store = store(&directory);
    let gates = Gates { scenes: &[0, 1], ..Gates::new(2000) };
    gates.save(&store, "a", full(), &gates.library()).unwrap();
    // Another design of the same cells: less of them, which changes how tables are rounded, and one
    // scene less.
    for (name, scenes) in [("b", &[0, 1][..]), ("c", &[0])] {
        store.set_head("a").unwrap();
        let other = Gates { prefix: "other", scenes, ..Gates::new(700) };
        let stage = other.save(&store, name, CaptureOptions::default(), &[]).unwrap();
        assert_eq!(stage.timing_stage().base(), None);
        assert!(has_tables(&stage));
        assert_right_tables(&other, &stage.library_delays().unwrap());
        assert!(predictors(&stage, StreamKind::Delay).contains(&"load cross"));
        other.assert_held_by(&stage);
    }
}

#[test]
fn tables_that_cost_more_than_they_save_are_not_stored() {
    let directory = tempfile::tempdir().unwrap();
    let store = store(&directory);
    let gates = Gates::new(100);
    let axis = |last: f32| (1..=200).map(|n| n as f32 / 200.0 * last).collect::<Vec<_>>();
    let noise = |n: u32| 1e-11 * (1.0 + n.wrapping_mul(2_654_435_761) as f32 / 4e9);
    let table = |arc: u32| {
        let delays = (0..40_000).map(|n| noise(n + arc * 40_000)).collect();
        DelayTable::new(axis(1.2e-10), axis(2.5e-14), delays).unwrap()
    };
    let library = gates.library();
    let library: Vec<_> =
        library.iter().map(|(scene, arc, _)| (*scene, *arc, table(*arc))).collect();
    let with = gates.save(&store, "with", full(), &library).unwrap();
    let without = gates.save(&store, "without", full(), &[]).unwrap();
    gates.assert_held_by(&with);
    assert!(!has_tables(&with));
    assert_eq!(delay_bytes(&with), delay_bytes(&without));
}

#[test]
fn tables_that_were_read_give_the_same_bytes_again() {
    let directory = tempfile::tempdir().unwrap();
    let store = store(&directory);
    let gates = Gates { scenes: &[0, 1], ..Gates::new(1000) };
    let stage = gates.save(&store, "a", full(), &gates.library()).unwrap();
    let library = stage.library_delays().unwrap();
    assert_right_tables(&gates, &library);
    assert_eq!(library.len(), gates.library().len());
    let largest = library.iter().map(|(_, _, table)| table.delays().len()).max();
    assert!(largest < Some(49), "points beyond all slews and loads are not stored");
    let again = gates.save(&store, "b", full(), &library).unwrap();
    assert_eq!(again.library_delays().unwrap(), library);
    assert!(arrays(&store, "a") == arrays(&store, "b"));
}

#[test]
fn equal_state_gives_equal_bytes() {
    let directory = tempfile::tempdir().unwrap();
    let gates = Gates { scenes: &[0, 1], ..Gates::new(1000) };
    let moved = Gates { moving: 3, version: 1, ..gates.clone() };
    let bytes = ["one.ckp", "two.ckp"].map(|name| {
        let store = create(&directory.path().join(name));
        gates.save(&store, "a", full(), &gates.library()).unwrap();
        moved.save(&store, "b", on("a"), &gates.library()).unwrap();
        [arrays(&store, "a"), arrays(&store, "b")]
    });
    assert!(bytes[0] == bytes[1]);
}
#[test]
fn the_quick_codec_neither_stores_tables_nor_loses_them() {
    let directory = tempfile::tempdir().unwrap();
    let store = store(&directory);
    let gates = Gates::new(1000);
    let quick = |base| CaptureOptions { codec: CodecChoice::Lz4, ..base };
    let first = gates.save(&store, "first", quick(full()), &gates.library()).unwrap();
    assert!(!has_tables(&first));
    gates.save(&store, "a", full(), &gates.library()).unwrap();
    let versions = [1, 2].map(|version| Gates { moving: 1, version, ..gates.clone() });
    let b = versions[0].save(&store, "b", quick(on("a")), &gates.library()).unwrap();
    let c = versions[1].save(&store, "c", on("b"), &[]).unwrap();
    for stage in [&first, &b] {
        let used = predictors(stage, StreamKind::Delay);
        assert!(!used.iter().any(|predictor| predictor.starts_with("load")), "{used:?}");
    }
    // A full stage in place of a delta.
    store.set_head("a").unwrap();
    let other = Gates { prefix: "other", ..gates.clone() };
    let d = other.save(&store, "d", quick(CaptureOptions::default()), &[]).unwrap();
    assert_eq!(d.timing_stage().base(), None);
    assert!(!has_tables(&d));
    other.assert_held_by(&d);
    gates.assert_held_by(&first);
    versions[0].assert_held_by(&b);
    versions[1].assert_held_by(&c);
    assert!(predictors(&c, StreamKind::Delay).contains(&"load temporal"));
}

#[test]
fn tables_for_what_is_no_timing_arc_of_a_cell_are_refused_or_of_no_effect() {
    let directory = tempfile::tempdir().unwrap();
    let store = store(&directory);
    let gates = Gates::new(100);
    let table = library_table(0, 0, 0);
    for (scene, arc) in [(0, 100 * ARCS as u32), (0, u32::MAX), (1, 0), (u16::MAX, 0)] {
        let error = gates.save(&store, "a", full(), &[(scene, arc, table.clone())]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    }
    let wires: Vec<_> =
        (0..100 * ARCS as u32).filter(|arc| *arc as usize % ARCS >= THROUGH).collect();
    let library: Vec<_> = wires.iter().map(|arc| (0, *arc, table.clone())).collect();
    let stage = gates.save(&store, "a", full(), &library).unwrap();
    gates.assert_held_by(&stage);
    assert!(!has_tables(&stage));
    assert_eq!(stage.library_delays().unwrap(), []);
}

#[test]
fn tables_of_a_scene_are_its_own_or_those_of_the_first() {
    let directory = tempfile::tempdir().unwrap();
    let store = store(&directory);
    let gates = Gates { scenes: &[0, 1], ..Gates::new(1000) };
    let mut library = gates.library();
    let both = gates.save(&store, "both", full(), &library).unwrap();
    assert_right_tables(&gates, &both.library_delays().unwrap());
    library.retain(|(scene, ..)| *scene == 0);
    let first = gates.save(&store, "first", full(), &library).unwrap();
    gates.assert_held_by(&first);
    let of_first = first.library_delays().unwrap();
    assert!(of_first.iter().all(|(scene, ..)| *scene == 0));
    // The second scene's are stored only where they differ.
    let doubled = library.iter().map(|(_, arc, table)| (1, *arc, table.clone()));
    let doubled: Vec<_> = library.iter().cloned().chain(doubled).collect();
    let same = gates.save(&store, "same", full(), &doubled).unwrap();
    assert_eq!(same.library_delays().unwrap(), of_first);
    assert!(delay_bytes(&both) < delay_bytes(&first));
}

/// Arrivals and required times of a base that the graph does not tell to the bit stay as far from it.
#[test]
fn times_after_a_local_edit_cost_next_to_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let store = store(&directory);
    let gates = Gates { moving: 100, ..Gates::new(2000) };
    gates.save(&store, "a", full(), &gates.library()).unwrap();
    let edited = Gates { version: 1, ..gates.clone() };
    let delta = edited.save(&store, "b", on("a"), &[]).unwrap();
    edited.assert_held_by(&delta);
    for kind in [StreamKind::Arrival, StreamKind::Required] {
        let used = predictors(&delta, kind);
        assert!(stored(&delta, kind) < stored(&delta, StreamKind::Delay));
        assert!(used.iter().all(|predictor| *predictor == "graph temporal"), "{used:?}");
    }
}

/// A base saved again without its tables has the same content, but a delta does not decode on it: its
/// delays would be wrong, and only a full verification would tell.
#[test]
fn a_base_with_other_tables_is_another_base() {
    let directory = tempfile::tempdir().unwrap();
    let store = store(&directory);
    let gates = Gates::new(1000);
    let moved = Gates { moving: 1, version: 1, ..gates.clone() };
    gates.save(&store, "a", full(), &gates.library()).unwrap();
    moved.save(&store, "b", on("a"), &[]).unwrap();
    let good = fs::read(path(&store, "a")).unwrap();
    fs::remove_file(path(&store, "a")).unwrap();
    gates.save(&store, "a", full(), &[]).unwrap();
    let error = store.stage("b").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BaseMismatch, "{error}");
    fs::write(path(&store, "a"), good).unwrap();
    moved.assert_held_by(&store.stage("b").unwrap());
}
