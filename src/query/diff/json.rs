// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! A diff as JSON: `docs/schemas/diff.json`.

use serde_json::{Value, json};

use super::condition::Quantity;
use super::tables::percent;
use super::{
    Change, Check, ColumnChange, Diff, EndpointChange, EndpointCounts, Finding, Hierarchy,
    MovedArc, MovedPath, Names, Objects, Side, Slacks, ValueChange,
};
use crate::model::{MinMax, Transition};
use crate::store::report::exact;

impl Diff {
    /// The answer as JSON, in SI units.
    pub fn json(&self) -> Value {
        let counts = self.endpoints.counts.iter();
        let ends = &self.endpoints;
        json!({
            "design": self.design,
            "from": side(&self.from),
            "to": side(&self.to),
            "scenes": self.scenes,
            "tolerance": self.options.tolerance,
            "ulp": self.options.ulp,
            "notes": self.notes,
            "checks": self.checks.iter().map(check).collect::<Vec<_>>(),
            "endpoints": {
                "counts": counts.map(|(scene, of, counts)| count(scene, *of, counts)).collect::<Vec<_>>(),
                "newly_failing": list(&ends.newly_failing),
                "fixed": list(&ends.fixed),
                "worsened": list(&ends.worsened),
                "improved": list(&ends.improved),
                "added": list(&ends.added),
                "removed": list(&ends.removed),
            },
            "objects": objects(&self.objects),
            "hierarchy": self.hierarchy.as_ref().map(hierarchy),
            "columns": self.columns.as_ref().map(|columns| columns.iter().map(column).collect::<Vec<_>>()),
            "fail_if": self.finding.as_ref().map(finding),
        })
    }
}

fn side(side: &Side) -> Value {
    json!({
        "stage": side.stage,
        "time": side.time(),
        "tolerance": side.tolerance,
        "own_scenes": side.own_scenes,
    })
}

fn seconds(of: &Change<f32>) -> Value {
    json!({
        "before": of.before.map(exact),
        "after": of.after.map(exact),
        "delta": of.delta(),
    })
}

fn seconds_and_percent(of: &Change<f32>, period: Option<f32>) -> Value {
    let mut value = seconds(of);
    value["delta_percent"] = json!(percent(of, period));
    value
}

fn numbers(of: &Change<u32>) -> Value {
    json!({
        "before": of.before,
        "after": of.after,
        "delta": of.delta().map(|delta| delta as i64),
    })
}

fn check(check: &Check) -> Value {
    json!({
        "scene": check.scene,
        "path_delay": check.min_max.name(),
        "clock": check.clock,
        "group": check.group,
        "period": check.period.map(exact),
        "worst_slack": seconds_and_percent(&check.of(|slacks| slacks.worst), check.period),
        "wns": seconds_and_percent(&check.of(|slacks| Some(slacks.wns())), check.period),
        "tns": seconds_and_percent(&check.of(|slacks| Some(slacks.tns)), check.period),
        "violating_endpoints": numbers(&check.of(|slacks| Some(slacks.violating))),
        "endpoints": numbers(&check.of(|slacks| Some(slacks.endpoints))),
    })
}

fn count(scene: &str, min_max: MinMax, counts: &EndpointCounts) -> Value {
    json!({
        "scene": scene,
        "path_delay": min_max.name(),
        "newly_failing": counts.newly_failing,
        "fixed": counts.fixed,
        "worsened": counts.worsened,
        "improved": counts.improved,
        "unchanged": counts.unchanged,
        "added": counts.added,
        "added_failing": counts.added_failing,
        "removed": counts.removed,
        "removed_failing": counts.removed_failing,
    })
}

fn list(list: &[EndpointChange]) -> Vec<Value> {
    let endpoint = |end: &EndpointChange| {
        let mut value = json!({
            "endpoint": end.pin,
            "scene": end.scene,
            "path_delay": end.min_max.name(),
            "group": end.group,
            "clock": (!end.clock.is_empty()).then_some(&end.clock),
            "period": end.period.map(exact),
            "slack": seconds_and_percent(&end.slack, end.period),
        });
        if let Some(moved) = &end.moved {
            value["moved"] = self::moved(moved);
        }
        value
    };
    list.iter().map(endpoint).collect()
}

fn moved(moved: &MovedPath) -> Value {
    let arc = |arc: &MovedArc| json!({ "arc": arc.arc, "position": arc.position, "delay": seconds(&arc.delay) });
    json!({
        "startpoint": moved.startpoint,
        "arcs": moved.arcs,
        "changed": moved.changed,
        "added": moved.added,
        "first": moved.first.as_ref().map(arc),
        "greatest": moved.greatest.as_ref().map(arc),
        "start": seconds(&moved.start),
        "arrival": seconds(&moved.arrival),
        "required": seconds(&moved.required),
    })
}

fn objects(objects: &Objects) -> Value {
    let names = |names: &Names| json!({ "count": names.count, "first": names.first });
    let (count, cells) = &objects.cells_changed;
    let cells: Vec<Value> = cells
        .iter()
        .map(
            |cell| json!({ "instance": cell.instance, "before": cell.before, "after": cell.after }),
        )
        .collect();
    json!({
        "pins_added": names(&objects.pins_added),
        "pins_removed": names(&objects.pins_removed),
        "instances_added": names(&objects.instances_added),
        "instances_removed": names(&objects.instances_removed),
        "cells_changed": { "count": count, "first": cells },
        "arcs_added": objects.arcs_added,
        "arcs_removed": objects.arcs_removed,
    })
}

fn hierarchy(hierarchy: &Hierarchy) -> Value {
    let branches = hierarchy.branches.iter().map(|branch| {
        let of = |number: fn(&Slacks) -> Option<f32>| Change {
            before: branch.slacks.before.as_ref().and_then(number),
            after: branch.slacks.after.as_ref().and_then(number),
        };
        let counts = |number: fn(&Slacks) -> u32| Change {
            before: branch.slacks.before.as_ref().map(number),
            after: branch.slacks.after.as_ref().map(number),
        };
        json!({
            "instance": branch.instance,
            "path_delay": branch.min_max.name(),
            "worst_slack": seconds(&of(|slacks| slacks.worst)),
            "tns": seconds(&of(|slacks| Some(slacks.tns))),
            "violating_endpoints": numbers(&counts(|slacks| slacks.violating)),
            "endpoints": numbers(&counts(|slacks| slacks.endpoints)),
            "moved": branch.moved,
            "newly_failing": branch.newly_failing,
            "fixed": branch.fixed,
            "moved_pins": branch.moved_pins,
        })
    });
    json!({ "depth": hierarchy.depth, "branches": branches.collect::<Vec<_>>() })
}

fn column(column: &ColumnChange) -> Value {
    let value = |change: &ValueChange| {
        json!({
            "object": change.object,
            "before": exact(change.before),
            "after": exact(change.after),
            "ulps": change.ulps,
        })
    };
    let transition = match column.key.transition {
        Transition::Rise => Some("rise"),
        Transition::Fall => Some("fall"),
        Transition::None => None,
    };
    json!({
        "kind": column.key.kind.name(),
        "scene": column.scene,
        "path_delay": column.key.min_max.name(),
        "transition": transition,
        "plane": column.key.plane,
        "rows": column.rows,
        "changed": column.changed,
        "first": column.first.as_ref().map(value),
        "worst": column.worst.as_ref().map(value),
    })
}

fn finding(finding: &Finding) -> Value {
    let values = finding.values.iter().map(|(name, value, quantity)| {
        let unit = if *quantity == Quantity::Time { Some("s") } else { None };
        json!({ "variable": name, "value": value, "unit": unit })
    });
    json!({
        "condition": finding.condition,
        "failed": finding.is_met,
        "values": values.collect::<Vec<_>>(),
    })
}
