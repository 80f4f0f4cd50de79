// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Times of questions to a store, each asked of a new `ckp` process, beside those of the engine.
//! `scripts/bench_queries.sh` makes the store and runs it.
//!
//! `queries CKP STORE CACHE LAPS` prints a Markdown table. LAPS has what the engine took: lines of stage,
//! work, seconds.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use hops::Outcome;
use serde_json::Value;

/// Runs with copies in the cache; those without take seconds each.
const WARM: usize = 9;
const COLD: usize = 3;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Err(error) = run(&arguments) {
        eprintln!("queries: {error}");
        std::process::exit(1);
    }
}

fn run(arguments: &[String]) -> Outcome<()> {
    let [ckp, store, cache, laps] = arguments else {
        return Err("usage: queries CKP STORE CACHE LAPS".into());
    };
    let asker = Asker { ckp, cache };
    let engine = Engine { laps: fs::read_to_string(laps)? };
    let worst =
        asker.ask(&["endpoints", store, "7_groute", "--count", "100", "--format", "json"], true)?;
    let worst: Value = serde_json::from_slice(&worst)?;
    let pin = worst["endpoints"][0]["endpoint"].as_str().ok_or("There is no endpoint.")?;
    let answer = |stages: &[&str], work: &[&str]| -> f64 {
        let pairs = stages.iter().flat_map(|stage| work.iter().map(move |work| (stage, work)));
        pairs.map(|(stage, work)| engine.seconds(stage, work)).sum()
    };
    let all = ["read", "wires", "update", "endpoints"];
    let diff = |from, to| vec!["diff", store.as_str(), from, to, "--format", "json"];
    let questions = [
        (
            "WNS, TNS, 100 worst endpoints of 7_groute",
            vec!["endpoints", store, "7_groute", "--count", "100", "--format", "json"],
            answer(&["7_groute"], &all),
        ),
        (
            "history of the worst endpoint over 10 stages",
            vec!["history", store, pin, "--format", "json"],
            answer(&["5_cts", "6_repair_timing", "7_groute"], &all),
        ),
        (
            "full diff 6_repair_timing -> 7_groute: other wires",
            diff("6_repair_timing", "7_groute"),
            answer(&["6_repair_timing", "7_groute"], &all),
        ),
        (
            "full diff 5_cts -> 6_repair_timing: another netlist",
            diff("5_cts", "6_repair_timing"),
            answer(&["5_cts", "6_repair_timing"], &all),
        ),
        ("full diff edit_1 -> edit_2: ten buffers", diff("edit_1", "edit_2"), 0.0),
    ];
    println!(
        "| question | ckp, with copies in the cache, ms | ckp, decoding, ms | engine, in new processes, s |"
    );
    println!("| --- | --- | --- | --- |");
    for (title, question, seconds) in questions {
        let cold = asker.milliseconds(&question, false, COLD)?;
        asker.ask(&question, true)?;
        let warm = asker.milliseconds(&question, true, WARM)?;
        let engine = if seconds > 0.0 { format!("{seconds:.1}") } else { String::new() };
        println!("| {title} | {warm} | {cold} | {engine} |");
    }
    println!();
    println!(
        "| stage | read, link, constraints, s | wires, s | update, s | WNS, TNS, 100 endpoints, s | save, s |"
    );
    println!("| --- | --- | --- | --- | --- | --- |");
    for stage in ["5_cts", "6_repair_timing", "7_groute"] {
        let seconds = ["read", "wires", "update", "endpoints", "save"]
            .map(|work| format!("{:.2}", engine.seconds(stage, work)));
        println!("| {stage} | {} |", seconds.join(" | "));
    }
    Ok(())
}

/// Asks a new process.
struct Asker<'a> {
    ckp: &'a str,
    cache: &'a str,
}

impl Asker<'_> {
    fn ask(&self, question: &[&str], with_cache: bool) -> Outcome<Vec<u8>> {
        let mut command = Command::new(Path::new(self.ckp));
        command.args(question).stderr(Stdio::inherit()).env_remove("CKP_CACHE");
        if with_cache {
            command.env("CKP_CACHE", self.cache);
        }
        let output = command.output()?;
        if !output.status.success() {
            return Err(format!("ckp {} failed.", question.join(" ")).into());
        }
        Ok(output.stdout)
    }

    /// Median (least-most).
    fn milliseconds(&self, question: &[&str], with_cache: bool, rounds: usize) -> Outcome<String> {
        let mut times = Vec::new();
        for _ in 0..rounds {
            let start = Instant::now();
            self.ask(question, with_cache)?;
            times.push(start.elapsed().as_secs_f64() * 1e3);
        }
        times.sort_by(f64::total_cmp);
        let of = |index: usize| times.get(index).copied().unwrap_or(f64::NAN);
        Ok(format!("{:.1} ({:.1}-{:.1})", of(rounds / 2), of(0), of(rounds - 1)))
    }
}

/// What the engine took.
struct Engine {
    laps: String,
}

impl Engine {
    fn seconds(&self, stage: &str, work: &str) -> f64 {
        let of = |line: &str| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let seconds = words.get(2)?.parse::<f64>().ok()?;
            (words.first() == Some(&stage) && words.get(1) == Some(&work)).then_some(seconds)
        };
        self.laps.lines().filter_map(of).sum()
    }
}
