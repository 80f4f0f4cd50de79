// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Whatever the values and the graph, what is read is what was saved, bit for bit or within the tolerance,
//! and it is hardly larger than raw.

mod common;

use std::sync::Arc;

use ckp::{
    BaseChoice, Capture, CaptureOptions, CodecChoice, Depth, MinMax, ObjectTable, Stage, Store,
    StreamKey, StreamKind, Transition,
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
    seed: u64,
    spread: u32,
}

fn design() -> impl Strategy<Value = Design> {
    let edge = |vertices| {
        let kinds = prop::collection::vec(0..KINDS.len() as u32, 0..4);
        (0..vertices, 0..vertices, kinds)
    };
    (1u32..40, 0u32..6, any::<u64>(), 0u32..5).prop_flat_map(
        move |(vertices, first, seed, spread)| {
            prop::collection::vec(edge(vertices), 0..80).prop_map(move |edges| Design {
                vertices,
                edges,
                first_name: first,
                seed,
                spread,
            })
        },
    )
}

impl Design {
    fn table(&self) -> ObjectTable {
        let mut table = ObjectTable::new();
        let cells = ["", "INV", "NAND"].map(|cell| table.add_cell(cell));
        let kinds = KINDS.map(|kind| table.add_arc_kind(kind));
        for vertex in 0..self.vertices {
            let name = format!("u{}/{}", (vertex + self.first_name) / 3, vertex % 3);
            let cell = cells[(vertex / 3 % 3) as usize];
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

    /// Hostile bits, constants, random bits, or numbers that resemble times.
    fn column(&self, key: StreamKey, rows: usize) -> Vec<u32> {
        let mut state = self.seed ^ (key.kind as u64) << 32 ^ u64::from(key.scene);
        let mut next = move || {
            state =
                state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
            (state >> 33) as u32
        };
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
}

fn keys() -> Vec<StreamKey> {
    let mut keys = common::keys();
    keys.retain(|key| key.kind.width() == ckp::Width::Word);
    let slow = keys.clone().into_iter().map(|key| StreamKey { scene: 1, ..key });
    // A lane that lacks what others are predicted from.
    let incomplete = |key: &StreamKey| {
        key.kind != StreamKind::Delay
            && (key.kind, key.transition) != (StreamKind::Required, Transition::Fall)
            && (key.kind, key.min_max) != (StreamKind::Arrival, MinMax::Max)
    };
    let slow: Vec<_> = slow.filter(incomplete).collect();
    keys.extend(slow);
    keys
}

fn save(store: &Store, name: &str, design: &Design, options: CaptureOptions) -> Arc<Stage> {
    let table = design.table();
    let mut capture = Capture::begin(store, name, options, table.clone()).unwrap();
    capture.metadata_mut().scenes = vec!["fast".into(), "slow".into()];
    for key in keys() {
        let column = capture.add_column(key).unwrap();
        capture.write(column, &design.column(key, common::rows(&table, key))).unwrap();
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
    for key in keys() {
        let rows = common::rows(&table, key);
        let read = stage.read_words(key, 0..rows as u64).unwrap();
        let saved = design.column(key, rows);
        let tolerance = stage.metadata().tolerance;
        assert!(saved.iter().zip(&read).all(|(a, b)| is_within(tolerance, *a, *b)), "{key}");
    }
    assert_eq!(stage.objects().unwrap().arc_count(), table.arc_count());
    stage.verify(Depth::Full).unwrap();
    let blocks = stage.timing_stage().delta_changes.streams.iter().flat_map(|s| &s.blocks);
    let stored: u64 = blocks.map(|block| u64::from(block.stored)).sum();
    // Masks and the ends of small blocks.
    let overhead = 100 + 8 * keys().len() as u64;
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
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn any_design_on_any_base_comes_back(
        first in design(),
        second in design(),
        codec in 0u64..4,
        same_graph in any::<bool>(),
        tolerances in [tolerance(), tolerance(), tolerance()],
    ) {
        let directory = tempfile::tempdir().unwrap();
        let store = create(&directory.path().join("s.ckp"));
        let codec = CodecChoice::from_code(codec).unwrap();
        let second = if same_graph {
            Design { seed: second.seed, spread: second.spread, ..first.clone() }
        } else {
            second
        };
        let options = |base, of: usize| {
            CaptureOptions { base, codec, level: 3, tolerance: tolerances[of] }
        };
        check(&save(&store, "first", &first, options(BaseChoice::Full, 0)), &first);
        let base = BaseChoice::Stage("first".into());
        check(&save(&store, "second", &second, options(base, 1)), &second);
        let third = Design { seed: second.seed ^ 1, ..second.clone() };
        check(&save(&store, "third", &third, options(BaseChoice::Auto, 2)), &third);
        check(&store.stage("third").unwrap(), &third);
    }
}

#[test]
fn equal_state_gives_equal_bytes_within_a_tolerance() {
    let directory = tempfile::tempdir().unwrap();
    let edges = (0..400).map(|edge| (edge % 39, (edge * 7 + 1) % 39, vec![edge % 6])).collect();
    let design = Design { vertices: 39, edges, first_name: 0, seed: 9, spread: 4 };
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
    let design = Design { vertices: 9001, edges, first_name: 0, seed: 3, spread: 4 };
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
    let design = Design { vertices: 2, edges, first_name: 0, seed: 5, spread: 4 };
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    check(&save(&store, "a", &design, CaptureOptions::default()), &design);
    let other = Design { seed: 6, ..design };
    check(&save(&store, "b", &other, CaptureOptions::default()), &other);
}
