// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! What general tools make of the same base and stage, and what the stages are.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::Path;

use ckp::{OpenMode, ReadMode, Store};
use hops::raw::RawStage;
use hops::{Outcome, timed, tools};

pub struct Stages<'a> {
    pub store: &'a str,
    pub base: &'a str,
    pub stage: &'a str,
}

/// How long a tool is tried.
#[derive(Clone, Copy)]
pub struct Effort {
    pub rounds: usize,
    /// Seconds of one run, and of all runs after the first.
    pub limit: u64,
}

pub fn run(stages: &Stages, work: &Path, effort: Effort, laps: &Path) -> Outcome<()> {
    let store = Store::open(Path::new(stages.store), OpenMode::Read, ReadMode::default())?;
    let mut lines = facts(&store, stages)?;
    let base = RawStage::read(&store, stages.base)?.dump();
    let base_path = work.join("base.raw");
    fs::write(&base_path, &base)?;
    let base_size = base.len();
    drop(base);
    let stage = RawStage::read(&store, stages.stage)?;
    raw_write(&mut lines, &stage.column_bytes(), &work.join("columns.raw"), effort.rounds)?;
    let path = work.join("stage.raw");
    let dump = stage.dump();
    drop(stage);
    fs::write(&path, &dump)?;
    let size = base_size + dump.len();
    drop(dump);

    let out = work.join("stage.out");
    let zstd = |level: &str| {
        let mut arguments = tools::zstd(size, Some(&base_path));
        arguments.extend([level.into(), path.clone().into(), "-o".into(), out.clone().into()]);
        arguments
    };
    let mut xdelta3: Vec<OsString> = ["-q", "-f", "-9", "-e"].map(OsString::from).to_vec();
    xdelta3.extend(tools::xdelta3(Some((&base_path, base_size))));
    xdelta3.extend([path.clone().into(), out.clone().into()]);
    let peers = [
        ("zstd_3_patch", "zstd", zstd("-3")),
        ("zstd_19_patch", "zstd", zstd("-19")),
        ("xdelta3", "xdelta3", xdelta3),
    ];
    for (figure, program, arguments) in peers {
        tool(&mut lines, figure, program, &arguments, &out, effort)?;
    }
    for file in [base_path, path, out] {
        // A tool that was stopped may have left nothing.
        if file.exists() {
            fs::remove_file(file)?;
        }
    }
    OpenOptions::new().append(true).open(laps)?.write_all(lines.as_bytes())?;
    Ok(())
}

/// What the stages are, and the sizes of all that were saved.
fn facts(store: &Store, stages: &Stages) -> Outcome<String> {
    let stage = store.stage(stages.stage)?;
    let metadata = stage.metadata();
    let mut lines = String::new();
    writeln!(lines, "text engine {} {}", metadata.engine, metadata.engine_version)?;
    writeln!(lines, "count vertices {}", metadata.vertices)?;
    writeln!(lines, "count arcs {}", metadata.arcs)?;
    writeln!(lines, "count raw_bytes {}", metadata.raw_bytes)?;
    for name in store.stage_names()? {
        let kind = name.trim_end_matches(|letter: char| letter.is_ascii_digit());
        let kind = if kind == "base" { "first" } else { kind };
        writeln!(lines, "bytes save_{kind} {}", store.stage(&name)?.stored_bytes())?;
    }
    Ok(lines)
}

/// The columns, ready in memory, to a new file that is on the disk.
fn raw_write(lines: &mut String, columns: &[u8], path: &Path, rounds: usize) -> Outcome<()> {
    for _ in 0..rounds {
        let write = || {
            let mut file = File::create(path)?;
            file.write_all(columns)?;
            Ok(file.sync_all()?)
        };
        writeln!(lines, "seconds raw_write {:.6}", timed(write)?.0)?;
        fs::remove_file(path)?;
    }
    writeln!(lines, "bytes raw_write {}", columns.len())?;
    Ok(())
}

/// Its times include its start and its reading and writing of files.
fn tool(
    lines: &mut String,
    figure: &str,
    program: &str,
    arguments: &[OsString],
    out: &Path,
    effort: Effort,
) -> Outcome<()> {
    let limit = effort.limit as f64;
    let arguments = [&[effort.limit.to_string().into(), program.into()], arguments].concat();
    let mut total = 0.0;
    for round in 0..effort.rounds {
        if round > 0 && total >= limit {
            break;
        }
        let (seconds, outcome) = timed(|| Ok(tools::spawn("timeout", &arguments)))?;
        if seconds >= limit {
            writeln!(lines, "missing {figure} stopped after {} s", effort.limit)?;
            return Ok(());
        }
        if let Err(error) = outcome {
            let reason = error.to_string();
            let reason = reason.lines().next().unwrap_or_default();
            writeln!(lines, "missing {figure} {reason}")?;
            return Ok(());
        }
        total += seconds;
        writeln!(lines, "seconds {figure} {seconds:.6}")?;
    }
    writeln!(lines, "bytes {figure} {}", fs::metadata(out)?.len())?;
    Ok(())
}
