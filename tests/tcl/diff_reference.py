# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
"""Compares a diff of two stages with one made of two dumps of the engine (dump_timing.tcl).

diff_reference.py BEFORE AFTER DIFF DEPTH SCENE...: DIFF is the JSON of `ckp diff` with all endpoints, at
this depth. Every row of it has to be equal, floats to the last bit. It shares no code with ckp.
"""

import json
import struct
import sys
from collections import defaultdict


def f32(value):
    """The 32-bit float nearest to a number."""
    return struct.unpack("<f", struct.pack("<f", value))[0]


def bits(value):
    return struct.unpack("<I", struct.pack("<f", value))[0]


def plain(value):
    """The commands of the engine leave out the backslashes of names."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.replace("\\", "") if isinstance(value, str) else value


def vertex_name(name):
    """As ckp names a vertex: the load of a bidirectional pin by its pin, the driver as such."""
    name = plain(name.strip())
    if name.endswith(" driver"):
        return name.removesuffix(" driver") + " (driver)"
    return name.removesuffix(" load")


class Dump:
    def __init__(self, path, scenes):
        self.vertices = {}
        self.arcs = defaultdict(list)
        # By scene, path delay: by endpoint: by (group, clock) the worst slack.
        self.ends = defaultdict(lambda: defaultdict(dict))
        self.lanes = [(scene, of) for scene in scenes for of in ("min", "max")]
        for line in open(path, encoding="utf-8"):
            fields = line.rstrip("\n").split("\t")
            if fields[0] == "vertex":
                values = [[float(v) for v in field.split()] for field in fields[3:5]]
                name = vertex_name(fields[1])
                assert name not in self.vertices and name.endswith("(driver)") == (fields[2] == "1")
                self.vertices[name] = values
            elif fields[0] == "arc":
                key = (vertex_name(fields[1]), vertex_name(fields[2]), fields[3])
                self.arcs[key].append([float(v) for v in fields[4].split()])
            else:
                _, scene, of, group, clock, name, slack = fields
                slacks = self.ends[scene, of][vertex_name(name)]
                key = (group, clock)
                slacks[key] = min(slacks.get(key, float("inf")), float(slack))


class Checker:
    def __init__(self, before, after, diff, depth):
        self.before, self.after, self.diff, self.depth = before, after, diff, depth
        self.rows = 0
        self.errors = []

    def equal(self, actual, expected, what):
        self.rows += 1
        if actual != expected and len(self.errors) < 20:
            self.errors.append(f"{what}: {actual} is told, the engine says {expected}")

    def seconds(self, told, before, after, what, period=None):
        """A change of 32-bit floats."""
        for side, expected in (("before", before), ("after", after)):
            value = told[side]
            same = (value is None) == (expected is None)
            if same and value is not None:
                same = bits(value) == bits(expected)
            self.equal(same, True, f"{what} {side}: {value} told, {expected}")
        both = before is not None and after is not None
        delta = f32(after) - f32(before) if both else None
        self.equal(told["delta"], delta, f"{what} delta")
        if period is not None:
            expected = None if delta is None else 100.0 * delta / f32(period)
            self.equal(told["delta_percent"], expected, f"{what} in percent")

    def counts(self, told, before, after, what):
        delta = None if None in (before, after) else after - before
        self.equal(told, {"before": before, "after": after, "delta": delta}, what)


def slacks_of(slacks):
    """Worst slack, TNS, violating endpoints and endpoints of some slacks."""
    worst = min(slacks, default=None)
    # Sums of 32-bit floats in double precision are exact, or so near that the order does not matter.
    tns = f32(sum(sorted(slack for slack in slacks if slack < 0.0)))
    return worst, tns, sum(slack < 0.0 for slack in slacks), len(slacks)


def check_slacks(check, told, before, after, what, period):
    """`before` and `after`: slacks of endpoints, None where there are none to tell."""
    sides = [(None,) * 4 if side is None else slacks_of(side) for side in (before, after)]
    (worst0, tns0, viol0, ends0), (worst1, tns1, viol1, ends1) = sides
    check.seconds(told["worst_slack"], worst0, worst1, f"{what}: worst slack", period)
    check.seconds(told["tns"], tns0, tns1, f"{what}: TNS", period)
    if "wns" in told:
        wns = [None if ends is None else min(0.0, worst if worst is not None else 0.0)
               for ends, worst in ((ends0, worst0), (ends1, worst1))]
        check.seconds(told["wns"], *wns, f"{what}: WNS", period)
    check.counts(told["violating_endpoints"], viol0, viol1, f"{what}: violating")
    check.counts(told["endpoints"], ends0, ends1, f"{what}: endpoints")


def chosen(ends, keep):
    """The worst slack of each endpoint over the (group, clock) that count."""
    worst = {}
    for name, slacks in ends.items():
        slacks = [slack for key, slack in slacks.items() if keep(key)]
        if slacks:
            worst[name] = min(slacks)
    return worst


def check_checks(check):
    told = {}
    for row in check.diff["checks"]:
        key = (row["scene"], row["path_delay"], row["clock"], row["group"])
        assert key not in told, key
        told[key] = row
    for lane in check.after.lanes:
        ends = [check.before.ends[lane], check.after.ends[lane]]
        keys = {key for side in ends for slacks in side.values() for key in slacks}
        lines = [(None, None, lambda key: True)]
        lines += [(clock, None, lambda key, c=clock: key[1] == c)
                  for clock in {clock for _, clock in keys if clock}]
        lines += [(None, group, lambda key, g=group: key[0] == g) for group in {g for g, _ in keys}]
        for clock, group, keep in lines:
            what = f"{lane} clock {clock} group {group}"
            row = told.pop((*lane, clock, group), None)
            if row is None:
                check.equal(None, "a row", what)
                continue
            sides = [list(chosen(side, keep).values()) for side in ends]
            if clock or group:
                sides = [side or None for side in sides]
            check_slacks(check, row, *sides, what, row["period"])
    check.equal(sorted(told, key=str), [], "rows of slacks that the engine does not have")


def names(told):
    return [(row["endpoint"], row["scene"], row["path_delay"]) for row in told]


def check_endpoints(check):
    lists = {name: [] for name in
             ("newly_failing", "fixed", "worsened", "improved", "added", "removed")}
    slacks = {}
    counts = {}
    for scene, of in check.after.lanes:
        old, new = (chosen(dump.ends[scene, of], lambda key: True)
                    for dump in (check.before, check.after))
        count = dict.fromkeys((*lists, "unchanged", "added_failing", "removed_failing"), 0)
        for name in old.keys() | new.keys():
            a, b = old.get(name), new.get(name)
            key = (name, scene, of)
            slacks[key] = (a, b)
            kinds = []
            if a is None:
                kinds = [("added", b)]
                count["added_failing"] += b < 0.0
            elif b is None:
                kinds = [("removed", a)]
                count["removed_failing"] += a < 0.0
            elif a == b:
                count["unchanged"] += 1
            else:
                kinds.append(("worsened", b - a) if b < a else ("improved", a - b))
                kinds += [("newly_failing", b)] if a >= 0.0 > b else []
                kinds += [("fixed", a)] if a < 0.0 <= b else []
            for kind, rank in kinds:
                count[kind] += 1
                lists[kind].append((rank, key))
        counts[scene, of] = count
    for row in check.diff["endpoints"]["counts"]:
        count = counts.pop((row.pop("scene"), row.pop("path_delay")))
        check.equal(row, count, "counts of endpoints")
    check.equal(counts, {}, "counts that are not told")
    place = {scene: number for number, (scene, _) in enumerate(check.after.lanes)}
    for kind, rows in lists.items():
        told = check.diff["endpoints"][kind]
        # The rank, then scene, setup before hold, and name as bytes.
        rows.sort(key=lambda row: (row[0], place[row[1][1]], row[1][2] == "min",
                                   row[1][0].encode()))
        check.equal(names(told), [key for _, key in rows], f"{kind} endpoints")
        for row in told:
            key = (row["endpoint"], row["scene"], row["path_delay"])
            if key in slacks:
                check.seconds(row["slack"], *slacks[key], f"{kind} {key}", row["period"])
        check_moved(check, told)


def check_moved(check, told):
    """Delays of the arcs that are said to have moved; nothing before them is another."""
    for row in told:
        if "moved" not in row:
            continue
        lane = check.after.lanes.index((row["scene"], row["path_delay"]))
        for arc in (row["moved"]["first"], row["moved"]["greatest"]):
            if arc is None:
                continue
            ends, kind = arc["arc"].rsplit(" (", 1)
            key = (*ends.split(" -> ", 1), kind.removesuffix(")"))
            after = [delays[lane] for delays in check.after.arcs.get(key, [])]
            before = [delays[lane] for delays in check.before.arcs.get(key, [])]
            delay = arc["delay"]
            check.equal(bits(delay["after"]) in map(bits, after), True, f"delay of {key}")
            if delay["before"] is None:
                check.equal(len(before) < len(after), True, f"{key} is new")
            else:
                check.equal(bits(delay["before"]) in map(bits, before), True, f"old delay of {key}")
                check.equal(delay["before"] != delay["after"], True, f"{key} moved")


def check_objects(check):
    told = check.diff["objects"]
    for field, one, other in (("pins_added", check.after, check.before),
                              ("pins_removed", check.before, check.after)):
        pins = one.vertices.keys() - other.vertices.keys()
        check.equal(sorted(told[field]["first"]), sorted(pins), field)
        check.equal(told[field]["count"], len(pins), field)
        have = {name.rpartition("/")[0] for name in other.vertices}
        instances = {name.rpartition("/")[0] for name in pins} - have - {""}
        field = field.replace("pins", "instances")
        check.equal(sorted(told[field]["first"]), sorted(instances), field)
    arcs = [{key: len(delays) for key, delays in dump.arcs.items()}
            for dump in (check.before, check.after)]
    for field, one, other in (("arcs_added", arcs[1], arcs[0]), ("arcs_removed", arcs[0], arcs[1])):
        expected = sum(max(0, count - other.get(key, 0)) for key, count in one.items())
        check.equal(told[field], expected, field)


def branch(name, depth):
    levels = name.split("/")[:-2]
    return "/".join(levels[:depth])


def check_hierarchy(check):
    told = {(row["instance"], row["path_delay"]): row
            for row in check.diff["hierarchy"]["branches"]}
    for of in ("max", "min"):
        sides = []
        for dump in (check.before, check.after):
            worst = {}
            for lane in check.after.lanes:
                if lane[1] == of:
                    for name, slack in chosen(dump.ends[lane], lambda key: True).items():
                        worst[name] = min(slack, worst.get(name, slack))
            sides.append(worst)
        old, new = sides
        for prefix in {branch(name, check.depth) for name in old.keys() | new.keys()}:
            row = told.pop((prefix, of), None)
            what = f"{of} below \"{prefix}\""
            if row is None:
                check.equal(None, "a row", what)
                continue
            below = [{name: slack for name, slack in side.items()
                      if branch(name, check.depth) == prefix} for side in sides]
            check_slacks(check, row, *(list(side.values()) or None for side in below), what, None)
            both = [(below[0][name], below[1][name]) for name in below[0].keys() & below[1].keys()]
            check.equal(row["moved"], sum(a != b for a, b in both), f"{what}: moved")
            check.equal(row["newly_failing"], sum(a >= 0 > b for a, b in both), f"{what}: newly")
            check.equal(row["fixed"], sum(a < 0 <= b for a, b in both), f"{what}: fixed")
            check.equal(row["moved_pins"], moved_pins(check, prefix, of), f"{what}: pins")
    check.equal(told, {}, "branches that the engine does not have")


def moved_pins(check, prefix, of):
    lanes = [i for i, lane in enumerate(check.after.lanes) if lane[1] == of]
    count = len(check.after.lanes)
    moved = 0
    for key in check.before.vertices.keys() & check.after.vertices.keys():
        if branch(key, check.depth) == prefix:
            a, b = check.before.vertices[key][1], check.after.vertices[key][1]
            moved += any(a[lane + edge * count] != b[lane + edge * count]
                         for lane in lanes for edge in (0, 1))
    return moved


def check_columns(check):
    told = {(row["kind"], row["scene"], row["path_delay"], row["transition"]): row
            for row in check.diff["columns"] if row["plane"] == 0}
    both = check.before.vertices.keys() & check.after.vertices.keys()
    count = len(check.after.lanes)
    for number, lane in enumerate(check.after.lanes):
        for edge, transition in enumerate(("rise", "fall")):
            for field, kind in enumerate(("slew", "slack")):
                at = number + edge * count
                values = [(check.before.vertices[key][field][at],
                           check.after.vertices[key][field][at]) for key in both]
                check_column(check, told[(kind, *lane, transition)], values)
        values = []
        for key, delays in check.after.arcs.items():
            values += [(a[number], b[number]) for a, b in zip(check.before.arcs.get(key, []), delays)]
        check_column(check, told[("delay", *lane, None)], values)


def check_column(check, row, values):
    what = f"{row['kind']} {row['scene']} {row['path_delay']} {row['transition']}"
    moved = [(a, b) for a, b in values if bits(a) != bits(b)]
    check.equal(row["rows"], len(values), f"{what}: rows")
    check.equal(row["changed"], len(moved), f"{what}: changed")
    if moved:
        worst = max(abs(b - a) for a, b in moved)
        told = abs(f32(row["worst"]["after"]) - f32(row["worst"]["before"]))
        check.equal(told, worst, f"{what}: worst")


def main():
    before, after, diff, depth, *scenes = sys.argv[1:]
    with open(diff, encoding="utf-8") as stream:
        diff = plain(json.load(stream))
    check = Checker(Dump(before, scenes), Dump(after, scenes), diff, int(depth))
    check.equal(diff["scenes"], scenes, "scenes")
    check_checks(check)
    check_endpoints(check)
    check_objects(check)
    check_hierarchy(check)
    check_columns(check)
    for error in check.errors:
        print(error)
    print(f"{check.rows} rows")
    sys.exit(1 if check.errors else 0)


main()
