// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! `ckp log`: the stages of a store.

use ckp::query::html::{self, HtmlOptions};
use ckp::{Format, Result, report};
use clap::Args;

use super::report::PageFormat;
use super::{StoreArgs, open, style};

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
    format: PageFormat,
}

impl Log {
    pub(crate) fn run(&self) -> Result<String> {
        let store = open(&self.of.store)?;
        match self.format.text() {
            None => html::page(&store, &[], HtmlOptions::default()),
            Some(Format::Text) => Ok(style::table(&report::stages(&store, Format::Text)?)),
            Some(format) => report::stages(&store, format),
        }
    }
}
