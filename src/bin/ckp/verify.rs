// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! `ckp verify`: every byte of a store.

use std::path::{Path, PathBuf};

use ckp::{Depth, Result, Store, report};
use clap::Args;

use super::progress::Progress;
use super::{Answer, Format, StoreArgs, open};

/// Check every stored byte of all stages, and their bases
#[derive(Args)]
#[command(after_help = "\
Defects are listed on the standard output, and the exit code is 3.

A repair looks at everything, as --full does. Sound stages are copied byte for byte; one that is sound, but was
made on a base that is lost, is written again as a full stage where the damage is nothing that it needs.

Example:
  ckp verify --full chip.ckp
  ckp verify --repair sound.ckp chip.ckp")]
pub(crate) struct Verify {
    #[command(flatten)]
    of: StoreArgs,
    /// Decode every value and every attached file, too
    #[arg(long)]
    full: bool,
    /// Copy what is sound to a new store in this directory, and tell what is not; the store stays as it is
    #[arg(long, value_name = "NEW")]
    repair: Option<PathBuf>,
    /// For people or for programs
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

impl Verify {
    pub(crate) fn run(&self) -> Result<Answer> {
        let store = open(&self.of.store)?;
        if let Some(new) = &self.repair {
            return self.repair(&store, new);
        }
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

    fn repair(&self, store: &Store, new: &Path) -> Result<Answer> {
        let progress = Progress::new(0, "stages");
        let repair = store.repair(new, &mut progress.teller())?;
        drop(progress);
        let text = match self.format {
            Format::Text => report::repair_text(&repair),
            Format::Json => report::repair_json(&repair),
        };
        Ok(if repair.is_whole() { Answer::from(text) } else { Answer::found(text) })
    }
}
