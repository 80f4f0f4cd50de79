// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! A store of three stages of a small design whose names need care: `place`, then `route` on it, which has
//! another instance, then `eco`.

use std::path::{Path, PathBuf};

use ckp::{
    Capture, CaptureOptions, Endpoint, MinMax, ObjectTable, Store, StreamKey, StreamKind, Summary,
    Transition,
};

use super::{create, objects};

/// The instances of `place`: a name with brackets, escaped ones, hierarchy, a Verilog name with a blank in it.
pub const INSTANCES: [&str; 4] = ["core/u1", "core/regs\\[3\\]", "core/a\\/b", "\\x y "];

pub const STAGES: [&str; 3] = ["place", "route", "eco"];

fn table(stage: usize) -> ObjectTable {
    let mut names: Vec<String> = INSTANCES.map(str::to_owned).into();
    if stage > 0 {
        names.push("core/buffer".to_owned());
    }
    objects(&names, |_| "INV_X1")
}

/// Slack of a row: the worst in scene `slow`, falling.
pub fn slack(stage: usize, row: usize, scene: u16, transition: Transition) -> f32 {
    let worse = f32::from(scene) + transition as u8 as f32;
    1e-12 * (100.0 - 10.0 * stage as f32 - row as f32 - 30.0 * worse)
}

/// The store, in a directory with a blank in its name.
pub fn flow(directory: &Path) -> (PathBuf, Store) {
    let path = directory.join("my chip.ckp");
    let store = create(&path);
    for (number, name) in STAGES.into_iter().enumerate() {
        save(&store, name, number);
    }
    (path, store)
}

fn save(store: &Store, name: &str, stage: usize) {
    let table = table(stage);
    let rows = table.vertex_count();
    let mut capture =
        Capture::begin(store, name, CaptureOptions::default(), table.clone()).unwrap();
    let metadata = capture.metadata_mut();
    metadata.design = "chip".into();
    metadata.scenes = vec!["fast".into(), "slow".into()];
    metadata.groups = vec!["clk".into(), "in to out".into()];
    for scene in 0..2 {
        for min_max in [MinMax::Min, MinMax::Max] {
            for transition in [Transition::Rise, Transition::Fall] {
                for kind in
                    [StreamKind::Slew, StreamKind::Arrival, StreamKind::Required, StreamKind::Slack]
                {
                    let key = StreamKey { kind, scene, min_max, transition, plane: 0 };
                    let column = capture.add_column(key).unwrap();
                    let value = |row| value(key, slack(stage, row, scene, transition), row);
                    let bits: Vec<u32> = (0..rows).map(|row| value(row).to_bits()).collect();
                    capture.write(column, &bits).unwrap();
                }
            }
            let key = StreamKey {
                kind: StreamKind::Delay,
                scene,
                min_max,
                transition: Transition::None,
                plane: 0,
            };
            let column = capture.add_column(key).unwrap();
            let delays = (0..table.arc_count()).map(|arc| (1e-11 * arc as f32).to_bits());
            capture.write(column, &delays.collect::<Vec<_>>()).unwrap();
            add_endpoints(&mut capture, rows, scene, min_max);
        }
    }
    capture.commit(store).unwrap();
}

/// Of the first row nothing is constrained: the engine has its infinities there.
fn value(key: StreamKey, slack: f32, row: usize) -> f32 {
    match key.kind {
        StreamKind::Slack | StreamKind::Required if row == 0 => 1e30,
        StreamKind::Slack => slack,
        StreamKind::Required => 1e-9 + slack,
        StreamKind::Arrival => 1e-9 + 1e-12 * f32::from(key.scene),
        _ => 2e-11,
    }
}

/// The last two rows; the last one is in both groups.
fn add_endpoints(capture: &mut Capture, rows: usize, scene: u16, min_max: MinMax) {
    let last = rows as u32 - 1;
    let slack = -1e-12 * (f32::from(scene) + 1.0);
    let endpoint = |vertex, group, slack| Endpoint { vertex, group, scene, min_max, slack };
    capture
        .add_endpoints(&[
            endpoint(last - 1, 0, 5e-12),
            endpoint(last, 0, slack),
            endpoint(last, 1, 3.0 * slack),
        ])
        .unwrap();
    let summary =
        Summary { scene, min_max, worst_slack: 3.0 * slack, tns: 3.0 * slack, violating: 1 };
    capture.set_summary(summary).unwrap();
}
