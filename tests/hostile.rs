// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Whatever the values and the graph, what is read is what was saved, bit for bit or within the tolerance,
//! and it is hardly larger than raw.

mod common;

use std::sync::Arc;

use ckp::{
    BaseChoice, Capture, CaptureOptions, CodecChoice, DelayTable, Depth, MAX_PLANES, MinMax,
    ObjectTable, Stage, Store, StreamKey, StreamKind, Transition,
};
use common::{HOSTILE, create};
use proptest::prelude::*;

const KINDS: [&str; 6] = [
    "wire ^ -> ^",
    "wire v -> v",
    "combinational ^ -> v",
    "combinational v -> ^",
    "setup ^ -> v",
    "tristate 0Z -> Z1",
];

/// Any edges between a few vertices: cycles, self-loops, parallel edges, edges without arcs.
#[derive(Clone, Debug)]
struct Design {
    vertices: u32,
    /// From, to, kinds.
    edges: Vec<(u32, u32, Vec<u32>)>,
    first_name: u32,
    /// Which cells the instances have.
    cells: u32,
    scenes: u16,
    planes: u8,
    seed: u64,
    spread: u32,
    library: Library,
}

/// Delay tables that a capture is told: scene, any number for the arc, and the table, or none for the
/// one that the delays are made of.
type Library = Vec<(u16, u32, Option<DelayTable>)>;

/// The spread of values that follow delay tables.
const PHYSICAL: u32 = 5;

fn any_edges() -> impl Strategy<Value = (u32, Vec<(u32, u32, Vec<u32>)>)> {
    let edge = |vertices| {
        let kinds = prop::collection::vec(0..KINDS.len() as u32, 0..4);
        (0..vertices, 0..vertices, kinds)
    };
    (1u32..40).prop_flat_map(move |vertices| {
        (Just(vertices), prop::collection::vec(edge(vertices), 0..80))
    })
}

/// Gates with two inputs and an output, so that many arcs have one type.
fn gates() -> impl Strategy<Value = (u32, Vec<(u32, u32, Vec<u32>)>)> {
    prop::collection::vec((any::<u32>(), 1usize..3), 1..60).prop_map(|drivers| {
        let count = drivers.len() as u32;
        let gate = |(gate, (driver, kinds)): (u32, (u32, usize))| {
            let (a, z) = (3 * gate, 3 * gate + 2);
            let through = [(a, z, vec![2, 3]), (a + 1, z, vec![2, 3])];
            let wire = (3 * (driver % count) + 2, a, vec![0, 1][..kinds].to_vec());
            through.into_iter().chain([wire])
        };
        (3 * count, (0..).zip(drivers).flat_map(gate).collect())
    })
}

/// Flat, rising, random, of one point, negative, huge; axes from narrow to wide.
fn delay_table() -> impl Strategy<Value = DelayTable> {
    let axis = || {
        let start = prop::sample::select(vec![0.0, 1e-15, -1e-12, 1e-10, -1e30]);
        let step = prop::sample::select(vec![1e-30f32, 1e-16, 1e-12, 1.0, 1e30]);
        (1usize..7, start, step).prop_map(|(points, start, step)| {
            let mut axis: Vec<f32> = (0..points).map(|n| start + n as f32 * step).collect();
            axis.dedup();
            axis
        })
    };
    (axis(), axis(), 0u32..5, any::<u64>()).prop_map(|(slews, loads, form, seed)| {
        let count = slews.len() * loads.len();
        let delays = random(seed).zip(0..count).map(|(random, n)| match form {
            0 => 1e-10,
            1 => 1e-11 + 3e-12 * n as f32,
            2 => -1e-11 - 3e-12 * n as f32,
            3 => 3e38 - n as f32 * 1e36,
            _ => Some(f32::from_bits(random)).filter(|bits| bits.is_finite()).unwrap_or(0.0),
        });
        let delays = delays.collect();
        DelayTable::new(slews, loads, delays).unwrap()
    })
}

fn library() -> impl Strategy<Value = Library> {
    let table = prop::option::weighted(0.5, delay_table());
    prop_oneof![Just(Vec::new()), prop::collection::vec((0u16..3, any::<u32>(), table), 1..12)]
}

fn design() -> impl Strategy<Value = Design> {
    let graph = prop_oneof![any_edges().boxed(), gates().boxed()];
    let values = (any::<u64>(), prop_oneof![0..PHYSICAL, Just(PHYSICAL)]);
    let lanes = (1u16..4, prop_oneof![Just(1u8), 2..=MAX_PLANES]);
    (graph, 0u32..6, (0u32..5, lanes), values, library()).prop_map(
        |((vertices, edges), first_name, (cells, lanes), (seed, spread), library)| Design {
            vertices,
            edges,
            first_name,
            cells,
            scenes: lanes.0,
            planes: lanes.1,
            seed,
            spread,
            library,
        },
    )
}

fn random(mut state: u64) -> impl Iterator<Item = u32> {
    std::iter::repeat_with(move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        (state >> 33) as u32
    })
}

impl Design {
    fn new(vertices: u32, edges: Vec<(u32, u32, Vec<u32>)>) -> Self {
        let (first_name, cells, scenes, planes, seed, spread) = (0, 0, 2, 1, 3, 4);
        let library = Vec::new();
        Self { vertices, edges, first_name, cells, scenes, planes, seed, spread, library }
    }

    fn table(&self) -> ObjectTable {
        let mut table = ObjectTable::new();
        let cells = ["", "INV", "NAND", "NOR"].map(|cell| table.add_cell(cell));
        let kinds = KINDS.map(|kind| table.add_arc_kind(kind));
        for vertex in 0..self.vertices {
            let name = format!("u{}/{}", (vertex + self.first_name) / 3, vertex % 3);
            let cell = cells[self.cell(vertex)];
            table.add_vertices(name.as_bytes(), &[name.len() as u32], &[0], &[cell]).unwrap();
        }
        for (edge, (from, to, of_edge)) in self.edges.iter().enumerate() {
            table.add_edges(&[*from], &[*to]).unwrap();
            for kind in of_edge {
                table.add_arcs(&[edge as u32], &[kinds[*kind as usize]]).unwrap();
            }
        }
        table
    }

    /// Two cells; others, other ones exchanged, or a renamed one.
    fn cell(&self, vertex: u32) -> usize {
        let instance = vertex / 3;
        let exchanged = self.cells > 1 && instance.is_multiple_of(5);
        let cell = instance % 2 + u32::from(exchanged);
        (cell % 2 + if self.cells > 2 { self.cells - 1 } else { 0 }) as usize % 4
    }

    /// Hostile bits, constants, random bits, or numbers that resemble times.
    fn column(&self, key: StreamKey, rows: usize) -> Vec<u32> {
        if self.spread == PHYSICAL {
            return self.physical(key, rows);
        }
        let salt = u64::from(key.scene) ^ u64::from(key.plane) << 16 ^ (key.kind as u64) << 32;
        let mut next = random(self.seed ^ salt);
        let mut next = || next.next().unwrap();
        (0..rows)
            .map(|_| {
                let random = next();
                match self.spread {
                    0 => HOSTILE[random as usize % HOSTILE.len()],
                    1 => 0x7fc0_0001,
                    2 => random.rotate_left(random % 32) ^ next(),
                    3 => (1e-10f32 * (1 + random % 7) as f32).to_bits(),
                    _ if random.is_multiple_of(5) => HOSTILE[random as usize % HOSTILE.len()],
                    _ => (1e-10f32 * (1.0 + random as f32 / 4e9)).to_bits(),
                }
            })
            .collect()
    }

    /// Delays that the tables of [`Design::library_delay`] tell, but for some, and any slews.
    fn physical(&self, key: StreamKey, rows: usize) -> Vec<u32> {
        let share = |row: u32, salt: u64| {
            let salt = self.seed ^ salt << 40 ^ u64::from(row) << 8 ^ u64::from(key.scene);
            random(salt).nth(2).unwrap() as f32 / 4e9
        };
        let early = if key.min_max == MinMax::Min { 0.9 } else { 1.0 };
        let slew = |row, transition: u64| early * (1e-11 + 1e-10 * share(row, transition));
        if key.kind != StreamKind::Delay {
            return (0..rows as u32).map(|r| slew(r, key.transition as u64).to_bits()).collect();
        }
        let arcs = (0..)
            .zip(&self.edges)
            .flat_map(|(_, (from, to, kinds))| kinds.iter().map(move |kind| (*from, *to, *kind)));
        let delay = |(from, to, kind): (u32, u32, u32)| {
            let load = 1e-15 + 1e-14 * share(to, 9);
            if share(from ^ to, 10) < 0.02 {
                return HOSTILE[to as usize % HOSTILE.len()];
            }
            self.library_delay(from, kind, slew(from, u64::from(kind % 2)), load).to_bits()
        };
        arcs.map(delay).collect()
    }

    fn library_delay(&self, from: u32, kind: u32, slew: f32, load: f32) -> f32 {
        let drive = 1.0 + self.cell(from) as f32 + (from % 3) as f32 * 0.3 + kind as f32 * 0.1;
        1e-11 + 0.3 * slew + 4e3 * drive * load
    }

    /// The table that the delay of an arc is made of.
    fn library_table(&self, arc: u32) -> DelayTable {
        let arcs = self.edges.iter().flat_map(|(from, _, kinds)| kinds.iter().map(|k| (*from, *k)));
        let (from, kind) = arcs.clone().nth(arc as usize).unwrap();
        let (slews, loads) = (vec![0.0, 5e-11, 2e-10], vec![1e-16, 4e-15, 3e-14]);
        let pairs = slews.iter().flat_map(|slew| loads.iter().map(move |load| (*slew, *load)));
        let delays = pairs.map(|(slew, load)| self.library_delay(from, kind, slew, load)).collect();
        DelayTable::new(slews, loads.clone(), delays).unwrap()
    }
}

const SCENES: [&str; 3] = ["fast", "slow", "typical"];

/// The first scene has all columns, the second lacks some that others are predicted from, the third has
/// delays and what they depend on.
fn keys(design: &Design) -> Vec<StreamKey> {
    let mut all = common::keys();
    all.retain(|key| key.kind.width() == ckp::Width::Word);
    let of_scene = |scene: u16| all.iter().map(move |key| StreamKey { scene, ..*key });
    let incomplete = |key: &StreamKey| {
        key.kind != StreamKind::Delay
            && (key.kind, key.transition) != (StreamKind::Required, Transition::Fall)
            && (key.kind, key.min_max) != (StreamKind::Arrival, MinMax::Max)
    };
    let delays = |key: &StreamKey| matches!(key.kind, StreamKind::Slew | StreamKind::Delay);
    let others = of_scene(1).filter(incomplete).chain(of_scene(2).filter(delays));
    let keys = of_scene(0).chain(others).filter(|key| key.scene < design.scenes);
    // Skewness without slacks.
    let has_plane = |key: &StreamKey| key.plane < 3 || key.kind != StreamKind::Slack;
    let planes = |key| (0..design.planes).map(move |plane| StreamKey { plane, ..key });
    keys.flat_map(planes).filter(has_plane).collect()
}

fn save(store: &Store, name: &str, design: &Design, options: CaptureOptions) -> Arc<Stage> {
    let table = design.table();
    let mut capture = Capture::begin(store, name, options, table.clone()).unwrap();
    let scenes = &SCENES[..usize::from(design.scenes)];
    capture.metadata_mut().scenes = scenes.iter().map(|name| (*name).into()).collect();
    for key in keys(design) {
        let column = capture.add_column(key).unwrap();
        capture.write(column, &design.column(key, common::rows(&table, key))).unwrap();
    }
    let known = |(scene, ..): &&(u16, _, _)| *scene < design.scenes;
    for (scene, arc, delays) in design.library.iter().filter(known) {
        let Some(arc) = arc.checked_rem(table.arc_count() as u32) else { break };
        let delays = delays.clone().unwrap_or_else(|| design.library_table(arc));
        capture.add_delay_table(*scene, arc, delays).unwrap();
    }
    capture.commit(store).unwrap()
}

/// Bit for bit, or as numbers within the tolerance.
fn is_within(tolerance: f64, saved: u32, read: u32) -> bool {
    let [a, b] = [saved, read].map(|bits| f64::from(f32::from_bits(bits)));
    saved == read || (tolerance > 0.0 && (a - b).abs() <= tolerance)
}

fn check(stage: &Stage, design: &Design) {
    let table = design.table();
    for key in keys(design) {
        let rows = common::rows(&table, key);
        let read = stage.read_words(key, 0..rows as u64).unwrap();
        let saved = design.column(key, rows);
        let tolerance = if key.plane == 0 { stage.metadata().tolerance } else { 0.0 };
        assert!(saved.iter().zip(&read).all(|(a, b)| is_within(tolerance, *a, *b)), "{key}");
    }
    assert_eq!(stage.timing_stage().delta_changes.planes(), design.planes);
    assert_eq!(stage.objects().unwrap().arc_count(), table.arc_count());
    stage.verify(Depth::Full).unwrap();
    let blocks = stage.timing_stage().delta_changes.streams.iter().flat_map(|s| &s.blocks);
    let stored: u64 = blocks.map(|block| u64::from(block.stored)).sum();
    // Masks and the ends of small blocks.
    let overhead = 100 + 8 * keys(design).len() as u64;
    let raw = stage.metadata().raw_bytes;
    assert!(stored <= raw + raw / 100 + overhead, "{stored} of {raw} bytes");
}

/// None, useful ones, and such as are too small or too large to be of use.
fn tolerance() -> impl Strategy<Value = f64> {
    prop_oneof![
        Just(0.0),
        Just(1e-15),
        Just(1e-14),
        Just(3.7e-12),
        Just(1e-40),
        Just(3e-30),
        Just(f64::from_bits(1)),
        Just(1.0),
        (-20.0f64..0.0).prop_map(|exponent| 10f64.powf(exponent)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn any_design_on_any_base_comes_back(
        first in design(),
        second in design(),
        codec in 0u64..4,
        library in library(),
        same_graph in any::<bool>(),
        tolerances in [tolerance(), tolerance(), tolerance()],
    ) {
        let directory = tempfile::tempdir().unwrap();
        let store = create(&directory.path().join("s.ckp"));
        let codec = CodecChoice::from_code(codec).unwrap();
        let second = if same_graph {
            let (vertices, edges) = (first.vertices, first.edges.clone());
            Design { vertices, edges, first_name: first.first_name, ..second }
        } else {
            second
        };
        let options = |base, of: usize| {
            CaptureOptions { base, codec, level: 3, tolerance: tolerances[of] }
        };
        check(&save(&store, "first", &first, options(BaseChoice::Full, 0)), &first);
        let base = BaseChoice::Stage("first".into());
        check(&save(&store, "second", &second, options(base, 1)), &second);
        let third = Design { seed: second.seed ^ 1, library, ..second.clone() };
        check(&save(&store, "third", &third, options(BaseChoice::Auto, 2)), &third);
        let again = store.stage("third").unwrap();
        again.load_columns().unwrap();
        check(&again, &third);
    }
}

#[test]
fn equal_state_gives_equal_bytes_within_a_tolerance() {
    let directory = tempfile::tempdir().unwrap();
    let edges = (0..400).map(|edge| (edge % 39, (edge * 7 + 1) % 39, vec![edge % 6])).collect();
    let design = Design::new(39, edges);
    let bytes = ["a.ckp", "b.ckp"].map(|name| {
        let store = create(&directory.path().join(name));
        let options = CaptureOptions { tolerance: 1e-14, ..CaptureOptions::default() };
        let stage = save(&store, "a", &design, options);
        let streams = &stage.timing_stage().delta_changes.streams;
        let blocks = streams.iter().flat_map(|stream| &stream.blocks);
        (stage.digest(), blocks.map(|block| (block.stored, block.crc)).collect::<Vec<_>>())
    });
    assert_eq!(bytes[0], bytes[1]);
}

#[test]
fn planes_cost_only_what_they_hold() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    let edges = (0..9000).map(|edge| (edge, edge + 1, vec![edge % 4])).collect();
    let scalar = Design::new(9001, edges);
    let statistical = Design { planes: 4, ..scalar.clone() };
    let on = |base: &str| {
        let base = BaseChoice::Stage(base.into());
        CaptureOptions { base, ..CaptureOptions::default() }
    };
    let full = || CaptureOptions { base: BaseChoice::Full, ..CaptureOptions::default() };
    let one = save(&store, "one", &scalar, full());
    let four = save(&store, "four", &statistical, full());
    check(&four, &statistical);
    assert!(four.stored_bytes() < 4 * one.stored_bytes());
    // Planes of the base may be gone, and those of the stage be new.
    for (stage, base, design) in [("x", "four", &scalar), ("y", "one", &statistical)] {
        check(&save(&store, stage, design, on(base)), design);
    }
    let same = save(&store, "same", &statistical, on("four"));
    assert!(same.stored_bytes() < 4096, "{} bytes", same.stored_bytes());
    // Min of all planes is predicted from max.
    let coding = four.explain().unwrap();
    let variance = |min_max| {
        let key =
            StreamKey { plane: 2, ..common::key(StreamKind::Delay, min_max, Transition::None) };
        coding.iter().find(|stream| stream.key == key).unwrap().stored_bytes()
    };
    assert_eq!(variance(MinMax::Min), 0, "the values are the same");
    assert!(variance(MinMax::Max) > 1000);
}

#[test]
fn a_plane_that_is_none_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    let table = common::chain(3);
    let mut capture = Capture::begin(&store, "a", CaptureOptions::default(), table).unwrap();
    capture.metadata_mut().scenes = vec!["one".into()];
    for key in common::keys() {
        let planes = if key.kind.width() == ckp::Width::Word { MAX_PLANES } else { 1 };
        for plane in 0..planes {
            capture.add_column(StreamKey { plane, ..key }).unwrap();
        }
        let error = capture.add_column(StreamKey { plane: planes, ..key }).unwrap_err();
        assert_eq!(error.kind(), ckp::ErrorKind::InvalidArgument, "{key}");
    }
}

#[test]
fn a_tolerance_that_is_none_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    let table = common::chain(3);
    for tolerance in [-1e-15, 1.1, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let options = CaptureOptions { tolerance, ..CaptureOptions::default() };
        let error = Capture::begin(&store, "a", options, table.clone()).err().unwrap();
        assert_eq!(error.kind(), ckp::ErrorKind::InvalidArgument, "{tolerance}");
    }
}

#[test]
fn an_unchanged_stage_on_a_base_with_the_same_tolerance_costs_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    let edges = (0..9000).map(|edge| (edge, edge + 1, vec![edge % 4])).collect();
    let design = Design::new(9001, edges);
    let options = || CaptureOptions { tolerance: 1e-14, ..CaptureOptions::default() };
    // Of the second, what is stored depends on the first.
    for (stage, seed) in [("a", 3), ("b", 4)] {
        save(&store, stage, &Design { seed, ..design.clone() }, options());
    }
    let again = save(&store, "c", &Design { seed: 4, ..design }, options());
    assert!(again.stored_bytes() < 2048, "{} bytes", again.stored_bytes());
}

#[test]
fn a_million_parallel_arcs_come_back() {
    let kinds = vec![2; 1000];
    let edges = (0..1000).map(|_| (0, 1, kinds.clone())).collect();
    let design = Design::new(2, edges);
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    check(&save(&store, "a", &design, CaptureOptions::default()), &design);
    let other = Design { seed: 6, ..design };
    check(&save(&store, "b", &other, CaptureOptions::default()), &other);
}
