// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Gates whose delays are those of a library: every delay follows from the load of its driver and the slew
//! of its input.

use std::sync::Arc;

use ckp::{
    Capture, CaptureOptions, DelayTable, MinMax, ObjectTable, Result, Stage, Store, StreamKey,
    StreamKind, Transition,
};

/// Arcs of a gate: those through it from A and from B, rising and falling; then the wires into A and B.
pub const ARCS: usize = 8;
pub const THROUGH: usize = 4;
const CELLS: [&str; 4] = ["NAND2_X1", "NAND2_X2", "NOR2_X1", "NOR2_X2"];

/// A netlist of gates, and a version of its timing.
#[derive(Clone)]
pub struct Gates {
    /// Begins the names of the instances.
    pub prefix: &'static str,
    /// Cell of each gate.
    pub cells: Vec<usize>,
    /// Number in the name of each scene, which says its library.
    pub scenes: &'static [u16],
    /// Of every so many gates, the load moves with the version; 0 for none.
    pub moving: usize,
    pub version: u32,
}

impl Gates {
    pub fn new(count: usize) -> Self {
        let cells = (0..count).map(|gate| (random(gate, 1) * 4.0) as usize).collect();
        Self { prefix: "u", cells, scenes: &[0], moving: 0, version: 0 }
    }

    pub fn objects(&self) -> ObjectTable {
        let mut table = ObjectTable::new();
        let kinds = ["combinational ^ -> v", "combinational v -> ^", "wire ^ -> ^", "wire v -> v"];
        let kinds = kinds.map(|kind| table.add_arc_kind(kind));
        for (gate, cell) in self.cells.iter().enumerate() {
            let cell = table.add_cell(CELLS[*cell]);
            for pin in ["A", "B", "Z"] {
                let name = format!("{}{gate}/{pin}", self.prefix);
                let ends = [name.len() as u32];
                table.add_vertices(name.as_bytes(), &ends, &[0], &[cell]).unwrap();
            }
        }
        for gate in 0..self.cells.len() {
            let pin = |pin: usize| (3 * gate + pin) as u32;
            let edge = table.edge_count() as u32;
            let [a, b] = [7, 8].map(|salt| self.driver(gate, salt));
            table.add_edges(&[pin(0), pin(1), a, b], &[pin(2), pin(2), pin(0), pin(1)]).unwrap();
            let edges = [0, 0, 1, 1, 2, 2, 3, 3].map(|number| edge + number);
            let arcs = [0, 1, 0, 1, 2, 3, 2, 3].map(|kind| kinds[kind]);
            table.add_arcs(&edges, &arcs).unwrap();
        }
        table
    }

    /// The output of some gate before it; the first drives itself.
    fn driver(&self, gate: usize, salt: u32) -> u32 {
        3 * (random(gate, salt) * gate as f32) as u32 + 2
    }

    pub fn keys(&self) -> Vec<StreamKey> {
        let mut keys = super::keys();
        keys.retain(|key| key.kind.width() == ckp::Width::Word);
        let of_scene = |scene: u16| keys.iter().map(move |key| StreamKey { scene, ..*key });
        (0..self.scenes.len() as u16).flat_map(of_scene).collect()
    }

    pub fn column(&self, key: StreamKey) -> Vec<u32> {
        let bits = |value: f32| value.to_bits();
        if key.kind == StreamKind::Delay {
            let arcs = (0..self.cells.len()).flat_map(|gate| (0..ARCS).map(move |arc| (gate, arc)));
            return arcs.map(|(gate, arc)| bits(self.delay(key, gate, arc))).collect();
        }
        let transition = key.transition as usize;
        let times = |kind| std::mem::take(&mut self.times(StreamKey { kind, ..key })[transition]);
        let values = match key.kind {
            StreamKind::Slew => {
                (0..3 * self.cells.len()).map(|row| self.slew(key, key.transition, row)).collect()
            }
            StreamKind::Slack => {
                let times = times(StreamKind::Required).into_iter().zip(times(StreamKind::Arrival));
                let late = key.min_max == MinMax::Max;
                times.map(|(r, a)| if late { r - a } else { a - r }).collect()
            }
            kind => times(kind),
        };
        values.into_iter().map(bits).collect()
    }

    /// Arrivals or required times, rising and falling: what the graph tells, but for some vertices.
    fn times(&self, key: StreamKey) -> [Vec<f32>; 2] {
        let is_arrival = key.kind == StreamKind::Arrival;
        let late = is_arrival == (key.min_max == MinMax::Max);
        let worst = |a: f32, b: f32| if late { a.max(b) } else { a.min(b) };
        let off = |row| if row % 20 == 2 { 3e-11 * random(row, 60) } else { 0.0 };
        let none = if late { f32::NEG_INFINITY } else { f32::INFINITY };
        let mut times = [(); 2].map(|()| vec![none; 3 * self.cells.len()]);
        let inputs = [(0, 0), (0, 1), (1, 0), (1, 1)];
        let wire = |gate, pin, tr| self.delay(key, gate, THROUGH + 2 * pin + tr);
        let through = |gate, pin, tr| self.delay(key, gate, 2 * pin + tr);
        let driver = |gate, pin| self.driver(gate, 7 + pin as u32) as usize;
        for gate in (0..self.cells.len()).filter(|_| is_arrival) {
            let z = 3 * gate + 2;
            for (pin, tr) in inputs {
                let row = 3 * gate + pin;
                let start = times[tr][driver(gate, pin)] + wire(gate, pin, tr);
                times[tr][row] = if gate > 0 { start } else { 0.0 } + off(row);
                let out = times[tr][row] + through(gate, pin, tr);
                times[1 - tr][z] = worst(times[1 - tr][z], out);
            }
            times.iter_mut().for_each(|times| times[z] += off(z));
        }
        for gate in (0..self.cells.len()).rev().filter(|_| !is_arrival) {
            let z = 3 * gate + 2;
            for times in &mut times {
                times[z] = if times[z].is_finite() { times[z] } else { 1e-9 } + off(z);
            }
            for (pin, tr) in inputs {
                let row = 3 * gate + pin;
                times[tr][row] = times[1 - tr][z] - through(gate, pin, tr) + off(row);
                let start = times[tr][row] - wire(gate, pin, tr);
                let from = driver(gate, pin);
                if gate > 0 {
                    times[tr][from] = worst(times[tr][from], start);
                }
            }
        }
        times
    }

    fn delay(&self, key: StreamKey, gate: usize, arc: usize) -> f32 {
        if arc >= THROUGH {
            return 1e-13 * random(gate * ARCS + arc, 4);
        }
        let input = if arc.is_multiple_of(2) { Transition::Rise } else { Transition::Fall };
        let slew = self.slew(key, input, 3 * gate + arc / 2);
        let scene = self.scenes[usize::from(key.scene)];
        interpolate(&library_table(self.cells[gate], arc, scene), slew, self.load(gate))
    }

    fn slew(&self, key: StreamKey, transition: Transition, row: usize) -> f32 {
        let early = if key.min_max == MinMax::Min { 0.9 } else { 1.0 };
        let moved = self.moved(row / 3, 40);
        early * (2e-11 + 1e-10 * random(row, 20 + transition as u32)) * moved
    }

    pub fn load(&self, gate: usize) -> f32 {
        (1e-15 + 2e-14 * random(gate, 30)) * self.moved(gate, 50)
    }

    /// How far something of a gate has moved with the version.
    fn moved(&self, gate: usize, salt: u32) -> f32 {
        let moves = self.moving > 0 && gate.is_multiple_of(self.moving);
        let version = if moves { self.version } else { 0 };
        1.0 + 0.2 * random(gate, salt + version)
    }

    /// What an engine tells: a table for each timing arc of each cell in each scene.
    pub fn library(&self) -> Vec<(u16, u32, DelayTable)> {
        let first = |cell| self.cells.iter().position(|known| *known == cell);
        let used = (0..CELLS.len()).filter_map(|cell| Some((cell, first(cell)?)));
        let arcs = used.flat_map(|used| (0..THROUGH).map(move |arc| (used, arc)));
        let scenes = || (0..).zip(self.scenes);
        let arcs = arcs.flat_map(|arc| scenes().map(move |scene| (scene, arc)));
        arcs.map(|((scene, of), ((cell, gate), arc))| {
            (scene, (gate * ARCS + arc) as u32, library_table(cell, arc, *of))
        })
        .collect()
    }

    pub fn save(
        &self,
        store: &Store,
        name: &str,
        options: CaptureOptions,
        library: &[(u16, u32, DelayTable)],
    ) -> Result<Arc<Stage>> {
        let mut capture = Capture::begin(store, name, options, self.objects())?;
        capture.metadata_mut().scenes = self.scenes.iter().map(|n| format!("scene{n}")).collect();
        for key in self.keys() {
            let column = capture.add_column(key)?;
            capture.write(column, &self.column(key))?;
        }
        for (scene, arc, table) in library {
            capture.add_delay_table(*scene, *arc, table.clone())?;
        }
        capture.commit(store)
    }

    pub fn assert_held_by(&self, stage: &Stage) {
        for key in self.keys() {
            let saved = self.column(key);
            let read = stage.read_words(key, 0..saved.len() as u64).unwrap();
            assert!(read == saved, "{key} of {stage:?}");
        }
        stage.verify(ckp::Depth::Full).unwrap();
    }
}

/// A table of 7 slews and 7 loads, bent as those of libraries are.
pub fn library_table(cell: usize, arc: usize, scene: u16) -> DelayTable {
    let slews = vec![1e-12f32, 1e-11, 3e-11, 6e-11, 1e-10, 2e-10, 5e-10];
    let loads = vec![4e-16f32, 2e-15, 4e-15, 8e-15, 1.6e-14, 3e-14, 1e-13];
    let drive = [1.0, 0.55, 1.4, 0.7][cell] * (1.0 + 0.1 * arc as f32) * (1.0 + 0.3 * scene as f32);
    let delay = |(slew, load): (f32, f32)| {
        let bend = (slew * load * drive * 2e3).sqrt() * 0.5;
        5e-12 * drive + 0.12 * slew + 3.5e3 * load * drive + bend
    };
    let pairs = slews.iter().flat_map(|slew| loads.iter().map(move |load| (*slew, *load)));
    let delays = pairs.map(delay).collect();
    DelayTable::new(slews, loads.clone(), delays).unwrap()
}

/// As engines do it: linear between the points around slew and load.
fn interpolate(table: &DelayTable, slew: f32, load: f32) -> f32 {
    let place = |axis: &[f32], value: f32| {
        let inner = &axis[1..axis.len() - 1];
        let first = inner.iter().take_while(|point| value >= **point).count();
        (first, (value - axis[first]) / (axis[first + 1] - axis[first]))
    };
    let (row, across) = place(table.slews(), slew);
    let (column, along) = place(table.loads(), load);
    let point = |row: usize, column: usize| table.delays()[row * table.loads().len() + column];
    let lower = point(row, column) * (1.0 - along) + point(row, column + 1) * along;
    let upper = point(row + 1, column) * (1.0 - along) + point(row + 1, column + 1) * along;
    lower * (1.0 - across) + upper * across
}

/// A number from 0 to 1 that belongs to a row.
fn random(row: usize, salt: u32) -> f32 {
    let mut state = (row as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ u64::from(salt) << 17;
    for _ in 0..3 {
        state ^= state >> 29;
        state = state.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    }
    (state >> 40) as f32 / (1 << 24) as f32
}
