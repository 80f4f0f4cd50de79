// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Text handed out.

use std::ffi::c_char;

use super::guard::contain;
use super::handle::{self, shared};

/// A text made by the library. Owned by the caller: free it with ckp_text_free().
pub struct ckp_text {
    /// Ends with a NUL that does not count.
    bytes: Vec<u8>,
}

impl ckp_text {
    /// # Safety
    /// `out` can be written to.
    pub(super) unsafe fn give(text: impl Into<Vec<u8>>, out: *mut *mut Self) {
        let mut bytes = text.into();
        bytes.push(0);
        // SAFETY: the caller's promise.
        unsafe { out.write(handle::give(Self { bytes })) };
    }
}

/// The bytes, followed by a NUL; "" for NULL. Valid until the text is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_text_data(text: *const ckp_text) -> *const c_char {
    contain(c"".as_ptr(), || {
        // SAFETY: the caller gives a valid pointer or NULL (module text of ffi).
        unsafe { shared(text, "text") }.map_or(c"".as_ptr(), |text| text.bytes.as_ptr().cast())
    })
}

/// Number of bytes, without the NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_text_size(text: *const ckp_text) -> usize {
    // SAFETY: the caller gives a valid pointer or NULL (module text of ffi).
    contain(0, || unsafe { shared(text, "text") }.map_or(0, |text| text.bytes.len() - 1))
}

/// Free a text. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_text_free(text: *mut ckp_text) {
    // SAFETY: the caller gives a valid pointer or NULL (module text of ffi).
    contain((), || unsafe { handle::free(text) });
}
