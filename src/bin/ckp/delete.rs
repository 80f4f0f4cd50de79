// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! `ckp delete`: one stage.

use ckp::Result;
use clap::Args;

use super::progress::Progress;
use super::{StageArgs, open};

/// Delete a stage; stages that are deltas on it are put on its base first
#[derive(Args)]
#[command(after_help = "\
What the other stages hold stays the same bit for bit. If the stage is the base of what is saved next, its own
base takes that place.

Example:
  ckp delete chip.ckp place")]
pub(crate) struct Delete {
    #[command(flatten)]
    of: StageArgs,
}

impl Delete {
    pub(crate) fn run(&self) -> Result<String> {
        let store = open(&self.of.store)?;
        let progress = Progress::new(0, "stages");
        let deletion = store.delete_stage(&self.of.stage, &mut progress.teller())?;
        Ok(deletion.text())
    }
}
