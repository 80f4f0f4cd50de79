// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Arrivals and required times predicted through the timing graph: `docs/format.md`, "Graph".
//!
//! A *node* is a vertex and a transition: `vertex * 2 + transition`. The arrival of a node is likely the
//! worst over its fan-in of arrival + delay, its required time the worst over its fan-out of required -
//! delay, as the engine computes them.

use super::arithmetic::{INFINITE, bits, finite, subtract};
use super::kinds::kinds;
use crate::model::{MinMax, ObjectTable};

/// The arcs that times go through, by the node that is predicted, and the order to predict in. Here nodes
/// are numbered by their vertex's place in that order: a walk goes through memory as it goes through time.
#[derive(Debug)]
pub(crate) struct Graph {
    /// Vertices from the sources on.
    order: Vec<u32>,
    fan_in: Fans,
    fan_out: Fans,
}

/// Stands for no node.
const NO_NODE: u32 = u32::MAX;

/// For each node: (node at the other end, arc).
#[derive(Debug)]
struct Fans {
    starts: Vec<u32>,
    arcs: Vec<(u32, u32)>,
}

impl Fans {
    /// From (node, node at the other end) of every arc; the arcs of a node stay in order. Arcs of
    /// `NO_NODE` do not count.
    fn new(nodes: usize, ends: impl ExactSizeIterator<Item = (u32, u32)> + Clone) -> Self {
        // One more node takes the arcs that do not count.
        let mut starts = vec![0u32; nodes + 2];
        let slot = |node: u32| (node as usize).min(nodes);
        ends.clone().for_each(|(node, _)| starts[slot(node)] += 1);
        let mut sum = 0;
        for start in &mut starts {
            sum += std::mem::replace(start, sum);
        }
        let mut arcs = vec![(0, 0); ends.len()];
        for (arc, (node, other)) in ends.enumerate() {
            let next = &mut starts[slot(node)];
            arcs[*next as usize] = (other, arc as u32);
            *next += 1;
        }
        // Every slot has moved on to where the next one starts.
        starts.rotate_right(1);
        starts[0] = 0;
        Self { starts, arcs }
    }

    fn of(&self, node: usize) -> &[(u32, u32)] {
        &self.arcs[self.starts[node] as usize..self.starts[node + 1] as usize]
    }
}

/// Which times a walk is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Times {
    Arrivals,
    Requireds,
}

impl Graph {
    pub fn new(table: &ObjectTable) -> Self {
        let kinds = kinds(table);
        let propagates: Vec<bool> = kinds.iter().map(|kind| kind.propagates()).collect();
        let order = order(table, &propagates);
        let mut rank = vec![0; order.len()];
        for (place, vertex) in order.iter().enumerate() {
            rank[*vertex as usize] = place as u32;
        }
        let arcs = table.arc_edge.iter().zip(&table.arc_kind);
        let ends: Vec<(u32, u32)> = arcs
            .map(|(edge, kind)| {
                let edge = *edge as usize;
                let (from, to) = (table.edge_from[edge], table.edge_to[edge]);
                let (from, to) = (rank[from as usize], rank[to as usize]);
                match kinds.get(*kind as usize) {
                    // Arcs against the order close cycles.
                    Some(kind) if from < to && kind.propagates() => {
                        (from * 2 + kind.from as u32, to * 2 + kind.to as u32)
                    }
                    _ => (NO_NODE, NO_NODE),
                }
            })
            .collect();
        let nodes = order.len() * 2;
        let fan_in = Fans::new(nodes, ends.iter().map(|(from, to)| (*to, *from)));
        let fan_out = Fans::new(nodes, ends.iter().copied());
        Self { order, fan_in, fan_out }
    }

    /// Arcs on the longest path.
    pub fn levels(&self) -> u32 {
        let mut levels = vec![0; self.order.len() * 2];
        self.fans(Times::Arrivals, |node, fan| {
            let before = fan.iter().map(|(other, _)| levels[*other as usize] + 1);
            levels[node as usize] = before.max().unwrap_or(0);
        });
        levels.into_iter().max().unwrap_or(0)
    }

    /// Visit all nodes with what their times are made of: (node at the other end, visited before, arc).
    pub fn fans(&self, times: Times, mut visit: impl FnMut(u32, &[(u32, u32)])) {
        let count = self.order.len();
        for step in 0..count {
            let (place, fans) = match times {
                Times::Arrivals => (step, &self.fan_in),
                Times::Requireds => (count - 1 - step, &self.fan_out),
            };
            for node in [place * 2, place * 2 + 1] {
                visit(node as u32, fans.of(node));
            }
        }
    }

    /// Vertex and transition of a node.
    pub fn vertex(&self, node: u32) -> (usize, usize) {
        (self.order[node as usize / 2] as usize, node as usize % 2)
    }

    /// Visit all nodes in an order in which each can be predicted from those visited before. `visit`
    /// gets the node and its prediction, if it has one, and returns its value.
    pub fn walk(
        &self,
        times: Times,
        min_max: MinMax,
        delays: &[u32],
        visit: impl FnMut(u32, Option<u32>) -> u32,
    ) {
        // The latest arrival and the earliest required time of late paths; of early ones the reverse.
        match (times, min_max) {
            (Times::Arrivals, MinMax::Max) => self.walk_one_way::<true, true>(delays, visit),
            (Times::Arrivals, MinMax::Min) => self.walk_one_way::<true, false>(delays, visit),
            (Times::Requireds, MinMax::Max) => self.walk_one_way::<false, false>(delays, visit),
            (Times::Requireds, MinMax::Min) => self.walk_one_way::<false, true>(delays, visit),
        }
    }

    fn walk_one_way<const ARRIVALS: bool, const LATEST: bool>(
        &self,
        delays: &[u32],
        mut visit: impl FnMut(u32, Option<u32>) -> u32,
    ) {
        let delays: Vec<f32> = delays.iter().copied().map(operand).collect();
        let count = self.order.len();
        let mut values = vec![0f32; count * 2];
        let fans = if ARRIVALS { &self.fan_in } else { &self.fan_out };
        for step in 0..count {
            let place = if ARRIVALS { step } else { count - 1 - step };
            let vertex = self.order[place];
            for transition in 0..2 {
                let mut worst = if LATEST { f32::NEG_INFINITY } else { f32::INFINITY };
                for (other, arc) in fans.of(place * 2 + transition) {
                    let (time, delay) = (values[*other as usize], delays[*arc as usize]);
                    let time = if ARRIVALS { time + delay } else { time - delay };
                    // Neither NaN nor infinities take part.
                    let is_worse = if LATEST { time > worst } else { time < worst };
                    worst = if is_worse && time.is_finite() { time } else { worst };
                }
                let prediction = worst.is_finite().then(|| bits(worst));
                let value = visit(vertex * 2 + transition as u32, prediction);
                values[place * 2 + transition] = operand(value);
            }
        }
    }
}

/// The bits of a time or delay as a number to calculate with; NaN for those that do not take part.
fn operand(bits: u32) -> f32 {
    finite(bits).unwrap_or(f32::NAN)
}

/// Slack from required time and arrival of the same node.
pub(crate) fn slack(min_max: MinMax, arrival: u32, required: u32) -> Option<u32> {
    let is_infinite = |bits: u32| bits & 0x7fff_ffff == INFINITE;
    if is_infinite(arrival) || is_infinite(required) {
        return Some(INFINITE);
    }
    match min_max {
        MinMax::Max => subtract(required, arrival),
        MinMax::Min => subtract(arrival, required),
    }
}

/// The vertices in a topological order of the propagating arcs. Where all that is left is on or behind a
/// cycle, the vertex of the lowest row goes first.
fn order(table: &ObjectTable, propagates: &[bool]) -> Vec<u32> {
    let count = table.vertex_count();
    // The arcs of an edge go from and to the same, one behind the other: edges are enough.
    let mut is_way = vec![false; table.edge_count()];
    for (edge, kind) in table.arc_edge.iter().zip(&table.arc_kind) {
        is_way[*edge as usize] |= propagates.get(*kind as usize) == Some(&true);
    }
    let ends = table.edge_from.iter().zip(&table.edge_to).zip(&is_way);
    let ends = ends.map(|((from, to), is_way)| (if *is_way { *from } else { NO_NODE }, *to));
    let mut waiting = vec![0u32; count];
    for (_, to) in ends.clone().filter(|(from, _)| *from != NO_NODE) {
        waiting[to as usize] += 1;
    }
    let fan_out = Fans::new(count, ends);
    let mut has_place = vec![false; count];
    let mut order: Vec<u32> =
        (0..count as u32).filter(|vertex| waiting[*vertex as usize] == 0).collect();
    let mut next = 0;
    let mut lowest = 0;
    while next < count {
        if next == order.len() {
            while has_place[lowest] {
                lowest += 1;
            }
            order.push(lowest as u32);
        }
        let vertex = order[next] as usize;
        has_place[vertex] = true;
        next += 1;
        for (to, _) in fan_out.of(vertex) {
            let to = *to as usize;
            waiting[to] = waiting[to].saturating_sub(1);
            // One that was put forward to break a cycle has its place already.
            if waiting[to] == 0 && !has_place[to] {
                order.push(to as u32);
            }
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Vertices `0..count`; an edge with one rising arc for each pair.
    fn table(count: u8, edges: &[(u32, u32)]) -> ObjectTable {
        let mut table = ObjectTable::new();
        let cell = table.add_cell("X");
        let kind = table.add_arc_kind("combinational ^ -> ^");
        for vertex in 0..count {
            table.add_vertices(&[vertex], &[1], &[0], &[cell]).unwrap();
        }
        for (edge, (from, to)) in edges.iter().enumerate() {
            table.add_edges(&[*from], &[*to]).unwrap();
            table.add_arcs(&[edge as u32], &[kind]).unwrap();
        }
        table
    }

    #[test]
    fn times_follow_the_worst_path() {
        let graph = Graph::new(&table(4, &[(3, 1), (3, 2), (1, 0), (2, 0)]));
        let delays = [1.0f32, 2.0, 4.0, 4.0].map(f32::to_bits);
        let mut seen = Vec::new();
        let mut walk = |times, min_max, start: u32, value: f32| {
            seen.clear();
            graph.walk(times, min_max, &delays, |node, prediction| {
                if node % 2 == 0 {
                    seen.push((node / 2, prediction.map(f32::from_bits)));
                }
                prediction.unwrap_or(if node == start * 2 { value.to_bits() } else { 0 })
            });
            seen.clone()
        };
        let late = walk(Times::Arrivals, MinMax::Max, 3, 0.5);
        assert_eq!(late, [(3, None), (1, Some(1.5)), (2, Some(2.5)), (0, Some(6.5))]);
        let early = walk(Times::Arrivals, MinMax::Min, 3, 0.5);
        assert_eq!(early[3], (0, Some(5.5)));
        let required = walk(Times::Requireds, MinMax::Max, 0, 10.0);
        assert_eq!(required, [(0, None), (2, Some(6.0)), (1, Some(6.0)), (3, Some(4.0))]);
    }

    #[test]
    fn cycles_and_self_loops_have_an_order() {
        let graph = Graph::new(&table(5, &[(0, 1), (1, 2), (2, 1), (2, 2), (2, 3), (4, 4)]));
        let mut order = graph.order.clone();
        assert_eq!(order, [0, 1, 2, 3, 4]);
        order.sort_unstable();
        order.dedup();
        assert_eq!(order.len(), 5);
        assert_eq!(graph.levels(), 3);
        let empty = Graph::new(&ObjectTable::new());
        assert!(empty.order.is_empty());
        assert_eq!(empty.levels(), 0);
    }

    #[test]
    fn slack_knows_paths_that_are_not_there() {
        let value = |x: f32| x.to_bits();
        assert_eq!(slack(MinMax::Max, value(1.0), value(3.0)), Some(value(2.0)));
        assert_eq!(slack(MinMax::Min, value(1.0), value(3.0)), Some(value(-2.0)));
        assert_eq!(slack(MinMax::Max, value(-1e30), value(1e30)), Some(INFINITE));
        assert_eq!(slack(MinMax::Max, value(f32::NAN), value(3.0)), None);
    }
}
