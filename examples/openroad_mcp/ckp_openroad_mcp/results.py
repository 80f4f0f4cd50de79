# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
"""What the commands answer, as types. Times are in seconds, sizes in bytes.

The JSON is described by docs/schemas; what these types have no field for is kept as it came.
"""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field


class Result(BaseModel):
    """A record of an answer."""

    model_config = ConfigDict(extra="allow", frozen=True)


class CheckSummary(Result):
    """Slacks of one scene (corner) and one of min (hold) and max (setup)."""

    scene: str | None
    path_delay: str
    worst_slack: float | None
    tns: float | None
    violating_endpoints: int


class StageRecord(Result):
    """A stage of a store. One that is damaged has only ``stage`` and ``error``."""

    stage: str
    base: str | None = None
    head: bool = False
    time: datetime | None = None
    design: str = ""
    vertices: int = 0
    arcs: int = 0
    scenes: list[str] = Field(default_factory=list)
    raw_bytes: int = 0
    stored_bytes: int = 0
    wns: float | None = None
    tns: float | None = None
    violating_endpoints: int = 0
    checks: list[CheckSummary] = Field(default_factory=list)
    tolerance: float = 0.0
    note: str = ""
    meta: dict[str, str] = Field(default_factory=dict)
    error: str | None = None


class SaveResult(Result):
    """A stage was saved."""

    saved: StageRecord
    engine_seconds: float
    store_seconds: float


class RestoreResult(Result):
    """A stage was put back into the engine.

    ``proved_values`` arrivals, required times and slacks that the engine then found were compared with the stored
    ones; without a tolerance they are equal bit for bit. Of a partial restore there is no proof.
    ``head`` tells that the stage is the base of what is saved next.
    """

    restored: str
    scenes: list[str]
    vertices: int
    arcs: int
    seconds: float
    partial: bool
    other_vertices: int
    other_arcs: int
    differences: str
    proved_values: int
    tolerance: float
    greatest_difference: float
    path_bound: float
    with_design: bool
    head: bool


class ExtractResult(Result):
    """Attached files were written; those that were there already, the same, do not count as written."""

    extracted: str
    directory: str
    files: list[str]
    written: int


class Finding(Result):
    """One thing that is wrong; ``stage`` is None for the store itself."""

    stage: str | None
    kind: str
    error: str


class CheckResult(Result):
    """A store was checked."""

    sound: bool
    stages: int
    findings: list[Finding]
