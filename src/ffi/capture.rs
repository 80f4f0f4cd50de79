// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! ckp_capture.

use std::ffi::c_char;
use std::path::Path;

use super::guard::{contain, guard};
use super::handle::{self, Exclusive, exclusive, output, share, shared, slice, string};
use super::objects::ckp_objects;
use super::options::ckp_options;
use super::stage::ckp_stage;
use super::status::{ckp_error, ckp_status};
use super::store::ckp_store;
use crate::error::{Result, invalid};
use crate::model::{
    DelayTable, Endpoint, MAX_PLANES, MinMax, StreamKey, StreamKind, Summary, Transition,
};
use crate::store::{Capture, CaptureOptions, OpenMode, Store};

/// Early (hold) analysis.
pub const CKP_MIN: u32 = 0;
/// Late (setup) analysis.
pub const CKP_MAX: u32 = 1;
/// Rising.
pub const CKP_RISE: u32 = 0;
/// Falling.
pub const CKP_FALL: u32 = 1;
/// Columns of arcs: the arc itself says its transitions.
pub const CKP_NO_TRANSITION: u32 = 2;

/// Slew of vertices, seconds.
pub const CKP_COLUMN_SLEW: u32 = 0;
/// Worst arrival of vertices, seconds.
pub const CKP_COLUMN_ARRIVAL: u32 = 1;
/// Worst required time of vertices, seconds.
pub const CKP_COLUMN_REQUIRED: u32 = 2;
/// Worst slack of vertices, seconds.
pub const CKP_COLUMN_SLACK: u32 = 3;
/// Delay of arcs, seconds.
pub const CKP_COLUMN_DELAY: u32 = 4;
/// 1 where the user annotated the slew of a vertex, else 0.
pub const CKP_COLUMN_SLEW_MARK: u32 = 5;
/// 1 where the user annotated the delay of an arc, else 0.
pub const CKP_COLUMN_DELAY_MARK: u32 = 6;
/// Least width of a pulse at a vertex that the user annotated (CKP_RISE: high, CKP_FALL: low), seconds;
/// 1e30 where there is none. Without the column there are none.
pub const CKP_COLUMN_PULSE_WIDTH: u32 = 7;
/// Least clock period at a vertex that the user annotated, seconds, as CKP_RISE; 1e30 where there is
/// none. Without the column there are none.
pub const CKP_COLUMN_PERIOD: u32 = 8;
/// 1 where the engine cut a combinational loop, at all arcs of the edge, else 0; scene 0, CKP_MIN.
/// Without the column there are none.
pub const CKP_COLUMN_LOOP_MARK: u32 = 9;

/// Difference of the mean from the nominal value; as all planes, in what the engine counts it in.
pub const CKP_PLANE_SHIFT: u32 = 1;
/// Variance.
pub const CKP_PLANE_VARIANCE: u32 = 2;
/// Skewness.
pub const CKP_PLANE_SKEWNESS: u32 = 3;

/// Name of the top cell.
pub const CKP_TEXT_DESIGN: u32 = 1;
/// Engine, such as "OpenSTA".
pub const CKP_TEXT_ENGINE: u32 = 2;
/// Version of the engine.
pub const CKP_TEXT_ENGINE_VERSION: u32 = 3;
/// The user's note.
pub const CKP_TEXT_NOTE: u32 = 4;
/// The constraints as the engine writes them.
pub const CKP_TEXT_SDC: u32 = 5;

/// Scene (corner) names; the position is the scene number.
pub const CKP_LIST_SCENES: u32 = 1;
/// Names of the liberty libraries in use.
pub const CKP_LIST_LIBERTIES: u32 = 2;
/// Path group names; endpoints refer to them by position.
pub const CKP_LIST_GROUPS: u32 = 3;
/// By path group, the name of the clock that captures its endpoints; empty where none does. A group of
/// several clocks is as many items of one name in CKP_LIST_GROUPS. A capture without this list has no
/// clocks of groups.
pub const CKP_LIST_GROUP_CLOCKS: u32 = 5;
/// Names of the attached files, sorted. Stages have this list; ckp_capture_attach() adds to it.
pub const CKP_LIST_ATTACHMENTS: u32 = 4;
/// Names of clocks; path ends refer to them by position.
pub const CKP_LIST_PATH_CLOCKS: u32 = 8;

/// An open save. Exclusive. The order of calls: ckp_capture_begin(); texts, items, meta; scenes before
/// columns and delay tables, groups before endpoints; columns and their values; ckp_capture_commit() or
/// ckp_capture_abort(). The store can be read by others meanwhile, and written by nobody else.
pub struct ckp_capture(Exclusive<Open>);

struct Open {
    capture: Capture,
    /// The capture may outlive the caller's handle of the store.
    store: Store,
}

/// Begin to save `stage`: become the writer of the store. A thread of the library codes the object table
/// meanwhile; damage in the values of the base is said by ckp_capture_commit().
///
/// options: NULL for defaults; borrowed for the call.
/// objects: consumed, also on failure.
///
/// Returns CKP_LOCKED when another writer holds the store, CKP_ALREADY_EXISTS when the name is taken,
/// and what is wrong with the base.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_capture_begin(
    store: *mut ckp_store,
    stage: *const c_char,
    options: *const ckp_options,
    objects: *mut ckp_objects,
    out_capture: *mut *mut ckp_capture,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL (module text of ffi); so everywhere below.
    unsafe {
        let objects = handle::take(objects, "objects");
        guard(out_error, || {
            let objects = objects?.0.into_inner()?;
            let store = exclusive(store, "store")?;
            let stage = string(stage, "stage")?;
            let out = output(out_capture, "out_capture")?;
            let options = match options.is_null() {
                false => shared(options, "options")?.0.get()?.clone(),
                true => CaptureOptions::default(),
            };
            let capture = Capture::begin(&store.0, stage, options, objects)?;
            let store = Store::open(store.0.path(), OpenMode::Read, store.0.read_mode())?;
            let open = ckp_capture(Exclusive::new(Open { capture, store }));
            out.write(handle::give(open));
            Ok(())
        })
    }
}

/// Set one of CKP_TEXT_DESIGN, CKP_TEXT_ENGINE, CKP_TEXT_ENGINE_VERSION, CKP_TEXT_NOTE, CKP_TEXT_SDC.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_capture_set_text(
    capture: *mut ckp_capture,
    id: u32,
    value: *const c_char,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let value = string(value, "value")?;
            with(capture, |capture| {
                let metadata = capture.metadata_mut();
                match id {
                    CKP_TEXT_DESIGN => metadata.design = value.to_owned(),
                    CKP_TEXT_ENGINE => metadata.engine = value.to_owned(),
                    CKP_TEXT_ENGINE_VERSION => metadata.engine_version = value.to_owned(),
                    CKP_TEXT_NOTE => metadata.note = value.to_owned(),
                    CKP_TEXT_SDC => capture.set_sdc(value.as_bytes()),
                    _ => return Err(invalid(format!("Text {id} cannot be set."))),
                }
                Ok(())
            })
        })
    }
}

/// Append to a list: CKP_LIST_SCENES (at most 65,536), CKP_LIST_LIBERTIES, CKP_LIST_GROUPS,
/// CKP_LIST_GROUP_CLOCKS or CKP_LIST_PATH_CLOCKS.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_capture_add_item(
    capture: *mut ckp_capture,
    list: u32,
    value: *const c_char,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let value = string(value, "value")?;
            with(capture, |capture| {
                let metadata = capture.metadata_mut();
                let list = match list {
                    CKP_LIST_SCENES if metadata.scenes.len() > usize::from(u16::MAX) => {
                        return Err(invalid("There are more than 65,536 scenes."));
                    }
                    CKP_LIST_SCENES => &mut metadata.scenes,
                    CKP_LIST_LIBERTIES => &mut metadata.liberties,
                    CKP_LIST_GROUPS => &mut metadata.groups,
                    CKP_LIST_GROUP_CLOCKS => &mut metadata.group_clocks,
                    CKP_LIST_PATH_CLOCKS => &mut metadata.path_clocks,
                    _ => return Err(invalid(format!("There is no list {list}."))),
                };
                list.push(value.to_owned());
                Ok(())
            })
        })
    }
}

/// Add a key and a value of the user's own.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_capture_add_meta(
    capture: *mut ckp_capture,
    key: *const c_char,
    value: *const c_char,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let pair = (string(key, "key")?.to_owned(), string(value, "value")?.to_owned());
            with(capture, |capture| {
                capture.metadata_mut().meta.push(pair);
                Ok(())
            })
        })
    }
}

/// Set the number of threads that the engine uses.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_capture_set_threads(
    capture: *mut ckp_capture,
    threads: u32,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            with(capture, |capture| {
                capture.metadata_mut().threads = threads;
                Ok(())
            })
        })
    }
}

/// Tell the delays of a timing arc of a library cell over input slew and load, as the engine finds them
/// in the library. Delays are predicted from them, so that the stage becomes smaller; nothing that is
/// read from it depends on them.
///
/// scene:  number of a scene added before.
/// arc:    row of one of the arcs that belong to the timing arc.
/// slews:  `slew_count` input slews, seconds, rising.
/// loads:  `load_count` loads, farads, rising.
/// delays: delays in seconds, of the first slew first: `slew_count` * `load_count`.
/// All are borrowed for the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_capture_add_delay_table(
    capture: *mut ckp_capture,
    scene: u32,
    arc: u32,
    slews: *const f32,
    slew_count: u32,
    loads: *const f32,
    load_count: u32,
    delays: *const f32,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let (scene, _) = check(scene, CKP_MAX)?;
            // Before any of it is copied.
            DelayTable::check_axes(slew_count as usize, load_count as usize)?;
            let count = slew_count * load_count;
            let slews = slice(slews, slew_count, "slews")?.to_vec();
            let loads = slice(loads, load_count, "loads")?.to_vec();
            let delays = slice(delays, count, "delays")?.to_vec();
            let table = DelayTable::new(slews, loads, delays)?;
            with(capture, |capture| capture.add_delay_table(scene, arc, table))
        })
    }
}

/// Attach a file: keep its bytes in the stage, coded after those of the base's attachment of that name. It
/// is read during the call, twice if the base has one, and must not change meanwhile. Memory for some
/// blocks is taken, at most about 150 MB, whatever the size.
///
/// name: that of a file without a directory, 1 to 200 bytes: no slashes and control characters, neither . nor
///       - first; not one that was attached before.
/// path: where the file is.
///
/// Returns CKP_INVALID_ARGUMENT for the name, CKP_IO when the file cannot be read, CKP_NO_SPACE, and
/// CKP_CORRUPT or CKP_TRUNCATED for damage in the attachment of the base. On failure nothing was attached.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_capture_attach(
    capture: *mut ckp_capture,
    name: *const c_char,
    path: *const c_char,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let (name, path) = (string(name, "name")?, string(path, "path")?);
            with(capture, |capture| capture.add_attachment_file(name, Path::new(path)))
        })
    }
}

/// Announce a column.
///
/// kind:       CKP_COLUMN_*.
/// scene:      number of a scene added before.
/// min_max:    CKP_MIN or CKP_MAX.
/// transition: CKP_RISE or CKP_FALL for columns of vertices, CKP_NO_TRANSITION for those of arcs.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_capture_add_column(
    capture: *mut ckp_capture,
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
            let key = column_key(kind, scene, min_max, transition)?;
            let out = output(out_column, "out_column")?;
            let column = with(capture, |capture| capture.add_column(key))?;
            out.write(column as u32);
            Ok(())
        })
    }
}

/// Announce a further plane of a column of values: with statistical timing, a value is four floats. It is
/// written and read as a column of its own, and keeps every bit whatever the tolerance.
///
/// column: that of the means, from ckp_capture_add_column().
/// plane:  CKP_PLANE_SHIFT, CKP_PLANE_VARIANCE or CKP_PLANE_SKEWNESS.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_capture_add_plane(
    capture: *mut ckp_capture,
    column: u32,
    plane: u32,
    out_column: *mut u32,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let out = output(out_column, "out_column")?;
            let column = with(capture, |capture| {
                let key = capture.column_key(column as usize);
                capture.add_column(plane_key(key, column, plane)?)
            })?;
            out.write(column as u32);
            Ok(())
        })
    }
}

/// Append the next rows of a column. The capture keeps a copy until its commit.
///
/// values: `count` 32-bit floats in row order, in seconds; kept bit for bit, or within the tolerance of
///         the options, NaN and infinities always as they are; borrowed for the call; NULL only if
///         `count` is 0.
///
/// Returns CKP_SHAPE_MISMATCH when the column has fewer rows left. On failure nothing was added.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_capture_write(
    capture: *mut ckp_capture,
    column: u32,
    values: *const f32,
    count: u32,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL; every bit pattern of a float is a u32 of the
    // same size and alignment.
    unsafe {
        guard(out_error, || {
            let bits = slice(values.cast::<u32>(), count, "values")?;
            with(capture, |capture| capture.write(column as usize, bits))
        })
    }
}

/// Append the next rows of a column of marks.
///
/// marks: `count` bytes, 0 or 1; borrowed for the call; NULL only if `count` is 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_capture_write_marks(
    capture: *mut ckp_capture,
    column: u32,
    marks: *const u8,
    count: u32,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let marks = slice(marks, count, "marks")?;
            with(capture, |capture| capture.write_marks(column as usize, marks))
        })
    }
}

/// Set the summary of a scene and min/max.
///
/// worst_slack: seconds; the engine's infinity when nothing is constrained.
/// tns:         sum of the negative slacks of endpoints, seconds.
/// violating:   endpoints with a negative slack.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_capture_set_summary(
    capture: *mut ckp_capture,
    scene: u32,
    min_max: u32,
    worst_slack: f32,
    tns: f32,
    violating: u32,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let (scene, min_max) = check(scene, min_max)?;
            let summary = Summary { scene, min_max, worst_slack, tns, violating };
            with(capture, |capture| capture.set_summary(summary))
        })
    }
}

/// Add rows to the endpoint table: one an endpoint, path group, scene and min/max, in any order.
///
/// vertex:  `count` vertex rows.
/// group:   `count` positions in CKP_LIST_GROUPS.
/// scene:   `count` scene numbers.
/// min_max: `count` times CKP_MIN or CKP_MAX.
/// slack:   `count` worst slacks, seconds.
/// All are borrowed for the call; NULL only if `count` is 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_capture_write_endpoints(
    capture: *mut ckp_capture,
    vertex: *const u32,
    group: *const u32,
    scene: *const u32,
    min_max: *const u32,
    slack: *const f32,
    count: u32,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let vertices = slice(vertex, count, "vertex")?;
            let groups = slice(group, count, "group")?;
            let scenes = slice(scene, count, "scene")?;
            let min_maxes = slice(min_max, count, "min_max")?;
            let slacks = slice(slack, count, "slack")?;
            let rows = vertices.iter().zip(groups).zip(scenes).zip(min_maxes).zip(slacks);
            let endpoints = rows.map(|((((vertex, group), scene), min_max), slack)| {
                let (scene, min_max) = check(*scene, *min_max)?;
                Ok(Endpoint { vertex: *vertex, group: *group, scene, min_max, slack: *slack })
            });
            let endpoints = endpoints.collect::<Result<Vec<_>>>()?;
            with(capture, |capture| capture.add_endpoints(&endpoints))
        })
    }
}

/// Publish the stage, make it the store's head, and open it. Durable when this returns CKP_OK.
/// Consumes the capture, also on failure.
///
/// Returns CKP_SHAPE_MISMATCH when a column lacks rows, CKP_CORRUPT or CKP_TRUNCATED for damage in the
/// base, CKP_NO_SPACE, CKP_IO. On failure the stages in the store are as they were.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_capture_commit(
    capture: *mut ckp_capture,
    out_stage: *mut *const ckp_stage,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        let capture = handle::take(capture, "capture");
        guard(out_error, || {
            let capture = capture?;
            let out = output(out_stage, "out_stage")?;
            let Open { capture, store } = capture.0.into_inner()?;
            let stage = capture.commit(&store)?;
            out.write(share(ckp_stage::new(stage)));
            Ok(())
        })
    }
}

/// Give a capture up. The store is as it was before it began. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_capture_abort(capture: *mut ckp_capture) {
    // SAFETY: the caller gives a valid pointer or NULL.
    contain((), || unsafe { handle::free(capture) });
}

/// # Safety
/// `capture` is valid or NULL.
pub(super) unsafe fn with<R>(
    capture: *mut ckp_capture,
    body: impl FnOnce(&mut Capture) -> Result<R>,
) -> Result<R> {
    // SAFETY: the caller's promise.
    unsafe { exclusive(capture, "capture") }?.0.with(|open| body(&mut open.capture))
}

/// Scene and min/max from their numbers.
pub(super) fn check(scene: u32, min_max: u32) -> Result<(u16, MinMax)> {
    let scene = u16::try_from(scene).map_err(|_| invalid(format!("{scene} is not a scene.")))?;
    let min_max = MinMax::from_code(min_max);
    Ok((scene, min_max.ok_or_else(|| invalid("min_max is neither CKP_MIN nor CKP_MAX."))?))
}

/// The key of a column from its numbers.
pub(super) fn column_key(
    kind: u32,
    scene: u32,
    min_max: u32,
    transition: u32,
) -> Result<StreamKey> {
    let kind = StreamKind::from_code(kind)
        .filter(|kind| kind.is_column())
        .ok_or_else(|| invalid(format!("{kind} is not a kind of column.")))?;
    let (scene, min_max) = check(scene, min_max)?;
    let transition = Transition::from_code(transition)
        .ok_or_else(|| invalid(format!("{transition} is not a transition.")))?;
    Ok(StreamKey { kind, scene, min_max, transition, plane: 0 })
}

/// The key of another plane of the column `key`, whose handle is `column`.
pub(super) fn plane_key(key: Option<StreamKey>, column: u32, plane: u32) -> Result<StreamKey> {
    let key = key.filter(|key| key.plane == 0);
    let key = key.ok_or_else(|| invalid(format!("There is no column of means {column}.")))?;
    let plane = u8::try_from(plane).ok().filter(|plane| (1..MAX_PLANES).contains(plane));
    let plane = plane.ok_or_else(|| invalid("The plane is none of CKP_PLANE_*."))?;
    Ok(StreamKey { plane, ..key })
}
