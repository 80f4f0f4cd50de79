// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! ckp_diff_query: what changed from one stage to another.

use std::ffi::c_char;

use super::guard::{contain, guard};
use super::handle::{self, Exclusive, exclusive, output, shared, string};
use super::status::{ckp_error, ckp_status};
use super::store::{CKP_REPORT_HTML, ckp_store, report_format};
use super::text::ckp_text;
use crate::error::{Result, invalid};
use crate::query::diff::{Condition, DiffOptions, diff};
use crate::query::html::{HtmlOptions, diff_page};

/// Text: what the caller is to fail for, such as "dwns < -5ps" (docs/diff.md, "Conditions"). Default: nothing.
pub const CKP_DIFF_QUERY_FAIL_IF: u32 = 1;
/// Text: one letter, what separates the levels in names of instances. Default "/".
pub const CKP_DIFF_QUERY_DIVIDER: u32 = 2;
/// Number: names in each list, the worst first. Default 10.
pub const CKP_DIFF_QUERY_ENDPOINTS: u32 = 3;
/// Number: levels of hierarchy to sum endpoints up by; 0 for none. Default 1.
pub const CKP_DIFF_QUERY_DEPTH: u32 = 4;
/// Number: values of columns are the same up to so many units in the last place. Default 0.
pub const CKP_DIFF_QUERY_ULP: u32 = 5;
/// Number: 0 compares slacks of endpoints only and decodes no column. Default 1.
pub const CKP_DIFF_QUERY_COLUMNS: u32 = 6;
/// Number with a fraction: values and slacks are the same up to so many seconds. Default 0.
pub const CKP_DIFF_QUERY_TOLERANCE: u32 = 7;

/// What is compared, and what is told. Exclusive. Options are pushed one by one, so that a new one changes no
/// signature.
pub struct ckp_diff_query(Exclusive<DiffOptions>);

/// A new query, all at its defaults.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_diff_query_new(
    out_query: *mut *mut ckp_diff_query,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL (module text of ffi); so everywhere below.
    unsafe {
        guard(out_error, || {
            let out = output(out_query, "out_query")?;
            let query = ckp_diff_query(Exclusive::new(DiffOptions::default()));
            out.write(handle::give(query));
            Ok(())
        })
    }
}

/// Free a query. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_diff_query_free(query: *mut ckp_diff_query) {
    // SAFETY: the caller gives a valid pointer or NULL.
    contain((), || unsafe { handle::free(query) });
}

/// Set an option that is a text.
///
/// Returns CKP_INVALID_ARGUMENT for a condition that makes no sense; the message says where.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_diff_query_set_text(
    query: *mut ckp_diff_query,
    id: u32,
    value: *const c_char,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let value = string(value, "value")?;
            exclusive(query, "query")?.0.with(|options| {
                match id {
                    CKP_DIFF_QUERY_FAIL_IF => options.fail_if = Some(Condition::parse(value)?),
                    CKP_DIFF_QUERY_DIVIDER => options.divider = letter(value)?,
                    _ => return Err(invalid(format!("There is no option {id} that is a text."))),
                }
                Ok(())
            })
        })
    }
}

fn letter(text: &str) -> Result<char> {
    let mut letters = text.chars();
    match (letters.next(), letters.next()) {
        (Some(letter), None) => Ok(letter),
        _ => Err(invalid(format!("The divider is one letter, not \"{}\".", text.escape_debug()))),
    }
}

/// Set an option that is a number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_diff_query_set_u64(
    query: *mut ckp_diff_query,
    id: u32,
    value: u64,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || exclusive(query, "query")?.0.with(|query| set_number(query, id, value)))
    }
}

fn set_number(options: &mut DiffOptions, id: u32, value: u64) -> Result<()> {
    let count = usize::try_from(value).unwrap_or(usize::MAX);
    match id {
        CKP_DIFF_QUERY_ENDPOINTS => options.endpoints = count,
        CKP_DIFF_QUERY_DEPTH => options.depth = count,
        CKP_DIFF_QUERY_ULP => options.ulp = u32::try_from(value).unwrap_or(u32::MAX),
        CKP_DIFF_QUERY_COLUMNS if value <= 1 => {
            options.columns = value == 1;
            options.moved = value == 1;
        }
        CKP_DIFF_QUERY_COLUMNS => return Err(invalid("Columns are compared (1) or not (0).")),
        _ => return Err(invalid(format!("There is no option {id} that is a number."))),
    }
    Ok(())
}

/// Set an option that is a number with a fraction.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_diff_query_set_f64(
    query: *mut ckp_diff_query,
    id: u32,
    value: f64,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            exclusive(query, "query")?.0.with(|options| match id {
                CKP_DIFF_QUERY_TOLERANCE => {
                    options.tolerance = value;
                    options.check()
                }
                _ => Err(invalid(format!("There is no option {id} that has a fraction."))),
            })
        })
    }
}

/// What changed from one stage to another, from the store alone.
///
/// from, to:   names of the earlier and the later stage.
/// query:      what is told; used for the call.
/// format:     one of CKP_REPORT_*; JSON as docs/schemas/diff.json has it.
/// out_failed: 1 if the condition of CKP_DIFF_QUERY_FAIL_IF holds, else 0.
///
/// Returns CKP_NOT_FOUND for a stage that is not there, and for a scene, clock or path group of the condition
/// that is not; CKP_INVALID_ARGUMENT for stages of two designs or without a common scene; or what is wrong with
/// the stages.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_store_report_diff(
    store: *const ckp_store,
    from: *const c_char,
    to: *const c_char,
    query: *mut ckp_diff_query,
    format: u32,
    out_failed: *mut u32,
    out_text: *mut *mut ckp_text,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let store = shared(store, "store")?;
            let (from, to) = (string(from, "from")?, string(to, "to")?);
            let failed = output(out_failed, "out_failed")?;
            let out = output(out_text, "out_text")?;
            let format = (format != CKP_REPORT_HTML).then(|| report_format(format)).transpose()?;
            let diff =
                exclusive(query, "query")?.0.with(|options| diff(&store.0, from, to, options))?;
            failed.write(diff.finding.as_ref().is_some_and(|finding| finding.is_met).into());
            let text = match format {
                Some(format) => diff.report(format),
                None => diff_page(&store.0, &diff, HtmlOptions::default())?,
            };
            ckp_text::give(text, out);
            Ok(())
        })
    }
}
