// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Paths traced by the columns. An arc is on a path where its delay explains the arrival or the required
//! time of the one end by that of the other, to the last bit.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::{Origin, Path, Point};
use crate::delta::{FanIn, clock_min_max, path_time};
use crate::error::Result;
use crate::model::{
    Endpoint, MinMax, ObjectTable, PathEnd, PathField, PathFlag, PathPoint, StreamKey, StreamKind,
    Transition,
};
use crate::store::Stage;
use crate::store::paths::{PathIndex, PathSource};

/// A path, or why there is none.
pub(super) type Traced = std::result::Result<Path, String>;

/// A way has no more points than this: longer ones go round in a loop.
const MAX_POINTS: usize = 100_000;

const TRANSITIONS: [Transition; 2] = [Transition::Rise, Transition::Fall];

/// A path end, the points of the path and those of its capturing clock.
type KeptPath = (PathEnd, Vec<Point>, Vec<Point>);

/// Traces paths of a stage. Columns are read when they are needed.
pub(super) struct Tracer<'a> {
    stage: &'a Arc<Stage>,
    table: Arc<ObjectTable>,
    fan_in: FanIn,
    sources: HashMap<(u16, MinMax), Arc<PathSource>>,
}

impl<'a> Tracer<'a> {
    pub fn new(stage: &'a Arc<Stage>) -> Result<Self> {
        let table = stage.objects()?;
        let fan_in = FanIn::new(&table);
        Ok(Self { stage, table, fan_in, sources: HashMap::new() })
    }

    fn source(&mut self, scene: u16, min_max: MinMax) -> Result<Arc<PathSource>> {
        if let Some(source) = self.sources.get(&(scene, min_max)) {
            return Ok(source.clone());
        }
        let source = Arc::new(PathSource::of(self.stage, scene, min_max)?);
        self.sources.insert((scene, min_max), source.clone());
        Ok(source)
    }

    /// The end and the points of a path that was kept, and those of its capturing clock.
    pub fn kept(
        &mut self,
        index: &PathIndex,
        row: u32,
        endpoint: &Endpoint,
    ) -> Result<Option<KeptPath>> {
        let path = self.stage.path(index, row, endpoint, &self.table, &self.fan_in)?;
        let Some(path) = path else { return Ok(None) };
        let Endpoint { scene, min_max, .. } = *endpoint;
        let mut data = self.points(path.data, scene, min_max)?;
        adjust_start(&path.end, &mut data);
        let clock = self.points(path.clock, scene, clock_min_max(&path.end))?;
        Ok(Some((path.end, data, clock)))
    }

    /// Points with what the columns say of them.
    fn points(
        &mut self,
        points: Vec<PathPoint>,
        scene: u16,
        min_max: MinMax,
    ) -> Result<Vec<Point>> {
        if points.is_empty() {
            return Ok(Vec::new());
        }
        let source = self.source(scene, min_max)?;
        let columns = source.columns(&self.table, &self.fan_in, 0.0);
        let mut before = None;
        let mut told = Vec::with_capacity(points.len());
        for PathPoint { vertex, transition, arc, arrival } in points {
            let delay = arc.and_then(|arc| columns.delays.get(arc as usize));
            let delay = delay.map(|bits| f32::from_bits(*bits));
            let sum = before.zip(delay).map(|(before, delay): (f32, f32)| before + delay);
            let is_sum = sum.is_some_and(|sum| sum.to_bits() == arrival.to_bits());
            let others = self.fan_in.arcs(&self.table, vertex, transition).filter(|fan| {
                let time = columns.arrival_over(*fan);
                Some(fan.0) != arc && time.is_some_and(|t| t.to_bits() == arrival.to_bits())
            });
            let ties = if arc.is_some() { others.count() as u32 } else { 0 };
            before = Some(arrival);
            let slew = self.value(StreamKind::Slew, scene, min_max, (vertex, transition))?;
            told.push(Point { vertex, transition, arc, arrival, slew, delay, is_sum, ties });
        }
        Ok(told)
    }

    fn value(
        &self,
        kind: StreamKind,
        scene: u16,
        min_max: MinMax,
        (vertex, transition): (u32, Transition),
    ) -> Result<f32> {
        let key = StreamKey { kind, scene, min_max, transition, plane: 0 };
        let row = u64::from(vertex);
        let words = self.stage.read_words(key, row..row + 1)?;
        Ok(words.first().map_or(f32::NAN, |bits| f32::from_bits(*bits)))
    }

    /// The worst path of an endpoint row whose path was not kept.
    pub fn back_from(&mut self, endpoint: Endpoint) -> Result<Path> {
        let unknown = |reason: String| Path {
            endpoint,
            origin: Origin::Unknown(reason),
            end: None,
            points: Vec::new(),
            clock: Vec::new(),
            required: f32::NAN,
            start: 0,
        };
        let Endpoint { vertex, scene, min_max, slack, .. } = endpoint;
        for transition in TRANSITIONS {
            let node = (vertex, transition);
            let arrival = self.value(StreamKind::Arrival, scene, min_max, node)?;
            let required = self.value(StreamKind::Required, scene, min_max, node)?;
            let times = path_time(arrival.to_bits()).zip(path_time(required.to_bits()));
            let explains = times.is_some_and(|(arrival, required)| {
                slack_of(min_max, arrival, required).to_bits() == slack.to_bits()
            });
            if explains {
                let traced = self.trace_back(scene, min_max, node)?;
                return Ok(match traced {
                    Ok(points) => self.path(endpoint, points, required)?,
                    Err(reason) => unknown(reason),
                });
            }
        }
        Ok(unknown(
            "its slack is not the difference of its worst arrival and required time: another path than the \
             latest is the worst one, and of this endpoint no path was kept"
                .to_owned(),
        ))
    }

    fn path(&mut self, endpoint: Endpoint, points: Vec<PathPoint>, required: f32) -> Result<Path> {
        let points = self.points(points, endpoint.scene, endpoint.min_max)?;
        let start = self.start_of(&points);
        let clock = Vec::new();
        Ok(Path { endpoint, origin: Origin::Columns, end: None, points, clock, required, start })
    }

    /// The output of the register that the path begins at, or its first point.
    fn start_of(&self, points: &[Point]) -> usize {
        let starts = |point: &Point| {
            let kind = point.arc.and_then(|arc| self.table.arc(arc)).map_or(0, |(_, _, kind)| kind);
            let name = self.table.arc_kind_name(kind);
            let registers = ["Reg Clk to Q", "Latch En to Q"];
            point.arc.is_some() && registers.iter().any(|role| name.starts_with(role))
        };
        points.iter().rposition(starts).unwrap_or(0)
    }

    /// From a vertex back to where its worst arrival is from.
    fn trace_back(
        &mut self,
        scene: u16,
        min_max: MinMax,
        end: (u32, Transition),
    ) -> Result<std::result::Result<Vec<PathPoint>, String>> {
        let source = self.source(scene, min_max)?;
        let columns = source.columns(&self.table, &self.fan_in, 0.0);
        let mut points = Vec::new();
        let (mut vertex, mut transition) = end;
        loop {
            let bits = columns.arrival(vertex, transition);
            let arrival = f32::from_bits(bits);
            let fans = || self.fan_in.arcs(&self.table, vertex, transition);
            let explains = |fan: &(u32, u32, Transition)| {
                columns.arrival_over(*fan).is_some_and(|time| time.to_bits() == bits)
            };
            let arc = fans().find(explains);
            points.push(PathPoint { vertex, transition, arc: arc.map(|fan| fan.0), arrival });
            if points.len() > MAX_POINTS {
                return Ok(Err("the arcs that explain its arrivals go round in a loop".to_owned()));
            }
            let Some((_, from, from_transition)) = arc else {
                let has_arrivals = fans().any(|fan| columns.arrival_over(fan).is_some());
                if has_arrivals {
                    return Ok(Err(format!(
                        "no arc into {} explains its arrival to the last bit (an ideal clock, a derate, an \
                         input delay inside of the design or a latch does that), and of this endpoint no \
                         path was kept",
                        self.table.display_name(vertex)
                    )));
                }
                break;
            };
            (vertex, transition) = (from, from_transition);
        }
        points.reverse();
        Ok(Ok(points))
    }

    /// The worst path through one of some pins: back by arrivals, on by required times.
    pub fn through(
        &mut self,
        pins: &[u32],
        scenes: &HashSet<u16>,
        min_max: MinMax,
        rows: &[(u32, Endpoint)],
    ) -> Result<Traced> {
        let mut worst: Option<(f32, u16, (u32, Transition))> = None;
        for (vertex, scene) in pins.iter().flat_map(|pin| scenes.iter().map(move |s| (*pin, *s))) {
            for transition in TRANSITIONS {
                let node = (vertex, transition);
                let slack = self.value(StreamKind::Slack, scene, min_max, node)?;
                let is_worse = worst.is_none_or(|(known, ..)| slack < known);
                if path_time(slack.to_bits()).is_some() && is_worse {
                    worst = Some((slack, scene, node));
                }
            }
        }
        let Some((slack, scene, node)) = worst else {
            return Ok(Err("No path that is constrained goes through the pins.".to_owned()));
        };
        let pin = self.table.display_name(node.0);
        let reason = |why: &str| {
            Ok(Err(format!(
                "The worst path through {pin} is not told by the columns ({why}); only worst paths of \
                 endpoints were looked at."
            )))
        };
        let arrival = self.value(StreamKind::Arrival, scene, min_max, node)?;
        let required = self.value(StreamKind::Required, scene, min_max, node)?;
        if slack_of(min_max, arrival, required).to_bits() != slack.to_bits() {
            return reason(
                "its slack is not the difference of its worst arrival and required time",
            );
        }
        let mut points = match self.trace_back(scene, min_max, node)? {
            Ok(points) => points,
            Err(why) => return reason(&why),
        };
        let Some(end) = self.trace_on(scene, min_max, node, &mut points)? else {
            return reason("no arc explains a required time to the last bit");
        };
        let is_end = |row: &&(u32, Endpoint)| row.1.vertex == end.0 && row.1.scene == scene;
        let Some((_, row)) = rows.iter().find(is_end) else {
            return reason("its end is no endpoint of the query");
        };
        let required = self.value(StreamKind::Required, scene, min_max, end)?;
        let last = points.last().map_or(f32::NAN, |point| point.arrival);
        let slack = slack_of(min_max, last, required);
        let endpoint = Endpoint { slack, ..*row };
        Ok(Ok(self.path(endpoint, points, required)?))
    }

    /// From a vertex on to where its required time is from. `None` where that is not told.
    fn trace_on(
        &mut self,
        scene: u16,
        min_max: MinMax,
        from: (u32, Transition),
        points: &mut Vec<PathPoint>,
    ) -> Result<Option<(u32, Transition)>> {
        let source = self.source(scene, min_max)?;
        let columns = source.columns(&self.table, &self.fan_in, 0.0);
        let required = |node| self.value(StreamKind::Required, scene, min_max, node);
        let mut node = from;
        while points.len() <= MAX_POINTS {
            let wanted = required(node)?;
            let mut next = None;
            let mut is_end = true;
            for (arc, to, kind) in self.fan_in.arcs_from(&self.table, node.0, node.1) {
                let delay =
                    columns.delays.get(arc as usize).map_or(f32::NAN, |d| f32::from_bits(*d));
                let after = required((to, kind))?;
                if path_time(after.to_bits()).is_some() {
                    is_end = false;
                    if (after - delay).to_bits() == wanted.to_bits() {
                        next = Some((arc, (to, kind), delay));
                        break;
                    }
                }
            }
            let Some((arc, to, delay)) = next else { return Ok(is_end.then_some(node)) };
            let arrival = points.last().map_or(f32::NAN, |point| point.arrival) + delay;
            let (vertex, transition) = to;
            points.push(PathPoint { vertex, transition, arc: Some(arc), arrival });
            node = to;
        }
        Ok(None)
    }
}

/// Data begin with what the engine takes the launching clock to be: an ideal one has no delay in its network.
fn adjust_start(end: &PathEnd, points: &mut [Point]) {
    let start = points.get_mut(end.word(PathField::Start) as usize);
    let delay = start.as_ref().and_then(|start| start.delay);
    if let (true, Some(start), Some(delay)) = (end.is(PathFlag::StartsAtClock), start, delay) {
        let sum = end.time(PathField::LaunchArrival) + delay;
        start.is_sum |= sum.to_bits() == start.arrival.to_bits();
    }
}

/// Slack of a path.
pub(super) fn slack_of(min_max: MinMax, arrival: f32, required: f32) -> f32 {
    match min_max {
        MinMax::Max => required - arrival,
        MinMax::Min => arrival - required,
    }
}

impl Path {
    /// Slack by the path's own times, seconds; that of the endpoint row where there are none.
    pub fn slack(&self) -> f32 {
        if self.points.is_empty() {
            return self.endpoint.slack;
        }
        slack_of(self.endpoint.min_max, self.raw_arrival(), self.raw_required())
    }

    fn raw_arrival(&self) -> f32 {
        self.points.last().map_or(f32::NAN, |point| point.arrival)
    }

    fn raw_required(&self) -> f32 {
        self.end.as_ref().map_or(self.required, |end| end.time(PathField::Required))
    }
}
