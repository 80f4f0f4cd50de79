// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Questions on the command line: answers in every format, by their schemas, and bad input of every kind.

mod common;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use ckp::Transition;
use common::command::{ckp, failure, json, text};
use common::flow::{STAGES, flow, slack};
use common::{chain, create, save};
use serde_json::{Value, json};

fn schema(name: &str) -> jsonschema::Validator {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs/schemas/{name}.json"));
    let schema: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

fn assert_valid(name: &str, value: &Value) {
    let errors: Vec<String> =
        schema(name).iter_errors(value).map(|error| format!("{error}")).collect();
    assert!(errors.is_empty(), "{name}: {errors:#?}\n{value:#}");
}

/// What a compaction of two stages tells, of which one goes.
fn compacted(path: &Path) -> Value {
    let store = create(path);
    for (name, version) in [("a", 1), ("b", 2)] {
        save(&store, name, &chain(20), version);
    }
    fs::write(path.join("tmp/old.full"), "half").unwrap();
    json(&["compact", path.to_str().unwrap(), "--keep", "b", "--format", "json"])
}

#[test]
fn answers_are_what_the_schemas_say() {
    let directory = tempfile::tempdir().unwrap();
    let (path, store) = flow(directory.path());
    let path = path.to_str().unwrap();
    fs::write(store.path().join("stages/z.stage"), "x").unwrap();
    assert_valid("log", &json(&["log", path, "--format", "json"]));
    assert_valid("show", &json(&["show", path, "route", "--format", "json"]));
    assert_valid("show", &json(&["show", path, "eco", "--blocks", "--format", "json"]));
    assert_valid("compact", &compacted(&directory.path().join("two.ckp")));
    assert_valid("endpoints", &json(&["endpoints", path, "route", "--format", "json"]));
    let found = ckp(&["verify", path, "--format", "json"]);
    assert_eq!(found.status.code(), Some(3), "z is damaged");
    let found: Value = serde_json::from_slice(&found.stdout).unwrap();
    assert_valid("verify", &found);
    assert_eq!((&found["sound"], &found["findings"][0]["stage"]), (&json!(false), &json!("z")));
    let repaired = directory.path().join("repaired.ckp");
    let repaired = ["verify", path, "--repair", repaired.to_str().unwrap(), "--format", "json"];
    let repaired: Value = serde_json::from_slice(&ckp(&repaired).stdout).unwrap();
    assert_valid("repair", &repaired);
    assert_eq!(repaired["lost"], json!(["z"]));
    fs::remove_file(store.path().join("stages/z.stage")).unwrap();
    let sound = json(&["verify", path, "--full", "--format", "json"]);
    assert_valid("verify", &sound);
    assert_eq!((&sound["sound"], &sound["stages"]), (&json!(true), &json!(3)));
    let history = json(&["history", path, "core/buffer/Z", "core/u1/A", "--format", "json"]);
    assert_valid("history", &history);
    // The schemas do say something.
    let mut wrong = history;
    wrong["pins"][0]["stages"][1]["slack"] = json!("1 ps");
    assert!(!schema("history").is_valid(&wrong));
}

#[test]
fn log_lists_the_stages_in_every_format() {
    let directory = tempfile::tempdir().unwrap();
    let (path, _) = flow(directory.path());
    let path = path.to_str().unwrap();
    let tree = text(&["log", path]);
    let lines: Vec<&str> = tree.lines().collect();
    assert!(lines[1].starts_with("  place ") && lines[3].starts_with('*'), "{tree}");
    assert!(lines[3].contains(" eco ") && lines[3].contains("-6.0ps"), "{tree}");
    let csv = text(&["log", path, "--format", "csv"]);
    let rows: Vec<Vec<&str>> = csv.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!((rows.len(), rows[0][0], rows[3][0]), (4, "stage", "eco"));
    let wns = rows[0].iter().position(|title| *title == "wns").unwrap();
    assert_eq!(rows[3][wns].parse::<f32>().unwrap().to_bits(), (-6e-12f32).to_bits());
    let markdown = text(&["log", path, "--format", "markdown"]);
    assert!(markdown.starts_with("| stage | base |") && markdown.lines().count() == 5);
    let list = json(&["log", path, "--format", "json"]);
    let names: Vec<&str> =
        list.as_array().unwrap().iter().map(|s| s["stage"].as_str().unwrap()).collect();
    assert_eq!(names, STAGES);
    assert_eq!(text(&["log", path, "--format", "html"]), text(&["report", path]));
}

#[test]
fn endpoints_stand_once_with_their_worst_slack() {
    let directory = tempfile::tempdir().unwrap();
    let (path, _) = flow(directory.path());
    let path = path.to_str().unwrap();
    let ask = |more: &[&str]| {
        let mut arguments = vec!["endpoints", path, "route", "--format", "json"];
        arguments.extend(more);
        json(&arguments)
    };
    let all = ask(&[]);
    assert_eq!(all["endpoint_count"], 2);
    assert_eq!(all["wns"].as_f64().unwrap() as f32, -6e-12);
    let worst = &all["endpoints"][0];
    assert_eq!(worst["endpoint"], "core/buffer/Z");
    assert_eq!(worst["slack"].as_f64().unwrap() as f32, -6e-12f32);
    assert_eq!((&worst["group"], &worst["scene"]), (&json!("in to out"), &json!("slow")));
    assert_eq!(all["endpoints"][1]["slack"].as_f64().unwrap() as f32, 5e-12f32);
    let one = ask(&["--count", "1", "--scene", "fast", "--group", "clk", "--path-delay", "min"]);
    assert_eq!(one["endpoints"].as_array().unwrap().len(), 1);
    assert_eq!(one["endpoints"][0]["slack"].as_f64().unwrap() as f32, -1e-12f32);
    assert_eq!(
        (one["tns"].as_f64().unwrap() as f32, &one["violating_endpoints"]),
        (-1e-12, &json!(1))
    );
    let table = text(&["endpoints", path, "route"]);
    assert!(
        table.starts_with("stage route, max: wns -6.0ps, tns -6.0ps, 1 violating of 2 endpoints\n")
    );
    assert!(table.contains("core/buffer/Z  -6.0ps  in to out  slow\n"), "{table}");
    let csv = text(&["endpoints", path, "route", "-n", "1", "--format", "csv"]);
    assert_eq!(csv, "endpoint,slack,group,scene\ncore/buffer/Z,-6e-12,in to out,slow\n");
    let markdown = text(&["endpoints", path, "route", "--format", "markdown"]);
    assert!(markdown.contains("| core/buffer/Z | -6.0ps | in to out | slow |\n"), "{markdown}");
    for (name, value) in [("--scene", "slo"), ("--group", "clock")] {
        let (code, error) = failure(&["endpoints", path, "route", name, value]);
        assert!(code == 1 && error.contains("it has "), "{error}");
    }
}

#[test]
fn history_follows_a_pin_over_the_stages() {
    let directory = tempfile::tempdir().unwrap();
    let (path, _) = flow(directory.path());
    let path = path.to_str().unwrap();
    let pins = ["core/regs[3]/Z", "core/buffer/A", "core/u1/A"];
    let history = json(&["history", path, pins[0], pins[1], pins[2], "--format", "json"]);
    let stages = &history["pins"][0]["stages"];
    for (number, stage) in STAGES.into_iter().enumerate() {
        let point = &stages[number];
        assert_eq!((&point["stage"], &point["scene"]), (&json!(stage), &json!("slow")));
        assert_eq!(point["edge"], "fall");
        // The fourth row.
        let expected = slack(number, 3, 1, Transition::Fall);
        assert_eq!(point["slack"].as_f64().unwrap() as f32, expected);
        assert_eq!(point["required"].as_f64().unwrap() as f32, 1e-9 + expected);
        assert_eq!(point["arrival"].as_f64().unwrap() as f32, 1e-9 + 1e-12f32);
        assert_eq!(point["slew"].as_f64().unwrap() as f32, 2e-11f32);
    }
    let buffer = &history["pins"][1]["stages"];
    assert_eq!(buffer[0], json!({ "stage": "place" }), "it is not there yet");
    assert!(buffer[1]["slack"].is_number());
    let unconstrained = &history["pins"][2]["stages"][0];
    assert_eq!((&unconstrained["slack"], &unconstrained["required"]), (&Value::Null, &Value::Null));
    assert_eq!(unconstrained["scene"], "slow", "where it arrives last");
    let fast = json(&["history", path, pins[0], "--scene", "fast", "--format", "json"]);
    let slack_of_fast = fast["pins"][0]["stages"][2]["slack"].as_f64().unwrap() as f32;
    assert_eq!(slack_of_fast, slack(2, 3, 0, Transition::Fall));

    let shown = text(&["history", path, pins[0], pins[1]]);
    let bars = "  slack \u{2588}\u{2584}\u{2581}\n";
    assert!(shown.starts_with("core/regs[3]/Z (max)\n  stage "), "{shown}");
    assert!(shown.contains(bars) && shown.contains("  slack \u{b7}\u{2588}\u{2581}\n"), "{shown}");
    assert!(shown.contains("  place       -  "), "{shown}");
    let csv = text(&["history", path, pins[0], "--format", "csv"]);
    assert_eq!(csv.lines().count(), 4);
    let markdown = text(&["history", path, pins[0], "--format", "markdown"]);
    assert!(markdown.contains("| core/regs\\[3\\]/Z | place | "), "{markdown}");
}

#[test]
fn names_are_found_however_they_are_written() {
    let directory = tempfile::tempdir().unwrap();
    let (path, _) = flow(directory.path());
    let path = path.to_str().unwrap();
    for name in [
        "core/u1/Z",
        "{core/u1/Z}",
        "core/regs[3]/D",
        "core/regs\\[3\\]/A",
        "core/\\regs[3] /A",
        "core/a/b/Z",
        "core/a\\/b/Z",
        "x y/Z",
        "\\x y /Z",
    ] {
        let found = ckp(&["history", path, name]);
        let is_there = name != "core/regs[3]/D";
        assert_eq!(found.status.success(), is_there, "{name}");
    }
    let (code, error) = failure(&["history", path, "core/regs[3]/D"]);
    assert_eq!(code, 1);
    assert!(error.contains("Pin core/regs[3]/D is not in stage eco: near names are"), "{error}");
    assert!(error.contains("core/regs\\[3\\]/A"), "{error}");
}

#[test]
fn bad_input_is_refused_by_every_command() {
    let directory = tempfile::tempdir().unwrap();
    let (path, store) = flow(directory.path());
    let path = path.to_str().unwrap();
    let empty = directory.path().join("empty.ckp");
    save(&create(&empty), "a", &chain(3), 1);
    create(&empty).delete_stage("a", &mut |_, _, _| {}).unwrap();
    let empty = empty.to_str().unwrap();
    let missing = directory.path().join("none.ckp");
    let missing = missing.to_str().unwrap();
    let file = directory.path().join("x.csv");
    let file = file.to_str().unwrap();
    let of_store: [&[&str]; 4] = [&["log"], &["verify"], &["compact"], &["history", "u0/A"]];
    let of_stage: [&[&str]; 4] =
        [&["show"], &["endpoints"], &["export", "--to", file], &["delete"]];
    for command in of_store {
        let (code, error) = failure(&[&[command[0], missing], &command[1..]].concat());
        assert!(code == 1 && error.contains("There is no store at"), "{error}");
        let (code, error) =
            failure(&[&[command[0], directory.path().to_str().unwrap()], &command[1..]].concat());
        assert!(code == 1 && error.contains("not a store"), "{error}");
    }
    for command in of_stage {
        let ask = |store: &str, stage: &str| {
            failure(&[&[command[0], store, stage], &command[1..]].concat())
        };
        let (code, error) = ask(missing, "a");
        assert!(code == 1 && error.contains("There is no store at"), "{error}");
        let (code, error) = ask(empty, "a");
        assert!(code == 1 && error.contains("it has no stages"), "{error}");
        let (code, error) = ask(path, "rout");
        assert!(code == 1 && error.contains("its stages are eco, place, route"), "{error}");
        for name in ["a b", "a/b", "a[0]", "a\\b", "", "../place"] {
            let (code, error) = ask(path, name);
            assert!(code == 1 && error.contains("cannot be a stage name"), "{error}");
        }
    }
    assert!(!Path::new(file).exists());
    assert_eq!(store.stage_names().unwrap().len(), 3);
    // An empty store is listed and checked all the same.
    assert_eq!(text(&["log", empty]).lines().count(), 1);
    assert_eq!(text(&["verify", empty]), "0 stages are sound.\n");
    assert_eq!(json(&["log", empty, "--format", "json"]), json!([]));
    let (code, error) = failure(&["history", empty, "u0/A"]);
    assert!(code == 1 && error.contains("has no stages"), "{error}");
    for bad in [
        &["history", path][..],
        &["endpoints", path, "route", "--count", "-1"],
        &["endpoints", path, "route", "--count", "x"],
        &["endpoints", path, "route", "--path-delay", "both"],
        &["endpoints", path, "route", "--format", "html"],
        &["verify", path, "--format", "csv"],
        &["export", path, "route"],
        &["export", path, "route", "--to", "x.txt"],
        &["completions", "tcsh"],
    ] {
        assert_eq!(failure(bad).0, 2, "{bad:?}");
    }
}

#[test]
fn many_stages_are_not_all_listed() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    let table = chain(2);
    for number in 10..25 {
        save(&store, &format!("eco_{number}"), &table, number);
    }
    let path = store.path().to_str().unwrap();
    let (_, error) = failure(&["show", path, "eco_9"]);
    assert!(error.contains("of its 15 stages, those with near names are eco_1"), "{error}");
    let (_, error) = failure(&["show", path, "something"]);
    assert!(error.contains("none of its 15 stages has a name near to it"), "{error}");
}

#[test]
fn a_pin_of_another_design_is_told_as_absent() {
    let directory = tempfile::tempdir().unwrap();
    let (path, store) = flow(directory.path());
    save(&store, "other", &chain(2), 1);
    let history = json(&["history", path.to_str().unwrap(), "u0/A", "--format", "json"]);
    let stages = history["pins"][0]["stages"].as_array().unwrap();
    assert_eq!(stages.iter().filter(|stage| stage.get("edge").is_some()).count(), 1);
    assert_eq!(stages[3]["stage"], "other");
}

#[test]
fn a_closed_pipe_ends_every_report_quietly() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    // More than a pipe holds.
    let table = chain(20_000);
    save(&store, "a", &table, 1);
    let path = store.path().to_str().unwrap();
    let pins: Vec<String> = (0..2000).map(|number| format!("u{number}/A")).collect();
    let mut history = vec!["history", path, "--format", "json"];
    history.extend(pins.iter().map(String::as_str));
    for arguments in [&["show", path, "a", "--blocks", "--format", "json"][..], &history] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_ckp"))
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = String::new();
        let mut out = BufReader::with_capacity(16, child.stdout.take().unwrap());
        out.read_line(&mut first).unwrap();
        drop(out);
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
    }
}

#[test]
fn colors_come_only_where_they_are_wanted() {
    let directory = tempfile::tempdir().unwrap();
    let (path, _) = flow(directory.path());
    let run = |environment: &[(&str, &str)]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ckp"));
        command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
        command.envs(environment.iter().copied());
        let output = command.args(["log", path.to_str().unwrap()]).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let plain = run(&[]);
    assert!(!plain.contains('\x1b'));
    let colored = run(&[("CLICOLOR_FORCE", "1")]);
    assert!(colored.contains("\x1b[31m-6.0ps\x1b[0m"), "{colored:?}");
    assert_eq!(run(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]), plain);
}
