// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! What is known of path ends, less what points and columns tell: `docs/format.md`, "Paths".

use super::arithmetic::{bits, finite};
use super::kinds::{Kind, Role};
use super::paths::{PathColumns, PathWords};
use crate::error::{Result, corrupt};
use crate::model::{MinMax, PATH_FIELDS, PathEnd, PathField as F, PathFlag, PathPoint, Transition};

/// The words of a path end.
pub(crate) type EndWords = [u32; PATH_FIELDS];

/// The columns that a path and that of its capturing clock are told by.
pub(crate) struct EndColumns<'a> {
    pub data: PathColumns<'a>,
    pub clock: PathColumns<'a>,
}

/// A path with all that is known of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct WholePath {
    pub end: PathEnd,
    pub data: Vec<PathPoint>,
    pub clock: Vec<PathPoint>,
}

/// Vertex and transition where the path ends.
pub(crate) fn data_end(end: &PathEnd, vertex: u32) -> (u32, Transition) {
    (vertex, transition(end.is(PathFlag::EndFalls)))
}

/// The analysis that the path of the capturing clock is one of.
pub(crate) fn clock_min_max(end: &PathEnd) -> MinMax {
    if end.is(PathFlag::CaptureIsMax) { MinMax::Max } else { MinMax::Min }
}

fn transition(falls: bool) -> Transition {
    if falls { Transition::Fall } else { Transition::Rise }
}

fn clock_end(end: &PathEnd, vertex: u32) -> (u32, Transition) {
    (vertex, transition(end.is(PathFlag::CaptureEndFalls)))
}

impl EndColumns<'_> {
    /// Words and points as they are stored, of an end at `vertex` whose points are `data` and `clock`.
    /// `None` where these are no paths.
    pub fn encode(
        &self,
        words: &EndWords,
        vertex: u32,
        data: &[(Option<u32>, f32)],
        clock: &[(Option<u32>, f32)],
    ) -> Option<(EndWords, Vec<PathWords>)> {
        let end = PathEnd::new(*words)?;
        let at = data_end(&end, vertex);
        let mut points = self.data.encode(data, at)?;
        let clock_at = clock_end(&end, end.word(F::ClockVertex));
        points.extend(self.clock.encode(clock, clock_at)?);
        let mut stored = *words;
        stored[F::CheckArc as usize] = match end.check_arc() {
            None => 0,
            Some(arc) => {
                let number = self.checks(at).position(|(check, _)| check == arc)?;
                number as u32 + 1
            }
        };
        // What is told is told by the points as a reader will have them.
        let (data, clock) = points.split_at(data.len());
        let data = self.data.decode(data, at).ok()?;
        let clock = self.clock.decode(clock, clock_at).ok()?;
        let told = self.told(&end, &data, &clock);
        stored.iter_mut().zip(told).for_each(|(word, told)| *word ^= told);
        Some((stored, points))
    }

    /// The inverse.
    pub fn decode(
        &self,
        stored: &EndWords,
        vertex: u32,
        points: &[PathWords],
    ) -> Result<WholePath> {
        let kind = || corrupt("A path end is of a kind that does not exist.");
        let mut words = *stored;
        let end = PathEnd::new(words).ok_or_else(kind)?;
        let at = data_end(&end, vertex);
        let (data, clock) = points
            .split_at_checked(end.points().0 as usize)
            .ok_or_else(|| corrupt("A path has fewer points than it says."))?;
        let data = self.data.decode(data, at)?;
        if let Some(number) = end.check_arc() {
            let check = self.checks(at).nth(number as usize);
            let (arc, _) = check.ok_or_else(|| corrupt("A path end has a check that is none."))?;
            words[F::CheckArc as usize] = arc + 1;
        }
        let end = PathEnd::new(words).ok_or_else(kind)?;
        let clock_vertex = words[F::ClockVertex as usize] ^ self.clock_vertex(&end);
        let clock = self.clock.decode(clock, clock_end(&end, clock_vertex))?;
        // Each word is told by those before: the last ones need all.
        for field in
            [F::ClockVertex, F::Start, F::LaunchArrival, F::Margin, F::CaptureDelay, F::Required]
        {
            let end = PathEnd::new(words).ok_or_else(kind)?;
            words[field as usize] ^= self.told(&end, &data, &clock)[field as usize];
        }
        Ok(WholePath { end: PathEnd::new(words).ok_or_else(kind)?, data, clock })
    }

    /// What points and columns tell of an end; 0 for what they do not.
    fn told(&self, end: &PathEnd, data: &[PathPoint], clock: &[PathPoint]) -> EndWords {
        let mut told = [0; PATH_FIELDS];
        let mut tell = |field: F, word: u32| told[field as usize] = word;
        tell(F::ClockVertex, self.clock_vertex(end));
        tell(F::Start, self.start(data));
        if end.is(PathFlag::StartsAtClock) && end.is(PathFlag::LaunchIsPropagated) {
            let pin = (end.word(F::Start) as usize).checked_sub(1).and_then(|pin| data.get(pin));
            tell(F::LaunchArrival, pin.map_or(0, |pin| pin.arrival.to_bits()));
        }
        if let Some(arc) = end.check_arc() {
            tell(F::Margin, self.data.delays.get(arc as usize).copied().unwrap_or(0));
        }
        if let Some(pin) = clock.last().filter(|_| end.is(PathFlag::CaptureIsPropagated)) {
            tell(F::CaptureDelay, sum(&[pin.arrival, -end.time(F::CaptureEdge)]));
        }
        let is_max = self.data.min_max == MinMax::Max;
        let margin = if is_max { -end.time(F::Margin) } else { end.time(F::Margin) };
        let times = [F::CaptureTime, F::CaptureDelay, F::Uncertainty].map(|field| end.time(field));
        let [time, delay, uncertainty] = times;
        tell(F::Required, sum(&[time, delay, uncertainty, margin, end.time(F::Crpr)]));
        told
    }

    /// The pin of the capturing clock at the check.
    fn clock_vertex(&self, end: &PathEnd) -> u32 {
        let arc = end.check_arc().and_then(|arc| self.data.table.arc(arc));
        arc.map_or(0, |(from, _, _)| from)
    }

    /// Number of the last point behind the clock pin of a register.
    fn start(&self, data: &[PathPoint]) -> u32 {
        let of_register = |point: &PathPoint| {
            let arc = point.arc.and_then(|arc| self.data.table.arc(arc));
            let name = arc.map_or("", |(_, _, kind)| self.data.table.arc_kind_name(kind));
            name.starts_with("Reg Clk to Q") || name.starts_with("Latch En to Q")
        };
        data.iter().rposition(of_register).unwrap_or(0) as u32
    }

    /// The arcs of checks of a transition of a vertex.
    fn checks(&self, (vertex, to): (u32, Transition)) -> impl Iterator<Item = (u32, Kind)> + '_ {
        let PathColumns { table, fan_in, .. } = self.data;
        let arcs = fan_in.edges_to(vertex).iter().flat_map(|edge| fan_in.arcs_of(table, *edge));
        arcs.filter(move |(_, kind)| kind.role == Role::Check && kind.to == to)
    }
}

/// The bits of a sum, added from the left in 32 bits.
fn sum(times: &[f32]) -> u32 {
    let times = times.iter().map(|time| finite(time.to_bits()).unwrap_or(0.0));
    bits(times.fold(0.0, |sum, time| sum + time))
}
