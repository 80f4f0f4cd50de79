# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
"""The object table: the rows that columns have values for."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, overload

from . import _library
from ._arrays import array
from .errors import NotFoundError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_ROWS = {
    "names": (1, "B"),
    "name_ends": (2, "I"),
    "driver": (3, "B"),
    "cell": (4, "I"),
    "edge_from": (5, "I"),
    "edge_to": (6, "I"),
    "arc_edge": (7, "I"),
    "arc_kind": (8, "I"),
}
_LIST_CELLS, _LIST_KINDS = 6, 7


class Names(Sequence[str]):
    """Names of the pins, by vertex row. Each is decoded when it is asked for.

    The driver vertex of a bidirectional pin has the name of its load vertex. What is no UTF-8 comes as
    surrogates (``os.fsencode`` gives the bytes back).
    """

    def __init__(self, characters: memoryview, ends: memoryview) -> None:
        self._characters = characters
        self._ends = ends

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, row: int) -> str: ...
    @overload
    def __getitem__(self, row: slice) -> list[str]: ...
    def __getitem__(self, row: int | slice) -> str | list[str]:
        if isinstance(row, slice):
            return [self._name(i) for i in range(*row.indices(len(self)))]
        if not -len(self) <= row < len(self):
            raise IndexError(f"There is no vertex {row}.")
        return self._name(int(row) % len(self))

    def __iter__(self) -> Iterator[str]:
        whole, start = bytes(self._characters), 0
        for end in self._ends:
            yield whole[start:end].decode("utf-8", "surrogateescape")
            start = end

    def _name(self, row: int) -> str:
        start = self._ends[row - 1] if row else 0
        return bytes(self._characters[start : self._ends[row]]).decode("utf-8", "surrogateescape")


class Objects:
    """Vertices, edges and arcs of a stage.

    A vertex is a pin; a bidirectional pin has two, load and driver. An edge goes from vertex to vertex. An arc is a
    timing arc of an edge. Rows of ``slew``, ``arrival``, ``required`` and ``slack`` are vertices, those
    of ``delay`` are arcs.

    Arrays are read-only and the library's own memory, which they keep alive; so are views.
    """

    def __init__(self, stage: _library.Handle) -> None:
        self._stage = stage
        self._views: dict[str, memoryview] = {}

    def view(self, name: str) -> memoryview:
        """One of the arrays below without NumPy, or ``names``, the bytes of all names, and ``name_ends``."""
        if name not in self._views:
            number, letter = _ROWS[name]
            self._views[name] = _library.lend(letter, "ckp_stage_lend_rows", self._stage.pointer, number)
        return self._views[name]

    @property
    def names(self) -> Names:
        """Pin names, by vertex row."""
        return Names(self.view("names"), self.view("name_ends"))

    def find(self, pin: str, *, driver: bool = False) -> int:
        """Vertex row of a pin.

        Args:
            pin: its full name, as in ``names``.
            driver: the driver vertex of a bidirectional pin.

        Raises:
            NotFoundError: when the stage has no such pin.
        """
        arguments = (self._stage.pointer, _library.encode(pin), int(driver))
        return _library.number(ctypes.c_uint32, "ckp_stage_find_vertex", *arguments)

    def __contains__(self, pin: str) -> bool:
        try:
            self.find(pin)
        except NotFoundError:
            return False
        return True

    @property
    def cells(self) -> list[str]:
        """Names of liberty cells; ``cell`` has positions in it. Top-level ports have ``""``."""
        return items(self._stage, _LIST_CELLS)

    @property
    def kinds(self) -> list[str]:
        """Kinds of arcs, such as ``"combinational ^ -> v"``; ``arc_kind`` has positions in it."""
        return items(self._stage, _LIST_KINDS)

    @property
    def driver(self) -> NDArray[np.uint8]:
        """Shape (vertices,): 1 for the driver vertex of a bidirectional pin."""
        return array(self.view("driver"))

    @property
    def cell(self) -> NDArray[np.uint32]:
        """Shape (vertices,): the liberty cell of the pin's instance, by position in ``cells``."""
        return array(self.view("cell"))

    @property
    def edge_from(self) -> NDArray[np.uint32]:
        """Shape (edges,): the vertex that the edge starts at."""
        return array(self.view("edge_from"))

    @property
    def edge_to(self) -> NDArray[np.uint32]:
        """Shape (edges,): the vertex that the edge ends at."""
        return array(self.view("edge_to"))

    @property
    def arc_edge(self) -> NDArray[np.uint32]:
        """Shape (arcs,): the edge of the arc. Never decreases."""
        return array(self.view("arc_edge"))

    @property
    def arc_kind(self) -> NDArray[np.uint32]:
        """Shape (arcs,): the kind of the arc, by position in ``kinds``."""
        return array(self.view("arc_kind"))


def items(stage: _library.Handle, number: int) -> list[str]:
    """A list of names of a stage."""
    count = _library.number(ctypes.c_uint32, "ckp_stage_item_count", stage.pointer, number)
    return [_library.text("ckp_stage_item", stage.pointer, number, index) for index in range(count)]
