// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Stages with two scenes, many endpoints, and names that look like markup.

use ckp::{
    Capture, CaptureOptions, Clock, Endpoint, MinMax, ObjectTable, Store, StreamKey, StreamKind,
    Summary, Transition,
};
use serde_json::Value;

pub const HOSTILE_NAMES: [&str; 6] = [
    "</script><script>document.title='broken'</script>",
    "<!--<script>",
    "\\esc[3] ",
    "a\"b'c`${d}",
    "&lt;{{data}}",
    "<img src=x onerror=alert(1)>",
];

const ENDPOINTS: usize = 300;
/// Of the clock of every stage, seconds.
pub const PERIOD: f32 = 1e-9;

/// A port, a driver, and gates that it drives; the outputs of these are the endpoints.
fn table() -> ObjectTable {
    let plain = (HOSTILE_NAMES.len()..ENDPOINTS).map(|index| format!("core/u{index}"));
    let gates = HOSTILE_NAMES.map(str::to_owned).into_iter().chain(plain);
    let pins = gates.flat_map(|gate| [format!("{gate}/A"), format!("{gate}/Z")]);
    let pins: Vec<String> =
        ["in", "drv/A", "drv/Z"].map(str::to_owned).into_iter().chain(pins).collect();
    let mut table = ObjectTable::new();
    let (port, buffer) = (table.add_cell(""), table.add_cell("BUF_X1"));
    let kinds = ["wire ^ -> ^", "combinational ^ -> ^"].map(|kind| table.add_arc_kind(kind));
    for pin in &pins {
        let cell = if pin == "in" { port } else { buffer };
        table.add_vertices(pin.as_bytes(), &[pin.len() as u32], &[0], &[cell]).unwrap();
    }
    for to in 1..pins.len() as u32 {
        table.add_edges(&[before(to)], &[to]).unwrap();
        table.add_arcs(&[to - 1], &[kinds[(to as usize + 1) % 2]]).unwrap();
    }
    table
}

/// Every pin has one arc, from this one.
fn before(pin: u32) -> u32 {
    if pin > 3 && pin % 2 == 1 { 2 } else { pin - 1 }
}

/// Endpoint number `number`.
fn endpoint(number: usize) -> u32 {
    2 * number as u32 + 4
}

/// Delay of the arc into a pin, seconds.
fn delay(pin: u32, version: u32) -> f32 {
    (10 + pin * 7919 % 50 + 3 * version) as f32 * 1.07e-12
}

fn arrival(pin: u32, version: u32) -> f32 {
    if pin == 0 { 0.0 } else { arrival(before(pin), version) + delay(pin, version) }
}

/// Required times give slacks around zero, some of them on it, far away, and none at all.
fn required(number: usize, version: u32, scene: u16, min_max: MinMax) -> f32 {
    let shift = 20 * version as usize + 7 * usize::from(scene) + 3 * min_max as usize;
    let arrival = arrival(endpoint(number), version);
    match (number + shift) % 193 {
        0 => arrival,
        2 => 1e30,
        3 => -4e-8,
        4 => 3e-8,
        _ => arrival + (((number * 7919 + shift * 31) % 1000) as f32 - 300.0) * 1.1e-12,
    }
}

fn slack(number: usize, version: u32, scene: u16, min_max: MinMax) -> f32 {
    let arrival = arrival(endpoint(number), version);
    let required = required(number, version, scene, min_max);
    match min_max {
        _ if required == 1e30 => required,
        MinMax::Max => required - arrival,
        MinMax::Min => arrival - required,
    }
}

/// The value of a column. Nothing falls.
fn value(key: StreamKey, row: u32, version: u32) -> f32 {
    let is_end = row >= endpoint(0) && row.is_multiple_of(2);
    let number = (row as usize).saturating_sub(4) / 2;
    match key.kind {
        StreamKind::Delay => delay(row + 1, version),
        StreamKind::Slew => 1e-11,
        _ if key.transition == Transition::Fall => 1e30,
        StreamKind::Arrival => arrival(row, version),
        StreamKind::Required if is_end => required(number, version, key.scene, key.min_max),
        StreamKind::Slack if is_end => slack(number, version, key.scene, key.min_max),
        _ => 1e30,
    }
}

fn fill_columns(capture: &mut Capture, table: &ObjectTable, version: u32) {
    let scenes = [0, 1].into_iter().flat_map(|scene| [(scene, MinMax::Min), (scene, MinMax::Max)]);
    let mut keys: Vec<StreamKey> = scenes
        .flat_map(|(scene, min_max)| {
            super::keys()
                .into_iter()
                .filter(move |k| k.min_max == min_max)
                .map(move |k| StreamKey { scene, ..k })
        })
        .collect();
    keys.sort_unstable();
    for key in keys {
        let rows = super::rows(table, key);
        let handle = capture.add_column(key).unwrap();
        if key.kind.width() == ckp::Width::Byte {
            capture.write_marks(handle, &vec![0; rows]).unwrap();
        } else {
            let values: Vec<u32> =
                (0..rows as u32).map(|row| value(key, row, version).to_bits()).collect();
            capture.write(handle, &values).unwrap();
        }
    }
}

/// Save a stage; versions have other slacks.
pub fn save_stage(store: &Store, name: &str, version: u32) {
    let table = table();
    let mut capture =
        Capture::begin(store, name, CaptureOptions::default(), table.clone()).unwrap();
    let metadata = capture.metadata_mut();
    metadata.design = "chain & <more>".into();
    metadata.engine = "test".into();
    metadata.scenes = vec!["slow".into(), "fast".into()];
    metadata.groups = vec!["**async_default**".into(), "clk".into()];
    metadata.group_clocks = vec![String::new(), "clk".into()];
    metadata.note = if version == 1 { HOSTILE_NAMES[0].into() } else { String::new() };
    let clock =
        Clock { name: "clk".into(), scenes: vec![0, 1], period: PERIOD, ..Clock::default() };
    capture.add_clock(clock).unwrap();
    fill_columns(&mut capture, &table, version);
    for scene in [0, 1] {
        for min_max in [MinMax::Min, MinMax::Max] {
            let end = |number, group| {
                // In the other group an endpoint is less bad.
                let slack = slack(number, version, scene, min_max) + (1 - group) as f32 * 1e-13;
                Endpoint { vertex: endpoint(number), group, scene, min_max, slack }
            };
            // Every third endpoint is in two groups; the last ones come with later stages.
            let count = ENDPOINTS - 10 + 3 * version.min(3) as usize;
            let mut ends: Vec<Endpoint> = (0..count).map(|number| end(number, 1)).collect();
            ends.extend((0..count).step_by(3).map(|number| end(number, 0)));
            capture.add_endpoints(&ends).unwrap();
            let worst_slack = ends.iter().map(|end| end.slack).fold(1e30, f32::min);
            let tns = worst_slack * 5.0;
            capture
                .set_summary(Summary { scene, min_max, worst_slack, tns, violating: 9 })
                .unwrap();
        }
    }
    capture.commit(store).unwrap();
}

/// The data of a page, found as a browser finds it: up to the first end tag.
pub fn data(page: &str) -> Value {
    let start = "<script type=\"application/json\" id=\"data\">";
    let (_, rest) = page.split_once(start).expect("the page has data");
    let (text, _) = rest.split_once("</script").expect("the data end");
    serde_json::from_str(text).unwrap()
}
