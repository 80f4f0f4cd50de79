// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Pointers in and out. Two kinds of handles only: *exclusive* ones, a box that one thread uses at a
//! time, and *shared* ones, a counted reference to something immutable.

use std::ffi::{CStr, c_char};
use std::sync::Arc;

use crate::error::{Error, ErrorKind, Result, invalid};

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
    pub fn with<R>(&mut self, body: impl FnOnce(&mut T) -> Result<R>) -> Result<R> {
        self.check()?;
        self.in_use = true;
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

/// Take back the ownership of a box; `None` for NULL.
///
/// # Safety
/// `pointer` is NULL or came from `Box::into_raw` and is not used again.
pub(super) unsafe fn take<T>(pointer: *mut T) -> Option<Box<T>> {
    // SAFETY: not NULL, so the caller's promise holds.
    (!pointer.is_null()).then(|| unsafe { Box::from_raw(pointer) })
}

/// # Safety
/// `pointer` is NULL or valid and not written to while the reference lives.
pub(super) unsafe fn shared<'a, T>(pointer: *const T, name: &str) -> Result<&'a T> {
    // SAFETY: the caller's promise.
    unsafe { pointer.as_ref() }.ok_or_else(|| null(name))
}

/// # Safety
/// `pointer` is NULL or valid and not used otherwise while the reference lives.
pub(super) unsafe fn exclusive<'a, T>(pointer: *mut T, name: &str) -> Result<&'a mut T> {
    // SAFETY: the caller's promise.
    unsafe { pointer.as_mut() }.ok_or_else(|| null(name))
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

/// Another reference to a shared handle.
///
/// # Safety
/// `pointer` is NULL or came from [`share`] and was not freed.
pub(super) unsafe fn cloned<T>(pointer: *const T, name: &str) -> Result<Arc<T>> {
    if pointer.is_null() {
        return Err(null(name));
    }
    // SAFETY: not NULL, so the caller's promise holds; the count is raised for the new reference.
    unsafe {
        Arc::increment_strong_count(pointer);
        Ok(Arc::from_raw(pointer))
    }
}

/// Hand a counted reference out.
pub(super) fn share<T>(value: Arc<T>) -> *const T {
    Arc::into_raw(value)
}

fn null(name: &str) -> Error {
    invalid(format!("Argument {name} is NULL."))
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
        let panics = AssertUnwindSafe(|| handle.with::<()>(|_| panic!("boom")));
        assert!(catch_unwind(panics).is_err());
        assert_eq!(handle.get().unwrap_err().kind(), ErrorKind::State);
        assert_eq!(handle.with(|_| Ok(())).unwrap_err().kind(), ErrorKind::State);
        assert!(handle.into_inner().is_err());
    }
}
