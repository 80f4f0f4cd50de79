// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! `ckp history`: pins over all stages.

use ckp::Result;
use ckp::query::{HistoryQuery, history};
use clap::Args;

use super::{PathDelay, StoreArgs, TableFormat, open, style};

/// Follow pins over all stages: slack, arrival, required time, slew
#[derive(Args)]
#[command(after_help = "\
Of the scenes and edges of a pin, those with the worst slack are told. Names have their hierarchy separated by
slashes; backslashes of escaped names may be left out. \" (driver)\" or \" (load)\" behind a name asks for one
vertex of a bidirectional pin.

Example:
  ckp history chip.ckp regs/q1/D 'inv[0]/Z'")]
pub(crate) struct History {
    #[command(flatten)]
    of: StoreArgs,
    /// Names of pins
    #[arg(required = true, value_name = "PIN")]
    pins: Vec<String>,
    /// Setup (max) or hold (min)
    #[arg(long, value_enum, default_value = "max")]
    path_delay: PathDelay,
    /// Only in this scene (corner)
    #[arg(long)]
    scene: Option<String>,
    /// What the answer looks like
    #[arg(long, value_enum, default_value = "text")]
    format: TableFormat,
}

impl History {
    pub(crate) fn run(&self) -> Result<String> {
        let query = HistoryQuery {
            pins: self.pins.clone(),
            path_delay: self.path_delay.into(),
            scene: self.scene.clone(),
        };
        let text = history(&open(&self.of.store)?, &query)?.report(self.format.into());
        Ok(if self.format == TableFormat::Text { style::table(&text) } else { text })
    }
}
