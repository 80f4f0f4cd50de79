// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! `ckp path`: worst paths.

use ckp::Result;
use ckp::query::path::{MAX_DIGITS, PathQuery, paths_json, paths_text, worst_paths};
use clap::Args;

use super::{Format, PathDelay, StageArgs, open};

const EXAMPLE: &str = "Example:
  ckp path chip.ckp route --to regs/q1/D --path-delay min --format json";

/// Report the worst paths of a stage, as report_checks does, without an engine
#[derive(Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Path {
    #[command(flatten)]
    of: StageArgs,
    /// Paths from one of these: clock pin or output of a register, or an input
    #[arg(long, value_name = "PIN")]
    from: Vec<String>,
    /// Paths through this pin, and then through the next
    #[arg(long, value_name = "PIN")]
    through: Vec<String>,
    /// Paths to one of these endpoints
    #[arg(long, value_name = "PIN")]
    to: Vec<String>,
    /// Setup (max) or hold (min)
    #[arg(long, value_enum, default_value = "max")]
    path_delay: PathDelay,
    /// Paths of this scene (corner)
    #[arg(long)]
    scene: Option<String>,
    /// Paths of this path group
    #[arg(long)]
    group: Option<String>,
    /// Paths, at most: one of each endpoint and path group, the worst first
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    count: u32,
    /// Digits behind the point, of nanoseconds
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(0..=MAX_DIGITS as u64))]
    digits: u64,
    /// For people or for programs
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

impl Path {
    pub fn run(self) -> Result<String> {
        let stage = open(&self.of.store)?.stage(&self.of.stage)?;
        let query = PathQuery {
            from: self.from,
            through: self.through,
            to: self.to,
            min_max: self.path_delay.into(),
            scene: self.scene,
            group: self.group,
            count: self.count as usize,
        };
        let paths = worst_paths(&stage, &query)?;
        Ok(match self.format {
            Format::Text => paths_text(&paths, self.digits as usize),
            Format::Json => format!("{:#}\n", paths_json(&paths)),
        })
    }
}
