// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! ckp_stage.

use std::ffi::c_char;
use std::ops::Range;
use std::path::Path;
use std::ptr::null;
use std::sync::Arc;

use super::capture::{
    CKP_TEXT_DESIGN, CKP_TEXT_ENGINE, CKP_TEXT_ENGINE_VERSION, CKP_TEXT_NOTE, CKP_TEXT_SDC, check,
    column_key, plane_key,
};
use super::guard::{contain, guard};
use super::handle::{cloned, output, release, share, shared, slice_mut, string};
use super::status::{ckp_error, ckp_status};
use super::store::ckp_store;
use super::text::ckp_text;
use crate::error::{Error, ErrorKind, Result, invalid};
use crate::model::StreamKey;
use crate::store::Stage;

/// Name of the stage.
pub const CKP_TEXT_STAGE: u32 = 6;
/// Name of its base; "" for a full stage.
pub const CKP_TEXT_BASE: u32 = 7;

/// Rows of vertex columns.
pub const CKP_NUMBER_VERTICES: u32 = 1;
/// Edges.
pub const CKP_NUMBER_EDGES: u32 = 2;
/// Rows of arc columns.
pub const CKP_NUMBER_ARCS: u32 = 3;
/// Columns.
pub const CKP_NUMBER_COLUMNS: u32 = 4;
/// Rows of the endpoint table.
pub const CKP_NUMBER_ENDPOINTS: u32 = 5;
/// Size of an uncompressed capture.
pub const CKP_NUMBER_RAW_BYTES: u32 = 6;
/// Size of the stage's file.
pub const CKP_NUMBER_STORED_BYTES: u32 = 7;
/// Threads that the engine was set to use.
pub const CKP_NUMBER_THREADS: u32 = 8;
/// Arcs on the longest path through the timing graph, cycles cut open.
pub const CKP_NUMBER_LEVELS: u32 = 9;
/// Bytes of the stage's file that attachments take.
pub const CKP_NUMBER_ATTACHED_BYTES: u32 = 10;
/// Planes of its values: 1, and up to 4 with statistical timing.
pub const CKP_NUMBER_PLANES: u32 = 11;

/// One stage, opened. Shared and immutable: any number of threads may use it at once. It stays
/// readable when the store is closed.
pub struct ckp_stage {
    pub(super) stage: Arc<Stage>,
    columns: Vec<StreamKey>,
}

impl ckp_stage {
    pub(super) fn new(stage: Arc<Stage>) -> Arc<Self> {
        let delta = &stage.timing_stage().delta_changes;
        let columns = delta.columns().map(|stream| stream.key).collect();
        Arc::new(Self { stage, columns })
    }

    /// The handle of the column with this key.
    fn find(&self, key: StreamKey) -> Result<u32> {
        let column = self.columns.binary_search(&key).map_err(|_| {
            let name = &self.stage.timing_stage().stage_id;
            Error::new(ErrorKind::NotFound, format!("Stage {name} has no {key}."))
        })?;
        Ok(column as u32)
    }

    /// The key of the column with handle `column`.
    pub(super) fn column(&self, column: u32) -> Result<StreamKey> {
        let key = self.columns.get(column as usize).copied();
        key.ok_or_else(|| invalid(format!("There is no column {column}.")))
    }
}

pub(super) fn rows(first: u32, count: u32) -> Range<u64> {
    u64::from(first)..u64::from(first) + u64::from(count)
}

/// Open a stage and its bases.
///
/// Returns CKP_NOT_FOUND, CKP_CORRUPT, CKP_TRUNCATED, CKP_UNSUPPORTED, CKP_BASE_MISSING or
/// CKP_BASE_MISMATCH.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_stage_open(
    store: *const ckp_store,
    stage: *const c_char,
    out_stage: *mut *const ckp_stage,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL (module text of ffi); so everywhere below.
    unsafe {
        guard(out_error, || {
            let store = shared(store, "store")?;
            let name = string(stage, "stage")?;
            let out = output(out_stage, "out_stage")?;
            out.write(share(ckp_stage::new(store.0.stage(name)?)));
            Ok(())
        })
    }
}

/// Another reference to the same stage; NULL for NULL. Each is freed by itself.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_stage_clone(stage: *const ckp_stage) -> *const ckp_stage {
    // SAFETY: the caller gives a valid pointer or NULL.
    contain(null(), || unsafe { cloned(stage, "stage") }.map_or(null(), share))
}

/// Free a reference. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_stage_free(stage: *const ckp_stage) {
    // SAFETY: the caller gives a valid pointer or NULL.
    contain((), || unsafe { release(stage) });
}

/// One of CKP_TEXT_*.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_stage_text(
    stage: *const ckp_stage,
    id: u32,
    out_text: *mut *mut ckp_text,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let stage = &shared(stage, "stage")?.stage;
            let out = output(out_text, "out_text")?;
            let metadata = stage.metadata();
            let text = match id {
                CKP_TEXT_DESIGN => metadata.design.as_str(),
                CKP_TEXT_ENGINE => metadata.engine.as_str(),
                CKP_TEXT_ENGINE_VERSION => metadata.engine_version.as_str(),
                CKP_TEXT_NOTE => metadata.note.as_str(),
                CKP_TEXT_STAGE => stage.timing_stage().stage_id.as_str(),
                CKP_TEXT_BASE => stage.timing_stage().base().unwrap_or_default(),
                CKP_TEXT_SDC => {
                    ckp_text::give(stage.sdc()?, out);
                    return Ok(());
                }
                _ => return Err(invalid(format!("There is no text {id}."))),
            };
            ckp_text::give(text, out);
            Ok(())
        })
    }
}

/// Seconds that a float of a column may differ from what the engine had, as given at the save; 0 where
/// every bit is kept. Endpoints and summaries are those of the engine always.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_stage_tolerance(
    stage: *const ckp_stage,
    out_seconds: *mut f64,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let stage = &shared(stage, "stage")?.stage;
            output(out_seconds, "out_seconds")?.write(stage.metadata().tolerance);
            Ok(())
        })
    }
}

/// One of CKP_NUMBER_*.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_stage_number(
    stage: *const ckp_stage,
    id: u32,
    out_number: *mut u64,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let stage = shared(stage, "stage")?;
            let out = output(out_number, "out_number")?;
            let metadata = stage.stage.metadata();
            out.write(match id {
                CKP_NUMBER_VERTICES => u64::from(metadata.vertices),
                CKP_NUMBER_EDGES => u64::from(metadata.edges),
                CKP_NUMBER_ARCS => u64::from(metadata.arcs),
                CKP_NUMBER_COLUMNS => stage.columns.len() as u64,
                CKP_NUMBER_ENDPOINTS => u64::from(metadata.endpoints),
                CKP_NUMBER_RAW_BYTES => metadata.raw_bytes,
                CKP_NUMBER_STORED_BYTES => stage.stage.stored_bytes(),
                CKP_NUMBER_THREADS => u64::from(metadata.threads),
                CKP_NUMBER_ATTACHED_BYTES => {
                    stage.stage.attachments().iter().map(|file| file.stored_bytes).sum()
                }
                CKP_NUMBER_PLANES => u64::from(stage.stage.timing_stage().delta_changes.planes()),
                CKP_NUMBER_LEVELS => u64::from(stage.stage.levels()?),
                _ => return Err(invalid(format!("There is no number {id}."))),
            });
            Ok(())
        })
    }
}

/// The summary of a scene and min/max, as ckp_capture_set_summary() got it.
///
/// Returns CKP_NOT_FOUND when there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_stage_summary(
    stage: *const ckp_stage,
    scene: u32,
    min_max: u32,
    out_worst_slack: *mut f32,
    out_tns: *mut f32,
    out_violating: *mut u32,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let stage = shared(stage, "stage")?;
            let (scene, min_max) = check(scene, min_max)?;
            let worst_slack = output(out_worst_slack, "out_worst_slack")?;
            let tns = output(out_tns, "out_tns")?;
            let violating = output(out_violating, "out_violating")?;
            let summary = stage.stage.metadata().summary(scene, min_max).ok_or_else(|| {
                let text = format!("Scene {scene} has no summary for {}.", min_max.name());
                Error::new(ErrorKind::NotFound, text)
            })?;
            worst_slack.write(summary.worst_slack);
            tns.write(summary.tns);
            violating.write(summary.violating);
            Ok(())
        })
    }
}

/// The handle of a column: below CKP_NUMBER_COLUMNS. Arguments as for ckp_capture_add_column().
///
/// Returns CKP_NOT_FOUND when the stage does not have it. A stage without a column of marks has no
/// marks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_stage_find_column(
    stage: *const ckp_stage,
    kind: u32,
    scene: u32,
    min_max: u32,
    transition: u32,
    out_column: *mut u32,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let stage = shared(stage, "stage")?;
            let key = column_key(kind, scene, min_max, transition)?;
            let out = output(out_column, "out_column")?;
            out.write(stage.find(key)?);
            Ok(())
        })
    }
}

/// The handle of a further plane of a column, for ckp_stage_read() and ckp_alignment_read().
///
/// column: that of the means, from ckp_stage_find_column().
/// plane:  CKP_PLANE_SHIFT, CKP_PLANE_VARIANCE or CKP_PLANE_SKEWNESS.
///
/// Returns CKP_NOT_FOUND when the stage does not have it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_stage_find_plane(
    stage: *const ckp_stage,
    column: u32,
    plane: u32,
    out_column: *mut u32,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let stage = shared(stage, "stage")?;
            let out = output(out_column, "out_column")?;
            let key = stage.columns.get(column as usize).copied();
            out.write(stage.find(plane_key(key, column, plane)?)?);
            Ok(())
        })
    }
}

/// Values of a column.
///
/// values: receives `count` floats, bit for bit as captured, or within ckp_stage_tolerance() of that; NULL
/// only if `count` is 0.
///
/// Returns CKP_SHAPE_MISMATCH for rows that do not exist, CKP_CORRUPT for a damaged block. On failure
/// `values` is as it was.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_stage_read(
    stage: *const ckp_stage,
    column: u32,
    first_row: u32,
    count: u32,
    values: *mut f32,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL; a float is a u32 of the same size.
    unsafe {
        guard(out_error, || {
            let stage = shared(stage, "stage")?;
            let out = slice_mut(values.cast::<u32>(), count, "values")?;
            let key = stage.column(column)?;
            out.copy_from_slice(&stage.stage.read_words(key, rows(first_row, count))?);
            Ok(())
        })
    }
}

/// Values of a column of marks.
///
/// marks: receives `count` bytes, 0 or 1; NULL only if `count` is 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_stage_read_marks(
    stage: *const ckp_stage,
    column: u32,
    first_row: u32,
    count: u32,
    marks: *mut u8,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let stage = shared(stage, "stage")?;
            let out = slice_mut(marks, count, "marks")?;
            let key = stage.column(column)?;
            out.copy_from_slice(&stage.stage.read_bytes(key, rows(first_row, count))?);
            Ok(())
        })
    }
}

/// Row of a pin.
///
/// driver: 1 for the driver vertex of a bidirectional pin, else 0.
///
/// Returns CKP_NOT_FOUND when the stage has no such pin.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_stage_find_vertex(
    stage: *const ckp_stage,
    name: *const c_char,
    driver: u32,
    out_row: *mut u32,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let stage = &shared(stage, "stage")?.stage;
            let name = string(name, "name")?;
            let out = output(out_row, "out_row")?;
            if driver > 1 {
                return Err(invalid("driver is neither 0 nor 1."));
            }
            let row = stage.find_vertex(name.as_bytes(), driver == 1)?.ok_or_else(|| {
                let stage = &stage.timing_stage().stage_id;
                Error::new(ErrorKind::NotFound, format!("Stage {stage} has no pin {name}."))
            })?;
            out.write(row);
            Ok(())
        })
    }
}

/// Name of a vertex's pin.
///
/// Returns CKP_SHAPE_MISMATCH for a row that does not exist.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_stage_vertex_name(
    stage: *const ckp_stage,
    row: u32,
    out_text: *mut *mut ckp_text,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let stage = &shared(stage, "stage")?.stage;
            let out = output(out_text, "out_text")?;
            let objects = stage.objects()?;
            if row as usize >= objects.vertex_count() {
                let text = format!("There is no vertex {row}.");
                return Err(Error::new(ErrorKind::ShapeMismatch, text));
            }
            ckp_text::give(objects.name(row), out);
            Ok(())
        })
    }
}

/// Rows of the endpoint table, by scene, min/max, group, vertex. The arrays receive `count` elements
/// each, as ckp_capture_write_endpoints() got them; NULL only if `count` is 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_stage_read_endpoints(
    stage: *const ckp_stage,
    first_row: u32,
    count: u32,
    vertex: *mut u32,
    group: *mut u32,
    scene: *mut u32,
    min_max: *mut u32,
    slack: *mut f32,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let stage = shared(stage, "stage")?;
            let vertex = slice_mut(vertex, count, "vertex")?;
            let group = slice_mut(group, count, "group")?;
            let scene = slice_mut(scene, count, "scene")?;
            let min_max = slice_mut(min_max, count, "min_max")?;
            let slack = slice_mut(slack, count, "slack")?;
            let endpoints = stage.stage.endpoints(rows(first_row, count))?;
            for (row, endpoint) in endpoints.iter().enumerate() {
                vertex[row] = endpoint.vertex;
                group[row] = endpoint.group;
                scene[row] = u32::from(endpoint.scene);
                min_max[row] = endpoint.min_max as u32;
                slack[row] = endpoint.slack;
            }
            Ok(())
        })
    }
}

/// Size of an attached file.
///
/// out_bytes:  of the file.
/// out_stored: what it takes in the stage's file.
///
/// Returns CKP_NOT_FOUND when the stage has no such attachment.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_stage_attachment_size(
    stage: *const ckp_stage,
    name: *const c_char,
    out_bytes: *mut u64,
    out_stored: *mut u64,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let stage = &shared(stage, "stage")?.stage;
            let name = string(name, "name")?;
            let bytes = output(out_bytes, "out_bytes")?;
            let stored = output(out_stored, "out_stored")?;
            let files = stage.attachments();
            let file = files.iter().find(|file| file.name == name);
            let file = file.ok_or_else(|| stage.no_attachment(name))?;
            bytes.write(file.bytes);
            stored.write(file.stored_bytes);
            Ok(())
        })
    }
}

/// Write one attached file to `path`: under another name in the same directory first, then renamed. A file
/// that is there already is left alone if it is the same, and never replaced by another one.
///
/// out_written: 1 if it was written, 0 if it is there already.
///
/// Returns CKP_NOT_FOUND when the stage has no such attachment, CKP_ALREADY_EXISTS when something else is at
/// `path`, CKP_CORRUPT or CKP_TRUNCATED for damage, CKP_IO, CKP_NO_SPACE. On failure nothing was written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_stage_extract_file(
    stage: *const ckp_stage,
    name: *const c_char,
    path: *const c_char,
    out_written: *mut u32,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let stage = &shared(stage, "stage")?.stage;
            let (name, path) = (string(name, "name")?, string(path, "path")?);
            let out = output(out_written, "out_written")?;
            out.write(u32::from(stage.extract_attachment(name, Path::new(path))?));
            Ok(())
        })
    }
}

/// Write all attached files to a directory, which is made if need be, under their names; each as
/// ckp_stage_extract_file() does. When one cannot be written, none is.
///
/// out_written: how many were written; the others are there already.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_stage_extract(
    stage: *const ckp_stage,
    directory: *const c_char,
    out_written: *mut u32,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let stage = &shared(stage, "stage")?.stage;
            let directory = string(directory, "directory")?;
            let out = output(out_written, "out_written")?;
            out.write(stage.extract_attachments(Path::new(directory))? as u32);
            Ok(())
        })
    }
}

/// Look for damage in one stage and its bases.
///
/// depth: one of CKP_VERIFY_*.
///
/// Returns CKP_OK when there is none, else the first that was found.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_stage_verify(
    stage: *const ckp_stage,
    depth: u32,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let stage = shared(stage, "stage")?;
            stage.stage.verify(super::store::depth(depth)?)
        })
    }
}
