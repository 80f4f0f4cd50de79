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

from ._library import call, encode, make, text
from .stage import MIN_MAX, Stage, index

_READ, _MAP = 0, 512
_TEXT, _JSON = 0, 1
_QUICK, _FULL = 0, 1
_DIFF_QUERY = {"FAIL_IF": 1, "DIVIDER": 2, "ENDPOINTS": 3, "DEPTH": 4, "ULP": 5, "COLUMNS": 6, "TOLERANCE": 7}


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
class PinAtStage:
    """The worst slack of a pin at a stage, and what belongs to it: scene, edge, arrival, required time, slew.

    Times are in seconds, None where there is none; a stage without the pin has only its name.
    """

    stage: str
    scene: str | None = None
    edge: str | None = None
    slack: float | None = None
    arrival: float | None = None
    required: float | None = None
    slew: float | None = None

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> PinAtStage:
        times = {name: seconds(record.get(name)) for name in ("slack", "arrival", "required", "slew")}
        return cls(record["stage"], record.get("scene"), record.get("edge"), **times)


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
        mapped: read through memory mappings. A stage file that another program cuts meanwhile then ends the
            process with SIGBUS, instead of raising an error.

    Raises:
        NotFoundError: when there is no store.
    """

    def __init__(self, path: str | os.PathLike[str], *, mapped: bool = False) -> None:
        mode = _READ + (_MAP if mapped else 0)
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

    def diff(
        self,
        before: str,
        after: str,
        *,
        endpoints: int = 10,
        depth: int = 1,
        divider: str = "/",
        ulp: int = 0,
        tolerance: float = 0.0,
        columns: bool = True,
        fail_if: str | None = None,
    ) -> dict[str, Any]:
        """What changed from one stage to another, to the last bit.

        Args:
            endpoints: names in each list.
            depth, divider: levels of hierarchy to sum up by, and what separates them in names.
            ulp: units in the last place that values of columns may differ by and count as the same.
            tolerance: seconds that values and slacks may differ by, likewise.
            columns: False compares slacks of endpoints only, and decodes no column.
            fail_if: a condition, such as ``"dwns < -5ps"`` (docs/diff.md).

        Returns:
            The record that docs/schemas/diff.json describes. ``["fail_if"]["failed"]`` tells whether the condition
            holds.

        Raises:
            NotFoundError: for a stage that is not there.
            ArgumentError: for stages without a common scene, and a condition that makes no sense.
        """
        query = make("ckp_diff_query_free", "ckp_diff_query_new")
        for option, value in (("FAIL_IF", fail_if), ("DIVIDER", divider)):
            if value is not None:
                call("ckp_diff_query_set_text", query.pointer, _DIFF_QUERY[option], encode(value))
        for option, count in (("ENDPOINTS", endpoints), ("DEPTH", depth), ("ULP", ulp), ("COLUMNS", int(columns))):
            call("ckp_diff_query_set_u64", query.pointer, _DIFF_QUERY[option], count)
        call("ckp_diff_query_set_f64", query.pointer, _DIFF_QUERY["TOLERANCE"], tolerance)
        names = (encode(before), encode(after))
        failed = ctypes.c_uint32()
        arguments = (self._handle.pointer, *names, query.pointer, _JSON, ctypes.byref(failed))
        return json.loads(text("ckp_store_report_diff", *arguments))

    def history(
        self, *pins: str, min_max: str = "max", scene: str | None = None
    ) -> dict[str, list[PinAtStage]]:
        """Pins over all stages, by time.

        Args:
            pins: names as users write them: backslashes of escaped names may be left out.
            min_max: ``max`` for setup, ``min`` for hold.
            scene: in this scene only; None for the worst of all.

        Raises:
            NotFoundError: for a pin that no stage has; the message has names that are near to it.
        """
        names = (ctypes.c_char_p * len(pins))(*map(encode, pins))
        which = (index(MIN_MAX, min_max), None if scene is None else encode(scene))
        arguments = (self._handle.pointer, names, len(pins), *which, _JSON)
        answer = json.loads(text("ckp_store_report_history", *arguments))
        return {pin["pin"]: [PinAtStage.from_json(stage) for stage in pin["stages"]] for pin in answer["pins"]}

    def __getitem__(self, name: str) -> Stage:
        return self.stage(name)

    def __iter__(self) -> Iterator[str]:
        return iter([info.stage for info in self.stages()])

    def __len__(self) -> int:
        return len(self.stages())

    def __contains__(self, name: object) -> bool:
        return any(info.stage == name for info in self.stages())
