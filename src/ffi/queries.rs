// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Questions to stages and stores; stages deleted, stores compacted.

use std::ffi::c_char;

use super::guard::guard;
use super::handle::{exclusive, output, shared, slice, slice_mut, string};
use super::keep::ckp_keep;
use super::stage::ckp_stage;
use super::status::{ckp_error, ckp_status};
use super::store::{CKP_REPORT_JSON, CKP_REPORT_TEXT, ckp_store, report_format};
use super::text::ckp_text;
use crate::error::{Result, invalid};
use crate::model::MinMax;
use crate::query::{EndpointQuery, HistoryQuery, history, worst_endpoints};
use crate::store::{CompactMode, Keep};

/// Compact a store.
pub const CKP_COMPACT_APPLY: u32 = 0;
/// Only tell what would be done.
pub const CKP_COMPACT_DRY_RUN: u32 = 1;

fn path_delay(code: u32) -> Result<MinMax> {
    MinMax::from_code(code).ok_or_else(|| invalid(format!("{code} is neither min nor max.")))
}

/// # Safety
/// As [`string`].
unsafe fn optional(pointer: *const c_char, name: &str) -> Result<Option<String>> {
    // SAFETY: the caller's promise.
    let text = (!pointer.is_null()).then(|| unsafe { string(pointer, name) });
    Ok(text.transpose()?.map(str::to_owned))
}

/// # Safety
/// As [`string`].
unsafe fn endpoint_query(
    min_max: u32,
    scene: *const c_char,
    group: *const c_char,
    count: u32,
) -> Result<EndpointQuery> {
    Ok(EndpointQuery {
        count: count as usize,
        path_delay: path_delay(min_max)?,
        // SAFETY: the caller's promise.
        scene: unsafe { optional(scene, "scene") }?,
        // SAFETY: the caller's promise.
        group: unsafe { optional(group, "group") }?,
    })
}

/// The endpoints with the worst slacks. An endpoint stands once, with the worst of its slacks; the worst comes
/// first, and of equal ones that of the lower row.
///
/// min_max:  CKP_MIN for hold, CKP_MAX for setup.
/// scene:    only of this scene; NULL for the worst of all.
/// group:    only of this path group; NULL for the worst of all.
/// vertices: receives the rows of at most `count` endpoints; NULL only if `count` is 0.
/// slacks:   receives their slacks in seconds; NULL only if `count` is 0.
/// out_count: how many were written.
///
/// Returns CKP_NOT_FOUND for a scene or group that the stage lacks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_stage_worst_endpoints(
    stage: *const ckp_stage,
    min_max: u32,
    scene: *const c_char,
    group: *const c_char,
    count: u32,
    vertices: *mut u32,
    slacks: *mut f32,
    out_count: *mut u32,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL (module text of ffi); so everywhere below.
    unsafe {
        guard(out_error, || {
            let stage = shared(stage, "stage")?;
            let query = endpoint_query(min_max, scene, group, count)?;
            let vertices = slice_mut(vertices, count, "vertices")?;
            let slacks = slice_mut(slacks, count, "slacks")?;
            let out = output(out_count, "out_count")?;
            let worst = worst_endpoints(&stage.stage, &query)?.worst;
            for ((row, slack), endpoint) in vertices.iter_mut().zip(slacks).zip(&worst) {
                (*row, *slack) = (endpoint.vertex, endpoint.slack);
            }
            out.write(worst.len() as u32);
            Ok(())
        })
    }
}

/// The same as a report, with WNS and TNS.
///
/// format: one of CKP_REPORT_*.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_stage_report_endpoints(
    stage: *const ckp_stage,
    min_max: u32,
    scene: *const c_char,
    group: *const c_char,
    count: u32,
    format: u32,
    out_text: *mut *mut ckp_text,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let stage = shared(stage, "stage")?;
            let query = endpoint_query(min_max, scene, group, count)?;
            let format = report_format(format)?;
            let out = output(out_text, "out_text")?;
            ckp_text::give(worst_endpoints(&stage.stage, &query)?.report(format), out);
            Ok(())
        })
    }
}

/// Pins over all stages: slack, arrival, required time and slew.
///
/// pins:    `count` names, as users write them: backslashes of escaped names may be left out.
/// min_max: CKP_MIN for hold, CKP_MAX for setup.
/// scene:   only in this scene; NULL for the worst of all.
/// format:  one of CKP_REPORT_*.
///
/// Returns CKP_NOT_FOUND for a pin that no stage has; the message has names that are near to it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_store_report_history(
    store: *const ckp_store,
    pins: *const *const c_char,
    count: u32,
    min_max: u32,
    scene: *const c_char,
    format: u32,
    out_text: *mut *mut ckp_text,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let store = shared(store, "store")?;
            let pins = slice(pins, count, "pins")?.iter();
            let pins = pins.map(|pin| string(*pin, "pins").map(str::to_owned));
            let query = HistoryQuery {
                pins: pins.collect::<Result<_>>()?,
                path_delay: path_delay(min_max)?,
                scene: optional(scene, "scene")?,
            };
            let format = report_format(format)?;
            let out = output(out_text, "out_text")?;
            ckp_text::give(history(&store.0, &query)?.report(format), out);
            Ok(())
        })
    }
}

/// Delete a stage. Stages that are deltas on it are put on its base first, with the same content bit for bit.
/// Stages that are open stay readable.
///
/// out_report: one line for each of them, then what became of the head.
///
/// Returns CKP_NOT_FOUND, CKP_LOCKED, CKP_NO_SPACE, or what is wrong with a stage that depends on it. On failure
/// the stage is there, and all stages are readable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_store_delete_stage(
    store: *mut ckp_store,
    stage: *const c_char,
    out_report: *mut *mut ckp_text,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let store = exclusive(store, "store")?;
            let out = output(out_report, "out_report")?;
            let deletion = store.0.delete_stage(string(stage, "stage")?, &mut |_, _, _| {})?;
            ckp_text::give(deletion.text(), out);
            Ok(())
        })
    }
}

/// Make a store smaller: remove what dead writers left, shorten chains of deltas where that saves bytes, and delete
/// the stages that `keep` does not keep. What the others hold stays the same bit for bit.
///
/// keep:   which stages are kept; NULL for all of them. Borrowed for the call.
/// mode:   CKP_COMPACT_APPLY or CKP_COMPACT_DRY_RUN.
/// format: CKP_REPORT_TEXT or CKP_REPORT_JSON.
///
/// Returns CKP_NOT_FOUND for a rule of `keep` that names no stage, CKP_LOCKED, CKP_NO_SPACE, or what is wrong with a
/// stage. On failure all stages are readable, and none was deleted that another one depends on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_store_compact(
    store: *mut ckp_store,
    keep: *const ckp_keep,
    mode: u32,
    format: u32,
    out_report: *mut *mut ckp_text,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let store = exclusive(store, "store")?;
            let keep = match keep.is_null() {
                false => shared(keep, "keep")?.0.get()?.clone(),
                true => Keep::new(),
            };
            let mode = match mode {
                CKP_COMPACT_APPLY => CompactMode::Apply,
                CKP_COMPACT_DRY_RUN => CompactMode::DryRun,
                _ => return Err(invalid(format!("{mode} is not a mode of compaction."))),
            };
            let is_text = match format {
                CKP_REPORT_TEXT => true,
                CKP_REPORT_JSON => false,
                _ => return Err(invalid(format!("{format} is not a format of this report."))),
            };
            let out = output(out_report, "out_report")?;
            let compaction = store.0.compact_keeping(&keep, mode, &mut |_, _, _| {})?;
            ckp_text::give(if is_text { compaction.text() } else { compaction.json() }, out);
            Ok(())
        })
    }
}
