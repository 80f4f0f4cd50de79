// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! No panic crosses the ABI: every export that can fail runs inside [`guard`], and every other one that does
//! more than return a constant inside [`contain`].

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::handle::give;
use super::status::{CKP_OK, CKP_PANIC, ckp_error, ckp_status, status_of};
use crate::error::Result;

/// Run `body`; turn its failure or panic into a status and, if asked for, an error object.
///
/// # Safety
/// `out_error` is NULL or can be written to.
pub(super) unsafe fn guard<F: FnOnce() -> Result<()>>(
    out_error: *mut *mut ckp_error,
    body: F,
) -> ckp_status {
    let body = || {
        inject::<F>("CKP_PANIC_IN");
        body()
    };
    // Handles that a panic may leave half-changed refuse every later use (handle::Exclusive).
    let (status, message) = match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => return CKP_OK,
        Ok(Err(error)) => (status_of(&error), error.to_string()),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("unknown");
            (CKP_PANIC, format!("A defect of ckp was caught: {text}. Please report it."))
        }
    };
    if !out_error.is_null() {
        // SAFETY: not NULL, so the caller lets it be written to.
        unsafe { out_error.write(give(ckp_error::new(status, &message))) };
    }
    status
}

/// Run what cannot fail; a panic gives `otherwise`.
pub(super) fn contain<R, F: FnOnce() -> R>(otherwise: R, body: F) -> R {
    let body = || {
        inject::<F>("CKP_PANIC_IN");
        body()
    };
    catch_unwind(AssertUnwindSafe(body)).unwrap_or(otherwise)
}

/// Panic where `variable` in the environment names the exported function that `F` is a part of: tests see so
/// what a defect leaves behind. Libraries built for use never look.
#[cfg(debug_assertions)]
#[allow(clippy::panic)]
pub(super) fn inject<F>(variable: &str) {
    let Ok(name) = std::env::var(variable) else { return };
    // Closures are named by the functions that they stand in.
    if std::any::type_name::<F>().split("::").any(|part| part == name) {
        panic!("{variable}={name}");
    }
}

#[cfg(not(debug_assertions))]
pub(super) fn inject<F>(_variable: &str) {}

#[cfg(test)]
mod tests {
    use std::ffi::CStr;
    use std::ptr::null_mut;

    use super::super::status::{ckp_error_free, ckp_error_message, ckp_error_status};
    use super::*;

    #[test]
    fn a_panic_comes_back_as_an_error() {
        let mut error = null_mut();
        // SAFETY: `error` can be written to.
        let status = unsafe { guard(&raw mut error, || panic!("boom {}", 1)) };
        assert_eq!(status, CKP_PANIC);
        // SAFETY: the error was just made and is freed once.
        unsafe {
            assert_eq!(ckp_error_status(error), CKP_PANIC);
            let message = CStr::from_ptr(ckp_error_message(error)).to_str().unwrap();
            assert!(message.contains("boom 1"));
            ckp_error_free(error);
        }
        // SAFETY: NULL is allowed.
        assert_eq!(unsafe { guard(null_mut(), || panic!("static")) }, CKP_PANIC);
    }
}
