// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The lists of names of a stage, and which columns it has.

use super::capture::{
    CKP_LIST_ATTACHMENTS, CKP_LIST_GROUP_CLOCKS, CKP_LIST_GROUPS, CKP_LIST_LIBERTIES,
    CKP_LIST_PATH_CLOCKS, CKP_LIST_SCENES,
};
use super::guard::guard;
use super::handle::{output, shared};
use super::stage::ckp_stage;
use super::status::{ckp_error, ckp_status};
use super::text::ckp_text;
use crate::error::{Error, ErrorKind, Result, invalid};
use crate::store::Stage;

/// Names of the liberty cells that CKP_ROWS_CELL refers to; "" for top-level ports. Of stages only.
pub const CKP_LIST_CELLS: u32 = 6;
/// Kinds of arcs that CKP_ROWS_ARC_KIND refers to, such as "combinational ^ -> v". Of stages only.
pub const CKP_LIST_KINDS: u32 = 7;

/// Call `body` with a list.
fn with_list<R>(stage: &Stage, list: u32, body: impl FnOnce(&[String]) -> R) -> Result<R> {
    let metadata = stage.metadata();
    Ok(match list {
        CKP_LIST_SCENES => body(&metadata.scenes),
        CKP_LIST_LIBERTIES => body(&metadata.liberties),
        CKP_LIST_GROUPS => body(&metadata.groups),
        CKP_LIST_GROUP_CLOCKS => body(&metadata.group_clocks),
        CKP_LIST_PATH_CLOCKS => body(&metadata.path_clocks),
        CKP_LIST_ATTACHMENTS => body(&metadata.attachments),
        // Those of the table: the metadata of a delta may number them otherwise than its base's table.
        CKP_LIST_CELLS => body(&stage.objects()?.cell_names),
        CKP_LIST_KINDS => body(&stage.objects()?.kind_names),
        _ => return Err(invalid(format!("There is no list {list}."))),
    })
}

/// Length of one of CKP_LIST_*.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_stage_item_count(
    stage: *const ckp_stage,
    list: u32,
    out_count: *mut u32,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL (module text of ffi); so everywhere below.
    unsafe {
        guard(out_error, || {
            let stage = shared(stage, "stage")?;
            let out = output(out_count, "out_count")?;
            out.write(with_list(&stage.stage, list, |items| items.len() as u32)?);
            Ok(())
        })
    }
}

/// One item of a list.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_stage_item(
    stage: *const ckp_stage,
    list: u32,
    index: u32,
    out_text: *mut *mut ckp_text,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let stage = shared(stage, "stage")?;
            let out = output(out_text, "out_text")?;
            let item = with_list(&stage.stage, list, |items| items.get(index as usize).cloned())?;
            let item = item.ok_or_else(|| {
                Error::new(ErrorKind::NotFound, format!("List {list} has no item {index}."))
            })?;
            ckp_text::give(item, out);
            Ok(())
        })
    }
}

/// What the column with a handle is: the arguments of ckp_stage_find_column(), and its plane, 0 for that of
/// the means.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_stage_column_key(
    stage: *const ckp_stage,
    column: u32,
    out_kind: *mut u32,
    out_scene: *mut u32,
    out_min_max: *mut u32,
    out_transition: *mut u32,
    out_plane: *mut u32,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let stage = shared(stage, "stage")?;
            let kind = output(out_kind, "out_kind")?;
            let scene = output(out_scene, "out_scene")?;
            let min_max = output(out_min_max, "out_min_max")?;
            let transition = output(out_transition, "out_transition")?;
            let plane = output(out_plane, "out_plane")?;
            let key = stage.column(column)?;
            kind.write(key.kind as u32);
            scene.write(u32::from(key.scene));
            min_max.write(key.min_max as u32);
            transition.write(key.transition as u32);
            plane.write(u32::from(key.plane));
            Ok(())
        })
    }
}
