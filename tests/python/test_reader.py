# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
"""The Python reader gives what went in, to the last bit, and without a copy.

Run by ctest, or: CKP_LIBRARY=build/lib/libckp.so PYTHONPATH=examples/python python3 -m unittest discover tests/python
"""

from __future__ import annotations

import gc
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "examples" / "python"), str(Path(__file__).resolve().parent)]

import ckp  # noqa: E402
import sample  # noqa: E402
from ckp import _library  # noqa: E402

try:
    import numpy as np
except ImportError:
    np = None

COUNT = 500
STAGES = (("place", 1), ("cts", 2), ("route", 3))
KIND = ("slew", "arrival", "required", "slack", "delay", "slew_mark", "delay_mark")
needs_numpy = unittest.skipIf(np is None, "NumPy is not installed")


def key_arguments(key: tuple[int, int, int, int]) -> dict:
    kind, scene, check, edge = key
    transition = (("rise", "fall", None))[edge]
    return {"kind": KIND[kind], "scene": sample.SCENES[scene], "min_max": ("min", "max")[check],
            "transition": transition}  # fmt: skip


def float_bits(view: memoryview) -> list[int]:
    return list(view.cast("B").cast("I"))


def nearest(value: float) -> float:
    """The 32-bit float."""
    return struct.unpack("f", struct.pack("f", value))[0]


class StoreCase(unittest.TestCase):
    """A store of three stages, made once."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.directory = tempfile.TemporaryDirectory()
        cls.path = os.path.join(cls.directory.name, "a store.ckp")
        attached = os.path.join(cls.directory.name, "in.sdc")
        Path(attached).write_text("create_clock\n")
        for name, seed in STAGES:
            sample.save(cls.path, name, COUNT, seed, attached if name == "route" else None)

    @classmethod
    def tearDownClass(cls) -> None:
        cls.directory.cleanup()

    def setUp(self) -> None:
        self.store = ckp.open(self.path)
        self.addCleanup(self.store.close)


class TestStore(StoreCase):
    def test_stages_and_what_is_known_of_them(self) -> None:
        stages = self.store.stages()
        self.assertEqual([stage.stage for stage in stages], ["place", "cts", "route"])
        self.assertEqual([stage.base for stage in stages], [None, "place", "cts"])
        self.assertEqual([stage.head for stage in stages], [False, False, True])
        route = stages[2]
        worst, total, violating = sample.summary(COUNT, 3, 0, 1)
        self.assertEqual(route.checks[1], ckp.Check("slow", "max", worst, nearest(total), violating))
        self.assertEqual(route.wns, min(sample.summary(COUNT, 3, scene, 1)[0] for scene in (0, 1)))
        self.assertEqual((route.design, route.engine, route.note), ("top", "None 1.0", 'a "note"\nof two lines'))
        self.assertEqual((route.meta, route.attachments, route.scenes), ({"run": "7"}, ("top.sdc",), sample.SCENES))
        self.assertEqual(route.stored_bytes, os.path.getsize(os.path.join(self.path, "stages", "route.stage")))
        self.assertEqual(route.time.utcoffset().total_seconds(), 0)
        self.assertIn("stored_bytes_of", self.store.info("cts").json)
        self.assertEqual(self.store.head, "route")
        self.assertEqual((list(self.store), len(self.store)), (["place", "cts", "route"], 3))
        self.assertIn("cts", self.store)
        self.assertNotIn("gds", self.store)
        self.assertIn("  place", self.store.report())
        self.assertIn("create", self.store.stage("cts").sdc)
        self.assertIn("None 1.0", self.store.report("cts"))

    def test_verification(self) -> None:
        found = self.store.verify(full=True)
        self.assertTrue(found)
        self.assertEqual((found.findings, found.report), (0, "3 stages are sound.\n"))

    def worst_of_groups(self, seed: int) -> dict[tuple[int, int, int], float]:
        """Slacks by vertex, scene and min/max."""
        worst: dict[tuple[int, int, int], float] = {}
        for row, _, scene, check, slack in sample.endpoints(COUNT, seed):
            worst[row, scene, check] = min(slack, worst.get((row, scene, check), slack))
        return worst

    def test_the_difference_of_two_stages(self) -> None:
        diff = self.store.diff("place", "route", endpoints=10**6, fail_if="dwns < 0ps or new_failing > 0")
        self.assertEqual((diff["from"]["stage"], diff["to"]["stage"]), ("place", "route"))
        before, after = (self.worst_of_groups(seed) for seed in (1, 3))
        failing = {key for key in after if after[key] < 0 <= before[key]}
        self.assertEqual(len(diff["endpoints"]["newly_failing"]), len(failing))
        checks = {(c["scene"], c["path_delay"]): c for c in diff["checks"] if (c["clock"], c["group"]) == (None, None)}
        worst = [sample.summary(COUNT, seed, 1, 1)[0] for seed in (1, 3)]
        wns = checks[("fast", "max")]["wns"]
        self.assertEqual([nearest(wns["before"]), nearest(wns["after"])], worst)
        self.assertTrue(diff["fail_if"]["failed"])
        self.assertIsNone(self.store.diff("cts", "cts", columns=False)["columns"])
        self.assertRaises(ckp.NotFoundError, self.store.diff, "cts", "gds")
        self.assertRaises(ckp.ArgumentError, self.store.diff, "cts", "cts", fail_if="wns <")
        self.assertRaises(ckp.ArgumentError, self.store.diff, "cts", "cts", tolerance=-1.0)

    def test_history_of_pins(self) -> None:
        history = self.store.history("with space/B", r"top/a[0]/A", scene="slow")
        self.assertEqual(list(history), ["with space/B", "top/a[0]/A"])
        for row, pin in ((3, "with space/B"), (2, "top/a[0]/A")):
            self.assertEqual([point.stage for point in history[pin]], [name for name, _ in STAGES])
            for point, (_, seed) in zip(history[pin], STAGES):
                # Rows of the other edge, or without a path, are not told.
                for kind, value in enumerate((point.slew, point.arrival, point.required, point.slack)):
                    if value is not None:
                        key = (kind, 0, 1, ("rise", "fall").index(point.edge))
                        bits = sample.bits(sample.columns().index(key), row, seed)
                        self.assertEqual(struct.pack("f", value), struct.pack("I", bits), f"{pin} {point}")
        with self.assertRaises(ckp.NotFoundError) as caught:
            self.store.history("with spcae/B")
        self.assertIn("with space/B", caught.exception.message)

    def test_damage_is_an_exception_with_its_kind(self) -> None:
        damaged = os.path.join(self.directory.name, "damaged.ckp")
        shutil.copytree(self.path, damaged)
        file = os.path.join(damaged, "stages", "cts.stage")
        data = bytearray(Path(file).read_bytes())
        data[len(data) // 2] ^= 1
        Path(file).write_bytes(data)
        with ckp.open(damaged) as store:
            self.assertFalse(store.verify())
            with self.assertRaises(ckp.DamageError) as caught:
                store["route"].verify(full=True)
            self.assertEqual((caught.exception.kind, caught.exception.status), ("CORRUPT", 60))
            self.assertIn("cts", caught.exception.message)
        Path(file).write_bytes(b"x")
        with ckp.open(damaged, mapped=True) as store:
            self.assertIsNotNone(store.stages()[-1].error)
            self.assertRaises(ckp.Error, store.stage, "route")

    def test_what_does_not_exist_is_refused(self) -> None:
        with self.assertRaises(ckp.NotFoundError) as caught:
            ckp.open(os.path.join(self.directory.name, "none.ckp"))
        self.assertEqual(caught.exception.kind, "NOT_FOUND")
        self.assertIn("none.ckp", str(caught.exception))
        self.assertRaises(LookupError, self.store.stage, "gds")
        self.assertRaises(ckp.NotFoundError, self.store.info, "gds")
        self.assertRaises(ValueError, self.store.stage, "a\0b")
        stage = self.store["cts"]
        self.assertRaises(ckp.NotFoundError, stage.view, "slew", scene="typical", transition="rise")
        self.assertRaises(ckp.NotFoundError, stage.view, "period", transition="rise")
        self.assertRaises(ckp.NotFoundError, stage.view, "delay", plane=2)
        self.assertRaises(ckp.NotFoundError, stage.view, "delay", scene=7)
        for arguments in ({"kind": "area"}, {"kind": "slew"}, {"kind": "delay", "min_max": "typ"},
                          {"kind": "delay", "transition": "up"}):  # fmt: skip
            with self.assertRaises(ckp.ArgumentError):
                stage.view(**arguments)

    def test_what_is_closed_is_not_used(self) -> None:
        stage = self.store["cts"]
        self.store.close()
        self.store.close()
        self.assertRaises(ValueError, self.store.stages)
        self.assertEqual(stage.name, "cts", "a stage outlives its store")
        with stage:
            pass
        self.assertRaises(ValueError, stage.verify)


class TestStage(StoreCase):
    def test_metadata(self) -> None:
        with self.store["route"] as stage:
            self.assertEqual((stage.name, stage.base, stage.design), ("route", "cts", "top"))
            self.assertEqual((stage.engine, stage.tolerance, stage.planes), ("None 1.0", 0.0, 1))
            self.assertEqual((stage.scenes, stage.groups), (list(sample.SCENES), list(sample.GROUPS)))
            self.assertEqual((stage.libraries, stage.attachments), (["NangateLike"], ["top.sdc"]))
            edge, _ = sample.arcs(COUNT)
            self.assertEqual((stage.vertex_count, stage.edge_count, stage.arc_count), (COUNT, COUNT - 1, len(edge)))
            self.assertGreater(stage.levels, 0)
            self.assertGreater(stage.raw_bytes, stage.stored_bytes // 4)
            self.assertIsNone(self.store["place"].base)
            stage.verify(full=True)
            worst, total, violating = sample.summary(COUNT, 3, 1, 0)
            self.assertEqual(stage.summary(scene="fast", min_max="min"), ckp.Summary(worst, nearest(total), violating))

    def test_every_value_to_the_last_bit(self) -> None:
        for name, seed in STAGES:
            stage = self.store[name]
            for position, key in enumerate(sample.columns()):
                view = stage.view(**key_arguments(key))
                expected = [sample.bits(position, row, seed) for row in range(len(view))]
                self.assertEqual(float_bits(view), expected, f"{name} {key}")
                self.assertEqual(len(view), stage.arc_count if key[0] == 4 else COUNT)
            for key in sample.MARKS:
                view = stage.view(**key_arguments(key))
                self.assertEqual(view.tolist(), [sample.mark(row) for row in range(len(view))])

    def test_columns_are_listed(self) -> None:
        found = {(key.kind, key.scene, key.min_max, key.transition, key.plane) for key in self.store["cts"].columns}
        keys = [*sample.columns(), *sample.MARKS]
        self.assertEqual(found, {(*key_arguments(key).values(), 0) for key in keys})

    def test_object_table(self) -> None:
        for name, _ in STAGES:
            objects = self.store[name].objects
            pins = sample.names(COUNT)
            self.assertEqual([os.fsencode(pin) for pin in objects.names], pins)
            self.assertEqual([os.fsencode(objects.names[row]) for row in range(COUNT)], pins)
            self.assertEqual(objects.names[-1], objects.names[COUNT - 1])
            self.assertEqual(objects.names[2:4], [r"top/a\[0\]/A", "with space/B"])
            self.assertRaises(IndexError, objects.names.__getitem__, COUNT)
            self.assertEqual(objects.view("driver").tolist(), sample.drivers(COUNT))
            self.assertEqual([objects.cells[cell] for cell in objects.view("cell")[:3]], ["", "", "INV"])
            start, end = sample.edges(COUNT)
            self.assertEqual((objects.view("edge_from").tolist(), objects.view("edge_to").tolist()), (start, end))
            edge, kind = sample.arcs(COUNT)
            self.assertEqual(objects.view("arc_edge").tolist(), edge)
            self.assertEqual([objects.kinds[k] for k in objects.view("arc_kind")], [sample.KINDS[k] for k in kind])
            self.assertEqual((objects.find("io[0]"), objects.find("io[0]", driver=True)), (0, 1))
            self.assertEqual(objects.find("with space/B"), 3)
            self.assertIn(r"top/a\[0\]/A", objects)
            self.assertNotIn("u9999/A", objects)
            self.assertRaises(ckp.NotFoundError, objects.find, "with space/B", driver=True)

    def test_worst_endpoints(self) -> None:
        stage = self.store["route"]
        rows = [row for row in sample.endpoints(COUNT, 3) if row[3] == 1]
        rows.sort(key=lambda row: (row[4], row[0], row[1], row[2]))
        names = sample.names(COUNT)
        expected = [
            ckp.Endpoint(names[row].decode(), sample.GROUPS[group], sample.SCENES[scene], "max", slack)
            for row, group, scene, _, slack in rows
        ]
        self.assertEqual(stage.worst_endpoints(20), expected[:20])
        self.assertEqual(stage.worst_endpoints(10**6), expected)
        fast = [endpoint for endpoint in expected if endpoint.scene == "fast"]
        self.assertEqual(stage.worst_endpoints(3, scene="fast"), fast[:3])

    def test_worst_paths(self) -> None:
        stage = self.store["route"]
        paths = stage.paths(count=5, scene="fast")
        slacks = [nearest(path["slack"]) for path in paths["checks"]]
        self.assertEqual(slacks, [endpoint.slack for endpoint in stage.worst_endpoints(5, scene="fast")])
        one = stage.paths(to=["u16/Y"], group="io group", min_max="min")["checks"]
        self.assertEqual([(path["endpoint"], path["path_group"]) for path in one], [("u16/Y", "io group")])
        self.assertIn("Endpoint: u16/Y", stage.report_paths(to="u16/Y"))
        self.assertRaises(ckp.NotFoundError, stage.paths, to="no such pin")
        self.assertRaises(ckp.ArgumentError, stage.paths, count=0)
        self.assertRaises(TypeError, stage.paths, end="u16/Y")

    def test_attached_files(self) -> None:
        target = os.path.join(self.directory.name, "out")
        self.assertEqual(self.store["route"].extract(target), 1)
        self.assertEqual(Path(target, "top.sdc").read_text(), "create_clock\n")
        self.assertEqual(self.store["route"].extract(target), 0)

    def test_views_cannot_be_written_and_outlive_all_else(self) -> None:
        stage = self.store["route"]
        view = stage.view("slack", transition="rise")
        with self.assertRaises(TypeError):
            view[0] = 0.0
        names = stage.objects.names
        expected = float_bits(view)
        stage.close()
        self.store.close()
        del stage
        gc.collect()
        # Whatever else now takes memory would be seen in the view if it had been freed.
        with ckp.open(self.path) as store:
            for name, _ in STAGES:
                store[name].view("arrival", transition="fall")
        self.assertEqual(float_bits(view), expected)
        self.assertEqual(names[3], "with space/B")

    def test_threads_share_a_stage(self) -> None:
        stage = self.store["route"]
        keys = sample.columns()
        wrong: list[int] = []

        def read(first: int) -> None:
            for position in range(first, len(keys), 4):
                view = stage.view(**key_arguments(keys[position]))
                if float_bits(view) != [sample.bits(position, row, 3) for row in range(len(view))]:
                    wrong.append(position)

        threads = [threading.Thread(target=read, args=(first,)) for first in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])


@needs_numpy
class TestArrays(StoreCase):
    def test_columns_are_the_memory_of_the_library(self) -> None:
        stage = self.store["route"]
        for position, key in enumerate(sample.columns()):
            array = stage.column(**key_arguments(key))
            expected = np.array([sample.bits(position, row, 3) for row in range(len(array))], "u4")
            np.testing.assert_array_equal(array.view("u4"), expected)
            self.assertEqual((array.dtype, array.flags.owndata, array.flags.writeable), (np.float32, False, False))
        arguments = key_arguments(sample.columns()[0])
        first, second = stage.column(**arguments), stage.column(**arguments)
        # Nothing was copied: two arrays of one column are one memory.
        self.assertEqual(first.ctypes.data, second.ctypes.data)
        marks = stage.column("slew_mark", transition="rise")
        self.assertEqual((marks.dtype, marks.sum()), (np.uint8, sum(map(sample.mark, range(COUNT)))))

    def test_an_array_keeps_its_memory(self) -> None:
        array = self.store["cts"].column("slack", transition="fall")[10:20]
        self.store.close()
        gc.collect()
        position = sample.columns().index((3, 0, 1, 1))
        expected = [sample.bits(position, row, 2) for row in range(10, 20)]
        self.assertEqual(array.view("u4").tolist(), expected)

    def test_object_table(self) -> None:
        objects = self.store["cts"].objects
        edge, kind = sample.arcs(COUNT)
        np.testing.assert_array_equal(objects.arc_edge, edge)
        np.testing.assert_array_equal(objects.arc_kind, kind)
        np.testing.assert_array_equal(objects.edge_to[objects.arc_edge], np.add(edge, 1))
        np.testing.assert_array_equal(objects.edge_from, sample.edges(COUNT)[0])
        np.testing.assert_array_equal(objects.cell, sample.cells(COUNT))
        np.testing.assert_array_equal(objects.driver, sample.drivers(COUNT))

    def test_endpoints_are_a_structured_array(self) -> None:
        rows = self.store["route"].endpoints()
        self.assertEqual(rows.dtype.names, ("vertex", "group", "scene", "min_max", "slack"))
        self.assertEqual([tuple(row) for row in rows.tolist()], sample.endpoints(COUNT, 3))


class TestPackage(StoreCase):
    def test_prototypes_are_those_of_the_header(self) -> None:
        header = re.sub(r"/\*.*?\*/", "", (ROOT / "include" / "ckp.h").read_text(), flags=re.DOTALL)
        declared = dict(re.findall(r"\b(ckp_\w+)\(([^()]*)\);", header))
        sizes = {"double": _library.c_double, "uint32_t": _library.c_uint32, "uint64_t": _library.c_uint64,
                 "size_t": _library.c_size_t}  # fmt: skip

        def ctype(argument: str) -> object:
            words = argument.replace("const", "").split()
            if "char *const *" in argument:
                return _library.POINTER(_library.c_char_p)
            if "**" in argument or re.search(r"ckp_\w+ \*const \*", argument):
                return _library._out
            if "*" not in argument:
                return sizes[words[0]]
            if words[0] == "char":
                return _library.c_char_p
            plain = {"uint32_t": _library._out_u32, "uint64_t": _library._out_u64, "float": _library._out_f32,
                     "double": _library._out_f64}  # fmt: skip
            return plain.get(words[0], _library.c_void_p)

        for name, arguments in _library.CALLS.items():
            listed = [ctype(argument) for argument in declared[name].split(",")]
            self.assertEqual(listed, [*arguments, _library._out], name)
        for name, (_, arguments) in _library.PLAIN.items():
            listed = [ctype(a) for a in declared[name].split(",") if a.strip() != "void"]
            self.assertEqual(listed, arguments, name)
        self.assertEqual(int(re.search(r"#define CKP_ABI_VERSION (\d+)", header)[1]), _library.ABI_VERSION)

    def test_numbers_are_those_of_the_header(self) -> None:
        from ckp import errors, objects, stage, store

        defines = dict(re.findall(r"#define CKP_(\w+) (\d+)", (ROOT / "include" / "ckp.h").read_text()))
        self.assertEqual({name: int(defines[name]) for name in errors._KINDS.values()},
                         {name: number for number, name in errors._KINDS.items()})  # fmt: skip
        for prefix, numbers in (("COLUMN", stage._KINDS), ("NUMBER", stage._NUMBER),
                                ("DIFF_QUERY", store._DIFF_QUERY), ("PATH_QUERY", stage._PATH_QUERY)):  # fmt: skip
            for name, number in numbers.items():
                self.assertEqual(number, int(defines[f"{prefix}_{name.upper()}"]), name)
        for name, (number, _) in objects._ROWS.items():
            self.assertEqual(number, int(defines[f"ROWS_{name.upper()}"]), name)
        self.assertEqual((objects._LIST_CELLS, objects._LIST_KINDS),
                         (int(defines["LIST_CELLS"]), int(defines["LIST_KINDS"])))  # fmt: skip

    def run_python(self, program: str, **environment: str) -> str:
        values = {**os.environ, "PYTHONPATH": str(ROOT / "examples" / "python"), **environment}
        done = subprocess.run([sys.executable, "-c", program], env=values, capture_output=True, text=True)
        return done.stdout + done.stderr

    def test_a_library_that_is_none_is_named(self) -> None:
        program = "import ckp\ntry: ckp.version()\nexcept ckp.LibraryMissing as e: print('missing:', e)"
        wrong = os.path.join(self.directory.name, "no.so")
        self.assertRegex(self.run_python(program, CKP_LIBRARY=wrong), r"^missing: .*no\.so")
        self.assertRegex(self.run_python(program, CKP_LIBRARY="libc.so.6"), "^missing: libc.so.6 is not the library")

    def test_it_works_without_numpy(self) -> None:
        # A module that cannot be imported stands in front of NumPy.
        without = os.path.join(self.directory.name, "without")
        os.makedirs(without)
        Path(without, "numpy.py").write_text("raise ImportError('none')\n")
        path = os.pathsep.join([without, str(ROOT / "examples" / "python")])
        program = (
            f"import ckp\nstage = ckp.open({self.path!r})['cts']\n"
            "print(len(stage.view('slack', transition='rise')), len(stage.worst_endpoints(3)), stage.objects.names[3])\n"
            "try: stage.column('slack', transition='rise')\nexcept ImportError as e: print(e)\n"
            "try: stage.endpoints()\nexcept ImportError as e: print(e)\n"
        )
        lines = self.run_python(program, PYTHONPATH=path).splitlines()
        self.assertEqual(lines[0], f"{COUNT} 3 with space/B")
        self.assertEqual([line.startswith("Arrays need NumPy") for line in lines[1:]], [True, True])



@needs_numpy
class TestScript(StoreCase):
    def test_the_script_tells_what_moved(self) -> None:
        script = ROOT / "examples" / "python" / "moved_endpoints.py"

        def run(*arguments: str) -> subprocess.CompletedProcess[str]:
            return subprocess.run([sys.executable, script, *arguments], capture_output=True, text=True)

        done = run(self.path, "place", "route")
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = done.stdout.splitlines()
        self.assertEqual(len(lines), 12, done.stdout)
        before = {row[:4]: row[4] for row in sample.endpoints(COUNT, 1) if row[3] == 1}
        after = {row[:4]: row[4] for row in sample.endpoints(COUNT, 3) if row[3] == 1}
        most = max(abs(after[key] - before[key]) for key in after)
        self.assertIn(f"{most * 1e12:.1f}", lines[2].replace("-", "").replace("+", ""))
        self.assertEqual(run(self.path, "place", "gds").returncode, 1)
        self.assertIn("gds", run(self.path, "place", "gds").stderr)
        self.assertEqual(run(self.path).returncode, 2)


class TestDocuments(unittest.TestCase):
    def test_sources_say_who_they_belong_to_and_are_ascii(self) -> None:
        files = [*(ROOT / "examples" / "python").rglob("*.py"), *Path(__file__).parent.glob("*.py")]
        self.assertGreater(len(files), 8)
        for file in files:
            text = file.read_text("ascii")
            self.assertIn("SPDX-License-Identifier: BSD-3-Clause", text, file)
            self.assertLess(text.count("\n"), 600, file)


if __name__ == "__main__":
    if np is None and "TestArrays" in sys.argv:
        sys.exit("skipped: NumPy is not installed")
    unittest.main(verbosity=2)
