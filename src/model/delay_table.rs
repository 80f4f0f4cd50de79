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
        Self::check_axes(slews.len(), loads.len())?;
        for value in slews.iter_mut().chain(&mut loads).chain(&mut delays) {
            // A host may have told its floating-point unit to take them so.
            if value.is_subnormal() {
                *value = 0.0;
            }
        }
        for axis in [&slews, &loads] {
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

    /// That a table can have so many points on its axes.
    pub(crate) fn check_axes(slews: usize, loads: usize) -> Result<()> {
        if [slews, loads].iter().all(|points| (1..=MOST_POINTS).contains(points)) {
            return Ok(());
        }
        Err(invalid(format!("An axis has 1 to {MOST_POINTS} points.")))
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

    /// The table with so many points of slews and of loads.
    pub(crate) fn cropped(&self, [slews, loads]: [usize; 2]) -> Self {
        let slews = self.slews.get(..slews).unwrap_or(&self.slews);
        let loads = self.loads.get(..loads).unwrap_or(&self.loads);
        let rows = self.delays.chunks(self.loads.len()).take(slews.len());
        let delays = rows.flat_map(|row| &row[..loads.len()]).copied().collect();
        Self { slews: slews.to_vec(), loads: loads.to_vec(), delays }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> DelayTable {
        let delays = vec![1.0, 2.0, 6.0, 3.0, 6.0, 9.0];
        DelayTable::new(vec![10.0, 20.0], vec![1.0, 2.0, 4.0], delays).unwrap()
    }

    #[test]
    fn a_cropped_table_has_the_first_points() {
        let table = table();
        let cropped = table.cropped([1, 2]);
        assert_eq!((cropped.slews(), cropped.loads()), (&[10.0][..], &[1.0, 2.0][..]));
        assert_eq!(cropped.delays(), [1.0, 2.0]);
        assert_eq!(table.cropped([2, 2]).delays(), [1.0, 2.0, 3.0, 6.0]);
        assert_eq!(table.cropped([9, 9]), table);
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
