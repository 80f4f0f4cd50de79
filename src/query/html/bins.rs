// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Bins of slack histograms.

use serde::Serialize;

/// Bins that the bulk of the slacks should take.
const AIM: f64 = 80.0;
/// The share of slacks on each side that may be outside of the bulk.
const TAIL: f64 = 0.01;
/// Bins drawn on each side of the bulk. What is beyond is counted in an open bin.
const TAIL_BINS: i64 = 40;

/// Bins of one width for the slacks of several stages. Zero is an edge: bin `number` holds the slacks from
/// `number * width` up to, not including, the next edge, so the negative bins hold the violations.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Bins {
    /// Seconds: 1, 2 or 5 times a power of ten.
    width: f64,
    /// Number of the first bin.
    first: i64,
    /// Bins that are counted one by one.
    count: usize,
}

/// The slacks of one stage.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(super) struct Counts {
    /// Below the first bin.
    below: u64,
    bins: Vec<u64>,
    /// Above the last bin.
    above: u64,
    /// No number of seconds: unconstrained.
    none: u64,
}

/// Whether a value is a time: not NaN, and none of the infinities, IEEE's or the engine's.
pub(super) fn is_time(value: f32) -> bool {
    value.abs() < f32::from_bits(crate::delta::INFINITE)
}

impl Bins {
    /// Bins for all of `slacks`.
    pub fn new(slacks: impl Iterator<Item = f32>) -> Self {
        let mut times: Vec<f32> = slacks.filter(|slack| is_time(*slack)).collect();
        times.sort_unstable_by(f32::total_cmp);
        let Some((least, greatest)) = times.first().zip(times.last()) else {
            return Self { width: 1e-12, first: 0, count: 0 };
        };
        let tail = (times.len() as f64 * TAIL) as usize;
        let low = times.get(tail).copied().map_or(0.0, f64::from).min(0.0);
        let high = times.get(times.len() - 1 - tail).copied().map_or(0.0, f64::from).max(0.0);
        let mut bins = Self { width: round_up((high - low) / AIM), first: 0, count: 0 };
        let first = bins.number(*least).max(bins.number(low as f32) - TAIL_BINS);
        let last = bins.number(*greatest).min(bins.number(high as f32) + TAIL_BINS);
        bins.first = first;
        bins.count = (last - first + 1).max(1) as usize;
        bins
    }

    /// Every one of `slacks` is counted once.
    pub fn counts(&self, slacks: impl Iterator<Item = f32>) -> Counts {
        let mut counts = Counts { bins: vec![0; self.count], ..Counts::default() };
        for slack in slacks {
            let position = self.number(slack).saturating_sub(self.first);
            let slot = match usize::try_from(position) {
                _ if !is_time(slack) => &mut counts.none,
                Err(_) => &mut counts.below,
                Ok(position) => counts.bins.get_mut(position).unwrap_or(&mut counts.above),
            };
            *slot += 1;
        }
        counts
    }

    /// The bin of a slack; the nearest number there is for one far away.
    fn number(&self, slack: f32) -> i64 {
        let slack = f64::from(slack);
        let number = (slack / self.width).floor();
        // The quotient is rounded; the edges decide.
        let number = if slack < number * self.width { number - 1.0 } else { number };
        (if slack >= (number + 1.0) * self.width { number + 1.0 } else { number }) as i64
    }
}

/// The next of 1, 2 and 5 times a power of ten.
fn round_up(width: f64) -> f64 {
    if width <= 1e-18 {
        return 1e-12;
    }
    let exponent = width.log10().floor() as i32;
    let candidates = [1, 2, 5, 10].into_iter();
    // Read from decimals: 5 times 1e-12 is not 5e-12.
    let mut candidates = candidates.filter_map(|digit| format!("{digit}e{exponent}").parse().ok());
    candidates.find(|candidate| *candidate >= width).unwrap_or(1e-12)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn total(counts: &Counts) -> u64 {
        counts.below + counts.bins.iter().sum::<u64>() + counts.above + counts.none
    }

    #[test]
    fn zero_is_an_edge_and_nothing_is_lost() {
        let mut slacks: Vec<f32> =
            (0..5000).map(|n| ((n * 7919 % 5000) as f32 - 800.0) * 1.3e-13).collect();
        slacks.extend([0.0, -0.0, f32::from_bits(1), -f32::from_bits(1), -9e-9, 8e-8]);
        slacks.extend([f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e30, -1e30, -f32::NAN]);
        slacks.extend([9e29, -9e29]);
        let bins = Bins::new(slacks.iter().copied());
        let counts = bins.counts(slacks.iter().copied());
        assert_eq!(total(&counts), slacks.len() as u64);
        assert_eq!(counts.none, 6);
        assert_eq!((counts.below, counts.above), (2, 2));
        assert!(bins.first < 0 && bins.first + bins.count as i64 > 0, "{bins:?}");
        for (position, count) in counts.bins.iter().enumerate() {
            let edge = |number: i64| number as f64 * bins.width;
            let number = bins.first + position as i64;
            let expected = slacks.iter().filter(|slack| {
                let slack = f64::from(**slack);
                edge(number) <= slack && slack < edge(number + 1)
            });
            assert_eq!(*count, expected.count() as u64, "bin {number}");
        }
        let violating: u64 = counts.bins.iter().take(-bins.first as usize).sum();
        let expected = slacks.iter().filter(|slack| is_time(**slack) && **slack < 0.0).count();
        assert_eq!(violating + counts.below, expected as u64);
    }

    #[test]
    fn edges_are_decimal_and_slacks_on_them_go_up() {
        for width in [1e-12, 2e-12, 5e-13] {
            let bins = Bins { width, first: -50, count: 100 };
            for number in -50..50 {
                let slack = (f64::from(number) * width) as f32;
                let found = bins.number(slack);
                let slack = f64::from(slack);
                assert!(found as f64 * width <= slack && slack < (found + 1) as f64 * width);
            }
        }
        assert_eq!(round_up(3.1e-12), 5e-12);
        assert_eq!(round_up(1e-11), 1e-11);
        assert_eq!(round_up(5.000001e-10), 1e-9);
    }

    #[test]
    fn few_slacks_or_none_have_bins_too() {
        let none = Bins::new([f32::NAN, 1e30].into_iter());
        assert_eq!(none.counts([1e30, f32::NAN].into_iter()).none, 2);
        assert_eq!(none.count, 0);
        for slack in [0.0, 1e-10, -1e-10, -3.4e-8] {
            let bins = Bins::new([slack].into_iter());
            let counts = bins.counts([slack].into_iter());
            assert_eq!((counts.bins.iter().sum::<u64>(), counts.none), (1, 0), "{bins:?}");
            assert!(bins.count < 200, "{bins:?}");
        }
    }
}
