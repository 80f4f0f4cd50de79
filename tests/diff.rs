// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The difference of two stages, on the command line. Against what an engine tells: tests/tcl/diff.tcl.

mod common;

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};

use ckp::query::diff::{Condition, DiffOptions, diff};
use ckp::{
    Capture, CaptureOptions, Clock, Endpoint, MinMax, ObjectTable, Store, StreamKey, StreamKind,
    Transition,
};
use common::command::{ckp, failure, text};
use common::create;
use serde_json::Value;

/// Names that need care, in a row of buffers.
const INSTANCES: [&str; 5] = ["core/u1", "core/a,b|c", "core/p[3]", "\\x \"y\" ", "alu/fp/a\\/b"];

/// Delays of the stages' buffers; wires take none.
#[derive(Clone)]
struct Flow {
    instances: Vec<&'static str>,
    delays: Vec<f32>,
    scenes: Vec<&'static str>,
    design: &'static str,
    tolerance: f64,
    cell: &'static str,
}

impl Flow {
    fn new() -> Self {
        Self {
            instances: INSTANCES.to_vec(),
            delays: vec![100e-12; INSTANCES.len()],
            scenes: vec!["slow", "fast"],
            design: "chip",
            tolerance: 0.0,
            cell: "BUF_X1",
        }
    }

    /// Buffers from A to Z one behind the other, of rising transitions only.
    fn table(&self) -> ObjectTable {
        let mut table = ObjectTable::new();
        let kinds = ["combinational ^ -> ^", "wire ^ -> ^"].map(|kind| table.add_arc_kind(kind));
        let cell = table.add_cell(self.cell);
        for (row, name) in (0u32..).zip(&self.instances) {
            let (a, z) = (format!("{name}/A"), format!("{name}/Z"));
            let ends = [a.len() as u32, (a.len() + z.len()) as u32];
            let names = format!("{a}{z}");
            table.add_vertices(names.as_bytes(), &ends, &[0, 0], &[cell, cell]).unwrap();
            if row > 0 {
                table.add_edges(&[2 * row - 1], &[2 * row]).unwrap();
            }
            table.add_edges(&[2 * row], &[2 * row + 1]).unwrap();
        }
        for edge in 0..table.edge_count() as u32 {
            table.add_arcs(&[edge], &[kinds[edge as usize % 2]]).unwrap();
        }
        table
    }

    /// By vertex: the sum of the delays before it, as an engine adds them up.
    fn arrivals(&self) -> Vec<f32> {
        let mut arrivals = vec![0.0];
        for delay in &self.delays {
            let arrival = *arrivals.last().unwrap();
            arrivals.extend([arrival + delay, arrival + delay]);
        }
        arrivals.truncate(2 * self.instances.len());
        arrivals
    }

    fn save(&self, store: &Store, name: &str) {
        let table = self.table();
        let options = CaptureOptions { tolerance: self.tolerance, ..CaptureOptions::default() };
        let mut capture = Capture::begin(store, name, options, table.clone()).unwrap();
        let metadata = capture.metadata_mut();
        metadata.design = self.design.into();
        metadata.scenes = self.scenes.iter().map(|scene| (*scene).to_owned()).collect();
        metadata.groups = vec!["clk".into(), "to, out".into()];
        metadata.group_clocks = vec!["clk".into(), "clk".into()];
        let scenes = (0..self.scenes.len() as u16).collect();
        let (period, fall) = (1e-9, 0.5e-9);
        let clock = Clock { name: "clk".into(), scenes, period, fall, ..Clock::default() };
        capture.add_clock(clock).unwrap();
        for scene in 0..self.scenes.len() as u16 {
            for min_max in [MinMax::Min, MinMax::Max] {
                self.fill(&mut capture, scene, min_max);
            }
        }
        capture.commit(store).unwrap();
    }

    /// The required time is 450 ps everywhere; the last two outputs are endpoints.
    fn fill(&self, capture: &mut Capture, scene: u16, min_max: MinMax) {
        let required = 450e-12f32;
        let arrivals = self.arrivals();
        let slack = |arrival: f32| match min_max {
            MinMax::Max => required - arrival,
            MinMax::Min => arrival - required,
        };
        let mut add = |kind, transition, values: Vec<f32>| {
            let key = StreamKey { kind, scene, min_max, transition, plane: 0 };
            let column = capture.add_column(key).unwrap();
            let bits: Vec<u32> = values.into_iter().map(f32::to_bits).collect();
            capture.write(column, &bits).unwrap();
        };
        for transition in [Transition::Rise, Transition::Fall] {
            // Nothing falls: there the engine has its infinities.
            let none = transition == Transition::Fall;
            let all = |value: &dyn Fn(f32) -> f32| {
                arrivals.iter().map(|arrival| if none { 1e30 } else { value(*arrival) }).collect()
            };
            add(StreamKind::Slew, transition, all(&|_| 2e-11));
            add(StreamKind::Arrival, transition, all(&|arrival| arrival));
            add(StreamKind::Required, transition, all(&|_| required));
            add(StreamKind::Slack, transition, all(&slack));
        }
        let arcs = 0..2 * self.instances.len() - 1;
        let delay = |arc: usize| if arc.is_multiple_of(2) { self.delays[arc / 2] } else { 0.0 };
        add(StreamKind::Delay, Transition::None, arcs.map(delay).collect());
        let ends = [arrivals.len() - 3, arrivals.len() - 1];
        let endpoint = |vertex: usize, group| {
            let slack = slack(arrivals[vertex]);
            Endpoint { vertex: vertex as u32, group, scene, min_max, slack }
        };
        let rows = [endpoint(ends[0], 0), endpoint(ends[1], 0), endpoint(ends[1], 1)];
        capture.add_endpoints(&rows).unwrap();
    }
}

/// `place`; `route`, where the second buffer is slower by 30 ps and the first by 1; `eco`, with another buffer
/// in the place of the first.
fn store(directory: &Path) -> String {
    let path = directory.join("my chip.ckp");
    let store = create(&path);
    let place = Flow::new();
    place.save(&store, "place");
    let mut route = place.clone();
    route.delays[1] += 30e-12;
    route.delays[0] += 1e-12;
    route.save(&store, "route");
    let mut eco = route.clone();
    eco.instances[0] = "core/u2";
    eco.save(&store, "eco");
    path.to_str().unwrap().to_owned()
}

fn json(arguments: &[&str]) -> Value {
    let mut all = arguments.to_vec();
    all.extend(["--format", "json"]);
    let value: Value = serde_json::from_str(&text(&all)).unwrap();
    assert_valid(&value);
    value
}

fn assert_valid(value: &Value) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schemas/diff.json");
    let schema: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = schema.iter_errors(value).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{value:#}");
    // The schema does say something.
    let mut wrong = value.clone();
    wrong["checks"][0]["wns"]["delta"] = "1 ps".into();
    assert!(!schema.is_valid(&wrong));
}

fn float(value: &Value) -> f32 {
    value.as_f64().unwrap() as f32
}

#[test]
fn slacks_and_endpoints_are_told_to_the_last_bit() {
    let directory = tempfile::tempdir().unwrap();
    let path = store(directory.path());
    let diff = json(&["diff", &path, "place", "route"]);
    let (place, mut route) = (Flow::new(), Flow::new());
    route.delays[1] += 30e-12;
    route.delays[0] += 1e-12;
    let slack = |flow: &Flow| 450e-12f32 - flow.arrivals().last().unwrap();
    let check = &diff["checks"][0];
    assert_eq!((&check["scene"], &check["path_delay"]), (&"slow".into(), &"max".into()));
    assert_eq!((&check["clock"], &check["group"]), (&Value::Null, &Value::Null));
    assert_eq!(float(&check["wns"]["before"]), slack(&place));
    assert_eq!(float(&check["wns"]["after"]), slack(&route));
    let delta = f64::from(slack(&route)) - f64::from(slack(&place));
    assert_eq!(check["wns"]["delta"].as_f64(), Some(delta));
    let percent = 100.0 * delta / f64::from(1e-9f32);
    assert_eq!(check["wns"]["delta_percent"].as_f64(), Some(percent));
    assert_eq!(check["violating_endpoints"]["after"], 1);
    // All, clock clk, groups "clk" and "to, out", setup and hold, two scenes.
    assert_eq!(diff["checks"].as_array().unwrap().len(), 4 * 4);
    let ends = &diff["endpoints"];
    assert_eq!(ends["counts"][0]["worsened"], 2);
    assert_eq!(ends["counts"][1]["improved"], 2);
    assert_eq!(ends["counts"][0]["newly_failing"], 0);
    let worsened = ends["worsened"].as_array().unwrap();
    let losses = worsened.iter().map(|end| {
        let slack = |side: &str| end["slack"][side].as_f64().unwrap();
        (slack("after") - slack("before"), end["scene"] == "fast", end["endpoint"].to_string())
    });
    let losses: Vec<_> = losses.collect();
    assert_eq!(losses.len(), 4);
    assert!(losses.is_sorted_by(|a, b| a <= b), "the greatest loss first: {losses:?}");
    let of_slew = &diff["columns"][0];
    assert_eq!((&of_slew["kind"], &of_slew["changed"]), (&"slew".into(), &0.into()));
    assert_eq!(diff["objects"]["pins_added"]["count"], 0);
}

#[test]
fn who_moved_first_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let path = store(directory.path());
    let diff = json(&["diff", &path, "place", "route", "-n", "1"]);
    let moved = &diff["endpoints"]["worsened"][0]["moved"];
    assert_eq!(
        (&moved["startpoint"], &moved["explains_slack"]),
        (&"core/u1/A".into(), &true.into())
    );
    assert_eq!(moved["changed"], 2);
    assert_eq!(moved["first"]["arc"], "core/u1/A -> core/u1/Z (combinational ^ -> ^)");
    assert_eq!(moved["first"]["position"], 1);
    let greatest = &moved["greatest"];
    assert_eq!(greatest["arc"], "core/a,b|c/A -> core/a,b|c/Z (combinational ^ -> ^)");
    assert_eq!(float(&greatest["delay"]["after"]), 100e-12f32 + 30e-12);
    // New arcs have moved, too.
    let diff = json(&["diff", &path, "route", "eco"]);
    assert_eq!(diff["endpoints"]["counts"][0]["unchanged"], 2);
    let diff = json(&["diff", &path, "place", "eco", "-n", "1"]);
    let moved = &diff["endpoints"]["worsened"][0]["moved"];
    assert_eq!((&moved["added"], &moved["changed"]), (&2.into(), &1.into()));
    assert_eq!(moved["first"]["arc"], "core/u2/A -> core/u2/Z (combinational ^ -> ^)");
    assert_eq!(moved["first"]["delay"]["before"], Value::Null);
    assert_eq!(moved["greatest"]["arc"], "core/a,b|c/A -> core/a,b|c/Z (combinational ^ -> ^)");
}

#[test]
fn what_came_and_went_stands_apart() {
    let directory = tempfile::tempdir().unwrap();
    let path = store(directory.path());
    let diff = json(&["diff", &path, "route", "eco"]);
    let objects = &diff["objects"];
    assert_eq!(objects["instances_added"]["first"][0], "core/u2");
    assert_eq!(objects["instances_removed"]["first"][0], "core/u1");
    assert_eq!(objects["pins_added"]["count"], 2);
    assert_eq!((&objects["arcs_added"], &objects["arcs_removed"]), (&2.into(), &2.into()));
    // The other way round, where the earlier stage is the base.
    let back = json(&["diff", &path, "eco", "route"]);
    assert_eq!(back["objects"]["pins_added"]["first"][0], "core/u1/A");
    assert_eq!(back["objects"]["pins_removed"]["first"][0], "core/u2/A");
}

#[test]
fn branches_are_sums() {
    let directory = tempfile::tempdir().unwrap();
    let path = store(directory.path());
    let branches = |depth: &str| {
        let diff = json(&["diff", &path, "place", "route", "--depth", depth]);
        let branches = diff["hierarchy"]["branches"].as_array().unwrap().clone();
        branches.iter().map(|b| b["instance"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    // The pins of alu/fp/a\/b are below alu/fp; those of \x "y"  at the top.
    assert_eq!(branches("1"), ["alu", "", "", "alu"]);
    assert_eq!(branches("2"), ["alu/fp", "", "", "alu/fp"]);
    let none = json(&["diff", &path, "place", "route", "--depth", "0"]);
    assert_eq!(none["hierarchy"], Value::Null);
    let one = json(&["diff", &path, "place", "route"]);
    let alu = &one["hierarchy"]["branches"][0];
    assert_eq!((&alu["moved"], &alu["moved_pins"]), (&1.into(), &2.into()));
}

#[test]
fn names_are_escaped_in_every_format() {
    let directory = tempfile::tempdir().unwrap();
    let path = store(directory.path());
    let csv = text(&["diff", &path, "place", "route", "--format", "csv"]);
    assert!(csv.starts_with("section,object,scene,path_delay,clock,group,quantity,before,"));
    assert!(csv.contains("\nworsened,\"\\x \"\"y\"\" /Z\",slow,max,clk,clk,slack,"), "{csv}");
    assert!(csv.contains(",\"core/a,b|c/A -> core/a,b|c/Z (combinational ^ -> ^)\",slow,max,"));
    assert!(csv.contains(",\"to, out\",worst_slack,"), "{csv}");
    let markdown = text(&["diff", &path, "place", "route", "--format", "markdown"]);
    assert!(markdown.contains("| alu/fp/a\\\\/b/Z | slow | max |"), "{markdown}");
    assert!(markdown.contains("core/a,b\\|c/A"), "{markdown}");
    let plain = text(&["diff", &path, "place", "route"]);
    assert!(plain.starts_with("design chip: from stage place ("), "{plain}");
    assert!(plain.contains("group to, out"), "{plain}");
    assert!(plain.contains("  \\x \"y\" /Z"), "{plain}");
    assert!(!plain.contains('\x1b'));
}

#[test]
fn conditions_have_an_exit_code_of_their_own() {
    let directory = tempfile::tempdir().unwrap();
    let path = store(directory.path());
    let code = |condition: &str| {
        let output = ckp(&["diff", &path, "place", "route", "--fail-if", condition]);
        assert!(!output.stdout.is_empty(), "{condition}");
        output.status.code().unwrap()
    };
    for condition in [
        "dwns < -5ps",
        "dwns < -3%",
        "wns < -80ps and dtns<0",
        "hold.improved > 1",
        "not dwns > -30ps",
        "setup.worsened[scene=fast] == 2",
        "dwns[group=\"to, out\"] < -30ps",
        "tns[clock=clk,scene=slow] <= -80 ps",
        "changed_values > 10",
        "dwns < -40ps or violating > 0",
        "endpoints == 2 and dendpoints >= 0",
        "worst_slack < -80ps and dworst_slack < 0",
        "dviolating != 1",
    ] {
        assert_eq!(code(condition), 3, "{condition}");
    }
    for condition in [
        "dwns < -40ps",
        "dwns < -4%",
        "hold.dwns < 0",
        "new_failing > 0 or fixed > 0",
        "pins_added > 0",
        "pins_removed > 0 or cells_changed > 0",
        "endpoints != 2",
        "not (dwns < -5ps or wns < 0)",
    ] {
        assert_eq!(code(condition), 0, "{condition}");
    }
    let told = ["diff", &path, "place", "route", "--format", "json", "--fail-if", "dwns < -5ps"];
    let told: Value = serde_json::from_slice(&ckp(&told).stdout).unwrap();
    assert_valid(&told);
    assert_eq!(told["fail_if"]["failed"], true);
    assert_eq!(told["fail_if"]["values"][0]["variable"], "dwns");
    // Usage, before the stages are looked at; and names that are not there.
    let (code, error) = failure(&["diff", &path, "place", "nowhere", "--fail-if", "dwns < -5"]);
    assert!(code == 2 && error.contains("at column 8: a time needs a unit"), "{error}");
    let bad = |condition: &str| failure(&["diff", &path, "place", "route", "--fail-if", condition]);
    let (code, error) = bad("wns[scene=slwo] < 0");
    assert!(code == 1 && error.contains("there are clock=clk, group=clk,"), "{error}");
    let quick = ["diff", &path, "place", "route", "--quick", "--fail-if", "changed_values > 0"];
    assert!(failure(&quick).1.contains("columns are not compared"));
}

/// Larger buffers in the place of the old ones, and what came of it, in every format.
#[test]
fn cells_that_changed_and_the_verdict_stand_in_every_format() {
    let directory = tempfile::tempdir().unwrap();
    let path = store(directory.path());
    let sized = Flow { cell: "BUF_X2", ..Flow::new() };
    sized.save(&create(Path::new(&path)), "sized");
    let ask = |condition: &str, format: &str| {
        let ask = ["diff", &path, "place", "sized", "--ulp", "1", "--fail-if", condition];
        let output = ckp(&[&ask[..], &["--format", format]].concat());
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let condition = "cells_changed >= 5";
    let (code, csv) = ask(condition, "csv");
    assert_eq!(code, Some(3));
    let lines: Vec<&str> = csv.lines().collect();
    let titles: Vec<&str> = lines[0].split(',').collect();
    let changed = lines.iter().filter(|line| line.starts_with("cells_changed,"));
    let changed: Vec<&&str> = changed.filter(|line| line.contains("BUF_X1,BUF_X2")).collect();
    assert_eq!(changed.len(), INSTANCES.len(), "{csv}");
    assert!(changed.iter().any(|line| line.contains("core/u1")), "{csv}");
    let verdict = lines.iter().find(|line| line.starts_with("fail_if,")).unwrap();
    assert!(verdict.contains(condition) && verdict.contains("failed"), "{verdict}");
    assert_eq!(verdict.matches(',').count() + 1, titles.len(), "{verdict}");
    let (code, markdown) = ask(condition, "markdown");
    assert_eq!(code, Some(3));
    assert!(markdown.contains("**FAILED: cells\\_changed"), "{markdown}");
    let note = "differ by at most 1 unit in the last place count as the same.";
    assert!(markdown.contains(note), "{markdown}");
    let (_, json) = ask(condition, "json");
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_valid(&json);
    let cells = &json["objects"]["cells_changed"];
    assert_eq!((&cells["count"], cells["first"].as_array().unwrap().len()), (&5.into(), 5));
    let change =
        serde_json::json!({ "instance": "core/u1", "before": "BUF_X1", "after": "BUF_X2" });
    assert_eq!(cells["first"][0], change);
    let (code, text) = ask("cells_changed > 5", "text");
    assert_eq!(code, Some(0));
    assert!(text.ends_with("passed: cells_changed > 5 (cells_changed is 5)\n"), "{text}");
}

#[test]
fn tolerances_forgive() {
    let directory = tempfile::tempdir().unwrap();
    let path = store(directory.path());
    let changed = |more: &[&str]| {
        let mut arguments = vec!["diff", path.as_str(), "place", "route"];
        arguments.extend(more);
        let diff = json(&arguments);
        let delays = diff["columns"].as_array().unwrap().iter().find(|c| c["kind"] == "delay");
        (
            delays.unwrap()["changed"].as_u64().unwrap(),
            diff["endpoints"]["counts"][0]["worsened"].as_u64().unwrap(),
        )
    };
    assert_eq!(changed(&[]), (2, 2));
    assert_eq!(changed(&["--ulp", "0"]), (2, 2));
    assert_eq!(changed(&["--tolerance", "2e-12"]), (1, 2), "one delay moved by 1 ps");
    assert_eq!(changed(&["--tolerance", "1e-10"]), (0, 0));
    assert_eq!(changed(&["--ulp", "4000000000"]), (0, 2), "slacks of endpoints are seconds");
    let note = text(&["diff", &path, "place", "route", "--tolerance", "2e-12"]);
    assert!(note.contains("note: What differs by at most 2e-12 s counts as the same."), "{note}");
    for bad in ["-1", "nan", "inf", "x"] {
        let tolerance = format!("--tolerance={bad}");
        let (code, _) = failure(&["diff", &path, "place", "route", &tolerance]);
        assert!([1, 2].contains(&code), "{bad}");
    }
}

#[test]
fn quick_decodes_no_column() {
    let directory = tempfile::tempdir().unwrap();
    let path = store(directory.path());
    let quick = json(&["diff", &path, "place", "route", "--quick"]);
    assert_eq!(quick["columns"], Value::Null);
    assert_eq!(quick["hierarchy"]["branches"][0]["moved_pins"], Value::Null);
    assert!(quick["endpoints"]["worsened"][0].get("moved").is_none());
    let all = json(&["diff", &path, "place", "route"]);
    assert_eq!(quick["checks"], all["checks"]);
    let same = json(&["diff", &path, "route", "route"]);
    let columns = same["columns"].as_array().unwrap();
    assert!(columns.iter().all(|column| column["changed"] == 0) && columns.len() == 36);
    assert_eq!(same["endpoints"]["counts"][0]["unchanged"], 2);
    assert_eq!(same["checks"][0]["wns"]["delta"], 0.0);
}

#[test]
fn scenes_and_tolerances_that_differ_are_said() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("s.ckp");
    let store = create(&path);
    Flow::new().save(&store, "both");
    let one = Flow { scenes: vec!["fast", "typical"], tolerance: 1e-14, ..Flow::new() };
    one.save(&store, "one");
    Flow { scenes: vec!["other"], ..Flow::new() }.save(&store, "other");
    let path = path.to_str().unwrap();
    let diff = json(&["diff", path, "both", "one"]);
    assert_eq!(diff["scenes"], serde_json::json!(["fast"]));
    assert_eq!(diff["from"]["own_scenes"][0], "slow");
    assert_eq!(diff["to"]["own_scenes"][0], "typical");
    let notes = diff["notes"].as_array().unwrap();
    assert_eq!(notes.len(), 3);
    assert!(notes.iter().any(|note| note.as_str().unwrap().contains("within 1e-14 s")));
    let (code, error) = failure(&["diff", path, "one", "other"]);
    assert!(code == 1 && error.contains("have no scene in common"), "{error}");
}

#[test]
fn bad_input_is_refused_with_the_reason() {
    let directory = tempfile::tempdir().unwrap();
    let path = store(directory.path());
    let (code, error) = failure(&["diff", &path, "place", "root"]);
    assert!(code == 1 && error.contains("Stage root is not in"), "{error}");
    let (code, _) = failure(&["diff", &path, "", "route"]);
    assert_eq!(code, 1);
    let (code, error) = failure(&["diff", &format!("{path}.not"), "a", "b"]);
    assert!(code == 1 && error.contains("my chip.ckp.not"), "{error}");
    let empty = directory.path().join("empty.ckp");
    create(&empty);
    assert_eq!(failure(&["diff", empty.to_str().unwrap(), "a", "b"]).0, 1);
    Flow { design: "other", ..Flow::new() }.save(&create(Path::new(&path)), "foreign");
    let (code, error) = failure(&["diff", &path, "place", "foreign"]);
    assert!(code == 1 && error.contains("only stages of one design are compared"), "{error}");
    for usage in [&["diff"][..], &["diff", &path, "place"], &["diff", &path, "a", "b", "--ulp=-1"]]
    {
        assert_eq!(failure(usage).0, 2, "{usage:?}");
    }
    // Damage in a column is told; slacks of endpoints do not need it.
    let file = Path::new(&path).join("stages/place.stage");
    let mut bytes = fs::read(&file).unwrap();
    bytes[40] ^= 1;
    fs::write(&file, bytes).unwrap();
    assert_eq!(failure(&["diff", &path, "place", "route"]).0, 1);
}

#[test]
fn a_reader_that_leaves_is_no_failure() {
    let directory = tempfile::tempdir().unwrap();
    let path = store(directory.path());
    let mut child = Command::new(env!("CARGO_BIN_EXE_ckp"))
        .args(["diff", &path, "place", "route", "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut error = String::new();
    child.stderr.take().unwrap().read_to_string(&mut error).unwrap();
    assert_eq!((child.wait().unwrap().code(), error.as_str()), (Some(0), ""));
}

#[test]
fn the_library_answers_programs() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(Path::new(&store(directory.path())));
    let fail_if = Some(Condition::parse("dviolating > 0").unwrap());
    let options = DiffOptions { fail_if, ..DiffOptions::default() };
    let diff = diff(&store, "place", "route", &options).unwrap();
    assert_eq!(diff.scenes, ["slow", "fast"]);
    assert_eq!(diff.endpoints.worsened.len(), 4);
    assert!(!diff.finding.unwrap().is_met, "one endpoint failed before, too");
    assert!(Condition::variables().any(|name| name == "dwns"));
    let bad = DiffOptions { tolerance: f64::NAN, ..DiffOptions::default() };
    assert!(ckp::query::diff::diff(&store, "place", "route", &bad).is_err());
}
