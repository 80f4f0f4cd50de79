// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! ckp_alignment.

use std::sync::Arc;

use super::guard::{contain, guard};
use super::handle::{self, cloned, output, shared, slice_mut};
use super::objects::ckp_objects;
use super::stage::{ckp_stage, rows};
use super::status::{ckp_error, ckp_status};
use super::text::ckp_text;
use crate::error::invalid;
use crate::model::StreamKey;
use crate::store::{RowState, StageAlignment};

/// Vertices that are in the stage and live.
pub const CKP_ALIGN_MATCHED_VERTICES: u32 = 1;
/// Vertices that are in the stage only.
pub const CKP_ALIGN_MISSING_VERTICES: u32 = 2;
/// Vertices that are live only.
pub const CKP_ALIGN_EXTRA_VERTICES: u32 = 3;
/// Arcs that are in the stage and live.
pub const CKP_ALIGN_MATCHED_ARCS: u32 = 4;
/// Arcs that are in the stage only.
pub const CKP_ALIGN_MISSING_ARCS: u32 = 5;
/// Arcs that are live only.
pub const CKP_ALIGN_EXTRA_ARCS: u32 = 6;
/// Matched vertices whose instance has another liberty cell now.
pub const CKP_ALIGN_CHANGED_CELLS: u32 = 7;

/// The live row is not in the stage.
pub const CKP_ROW_ABSENT: u8 = 0;
/// The live row is in the stage.
pub const CKP_ROW_PRESENT: u8 = 1;
/// The live row is in the stage, in other surroundings: the instance has another liberty cell now, or
/// arcs of the stage are gone at the vertex, or at one of the vertices of the arc.
pub const CKP_ROW_CHANGED: u8 = 2;

/// How the rows of live objects correspond to those of a stage, by name. Shared and immutable; keeps
/// the stage open.
pub struct ckp_alignment {
    alignment: StageAlignment,
    stage: Arc<ckp_stage>,
}

/// Match live objects with the rows of a stage.
///
/// live: borrowed for the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_stage_align(
    stage: *const ckp_stage,
    live: *const ckp_objects,
    out_alignment: *mut *mut ckp_alignment,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL (module text of ffi); so everywhere below.
    unsafe {
        guard(out_error, || {
            let stage = cloned(stage, "stage")?;
            let live = shared(live, "live")?.0.get()?;
            let out = output(out_alignment, "out_alignment")?;
            let alignment = StageAlignment::new(&stage.stage, live)?;
            out.write(handle::give(ckp_alignment { alignment, stage }));
            Ok(())
        })
    }
}

/// Free an alignment. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_alignment_free(alignment: *mut ckp_alignment) {
    // SAFETY: the caller gives a valid pointer or NULL.
    contain((), || unsafe { handle::free(alignment) });
}

/// One of CKP_ALIGN_*.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_alignment_number(
    alignment: *const ckp_alignment,
    id: u32,
    out_number: *mut u64,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let counts = shared(alignment, "alignment")?.alignment.counts();
            let out = output(out_number, "out_number")?;
            out.write(match id {
                CKP_ALIGN_MATCHED_VERTICES => counts.vertices,
                CKP_ALIGN_MISSING_VERTICES => counts.missing_vertices,
                CKP_ALIGN_EXTRA_VERTICES => counts.extra_vertices,
                CKP_ALIGN_MATCHED_ARCS => counts.arcs,
                CKP_ALIGN_MISSING_ARCS => counts.missing_arcs,
                CKP_ALIGN_EXTRA_ARCS => counts.extra_arcs,
                CKP_ALIGN_CHANGED_CELLS => counts.changed_cells,
                _ => return Err(invalid(format!("There is no number {id}."))),
            });
            Ok(())
        })
    }
}

/// The differences for people, the first ten of each kind by name; "" when there are none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_alignment_report(
    alignment: *const ckp_alignment,
    out_text: *mut *mut ckp_text,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let alignment = shared(alignment, "alignment")?;
            let out = output(out_text, "out_text")?;
            ckp_text::give(alignment.alignment.report(), out);
            Ok(())
        })
    }
}

/// Values of a column for live rows.
///
/// column:  handle from ckp_stage_find_column().
/// values:  receives `count` floats; one whose row is absent is left as it was.
/// present: receives `count` times CKP_ROW_ABSENT, CKP_ROW_PRESENT or CKP_ROW_CHANGED.
/// NULL only if `count` is 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_alignment_read(
    alignment: *const ckp_alignment,
    column: u32,
    first_live_row: u32,
    count: u32,
    values: *mut f32,
    present: *mut u8,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL; a float is a u32 of the same size.
    unsafe {
        guard(out_error, || {
            let alignment = shared(alignment, "alignment")?;
            let values = slice_mut(values.cast::<u32>(), count, "values")?;
            let present = slice_mut(present, count, "present")?;
            let rows = rows(first_live_row, count);
            let key = alignment.stage.column(column)?;
            let read = alignment.alignment.read_words(key, rows.clone())?;
            spread(&alignment.alignment, key, rows.start, &read, values, present);
            Ok(())
        })
    }
}

/// Values of a column of marks for live rows; as ckp_alignment_read().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_alignment_read_marks(
    alignment: *const ckp_alignment,
    column: u32,
    first_live_row: u32,
    count: u32,
    marks: *mut u8,
    present: *mut u8,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let alignment = shared(alignment, "alignment")?;
            let marks = slice_mut(marks, count, "marks")?;
            let present = slice_mut(present, count, "present")?;
            let rows = rows(first_live_row, count);
            let key = alignment.stage.column(column)?;
            let read = alignment.alignment.read_bytes(key, rows.clone())?;
            spread(&alignment.alignment, key, rows.start, &read, marks, present);
            Ok(())
        })
    }
}

/// Give out what was read, but where the stage has no such row.
fn spread<T: Copy>(
    alignment: &StageAlignment,
    key: StreamKey,
    first: u64,
    read: &[T],
    values: &mut [T],
    present: &mut [u8],
) {
    let of_arcs = key.kind.is_arc_column();
    for (row, (read, (value, present))) in
        (first..).zip(read.iter().zip(values.iter_mut().zip(present)))
    {
        let state = alignment.state(of_arcs, row);
        *present = state as u8;
        if state != RowState::Absent {
            *value = *read;
        }
    }
}

const _: () = assert!(
    CKP_ROW_ABSENT == RowState::Absent as u8
        && CKP_ROW_PRESENT == RowState::Present as u8
        && CKP_ROW_CHANGED == RowState::Changed as u8
);
