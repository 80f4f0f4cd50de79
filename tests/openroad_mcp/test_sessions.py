# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
"""Checkpoints in sessions of the real OpenROAD MCP server, with a real shell.

Run by ctest with a Python that has openroad-mcp. Environment:
    CKP_SHELL   the shell: ckp_sta or openroad
    CKP_MODULE  for openroad: libckp_openroad.so
    CKP_TESTS   the tests directory
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import shutil
import sys
import tempfile
import unittest
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
SHELL = os.environ["CKP_SHELL"]
MODULE = os.environ.get("CKP_MODULE")
IS_OPENROAD = Path(SHELL).name.startswith("openroad")
os.environ.setdefault("CKP_TESTS", str(TESTS))
# Read when the package is imported.
os.environ["OPENROAD_ALLOWED_COMMANDS"] = Path(SHELL).name
if MODULE:
    os.environ["CKP_MODULE_DIR"] = str(Path(MODULE).parent)
    # Makes openroad read the netlists of the Tcl tests.
    os.environ["CKP_PRELUDE"] = str(TESTS / "openroad" / "prelude.tcl")
sys.path.insert(0, str(TESTS.parent / "examples" / "openroad_mcp"))

import fastmcp  # noqa: E402
import jsonschema  # noqa: E402
from ckp_openroad_mcp import (  # noqa: E402
    CheckpointError,
    CheckpointSession,
    CommandBlocked,
    CommandTimeout,
    ShellEnded,
    results,
)
from openroad_mcp.core.manager import OpenROADManager  # noqa: E402
from openroad_mcp.interactive.models import SessionError  # noqa: E402

ODD = 'a "note" of {two}\nlines; [exit 3] $x \\ \t ~ \u00e9 \u0416 #'


def schema(name: str) -> dict:
    return json.loads((TESTS.parent / "docs" / "schemas" / f"{name}.json").read_text())


class ShellCase(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self) -> None:
        self.directory = tempfile.mkdtemp(prefix="ckp_mcp_test_")
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.manager = OpenROADManager()
        self.addAsyncCleanup(self.manager.cleanup_all)

    async def start(self, **options) -> CheckpointSession:
        values = {"store": "chip.ckp", "cwd": self.directory, "module": os.environ.get("CKP_MODULE_DIR"), **options}
        return await CheckpointSession.start([SHELL, "-no_init", "-no_splash"], **values)

    async def load_design(self, session: CheckpointSession) -> None:
        """The small design of the Tcl tests, with its wires."""
        await session.evaluate(
            "source $env(CKP_TESTS)/tcl/helpers.tcl\nmake_small_design\nload_small -spef place.spef", timeout=120
        )

    async def timing(self, session: CheckpointSession) -> str:
        return (await session.evaluate("engine_timing")).result


class TestCommands(ShellCase):
    async def test_the_whole_job(self) -> None:
        session = await self.start()
        await self.load_design(session)
        placed = await self.timing(session)
        saved = await session.save("place", note=ODD, meta={"run": "7", "who ": ODD})
        self.assertEqual((saved.saved.stage, saved.saved.base, saved.saved.note), ("place", None, ODD))
        self.assertEqual(saved.saved.meta, {"run": "7", "who ": ODD})
        await session.evaluate("read_spef route.spef")
        routed = await self.timing(session)
        self.assertNotEqual(routed, placed)
        saved = await session.save("route", attach={"top.sdc": "small.sdc"})
        self.assertEqual((saved.saved.base, saved.saved.head), ("place", True))
        self.assertLess(saved.saved.stored_bytes, saved.saved.raw_bytes)

        restored = await session.restore("place")
        self.assertEqual((restored.restored, restored.partial, restored.head), ("place", False, False))
        self.assertGreater(restored.proved_values, 1000)
        self.assertEqual(await self.timing(session), placed)
        rolled = await session.roll_back("route")
        self.assertTrue(rolled.head)
        self.assertEqual(await self.timing(session), routed)
        await session.roll_back("place")
        self.assertEqual((await session.save("eco", tolerance=1e-15)).saved.base, "place")

        stages = await session.list_stages()
        self.assertEqual([stage.stage for stage in stages], ["place", "route", "eco"])
        self.assertEqual([stage.head for stage in stages], [False, False, True])
        self.assertLess(stages[1].wns, 0.0)
        self.assertEqual({check.path_delay for check in stages[1].checks}, {"min", "max"})
        extracted = await session.extract("route", "out dir")
        self.assertEqual((extracted.files, extracted.written), (["top.sdc"], 1))
        self.assertTrue(Path(self.directory, "out dir", "top.sdc").exists())
        check = await session.check(full=True)
        self.assertEqual((check.sound, check.stages, check.findings), (True, 3, []))
        await session.terminate()
        with self.assertRaises(ShellEnded):
            await session.list_stages()

    async def test_a_new_process_restores_what_another_one_saved(self) -> None:
        first = await self.start(session_id="first")
        await self.load_design(first)
        placed = await self.timing(first)
        await first.save("place")
        await first.terminate()
        second = await self.start(session_id="second")
        await self.load_design(second)
        await second.restore("place")
        self.assertEqual(await self.timing(second), placed)

    async def test_errors_bear_the_message_id(self) -> None:
        session = await self.start()
        with self.assertRaises(CheckpointError) as caught:
            await session.list_stages()
        self.assertEqual((caught.exception.message_id, caught.exception.kind), ("CKP-0042", "NOT_FOUND"))
        self.assertIn("chip.ckp", caught.exception.message)
        with self.assertRaises(CheckpointError) as caught:
            await session.save("place")
        self.assertEqual((caught.exception.message_id, caught.exception.kind), ("CKP-0020", "ENGINE"))
        await self.load_design(session)
        await session.save("place")
        for coroutine, message_id in (
            (session.save("place"), "CKP-0043"),
            (session.save("../x"), "CKP-0040"),
            (session.save("x", full=True, base="place"), "CKP-0003"),
            (session.save("x", codec="gif"), "CKP-0005"),
            (session.restore("nowhere"), "CKP-0042"),
            (session.restore("place", with_design=True), "CKP-0064" if IS_OPENROAD else "CKP-0063"),
            (session.restore("place", scenes=["typical"]), "CKP-0021"),
        ):
            with self.assertRaises(CheckpointError) as caught:
                await coroutine
            self.assertEqual(caught.exception.message_id, message_id, caught.exception)
        with self.assertRaises(CheckpointError) as caught:
            await session.evaluate("no_such_command 1")
        self.assertIsNone(caught.exception.message_id)
        self.assertIn("no_such_command", caught.exception.message)
        self.assertEqual([stage.stage for stage in await session.list_stages()], ["place"])

    async def test_damage_is_an_answer_of_the_check(self) -> None:
        session = await self.start()
        await self.load_design(session)
        await session.save("place")
        file = Path(self.directory, "chip.ckp", "stages", "place.stage")
        data = bytearray(file.read_bytes())
        data[len(data) // 2] ^= 1
        file.write_bytes(data)
        check = await session.check()
        self.assertFalse(check.sound)
        self.assertEqual((check.findings[0].stage, check.findings[0].kind), ("place", "CORRUPT"))
        with self.assertRaises(CheckpointError) as caught:
            await session.restore("place")
        self.assertEqual(caught.exception.message_id, "CKP-0048")

    async def test_answers_are_what_the_schemas_say(self) -> None:
        session = await self.start()
        await self.load_design(session)
        answers = {
            "save": await session._run("save_timing_checkpoint", ["place"], None),
            "restore": await session._run("rollback_timing_checkpoint", ["place"], None),
            "verify": await session._run("check_timing_checkpoints", [], None),
        }
        for name, answer in answers.items():
            jsonschema.validate(answer, schema(name))
        # The types have every field that the schemas have, and no other.
        for name, kind in (("save", results.SaveResult), ("restore", results.RestoreResult),
                           ("extract", results.ExtractResult), ("verify", results.CheckResult)):  # fmt: skip
            self.assertEqual(set(schema(name)["properties"]), set(kind.model_fields), name)


class TestShell(ShellCase):
    async def test_every_text_reaches_tcl_as_one_word(self) -> None:
        session = await self.start()
        for text in (ODD, "", "{", "}", "-full", "a;b", "$env(HOME)", "[exit]", "\\", '"', "#", "\t", "~", "x" * 9000):
            answer = await session.evaluate(f"string length {_word(text)}")
            self.assertEqual(answer.result, str(len(text)), repr(text))
            self.assertEqual((await session.evaluate(f"set x {_word(text)}")).result, text)

    async def test_each_command_gets_its_own_answer(self) -> None:
        session = await self.start()
        slow = "set i 0\nwhile { $i < 400000 } { incr i }\nset i"
        answers = await asyncio.gather(
            *(session.evaluate(slow if number % 5 == 0 else f"expr {number} * 2") for number in range(20))
        )
        expected = ["400000" if number % 5 == 0 else str(number * 2) for number in range(20)]
        self.assertEqual([answer.result for answer in answers], expected)

    async def test_a_late_answer_is_not_taken_for_the_next_one(self) -> None:
        session = await self.start()
        with self.assertRaises(CommandTimeout):
            await session.evaluate("set i 0\nwhile { $i < 3000000 } { incr i }\nset i", timeout=0.01)
        self.assertEqual((await session.evaluate("expr 6 * 7")).result, "42")

    async def test_the_terminal_is_left_clean(self) -> None:
        session = await self.start()
        answer = await session.evaluate("puts printed-by-the-command\nputs {no [ closes}\nlist")
        self.assertIn("printed-by-the-command", answer.output)
        # What a user asks of the session next is answered without anything of ours.
        shown = (await self.manager.execute_command(session.session_id, "puts after-$tcl_version", 3000)).output
        self.assertNotIn("ckp-mcp", shown)
        self.assertNotIn("printed-by-the-command", shown)

    async def test_the_filter_of_the_server_holds(self) -> None:
        session = await self.start()
        for script in ("load libx.so", "set a 1\nafter 10", "expr 1; quit", "glob *"):
            with self.assertRaises(CommandBlocked):
                await session.evaluate(script)
        with self.assertRaises(CommandBlocked):
            await session._run("save_timing_checkpoint", ["x"], None, read_only=True)

    async def test_the_end_of_the_shell_is_an_error(self) -> None:
        session = await self.start()
        with self.assertRaises(ShellEnded):
            await session.evaluate("exit 0")
        with self.assertRaises((ShellEnded, SessionError)):
            await session.list_stages()

    async def test_shells_that_are_not_allowed_are_refused(self) -> None:
        with self.assertRaises(SessionError) as caught:
            await CheckpointSession.start(["tclsh"], cwd=self.directory)
        self.assertIn("OPENROAD_ALLOWED_COMMANDS", str(caught.exception))
        self.assertEqual(self.manager.get_session_count(), 0)


class TestTools(ShellCase):
    async def test_the_server_offers_them(self) -> None:
        from ckp_openroad_mcp import server

        async with fastmcp.Client(server.mcp) as client:

            async def call(tool: str, **arguments) -> dict:
                answer = await client.call_tool(tool, arguments)
                return json.loads(answer.content[0].text)

            tools = {tool.name: tool for tool in await client.list_tools()}
            self.assertIn("interactive_openroad_query", tools)
            for name in ("save", "restore", "rollback", "extract"):
                self.assertFalse(tools[f"{name}_timing_checkpoint"].annotations.readOnlyHint)
            for name in ("list", "check"):
                self.assertTrue(tools[f"{name}_timing_checkpoints"].annotations.readOnlyHint)
            command = [SHELL, "-no_init", "-no_splash"]
            await call("create_interactive_session", session_id="mcp", command=command, cwd=self.directory)
            store = {"session_id": "mcp", "store": "chip.ckp"}
            failed = await call("save_timing_checkpoint", stage="place", **store)
            self.assertEqual((failed["message_id"], failed["result"]), ("CKP-0020", None))
            self.assertIn("No design is linked", failed["error"])
            await self.load_design(server._session("mcp"))
            saved = await call("save_timing_checkpoint", stage="place", note=ODD, **store)
            self.assertIsNone(saved["error"])
            self.assertEqual(saved["result"]["saved"]["note"], ODD)
            rolled = await call("rollback_timing_checkpoint", stage="place", **store)
            self.assertTrue(rolled["result"]["head"])
            restored = await call("restore_timing_checkpoint", stage="place", **store)
            self.assertGreater(restored["result"]["proved_values"], 0)
            listed = await call("list_timing_checkpoints", **store)
            self.assertEqual([stage["stage"] for stage in listed["result"]], ["place"])
            checked = await call("check_timing_checkpoints", full=True, **store)
            self.assertTrue(checked["result"]["sound"])
            # A session that was ended and made anew is another shell.
            await call("terminate_interactive_session", session_id="mcp", force=True)
            self.assertIn("not found", (await call("list_timing_checkpoints", **store))["error"])
            await call("create_interactive_session", session_id="mcp", command=command, cwd=self.directory)
            self.assertEqual(len((await call("list_timing_checkpoints", **store))["result"]), 1)


def _word(text: str) -> str:
    from ckp_openroad_mcp import tcl

    return tcl.word(text)


if __name__ == "__main__":
    # Refusals are what is tested; the package would log each.
    logging.disable(logging.CRITICAL)
    unittest.main(verbosity=2)
