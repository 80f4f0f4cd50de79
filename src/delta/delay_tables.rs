// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The delay tables of the arc types of a design, as bytes: `docs/format.md`, "Delay tables".
//!
//! Neighbors in a table, and the tables of one cell, differ little: a point is coded against the plane
//! through three neighbors, alone or after the points of a table before it were taken off. Points are
//! rounded first, since what they predict is known to no more than a part in some thousands.

use std::sync::Arc;

use super::arithmetic::{ordered, unordered};
use crate::codec::range::{Coder, Decoder, Encoder};
use crate::codec::symbol::{Choice, Number};
use crate::error::{Result, corrupt};
use crate::model::DelayTable;

/// Tables before it that a table may be coded against.
const REACH: usize = 7;
/// Points that bytes may stand for, so that few bytes cannot ask for much memory: a fixed part, and a
/// factor for the bytes.
const FREE_POINTS: usize = 1 << 12;
const MOST_POINTS: usize = 1 << 8;
/// Bits of the mantissa of a float, and those that axes keep.
const MANTISSA: u32 = 23;
const AXIS_BITS: u32 = 13;

/// The table of an arc type in a scene.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TableEntry {
    pub scene: u16,
    pub arc_type: u32,
    pub table: Arc<DelayTable>,
}

/// The table as it is stored, its delays with `bits` bits of mantissa; `None` where an axis has points
/// too close for that.
pub(crate) fn rounded(table: &DelayTable, bits: u32) -> Option<DelayTable> {
    let round = |values: &[f32], bits: u32| {
        let low = 1u32 << MANTISSA.saturating_sub(bits);
        let rounded = |value: &f32| {
            let value = ordered(value.to_bits()).saturating_add(low / 2) & !(low - 1);
            f32::from_bits(unordered(value))
        };
        values.iter().map(rounded).collect::<Vec<f32>>()
    };
    let (slews, loads) = (round(table.slews(), AXIS_BITS), round(table.loads(), AXIS_BITS));
    DelayTable::new(slews, loads, round(table.delays(), bits)).ok()
}

/// Encode tables, in the order of scenes and arc types. `None` where the bytes could not be decoded, as
/// those of very many points that are all alike.
pub(crate) fn encode_tables(entries: &[TableEntry]) -> Option<Vec<u8>> {
    let mut coder = Encoder::after(Vec::new());
    let mut model = Model::new();
    model.count.code(&mut coder, entries.len() as u64);
    let mut points = 0;
    for entry in entries {
        let mut draft = model.draft(entry);
        let table = &entry.table;
        points += table.slews().len() + table.loads().len() + table.delays().len();
        // What is there fits.
        model.code(&mut coder, &mut draft, &mut usize::MAX.clone()).ok()?;
    }
    let bytes = coder.finish();
    (points <= FREE_POINTS + MOST_POINTS * bytes.len()).then_some(bytes)
}

/// The opposite of [`encode_tables`].
pub(crate) fn decode_tables(bytes: &[u8]) -> Result<Vec<TableEntry>> {
    let mut coder = Decoder::new(bytes);
    let mut model = Model::new();
    let mut left = FREE_POINTS + MOST_POINTS * bytes.len();
    let mut entries = Vec::new();
    for _ in 0..model.count.code(&mut coder, 0) {
        let mut draft = Draft::default();
        model.code(&mut coder, &mut draft, &mut left)?;
        coder.check()?;
        entries.push(draft.entry()?);
    }
    coder.finish()?;
    Ok(entries)
}

/// Floats as integers in the order of their values, without the low bits that all of them lack.
#[derive(Clone, Debug, Default, PartialEq)]
struct Points {
    shift: u32,
    values: Vec<i64>,
}

impl Points {
    fn new(floats: &[f32]) -> Self {
        let values = || floats.iter().map(|float| ordered(float.to_bits()));
        let shift = values().fold(1 << MANTISSA, |bits, value| bits | value).trailing_zeros();
        Self { shift, values: values().map(|value| i64::from(value >> shift)).collect() }
    }

    fn floats(&self) -> Result<Vec<f32>> {
        let float = |value: &i64| {
            let value = u32::try_from(*value).ok()?;
            let shifted = value << self.shift;
            (shifted >> self.shift == value).then(|| f32::from_bits(unordered(shifted)))
        };
        let floats: Option<Vec<f32>> = self.values.iter().map(float).collect();
        floats.ok_or_else(|| corrupt("A point of a delay table is out of range."))
    }

    fn begins_with(&self, other: &Self) -> bool {
        self.shift == other.shift && self.values.starts_with(&other.values)
    }

    /// The value of a point with another shift.
    fn shifted(&self, point: usize, shift: u32) -> i64 {
        self.values[point] << self.shift >> shift
    }
}

/// A table being coded.
#[derive(Default)]
struct Draft {
    scene: u64,
    arc_type: u64,
    /// How far back in the list of axes those of the table are; 0 for an axis that follows.
    places: [u64; 2],
    axes: [Points; 2],
    delays: Points,
    /// How far back the table is that this one is coded against; 0 for none.
    reference: u32,
}

impl Draft {
    fn entry(&self) -> Result<TableEntry> {
        let [slews, loads] = &self.axes;
        let table = DelayTable::new(slews.floats()?, loads.floats()?, self.delays.floats()?);
        let table = table.map_err(|error| corrupt(format!("A delay table: {error}")))?;
        let scene = u16::try_from(self.scene).map_err(|_| corrupt("A scene is too large."))?;
        let arc_type = u32::try_from(self.arc_type);
        let arc_type = arc_type.map_err(|_| corrupt("An arc type is too large."))?;
        Ok(TableEntry { scene, arc_type, table: Arc::new(table) })
    }
}

/// Residuals of the first point, of the first load or slew, and of others.
type Residuals = [Number; 3];

/// What is expected of the next table.
struct Model {
    count: Number,
    scene: Number,
    arc_type: Number,
    place: [Number; 2],
    size: [Number; 2],
    shift: Choice,
    first: Number,
    step: Number,
    reference: Choice,
    /// Alone, and against another table.
    residuals: [Residuals; 2],
    axes: Vec<Points>,
    /// The last tables, the last one first: loads and points.
    recent: Vec<(usize, Points)>,
    last: (u64, u64),
}

impl Model {
    fn new() -> Self {
        let residuals = || [Number::new(), Number::new(), Number::new()];
        Self {
            count: Number::new(),
            scene: Number::new(),
            arc_type: Number::new(),
            place: [Number::new(), Number::new()],
            size: [Number::new(), Number::new()],
            shift: Choice::new(MANTISSA as usize + 1),
            first: Number::new(),
            step: Number::new(),
            reference: Choice::new(REACH + 1),
            residuals: [residuals(), residuals()],
            axes: Vec::new(),
            recent: Vec::new(),
            last: (0, 0),
        }
    }

    /// What is to be coded for a table.
    fn draft(&self, entry: &TableEntry) -> Draft {
        let table = &entry.table;
        let axes = [Points::new(table.slews()), Points::new(table.loads())];
        let place = |axis: &Points, added: u64| {
            let known = self.axes.iter().rev().position(|known| known.begins_with(axis));
            known.map_or(0, |known| known as u64 + 1 + added)
        };
        let slews = place(&axes[0], 0);
        // By then an axis of slews that was not known is.
        let loads = place(&axes[1], u64::from(slews == 0));
        let delays = Points::new(table.delays());
        let shape = Shape::new(table.loads().len());
        let bits = |reference: &u32| {
            let reference = self.reference(*reference);
            let residual = |point| delays.values[point] - shape.expected(&delays, reference, point);
            let bits = |residual: i64| u64::from(64 - residual.unsigned_abs().leading_zeros());
            (0..delays.values.len()).map(|point| bits(residual(point))).sum::<u64>()
        };
        let alike = |reference: &u32| match self.reference(*reference) {
            None => *reference == 0,
            Some((loads, points)) => {
                *loads == shape.loads && points.values.len() == delays.values.len()
            }
        };
        let reference = (0..=REACH as u32).filter(alike).min_by_key(bits).unwrap_or(0);
        Draft {
            scene: u64::from(entry.scene),
            arc_type: u64::from(entry.arc_type),
            places: [slews, loads],
            axes,
            delays,
            reference,
        }
    }

    fn reference(&self, reference: u32) -> Option<&(usize, Points)> {
        self.recent.get((reference as usize).checked_sub(1)?)
    }

    /// Write a draft, or read one. `left` points may be read.
    fn code<C: Coder>(&mut self, coder: &mut C, draft: &mut Draft, left: &mut usize) -> Result<()> {
        let (scene, arc_type) = self.last;
        draft.scene = scene.wrapping_add(self.scene.code(coder, draft.scene.wrapping_sub(scene)));
        let before = if draft.scene == scene { arc_type } else { 0 };
        let step = self.arc_type.code(coder, draft.arc_type.wrapping_sub(before));
        draft.arc_type = before.wrapping_add(step);
        self.last = (draft.scene, draft.arc_type);
        for side in 0..2 {
            self.code_axis(coder, draft, side, left)?;
        }
        let loads = draft.axes[1].values.len();
        let count = draft.axes[0].values.len().checked_mul(loads);
        draft.delays.values.resize(spend(left, count)?, 0);
        draft.delays.shift = self.shift.code(coder, draft.delays.shift).min(MANTISSA);
        draft.reference = self.reference.code(coder, draft.reference);
        self.code_delays(coder, draft, Shape::new(loads))?;
        self.recent.insert(0, (loads, draft.delays.clone()));
        self.recent.truncate(REACH);
        Ok(())
    }

    fn code_axis<C: Coder>(
        &mut self,
        coder: &mut C,
        draft: &mut Draft,
        side: usize,
        left: &mut usize,
    ) -> Result<()> {
        let axis = &mut draft.axes[side];
        let place = self.place[side].code(coder, draft.places[side]);
        let size = self.size[side].code(coder, axis.values.len() as u64);
        let size = spend(left, usize::try_from(size).ok())?;
        if place > 0 {
            let known = self.axes.len().checked_sub(place as usize);
            let known = known.and_then(|known| self.axes.get(known));
            let known = known.filter(|known| known.values.len() >= size);
            axis.clone_from(known.ok_or_else(|| corrupt("An axis is not known."))?);
            axis.values.truncate(size);
            return Ok(());
        }
        axis.shift = self.shift.code(coder, axis.shift).min(MANTISSA);
        axis.values.resize(size, 0);
        let mut before: Option<i64> = None;
        for value in &mut axis.values {
            let number = if before.is_none() { &mut self.first } else { &mut self.step };
            let last = before.unwrap_or(0);
            *value = last.wrapping_add(number.signed(coder, value.wrapping_sub(last)));
            before = Some(*value);
        }
        self.axes.push(axis.clone());
        Ok(())
    }

    fn code_delays<C: Coder>(
        &mut self,
        coder: &mut C,
        draft: &mut Draft,
        shape: Shape,
    ) -> Result<()> {
        let reference = self.recent.get((draft.reference as usize).wrapping_sub(1));
        let delays = &mut draft.delays;
        let fits = |(loads, points): &(usize, Points)| {
            *loads == shape.loads && points.values.len() == delays.values.len()
        };
        if draft.reference > 0 && !reference.is_some_and(fits) {
            return Err(corrupt("A delay table is coded against one of another shape."));
        }
        let residuals = &mut self.residuals[usize::from(draft.reference > 0)];
        for point in 0..delays.values.len() {
            let expected = shape.expected(delays, reference, point);
            let residual = delays.values[point].wrapping_sub(expected);
            let residual = residuals[shape.place(point)].signed(coder, residual);
            delays.values[point] = expected.wrapping_add(residual);
        }
        Ok(())
    }
}

fn spend(left: &mut usize, points: Option<usize>) -> Result<usize> {
    let enough = points.and_then(|points| left.checked_sub(points).map(|rest| (points, rest)));
    let (points, rest) = enough
        .ok_or_else(|| corrupt("The delay tables are larger than their bytes can stand for."))?;
    *left = rest;
    Ok(points)
}

/// How the points of a table stand beside each other.
#[derive(Clone, Copy)]
struct Shape {
    loads: usize,
}

impl Shape {
    fn new(loads: usize) -> Self {
        Self { loads: loads.max(1) }
    }

    /// 0 for the first point, 1 for those of the first slew or load, 2 for others.
    fn place(self, point: usize) -> usize {
        let (slew, load) = (point / self.loads, point % self.loads);
        usize::from(point > 0) + usize::from(slew > 0 && load > 0)
    }

    /// What a point is likely to be, from those before it and from another table.
    fn expected(self, points: &Points, other: Option<&(usize, Points)>, point: usize) -> i64 {
        let of_other =
            |point: usize| other.map_or(0, |(_, other)| other.shifted(point, points.shift));
        let known = |back: usize| points.values[point - back].wrapping_sub(of_other(point - back));
        let (slew, load) = (point / self.loads, point % self.loads);
        let plane = match (slew, load) {
            (0, 0) => 0,
            (0, 1) => known(1),
            (0, _) => known(1).wrapping_mul(2).wrapping_sub(known(2)),
            (_, 0) => known(self.loads),
            _ => known(1).wrapping_add(known(self.loads)).wrapping_sub(known(self.loads + 1)),
        };
        of_other(point).wrapping_add(plane)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry(arc_type: u32, table: DelayTable) -> TableEntry {
        TableEntry { scene: 0, arc_type, table: Arc::new(table) }
    }

    /// A table as a liberty has it, with a drive of its own.
    fn table(drive: f32) -> DelayTable {
        let slews = [1e-12f32, 5e-12, 2e-11, 4e-11, 8e-11, 1.3e-10, 2e-10];
        let loads = [4e-16f32, 2e-15, 4e-15, 8e-15, 1.5e-14, 3e-14, 6e-14];
        let delay = |slew: f32, load: f32| 1e-11 + 0.3 * slew + 4e3 * load * drive - 1e-12 * drive;
        let delays = slews.iter().flat_map(|s| loads.iter().map(move |l| delay(*s, *l)));
        DelayTable::new(slews.to_vec(), loads.to_vec(), delays.collect()).unwrap()
    }

    fn round_trip(entries: &[TableEntry]) -> usize {
        let bytes = encode_tables(entries).unwrap();
        assert_eq!(decode_tables(&bytes).unwrap(), entries);
        bytes.len()
    }

    #[test]
    fn tables_return_and_are_small() {
        assert_eq!(round_trip(&[]), encode_tables(&[]).unwrap().len());
        let tables = (0..50).map(|n| rounded(&table(1.0 + n as f32 * 0.03), 13).unwrap());
        let entries: Vec<_> = (0..).zip(tables).map(|(n, table)| entry(n * 3, table)).collect();
        let size = round_trip(&entries);
        assert!(size < 50 * 40, "{size} bytes");
        let longer = [encode_tables(&entries).unwrap(), vec![0]].concat();
        assert!(decode_tables(&longer).is_err(), "bytes that do not belong to it");
        round_trip(&[entry(7, table(1.0)), entry(9, rounded(&table(2.0), 8).unwrap())]);
    }

    #[test]
    fn rounding_keeps_what_it_says() {
        let exact = table(1.3);
        for bits in [8, 12, 23] {
            let rounded = rounded(&exact, bits).unwrap();
            for (value, rounded) in exact.delays().iter().zip(rounded.delays()) {
                assert!((value / rounded - 1.0).abs() <= 0.5f32.powi(bits as i32), "{bits}");
            }
        }
        let close = vec![1.0, f32::from_bits(1.0f32.to_bits() + 1)];
        let close = DelayTable::new(close, vec![1.0], vec![0.0, 1.0]).unwrap();
        assert!(rounded(&close, 12).is_none());
    }

    #[test]
    fn few_bytes_do_not_ask_for_much() {
        let flat = DelayTable::new(
            (0..256).map(|n| n as f32).collect(),
            (0..256).map(|n| n as f32).collect(),
            vec![0.0; 256 * 256],
        );
        assert!(encode_tables(&[entry(0, flat.unwrap())]).is_none());
    }

    #[test]
    fn what_is_written_can_be_read_however_small_its_bytes() {
        let one = DelayTable::new(vec![1.0], vec![1.0], vec![1.0]).unwrap();
        let many: Vec<_> = (0..20_000).map(|n| entry(n, one.clone())).collect();
        let bytes = encode_tables(&many);
        assert!(bytes.is_none_or(|bytes| decode_tables(&bytes).unwrap() == many));
    }

    proptest! {
        #[test]
        fn any_tables_return(
            shapes in prop::collection::vec((1usize..5, 1usize..5, any::<u32>()), 0..12),
        ) {
            let mut seed = 1u32;
            let mut next = || {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                f32::from_bits(seed)
            };
            let mut entries = Vec::new();
            for (slews, loads, mask) in shapes {
                let axis = |count: usize| (0..count).map(|n| n as f32 - 1.5).collect::<Vec<_>>();
                let delays = (0..slews * loads).map(|_| {
                    let value = f32::from_bits(next().to_bits() & mask);
                    if value.is_finite() { value } else { -1.0 }
                });
                let delays = delays.collect();
                let table = DelayTable::new(axis(slews), axis(loads), delays).unwrap();
                entries.push(TableEntry {
                    scene: (entries.len() / 3) as u16,
                    arc_type: mask,
                    table: Arc::new(table),
                });
            }
            let bytes = encode_tables(&entries).unwrap();
            prop_assert_eq!(&decode_tables(&bytes).unwrap(), &entries);
        }

        #[test]
        fn any_bytes_are_tables_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(entries) = decode_tables(&bytes) {
                let points: usize = entries.iter().map(|e| e.table.delays().len()).sum();
                prop_assert!(points <= FREE_POINTS + MOST_POINTS * bytes.len());
            }
        }
    }
}
