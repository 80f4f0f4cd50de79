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

/// The arcs that times go through, by the node that is predicted, and the order to predict in.
#[derive(Debug)]
pub(crate) struct Graph {
    /// Vertices from the sources on.
    order: Vec<u32>,
    fan_in: Fans,
    fan_out: Fans,
}

/// For each node: (node at the other end, arc).
#[derive(Debug)]
struct Fans {
    starts: Vec<u32>,
    arcs: Vec<(u32, u32)>,
}

impl Fans {
    /// From (node, node at the other end, arc); the arcs of a node stay in the order given.
    fn new(nodes: usize, arcs: &[(u32, u32, u32)]) -> Self {
        let mut starts = vec![0u32; nodes + 1];
        for (node, _, _) in arcs {
            starts[*node as usize + 1] += 1;
        }
        for node in 0..nodes {
            starts[node + 1] += starts[node];
        }
        let mut next = starts.clone();
        let mut sorted = vec![(0, 0); arcs.len()];
        for (node, other, arc) in arcs {
            let slot = &mut next[*node as usize];
            sorted[*slot as usize] = (*other, *arc);
            *slot += 1;
        }
        Self { starts, arcs: sorted }
    }

    fn of(&self, node: u32) -> &[(u32, u32)] {
        let node = node as usize;
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
        let rank = ranks(table, &kinds.iter().map(|kind| kind.propagates()).collect::<Vec<_>>());
        let mut order: Vec<u32> = vec![0; rank.len()];
        for (vertex, rank) in rank.iter().enumerate() {
            order[*rank as usize] = vertex as u32;
        }
        let mut forward = Vec::new();
        for arc in 0..table.arc_count() as u32 {
            let (from, to, kind) = table.arc(arc).unwrap_or_default();
            let Some(kind) = kinds.get(kind as usize).filter(|kind| kind.propagates()) else {
                continue;
            };
            // Arcs against the order close cycles.
            if rank[from as usize] < rank[to as usize] {
                forward.push((to * 2 + kind.to as u32, from * 2 + kind.from as u32, arc));
            }
        }
        let nodes = table.vertex_count() * 2;
        let backward: Vec<_> = forward.iter().map(|(to, from, arc)| (*from, *to, *arc)).collect();
        Self { order, fan_in: Fans::new(nodes, &forward), fan_out: Fans::new(nodes, &backward) }
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
        for position in 0..self.order.len() {
            let (vertex, fans) = match times {
                Times::Arrivals => (self.order[position], &self.fan_in),
                Times::Requireds => (self.order[self.order.len() - 1 - position], &self.fan_out),
            };
            for node in [vertex * 2, vertex * 2 + 1] {
                visit(node, fans.of(node));
            }
        }
    }

    /// Visit all nodes in an order in which each can be predicted from those visited before. `visit`
    /// gets the node and its prediction, if it has one, and returns its value.
    pub fn walk(
        &self,
        times: Times,
        min_max: MinMax,
        delays: &[u32],
        mut visit: impl FnMut(u32, Option<u32>) -> u32,
    ) {
        let delays: Vec<f32> = delays.iter().copied().map(operand).collect();
        let mut values = vec![0f32; self.order.len() * 2];
        // The latest arrival and the earliest required time of late paths; of early ones the reverse.
        let latest = (times == Times::Arrivals) == (min_max == MinMax::Max);
        self.fans(times, |node, fan| {
            let times_through = fan.iter().map(|(other, arc)| {
                let (time, delay) = (values[*other as usize], delays[*arc as usize]);
                if times == Times::Arrivals { time + delay } else { time - delay }
            });
            let prediction = worst(latest, times_through);
            values[node as usize] = operand(visit(node, prediction));
        });
    }
}

/// The bits of a time or delay as a number to calculate with; NaN for those that do not take part.
fn operand(bits: u32) -> f32 {
    finite(bits).unwrap_or(f32::NAN)
}

/// The greatest or least of the numbers that are finite.
fn worst(latest: bool, times: impl Iterator<Item = f32>) -> Option<u32> {
    let finite = times.filter(|time| time.is_finite());
    let worst = if latest { finite.reduce(f32::max) } else { finite.reduce(f32::min) };
    worst.map(bits)
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

/// The place of every vertex in a topological order of the propagating arcs. Where all that is left is
/// on or behind a cycle, the vertex of the lowest row goes first.
fn ranks(table: &ObjectTable, propagates: &[bool]) -> Vec<u32> {
    let count = table.vertex_count();
    let arcs: Vec<(u32, u32, u32)> = (0..table.arc_count() as u32)
        .filter_map(|arc| table.arc(arc))
        .filter(|(_, _, kind)| propagates.get(*kind as usize) == Some(&true))
        .collect();
    let mut waiting = vec![0u32; count];
    for (_, to, _) in &arcs {
        waiting[*to as usize] += 1;
    }
    let fan_out = Fans::new(count, &arcs);
    let mut rank = vec![u32::MAX; count];
    let mut queue: Vec<u32> =
        (0..count as u32).filter(|vertex| waiting[*vertex as usize] == 0).collect();
    let mut next = 0;
    let mut lowest = 0;
    while (next as usize) < count {
        if next as usize == queue.len() {
            while rank[lowest] != u32::MAX {
                lowest += 1;
            }
            queue.push(lowest as u32);
        }
        let vertex = queue[next as usize];
        rank[vertex as usize] = next;
        next += 1;
        for (to, _) in fan_out.of(vertex) {
            let waiting = &mut waiting[*to as usize];
            *waiting = waiting.saturating_sub(1);
            // One that was put forward to break a cycle has its place already.
            if *waiting == 0 && rank[*to as usize] == u32::MAX {
                queue.push(*to);
            }
        }
    }
    rank
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
