// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! ckp_store.

use std::ffi::c_char;
use std::path::Path;

use super::guard::{contain, guard};
use super::handle::{self, exclusive, output, shared, string};
use super::status::{ckp_error, ckp_status};
use super::text::ckp_text;
use crate::error::{Error, Result, invalid};
use crate::query::html::{self, HtmlOptions};
use crate::store::{Depth, OpenMode, ReadMode, Store, report};
use crate::table::Format;

/// The store must exist.
pub const CKP_OPEN_READ: u32 = 0;
/// The store is made by the first capture; opening alone changes nothing on disk.
pub const CKP_OPEN_CREATE: u32 = 1;
/// Add this to read through memory mappings. A stage file that another program cuts meanwhile is then no error,
/// but ends the process with SIGBUS.
pub const CKP_OPEN_MAP: u32 = 512;

/// For people; of stages, a tree.
pub const CKP_REPORT_TEXT: u32 = 0;
/// For programs; of stages, a list.
pub const CKP_REPORT_JSON: u32 = 1;
/// Comma-separated values in SI units, for spreadsheets.
pub const CKP_REPORT_CSV: u32 = 2;
/// A table for documents.
pub const CKP_REPORT_MARKDOWN: u32 = 3;
/// A page for browsers, of all stages or of two and their difference, as ckp_store_page() gives it. Other
/// reports have none.
pub const CKP_REPORT_HTML: u32 = 4;

/// Structure, checksum of every stored byte, bases.
pub const CKP_VERIFY_QUICK: u32 = 0;
/// And every value and every attachment decoded.
pub const CKP_VERIFY_FULL: u32 = 1;
/// And every value decoded, but attachments only looked at as they are stored.
pub const CKP_VERIFY_TIMING: u32 = 2;

/// A directory of stages. Functions that take `const ckp_store *` may be called from several threads
/// at once.
pub struct ckp_store(pub(super) Store);

fn no_format(format: u32) -> Error {
    invalid(format!("{format} is not a format of reports."))
}

pub(super) fn depth(code: u32) -> Result<Depth> {
    match code {
        CKP_VERIFY_QUICK => Ok(Depth::Quick),
        CKP_VERIFY_FULL => Ok(Depth::Full),
        CKP_VERIFY_TIMING => Ok(Depth::Timing),
        _ => Err(invalid(format!("{code} is not a depth of verification."))),
    }
}

pub(super) fn report_format(code: u32) -> Result<Format> {
    match code {
        CKP_REPORT_TEXT => Ok(Format::Text),
        CKP_REPORT_JSON => Ok(Format::Json),
        CKP_REPORT_CSV => Ok(Format::Csv),
        CKP_REPORT_MARKDOWN => Ok(Format::Markdown),
        _ => Err(invalid(format!("{code} is not a format of reports."))),
    }
}

/// Open the store at `path`.
///
/// mode: CKP_OPEN_READ or CKP_OPEN_CREATE, plus CKP_OPEN_MAP if wanted.
///
/// Returns CKP_NOT_FOUND when there is no store and mode is CKP_OPEN_READ; CKP_INVALID_ARGUMENT when
/// the path is something else than a store; CKP_UNSUPPORTED when the store has another format.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_store_open(
    path: *const c_char,
    mode: u32,
    out_store: *mut *mut ckp_store,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL (module text of ffi); so everywhere below.
    unsafe {
        guard(out_error, || {
            let path = string(path, "path")?;
            let out = output(out_store, "out_store")?;
            let read_mode = match mode & CKP_OPEN_MAP {
                0 => ReadMode::Positioned,
                _ => ReadMode::Mapped,
            };
            let mode = match mode & !CKP_OPEN_MAP {
                CKP_OPEN_READ => OpenMode::Read,
                CKP_OPEN_CREATE => OpenMode::Create,
                _ => return Err(invalid(format!("{mode} is not a mode to open a store in."))),
            };
            let store = Store::open(Path::new(path), mode, read_mode)?;
            out.write(handle::give(ckp_store(store)));
            Ok(())
        })
    }
}

/// Close a store. Stages and captures opened from it stay valid. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_store_free(store: *mut ckp_store) {
    // SAFETY: the caller gives a valid pointer or NULL.
    contain((), || unsafe { handle::free(store) });
}

/// What the store holds.
///
/// format: one of CKP_REPORT_*.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_store_report(
    store: *const ckp_store,
    format: u32,
    out_text: *mut *mut ckp_text,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let store = shared(store, "store")?;
            let out = output(out_text, "out_text")?;
            let text = match format {
                CKP_REPORT_HTML => html::page(&store.0, &[], HtmlOptions::default())?,
                _ => report::stages(&store.0, report_format(format)?)?,
            };
            ckp_text::give(text, out);
            Ok(())
        })
    }
}

/// One stage: what it is, where its bytes are, and its slacks. Its bases are not looked at.
///
/// format: CKP_REPORT_TEXT or CKP_REPORT_JSON.
///
/// Returns CKP_NOT_FOUND when there is no such stage, or what is wrong with its file.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_store_report_stage(
    store: *const ckp_store,
    stage: *const c_char,
    format: u32,
    out_text: *mut *mut ckp_text,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let store = shared(store, "store")?;
            let stage = string(stage, "stage")?;
            let out = output(out_text, "out_text")?;
            let text = match format {
                CKP_REPORT_TEXT => report::stage_text(&store.0, stage)?,
                CKP_REPORT_JSON => format!("{:#}\n", report::stage_json(&store.0, stage)?),
                _ => return Err(no_format(format)),
            };
            ckp_text::give(text, out);
            Ok(())
        })
    }
}

/// Look at every stage. Nothing is changed.
///
/// depth:  one of CKP_VERIFY_*.
/// format: CKP_REPORT_TEXT for one line for each thing that is wrong, then a line with the sum, or
///         CKP_REPORT_JSON.
/// out_findings: how many things are wrong; 0 for a sound store.
/// out_report: what was found.
///
/// Returns CKP_OK whenever the verification could run, whatever it found.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_store_verify(
    store: *const ckp_store,
    depth: u32,
    format: u32,
    out_findings: *mut u64,
    out_report: *mut *mut ckp_text,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let store = shared(store, "store")?;
            let findings = output(out_findings, "out_findings")?;
            let out = output(out_report, "out_report")?;
            let depth = self::depth(depth)?;
            let text = match format {
                CKP_REPORT_TEXT => report::verification_text,
                CKP_REPORT_JSON => report::verification_json,
                _ => return Err(no_format(format)),
            };
            let verification = store.0.verify(depth)?;
            findings.write(verification.findings.len() as u64);
            ckp_text::give(text(&verification), out);
            Ok(())
        })
    }
}

/// Copy what is sound to a new store. The store itself is not changed.
///
/// directory: of the new store, which must not hold any stages.
/// format:    CKP_REPORT_TEXT for one line for each thing that is wrong, then what was copied, written again and
///            lost, or CKP_REPORT_JSON.
/// out_findings: how many things are wrong; 0 where all was sound.
/// out_report: what was found and done.
///
/// Returns CKP_OK whenever what is sound could be copied, be it nothing; CKP_ALREADY_EXISTS where the directory
/// holds stages, CKP_NO_SPACE and CKP_IO where it cannot be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_store_repair(
    store: *const ckp_store,
    directory: *const c_char,
    format: u32,
    out_findings: *mut u64,
    out_report: *mut *mut ckp_text,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let store = shared(store, "store")?;
            let directory = Path::new(string(directory, "directory")?);
            let findings = output(out_findings, "out_findings")?;
            let out = output(out_report, "out_report")?;
            let text = match format {
                CKP_REPORT_TEXT => report::repair_text,
                CKP_REPORT_JSON => report::repair_json,
                _ => return Err(no_format(format)),
            };
            let repair = store.0.repair(directory, &mut |_, _, _| {})?;
            findings.write(repair.findings.len() as u64);
            ckp_text::give(text(&repair), out);
            Ok(())
        })
    }
}

/// The stage that the next one will be a delta of, unless told otherwise; "" when there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_store_head(
    store: *const ckp_store,
    out_stage: *mut *mut ckp_text,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let store = shared(store, "store")?;
            let out = output(out_stage, "out_stage")?;
            ckp_text::give(store.0.head()?.unwrap_or_default(), out);
            Ok(())
        })
    }
}

/// Roll back: make `stage` the base of what is saved next. Nothing is deleted.
///
/// Returns CKP_NOT_FOUND, CKP_LOCKED, or what is wrong with the stage. On failure the head stays.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_store_set_head(
    store: *mut ckp_store,
    stage: *const c_char,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let store = exclusive(store, "store")?;
            store.0.set_head(string(stage, "stage")?)
        })
    }
}

/// Check that `stage` can be given to a new stage.
///
/// Returns CKP_INVALID_ARGUMENT for a name that cannot be, CKP_ALREADY_EXISTS for one that is taken.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ckp_store_check_new_stage(
    store: *const ckp_store,
    stage: *const c_char,
    out_error: *mut *mut ckp_error,
) -> ckp_status {
    // SAFETY: the caller gives valid pointers or NULL.
    unsafe {
        guard(out_error, || {
            let store = shared(store, "store")?;
            store.0.check_new_stage(string(stage, "stage")?)
        })
    }
}
