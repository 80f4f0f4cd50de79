// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Every exported function with every argument gone wrong, one at a time: refused by name, and the library goes
//! on as if nothing had been asked.

// The calls are the tests.
#![allow(clippy::undocumented_unsafe_blocks)]

#[path = "common/exports.rs"]
mod exports;

use std::ffi::CStr;
use std::ptr::{null, null_mut};

use ckp::ffi::*;
use exports::{CONSTANT, Kit, Wrong, capture, declared, fallible, infallible, message, ok};

/// Arguments that may be NULL, beside `out_error`; the names of pins where all are empty.
const OPTIONAL: [(&str, &str); 9] = [
    ("ckp_capture_add_clock", "master"),
    ("ckp_capture_begin", "options"),
    ("ckp_objects_add_vertices", "names"),
    ("ckp_stage_report_endpoints", "group"),
    ("ckp_stage_report_endpoints", "scene"),
    ("ckp_stage_worst_endpoints", "group"),
    ("ckp_stage_worst_endpoints", "scene"),
    ("ckp_store_compact", "keep"),
    ("ckp_store_report_history", "scene"),
];

/// Names of pins, which are bytes.
const BYTES: [(&str, &str); 2] =
    [("ckp_capture_add_clock", "sources"), ("ckp_objects_add_vertices", "names")];

/// Numbers that say how much can be read or written behind a pointer. A wrong one cannot be told from a right
/// one, but where the rows are known.
fn is_count(parameter: &str) -> bool {
    parameter.ends_with("count")
}

/// Call every function with every argument wrong in this way. Tells status, and message, to `judge`, and
/// returns how many calls there were.
fn with_each_argument(how: Wrong, judge: impl Fn(&str, &str, ckp_status, &str)) -> usize {
    let declared = declared();
    let mut calls = 0;
    for (name, function) in fallible() {
        let parameters = &declared[name];
        for (position, parameter) in parameters[..parameters.len() - 1].iter().enumerate() {
            if how == Wrong::Huge && is_count(parameter) {
                continue;
            }
            let mut kit = Kit::new();
            if let Some((status, text)) = function.call(&mut kit, Some((position, how))) {
                calls += 1;
                judge(name, parameter, status, &text);
                kit.assert_unharmed();
            }
        }
    }
    calls
}

#[test]
fn every_function_of_the_header_has_its_calls() {
    let mut called: Vec<&str> = fallible().into_keys().chain(infallible().into_keys()).collect();
    called.extend(CONSTANT);
    called.sort_unstable();
    let declared = declared();
    assert_eq!(called, declared.keys().collect::<Vec<_>>());
    let symbols = include_str!("c/symbols.txt");
    assert_eq!(called, symbols.lines().collect::<Vec<_>>());
    for (name, parameters) in &declared {
        let can_fail = parameters.last().is_some_and(|parameter| parameter == "out_error");
        assert_eq!(fallible().contains_key(name.as_str()), can_fail, "{name}");
    }
    assert_eq!(ckp_abi_version(), CKP_ABI_VERSION);
    let version = unsafe { CStr::from_ptr(ckp_version()) };
    assert_eq!(version.to_str().unwrap(), env!("CARGO_PKG_VERSION"));
}

#[test]
fn sound_arguments_are_not_refused_as_none() {
    for (name, function) in fallible() {
        let (status, text) = function.call(&mut Kit::new(), None).unwrap();
        assert_ne!(status, CKP_PANIC, "{name}: {text}");
        assert!(!text.starts_with("Argument "), "{name}: {text}");
    }
    for function in infallible().values() {
        function.call(&mut Kit::new(), None).unwrap();
    }
}

#[test]
fn null_is_refused_by_name() {
    let calls = with_each_argument(Wrong::Null, |name, parameter, status, text| {
        if OPTIONAL.contains(&(name, parameter)) {
            assert!(status != CKP_PANIC && !text.contains("NULL"), "{name} {parameter}: {text}");
        } else {
            let expected = (CKP_INVALID_ARGUMENT, format!("Argument {parameter} is NULL."));
            assert_eq!((status, text.to_owned()), expected, "{name}");
        }
    });
    assert!(calls > 190, "{calls}");
    for function in infallible().values() {
        function.call(&mut Kit::new(), Some(Wrong::Null)).unwrap();
    }
}

/// The memory of a freed handle may be anything. It is not looked at: AddressSanitizer would say so in
/// tests/c/freed.c.
#[test]
fn handles_that_are_none_are_refused_by_name() {
    for how in [Wrong::Freed, Wrong::OtherType] {
        let calls = with_each_argument(how, |name, parameter, status, text| {
            assert_eq!(status, CKP_INVALID_ARGUMENT, "{name} {parameter}: {text}");
            let expected = format!("Argument {parameter} is no ckp_");
            assert!(text.starts_with(&expected), "{name} {parameter}: {text}");
        });
        assert!(calls > 75, "{calls}");
        for function in infallible().values() {
            function.call(&mut Kit::new(), Some(how)).unwrap();
        }
    }
}

#[test]
fn text_that_is_not_utf8_is_refused_by_name() {
    let calls = with_each_argument(Wrong::NotUtf8, |name, parameter, status, text| {
        if BYTES.contains(&(name, parameter)) {
            assert!(status != CKP_PANIC && !text.contains("UTF-8"), "{name} {parameter}: {text}");
        } else {
            let expected = (CKP_INVALID_ARGUMENT, format!("Argument {parameter} is not UTF-8."));
            assert_eq!((status, text.to_owned()), expected, "{name}");
        }
    });
    assert!(calls > 30, "{calls}");
}

#[test]
fn what_is_long_or_huge_is_no_defect() {
    for (how, least) in [(Wrong::Long, 30), (Wrong::Huge, 60)] {
        let calls = with_each_argument(how, |name, parameter, status, text| {
            assert_ne!(status, CKP_PANIC, "{name} {parameter}: {text}");
        });
        assert!(calls > least, "{how:?}: {calls}");
    }
}

/// A name that fits nowhere is refused where it would become that of a file; elsewhere it is kept.
#[test]
fn a_name_of_64_kib_is_refused_for_a_stage_and_kept_for_a_pin() {
    let kit = Kit::new();
    let long = vec![b'x'; 65_536];
    let name = std::ffi::CString::new(long.clone()).unwrap();
    let (mut store, mut error) = (null_mut(), null_mut());
    ok!(ckp_store_open(c"long".as_ptr(), CKP_OPEN_CREATE, &raw mut store));
    let status = unsafe { ckp_store_check_new_stage(store, name.as_ptr(), &raw mut error) };
    assert_eq!(status, CKP_INVALID_ARGUMENT, "{}", message(error));
    let (mut objects, mut cell) = (null_mut(), 0);
    ok!(ckp_objects_new(&raw mut objects));
    ok!(ckp_objects_add_cell(objects, name.as_ptr(), &raw mut cell));
    let ends = [long.len() as u32];
    let (driver, cells) = ([0u8], [cell]);
    let arrays = (ends.as_ptr(), driver.as_ptr(), cells.as_ptr());
    ok!(ckp_objects_add_vertices(objects, name.as_ptr(), arrays.0, arrays.1, arrays.2, 1));
    let (mut capture, mut stage, mut row) = (null_mut(), null(), 9);
    ok!(ckp_capture_begin(store, c"a".as_ptr(), null(), objects, &raw mut capture));
    ok!(ckp_capture_set_text(capture, CKP_TEXT_NOTE, name.as_ptr()));
    ok!(ckp_capture_commit(capture, &raw mut stage));
    ok!(ckp_stage_find_vertex(stage, name.as_ptr(), 0, &raw mut row));
    assert_eq!(row, 0);
    unsafe { ckp_stage_free(stage) };
    unsafe { ckp_store_free(store) };
    drop(kit);
}

/// Address space with nothing behind it: reading gives zeros, page by page.
struct Reserved(*mut libc::c_void);

impl Reserved {
    const BYTES: usize = 16 << 30;

    fn new() -> Self {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        let access = libc::PROT_READ | libc::PROT_WRITE;
        let place = unsafe { libc::mmap(null_mut(), Self::BYTES, access, flags, -1, 0) };
        assert_ne!(place, libc::MAP_FAILED);
        Self(place)
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        unsafe { libc::munmap(self.0, Self::BYTES) };
    }
}

/// Rows are counted in 32 bits, the last of which stands for none. Arrays of 2^32 - 1 rows are there, but are
/// refused before they are read, or this test would take minutes and all memory.
#[test]
fn rows_beyond_those_that_can_be_are_refused_unread() {
    let mut kit = Kit::new();
    let reserved = Reserved::new();
    let (words, bytes) = (reserved.0.cast::<u32>(), reserved.0.cast::<u8>());
    let (floats, names) = (reserved.0.cast::<f32>(), reserved.0.cast_const().cast());
    let most = u32::MAX;
    macro_rules! refused {
        ($function:ident($($argument:expr),*)) => {{
            let mut error = null_mut();
            let status = unsafe { $function($($argument,)* &raw mut error) };
            let text = message(error);
            let expected = [CKP_INVALID_ARGUMENT, CKP_SHAPE_MISMATCH].contains(&status);
            assert!(expected, "{}: {status} {text}", stringify!($function));
            text
        }};
    }
    let sound = <*mut ckp_objects as exports::Argument>::sound;
    let objects = sound(&mut kit);
    let text = refused!(ckp_objects_add_vertices(objects, names, words, bytes, words, most));
    assert_eq!(text, "There are more than 2^32 - 2 vertices.");
    let text = refused!(ckp_objects_add_edges(objects, words, words, most));
    assert_eq!(text, "There are more than 2^32 - 2 edges.");
    let text = refused!(ckp_objects_add_arcs(objects, words, words, most));
    assert_eq!(text, "There are more than 2^32 - 2 arcs.");
    let stage = <*mut ckp_stage as exports::Argument>::sound(&mut kit);
    refused!(ckp_stage_read(stage, 0, 0, most, floats));
    refused!(ckp_stage_read(stage, 0, most, most, floats));
    refused!(ckp_stage_read_endpoints(stage, 0, most, words, words, words, words, floats));
    let alignment = <*mut ckp_alignment as exports::Argument>::sound(&mut kit);
    refused!(ckp_alignment_read(alignment, 0, 0, most, floats, bytes));
    let capture = <*mut ckp_capture as exports::Argument>::sound(&mut kit);
    let (mut slews, mut marks) = (0, 0);
    ok!(ckp_capture_add_column(capture, CKP_COLUMN_SLEW, 0, 0, 0, &raw mut slews));
    ok!(ckp_capture_add_column(capture, CKP_COLUMN_SLEW_MARK, 0, 0, 0, &raw mut marks));
    refused!(ckp_capture_write(capture, slews, floats, most));
    refused!(ckp_capture_write_marks(capture, marks, bytes, most));
    refused!(ckp_capture_add_delay_table(capture, 0, 0, floats, most, floats, 1, floats));
    refused!(ckp_capture_add_delay_table(capture, 0, 0, floats, most, floats, most, floats));
    let (period, none) = (1e-9, null());
    refused!(ckp_capture_add_clock(
        capture,
        names,
        words,
        most,
        period,
        0.0,
        0.0,
        0,
        none,
        null(),
        0
    ));
}

/// What is consumed is gone, whatever became of the call.
#[test]
fn a_capture_is_consumed_by_its_commit() {
    let kit = Kit::new();
    let mut store = null_mut();
    ok!(ckp_store_open(c"a".as_ptr(), CKP_OPEN_CREATE, &raw mut store));
    let capture = capture(store, c"b");
    let (mut stage, mut error) = (null(), null_mut());
    unsafe { ckp_capture_commit(capture, null_mut(), &raw mut error) };
    assert_eq!(message(error), "Argument out_stage is NULL.");
    let status = unsafe { ckp_capture_commit(capture, &raw mut stage, &raw mut error) };
    assert_eq!(status, CKP_INVALID_ARGUMENT);
    assert!(message(error).contains("no ckp_capture, or it was freed or consumed"));
    unsafe { ckp_capture_abort(capture) };
    unsafe { ckp_store_free(store) };
    unsafe { ckp_store_free(store) };
    drop(kit);
}

/// A stage is gone when all its references are.
#[test]
fn clones_are_counted() {
    let mut kit = Kit::new();
    let stage = <*mut ckp_stage as exports::Argument>::sound(&mut kit).cast_const();
    let again = unsafe { ckp_stage_clone(stage) };
    unsafe { ckp_stage_free(stage) };
    ok!(ckp_stage_verify(again, CKP_VERIFY_FULL));
    unsafe { ckp_stage_free(again) };
    assert!(unsafe { ckp_stage_clone(again) }.is_null());
    let mut error = null_mut();
    let status = unsafe { ckp_stage_verify(again, CKP_VERIFY_FULL, &raw mut error) };
    assert_eq!(status, CKP_INVALID_ARGUMENT, "{}", message(error));
}
