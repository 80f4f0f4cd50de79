// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Worst and total negative slack, and violating endpoints: of a scene and min/max, of each capture clock,
//! and of each path group.

use std::collections::BTreeSet;

use super::endpoints::{fails, worst_of_each};
use super::{BOTH, Change, Scenes, is_time};
use crate::model::{Endpoint, MinMax, StageMetadata};
use crate::store::StagePair;

/// Slacks of one scene and min/max, all of them or those of a clock or of a path group.
#[derive(Clone, Debug)]
pub struct Check {
    /// Scene.
    pub scene: String,
    /// Hold or setup.
    pub min_max: MinMax,
    /// Only endpoints that this clock captures.
    pub clock: Option<String>,
    /// Only endpoints of this path group.
    pub group: Option<String>,
    /// Period of the clock; else the shortest of the clocks that capture these endpoints, in the later
    /// stage, or the earlier one if it has none. Seconds.
    pub period: Option<f32>,
    /// In both stages; `None` where a stage has no such clock or group.
    pub slacks: Change<Slacks>,
}

/// Slacks of some endpoints. Each counts once, with the worst of its slacks.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Slacks {
    /// Worst slack, seconds; `None` where nothing is constrained.
    pub worst: Option<f32>,
    /// Sum of the negative slacks, seconds.
    pub tns: f32,
    /// Endpoints with a negative slack.
    pub violating: u32,
    /// Endpoints.
    pub endpoints: u32,
}

impl Slacks {
    /// Worst negative slack: the worst slack, or zero when that is positive.
    pub fn wns(&self) -> f32 {
        self.worst.unwrap_or(0.0).min(0.0)
    }

    /// Of the slacks of endpoints, each once. They are summed in the order given, in double precision, as a
    /// save does for the summaries.
    pub(super) fn of(slacks: impl Iterator<Item = f32>) -> Self {
        let mut of = Self::default();
        let mut tns = 0.0;
        for slack in slacks {
            of.endpoints += 1;
            if is_time(slack) {
                of.worst = Some(of.worst.map_or(slack, |worst| worst.min(slack)));
            }
            if fails(slack) {
                tns += f64::from(slack);
                of.violating += 1;
            }
        }
        of.tns = tns as f32;
        of
    }
}

/// Which endpoints a line is about.
enum Of<'a> {
    All,
    Clock(&'a str),
    Group(&'a str),
}

pub(super) fn checks(pair: &StagePair, scenes: &Scenes, rows: &[Vec<Endpoint>; 2]) -> Vec<Check> {
    let sides = [(pair.from.metadata(), &rows[0]), (pair.to.metadata(), &rows[1])];
    let mut checks = Vec::new();
    for (name, numbers) in scenes.names.iter().zip(&scenes.numbers) {
        for min_max in BOTH {
            let lanes =
                [lane(sides[0].1, numbers.0, min_max), lane(sides[1].1, numbers.1, min_max)];
            let names_of = |names: fn(&StageMetadata) -> &[String]| -> BTreeSet<&str> {
                let sides = sides.iter().zip(&lanes);
                let used = sides.flat_map(|((metadata, _), lane)| {
                    lane.iter().filter_map(|row| names(metadata).get(row.group as usize))
                });
                used.map(String::as_str).collect()
            };
            let clocks = names_of(|metadata| &metadata.group_clocks);
            let groups = names_of(|metadata| &metadata.groups);
            let lines = std::iter::once(Of::All)
                .chain(clocks.into_iter().filter(|clock| !clock.is_empty()).map(Of::Clock))
                .chain(groups.into_iter().map(Of::Group));
            for of in lines {
                let is_all = matches!(of, Of::All);
                let slacks = |side: usize| {
                    let slacks = slacks(sides[side].0, &lanes[side], &of);
                    Some(slacks).filter(|slacks| is_all || slacks.endpoints > 0)
                };
                let period = period(sides[1].0, &lanes[1], &of)
                    .or_else(|| period(sides[0].0, &lanes[0], &of));
                checks.push(Check {
                    scene: name.clone(),
                    min_max,
                    clock: if let Of::Clock(clock) = of { Some(clock.to_owned()) } else { None },
                    group: if let Of::Group(group) = of { Some(group.to_owned()) } else { None },
                    period,
                    slacks: Change { before: slacks(0), after: slacks(1) },
                });
            }
        }
    }
    checks
}

fn lane(rows: &[Endpoint], scene: u16, min_max: MinMax) -> Vec<Endpoint> {
    let of_lane = |row: &&Endpoint| row.scene == scene && row.min_max == min_max;
    rows.iter().filter(of_lane).copied().collect()
}

fn chosen(metadata: &StageMetadata, lane: &[Endpoint], of: &Of) -> Vec<Endpoint> {
    let (names, name) = match of {
        Of::All => return lane.to_vec(),
        Of::Clock(name) => (&metadata.group_clocks, name),
        Of::Group(name) => (&metadata.groups, name),
    };
    let is_chosen: Vec<bool> = names.iter().map(|known| known == name).collect();
    let has = |row: &&Endpoint| is_chosen.get(row.group as usize) == Some(&true);
    lane.iter().filter(has).copied().collect()
}

fn slacks(metadata: &StageMetadata, lane: &[Endpoint], of: &Of) -> Slacks {
    let rows = chosen(metadata, lane, of);
    let Some(first) = rows.first() else { return Slacks::default() };
    let worst = worst_of_each(&rows, first.scene, first.min_max);
    Slacks::of(worst.into_iter().map(|worst| worst.slack))
}

fn period(metadata: &StageMetadata, lane: &[Endpoint], of: &Of) -> Option<f32> {
    let rows = chosen(metadata, lane, of);
    let scene = rows.first()?.scene;
    let mut is_used = vec![false; metadata.groups.len()];
    for row in &rows {
        if let Some(used) = is_used.get_mut(row.group as usize) {
            *used = true;
        }
    }
    let used = || metadata.group_clocks.iter().zip(&is_used).filter(|(_, used)| **used);
    shortest_period(metadata, scene, |name| used().any(|(clock, _)| clock == name))
}

/// The shortest period of the clocks of a scene that count.
pub(super) fn shortest_period(
    metadata: &StageMetadata,
    scene: u16,
    counts: impl Fn(&str) -> bool,
) -> Option<f32> {
    let clocks = metadata.clocks.iter().filter(|clock| clock.scenes.contains(&scene));
    let periods = clocks.filter(|clock| counts(&clock.name)).map(|clock| clock.period);
    periods.filter(|period| *period > 0.0).min_by(f32::total_cmp)
}
