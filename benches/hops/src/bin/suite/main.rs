// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The second half of `scripts/bench.sh`: peers on the stages that it saved, and the report of all that was
//! measured.
//!
//! `suite peers STORE BASE STAGE WORK ROUNDS LIMIT LAPS` runs the peers, none for longer than LIMIT seconds, and
//! adds lines to LAPS.
//!
//! `suite report JSON LAPS...` prints Markdown and writes JSON; one file of laps for
//! each size of the design.

mod figures;
mod growth;
mod peers;
mod table;

use std::fs;

use figures::Run;
use hops::Outcome;

fn run(arguments: &[String]) -> Outcome<()> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["peers", store, base, stage, work, rounds, limit, laps] => {
            let stages = peers::Stages { store, base, stage };
            let effort = peers::Effort { rounds: rounds.parse()?, limit: limit.parse()? };
            peers::run(&stages, work.as_ref(), effort, laps.as_ref())
        }
        ["report", json, laps @ ..] if !laps.is_empty() => {
            let runs = laps
                .iter()
                .map(|laps| Run::parse(&fs::read_to_string(laps)?))
                .collect::<Outcome<Vec<_>>>()?;
            print!("{}", table::markdown(&runs));
            Ok(fs::write(json, format!("{:#}\n", table::json(&runs)))?)
        }
        _ => Err("usage: suite peers STORE BASE STAGE WORK ROUNDS LIMIT LAPS, \
                  or: suite report JSON LAPS..."
            .into()),
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Err(error) = run(&arguments) {
        eprintln!("suite: {error}");
        std::process::exit(1);
    }
}
