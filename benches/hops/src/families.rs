// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! What families of predictors make of delays and slews: the bits a value that the residuals of each
//! take by pco, alone, on every value of a group. Loads are told by the delay tables of the store.

use std::path::Path;

use ckp::{MinMax, ObjectTable, OpenMode, ReadMode, Store, StreamKey, StreamKind, Transition};
use pco::standalone::simple_compress;
use pco::{ChunkConfig, DeltaSpec, ModeSpec};

use crate::Outcome;
use crate::experiment::{ordered, transitions, zigzag};
use crate::loads::{Tables, ratio};
use crate::raw::RawStage;
use crate::rows::Rows;
use crate::table::{header, row};

/// First argument of the command.
pub const COMMAND: &str = "families";

/// Values that are predicted alike: "Classes" in `docs/format.md`, checks left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    FirstArc,
    FurtherArc,
    ConditionalArc,
    FirstWire,
    FurtherWire,
    Driver,
    Load,
}

/// A row of arcs or of vertices, and the row that its value is likely to move with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    class: Class,
    row: usize,
    sibling: Option<usize>,
}

/// What predictions are made of, by the letters of "Predictors" in `docs/format.md`. NaN where lacking.
struct Known {
    t: f64,
    s: f64,
    ts: f64,
    x: f64,
    xs: f64,
    xt: f64,
}

enum Family {
    /// Made of the values.
    Value(fn(&Known) -> f64),
    /// The delay that the arc's table has for a load, made of the loads that the values tell.
    Delay(fn(&Known) -> f64),
}
use Family::{Delay, Value};

struct Group {
    values: &'static str,
    classes: &'static [Class],
    min_max: MinMax,
    families: &'static [(&'static str, Family)],
}

/// Bold is what files use; where they have no base, that which needs none.
const GROUPS: &[Group] = &[
    Group {
        values: "further arcs of a driver",
        classes: &[Class::FurtherArc],
        min_max: MinMax::Max,
        families: &[
            ("the value of the base", Value(|k| k.t)),
            ("moved like the driver's first arc", Value(|k| k.t + (k.s - k.ts))),
            ("**delay table for the load of the first arc**", Delay(|k| k.s)),
            ("**the same, in the ratio of the base**", Delay(|k| k.s * ratio(k.t, k.ts))),
        ],
    },
    Group {
        values: "conditional arcs between two pins",
        classes: &[Class::ConditionalArc],
        min_max: MinMax::Max,
        families: &[
            ("the value of the base", Value(|k| k.t)),
            ("moved like the arc before", Value(|k| k.t + (k.s - k.ts))),
            ("**delay table for the load of the arc before**", Delay(|k| k.s)),
            ("**the same, in the ratio of the base**", Delay(|k| k.s * ratio(k.t, k.ts))),
        ],
    },
    Group {
        values: "min of such arcs",
        classes: &[Class::ConditionalArc],
        min_max: MinMax::Min,
        families: &[
            ("max, as far away as in the base", Value(|k| k.x + (k.t - k.xt))),
            ("**delay table for the load of max**", Delay(|k| k.x)),
            ("**the same, in the ratio of the base**", Delay(|k| k.x * ratio(k.t, k.xt))),
            ("**the same, in the ratio of the arc before**", Delay(|k| k.x * ratio(k.s, k.xs))),
        ],
    },
    Group {
        values: "first arc of a driver",
        classes: &[Class::FirstArc],
        min_max: MinMax::Max,
        families: &[
            ("the value of the base", Value(|k| k.t)),
            ("**delay table for the load in the base**", Delay(|k| k.t)),
        ],
    },
    Group {
        values: "slew of a driver",
        classes: &[Class::Driver],
        min_max: MinMax::Max,
        families: &[("**the value of the base**", Value(|k| k.t))],
    },
    Group {
        values: "slew of a load",
        classes: &[Class::Load],
        min_max: MinMax::Max,
        families: &[
            ("**the driver's slew**", Value(|k| k.s)),
            ("**the driver's, as far away as in the base**", Value(|k| k.s + (k.t - k.ts))),
            ("**the driver's, in the ratio of the base**", Value(|k| k.t * (k.s / k.ts))),
        ],
    },
    Group {
        values: "min slew of a load",
        classes: &[Class::Load],
        min_max: MinMax::Min,
        families: &[
            ("max, as far away as in the base", Value(|k| k.x + (k.t - k.xt))),
            ("**max, as far away as at the driver**", Value(|k| k.x + (k.s - k.xs))),
        ],
    },
    Group {
        values: "wire, rise",
        classes: &[Class::FirstWire],
        min_max: MinMax::Max,
        families: &[("**the value of the base**", Value(|k| k.t))],
    },
    Group {
        values: "wire, fall",
        classes: &[Class::FurtherWire],
        min_max: MinMax::Max,
        families: &[
            ("the rise", Value(|k| k.s)),
            ("**the rise, in the ratio of the base**", Value(|k| k.t * (k.s / k.ts))),
        ],
    },
    Group {
        values: "wire, min",
        classes: &[Class::FirstWire, Class::FurtherWire],
        min_max: MinMax::Min,
        families: &[
            ("max", Value(|k| k.x)),
            ("**max, in the ratio of the base**", Value(|k| k.x * (k.t / k.xt))),
        ],
    },
];

/// By [`MinMax`].
type Pair = [Vec<f64>; 2];

/// What a stage says in its first scene: delays and the loads that they tell, by arc; slews, by
/// [`Transition`] and vertex.
struct State {
    delays: Pair,
    loads: Pair,
    slews: [Pair; 2],
}

impl State {
    fn new(raw: &RawStage, tables: &Tables) -> Outcome<Self> {
        let column = |kind, transition, min_max| -> Outcome<Vec<f64>> {
            let key = StreamKey { kind, scene: 0, min_max, transition, plane: 0 };
            let bits = raw.column(key).ok_or_else(|| format!("{} lacks {key}.", raw.name))?;
            Ok(bits.iter().map(|bits| f64::from(f32::from_bits(*bits))).collect())
        };
        let pair = |kind, transition| -> Outcome<Pair> {
            Ok([column(kind, transition, MinMax::Min)?, column(kind, transition, MinMax::Max)?])
        };
        let slews = |transition| pair(StreamKind::Slew, transition);
        let mut state = Self {
            delays: pair(StreamKind::Delay, Transition::None)?,
            loads: Pair::default(),
            slews: [slews(Transition::Rise)?, slews(Transition::Fall)?],
        };
        state.loads = [MinMax::Min, MinMax::Max].map(|min_max| {
            let delays = state.delays[min_max as usize].iter().enumerate();
            let curve = |arc| tables.curve(arc, &state.slews, min_max);
            let loads = delays.map(|(arc, delay)| curve(arc).map(|curve| curve.load(*delay)));
            loads.map(|load| load.unwrap_or(f64::NAN)).collect()
        });
        Ok(state)
    }

    /// By the rows of another stage.
    fn aligned(&self, rows: &Rows) -> Self {
        let align = |is_arcs, pair: &Pair| {
            pair.each_ref().map(|values| {
                let values = rows.gather(is_arcs, values).into_iter();
                values.map(|value| value.unwrap_or(f64::NAN)).collect()
            })
        };
        Self {
            delays: align(true, &self.delays),
            loads: align(true, &self.loads),
            slews: self.slews.each_ref().map(|pair| align(false, pair)),
        }
    }
}

impl Known {
    fn new([own, base]: [&Pair; 2], min_max: MinMax, place: &Place) -> Self {
        let at = |pair: &Pair, min_max, row: Option<usize>| {
            row.and_then(|row| pair[min_max as usize].get(row)).copied().unwrap_or(f64::NAN)
        };
        let (row, sibling) = (Some(place.row), place.sibling);
        // Max is known before min, not before itself.
        let crossed = |row: Option<usize>| row.filter(|_| min_max == MinMax::Min);
        Self {
            t: at(base, min_max, row),
            s: at(own, min_max, sibling),
            ts: at(base, min_max, sibling),
            x: at(own, MinMax::Max, crossed(row)),
            xs: at(own, MinMax::Max, crossed(sibling)),
            xt: at(base, MinMax::Max, crossed(row)),
        }
    }
}

/// A stage, and its base by the rows of the stage.
struct Hop<'a> {
    tables: Tables<'a>,
    places: Vec<Place>,
    own: State,
    base: State,
}

impl<'a> Hop<'a> {
    fn new(base: &RawStage, stage: &'a RawStage) -> Outcome<Self> {
        let tables = Tables::new(stage);
        let own = State::new(stage, &tables)?;
        let base = State::new(base, &Tables::new(base))?.aligned(&Rows::align(base, stage));
        Ok(Self { tables, places: places(&stage.objects), own, base })
    }

    /// Bits a value that a family takes for a group.
    fn bits(&self, group: &Group, family: &Family) -> Outcome<f64> {
        let is_slew = |class: &Class| matches!(class, Class::Driver | Class::Load);
        let columns = if group.classes.iter().any(is_slew) {
            self.own.slews.iter().zip(&self.base.slews).map(|(own, base)| [own, base]).collect()
        } else {
            vec![[&self.own.delays, &self.base.delays]]
        };
        let mut residuals = Vec::new();
        for columns in columns {
            for place in self.places.iter().filter(|place| group.classes.contains(&place.class)) {
                let predicted = self.predict(columns, group.min_max, place, family) as f32;
                let value = columns[0][group.min_max as usize][place.row] as f32;
                let residual = ordered(value.to_bits()).wrapping_sub(ordered(predicted.to_bits()));
                residuals.push(residual as i32);
            }
        }
        // As files are coded: residuals have neither trend nor common divisor, and are signed where that
        // takes less.
        let config = ChunkConfig::default()
            .with_delta_spec(DeltaSpec::NoOp)
            .with_mode_spec(ModeSpec::Classic);
        let unsigned: Vec<u32> =
            residuals.iter().map(|residual| zigzag(*residual as u32)).collect();
        let of_signed = simple_compress(&residuals, &config)?.len();
        let bytes = of_signed.min(simple_compress(&unsigned, &config)?.len());
        Ok(bytes as f64 * 8.0 / residuals.len().max(1) as f64)
    }

    /// Where a family lacks something: the first of max, base and sibling that is there.
    fn predict(&self, columns: [&Pair; 2], min_max: MinMax, place: &Place, family: &Family) -> f64 {
        let known = Known::new(columns, min_max, place);
        let predicted = match family {
            Value(value) => value(&known),
            Delay(load) => {
                let loads = [&self.own.loads, &self.base.loads];
                let load = load(&Known::new(loads, min_max, place));
                let curve = self.tables.curve(place.row, &self.own.slews, min_max);
                curve.map_or(f64::NAN, |curve| curve.delay(load))
            }
        };
        let parts = [predicted, known.x, known.t, known.s];
        parts.into_iter().find(|value| value.is_finite()).unwrap_or(0.0)
    }
}

/// All rows that the groups are made of.
fn places(objects: &ObjectTable) -> Vec<Place> {
    let mut places = Vec::new();
    let vertices = objects.vertex_count();
    // By vertex: the start of the first wire into it; for both transitions the first cell arc into it.
    let mut driver = vec![None; vertices];
    let mut first = vec![[None; 2]; vertices];
    // Between the vertices of the last arc: the last wire, and for both transitions the last cell arc.
    let mut ends = (u32::MAX, u32::MAX);
    let (mut last_wire, mut last) = (None, [None; 2]);
    for row in 0..objects.arc_count() {
        let Some((from, to, kind)) = objects.arc(row as u32) else { continue };
        let kind = objects.arc_kind_name(kind);
        let Some((_, transition)) = transitions(kind) else { continue };
        if ends != (from, to) {
            ends = (from, to);
            (last_wire, last) = (None, [None; 2]);
        }
        let (class, sibling) = if kind.starts_with("wire ") {
            driver[to as usize].get_or_insert(from as usize);
            match last_wire.replace(row) {
                None => (Class::FirstWire, None),
                before => (Class::FurtherWire, before),
            }
        } else {
            let first = &mut first[to as usize][transition as usize];
            match (last[transition as usize].replace(row), *first) {
                (None, None) => {
                    *first = Some(row);
                    (Class::FirstArc, None)
                }
                (None, first) => (Class::FurtherArc, first),
                (before, _) => (Class::ConditionalArc, before),
            }
        };
        places.push(Place { class, row, sibling });
    }
    for row in 0..vertices {
        // A load that another load drives counts as a driver.
        let sibling = driver[row].filter(|from| driver[*from].is_none());
        let class = if sibling.is_some() { Class::Load } else { Class::Driver };
        places.push(Place { class, row, sibling });
    }
    places
}

/// `STORE BASE STAGE...`: a column of the table for every pair of a base and a stage.
pub fn print(arguments: &[String]) -> Outcome<()> {
    let usage = "usage: hops families STORE BASE STAGE [BASE STAGE]...";
    let (store, names) = arguments.split_first().ok_or(usage)?;
    let (pairs, []) = names.as_chunks::<2>() else { return Err(usage.into()) };
    let store = Store::open(Path::new(store), OpenMode::Read, ReadMode::default())?;
    let mut stages = Vec::new();
    for [base, stage] in pairs {
        stages.push([RawStage::read(&store, base)?, RawStage::read(&store, stage)?]);
    }
    let hops = stages.iter().map(|[base, stage]| Hop::new(base, stage));
    let hops = hops.collect::<Outcome<Vec<_>>>()?;

    let mut cells = vec!["values".to_owned(), "family".to_owned()];
    cells.extend(pairs.iter().map(|[base, stage]| format!("{base} -> {stage}")));
    let mut out = String::new();
    header(&mut out, &cells);
    for group in GROUPS {
        let mut values = group.values;
        for (name, family) in group.families {
            let mut cells = vec![std::mem::take(&mut values).to_owned(), (*name).to_owned()];
            for hop in &hops {
                cells.push(format!("{:.1}", hop.bits(group, family)?));
            }
            row(&mut out, &cells);
        }
    }
    print!("{out}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stand_beside_those_they_move_with() {
        let mut objects = ObjectTable::new();
        let cell = objects.add_cell("X");
        objects.add_vertices(b"abcd", &[1, 2, 3, 4], &[0; 4], &[cell; 4]).unwrap();
        objects.add_edges(&[0, 1, 2, 0], &[2, 2, 3, 3]).unwrap();
        let rise = objects.add_arc_kind("combinational ^ -> ^");
        let fall = objects.add_arc_kind("combinational ^ -> v");
        let wire_rise = objects.add_arc_kind("wire ^ -> ^");
        let wire_fall = objects.add_arc_kind("wire v -> v");
        let setup = objects.add_arc_kind("setup ^ -> ^");
        let edges = [0, 0, 0, 1, 1, 2, 2, 3];
        let kinds = [rise, fall, rise, rise, fall, wire_rise, wire_fall, setup];
        objects.add_arcs(&edges, &kinds).unwrap();
        let place = |class, row, sibling| Place { class, row, sibling };
        let expected = [
            place(Class::FirstArc, 0, None),
            place(Class::FirstArc, 1, None),
            place(Class::ConditionalArc, 2, Some(0)),
            place(Class::FurtherArc, 3, Some(0)),
            place(Class::FurtherArc, 4, Some(1)),
            place(Class::FirstWire, 5, None),
            place(Class::FurtherWire, 6, Some(5)),
            place(Class::Driver, 0, None),
            place(Class::Driver, 1, None),
            place(Class::Driver, 2, None),
            place(Class::Load, 3, Some(2)),
        ];
        assert_eq!(places(&objects), expected);
    }
}
