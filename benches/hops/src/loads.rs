// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The delay of a cell arc tells a load, and a load a delay: "Loads" in `docs/format.md`, once more and
//! without haste. NaN stands for what is lacking.

use std::collections::HashMap;

use ckp::{DelayTable, MinMax, ObjectTable};

use crate::experiment::transitions;
use crate::raw::RawStage;

/// Cell and pin of both ends, kind, and place among the arcs of this kind between the same two vertices.
type TypeName<'a> = (Pin<'a>, Pin<'a>, &'a str, u32);
type Pin<'a> = (&'a str, &'a [u8]);

/// The delay tables of a stage.
pub struct Tables<'a> {
    objects: &'a ObjectTable,
    of_arc: Vec<Option<&'a DelayTable>>,
}

impl<'a> Tables<'a> {
    /// Those of the first scene.
    pub fn new(raw: &'a RawStage) -> Self {
        let names = type_names(&raw.objects);
        let known = raw.library_delays.iter().filter(|(scene, ..)| *scene == 0);
        let named =
            known.filter_map(|(_, arc, table)| Some(((*names.get(*arc as usize)?)?, table)));
        let known: HashMap<TypeName, &DelayTable> = named.collect();
        let of_arc = names.iter().map(|name| known.get(name.as_ref()?).copied()).collect();
        Self { objects: &raw.objects, of_arc }
    }

    /// What the table of an arc says of its delay at the slew that goes into it. Slews are by transition,
    /// min/max and vertex.
    pub fn curve(
        &self,
        arc: usize,
        slews: &[[Vec<f64>; 2]; 2],
        min_max: MinMax,
    ) -> Option<Curve<'a>> {
        let table = (*self.of_arc.get(arc)?)?;
        let (from, _, kind) = self.objects.arc(arc as u32)?;
        let (transition, _) = transitions(self.objects.arc_kind_name(kind))?;
        let slew = slews[transition as usize][min_max as usize].get(from as usize)?;
        Some(Curve::new(table, *slew))
    }
}

/// By arc: its type, if it propagates through a cell.
fn type_names(objects: &ObjectTable) -> Vec<Option<TypeName<'_>>> {
    let mut seen: HashMap<(u32, u32, u32), u32> = HashMap::new();
    (0..objects.arc_count() as u32)
        .map(|arc| {
            let (from, to, number) = objects.arc(arc)?;
            let kind = objects.arc_kind_name(number);
            transitions(kind).filter(|_| !kind.starts_with("wire "))?;
            let place = seen.entry((from, to, number)).or_insert(0);
            *place += 1;
            let [from, to] = [from, to].map(|row| (objects.cell(row), pin(objects, row)));
            Some((from, to, kind, *place))
        })
        .collect()
}

/// The name of a pin without that of its instance.
fn pin(objects: &ObjectTable, row: u32) -> &[u8] {
    let name = objects.name(row);
    name.rsplit(|byte| *byte == b'/').next().unwrap_or(name)
}

/// Delays of an arc over its load, at one input slew.
pub struct Curve<'a> {
    loads: &'a [f32],
    delays: Vec<f64>,
}

impl<'a> Curve<'a> {
    fn new(table: &'a DelayTable, slew: f64) -> Self {
        let rows: Vec<&[f32]> = table.delays().chunks(table.loads().len()).collect();
        let number = |value: &f32| f64::from(*value);
        let delays = match (table.slews(), rows.as_slice()) {
            (_, [row]) => row.iter().map(number).collect(),
            (slews, rows) => {
                let i = segment(slews, slew);
                let (below, above) = (f64::from(slews[i]), f64::from(slews[i + 1]));
                let share = (slew - below) / (above - below);
                let pairs = rows[i].iter().map(number).zip(rows[i + 1].iter().map(number));
                pairs.map(|(low, high)| low + (high - low) * share).collect()
            }
        };
        Self { loads: table.loads(), delays }
    }

    pub fn delay(&self, load: f64) -> f64 {
        match self.delays.as_slice() {
            [delay] => *delay,
            delays => {
                let j = segment(self.loads, load);
                delays[j] + (load - f64::from(self.loads[j])) * self.slope(j)
            }
        }
    }

    pub fn load(&self, delay: f64) -> f64 {
        // One load tells nothing of others.
        let Some(inner) = self.delays.get(1..self.delays.len() - 1) else { return f64::NAN };
        let j = inner.iter().take_while(|known| delay >= **known).count();
        let load = f64::from(self.loads[j]) + (delay - self.delays[j]) / self.slope(j);
        if self.slope(j) > 0.0 && load.is_finite() { load } else { f64::NAN }
    }

    fn slope(&self, j: usize) -> f64 {
        let step = f64::from(self.loads[j + 1]) - f64::from(self.loads[j]);
        (self.delays[j + 1] - self.delays[j]) / step
    }
}

/// How many points of an axis of two and more are not above a number, the first and the last left out.
fn segment(axis: &[f32], value: f64) -> usize {
    axis[1..axis.len() - 1].iter().filter(|point| f64::from(**point) <= value).count()
}

/// The ratio of two loads of one driver: 1 where it cannot be one.
pub fn ratio(load: f64, other: f64) -> f64 {
    let ratio = load / other;
    if (0.25..4.0).contains(&ratio) { ratio } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_and_loads_tell_each_other() {
        let delays = vec![1.0, 2.0, 4.0, 3.0, 6.0, 12.0];
        let table = DelayTable::new(vec![0.0, 2.0], vec![0.0, 1.0, 2.0], delays).unwrap();
        // Halfway: 2, 4, 8.
        let halfway = Curve::new(&table, 1.0);
        for (load, delay) in [(-0.5, 1.0), (0.5, 3.0), (1.0, 4.0), (1.5, 6.0), (3.0, 12.0)] {
            assert_eq!((halfway.delay(load), halfway.load(delay)), (delay, load));
        }
        assert_eq!(Curve::new(&table, 4.0).delay(0.0), 5.0, "beyond the last slew");
    }

    #[test]
    fn what_is_lacking_tells_nothing() {
        let table = DelayTable::new(vec![0.0], vec![1.0], vec![7.0]).unwrap();
        assert_eq!(Curve::new(&table, 0.0).delay(3.0), 7.0);
        assert!(Curve::new(&table, 0.0).load(7.0).is_nan());
        let falling = DelayTable::new(vec![0.0], vec![1.0, 2.0], vec![7.0, 6.0]).unwrap();
        assert!(Curve::new(&falling, 0.0).load(6.5).is_nan());
        assert_eq!(Curve::new(&falling, 0.0).delay(1.5), 6.5);
        assert_eq!([ratio(3.0, 2.0), ratio(8.0, 2.0), ratio(f64::NAN, 2.0)], [1.5, 1.0, 1.0]);
    }
}
