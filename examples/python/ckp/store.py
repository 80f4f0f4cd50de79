# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
"""A store: the directory that holds the stages of a design."""

from __future__ import annotations

import ctypes
import json
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Any

from ._library import encode, make, text
from .stage import Stage

_READ, _PREAD = 0, 256
_TEXT, _JSON = 0, 1
_QUICK, _FULL = 0, 1


def seconds(value: float | None) -> float | None:
    """The 32-bit float that a decimal in the library's JSON stands for; None for null."""
    return None if value is None else struct.unpack("f", struct.pack("f", value))[0]


@dataclass(frozen=True)
class Check:
    """The slacks of one scene and one of min (hold) and max (setup), as the engine had them.

    Times are in seconds. ``worst_slack`` is None where the engine has no path.
    """

    scene: str
    path_delay: str
    worst_slack: float | None
    tns: float | None
    violating_endpoints: int

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Check:
        times = (seconds(record["worst_slack"]), seconds(record["tns"]))
        return cls(record["scene"], record["path_delay"], *times, record["violating_endpoints"])


@dataclass(frozen=True)
class StageInfo:
    """What a store tells of a stage without decoding it.

    ``wns``, ``tns`` (seconds) and ``violating_endpoints`` are of setup, over all scenes; ``checks`` has them
    apart. Sizes are in bytes. Of a damaged stage there are ``stage`` and ``error`` only. ``json`` is
    the record as the library gave it, with what this class has no name for.
    """

    stage: str
    base: str | None = None
    head: bool = False
    time: datetime | None = None
    design: str = ""
    vertices: int = 0
    arcs: int = 0
    scenes: tuple[str, ...] = ()
    raw_bytes: int = 0
    stored_bytes: int = 0
    wns: float | None = None
    tns: float | None = None
    violating_endpoints: int = 0
    checks: tuple[Check, ...] = ()
    engine: str = ""
    tolerance: float = 0.0
    threads: int = 0
    note: str = ""
    meta: dict[str, str] = field(default_factory=dict)
    attachments: tuple[str, ...] = ()
    error: str | None = None
    json: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> StageInfo:
        known = {name: record[name] for name in cls.__dataclass_fields__ if name in record}
        if "time" in known:
            known["time"] = datetime.fromisoformat(known["time"].replace("Z", "+00:00"))
        known["scenes"] = tuple(known.get("scenes", ()))
        known["checks"] = tuple(Check.from_json(check) for check in record.get("checks", ()))
        known.update({name: seconds(known[name]) for name in ("wns", "tns") if name in known})
        known["attachments"] = tuple(file["name"] for file in known.get("attachments", ()))
        return cls(**known, json=record)


@dataclass(frozen=True)
class Verification:
    """What a look for damage found: how many defects, and a line for each, then a line with the sum."""

    findings: int
    report: str

    def __bool__(self) -> bool:
        return self.findings == 0


class Store:
    """A store, opened for reading. Nothing here changes what is on disk.

    It may be used by several threads, but closed by one only when the others are done. Stages that were
    opened from it stay valid. A store is a context manager, and a mapping from names to stages as far as
    ``in``, ``len``, ``iter`` and ``[]`` go.

    Args:
        path: the directory, such as ``chip.ckp``.
        positioned_reads: read with pread() instead of a memory mapping, for network file systems.

    Raises:
        NotFoundError: when there is no store.
    """

    def __init__(self, path: str | os.PathLike[str], *, positioned_reads: bool = False) -> None:
        mode = _READ + (_PREAD if positioned_reads else 0)
        self.path = os.fspath(path)
        self._handle = make("ckp_store_free", "ckp_store_open", encode(path), mode)

    def __repr__(self) -> str:
        return f"Store({self.path!r})"

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the store. To do it twice is fine."""
        self._handle.close()

    @property
    def head(self) -> str | None:
        """The stage that the next one will be a delta of; None in an empty store."""
        return text("ckp_store_head", self._handle.pointer) or None

    def stages(self) -> list[StageInfo]:
        """All stages, in the order of their times."""
        records = json.loads(text("ckp_store_report", self._handle.pointer, _JSON))
        return [StageInfo.from_json(record) for record in records]

    def info(self, stage: str) -> StageInfo:
        """One stage. Its ``json`` also tells where the bytes of its file are."""
        record = text("ckp_store_report_stage", self._handle.pointer, encode(stage), _JSON)
        return StageInfo.from_json(json.loads(record))

    def report(self, stage: str | None = None) -> str:
        """The tree of all stages, or what is known of one, for people."""
        if stage is None:
            return text("ckp_store_report", self._handle.pointer, _TEXT)
        return text("ckp_store_report_stage", self._handle.pointer, encode(stage), _TEXT)

    def stage(self, name: str) -> Stage:
        """Open a stage and its bases; it is a context manager, too.

        Raises:
            NotFoundError: when there is no such stage.
            DamageError: when it, or a base of it, is damaged or missing.
        """
        return Stage(make("ckp_stage_free", "ckp_stage_open", self._handle.pointer, encode(name)))

    def verify(self, *, full: bool = False) -> Verification:
        """Check every stored byte of every stage; with ``full`` decode every value and attachment as well."""
        findings = ctypes.c_uint64()
        depth = _FULL if full else _QUICK
        report = text("ckp_store_verify", self._handle.pointer, depth, _TEXT, ctypes.byref(findings))
        return Verification(findings.value, report)

    def __getitem__(self, name: str) -> Stage:
        return self.stage(name)

    def __iter__(self) -> Iterator[str]:
        return iter([info.stage for info in self.stages()])

    def __len__(self) -> int:
        return len(self.stages())

    def __contains__(self, name: object) -> bool:
        return any(info.stage == name for info in self.stages())
