// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Status codes, version, and the error object.

use std::ffi::{CString, c_char};

use super::guard::contain;
use super::handle::{self, shared};
use crate::error::{Error, ErrorKind};

/// What a call came to. Numbers are grouped: 1-19 mistakes of the caller, 20-39 input and output,
/// 40-59 versions, 60-79 integrity, 80-99 order of calls. A number is never used again for another
/// meaning.
pub type ckp_status = u32;

/// Done.
pub const CKP_OK: u32 = 0;
/// A NULL pointer, text that is not UTF-8, a value, name or option without meaning.
pub const CKP_INVALID_ARGUMENT: u32 = 1;
/// Counts that do not fit each other or the object table.
pub const CKP_SHAPE_MISMATCH: u32 = 2;
/// No such store, stage, column or pin.
pub const CKP_NOT_FOUND: u32 = 3;
/// The stage name is taken.
pub const CKP_ALREADY_EXISTS: u32 = 4;
/// The operating system refused.
pub const CKP_IO: u32 = 20;
/// The disk or the quota is full.
pub const CKP_NO_SPACE: u32 = 21;
/// Another writer holds the store.
pub const CKP_LOCKED: u32 = 22;
/// Another version of the format.
pub const CKP_UNSUPPORTED: u32 = 40;
/// Bytes that do not agree with their checksum, or make no sense.
pub const CKP_CORRUPT: u32 = 60;
/// A file that is shorter than it says.
pub const CKP_TRUNCATED: u32 = 61;
/// The base of a delta is not in the store.
pub const CKP_BASE_MISSING: u32 = 62;
/// The base of a delta is not the one that the delta was made on.
pub const CKP_BASE_MISMATCH: u32 = 63;
/// The call does not fit the state of the handle.
pub const CKP_STATE: u32 = 80;
/// A defect of the library was caught. The handle of the call can only be freed.
pub const CKP_PANIC: u32 = 255;

/// Raised by every change of this header that a compiled caller would notice.
pub const CKP_ABI_VERSION: u32 = 1;

/// Why a call failed. Owned by the caller: free it with ckp_error_free().
pub struct ckp_error {
    status: ckp_status,
    message: CString,
}

impl ckp_error {
    pub(super) fn new(status: ckp_status, message: &str) -> Self {
        // A NUL cannot be in the middle of a C string; pin names from a damaged file may hold one.
        let message = CString::new(message.replace('\0', "\\0")).unwrap_or_default();
        Self { status, message }
    }
}

pub(super) fn status_of(error: &Error) -> ckp_status {
    match error.kind() {
        ErrorKind::InvalidArgument => CKP_INVALID_ARGUMENT,
        ErrorKind::ShapeMismatch => CKP_SHAPE_MISMATCH,
        ErrorKind::NotFound => CKP_NOT_FOUND,
        ErrorKind::AlreadyExists => CKP_ALREADY_EXISTS,
        ErrorKind::Io => CKP_IO,
        ErrorKind::NoSpace => CKP_NO_SPACE,
        ErrorKind::Locked => CKP_LOCKED,
        ErrorKind::Unsupported => CKP_UNSUPPORTED,
        ErrorKind::Corrupt => CKP_CORRUPT,
        ErrorKind::Truncated => CKP_TRUNCATED,
        ErrorKind::BaseMissing => CKP_BASE_MISSING,
        ErrorKind::BaseMismatch => CKP_BASE_MISMATCH,
        ErrorKind::State => CKP_STATE,
    }
}

/// The CKP_ABI_VERSION that the library was built with. Compare it with the one of the header.
#[unsafe(no_mangle)]
pub extern "C" fn ckp_abi_version() -> u32 {
    CKP_ABI_VERSION
}

/// Version of the library, such as "0.1.0". Static.
#[unsafe(no_mangle)]
pub extern "C" fn ckp_version() -> *const c_char {
    const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
    VERSION.as_ptr().cast()
}

/// The status that the failed call returned; CKP_OK for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_error_status(error: *const ckp_error) -> ckp_status {
    // SAFETY: the caller gives a valid pointer or NULL (module text).
    contain(CKP_OK, || unsafe { shared(error, "error") }.map_or(CKP_OK, |error| error.status))
}

/// What failed, where, and what to do: whole sentences, NUL-terminated UTF-8, "" for NULL. Valid until
/// the error is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_error_message(error: *const ckp_error) -> *const c_char {
    contain(c"".as_ptr(), || {
        // SAFETY: the caller gives a valid pointer or NULL (module text).
        unsafe { shared(error, "error") }.map_or(c"".as_ptr(), |error| error.message.as_ptr())
    })
}

/// Free an error. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_error_free(error: *mut ckp_error) {
    // SAFETY: the caller gives a valid pointer or NULL (module text).
    contain((), || unsafe { handle::free(error) });
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One to one, with one word in C, in JSON and in Tcl's `errorCode`.
    #[test]
    fn every_kind_has_a_status_of_its_own_by_the_same_name() {
        use ErrorKind as K;
        let kinds = [
            K::InvalidArgument,
            K::ShapeMismatch,
            K::NotFound,
            K::AlreadyExists,
            K::Io,
            K::NoSpace,
            K::Locked,
            K::Unsupported,
            K::Corrupt,
            K::Truncated,
            K::BaseMissing,
            K::BaseMismatch,
            K::State,
        ];
        let header = include_str!("../../include/ckp.h");
        for kind in kinds {
            let status = status_of(&Error::new(kind, "x"));
            let line = format!("#define CKP_{} {status}\n", kind.name());
            assert!(header.contains(&line), "{line}");
        }
    }
}
