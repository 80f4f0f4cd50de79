// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! ckp_options.

use std::ffi::c_char;

use super::guard::{contain, guard};
use super::handle::{self, Exclusive, exclusive, output, string};
use super::status::{ckp_error, ckp_status};
use crate::codec::CodecChoice;
use crate::error::{Result, invalid};
use crate::store::{BaseChoice, CaptureOptions, check_tolerance};

/// Text: the stage that the new one is relative to. Default: the store's head, where it pays.
pub const CKP_OPTION_BASE: u32 = 1;
/// Number: 1 saves a stage that is relative to nothing. Default 0.
pub const CKP_OPTION_FULL: u32 = 2;
/// Number: CKP_CODEC_AUTO, CKP_CODEC_LZ4, CKP_CODEC_ZSTD or CKP_CODEC_NUMERIC. Default CKP_CODEC_AUTO.
pub const CKP_OPTION_CODEC: u32 = 3;
/// Number: level of Zstandard, 1 to 19. Default 3.
pub const CKP_OPTION_LEVEL: u32 = 4;
/// Number with a fraction: seconds that a stored float of a column may differ from the one given, 0 to 1.
/// Default 0: every bit is kept. Endpoints and summaries keep every bit always.
pub const CKP_OPTION_TOLERANCE: u32 = 5;

/// Decide per block from the data.
pub const CKP_CODEC_AUTO: u32 = 0;
/// LZ4: speed.
pub const CKP_CODEC_LZ4: u32 = 1;
/// Zstandard: size.
pub const CKP_CODEC_ZSTD: u32 = 2;
/// The numeric codec for numbers, Zstandard for bytes.
pub const CKP_CODEC_NUMERIC: u32 = 3;

/// How a stage is saved. Exclusive. Options are pushed one by one, so that a new one changes no
/// signature.
pub struct ckp_options(pub(super) Exclusive<CaptureOptions>);

/// New options, all at their defaults.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_options_new(
    out_options: *mut *mut ckp_options,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL (module text of ffi); so everywhere below.
    unsafe {
        guard(out_error, || {
            let out = output(out_options, "out_options")?;
            let options = ckp_options(Exclusive::new(CaptureOptions::default()));
            out.write(handle::give(options));
            Ok(())
        })
    }
}

/// Free options. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_options_free(options: *mut ckp_options) {
    // SAFETY: the caller gives a valid pointer or NULL.
    contain((), || unsafe { handle::free(options) });
}

/// Set an option that is a number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_options_set_u64(
    options: *mut ckp_options,
    id: u32,
    value: u64,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            exclusive(options, "options")?.0.with(|options| set_number(options, id, value))
        })
    }
}

/// Set an option that is a number with a fraction.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_options_set_f64(
    options: *mut ckp_options,
    id: u32,
    value: f64,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            exclusive(options, "options")?.0.with(|options| match id {
                CKP_OPTION_TOLERANCE => {
                    options.tolerance = check_tolerance(value)?;
                    Ok(())
                }
                _ => Err(unknown(id)),
            })
        })
    }
}

/// Set an option that is a text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_options_set_text(
    options: *mut ckp_options,
    id: u32,
    value: *const c_char,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let value = string(value, "value")?;
            exclusive(options, "options")?.0.with(|options| match id {
                CKP_OPTION_BASE if options.base == BaseChoice::Full => Err(both()),
                CKP_OPTION_BASE => {
                    options.base = BaseChoice::Stage(value.to_owned());
                    Ok(())
                }
                _ => Err(unknown(id)),
            })
        })
    }
}

fn set_number(options: &mut CaptureOptions, id: u32, value: u64) -> Result<()> {
    match (id, value) {
        (CKP_OPTION_FULL, 0) if options.base == BaseChoice::Full => options.base = BaseChoice::Auto,
        (CKP_OPTION_FULL, 0) => {}
        (CKP_OPTION_FULL, 1) if matches!(options.base, BaseChoice::Stage(_)) => return Err(both()),
        (CKP_OPTION_FULL, 1) => options.base = BaseChoice::Full,
        (CKP_OPTION_CODEC, code) => {
            options.codec = CodecChoice::from_code(code)
                .ok_or_else(|| invalid(format!("{code} is not a codec.")))?;
        }
        (CKP_OPTION_LEVEL, level @ 1..=19) => options.level = level as i32,
        (CKP_OPTION_FULL | CKP_OPTION_LEVEL, value) => {
            return Err(invalid(format!("{value} is not a value of option {id}.")));
        }
        _ => return Err(unknown(id)),
    }
    Ok(())
}

fn both() -> crate::error::Error {
    invalid("A stage is full or has a base, not both.")
}

fn unknown(id: u32) -> crate::error::Error {
    invalid(format!("There is no option {id} of this type."))
}
