// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The list of stages, as text and JSON.

mod common;

use ckp::{Capture, CaptureOptions, Format, report};
use common::{chain, create, fill, save, save_with};
use serde_json::Value;

#[test]
fn the_tree_shows_bases_head_and_damage() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    let table = chain(500);
    save(&store, "a", &table, 1);
    save(&store, "b", &table, 2);
    store.set_head("a").unwrap();
    save(&store, "c", &table, 3);
    std::fs::write(store.path().join("stages/z.stage"), "x").unwrap();
    let text = report::stages_text(&store).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 5, "{text}");
    assert!(lines[1].starts_with("  a "), "{text}");
    assert!(lines[2].starts_with("    b "), "{text}");
    assert!(lines[3].starts_with("*   c "), "{text}");
    assert!(lines[3].contains("-3.0ps") && lines[3].contains("-30.0ps"), "{text}");
    assert!(lines[4].contains("z") && lines[4].contains("DAMAGED"), "{text}");
    // A row of a table has as many cells, of which only the last one is known.
    let csv = report::stages(&store, Format::Csv).unwrap();
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!((lines.len(), lines[0].ends_with(",error")), (5, true), "{csv}");
    assert!(lines[4].starts_with(&format!("z{}", ",".repeat(11))), "{csv}");
    assert!(lines[4].contains("z.stage") && !lines[3].contains("z.stage"), "{csv}");
}

#[test]
fn json_has_every_field_with_its_exact_value() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    let table = chain(500);
    save(&store, "a", &table, 1);
    let mut capture =
        Capture::begin(&store, "b", CaptureOptions::default(), table.clone()).unwrap();
    fill(&mut capture, &table, 2).unwrap();
    let metadata = capture.metadata_mut();
    metadata.engine_version = "1.0".into();
    metadata.note = "say \"hi\"\n".into();
    metadata.meta = vec![("run".into(), "7".into())];
    let stage = capture.commit(&store).unwrap();
    std::fs::write(store.path().join("stages/z.stage"), "x").unwrap();
    let list: Value = serde_json::from_str(&report::stages_json(&store).unwrap()).unwrap();
    let list = list.as_array().unwrap();
    assert_eq!(list.len(), 3);
    assert_eq!(list[0]["base"], Value::Null);
    assert_eq!(list[0]["head"], false);
    let b = &list[1];
    assert_eq!(b["stage"], "b");
    assert_eq!(b["base"], "a");
    assert_eq!(b["head"], true);
    assert_eq!(b["vertices"], 1000);
    assert_eq!(b["arcs"], 1499);
    assert_eq!(b["scenes"], serde_json::json!(["default"]));
    assert_eq!(b["raw_bytes"], stage.metadata().raw_bytes);
    let file = std::fs::metadata(store.path().join("stages/b.stage")).unwrap();
    assert_eq!(b["stored_bytes"], file.len());
    assert_eq!(b["wns"].as_f64().unwrap() as f32, -1e-12f32 * 2.0);
    assert_eq!(b["tns"].as_f64().unwrap() as f32, 10.0 * (-1e-12f32 * 2.0));
    assert_eq!(b["violating_endpoints"], 2);
    assert_eq!(b["checks"].as_array().unwrap().len(), 2);
    assert_eq!(b["checks"][0]["path_delay"], "min");
    assert_eq!(b["engine"], "test 1.0");
    assert_eq!(b["tolerance"], 0.0);
    assert_eq!(b["note"], "say \"hi\"\n");
    assert_eq!(b["meta"]["run"], "7");
    assert!(b["time"].as_str().unwrap().ends_with('Z'));
    assert_eq!(list[2]["stage"], "z");
    assert!(list[2]["error"].as_str().unwrap().contains("z.stage"));
}

#[test]
fn both_forms_say_the_tolerance() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    let table = chain(50);
    save(&store, "a", &table, 1);
    let options = CaptureOptions { tolerance: 1e-15, ..CaptureOptions::default() };
    save_with(&store, "b", options, &table, 2).unwrap();
    let text = report::stages_text(&store).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[1].ends_with('Z') && lines[2].ends_with("Z  within 1e-15 s"), "{text}");
    let list: Value = serde_json::from_str(&report::stages_json(&store).unwrap()).unwrap();
    assert_eq!(list[1]["tolerance"], 1e-15);
    // Summaries and endpoints keep every bit.
    assert_eq!(list[1]["wns"].as_f64().unwrap() as f32, -1e-12f32 * 2.0);
}

#[test]
fn raw_size_is_names_topology_and_four_bytes_a_value() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    let table = chain(10);
    let stage = save(&store, "a", &table, 1);
    let (vertices, edges, arcs) = (20, 19, 29);
    let names = 10 * 2 * "u0/A".len();
    let values = vertices * 16 + arcs * 2;
    let expected = names + 4 * vertices + 8 * edges + 4 * arcs + 4 * values;
    assert_eq!(stage.metadata().raw_bytes, expected as u64);
}

#[test]
fn a_verification_ends_with_a_sum() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    save(&store, "a", &chain(10), 1);
    let text =
        |store| report::verification_text(&ckp::Store::verify(store, ckp::Depth::Full).unwrap());
    assert_eq!(text(&store), "1 stage is sound.\n");
    save(&store, "b", &chain(10), 1);
    assert_eq!(text(&store), "2 stages are sound.\n");
    std::fs::write(store.path().join("stages/a.stage"), "x").unwrap();
    let text = text(&store);
    assert!(text.ends_with("2 defects in 2 stages.\n"), "{text}");
}
