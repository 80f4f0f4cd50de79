// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The paths that a capture is told.

use super::capture::{ckp_capture, with};
use super::guard::guard;
use super::handle::slice;
use super::status::{ckp_error, ckp_status};

/// Stands for no row.
pub const CKP_NO_ROW: u32 = u32::MAX;

/// Row of the endpoint table, as it is ordered: by scene, min before max, path group and vertex. The words of
/// all times are the bits of 32-bit floats, in seconds.
pub const CKP_PATH_ENDPOINT: u32 = 0;
/// What constrains the end, one of CKP_PATH_END_*, and bits 1 << CKP_PATH_FLAG_*.
pub const CKP_PATH_FLAGS: u32 = 1;
/// Positions in CKP_LIST_PATH_CLOCKS: of the launching clock, plus 65,536 times that of the capturing one.
pub const CKP_PATH_CLOCKS: u32 = 2;
/// Row of the arc of the check, plus 1; 0 where there is none.
pub const CKP_PATH_CHECK_ARC: u32 = 3;
/// Points of the path, from where its clock begins.
pub const CKP_PATH_DATA_POINTS: u32 = 4;
/// Number of the point that is reported as the startpoint, from 0.
pub const CKP_PATH_START: u32 = 5;
/// Points of the path of the capturing clock.
pub const CKP_PATH_CLOCK_POINTS: u32 = 6;
/// Vertex row of the last of these.
pub const CKP_PATH_CLOCK_VERTEX: u32 = 7;
/// Added to all times of the path, so that it begins in the right cycle.
pub const CKP_PATH_SOURCE_OFFSET: u32 = 8;
/// Required time without it.
pub const CKP_PATH_REQUIRED: u32 = 9;
/// Time of the launching edge.
pub const CKP_PATH_LAUNCH_TIME: u32 = 10;
/// Arrival of the launching clock at the startpoint.
pub const CKP_PATH_LAUNCH_ARRIVAL: u32 = 11;
/// Delay outside of an input.
pub const CKP_PATH_INPUT_DELAY: u32 = 12;
/// Time of the capturing edge, multicycles counted.
pub const CKP_PATH_CAPTURE_TIME: u32 = 13;
/// Delay of the capturing clock's network.
pub const CKP_PATH_CAPTURE_DELAY: u32 = 14;
/// Clock uncertainty, with the sign that it is added with.
pub const CKP_PATH_UNCERTAINTY: u32 = 15;
/// Clock reconvergence pessimism, with the sign that it is added with.
pub const CKP_PATH_CRPR: u32 = 16;
/// Setup or hold time, or the delay outside of an output.
pub const CKP_PATH_MARGIN: u32 = 17;
/// The limit of the path's delay.
pub const CKP_PATH_LIMIT: u32 = 18;
/// What a latch lends.
pub const CKP_PATH_BORROW: u32 = 19;
/// Time of the capturing edge in the clock's own waveform.
pub const CKP_PATH_CAPTURE_EDGE: u32 = 20;
/// What the latch at the startpoint lends to its data that come through; negative where it borrows.
pub const CKP_PATH_LAUNCH_BORROW: u32 = 21;
/// Fields of a path end.
pub const CKP_PATH_FIELD_COUNT: u32 = 22;

/// A timing check of the library.
pub const CKP_PATH_END_CHECK: u32 = 1;
/// A data check.
pub const CKP_PATH_END_DATA_CHECK: u32 = 2;
/// The check of a latch.
pub const CKP_PATH_END_LATCH_CHECK: u32 = 3;
/// The delay outside of an output.
pub const CKP_PATH_END_OUTPUT_DELAY: u32 = 4;
/// A clock gating check.
pub const CKP_PATH_END_GATED_CLOCK: u32 = 5;
/// A limit of the path's delay.
pub const CKP_PATH_END_PATH_DELAY: u32 = 6;

/// The path ends with a falling transition.
pub const CKP_PATH_FLAG_END_FALLS: u32 = 3;
/// A clock launches the path.
pub const CKP_PATH_FLAG_HAS_LAUNCH: u32 = 4;
/// At its falling edge.
pub const CKP_PATH_FLAG_LAUNCH_FALLS: u32 = 5;
/// It is propagated.
pub const CKP_PATH_FLAG_LAUNCH_IS_PROPAGATED: u32 = 6;
/// A clock captures the path.
pub const CKP_PATH_FLAG_HAS_CAPTURE: u32 = 7;
/// At its falling edge.
pub const CKP_PATH_FLAG_CAPTURE_FALLS: u32 = 8;
/// It falls where it arrives.
pub const CKP_PATH_FLAG_CAPTURE_END_FALLS: u32 = 9;
/// It is propagated.
pub const CKP_PATH_FLAG_CAPTURE_IS_PROPAGATED: u32 = 10;
/// Its path is one of the max analysis.
pub const CKP_PATH_FLAG_CAPTURE_IS_MAX: u32 = 11;
/// The path begins at an input with a delay outside.
pub const CKP_PATH_FLAG_HAS_INPUT_DELAY: u32 = 12;
/// The uncertainty is one between clocks.
pub const CKP_PATH_FLAG_IS_BETWEEN_CLOCKS: u32 = 13;
/// The limit of the path's delay does not count the latency of clocks.
pub const CKP_PATH_FLAG_IGNORES_LATENCY: u32 = 14;
/// The margin is the delay outside of an output.
pub const CKP_PATH_FLAG_MARGIN_IS_OUTSIDE: u32 = 15;
/// The engine takes clock reconvergence pessimism into account.
pub const CKP_PATH_FLAG_HAS_CRPR: u32 = 16;
/// A clock that is used as data.
pub const CKP_PATH_FLAG_IS_CLOCK_AS_DATA: u32 = 17;
/// The point before the startpoint is the clock pin of a register.
pub const CKP_PATH_FLAG_STARTS_AT_CLOCK: u32 = 18;
/// The startpoint is the output of a latch whose data have come through.
pub const CKP_PATH_FLAG_STARTS_AT_LATCH: u32 = 19;
/// The launching clock is that of inputs without one.
pub const CKP_PATH_FLAG_HAS_DEFAULT_CLOCK: u32 = 20;
/// The check is one of a cell that gates a clock.
pub const CKP_PATH_FLAG_IS_CLOCK_GATE: u32 = 21;

const _: () = assert!(CKP_PATH_FIELD_COUNT as usize == crate::model::PATH_FIELDS);

/// Set a field of all path ends, one of CKP_PATH_*; what is not set is 0. The rows of the endpoint table
/// that have a path are any, and the rest is told by the columns where it can be.
///
/// words: `count` words, one a path end; borrowed for the call.
///
/// Returns CKP_SHAPE_MISMATCH when another field has another count.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_capture_write_path_field(
    capture: *mut ckp_capture,
    field: u32,
    words: *const u32,
    count: u32,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL (module text of ffi); so everywhere below.
    unsafe {
        guard(out_error, || {
            let words = slice(words, count, "words")?;
            with(capture, |capture| capture.set_path_field(field, words))
        })
    }
}

/// Add points of paths: for each path end those of its path, then those of the path of the capturing clock;
/// each path from its start to its end. An end whose points are no path is stored without them.
///
/// arcs:     row of the arc by which the path comes; CKP_NO_ROW for the first point of a path.
/// arrivals: the path's own, in seconds.
/// Both have `count` elements and are borrowed for the call; NULL only if `count` is 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_capture_write_path_points(
    capture: *mut ckp_capture,
    arcs: *const u32,
    arrivals: *const f32,
    count: u32,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let arcs = slice(arcs, count, "arcs")?;
            let arrivals = slice(arrivals, count, "arrivals")?;
            let arcs = arcs.iter().map(|arc| (*arc != CKP_NO_ROW).then_some(*arc));
            let points = arcs.zip(arrivals.iter().copied());
            with(capture, |capture| {
                capture.add_path_points(points);
                Ok(())
            })
        })
    }
}
