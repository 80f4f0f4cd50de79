// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Zstandard through `zstd-sys`.

#![allow(unsafe_code)]

use std::ptr::NonNull;

use zstd_sys as ffi;

use crate::error::{Error, ErrorKind, Result, corrupt};

/// A reusable compression context.
pub(crate) struct Compressor {
    context: NonNull<ffi::ZSTD_CCtx>,
    level: i32,
}

// SAFETY: a context belongs to its compressor alone and may be used by one thread after another.
unsafe impl Send for Compressor {}

impl Compressor {
    pub fn new(level: i32) -> Result<Self> {
        // SAFETY: takes no arguments; NULL on lack of memory is checked.
        let context = NonNull::new(unsafe { ffi::ZSTD_createCCtx() });
        let context = context.ok_or_else(out_of_memory)?;
        Ok(Self { context, level })
    }

    /// Compress `bytes` into one frame that replaces the contents of `out`.
    pub fn compress(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<()> {
        out.clear();
        // SAFETY: a pure function of its argument.
        out.reserve(unsafe { ffi::ZSTD_compressBound(bytes.len()) });
        // SAFETY: the context is live and ours; both buffers are valid for the lengths given, and
        // zstd writes no more than the capacity and returns how much it wrote.
        let written = unsafe {
            ffi::ZSTD_compressCCtx(
                self.context.as_ptr(),
                out.as_mut_ptr().cast(),
                out.capacity(),
                bytes.as_ptr().cast(),
                bytes.len(),
                self.level,
            )
        };
        check(written).ok_or_else(out_of_memory)?;
        // SAFETY: zstd initialised the first `written` bytes, at most the capacity.
        unsafe { out.set_len(written) };
        Ok(())
    }
}

impl Drop for Compressor {
    fn drop(&mut self) {
        // SAFETY: the context is live and nobody else has it.
        unsafe { ffi::ZSTD_freeCCtx(self.context.as_ptr()) };
    }
}

/// Decompress one frame of at most `size` bytes.
pub(crate) fn decompress(bytes: &[u8], size: usize) -> Result<Vec<u8>> {
    let mut out: Vec<u8> = Vec::with_capacity(size);
    // SAFETY: both buffers are valid for the lengths given; zstd writes no more than `size` bytes,
    // checks its input, and returns how much it wrote or an error code.
    let written = unsafe {
        ffi::ZSTD_decompress(out.as_mut_ptr().cast(), size, bytes.as_ptr().cast(), bytes.len())
    };
    let written = check(written).ok_or_else(|| corrupt("A zstd block does not decode."))?;
    // SAFETY: zstd initialised the first `written` bytes, at most the capacity.
    unsafe { out.set_len(written) };
    Ok(out)
}

fn check(result: usize) -> Option<usize> {
    // SAFETY: a pure function of its argument.
    let failed = unsafe { ffi::ZSTD_isError(result) } != 0;
    (!failed).then_some(result)
}

fn out_of_memory() -> Error {
    Error::new(ErrorKind::Io, "Memory for the compressor could not be had.")
}
