// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! `ckp export`: columns of a stage for other programs, in batches of rows.

mod arrow;
mod csv;
mod parquet;
mod rows;

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use ckp::{Error, ErrorKind, MinMax, Result, StreamKind};
use clap::{Args, ValueEnum};

use self::rows::{Batch, Field, Rows};
use super::progress::Progress;
use super::{PathDelay, StageArgs, open};

/// Rows that are held in memory.
const BATCH_ROWS: u64 = 65_536;

/// Write columns of a stage to a CSV, Arrow IPC or Parquet file
#[derive(Args)]
#[command(after_help = "\
Rows are pins (slew, arrival, required, slack and what the user annotated of them) or timing arcs (delay,
delay-mark, loop-mark), with the names of their pins. Times are 32-bit floats in seconds, bit for bit, and
infinite (1e30) where there is none.

Example:
  ckp export chip.ckp route --columns slack,slew --path-delay max --to route.csv")]
pub(crate) struct Export {
    #[command(flatten)]
    of: StageArgs,
    /// Which columns, separated by commas: all of pins, or all of arcs
    #[arg(long, value_enum, value_delimiter = ',', default_value = "slew,arrival,required,slack")]
    columns: Vec<Column>,
    /// Only of setup (max) or hold (min)
    #[arg(long, value_enum)]
    path_delay: Option<PathDelay>,
    /// Only of this scene (corner)
    #[arg(long)]
    scene: Option<String>,
    /// The file; its extension, csv, arrow or parquet, says how it is written
    #[arg(long, value_name = "FILE", value_parser = target)]
    to: Target,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Column {
    Slew,
    Arrival,
    Required,
    Slack,
    SlewMark,
    PulseWidth,
    Period,
    Delay,
    DelayMark,
    LoopMark,
}

impl Column {
    fn kind(self) -> StreamKind {
        match self {
            Self::Slew => StreamKind::Slew,
            Self::Arrival => StreamKind::Arrival,
            Self::Required => StreamKind::Required,
            Self::Slack => StreamKind::Slack,
            Self::SlewMark => StreamKind::SlewMark,
            Self::PulseWidth => StreamKind::PulseWidth,
            Self::Period => StreamKind::Period,
            Self::Delay => StreamKind::Delay,
            Self::DelayMark => StreamKind::DelayMark,
            Self::LoopMark => StreamKind::LoopMark,
        }
    }
}

/// A file, and how it is written.
#[derive(Clone)]
struct Target {
    path: PathBuf,
    kind: FileKind,
}

#[derive(Clone, Copy)]
enum FileKind {
    Csv,
    Arrow,
    Parquet,
}

fn target(text: &str) -> std::result::Result<Target, String> {
    let path = PathBuf::from(text);
    let kind = match path.extension().and_then(|extension| extension.to_str()) {
        Some("csv") => FileKind::Csv,
        Some("arrow") => FileKind::Arrow,
        Some("parquet") => FileKind::Parquet,
        _ => return Err("the extension is none of csv, arrow and parquet".to_owned()),
    };
    Ok(Target { path, kind })
}

/// Takes the batches of a table one after the other.
trait Sink {
    fn write(&mut self, batch: &Batch) -> Result<()>;

    /// Write what stands behind the last batch.
    fn finish(self: Box<Self>) -> Result<()>;
}

impl Export {
    pub(crate) fn run(&self) -> Result<String> {
        let stage = open(&self.of.store)?.stage(&self.of.stage)?;
        let kinds: Vec<StreamKind> = self.columns.iter().map(|column| column.kind()).collect();
        let path_delay = self.path_delay.map(MinMax::from);
        let rows = Rows::new(stage, &kinds, path_delay, self.scene.as_deref())?;
        let path = &self.to.path;
        let temporary = Temporary::create(path)?;
        let mut sink = sink(self.to.kind, temporary.file(path)?, rows.fields())
            .map_err(|error| error.at(path.display()))?;
        let progress = Progress::new(rows.count(), "rows");
        for first in (0..rows.count()).step_by(BATCH_ROWS as usize) {
            progress.set(first, "");
            let batch = rows.batch(first..rows.count().min(first + BATCH_ROWS))?;
            sink.write(&batch).map_err(|error| error.at(path.display()))?;
        }
        sink.finish().map_err(|error| error.at(path.display()))?;
        temporary.rename(path)?;
        drop(progress);
        let columns = rows.fields().len();
        Ok(format!("Wrote {} rows of {columns} columns to {}.\n", rows.count(), path.display()))
    }
}

fn sink(kind: FileKind, file: BufWriter<File>, fields: &[Field]) -> Result<Box<dyn Sink>> {
    Ok(match kind {
        FileKind::Csv => Box::new(csv::Csv::new(file, fields)?),
        FileKind::Arrow => Box::new(arrow::Arrow::new(file, fields)?),
        FileKind::Parquet => Box::new(parquet::Parquet::new(file, fields)?),
    })
}

/// A file beside its place, so that nobody reads half of it. It is removed unless it is renamed.
struct Temporary(Option<PathBuf>);

impl Temporary {
    fn create(path: &Path) -> Result<Self> {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}", std::process::id()));
        Ok(Self(Some(path.with_file_name(name))))
    }

    fn file(&self, path: &Path) -> Result<BufWriter<File>> {
        let temporary = self.0.as_deref().unwrap_or(path);
        Ok(BufWriter::new(File::create(temporary).map_err(|error| failed(path, &error))?))
    }

    fn rename(mut self, path: &Path) -> Result<()> {
        match self.0.take() {
            Some(temporary) => fs::rename(temporary, path).map_err(|error| failed(path, &error)),
            None => Ok(()),
        }
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Some(temporary) = &self.0 {
            // Nothing is lost if it stays.
            let _ = fs::remove_file(temporary);
        }
    }
}

fn failed(path: &Path, error: &std::io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("Cannot write {}: {error}.", path.display()))
}

/// What a library says of a file that it writes.
fn not_written(error: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::Io, format!("The file cannot be written: {error}."))
}
