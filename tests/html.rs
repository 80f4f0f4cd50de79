// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The page of stages: what it holds is what the store holds. What a browser makes of it is in browser.rs.

mod common;

use std::collections::{BTreeMap, HashMap};
use std::process::Command;

use ckp::query::html::{self, HtmlOptions};
use ckp::{ErrorKind, MinMax, Store, report};
use common::page::{HOSTILE_NAMES, data, save_stage};
use common::{create, save};
use serde_json::Value;

fn page(store: &Store, stages: &[&str], options: HtmlOptions) -> String {
    let stages: Vec<String> = stages.iter().map(|stage| (*stage).to_owned()).collect();
    html::page(store, &stages, options).unwrap()
}

fn check<'a>(data: &'a Value, scene: &str, path_delay: &str) -> &'a Value {
    let checks = data["checks"].as_array().unwrap();
    let found = checks.iter().find(|c| c["scene"] == scene && c["path_delay"] == path_delay);
    found.unwrap_or_else(|| panic!("no {path_delay} of {scene}"))
}

/// The worst slack of every endpoint of a stage, from the rows of the endpoint table alone.
fn slacks(store: &Store, stage: &str, scene: &str, min_max: MinMax) -> BTreeMap<String, f32> {
    let stage = store.stage(stage).unwrap();
    let objects = stage.objects().unwrap();
    let scenes = &stage.metadata().scenes;
    let mut slacks = BTreeMap::new();
    for end in stage.endpoints(0..u64::from(stage.metadata().endpoints)).unwrap() {
        if scenes[usize::from(end.scene)] == scene && end.min_max == min_max {
            let worst = slacks.entry(objects.display_name(end.vertex)).or_insert(end.slack);
            *worst = if end.slack < *worst { end.slack } else { *worst };
        }
    }
    slacks
}

const CHECKS: [(&str, &str, MinMax); 4] = [
    ("slow", "max", MinMax::Max),
    ("slow", "min", MinMax::Min),
    ("fast", "max", MinMax::Max),
    ("fast", "min", MinMax::Min),
];

#[test]
fn the_page_is_one_file_that_loads_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    save_stage(&store, "a", 1);
    let page = page(&store, &[], HtmlOptions::default());
    assert!(page.is_ascii() && page.starts_with("<!DOCTYPE html>"));
    assert!(page.contains("default-src 'none'"), "the page forbids itself to load anything");
    let (before, rest) = page.split_once("id=\"data\">").unwrap();
    let code = format!("{before}{}", rest.split_once("</script>").unwrap().1);
    for load in ["src=", "@import", "url(", "https:", "fetch(", "XMLHttpRequest", "import("] {
        assert!(!code.contains(load), "{load}");
    }
    // The namespace of SVG is a name, not an address.
    assert_eq!(code.matches("http:").count(), 1);
    for (open, close) in [("<script", "</script>"), ("<style", "</style>"), ("<table", "</table>")]
    {
        assert_eq!(page.matches(open).count(), page.matches(close).count(), "{open}");
    }
    assert!(!code.contains("{{"), "a piece of the template was left");
    assert_eq!(page, self::page(&store, &[], HtmlOptions::default()), "pages do not vary");
}

#[test]
fn stages_and_sums_are_those_of_the_store() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    for (version, stage) in ["b", "a", "c"].into_iter().enumerate() {
        save_stage(&store, stage, version as u32);
    }
    let data = data(&page(&store, &[], HtmlOptions::default()));
    let stages = data["stages"].as_array().unwrap();
    assert_eq!(stages.len(), 3);
    for (stage, name) in stages.iter().zip(["b", "a", "c"]) {
        assert_eq!(stage, &report::stage_json(&store, name).unwrap(), "by time, with every field");
    }
    assert_eq!(stages[1]["note"], HOSTILE_NAMES[0]);
    assert_eq!(data["store"], "s.ckp");
    let data = self::data(&page(&store, &["c", "b"], HtmlOptions::default()));
    assert_eq!(
        (&data["stages"][0]["stage"], &data["stages"][1]["stage"]),
        (&"c".into(), &"b".into())
    );
}

#[test]
fn every_endpoint_has_its_slack_to_the_bit() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    let stages = ["a", "b", "c"];
    for (version, stage) in stages.into_iter().enumerate() {
        save_stage(&store, stage, version as u32);
    }
    let data = data(&page(&store, &[], HtmlOptions::default()));
    for (scene, path_delay, min_max) in CHECKS {
        let ends = &check(&data, scene, path_delay)["endpoints"];
        let names: Vec<&str> =
            ends["names"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        assert_eq!(ends["total"], names.len());
        for (position, stage) in stages.into_iter().enumerate() {
            let shown = ends["slacks"][position].as_array().unwrap();
            assert_eq!(shown.len(), names.len());
            let stored = slacks(&store, stage, scene, min_max);
            let found: HashMap<&str, &Value> = names.iter().copied().zip(shown).collect();
            assert_eq!(found.values().filter(|value| !value.is_null()).count(), stored.len());
            for (name, slack) in stored {
                match found[name.as_str()] {
                    Value::Number(number) => {
                        let read = number.as_f64().unwrap() as f32;
                        assert_eq!(read.to_bits(), slack.to_bits(), "{name} of {stage}");
                    }
                    other => assert!(other == "unconstrained" && slack.abs() >= 1e30, "{other}"),
                }
            }
        }
        for name in HOSTILE_NAMES {
            assert!(names.iter().any(|n| n.starts_with(name)), "{name}");
        }
    }
}

#[test]
fn bins_count_every_endpoint_once() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    let stages = ["a", "b"];
    for (version, stage) in stages.into_iter().enumerate() {
        save_stage(&store, stage, version as u32);
    }
    // The table is cut, the histogram is not.
    let data = data(&page(&store, &[], HtmlOptions { endpoints: 7, paths: 0 }));
    for (scene, path_delay, min_max) in CHECKS {
        let check = check(&data, scene, path_delay);
        let width = check["bins"]["width"].as_f64().unwrap();
        let first = check["bins"]["first"].as_i64().unwrap();
        let edge = |position: usize| (first + position as i64) as f64 * width;
        for (position, stage) in stages.into_iter().enumerate() {
            let slacks = slacks(&store, stage, scene, min_max);
            let times: Vec<f64> =
                slacks.values().filter(|s| s.abs() < 1e30).map(|s| f64::from(*s)).collect();
            let counts = &check["histograms"][position];
            let bins = counts["bins"].as_array().unwrap();
            assert_eq!(bins.len(), check["bins"]["count"]);
            for (bin, count) in bins.iter().enumerate() {
                let inside = times.iter().filter(|s| edge(bin) <= **s && **s < edge(bin + 1));
                assert_eq!(*count, inside.count(), "{scene} {path_delay} {stage} {}", edge(bin));
            }
            assert_eq!(counts["below"], times.iter().filter(|s| **s < edge(0)).count());
            assert_eq!(counts["above"], times.iter().filter(|s| **s >= edge(bins.len())).count());
            assert_eq!(counts["none"], slacks.len() - times.len());
            // Zero is an edge: what is left of it are the violations of the summary.
            let left = usize::try_from(-first).unwrap();
            let violating: u64 = bins[..left].iter().map(|count| count.as_u64().unwrap()).sum();
            let violating = violating + counts["below"].as_u64().unwrap();
            assert_eq!(violating, times.iter().filter(|s| **s < 0.0).count() as u64);
        }
    }
}

#[test]
fn a_cut_table_has_the_worst_over_the_stages_and_says_how_many_there_are() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    for (version, stage) in ["a", "b"].into_iter().enumerate() {
        save_stage(&store, stage, version as u32);
    }
    let mut worst: BTreeMap<String, f32> = slacks(&store, "a", "slow", MinMax::Max);
    for (name, slack) in slacks(&store, "b", "slow", MinMax::Max) {
        let least = worst.entry(name).or_insert(slack);
        *least = least.min(slack);
    }
    let mut expected: Vec<(&String, &f32)> = worst.iter().collect();
    expected.sort_by(|a, b| a.1.total_cmp(b.1));
    let data = data(&page(&store, &[], HtmlOptions { endpoints: 10, paths: 0 }));
    let ends = &check(&data, "slow", "max")["endpoints"];
    assert_eq!(ends["total"], worst.len());
    let names = expected[..10].iter().map(|(name, _)| Value::from(name.as_str()));
    assert_eq!(ends["names"], Value::Array(names.collect()));
    assert_eq!(ends["slacks"][1].as_array().unwrap().len(), 10);
    assert_eq!(ends["groups"][0], "clk");
}

#[test]
fn stages_that_cannot_be_read_are_told_of() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    let refused = |stages: &[&str]| {
        let stages: Vec<String> = stages.iter().map(|stage| (*stage).to_owned()).collect();
        html::page(&store, &stages, HtmlOptions::default()).unwrap_err()
    };
    let error = refused(&[]);
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().contains("no stages"), "{error}");
    save(&store, "a", &common::chain(5), 1);
    assert_eq!(refused(&["a", "b"]).kind(), ErrorKind::NotFound);
    std::fs::write(store.path().join("stages/z.stage"), "x").unwrap();
    let data = data(&page(&store, &[], HtmlOptions::default()));
    assert_eq!(data["stages"].as_array().unwrap().len(), 1);
    assert_eq!(data["damaged"][0]["stage"], "z");
    assert!(data["damaged"][0]["error"].as_str().unwrap().contains("z.stage"));
    assert_eq!(refused(&["z"]).kind(), ErrorKind::Truncated);
}

#[test]
fn the_command_line_writes_the_page() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("chip.ckp"));
    for (version, stage) in ["place", "cts", "route"].into_iter().enumerate() {
        save_stage(&store, stage, version as u32);
    }
    let run = |line: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ckp"));
        command.args(line).current_dir(directory.path()).output().unwrap()
    };
    let help = run(&["report", "--help"]).stdout;
    let help = String::from_utf8(help).unwrap();
    let examples = help.split("Example:\n").nth(1).unwrap().lines().take_while(|l| !l.is_empty());
    let stages: [&[&str]; 2] = [&[], &["cts", "route"]];
    for (example, stages) in examples.zip(stages) {
        let words: Vec<&str> = example.split_whitespace().collect();
        let output = run(&words[1..]);
        assert!(output.status.success() && output.stdout.is_empty(), "{example}");
        let file = directory.path().join(words.last().unwrap());
        let written = std::fs::read_to_string(file).unwrap();
        assert_eq!(written, page(&store, stages, HtmlOptions::default()));
    }
    let output = run(&["report", "chip.ckp", "route", "--endpoints", "3", "--paths", "1"]);
    let options = HtmlOptions { endpoints: 3, paths: 1 };
    assert_eq!(String::from_utf8(output.stdout).unwrap(), page(&store, &["route"], options));
    for (line, reason) in [
        (["report", "chip.ckp", "rout"], "rout"),
        (["report", "chip.ckp", "-o./no/such.html"], "./no/such.html"),
        (["report", "none.ckp", "route"], "none.ckp"),
    ] {
        let output = run(&line);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{error}");
        assert!(error.starts_with("ckp: ") && error.contains(reason), "{error}");
    }
}
