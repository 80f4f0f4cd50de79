// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! ckp_path_query: worst paths of a stage.

use std::ffi::c_char;

use super::guard::{contain, guard};
use super::handle::{self, Exclusive, exclusive, output, shared, string};
use super::stage::ckp_stage;
use super::status::{ckp_error, ckp_status};
use super::store::{CKP_REPORT_JSON, CKP_REPORT_TEXT};
use super::text::ckp_text;
use crate::error::{Result, invalid};
use crate::model::MinMax;
use crate::query::path::{MAX_DIGITS, PathQuery, paths_json, paths_text, worst_paths};

/// Text: a startpoint, the clock pin or the output of a register, or an input; of several, one has to be met.
pub const CKP_PATH_QUERY_FROM: u32 = 1;
/// Text: a pin that has to be met; of several, one after the other.
pub const CKP_PATH_QUERY_THROUGH: u32 = 2;
/// Text: an endpoint; of several, one has to be met.
pub const CKP_PATH_QUERY_TO: u32 = 3;
/// Text: the scene. Default: any.
pub const CKP_PATH_QUERY_SCENE: u32 = 4;
/// Text: the path group. Default: any.
pub const CKP_PATH_QUERY_GROUP: u32 = 5;
/// Number: CKP_MIN or CKP_MAX. Default CKP_MAX.
pub const CKP_PATH_QUERY_MIN_MAX: u32 = 6;
/// Number: paths, at most. Default 1.
pub const CKP_PATH_QUERY_COUNT: u32 = 7;
/// Number: digits behind the point of the text, in nanoseconds, at most 30. Default 3.
pub const CKP_PATH_QUERY_DIGITS: u32 = 8;

/// What paths are asked for. Exclusive. Filters are pushed one by one, so that a new one changes no signature.
pub struct ckp_path_query(Exclusive<Asked>);

struct Asked {
    query: PathQuery,
    digits: usize,
}

/// A new query: the worst setup path.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_path_query_new(
    out_query: *mut *mut ckp_path_query,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL (module text of ffi); so everywhere below.
    unsafe {
        guard(out_error, || {
            let out = output(out_query, "out_query")?;
            let asked = Asked { query: PathQuery::default(), digits: 3 };
            out.write(handle::give(ckp_path_query(Exclusive::new(asked))));
            Ok(())
        })
    }
}

/// Free a query. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_path_query_free(query: *mut ckp_path_query) {
    // SAFETY: the caller gives a valid pointer or NULL.
    contain((), || unsafe { handle::free(query) });
}

/// Set or add a filter that is a text. Names of pins are looked up when the query is asked.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_path_query_set_text(
    query: *mut ckp_path_query,
    id: u32,
    value: *const c_char,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let value = string(value, "value")?.to_owned();
            exclusive(query, "query")?.0.with(|asked| {
                let query = &mut asked.query;
                match id {
                    CKP_PATH_QUERY_FROM => query.from.push(value),
                    CKP_PATH_QUERY_THROUGH => query.through.push(value),
                    CKP_PATH_QUERY_TO => query.to.push(value),
                    CKP_PATH_QUERY_SCENE => query.scene = Some(value),
                    CKP_PATH_QUERY_GROUP => query.group = Some(value),
                    _ => return Err(invalid(format!("There is no filter {id} that is a text."))),
                }
                Ok(())
            })
        })
    }
}

/// Set a filter that is a number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_path_query_set_u64(
    query: *mut ckp_path_query,
    id: u32,
    value: u64,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || exclusive(query, "query")?.0.with(|asked| set_number(asked, id, value)))
    }
}

fn set_number(asked: &mut Asked, id: u32, value: u64) -> Result<()> {
    let number = usize::try_from(value).unwrap_or(usize::MAX);
    let min_max = u32::try_from(value).ok().and_then(MinMax::from_code);
    match (id, min_max) {
        (CKP_PATH_QUERY_MIN_MAX, Some(min_max)) => asked.query.min_max = min_max,
        (CKP_PATH_QUERY_COUNT, _) if number > 0 => asked.query.count = number,
        (CKP_PATH_QUERY_DIGITS, _) if number <= MAX_DIGITS => asked.digits = number,
        (CKP_PATH_QUERY_MIN_MAX | CKP_PATH_QUERY_COUNT | CKP_PATH_QUERY_DIGITS, _) => {
            return Err(invalid(format!("{value} is not a value of filter {id}.")));
        }
        _ => return Err(invalid(format!("There is no filter {id} that is a number."))),
    }
    Ok(())
}

/// Ask a stage for its worst paths: one for each endpoint and path group, the worst first.
///
/// format: CKP_REPORT_TEXT, in the shape of report_checks, or CKP_REPORT_JSON, in that of
///         report_checks -format json (docs/schemas/path.json).
///
/// Returns CKP_NOT_FOUND for a pin, scene or path group that does not exist, CKP_INVALID_ARGUMENT for a filter
/// that no path can meet, CKP_UNSUPPORTED for a stage with statistical timing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_stage_report_paths(
    stage: *const ckp_stage,
    query: *mut ckp_path_query,
    format: u32,
    out_text: *mut *mut ckp_text,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let stage = shared(stage, "stage")?;
            let out = output(out_text, "out_text")?;
            let text = exclusive(query, "query")?.0.with(|asked| {
                let paths = worst_paths(&stage.stage, &asked.query)?;
                match format {
                    CKP_REPORT_TEXT => Ok(paths_text(&paths, asked.digits)),
                    CKP_REPORT_JSON => Ok(format!("{:#}\n", paths_json(&paths))),
                    _ => Err(invalid(format!("{format} is not a format of reports."))),
                }
            })?;
            ckp_text::give(text, out);
            Ok(())
        })
    }
}
