// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The C ABI, called as C would. tests/c does the same from C, under sanitizers.

// Every pointer here was just made by the library or is NULL on purpose.
#![allow(clippy::undocumented_unsafe_blocks)]

mod common;

use std::ffi::{CStr, CString, c_char};
use std::path::Path;
use std::ptr::{null, null_mut};

use ckp::ffi::*;
use common::HOSTILE;

/// Owns what a test opened, and frees it.
struct Handles {
    directory: tempfile::TempDir,
    store: *mut ckp_store,
}

impl Drop for Handles {
    fn drop(&mut self) {
        unsafe { ckp_store_free(self.store) };
    }
}

fn c(text: &str) -> CString {
    CString::new(text).unwrap()
}

/// The call must succeed; its message is shown when it does not.
macro_rules! ok {
    ($function:ident($($argument:expr),* $(,)?)) => {{
        let mut error = null_mut();
        let status = unsafe { $function($($argument,)* &raw mut error) };
        assert_eq!(status, CKP_OK, "{}: {}", stringify!($function), message(error));
    }};
}

/// The call must fail with this status and a message.
macro_rules! fails {
    ($status:expr, $function:ident($($argument:expr),* $(,)?)) => {{
        let mut error = null_mut();
        let status = unsafe { $function($($argument,)* &raw mut error) };
        assert_eq!(status, $status, "{}", stringify!($function));
        assert_eq!(unsafe { ckp_error_status(error) }, $status);
        assert!(unsafe { $function($($argument,)* null_mut()) } == $status);
        let text = message(error);
        assert!(text.len() > 10, "{}: {text:?}", stringify!($function));
        text
    }};
}

fn message(error: *mut ckp_error) -> String {
    let text = unsafe { CStr::from_ptr(ckp_error_message(error)) }.to_str().unwrap().to_owned();
    unsafe { ckp_error_free(error) };
    text
}

fn text(text: *mut ckp_text) -> String {
    let (data, size) = unsafe { (ckp_text_data(text), ckp_text_size(text)) };
    let string = unsafe { CStr::from_ptr(data) }.to_str().unwrap().to_owned();
    assert_eq!(string.len(), size);
    unsafe { ckp_text_free(text) };
    string
}

fn open(directory: tempfile::TempDir) -> Handles {
    let path = c(directory.path().join("s.ckp").to_str().unwrap());
    let mut store = null_mut();
    ok!(ckp_store_open(path.as_ptr(), CKP_OPEN_CREATE, &raw mut store));
    Handles { directory, store }
}

fn new() -> Handles {
    open(tempfile::tempdir().unwrap())
}

/// Three pins, a wire and a cell arc.
fn objects(cell: &str) -> *mut ckp_objects {
    let mut objects = null_mut();
    ok!(ckp_objects_new(&raw mut objects));
    let (mut port, mut inv, mut wire, mut arc) = (9, 9, 9, 9);
    ok!(ckp_objects_add_cell(objects, c"".as_ptr(), &raw mut port));
    ok!(ckp_objects_add_cell(objects, c(cell).as_ptr(), &raw mut inv));
    ok!(ckp_objects_add_arc_kind(objects, c"wire ^ -> ^".as_ptr(), &raw mut wire));
    ok!(ckp_objects_add_arc_kind(objects, c"combinational ^ -> v".as_ptr(), &raw mut arc));
    let (ends, driver, cells) = ([2, 6, 10], [0, 0, 1], [port, inv, inv]);
    ok!(ckp_objects_add_vertices(
        objects,
        c"inu1/Au1/Z".as_ptr(),
        ends.as_ptr(),
        driver.as_ptr(),
        cells.as_ptr(),
        3
    ));
    ok!(ckp_objects_add_edges(objects, [0, 1].as_ptr(), [1, 2].as_ptr(), 2));
    ok!(ckp_objects_add_arcs(objects, [0, 1].as_ptr(), [wire, arc].as_ptr(), 2));
    objects
}

fn begin(store: *mut ckp_store, stage: &str, options: *const ckp_options) -> *mut ckp_capture {
    let mut capture = null_mut();
    ok!(ckp_capture_begin(store, c(stage).as_ptr(), options, objects("INV"), &raw mut capture));
    for scene in ["slow", "fast"] {
        ok!(ckp_capture_add_item(capture, CKP_LIST_SCENES, c(scene).as_ptr()));
    }
    ok!(ckp_capture_add_item(capture, CKP_LIST_LIBERTIES, c"lib".as_ptr()));
    ok!(ckp_capture_add_item(capture, CKP_LIST_GROUPS, c"clk".as_ptr()));
    ok!(ckp_capture_add_item(capture, CKP_LIST_GROUP_CLOCKS, c"clk".as_ptr()));
    capture
}

fn floats(shift: usize) -> [f32; 3] {
    [0, 1, 2].map(|row| f32::from_bits(HOSTILE[(row + shift) % HOSTILE.len()]))
}

fn save(store: *mut ckp_store, stage: &str, options: *const ckp_options) -> *const ckp_stage {
    let capture = begin(store, stage, options);
    for (id, value) in [
        (CKP_TEXT_DESIGN, "top"),
        (CKP_TEXT_ENGINE, "OpenSTA"),
        (CKP_TEXT_ENGINE_VERSION, "2"),
        (CKP_TEXT_NOTE, "a note"),
        (CKP_TEXT_SDC, "set_x 1\n"),
    ] {
        ok!(ckp_capture_set_text(capture, id, c(value).as_ptr()));
    }
    ok!(ckp_capture_add_meta(capture, c"k".as_ptr(), c"v".as_ptr()));
    ok!(ckp_capture_set_threads(capture, 4));
    add_clocks(capture);
    let mut column = 99;
    for scene in 0..2 {
        let slew = CKP_COLUMN_SLEW;
        ok!(ckp_capture_add_column(capture, slew, scene, CKP_MAX, CKP_FALL, &raw mut column));
        let values = floats(scene as usize);
        ok!(ckp_capture_write(capture, column, values.as_ptr(), 2));
        ok!(ckp_capture_write(capture, column, values[2..].as_ptr(), 1));
    }
    let none = CKP_NO_TRANSITION;
    ok!(ckp_capture_add_column(capture, CKP_COLUMN_DELAY, 0, CKP_MIN, none, &raw mut column));
    ok!(ckp_capture_write(capture, column, floats(5).as_ptr(), 2));
    let mark = CKP_COLUMN_SLEW_MARK;
    ok!(ckp_capture_add_column(capture, mark, 0, CKP_MIN, CKP_RISE, &raw mut column));
    ok!(ckp_capture_write_marks(capture, column, [1, 0, 1].as_ptr(), 3));
    ok!(ckp_capture_set_summary(capture, 1, CKP_MAX, -1.5, -3.0, 2));
    ok!(ckp_capture_write_endpoints(
        capture,
        [2, 1].as_ptr(),
        [0, 0].as_ptr(),
        [1, 0].as_ptr(),
        [CKP_MAX, CKP_MIN].as_ptr(),
        [-1.5, f32::NAN].as_ptr(),
        2
    ));
    let mut stage = null();
    ok!(ckp_capture_commit(capture, &raw mut stage));
    stage
}

/// A clock of both scenes, and one of the second that is generated from it.
fn add_clocks(capture: *mut ckp_capture) {
    let pins = [c"u1/Z".as_ptr(), c"in".as_ptr()];
    let (period, rise, fall) = (1e-9, 0.0, 0.5e-9);
    ok!(ckp_capture_add_clock(
        capture,
        c"half".as_ptr(),
        [1].as_ptr(),
        1,
        2e-9,
        rise,
        1e-9,
        1,
        c"clk".as_ptr(),
        pins.as_ptr(),
        2
    ));
    ok!(ckp_capture_add_clock(
        capture,
        c"clk".as_ptr(),
        [1, 0].as_ptr(),
        2,
        period,
        rise,
        fall,
        0,
        null(),
        null(),
        0
    ));
}

fn check_clocks(stage: *const ckp_stage) {
    let mut out = null_mut();
    ok!(ckp_stage_clocks(stage, &raw mut out));
    let clocks: serde_json::Value = serde_json::from_str(&text(out)).unwrap();
    let expected = serde_json::json!([
        {
            "name": "clk", "scenes": ["slow", "fast"], "period": 1e-9, "rise": 0.0, "fall": 0.5e-9,
            "propagated": false, "master": null, "sources": [],
        },
        {
            "name": "half", "scenes": ["fast"], "period": 2e-9, "rise": 0.0, "fall": 1e-9,
            "propagated": true, "master": "clk", "sources": ["in", "u1/Z"],
        },
    ]);
    assert_eq!(clocks, expected);
}

fn check_stage(stage: *const ckp_stage) {
    check_clocks(stage);
    let read_text = |id| {
        let mut out = null_mut();
        ok!(ckp_stage_text(stage, id, &raw mut out));
        text(out)
    };
    assert_eq!(read_text(CKP_TEXT_DESIGN), "top");
    assert_eq!(read_text(CKP_TEXT_ENGINE), "OpenSTA");
    assert_eq!(read_text(CKP_TEXT_ENGINE_VERSION), "2");
    assert_eq!(read_text(CKP_TEXT_NOTE), "a note");
    assert_eq!(read_text(CKP_TEXT_SDC), "set_x 1\n");
    let number = |id| {
        let mut out = 0;
        ok!(ckp_stage_number(stage, id, &raw mut out));
        out
    };
    let numbers = [CKP_NUMBER_VERTICES, CKP_NUMBER_EDGES, CKP_NUMBER_ARCS, CKP_NUMBER_COLUMNS];
    assert_eq!(numbers.map(number), [3, 2, 2, 4]);
    assert_eq!([CKP_NUMBER_ENDPOINTS, CKP_NUMBER_THREADS].map(number), [2, 4]);
    assert_eq!(number(CKP_NUMBER_RAW_BYTES), 10 + 3 * 4 + 2 * 8 + 2 * 4 + 2 * 12 + 8);
    assert!(number(CKP_NUMBER_STORED_BYTES) > 100);
    let mut count = 0;
    ok!(ckp_stage_item_count(stage, CKP_LIST_SCENES, &raw mut count));
    assert_eq!(count, 2);
    for (list, index, expected) in [
        (CKP_LIST_SCENES, 1, "fast"),
        (CKP_LIST_LIBERTIES, 0, "lib"),
        (CKP_LIST_GROUPS, 0, "clk"),
        (CKP_LIST_GROUP_CLOCKS, 0, "clk"),
    ] {
        let mut out = null_mut();
        ok!(ckp_stage_item(stage, list, index, &raw mut out));
        assert_eq!(text(out), expected);
    }
    let (mut worst, mut tns, mut violating) = (0.0, 0.0, 0);
    let outs = (&raw mut worst, &raw mut tns, &raw mut violating);
    ok!(ckp_stage_summary(stage, 1, CKP_MAX, outs.0, outs.1, outs.2));
    assert_eq!((worst, tns, violating), (-1.5, -3.0, 2));
    check_columns(stage);
}

fn check_columns(stage: *const ckp_stage) {
    let mut column = 0;
    let slew = CKP_COLUMN_SLEW;
    ok!(ckp_stage_find_column(stage, slew, 1, CKP_MAX, CKP_FALL, &raw mut column));
    let mut values = [0.0f32; 3];
    ok!(ckp_stage_read(stage, column, 0, 3, values.as_mut_ptr()));
    assert_eq!(values.map(f32::to_bits), floats(1).map(f32::to_bits));
    ok!(ckp_stage_read(stage, column, 1, 1, values.as_mut_ptr()));
    assert_eq!(values[0].to_bits(), floats(1)[1].to_bits());
    let mark = CKP_COLUMN_SLEW_MARK;
    ok!(ckp_stage_find_column(stage, mark, 0, CKP_MIN, CKP_RISE, &raw mut column));
    let mut marks = [9u8; 3];
    ok!(ckp_stage_read_marks(stage, column, 0, 3, marks.as_mut_ptr()));
    assert_eq!(marks, [1, 0, 1]);
    let mut row = 9;
    ok!(ckp_stage_find_vertex(stage, c"u1/Z".as_ptr(), 1, &raw mut row));
    assert_eq!(row, 2);
    let mut name = null_mut();
    ok!(ckp_stage_vertex_name(stage, 1, &raw mut name));
    assert_eq!(text(name), "u1/A");
    let (mut vertex, mut group) = ([9u32; 2], [9u32; 2]);
    let (mut scene, mut min_max, mut slack) = ([9u32; 2], [9u32; 2], [0.0f32; 2]);
    ok!(ckp_stage_read_endpoints(
        stage,
        0,
        2,
        vertex.as_mut_ptr(),
        group.as_mut_ptr(),
        scene.as_mut_ptr(),
        min_max.as_mut_ptr(),
        slack.as_mut_ptr()
    ));
    assert_eq!((vertex, group, scene, min_max), ([1, 2], [0, 0], [0, 1], [CKP_MIN, CKP_MAX]));
    assert_eq!(slack.map(f32::to_bits), [f32::NAN, -1.5].map(f32::to_bits));
    ok!(ckp_stage_verify(stage, CKP_VERIFY_QUICK));
    ok!(ckp_stage_verify(stage, CKP_VERIFY_FULL));
}

#[test]
fn a_stage_goes_in_and_comes_out() {
    let handles = new();
    let stage = save(handles.store, "a", null());
    check_stage(stage);
    let again = unsafe { ckp_stage_clone(stage) };
    unsafe { ckp_stage_free(stage) };
    check_stage(again);
    unsafe { ckp_stage_free(again) };
    let mut options = null_mut();
    ok!(ckp_options_new(&raw mut options));
    ok!(ckp_options_set_text(options, CKP_OPTION_BASE, c"a".as_ptr()));
    ok!(ckp_options_set_u64(options, CKP_OPTION_CODEC, u64::from(CKP_CODEC_LZ4)));
    ok!(ckp_options_set_u64(options, CKP_OPTION_LEVEL, 7));
    let stage = save(handles.store, "b", options);
    unsafe { ckp_options_free(options) };
    let mut base = null_mut();
    ok!(ckp_stage_text(stage, CKP_TEXT_BASE, &raw mut base));
    assert_eq!(text(base), "a");
    unsafe { ckp_stage_free(stage) };
    let mut reopened = null();
    ok!(ckp_stage_open(handles.store, c"b".as_ptr(), &raw mut reopened));
    check_stage(reopened);
    unsafe { ckp_stage_free(reopened) };
    assert!(unsafe { ckp_stage_clone(null()) }.is_null());
}

#[test]
fn the_store_reports_verifies_and_rolls_back() {
    let handles = new();
    let store = handles.store;
    let mut out = null_mut();
    ok!(ckp_store_head(store, &raw mut out));
    assert_eq!(text(out), "");
    for stage in ["a", "b"] {
        unsafe { ckp_stage_free(save(store, stage, null())) };
    }
    ok!(ckp_store_set_head(store, c"a".as_ptr()));
    ok!(ckp_store_head(store, &raw mut out));
    assert_eq!(text(out), "a");
    ok!(ckp_store_report(store, CKP_REPORT_TEXT, &raw mut out));
    assert!(text(out).contains("* a"));
    ok!(ckp_store_report(store, CKP_REPORT_JSON, &raw mut out));
    assert!(text(out).starts_with('['));
    let mut findings = 9;
    ok!(ckp_store_verify(store, CKP_VERIFY_FULL, CKP_REPORT_TEXT, &raw mut findings, &raw mut out));
    assert_eq!((findings, text(out).as_str()), (0, "2 stages are sound.\n"));
    std::fs::write(handles.directory.path().join("s.ckp/stages/a.stage"), "x").unwrap();
    ok!(ckp_store_verify(
        store,
        CKP_VERIFY_QUICK,
        CKP_REPORT_JSON,
        &raw mut findings,
        &raw mut out
    ));
    assert_ne!(findings, 0);
    let json = text(out);
    assert!(json.contains("\"stage\": \"a\"") && json.contains("TRUNCATED"), "{json}");
    ok!(ckp_store_check_new_stage(store, c"c".as_ptr()));
    fails!(CKP_ALREADY_EXISTS, ckp_store_check_new_stage(store, c"b".as_ptr()));
    fails!(CKP_INVALID_ARGUMENT, ckp_store_check_new_stage(store, c"../c".as_ptr()));
    fails!(CKP_NOT_FOUND, ckp_store_set_head(store, c"c".as_ptr()));
    fails!(CKP_TRUNCATED, ckp_store_set_head(store, c"a".as_ptr()));
    let mut stage = null();
    fails!(CKP_TRUNCATED, ckp_stage_open(store, c"b".as_ptr(), &raw mut stage));
}

#[test]
fn live_rows_are_aligned_by_name() {
    let handles = new();
    let stage = save(handles.store, "a", null());
    let align = |live: *mut ckp_objects| {
        let mut alignment = null_mut();
        ok!(ckp_stage_align(stage, live, &raw mut alignment));
        unsafe { ckp_objects_free(live) };
        alignment
    };
    let number = |alignment, id| {
        let mut out = 99;
        ok!(ckp_alignment_number(alignment, id, &raw mut out));
        out
    };
    let report = |alignment| {
        let mut out = null_mut();
        ok!(ckp_alignment_report(alignment, &raw mut out));
        text(out)
    };
    let same = align(objects("INV"));
    assert_eq!(number(same, CKP_ALIGN_MATCHED_VERTICES), 3);
    assert_eq!(report(same), "");
    let other_cell = align(objects("BUF"));
    assert_eq!(number(other_cell, CKP_ALIGN_CHANGED_CELLS), 2);
    assert!(report(other_cell).contains("u1 is BUF, was INV"), "{}", report(other_cell));

    // A table of its own: pin u1/A, and one that the stage does not know.
    let mut live = null_mut();
    ok!(ckp_objects_new(&raw mut live));
    let mut inv = 0;
    ok!(ckp_objects_add_cell(live, c"INV".as_ptr(), &raw mut inv));
    let (ends, cells) = ([3, 7], [inv, inv]);
    let driver = [0, 0];
    let names = c"newu1/A";
    ok!(ckp_objects_add_vertices(
        live,
        names.as_ptr(),
        ends.as_ptr(),
        driver.as_ptr(),
        cells.as_ptr(),
        2
    ));
    let partial = align(live);
    let ids = [
        CKP_ALIGN_MATCHED_VERTICES,
        CKP_ALIGN_MISSING_VERTICES,
        CKP_ALIGN_EXTRA_VERTICES,
        CKP_ALIGN_MATCHED_ARCS,
        CKP_ALIGN_MISSING_ARCS,
        CKP_ALIGN_EXTRA_ARCS,
    ];
    assert_eq!(ids.map(|id| number(partial, id)), [1, 2, 1, 0, 2, 0]);
    let text = report(partial);
    for part in ["2 pins are missing (in, u1/Z (driver))", "1 pin is extra (new)", "in -> u1/A"] {
        assert!(text.contains(part), "{text}");
    }
    let mut column = 0;
    ok!(ckp_stage_find_column(stage, CKP_COLUMN_SLEW, 0, CKP_MAX, CKP_FALL, &raw mut column));
    let (mut values, mut present) = ([7.0f32; 2], [9u8; 2]);
    let outs = (values.as_mut_ptr(), present.as_mut_ptr());
    ok!(ckp_alignment_read(partial, column, 0, 2, outs.0, outs.1));
    assert_eq!(present, [CKP_ROW_ABSENT, CKP_ROW_CHANGED], "its arcs are gone");
    assert_eq!(values.map(f32::to_bits), [7.0f32.to_bits(), floats(0)[1].to_bits()]);
    fails!(CKP_SHAPE_MISMATCH, ckp_alignment_read(partial, column, 1, 2, outs.0, outs.1));
    fails!(CKP_INVALID_ARGUMENT, ckp_alignment_read(partial, 9, 0, 2, outs.0, outs.1));
    let (mut values, mut present) = ([7.0f32; 3], [9u8; 3]);
    let outs = (values.as_mut_ptr(), present.as_mut_ptr());
    ok!(ckp_alignment_read(other_cell, column, 0, 3, outs.0, outs.1));
    assert_eq!(present, [CKP_ROW_PRESENT, CKP_ROW_CHANGED, CKP_ROW_CHANGED]);
    let none = CKP_NO_TRANSITION;
    ok!(ckp_stage_find_column(stage, CKP_COLUMN_DELAY, 0, CKP_MIN, none, &raw mut column));
    ok!(ckp_alignment_read(other_cell, column, 0, 2, outs.0, outs.1));
    assert_eq!(present[..2], [CKP_ROW_CHANGED, CKP_ROW_CHANGED], "arcs at the other cell");
    let mark = CKP_COLUMN_SLEW_MARK;
    ok!(ckp_stage_find_column(stage, mark, 0, CKP_MIN, CKP_RISE, &raw mut column));
    let (mut marks, mut present) = ([7u8; 2], [9u8; 2]);
    let outs = (marks.as_mut_ptr(), present.as_mut_ptr());
    ok!(ckp_alignment_read_marks(partial, column, 0, 2, outs.0, outs.1));
    assert_eq!((marks, present), ([7, 0], [CKP_ROW_ABSENT, CKP_ROW_CHANGED]));
    unsafe {
        for alignment in [same, other_cell, partial] {
            ckp_alignment_free(alignment);
        }
        ckp_stage_free(stage);
    }
}

#[test]
fn wrong_values_are_refused_one_by_one() {
    let handles = new();
    let store = handles.store;
    let path = c(handles.directory.path().to_str().unwrap());
    let mut other = null_mut();
    fails!(CKP_INVALID_ARGUMENT, ckp_store_open(path.as_ptr(), 7, &raw mut other));
    fails!(CKP_INVALID_ARGUMENT, ckp_store_open(path.as_ptr(), CKP_OPEN_READ, &raw mut other));
    let latin = [0xe9u8 as c_char, 0];
    fails!(CKP_INVALID_ARGUMENT, ckp_store_open(latin.as_ptr(), 0, &raw mut other));
    let nowhere = c(handles.directory.path().join("none").to_str().unwrap());
    let mode = CKP_OPEN_READ | CKP_OPEN_MAP;
    fails!(CKP_NOT_FOUND, ckp_store_open(nowhere.as_ptr(), mode, &raw mut other));
    let mut out = null_mut();
    let mut number = 0;
    fails!(CKP_INVALID_ARGUMENT, ckp_store_report(store, 9, &raw mut out));
    fails!(CKP_INVALID_ARGUMENT, ckp_store_verify(store, 9, 0, &raw mut number, &raw mut out));
    fails!(CKP_INVALID_ARGUMENT, ckp_store_verify(store, 0, 9, &raw mut number, &raw mut out));
    let name = c"a";
    fails!(CKP_NOT_FOUND, ckp_store_report_stage(store, name.as_ptr(), 1, &raw mut out));

    let mut options = null_mut();
    ok!(ckp_options_new(&raw mut options));
    for (id, value) in [
        (CKP_OPTION_FULL, 2),
        (CKP_OPTION_CODEC, 9),
        (CKP_OPTION_LEVEL, 0),
        (CKP_OPTION_LEVEL, 20),
        (CKP_OPTION_BASE, 1),
        (99, 1),
    ] {
        fails!(CKP_INVALID_ARGUMENT, ckp_options_set_u64(options, id, value));
    }
    fails!(CKP_INVALID_ARGUMENT, ckp_options_set_text(options, 99, c"a".as_ptr()));
    ok!(ckp_options_set_u64(options, CKP_OPTION_FULL, 0));
    ok!(ckp_options_set_u64(options, CKP_OPTION_FULL, 1));
    let base = CKP_OPTION_BASE;
    fails!(CKP_INVALID_ARGUMENT, ckp_options_set_text(options, base, c"a".as_ptr()));
    ok!(ckp_options_set_u64(options, CKP_OPTION_FULL, 0));
    ok!(ckp_options_set_text(options, CKP_OPTION_BASE, c"a".as_ptr()));
    fails!(CKP_INVALID_ARGUMENT, ckp_options_set_u64(options, CKP_OPTION_FULL, 1));
    unsafe { ckp_options_free(options) };

    let capture = begin(store, "a", null());
    let bad = CKP_INVALID_ARGUMENT;
    let mut column = 0;
    fails!(bad, ckp_capture_set_text(capture, CKP_TEXT_STAGE, c"x".as_ptr()));
    fails!(bad, ckp_capture_add_item(capture, 9, c"x".as_ptr()));
    let mut plane = 0;
    ok!(ckp_capture_add_column(capture, 1, 0, 0, 0, &raw mut column));
    ok!(ckp_capture_add_plane(capture, column, CKP_PLANE_VARIANCE, &raw mut plane));
    fails!(bad, ckp_capture_add_plane(capture, column, CKP_PLANE_VARIANCE, &raw mut plane));
    fails!(bad, ckp_capture_add_plane(capture, column, 0, &raw mut plane));
    fails!(bad, ckp_capture_add_plane(capture, column, 4, &raw mut plane));
    fails!(bad, ckp_capture_add_plane(capture, plane, 1, &raw mut plane));
    fails!(bad, ckp_capture_add_plane(capture, 99, 1, &raw mut plane));
    fails!(bad, ckp_capture_add_column(capture, 9, 0, 0, 0, &raw mut column));
    fails!(bad, ckp_capture_add_column(capture, 0, 9, 0, 0, &raw mut column));
    fails!(bad, ckp_capture_add_column(capture, 0, 1 << 20, 0, 0, &raw mut column));
    fails!(bad, ckp_capture_add_column(capture, 0, 0, 2, 0, &raw mut column));
    fails!(bad, ckp_capture_add_column(capture, 0, 0, 0, 3, &raw mut column));
    fails!(bad, ckp_capture_add_column(capture, 32, 0, 0, 2, &raw mut column));
    fails!(bad, ckp_capture_write(capture, 9, [0.0].as_ptr(), 1));
    fails!(bad, ckp_capture_write_marks(capture, 9, [1].as_ptr(), 1));
    fails!(bad, ckp_capture_set_summary(capture, 2, 0, 0.0, 0.0, 0));
    let add_clock = |scene: u32, propagated: u32| unsafe {
        let name = c"clk".as_ptr();
        ckp_capture_add_clock(
            capture,
            name,
            &raw const scene,
            1,
            1.0,
            0.0,
            0.5,
            propagated,
            null(),
            null(),
            0,
            null_mut(),
        )
    };
    assert_eq!(add_clock(2, 0), bad, "no such scene");
    assert_eq!(add_clock(0, 2), bad, "neither propagated nor ideal");
    assert_eq!(add_clock(0, 1), CKP_OK);
    assert_eq!(add_clock(0, 1), bad, "the same clock again");
    assert_eq!(add_clock(1, 1), CKP_OK, "another scene may have one of that name");
    let (one, zero) = ([1u32], [0u32]);
    let slack = [0.0f32];
    let endpoints = |vertex: u32, group: u32, scene: u32, min_max: u32| {
        let (vertex, group, scene, min_max) = ([vertex], [group], [scene], [min_max]);
        let (a, b) = (vertex.as_ptr(), group.as_ptr());
        let (c, d) = (scene.as_ptr(), min_max.as_ptr());
        fails!(bad, ckp_capture_write_endpoints(capture, a, b, c, d, slack.as_ptr(), 1));
    };
    endpoints(3, 0, 0, 0);
    endpoints(0, 1, 0, 0);
    endpoints(0, 0, 2, 0);
    endpoints(0, 0, 0, 2);
    let (a, b) = (one.as_ptr(), zero.as_ptr());
    ok!(ckp_capture_write_endpoints(capture, a, b, b, b, slack.as_ptr(), 1));
    endpoints(1, 0, 0, 0);
    unsafe { ckp_capture_abort(capture) };

    let stage = save(store, "a", null());
    let mut count = 0;
    fails!(bad, ckp_stage_text(stage, 99, &raw mut out));
    fails!(bad, ckp_stage_item_count(stage, 99, &raw mut count));
    fails!(bad, ckp_stage_item(stage, 99, 0, &raw mut out));
    fails!(CKP_NOT_FOUND, ckp_stage_item(stage, CKP_LIST_SCENES, 2, &raw mut out));
    fails!(bad, ckp_stage_number(stage, 99, &raw mut number));
    let (mut worst, mut tns, mut violating) = (0.0, 0.0, 0);
    let outs = (&raw mut worst, &raw mut tns, &raw mut violating);
    fails!(CKP_NOT_FOUND, ckp_stage_summary(stage, 0, CKP_MIN, outs.0, outs.1, outs.2));
    fails!(CKP_NOT_FOUND, ckp_stage_find_column(stage, 1, 0, 0, 0, &raw mut column));
    let mut values = [0.0f32; 4];
    fails!(bad, ckp_stage_read(stage, 99, 0, 1, values.as_mut_ptr()));
    fails!(CKP_SHAPE_MISMATCH, ckp_stage_read(stage, 0, 0, 4, values.as_mut_ptr()));
    fails!(CKP_NOT_FOUND, ckp_stage_find_vertex(stage, c"x".as_ptr(), 0, &raw mut column));
    fails!(bad, ckp_stage_find_vertex(stage, c"in".as_ptr(), 2, &raw mut column));
    fails!(CKP_SHAPE_MISMATCH, ckp_stage_vertex_name(stage, 3, &raw mut out));
    fails!(bad, ckp_stage_verify(stage, 9));
    let mut alignment = null_mut();
    let live = objects("INV");
    ok!(ckp_stage_align(stage, live, &raw mut alignment));
    fails!(bad, ckp_alignment_number(alignment, 99, &raw mut number));
    unsafe {
        ckp_alignment_free(alignment);
        ckp_objects_free(live);
        ckp_stage_free(stage);
    }
}

#[test]
fn objects_and_captures_are_consumed_also_on_failure() {
    let handles = new();
    let mut capture = null_mut();
    let name = c"../a";
    let mut begin_bad = |objects| {
        let mut error = null_mut();
        let capture = &raw mut capture;
        let store = handles.store;
        let status = unsafe {
            ckp_capture_begin(store, name.as_ptr(), null(), objects, capture, &raw mut error)
        };
        assert_eq!(status, CKP_INVALID_ARGUMENT);
        message(error);
    };
    begin_bad(objects("INV"));
    begin_bad(null_mut());
    let incomplete = begin(handles.store, "a", null());
    let mut column = 0;
    ok!(ckp_capture_add_column(incomplete, 0, 0, 0, 0, &raw mut column));
    let mut stage = null();
    let status = unsafe { ckp_capture_commit(incomplete, &raw mut stage, null_mut()) };
    assert_eq!(status, CKP_SHAPE_MISMATCH);
    assert!(stage.is_null());
    assert!(!Path::new(&handles.directory.path().join("s.ckp/stages/a.stage")).exists());
}

#[test]
fn versions_and_empty_objects() {
    assert_eq!(ckp_abi_version(), CKP_ABI_VERSION);
    let version = unsafe { CStr::from_ptr(ckp_version()) }.to_str().unwrap();
    assert_eq!(version, env!("CARGO_PKG_VERSION"));
    unsafe {
        assert_eq!(ckp_error_status(null()), CKP_OK);
        assert_eq!(CStr::from_ptr(ckp_error_message(null())), c"");
        assert_eq!(ckp_text_size(null()), 0);
        assert_eq!(CStr::from_ptr(ckp_text_data(null())), c"");
        ckp_error_free(null_mut());
        ckp_text_free(null_mut());
        ckp_store_free(null_mut());
        ckp_objects_free(null_mut());
        ckp_options_free(null_mut());
        ckp_capture_abort(null_mut());
        ckp_stage_free(null());
        ckp_alignment_free(null_mut());
    }
}
