# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
"""Timing checkpoints for a session of the OpenROAD MCP server."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from openroad_mcp.core.manager import OpenROADManager

from .errors import CheckpointError
from .results import CheckResult, ExtractResult, RestoreResult, SaveResult, StageRecord
from .session import Answer, ShellSession, environment, parse_json
from .tcl import pairs, word, words

Path = str | os.PathLike[str]

# The store is not sound: that is an answer of check(), with the findings.
_UNSOUND = "CKP-0027"


class CheckpointSession:
    """A session of ``OpenROADManager``, whose shell has the timing checkpoint commands.

    Methods may be awaited from several tasks at once; the commands run one after another. Options have the
    meaning, and the defaults, of those of the commands (README.md of ckp).

    Every method raises ``CheckpointError`` with the message id when its command fails; then nothing has changed, on disk
    or in the engine.

    Args:
        manager: the manager of the server.
        session_id: one of its sessions, with ``openroad`` or ``ckp_sta`` in it.
        store: of the methods that are given none.
        module: the directory of libckp_openroad.so and pkgIndex.tcl; where ``package require ckp`` finds it
            anyway, and for ckp_sta, None.
        timeout: seconds to wait for a command.
    """

    def __init__(
        self,
        manager: OpenROADManager,
        session_id: str,
        *,
        store: Path | None = None,
        module: Path | None = None,
        timeout: float = 600.0,
    ) -> None:
        self.session_id = session_id
        self.store = store
        self._module = module
        self._shell = ShellSession(manager, session_id, timeout=timeout)
        self._loaded = False

    @classmethod
    async def start(
        cls,
        command: Sequence[str] | None = None,
        *,
        manager: OpenROADManager | None = None,
        session_id: str | None = None,
        env: Mapping[str, str] | None = None,
        cwd: str | None = None,
        store: Path | None = None,
        module: Path | None = None,
        timeout: float = 600.0,
    ) -> CheckpointSession:
        """Make a session and load the commands into it.

        Args:
            command: the shell with its arguments; None for the manager's default, ``openroad -no_init``. The manager
                has to allow it: OPENROAD_ALLOWED_COMMANDS=openroad,ckp_sta in the environment of the server.
            manager: None for the one manager of the process.
        """
        manager = manager or OpenROADManager()
        values = {**environment(module), **(env or {})}
        arguments = None if command is None else list(command)
        session_id = await manager.create_session(session_id, arguments, values, cwd)
        session = cls(manager, session_id, store=store, module=module, timeout=timeout)
        try:
            await session.load()
        except BaseException:
            await session.terminate(force=True)
            raise
        return session

    async def __aenter__(self) -> CheckpointSession:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.terminate()

    async def terminate(self, *, force: bool = False) -> None:
        """End the shell and forget the session."""
        self._shell.close()
        await self._shell.manager.terminate_session(self.session_id, force)

    async def load(self) -> str:
        """Have the commands in the shell, by ``package require ckp``. Returns their version."""
        require = "package require ckp"
        try:
            answer = await self._shell.run(require, read_only=False)
        except CheckpointError:
            if self._module is None:
                raise
            await self._shell.run(f"lappend ::auto_path {word(self._module)}", read_only=False)
            answer = await self._shell.run(require, read_only=False)
        self._loaded = True
        return answer.result

    async def evaluate(self, script: str, *, timeout: float | None = None) -> Answer:
        """Run any Tcl that the server's command filter lets through, and wait for its end."""
        return await self._shell.evaluate(script, timeout=timeout)

    ################################################################

    async def save(
        self,
        stage: str,
        *,
        store: Path | None = None,
        base: str | None = None,
        full: bool = False,
        codec: str | None = None,
        level: int | None = None,
        tolerance: float | None = None,
        attach: Mapping[str, Path] | None = None,
        with_design: bool = False,
        note: str | None = None,
        meta: Mapping[str, str] | None = None,
    ) -> SaveResult:
        """Save the timing state of the engine as a new stage."""
        options = [
            *_key("-base", base),
            *_key("-codec", codec),
            *_key("-level", level),
            *_key("-tolerance", tolerance),
            *_key("-note", note),
            *(["-attach", pairs(attach)] if attach else []),
            *(["-meta", pairs(meta)] if meta else []),
            *_flag("-full", full),
            *_flag("-with_design", with_design),
        ]
        answer = await self._run("save_timing_checkpoint", [word(stage), *options], store)
        return SaveResult.model_validate(answer)

    async def restore(
        self,
        stage: str,
        *,
        store: Path | None = None,
        scenes: Sequence[str] | None = None,
        partial: bool = False,
        with_design: bool = False,
    ) -> RestoreResult:
        """Put a stage back into the engine, and prove it."""
        options = [
            *([] if scenes is None else ["-scenes", words(scenes)]),
            *_flag("-partial", partial),
            *_flag("-with_design", with_design),
        ]
        answer = await self._run("restore_timing_checkpoint", [word(stage), *options], store)
        return RestoreResult.model_validate(answer)

    async def extract(self, stage: str, directory: Path, *, store: Path | None = None) -> ExtractResult:
        """Write the files that are attached to a stage to a directory."""
        options = [word(stage), "-extract", word(directory)]
        return ExtractResult.model_validate(await self._run("restore_timing_checkpoint", options, store))

    async def roll_back(self, stage: str, *, store: Path | None = None, with_design: bool = False) -> RestoreResult:
        """Restore a stage, and make it the base of what is saved next. Nothing is deleted."""
        options = [word(stage), *_flag("-with_design", with_design)]
        return RestoreResult.model_validate(await self._run("rollback_timing_checkpoint", options, store))

    async def list_stages(self, *, store: Path | None = None) -> list[StageRecord]:
        """The stages of the store, in the order of their times."""
        records = await self._run("report_timing_checkpoints", [], store, read_only=True)
        return [StageRecord.model_validate(record) for record in records]

    async def check(self, *, store: Path | None = None, full: bool = False) -> CheckResult:
        """Check every stored byte; with ``full`` decode every value and attached file, too.

        A store that is not sound is no exception here, but an answer with findings.
        """
        try:
            answer = await self._run("check_timing_checkpoints", _flag("-full", full), store, read_only=True)
        except CheckpointError as error:
            if error.message_id != _UNSOUND:
                raise
            answer = parse_json(error.printed)
        return CheckResult.model_validate(answer)

    async def _run(
        self, command: str, arguments: Sequence[str], store: Path | None, *, read_only: bool = False
    ) -> Any:
        if not self._loaded:
            await self.load()
        used = self.store if store is None else store
        where = [] if used is None else ["-store", word(used)]
        line = " ".join([command, *arguments, *where, "-format", "json"])
        return (await self._shell.run(line, read_only=read_only, redirect=True)).json()


def _key(name: str, value: str | float | None) -> list[str]:
    return [] if value is None else [name, word(value)]


def _flag(name: str, given: bool) -> list[str]:
    return [name] if given else []
