// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! What a page shows, as the JSON that its scripts read. Times are seconds, with the decimals that read back
//! to the stored bits.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::HtmlOptions;
use super::bins::{Bins, is_time};
use super::endpoints::{Row, Slack, of_stage, worst};
use super::paths::{self, Names};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{Endpoint, MinMax, ObjectTable, StageMetadata};
use crate::query::diff::Diff;
use crate::store::{Stage, Store, report};

/// One stage that is compared.
struct Open {
    stage: Arc<Stage>,
    objects: Arc<ObjectTable>,
    endpoints: Vec<Endpoint>,
    /// As `ckp show --format json` tells it.
    value: Value,
}

/// Everything that is shown.
pub(super) struct PageData {
    store: String,
    stages: Vec<Open>,
    /// Name and error of stages that cannot be read.
    damaged: Vec<(String, String)>,
    options: HtmlOptions,
}

/// One scene and check of all stages.
struct Check {
    scene: String,
    min_max: MinMax,
    /// The endpoints of every stage that has the scene.
    slacks: Vec<Option<HashMap<u32, Slack>>>,
}

/// Read what the page needs of the stages.
pub(super) fn collect(store: &Store, names: &[String], options: HtmlOptions) -> Result<PageData> {
    let mut stages = Vec::new();
    let mut damaged = Vec::new();
    if names.is_empty() {
        for name in store.stage_names()? {
            match open(store, &name) {
                Ok(stage) => stages.push(stage),
                Err(error) => damaged.push((name, error.to_string())),
            }
        }
        stages.sort_by_key(|open| open.stage.timing_stage().timestamp);
    } else {
        for name in names {
            stages.push(open(store, name)?);
        }
    }
    let path = store.path();
    if stages.is_empty() {
        let reason = damaged.first().map_or("has no stages", |(_, error)| error);
        let message = format!("There is nothing to report: {} {reason}.", path.display());
        return Err(Error::new(ErrorKind::NotFound, message));
    }
    let store = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    Ok(PageData { store, stages, damaged, options })
}

fn open(store: &Store, name: &str) -> Result<Open> {
    let stage = store.stage(name)?;
    let objects = stage.objects()?;
    let endpoints = stage.endpoints(0..u64::from(stage.metadata().endpoints))?;
    let value = report::stage_json(store, name)?;
    Ok(Open { stage, objects, endpoints, value })
}

impl PageData {
    /// For the window of the browser.
    pub fn title(&self) -> String {
        format!("{} - timing of {} stages", self.design(), self.stages.len())
    }

    fn design(&self) -> &str {
        self.stages.first().map_or("", |open| &open.stage.metadata().design)
    }

    pub fn to_json(&self, diff: Option<&Diff>) -> Result<Value> {
        let stages: Vec<&Value> = self.stages.iter().map(|open| &open.value).collect();
        let damaged: Vec<Value> = self
            .damaged
            .iter()
            .map(|(name, error)| json!({ "stage": name, "error": error }))
            .collect();
        let mut names = Names::default();
        let checks = self.checks();
        let checks = checks.iter().map(|check| self.check_json(check, &mut names));
        let checks = checks.collect::<Result<Vec<Value>>>()?;
        Ok(json!({
            "version": 1,
            "store": self.store,
            "design": self.design(),
            "stages": stages,
            "damaged": damaged,
            "checks": checks,
            "names": names.into_list(),
            "diff": diff.map(Diff::json),
        }))
    }

    /// Setup and hold of every scene that a stage has, in the order in which the stages bring them.
    fn checks(&self) -> Vec<Check> {
        let mut scenes: Vec<&str> = Vec::new();
        for scene in self.stages.iter().flat_map(|open| &open.stage.metadata().scenes) {
            if !scenes.contains(&scene.as_str()) {
                scenes.push(scene);
            }
        }
        let checks =
            scenes.iter().flat_map(|scene| [MinMax::Max, MinMax::Min].map(|m| (*scene, m)));
        let check = |(scene, min_max): (&str, MinMax)| {
            let slacks = self.stages.iter().map(|open| {
                let scenes = &open.stage.metadata().scenes;
                let number = scenes.iter().position(|name| name == scene)?;
                Some(of_stage(&open.endpoints, u16::try_from(number).ok()?, min_max))
            });
            Check { scene: scene.to_owned(), min_max, slacks: slacks.collect() }
        };
        checks.map(check).collect()
    }

    fn check_json(&self, check: &Check, names: &mut Names) -> Result<Value> {
        let slacks_of = |ends: &HashMap<u32, Slack>| {
            // The order of a hash map is another one at every run, and does not matter here.
            ends.values().map(|end| end.slack).collect::<Vec<_>>().into_iter()
        };
        let bins = Bins::new(check.slacks.iter().flatten().flat_map(slacks_of));
        let counts =
            check.slacks.iter().map(|ends| ends.as_ref().map(|e| bins.counts(slacks_of(e))));
        let histograms: Vec<_> = counts.collect();
        let ends = self.stages.iter().zip(&check.slacks).map(|(open, ends)| {
            let objects: &ObjectTable = &open.objects;
            ends.as_ref().map(|ends| (objects, ends))
        });
        let (rows, total) = worst(ends, self.options.endpoints);
        let by_stage: Vec<Vec<Value>> = (0..self.stages.len())
            .map(|stage| rows.iter().map(|row| slack_json(row, stage)).collect())
            .collect();
        Ok(json!({
            "scene": check.scene,
            "path_delay": check.min_max.name(),
            "bins": bins,
            "histograms": histograms,
            "endpoints": {
                "total": total,
                "names": rows.iter().map(|row| &row.name).collect::<Vec<_>>(),
                "groups": rows.iter().map(|row| self.group(row, |m| &m.groups)).collect::<Vec<_>>(),
                "clocks": rows.iter().map(|row| self.group(row, |m| &m.group_clocks)).collect::<Vec<_>>(),
                "slacks": by_stage,
            },
            "paths": self.paths(&rows, names)?,
        }))
    }

    /// For each stage the paths of the first rows; null where the stage does not have the endpoint.
    fn paths(&self, rows: &[Row], names: &mut Names) -> Result<Vec<Vec<Value>>> {
        let rows = rows.get(..self.options.paths).unwrap_or(rows);
        let of_stage = |(position, open): (usize, &Open)| {
            let row = |row: &Row| row.slacks.get(position).copied().flatten().map(|end| end.row);
            let found: Vec<Option<u32>> = rows.iter().map(row).collect();
            let end = |row: &u32| Some((*row, *open.endpoints.get(*row as usize)?));
            let ends: Vec<(u32, Endpoint)> = found.iter().flatten().filter_map(end).collect();
            let mut paths = paths::of_rows(&open.stage, &ends, names)?.into_iter();
            let path = |row: &Option<u32>| row.and_then(|_| paths.next()).unwrap_or(Value::Null);
            Ok(found.iter().map(path).collect())
        };
        self.stages.iter().enumerate().map(of_stage).collect()
    }

    /// What `names` calls the path group of the worst slack that any stage has for the endpoint.
    fn group(&self, row: &Row, names: fn(&StageMetadata) -> &Vec<String>) -> &str {
        let ends = self.stages.iter().zip(&row.slacks);
        let ends = ends.filter_map(|(open, end)| end.map(|end| (open, end)));
        let worst = ends.min_by(|a, b| a.1.slack.total_cmp(&b.1.slack));
        let group = worst.and_then(|(open, end)| {
            names(open.stage.metadata()).get(usize::try_from(end.group).ok()?)
        });
        group.map_or("", String::as_str)
    }
}

/// Null where the stage does not have the endpoint, a text where its slack is no time.
fn slack_json(row: &Row, stage: usize) -> Value {
    match row.slacks.get(stage).copied().flatten() {
        None => Value::Null,
        Some(end) if is_time(end.slack) => exact(end.slack),
        Some(_) => json!("unconstrained"),
    }
}

/// The shortest decimal that reads back as this 32-bit float.
fn exact(value: f32) -> Value {
    value.to_string().parse::<f64>().map_or(Value::Null, |value| json!(value))
}
