// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! A diff as one table for spreadsheets: a line for each number that changed, in SI units.

use super::{Change, Diff, EndpointChange, Names, Slacks};
use crate::model::MinMax;
use crate::store::report::si;
use crate::table::{Side, Table};

/// What a line is about: section, object, scene, check, clock, group.
struct Line<'a> {
    section: &'a str,
    object: &'a str,
    scene: &'a str,
    min_max: Option<MinMax>,
    clock: &'a str,
    group: &'a str,
}

struct Lines(Table);

impl Diff {
    pub(super) fn csv(&self) -> String {
        let titles = [
            "section",
            "object",
            "scene",
            "path_delay",
            "clock",
            "group",
            "quantity",
            "before",
            "after",
            "delta",
        ];
        let mut lines = Lines(Table::new(&titles.map(|title| (title, Side::Left))));
        for check in &self.checks {
            let line = Line {
                scene: &check.scene,
                min_max: Some(check.min_max),
                clock: check.clock.as_deref().unwrap_or_default(),
                group: check.group.as_deref().unwrap_or_default(),
                ..Line::of("slacks")
            };
            lines.slacks(&line, &check.slacks);
        }
        self.add_endpoints(&mut lines);
        self.add_objects(&mut lines);
        for branch in self.hierarchy.iter().flat_map(|hierarchy| &hierarchy.branches) {
            let line = Line {
                object: &branch.instance,
                min_max: Some(branch.min_max),
                ..Line::of("hierarchy")
            };
            lines.slacks(&line, &branch.slacks);
            lines.count(&line, "moved", branch.moved);
            lines.count(&line, "newly_failing", branch.newly_failing);
            lines.count(&line, "fixed", branch.fixed);
            if let Some(pins) = branch.moved_pins {
                lines.count(&line, "moved_pins", pins);
            }
        }
        for column in self.columns.iter().flatten() {
            let name = column.name();
            let line = Line { object: &name, scene: &column.scene, ..Line::of("columns") };
            lines.count(&line, "rows", column.rows);
            lines.count(&line, "changed", column.changed);
        }
        if let Some(finding) = &self.finding {
            let line = Line { object: &finding.condition, ..Line::of("fail_if") };
            lines.count(&line, "failed", u64::from(finding.is_met));
        }
        lines.0.csv()
    }

    fn add_endpoints(&self, lines: &mut Lines) {
        let ends = &self.endpoints;
        for (scene, min_max, counts) in &ends.counts {
            let line = Line { scene, min_max: Some(*min_max), ..Line::of("endpoints") };
            for (quantity, count) in [
                ("newly_failing", counts.newly_failing),
                ("fixed", counts.fixed),
                ("worsened", counts.worsened),
                ("improved", counts.improved),
                ("unchanged", counts.unchanged),
                ("added", counts.added),
                ("added_failing", counts.added_failing),
                ("removed", counts.removed),
                ("removed_failing", counts.removed_failing),
            ] {
                lines.count(&line, quantity, count);
            }
        }
        for (section, list) in [
            ("newly_failing", &ends.newly_failing),
            ("fixed", &ends.fixed),
            ("worsened", &ends.worsened),
            ("improved", &ends.improved),
            ("added", &ends.added),
            ("removed", &ends.removed),
        ] {
            list.iter().for_each(|end| lines.endpoint(section, end));
        }
    }

    fn add_objects(&self, lines: &mut Lines) {
        let objects = &self.objects;
        let mut names = |section: &str, names: &Names| {
            lines.count(&Line::of(section), "count", names.count);
            for name in &names.first {
                lines.add(&Line { object: name, ..Line::of(section) }, "name", Default::default());
            }
        };
        names("instances_added", &objects.instances_added);
        names("instances_removed", &objects.instances_removed);
        names("pins_added", &objects.pins_added);
        names("pins_removed", &objects.pins_removed);
        let (count, cells) = &objects.cells_changed;
        lines.count(&Line::of("cells_changed"), "count", *count);
        for cell in cells {
            let line = Line { object: &cell.instance, ..Line::of("cells_changed") };
            lines.add(&line, "cell", [cell.before.clone(), cell.after.clone(), String::new()]);
        }
        lines.count(&Line::of("arcs_added"), "count", objects.arcs_added);
        lines.count(&Line::of("arcs_removed"), "count", objects.arcs_removed);
    }
}

impl<'a> Line<'a> {
    fn of(section: &'a str) -> Self {
        Self { section, object: "", scene: "", min_max: None, clock: "", group: "" }
    }
}

impl Lines {
    /// `values` are before, after, delta.
    fn add(&mut self, line: &Line, quantity: &str, values: [String; 3]) {
        let min_max = line.min_max.map_or("", MinMax::name);
        let of = [line.section, line.object, line.scene, min_max, line.clock, line.group, quantity];
        self.0.add(of.map(str::to_owned).into_iter().chain(values).collect());
    }

    /// A number of the whole comparison.
    fn count(&mut self, line: &Line, quantity: &str, count: u64) {
        self.add(line, quantity, [String::new(), count.to_string(), String::new()]);
    }

    fn seconds(&mut self, line: &Line, quantity: &str, of: &Change<f32>) {
        let delta =
            of.delta().map(|delta| if delta == 0.0 { "0".into() } else { format!("{delta:e}") });
        let values = [of.before.map(si), of.after.map(si), delta];
        self.add(line, quantity, values.map(Option::unwrap_or_default));
    }

    fn numbers(&mut self, line: &Line, quantity: &str, of: &Change<u32>) {
        let text =
            |number: Option<u32>| number.map_or_else(String::new, |number| number.to_string());
        let delta = of.delta().map_or_else(String::new, |delta| delta.to_string());
        self.add(line, quantity, [text(of.before), text(of.after), delta]);
    }

    fn slacks(&mut self, line: &Line, slacks: &Change<Slacks>) {
        let Change { before, after } = slacks;
        let worst = |slacks: &Option<Slacks>| slacks.and_then(|slacks| slacks.worst);
        self.seconds(line, "worst_slack", &Change { before: worst(before), after: worst(after) });
        let tns = |slacks: &Option<Slacks>| slacks.map(|slacks| slacks.tns);
        self.seconds(line, "tns", &Change { before: tns(before), after: tns(after) });
        let violating = |slacks: &Option<Slacks>| slacks.map(|slacks| slacks.violating);
        let of = Change { before: violating(before), after: violating(after) };
        self.numbers(line, "violating_endpoints", &of);
        let ends = |slacks: &Option<Slacks>| slacks.map(|slacks| slacks.endpoints);
        self.numbers(line, "endpoints", &Change { before: ends(before), after: ends(after) });
    }

    fn endpoint(&mut self, section: &str, end: &EndpointChange) {
        let line = Line {
            section,
            object: &end.pin,
            scene: &end.scene,
            min_max: Some(end.min_max),
            clock: &end.clock,
            group: &end.group,
        };
        self.seconds(&line, "slack", &end.slack);
        let Some(moved) = &end.moved else { return };
        for (quantity, arc) in [("first_moved", &moved.first), ("moved_most", &moved.greatest)] {
            if let Some(arc) = arc {
                let line = Line { object: &arc.arc, ..line };
                self.seconds(&line, quantity, &arc.delay);
            }
        }
    }
}
