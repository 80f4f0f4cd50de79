// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! What was measured at one size of the design: lines of unit, name, value.

use std::collections::BTreeMap;

use hops::{Outcome, median};

/// The samples of a figure.
#[derive(Clone, Debug, Default)]
pub struct Samples(Vec<f64>);

impl Samples {
    pub fn median(&self) -> f64 {
        median(self.0.clone())
    }

    pub fn least(&self) -> f64 {
        self.0.iter().copied().fold(f64::INFINITY, f64::min)
    }

    pub fn most(&self) -> f64 {
        self.0.iter().copied().fold(f64::NEG_INFINITY, f64::max)
    }

    pub fn count(&self) -> usize {
        self.0.len()
    }
}

/// One size of the design.
#[derive(Debug, Default)]
pub struct Run {
    pub seconds: BTreeMap<String, Samples>,
    pub bytes: BTreeMap<String, Samples>,
    /// Of the design.
    pub counts: BTreeMap<String, u64>,
    /// Of the machine, the engine and the design.
    pub texts: BTreeMap<String, String>,
    /// Figures that are missing, and why.
    pub missing: BTreeMap<String, String>,
}

/// A ratio of the suite, and what it may be at a million instances.
pub struct Ratio {
    figure: &'static str,
    of: &'static str,
    pub at_most: Option<f64>,
}

const fn ratio(figure: &'static str, of: &'static str, at_most: Option<f64>) -> Ratio {
    Ratio { figure, of, at_most }
}

/// What sizes are compared with.
const RAW: &str = "raw";

/// Of seconds, the ratios of medians; of memory the most that any save took.
pub const RATIOS: [Ratio; 12] = [
    ratio("save_delta", "full_update", Some(0.03)),
    ratio("save_local", "full_update", Some(0.005)),
    ratio("restore", "full_update", Some(0.02)),
    ratio("restore_report", "read_spef_update_report", Some(0.15)),
    ratio("peak_memory", RAW, Some(0.33)),
    ratio("save_delta", "raw_write", Some(1.5)),
    ratio("restore_no_proof", "full_update", Some(0.02)),
    ratio("restore_no_proof_report", "read_spef_update_report", Some(0.15)),
    ratio("save_full", "full_update", None),
    ratio("restore_live", "full_update", None),
    ratio("delta", RAW, None),
    ratio("local", RAW, None),
];

impl Ratio {
    pub fn name(&self) -> String {
        format!("{}/{}", self.figure, self.of)
    }

    pub fn of(&self, run: &Run) -> Option<f64> {
        let ratio = match (self.figure, self.of) {
            ("peak_memory", RAW) => run.peak(&SAVES),
            (save, RAW) => run.of_raw(&format!("save_{save}")),
            (figure, of) => run.share(figure, of),
        };
        ratio.filter(|ratio| ratio.is_finite())
    }
}

/// The kinds of saves.
pub const SAVES: [&str; 4] = ["save_first", "save_full", "save_delta", "save_local"];

impl Run {
    pub fn parse(text: &str) -> Outcome<Self> {
        let mut run = Self::default();
        for line in text.lines() {
            let mut words = line.splitn(3, ' ');
            let (Some(unit), Some(name), Some(value)) = (words.next(), words.next(), words.next())
            else {
                return Err(format!("This is no unit, name and value: {line}").into());
            };
            let name = name.to_owned();
            match unit {
                "seconds" => run.seconds.entry(name).or_default().0.push(value.parse()?),
                "bytes" => run.bytes.entry(name).or_default().0.push(value.parse()?),
                "count" => drop(run.counts.insert(name, value.parse()?)),
                "text" => drop(run.texts.insert(name, value.to_owned())),
                "missing" => drop(run.missing.insert(name, value.to_owned())),
                _ => return Err(format!("This unit is not known: {line}").into()),
            }
        }
        Ok(run)
    }

    pub fn count(&self, name: &str) -> u64 {
        self.counts.get(name).copied().unwrap_or_default()
    }

    pub fn text(&self, name: &str) -> &str {
        self.texts.get(name).map_or("", String::as_str)
    }

    /// The median of seconds as a share of another.
    fn share(&self, figure: &str, of: &str) -> Option<f64> {
        Some(self.seconds.get(figure)?.median() / self.seconds.get(of)?.median())
    }

    /// The median of bytes as a share of the raw size.
    pub fn of_raw(&self, figure: &str) -> Option<f64> {
        Some(self.bytes.get(figure)?.median() / self.count("raw_bytes") as f64)
    }

    /// The greatest peak of these saves beyond the process before, as a share of the raw size.
    fn peak(&self, saves: &[&str]) -> Option<f64> {
        let peaks = saves.iter().filter_map(|save| self.bytes.get(&format!("{save}_peak")));
        let most = peaks.map(Samples::most).max_by(f64::total_cmp)?;
        Some(most / self.count("raw_bytes") as f64)
    }
}
