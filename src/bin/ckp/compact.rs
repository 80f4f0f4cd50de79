// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! `ckp compact`: a smaller store with the same stages.

use ckp::{CompactMode, Result};
use clap::Args;

use super::progress::Progress;
use super::{Format, StoreArgs, open};

/// Make a store smaller: remove leftovers of crashes, shorten chains of deltas
#[derive(Args)]
#[command(after_help = "\
What the stages hold stays the same bit for bit. A stage is put on the base of its base where it takes fewer
bytes there, and on a full stage where its chain is longer than a save would make it.

Example:
  ckp compact chip.ckp --dry-run")]
pub(crate) struct Compact {
    #[command(flatten)]
    of: StoreArgs,
    /// Change nothing, and tell what would be done
    #[arg(long)]
    dry_run: bool,
    /// For people or for programs
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

impl Compact {
    pub(crate) fn run(&self) -> Result<String> {
        let store = open(&self.of.store)?;
        let mode = if self.dry_run { CompactMode::DryRun } else { CompactMode::Apply };
        let progress = Progress::new(0, "stages");
        let compaction = store.compact(mode, &mut progress.teller())?;
        Ok(match self.format {
            Format::Text => compaction.text(),
            Format::Json => compaction.json(),
        })
    }
}
