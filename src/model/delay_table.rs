// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The delay of one timing arc of a library cell over input slew and load.

use crate::error::{Result, invalid};

/// Points of one axis, at most.
const MOST_POINTS: usize = 256;

/// Delays of one timing arc of a library cell, interpolated between the points of two axes and
/// extrapolated beyond them, as engines do. It predicts; nothing that is stored depends on its being
/// right.
#[derive(Clone, Debug, PartialEq)]
pub struct DelayTable {
    slews: Vec<f32>,
    loads: Vec<f32>,
    delays: Vec<f32>,
}

impl DelayTable {
    /// From input slews in seconds, loads in farads, both rising, and the delay in seconds of each pair,
    /// those of the first slew first.
    ///
    /// # Errors
    /// `InvalidArgument` when an axis is empty or does not rise, a number is not finite, or the delays
    /// are not as many as the pairs. Subnormal numbers become zero.
    pub fn new(mut slews: Vec<f32>, mut loads: Vec<f32>, mut delays: Vec<f32>) -> Result<Self> {
        for value in slews.iter_mut().chain(&mut loads).chain(&mut delays) {
            // A host may have told its floating-point unit to take them so.
            if value.is_subnormal() {
                *value = 0.0;
            }
        }
        for axis in [&slews, &loads] {
            if axis.is_empty() || axis.len() > MOST_POINTS {
                return Err(invalid(format!("An axis has 1 to {MOST_POINTS} points.")));
            }
            if !axis.is_sorted_by(|a, b| a < b) {
                return Err(invalid("The points of an axis do not rise."));
            }
        }
        if delays.len() != slews.len() * loads.len() {
            return Err(invalid("A delay table has one delay for each pair of slew and load."));
        }
        if slews.iter().chain(&loads).chain(&delays).any(|value| !value.is_finite()) {
            return Err(invalid("A delay table has a number that is not finite."));
        }
        Ok(Self { slews, loads, delays })
    }

    /// Input slews, seconds.
    pub fn slews(&self) -> &[f32] {
        &self.slews
    }

    /// Loads, farads.
    pub fn loads(&self) -> &[f32] {
        &self.loads
    }

    /// Delays, seconds: `delays[slew * loads + load]`.
    pub fn delays(&self) -> &[f32] {
        &self.delays
    }

    /// The delay for an input slew and a load.
    pub(crate) fn delay(&self, slew: f64, load: f64) -> f64 {
        let row = self.row(slew);
        let first = segment(&self.loads, load);
        let delay = row.delay(first);
        let ends = self.loads.get(first).zip(self.loads.get(first + 1));
        let Some((this, next)) = ends.map(|(a, b)| (f64::from(*a), f64::from(*b))) else {
            return delay;
        };
        delay + (load - this) * ((row.delay(first + 1) - delay) / (next - this))
    }

    /// The load for which an input slew leads to a delay; `None` where delays do not rise with loads.
    pub(crate) fn load(&self, slew: f64, delay: f64) -> Option<f64> {
        let row = self.row(slew);
        let mut points = (0..).zip(&self.loads).map(|(at, load)| (f64::from(*load), row.delay(at)));
        let mut below = points.next()?;
        let mut above = points.next()?;
        // The first and the last piece go on beyond their ends.
        for next in points {
            if delay < above.1 {
                break;
            }
            (below, above) = (above, next);
        }
        let rise = above.1 - below.1;
        let load = below.0 + (delay - below.1) * ((above.0 - below.0) / rise);
        (rise > 0.0 && load.is_finite()).then_some(load)
    }

    /// Points of slews and of loads, from the first on, that it takes to find the load of a delay.
    pub(crate) fn points_for(&self, slew: f64, delay: f64) -> Option<[usize; 2]> {
        let load = self.load(slew, delay)?;
        Some([segment(&self.slews, slew) + 2, segment(&self.loads, load) + 2])
    }

    /// The table with so many points of slews and of loads.
    pub(crate) fn cropped(&self, [slews, loads]: [usize; 2]) -> Self {
        let slews = self.slews.get(..slews).unwrap_or(&self.slews);
        let loads = self.loads.get(..loads).unwrap_or(&self.loads);
        let rows = self.delays.chunks(self.loads.len()).take(slews.len());
        let delays = rows.flat_map(|row| &row[..loads.len()]).copied().collect();
        Self { slews: slews.to_vec(), loads: loads.to_vec(), delays }
    }

    #[inline]
    fn row(&self, slew: f64) -> Row<'_> {
        let first = segment(&self.slews, slew);
        let loads = self.loads.len();
        let (lower, upper) = self.delays[first * loads..].split_at(loads);
        match self.slews.get(first + 1) {
            None => Row { lower, upper: lower, share: 0.0 },
            Some(next) => {
                let (this, next) = (f64::from(self.slews[first]), f64::from(*next));
                Row { lower, upper: &upper[..loads], share: (slew - this) / (next - this) }
            }
        }
    }
}

/// Delays over loads, for one slew.
struct Row<'a> {
    /// Delays of the points below and above the slew.
    lower: &'a [f32],
    upper: &'a [f32],
    /// How far the slew is from the lower to the upper.
    share: f64,
}

impl Row<'_> {
    #[inline]
    fn delay(&self, load: usize) -> f64 {
        let (lower, upper) = (f64::from(self.lower[load]), f64::from(self.upper[load]));
        lower + (upper - lower) * self.share
    }
}

/// The point below a value, so that there is one above it if the axis has two; the ends go on beyond.
#[inline]
fn segment(axis: &[f32], value: f64) -> usize {
    let inner = axis.get(1..axis.len() - 1).unwrap_or_default();
    inner.iter().take_while(|point| value >= f64::from(**point)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> DelayTable {
        let delays = vec![1.0, 2.0, 6.0, 3.0, 6.0, 9.0];
        DelayTable::new(vec![10.0, 20.0], vec![1.0, 2.0, 4.0], delays).unwrap()
    }

    #[test]
    fn delays_are_interpolated_and_extrapolated() {
        let table = table();
        assert_eq!(table.delay(10.0, 1.0), 1.0);
        assert_eq!(table.delay(15.0, 2.0), 4.0);
        assert_eq!(table.delay(15.0, 3.0), 5.75);
        assert_eq!(table.delay(30.0, 1.0), 5.0, "beyond the last slew");
        assert_eq!(table.delay(10.0, 0.0), 0.0, "before the first load");
        assert_eq!(table.delay(10.0, 6.0), 10.0, "beyond the last load");
    }

    #[test]
    fn loads_are_those_of_the_delays() {
        let table = table();
        for slew in [9.0, 10.0, 13.0, 20.0, 22.0] {
            for load in [0.5, 1.0, 1.7, 2.0, 3.0, 4.0, 7.0] {
                let found = table.load(slew, table.delay(slew, load)).unwrap();
                assert!((found - load).abs() < 1e-12, "{slew} {load} {found}");
            }
        }
    }

    #[test]
    fn a_cropped_table_has_the_first_points() {
        let table = table();
        assert_eq!(table.points_for(10.0, 1.5), Some([2, 2]));
        assert_eq!(table.points_for(10.0, 3.0), Some([2, 3]));
        let cropped = table.cropped([1, 2]);
        assert_eq!((cropped.slews(), cropped.loads()), (&[10.0][..], &[1.0, 2.0][..]));
        assert_eq!(cropped.delays(), [1.0, 2.0]);
        assert_eq!(table.cropped([2, 2]).delays(), [1.0, 2.0, 3.0, 6.0]);
        assert_eq!(table.cropped([9, 9]), table);
    }

    #[test]
    fn tables_without_an_axis_have_no_load() {
        let constant = DelayTable::new(vec![1.0], vec![1.0], vec![7.0]).unwrap();
        assert_eq!(constant.delay(3.0, 9.0), 7.0);
        assert_eq!(constant.load(3.0, 7.0), None);
        let flat = DelayTable::new(vec![1.0], vec![1.0, 2.0], vec![7.0, 7.0]).unwrap();
        assert_eq!(flat.load(3.0, 7.0), None);
        assert_eq!(flat.delay(3.0, 1.5), 7.0);
    }

    #[test]
    fn what_is_no_table_is_refused() {
        let new = |slews: &[f32], loads: &[f32], delays: &[f32]| {
            DelayTable::new(slews.to_vec(), loads.to_vec(), delays.to_vec())
        };
        assert!(new(&[], &[1.0], &[]).is_err());
        assert!(new(&[1.0, 1.0], &[1.0], &[1.0, 2.0]).is_err());
        assert!(new(&[1.0], &[2.0, 1.0], &[1.0, 2.0]).is_err());
        assert!(new(&[1.0], &[1.0, 2.0], &[1.0]).is_err());
        assert!(new(&[1.0], &[1.0], &[f32::NAN]).is_err());
        assert!(new(&[f32::NAN, 1.0], &[1.0], &[1.0, 1.0]).is_err());
        assert!(new(&[1.0], &[1.0, f32::INFINITY], &[1.0, 1.0]).is_err());
        assert!(new(&[1.0; 300], &[1.0], &[1.0; 300]).is_err());
    }
}
