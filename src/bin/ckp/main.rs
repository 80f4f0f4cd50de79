// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The command line over stores of timing checkpoints. It needs no engine, liberty or netlist.
//!
//! One file for each command: its arguments, and a `run` that returns what goes to the standard output.

#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod answer;
mod blocks;
mod compact;
mod completions;
mod delete;
mod diff;
mod endpoints;
mod export;
mod history;
mod log;
mod man;
mod path;
mod progress;
mod report;
mod show;
mod style;
mod verify;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use ckp::{MinMax, OpenMode, ReadMode, Result, Store};
use clap::{Args, Parser, Subcommand, ValueEnum};

use answer::{Answer, EXIT_CODES, answer_usage, fail, print};

#[derive(Parser)]
#[command(
    name = "ckp",
    version,
    about = "Timing checkpoints: ask stores without an engine",
    after_help = EXIT_CODES
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Log(log::Log),
    Path(path::Path),
    Show(show::Show),
    Endpoints(endpoints::Endpoints),
    History(history::History),
    Diff(diff::Diff),
    Report(report::Report),
    Verify(verify::Verify),
    Export(export::Export),
    Delete(delete::Delete),
    Compact(compact::Compact),
    Completions(completions::Completions),
    Man(man::Man),
}

impl Command {
    fn run(self) -> Result<Answer> {
        match self {
            Self::Log(log) => log.run().map(Answer::from),
            Self::Path(path) => path.run().map(Answer::from),
            Self::Report(report) => report.run().map(Answer::from),
            Self::Show(show) => show.run().map(Answer::from),
            Self::Endpoints(endpoints) => endpoints.run().map(Answer::from),
            Self::History(history) => history.run().map(Answer::from),
            Self::Diff(diff) => diff.run(),
            Self::Verify(verify) => verify.run(),
            Self::Export(export) => export.run().map(Answer::from),
            Self::Delete(delete) => delete.run().map(Answer::from),
            Self::Compact(compact) => compact.run().map(Answer::from),
            Self::Completions(completions) => Ok(Answer::from(completions.run())),
            Self::Man(man) => man.run().map(Answer::from),
        }
    }
}

/// A store, as an argument.
#[derive(Args)]
struct StoreArgs {
    /// Directory of the store, such as chip.ckp
    store: PathBuf,
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

/// What a report of rows looks like.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum TableFormat {
    /// For people
    Text,
    /// For programs: SI units, every bit
    Json,
    /// For spreadsheets: SI units, every bit
    Csv,
    /// For documents
    Markdown,
}

impl From<TableFormat> for ckp::Format {
    fn from(format: TableFormat) -> Self {
        match format {
            TableFormat::Text => Self::Text,
            TableFormat::Json => Self::Json,
            TableFormat::Csv => Self::Csv,
            TableFormat::Markdown => Self::Markdown,
        }
    }
}

/// Setup or hold.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PathDelay {
    /// Hold
    Min,
    /// Setup
    Max,
}

impl From<PathDelay> for MinMax {
    fn from(path_delay: PathDelay) -> Self {
        match path_delay {
            PathDelay::Min => Self::Min,
            PathDelay::Max => Self::Max,
        }
    }
}

fn main() -> ExitCode {
    match Cli::try_parse() {
        Ok(cli) => match cli.command.run() {
            Ok(answer) => print(&answer),
            Err(error) => fail(&error.to_string(), answer::FAILED),
        },
        Err(error) => answer_usage(&error),
    }
}

/// Open an existing store for reading.
fn open(store: &Path) -> Result<Store> {
    Store::open(store, OpenMode::Read, ReadMode::default())
}
