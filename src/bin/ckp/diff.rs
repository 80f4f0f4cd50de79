// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! `ckp diff`: what changed from one stage to another.

use ckp::Result;
use ckp::query::diff::{Condition, DiffOptions, diff};
use ckp::query::html::{self, HtmlOptions};
use clap::Args;

use super::report::PageFormat;
use super::{Answer, open, style};

/// Tell what changed from one stage to another
#[derive(Args)]
#[command(after_help = "\
Stages are joined by pin name. Variables of --fail-if are those of setup and of the worst scene, unless told
otherwise: hold.dwns, tns[scene=slow], dtns[clock=clk], wns[group=\"in2reg\"]. Names: wns, tns, worst_slack,
violating, endpoints, each also with d before for its change; new_failing, fixed, worsened, improved, added,
added_failing, removed (endpoints); pins_added, pins_removed, cells_changed, changed_values.

Example:
  ckp diff chip.ckp place route --endpoints 3 --fail-if 'dwns < -5ps or hold.new_failing > 0'")]
pub(crate) struct Diff {
    /// Directory of the store, such as chip.ckp
    store: std::path::PathBuf,
    /// The earlier stage
    from: String,
    /// The later stage
    to: String,
    /// Names in each list, the worst first
    #[arg(long, short = 'n', value_name = "N", default_value_t = 10)]
    endpoints: usize,
    /// Levels of hierarchy to sum endpoints up by; 0 for none
    #[arg(long, value_name = "LEVELS", default_value_t = 1)]
    depth: usize,
    /// What separates the levels in names of instances
    #[arg(long, value_name = "LETTER", default_value_t = '/')]
    divider: char,
    /// Slacks of endpoints only: no column is decoded
    #[arg(long)]
    quick: bool,
    /// Values are the same up to so many units in the last place; 0 compares every bit
    #[arg(long, value_name = "N", default_value_t = 0)]
    ulp: u32,
    /// Values and slacks are the same up to so many seconds, such as 1e-15
    #[arg(long, value_name = "SECONDS", default_value_t = 0.0)]
    tolerance: f64,
    /// Exit with code 3 if this holds, such as 'dwns < -5ps'
    #[arg(long, value_name = "CONDITION", value_parser = condition, allow_hyphen_values = true)]
    fail_if: Option<Condition>,
    /// What the answer looks like
    #[arg(long, value_enum, default_value = "text")]
    format: PageFormat,
}

fn condition(text: &str) -> Result<Condition> {
    Condition::parse(text)
}

impl Diff {
    pub(crate) fn run(&self) -> Result<Answer> {
        let options = DiffOptions {
            endpoints: self.endpoints,
            columns: !self.quick,
            moved: !self.quick,
            depth: self.depth,
            divider: self.divider,
            ulp: self.ulp,
            tolerance: self.tolerance,
            fail_if: self.fail_if.clone(),
        };
        let store = open(&self.store)?;
        let diff = diff(&store, &self.from, &self.to, &options)?;
        let text = match self.format.text() {
            Some(format) => diff.report(format),
            None => html::diff_page(&store, &diff, HtmlOptions::default())?,
        };
        let text = if self.format == PageFormat::Text { style::table(&text) } else { text };
        let is_found = diff.finding.is_some_and(|finding| finding.is_met);
        Ok(if is_found { Answer::found(text) } else { Answer::from(text) })
    }
}
