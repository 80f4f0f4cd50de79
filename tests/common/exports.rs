// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Every exported function, called with arguments made from their types: sound ones, or one of them wrong.
//! What is exported, and how parameters are called, is read from include/ckp.h, so that a function cannot be
//! forgotten.

// The calls are the tests: what is passed was made by the library, or is wrong on purpose.
#![allow(clippy::undocumented_unsafe_blocks, dead_code)]

use std::collections::BTreeMap;
use std::ffi::{CStr, CString, c_char};
use std::path::{Path, PathBuf};
use std::ptr::{null, null_mut};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use ckp::ffi::*;

/// What is wrong with an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    Null,
    /// A handle that was freed.
    Freed,
    /// A handle of another type.
    OtherType,
    NotUtf8,
    /// A text of 64 KiB.
    Long,
    /// The greatest number, in place of one that is no count.
    Huge,
}

/// An argument of an exported function.
pub trait Argument: Copy {
    fn sound(kit: &mut Kit) -> Self;
    /// `None` where an argument of this type cannot be wrong in this way.
    fn wrong(kit: &mut Kit, how: Wrong) -> Option<Self>;
}

/// What the library hands out.
pub trait Handle: Sized + 'static {
    fn make(kit: &mut Kit) -> *mut Self;
    fn free(pointer: *mut Self);
}

/// Owns what the arguments of one call point to. One at a time: the store is in the working directory.
pub struct Kit {
    free: Vec<Box<dyn FnOnce()>>,
    texts: Vec<CString>,
    store: *mut ckp_store,
    /// A variable of the environment and its value, for the duration of the call alone.
    pub environment: Option<(&'static str, String)>,
    /// Files of the store. Held, since there is one store.
    pristine: MutexGuard<'static, Vec<(PathBuf, Vec<u8>)>>,
}

/// A call that must succeed.
macro_rules! ok {
    ($function:ident($($argument:expr),* $(,)?)) => {{
        let mut error = null_mut();
        let status = unsafe { $function($($argument,)* &raw mut error) };
        assert_eq!(status, CKP_OK, "{}: {}", stringify!($function), message(error));
    }};
}
#[allow(unused_imports)]
pub(crate) use ok;

/// The message of an error, which is freed.
pub fn message(error: *mut ckp_error) -> String {
    let text = unsafe { CStr::from_ptr(ckp_error_message(error)) }.to_str().unwrap().to_owned();
    unsafe { ckp_error_free(error) };
    text
}

/// One pin, and an arc from it to itself.
pub fn objects() -> *mut ckp_objects {
    let (mut objects, mut cell, mut kind) = (null_mut(), 0, 0);
    ok!(ckp_objects_new(&raw mut objects));
    ok!(ckp_objects_add_cell(objects, c"INV".as_ptr(), &raw mut cell));
    ok!(ckp_objects_add_arc_kind(objects, c"wire ^ -> ^".as_ptr(), &raw mut kind));
    let (ends, row) = ([1u32], [0u32]);
    let (rows, names) = (row.as_ptr(), c"a".as_ptr());
    ok!(ckp_objects_add_vertices(objects, names, ends.as_ptr(), [0u8].as_ptr(), rows, 1));
    ok!(ckp_objects_add_edges(objects, rows, rows, 1));
    ok!(ckp_objects_add_arcs(objects, rows, rows, 1));
    objects
}

pub fn capture(store: *mut ckp_store, stage: &CStr) -> *mut ckp_capture {
    let mut capture = null_mut();
    ok!(ckp_capture_begin(store, stage.as_ptr(), null(), objects(), &raw mut capture));
    ok!(ckp_capture_add_item(capture, CKP_LIST_SCENES, c"slow".as_ptr()));
    capture
}

fn save(store: *mut ckp_store, name: &CStr) {
    let (capture, mut column, mut stage) = (capture(store, name), 0, null());
    ok!(ckp_capture_add_column(capture, CKP_COLUMN_SLEW, 0, 0, 0, &raw mut column));
    ok!(ckp_capture_write(capture, column, [0.5f32].as_ptr(), 1));
    ok!(ckp_capture_commit(capture, &raw mut stage));
    unsafe { ckp_stage_free(stage) };
}

/// The stages of the store, and its head.
fn contents() -> Vec<(PathBuf, Vec<u8>)> {
    let stages = std::fs::read_dir("a/stages").into_iter().flatten();
    let mut paths: Vec<_> = stages.map(|entry| entry.unwrap().path()).collect();
    paths.push("a/HEAD".into());
    paths.sort();
    let files =
        paths.into_iter().map(|path| (path.clone(), std::fs::read(path).unwrap_or_default()));
    files.collect()
}

impl Kit {
    /// A store `a` with a stage `a`, in the working directory of the process, which is a new one.
    pub fn new() -> Self {
        static DIRECTORY: OnceLock<tempfile::TempDir> = OnceLock::new();
        static PRISTINE: Mutex<Vec<(PathBuf, Vec<u8>)>> = Mutex::new(Vec::new());
        let mut pristine = PRISTINE.lock().unwrap_or_else(PoisonError::into_inner);
        let directory = DIRECTORY.get_or_init(|| tempfile::tempdir().unwrap());
        std::env::set_current_dir(directory.path()).unwrap();
        let mut store = null_mut();
        if pristine.is_empty() || *pristine != contents() {
            let _ = std::fs::remove_dir_all("a");
            ok!(ckp_store_open(c"a".as_ptr(), CKP_OPEN_CREATE, &raw mut store));
            save(store, c"a");
            unsafe { ckp_store_free(store) };
            *pristine = contents();
        }
        ok!(ckp_store_open(c"a".as_ptr(), CKP_OPEN_CREATE, &raw mut store));
        let free: Vec<Box<dyn FnOnce()>> = vec![Box::new(move || unsafe { ckp_store_free(store) })];
        Self { free, texts: Vec::new(), store, environment: None, pristine }
    }

    /// The stage is what it was, and nothing else is in the store.
    pub fn assert_unharmed(&self) {
        assert!(*self.pristine == contents());
    }

    /// Zeros to read or to write, and handles written there are freed.
    fn room(&mut self) -> *mut u64 {
        let room = Box::into_raw(Box::new([0u64; 8]));
        self.free.push(Box::new(move || drop(unsafe { Box::from_raw(room) })));
        room.cast()
    }

    fn text(&mut self, bytes: Vec<u8>) -> *const c_char {
        self.texts.push(CString::new(bytes).unwrap());
        self.texts.last().unwrap().as_ptr()
    }

    fn owned<T: Handle>(&mut self) -> *mut T {
        let pointer = T::make(self);
        // Consumed ones are freed again, which does nothing.
        self.free.push(Box::new(move || T::free(pointer)));
        pointer
    }

    /// Where a handle is written to. It is freed before what it was made from.
    fn out<T: Handle>(&mut self) -> *mut *mut T {
        let room = self.room().cast::<*mut T>();
        self.free.push(Box::new(move || T::free(unsafe { *room })));
        room
    }

    fn handle<T: Handle>(&mut self, how: Wrong) -> Option<*mut T> {
        match how {
            Wrong::Null => Some(null_mut()),
            Wrong::Freed => {
                let pointer = T::make(self);
                T::free(pointer);
                Some(pointer)
            }
            Wrong::OtherType => {
                // Whatever T is, one of these two is something else.
                let text = self.owned::<ckp_text>().cast::<T>();
                let options = self.owned::<ckp_options>().cast::<T>();
                let is_text = std::any::type_name::<T>().ends_with("::ckp_text");
                Some(if is_text { options } else { text })
            }
            _ => None,
        }
    }

    fn begin_call(&self) {
        if let Some((variable, value)) = &self.environment {
            // No other thread of this process reads the environment meanwhile.
            unsafe { std::env::set_var(variable, value) };
        }
    }

    fn end_call(&self) {
        if let Some((variable, _)) = &self.environment {
            unsafe { std::env::remove_var(variable) };
        }
    }
}

impl Drop for Kit {
    fn drop(&mut self) {
        self.free.drain(..).rev().for_each(|free| free());
    }
}

macro_rules! handles {
    ($($handle:ident, $free:ident, |$kit:ident| $make:expr;)*) => {$(
        impl Handle for $handle {
            fn make($kit: &mut Kit) -> *mut Self { $make }
            fn free(pointer: *mut Self) { unsafe { $free(pointer) } }
        }
    )*};
}

/// Out of a function that writes a handle.
fn made<T>(make: impl FnOnce(*mut *mut T)) -> *mut T {
    let mut pointer = null_mut();
    make(&raw mut pointer);
    pointer
}

fn open(store: *mut ckp_store) -> *const ckp_stage {
    let mut stage = null();
    ok!(ckp_stage_open(store, c"a".as_ptr(), &raw mut stage));
    stage
}

handles! {
    ckp_store, ckp_store_free,
        |_kit| made(|out| ok!(ckp_store_open(c"a".as_ptr(), CKP_OPEN_CREATE, out)));
    ckp_stage, ckp_stage_free, |kit| open(kit.store).cast_mut();
    ckp_objects, ckp_objects_free, |_kit| objects();
    ckp_capture, ckp_capture_abort, |kit| capture(kit.store, c"b");
    ckp_options, ckp_options_free, |_kit| made(|out| ok!(ckp_options_new(out)));
    ckp_keep, ckp_keep_free, |_kit| made(|out| ok!(ckp_keep_new(out)));
    ckp_diff_query, ckp_diff_query_free, |_kit| made(|out| ok!(ckp_diff_query_new(out)));
    ckp_path_query, ckp_path_query_free, |_kit| made(|out| ok!(ckp_path_query_new(out)));
    ckp_text, ckp_text_free, |kit| made(|out| ok!(ckp_store_head(kit.store, out)));
    ckp_array, ckp_array_free, |kit| {
        let (stage, mut array) = (kit.owned::<ckp_stage>(), null());
        ok!(ckp_stage_lend_rows(stage, CKP_ROWS_CELL, &raw mut array));
        array.cast_mut()
    };
    ckp_alignment, ckp_alignment_free, |kit| {
        let (stage, live) = (kit.owned::<ckp_stage>(), kit.owned::<ckp_objects>());
        made(|out| ok!(ckp_stage_align(stage, live, out)))
    };
    ckp_error, ckp_error_free, |_kit| {
        let mut error = null_mut();
        unsafe { ckp_store_open(null(), 0, null_mut(), &raw mut error) };
        error
    };
}

impl<T: Handle> Argument for *mut T {
    fn sound(kit: &mut Kit) -> Self {
        kit.owned()
    }

    fn wrong(kit: &mut Kit, how: Wrong) -> Option<Self> {
        kit.handle(how)
    }
}

impl<T: Handle> Argument for *const T {
    fn sound(kit: &mut Kit) -> Self {
        kit.owned::<T>()
    }

    fn wrong(kit: &mut Kit, how: Wrong) -> Option<Self> {
        kit.handle(how).map(<*mut T>::cast_const)
    }
}

impl<T: Handle> Argument for *mut *mut T {
    fn sound(kit: &mut Kit) -> Self {
        kit.out()
    }

    fn wrong(_kit: &mut Kit, how: Wrong) -> Option<Self> {
        (how == Wrong::Null).then(null_mut)
    }
}

impl<T: Handle> Argument for *mut *const T {
    fn sound(kit: &mut Kit) -> Self {
        kit.out::<T>().cast()
    }

    fn wrong(_kit: &mut Kit, how: Wrong) -> Option<Self> {
        (how == Wrong::Null).then(null_mut)
    }
}

impl Argument for *const c_char {
    fn sound(kit: &mut Kit) -> Self {
        kit.text(b"a".to_vec())
    }

    fn wrong(kit: &mut Kit, how: Wrong) -> Option<Self> {
        match how {
            Wrong::Null => Some(null()),
            Wrong::NotUtf8 => Some(kit.text(b"a\xff".to_vec())),
            Wrong::Long => Some(kit.text(vec![b'a'; 65_536])),
            _ => None,
        }
    }
}

impl Argument for *const *const c_char {
    fn sound(kit: &mut Kit) -> Self {
        let (room, text) = (kit.room().cast::<*const c_char>(), kit.text(b"a".to_vec()));
        unsafe { room.write(text) };
        room
    }

    fn wrong(kit: &mut Kit, how: Wrong) -> Option<Self> {
        let text = match how {
            Wrong::Null => return Some(null()),
            how => <*const c_char>::wrong(kit, how)?,
        };
        let room = kit.room().cast::<*const c_char>();
        unsafe { room.write(text) };
        Some(room)
    }
}

macro_rules! arrays {
    ($($element:ty),*) => {$(
        impl Argument for *const $element {
            fn sound(kit: &mut Kit) -> Self { kit.room().cast() }
            fn wrong(_kit: &mut Kit, how: Wrong) -> Option<Self> { (how == Wrong::Null).then(null) }
        }
        impl Argument for *mut $element {
            fn sound(kit: &mut Kit) -> Self { kit.room().cast() }
            fn wrong(_kit: &mut Kit, how: Wrong) -> Option<Self> { (how == Wrong::Null).then(null_mut) }
        }
    )*};
}
arrays!(u8, u32, u64, f32, f64);

macro_rules! numbers {
    ($($number:ty, $sound:expr, $huge:expr;)*) => {$(
        impl Argument for $number {
            fn sound(_kit: &mut Kit) -> Self { $sound }
            fn wrong(_kit: &mut Kit, how: Wrong) -> Option<Self> { (how == Wrong::Huge).then_some($huge) }
        }
    )*};
}
numbers! { u32, 1, u32::MAX; u64, 1, u64::MAX; f32, 0.0, f32::NAN; f64, 0.0, f64::INFINITY; }

/// A function that can fail.
pub trait Fallible: Sync {
    /// Call it, with the argument at a position wrong, if one is given. Tells status and message; `None` where
    /// that argument cannot be wrong in that way.
    fn call(&self, kit: &mut Kit, wrong: Option<(usize, Wrong)>) -> Option<(ckp_status, String)>;
}

macro_rules! fallible {
    ($($name:ident)*) => {
        impl<$($name: Argument),*> Fallible
            for unsafe extern "C" fn($($name,)* *mut *mut ckp_error) -> ckp_status
        {
            #[allow(non_snake_case, unused_assignments)]
            fn call(
                &self,
                kit: &mut Kit,
                wrong: Option<(usize, Wrong)>,
            ) -> Option<(ckp_status, String)> {
                let mut position = 0;
                $(
                    let $name = match wrong {
                        Some((at, how)) if at == position => $name::wrong(kit, how)?,
                        _ => $name::sound(kit),
                    };
                    position += 1;
                )*
                let mut error = null_mut();
                kit.begin_call();
                let status = unsafe { self($($name,)* &raw mut error) };
                kit.end_call();
                assert_eq!(unsafe { ckp_error_status(error) }, status);
                Some((status, message(error)))
            }
        }
    };
}
fallible!(A);
fallible!(A B);
fallible!(A B C);
fallible!(A B C D);
fallible!(A B C D E);
fallible!(A B C D E F);
fallible!(A B C D E F G);
fallible!(A B C D E F G H);
fallible!(A B C D E F G H I J K);

/// A function of one handle that cannot fail.
pub trait Infallible: Sync {
    fn call(&self, kit: &mut Kit, wrong: Option<Wrong>) -> Option<()>;
}

impl<A: Argument, R> Infallible for unsafe extern "C" fn(A) -> R {
    fn call(&self, kit: &mut Kit, wrong: Option<Wrong>) -> Option<()> {
        let argument = match wrong {
            Some(how) => A::wrong(kit, how)?,
            None => A::sound(kit),
        };
        kit.begin_call();
        unsafe { self(argument) };
        kit.end_call();
        Some(())
    }
}

macro_rules! list {
    ($kind:ident: $($any:tt $($name:ident)+;)*) => {
        [$($((stringify!($name), list!(@ $kind $any $name)),)+)*].into()
    };
    // Functions of different types, each behind a pointer that knows its own.
    (@ $kind:ident ($($any:tt)*) $name:ident) => {{
        static FUNCTION: &dyn $kind = &($name as unsafe extern "C" fn($($any),*) -> _);
        FUNCTION
    }};
}

/// All functions that can fail.
pub fn fallible() -> BTreeMap<&'static str, &'static dyn Fallible> {
    list! { Fallible:
        (_ _) ckp_diff_query_new ckp_keep_new ckp_objects_new ckp_options_new ckp_path_query_new;
        (_ _ _) ckp_alignment_report ckp_capture_commit ckp_capture_set_threads ckp_keep_last ckp_keep_names ckp_stage_clocks
            ckp_stage_tolerance ckp_stage_verify ckp_store_check_new_stage ckp_store_head ckp_store_set_head;
        (_ _ _ _) ckp_alignment_number ckp_capture_add_item ckp_capture_add_meta ckp_capture_attach
            ckp_capture_set_text ckp_diff_query_set_f64 ckp_diff_query_set_text ckp_diff_query_set_u64
            ckp_keep_meta ckp_objects_add_arc_kind ckp_objects_add_cell ckp_options_set_f64 ckp_options_set_text
            ckp_options_set_u64 ckp_path_query_set_text ckp_path_query_set_u64 ckp_stage_align
            ckp_stage_extract ckp_stage_item_count ckp_stage_lend_column ckp_stage_lend_rows
            ckp_stage_number ckp_stage_open ckp_stage_text ckp_stage_vertex_name ckp_store_delete_stage
            ckp_store_open ckp_store_report;
        (_ _ _ _ _) ckp_capture_add_plane ckp_capture_write ckp_capture_write_marks
            ckp_capture_write_path_field ckp_capture_write_path_points ckp_objects_add_arcs
            ckp_objects_add_edges ckp_stage_attachment_size ckp_stage_extract_file ckp_stage_find_plane
            ckp_stage_find_vertex ckp_stage_item ckp_stage_report_paths ckp_store_report_stage;
        (_ _ _ _ _ _) ckp_capture_begin ckp_stage_read ckp_stage_read_marks ckp_store_compact ckp_store_page
            ckp_store_repair ckp_store_verify;
        (_ _ _ _ _ _ _) ckp_alignment_read ckp_alignment_read_marks ckp_capture_add_column
            ckp_capture_set_summary ckp_objects_add_vertices ckp_stage_find_column ckp_stage_summary;
        (_ _ _ _ _ _ _ _) ckp_capture_write_endpoints ckp_stage_column_key
            ckp_stage_report_endpoints ckp_store_report_diff ckp_store_report_history;
        (_ _ _ _ _ _ _ _ _) ckp_capture_add_delay_table ckp_stage_read_endpoints
            ckp_stage_worst_endpoints;
        (_ _ _ _ _ _ _ _ _ _ _ _) ckp_capture_add_clock;
    }
}

/// All functions that cannot, but for the two that return a constant.
pub fn infallible() -> BTreeMap<&'static str, &'static dyn Infallible> {
    list! { Infallible:
        (_) ckp_alignment_free ckp_array_count ckp_array_data ckp_array_free ckp_capture_abort
            ckp_diff_query_free ckp_error_free ckp_error_message ckp_error_status ckp_keep_free ckp_objects_free
            ckp_options_free ckp_path_query_free ckp_stage_clone ckp_stage_free ckp_store_free
            ckp_text_data ckp_text_free ckp_text_size;
    }
}

pub const CONSTANT: [&str; 2] = ["ckp_abi_version", "ckp_version"];

/// What the header declares: functions with the names of their parameters.
pub fn declared() -> BTreeMap<String, Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("include/ckp.h");
    let header = std::fs::read_to_string(path).unwrap();
    // Comments hold calls, too.
    let code = header.split("/*").map(|part| part.split_once("*/").map_or(part, |(_, code)| code));
    let code: String = code.collect();
    let functions = code.split(';').filter_map(|statement| {
        let (before, parameters) = statement.split_once('(')?;
        let name = before.split([' ', '*', '\n']).next_back()?;
        let last_word = |text: &str| text.split([' ', '*', '\n']).next_back().unwrap().to_owned();
        let parameters = parameters.trim_end_matches(')').split(',').map(last_word);
        name.starts_with("ckp_").then(|| (name.to_owned(), parameters.collect()))
    });
    functions.collect()
}
