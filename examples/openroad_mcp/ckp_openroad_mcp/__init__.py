# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
"""Timing checkpoints for the OpenROAD MCP server (package openroad-mcp)."""

from .checkpoints import CheckpointSession
from .errors import CheckpointError, CommandBlocked, CommandTimeout, ShellEnded
from .results import CheckResult, CheckSummary, ExtractResult, Finding, RestoreResult, SaveResult, StageRecord
from .session import Answer, ShellSession

__all__ = [
    "Answer",
    "CheckResult",
    "CheckSummary",
    "CheckpointError",
    "CheckpointSession",
    "CommandBlocked",
    "CommandTimeout",
    "ExtractResult",
    "Finding",
    "RestoreResult",
    "SaveResult",
    "ShellEnded",
    "ShellSession",
    "StageRecord",
]
