// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Delay tables laid out for looking up millions of delays and loads: `docs/format.md`, "Loads".

use crate::model::DelayTable;

/// The delay tables of the arc types of one scene, in one piece of memory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Surfaces {
    /// By arc type.
    heads: Vec<Option<Head>>,
    /// Of each table: the points of slews and those of loads, each with what one unit is of the segment
    /// behind it; and for each segment of slews and each load, the delay at its begin, and how far it
    /// rises on the segment.
    numbers: Vec<[f64; 2]>,
}

/// Where the numbers of a table are.
#[derive(Clone, Copy, Debug)]
struct Head {
    first: u32,
    /// Points of the axes, at least 2.
    slews: u16,
    loads: u16,
}

impl Surfaces {
    /// From the tables of the arc types, in their order.
    pub fn new<'a>(tables: impl Iterator<Item = Option<&'a DelayTable>>) -> Self {
        let mut surfaces = Self::default();
        for table in tables {
            let head = table.map(|table| surfaces.push(table));
            surfaces.heads.push(head);
        }
        surfaces
    }

    fn push(&mut self, table: &DelayTable) -> Head {
        let first = self.numbers.len() as u32;
        let slews = self.push_axis(table.slews());
        let loads = self.push_axis(table.loads());
        let rows: Vec<&[f32]> = table.delays().chunks(table.loads().len()).collect();
        for segment in 0..slews - 1 {
            let lower = rows[segment];
            // A table of one slew has the same delays for any other.
            let upper = rows.get(segment + 1).copied().unwrap_or(lower);
            let mut pair = [0.0; 2];
            for (lower, upper) in lower.iter().zip(upper) {
                pair = [f64::from(*lower), f64::from(*upper) - f64::from(*lower)];
                self.numbers.push(pair);
            }
            self.numbers.extend((table.loads().len()..loads).map(|_| pair));
        }
        Head { first, slews: slews as u16, loads: loads as u16 }
    }

    /// Returns the count of points, which is at least 2: an axis of one point has another one far away.
    fn push_axis(&mut self, points: &[f32]) -> usize {
        for (at, point) in points.iter().enumerate() {
            let next = points.get(at + 1).map(|next| f64::from(*next) - f64::from(*point));
            self.numbers.push([f64::from(*point), next.map_or(0.0, |next| 1.0 / next)]);
        }
        self.numbers.extend((points.len()..2).map(|_| [f64::INFINITY, 0.0]));
        points.len().max(2)
    }

    /// That of an arc type.
    #[inline(always)]
    pub fn get(&self, arc_type: u32) -> Option<Surface<'_>> {
        let head = (*self.heads.get(arc_type as usize)?)?;
        let (slews, loads) = (usize::from(head.slews), usize::from(head.loads));
        let (slews, numbers) = self.numbers.get(head.first as usize..)?.split_at_checked(slews)?;
        let (loads, delays) = numbers.split_at_checked(loads)?;
        Some(Surface { slews, loads, delays })
    }
}

/// The delays of one arc type.
#[derive(Clone, Copy)]
pub(crate) struct Surface<'a> {
    slews: &'a [[f64; 2]],
    loads: &'a [[f64; 2]],
    /// Those of further tables are behind them.
    delays: &'a [[f64; 2]],
}

impl<'a> Surface<'a> {
    /// The delay for an input slew and a load.
    #[inline(always)]
    pub fn delay(&self, slew: f64, load: f64) -> f64 {
        let row = self.row(slew);
        let at = segment(self.loads, load);
        let delay = row.delay(at);
        let [this, unit] = self.loads[at];
        delay + (load - this) * ((row.delay(at + 1) - delay) * unit)
    }

    /// The load for which an input slew leads to a delay; `None` where delays do not rise with loads.
    #[inline(always)]
    pub fn load(&self, slew: f64, delay: f64) -> Option<f64> {
        let row = self.row(slew);
        let (mut at, mut start, mut end) = (0, row.delay(0), row.delay(1));
        while at + 2 < row.delays.len() && delay >= end {
            at += 1;
            (start, end) = (end, row.delay(at + 1));
        }
        let [this, unit] = self.loads[at];
        let slope = (end - start) * unit;
        let load = this + (delay - start) / slope;
        (slope > 0.0 && load.is_finite()).then_some(load)
    }

    /// Points of slews and of loads, from the first on, that it takes to find the load of a delay.
    pub fn points_for(&self, slew: f64, delay: f64) -> Option<[usize; 2]> {
        let load = self.load(slew, delay)?;
        Some([segment(self.slews, slew) + 2, segment(self.loads, load) + 2])
    }

    #[inline(always)]
    fn row(&self, slew: f64) -> Row<'a> {
        let at = segment(self.slews, slew);
        let [this, unit] = self.slews[at];
        let first = at * self.loads.len();
        Row { delays: &self.delays[first..first + self.loads.len()], share: (slew - this) * unit }
    }
}

/// Delays over loads, for one slew.
struct Row<'a> {
    /// Those of the slew below, and how far they rise to the slew above.
    delays: &'a [[f64; 2]],
    /// How far the slew is from the lower to the upper.
    share: f64,
}

impl Row<'_> {
    #[inline(always)]
    fn delay(&self, load: usize) -> f64 {
        let [delay, rise] = self.delays[load];
        delay + rise * self.share
    }
}

/// The point below a value, so that there is one above it; the ends go on beyond.
#[inline(always)]
fn segment(axis: &[[f64; 2]], value: f64) -> usize {
    let inner = axis.get(1..axis.len() - 1).unwrap_or_default();
    inner.iter().take_while(|point| value >= point[0]).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn surfaces(slews: &[f32], loads: &[f32], delays: &[f32]) -> Surfaces {
        let table = DelayTable::new(slews.to_vec(), loads.to_vec(), delays.to_vec()).unwrap();
        Surfaces::new([None, Some(&table)].into_iter())
    }

    /// Six slews and five loads, more than the lanes.
    fn large() -> Surfaces {
        let (slews, loads) = ([1.0, 2.0, 3.0, 4.0, 6.0, 9.0], [1.0, 2.0, 4.0, 8.0, 16.0]);
        let delay = |(slew, load): (f32, f32)| slew * (3.0 + load) + load * load;
        let pairs = slews.iter().flat_map(|slew| loads.iter().map(|load| (*slew, *load)));
        surfaces(&slews, &loads, &pairs.map(delay).collect::<Vec<f32>>())
    }

    fn small() -> Surfaces {
        surfaces(&[10.0, 20.0], &[1.0, 2.0, 4.0], &[1.0, 2.0, 6.0, 3.0, 6.0, 9.0])
    }

    #[test]
    fn delays_are_interpolated_and_extrapolated() {
        let surfaces = small();
        assert!(surfaces.get(0).is_none() && surfaces.get(2).is_none());
        let table = surfaces.get(1).unwrap();
        assert_eq!(table.delay(10.0, 1.0), 1.0);
        assert_eq!(table.delay(15.0, 2.0), 4.0);
        assert_eq!(table.delay(15.0, 3.0), 5.75);
        assert_eq!(table.delay(30.0, 1.0), 5.0, "beyond the last slew");
        assert_eq!(table.delay(10.0, 0.0), 0.0, "before the first load");
        assert_eq!(table.delay(10.0, 6.0), 10.0, "beyond the last load");
        assert_eq!(large().get(1).unwrap().delay(6.0, 16.0), 370.0);
        assert_eq!(large().get(1).unwrap().delay(12.0, 32.0), 12.0 * 35.0 + 256.0 + 24.0 * 16.0);
    }

    #[test]
    fn loads_are_those_of_the_delays() {
        for surfaces in [small(), large()] {
            let table = surfaces.get(1).unwrap();
            for slew in [9.0, 10.0, 13.0, 20.0, 22.0] {
                for load in [0.5, 1.0, 1.7, 2.0, 3.0, 4.0, 7.0, 8.0, 20.0] {
                    let found = table.load(slew, table.delay(slew, load)).unwrap();
                    assert!((found - load).abs() < 1e-12, "{slew} {load} {found}");
                }
            }
        }
    }

    #[test]
    fn as_many_points_are_used_as_the_segments_need() {
        let surfaces = small();
        let table = surfaces.get(1).unwrap();
        assert_eq!(table.points_for(10.0, 1.5), Some([2, 2]));
        assert_eq!(table.points_for(10.0, 3.0), Some([2, 3]));
        assert_eq!(large().get(1).unwrap().points_for(5.0, 1.0), Some([5, 2]));
    }

    #[test]
    fn tables_without_an_axis_have_no_load() {
        let surfaces = surfaces(&[1.0], &[1.0], &[7.0]);
        let constant = surfaces.get(1).unwrap();
        assert_eq!(constant.delay(3.0, 9.0), 7.0);
        assert_eq!(constant.load(3.0, 7.0), None);
        let surfaces = self::surfaces(&[1.0], &[1.0, 2.0], &[7.0, 7.0]);
        let flat = surfaces.get(1).unwrap();
        assert_eq!(flat.load(3.0, 7.0), None);
        assert_eq!(flat.delay(3.0, 1.5), 7.0);
        let surfaces = self::surfaces(&[1.0, 2.0], &[1.0], &[7.0, 9.0]);
        assert_eq!(surfaces.get(1).unwrap().delay(1.5, 4.0), 8.0);
    }
}
