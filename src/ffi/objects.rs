// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! ckp_objects.

use std::ffi::c_char;

use super::guard::{contain, guard};
use super::handle::{self, Exclusive, exclusive, output, slice, string};
use super::status::{ckp_error, ckp_status};
use crate::model::ObjectTable;

/// An object table being filled: cells and arc kinds, vertices, edges, arcs, in this order; each may
/// be added in several calls. Lent to ckp_stage_align(), or given to ckp_capture_begin(). Exclusive.
pub struct ckp_objects(pub(super) Exclusive<ObjectTable>);

/// A new, empty table.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_objects_new(
    out_objects: *mut *mut ckp_objects,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL (module text of ffi); so everywhere below.
    unsafe {
        guard(out_error, || {
            let out = output(out_objects, "out_objects")?;
            let objects = ckp_objects(Exclusive::new(ObjectTable::new()));
            out.write(handle::give(objects));
            Ok(())
        })
    }
}

/// Free a table. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_objects_free(objects: *mut ckp_objects) {
    // SAFETY: the caller gives a valid pointer or NULL.
    contain((), || unsafe { handle::free(objects) });
}

/// Add a liberty cell name ("" for top-level ports) and get its index. A name that is there already
/// keeps its index.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_objects_add_cell(
    objects: *mut ckp_objects,
    name: *const c_char,
    out_cell: *mut u32,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let name = string(name, "name")?;
            let out = output(out_cell, "out_cell")?;
            let objects = exclusive(objects, "objects")?;
            out.write(objects.0.with(|table| Ok(table.add_cell(name)))?);
            Ok(())
        })
    }
}

/// Add an arc kind, a role and its transitions such as "setup ^ -> v", and get its index. A name that
/// is there already keeps its index.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_objects_add_arc_kind(
    objects: *mut ckp_objects,
    name: *const c_char,
    out_kind: *mut u32,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let name = string(name, "name")?;
            let out = output(out_kind, "out_kind")?;
            let objects = exclusive(objects, "objects")?;
            out.write(objects.0.with(|table| Ok(table.add_arc_kind(name)))?);
            Ok(())
        })
    }
}

/// Append vertices.
///
/// names:     full pin names back to back, without separators.
/// name_ends: `count` ends of the names in `names`, never decreasing.
/// driver:    `count` flags: 1 for the driver vertex of a bidirectional pin, else 0.
/// cells:     `count` indices from ckp_objects_add_cell(): the cell of the pin's instance.
/// All are borrowed for the call; NULL only if `count` is 0.
///
/// Returns CKP_SHAPE_MISMATCH or CKP_INVALID_ARGUMENT; then nothing was added.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_objects_add_vertices(
    objects: *mut ckp_objects,
    names: *const c_char,
    name_ends: *const u32,
    driver: *const u8,
    cells: *const u32,
    count: u32,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL; `names` reaches to the last of `name_ends`.
    unsafe {
        guard(out_error, || {
            let name_ends = slice(name_ends, count, "name_ends")?;
            let size = name_ends.last().copied().unwrap_or(0);
            let names = slice(names.cast::<u8>(), size, "names")?;
            let driver = slice(driver, count, "driver")?;
            let cells = slice(cells, count, "cells")?;
            let objects = exclusive(objects, "objects")?;
            objects.0.with(|table| table.add_vertices(names, name_ends, driver, cells))
        })
    }
}

/// Append edges between vertex rows added before.
///
/// from, to: `count` vertex rows each; borrowed for the call; NULL only if `count` is 0.
///
/// Returns CKP_INVALID_ARGUMENT for a row that does not exist; then nothing was added.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_objects_add_edges(
    objects: *mut ckp_objects,
    from: *const u32,
    to: *const u32,
    count: u32,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let from = slice(from, count, "from")?;
            let to = slice(to, count, "to")?;
            let objects = exclusive(objects, "objects")?;
            objects.0.with(|table| table.add_edges(from, to))
        })
    }
}

/// Append arcs.
///
/// edge: `count` edges, never decreasing, also from call to call.
/// kind: `count` indices from ckp_objects_add_arc_kind().
/// Both are borrowed for the call; NULL only if `count` is 0.
///
/// Returns CKP_INVALID_ARGUMENT for an edge or kind that does not exist; then nothing was added.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_objects_add_arcs(
    objects: *mut ckp_objects,
    edge: *const u32,
    kind: *const u32,
    count: u32,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let edge = slice(edge, count, "edge")?;
            let kind = slice(kind, count, "kind")?;
            let objects = exclusive(objects, "objects")?;
            objects.0.with(|table| table.add_arcs(edge, kind))
        })
    }
}
