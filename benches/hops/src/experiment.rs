// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The experiment that the product is measured against: per block of 65,536 values the smallest of
//! {temporal, min from max, change of min from change of max, graph} x {byte-shuffle + Zstandard -3,
//! pco, changed mask + packed + Zstandard}. It only counts bytes; nothing could be decoded from them.

use ckp::{MinMax, StreamKey, StreamKind, Transition};

use crate::Outcome;
use crate::raw::{RawStage, shuffle};
use crate::rows::Rows;

const BLOCK: usize = 65_536;
/// The engine's infinity stands where it has no path; nothing is predicted from it.
const NO_PATH: f32 = 1e29;

/// Bytes that the experiment needs for a stage.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Names and topology by Zstandard -19; nothing when they are the base's.
    pub head: u64,
    pub values: u64,
}

impl Size {
    pub fn of(stage: &RawStage, base: Option<(&RawStage, &Rows)>) -> Outcome<Self> {
        let is_new = base.is_none_or(|(base, _)| base.head != stage.head);
        let head = if is_new { zstd::bulk::compress(&stage.head, 19)?.len() } else { 0 };
        Ok(Self { head: head as u64, values: values(stage, base)? })
    }

    pub fn total(self) -> u64 {
        self.head + self.values
    }
}

fn values(stage: &RawStage, base: Option<(&RawStage, &Rows)>) -> Outcome<u64> {
    let mut bytes = 0;
    let mut coder = zstd::bulk::Compressor::new(3)?;
    for column in &stage.columns {
        let values: Vec<u32> = column.values.iter().copied().map(ordered).collect();
        let predictions = predictions(stage, base, column.key, values.len());
        for start in (0..values.len()).step_by(BLOCK) {
            let range = start..values.len().min(start + BLOCK);
            let mut smallest = u64::MAX;
            for prediction in &predictions {
                let pairs = values[range.clone()].iter().zip(&prediction[range.clone()]);
                let residuals: Vec<u32> =
                    pairs.map(|(new, old)| zigzag(new.wrapping_sub(*old))).collect();
                smallest = smallest.min(block(&mut coder, &residuals)?);
            }
            bytes += smallest;
        }
    }
    Ok(bytes)
}

/// Bytes of one block by the best of the three codings.
fn block(coder: &mut zstd::bulk::Compressor, residuals: &[u32]) -> Outcome<u64> {
    let changed: Vec<u32> = residuals.iter().copied().filter(|residual| *residual != 0).collect();
    if changed.is_empty() {
        return Ok(0);
    }
    let mask = residuals.chunks(8).map(|rows| {
        let bits = rows.iter().zip(0..).map(|(residual, bit)| u8::from(*residual != 0) << bit);
        bits.fold(0, |byte, bit| byte | bit)
    });
    let packed: Vec<u8> = mask.chain(shuffle(&changed)).collect();
    let numeric = pco::standalone::simple_compress(residuals, &pco::ChunkConfig::default())?;
    let dense = coder.compress(&shuffle(residuals))?;
    let packed = coder.compress(&packed)?;
    Ok(dense.len().min(packed.len()).min(numeric.len()) as u64)
}

/// All predictions of a column, as ordered integers.
fn predictions(
    stage: &RawStage,
    base: Option<(&RawStage, &Rows)>,
    key: StreamKey,
    count: usize,
) -> Vec<Vec<u32>> {
    let temporal = |key| match base.and_then(|(base, rows)| Some((base.column(key)?, rows))) {
        Some((known, rows)) => {
            let rows = rows.gather(key.kind.is_arc_column(), known).into_iter();
            rows.map(|bits| bits.map_or(0, ordered)).collect()
        }
        None => vec![0; count],
    };
    let old: Vec<u32> = temporal(key);
    let mut predictions = Vec::new();
    if let Some(graph) = graph(stage, key) {
        let pairs = graph.into_iter().zip(&old);
        predictions.push(pairs.map(|(bits, old)| bits.map_or(*old, ordered)).collect());
    }
    let max_key = StreamKey { min_max: MinMax::Max, ..key };
    if let (MinMax::Min, Some(max)) = (key.min_max, stage.column(max_key)) {
        let max: Vec<u32> = max.iter().copied().map(ordered).collect();
        if base.is_some() {
            let change = old.iter().zip(&max).zip(temporal(max_key));
            let predict = |((old, max), old_max): ((&u32, &u32), u32)| match *old {
                // A row that the base lacks has no change.
                0 => *max,
                old => old.wrapping_add(max.wrapping_sub(old_max)),
            };
            predictions.push(change.map(predict).collect());
        }
        predictions.push(max);
    }
    predictions.push(old);
    predictions
}

/// Arrival from the fan-in, required from the fan-out, slack from both; none where there is nothing to
/// predict from.
fn graph(stage: &RawStage, key: StreamKey) -> Option<Vec<Option<u32>>> {
    let of = |kind| stage.column(StreamKey { kind, ..key });
    let is_max = key.min_max == MinMax::Max;
    match key.kind {
        StreamKind::Slack => {
            let pairs = of(StreamKind::Required)?.iter().zip(of(StreamKind::Arrival)?);
            let slack = pairs.map(|(required, arrival)| {
                let (required, arrival) = (f32::from_bits(*required), f32::from_bits(*arrival));
                let slack = if is_max { required - arrival } else { arrival - required };
                Some(slack.to_bits())
            });
            Some(slack.collect())
        }
        StreamKind::Arrival => propagate(stage, key, is_max),
        StreamKind::Required => propagate(stage, key, !is_max),
        _ => None,
    }
}

/// The extreme over the arcs at each vertex: its fan-in for arrivals, its fan-out for required times.
fn propagate(stage: &RawStage, key: StreamKey, is_largest: bool) -> Option<Vec<Option<u32>>> {
    let is_forward = key.kind == StreamKind::Arrival;
    let of = |transition| stage.column(StreamKey { transition, ..key });
    let columns = [of(Transition::Rise)?, of(Transition::Fall)?];
    let kind = StreamKind::Delay;
    let delays = stage.column(StreamKey { kind, transition: Transition::None, ..key })?;
    let mut best: Vec<Option<f32>> = vec![None; columns[0].len()];
    for (arc, delay) in (0u32..).zip(delays) {
        let (from, to, kind) = stage.objects.arc(arc)?;
        let Some((from_edge, to_edge)) = transitions(stage.objects.arc_kind_name(kind)) else {
            continue;
        };
        let ((source, source_edge), (target, target_edge)) = if is_forward {
            ((from, from_edge), (to, to_edge))
        } else {
            ((to, to_edge), (from, from_edge))
        };
        let value = f32::from_bits(columns[source_edge as usize][source as usize]);
        if target_edge != key.transition || value.abs() > NO_PATH {
            continue;
        }
        let delay = f32::from_bits(*delay);
        let value = if is_forward { value + delay } else { value - delay };
        let slot = &mut best[target as usize];
        let is_better =
            slot.is_none_or(|best| if is_largest { value > best } else { value < best });
        if is_better {
            *slot = Some(value);
        }
    }
    Some(best.into_iter().map(|value| value.map(f32::to_bits)).collect())
}

/// Transitions of an arc kind such as `wire ^ -> v`; none for timing checks, which no arrival passes.
pub fn transitions(kind: &str) -> Option<(Transition, Transition)> {
    const CHECKS: [&str; 7] = ["setup", "hold", "recovery", "removal", "width", "period", "skew"];
    let (role, edges) = kind.split_at_checked(kind.len().checked_sub(6)?)?;
    let role = role.trim_end().to_ascii_lowercase();
    if CHECKS.iter().any(|check| role.contains(check)) {
        return None;
    }
    let edge = |text: &str| match text {
        "^" => Some(Transition::Rise),
        "v" => Some(Transition::Fall),
        _ => None,
    };
    let (from, to) = edges.split_once(" -> ")?;
    Some((edge(from)?, edge(to)?))
}

/// An integer that rises with the value of the float.
pub fn ordered(bits: u32) -> u32 {
    if bits >> 31 == 1 { !bits } else { bits | 0x8000_0000 }
}

/// Small integers for small differences of either sign.
pub fn zigzag(difference: u32) -> u32 {
    (difference << 1) ^ ((difference as i32 >> 31) as u32)
}
