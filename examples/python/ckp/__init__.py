# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
"""Read timing checkpoints from Python, with no engine, liberty or netlist.

>>> import ckp
>>> with ckp.open("chip.ckp") as store:
...     stage = store["route"]
...     slack = stage.column("slack", min_max="max", transition="rise")
...     row = slack.argmin()
...     print(stage.objects.names[row], slack[row])

It is a layer of ctypes over the C ABI of libckp.so (``include/ckp.h``, ``docs/c-abi.md``), and needs no build step. The
library is what ``CKP_LIBRARY`` names, or lies beside the package, in ``build/lib`` of the sources around it, or on the
system. Arrays need NumPy; all else does without it, values by ``view()``.

Times are in seconds everywhere, and float32 as the engine has them.
"""

from __future__ import annotations

import os

from ._library import library
from .errors import (
    ArgumentError,
    DamageError,
    Error,
    LibraryMissing,
    NotFoundError,
    SystemFailure,
    UnsupportedError,
)
from .objects import Names, Objects
from .stage import ColumnKey, Endpoint, Stage, Summary
from .store import Check, PinAtStage, StageInfo, Store, Verification

__all__ = [
    "ArgumentError",
    "Check",
    "ColumnKey",
    "DamageError",
    "Endpoint",
    "Error",
    "LibraryMissing",
    "Names",
    "NotFoundError",
    "Objects",
    "PinAtStage",
    "Stage",
    "StageInfo",
    "Store",
    "Summary",
    "SystemFailure",
    "UnsupportedError",
    "Verification",
    "open",
    "version",
]


def open(path: str | os.PathLike[str], *, mapped: bool = False) -> Store:
    """Open a store for reading; see ``Store``."""
    return Store(path, mapped=mapped)


def version() -> str:
    """Version of the library, such as ``"0.1.0"``."""
    return library().ckp_version().decode()
