// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! ckp_keep: which stages a compaction leaves.

use std::ffi::c_char;

use super::guard::{contain, guard};
use super::handle::{self, Exclusive, exclusive, output, string};
use super::status::{ckp_error, ckp_status};
use crate::store::Keep;

/// Rules for stages to keep. Exclusive. A stage that one of them names is kept, and so is the base of what is
/// saved next; the others are deleted by ckp_store_compact(). Without a rule all are kept.
pub struct ckp_keep(pub(super) Exclusive<Keep>);

/// No rule.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_keep_new(
    out_keep: *mut *mut ckp_keep,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL (module text of ffi); so everywhere below.
    unsafe {
        guard(out_error, || {
            let out = output(out_keep, "out_keep")?;
            out.write(handle::give(ckp_keep(Exclusive::new(Keep::new()))));
            Ok(())
        })
    }
}

/// Free the rules. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_keep_free(keep: *mut ckp_keep) {
    // SAFETY: the caller gives a valid pointer or NULL.
    contain((), || unsafe { handle::free(keep) });
}

/// Keep the `count` stages that were saved last: at least 1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_keep_last(
    keep: *mut ckp_keep,
    count: u64,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let count = usize::try_from(count).unwrap_or(usize::MAX);
            exclusive(keep, "keep")?.0.with(|keep| keep.last(count))
        })
    }
}

/// Keep the stages with names like `pattern`, too: `*` stands for any letters, `?` for one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_keep_names(
    keep: *mut ckp_keep,
    pattern: *const c_char,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let pattern = string(pattern, "pattern")?;
            exclusive(keep, "keep")?.0.with(|keep| keep.names(pattern))
        })
    }
}

/// Keep the stages that ckp_capture_add_meta() gave this key and value, too.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_keep_meta(
    keep: *mut ckp_keep,
    key: *const c_char,
    value: *const c_char,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let (key, value) = (string(key, "key")?, string(value, "value")?);
            exclusive(keep, "keep")?.0.with(|keep| keep.meta(key, value))
        })
    }
}
