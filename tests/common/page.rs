// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Stages with two scenes, many endpoints, and names that look like markup.

use ckp::{Capture, CaptureOptions, Endpoint, MinMax, ObjectTable, Store, Summary};
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

fn table() -> ObjectTable {
    let plain = (HOSTILE_NAMES.len()..ENDPOINTS).map(|index| format!("core/u{index}"));
    let names: Vec<String> = HOSTILE_NAMES.map(str::to_owned).into_iter().chain(plain).collect();
    super::objects(&names, |_| "DFF_X1")
}

/// Slacks around zero, some of them on it, far away, and none at all.
fn slack(number: usize, version: u32, scene: u16, min_max: MinMax) -> f32 {
    let shift = 20 * version as usize + 7 * usize::from(scene) + 3 * min_max as usize;
    match (number + shift) % 193 {
        0 => 0.0,
        1 => -0.0,
        2 => 1e30,
        3 => -4e-8,
        4 => 3e-8,
        _ => (((number * 7919 + shift * 31) % 1000) as f32 - 300.0) * 1.1e-12,
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
    metadata.groups = vec!["clk".into(), "**async_default**".into()];
    metadata.note = if version == 1 { HOSTILE_NAMES[0].into() } else { String::new() };
    for scene in [0, 1] {
        for min_max in [MinMax::Min, MinMax::Max] {
            let vertex = |number: usize| 2 * number as u32 + 1;
            let end = |number, group| {
                let slack = slack(number, version + group, scene, min_max);
                Endpoint { vertex: vertex(number), group, scene, min_max, slack }
            };
            // Every third endpoint is in two groups; the last ones come with later stages.
            let count = ENDPOINTS - 10 + 3 * version.min(3) as usize;
            let mut ends: Vec<Endpoint> = (0..count).map(|number| end(number, 0)).collect();
            ends.extend((0..count).step_by(3).map(|number| end(number, 1)));
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
