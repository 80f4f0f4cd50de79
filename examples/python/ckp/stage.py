# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
"""A stage: the timing of a design at one instant."""

from __future__ import annotations

import ctypes
import os
from ctypes import c_float, c_uint32, c_uint64
from dataclasses import dataclass
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any

from . import _library
from ._arrays import array, numpy
from ._library import Handle, encode, number, text
from .errors import ArgumentError, NotFoundError
from .objects import Objects, items

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Numbers of the C ABI.
_KINDS = {
    "slew": 0,
    "arrival": 1,
    "required": 2,
    "slack": 3,
    "delay": 4,
    "slew_mark": 5,
    "delay_mark": 6,
    "pulse_width": 7,
    "period": 8,
    "loop_mark": 9,
}
_OF_ARCS = {"delay", "delay_mark", "loop_mark"}
_MARKS = {"slew_mark", "delay_mark", "loop_mark"}
_MIN_MAX = ("min", "max")
_TRANSITIONS = ("rise", "fall", None)
_TEXT = {"design": 1, "engine": 2, "engine_version": 3, "note": 4, "sdc": 5, "name": 6, "base": 7}
_LIST = {"scenes": 1, "libraries": 2, "groups": 3, "attachments": 4}
_NUMBER = {"vertices": 1, "edges": 2, "arcs": 3, "columns": 4, "endpoints": 5, "raw_bytes": 6, "stored_bytes": 7,
           "threads": 8, "levels": 9, "attached_bytes": 10, "planes": 11}  # fmt: skip
_QUICK, _FULL = 0, 1


@dataclass(frozen=True)
class ColumnKey:
    """Names a column.

    Attributes:
        kind: ``slew``, ``arrival``, ``required``, ``slack`` (of vertices), ``delay`` (of arcs), or one of what the
            user gave: ``slew_mark``, ``pulse_width``, ``period`` (of vertices), ``delay_mark``, ``loop_mark`` (of arcs).
        scene: name of the scene (corner).
        min_max: ``min`` (early, hold) or ``max`` (late, setup).
        transition: ``rise`` or ``fall`` of vertices; None for arcs, which say their transitions themselves.
        plane: 0; with statistical timing also 1 (mean shift), 2 (variance), 3 (skewness).
    """

    kind: str
    scene: str
    min_max: str
    transition: str | None
    plane: int = 0


@dataclass(frozen=True)
class Endpoint:
    """One row of the endpoint table: an endpoint, and its worst slack in a path group.

    ``slack`` is in seconds and the engine's to the last bit, whatever the tolerance of the stage.
    """

    pin: str
    group: str
    scene: str
    min_max: str
    slack: float


@dataclass(frozen=True)
class Summary:
    """Worst slack and total negative slack (seconds), and number of violating endpoints."""

    worst_slack: float
    tns: float
    violating_endpoints: int


class Stage:
    """A stage, opened. Immutable: any number of threads may use it. It outlives its store.

    Made by ``Store.stage()``. A context manager; arrays and views outlive it.
    """

    def __init__(self, handle: Handle) -> None:
        self._handle = handle

    def __repr__(self) -> str:
        return f"Stage({self.name!r})"

    def __enter__(self) -> Stage:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the stage. To do it twice is fine."""
        self._handle.close()

    ################################################################
    # What it is

    def _text(self, name: str) -> str:
        return text("ckp_stage_text", self._handle.pointer, _TEXT[name])

    def _number(self, name: str) -> int:
        return number(c_uint64, "ckp_stage_number", self._handle.pointer, _NUMBER[name])

    @cached_property
    def name(self) -> str:
        """Its name in the store."""
        return self._text("name")

    @property
    def base(self) -> str | None:
        """The stage that it is stored as a difference to; None for a full stage."""
        return self._text("base") or None

    @property
    def design(self) -> str:
        """Name of the top cell."""
        return self._text("design")

    @property
    def engine(self) -> str:
        """The engine that saved it, with its version."""
        return f"{self._text('engine')} {self._text('engine_version')}"

    @property
    def note(self) -> str:
        """The user's note."""
        return self._text("note")

    @property
    def sdc(self) -> str:
        """The constraints as the engine wrote them."""
        return self._text("sdc")

    @property
    def tolerance(self) -> float:
        """Seconds that values of columns may be off; 0 where every bit is kept."""
        return number(ctypes.c_double, "ckp_stage_tolerance", self._handle.pointer)

    @cached_property
    def scenes(self) -> list[str]:
        """Names of the scenes (corners)."""
        return items(self._handle, _LIST["scenes"])

    @property
    def libraries(self) -> list[str]:
        """Names of the liberty libraries in use."""
        return items(self._handle, _LIST["libraries"])

    @cached_property
    def groups(self) -> list[str]:
        """Names of the path groups."""
        return items(self._handle, _LIST["groups"])

    @property
    def attachments(self) -> list[str]:
        """Names of the attached files; ``extract()`` writes them."""
        return items(self._handle, _LIST["attachments"])

    @property
    def vertex_count(self) -> int:
        """Rows of vertex columns."""
        return self._number("vertices")

    @property
    def edge_count(self) -> int:
        """Edges of the timing graph."""
        return self._number("edges")

    @property
    def arc_count(self) -> int:
        """Rows of arc columns."""
        return self._number("arcs")

    @property
    def endpoint_count(self) -> int:
        """Rows of the endpoint table."""
        return self._number("endpoints")

    @property
    def levels(self) -> int:
        """Arcs on the longest path."""
        return self._number("levels")

    @property
    def planes(self) -> int:
        """Floats of a value: 1, and up to 4 with statistical timing."""
        return self._number("planes")

    @property
    def raw_bytes(self) -> int:
        """Size of an uncompressed capture."""
        return self._number("raw_bytes")

    @property
    def stored_bytes(self) -> int:
        """Size of the stage's file."""
        return self._number("stored_bytes")

    ################################################################
    # Rows and values

    @cached_property
    def objects(self) -> Objects:
        """The rows: vertices, edges and arcs. Decoded when they are first asked for."""
        return Objects(self._handle)

    @cached_property
    def columns(self) -> list[ColumnKey]:
        """The columns that the stage has."""
        return [self._key(column) for column in range(self._number("columns"))]

    def _key(self, column: int) -> ColumnKey:
        outs = [c_uint32() for _ in range(5)]
        _library.call("ckp_stage_column_key", self._handle.pointer, column, *map(ctypes.byref, outs))
        kind, scene, min_max, transition, plane = (out.value for out in outs)
        return ColumnKey(list(_KINDS)[kind], self.scenes[scene], _MIN_MAX[min_max], _TRANSITIONS[transition], plane)

    def _scene(self, scene: str | int) -> int:
        if isinstance(scene, int):
            return scene
        if scene not in self.scenes:
            known = ", ".join(self.scenes)
            raise NotFoundError(3, f"Stage {self.name} has no scene {scene}. It has: {known}.")
        return self.scenes.index(scene)

    def _find(self, kind: str, scene: str | int, min_max: str, transition: str | None, plane: int) -> int:
        if kind not in _KINDS:
            raise ArgumentError(1, f"{kind} is no column. Columns are: {', '.join(_KINDS)}.")
        if transition is None and kind not in _OF_ARCS:
            raise ArgumentError(1, f"The transition of {kind} is rise or fall.")
        numbers = (_KINDS[kind], self._scene(scene), _index(_MIN_MAX, min_max), _index(_TRANSITIONS, transition))
        column = number(c_uint32, "ckp_stage_find_column", self._handle.pointer, *numbers)
        if plane == 0:
            return column
        return number(c_uint32, "ckp_stage_find_plane", self._handle.pointer, column, plane)

    def view(
        self,
        kind: str,
        *,
        scene: str | int = 0,
        min_max: str = "max",
        transition: str | None = None,
        plane: int = 0,
    ) -> memoryview:
        """The values of a column as a read-only memoryview, for programs without NumPy.

        Arguments, order and units are those of ``column()``.
        """
        column = self._find(kind, scene, min_max, transition, plane)
        letter = "B" if kind in _MARKS else "f"
        return _library.lend(letter, "ckp_stage_lend_column", self._handle.pointer, column)

    def column(
        self,
        kind: str,
        *,
        scene: str | int = 0,
        min_max: str = "max",
        transition: str | None = None,
        plane: int = 0,
    ) -> NDArray[Any]:
        """The values of a column as an array, without a copy.

        Args:
            kind, min_max, transition, plane: as in ``ColumnKey``.
            scene: name or number of the scene.

        Returns:
            A read-only array of shape (vertices,) or, for arcs, (arcs,), in the order of ``objects``. Values are
            float32 in seconds, marks uint8 of 0 and 1. Where there is no path, they are what the engine
            has there, such as -1e30 and 1e30. The array keeps the library's memory alive; the same
            column asked for twice is, while the stage remembers it, the same memory.

        Raises:
            NotFoundError: when the stage does not have the column.
            DamageError: when it cannot be decoded.
            ImportError: without NumPy.
        """
        numpy()
        return array(self.view(kind, scene=scene, min_max=min_max, transition=transition, plane=plane))

    ################################################################
    # Endpoints

    def _endpoint_columns(self) -> list[ctypes.Array[Any]]:
        """Vertex, group, scene, min/max and slack of every row."""
        count = self.endpoint_count
        outs: list[ctypes.Array[Any]] = [(c_uint32 * count)() for _ in range(4)]
        outs.append((c_float * count)())
        _library.call("ckp_stage_read_endpoints", self._handle.pointer, 0, count, *outs)
        return outs

    def endpoints(self) -> NDArray[np.void]:
        """The endpoint table as a structured array, by scene, min/max, group, vertex.

        Returns:
            Shape (endpoints,), with the fields ``vertex`` (uint32, row of ``objects``), ``group`` (uint32, position in
            ``groups``), ``scene`` (uint32, position in ``scenes``), ``min_max`` (uint32, 0 min, 1 max) and ``slack`` (float32,
            seconds, bit for bit the engine's). It is a copy: the five fields are apart in the library.
        """
        names = ("vertex", "group", "scene", "min_max", "slack")
        np_ = numpy()
        columns = self._endpoint_columns()
        rows = np_.empty(self.endpoint_count, [(name, "f4" if name == "slack" else "u4") for name in names])
        for name, column in zip(names, columns):
            rows[name] = column
        return rows

    def worst_endpoints(
        self, count: int = 10, *, min_max: str = "max", scene: str | int | None = None
    ) -> list[Endpoint]:
        """The endpoints with the least slacks, worst first, and by row where slacks are equal.

        Args:
            count: how many at most.
            min_max: ``max`` for setup, ``min`` for hold.
            scene: of this scene only.
        """
        wanted = None if scene is None else self._scene(scene)
        check = _index(_MIN_MAX, min_max)
        rows = zip(*self._endpoint_columns())
        worst = sorted(
            (slack, row, group, at)
            for row, group, at, of, slack in rows
            if of == check and (wanted is None or at == wanted)
        )
        names = self.objects.names
        return [
            Endpoint(names[row], self.groups[group], self.scenes[at], min_max, slack)
            for slack, row, group, at in worst[:count]
        ]

    def summary(self, *, scene: str | int = 0, min_max: str = "max") -> Summary:
        """Worst slack, TNS and number of violating endpoints of a scene.

        Raises:
            NotFoundError: when the stage has none.
        """
        worst, total, violating = c_float(), c_float(), c_uint32()
        outs = map(ctypes.byref, (worst, total, violating))
        check = _index(_MIN_MAX, min_max)
        _library.call("ckp_stage_summary", self._handle.pointer, self._scene(scene), check, *outs)
        return Summary(worst.value, total.value, violating.value)

    ################################################################
    # Files

    def extract(self, directory: str | os.PathLike[str]) -> int:
        """Write all attached files to a directory, which is made if need be. Returns how many were written.

        One that is there already and the same is left alone; when another one is there, none is written.
        """
        return number(c_uint32, "ckp_stage_extract", self._handle.pointer, encode(directory))

    def verify(self, *, full: bool = False) -> None:
        """Look for damage in the stage and its bases; with ``full`` decode every value as well.

        Raises:
            DamageError: the first that was found.
        """
        _library.call("ckp_stage_verify", self._handle.pointer, _FULL if full else _QUICK)


def _index(names: tuple[str | None, ...], name: str | None) -> int:
    if name not in names:
        known = " or ".join(str(known) for known in names)
        raise ArgumentError(1, f"{name} is not {known}.")
    return names.index(name)
