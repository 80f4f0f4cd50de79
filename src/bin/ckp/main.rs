// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The command line over stores of timing checkpoints. It needs no engine, liberty or netlist.
//!
//! One file for each command: its arguments, and a `run` that returns what goes to the standard output.

#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod answer;
mod blocks;
mod diff;
mod path;
mod report;
mod show;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use ckp::{OpenMode, ReadMode, Result, Store};
use clap::{Args, Parser, Subcommand, ValueEnum};

use answer::{Answer, EXIT_CODES, FAILED, answer_usage, fail, print};

#[derive(Parser)]
#[command(
    name = "ckp",
    version,
    about = "Timing checkpoints: look at stores without an engine",
    after_help = EXIT_CODES
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Path(path::Path),
    Report(report::Report),
    Show(show::Show),
    Diff(diff::Diff),
}

/// A stage of a store, as arguments.
#[derive(Args)]
struct StageArgs {
    /// Directory of the store, such as chip.ckp
    store: PathBuf,
    /// Name of the stage
    stage: String,
}

/// What a report looks like.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return answer_usage(&error),
    };
    let outcome = match cli.command {
        Command::Path(path) => path.run().map(Answer::from),
        Command::Report(report) => report.run().map(Answer::from),
        Command::Show(show) => show.run().map(Answer::from),
        Command::Diff(diff) => diff.run(),
    };
    match outcome {
        Ok(answer) => print(&answer),
        Err(error) => fail(&error.to_string(), FAILED),
    }
}

/// Open an existing store for reading.
fn open(store: &Path) -> Result<Store> {
    Store::open(store, OpenMode::Read, ReadMode::Mapped)
}
