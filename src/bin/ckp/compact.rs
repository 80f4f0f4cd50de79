// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! `ckp compact`: a smaller store, with the same stages or with those to keep.

use ckp::{CompactMode, Error, ErrorKind, Keep, Result};
use clap::Args;

use super::progress::Progress;
use super::{Format, StoreArgs, open};

/// Make a store smaller: remove leftovers of crashes, shorten chains of deltas, delete what no rule keeps
#[derive(Args)]
#[command(after_help = "\
What the stages hold stays the same bit for bit. A stage is put on the base of its base where it takes fewer
bytes there, and on a full stage where its chain is longer than a save would make it.

With one of the --keep rules, stages are deleted that no rule names, but never the base of what is saved next.
Stages that are deltas on them are put on other bases before. A rule that names no stage is an error, and nothing
is deleted then.

Example:
  ckp compact chip.ckp --dry-run
  ckp compact chip.ckp --keep-last 2 --keep 'pl*' --dry-run")]
pub(crate) struct Compact {
    #[command(flatten)]
    of: StoreArgs,
    /// Change nothing, and tell what would be done
    #[arg(long)]
    dry_run: bool,
    /// Keep the N stages that were saved last
    #[arg(long, value_name = "N")]
    keep_last: Option<usize>,
    /// Keep stages with names like this; * stands for any letters, ? for one. May be given several times
    #[arg(long, value_name = "NAME-PATTERN")]
    keep: Vec<String>,
    /// Keep stages saved with -meta {KEY VALUE}. May be given several times
    #[arg(long, value_name = "KEY=VALUE")]
    keep_meta: Vec<String>,
    /// For people or for programs
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

impl Compact {
    pub(crate) fn run(&self) -> Result<String> {
        let store = open(&self.of.store)?;
        let mode = if self.dry_run { CompactMode::DryRun } else { CompactMode::Apply };
        let progress = Progress::new(0, "stages");
        let compaction = store.compact_keeping(&self.keep()?, mode, &mut progress.teller())?;
        Ok(match self.format {
            Format::Text => compaction.text(),
            Format::Json => compaction.json(),
        })
    }

    fn keep(&self) -> Result<Keep> {
        let mut keep = Keep::new();
        if let Some(count) = self.keep_last {
            keep.last(count)?;
        }
        for pattern in &self.keep {
            keep.names(pattern)?;
        }
        for pair in &self.keep_meta {
            let (key, value) = pair.split_once('=').ok_or_else(|| {
                let text = format!("\"{}\" is no KEY=VALUE.", pair.escape_debug());
                Error::new(ErrorKind::InvalidArgument, text)
            })?;
            keep.meta(key, value)?;
        }
        Ok(keep)
    }
}
