// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Two registers with an inverter between them, times and paths worked out by hand: a store whose paths can be
//! asked for.

use std::path::Path;
use std::sync::Arc;

use ckp::{
    Capture, CaptureOptions, Endpoint, MinMax, ObjectTable, OpenMode, PATH_FIELDS, PathEndKind,
    PathField, PathFlag, ReadMode, Stage, Store, StreamKey, StreamKind, Transition,
};

/// No path; required times and slacks have the other sign.
const NONE: f32 = -1e30;

pub const NAMES: [&str; 9] = [
    "clk",
    "regs/q0/CK",
    "regs/q0/Q",
    "inv\\[0\\]/A",
    "inv\\[0\\]/Z",
    "regs/q1/CK",
    "regs/q1/D",
    "in",
    "out",
];

/// Cells by vertex.
const CELLS: [&str; 9] = ["", "DFF", "DFF", "INV", "INV", "DFF", "DFF", "", ""];

/// From, to, and the kinds of the arcs.
const EDGES: [(u32, u32, &[&str]); 8] = [
    (0, 1, &["wire ^ -> ^", "wire v -> v"]),
    (0, 5, &["wire ^ -> ^", "wire v -> v"]),
    (1, 2, &["Reg Clk to Q ^ -> ^", "Reg Clk to Q ^ -> v"]),
    (2, 3, &["wire ^ -> ^", "wire v -> v"]),
    (3, 4, &["combinational ^ -> v", "combinational v -> ^"]),
    (4, 6, &["wire ^ -> ^", "wire v -> v"]),
    (5, 6, &["setup ^ -> ^", "setup ^ -> v"]),
    (7, 8, &["wire ^ -> ^", "wire v -> v"]),
];

const PS: f32 = 1e-12;

/// Delays by arc.
pub const DELAYS: [f32; 16] =
    [1.0, 1.0, 2.0, 2.0, 100.0, 90.0, 3.0, 3.0, 20.0, 25.0, 4.0, 4.0, 30.0, 35.0, 7.0, 7.0];

pub fn table() -> ObjectTable {
    let mut table = ObjectTable::new();
    for (name, cell) in NAMES.iter().zip(CELLS) {
        let cell = table.add_cell(cell);
        table.add_vertices(name.as_bytes(), &[name.len() as u32], &[0], &[cell]).unwrap();
    }
    for (edge, (from, to, kinds)) in EDGES.iter().enumerate() {
        table.add_edges(&[*from], &[*to]).unwrap();
        for kind in *kinds {
            let kind = table.add_arc_kind(kind);
            table.add_arcs(&[edge as u32], &[kind]).unwrap();
        }
    }
    table
}

fn delay(arc: usize) -> f32 {
    DELAYS[arc] * PS
}

/// Arrivals of rise and fall, as the engine adds them up.
pub fn arrivals() -> [Vec<f32>; 2] {
    let (mut rise, mut fall) = (vec![NONE; 9], vec![NONE; 9]);
    rise[0] = 0.0;
    rise[1] = rise[0] + delay(0);
    rise[5] = rise[0] + delay(2);
    rise[2] = rise[1] + delay(4);
    fall[2] = rise[1] + delay(5);
    rise[3] = rise[2] + delay(6);
    fall[3] = fall[2] + delay(7);
    fall[4] = rise[3] + delay(8);
    rise[4] = fall[3] + delay(9);
    rise[6] = rise[4] + delay(10);
    fall[6] = fall[4] + delay(11);
    rise[7] = 50.0 * PS;
    fall[7] = 50.0 * PS;
    rise[8] = rise[7] + delay(14);
    fall[8] = fall[7] + delay(15);
    [rise, fall]
}

const PERIOD: f32 = 100.0 * PS;

/// Required time of the second register's data, falling.
pub fn required() -> f32 {
    (PERIOD + 2.0 * PS) - delay(13)
}

/// Required times of rise and fall; those of the output are 40 ps, and go back to the input.
fn requireds() -> [Vec<f32>; 2] {
    let (mut rise, mut fall) = (vec![-NONE; 9], vec![-NONE; 9]);
    fall[6] = required();
    fall[4] = fall[6] - delay(11);
    rise[3] = fall[4] - delay(8);
    rise[2] = rise[3] - delay(6);
    rise[1] = rise[2] - delay(4);
    rise[8] = 40.0 * PS;
    rise[7] = rise[8] - delay(14);
    [rise, fall]
}

pub fn slack() -> f32 {
    required() - arrivals()[1][6]
}

pub fn output_slack() -> f32 {
    40.0 * PS - arrivals()[0][8]
}

/// A stage `route`: the path to the second register is kept, that to the output is not.
pub fn save(store: &Store, stage: &str, options: CaptureOptions) -> Arc<Stage> {
    let mut capture = Capture::begin(store, stage, options, table()).unwrap();
    fill(&mut capture);
    capture.commit(store).unwrap()
}

/// Everything between begin and commit.
pub fn fill(capture: &mut Capture) {
    fill_columns(capture);
    for (field, word) in end_words() {
        capture.set_path_field(field, &[word]).unwrap();
    }
    let [rise, fall] = arrivals();
    let data = [(None, rise[0]), (Some(0), rise[1]), (Some(4), rise[2]), (Some(6), rise[3])];
    let data = data.into_iter().chain([(Some(8), fall[4]), (Some(11), fall[6])]);
    let clock = [(None, rise[0]), (Some(2), rise[5])];
    capture.add_path_points(data.chain(clock));
}

/// All but the paths.
pub fn fill_columns(capture: &mut Capture) {
    let metadata = capture.metadata_mut();
    metadata.design = "registers".into();
    metadata.scenes = vec!["default".into()];
    metadata.groups = vec!["clk".into()];
    metadata.path_clocks = vec!["clk".into()];
    let key =
        |kind, min_max, transition| StreamKey { kind, scene: 0, min_max, transition, plane: 0 };
    let mut add = |key: StreamKey, values: &[f32]| {
        let column = capture.add_column(key).unwrap();
        let bits: Vec<u32> = values.iter().map(|value| value.to_bits()).collect();
        capture.write(column, &bits).unwrap();
    };
    for min_max in [MinMax::Min, MinMax::Max] {
        let delays: Vec<f32> = (0..16).map(delay).collect();
        add(key(StreamKind::Delay, min_max, Transition::None), &delays);
        let times = arrivals().into_iter().zip(requireds());
        for ((arrival, required), transition) in times.zip([Transition::Rise, Transition::Fall]) {
            let slack: Vec<f32> = arrival
                .iter()
                .zip(&required)
                .map(|(a, r)| if *a == NONE || *r == -NONE { -NONE } else { r - a })
                .collect();
            add(key(StreamKind::Slew, min_max, transition), &[10.0 * PS; 9]);
            add(key(StreamKind::Arrival, min_max, transition), &arrival);
            add(key(StreamKind::Required, min_max, transition), &required);
            add(key(StreamKind::Slack, min_max, transition), &slack);
        }
    }
    let row = |vertex, slack| Endpoint { vertex, group: 0, scene: 0, min_max: MinMax::Max, slack };
    capture.add_endpoints(&[row(6, slack()), row(8, output_slack())]).unwrap();
}

/// Fields of the path to the second register; the flags are those of a propagated clock.
pub fn end_words() -> Vec<(u32, u32)> {
    use PathFlag as G;
    let flags = [
        G::EndFalls,
        G::HasLaunch,
        G::LaunchIsPropagated,
        G::HasCapture,
        G::CaptureIsPropagated,
        G::CaptureIsMax,
        G::HasCrpr,
        G::StartsAtClock,
    ];
    let flags = flags.iter().fold(PathEndKind::Check as u32, |bits, flag| bits | 1 << *flag as u32);
    let mut words = [0; PATH_FIELDS];
    let mut set = |field: PathField, word: u32| words[field as usize] = word;
    set(PathField::Endpoint, 0);
    set(PathField::Flags, flags);
    set(PathField::CheckArc, 13 + 1);
    set(PathField::DataPoints, 6);
    set(PathField::Start, 2);
    set(PathField::ClockPoints, 2);
    set(PathField::ClockVertex, 5);
    set(PathField::Required, required().to_bits());
    set(PathField::LaunchArrival, (1.0 * PS).to_bits());
    set(PathField::CaptureTime, PERIOD.to_bits());
    set(PathField::CaptureDelay, (2.0 * PS).to_bits());
    set(PathField::Margin, delay(13).to_bits());
    (0..).zip(words).collect()
}

pub fn create(path: &Path) -> Store {
    Store::open(path, OpenMode::Create, ReadMode::default()).unwrap()
}
