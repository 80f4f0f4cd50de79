// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Paths told by what the columns do not tell: `docs/format.md`, "Paths".
//!
//! From its end, the arrival of a path is explained by the arrival of a vertex before and the delay of an
//! arc. The columns have the worst arrivals; a path that is worst at its end for another reason (common
//! clock pessimism, another capture clock) may have others.

use super::arithmetic::finite;
use super::kinds::{Kind, path_kinds};
use crate::error::{Result, corrupt};
use crate::model::{MinMax, ObjectTable, PathPoint, Transition};

/// No path has an arrival so far from zero, in seconds: those beyond are the engine's infinities.
const FAR: f32 = 1e29;

/// The arcs by which arrivals come to a vertex.
#[derive(Debug)]
pub(crate) struct FanIn {
    kinds: Vec<Kind>,
    /// Where the edges of each vertex begin in `edges`.
    starts: Vec<u32>,
    edges: Vec<u32>,
    /// The edges stand by the vertex that they come from, as engines list them.
    is_by_source: bool,
}

impl FanIn {
    pub fn new(table: &ObjectTable) -> Self {
        let mut starts = vec![0u32; table.vertex_count() + 1];
        table.edge_to.iter().for_each(|to| starts[*to as usize] += 1);
        let mut sum = 0;
        for start in &mut starts {
            sum += std::mem::replace(start, sum);
        }
        let mut next = starts.clone();
        let mut edges = vec![0; table.edge_count()];
        for (edge, to) in table.edge_to.iter().enumerate() {
            let place = &mut next[*to as usize];
            edges[*place as usize] = edge as u32;
            *place += 1;
        }
        let is_by_source = table.edge_from.is_sorted();
        Self { kinds: path_kinds(table), starts, edges, is_by_source }
    }

    /// Kind of an arc of `table`.
    pub fn kind(&self, table: &ObjectTable, arc: u32) -> Option<Kind> {
        self.kinds.get(*table.arc_kind.get(arc as usize)? as usize).copied()
    }

    /// Edges to a vertex.
    pub fn edges_to(&self, vertex: u32) -> &[u32] {
        let place = |vertex: u32| self.starts.get(vertex as usize).map_or(0, |s| *s as usize);
        self.edges.get(place(vertex)..place(vertex.saturating_add(1))).unwrap_or_default()
    }

    /// Arcs that lead to a transition of a vertex, by row of edge and arc: (arc, vertex and transition that
    /// they come from).
    pub fn arcs<'a>(
        &'a self,
        table: &'a ObjectTable,
        vertex: u32,
        transition: Transition,
    ) -> impl Iterator<Item = (u32, u32, Transition)> + 'a {
        self.edges_to(vertex).iter().flat_map(move |edge| {
            let from = table.edge_from.get(*edge as usize).copied().unwrap_or(0);
            self.arcs_of(table, *edge).filter_map(move |(arc, kind)| {
                let leads = kind.propagates() && kind.to == transition;
                leads.then_some((arc, from, kind.from))
            })
        })
    }

    /// Arcs that go on from a transition of a vertex: (arc, vertex and transition that they lead to).
    pub fn arcs_from<'a>(
        &'a self,
        table: &'a ObjectTable,
        vertex: u32,
        transition: Transition,
    ) -> impl Iterator<Item = (u32, u32, Transition)> + 'a {
        self.edges_from(table, vertex).flat_map(move |edge| {
            let to = table.edge_to.get(edge as usize).copied().unwrap_or(0);
            self.arcs_of(table, edge).filter_map(move |(arc, kind)| {
                let leads = kind.propagates() && kind.from == transition;
                leads.then_some((arc, to, kind.to))
            })
        })
    }

    /// Edges from a vertex.
    pub fn edges_from<'a>(
        &'a self,
        table: &'a ObjectTable,
        vertex: u32,
    ) -> impl Iterator<Item = u32> + 'a {
        let all = 0..table.edge_from.len();
        let edges = match self.is_by_source {
            true => {
                let first = table.edge_from.partition_point(|from| *from < vertex);
                first..table.edge_from.partition_point(|from| *from <= vertex)
            }
            false => all,
        };
        edges
            .filter(move |edge| table.edge_from.get(*edge) == Some(&vertex))
            .map(|edge| edge as u32)
    }

    /// The arcs of an edge.
    pub fn arcs_of<'a>(
        &'a self,
        table: &'a ObjectTable,
        edge: u32,
    ) -> impl Iterator<Item = (u32, Kind)> + 'a {
        let first = table.arc_edge.partition_point(|of| *of < edge);
        let arcs = table.arc_edge.iter().skip(first).take_while(move |of| **of == edge);
        (first as u32..).zip(arcs).filter_map(move |(arc, _)| Some((arc, self.kind(table, arc)?)))
    }
}

/// What paths of a scene and min/max are told by.
pub(crate) struct PathColumns<'a> {
    pub table: &'a ObjectTable,
    pub fan_in: &'a FanIn,
    pub min_max: MinMax,
    /// Arrivals of rise and fall, as bits.
    pub arrivals: [&'a [u32]; 2],
    /// Delays of arcs, as bits.
    pub delays: &'a [u32],
    /// An arrival this near to that of the column is as good, in seconds.
    pub tolerance: f64,
}

/// One point of a path as it is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PathWords {
    /// 0 where the arc is the predicted one; else its row and 1.
    pub arc: u32,
    /// Bits that differ from the column's arrival.
    pub arrival: u32,
}

impl PathColumns<'_> {
    /// The bits of the column's arrival; 0 where there is none.
    pub fn arrival(&self, vertex: u32, transition: Transition) -> u32 {
        let column = self.arrivals.get(transition as usize).copied().unwrap_or_default();
        column.get(vertex as usize).copied().unwrap_or(0)
    }

    /// Arrival over an arc, from the worst arrival where the arc comes from.
    pub fn arrival_over(&self, (arc, from, transition): (u32, u32, Transition)) -> Option<f32> {
        let before = path_time(self.arrival(from, transition))?;
        Some(before + finite(self.delays.get(arc as usize).copied()?)?)
    }

    /// The arc that explains an arrival best: the first of those that come nearest to it.
    pub fn predicted_arc(&self, vertex: u32, transition: Transition, arrival: u32) -> Option<u32> {
        let arrival = f64::from(path_time(arrival)?);
        let mut best: Option<(f64, u32)> = None;
        for fan in self.fan_in.arcs(self.table, vertex, transition) {
            if let Some(time) = self.arrival_over(fan) {
                let distance = (f64::from(time) - arrival).abs();
                if best.is_none_or(|(nearest, _)| distance < nearest) {
                    best = Some((distance, fan.0));
                }
            }
        }
        best.map(|(_, arc)| arc)
    }

    /// The points as they are stored; the last one is at `end`. `None` where they are no path.
    pub fn encode(
        &self,
        points: &[(Option<u32>, f32)],
        end: (u32, Transition),
    ) -> Option<Vec<PathWords>> {
        let mut words = vec![PathWords::default(); points.len()];
        let (mut vertex, mut transition) = end;
        for (number, (arc, arrival)) in points.iter().enumerate().rev() {
            let column = self.arrival(vertex, transition);
            let exact = number + 1 == points.len() || !self.is_near(*arrival, column);
            let stored = if exact { arrival.to_bits() } else { column };
            words[number].arrival = stored ^ column;
            match (arc, number) {
                (None, 0) => {}
                (Some(arc), 1..) => {
                    let (from, to, _) = self.table.arc(*arc)?;
                    let kind = self.fan_in.kind(self.table, *arc)?;
                    if (to, kind.to) != (vertex, transition) {
                        return None;
                    }
                    let predicted = self.predicted_arc(vertex, transition, stored);
                    words[number].arc = if predicted == Some(*arc) { 0 } else { arc + 1 };
                    (vertex, transition) = (from, kind.from);
                }
                _ => return None,
            }
        }
        Some(words)
    }

    /// The inverse.
    pub fn decode(&self, words: &[PathWords], end: (u32, Transition)) -> Result<Vec<PathPoint>> {
        let mut points = Vec::with_capacity(words.len());
        let (mut vertex, mut transition) = end;
        for (number, stored) in words.iter().enumerate().rev() {
            let arrival = stored.arrival ^ self.arrival(vertex, transition);
            let arc = match (number, stored.arc) {
                (0, _) => None,
                (_, 0) => Some(self.predicted_arc(vertex, transition, arrival)),
                (_, arc) => Some(Some(arc - 1)),
            };
            let arc = arc.map(|arc| arc.ok_or_else(|| corrupt("A path has no arc to go on by.")));
            let arc = arc.transpose()?;
            points.push(PathPoint { vertex, transition, arc, arrival: f32::from_bits(arrival) });
            if let Some(arc) = arc {
                let ends = self.table.arc(arc).zip(self.fan_in.kind(self.table, arc));
                let leads = ends.filter(|((_, to, _), kind)| {
                    (*to, kind.to) == (vertex, transition) && kind.from != Transition::None
                });
                let ((from, _, _), kind) =
                    leads.ok_or_else(|| corrupt("An arc of a path does not lead along it."))?;
                (vertex, transition) = (from, kind.from);
            }
        }
        points.reverse();
        Ok(points)
    }

    fn is_near(&self, arrival: f32, column: u32) -> bool {
        let column = path_time(column);
        column.is_some_and(|c| (f64::from(c) - f64::from(arrival)).abs() <= self.tolerance)
    }
}

/// An arrival or required time of a path; not the engine's infinity.
pub(crate) fn path_time(bits: u32) -> Option<f32> {
    finite(bits).filter(|time| time.abs() < FAR)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Transition::{Fall, Rise};

    /// a and b lead to c, which leads to d by an inverter.
    fn table() -> ObjectTable {
        let mut table = ObjectTable::new();
        let cell = table.add_cell("X");
        table.add_vertices(b"abcd", &[1, 2, 3, 4], &[0; 4], &[cell; 4]).unwrap();
        table.add_edges(&[0, 1, 2], &[2, 2, 3]).unwrap();
        let same = table.add_arc_kind("combinational ^ -> ^");
        let inverse = table.add_arc_kind("combinational ^ -> v");
        table.add_arcs(&[0, 1, 2], &[same, same, inverse]).unwrap();
        table
    }

    fn with_columns(tolerance: f64, body: impl FnOnce(&PathColumns)) {
        let table = table();
        let fan_in = FanIn::new(&table);
        let bits = |values: [f32; 4]| values.map(f32::to_bits);
        let (rise, fall) = (bits([1.0, 2.0, 6.0, -1e30]), bits([-1e30, -1e30, -1e30, 6.5]));
        let delays = [5.0f32, 4.0, 0.5].map(f32::to_bits);
        body(&PathColumns {
            table: &table,
            fan_in: &fan_in,
            min_max: MinMax::Max,
            arrivals: [&rise, &fall],
            delays: &delays,
            tolerance,
        });
    }

    #[test]
    fn what_the_columns_tell_costs_nothing() {
        with_columns(0.0, |columns| {
            let points = [(None, 1.0), (Some(0), 6.0), (Some(2), 6.5)];
            let words = columns.encode(&points, (3, Fall)).unwrap();
            assert_eq!(words, [PathWords::default(); 3], "the first of two that are as late");
            let decoded = columns.decode(&words, (3, Fall)).unwrap();
            let vertices: Vec<_> = decoded.iter().map(|p| (p.vertex, p.transition)).collect();
            assert_eq!(vertices, [(0, Rise), (2, Rise), (3, Fall)]);
            assert_eq!(decoded[2].arc, Some(2));
        });
    }

    #[test]
    fn what_they_do_not_tell_is_kept() {
        with_columns(0.0, |columns| {
            let points = [(None, 1.75), (Some(1), 5.75), (Some(2), 6.25)];
            let words = columns.encode(&points, (3, Fall)).unwrap();
            assert_eq!(words.iter().map(|w| w.arc).collect::<Vec<_>>(), [0, 2, 0]);
            assert!(words.iter().all(|word| word.arrival != 0));
            let decoded = columns.decode(&words, (3, Fall)).unwrap();
            let back: Vec<_> = decoded.iter().map(|point| (point.arc, point.arrival)).collect();
            assert_eq!(back, points);
        });
        with_columns(0.5, |columns| {
            let points = [(None, 1.75), (Some(1), 5.75), (Some(2), 6.25)];
            let words = columns.encode(&points, (3, Fall)).unwrap();
            assert_eq!(words[..2].iter().map(|w| w.arrival).collect::<Vec<_>>(), [0, 0]);
            let decoded = columns.decode(&words, (3, Fall)).unwrap();
            assert_eq!(decoded[2].arrival, 6.25, "the end is exact");
            assert_eq!(decoded[0].arrival, 2.0);
        });
    }

    #[test]
    fn what_is_no_path_is_refused() {
        with_columns(0.0, |columns| {
            for points in [
                &[(None, 1.0), (Some(2), 6.0), (Some(2), 6.5)][..],
                &[(None, 1.0), (None, 6.5)],
                &[(Some(0), 1.0), (Some(2), 6.5)],
                &[(None, 1.0), (Some(9), 6.5)],
            ] {
                assert_eq!(columns.encode(points, (3, Fall)), None, "{points:?}");
            }
            let word = |arc| PathWords { arc, arrival: 0 };
            assert!(columns.decode(&[word(0), word(1)], (3, Fall)).is_err(), "another arc");
            assert!(columns.decode(&[word(0), word(99)], (3, Fall)).is_err(), "no arc");
            assert!(columns.decode(&[word(0); 4], (3, Fall)).is_err(), "behind the start");
            assert!(columns.decode(&[], (3, Fall)).unwrap().is_empty());
        });
    }
}
