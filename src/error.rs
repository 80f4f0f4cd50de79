// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Errors of the whole crate.
//!
//! Rules: one kind for every different thing that a caller can do about a failure; a message that
//! says what, where and what to do, in full sentences; the place (file, stage, column, offset) in
//! the message, because a flow log is all that a user has. Layers add their place with
//! [`Error::at`] while an error passes through them.

use std::io;

/// Result of the crate.
pub type Result<T> = std::result::Result<T, Error>;

/// What went wrong, as far as a caller may act on it. The C status codes map one to one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An argument has no meaning: a bad name, value or option.
    InvalidArgument,
    /// Counts do not fit each other.
    ShapeMismatch,
    /// No such stage, column or pin.
    NotFound,
    /// The stage name is taken.
    AlreadyExists,
    /// The operating system refused.
    Io,
    /// The disk or the quota is full, or the process may not write files that large.
    NoSpace,
    /// Another writer holds the store.
    Locked,
    /// Written by another, newer version of the format.
    Unsupported,
    /// Bytes do not agree with their checksum, or make no sense.
    Corrupt,
    /// A file is shorter than it says.
    Truncated,
    /// The base of a delta is not in the store.
    BaseMissing,
    /// The base of a delta is not the one that the delta was made on.
    BaseMismatch,
    /// The call does not fit the state of the object.
    State,
}

impl ErrorKind {
    /// Its word in JSON and in Tcl's `errorCode`, that of the C status code.
    pub fn name(self) -> &'static str {
        match self {
            Self::InvalidArgument => "INVALID_ARGUMENT",
            Self::ShapeMismatch => "SHAPE_MISMATCH",
            Self::NotFound => "NOT_FOUND",
            Self::AlreadyExists => "ALREADY_EXISTS",
            Self::Io => "IO",
            Self::NoSpace => "NO_SPACE",
            Self::Locked => "LOCKED",
            Self::Unsupported => "UNSUPPORTED",
            Self::Corrupt => "CORRUPT",
            Self::Truncated => "TRUNCATED",
            Self::BaseMissing => "BASE_MISSING",
            Self::BaseMismatch => "BASE_MISMATCH",
            Self::State => "STATE",
        }
    }
}

/// A failure: its kind and a message that stands on its own.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    kind: ErrorKind,
    message: String,
}

impl Error {
    /// A new error.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// The kind.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The same error with the place where it happened put before its message.
    #[must_use]
    pub fn at(self, place: impl std::fmt::Display) -> Self {
        Self { kind: self.kind, message: format!("{place}: {}", self.message) }
    }

    /// An error of the operating system while doing `what`.
    pub(crate) fn io(what: impl std::fmt::Display, error: &io::Error) -> Self {
        let kind = match error.kind() {
            io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::FileTooLarge => ErrorKind::NoSpace,
            io::ErrorKind::UnexpectedEof => ErrorKind::Truncated,
            _ => ErrorKind::Io,
        };
        Self::new(kind, format!("{what}: {error}."))
    }
}

/// Short forms for the kinds that are raised in many places.
pub(crate) fn corrupt(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Corrupt, message)
}

pub(crate) fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidArgument, message)
}

pub(crate) fn shape(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::ShapeMismatch, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_from_other_failures() {
        let full = io::Error::from(io::ErrorKind::StorageFull);
        assert_eq!(Error::io("write", &full).kind(), ErrorKind::NoSpace);
        let other = io::Error::from(io::ErrorKind::PermissionDenied);
        let error = Error::io("open x", &other).at("stage a");
        assert_eq!(error.kind(), ErrorKind::Io);
        assert!(error.to_string().starts_with("stage a: open x: "));
    }
}
