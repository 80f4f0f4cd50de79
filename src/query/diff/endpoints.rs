// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Endpoints of both stages, joined by pin.

use std::cmp::Ordering;
use std::sync::Arc;

use super::checks::shortest_period;
use super::moved::MovedPath;
use super::{BOTH, Change, DiffOptions, Scenes};
use crate::error::Result;
use crate::model::{Endpoint, MinMax, ObjectTable, StageMetadata};
use crate::store::{Stage, StagePair};

/// The worst slack of an endpoint in a stage, over its path groups.
#[derive(Clone, Copy, Debug)]
pub(super) struct Worst {
    pub vertex: u32,
    pub group: u32,
    pub slack: f32,
}

/// An endpoint of one scene and min/max in the stages that have it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Joined {
    pub scene: usize,
    pub min_max: MinMax,
    pub before: Option<Worst>,
    pub after: Option<Worst>,
}

/// An endpoint whose slack is told.
#[derive(Clone, Debug)]
pub struct EndpointChange {
    /// Name of its pin.
    pub pin: String,
    /// Scene.
    pub scene: String,
    /// Hold or setup.
    pub min_max: MinMax,
    /// Path group of the worst slack, in the later stage if that has the endpoint.
    pub group: String,
    /// Clock that captures it there; empty where none does.
    pub clock: String,
    /// Worst slack, seconds; `None` where the stage lacks the endpoint.
    pub slack: Change<f32>,
    /// Period of the clock, or the shortest of the scene where none captures it, seconds.
    pub period: Option<f32>,
    /// Which arcs moved on its path; of worsened endpoints, if asked for.
    pub moved: Option<MovedPath>,
    pub(super) at: Joined,
}

/// How many endpoints changed, in one scene and min/max.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EndpointCounts {
    /// In both stages, and failing in the later one only.
    pub newly_failing: u64,
    /// In both stages, and failing in the earlier one only.
    pub fixed: u64,
    /// In both stages, with less slack.
    pub worsened: u64,
    /// In both stages, with more slack.
    pub improved: u64,
    /// In both stages, with the same slack.
    pub unchanged: u64,
    /// Of the later stage only.
    pub added: u64,
    /// Failing ones of these.
    pub added_failing: u64,
    /// Of the earlier stage only.
    pub removed: u64,
    /// Failing ones of these.
    pub removed_failing: u64,
}

/// What became of the endpoints. The lists have the first [`DiffOptions::endpoints`] ones.
#[derive(Clone, Debug)]
pub struct Endpoints {
    /// Counts by scene and min/max, setup first.
    pub counts: Vec<(String, MinMax, EndpointCounts)>,
    /// Failing in the later stage only; the worst slack first.
    pub newly_failing: Vec<EndpointChange>,
    /// Failing in the earlier stage only; the worst slack of that first.
    pub fixed: Vec<EndpointChange>,
    /// Those that lost most slack first.
    pub worsened: Vec<EndpointChange>,
    /// Those that gained most slack first.
    pub improved: Vec<EndpointChange>,
    /// Of the later stage only; the worst slack first.
    pub added: Vec<EndpointChange>,
    /// Of the earlier stage only; the worst slack first.
    pub removed: Vec<EndpointChange>,
}

impl Joined {
    fn slacks(&self) -> Option<(f32, f32)> {
        Some((self.before?.slack, self.after?.slack))
    }

    /// Slack gained, where both stages have the endpoint and it moved by more than the tolerance.
    pub fn moved(&self, tolerance: f64) -> Option<f64> {
        let (before, after) = self.slacks()?;
        let delta = f64::from(after) - f64::from(before);
        (delta.abs() > tolerance).then_some(delta)
    }
}

/// The endpoints of the common scenes. Of one that both stages have, the pin is the same.
pub(super) fn join(
    pair: &StagePair,
    scenes: &Scenes,
    [before, after]: &[Vec<Endpoint>; 2],
) -> Vec<Joined> {
    let mut joined = Vec::with_capacity(after.len());
    for (scene, (old, new)) in scenes.numbers.iter().enumerate() {
        for min_max in BOTH {
            let (old, new) = rayon::join(
                || worst_of_each(before, *old, min_max),
                || worst_of_each(after, *new, min_max),
            );
            let mut is_met = vec![false; old.len()];
            for after in new {
                let place = pair.vertex(after.vertex).and_then(|vertex| {
                    old.binary_search_by_key(&vertex, |worst| worst.vertex).ok()
                });
                let before = place.and_then(|place| {
                    is_met[place] = true;
                    old.get(place).copied()
                });
                joined.push(Joined { scene, min_max, before, after: Some(after) });
            }
            let removed = old.into_iter().zip(is_met).filter(|(_, is_met)| !is_met);
            joined.extend(removed.map(|(before, _)| Joined {
                scene,
                min_max,
                before: Some(before),
                after: None,
            }));
        }
    }
    joined
}

/// The endpoint tables of both stages.
pub(super) fn rows(pair: &StagePair) -> Result<[Vec<Endpoint>; 2]> {
    let all = |stage: &Stage| stage.endpoints(0..u64::from(stage.metadata().endpoints));
    let (before, after) = rayon::join(|| all(&pair.from), || all(&pair.to));
    Ok([before?, after?])
}

/// By vertex row; of equal slacks the first row counts.
pub(super) fn worst_of_each(rows: &[Endpoint], scene: u16, min_max: MinMax) -> Vec<Worst> {
    let of_lane = rows.iter().filter(|row| row.scene == scene && row.min_max == min_max);
    let mut all: Vec<Worst> = of_lane
        .map(|row| Worst { vertex: row.vertex, group: row.group, slack: row.slack })
        .collect();
    all.sort_by(|a, b| a.vertex.cmp(&b.vertex).then(a.slack.total_cmp(&b.slack)));
    all.dedup_by_key(|worst| worst.vertex);
    all
}

pub(super) fn endpoints(
    pair: &StagePair,
    scenes: &Scenes,
    joined: &[Joined],
    options: &DiffOptions,
) -> Result<Endpoints> {
    let mut counts = vec![EndpointCounts::default(); scenes.names.len() * BOTH.len()];
    for of in joined {
        let lane = of.scene * BOTH.len() + usize::from(of.min_max == MinMax::Min);
        count(&mut counts[lane], of, options.tolerance);
    }
    let lanes = scenes.names.iter().flat_map(|scene| BOTH.map(|min_max| (scene.clone(), min_max)));
    let counts = lanes.zip(counts).map(|((scene, min_max), counts)| (scene, min_max, counts));
    let teller =
        Teller { pair, scenes, options, old: pair.from.objects()?, new: pair.to.objects()? };
    let moved = |of: &Joined| of.moved(options.tolerance);
    let before = |of: &Joined| of.before.map(|worst| f64::from(worst.slack));
    let after = |of: &Joined| of.after.map(|worst| f64::from(worst.slack));
    let crosses = |of: &Joined| moved(of).and(of.slacks());
    Ok(Endpoints {
        counts: counts.collect(),
        newly_failing: teller.first(joined, |of| match crosses(of) {
            Some((old, new)) if fails(new) && !fails(old) => after(of),
            _ => None,
        }),
        fixed: teller.first(joined, |of| match crosses(of) {
            Some((old, new)) if fails(old) && !fails(new) => before(of),
            _ => None,
        }),
        worsened: teller.first(joined, |of| moved(of).filter(|delta| *delta < 0.0)),
        improved: teller.first(joined, |of| moved(of).filter(|delta| *delta > 0.0).map(|d| -d)),
        added: teller.first(joined, |of| after(of).filter(|_| of.before.is_none())),
        removed: teller.first(joined, |of| before(of).filter(|_| of.after.is_none())),
    })
}

pub(super) fn fails(slack: f32) -> bool {
    slack < 0.0
}

fn count(counts: &mut EndpointCounts, of: &Joined, tolerance: f64) {
    match (of.before, of.after) {
        (Some(before), Some(after)) => {
            match of.moved(tolerance) {
                Some(delta) if delta < 0.0 => counts.worsened += 1,
                Some(_) => counts.improved += 1,
                None => {
                    counts.unchanged += 1;
                    return;
                }
            }
            counts.newly_failing += u64::from(fails(after.slack) && !fails(before.slack));
            counts.fixed += u64::from(fails(before.slack) && !fails(after.slack));
        }
        (None, Some(after)) => {
            counts.added += 1;
            counts.added_failing += u64::from(fails(after.slack));
        }
        (Some(before), None) => {
            counts.removed += 1;
            counts.removed_failing += u64::from(fails(before.slack));
        }
        (None, None) => {}
    }
}

/// Tells endpoints by their names.
struct Teller<'a> {
    pair: &'a StagePair,
    scenes: &'a Scenes,
    options: &'a DiffOptions,
    old: Arc<ObjectTable>,
    new: Arc<ObjectTable>,
}

impl Teller<'_> {
    /// Those that have a rank, the lowest first; then by scene, setup before hold, and name.
    fn first(
        &self,
        joined: &[Joined],
        rank: impl Fn(&Joined) -> Option<f64>,
    ) -> Vec<EndpointChange> {
        let ranked = joined.iter().filter_map(|of| Some((rank(of)?, of)));
        let mut ranked: Vec<(f64, &Joined)> = ranked.collect();
        let order = |a: &(f64, &Joined), b: &(f64, &Joined)| {
            a.0.total_cmp(&b.0).then_with(|| self.by_place(a.1, b.1))
        };
        let count = self.options.endpoints;
        if count < ranked.len() {
            ranked.select_nth_unstable_by(count, order);
            ranked.truncate(count);
        }
        ranked.sort_unstable_by(order);
        ranked.into_iter().map(|(_, of)| self.tell(of)).collect()
    }

    fn by_place(&self, a: &Joined, b: &Joined) -> Ordering {
        let setup_first = b.min_max.cmp(&a.min_max);
        a.scene.cmp(&b.scene).then(setup_first).then_with(|| self.name(a).cmp(self.name(b)))
    }

    fn name(&self, of: &Joined) -> &[u8] {
        match (of.after, of.before) {
            (Some(after), _) => self.new.name(after.vertex),
            (None, Some(before)) => self.old.name(before.vertex),
            (None, None) => &[],
        }
    }

    fn tell(&self, of: &Joined) -> EndpointChange {
        let (stage, objects, worst) = match (of.after, of.before) {
            (None, Some(before)) => (&self.pair.from, &self.old, Some(before)),
            (after, _) => (&self.pair.to, &self.new, after),
        };
        let metadata = stage.metadata();
        let name = |names: &[String]| {
            worst.and_then(|worst| names.get(worst.group as usize)).cloned().unwrap_or_default()
        };
        let scene = self.scenes.names.get(of.scene).cloned().unwrap_or_default();
        let clock = name(&metadata.group_clocks);
        EndpointChange {
            pin: worst.map_or_else(String::new, |worst| objects.display_name(worst.vertex)),
            min_max: of.min_max,
            group: name(&metadata.groups),
            slack: Change {
                before: of.before.map(|worst| worst.slack),
                after: of.after.map(|worst| worst.slack),
            },
            period: period(metadata, &clock, &scene),
            clock,
            scene,
            moved: None,
            at: *of,
        }
    }
}

/// Period of a clock of a scene, or where there is no such clock the shortest one.
fn period(metadata: &StageMetadata, clock: &str, scene: &str) -> Option<f32> {
    let scene = metadata.scenes.iter().position(|known| known == scene)? as u16;
    let own = metadata.clock(clock, scene).map(|clock| clock.period);
    own.or_else(|| shortest_period(metadata, scene, |_| true))
}
