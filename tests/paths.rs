// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Worst paths of a stage, from the file alone. Against the engine: tests/tcl/paths.tcl.

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use ckp::query::path::{Origin, PathQuery, Paths, paths_json, paths_text, worst_paths};
use ckp::{Capture, CaptureOptions, ErrorKind, MinMax, PathField, PathFlag, Stage};
use common::registers::{
    NAMES, arrivals, create, end_words, fill_columns, output_slack, save, slack, table,
};

fn with_stage(body: impl FnOnce(&Arc<Stage>)) {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    body(&save(&store, "route", CaptureOptions::default()));
}

fn names(paths: &Paths, number: usize) -> Vec<&'static str> {
    paths.paths[number].points.iter().map(|point| NAMES[point.vertex as usize]).collect()
}

fn ask(stage: &Arc<Stage>, change: impl FnOnce(&mut PathQuery)) -> Paths {
    let mut query = PathQuery { count: 10, ..PathQuery::default() };
    change(&mut query);
    worst_paths(stage, &query).unwrap()
}

const DATA: [&str; 6] =
    ["clk", "regs/q0/CK", "regs/q0/Q", "inv\\[0\\]/A", "inv\\[0\\]/Z", "regs/q1/D"];

#[test]
fn paths_are_the_worst_first() {
    with_stage(|stage| {
        let paths = ask(stage, |_| {});
        assert_eq!(paths.paths.len(), 2);
        let [register, output] = &paths.paths[..] else { panic!() };
        assert_eq!(names(&paths, 0), DATA);
        assert_eq!(register.origin, Origin::Engine);
        assert_eq!(register.slack().to_bits(), slack().to_bits());
        assert_eq!(register.arrival().to_bits(), arrivals()[1][6].to_bits());
        assert!(register.end.as_ref().unwrap().is(PathFlag::StartsAtClock));
        assert!(register.points[1..].iter().all(|point| point.is_sum && point.ties == 0));
        assert_eq!(names(&paths, 1), ["in", "out"]);
        assert_eq!(output.origin, Origin::Columns, "its path was not kept");
        assert_eq!(output.slack().to_bits(), output_slack().to_bits());
        assert_eq!(ask(stage, |query| query.count = 1).paths.len(), 1);
    });
}

#[test]
fn filters_are_met() {
    with_stage(|stage| {
        let through = |pins: &[&str]| {
            let pins: Vec<String> = pins.iter().map(|pin| (*pin).to_owned()).collect();
            ask(stage, |query| query.through = pins)
        };
        let paths = through(&["inv[0]/Z"]);
        assert_eq!((paths.paths.len(), names(&paths, 0).as_slice()), (1, &DATA[..]));
        assert_eq!(paths.paths[0].slack().to_bits(), slack().to_bits());
        assert_eq!(through(&["regs/q0/Q", "inv\\[0\\]/A"]).paths.len(), 1);
        let wrong_way = through(&["inv\\[0\\]/A", "regs/q0/Q"]);
        assert!(wrong_way.paths.is_empty() && !wrong_way.notes.is_empty());
        for from in ["regs/q0/CK", "regs/q0/Q"] {
            let paths = ask(stage, |query| query.from = vec![from.into()]);
            assert_eq!(names(&paths, 0), DATA, "{from}");
        }
        let inside = ask(stage, |query| query.from = vec!["inv\\[0\\]/Z".into()]);
        assert!(inside.paths.is_empty(), "not a startpoint");
        let to = ask(stage, |query| query.to = vec!["out".into()]);
        assert_eq!(names(&to, 0), ["in", "out"]);
        let both = ask(stage, |query| {
            query.from = vec!["in".into()];
            query.to = vec!["regs/q1/D".into()];
        });
        assert!(both.paths.is_empty(), "nothing leads there");
        assert!(ask(stage, |query| query.min_max = MinMax::Min).paths.is_empty());
    });
}

#[test]
fn what_does_not_exist_is_refused() {
    with_stage(|stage| {
        let refuse = |change: &dyn Fn(&mut PathQuery), kind: ErrorKind, patterns: &[&str]| {
            let mut query = PathQuery::default();
            change(&mut query);
            let Err(error) = worst_paths(stage, &query) else { panic!("{patterns:?}") };
            assert_eq!(error.kind(), kind, "{error}");
            for pattern in patterns {
                assert!(error.to_string().contains(pattern), "{error}");
            }
        };
        refuse(&|query| query.to = vec!["regs/q1/E".into()], ErrorKind::NotFound, &["regs/q1/D"]);
        refuse(&|query| query.through = vec!["".into()], ErrorKind::NotFound, &["Pin"]);
        refuse(&|query| query.scene = Some("x".into()), ErrorKind::NotFound, &["x", "default"]);
        refuse(&|query| query.group = Some("g".into()), ErrorKind::NotFound, &["g", "clk"]);
        refuse(
            &|query| query.to = vec!["regs/q0/Q".into()],
            ErrorKind::InvalidArgument,
            &["regs/q0/Q", "no endpoint"],
        );
    });
}

const REPORT: &str = "\
Startpoint: regs/q0 (rising edge-triggered flip-flop clocked by clk)
Endpoint: regs/q1 (rising edge-triggered flip-flop clocked by clk)
Path Group: clk
Path Type: max

  Delay    Time   Description
--------------------------------------------------------
  0.000   0.000   clock clk (rise edge)
  0.001   0.001   clock network delay (propagated)
  0.000   0.001 ^ regs/q0/CK (DFF)
  0.100   0.101 ^ regs/q0/Q (DFF)
  0.023   0.124 v inv\\[0\\]/Z (INV)
  0.004   0.128 v regs/q1/D (DFF)
          0.128   data arrival time

  0.100   0.100   clock clk (rise edge)
  0.002   0.102   clock network delay (propagated)
  0.000   0.102   clock reconvergence pessimism
          0.102 ^ regs/q1/CK (DFF)
 -0.035   0.067   library setup time
          0.067   data required time
--------------------------------------------------------
          0.067   data required time
         -0.128   data arrival time
--------------------------------------------------------
         -0.061   slack (VIOLATED)
";

#[test]
fn text_is_that_of_report_checks() {
    with_stage(|stage| {
        let lines =
            |text: &str| text.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
        let text = paths_text(&ask(stage, |query| query.count = 1), 3);
        // The width of lines of dashes is nobody's concern.
        let plain = |text: &str| -> Vec<String> {
            lines(text).into_iter().filter(|line| !line.starts_with("---")).collect()
        };
        assert_eq!(plain(&text), plain(REPORT));
        let traced = paths_text(&ask(stage, |query| query.to = vec!["out".into()]), 3);
        assert!(traced.contains("Traced by the columns"), "{traced}");
    });
}

#[test]
fn json_reads_back_to_the_bit() {
    with_stage(|stage| {
        let value = paths_json(&ask(stage, |_| {}));
        assert_eq!(value["stage"], "route");
        let check = &value["checks"][0];
        for (key, expected) in [
            ("type", "check"),
            ("path_group", "clk"),
            ("path_type", "max"),
            ("origin", "engine"),
            ("startpoint", "regs/q0/Q"),
            ("endpoint", "regs/q1/D"),
            ("source_clock", "clk"),
            ("target_clock_edge", "rise"),
        ] {
            assert_eq!(check[key], expected, "{key}");
        }
        let bits = |value: &serde_json::Value| (value.as_f64().unwrap() as f32).to_bits();
        assert_eq!(bits(&check["slack"]), slack().to_bits());
        let point = &check["source_path"][3];
        assert_eq!(point["pin"], "regs/q1/D");
        assert_eq!(bits(&point["arrival"]), arrivals()[1][6].to_bits());
        assert_eq!(check["target_clock_path"].as_array().unwrap().len(), 2);
        assert_eq!(value["checks"][1]["type"], serde_json::Value::Null);
    });
}

/// The stored slews and delays are others, the ends are exact; a stage on top of it is read by both.
#[test]
fn a_tolerance_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    let options = CaptureOptions { tolerance: 1e-12, ..CaptureOptions::default() };
    let near = save(&store, "near", options);
    let paths = ask(&near, |query| query.count = 1);
    assert_eq!(names(&paths, 0), DATA);
    assert_eq!(paths.paths[0].slack().to_bits(), slack().to_bits());
    assert!(paths_text(&paths, 3).contains("within 1e-12 s"));
    let exact = save(&store, "exact", CaptureOptions::default());
    let paths = ask(&exact, |query| query.count = 1);
    assert!(paths.paths[0].points[1..].iter().all(|point| point.is_sum));
}

/// Points that are no path cost nothing but the answer: the columns are asked.
#[test]
fn points_that_lead_nowhere_are_not_kept() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    let mut capture = Capture::begin(&store, "b", CaptureOptions::default(), table()).unwrap();
    fill_columns(&mut capture);
    for (field, word) in end_words() {
        capture.set_path_field(field, &[word]).unwrap();
    }
    capture.add_path_points([(None, 0.0), (Some(12), 1e-12)].into_iter().cycle().take(8));
    let stage = capture.commit(&store).unwrap();
    let paths = ask(&stage, |query| query.count = 1);
    assert_eq!(paths.paths[0].origin, Origin::Columns);
    assert_eq!(names(&paths, 0), DATA);
}

#[test]
fn ends_that_make_no_sense_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    let mut capture = Capture::begin(&store, "a", CaptureOptions::default(), table()).unwrap();
    assert!(capture.set_path_field(99, &[0]).is_err(), "no such field");
    capture.set_path_field(0, &[0]).unwrap();
    assert!(capture.set_path_field(1, &[1, 1]).is_err(), "another count");
    let refuse = |field: PathField, word: u32| {
        let mut capture = Capture::begin(&store, "a", CaptureOptions::default(), table()).unwrap();
        fill_columns(&mut capture);
        for (of, known) in end_words() {
            let word = if of == field as u32 { word } else { known };
            capture.set_path_field(of, &[word]).unwrap();
        }
        capture.commit(&store).unwrap_err()
    };
    drop(capture);
    assert_eq!(refuse(PathField::Flags, 0).kind(), ErrorKind::InvalidArgument, "no kind");
    assert_eq!(refuse(PathField::DataPoints, 9).kind(), ErrorKind::ShapeMismatch, "too few points");
    assert!(store.stage("a").is_err());
}

fn schema() -> jsonschema::Validator {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schemas/path.json");
    let schema = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

#[test]
fn the_command_line_says_the_same() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("s.ckp");
    let stage = save(&create(&path), "route", CaptureOptions::default());
    let ckp = |arguments: &[&str]| {
        let path = path.to_str().unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_ckp"))
            .args(["path", path, "route"])
            .args(arguments)
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    };
    let paths = ask(&stage, |query| query.count = 2);
    let (code, text, error) = ckp(&["--count", "2", "--digits", "5"]);
    assert_eq!((code, text, error), (0, paths_text(&paths, 5), String::new()));
    for (arguments, number) in [
        (&["--count", "2"][..], 2),
        (&["--to", "out", "--scene", "default", "--group", "clk"], 1),
        (&["--from", "regs/q0/CK", "--through", "inv[0]/A"], 1),
        (&["--path-delay", "min"], 0),
    ] {
        let (code, text, _) = ckp(&[arguments, &["--format", "json"]].concat());
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let wrong: Vec<String> =
            schema().iter_errors(&value).map(|error| error.to_string()).collect();
        assert!(code == 0 && wrong.is_empty(), "{wrong:?}");
        assert_eq!(value["checks"].as_array().unwrap().len(), number, "{arguments:?}");
    }
    assert!(!schema().is_valid(&serde_json::json!({ "stage": "a" })));
    let (code, text, error) = ckp(&["--to", "regs/q1/X"]);
    assert_eq!((code, text.as_str()), (1, ""));
    assert!(error.starts_with("ckp: ") && error.contains("regs/q1/D"), "{error}");
    assert_eq!(ckp(&["--count", "0"]).0, 2);
    assert_eq!(ckp(&["--digits", "99"]).0, 2);
    assert_eq!(ckp(&["--path-delay", "both"]).0, 2);
}
