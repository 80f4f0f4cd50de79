// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Delays predicted from loads: all arcs into a driver see about the same load, which the delay of one
//! of them tells, by its table and its input slew: `docs/format.md`, "Loads".

use std::sync::{Arc, OnceLock};

use hashbrown::HashMap;
use rayon::prelude::*;

use super::align::RowMap;
use super::arc_types::ArcTypes;
use super::arithmetic::{bits, finite};
use super::delay_tables::TableEntry;
use super::predict::Predictor;
use super::surfaces::{Surface, Surfaces};
use crate::model::{DelayTable, ObjectTable};

/// Rows that are worth a task of their own.
const ROWS_OF_TASK: usize = 1 << 14;
/// Two loads of the same driver are not expected to differ by more than this factor.
const MOST_RATIO: f64 = 4.0;

/// The delay tables that are known for the arc types of one object table.
#[derive(Clone, Debug, Default)]
pub(crate) struct DelayTables {
    /// By scene, by arc type.
    scenes: Vec<Vec<Option<Arc<DelayTable>>>>,
    /// By scene: its tables laid out. Made when they are asked for.
    surfaces: OnceLock<Vec<Surfaces>>,
}

impl DelayTables {
    /// The table of an arc type in a scene, or in the first scene.
    pub fn get(&self, scene: u16, arc_type: u32) -> Option<&Arc<DelayTable>> {
        let of_scene = |scene: usize| self.scenes.get(scene)?.get(arc_type as usize)?.as_ref();
        of_scene(usize::from(scene)).or_else(|| of_scene(0))
    }

    /// What `get` tells of a scene, for looking up.
    pub fn surfaces(&self, scene: u16) -> SceneSurfaces<'_> {
        let lay_out = |tables: &Vec<Option<Arc<DelayTable>>>| {
            Surfaces::new(tables.iter().map(|table| table.as_deref()))
        };
        let surfaces = self.surfaces.get_or_init(|| self.scenes.iter().map(lay_out).collect());
        SceneSurfaces { own: surfaces.get(usize::from(scene)), first: surfaces.first() }
    }

    pub fn is_empty(&self) -> bool {
        self.scenes.is_empty()
    }

    pub fn insert(&mut self, entry: &TableEntry) {
        let (scene, arc_type) = (usize::from(entry.scene), entry.arc_type as usize);
        self.surfaces.take();
        if self.scenes.len() <= scene {
            self.scenes.resize(scene + 1, Vec::new());
        }
        if let Some(tables) = self.scenes.get_mut(scene) {
            if tables.len() <= arc_type {
                tables.resize(arc_type + 1, None);
            }
            if let Some(known) = tables.get_mut(arc_type) {
                *known = Some(entry.table.clone());
            }
        }
    }

    /// Those of some scenes, which become the first, the second and so on; none for a scene that is new.
    pub fn of_scenes(&self, scenes: &[Option<u16>]) -> Self {
        let mut chosen = Self::default();
        let types = self.scenes.iter().map(Vec::len).max().unwrap_or(0) as u32;
        for (scene, known) in (0..).zip(scenes) {
            // The tables that it shared with the first scene are its own now.
            let of_type = |arc_type| Some((arc_type, self.get((*known)?, arc_type)?.clone()));
            for (arc_type, table) in (0..types).filter_map(of_type) {
                chosen.insert(&TableEntry { scene, arc_type, table });
            }
        }
        chosen
    }

    /// All of them, by scene and arc type.
    pub fn entries(&self) -> Vec<TableEntry> {
        let of_scene = |(scene, tables): (usize, &Vec<Option<Arc<DelayTable>>>)| {
            let entry = move |(arc_type, table): (usize, &Option<Arc<DelayTable>>)| {
                let table = table.clone()?;
                Some(TableEntry { scene: scene as u16, arc_type: arc_type as u32, table })
            };
            tables.iter().enumerate().filter_map(entry).collect::<Vec<_>>()
        };
        self.scenes.iter().enumerate().flat_map(of_scene).collect()
    }

    /// The same tables for the arc types of another object table.
    pub fn translated(
        &self,
        types: (&ArcTypes, &ObjectTable),
        others: (&ArcTypes, &ObjectTable),
    ) -> Self {
        let number = others.0.names(others.1).into_iter().zip(0u32..);
        let number: HashMap<Vec<u8>, u32> = number.collect();
        let names = types.0.names(types.1);
        let mut translated = Self::default();
        for entry in self.entries() {
            let other = names.get(entry.arc_type as usize).and_then(|name| number.get(name));
            if let Some(arc_type) = other {
                translated.insert(&TableEntry { arc_type: *arc_type, ..entry });
            }
        }
        translated
    }
}

/// The tables of a scene, and those of the first for what it lacks.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SceneSurfaces<'a> {
    own: Option<&'a Surfaces>,
    first: Option<&'a Surfaces>,
}

impl<'a> SceneSurfaces<'a> {
    #[inline(always)]
    fn get(&self, arc_type: u32) -> Option<Surface<'a>> {
        let own = self.own.and_then(|own| own.get(arc_type));
        own.or_else(|| self.first?.get(arc_type))
    }
}

/// The tables of one scene and the slews that go into them.
#[derive(Clone, Copy)]
pub(crate) struct Loads<'a> {
    pub surfaces: SceneSurfaces<'a>,
    pub types: &'a ArcTypes,
    /// Of all vertices: rising, falling.
    pub slews: [&'a [u32]; 2],
}

impl<'a> Loads<'a> {
    /// The table of an arc and its input slew.
    #[inline(always)]
    fn of_row(&self, row: u32) -> Option<(Surface<'a>, f64)> {
        let surface = self.surfaces.get(*self.types.of_row.get(row as usize)?)?;
        let node = *self.types.input.get(row as usize)?;
        let slew = *self.slews[node as usize % 2].get(node as usize / 2)?;
        Some((surface, f64::from(finite(slew)?)))
    }

    /// Whether an arc has a table.
    pub fn knows(&self, row: u32) -> bool {
        self.of_row(row).is_some()
    }

    /// The load that the delay of an arc tells.
    #[inline(always)]
    fn load(&self, row: u32, delay: u32) -> Option<f64> {
        let (table, slew) = self.of_row(row)?;
        table.load(slew, f64::from(finite(delay)?))
    }

    /// Points of the table of an arc that its delay makes use of.
    pub fn points(&self, row: u32, delay: u32) -> Option<[usize; 2]> {
        let (table, slew) = self.of_row(row)?;
        table.points_for(slew, f64::from(finite(delay)?))
    }

    /// The delay of an arc for a load.
    #[inline(always)]
    fn delay(&self, row: u32, load: f64) -> Option<u32> {
        let (table, slew) = self.of_row(row)?;
        let delay = table.delay(slew, load) as f32;
        delay.is_finite().then(|| bits(delay))
    }

    /// The loads that the delays of a column tell; NaN where one does not.
    pub fn column(&self, delays: &[u32]) -> Vec<f64> {
        let rows = delays.par_iter().enumerate().with_min_len(ROWS_OF_TASK);
        rows.map(|(row, delay)| self.load(row as u32, *delay).unwrap_or(f64::NAN)).collect()
    }
}

/// The loads that are known when a column of delays is coded.
#[derive(Clone, Copy)]
pub(crate) struct LoadReferences<'a> {
    /// Tables and slews of the column.
    pub own: Loads<'a>,
    /// Loads of the column itself, where they are known before it is coded.
    pub known: Option<&'a [f64]>,
    /// Loads of the column in the base, and the rows of the base.
    pub temporal: Option<(&'a [f64], &'a RowMap)>,
    /// Loads of the other column.
    pub cross: Option<&'a [f64]>,
    /// Loads of the other column in the base.
    pub cross_temporal: Option<(&'a [f64], &'a RowMap)>,
}

impl LoadReferences<'_> {
    /// The delay of `row`, where `values` holds those of the rows coded before.
    pub fn predict(
        &self,
        predictor: Predictor,
        row: u32,
        sibling: u32,
        values: &[u32],
    ) -> Option<u32> {
        let temporal = |row| in_base(self.temporal, row);
        let cross = |row: u32| known(self.cross?.get(row as usize));
        let of_sibling = || match self.known {
            Some(loads) => known(loads.get(sibling as usize)),
            None => self.own.load(sibling, *values.get(sibling as usize)?),
        };
        let load = match predictor {
            Predictor::LoadTemporal => temporal(row)?,
            Predictor::LoadSibling => of_sibling()?,
            Predictor::LoadTemporalSibling => {
                of_sibling()? * ratio(temporal(row), temporal(sibling))
            }
            Predictor::LoadCross => cross(row)?,
            Predictor::LoadCrossTemporal => {
                cross(row)? * ratio(temporal(row), in_base(self.cross_temporal, row))
            }
            Predictor::LoadCrossSibling => cross(row)? * ratio(of_sibling(), cross(sibling)),
            _ => return None,
        };
        self.own.delay(row, load)
    }
}

fn known(load: Option<&f64>) -> Option<f64> {
    load.copied().filter(|load| load.is_finite())
}

fn in_base(base: Option<(&[f64], &RowMap)>, row: u32) -> Option<f64> {
    let (loads, map) = base?;
    known(loads.get(map.get(row as usize)? as usize))
}

/// The ratio of two loads, 1 where it is not known or cannot be that of two loads of one driver.
fn ratio(a: Option<f64>, b: Option<f64>) -> f64 {
    let ratio = a.zip(b).map(|(a, b)| a / b);
    ratio.filter(|ratio| (1.0 / MOST_RATIO..MOST_RATIO).contains(ratio)).unwrap_or(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two gates of two cells, each with an arc from A to Z, and the same design with the gates
    /// exchanged.
    fn table(cells: [&str; 2]) -> ObjectTable {
        let mut table = ObjectTable::new();
        let kind = table.add_arc_kind("combinational ^ -> v");
        for (name, cell) in ["u1", "u2"].into_iter().zip(cells) {
            let cell = table.add_cell(cell);
            let names = format!("{name}/A{name}/Z");
            table.add_vertices(names.as_bytes(), &[4, 8], &[0, 0], &[cell, cell]).unwrap();
        }
        table.add_edges(&[0, 2], &[1, 3]).unwrap();
        table.add_arcs(&[0, 1], &[kind, kind]).unwrap();
        table
    }

    fn delays(scale: f32) -> Arc<DelayTable> {
        let delays = [1.0, 3.0, 2.0, 4.0].map(|delay| delay * scale);
        Arc::new(DelayTable::new(vec![0.0, 1.0], vec![0.0, 1.0], delays.to_vec()).unwrap())
    }

    #[test]
    fn tables_follow_their_types() {
        let (table, other) = (table(["X", "Y"]), table(["Y", "X"]));
        let (types, others) = (ArcTypes::new(&table), ArcTypes::new(&other));
        let mut tables = DelayTables::default();
        assert!(tables.is_empty());
        for (scene, arc_type, scale) in [(0, 0, 1.0), (0, 1, 2.0), (2, 1, 3.0)] {
            tables.insert(&TableEntry { scene, arc_type, table: delays(scale) });
        }
        assert_eq!(tables.get(1, 1), Some(&delays(2.0)), "as in the first scene");
        assert_eq!(tables.get(2, 1), Some(&delays(3.0)));
        assert_eq!(tables.get(0, 2), None);
        let translated = tables.translated((&types, &table), (&others, &other));
        assert_eq!(translated.get(0, 0), Some(&delays(2.0)));
        assert_eq!(translated.get(2, 0), Some(&delays(3.0)));
        assert_eq!(translated.get(0, 1), Some(&delays(1.0)));
        assert_eq!(translated.entries().len(), 3);
    }

    #[test]
    fn delays_follow_from_the_loads_of_others() {
        let table = table(["X", "Y"]);
        let types = ArcTypes::new(&table);
        let mut tables = DelayTables::default();
        tables.insert(&TableEntry { scene: 0, arc_type: 0, table: delays(1.0) });
        tables.insert(&TableEntry { scene: 0, arc_type: 1, table: delays(2.0) });
        let value = |x: f32| x.to_bits();
        // Rising slews of the inputs; no falling ones.
        let slews = [value(0.5), 0, value(1.0), 0];
        let own = Loads { surfaces: tables.surfaces(0), types: &types, slews: [&slews, &[0; 4]] };
        // 1.5 + 2 load, and twice 2 + 2 load.
        let column = [value(2.5), value(6.0)];
        assert_eq!(own.column(&column), [0.5, 0.5]);
        assert!(own.column(&[value(f32::NAN), value(f32::INFINITY)]).iter().all(|l| l.is_nan()));
        let map = RowMap::Identity;
        let references = LoadReferences {
            own,
            known: None,
            temporal: Some((&[1.0, 2.0], &map)),
            cross: Some(&[3.0, 4.0]),
            cross_temporal: Some((&[1.0, f64::NAN], &map)),
        };
        let predict =
            |predictor, row| references.predict(predictor, row, 0, &column).map(f32::from_bits);
        assert_eq!(predict(Predictor::LoadTemporal, 1), Some(12.0), "a load of 2");
        assert_eq!(predict(Predictor::LoadSibling, 1), Some(6.0), "a load of 0.5");
        let beforehand = LoadReferences { known: Some(&[0.5, f64::NAN]), ..references };
        let known = beforehand.predict(Predictor::LoadSibling, 1, 0, &[]).map(f32::from_bits);
        assert_eq!(known, Some(6.0), "the same, known beforehand");
        assert_eq!(predict(Predictor::LoadTemporalSibling, 1), Some(8.0), "a load of 0.5 * 2");
        assert_eq!(predict(Predictor::LoadCross, 1), Some(20.0), "a load of 4");
        assert_eq!(predict(Predictor::LoadCrossTemporal, 0), Some(7.5), "a load of 3");
        assert_eq!(predict(Predictor::LoadCrossTemporal, 1), Some(20.0), "no ratio");
        assert_eq!(predict(Predictor::LoadCrossSibling, 1), Some(20.0), "a ratio too far off");
        assert_eq!(predict(Predictor::Temporal, 1), None);
        let without = LoadReferences { temporal: None, cross: None, ..references };
        assert_eq!(without.predict(Predictor::LoadTemporal, 1, 0, &column), None);
        assert_eq!(without.predict(Predictor::LoadCross, 1, 0, &column), None);
        assert_eq!(without.predict(Predictor::LoadSibling, 1, u32::MAX, &column), None);
    }
}
