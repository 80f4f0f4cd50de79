// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The locks inside a stage under schedules that a tool chooses, instead of those that happen: no order of
//! threads that share a stage ends in a deadlock, or in other values. Built with `--cfg ckp_schedules` only:
//! scripts/reliability.sh schedules.
#![cfg(ckp_schedules)]

mod common;

use std::path::Path;
use std::sync::Arc;

use ckp::{OpenMode, ReadMode, Stage, Store, StreamKey, Width};
use shuttle::thread;

use common::everything::{column, keys};
use common::fixtures::FIXTURES;

const SCHEDULES: usize = 2000;

/// The columns of a stage, from one of them on, are those that were saved.
fn assert_columns(stage: &Stage, name: &str, from: usize) {
    let is_word = |key: &StreamKey| key.kind.is_float_column() && key.kind.width() == Width::Word;
    let mut keys: Vec<StreamKey> = keys(name).into_iter().filter(is_word).collect();
    let middle = from * keys.len() / 4;
    keys.rotate_left(middle);
    for key in keys.into_iter().take(6) {
        assert_eq!(*stage.shared_words(key).unwrap(), column(name, key), "{name}, {key}");
    }
}

/// Threads that ask a stage, of which nothing is decoded yet, and its base. The stage has a base with another
/// netlist, which has one with the same.
fn ask_a_stage_at_once() {
    let path = Path::new(FIXTURES).join("format-1/everything.ckp");
    let stage =
        Store::open(&path, OpenMode::Read, ReadMode::Positioned).unwrap().stage("c").unwrap();
    let rows = stage.metadata().vertices as usize;
    let mut threads = Vec::new();
    for part in 0..2 {
        let own = stage.clone();
        threads.push(thread::spawn(move || assert_columns(&own, "c", 2 * part)));
        let own = stage.clone();
        threads.push(thread::spawn(move || assert_columns(own.base().unwrap(), "b", part)));
    }
    let own = stage.clone();
    threads.push(thread::spawn(move || assert_eq!(own.objects().unwrap().vertex_count(), rows)));
    let own: Arc<Stage> = stage;
    threads.push(thread::spawn(move || {
        let last = own.display_names(&[rows as u32 - 1]).unwrap();
        let row = own.find_vertex(last[0].as_bytes(), false).unwrap();
        assert_eq!(row, Some(rows as u32 - 1), "{last:?}");
    }));
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

#[test]
fn no_schedule_at_random_harms_a_shared_stage() {
    shuttle::check_random(ask_a_stage_at_once, SCHEDULES);
}

/// Schedules that find what needs a few switches at the wrong places, with a known probability.
#[test]
fn no_schedule_by_priorities_harms_a_shared_stage() {
    shuttle::check_pct(ask_a_stage_at_once, SCHEDULES, 3);
}
