// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

use proptest::prelude::*;

use super::*;
use crate::codec::range::Bit;
use crate::delta::align;

fn decode_all(
    bytes: &[u8],
    table: &ObjectTable,
    base: Option<&ObjectTable>,
) -> Result<ObjectTable> {
    decode_objects(bytes, &table.cell_names, &table.kind_names, base)
}

/// Encode, check that the table comes back and that the bytes are not too many.
fn round_trip(table: &ObjectTable) -> Vec<u8> {
    let bytes = encode_objects(table, None);
    assert_eq!(&decode_all(&bytes, table, None).unwrap(), table);
    let raw = table.raw_bytes() as usize;
    assert!(bytes.len() <= raw + raw / 100 + 64, "{} of {raw}", bytes.len());
    bytes
}

fn round_trip_on(base: &ObjectTable, table: &ObjectTable) -> Vec<u8> {
    let bytes = encode_objects(table, Some((base, &align(base, table))));
    assert_eq!(&decode_all(&bytes, table, Some(base)).unwrap(), table);
    let raw = table.raw_bytes() as usize;
    assert!(bytes.len() <= raw + raw / 100 + 64, "{} of {raw}", bytes.len());
    bytes
}

/// A gate: its name, its cell's strength, and the drivers of its two inputs.
#[derive(Clone, Debug)]
struct Gate {
    name: String,
    strength: usize,
    inputs: [usize; 2],
}

/// A table as an engine lists it: gates of two inputs in name order, then the ports `clk` and `in`.
/// An input is driven by the gate of that number, or by a port where there is none.
fn netlist(gates: &[Gate]) -> ObjectTable {
    let mut table = ObjectTable::new();
    let mut loads = vec![Vec::new(); 3 * gates.len() + 2];
    for (index, gate) in gates.iter().enumerate() {
        let cell = table.add_cell(&format!("NAND2_X{}", gate.strength));
        for (pin, input) in gate.inputs.iter().enumerate() {
            let driver =
                if *input < gates.len() { 3 * input + 2 } else { 3 * gates.len() + input % 2 };
            loads[driver].push((3 * index + pin) as u32);
        }
        for pin in ["A1", "A2", "ZN"] {
            let name = format!("{}/{pin}", gate.name);
            table.add_vertices(name.as_bytes(), &[name.len() as u32], &[0], &[cell]).unwrap();
        }
    }
    let port = table.add_cell("");
    table.add_vertices(b"clkin", &[3, 5], &[0, 1], &[port, port]).unwrap();
    let kinds = ["wire ^ -> ^", "wire v -> v", "comb ^ -> v", "comb v -> ^"];
    let kinds = kinds.map(|kind| table.add_arc_kind(kind));
    for (row, loads) in loads.iter().enumerate() {
        if row < 3 * gates.len() && row % 3 < 2 {
            add_edge(&mut table, row as u32, (row / 3 * 3 + 2) as u32, &kinds[2..]);
        }
        for load in loads {
            add_edge(&mut table, row as u32, *load, &kinds[..2]);
        }
    }
    table
}

fn add_edge(table: &mut ObjectTable, from: u32, to: u32, kinds: &[u32]) {
    let edge = table.edge_count() as u32;
    table.add_edges(&[from], &[to]).unwrap();
    table.add_arcs(&vec![edge; kinds.len()], kinds).unwrap();
}

/// Many gates, each driven by some before it.
fn many_gates(count: usize) -> Vec<Gate> {
    let mut state = 1u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) as usize % below
    };
    (0..count)
        .map(|index| Gate {
            name: format!("_{}_", 10_000 + index),
            strength: 1 << random(3),
            inputs: [index.wrapping_sub(1 + random(8)), random(index + 1)],
        })
        .collect()
}

#[test]
fn a_netlist_takes_little_more_than_its_wires() {
    let table = netlist(&many_gates(4096));
    let bytes = round_trip(&table);
    assert_eq!(bytes[0], form::MODELED);
    // 12 bits for a random driver, 3 for a near one, 2 for a cell.
    assert!(bytes.len() < 4096 * 20 / 8, "{}", bytes.len());
}

#[test]
fn a_change_costs_what_it_changes() {
    let gates = many_gates(4096);
    let base = netlist(&gates);
    let mut changed = gates.clone();
    changed[100].strength = 16;
    changed[200].inputs[1] = 4000;
    changed.push(Gate { name: "buffer1".into(), strength: 1, inputs: [300, 300] });
    for gate in &mut changed[301..4096] {
        for input in &mut gate.inputs {
            *input = if *input == 300 { 4096 } else { *input };
        }
    }
    let mut table = netlist(&changed);
    table.renumber(&base.cell_names, &base.kind_names);
    let bytes = round_trip_on(&base, &table);
    assert_eq!(bytes[0], form::MODELED_ON_BASE);
    assert!(bytes.len() < 80, "{}", bytes.len());
    let mut back = base.clone();
    back.renumber(&table.cell_names, &table.kind_names);
    let bytes = round_trip_on(&table, &back);
    assert!(bytes.len() < 80, "{}", bytes.len());
}

#[test]
fn strange_tables_come_back() {
    round_trip(&ObjectTable::new());
    let mut table = ObjectTable::new();
    let cell = table.add_cell("C");
    table.add_vertices(b"", &[0, 0, 0], &[0, 1, 0], &[cell; 3]).unwrap();
    round_trip(&table);
    let kind = table.add_arc_kind("k");
    table.add_edges(&[0, 0, 0, 2], &[0, 1, 1, 2]).unwrap();
    round_trip(&table);
    table.add_arcs(&vec![1; 1_000_000], &vec![kind; 1_000_000]).unwrap();
    let parallel = round_trip(&table);
    assert!(parallel.len() < 1000, "{}", parallel.len());
    table.add_edges(&[1, 0], &[0, 0]).unwrap();
    table.add_arcs(&[4, 5, 5], &[kind; 3]).unwrap();
    assert_eq!(round_trip(&table)[0], form::PLAIN, "edges are in no order");
    let mut ports = ObjectTable::new();
    let cell = ports.add_cell("");
    for port in 0..1000 {
        let name = format!("data[{}]", 999 - port);
        ports.add_vertices(name.as_bytes(), &[name.len() as u32], &[0], &[cell]).unwrap();
    }
    assert!(round_trip(&ports).len() < 100);
}

/// A name of many digits is cut into numbers that fit; it must not become another.
#[test]
fn numbers_in_names_of_any_length_come_back() {
    let mut table = ObjectTable::new();
    let cell = table.add_cell("C");
    let names = ["0", "00", "999999999999999", "1000000000000000", "0999999999999999999", "9", "1"];
    for name in names.iter().chain(names.iter().rev()) {
        let name = format!("u{name}x{name}/p{name}");
        table.add_vertices(name.as_bytes(), &[name.len() as u32], &[0], &[cell]).unwrap();
    }
    round_trip(&table);
}

/// Few bytes that stand for many rows are written plainly, so that the reader's limit never stands
/// in the way of a table that was written.
#[test]
fn what_the_reader_would_refuse_is_not_written() {
    let mut table = ObjectTable::new();
    let cell = table.add_cell("C");
    let kind = table.add_arc_kind("k");
    table.add_vertices(b"a", &[1], &[0], &[cell]).unwrap();
    for _ in 0..6000 {
        add_edge(&mut table, 0, 0, &[kind; 1000]);
    }
    assert_eq!(encode_objects(&table, None)[0], form::PLAIN);
}

#[test]
fn damaged_bytes_are_errors_or_another_table_but_never_a_panic() {
    let gates = many_gates(60);
    let base = netlist(&gates);
    let mut table = netlist(&gates[5..]);
    table.renumber(&base.cell_names, &base.kind_names);
    for base in [None, Some(&base)] {
        let alignment = base.map(|base| align(base, &table));
        let bytes = encode_objects(&table, base.zip(alignment.as_ref()));
        for cut in 0..bytes.len() {
            assert!(decode_all(&bytes[..cut], &table, base).is_err(), "{cut}");
        }
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut damaged = bytes.clone();
                damaged[at] ^= 1 << bit;
                let _ = decode_all(&damaged, &table, base);
            }
        }
        let mut longer = bytes.clone();
        longer.push(0);
        assert!(decode_all(&longer, &table, base).is_err());
    }
}

#[test]
fn another_base_is_refused() {
    let table = netlist(&many_gates(10));
    let bytes = encode_objects(&table, Some((&table, &align(&table, &table))));
    assert_eq!(bytes[0], form::MODELED_ON_BASE);
    assert!(decode_all(&bytes, &table, None).is_err());
    assert!(decode_objects(&bytes, &[], &[], Some(&table)).is_err());
}

/// However often a bit was the same, the other value must keep a part of the range.
#[test]
fn a_bit_is_never_certain() {
    for value in [false, true] {
        let bits = [vec![value; 100_000], vec![!value, value, !value]].concat();
        let mut encoder = Encoder::after(Vec::new());
        let mut model = Bit::NEW;
        for bit in &bits {
            encoder.bit(&mut model, *bit);
        }
        encoder.raw(0xffff, 16);
        let bytes = encoder.finish();
        let mut decoder = Decoder::new(&bytes);
        let mut model = Bit::NEW;
        for bit in &bits {
            assert_eq!(decoder.bit(&mut model, false), *bit);
        }
        assert_eq!(decoder.raw(0, 16), 0xffff);
        decoder.finish().unwrap();
    }
}

fn name() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        "(u[0-2]/){0,2}(_[0-9]{1,4}_|n[0-9]{1,20})/(A|B[0-9]|Z)".prop_map(String::into_bytes),
        "[a-b0-9/]{0,8}".prop_map(String::into_bytes),
        prop::collection::vec(any::<u8>(), 0..12),
    ]
}

/// Tables of any kind; `sorted` ones have their edges in order.
fn any_table(sorted: bool) -> impl Strategy<Value = ObjectTable> {
    let vertex = (name(), 0..2u8, 0..3u32);
    let edge = (any::<u16>(), any::<u16>(), prop::collection::vec(0..3u32, 0..4));
    let vertices = prop::collection::vec(vertex, 0..40);
    let edges = prop::collection::vec(edge, 0..60);
    (vertices, edges, any::<bool>()).prop_map(move |(mut vertices, edges, in_name_order)| {
        if in_name_order {
            vertices.sort();
        }
        let mut table = ObjectTable::new();
        let cells = ["", "INV", "NAND"].map(|cell| table.add_cell(cell));
        let kinds = ["a", "b", "c"].map(|kind| table.add_arc_kind(kind));
        for (name, driver, cell) in &vertices {
            let cell = cells[*cell as usize];
            table.add_vertices(name, &[name.len() as u32], &[*driver], &[cell]).unwrap();
        }
        let count = vertices.len() as u32;
        let ends = edges.into_iter().filter(|_| count > 0);
        let mut edges: Vec<_> = ends
            .map(|(from, to, arcs)| (u32::from(from) % count, u32::from(to) % count, arcs))
            .collect();
        if sorted {
            edges.sort();
        }
        for (from, to, arcs) in &edges {
            let arcs: Vec<u32> = arcs.iter().map(|arc| kinds[*arc as usize]).collect();
            add_edge(&mut table, *from, *to, &arcs);
        }
        table
    })
}

fn gates() -> impl Strategy<Value = Vec<Gate>> {
    let gate = (0..3000u32, 0..4usize, any::<[u8; 2]>());
    prop::collection::btree_map(0..3000u32, gate, 0..60).prop_map(|gates| {
        let gate = |(number, (_, strength, inputs)): (u32, (u32, usize, [u8; 2]))| Gate {
            name: format!("u{}/_{number}_", number % 3),
            strength,
            inputs: inputs.map(|input| usize::from(input) / 4),
        };
        gates.into_iter().map(gate).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_table_comes_back(table in prop_oneof![any_table(false), any_table(true)]) {
        round_trip(&table);
    }

    #[test]
    fn any_table_comes_back_on_any_base(base in any_table(true), mut table in any_table(true)) {
        table.renumber(&base.cell_names, &base.kind_names);
        round_trip_on(&base, &table);
    }

    #[test]
    fn a_netlist_comes_back_on_another(base in gates(), table in gates(), taken in any::<Vec<bool>>()) {
        // Some gates of the base stay, with or without their drivers.
        let mut all: Vec<Gate> = base.iter().zip(taken.iter().chain(std::iter::repeat(&true)))
            .filter(|(_, taken)| **taken)
            .map(|(gate, _)| gate.clone())
            .chain(table)
            .collect();
        all.sort_by(|a, b| a.name.cmp(&b.name));
        all.dedup_by(|a, b| a.name == b.name);
        let base = netlist(&base);
        let mut table = netlist(&all);
        table.renumber(&base.cell_names, &base.kind_names);
        prop_assert_eq!(round_trip_on(&base, &table)[0], form::MODELED_ON_BASE);
    }

    #[test]
    fn any_bytes_decode_or_fail(bytes in any::<Vec<u8>>(), form in 0..4u8, base in any_table(true)) {
        let bytes = [vec![form], bytes].concat();
        let _ = decode_all(&bytes, &base, Some(&base));
    }
}
