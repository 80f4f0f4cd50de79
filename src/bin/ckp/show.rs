// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! `ckp show`: one stage.

use ckp::{Result, report};
use clap::Args;

use super::{Format, StageArgs, blocks, open};

/// Show one stage: what it is, its sizes, its slacks
#[derive(Args)]
#[command(after_help = "\
Example:
  ckp show chip.ckp route --blocks")]
pub(crate) struct Show {
    #[command(flatten)]
    of: StageArgs,
    /// And how every array is coded: predictors, codecs, hit rates
    #[arg(long)]
    blocks: bool,
    /// For people or for programs
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

impl Show {
    pub(crate) fn run(&self) -> Result<String> {
        let store = open(&self.of.store)?;
        let name = &self.of.stage;
        let streams = if self.blocks { Some(store.stage(name)?.explain()?) } else { None };
        match self.format {
            Format::Text => {
                let mut text = report::stage_text(&store, name)?;
                if let Some(streams) = streams {
                    text.push('\n');
                    text.push_str(&blocks::text(&streams));
                }
                Ok(text)
            }
            Format::Json => {
                let mut value = report::stage_json(&store, name)?;
                if let Some(streams) = streams {
                    value["arrays"] = blocks::json(&streams);
                }
                Ok(format!("{value:#}\n"))
            }
        }
    }
}
