// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! ckp_array: arrays of a stage, lent as they lie in memory.

use std::ffi::c_void;
use std::ptr::null;
use std::sync::Arc;

use super::guard::{contain, guard};
use super::handle::{output, release, share, shared};
use super::stage::ckp_stage;
use super::status::{ckp_error, ckp_status};
use crate::error::{Result, invalid};
use crate::model::{ObjectTable, StreamKey, Width};
use crate::store::Stage;

/// Bytes: the names of all pins, one after another, nothing between them.
pub const CKP_ROWS_NAMES: u32 = 1;
/// uint32_t of each vertex: where its pin's name ends in CKP_ROWS_NAMES.
pub const CKP_ROWS_NAME_ENDS: u32 = 2;
/// Bytes, one of each vertex: 1 for the driver vertex of a bidirectional pin, else 0.
pub const CKP_ROWS_DRIVER: u32 = 3;
/// uint32_t of each vertex: the cell of its instance, by position in CKP_LIST_CELLS.
pub const CKP_ROWS_CELL: u32 = 4;
/// uint32_t of each edge: the vertex that it starts at.
pub const CKP_ROWS_EDGE_FROM: u32 = 5;
/// uint32_t of each edge: the vertex that it ends at.
pub const CKP_ROWS_EDGE_TO: u32 = 6;
/// uint32_t of each arc: its edge. Never decreases.
pub const CKP_ROWS_ARC_EDGE: u32 = 7;
/// uint32_t of each arc: its kind, by position in CKP_LIST_KINDS.
pub const CKP_ROWS_ARC_KIND: u32 = 8;

/// An array of a stage, decoded. Shared and immutable: any number of threads may use it at once. It stays
/// as it is when stage and store are freed.
pub struct ckp_array(Elements);

enum Elements {
    Words(Arc<Vec<u32>>),
    Bytes(Vec<u8>),
    Rows(Arc<ObjectTable>, u32),
}

/// Where elements lie, and how many there are.
fn place<T>(elements: &[T]) -> (*const c_void, usize) {
    (elements.as_ptr().cast(), elements.len())
}

impl ckp_array {
    fn column(stage: &Stage, key: StreamKey) -> Result<Self> {
        Ok(Self(match key.kind.width() {
            Width::Word => Elements::Words(stage.shared_words(key)?),
            Width::Byte => {
                let rows = stage.rows(key)?;
                Elements::Bytes(stage.read_bytes(key, 0..rows)?)
            }
        }))
    }

    fn rows(stage: &Stage, id: u32) -> Result<Self> {
        if !(CKP_ROWS_NAMES..=CKP_ROWS_ARC_KIND).contains(&id) {
            return Err(invalid(format!("There is no array {id} of the object table.")));
        }
        Ok(Self(Elements::Rows(stage.objects()?, id)))
    }

    fn place(&self) -> (*const c_void, usize) {
        match &self.0 {
            Elements::Words(words) => place(words),
            Elements::Bytes(bytes) => place(bytes),
            Elements::Rows(table, id) => match *id {
                CKP_ROWS_NAMES => place(&table.names),
                CKP_ROWS_NAME_ENDS => place(&table.name_ends),
                CKP_ROWS_DRIVER => place(&table.driver),
                CKP_ROWS_CELL => place(&table.cells),
                CKP_ROWS_EDGE_FROM => place(&table.edge_from),
                CKP_ROWS_EDGE_TO => place(&table.edge_to),
                CKP_ROWS_ARC_EDGE => place(&table.arc_edge),
                _ => place(&table.arc_kind),
            },
        }
    }
}

/// All values of a column, without a copy: floats, or bytes for a column of marks, in the order of its rows.
///
/// column: handle from ckp_stage_find_column() or ckp_stage_find_plane().
///
/// Returns CKP_CORRUPT or CKP_TRUNCATED for damage.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_stage_lend_column(
    stage: *const ckp_stage,
    column: u32,
    out_array: *mut *const ckp_array,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL (module text of ffi); so everywhere below.
    unsafe {
        guard(out_error, || {
            let stage = shared(stage, "stage")?;
            let out = output(out_array, "out_array")?;
            let array = ckp_array::column(&stage.stage, stage.column(column)?)?;
            out.write(share(Arc::new(array)));
            Ok(())
        })
    }
}

/// An array of the object table, without a copy.
///
/// id: one of CKP_ROWS_*.
///
/// Returns CKP_CORRUPT or CKP_TRUNCATED for damage.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_stage_lend_rows(
    stage: *const ckp_stage,
    id: u32,
    out_array: *mut *const ckp_array,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let stage = shared(stage, "stage")?;
            let out = output(out_array, "out_array")?;
            out.write(share(Arc::new(ckp_array::rows(&stage.stage, id)?)));
            Ok(())
        })
    }
}

/// The elements; NULL for NULL, and not to be read where there are none. Valid until the array is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_array_data(array: *const ckp_array) -> *const c_void {
    // SAFETY: the caller gives a valid pointer or NULL.
    contain(null(), || unsafe { shared(array, "array") }.map_or(null(), |array| array.place().0))
}

/// Number of elements; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_array_count(array: *const ckp_array) -> usize {
    // SAFETY: the caller gives a valid pointer or NULL.
    contain(0, || unsafe { shared(array, "array") }.map_or(0, |array| array.place().1))
}

/// Free an array. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_array_free(array: *const ckp_array) {
    // SAFETY: the caller gives a valid pointer or NULL.
    contain((), || unsafe { release(array) });
}
