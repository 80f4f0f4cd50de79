// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Values of columns that changed. Columns of one checksum over the same rows are not decoded.

use std::ops::Range;

use rayon::prelude::*;

use super::{DiffOptions, Scenes};
use crate::delta::RowMap;
use crate::error::Result;
use crate::model::{ObjectTable, StreamKey, Width};
use crate::store::{Stage, StagePair};

/// Rows that one thread compares at a time.
const ROWS: usize = 1 << 16;

/// A column that both stages have.
#[derive(Clone, Debug)]
pub struct ColumnChange {
    /// What it holds; the scene is its number in the later stage.
    pub key: StreamKey,
    /// Name of the scene.
    pub scene: String,
    /// Rows that both stages have.
    pub rows: u64,
    /// Rows whose values differ: not the same bits, and by more than the units in the last place and the
    /// seconds of the options.
    pub changed: u64,
    /// The first of these in the order of the later stage.
    pub first: Option<ValueChange>,
    /// The one that differs by the most seconds, the first of several.
    pub worst: Option<ValueChange>,
}

/// A value that changed.
#[derive(Clone, Debug)]
pub struct ValueChange {
    /// Name of the pin, or `from -> to (kind)` of an arc.
    pub object: String,
    /// The value, by its bits as a float.
    pub before: f32,
    /// The same in the later stage.
    pub after: f32,
    /// Floats between the two, and one; 2^32 - 1 if one is no number.
    pub ulps: u32,
}

pub(super) fn compare(
    pair: &StagePair,
    scenes: &Scenes,
    options: &DiffOptions,
) -> Result<Vec<ColumnChange>> {
    let keys: Vec<(StreamKey, StreamKey)> = common(pair, scenes).collect();
    if keys.iter().any(|(old, new)| !is_same(pair, *old, *new)) {
        decode(pair)?;
    }
    let compare_one = |(old, new): &(StreamKey, StreamKey)| {
        let position = scenes.of_later(new.scene).unwrap_or_default();
        let scene = scenes.names.get(position).cloned().unwrap_or_default();
        let counts = pair.counts();
        let rows = if new.kind.is_arc_column() { counts.arcs } else { counts.vertices };
        let change = if is_same(pair, *old, *new) {
            Compared::default()
        } else {
            compared(pair, *old, *new, options)?
        };
        let told = |at: Option<At>| at.map(|at| tell(pair, *new, at)).transpose();
        let (first, worst) = (told(change.first)?, told(change.worst)?);
        Ok(ColumnChange { key: *new, scene, rows, changed: change.changed, first, worst })
    };
    keys.par_iter().with_max_len(1).map(compare_one).collect()
}

/// What one stage is decoded from the other has is decoded once.
fn decode(pair: &StagePair) -> Result<()> {
    let is_on_other =
        |stage: &Stage, other: &Stage| stage.metadata().depth > other.metadata().depth;
    if is_on_other(&pair.to, &pair.from) {
        pair.to.load_columns()?;
        pair.from.load_columns()
    } else {
        pair.from.load_columns()?;
        pair.to.load_columns()
    }
}

/// The keys of columns of both stages in the common scenes, in the order of the later one.
fn common<'a>(
    pair: &'a StagePair,
    scenes: &'a Scenes,
) -> impl Iterator<Item = (StreamKey, StreamKey)> + 'a {
    pair.to.timing_stage().delta_changes.columns().filter_map(|stream| {
        let position = scenes.of_later(stream.key.scene)?;
        let old = StreamKey { scene: scenes.numbers.get(position)?.0, ..stream.key };
        pair.from.array(old).map(|_| (old, stream.key))
    })
}

/// The same rows and the same values.
fn is_same(pair: &StagePair, old: StreamKey, new: StreamKey) -> bool {
    let rows = rows_of(pair, new);
    *rows == RowMap::Identity
        && pair.from.array(old).map(|stream| stream.checksum)
            == pair.to.array(new).map(|stream| stream.checksum)
}

fn rows_of(pair: &StagePair, key: StreamKey) -> &RowMap {
    if key.kind.is_arc_column() { pair.arcs() } else { pair.vertices() }
}

/// A row of the later stage and what it has in both.
#[derive(Clone, Copy, Debug, PartialEq)]
struct At {
    row: usize,
    before: u32,
    after: u32,
    ulps: u32,
    /// By how much; what is no number is far from every other value.
    seconds: f64,
}

#[derive(Default)]
struct Compared {
    changed: u64,
    first: Option<At>,
    worst: Option<At>,
}

impl Compared {
    fn add(&mut self, at: At) {
        self.changed += 1;
        self.first = self.first.or(Some(at));
        if self.worst.is_none_or(|worst| at.seconds > worst.seconds) {
            self.worst = Some(at);
        }
    }

    /// Of rows, and of rows behind them.
    fn then(mut self, other: Self) -> Self {
        self.changed += other.changed;
        self.first = self.first.or(other.first);
        if other.worst.is_some_and(|o| self.worst.is_none_or(|worst| o.seconds > worst.seconds)) {
            self.worst = other.worst;
        }
        self
    }
}

fn compared(
    pair: &StagePair,
    old: StreamKey,
    new: StreamKey,
    options: &DiffOptions,
) -> Result<Compared> {
    let is_changed = |before: u32, after: u32| is_changed(before, after, options);
    let map = rows_of(pair, new);
    if new.kind.width() == Width::Byte {
        let all = |stage: &Stage, key| {
            let count = stage.array(key).map_or(0, |stream| stream.count);
            let bytes = stage.read_bytes(key, 0..count)?;
            Ok(bytes.into_iter().map(|mark| f32::from(mark).to_bits()).collect::<Vec<u32>>())
        };
        let (before, after) = (all(&pair.from, old)?, all(&pair.to, new)?);
        return Ok(walk(&before, &after, map, is_changed));
    }
    let before = pair.from.whole_column(old)?.unwrap_or_default();
    let after = pair.to.whole_column(new)?.unwrap_or_default();
    Ok(walk(&before, &after, map, is_changed))
}

fn walk(
    before: &[u32],
    after: &[u32],
    map: &RowMap,
    is_changed: impl Fn(u32, u32) -> Option<(u32, f64)> + Sync,
) -> Compared {
    let piece = |rows: Range<usize>| {
        let mut compared = Compared::default();
        // Most pieces are the same where little changed.
        if *map == RowMap::Identity && before.get(rows.clone()) == after.get(rows.clone()) {
            return compared;
        }
        for row in rows {
            let old = map.get(row).and_then(|old| before.get(old as usize));
            if let (Some(before), Some(after)) = (old, after.get(row))
                && let Some((ulps, seconds)) = is_changed(*before, *after)
            {
                compared.add(At { row, before: *before, after: *after, ulps, seconds });
            }
        }
        compared
    };
    let pieces = after.len().div_ceil(ROWS);
    let rows = |piece: usize| piece * ROWS..((piece + 1) * ROWS).min(after.len());
    let pieces = (0..pieces).into_par_iter().map(|number| piece(rows(number)));
    pieces.reduce(Compared::default, Compared::then)
}

/// By how many units in the last place and seconds two values differ, if it is more than the options allow.
fn is_changed(before: u32, after: u32, options: &DiffOptions) -> Option<(u32, f64)> {
    if before == after {
        return None;
    }
    let ulps = ulps(before, after);
    let seconds = (f64::from(f32::from_bits(after)) - f64::from(f32::from_bits(before))).abs();
    let seconds = if seconds.is_nan() { f64::INFINITY } else { seconds };
    let is_within = seconds <= options.tolerance && options.tolerance > 0.0;
    (ulps > options.ulp && !is_within).then_some((ulps, seconds))
}

/// The floats from one to the other. The zeros are one apart; so far as every number is NaN.
fn ulps(a: u32, b: u32) -> u32 {
    if a == b {
        return 0;
    }
    if f32::from_bits(a).is_nan() || f32::from_bits(b).is_nan() {
        return u32::MAX;
    }
    let ordered = |bits: u32| {
        let magnitude = i64::from(bits & 0x7fff_ffff);
        if bits >> 31 == 1 { -magnitude } else { magnitude }
    };
    // Infinities of both signs are 2^32 - 2^25 apart.
    u32::try_from(ordered(a).abs_diff(ordered(b))).unwrap_or(u32::MAX).max(1)
}

fn tell(pair: &StagePair, key: StreamKey, at: At) -> Result<ValueChange> {
    let objects = pair.to.objects()?;
    let row = at.row as u32;
    let object =
        if key.kind.is_arc_column() { arc_name(&objects, row) } else { objects.display_name(row) };
    let (before, after) = (f32::from_bits(at.before), f32::from_bits(at.after));
    Ok(ValueChange { object, before, after, ulps: at.ulps })
}

/// An arc as users read it.
pub(super) fn arc_name(objects: &ObjectTable, row: u32) -> String {
    let (from, to, kind) = objects.arc(row).unwrap_or_default();
    let (from, to) = (objects.display_name(from), objects.display_name(to));
    format!("{from} -> {to} ({})", objects.arc_kind_name(kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_in_the_last_place_count_floats() {
        let of = |a: f32, b: f32| ulps(a.to_bits(), b.to_bits());
        assert_eq!(of(1.0, 1.0), 0);
        assert_eq!(of(1.0, f32::from_bits(1.0f32.to_bits() + 3)), 3);
        assert_eq!(of(0.0, -0.0), 1);
        assert_eq!(of(f32::from_bits(1), -f32::from_bits(1)), 2);
        assert_eq!(of(f32::INFINITY, f32::NEG_INFINITY), 2 * 0x7f80_0000);
        assert_eq!(of(f32::NAN, 1.0), u32::MAX);
        assert_eq!(ulps(0x7fc0_0000, 0x7fc0_0000), 0, "the same NaN");
        assert_eq!(ulps(0x7fc0_0000, 0x7fc0_0001), u32::MAX, "another NaN");
    }

    #[test]
    fn first_and_worst_are_found_whatever_the_pieces() {
        let before: Vec<u32> = (0..200_000).collect();
        let mut after = before.clone();
        for (row, ulps) in [(70_000, 5), (70_001, 9), (150_000, 9), (199_999, 1)] {
            after[row] += ulps;
        }
        let options = DiffOptions { ulp: 1, ..DiffOptions::default() };
        let map = RowMap::Identity;
        let compared = walk(&before, &after, &map, |a, b| is_changed(a, b, &options));
        assert_eq!(compared.changed, 3);
        assert_eq!(compared.first.map(|at| at.row), Some(70_000));
        assert_eq!(compared.worst.map(|at| (at.row, at.ulps)), Some((70_001, 9)));
        // Row 0 is new, and the others have moved by one.
        let map = RowMap::Rows([u32::MAX].into_iter().chain(0..199_999).collect());
        let shifted: Vec<u32> = [7].into_iter().chain(0..199_999).collect();
        let compared = walk(&before, &shifted, &map, |a, b| is_changed(a, b, &options));
        assert_eq!(compared.changed, 0);
    }

    #[test]
    fn a_tolerance_forgives_and_nan_does_not_pass() {
        let options = DiffOptions { tolerance: 1e-12, ..DiffOptions::default() };
        let is = |a: f32, b: f32| is_changed(a.to_bits(), b.to_bits(), &options).is_some();
        assert!(!is(1e-10, 1.005e-10) && is(1e-10, 1.02e-10) && is(1e-10, f32::NAN));
        let exact = DiffOptions::default();
        assert!(is_changed(0.0f32.to_bits(), (-0.0f32).to_bits(), &exact).is_some());
    }
}
