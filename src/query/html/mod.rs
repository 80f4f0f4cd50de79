// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The report as one page that opens from disk: no network, no other file, no library.
//!
//! The page is `page.html` with the style, the scripts and the data put into it. The scripts draw; all that
//! they show was computed here, so the numbers are those of the store.

mod bins;
mod data;
mod embed;
mod endpoints;
mod paths;

use crate::error::Result;
use crate::query::diff::{Diff, DiffOptions, diff};
use crate::store::Store;

/// How much a page holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HtmlOptions {
    /// Endpoints in the table of a scene and check: the worst over the stages. Histograms count all.
    pub endpoints: usize,
    /// Of these, how many have their worst path at every stage.
    pub paths: usize,
}

impl Default for HtmlOptions {
    fn default() -> Self {
        Self { endpoints: 5000, paths: 100 }
    }
}

/// Names in each list of the difference of two stages.
const CHANGES: usize = 25;

/// The page about `stages`, in this order; of all stages of the store, by time, when none are named. Of two
/// that are named it tells the difference, too.
///
/// # Errors
/// When a stage that is named cannot be read, or no stage can. A damaged stage that is not named is listed
/// with what is wrong.
pub fn page(store: &Store, stages: &[String], options: HtmlOptions) -> Result<String> {
    let data = data::collect(store, stages, options)?;
    let diff = match stages {
        [from, to] => {
            let options = DiffOptions { endpoints: CHANGES, ..DiffOptions::default() };
            Some(diff(store, from, to, &options)?)
        }
        _ => None,
    };
    Ok(embed::page(&data.title(), &data.to_json(diff.as_ref())?))
}

/// The page about the two stages of a difference.
///
/// # Errors
/// When a stage cannot be read.
pub fn diff_page(store: &Store, diff: &Diff, options: HtmlOptions) -> Result<String> {
    let stages = [diff.from.stage.clone(), diff.to.stage.clone()];
    let data = data::collect(store, &stages, options)?;
    Ok(embed::page(&data.title(), &data.to_json(Some(diff))?))
}
