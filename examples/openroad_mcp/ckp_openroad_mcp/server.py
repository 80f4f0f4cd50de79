# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
"""The OpenROAD MCP server with tools for timing checkpoints: python -m ckp_openroad_mcp.server

It takes the arguments of openroad-mcp. CKP_MODULE_DIR names the directory of libckp_openroad.so and
pkgIndex.tcl, for shells that do not find the module otherwise.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from typing import Any
from weakref import WeakKeyDictionary

from mcp.types import ToolAnnotations
from openroad_mcp.core.models import BaseResult
from openroad_mcp.interactive.models import SessionError
from openroad_mcp.interactive.session import InteractiveSession
from openroad_mcp.main import main
from openroad_mcp.server import manager, mcp

from .checkpoints import CheckpointSession
from .errors import CheckpointError

_READS = ToolAnnotations(readOnlyHint=True, destructiveHint=False, idempotentHint=True, openWorldHint=False)
_SAVES = ToolAnnotations(readOnlyHint=False, destructiveHint=False, idempotentHint=False, openWorldHint=False)
_RESTORES = ToolAnnotations(readOnlyHint=False, destructiveHint=True, idempotentHint=True, openWorldHint=False)


class CheckpointToolResult(BaseResult):
    """What a tool answers: ``result``, or ``error`` with the id of the message and what the shell printed."""

    session_id: str
    result: Any = None
    message_id: str | None = None
    kind: str | None = None
    output: str | None = None


# By the manager's session, which another one of the same name may follow.
_sessions: WeakKeyDictionary[InteractiveSession, CheckpointSession] = WeakKeyDictionary()


def _session(session_id: str) -> CheckpointSession:
    live = manager._get_session(session_id)
    if live not in _sessions:
        _sessions[live] = CheckpointSession(manager, session_id, module=os.environ.get("CKP_MODULE_DIR"))
    return _sessions[live]


async def _answer(session_id: str, method: Callable[[CheckpointSession], Awaitable[Any]]) -> str:
    """Errors are told within the result, as the tools of this server do."""
    answer = CheckpointToolResult(session_id=session_id)
    try:
        answer.result = await method(_session(session_id))
    except CheckpointError as error:
        answer.error, answer.message_id, answer.kind = error.message, error.message_id, error.kind
        answer.output = error.output
    except SessionError as error:
        answer.error = str(error)
    return answer.model_dump_json()


@mcp.tool(annotations=_SAVES)
async def save_timing_checkpoint(
    session_id: str,
    stage: str,
    store: str,
    base: str | None = None,
    full: bool = False,
    tolerance: float | None = None,
    attach: dict[str, str] | None = None,
    with_design: bool = False,
    note: str | None = None,
    meta: dict[str, str] | None = None,
) -> str:
    """Save the timing state of the engine (slews, delays, arrivals, required times, slacks of all pins) as a stage.

    The stage is stored as the difference to `base`, by default the stage saved or rolled back to last. `store` is a
    directory such as chip.ckp, made by the first save. `attach` keeps files with it; `with_design` (OpenROAD) the
    database, constraints and wires. `tolerance` is in seconds; without it every bit is kept.
    """
    options = {"base": base, "full": full, "tolerance": tolerance, "attach": attach, "with_design": with_design}
    return await _answer(session_id, lambda s: s.save(stage, store=store, note=note, meta=meta, **options))


@mcp.tool(annotations=_RESTORES)
async def restore_timing_checkpoint(
    session_id: str,
    stage: str,
    store: str,
    scenes: list[str] | None = None,
    partial: bool = False,
    with_design: bool = False,
) -> str:
    """Put a saved stage back into the engine without delay calculation, and prove that all slacks equal the stored ones.

    Needs the netlist, liberty, scenes and constraints of the stage, or `with_design` where it has the design. `partial`
    restores what matches by name and leaves the rest to the engine.
    """
    options = {"scenes": scenes, "partial": partial, "with_design": with_design}
    return await _answer(session_id, lambda s: s.restore(stage, store=store, **options))


@mcp.tool(annotations=_RESTORES)
async def rollback_timing_checkpoint(session_id: str, stage: str, store: str, with_design: bool = False) -> str:
    """Restore a stage and make it the base of what is saved next. Nothing is deleted."""
    return await _answer(session_id, lambda s: s.roll_back(stage, store=store, with_design=with_design))


@mcp.tool(annotations=_SAVES)
async def extract_timing_checkpoint(session_id: str, stage: str, store: str, directory: str) -> str:
    """Write the files attached to a stage to a directory. A file that is there already is never replaced."""
    return await _answer(session_id, lambda s: s.extract(stage, directory, store=store))


@mcp.tool(annotations=_READS)
async def list_timing_checkpoints(session_id: str, store: str) -> str:
    """List the stages of a store with WNS, TNS, violating endpoints, sizes, bases and notes."""
    return await _answer(session_id, lambda s: s.list_stages(store=store))


@mcp.tool(annotations=_READS)
async def check_timing_checkpoints(session_id: str, store: str, full: bool = False) -> str:
    """Check every stored byte of a store; with `full` decode every value, too. Tells what is damaged."""
    return await _answer(session_id, lambda s: s.check(store=store, full=full))


if __name__ == "__main__":
    main()
