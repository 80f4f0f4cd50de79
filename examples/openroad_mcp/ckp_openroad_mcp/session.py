# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
"""Runs one Tcl command at a time in a session of the OpenROAD MCP server, and knows when it has ended.

``OpenROADManager.execute_command`` returns what the terminal has shown so far: echoed fragments of the line editor, half
an answer, or the answer of the command before. So nothing is read from the terminal here. The command stands in a
file of a private directory, which the session is told to ``source``: a short line that no line editor completes,
expands or cuts. The result of the command goes to a file by ``>``, then its success is written to another one, under a
temporary name first. When that is there, the command has ended and its result is complete. What the terminal shows up
to a mark printed at the end is taken away, so that the next reader of the session does not see it.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import secrets
import shutil
import tempfile
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openroad_mcp.config.command_whitelist import is_exec_command, is_query_command
from openroad_mcp.config.settings import settings
from openroad_mcp.core.manager import OpenROADManager
from openroad_mcp.interactive.models import SessionTerminatedError

from .errors import CheckpointError, CommandBlocked, CommandTimeout, ShellEnded
from .tcl import word

_POLL_SECONDS = 0.02
# How long the mark may take to come through the terminal once the command has ended.
_DRAIN_SECONDS = 2.0

_SCRIPT = """\
apply {{{{}} {{
  set code [catch {{ uplevel #0 {{{command}}} }} message options]
  set error_code [expr {{ $code == 1 ? [dict get $options -errorcode] : {{}} }}]
  set stream [open {part} w]
  puts $stream $code
  foreach text [list $message $error_code] {{
    puts $stream [binary encode base64 [encoding convertto utf-8 $text]]
  }}
  close $stream
  file rename -force {part} {status}
  puts {mark}
  flush stdout
}}}}
"""


@dataclass(frozen=True)
class Answer:
    """Of a command that succeeded.

    Attributes:
        result: what it returned.
        printed: what it printed to its ``> file``; "" where it was run without.
        output: what the terminal showed meanwhile, such as warnings of the engine.
    """

    result: str
    printed: str
    output: str

    def json(self) -> Any:
        """The JSON that was printed. Warnings of the engine may stand before it."""
        return parse_json(self.printed)


def parse_json(printed: str) -> Any:
    lines = printed.splitlines(keepends=True)
    start = next((i for i, line in enumerate(lines) if line.startswith(("{", "["))), None)
    if start is None:
        raise CheckpointError("The command printed no JSON.", output=printed)
    try:
        return json.loads("".join(lines[start:]))
    except ValueError as error:
        raise CheckpointError(f"The command printed no JSON: {error}.", output=printed) from None


class ShellSession:
    """Commands for one session of a manager. One command runs at a time; others wait their turn.

    The manager and the shell are on one machine, as they always are: the manager starts the shell.
    """

    def __init__(self, manager: OpenROADManager, session_id: str, *, timeout: float = 600.0) -> None:
        self.manager = manager
        self.session_id = session_id
        self.timeout = timeout
        self._lock = asyncio.Lock()
        self._number = 0
        self._directory = Path(tempfile.mkdtemp(prefix="ckp_mcp_"))
        self._remove = weakref.finalize(self, shutil.rmtree, self._directory, ignore_errors=True)

    def close(self) -> None:
        """Remove the private directory. The session of the manager goes on."""
        self._remove()

    async def run(self, command: str, *, read_only: bool, redirect: bool = False, timeout: float | None = None) -> Answer:
        """Run a Tcl command and wait for its end.

        Args:
            command: Tcl whose braces are balanced, as all text from ``tcl`` is.
            read_only: it has to pass the filter of the manager's query tool, not only that of its exec tool.
            redirect: give it a file by ``>``.
            timeout: seconds; None for the session's.

        Raises:
            CheckpointError: when it fails, with the message id.
            CommandBlocked: when the filter does not let it through.
            CommandTimeout, ShellEnded: when no answer comes.
        """
        check_filter(command, read_only=read_only)
        return await self._run(command, redirect, timeout)

    async def evaluate(self, script: str, *, timeout: float | None = None) -> Answer:
        """Run a Tcl script of any form that passes the filter of the manager's exec tool."""
        check_filter(script, read_only=False)
        return await self._run(f"eval {word(script)}", False, timeout)

    async def _run(self, command: str, redirect: bool, timeout: float | None) -> Answer:
        async with self._lock:
            if not self._remove.alive:
                raise ShellEnded(f"Session {self.session_id} was terminated.")
            self._number += 1
            files = _Files(self._directory, self._number)
            if redirect:
                command = f"{command} > {word(files.printed)}"
            mark = f"ckp-mcp-{self._number}-{secrets.token_hex(8)}"
            names = {"part": word(files.part), "status": word(files.status), "mark": mark}
            files.script.write_text(_SCRIPT.format(command=command, **names), encoding="ascii")
            await self._send(f"source {word(files.script)}")
            try:
                await self._wait(files, command, self.timeout if timeout is None else timeout)
            finally:
                output = await self._drain(mark, wait=files.status.exists())
            return _answer(files, output)

    async def _send(self, line: str) -> None:
        try:
            await self._session().send_command(line)
        except SessionTerminatedError as error:
            raise ShellEnded(str(error)) from error

    async def _wait(self, files: _Files, command: str, seconds: float) -> None:
        clock = asyncio.get_running_loop()
        end = clock.time() + seconds
        while not files.status.exists():
            if not self._session().is_alive():
                raise ShellEnded(f"The shell of session {self.session_id} ended during: {command}")
            if clock.time() > end:
                raise CommandTimeout(f"There was no answer within {seconds:g} s to: {command}")
            await asyncio.sleep(_POLL_SECONDS)

    async def _drain(self, mark: str, *, wait: bool) -> str:
        """What the terminal has shown before the mark."""
        clock = asyncio.get_running_loop()
        end = clock.time() + (_DRAIN_SECONDS if wait else 0.0)
        output = ""
        while True:
            session = self._session()
            if not session.is_alive():
                return output
            # Returns when nothing has come for a tenth of a second.
            output += (await session.read_output(int(1000 * _DRAIN_SECONDS) if wait else 100)).output
            if mark in output or clock.time() > end:
                return output.split(mark)[0]

    def _session(self) -> Any:
        # The manager's own methods only send and read in one go.
        return self.manager._get_session(self.session_id)


class _Files:
    """The files of one command."""

    def __init__(self, directory: Path, number: int) -> None:
        self.script = directory / f"{number}.tcl"
        self.printed = directory / f"{number}.out"
        self.part = directory / f"{number}.part"
        self.status = directory / f"{number}.status"

    def remove(self) -> None:
        for file in (self.script, self.printed, self.part, self.status):
            file.unlink(missing_ok=True)


def check_filter(command: str, *, read_only: bool) -> None:
    """Refuse what the filter of the server's query tool, or of its exec tool, would refuse."""
    if not settings.WHITELIST_ENABLED:
        return
    allowed, verb = (is_query_command if read_only else is_exec_command)(command)
    if not allowed:
        raise CommandBlocked(f"The command filter of the server blocks {verb}.")


def _answer(files: _Files, output: str) -> Answer:
    code, *texts = files.status.read_text("ascii").split("\n")[:3]
    result, error_code = (base64.b64decode(text).decode("utf-8", "replace") for text in texts)
    printed = files.printed.read_text("utf-8", "replace") if files.printed.exists() else ""
    files.remove()
    if code == "1":
        error = CheckpointError.from_tcl(result, error_code, output)
        error.printed = printed
        raise error
    return Answer(result, printed, output)


def environment(module: str | os.PathLike[str] | None) -> dict[str, str]:
    """What lets a shell find the module by ``package require ckp``."""
    if module is None:
        return {}
    known = os.environ.get("TCLLIBPATH", "")
    # A Tcl list.
    return {"TCLLIBPATH": f"{{{os.fspath(module)}}} {known}".strip()}
