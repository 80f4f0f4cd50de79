# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
"""A made-up design, saved through the C ABI: a row of inverters behind a bidirectional port.

The package only reads, so what writes is here. Values are a pure function of column, row and seed, and hold every
special kind of float; they are told by their bits.
"""

from __future__ import annotations

import ctypes
from ctypes import byref, c_char_p, c_float, c_uint8, c_uint32, c_void_p
from typing import Any

from ckp._library import library

SCENES = ("slow", "fast")
GROUPS = ("clk", "io group")
KINDS = ("wire ^ -> ^", "combinational ^ -> v")
# Names as engines have them, one that is no UTF-8 among them.
ODD_NAMES = (rb"top/a\[0\]/A", b"with space/B", b"\xff\xfe/C")
# Signed zeros, denormals, infinities, NaNs with a payload, and the engine's infinities.
SPECIAL = (0, 1 << 31, 1, 0x7F800000, 0xFF800000, 0x7FC12345, 0xFFC00001, 0x7149F2CA, 0xF149F2CA, 0x2F000001)


def bits(column: int, row: int, seed: int) -> int:
    """The value of a column and a row, as the bits of a float. One of 16 depends on the seed."""
    if row % 11 == column % 11:
        return SPECIAL[(row + column) % len(SPECIAL)]
    changed = seed if row % 16 == 3 else 0
    return 0x2D000000 + (row * 2654435761 + column * 40503 + changed * 7919) % 0x01000000


def names(count: int) -> list[bytes]:
    """By vertex row: the load and the driver of the port, some odd names, and pins of inverters."""
    pins = [b"io[0]", b"io[0]", *ODD_NAMES]
    return (pins + [b"u%d/%s" % (i // 2, b"AY"[i % 2 : i % 2 + 1]) for i in range(count)])[:count]


def drivers(count: int) -> list[int]:
    return [int(row == 1) for row in range(count)]


def cells(count: int) -> list[int]:
    return [int(row > 1) for row in range(count)]


def edges(count: int) -> tuple[list[int], list[int]]:
    return list(range(count - 1)), list(range(1, count))


def arcs(count: int) -> tuple[list[int], list[int]]:
    """Edge and kind: two arcs on every third edge."""
    of_edge = [edge for edge in range(count - 1) for _ in range(2 if edge % 3 == 0 else 1)]
    return of_edge, [number % 2 for number in range(len(of_edge))]


def columns() -> list[tuple[int, int, int, int]]:
    """Kind, scene, min/max, transition, as numbers of the C ABI."""
    of_vertices = [(kind, scene, check, edge) for kind in range(4) for scene in (0, 1) for check in (0, 1)
                   for edge in (0, 1)]  # fmt: skip
    return of_vertices + [(4, scene, check, 2) for scene in (0, 1) for check in (0, 1)]


# Kind, scene, min/max, transition of the columns of marks.
MARKS = ((5, 0, 1, 0), (6, 1, 0, 2))


def mark(row: int) -> int:
    return int(row % 7 == 2)


def endpoints(count: int, seed: int) -> list[tuple[int, int, int, int, float]]:
    """Vertex, group, scene, min/max, slack, in the order of the endpoint table."""
    rows = [
        (row, group, scene, check, ((row * 37 + group * 5 + scene * 11 + seed * (row % 5)) % 101 - 50) * 2.0**-37)
        for scene in (0, 1)
        for check in (0, 1)
        for group in (0, 1)
        for row in range(5, count, 3)
    ]
    return rows


def _call(name: str, *arguments: Any) -> None:
    functions = library()
    function = getattr(functions, name)
    function.restype = c_uint32
    error = c_void_p()
    if function(*arguments, byref(error)) != 0:
        raise RuntimeError(f"{name}: {functions.ckp_error_message(error).decode()}")


def _objects(count: int) -> c_void_p:
    objects, number = c_void_p(), c_uint32()
    _call("ckp_objects_new", byref(objects))
    for cell in (b"", b"INV"):
        _call("ckp_objects_add_cell", objects, c_char_p(cell), byref(number))
    for kind in KINDS:
        _call("ckp_objects_add_arc_kind", objects, c_char_p(kind.encode()), byref(number))
    pins = names(count)
    ends = [sum(map(len, pins[: row + 1])) for row in range(count)]
    words, marks = c_uint32 * count, c_uint8 * count
    arrays = (words(*ends), marks(*drivers(count)), words(*cells(count)))
    _call("ckp_objects_add_vertices", objects, c_char_p(b"".join(pins)), *arrays, c_uint32(count))
    start, end = edges(count)
    words = c_uint32 * len(start)
    _call("ckp_objects_add_edges", objects, words(*start), words(*end), c_uint32(len(start)))
    edge, kind = arcs(count)
    words = c_uint32 * len(edge)
    _call("ckp_objects_add_arcs", objects, words(*edge), words(*kind), c_uint32(len(edge)))
    return objects


def _write_columns(capture: c_void_p, count: int, seed: int) -> None:
    column = c_uint32()
    for position, key in enumerate(columns()):
        rows = len(arcs(count)[0]) if key[0] == 4 else count
        values = (c_uint32 * rows)(*(bits(position, row, seed) for row in range(rows)))
        _call("ckp_capture_add_column", capture, *map(c_uint32, key), byref(column))
        _call("ckp_capture_write", capture, column, ctypes.cast(values, c_void_p), c_uint32(rows))
    for key in MARKS:
        rows = len(arcs(count)[0]) if key[0] == 6 else count
        marks = (c_uint8 * rows)(*map(mark, range(rows)))
        _call("ckp_capture_add_column", capture, *map(c_uint32, key), byref(column))
        _call("ckp_capture_write_marks", capture, column, marks, c_uint32(rows))


def _write_endpoints(capture: c_void_p, count: int, seed: int) -> None:
    rows = endpoints(count, seed)
    fields = list(zip(*rows))
    words = c_uint32 * len(rows)
    arrays = [words(*field) for field in fields[:4]] + [(c_float * len(rows))(*fields[4])]
    _call("ckp_capture_write_endpoints", capture, *arrays, c_uint32(len(rows)))
    for scene in (0, 1):
        for check in (0, 1):
            worst, total, violating = summary(count, seed, scene, check)
            numbers = (c_uint32(scene), c_uint32(check), c_float(worst), c_float(total), c_uint32(violating))
            _call("ckp_capture_set_summary", capture, *numbers)


def summary(count: int, seed: int, scene: int, check: int) -> tuple[float, float, int]:
    """Worst slack, TNS and violating endpoints; sums of few multiples of 2^-37 are exact."""
    slacks = [row[4] for row in endpoints(count, seed) if row[2:4] == (scene, check)]
    negative = [slack for slack in slacks if slack < 0]
    return min(slacks), sum(negative), len(negative)


def save(path: str, stage: str, count: int, seed: int, attached: str | None = None) -> None:
    """Save a stage on top of the head of the store, which is made if need be."""
    store, capture, saved = c_void_p(), c_void_p(), c_void_p()
    _call("ckp_store_open", path.encode(), c_uint32(1), byref(store))
    _call("ckp_capture_begin", store, c_char_p(stage.encode()), None, _objects(count), byref(capture))
    for number, value in ((1, "top"), (2, "None"), (3, "1.0"), (4, 'a "note"\nof two lines'), (5, "create_clock\n")):
        _call("ckp_capture_set_text", capture, c_uint32(number), c_char_p(value.encode()))
    for number, values in ((1, SCENES), (2, ("NangateLike",)), (3, GROUPS)):
        for value in values:
            _call("ckp_capture_add_item", capture, c_uint32(number), c_char_p(value.encode()))
    _call("ckp_capture_add_meta", capture, c_char_p(b"run"), c_char_p(b"7"))
    if attached is not None:
        _call("ckp_capture_attach", capture, c_char_p(b"top.sdc"), c_char_p(attached.encode()))
    _write_columns(capture, count, seed)
    _write_endpoints(capture, count, seed)
    _call("ckp_capture_commit", capture, byref(saved))
    library().ckp_stage_free(saved)
    library().ckp_store_free(store)
