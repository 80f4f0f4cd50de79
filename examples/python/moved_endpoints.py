#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
"""Print the endpoints whose slack moved most between two stages of a store.

$ examples/python/moved_endpoints.py chip.ckp place route --count 10
"""

from __future__ import annotations

import argparse
import sys

import numpy as np

import ckp


def rows(stage: ckp.Stage, check: str) -> dict[tuple[str, str, str], np.float32]:
    """Slacks by pin, path group and scene: names are what two stages have in common, rows are not."""
    table = stage.endpoints()
    table = table[table["min_max"] == ("min", "max").index(check)]
    names, groups, scenes = stage.objects.names, stage.groups, stage.scenes
    keys = ((names[row["vertex"]], groups[row["group"]], scenes[row["scene"]]) for row in table)
    return dict(zip(keys, table["slack"]))


def main() -> int:
    parser = argparse.ArgumentParser(description="Print the endpoints that moved most between two stages.")
    parser.add_argument("store", help="directory of the store")
    parser.add_argument("before", help="name of a stage")
    parser.add_argument("after", help="name of a later stage")
    parser.add_argument("--count", type=int, default=10, help="how many endpoints (10)")
    parser.add_argument("--check", choices=("min", "max"), default="max", help="hold or setup (max)")
    arguments = parser.parse_args()
    try:
        with ckp.open(arguments.store) as store:
            before = rows(store[arguments.before], arguments.check)
            after = rows(store[arguments.after], arguments.check)
    except ckp.Error as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 1
    common = [key for key in after if key in before]
    old = np.array([before[key] for key in common], dtype=np.float64)
    new = np.array([after[key] for key in common], dtype=np.float64)
    moved = new - old
    # Equal moves stay in the order of the table; what has no path at one of the stages has not moved.
    size = np.where(np.isfinite(moved) & (np.abs(moved) < 1e29), np.abs(moved), -1.0)
    order = np.argsort(-size, kind="stable")[: arguments.count]
    print(f"{len(common)} endpoints in both stages, {len(before) - len(common)} gone, {len(after) - len(common)} new")
    print(f"{'before ps':>12} {'after ps':>12} {'moved ps':>12}  endpoint (group, scene)")
    for row in order:
        pin, group, scene = common[row]
        times = f"{old[row] * 1e12:12.1f} {new[row] * 1e12:12.1f} {moved[row] * 1e12:+12.1f}"
        print(f"{times}  {pin} ({group}, {scene})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
