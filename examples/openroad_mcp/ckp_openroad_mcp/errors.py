# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
"""What a command in the shell says when it fails."""

from __future__ import annotations

import re


class CheckpointError(Exception):
    """A command failed.

    Attributes:
        message_id: ``"CKP-0042"``, listed in docs/messages.md; None where the failure is none of ckp's commands.
        kind: the last word of Tcl's errorCode, such as ``"NOT_FOUND"``; None likewise.
        message: what failed, where, and what to do.
        output: what the terminal showed meanwhile.
        printed: what the command printed before it failed, where that went to a file.
    """

    def __init__(self, message: str, *, message_id: str | None = None, kind: str | None = None, output: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.message_id = message_id
        self.kind = kind
        self.output = output
        self.printed = ""

    @classmethod
    def from_tcl(cls, message: str, error_code: str, output: str) -> CheckpointError:
        """From the text and the errorCode of a Tcl error."""
        found = re.fullmatch(r"CKP (\d{4}) ([A-Z_]+)", error_code)
        if found is None:
            return cls(message, output=output)
        return cls(message, message_id=f"CKP-{found[1]}", kind=found[2], output=output)


class CommandBlocked(CheckpointError):
    """The command filter of the OpenROAD MCP server does not let the command through."""


class ShellEnded(CheckpointError):
    """The shell ended while a command ran, or before."""


class CommandTimeout(CheckpointError, TimeoutError):
    """A command has not finished in time. It goes on in the shell; later commands wait for it there."""
