// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! A diff as tables for people.

use super::{Change, Check, Diff, EndpointChange, Names};
use crate::model::MinMax;
use crate::store::report::picoseconds;
use crate::table::{Side, Table};

/// A title and what stands below it.
pub(super) struct Section {
    pub title: String,
    pub table: Table,
}

const LEFT: Side = Side::Left;
const RIGHT: Side = Side::Right;

/// The sections that have rows.
pub(super) fn sections(diff: &Diff) -> Vec<Section> {
    let mut sections = vec![
        Section { title: "slacks".to_owned(), table: checks(diff) },
        Section { title: "endpoints".to_owned(), table: counts(diff) },
    ];
    let ends = &diff.endpoints;
    for (title, list) in [
        ("newly failing endpoints", &ends.newly_failing),
        ("fixed endpoints", &ends.fixed),
        ("worsened endpoints", &ends.worsened),
        ("improved endpoints", &ends.improved),
        ("added endpoints", &ends.added),
        ("removed endpoints", &ends.removed),
    ] {
        if !list.is_empty() {
            let title = title.to_owned();
            sections.push(Section { title, table: endpoints(list) });
        }
    }
    if ends.worsened.iter().any(|end| end.moved.is_some()) {
        let title = "who moved first on the paths of worsened endpoints".to_owned();
        sections.push(Section { title, table: moved(&ends.worsened) });
    }
    let objects = objects(diff);
    sections.extend(objects.map(|table| Section { title: "pins and instances".to_owned(), table }));
    if let Some(hierarchy) = &diff.hierarchy {
        let title = format!("endpoints by hierarchy, depth {}", hierarchy.depth);
        sections.push(Section { title, table: branches(diff) });
    }
    if let Some(table) = columns(diff) {
        sections.push(Section { title: "changed values of columns".to_owned(), table });
    }
    sections
}

/// Where a stage has no number.
const NONE: &str = "-";

fn time(seconds: Option<f32>) -> String {
    seconds.map_or(NONE.to_owned(), picoseconds)
}

/// With its sign.
fn delta(seconds: Option<f64>) -> String {
    seconds.map_or(NONE.to_owned(), |seconds| {
        let text = format!("{:+.1}ps", seconds * 1e12);
        if ["+0.0ps", "-0.0ps"].contains(&text.as_str()) && seconds != 0.0 {
            return format!("{:+.1e}ps", seconds * 1e12);
        }
        text
    })
}

fn share(percent: Option<f64>) -> String {
    percent.map_or(NONE.to_owned(), |percent| format!("{percent:+.2}%"))
}

fn count(number: Option<u32>) -> String {
    number.map_or(NONE.to_owned(), |number| number.to_string())
}

fn difference(of: &Change<u32>) -> String {
    of.delta().map_or(NONE.to_owned(), |delta| format!("{delta:+}"))
}

impl Check {
    /// A number of the slacks in both stages.
    pub(super) fn of<T>(&self, number: impl Fn(&super::Slacks) -> Option<T>) -> Change<T> {
        Change {
            before: self.slacks.before.as_ref().and_then(&number),
            after: self.slacks.after.as_ref().and_then(&number),
        }
    }
}

/// A change of time in percent of a period.
pub(super) fn percent(of: &Change<f32>, period: Option<f32>) -> Option<f64> {
    Some(100.0 * of.delta()? / f64::from(period?))
}

fn checks(diff: &Diff) -> Table {
    let mut table = Table::new(&[
        ("scene", LEFT),
        ("check", LEFT),
        ("of", LEFT),
        ("wns before", RIGHT),
        ("after", RIGHT),
        ("delta", RIGHT),
        ("of period", RIGHT),
        ("tns before", RIGHT),
        ("after", RIGHT),
        ("delta", RIGHT),
        ("viol before", RIGHT),
        ("after", RIGHT),
        ("delta", RIGHT),
        ("endpoints", RIGHT),
    ]);
    for check in &diff.checks {
        let of = match (&check.clock, &check.group) {
            (Some(clock), _) => format!("clock {clock}"),
            (None, Some(group)) => format!("group {group}"),
            (None, None) => "all".to_owned(),
        };
        let (wns, tns) = (check.of(|s| Some(s.wns())), check.of(|s| Some(s.tns)));
        let violating = check.of(|slacks| Some(slacks.violating));
        let ends = check.of(|slacks| Some(slacks.endpoints));
        table.add(vec![
            check.scene.clone(),
            check.min_max.name().to_owned(),
            of,
            time(wns.before),
            time(wns.after),
            delta(wns.delta()),
            share(percent(&wns, check.period)),
            time(tns.before),
            time(tns.after),
            delta(tns.delta()),
            count(violating.before),
            count(violating.after),
            difference(&violating),
            count(ends.after),
        ]);
    }
    table
}

fn counts(diff: &Diff) -> Table {
    let mut table = Table::new(&[
        ("scene", LEFT),
        ("check", LEFT),
        ("newly failing", RIGHT),
        ("fixed", RIGHT),
        ("worsened", RIGHT),
        ("improved", RIGHT),
        ("unchanged", RIGHT),
        ("added", RIGHT),
        ("of these failing", RIGHT),
        ("removed", RIGHT),
        ("of these failing", RIGHT),
    ]);
    for (scene, min_max, counts) in &diff.endpoints.counts {
        let numbers = [
            counts.newly_failing,
            counts.fixed,
            counts.worsened,
            counts.improved,
            counts.unchanged,
            counts.added,
            counts.added_failing,
            counts.removed,
            counts.removed_failing,
        ];
        let mut row = vec![scene.clone(), min_max.name().to_owned()];
        row.extend(numbers.map(|number| number.to_string()));
        table.add(row);
    }
    table
}

fn endpoints(list: &[EndpointChange]) -> Table {
    let mut table = Table::new(&[
        ("endpoint", LEFT),
        ("scene", LEFT),
        ("check", LEFT),
        ("group", LEFT),
        ("before", RIGHT),
        ("after", RIGHT),
        ("delta", RIGHT),
        ("of period", RIGHT),
    ]);
    for end in list {
        table.add(vec![
            end.pin.clone(),
            end.scene.clone(),
            end.min_max.name().to_owned(),
            end.group.clone(),
            time(end.slack.before),
            time(end.slack.after),
            delta(end.slack.delta()),
            share(percent(&end.slack, end.period)),
        ]);
    }
    table
}

/// Three lines an endpoint, so that lines stay short: its path, the first arc, the greatest change.
fn moved(list: &[EndpointChange]) -> Table {
    let mut table = Table::new(&[
        ("endpoint", LEFT),
        ("check", LEFT),
        ("what", LEFT),
        ("arc", RIGHT),
        ("from -> to (kind)", LEFT),
        ("before", RIGHT),
        ("after", RIGHT),
        ("delta", RIGHT),
    ]);
    for end in list {
        let Some(moved) = &end.moved else { continue };
        let check = end.min_max.name().to_owned();
        let mut row = |what: &str, position: String, text: &str, times: &Change<f32>| {
            table.add(vec![
                end.pin.clone(),
                check.clone(),
                what.to_owned(),
                position,
                text.to_owned(),
                time(times.before),
                time(times.after),
                delta(times.delta()),
            ]);
        };
        row("startpoint", "0".to_owned(), &moved.startpoint, &moved.start);
        for (what, arc) in [("first moved", &moved.first), ("moved most", &moved.greatest)] {
            if let Some(arc) = arc {
                row(what, arc.position.to_string(), &arc.arc, &arc.delay);
            }
        }
        let arcs = moved.arcs;
        let text = format!("{arcs} arcs, {} changed, {} new", moved.changed, moved.added);
        row("arrival", arcs.to_string(), &text, &moved.arrival);
        row("required", String::new(), "", &moved.required);
    }
    table
}

fn objects(diff: &Diff) -> Option<Table> {
    let objects = &diff.objects;
    let mut table = Table::new(&[("what", LEFT), ("count", RIGHT), ("names", LEFT)]);
    let mut rows = 0;
    let mut row = |what: &str, count: u64, names: &[String]| {
        if count > 0 {
            let more = if count > names.len() as u64 { ", ..." } else { "" };
            let names = if names.is_empty() {
                String::new()
            } else {
                format!("{}{more}", names.join(", "))
            };
            table.add(vec![what.to_owned(), count.to_string(), names]);
            rows += 1;
        }
    };
    let mut list = |what: &str, of: &Names| row(what, of.count, &of.first);
    list("instances added", &objects.instances_added);
    list("instances removed", &objects.instances_removed);
    list("pins added", &objects.pins_added);
    list("pins removed", &objects.pins_removed);
    let (count, cells) = &objects.cells_changed;
    let cells = cells
        .iter()
        .map(|cell| format!("{} is {}, was {}", cell.instance, cell.after, cell.before));
    row("cells changed", *count, &cells.collect::<Vec<_>>());
    row("arcs added", objects.arcs_added, &[]);
    row("arcs removed", objects.arcs_removed, &[]);
    (rows > 0).then_some(table)
}

fn branches(diff: &Diff) -> Table {
    let mut table = Table::new(&[
        ("instance", LEFT),
        ("check", LEFT),
        ("worst before", RIGHT),
        ("after", RIGHT),
        ("tns before", RIGHT),
        ("after", RIGHT),
        ("delta", RIGHT),
        ("viol before", RIGHT),
        ("after", RIGHT),
        ("endpoints", RIGHT),
        ("moved", RIGHT),
        ("newly failing", RIGHT),
        ("fixed", RIGHT),
        ("pins moved", RIGHT),
    ]);
    let branches = diff.hierarchy.iter().flat_map(|hierarchy| &hierarchy.branches);
    for min_max in [MinMax::Max, MinMax::Min] {
        let of = branches.clone().filter(|branch| branch.min_max == min_max);
        for branch in of.take(diff.options.endpoints) {
            let (before, after) = (branch.slacks.before, branch.slacks.after);
            let tns = Change { before: before.map(|s| s.tns), after: after.map(|s| s.tns) };
            let top = if branch.instance.is_empty() { "(top)" } else { &branch.instance };
            table.add(vec![
                top.to_owned(),
                min_max.name().to_owned(),
                time(before.and_then(|slacks| slacks.worst)),
                time(after.and_then(|slacks| slacks.worst)),
                time(tns.before),
                time(tns.after),
                delta(tns.delta()),
                count(before.map(|slacks| slacks.violating)),
                count(after.map(|slacks| slacks.violating)),
                count(after.map(|slacks| slacks.endpoints)),
                branch.moved.to_string(),
                branch.newly_failing.to_string(),
                branch.fixed.to_string(),
                branch.moved_pins.map_or(NONE.to_owned(), |pins| pins.to_string()),
            ]);
        }
    }
    table
}

fn columns(diff: &Diff) -> Option<Table> {
    let mut table = Table::new(&[
        ("column", LEFT),
        ("scene", LEFT),
        ("rows", RIGHT),
        ("changed", RIGHT),
        ("share", RIGHT),
        ("first changed", LEFT),
        ("worst", LEFT),
        ("before", RIGHT),
        ("after", RIGHT),
        ("ulps", RIGHT),
    ]);
    for column in diff.columns.as_ref()? {
        let worst = column.worst.as_ref();
        let of_worst =
            |text: &dyn Fn(&super::ValueChange) -> String| worst.map_or(String::new(), text);
        let share = 100.0 * column.changed as f64 / column.rows.max(1) as f64;
        table.add(vec![
            column.name(),
            column.scene.clone(),
            column.rows.to_string(),
            column.changed.to_string(),
            format!("{share:.2}%"),
            column.first.as_ref().map_or(String::new(), |first| first.object.clone()),
            of_worst(&|worst| worst.object.clone()),
            of_worst(&|worst| format!("{:e}", worst.before)),
            of_worst(&|worst| format!("{:e}", worst.after)),
            of_worst(&|worst| worst.ulps.to_string()),
        ]);
    }
    Some(table)
}
