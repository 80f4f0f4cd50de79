// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Values that are stored in place of the engine's: on the grid of their column, within the tolerance,
//! and of those the ones that are likely to cost least.

use super::arithmetic::INFINITE;
use super::graph::{Graph, Times};
use super::grid::Grid;
use crate::model::{MinMax, StreamKind};

/// How far the stored values of a column may be from the engine's, and the grid they lie on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Tolerance {
    seconds: f64,
    grid: Grid,
}

impl Tolerance {
    pub fn new(kind: StreamKind, seconds: f64) -> Self {
        Self { seconds, grid: Grid::new(kind, seconds) }
    }

    /// Every value stands for itself only.
    pub fn is_exact(self) -> bool {
        self.grid == Grid::Exact
    }

    /// The value of the grid that is nearest to `value`: at most half a step away, which the tolerance
    /// allows. What is beyond the grid stays as it is.
    pub fn nearest(self, value: u32) -> u32 {
        self.grid.value(self.grid.integer(value))
    }

    /// The value of the grid that is nearest to `wanted`, if it will do for `value`.
    pub fn near(self, value: u32, wanted: u32) -> Option<u32> {
        Some(self.nearest(wanted)).filter(|wanted| self.allows(value, *wanted))
    }

    /// Whether `stored` will do for `value`. NaN, infinities and the engine's infinity stand for themselves.
    pub fn allows(self, value: u32, stored: u32) -> bool {
        value == stored || (!self.is_exact() && distance(value, stored) <= self.seconds)
    }

    /// Of the value of the grid that is nearest to `value` and its neighbor on the side of `wanted`, the
    /// one that is nearer to `wanted`, if it will do.
    fn toward(self, value: u32, wanted: f32) -> u32 {
        let nearest = self.grid.integer(value);
        let wanted = self.grid.integer(wanted.to_bits());
        let toward = self.grid.value(wanted.clamp(nearest - 1, nearest + 1));
        if self.allows(value, toward) { toward } else { self.grid.value(nearest) }
    }
}

/// NaN where either is NaN.
fn distance(a: u32, b: u32) -> f64 {
    (f64::from(f32::from_bits(a)) - f64::from(f32::from_bits(b))).abs()
}

/// The delays of one scene and min/max, chosen so that the sums of stored delays stay near the engine's
/// times: their errors do not add up along a path, and the times need hardly any bits of their own.
pub(crate) struct Delays<'a> {
    tolerance: Tolerance,
    min_max: MinMax,
    /// Whether a first choice stays as long as it will do for the time, too.
    is_still: bool,
    /// The engine's.
    values: &'a [u32],
    /// What is stored, so far.
    stored: Vec<u32>,
    /// By arc: whether a time depends on the choice that was made.
    is_settled: Vec<bool>,
}

impl<'a> Delays<'a> {
    /// Without regard to times. `wanted` gives values that would cost little, best first; where most of
    /// the best ones are those of the base, all is still.
    pub fn new(
        tolerance: Tolerance,
        min_max: MinMax,
        is_still: bool,
        values: &'a [u32],
        wanted: impl Fn(u32) -> [Option<u32>; 2],
    ) -> Self {
        let stored = choose(tolerance, values, wanted);
        let is_settled = vec![false; values.len()];
        Self { tolerance, min_max, is_still, values, stored, is_settled }
    }

    /// Choose again where one of the engine's times, given by transition, is the sum of another and the
    /// delay. If the stored time at the other end is within the tolerance, one of the two delays nearest
    /// to the engine's keeps this one within it, too: their errors have both signs.
    pub fn settle(&mut self, graph: &Graph, times: Times, times_of: [&[u32]; 2]) {
        let engine = |node: u32| {
            let (vertex, transition) = graph.vertex(node);
            f32::from_bits(times_of[transition][vertex])
        };
        let sign = if times == Times::Arrivals { 1.0 } else { -1.0 };
        let latest = (times == Times::Arrivals) == (self.min_max == MinMax::Max);
        // Slacks are differences of two times, so that half of the tolerance is for each.
        let room = if self.is_still { 1.0 } else { 0.5 } * self.tolerance.seconds;
        let mut reached = vec![0f32; times_of[0].len() * 2];
        graph.fans(times, |node, fan| {
            let time = engine(node);
            // Any delay leads from no path to no path.
            let is_there = time.abs() < f32::from_bits(INFINITE);
            for (other, arc) in fan.iter().filter(|_| is_there) {
                let (arc, start) = (*arc as usize, reached[*other as usize]);
                let delay = f32::from_bits(self.values[arc]);
                if self.is_settled[arc] || engine(*other) + sign * delay != time {
                    continue;
                }
                self.is_settled[arc] = true;
                let through = start + sign * f32::from_bits(self.stored[arc]);
                if distance(time.to_bits(), through.to_bits()) > room {
                    let wanted = sign * (time - start);
                    self.stored[arc] = self.tolerance.toward(self.values[arc], wanted);
                }
            }
            let through = fan.iter().map(|(other, arc)| {
                reached[*other as usize] + sign * f32::from_bits(self.stored[*arc as usize])
            });
            let worst = if latest { through.reduce(f32::max) } else { through.reduce(f32::min) };
            let near = worst.and_then(|worst| self.tolerance.near(time.to_bits(), worst.to_bits()));
            reached[node as usize] =
                f32::from_bits(near.unwrap_or_else(|| self.tolerance.nearest(time.to_bits())));
        });
    }

    pub fn into_stored(self) -> Vec<u32> {
        self.stored
    }
}

/// For every value the first of those wanted that will do, or the nearest of the grid.
pub(crate) fn choose(
    tolerance: Tolerance,
    values: &[u32],
    wanted: impl Fn(u32) -> [Option<u32>; 2],
) -> Vec<u32> {
    let choose = |(row, value): (u32, &u32)| {
        let near = |wanted| tolerance.near(*value, wanted);
        let mut wanted = wanted(row).into_iter().flatten();
        wanted.find_map(near).unwrap_or_else(|| tolerance.nearest(*value))
    };
    (0..).zip(values).map(choose).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ObjectTable;

    const SECONDS: f64 = 1e-14;

    #[test]
    fn what_is_no_number_on_the_grid_stands_for_itself() {
        let tolerance = Tolerance::new(StreamKind::Arrival, SECONDS);
        let nan = f32::NAN.to_bits();
        let specials = [nan, nan | 1, f32::INFINITY.to_bits(), INFINITE, INFINITE | 1 << 31];
        for value in specials {
            assert_eq!(tolerance.nearest(value), value);
            for other in specials.into_iter().chain([0, 1, INFINITE - 1]) {
                assert_eq!(tolerance.allows(value, other), value == other);
                assert_eq!(tolerance.near(value, other), (value == other).then_some(value));
            }
        }
        assert!(tolerance.allows(1e-14f32.to_bits(), 0x8000_0000));
        assert!(!tolerance.allows(1.1e-14f32.to_bits(), 0));
        let exact = Tolerance::new(StreamKind::Arrival, 0.0);
        assert!(exact.is_exact() && !exact.allows(0, 0x8000_0000));
    }

    #[test]
    fn the_first_value_that_will_do_is_taken() {
        let tolerance = Tolerance::new(StreamKind::Delay, SECONDS);
        let bits = |x: f64| (x as f32).to_bits();
        let values = [bits(3.0003e-11)];
        let on_grid = |x| tolerance.nearest(bits(x));
        let (near, far) = (bits(3.0009e-11), bits(3.1e-11));
        let chosen = choose(tolerance, &values, |_| [Some(far), Some(near)]);
        assert_eq!(chosen, [on_grid(3.0009e-11)]);
        assert_ne!(chosen, [on_grid(3.0003e-11)]);
        assert_eq!(choose(tolerance, &values, |_| [Some(far), None]), [on_grid(3.0003e-11)]);
    }

    /// A chain of arcs, all rising.
    fn chain(arcs: u32) -> ObjectTable {
        let mut table = ObjectTable::new();
        let cell = table.add_cell("X");
        let kind = table.add_arc_kind("combinational ^ -> ^");
        for vertex in 0..=arcs {
            let name = vertex.to_string();
            let end = name.len() as u32;
            table.add_vertices(name.as_bytes(), &[end], &[0], &[cell]).unwrap();
        }
        for edge in 0..arcs {
            table.add_edges(&[edge], &[edge + 1]).unwrap();
            table.add_arcs(&[edge], &[kind]).unwrap();
        }
        table
    }

    #[test]
    fn sums_of_stored_delays_do_not_drift() {
        let arcs = 3000;
        let graph = Graph::new(&chain(arcs));
        let delays: Vec<f32> = (0..arcs).map(|arc| 1e-13 * (3 + arc % 7) as f32).collect();
        let mut arrivals = vec![0f32];
        for delay in &delays {
            arrivals.push(arrivals.last().unwrap() + delay);
        }
        let bits = |values: &[f32]| values.iter().map(|v| v.to_bits()).collect::<Vec<u32>>();
        let (delays, arrivals) = (bits(&delays), bits(&arrivals));
        let sums = |delays: &[u32]| {
            let mut worst = 0f64;
            graph.walk(Times::Arrivals, MinMax::Max, delays, |node, sum| {
                let sum = sum.unwrap_or(0);
                if node % 2 == 0 {
                    worst = worst.max(distance(sum, arrivals[node as usize / 2]));
                }
                sum
            });
            worst
        };
        let tolerance = Tolerance::new(StreamKind::Delay, SECONDS);
        let none = vec![INFINITE; arrivals.len()];
        let new = || Delays::new(tolerance, MinMax::Max, false, &delays, |_| [None; 2]);
        assert!(sums(&new().into_stored()) > 10.0 * SECONDS);
        let mut settled = new();
        settled.settle(&graph, Times::Arrivals, [&arrivals, &none]);
        let stored = settled.into_stored();
        assert!(sums(&stored) <= SECONDS);
        assert!(
            delays.iter().zip(&stored).all(|(value, stored)| tolerance.allows(*value, *stored))
        );
    }
}
