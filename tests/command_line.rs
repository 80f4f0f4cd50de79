// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The command line, run as users run it.

mod common;

use std::path::Path;
use std::process::Command;

use ckp::{Capture, CaptureOptions, Clock, StreamKind};
use common::command::{failure, text};
use common::{chain, create, fill, save};
use serde_json::Value;

fn line<'a>(text: &'a str, start: &str) -> &'a str {
    let found = text.lines().find(|line| line.starts_with(start));
    found.unwrap_or_else(|| panic!("no line begins with {start:?}:\n{text}"))
}

/// Stage `a`, and `b`, a delta on it; returns the path of the store.
fn store(directory: &Path) -> String {
    let path = directory.join("s.ckp");
    let store = create(&path);
    let table = chain(40_000);
    save(&store, "a", &table, 1);
    let mut capture =
        Capture::begin(&store, "b", CaptureOptions::default(), table.clone()).unwrap();
    fill(&mut capture, &table, 2).unwrap();
    capture.metadata_mut().note = "second".into();
    capture.metadata_mut().meta = vec![("run".into(), "7".into())];
    let clock = Clock { name: "clk".into(), scenes: vec![0], period: 1e-9, ..Clock::default() };
    capture.add_clock(clock.clone()).unwrap();
    let (name, master) = ("div 2".into(), "clk".into());
    let (fall, propagated, sources) = (1e-9, true, vec![b"u0/A".to_vec(), b"u1/A".to_vec()]);
    let clock = Clock { name, master, fall, propagated, sources, period: 2e-9, ..clock };
    capture.add_clock(clock).unwrap();
    capture.commit(&store).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn show_says_what_a_stage_is() {
    let directory = tempfile::tempdir().unwrap();
    let path = store(directory.path());
    let b = text(&["show", &path, "b"]);
    assert!(line(&b, "stage ").ends_with(" b"));
    assert!(line(&b, "base ").ends_with("a, 1 delta from a full stage"));
    assert!(line(&b, "rows ").contains("80000 vertices, 79999 edges, 119999 arcs, 2 endpoints"));
    assert!(line(&b, "meta ").ends_with("run = 7"));
    assert!(line(&b, "note ").ends_with("second"));
    let size = std::fs::metadata(Path::new(&path).join("stages/b.stage")).unwrap().len();
    assert!(line(&b, "stored ").contains(&format!(" {size} bytes, ")));
    let summary: Vec<&str> = line(&b, "default").split_whitespace().collect();
    assert_eq!(summary, ["default", "min", "-2.0ps", "-20.0ps", "2"]);
    let clocks: Vec<&str> = b.lines().filter(|line| line.starts_with("clock ")).collect();
    assert!(
        clocks[0]
            .ends_with(" clk: period 1000.0ps, rises at 0.0ps, falls at 0.0ps, ideal, virtual"),
        "{b}"
    );
    assert!(clocks[1].ends_with(
        " div 2: period 2000.0ps, rises at 0.0ps, falls at 1000.0ps, propagated, made of clk, at \
         u0/A u1/A"
    ), "{b}");
    let a = text(&["show", &path, "a"]);
    assert!(line(&a, "base ").ends_with("none, a full stage"));
    assert!(!a.contains("note"));

    let json: Value =
        serde_json::from_str(&text(&["show", &path, "b", "--format", "json"])).unwrap();
    assert_eq!((&json["stage"], &json["base"]), (&"b".into(), &"a".into()));
    assert_eq!(json["head"], true);
    assert_eq!((&json["edges"], &json["depth"]), (&79_999.into(), &1.into()));
    let parts = json["stored_bytes_of"].as_object().unwrap();
    let sum: u64 = parts.values().map(|bytes| bytes.as_u64().unwrap()).sum();
    assert_eq!(sum, size);
    assert_eq!(json["arrays"], Value::Null);
    let clock = &json["clocks"][1];
    assert_eq!((&clock["name"], &clock["master"]), (&"div 2".into(), &"clk".into()));
    assert_eq!((&clock["period"], &clock["scenes"][0]), (&2e-9.into(), &"default".into()));
    assert_eq!((&clock["propagated"], &clock["sources"][1]), (&true.into(), &"u1/A".into()));
}

#[test]
fn blocks_add_up_to_the_stage() {
    let directory = tempfile::tempdir().unwrap();
    let path = store(directory.path());
    let opened = create(Path::new(&path));
    for name in ["a", "b"] {
        let stage = opened.stage(name).unwrap();
        let streams = stage.explain().unwrap();
        let index = &stage.timing_stage().delta_changes.streams;
        assert_eq!(streams.len(), index.len());
        let mut raw = 0;
        for (stream, entry) in streams.iter().zip(index) {
            assert_eq!((stream.key, stream.rows), (entry.key, entry.count));
            let stored: u64 = entry.blocks.iter().map(|block| u64::from(block.stored)).sum();
            assert_eq!(stream.stored_bytes(), stored);
            let rows: u64 = stream.blocks.iter().map(|block| u64::from(block.rows)).sum();
            assert_eq!(rows, stream.rows);
            for block in &stream.blocks {
                assert_eq!(
                    block.layout == "zero",
                    block.zero_residuals == block.rows,
                    "{stream:?}"
                );
            }
            let is_counted = stream.key.kind.is_float_column();
            raw += if is_counted { stream.raw_bytes } else { 0 };
        }
        match streams.iter().find(|stream| stream.key.kind == StreamKind::Objects) {
            Some(objects) => {
                assert_eq!(raw + objects.raw_bytes, stage.metadata().raw_bytes);
                assert_eq!(objects.raw_bytes, stage.objects().unwrap().raw_bytes());
            }
            None => assert_eq!(name, "b", "the base has the same table"),
        }
        let json = text(&["show", &path, name, "--blocks", "--format", "json"]);
        let json: Value = serde_json::from_str(&json).unwrap();
        let arrays = json["arrays"].as_array().unwrap();
        let sum: u64 = arrays.iter().map(|array| array["stored_bytes"].as_u64().unwrap()).sum();
        let frame = json["stored_bytes_of"]["record and index"].as_u64().unwrap();
        assert_eq!(sum + frame, stage.stored_bytes());
        for array in arrays {
            let shares = array["predictors"].as_object().unwrap().values();
            let whole: f64 = shares.map(|share| share.as_f64().unwrap()).sum();
            assert!((whole - 1.0).abs() < 1e-9, "{array:#}");
        }
    }
}

#[test]
fn blocks_say_class_predictor_and_hits() {
    let directory = tempfile::tempdir().unwrap();
    let path = store(directory.path());
    let report = text(&["show", &path, "b", "--blocks"]);
    let delays = report.split("delay max of scene 0").nth(1).unwrap();
    // The first arc of every inverter's edge; the other one is its sibling, and wires are class 1.
    let block = delays.lines().nth(1).unwrap();
    assert!(block.starts_with("  0: temporal, sparse, ") && block.contains(" 40000 "), "{report}");
    let stage = create(Path::new(&path)).stage("b").unwrap();
    let streams = stage.explain().unwrap();
    let delay = streams.iter().rfind(|stream| stream.key.kind == StreamKind::Delay).unwrap();
    let rows_of = |class| {
        let blocks = delay.blocks.iter().filter(|block| block.class == class);
        blocks.map(|block| block.rows).sum::<u32>()
    };
    assert_eq!([0, 1, 2, 3, 4].map(rows_of), [40_000, 39_999, 0, 0, 40_000]);
    // One row in 97 has another value than in the base.
    let moved = delay.blocks.iter().map(|block| block.rows - block.zero_residuals).sum::<u32>();
    assert!((1..=2 * 119_999 / 97).contains(&moved), "{moved}");
    assert!(report.contains("predictors of all values") && report.contains("codecs of all values"));
}

#[test]
fn failures_and_bad_usage_have_their_own_exit_codes() {
    let directory = tempfile::tempdir().unwrap();
    let path = store(directory.path());
    let (code, error) = failure(&["show", &path, "c"]);
    assert!(code == 1 && error.contains("Stage c is not in"), "{error}");
    let (code, error) = failure(&["show", &format!("{path}.not"), "a"]);
    assert!(code == 1 && error.contains("s.ckp.not"), "{error}");
    std::fs::write(Path::new(&path).join("stages/a.stage"), "x").unwrap();
    assert_eq!(failure(&["show", &path, "a"]).0, 1);
    // The file itself is sound; its blocks cannot be explained without the base.
    text(&["show", &path, "b"]);
    assert_eq!(failure(&["show", &path, "b", "--blocks"]).0, 1);
    let bad: [&[&str]; 6] = [
        &[],
        &["shew"],
        &["show"],
        &["show", &path],
        &["show", &path, "a", "b"],
        &["show", &path, "a", "--format", "xml"],
    ];
    for arguments in bad {
        assert_eq!(failure(arguments).0, 2, "{arguments:?}");
    }
    // An answer that nobody gets is none.
    let full = std::fs::File::create("/dev/full").unwrap();
    let program =
        Command::new(env!("CARGO_BIN_EXE_ckp")).args(["log", &path]).stdout(full).output();
    let output = program.unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(error.starts_with("ckp: The output cannot be written: "), "{error}");
    assert!(text(&["--help"]).contains("Exit codes"));
    assert!(text(&["--version"]).starts_with("ckp "));
}
