// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The endpoints with the worst slacks of one stage. Reads the endpoint table and the names of the endpoints
//! that are told, and no column.

use hashbrown::HashMap;
use serde_json::{Value, json};

use super::access::names_of;
use super::choice::{group_number, scene_number};
use crate::error::Result;
use crate::model::{Endpoint, MinMax, StageMetadata};
use crate::store::Stage;
use crate::store::report::{exact, picoseconds, si};
use crate::table::{Format, Side, Table};

/// Which endpoints are asked for.
#[derive(Clone, Debug)]
pub struct EndpointQuery {
    /// So many, the worst first.
    pub count: usize,
    /// Hold or setup.
    pub path_delay: MinMax,
    /// Of one scene; else the worst of all.
    pub scene: Option<String>,
    /// Of one path group; else the worst of all.
    pub group: Option<String>,
}

impl Default for EndpointQuery {
    fn default() -> Self {
        Self { count: 10, path_delay: MinMax::Max, scene: None, group: None }
    }
}

/// An endpoint, and where its slack is worst.
#[derive(Clone, Debug, PartialEq)]
pub struct EndpointSlack {
    /// Name of its pin.
    pub pin: String,
    /// Row of its vertex.
    pub vertex: u32,
    /// Worst slack, seconds.
    pub slack: f32,
    /// Path group of it.
    pub group: String,
    /// Scene of it.
    pub scene: String,
}

/// The answer to an [`EndpointQuery`].
#[derive(Clone, Debug)]
pub struct WorstEndpoints {
    /// Name of the stage.
    pub stage: String,
    /// What was asked.
    pub query: EndpointQuery,
    /// Worst negative slack of all endpoints asked about, seconds; 0 where none is negative.
    pub wns: f32,
    /// Total negative slack; of several scenes the worst.
    pub tns: f32,
    /// Endpoints with a negative slack; of several scenes the most.
    pub violating: u32,
    /// Endpoints asked about.
    pub endpoints: usize,
    /// The worst of them.
    pub worst: Vec<EndpointSlack>,
}

/// The endpoints of a stage with the worst slacks. An endpoint stands once, with the worst of its slacks; of
/// equal ones, that of the first row comes first.
///
/// # Errors
/// `NotFound` for a scene or group that the stage lacks; those of [`Stage::endpoints`].
pub fn worst_endpoints(stage: &Stage, query: &EndpointQuery) -> Result<WorstEndpoints> {
    let metadata = stage.metadata();
    let scene = query.scene.as_deref().map(|name| scene_number(stage, name)).transpose()?;
    let group = query.group.as_deref().map(|name| group_number(stage, name)).transpose()?;
    let mut rows = stage.endpoints(0..u64::from(metadata.endpoints))?;
    rows.retain(|row| {
        row.min_max == query.path_delay
            && scene.is_none_or(|scene| row.scene == scene)
            && group.is_none_or(|group| row.group == group)
    });
    let (wns, tns, violating) = match group {
        Some(_) => sums(&rows),
        None => summary(metadata, query.path_delay, scene),
    };
    let mut of_vertex = worst_of_each(rows);
    let endpoints = of_vertex.len();
    keep_worst(&mut of_vertex, query.count);
    let vertices: Vec<u32> = of_vertex.iter().map(|row| row.vertex).collect();
    let name = |names: &[String], number: usize| names.get(number).cloned().unwrap_or_default();
    let told = |(row, pin): (Endpoint, String)| EndpointSlack {
        pin,
        vertex: row.vertex,
        slack: row.slack,
        group: name(&metadata.groups, row.group as usize),
        scene: name(&metadata.scenes, usize::from(row.scene)),
    };
    let names = names_of(stage, &vertices)?;
    Ok(WorstEndpoints {
        stage: stage.timing_stage().stage_id.clone(),
        query: query.clone(),
        wns,
        tns,
        violating,
        endpoints,
        worst: of_vertex.into_iter().zip(names).map(told).collect(),
    })
}

/// As the engine summed them up at the save.
fn summary(metadata: &StageMetadata, min_max: MinMax, scene: Option<u16>) -> (f32, f32, u32) {
    let of_scene = |of: u16| scene.is_none_or(|scene| scene == of);
    let summaries = metadata.summaries.iter().filter(|s| s.min_max == min_max && of_scene(s.scene));
    summaries.fold((0.0, 0.0, 0), |(wns, tns, violating), summary| {
        (wns.min(summary.worst_slack), tns.min(summary.tns), violating.max(summary.violating))
    })
}

/// Of rows that the engine did not sum up. An endpoint stands once for each scene of a group.
fn sums(rows: &[Endpoint]) -> (f32, f32, u32) {
    let mut scenes: HashMap<u16, (f64, u32)> = HashMap::new();
    let mut wns = 0.0f32;
    for row in rows.iter().filter(|row| row.slack < 0.0) {
        wns = wns.min(row.slack);
        let (tns, violating) = scenes.entry(row.scene).or_default();
        *tns += f64::from(row.slack);
        *violating += 1;
    }
    let tns = scenes.values().map(|(tns, _)| *tns).fold(0.0, f64::min);
    let violating = scenes.values().map(|(_, violating)| *violating).max().unwrap_or(0);
    (wns, tns as f32, violating)
}

/// The worst row of each vertex, in the order of the vertices' first rows.
fn worst_of_each(rows: Vec<Endpoint>) -> Vec<Endpoint> {
    let mut place: HashMap<u32, usize> = HashMap::with_capacity(rows.len());
    let mut worst: Vec<Endpoint> = Vec::with_capacity(rows.len());
    for row in rows {
        let at = *place.entry(row.vertex).or_insert(worst.len());
        match worst.get_mut(at) {
            Some(known) if row.slack < known.slack => *known = row,
            Some(_) => {}
            None => worst.push(row),
        }
    }
    worst
}

fn keep_worst(rows: &mut Vec<Endpoint>, count: usize) {
    let order = |a: &Endpoint, b: &Endpoint| {
        a.slack.total_cmp(&b.slack).then_with(|| a.vertex.cmp(&b.vertex))
    };
    if count < rows.len() {
        rows.select_nth_unstable_by(count, order);
        rows.truncate(count);
    }
    rows.sort_unstable_by(order);
}

impl WorstEndpoints {
    /// The answer in a format.
    pub fn report(&self, format: Format) -> String {
        match format {
            Format::Text => self.text(),
            Format::Json => format!("{:#}\n", self.json()),
            Format::Csv => self.table(si).csv(),
            Format::Markdown => self.table(picoseconds).markdown(),
        }
    }

    fn text(&self) -> String {
        let Self { stage, query, wns, tns, violating, endpoints, .. } = self;
        let only = |what: &str, name: &Option<String>| {
            name.as_ref().map_or(String::new(), |name| format!(", {what} {name}"))
        };
        format!(
            "stage {stage}, {}{}{}: wns {}, tns {}, {violating} violating of {endpoints} endpoints\n\n{}",
            query.path_delay.name(),
            only("scene", &query.scene),
            only("group", &query.group),
            picoseconds(*wns),
            picoseconds(*tns),
            self.table(picoseconds).text("")
        )
    }

    fn table(&self, time: fn(f32) -> String) -> Table {
        let mut table = Table::new(&[
            ("endpoint", Side::Left),
            ("slack", Side::Right),
            ("group", Side::Left),
            ("scene", Side::Left),
        ]);
        for row in &self.worst {
            table.add(vec![row.pin.clone(), time(row.slack), row.group.clone(), row.scene.clone()]);
        }
        table
    }

    fn json(&self) -> Value {
        let row = |row: &EndpointSlack| {
            json!({
                "endpoint": row.pin,
                "slack": exact(row.slack),
                "group": row.group,
                "scene": row.scene,
            })
        };
        json!({
            "stage": self.stage,
            "path_delay": self.query.path_delay.name(),
            "scene": self.query.scene,
            "group": self.query.group,
            "wns": exact(self.wns),
            "tns": exact(self.tns),
            "violating_endpoints": self.violating,
            "endpoint_count": self.endpoints,
            "endpoints": self.worst.iter().map(row).collect::<Vec<_>>(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(vertex: u32, scene: u16, slack: f32) -> Endpoint {
        Endpoint { vertex, group: 0, scene, min_max: MinMax::Max, slack }
    }

    #[test]
    fn an_endpoint_stands_once_with_its_worst_slack() {
        let rows = vec![row(5, 0, 1.0), row(7, 0, -2.0), row(5, 1, -3.0), row(9, 1, -2.0)];
        assert_eq!(sums(&rows), (-3.0, -5.0, 2));
        let mut worst = worst_of_each(rows);
        assert_eq!(worst.len(), 3);
        keep_worst(&mut worst, 2);
        assert_eq!(worst, [row(5, 1, -3.0), row(7, 0, -2.0)], "the lower row of two equal slacks");
        keep_worst(&mut worst, 9);
        assert_eq!(worst.len(), 2);
        keep_worst(&mut worst, 0);
        assert!(worst.is_empty());
    }
}
