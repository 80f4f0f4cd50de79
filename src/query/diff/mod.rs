// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! What changed from one stage to another: `docs/diff.md`.
//!
//! Stages are joined by pin name. Endpoints and their slacks are compared always; columns are decoded only
//! for what asks for them ([`DiffOptions::columns`], the moved arcs of [`DiffOptions::endpoints`]).

mod checks;
mod columns;
mod condition;
mod csv;
mod endpoints;
mod hierarchy;
mod json;
mod moved;
mod objects;
mod tables;
mod text;

pub use checks::{Check, Slacks};
pub use columns::{ColumnChange, ValueChange};
pub use condition::{Condition, Finding};
pub use endpoints::{EndpointChange, EndpointCounts, Endpoints};
pub use hierarchy::{Branch, Hierarchy};
pub use moved::{MovedArc, MovedPath};
pub use objects::{CellChange, Names, Objects};

use crate::error::{Result, invalid};
use crate::model::MinMax;
use crate::store::{StagePair, Store};

/// What is compared, and what is told.
#[derive(Clone, Debug)]
pub struct DiffOptions {
    /// Endpoints, pins and instances in each list, the worst first; counts are of all.
    pub endpoints: usize,
    /// Count the changed values of every column. Decodes all columns of both stages.
    pub columns: bool,
    /// Tell which arc moved first on the paths of worsened endpoints. Decodes arrivals and delays.
    pub moved: bool,
    /// Levels of hierarchy to sum endpoints up by; 0 for none.
    pub depth: usize,
    /// What separates the levels in names of instances.
    pub divider: char,
    /// Values of columns are the same up to so many units in the last place.
    pub ulp: u32,
    /// Values and slacks are the same up to so many seconds.
    pub tolerance: f64,
    /// What the caller is to fail for.
    pub fail_if: Option<Condition>,
}

impl Default for DiffOptions {
    fn default() -> Self {
        Self {
            endpoints: 10,
            columns: true,
            moved: true,
            depth: 1,
            divider: '/',
            ulp: 0,
            tolerance: 0.0,
            fail_if: None,
        }
    }
}

/// One of the two stages.
#[derive(Clone, Debug)]
pub struct Side {
    /// Its name.
    pub stage: String,
    /// When it was saved: nanoseconds since the Unix epoch.
    pub timestamp: u64,
    /// Its tolerance, seconds.
    pub tolerance: f64,
    /// Scenes that only this stage has; they are not compared.
    pub own_scenes: Vec<String>,
}

/// A number of the earlier and of the later stage; `None` where a stage has none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change<T> {
    /// In the earlier stage.
    pub before: Option<T>,
    /// In the later stage.
    pub after: Option<T>,
}

/// The answer.
#[derive(Clone, Debug)]
pub struct Diff {
    /// Name of the top cell.
    pub design: String,
    /// The earlier stage.
    pub from: Side,
    /// The later stage.
    pub to: Side,
    /// Scenes that are compared: those of both, in the order of the later stage.
    pub scenes: Vec<String>,
    /// What was asked.
    pub options: DiffOptions,
    /// Slacks by scene and min/max, then by clock and by path group.
    pub checks: Vec<Check>,
    /// Endpoints that moved, came and went.
    pub endpoints: Endpoints,
    /// Pins and instances that came and went.
    pub objects: Objects,
    /// Endpoints summed up by instance; `None` unless asked for.
    pub hierarchy: Option<Hierarchy>,
    /// Columns of both stages; `None` unless asked for.
    pub columns: Option<Vec<ColumnChange>>,
    /// What a reader has to know of the answer.
    pub notes: Vec<String>,
    /// Whether the condition is met, and by what.
    pub finding: Option<Finding>,
}

/// Compare two stages of a store.
///
/// # Errors
/// `NotFound` for a stage that is not there; `InvalidArgument` for stages of two designs or without a common
/// scene, and for a condition that names what is not there; what is wrong with the stages.
pub fn diff(store: &Store, from: &str, to: &str, options: &DiffOptions) -> Result<Diff> {
    if !options.tolerance.is_finite() || options.tolerance < 0.0 {
        return Err(invalid(format!("Tolerance {} is not 0 s or more.", options.tolerance)));
    }
    let pair = StagePair::open(store, from, to)?;
    let scenes = Scenes::new(&pair)?;
    let rows = endpoints::rows(&pair)?;
    let joined = endpoints::join(&pair, &scenes, &rows);
    let checks = checks::checks(&pair, &scenes, &rows);
    let mut endpoints = endpoints::endpoints(&pair, &scenes, &joined, options)?;
    let columns = options.columns.then(|| columns::compare(&pair, &scenes, options)).transpose()?;
    if options.moved {
        moved::trace(&pair, &scenes, &mut endpoints, options.tolerance)?;
    }
    let hierarchy = match options.depth {
        0 => None,
        _ => Some(hierarchy::sum_up(&pair, &scenes, &joined, options)?),
    };
    let mut diff = Diff {
        design: pair.to.metadata().design.clone(),
        from: side(&pair.from, &scenes.only_before),
        to: side(&pair.to, &scenes.only_after),
        scenes: scenes.names.clone(),
        options: options.clone(),
        checks,
        endpoints,
        objects: objects::objects(&pair, options.endpoints)?,
        hierarchy,
        columns,
        notes: Vec::new(),
        finding: None,
    };
    diff.notes = notes(&diff);
    diff.finding =
        options.fail_if.as_ref().map(|condition| condition.evaluate(&diff)).transpose()?;
    Ok(diff)
}

/// The scenes of both stages.
struct Scenes {
    names: Vec<String>,
    /// Their numbers in the earlier and in the later stage.
    numbers: Vec<(u16, u16)>,
    only_before: Vec<String>,
    only_after: Vec<String>,
}

impl Scenes {
    fn new(pair: &StagePair) -> Result<Self> {
        let (before, after) = (&pair.from.metadata().scenes, &pair.to.metadata().scenes);
        let mut names = Vec::new();
        let mut numbers = Vec::new();
        for (name, number) in after.iter().zip(0..) {
            if let Some(old) = before.iter().position(|known| known == name) {
                names.push(name.clone());
                numbers.push((old as u16, number));
            }
        }
        if names.is_empty() && !(before.is_empty() && after.is_empty()) {
            return Err(invalid(format!(
                "Stages {} (scenes {}) and {} (scenes {}) have no scene in common.",
                pair.from.timing_stage().stage_id,
                before.join(", "),
                pair.to.timing_stage().stage_id,
                after.join(", ")
            )));
        }
        let only =
            |of: &[String]| of.iter().filter(|name| !names.contains(name)).cloned().collect();
        let (only_before, only_after) = (only(before), only(after));
        Ok(Self { names, numbers, only_before, only_after })
    }

    /// Position of a scene by its number in the later stage.
    fn of_later(&self, number: u16) -> Option<usize> {
        self.numbers.iter().position(|(_, after)| *after == number)
    }
}

fn side(stage: &crate::store::Stage, own_scenes: &[String]) -> Side {
    let timing = stage.timing_stage();
    Side {
        stage: timing.stage_id.clone(),
        timestamp: timing.timestamp,
        tolerance: timing.metadata.tolerance,
        own_scenes: own_scenes.to_vec(),
    }
}

fn notes(diff: &Diff) -> Vec<String> {
    let mut notes = Vec::new();
    for side in [&diff.from, &diff.to] {
        let Side { stage, tolerance, own_scenes, .. } = side;
        if *tolerance > 0.0 {
            notes.push(format!(
                "Stage {stage} was saved with a tolerance: its columns are within {tolerance:e} s of the \
                 engine's; slacks of endpoints are exact."
            ));
        }
        if !own_scenes.is_empty() {
            let scenes = own_scenes.join(", ");
            notes.push(format!(
                "Only stage {stage} has the scenes {scenes}: they are not compared."
            ));
        }
    }
    notes
}

const BOTH: [MinMax; 2] = [MinMax::Max, MinMax::Min];

/// A slack of a path that exists. The engine has 1e30 where there is none.
fn is_time(seconds: f32) -> bool {
    seconds.abs() < 1e29
}

impl<T: Copy + Into<f64>> Change<T> {
    /// The later less the earlier one.
    pub fn delta(&self) -> Option<f64> {
        let delta = self.after?.into() - self.before?.into();
        // No negative zero: it is the same.
        Some(if delta == 0.0 { 0.0 } else { delta })
    }
}
