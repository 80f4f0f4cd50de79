// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! `ckp endpoints`: the worst ones of a stage.

use ckp::Result;
use ckp::query::{EndpointQuery, worst_endpoints};
use clap::Args;

use super::{PathDelay, StageArgs, TableFormat, open, style};

/// List the endpoints of a stage with the worst slacks
#[derive(Args)]
#[command(after_help = "\
An endpoint stands once, with the worst of its slacks over the scenes and path groups asked for.

Example:
  ckp endpoints chip.ckp route --count 3 --path-delay min --format json")]
pub(crate) struct Endpoints {
    #[command(flatten)]
    of: StageArgs,
    /// So many, the worst first
    #[arg(long, short = 'n', value_name = "N", default_value_t = 10)]
    count: usize,
    /// Setup (max) or hold (min)
    #[arg(long, value_enum, default_value = "max")]
    path_delay: PathDelay,
    /// Only of this scene (corner)
    #[arg(long)]
    scene: Option<String>,
    /// Only of this path group
    #[arg(long)]
    group: Option<String>,
    /// What the list looks like
    #[arg(long, value_enum, default_value = "text")]
    format: TableFormat,
}

impl Endpoints {
    pub(crate) fn run(&self) -> Result<String> {
        let stage = open(&self.of.store)?.stage(&self.of.stage)?;
        let query = EndpointQuery {
            count: self.count,
            path_delay: self.path_delay.into(),
            scene: self.scene.clone(),
            group: self.group.clone(),
        };
        let text = worst_endpoints(&stage, &query)?.report(self.format.into());
        Ok(if self.format == TableFormat::Text { style::table(&text) } else { text })
    }
}
