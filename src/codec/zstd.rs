// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Zstandard through `zstd-sys`.

#![allow(unsafe_code)]

use std::ptr::NonNull;

use zstd_sys as ffi;

use crate::error::{Error, ErrorKind, Result, corrupt};

/// The smallest window that zstd takes, as a power of two.
const LEAST_WINDOW: i32 = 10;

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

    /// The same for bytes that are likely to repeat those of `before`, wherever these stand there.
    pub fn compress_after(&mut self, before: &[u8], bytes: &[u8], out: &mut Vec<u8>) -> Result<()> {
        use ffi::ZSTD_cParameter::{
            ZSTD_c_compressionLevel, ZSTD_c_enableLongDistanceMatching, ZSTD_c_windowLog,
        };
        let window = (before.len() + bytes.len()).max(2).next_power_of_two().ilog2();
        let parameters = [
            (ZSTD_c_compressionLevel, self.level),
            (ZSTD_c_enableLongDistanceMatching, 1),
            (ZSTD_c_windowLog, (window as i32).max(LEAST_WINDOW)),
        ];
        for (parameter, value) in parameters {
            // SAFETY: the context is live and ours, and compresses nothing now.
            let set =
                unsafe { ffi::ZSTD_CCtx_setParameter(self.context.as_ptr(), parameter, value) };
            check(set).ok_or_else(out_of_memory)?;
        }
        out.clear();
        // SAFETY: a pure function of its argument.
        out.reserve(unsafe { ffi::ZSTD_compressBound(bytes.len()) });
        // SAFETY: the context is live and ours; all buffers are valid for the lengths given and outlive
        // the calls; zstd forgets the prefix with the frame, writes no more than the capacity and
        // returns how much it wrote.
        let written = unsafe {
            let context = self.context.as_ptr();
            let set = ffi::ZSTD_CCtx_refPrefix(context, before.as_ptr().cast(), before.len());
            check(set).ok_or_else(out_of_memory)?;
            ffi::ZSTD_compress2(
                context,
                out.as_mut_ptr().cast(),
                out.capacity(),
                bytes.as_ptr().cast(),
                bytes.len(),
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

/// Decompress one frame of at most `size` bytes that was compressed after `before`.
pub(crate) fn decompress_after(before: &[u8], bytes: &[u8], size: usize) -> Result<Vec<u8>> {
    let mut out: Vec<u8> = Vec::with_capacity(size);
    // SAFETY: takes no arguments; NULL on lack of memory is checked.
    let context = NonNull::new(unsafe { ffi::ZSTD_createDCtx() }).ok_or_else(out_of_memory)?;
    // SAFETY: the context is live, ours, and freed at the end; all buffers are valid for the lengths
    // given and outlive the calls; zstd writes no more than `size` bytes, checks its input, and returns
    // how much it wrote or an error code.
    let written = unsafe {
        let set = ffi::ZSTD_DCtx_refPrefix(context.as_ptr(), before.as_ptr().cast(), before.len());
        let written = ffi::ZSTD_decompressDCtx(
            context.as_ptr(),
            out.as_mut_ptr().cast(),
            size,
            bytes.as_ptr().cast(),
            bytes.len(),
        );
        ffi::ZSTD_freeDCtx(context.as_ptr());
        check(set).and(check(written))
    };
    let written = written.ok_or_else(|| corrupt("A zstd block does not decode."))?;
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
