// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! `ckp verify`: every byte of a store.

use ckp::{Depth, Result, report};
use clap::Args;

use super::progress::Progress;
use super::{Answer, Format, StoreArgs, open};

/// Check every stored byte of all stages, and their bases
#[derive(Args)]
#[command(after_help = "\
Defects are listed on the standard output, and the exit code is 3.

Example:
  ckp verify --full chip.ckp")]
pub(crate) struct Verify {
    #[command(flatten)]
    of: StoreArgs,
    /// Decode every value and every attached file, too
    #[arg(long)]
    full: bool,
    /// For people or for programs
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

impl Verify {
    pub(crate) fn run(&self) -> Result<Answer> {
        let store = open(&self.of.store)?;
        let depth = if self.full { Depth::Full } else { Depth::Quick };
        let progress = Progress::new(store.stage_names()?.len() as u64, "stages");
        let verification =
            store.verify_telling(depth, &mut |done, stage| progress.set(done as u64, stage))?;
        drop(progress);
        let text = match self.format {
            Format::Text => report::verification_text(&verification),
            Format::Json => report::verification_json(&verification),
        };
        let is_sound = verification.findings.is_empty();
        Ok(if is_sound { Answer::from(text) } else { Answer::found(text) })
    }
}
