// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! A panic in any exported function comes back as an error, and the process lives on. One test, since it changes
//! the environment of its process; libraries built without debug assertions never look there.

// The calls are the tests.
#![allow(clippy::undocumented_unsafe_blocks)]

#[path = "common/exports.rs"]
mod exports;

use std::ffi::c_char;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicUsize, Ordering};

use ckp::ffi::*;
use exports::{Argument, Kit, fallible, infallible, message};

static PANICS: AtomicUsize = AtomicUsize::new(0);

/// Panics that `body` causes.
fn panics(body: impl FnOnce()) -> usize {
    let before = PANICS.load(Ordering::SeqCst);
    body();
    PANICS.load(Ordering::SeqCst) - before
}

fn panic_at_the_door() {
    for (name, function) in fallible() {
        let mut kit = Kit::new();
        kit.environment = Some(("CKP_PANIC_IN", name.to_owned()));
        let count = panics(|| {
            let (status, text) = function.call(&mut kit, None).unwrap();
            assert_eq!(status, CKP_PANIC, "{name}");
            let expected =
                format!("A defect of ckp was caught: CKP_PANIC_IN={name}. Please report it.");
            assert_eq!(text, expected);
        });
        assert_eq!(count, 1, "{name}");
        drop(kit);
        // The same call again, and the locks of the store with it.
        let (status, text) = function.call(&mut Kit::new(), None).unwrap();
        assert!(status != CKP_PANIC && status != CKP_LOCKED, "{name}: {status} {text}");
    }
    for (name, function) in infallible() {
        let mut kit = Kit::new();
        kit.environment = Some(("CKP_PANIC_IN", name.to_owned()));
        assert_eq!(panics(|| function.call(&mut kit, None).unwrap()), 1, "{name}");
        drop(kit);
        assert_eq!(panics(|| function.call(&mut Kit::new(), None).unwrap()), 0, "{name}");
    }
}

/// A call that panics while it uses an exclusive handle leaves one that refuses all else, and can be freed.
fn panic_within<T: exports::Handle>(
    name: &'static str,
    call: impl Fn(*mut T, *mut *mut ckp_error) -> u32,
) {
    let mut kit = Kit::new();
    let handle = <*mut T>::sound(&mut kit);
    let mut error = null_mut();
    unsafe { std::env::set_var("CKP_PANIC_WITHIN", name) };
    let status = call(handle, &raw mut error);
    unsafe { std::env::remove_var("CKP_PANIC_WITHIN") };
    assert_eq!(status, CKP_PANIC, "{name}");
    assert!(message(error).contains(name));
    assert_eq!(call(handle, &raw mut error), CKP_STATE, "{name}");
    assert_eq!(message(error), "An earlier call on this handle panicked. Free the handle.");
    T::free(handle);
    assert_eq!(call(handle, &raw mut error), CKP_INVALID_ARGUMENT, "{name}");
    message(error);
}

fn panic_in_the_room() {
    let a: *const c_char = c"a".as_ptr();
    panic_within("ckp_capture_set_text", |handle, error| unsafe {
        ckp_capture_set_text(handle, CKP_TEXT_NOTE, a, error)
    });
    panic_within("ckp_options_set_text", |handle, error| unsafe {
        ckp_options_set_text(handle, CKP_OPTION_BASE, a, error)
    });
    panic_within("ckp_path_query_set_text", |handle, error| unsafe {
        ckp_path_query_set_text(handle, CKP_PATH_QUERY_TO, a, error)
    });
    panic_within("ckp_diff_query_set_text", |handle, error| unsafe {
        ckp_diff_query_set_text(handle, CKP_DIFF_QUERY_DIVIDER, a, error)
    });
    panic_within("ckp_keep_names", |handle, error| unsafe { ckp_keep_names(handle, a, error) });
    panic_within("ckp_objects_add_cell", |handle, error| {
        let mut cell = 0;
        unsafe { ckp_objects_add_cell(handle, a, &raw mut cell, error) }
    });
}

#[test]
fn a_panic_comes_back_as_an_error_and_the_process_lives_on() {
    std::panic::set_hook(Box::new(|_| {
        PANICS.fetch_add(1, Ordering::SeqCst);
    }));
    let failed = std::panic::catch_unwind(|| {
        panic_at_the_door();
        panic_in_the_room();
    });
    let _ = std::panic::take_hook();
    if let Err(reason) = failed {
        let text = reason.downcast_ref::<String>().cloned();
        panic!("{}", text.unwrap_or_default());
    }
}
