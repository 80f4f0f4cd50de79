// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Scenes come, go and change places from stage to stage; each is a delta on the one of its name.

mod common;

use std::sync::Arc;

use ckp::{BaseChoice, CaptureOptions, Stage, Store};
use common::create;
use common::library::Gates;

/// Save with other scenes than the base may have, and read all of it again.
fn save(store: &Store, name: &str, gates: &Gates, base: Option<&str>) -> Arc<Stage> {
    let base = base.map_or(BaseChoice::Full, |base| BaseChoice::Stage(base.into()));
    let options = CaptureOptions { base, ..CaptureOptions::default() };
    let stage = gates.save(store, name, options, &gates.library()).unwrap();
    gates.assert_held_by(&stage);
    stage
}

#[test]
fn scenes_are_deltas_on_those_of_their_names() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    let gates = |scenes| Gates { scenes, ..Gates::new(3000) };
    let full = save(&store, "full", &gates(&[0, 1, 2]), None);
    for (name, scenes) in [
        ("the same", &[0, 1, 2][..]),
        ("in another order", &[2, 0, 1]),
        ("without the first", &[1, 2]),
        ("without the second", &[0, 2]),
        ("only the last", &[2]),
    ] {
        let stage = save(&store, &name.replace(' ', "_"), &gates(scenes), Some("full"));
        let (size, least) = (stage.stored_bytes(), full.stored_bytes());
        assert!(size * 50 < least, "{name}: {size} of {least} bytes, though nothing has changed");
    }
}

#[test]
fn new_scenes_cost_no_more_than_in_a_full_stage() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    let gates = |scenes| Gates { scenes, ..Gates::new(3000) };
    let two = save(&store, "two", &gates(&[0, 1]), None);
    let three = save(&store, "three", &gates(&[0, 1, 2]), None);
    let alone = three.stored_bytes() - two.stored_bytes();
    for (name, scenes) in [("last", &[0, 1, 2][..]), ("first", &[2, 0, 1]), ("between", &[0, 2, 1])]
    {
        let added = save(&store, name, &gates(scenes), Some("two")).stored_bytes();
        assert!(added < alone * 3, "{name}: {added} bytes, {alone} in a full stage");
    }
    // Nothing in common.
    save(&store, "other", &gates(&[3, 4]), Some("two"));
}

#[test]
fn a_scene_that_was_dropped_comes_back() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    let gates = |version, scenes| Gates { scenes, version, moving: 10, ..Gates::new(2000) };
    save(&store, "a", &gates(0, &[0, 1, 2]), None);
    save(&store, "b", &gates(1, &[0, 2]), Some("a"));
    save(&store, "c", &gates(2, &[1, 2, 0]), Some("b"));
    save(&store, "d", &gates(3, &[1]), Some("c"));
}
