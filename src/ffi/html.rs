// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Stages on a page.

use std::ffi::c_char;

use super::guard::guard;
use super::handle::{output, shared, slice, string};
use super::status::{ckp_error, ckp_status};
use super::store::ckp_store;
use super::text::ckp_text;
use crate::error::Result;
use crate::query::html::{self, HtmlOptions};

/// Stages on one page of HTML, which a browser opens from disk and which loads nothing else: histograms of
/// slacks, trends, tables of endpoints and their paths, and of two stages the difference.
///
/// stages: `count` names, in the order of the page; with a count of 0, all stages by time.
/// endpoints: how many stand in the table of a scene and check, the worst over the stages; 0 for 5000.
///
/// Returns CKP_NOT_FOUND for a stage that does not exist, and for a store without stages; or what is wrong
/// with a stage. Of all stages, damaged ones are listed with what is wrong.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_store_page(
    store: *const ckp_store,
    stages: *const *const c_char,
    count: u32,
    endpoints: u32,
    out_text: *mut *mut ckp_text,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL (module text of ffi).
    unsafe {
        guard(out_error, || {
            let store = shared(store, "store")?;
            let out = output(out_text, "out_text")?;
            let stages = slice(stages, count, "stages")?.iter();
            let stages = stages.map(|stage| string(*stage, "stages").map(str::to_owned));
            let stages = stages.collect::<Result<Vec<String>>>()?;
            let mut options = HtmlOptions::default();
            if endpoints > 0 {
                options.endpoints = endpoints as usize;
            }
            ckp_text::give(html::page(&store.0, &stages, options)?, out);
            Ok(())
        })
    }
}
