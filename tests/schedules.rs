// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The locks inside a stage under schedules that a tool chooses, instead of those that happen: no order of
//! threads that share a stage ends in a deadlock, or in other values. Built with `--cfg ckp_schedules` only:
//! scripts/reliability.sh schedules.

#[cfg(ckp_schedules)]
mod common;

#[cfg(not(ckp_schedules))]
#[test]
#[ignore = "needs a build with --cfg ckp_schedules: scripts/reliability.sh schedules"]
fn no_schedule_harms_a_shared_stage() {
    panic!("Run scripts/reliability.sh schedules.");
}

#[cfg(ckp_schedules)]
mod scheduled {
    use std::path::Path;

    use ckp::{OpenMode, ReadMode, Stage, Store};
    use shuttle::thread;

    use super::common::everything::{column, keys};
    use super::common::fixtures::FIXTURES;

    const SCHEDULES: usize = 2000;

    /// Six columns of a stage, from a quarter of all on, are those that were saved.
    fn assert_columns(stage: &Stage, name: &str, from: usize) {
        let mut keys = keys(name);
        keys.retain(|key| key.kind.is_float_column());
        let quarter = keys.len() / 4;
        keys.rotate_left(from * quarter);
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
        threads
            .push(thread::spawn(move || assert_eq!(own.objects().unwrap().vertex_count(), rows)));
        threads.push(thread::spawn(move || {
            let last = stage.display_names(&[rows as u32 - 1]).unwrap();
            let row = stage.find_vertex(last[0].as_bytes(), false).unwrap();
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
}
