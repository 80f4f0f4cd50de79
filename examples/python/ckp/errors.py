# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
"""What the library says when a call fails."""

from __future__ import annotations

_KINDS = {
    1: "INVALID_ARGUMENT",
    2: "SHAPE_MISMATCH",
    3: "NOT_FOUND",
    4: "ALREADY_EXISTS",
    20: "IO",
    21: "NO_SPACE",
    22: "LOCKED",
    40: "UNSUPPORTED",
    60: "CORRUPT",
    61: "TRUNCATED",
    62: "BASE_MISSING",
    63: "BASE_MISMATCH",
    80: "STATE",
    255: "PANIC",
}


class Error(Exception):
    """A call of the library failed.

    Attributes:
        status: the number of the C ABI (``CKP_NOT_FOUND`` is 3).
        kind: its name without the prefix, such as ``"NOT_FOUND"``.
        message: what failed, where, and what to do.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.kind = _KINDS.get(status, f"STATUS_{status}")
        self.message = message


class ArgumentError(Error, ValueError):
    """A value, a name or a count without meaning."""


class NotFoundError(Error, LookupError):
    """No such store, stage, column or pin."""


class SystemFailure(Error):
    """The operating system refused, the disk is full, or another writer holds the store."""


class UnsupportedError(Error):
    """A file of another version of the format."""


class DamageError(Error):
    """Bytes that do not agree with their checksum, or a base that is missing or another one."""


class LibraryMissing(ImportError):
    """The shared library was not found, or is of another version than this package."""


def failure(status: int, message: str) -> Error:
    """The exception for a status of the C ABI."""
    if status == 3:
        return NotFoundError(status, message)
    for last, kind in ((19, ArgumentError), (39, SystemFailure), (59, UnsupportedError), (79, DamageError)):
        if status <= last:
            return kind(status, message)
    return Error(status, message)
