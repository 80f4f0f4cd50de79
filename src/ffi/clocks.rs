// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Clocks of a capture and of a stage.

use std::ffi::{CStr, c_char};

use super::capture::{CKP_MIN, check, ckp_capture, with};
use super::guard::guard;
use super::handle::{output, shared, slice, string};
use super::stage::ckp_stage;
use super::status::{ckp_error, ckp_status};
use super::text::ckp_text;
use crate::error::{Result, invalid};
use crate::model::Clock;
use crate::store::report;

/// Add a clock. One of several scenes that have the same is added once; scenes with constraints of their
/// own may have others of its name.
///
/// name:       of the clock.
/// scenes:     `scene_count` numbers of scenes that were added before.
/// period:     seconds.
/// rise, fall: times of the edges, seconds.
/// propagated: 1 where its network is timed, 0 for an ideal clock.
/// master:     name of the clock that a generated one is made of; "" or NULL for another one.
/// sources:    `source_count` names of the pins where it begins, as in the object table; none for a
///             virtual clock.
/// All are borrowed for the call; arrays are NULL only if their count is 0.
///
/// Returns CKP_INVALID_ARGUMENT for a scene that was not added or has a clock of this name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_capture_add_clock(
    capture: *mut ckp_capture,
    name: *const c_char,
    scenes: *const u32,
    scene_count: u32,
    period: f32,
    rise: f32,
    fall: f32,
    propagated: u32,
    master: *const c_char,
    sources: *const *const c_char,
    source_count: u32,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL (module text of ffi); so everywhere below.
    unsafe {
        guard(out_error, || {
            let name = string(name, "name")?.to_owned();
            if scene_count > 1 << 16 {
                return Err(invalid("There are more than 65,536 scenes."));
            }
            let scenes = slice(scenes, scene_count, "scenes")?.iter();
            let scenes =
                scenes.map(|scene| Ok(check(*scene, CKP_MIN)?.0)).collect::<Result<_>>()?;
            if propagated > 1 {
                return Err(invalid("propagated is neither 0 nor 1."));
            }
            let propagated = propagated == 1;
            let master = if master.is_null() { "" } else { string(master, "master")? }.to_owned();
            let sources = slice(sources, source_count, "sources")?.iter().map(|name| {
                let name = name.as_ref().ok_or_else(|| invalid("A name in sources is NULL."))?;
                Ok(CStr::from_ptr(name).to_bytes().to_vec())
            });
            let sources = sources.collect::<Result<_>>()?;
            let clock = Clock { name, scenes, period, rise, fall, propagated, master, sources };
            with(capture, |capture| capture.add_clock(clock))
        })
    }
}

/// The clocks, as a JSON list, by name and first scene: `name`, `scenes` (their names), `period`, `rise`,
/// `fall` (seconds), `propagated`, `master` (null but for a generated clock), `sources` (names of pins).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_stage_clocks(
    stage: *const ckp_stage,
    out_text: *mut *mut ckp_text,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let stage = &shared(stage, "stage")?.stage;
            let out = output(out_text, "out_text")?;
            ckp_text::give(format!("{:#}\n", report::clocks_json(stage.metadata())), out);
            Ok(())
        })
    }
}
