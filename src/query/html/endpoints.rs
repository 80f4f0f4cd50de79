// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The endpoints of several stages side by side, for one scene and check.

use std::collections::HashMap;

use crate::model::{Endpoint, MinMax, ObjectTable};

use super::bins::is_time;

/// An endpoint of one stage.
#[derive(Clone, Copy)]
pub(super) struct Slack {
    /// Worst over the path groups, seconds.
    pub slack: f32,
    /// The group that has it.
    pub group: u32,
    /// The row of the endpoint table that says so.
    pub row: u32,
}

/// An endpoint, and what each stage says of it.
pub(super) struct Row {
    pub name: String,
    /// One entry a stage; `None` where the stage does not have the endpoint.
    pub slacks: Vec<Option<Slack>>,
}

/// The endpoints of one check of one stage, by vertex row.
pub(super) fn of_stage(endpoints: &[Endpoint], scene: u16, min_max: MinMax) -> HashMap<u32, Slack> {
    let mut found: HashMap<u32, Slack> = HashMap::new();
    let is_asked = |end: &Endpoint| (end.scene, end.min_max) == (scene, min_max);
    for (row, end) in (0..).zip(endpoints).filter(|(_, end)| is_asked(end)) {
        let this = Slack { slack: end.slack, group: end.group, row };
        let worst = found.entry(end.vertex).or_insert(this);
        if this.slack < worst.slack {
            *worst = this;
        }
    }
    found
}

/// The `most` worst endpoints, judged by their worst slack over all stages, and how many there are.
pub(super) fn worst<'a>(
    stages: impl ExactSizeIterator<Item = Option<(&'a ObjectTable, &'a HashMap<u32, Slack>)>>,
    most: usize,
) -> (Vec<Row>, usize) {
    let stage_count = stages.len();
    let mut rows: HashMap<(&[u8], bool), Vec<Option<Slack>>> = HashMap::new();
    for (stage, ends) in stages.enumerate() {
        for (objects, (vertex, slack)) in
            ends.into_iter().flat_map(|(objects, ends)| ends.iter().map(move |end| (objects, end)))
        {
            let is_driver = objects.driver.get(*vertex as usize) == Some(&1);
            let name = (objects.name(*vertex), is_driver);
            let slacks = rows.entry(name).or_insert_with(|| vec![None; stage_count]);
            if let Some(slot) = slacks.get_mut(stage) {
                *slot = Some(*slack);
            }
        }
    }
    let total = rows.len();
    let mut rows: Vec<_> = rows.into_iter().map(|(name, row)| (least(&row), name, row)).collect();
    let order = |a: &(f32, (&[u8], bool), _), b: &(f32, (&[u8], bool), _)| {
        a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1))
    };
    if most < rows.len() {
        rows.select_nth_unstable_by(most, order);
        rows.truncate(most);
    }
    rows.sort_unstable_by(order);
    let named = rows.into_iter().map(|(_, (name, driver), slacks)| {
        let name = String::from_utf8_lossy(name);
        let name = if driver { format!("{name} (driver)") } else { name.into_owned() };
        Row { name, slacks }
    });
    (named.collect(), total)
}

/// The worst slack over the stages; what is no time comes last.
fn least(slacks: &[Option<Slack>]) -> f32 {
    let times = slacks.iter().flatten().map(|slack| slack.slack).filter(|slack| is_time(*slack));
    times.fold(f32::INFINITY, f32::min)
}
