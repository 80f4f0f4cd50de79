// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Pointers in and out. Two kinds of handles only: *exclusive* ones, a box that one thread uses at a
//! time, and *shared* ones, a counted reference to something immutable.
//!
//! All handles that are out are known by address and type ([`live`]), and a pointer is looked up before it is
//! followed. So a handle that was freed, consumed or never made is refused without a look at its memory, which
//! may be anything by then.

use std::any::{TypeId, type_name};
use std::collections::BTreeMap;
use std::ffi::{CStr, c_char};
use std::sync::Arc;

use parking_lot::RwLock;

use super::guard::inject;
use crate::error::{Error, ErrorKind, Result, invalid};

/// A handle that is out.
struct Live {
    kind: TypeId,
    /// How often it has to be freed: once, but for clones of shared handles.
    references: usize,
}

/// Handles that are out, by address.
static LIVE: RwLock<BTreeMap<usize, Live>> = RwLock::new(BTreeMap::new());

/// Note that a reference to a handle goes out.
fn goes_out<T: 'static>(pointer: *const T) {
    let new = Live { kind: TypeId::of::<T>(), references: 0 };
    LIVE.write().entry(pointer.addr()).or_insert(new).references += 1;
}

/// Note that a reference comes back; false where none is out.
fn comes_back<T: 'static>(pointer: *const T) -> bool {
    let mut all = LIVE.write();
    let Some(live) = all.get_mut(&pointer.addr()).filter(|live| live.kind == TypeId::of::<T>())
    else {
        return false;
    };
    live.references -= 1;
    if live.references == 0 {
        all.remove(&pointer.addr());
    }
    true
}

/// That `pointer` is a handle of its type that is out.
fn check<T: 'static>(pointer: *const T, name: &str) -> Result<()> {
    if pointer.is_null() {
        return Err(null(name));
    }
    match LIVE.read().get(&pointer.addr()) {
        Some(live) if live.kind == TypeId::of::<T>() => Ok(()),
        _ => Err(not_live::<T>(name)),
    }
}

/// The contents of an exclusive handle. A call that panics leaves it poisoned: every later one
/// answers `State`, until it is freed.
pub(super) struct Exclusive<T> {
    value: T,
    in_use: bool,
}

impl<T> Exclusive<T> {
    pub fn new(value: T) -> Self {
        Self { value, in_use: false }
    }

    /// Use the value. The mark stays when `body` unwinds.
    pub fn with<R, F: FnOnce(&mut T) -> Result<R>>(&mut self, body: F) -> Result<R> {
        self.check()?;
        self.in_use = true;
        inject::<F>("CKP_PANIC_WITHIN");
        let outcome = body(&mut self.value);
        self.in_use = false;
        outcome
    }

    pub fn get(&self) -> Result<&T> {
        self.check()?;
        Ok(&self.value)
    }

    pub fn into_inner(self) -> Result<T> {
        self.check()?;
        Ok(self.value)
    }

    fn check(&self) -> Result<()> {
        if self.in_use {
            return Err(Error::new(
                ErrorKind::State,
                "An earlier call on this handle panicked. Free the handle.",
            ));
        }
        Ok(())
    }
}

/// Hand out an exclusive handle.
pub(super) fn give<T: 'static>(value: T) -> *mut T {
    let pointer = Box::into_raw(Box::new(value));
    goes_out(pointer);
    pointer
}

/// Take an exclusive handle back.
///
/// # Safety
/// No other thread uses the handle.
pub(super) unsafe fn take<T: 'static>(pointer: *mut T, name: &str) -> Result<Box<T>> {
    check(pointer, name)?;
    if !comes_back(pointer) {
        return Err(not_live::<T>(name));
    }
    // SAFETY: it went out by `give`, and has come back once.
    Ok(unsafe { Box::from_raw(pointer) })
}

/// Free an exclusive handle; what is none is left alone.
///
/// # Safety
/// As [`take`].
pub(super) unsafe fn free<T: 'static>(pointer: *mut T) {
    // SAFETY: the caller's promise.
    drop(unsafe { take(pointer, "handle") });
}

/// # Safety
/// No other thread frees the handle or writes to it while the reference lives.
pub(super) unsafe fn shared<'a, T: 'static>(pointer: *const T, name: &str) -> Result<&'a T> {
    check(pointer, name)?;
    // SAFETY: it is out, so it points to what it was made with.
    Ok(unsafe { &*pointer })
}

/// # Safety
/// No other thread uses the handle while the reference lives.
pub(super) unsafe fn exclusive<'a, T: 'static>(pointer: *mut T, name: &str) -> Result<&'a mut T> {
    check(pointer, name)?;
    // SAFETY: it is out, so it points to what it was made with.
    Ok(unsafe { &mut *pointer })
}

/// Check an output before any work is done for it.
pub(super) fn output<T>(pointer: *mut T, name: &str) -> Result<*mut T> {
    if pointer.is_null() { Err(null(name)) } else { Ok(pointer) }
}

/// `count` elements to read; NULL only when there are none.
///
/// # Safety
/// `pointer` is NULL or valid for `count` elements while the slice lives.
pub(super) unsafe fn slice<'a, T>(pointer: *const T, count: u32, name: &str) -> Result<&'a [T]> {
    match (pointer.is_null(), count) {
        (true, 0) => Ok(&[]),
        (true, _) => Err(null(name)),
        // SAFETY: not NULL, so the caller's promise holds.
        (false, _) => Ok(unsafe { std::slice::from_raw_parts(pointer, count as usize) }),
    }
}

/// `count` elements to write; NULL only when there are none.
///
/// # Safety
/// `pointer` is NULL or valid for `count` elements that nobody else uses while the slice lives.
pub(super) unsafe fn slice_mut<'a, T>(
    pointer: *mut T,
    count: u32,
    name: &str,
) -> Result<&'a mut [T]> {
    match (pointer.is_null(), count) {
        (true, 0) => Ok(&mut []),
        (true, _) => Err(null(name)),
        // SAFETY: not NULL, so the caller's promise holds.
        (false, _) => Ok(unsafe { std::slice::from_raw_parts_mut(pointer, count as usize) }),
    }
}

/// A NUL-terminated UTF-8 string.
///
/// # Safety
/// `pointer` is NULL or a NUL-terminated string that lives as long as the result.
pub(super) unsafe fn string<'a>(pointer: *const c_char, name: &str) -> Result<&'a str> {
    if pointer.is_null() {
        return Err(null(name));
    }
    // SAFETY: not NULL, so the caller's promise holds.
    let string = unsafe { CStr::from_ptr(pointer) };
    string.to_str().map_err(|_| invalid(format!("Argument {name} is not UTF-8.")))
}

/// Hand out a shared handle.
pub(super) fn share<T: 'static>(value: Arc<T>) -> *const T {
    let pointer = Arc::into_raw(value);
    goes_out(pointer);
    pointer
}

/// What a shared handle refers to, for the library to keep.
///
/// # Safety
/// No other thread frees the handle meanwhile.
pub(super) unsafe fn cloned<T: 'static>(pointer: *const T, name: &str) -> Result<Arc<T>> {
    check(pointer, name)?;
    // SAFETY: it is out, so the count is not zero; it is raised for the new reference.
    unsafe {
        Arc::increment_strong_count(pointer);
        Ok(Arc::from_raw(pointer))
    }
}

/// Free a reference to a shared handle; what is none is left alone.
///
/// # Safety
/// No other thread uses this reference.
pub(super) unsafe fn release<T: 'static>(pointer: *const T) {
    if comes_back(pointer) {
        // SAFETY: it went out by `share`, and one reference has come back.
        drop(unsafe { Arc::from_raw(pointer) });
    }
}

fn null(name: &str) -> Error {
    invalid(format!("Argument {name} is NULL."))
}

fn not_live<T>(name: &str) -> Error {
    let kind = type_name::<T>().rsplit("::").next().unwrap_or_default();
    invalid(format!("Argument {name} is no {kind}, or it was freed or consumed before."))
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    #[test]
    fn a_panic_poisons_the_handle() {
        let mut handle = Exclusive::new(1);
        handle
            .with(|value| {
                *value += 1;
                Ok(())
            })
            .unwrap();
        assert_eq!(*handle.get().unwrap(), 2);
        let panics = AssertUnwindSafe(|| handle.with(|_| -> Result<()> { panic!("boom") }));
        assert!(catch_unwind(panics).is_err());
        assert_eq!(handle.get().unwrap_err().kind(), ErrorKind::State);
        assert_eq!(handle.with(|_| Ok(())).unwrap_err().kind(), ErrorKind::State);
        assert!(handle.into_inner().is_err());
    }
}
