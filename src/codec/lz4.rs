// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! LZ4 blocks through `lz4-sys`.

#![allow(unsafe_code)]

use libc::c_int;

use crate::error::{Result, corrupt, invalid};

/// Compress `bytes` into one block that replaces the contents of `out`.
pub(crate) fn compress(bytes: &[u8], out: &mut Vec<u8>) -> Result<()> {
    out.clear();
    let size = length(bytes.len())?;
    // SAFETY: a pure function of its argument.
    let bound = unsafe { lz4_sys::LZ4_compressBound(size) };
    let capacity = usize::try_from(bound).map_err(|_| invalid("A block is too large for LZ4."))?;
    out.reserve(capacity);
    // SAFETY: both buffers are valid for the lengths given; LZ4 writes no more than `bound` bytes
    // and returns how much it wrote.
    let written = unsafe {
        lz4_sys::LZ4_compress_default(bytes.as_ptr().cast(), out.as_mut_ptr().cast(), size, bound)
    };
    let written = usize::try_from(written).unwrap_or(0);
    // SAFETY: LZ4 initialised the first `written` bytes, at most the capacity reserved.
    unsafe { out.set_len(written) };
    Ok(())
}

/// Decompress one block of at most `size` bytes.
pub(crate) fn decompress(bytes: &[u8], size: usize) -> Result<Vec<u8>> {
    let mut out: Vec<u8> = Vec::with_capacity(size);
    // SAFETY: both buffers are valid for the lengths given; the safe decoder checks its input,
    // writes no more than `size` bytes and returns how much it wrote, or a negative number.
    let written = unsafe {
        lz4_sys::LZ4_decompress_safe(
            bytes.as_ptr().cast(),
            out.as_mut_ptr().cast(),
            length(bytes.len())?,
            length(size)?,
        )
    };
    let written = usize::try_from(written).map_err(|_| corrupt("An LZ4 block does not decode."))?;
    // SAFETY: LZ4 initialised the first `written` bytes, at most the capacity.
    unsafe { out.set_len(written) };
    Ok(out)
}

fn length(len: usize) -> Result<c_int> {
    c_int::try_from(len).map_err(|_| invalid("A block is too large for LZ4."))
}
