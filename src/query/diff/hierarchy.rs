// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Endpoints summed up by the part of the hierarchy that they are in.

use hashbrown::HashMap;
use rayon::prelude::*;

use super::checks::Slacks;
use super::endpoints::{Joined, Worst, fails};
use super::objects::instance;
use super::{BOTH, Change, DiffOptions, Scenes};
use crate::delta::RowMap;
use crate::error::Result;
use crate::model::{MinMax, ObjectTable, StreamKey, StreamKind};
use crate::store::StagePair;

/// Endpoints by the first levels of the names of their instances.
#[derive(Clone, Debug)]
pub struct Hierarchy {
    /// Levels, at most.
    pub depth: usize,
    /// Setup first; then the worst slack of the later stage first.
    pub branches: Vec<Branch>,
}

/// The endpoints below one instance, for setup or hold. An endpoint counts once, with the worst of its
/// scenes.
#[derive(Clone, Debug)]
pub struct Branch {
    /// Name of the instance; empty for the top.
    pub instance: String,
    /// Hold or setup.
    pub min_max: MinMax,
    /// Slacks in both stages.
    pub slacks: Change<Slacks>,
    /// Endpoints of both stages whose slack is another one.
    pub moved: u64,
    /// Those of them that fail in the later stage only.
    pub newly_failing: u64,
    /// Those of them that fail in the earlier stage only.
    pub fixed: u64,
    /// Pins of both stages below the instance of which a slack is another one; `None` where columns were
    /// not compared.
    pub moved_pins: Option<u64>,
}

/// An endpoint with the worst of its scenes.
#[derive(Clone, Copy, Default)]
struct OverScenes {
    before: Option<Worst>,
    after: Option<Worst>,
}

pub(super) fn sum_up(
    pair: &StagePair,
    scenes: &Scenes,
    joined: &[Joined],
    options: &DiffOptions,
) -> Result<Hierarchy> {
    let mut branches = Vec::new();
    for min_max in BOTH {
        let of = of_one(pair, scenes, joined, min_max, options)?;
        branches.extend(of);
    }
    Ok(Hierarchy { depth: options.depth, branches })
}

fn of_one(
    pair: &StagePair,
    scenes: &Scenes,
    joined: &[Joined],
    min_max: MinMax,
    options: &DiffOptions,
) -> Result<Vec<Branch>> {
    let (old, new) = (pair.from.objects()?, pair.to.objects()?);
    let prefix_of = |table: &'_ ObjectTable, row: u32| {
        let name = table.name(row);
        prefix(instance(name), options.depth, options.divider).to_vec()
    };
    let mut below: HashMap<Vec<u8>, Vec<OverScenes>> = HashMap::new();
    for endpoint in over_scenes(joined, min_max) {
        let name = match (endpoint.after, endpoint.before) {
            (Some(after), _) => prefix_of(&new, after.vertex),
            (None, Some(before)) => prefix_of(&old, before.vertex),
            (None, None) => Vec::new(),
        };
        below.entry(name).or_default().push(endpoint);
    }
    let pins = match options.columns {
        true => Some(moved_pins(pair, scenes, min_max, options, &new)?),
        false => None,
    };
    let mut branches: Vec<Branch> = below
        .into_iter()
        .map(|(name, endpoints)| {
            let moved_pins = pins.as_ref().map(|pins| pins.get(&name).copied().unwrap_or(0));
            branch(&name, min_max, &endpoints, moved_pins, options.tolerance)
        })
        .collect();
    branches.sort_by(|a, b| {
        let worst = |branch: &Branch| branch.slacks.after.and_then(|slacks| slacks.worst);
        let slack = |branch: &Branch| worst(branch).unwrap_or(f32::INFINITY);
        slack(a).total_cmp(&slack(b)).then_with(|| a.instance.cmp(&b.instance))
    });
    Ok(branches)
}

/// Endpoints of all scenes as one list, in the order of their first rows.
fn over_scenes(joined: &[Joined], min_max: MinMax) -> Vec<OverScenes> {
    let mut place: HashMap<(Option<u32>, u32), usize> = HashMap::new();
    let mut endpoints: Vec<OverScenes> = Vec::new();
    let worse = |known: Option<Worst>, other: Option<Worst>| match (known, other) {
        (Some(known), Some(other)) if other.slack < known.slack => Some(other),
        (known, other) => known.or(other),
    };
    for of in joined.iter().filter(|of| of.min_max == min_max) {
        // An endpoint of the earlier stage may lack in one scene of the later one, and be there in another.
        let key = match (of.after, of.before) {
            (Some(after), _) => (Some(after.vertex), 0),
            (None, before) => (None, before.map_or(0, |before| before.vertex)),
        };
        let at = *place.entry(key).or_insert(endpoints.len());
        match endpoints.get_mut(at) {
            Some(known) => {
                known.before = worse(known.before, of.before);
                known.after = worse(known.after, of.after);
            }
            None => endpoints.push(OverScenes { before: of.before, after: of.after }),
        }
    }
    endpoints
}

fn branch(
    name: &[u8],
    min_max: MinMax,
    endpoints: &[OverScenes],
    moved_pins: Option<u64>,
    tolerance: f64,
) -> Branch {
    let slacks = |side: fn(&OverScenes) -> Option<Worst>| {
        let slacks = Slacks::of(endpoints.iter().filter_map(side).map(|worst| worst.slack));
        Some(slacks).filter(|slacks| slacks.endpoints > 0)
    };
    let mut branch = Branch {
        instance: String::from_utf8_lossy(name).into_owned(),
        min_max,
        slacks: Change { before: slacks(|of| of.before), after: slacks(|of| of.after) },
        moved: 0,
        newly_failing: 0,
        fixed: 0,
        moved_pins,
    };
    for endpoint in endpoints {
        let (Some(before), Some(after)) = (endpoint.before, endpoint.after) else { continue };
        let (before, after) = (before.slack, after.slack);
        if (f64::from(after) - f64::from(before)).abs() > tolerance {
            branch.moved += 1;
            branch.newly_failing += u64::from(fails(after) && !fails(before));
            branch.fixed += u64::from(fails(before) && !fails(after));
        }
    }
    branch
}

/// Pins whose slack moved, by prefix.
fn moved_pins(
    pair: &StagePair,
    scenes: &Scenes,
    min_max: MinMax,
    options: &DiffOptions,
    new: &ObjectTable,
) -> Result<HashMap<Vec<u8>, u64>> {
    let mut is_moved = vec![false; new.vertex_count()];
    let streams = pair.to.timing_stage().delta_changes.columns().map(|stream| stream.key);
    let is_slack =
        |key: &StreamKey| key.kind == StreamKind::Slack && key.min_max == min_max && key.plane == 0;
    for key in streams.filter(is_slack) {
        let Some((old_scene, _)) =
            scenes.of_later(key.scene).and_then(|position| scenes.numbers.get(position))
        else {
            continue;
        };
        let old = StreamKey { scene: *old_scene, ..key };
        let columns = (pair.from.whole_column(old)?, pair.to.whole_column(key)?);
        let (Some(before), Some(after)) = columns else { continue };
        mark_moved(&mut is_moved, &before, &after, pair.vertices(), options.tolerance);
    }
    let count = |rows: std::ops::Range<usize>| {
        let mut counts: HashMap<Vec<u8>, u64> = HashMap::new();
        // Pins of one instance, and instances of one branch, mostly stand side by side.
        let mut last: (&[u8], u64) = (&[], 0);
        for row in rows.filter(|row| is_moved.get(*row) == Some(&true)) {
            let name = instance(new.name(row as u32));
            let name = prefix(name, options.depth, options.divider);
            if name != last.0 {
                *counts.entry(last.0.to_vec()).or_default() += last.1;
                last = (name, 0);
            }
            last.1 += 1;
        }
        *counts.entry(last.0.to_vec()).or_default() += last.1;
        counts
    };
    const ROWS: usize = 1 << 16;
    let pieces = (0..is_moved.len().div_ceil(ROWS)).into_par_iter();
    Ok(pieces.map(|piece| count(piece * ROWS..((piece + 1) * ROWS).min(is_moved.len()))).reduce(
        HashMap::new,
        |mut all, other| {
            for (name, count) in other {
                *all.entry(name).or_default() += count;
            }
            all
        },
    ))
}

fn mark_moved(is_moved: &mut [bool], before: &[u32], after: &[u32], map: &RowMap, tolerance: f64) {
    is_moved.par_iter_mut().zip(after).enumerate().for_each(|(row, (is_moved, after))| {
        let old = map.get(row).and_then(|old| before.get(old as usize));
        if let Some(before) = old.filter(|before| *before != after) {
            let seconds = f64::from(f32::from_bits(*after)) - f64::from(f32::from_bits(*before));
            *is_moved |= seconds.abs() > tolerance;
        }
    });
}

/// The first `depth` levels of the hierarchy above an instance. A divider behind a backslash is none.
fn prefix(instance: &[u8], depth: usize, divider: char) -> &[u8] {
    let mut divider_bytes = [0; 4];
    let divider = divider.encode_utf8(&mut divider_bytes).as_bytes();
    let mut levels = 0;
    let mut end = 0;
    let mut at = 0;
    while at < instance.len() {
        if instance[at] == b'\\' {
            at += 2;
        } else if instance[at..].starts_with(divider) {
            levels += 1;
            end = at;
            if levels == depth {
                break;
            }
            at += divider.len();
        } else {
            at += 1;
        }
    }
    &instance[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_what_is_above_the_instance() {
        let of = |name: &'static str, depth| {
            std::str::from_utf8(prefix(name.as_bytes(), depth, '/')).unwrap()
        };
        assert_eq!(of("u1", 1), "");
        assert_eq!(of("core/u1", 1), "core");
        assert_eq!(of("core/alu/u1", 1), "core");
        assert_eq!(of("core/alu/u1", 2), "core/alu");
        assert_eq!(of("core/alu/u1", 9), "core/alu");
        assert_eq!(of("a\\/b/u1", 9), "a\\/b", "an escaped divider");
        assert_eq!(of("a\\", 9), "");
        assert_eq!(prefix(b"core.alu.u1", 1, '.'), b"core");
    }
}
