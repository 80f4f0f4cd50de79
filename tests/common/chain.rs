// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! A chain of inverters, and versions of its timing.

use std::path::Path;
use std::sync::Arc;

use ckp::{
    Capture, CaptureOptions, Endpoint, MinMax, ObjectTable, OpenMode, ReadMode, Result, Stage,
    Store, StreamKey, StreamKind, Summary, Transition,
};

/// Bits that a careless codec changes.
pub const HOSTILE: [u32; 10] = [
    0x0000_0000,
    0x8000_0000,
    0x7f80_0000,
    0xff80_0000,
    0x7fc0_0000,
    0xffc1_2345,
    0x7f80_0001,
    0x0000_0001,
    0x7149_f2ca,
    0xf149_f2ca,
];

pub const SDC: &str = "create_clock -name clk -period 1.0 [get_ports clk]\n";

/// A chain of inverters `u0`, `u1`, ... with pins A and Z; `cell` names the cell of each.
pub fn objects(names: &[String], cell: impl Fn(usize) -> &'static str) -> ObjectTable {
    let mut table = ObjectTable::new();
    let wire = table.add_arc_kind("wire ^ -> ^");
    let inv = table.add_arc_kind("combinational ^ -> v");
    for (index, name) in names.iter().enumerate() {
        let cell = table.add_cell(cell(index));
        let (a, z) = (format!("{name}/A"), format!("{name}/Z"));
        let ends = [a.len() as u32, (a.len() + z.len()) as u32];
        table.add_vertices(format!("{a}{z}").as_bytes(), &ends, &[0, 0], &[cell, cell]).unwrap();
    }
    for row in 0..names.len() as u32 {
        let edge = table.edge_count() as u32;
        table.add_edges(&[2 * row], &[2 * row + 1]).unwrap();
        table.add_arcs(&[edge, edge], &[inv, inv]).unwrap();
        if row + 1 < names.len() as u32 {
            table.add_edges(&[2 * row + 1], &[2 * row + 2]).unwrap();
            table.add_arcs(&[edge + 1], &[wire]).unwrap();
        }
    }
    table
}

pub fn names(count: usize) -> Vec<String> {
    (0..count).map(|index| format!("u{index}")).collect()
}

pub fn chain(count: usize) -> ObjectTable {
    objects(&names(count), |_| "INV_X1")
}

pub fn key(kind: StreamKind, min_max: MinMax, transition: Transition) -> StreamKey {
    StreamKey { kind, scene: 0, min_max, transition, plane: 0 }
}

/// The columns of a stage with one scene.
pub fn keys() -> Vec<StreamKey> {
    use StreamKind::{Arrival, Delay, DelayMark, Required, Slack, Slew, SlewMark};
    let mut keys = Vec::new();
    for min_max in [MinMax::Min, MinMax::Max] {
        for kind in [Slew, Arrival, Required, Slack, SlewMark] {
            keys.extend([Transition::Rise, Transition::Fall].map(|tr| key(kind, min_max, tr)));
        }
        keys.extend([Delay, DelayMark].map(|kind| key(kind, min_max, Transition::None)));
    }
    keys.sort_unstable();
    keys
}

/// The bits of a value in version `version` of the design. Versions differ in few rows.
fn value(key: StreamKey, number: usize, version: u32) -> u32 {
    let salt = key.kind as u32 * 7 + key.min_max as u32 * 3 + key.transition as u32;
    if key.kind.width() == ckp::Width::Byte {
        return u32::from((number as u32 + salt + version).is_multiple_of(17));
    }
    if number < HOSTILE.len() {
        return HOSTILE[(number + salt as usize) % HOSTILE.len()];
    }
    let moved = if (number as u32).is_multiple_of(97) { version } else { 0 };
    (1e-10f32 * (1.0 + (number as f32 * 0.37 + salt as f32).sin())).to_bits() + moved
}

/// What a row's value depends on: the object, not its place in the table.
fn number(table: &ObjectTable, key: StreamKey, row: usize) -> usize {
    let (vertex, arc) = if key.kind.is_arc_column() {
        // The second of two parallel arcs.
        let arc = table.arc(row as u32).unwrap();
        let second = row > 0 && table.arc(row as u32 - 1) == Some(arc);
        (arc.1, usize::from(second))
    } else {
        (row as u32, 0)
    };
    let name = table.name(vertex);
    let digits = name.iter().filter(|byte| byte.is_ascii_digit());
    let index = digits.fold(0, |index, digit| index * 10 + usize::from(digit - b'0'));
    (index * 2 + usize::from(name.ends_with(b"Z"))) * 2 + arc
}

pub fn rows(table: &ObjectTable, key: StreamKey) -> usize {
    if key.kind.is_arc_column() { table.arc_count() } else { table.vertex_count() }
}

pub fn column(table: &ObjectTable, key: StreamKey, version: u32) -> Vec<u32> {
    let numbers = (0..rows(table, key)).map(|row| number(table, key, row));
    numbers.map(|number| value(key, number, version)).collect()
}

pub fn create(path: &Path) -> Store {
    Store::open(path, OpenMode::Create, ReadMode::default()).unwrap()
}

/// Save version `version` of `table`.
pub fn save_with(
    store: &Store,
    stage: &str,
    options: CaptureOptions,
    table: &ObjectTable,
    version: u32,
) -> Result<Arc<Stage>> {
    let mut capture = Capture::begin(store, stage, options, table.clone())?;
    fill(&mut capture, table, version)?;
    capture.commit(store)
}

/// Everything between begin and commit.
pub fn fill(capture: &mut Capture, table: &ObjectTable, version: u32) -> Result<()> {
    let metadata = capture.metadata_mut();
    metadata.design = "chain".into();
    metadata.engine = "test".into();
    metadata.scenes = vec!["default".into()];
    metadata.groups = vec!["clk".into()];
    capture.set_sdc(SDC.as_bytes());
    for key in keys() {
        let handle = capture.add_column(key)?;
        let values = column(table, key, version);
        // Odd pieces: the library makes its own blocks.
        for piece in values.chunks(40_001) {
            if key.kind.width() == ckp::Width::Byte {
                let bytes: Vec<u8> = piece.iter().map(|value| *value as u8).collect();
                capture.write_marks(handle, &bytes)?;
            } else {
                capture.write(handle, piece)?;
            }
        }
    }
    for min_max in [MinMax::Max, MinMax::Min] {
        let slack = -1e-12 * version as f32;
        let tns = 10.0 * slack;
        let summary = Summary { scene: 0, min_max, worst_slack: slack, tns, violating: version };
        capture.set_summary(summary)?;
        let vertex = table.vertex_count() as u32 - 1;
        capture.add_endpoints(&[Endpoint { vertex, group: 0, scene: 0, min_max, slack }])?;
    }
    Ok(())
}

pub fn save(store: &Store, stage: &str, table: &ObjectTable, version: u32) -> Arc<Stage> {
    save_with(store, stage, CaptureOptions::default(), table, version).unwrap()
}

/// Every array of the stage is that of version `version` of `table`, bit for bit.
pub fn assert_holds(stage: &Stage, table: &ObjectTable, version: u32) {
    for key in keys() {
        let rows = rows(table, key) as u64;
        let expected = column(table, key, version);
        let read = if key.kind.width() == ckp::Width::Byte {
            stage.read_bytes(key, 0..rows).unwrap().into_iter().map(u32::from).collect()
        } else {
            stage.read_words(key, 0..rows).unwrap()
        };
        assert!(read == expected, "{key} of {stage:?}");
    }
    let objects = stage.objects().unwrap();
    for row in 0..table.vertex_count() as u32 {
        assert_eq!(objects.name(row), table.name(row));
        assert_eq!(objects.cell(row), table.cell(row));
    }
    assert_eq!(stage.sdc().unwrap(), SDC.as_bytes());
    let slack = -1e-12 * version as f32;
    let endpoints = stage.endpoints(0..2).unwrap();
    assert_eq!(
        endpoints.iter().map(|e| e.slack.to_bits()).collect::<Vec<_>>(),
        [slack.to_bits(), slack.to_bits()]
    );
    assert_eq!((endpoints[0].min_max, endpoints[1].min_max), (MinMax::Min, MinMax::Max));
}
