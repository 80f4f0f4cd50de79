// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Worst paths from a stage alone.
//!
//! The path of an endpoint that the engine reports is kept with the stage for the worst endpoints of each
//! scene and min/max ([`Origin::Engine`]). Others are traced back by the columns, over arcs whose delay
//! explains the arrival to the last bit ([`Origin::Columns`]); where the columns do not explain it there is
//! no path, and the reason ([`Origin::Unknown`]).

mod columns;
mod find;
mod json;
mod names;
mod text;

pub(crate) use find::paths_of;
pub use find::{PathQuery, worst_paths};
pub use json::paths_json;
pub use text::{MAX_DIGITS, paths_text};

use std::sync::Arc;

use crate::model::{Endpoint, ObjectTable, PathEnd, PathField, PathFlag, Transition};
use crate::store::Stage;

/// Answer to a query: paths of a stage, the worst first.
pub struct Paths {
    stage: Arc<Stage>,
    objects: Arc<ObjectTable>,
    /// The paths.
    pub paths: Vec<Path>,
    /// What the reader has to know of the answer.
    pub notes: Vec<String>,
}

/// One path.
#[derive(Clone, Debug)]
pub struct Path {
    /// Where it ends, and its slack as the row of the endpoint table has it. Of a path through a pin, the
    /// slack is its own.
    pub endpoint: Endpoint,
    /// Where its points are from.
    pub origin: Origin,
    /// What is known of its end, of those that were kept.
    pub end: Option<PathEnd>,
    /// Its points, from where its clock begins.
    pub points: Vec<Point>,
    /// Those of the path of the capturing clock.
    pub clock: Vec<Point>,
    /// Required time at the end, seconds.
    pub required: f32,
    /// Number of the point that is reported as the startpoint.
    pub start: usize,
}

/// Where the points of a path are from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The engine had it as the worst of its endpoint and path group.
    Engine,
    /// Columns explain it, each arrival by the one before and the delay between them.
    Columns,
    /// There are no points, and why.
    Unknown(String),
}

/// One point of a path.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Vertex row.
    pub vertex: u32,
    /// Rise or fall.
    pub transition: Transition,
    /// Arc by which the path comes; `None` for the first point.
    pub arc: Option<u32>,
    /// The path's own arrival, seconds.
    pub arrival: f32,
    /// Slew, seconds.
    pub slew: f32,
    /// Delay of the arc, seconds.
    pub delay: Option<f32>,
    /// Whether the arrival before and the delay of the arc are the arrival, to the last bit.
    pub is_sum: bool,
    /// Other arcs that explain the arrival to the last bit.
    pub ties: u32,
}

impl Path {
    /// Arrival at the end with the offset of the launching cycle, seconds.
    pub fn arrival(&self) -> f32 {
        self.points.last().map_or(f32::NAN, |point| point.arrival) + self.offset()
    }

    /// Added to all times, so that the path begins in the right cycle, seconds.
    pub fn offset(&self) -> f32 {
        self.end.as_ref().map_or(0.0, |end| end.time(PathField::SourceOffset))
    }

    /// Points at which another path of the same arrival joins.
    pub fn ties(&self) -> usize {
        self.points.iter().filter(|point| point.ties > 0).count()
    }

    /// The points that are reported as data: the startpoint and what follows.
    pub fn data(&self) -> &[Point] {
        self.points.get(self.start..).unwrap_or_default()
    }

    /// The points of the launching clock, with the pin where the path leaves it.
    pub fn launch(&self) -> &[Point] {
        let is_clocked = self.is(PathFlag::StartsAtClock);
        self.points.get(..self.start).filter(|_| is_clocked).unwrap_or_default()
    }

    fn is(&self, flag: PathFlag) -> bool {
        self.end.as_ref().is_some_and(|end| end.is(flag))
    }
}
