// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Who moved first: the arcs of a worsened path whose delays are others than before.
//!
//! The path is that of the later stage, traced back from the endpoint over arcs whose delay explains the
//! arrival bit for bit.

use std::sync::Arc;

use rayon::prelude::*;

use super::columns::arc_name;
use super::endpoints::Endpoints;
use super::{Change, Scenes, is_time};
use crate::delta::kinds;
use crate::error::Result;
use crate::model::{MinMax, ObjectTable, StreamKey, StreamKind, Transition};
use crate::store::{Stage, StagePair};

/// More points than any path has: a loop that the columns seem to explain ends here.
const MAX_POINTS: usize = 100_000;

/// What moved on the path of an endpoint.
#[derive(Clone, Debug)]
pub struct MovedPath {
    /// Pin where the trace begins: what leads to it is not explained by delays alone.
    pub startpoint: String,
    /// Arcs of the path.
    pub arcs: usize,
    /// Those whose delays are others in the earlier stage.
    pub changed: usize,
    /// Those that the earlier stage lacks.
    pub added: usize,
    /// The first of both, from the startpoint on.
    pub first: Option<MovedArc>,
    /// The one whose delay costs most more slack than before; arcs of both stages only.
    pub greatest: Option<MovedArc>,
    /// Arrival at the startpoint, seconds.
    pub start: Change<f32>,
    /// Arrival at the endpoint, seconds.
    pub arrival: Change<f32>,
    /// Required time at the endpoint, seconds.
    pub required: Change<f32>,
}

/// An arc and its delay, seconds; without one before it is new.
#[derive(Clone, Debug)]
pub struct MovedArc {
    /// `from -> to (kind)`.
    pub arc: String,
    /// Its position on the path, from 1.
    pub position: usize,
    /// Its delay, seconds.
    pub delay: Change<f32>,
}

/// Trace the paths of the worsened endpoints that are told.
pub(super) fn trace(
    pair: &StagePair,
    scenes: &Scenes,
    endpoints: &mut Endpoints,
    tolerance: f64,
) -> Result<()> {
    if endpoints.worsened.is_empty() {
        return Ok(());
    }
    let graph = FanIn::new(pair.to.objects()?);
    for change in &mut endpoints.worsened {
        let Some(numbers) = scenes.numbers.get(change.at.scene) else { continue };
        let Some(end) = change.at.after else { continue };
        let lane = Lane::new(pair, *numbers, change.min_max)?;
        change.moved = lane.as_ref().map(|lane| {
            let (points, arcs) = lane.path(&graph, end.vertex, end.slack);
            lane.compare(pair, &graph, &points, &arcs, tolerance)
        });
    }
    Ok(())
}

/// Columns of one scene and min/max, by transition.
struct Lane {
    min_max: MinMax,
    old: Times,
    new: Times,
}

type Column = Arc<Vec<u32>>;

struct Times {
    arrival: [Column; 2],
    required: [Column; 2],
    delay: Column,
}

impl Times {
    /// `None` where the stage lacks one.
    fn new(stage: &Stage, scene: u16, min_max: MinMax) -> Result<Option<Self>> {
        use StreamKind::{Arrival, Delay, Required};
        let column = |kind, transition| {
            stage.whole_column(StreamKey { kind, scene, min_max, transition, plane: 0 })
        };
        let both = |kind| -> Result<Option<[Column; 2]>> {
            let [rise, fall] = [Transition::Rise, Transition::Fall].map(|tr| column(kind, tr));
            Ok(rise?.zip(fall?).map(|(rise, fall)| [rise, fall]))
        };
        let (arrival, required) = (both(Arrival)?, both(Required)?);
        let delay = column(Delay, Transition::None)?;
        Ok(arrival.zip(required).zip(delay).map(|((arrival, required), delay)| Self {
            arrival,
            required,
            delay,
        }))
    }

    fn arrival(&self, (vertex, transition): Node) -> f32 {
        value(&self.arrival[transition], vertex)
    }

    fn required(&self, (vertex, transition): Node) -> f32 {
        value(&self.required[transition], vertex)
    }

    fn delay(&self, arc: u32) -> f32 {
        value(&self.delay, arc)
    }
}

/// No time where there is no such row.
fn value(column: &[u32], row: u32) -> f32 {
    column.get(row as usize).map_or(f32::NAN, |bits| f32::from_bits(*bits))
}

/// A vertex row, and 0 for its rise or 1 for its fall.
type Node = (u32, usize);

impl Lane {
    fn new(pair: &StagePair, (old, new): (u16, u16), min_max: MinMax) -> Result<Option<Self>> {
        let (old, new) =
            (Times::new(&pair.from, old, min_max)?, Times::new(&pair.to, new, min_max)?);
        Ok(old.zip(new).map(|(old, new)| Self { min_max, old, new }))
    }

    fn slack(&self, node: Node) -> f32 {
        let (arrival, required) = (self.new.arrival(node), self.new.required(node));
        match self.min_max {
            MinMax::Max => required - arrival,
            MinMax::Min => arrival - required,
        }
    }

    /// The points of the path to an endpoint, from the startpoint on, and the arcs between them.
    fn path(&self, graph: &FanIn, vertex: u32, slack: f32) -> (Vec<Node>, Vec<u32>) {
        let [rise, fall] = [(vertex, 0), (vertex, 1)];
        let is_fall = match [rise, fall].map(|node| self.slack(node).to_bits() == slack.to_bits()) {
            [true, _] => false,
            [_, true] => true,
            _ => self.slack(fall) < self.slack(rise),
        };
        let mut points = vec![if is_fall { fall } else { rise }];
        let mut arcs = Vec::new();
        let mut node = points[0];
        while let Some((arc, from)) = self.explained_by(graph, node)
            && points.len() < MAX_POINTS
        {
            arcs.push(arc);
            points.push(from);
            node = from;
        }
        points.reverse();
        arcs.reverse();
        (points, arcs)
    }

    fn explained_by(&self, graph: &FanIn, node: Node) -> Option<(u32, Node)> {
        let bits = self.new.arrival(node).to_bits();
        graph.arcs(node).find(|(arc, from)| {
            let before = self.new.arrival(*from);
            is_time(before) && (before + self.new.delay(*arc)).to_bits() == bits
        })
    }

    fn compare(
        &self,
        pair: &StagePair,
        graph: &FanIn,
        points: &[Node],
        arcs: &[u32],
        tolerance: f64,
    ) -> MovedPath {
        let (start, end) = (points.first().copied(), points.last().copied());
        let times = |node: Option<Node>, of: fn(&Times, Node) -> f32| {
            let old = node.and_then(|(vertex, tr)| Some((pair.vertex(vertex)?, tr)));
            let time = |times: &Times, node| Some(of(times, node)).filter(|time| is_time(*time));
            Change {
                before: old.and_then(|node| time(&self.old, node)),
                after: node.and_then(|node| time(&self.new, node)),
            }
        };
        let mut moved = MovedPath {
            startpoint: start.map_or_else(String::new, |start| graph.table.display_name(start.0)),
            arcs: arcs.len(),
            changed: 0,
            added: 0,
            first: None,
            greatest: None,
            start: times(start, Times::arrival),
            arrival: times(end, Times::arrival),
            required: times(end, Times::required),
        };
        let mut greatest = 0.0;
        for (position, arc) in (1..).zip(arcs) {
            let after = Some(self.new.delay(*arc));
            let before = pair.arc(*arc).map(|arc| self.old.delay(arc));
            let delay = Change { before, after };
            let delta = delay.delta();
            if delta.is_some_and(|delta| delta.abs() <= tolerance) {
                continue;
            }
            moved.changed += usize::from(delta.is_some());
            moved.added += usize::from(delta.is_none());
            let tell = || MovedArc { arc: arc_name(&graph.table, *arc), position, delay };
            if moved.first.is_none() {
                moved.first = Some(tell());
            }
            let cost = delta.unwrap_or(0.0) * if self.min_max == MinMax::Max { 1.0 } else { -1.0 };
            if cost > greatest {
                greatest = cost;
                moved.greatest = Some(tell());
            }
        }
        moved
    }
}

/// The arcs into each vertex that arrivals go over.
struct FanIn {
    table: Arc<ObjectTable>,
    kinds: Vec<crate::delta::Kind>,
    /// By vertex: where its edges begin in `edges`.
    starts: Vec<u32>,
    edges: Vec<u32>,
    /// By edge: its first arc.
    first_arcs: Vec<u32>,
}

impl FanIn {
    fn new(table: Arc<ObjectTable>) -> Self {
        let mut starts = vec![0u32; table.vertex_count() + 2];
        for to in &table.edge_to {
            starts[*to as usize + 2] += 1;
        }
        for vertex in 2..starts.len() {
            starts[vertex] += starts[vertex - 1];
        }
        let mut edges = vec![0u32; table.edge_count()];
        for (edge, to) in table.edge_to.iter().enumerate() {
            let next = &mut starts[*to as usize + 1];
            edges[*next as usize] = edge as u32;
            *next += 1;
        }
        let edge_count = table.edge_count() as u32;
        let first_arc = |edge: u32| table.arc_edge.partition_point(|of| *of < edge) as u32;
        let first_arcs = (0..=edge_count).into_par_iter().map(first_arc).collect();
        Self { kinds: kinds(&table), starts, edges, first_arcs, table }
    }

    /// Arcs into a node, and the nodes that they come from.
    fn arcs(&self, (vertex, transition): Node) -> impl Iterator<Item = (u32, Node)> + '_ {
        let start = |vertex: usize| self.starts.get(vertex).map_or(0, |start| *start as usize);
        let range = start(vertex as usize)..start(vertex as usize + 1);
        self.edges.get(range).unwrap_or_default().iter().flat_map(move |edge| {
            let from = self.table.edge_from[*edge as usize];
            let arcs = self.first_arcs[*edge as usize]..self.first_arcs[*edge as usize + 1];
            arcs.filter_map(move |arc| {
                let kind = self.kinds.get(self.table.arc_kind[arc as usize] as usize)?;
                let fits = kind.propagates() && kind.to as usize == transition;
                fits.then_some((arc, (from, kind.from as usize)))
            })
        })
    }
}
