// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! An object table taken apart into instances and wires, and put together again.

use super::dictionary::{Dictionary, Texts, push_pin};
use crate::error::Result;
use crate::model::ObjectTable;

/// Rows of instances: neighbors whose names agree up to the last slash, and whose cells agree.
#[derive(Default)]
pub(super) struct Instances {
    /// Names up to the last slash, with it; empty for top-level ports.
    pub names: Texts,
    pub cells: Vec<u32>,
    pub templates: Vec<u32>,
    /// The first row of each, and at last the count of rows.
    pub rows: Vec<u32>,
}

impl Instances {
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    pub fn push(&mut self, name: &[u8], cell: u32, template: u32, row: u32) {
        self.names.push(name);
        self.cells.push(cell);
        self.templates.push(template);
        self.rows.push(row);
    }

    /// The instance of each row.
    pub fn of_rows(&self) -> Vec<u32> {
        let mut of_rows = Vec::with_capacity(self.rows.last().map_or(0, |rows| *rows as usize));
        for (instance, end) in self.rows.iter().skip(1).enumerate() {
            of_rows.resize(*end as usize, instance as u32);
        }
        of_rows
    }

    /// Split the rows of a table. Templates are not known yet.
    fn split(table: &ObjectTable) -> Self {
        let mut instances = Self::default();
        let mut last: &[u8] = &[];
        for row in 0..table.vertex_count() as u32 {
            let name = &table.name(row)[..instance_length(table.name(row))];
            let cell = table.cells[row as usize];
            if row == 0 || name != last || instances.cells.last() != Some(&cell) {
                instances.names.push(name);
                instances.cells.push(cell);
                instances.rows.push(row);
                last = name;
            }
        }
        instances.rows.push(table.vertex_count() as u32);
        instances
    }
}

/// Bytes of a pin name that name the instance: up to the last slash.
fn instance_length(name: &[u8]) -> usize {
    name.iter().rposition(|byte| *byte == b'/').map_or(0, |slash| slash + 1)
}

/// One edge at the vertex that it ends at.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Wire {
    pub from: u32,
    pub arcs: u32,
}

/// The wires that end at each vertex.
#[derive(Default)]
pub(super) struct Wires {
    ends: Vec<u32>,
    wires: Vec<Wire>,
}

impl Wires {
    /// From wires in any order; those to one vertex keep theirs.
    pub fn new(vertices: usize, wires: &[(u32, Wire)]) -> Self {
        let mut ends = vec![0; vertices];
        let mut sorted = vec![Wire::default(); wires.len()];
        sort(wires.iter().map(|(to, wire)| (*to, *wire)), &mut ends, &mut sorted);
        Self { ends, wires: sorted }
    }

    pub fn to(&self, row: u32) -> &[Wire] {
        let row = row as usize;
        let start = row.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.wires[start as usize..self.ends[row] as usize]
    }
}

/// A stable counting sort of items by key. `ends` has a zero for each key, and gets the end of its
/// items in `sorted`.
fn sort<T>(items: impl Iterator<Item = (u32, T)> + Clone, ends: &mut [u32], sorted: &mut [T]) {
    for (key, _) in items.clone() {
        ends[key as usize] += 1;
    }
    let mut start = 0;
    for end in ends.iter_mut() {
        start += std::mem::replace(end, start);
    }
    for (key, item) in items {
        let end = &mut ends[key as usize];
        sorted[*end as usize] = item;
        *end += 1;
    }
}

/// Where the edges of a table belong, before templates are made.
pub(super) struct Sorted<'a> {
    table: &'a ObjectTable,
    instances: Instances,
    of_rows: Vec<u32>,
    /// Set of arcs of each edge.
    arcs: Vec<u32>,
}

impl<'a> Sorted<'a> {
    /// Find instances and sets of arcs; a set is one of wires if such an edge joins two instances.
    pub fn new(table: &'a ObjectTable, dictionary: &mut Dictionary) -> Self {
        let instances = Instances::split(table);
        let of_rows = instances.of_rows();
        let mut arcs = Vec::with_capacity(table.edge_count());
        let mut key = Vec::new();
        let mut row = 0;
        for edge in 0..table.edge_count() {
            key.clear();
            while table.arc_edge.get(row) == Some(&(edge as u32)) {
                key.extend_from_slice(&table.arc_kind[row].to_le_bytes());
                row += 1;
            }
            let set = dictionary.add_arcs(&key);
            let from = of_rows[table.edge_from[edge] as usize];
            let to = of_rows[table.edge_to[edge] as usize];
            dictionary.wire[set as usize] |= from != to;
            arcs.push(set);
        }
        Self { table, instances, of_rows, arcs }
    }

    /// Whether the edges are in the order in which `Parts::table` makes them.
    pub fn is_regular(&self, dictionary: &Dictionary) -> bool {
        let table = self.table;
        let edges = table.edge_from.iter().zip(&table.edge_to).zip(&self.arcs);
        edges.map(|((from, to), arcs)| (*from, *to, dictionary.wire[*arcs as usize])).is_sorted()
    }

    /// Find templates and wires.
    pub fn parts(mut self, dictionary: &mut Dictionary) -> Parts {
        let table = self.table;
        let mut wires = Vec::new();
        let mut pins_key = Vec::new();
        let mut key = Vec::new();
        let mut edge = 0;
        for instance in 0..self.instances.len() {
            let first = self.instances.rows[instance];
            let end = self.instances.rows[instance + 1];
            let skip = self.instances.names.get(instance).len();
            pins_key.clear();
            for row in first..end {
                push_pin(&mut pins_key, &table.name(row)[skip..], table.driver[row as usize]);
            }
            key.clear();
            key.extend_from_slice(&dictionary.add_pins(&pins_key).to_le_bytes());
            while table.edge_from.get(edge).is_some_and(|from| *from < end) {
                let (from, to) = (table.edge_from[edge], table.edge_to[edge]);
                let arcs = self.arcs[edge];
                if dictionary.wire[arcs as usize] {
                    wires.push((to, Wire { from, arcs }));
                } else {
                    for word in [from - first, to - first, arcs] {
                        key.extend_from_slice(&word.to_le_bytes());
                    }
                }
                edge += 1;
            }
            self.instances.templates.push(dictionary.add_template(&key));
        }
        Parts {
            wires: Wires::new(table.vertex_count(), &wires),
            instances: self.instances,
            of_rows: self.of_rows,
        }
    }
}

/// A table taken apart.
pub(super) struct Parts {
    pub instances: Instances,
    pub of_rows: Vec<u32>,
    pub wires: Wires,
}

impl Parts {
    /// Put the table together: rows as they come; edges by the vertex that they start at, then by
    /// that they end at, those of a template before wires. The dictionaries of `table` are there.
    pub fn write_table(&self, dictionary: &Dictionary, table: &mut ObjectTable) -> Result<()> {
        self.write_vertices(dictionary, table)?;
        let vertices = self.of_rows.len();
        let (ends, wires) = self.wires_by_driver(vertices);
        let mut edges = EdgeWriter::new(dictionary);
        let mut next = 0;
        for (index, template) in self.instances.templates.iter().enumerate() {
            let first = self.instances.rows[index];
            let mut inner = dictionary.templates[*template as usize].edges.iter().peekable();
            for row in first..self.instances.rows[index + 1] {
                while next < ends[row as usize] as usize || inner.peek().is_some() {
                    let (to, arcs) = wires.get(next).copied().unwrap_or_default();
                    let has_wire = next < ends[row as usize] as usize;
                    let before = |edge: &&super::dictionary::InnerEdge| {
                        first + edge.from == row && (!has_wire || first + edge.to <= to)
                    };
                    if let Some(edge) = inner.next_if(before) {
                        edges.push(row, first + edge.to, edge.arcs);
                    } else if has_wire {
                        edges.push(row, to, arcs);
                        next += 1;
                    } else {
                        break;
                    }
                }
            }
        }
        table.add_edges(&edges.from, &edges.to)?;
        table.add_arcs(&edges.arc_edge, &edges.arc_kind)
    }

    fn write_vertices(&self, dictionary: &Dictionary, table: &mut ObjectTable) -> Result<()> {
        let instances = &self.instances;
        let vertices = self.of_rows.len();
        let mut names = Vec::new();
        let mut ends = Vec::with_capacity(vertices);
        let mut driver = Vec::with_capacity(vertices);
        for (index, template) in instances.templates.iter().enumerate() {
            let pins = dictionary.pins_of(*template);
            for pin in 0..pins.driver.len() {
                names.extend_from_slice(instances.names.get(index));
                names.extend_from_slice(pins.names.get(pin));
                ends.push(names.len() as u32);
            }
            driver.extend_from_slice(&pins.driver);
        }
        let cells: Vec<u32> =
            self.of_rows.iter().map(|instance| instances.cells[*instance as usize]).collect();
        table.add_vertices(&names, &ends, &driver, &cells)
    }

    /// For each vertex the end of its wires in the list of (to, arcs) beside it.
    fn wires_by_driver(&self, vertices: usize) -> (Vec<u32>, Vec<(u32, u32)>) {
        let mut ends = vec![0; vertices];
        let mut sorted = vec![(0, 0); self.wires.wires.len()];
        let wires = (0..vertices as u32).flat_map(|to| {
            let wires = self.wires.to(to).iter();
            wires.map(move |wire| (wire.from, (to, wire.arcs)))
        });
        sort(wires, &mut ends, &mut sorted);
        (ends, sorted)
    }
}

/// Collects the edges of a table.
struct EdgeWriter<'a> {
    dictionary: &'a Dictionary,
    from: Vec<u32>,
    to: Vec<u32>,
    arc_edge: Vec<u32>,
    arc_kind: Vec<u32>,
}

impl<'a> EdgeWriter<'a> {
    fn new(dictionary: &'a Dictionary) -> Self {
        Self {
            dictionary,
            from: Vec::new(),
            to: Vec::new(),
            arc_edge: Vec::new(),
            arc_kind: Vec::new(),
        }
    }

    fn push(&mut self, from: u32, to: u32, arcs: u32) {
        let edge = self.from.len() as u32;
        self.from.push(from);
        self.to.push(to);
        self.arc_kind.extend(self.dictionary.arcs(arcs));
        self.arc_edge.resize(self.arc_kind.len(), edge);
    }
}
