// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! A small store with everything that the format has: a full stage, a delta, and a delta over a change of the
//! netlist, with delay tables, statistical planes, marks, limits, endpoints, paths, clocks, constraints and
//! attachments.

use std::io::Cursor;
use std::sync::Arc;

use ckp::{
    BaseChoice, Capture, CaptureOptions, Clock, Endpoint, MAX_PLANES, MinMax, PATH_FIELDS,
    PathEndKind, PathField, PathFlag, Stage, Store, StreamKey, StreamKind, Summary, Transition,
    Width,
};

use super::library::{ARCS, Gates};

/// The stages, each a delta on the one before it.
pub const STAGES: [&str; 3] = ["a", "b", "c"];
pub const SDC: &str = "create_clock -name clk -period 1.0 [get_ports clk]\n";
pub const NOTES: &str = "notes.txt";

/// The netlist and the timing of a stage.
pub fn gates(stage: &str) -> Gates {
    let all = Gates { cells: vec![0; 40], moving: 3, ..Gates::new(0) };
    match stage {
        "a" => all,
        "b" => Gates { version: 1, ..all },
        _ => Gates { cells: [vec![0; 41], vec![1; 2]].concat(), version: 2, ..all },
    }
}

/// All columns of a stage.
pub fn keys(stage: &str) -> Vec<StreamKey> {
    let mut keys = Vec::new();
    for key in gates(stage).keys() {
        let planes = if key.kind == StreamKind::Delay { MAX_PLANES } else { 1 };
        keys.extend((0..planes).map(|plane| StreamKey { plane, ..key }));
    }
    let key =
        |kind, min_max, transition| StreamKey { kind, scene: 0, min_max, transition, plane: 0 };
    keys.extend([
        key(StreamKind::SlewMark, MinMax::Max, Transition::Rise),
        key(StreamKind::DelayMark, MinMax::Max, Transition::None),
        key(StreamKind::PulseWidth, MinMax::Min, Transition::Rise),
        key(StreamKind::Period, MinMax::Min, Transition::Rise),
        key(StreamKind::LoopMark, MinMax::Min, Transition::None),
    ]);
    keys.sort_unstable();
    keys
}

/// The values of a column of a stage.
pub fn column(stage: &str, key: StreamKey) -> Vec<u32> {
    let gates = gates(stage);
    let rows = gates.cells.len() * if key.kind.is_arc_column() { ARCS } else { 3 };
    if key.kind.width() == Width::Byte {
        return (0..rows as u32).map(|row| u32::from(row % 7 == 2)).collect();
    }
    if matches!(key.kind, StreamKind::PulseWidth | StreamKind::Period) {
        return (0..rows).map(|row| if row == 4 { 2e-10f32 } else { 1e30 }.to_bits()).collect();
    }
    let mean = gates.column(StreamKey { plane: 0, ..key });
    if key.plane == 0 {
        return mean;
    }
    let part = [0.0f32, 0.01, 1e-13, 1e-3][usize::from(key.plane)];
    mean.into_iter().map(|bits| (f32::from_bits(bits) * part).to_bits()).collect()
}

/// What is attached to a stage.
pub fn notes(stage: &str) -> Vec<u8> {
    let lines = (0..40).map(|line| format!("line {line} of the notes\n"));
    lines.chain([format!("this is stage {stage}\n")]).collect::<String>().into_bytes()
}

/// Save all stages, one on the other.
pub fn save_all(store: &Store) {
    for (number, stage) in STAGES.iter().enumerate() {
        let base = match number {
            0 => BaseChoice::Full,
            _ => BaseChoice::Stage(STAGES[number - 1].into()),
        };
        save(store, stage, stage, base);
    }
}

/// Save what belongs to `stage` under the name `name`.
pub fn save(store: &Store, name: &str, stage: &str, base: BaseChoice) -> Arc<Stage> {
    save_as(store, name, stage, CaptureOptions { base, ..CaptureOptions::default() })
}

/// The same with other options.
pub fn save_as(store: &Store, name: &str, stage: &str, options: CaptureOptions) -> Arc<Stage> {
    let gates = gates(stage);
    let mut capture = Capture::begin(store, name, options, gates.objects()).unwrap();
    let metadata = capture.metadata_mut();
    metadata.design = "gates".into();
    metadata.engine = "test".into();
    metadata.note = "everything".into();
    metadata.meta = vec![("step".into(), stage.into())];
    metadata.scenes = vec!["scene0".into()];
    metadata.liberties = vec!["lib".into()];
    metadata.groups = vec!["clk".into()];
    metadata.path_clocks = vec!["clk".into()];
    let sources = vec![b"u0/A".to_vec()];
    let clock = Clock { name: "clk".into(), scenes: vec![0], period: 1e-9, sources, ..clock() };
    capture.add_clock(clock).unwrap();
    capture.set_sdc(SDC.as_bytes());
    capture.add_attachment(NOTES, Cursor::new(notes(stage))).unwrap();
    for key in keys(stage) {
        let handle = capture.add_column(key).unwrap();
        let values = column(stage, key);
        if key.kind.width() == Width::Byte {
            let marks: Vec<u8> = values.iter().map(|value| *value as u8).collect();
            capture.write_marks(handle, &marks).unwrap();
        } else {
            capture.write(handle, &values).unwrap();
        }
    }
    for (scene, arc, table) in gates.library() {
        capture.add_delay_table(scene, arc, table).unwrap();
    }
    add_endpoints(&mut capture, stage);
    capture.commit(store).unwrap()
}

fn clock() -> Clock {
    Clock { fall: 5e-10, ..Clock::default() }
}

/// The slacks of two rows, and the path to the first: from A of the last gate through the gate.
fn add_endpoints(capture: &mut Capture, stage: &str) {
    let gates = gates(stage);
    let last = gates.cells.len() as u32 - 1;
    let key =
        |kind, transition| StreamKey { kind, scene: 0, min_max: MinMax::Max, transition, plane: 0 };
    let value = |kind, transition, row: u32| {
        f32::from_bits(column(stage, key(kind, transition))[row as usize])
    };
    for vertex in [3 * last + 2, 2] {
        let slack = value(StreamKind::Slack, Transition::Fall, vertex);
        let row = Endpoint { vertex, group: 0, scene: 0, min_max: MinMax::Max, slack };
        capture.add_endpoints(&[row]).unwrap();
    }
    let (worst_slack, tns) = (value(StreamKind::Slack, Transition::Fall, 2), -1e-12);
    for min_max in [MinMax::Min, MinMax::Max] {
        let summary = Summary { scene: 0, min_max, worst_slack, tns, violating: 1 };
        capture.set_summary(summary).unwrap();
    }
    let mut words = [0; PATH_FIELDS];
    words[PathField::Flags as usize] = PathEndKind::Check as u32 | 1 << PathFlag::EndFalls as u32;
    words[PathField::DataPoints as usize] = 2;
    for (field, word) in (0..).zip(words) {
        capture.set_path_field(field, &[word]).unwrap();
    }
    let start = value(StreamKind::Arrival, Transition::Rise, 3 * last);
    let end = value(StreamKind::Arrival, Transition::Fall, 3 * last + 2);
    let arc = last * ARCS as u32;
    capture.add_path_points([(None, start), (Some(arc), end)].into_iter());
}

/// Read everything. What can be read is what was saved; what cannot is told.
pub fn read_all(stage: &Stage, saved_as: &str) -> Vec<ckp::Error> {
    let mut errors = Vec::new();
    let mut note = |read: ckp::Result<Vec<u32>>, saved: Vec<u32>, what: String| match read {
        Ok(values) => assert!(values == saved, "{what} of {stage:?}"),
        Err(error) => errors.push(error),
    };
    let words = |bytes: Vec<u8>| bytes.into_iter().map(u32::from).collect::<Vec<u32>>();
    for key in keys(saved_as) {
        let saved = column(saved_as, key);
        let rows = 0..saved.len() as u64;
        let read = match key.kind.width() {
            Width::Byte => stage.read_bytes(key, rows).map(words),
            Width::Word => stage.read_words(key, rows),
        };
        note(read, saved, key.to_string());
    }
    let mut attached = Vec::new();
    let read = stage.read_attachment(NOTES, &mut attached).map(|()| words(attached));
    note(read, words(notes(saved_as)), NOTES.into());
    note(stage.sdc().map(words), words(SDC.into()), "constraints".into());
    let names = |table: &ckp::ObjectTable| -> Vec<u32> {
        (0..table.vertex_count() as u32).flat_map(|row| words(table.name(row).to_vec())).collect()
    };
    let read = stage.objects().map(|objects| names(&objects));
    note(read, names(&gates(saved_as).objects()), "objects".into());
    errors.extend(stage.library_delays().err());
    errors.extend(stage.endpoints(0..2).err());
    let whole = |kind| stage.shared_words(StreamKey::plain(kind));
    let paths = [StreamKind::PathEnd, StreamKind::PathArc, StreamKind::PathArrival].map(whole);
    errors.extend(paths.into_iter().filter_map(Result::err));
    errors
}
