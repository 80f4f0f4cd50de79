// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! `docs/format.md`, "Versions": what stage files and the markers of stores have in common.

use std::fmt::Display;

use crate::error::{Error, ErrorKind, Result};

/// Version of the format that this library writes, and the newest that it reads.
const VERSION: u16 = 1;

/// Which versions of the format a library must know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Versions {
    /// To read.
    pub read: u16,
    /// To write.
    pub write: u16,
}

impl Versions {
    /// Those of what this library writes.
    pub const OURS: Self = Self { read: VERSION, write: VERSION };

    /// There may be such a pair.
    pub fn is_sound(self) -> bool {
        self.read > 0 && self.write >= self.read
    }

    /// This library can read `what`.
    ///
    /// # Errors
    /// `Unsupported`.
    pub fn check_read(self, what: impl Display) -> Result<()> {
        let Self { read, .. } = self;
        if read <= VERSION {
            return Ok(());
        }
        Err(unsupported(format!(
            "{what} has format {read}; this library reads up to format {VERSION}. Use a newer version of ckp."
        )))
    }

    /// This library can write to `what`; else the message tells what is left: `limits`.
    ///
    /// # Errors
    /// `Unsupported`.
    pub fn check_write(self, what: impl Display, limits: &str) -> Result<()> {
        let Self { write, .. } = self;
        if write <= VERSION {
            return Ok(());
        }
        Err(unsupported(format!(
            "{what} by a newer version of ckp (format {write}; this library writes format {VERSION}): it can be \
             read, {limits}. Use the newer version."
        )))
    }
}

/// `what` is of version 0, the drafts; `remedy` is what to do.
pub(crate) fn draft(what: impl Display, remedy: &str) -> Error {
    unsupported(format!(
        "{what} is of a draft of the format, from before version 1, which no release reads. {remedy}"
    ))
}

fn unsupported(message: String) -> Error {
    Error::new(ErrorKind::Unsupported, message)
}
