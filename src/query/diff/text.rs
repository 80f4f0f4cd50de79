// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! A diff in every format.

use std::fmt::Write;
use std::time::{Duration, SystemTime};

use super::condition::Quantity;
use super::tables::sections;
use super::{ColumnChange, Diff, Finding, Side};
use crate::model::Transition;
use crate::store::report::plural;
use crate::table::{Format, markdown_cell};

impl Diff {
    /// The answer in a format.
    pub fn report(&self, format: Format) -> String {
        match format {
            Format::Text => self.text(),
            Format::Json => format!("{:#}\n", self.json()),
            Format::Csv => self.csv(),
            Format::Markdown => self.markdown(),
        }
    }

    fn text(&self) -> String {
        let side = |side: &Side| format!("{} ({})", side.stage, side.time());
        let (from, to) = (side(&self.from), side(&self.to));
        let mut out = format!("design {}: from stage {from} to stage {to}\n", self.design);
        for note in self.notes.iter().chain(&self.limits()) {
            let _ = writeln!(out, "note: {note}");
        }
        for section in sections(self) {
            let _ = write!(out, "\n{}\n{}", section.title, section.table.text("  "));
        }
        if let Some(finding) = &self.finding {
            let _ = write!(out, "\n{}", finding.text());
        }
        out
    }

    fn markdown(&self) -> String {
        let escaped = |text: &str| markdown_cell(text);
        let (from, to) = (escaped(&self.from.stage), escaped(&self.to.stage));
        let mut out = format!("## {}: {from} to {to}\n", escaped(&self.design));
        for note in self.notes.iter().chain(&self.limits()) {
            let _ = writeln!(out, "\n{}", escaped(note));
        }
        for section in sections(self) {
            let _ = write!(out, "\n### {}\n\n{}", section.title, section.table.markdown());
        }
        if let Some(finding) = &self.finding {
            let _ = writeln!(out, "\n**{}**", escaped(finding.text().trim_end()));
        }
        out
    }

    /// What counts as the same.
    fn limits(&self) -> Vec<String> {
        let mut limits = Vec::new();
        if self.options.tolerance > 0.0 {
            let seconds = self.options.tolerance;
            limits.push(format!("What differs by at most {seconds:e} s counts as the same."));
        }
        if self.options.ulp > 0 {
            let ulp = self.options.ulp;
            let units = plural(ulp, "unit");
            limits.push(format!(
                "Values of columns that differ by at most {ulp} {units} in the last place count as the same."
            ));
        }
        limits
    }
}

impl Side {
    /// When it was saved, as RFC 3339.
    pub fn time(&self) -> String {
        let time = SystemTime::UNIX_EPOCH + Duration::from_nanos(self.timestamp);
        humantime::format_rfc3339_seconds(time).to_string()
    }
}

impl ColumnChange {
    /// What it holds, without the scene.
    pub fn name(&self) -> String {
        let transition = match self.key.transition {
            Transition::Rise => " rise",
            Transition::Fall => " fall",
            Transition::None => "",
        };
        let plane = match self.key.plane {
            0 => String::new(),
            plane => format!(" plane {plane}"),
        };
        format!("{} {}{transition}{plane}", self.key.kind.name(), self.key.min_max.name())
    }
}

impl Finding {
    /// In one line.
    pub fn text(&self) -> String {
        let values = self.values.iter().map(|(name, value, quantity)| match quantity {
            Quantity::Time => format!("{name} is {}ps", value * 1e12),
            Quantity::Count => format!("{name} is {value}"),
        });
        let values: Vec<String> = values.collect();
        let verdict = if self.is_met { "FAILED" } else { "passed" };
        format!("{verdict}: {} ({})\n", self.condition, values.join(", "))
    }
}
