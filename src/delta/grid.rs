// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Floats as integers, in which residuals are taken: `docs/format.md`, "Grids".
//!
//! Without a tolerance every bit pattern has an integer of its own. With one, values are multiples of a
//! *step* of few binary digits, as far as all its multiples are exact as floats: so are sums and
//! differences of such values. What is beyond keeps its bits.

use super::arithmetic::{ordered, unordered};
use crate::codec::{unzigzag, zigzag};
use crate::model::StreamKind;

/// The integer of zero; as bits of a float, the sign.
const CENTER: u32 = 1 << 31;
/// A step is 4, 5, 6 or 7 units, and a unit is a power of two.
const STEP_BITS: i32 = 2;
/// Exponent of the least tolerance with a grid. Values on finer ones would be near the least normal float.
const LEAST_TOLERANCE: i32 = -98;
/// Multiples of a unit that are exact as floats.
const EXACT: f64 = (1 << 24) as f64;
/// The greatest tolerance, in seconds. The engine's infinity stays far beyond its grid.
pub(crate) const MAX_TOLERANCE: f64 = 1.0;

/// A monotone map of floats to integers, and back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Grid {
    /// Every bit pattern by its place in the order of values.
    Exact,
    /// Multiples of a step.
    Steps(Steps),
}

/// A grid of multiples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Steps {
    step: f64,
    /// Steps from zero to the outermost value, and the bits of this value.
    reach: u32,
    limit: u32,
}

impl Grid {
    /// The grid of the columns of a kind in a stage with a tolerance, of 0 to [`MAX_TOLERANCE`].
    ///
    /// Slews are as coarse as the tolerance allows. A delay has two values to choose from, so that sums
    /// of delays can be kept from drifting away from the times that they predict.
    pub fn new(kind: StreamKind, tolerance: f64) -> Self {
        if exponent(tolerance) < LEAST_TOLERANCE || kind.is_given() {
            return Self::Exact;
        }
        let most = if kind == StreamKind::Slew { 2.0 * tolerance } else { tolerance };
        let unit = 2f64.powi(exponent(most) - STEP_BITS);
        let units = (most / unit).floor();
        // Factors of two in the step cost a float no digits.
        let digits = units / f64::from(1 << (units as u32).trailing_zeros());
        let reach = (EXACT / digits).floor();
        let limit = (reach * units * unit) as f32;
        Self::Steps(Steps { step: units * unit, reach: reach as u32, limit: limit.to_bits() })
    }

    /// The integer of the value, or of the one of the grid that is nearest to it.
    #[inline]
    pub fn integer(self, bits: u32) -> u32 {
        let Self::Steps(Steps { step, reach, limit }) = self else { return ordered(bits) };
        let magnitude = bits & !CENTER;
        let distance = if magnitude <= limit {
            (f64::from(f32::from_bits(magnitude)) / step).round_ties_even() as u32
        } else {
            reach + (magnitude - limit)
        };
        if bits == magnitude { CENTER + distance } else { CENTER - distance }
    }

    /// The bits of the value with an integer.
    #[inline]
    pub fn value(self, integer: u32) -> u32 {
        let Self::Steps(Steps { step, reach, limit }) = self else { return unordered(integer) };
        let distance = integer.abs_diff(CENTER);
        let magnitude = if distance <= reach {
            ((f64::from(distance) * step) as f32).to_bits()
        } else {
            // An integer of no float, which only a damaged file has, becomes a NaN.
            limit.saturating_add(distance - reach).min(!CENTER)
        };
        if integer < CENTER { magnitude | CENTER } else { magnitude }
    }

    /// Residual of a value against a predicted one. A small change is a small residual whatever the sign.
    #[inline]
    pub fn residual(self, value: u32, prediction: u32) -> u32 {
        zigzag(self.integer(value).wrapping_sub(self.integer(prediction)))
    }

    /// The inverse of [`Grid::residual`] for values of the grid and beyond it.
    #[inline]
    pub fn predicted(self, residual: u32, prediction: u32) -> u32 {
        self.value(self.integer(prediction).wrapping_add(unzigzag(residual)))
    }
}

/// Exponent of the greatest power of two that is at most `value`, which is not negative.
fn exponent(value: f64) -> i32 {
    (value.to_bits() >> 52) as i32 - 1023
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::delta::arithmetic::INFINITE;

    const TOLERANCES: [f64; 11] = [
        0.0,
        1e-40,
        f64::MIN_POSITIVE,
        2e-30,
        3e-30,
        3.5e-30,
        1e-15,
        1e-14,
        3e-13,
        1e-9,
        MAX_TOLERANCE,
    ];
    const HOSTILE: [u32; 12] = [
        0,
        0x8000_0000,
        0x7f80_0000,
        0xff80_0000,
        0x7fc0_0000,
        0xffc1_2345,
        0x7f80_0001,
        0xffff_ffff,
        1,
        0x8000_0001,
        0x3f80_0000,
        INFINITE,
    ];

    fn grids() -> impl Iterator<Item = (f64, Grid)> {
        let grid = |tolerance| {
            [StreamKind::Slew, StreamKind::Delay]
                .map(|kind| (tolerance, Grid::new(kind, tolerance)))
        };
        TOLERANCES.into_iter().flat_map(grid)
    }

    #[test]
    fn no_tolerance_keeps_every_bit() {
        for tolerance in [0.0, f64::from_bits(1), f64::MIN_POSITIVE, 1e-40] {
            assert_eq!(Grid::new(StreamKind::Delay, tolerance), Grid::Exact);
        }
        for value in HOSTILE {
            for prediction in HOSTILE {
                let residual = Grid::Exact.residual(value, prediction);
                assert_eq!(Grid::Exact.predicted(residual, prediction), value);
            }
        }
    }

    #[test]
    fn a_step_of_one_ulp_is_a_small_residual_on_both_sides_of_zero() {
        let (one, minus_one) = (1.0f32.to_bits(), (-1.0f32).to_bits());
        assert_eq!(Grid::Exact.residual(one + 1, one), 2);
        assert_eq!(Grid::Exact.residual(minus_one + 1, minus_one), 1);
        assert_eq!(Grid::Exact.residual((-0.0f32).to_bits(), 0), 1);
        assert_eq!(Grid::Exact.residual(one, one), 0);
    }

    #[test]
    fn steps_use_the_tolerance_and_reach_far() {
        let Grid::Steps(slews) = Grid::new(StreamKind::Slew, 1e-14) else { panic!() };
        assert_eq!(slews.step, 5.0 * 2f64.powi(-48));
        assert!(f32::from_bits(slews.limit) > 5e-8);
        let Grid::Steps(times) = Grid::new(StreamKind::Arrival, 1e-15) else { panic!() };
        assert_eq!((times.step, times.reach), (2f64.powi(-50), 1 << 24));
        for (_, grid) in grids() {
            assert_eq!(grid.value(grid.integer(INFINITE)), INFINITE);
        }
    }

    #[test]
    fn all_multiples_are_exact_up_to_the_limit() {
        for (_, grid) in grids() {
            let Grid::Steps(Steps { step, reach, limit }) = grid else { continue };
            for distance in [1, 2, 3, reach / 2, reach - 1, reach] {
                let value = grid.value(CENTER + distance);
                assert_eq!(f64::from(f32::from_bits(value)), f64::from(distance) * step);
                assert_eq!(grid.integer(value), CENTER + distance);
            }
            assert_eq!(grid.value(CENTER + reach), limit);
            assert_eq!(grid.value(CENTER + reach + 1), limit + 1);
            assert_eq!(grid.value(CENTER - reach - 1), (limit + 1) | CENTER);
        }
    }

    #[test]
    fn every_integer_has_a_value() {
        for (_, grid) in grids() {
            for integer in [0, 1, CENTER - 1, CENTER, CENTER + 1, u32::MAX - 1, u32::MAX] {
                grid.value(integer);
            }
        }
    }

    proptest! {
        #[test]
        fn residuals_are_a_bijection_on_the_grid(bits in any::<u32>(), prediction in any::<u32>()) {
            for (tolerance, grid) in grids() {
                let value = grid.value(grid.integer(bits));
                let residual = grid.residual(value, prediction);
                prop_assert_eq!(grid.predicted(residual, prediction), value);
                let (given, stored) = (f32::from_bits(bits), f32::from_bits(value));
                let distance = (f64::from(given) - f64::from(stored)).abs();
                prop_assert!(value == bits || distance <= tolerance, "{given} {stored}");
            }
        }

        #[test]
        fn integers_rise_with_values(a in any::<f32>(), b in any::<f32>()) {
            for (_, grid) in grids() {
                let (a, b) = (a.min(b), a.max(b));
                prop_assert!(grid.integer(a.to_bits()) <= grid.integer(b.to_bits()));
            }
        }
    }
}
