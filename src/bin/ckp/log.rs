// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! `ckp log`: the stages of a store.

use ckp::{Result, report};
use clap::Args;

use super::{StoreArgs, TableFormat, open, style};

/// List the stages of a store as a tree: sizes, worst and total negative slack
#[derive(Args)]
#[command(after_help = "\
A stage stands below its base; * marks the base of what is saved next.

Example:
  ckp log chip.ckp --format json")]
pub(crate) struct Log {
    #[command(flatten)]
    of: StoreArgs,
    /// What the list looks like
    #[arg(long, value_enum, default_value = "text")]
    format: TableFormat,
}

impl Log {
    pub(crate) fn run(&self) -> Result<String> {
        let text = report::stages(&open(&self.of.store)?, self.format.into())?;
        Ok(if self.format == TableFormat::Text { style::table(&text) } else { text })
    }
}
