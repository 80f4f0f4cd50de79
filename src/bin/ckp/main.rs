// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The command line over stores of timing checkpoints. It needs no engine, liberty or netlist.
//!
//! One file for each command: its arguments, and a `run` that returns what goes to the standard output.

#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod blocks;
mod path;
mod report;
mod show;

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use ckp::{OpenMode, ReadMode, Result, Store};
use clap::{Args, Parser, Subcommand, ValueEnum};

/// The command could not do what it was asked.
const FAILED: u8 = 1;
/// The command line makes no sense.
const USAGE: u8 = 2;

const EXIT_CODES: &str =
    "Exit codes: 0 done, 1 failed (the reason is on the standard error), 2 bad usage.";

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
        Command::Path(path) => path.run(),
        Command::Report(report) => report.run(),
        Command::Show(show) => show.run(),
    };
    match outcome {
        Ok(text) => print(&text),
        Err(error) => fail(&error.to_string(), FAILED),
    }
}

/// Help and version go to the standard output, all else is a mistake.
fn answer_usage(error: &clap::Error) -> ExitCode {
    let text = error.to_string();
    if error.use_stderr() {
        fail(text.strip_prefix("error: ").unwrap_or(&text), USAGE)
    } else {
        print(&text)
    }
}

fn print(text: &str) -> ExitCode {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        // Who reads has seen enough: `ckp show ... | head`.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => fail(&format!("The output cannot be written: {error}."), FAILED),
    }
}

fn fail(message: &str, code: u8) -> ExitCode {
    // Nothing is left to be done should the standard error be closed.
    let _ = writeln!(std::io::stderr(), "ckp: {}", message.trim_end());
    ExitCode::from(code)
}

/// Open an existing store for reading.
fn open(store: &Path) -> Result<Store> {
    Store::open(store, OpenMode::Read, ReadMode::Mapped)
}
