// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Which paths a query is about.

use std::collections::HashSet;
use std::sync::Arc;

use super::columns::{Traced, Tracer};
use super::{Origin, Path, Paths};
use crate::error::{Error, ErrorKind, Result, invalid};
use crate::model::{Endpoint, MinMax, PathField, StageMetadata};
use crate::query::find_pin;
use crate::store::Stage;
use crate::store::paths::PathIndex;
use crate::store::report::plural;

/// What paths are asked for.
#[derive(Clone, Debug)]
pub struct PathQuery {
    /// Startpoints, of which one has to be met: the clock pin or the output of a register, or an input.
    pub from: Vec<String>,
    /// Pins that have to be met, one after the other.
    pub through: Vec<String>,
    /// Endpoints, of which one has to be met.
    pub to: Vec<String>,
    /// Hold or setup.
    pub min_max: MinMax,
    /// This scene only.
    pub scene: Option<String>,
    /// This path group only.
    pub group: Option<String>,
    /// Paths, at most.
    pub count: usize,
}

impl Default for PathQuery {
    /// The worst setup path of all.
    fn default() -> Self {
        Self {
            from: Vec::new(),
            through: Vec::new(),
            to: Vec::new(),
            min_max: MinMax::Max,
            scene: None,
            group: None,
            count: 1,
        }
    }
}

/// Rows of the pins of a query.
struct Pins {
    from: HashSet<u32>,
    through: Vec<HashSet<u32>>,
    to: HashSet<u32>,
}

impl Pins {
    fn new(stage: &Stage, query: &PathQuery) -> Result<Self> {
        let rows = |names: &[String]| {
            let found = names.iter().map(|name| find_pin(stage, name));
            Ok(found.collect::<Result<Vec<_>>>()?.into_iter().flat_map(|pin| pin.rows()).collect())
        };
        let through = query.through.iter().map(|name| rows(std::slice::from_ref(name)));
        Ok(Self {
            from: rows(&query.from)?,
            through: through.collect::<Result<_>>()?,
            to: rows(&query.to)?,
        })
    }

    fn asks_inside(&self) -> bool {
        !self.from.is_empty() || !self.through.is_empty()
    }

    /// Whether a path whose end fits goes through all.
    fn fit(&self, path: &Path) -> bool {
        // The clock pin of the register belongs to the startpoint.
        let first = path.start.saturating_sub(path.launch().len().min(1));
        let starts = path.points.get(first..=path.start).unwrap_or_default();
        let from = self.from.is_empty() || starts.iter().any(|p| self.from.contains(&p.vertex));
        let mut rest = path.points.iter();
        from && self.through.iter().all(|pins| rest.any(|point| pins.contains(&point.vertex)))
    }
}

/// The worst paths of a stage: one for each endpoint, path group and scene, the worst first. With
/// [`PathQuery::from`] or [`PathQuery::through`], the worst path through these pins comes first, where the
/// columns tell it; then those of the other endpoints whose worst path goes through.
///
/// # Errors
/// `NotFound` for a pin, scene or path group that does not exist, with near names; `InvalidArgument` where a
/// filter cannot be met by any path; `Unsupported` for a stage with statistical timing. Otherwise what is
/// wrong with the stage.
pub fn worst_paths(stage: &Arc<Stage>, query: &PathQuery) -> Result<Paths> {
    let metadata = stage.metadata();
    refuse_statistical(stage)?;
    let scene = query.scene.as_deref().map(|name| position(&metadata.scenes, name, "scene"));
    let scene = scene.transpose()?;
    let group = query.group.as_deref().map(|name| groups(metadata, name)).transpose()?;
    let pins = Pins::new(stage, query)?;
    let all = stage.endpoints(0..u64::from(metadata.endpoints))?;
    let fits = |end: &Endpoint| {
        end.min_max == query.min_max
            && scene.is_none_or(|scene| usize::from(end.scene) == scene)
            && group.as_ref().is_none_or(|groups| groups.contains(&end.group))
    };
    let mut rows: Vec<(u32, Endpoint)> = (0..).zip(all).filter(|(_, end)| fits(end)).collect();
    if !pins.to.is_empty() {
        check_endpoints(&rows, &pins, query)?;
        rows.retain(|(_, end)| pins.to.contains(&end.vertex));
    }
    rows.sort_by(|(_, a), (_, b)| a.slack.total_cmp(&b.slack));
    // A path group has rows for each of its clocks; of these the worst one is reported.
    let mut seen = HashSet::new();
    rows.retain(|(_, end)| {
        let group = metadata.groups.get(end.group as usize);
        seen.insert((end.vertex, end.scene, group))
    });
    let mut search =
        Search { index: stage.path_index()?, tracer: Tracer::new(stage)?, pins, query };
    let (paths, notes) = search.run(&rows)?;
    Ok(Paths { stage: stage.clone(), objects: stage.objects()?, paths, notes })
}

/// The worst path of each of these rows of the endpoint table, in their order.
///
/// # Errors
/// `Unsupported` for a stage with statistical timing. Otherwise what is wrong with the stage.
pub(crate) fn paths_of(stage: &Arc<Stage>, rows: &[(u32, Endpoint)]) -> Result<Paths> {
    refuse_statistical(stage)?;
    let query = PathQuery::default();
    let pins = Pins::new(stage, &query)?;
    let tracer = Tracer::new(stage)?;
    let mut search = Search { index: stage.path_index()?, tracer, pins, query: &query };
    let paths = rows.iter().map(|(row, endpoint)| search.path(*row, *endpoint));
    let paths = paths.collect::<Result<_>>()?;
    Ok(Paths { stage: stage.clone(), objects: stage.objects()?, paths, notes: Vec::new() })
}

fn refuse_statistical(stage: &Stage) -> Result<()> {
    let timing = stage.timing_stage();
    if timing.delta_changes.planes() == 1 {
        return Ok(());
    }
    let stage = &timing.stage_id;
    Err(Error::new(
        ErrorKind::Unsupported,
        format!(
            "Stage {stage} has statistical timing: its times are distributions, which do not add up along a \
             path. Ask the engine with report_checks after a restore."
        ),
    ))
}

/// Contradictions are told instead of an empty answer.
fn check_endpoints(rows: &[(u32, Endpoint)], pins: &Pins, query: &PathQuery) -> Result<()> {
    let ends: HashSet<u32> = rows.iter().map(|(_, end)| end.vertex).collect();
    if pins.to.iter().any(|pin| ends.contains(pin)) {
        return Ok(());
    }
    let names = query.to.join(", ");
    let of = [("scene", &query.scene), ("path group", &query.group)];
    let of: Vec<String> =
        of.iter().filter_map(|(what, name)| Some(format!(", {what} {}", name.as_ref()?))).collect();
    Err(invalid(format!(
        "No path of {}{} ends at {names}: it is no endpoint there. Endpoints are listed by `ckp endpoints`.",
        query.min_max.name(),
        of.concat()
    )))
}

struct Search<'a> {
    index: PathIndex,
    tracer: Tracer<'a>,
    pins: Pins,
    query: &'a PathQuery,
}

impl Search<'_> {
    fn run(&mut self, rows: &[(u32, Endpoint)]) -> Result<(Vec<Path>, Vec<String>)> {
        let mut paths = Vec::new();
        let mut notes = Vec::new();
        if self.pins.asks_inside() {
            match self.worst_through(rows)? {
                Ok(path) => paths.push(path),
                Err(reason) => notes.push(reason),
            }
        }
        let mut untold = 0u64;
        for (row, endpoint) in rows {
            if paths.len() >= self.query.count {
                break;
            }
            let is_known = |path: &Path| {
                path.endpoint.vertex == endpoint.vertex
                    && path.endpoint.scene == endpoint.scene
                    && path.slack() == endpoint.slack
            };
            if self.pins.asks_inside() && paths.iter().any(is_known) {
                continue;
            }
            let path = self.path(*row, *endpoint)?;
            match &path.origin {
                Origin::Unknown(_) if self.pins.asks_inside() => untold += 1,
                _ if self.pins.fit(&path) || !self.pins.asks_inside() => paths.push(path),
                _ => {}
            }
        }
        if untold > 0 {
            notes.push(format!(
                "{untold} {} passed over: the stage does not tell the path there.",
                plural(untold, "endpoint")
            ));
        }
        paths.truncate(self.query.count);
        Ok((paths, notes))
    }

    /// The worst path of an endpoint row.
    fn path(&mut self, row: u32, endpoint: Endpoint) -> Result<Path> {
        let Some((end, points, clock)) = self.tracer.kept(&self.index, row, &endpoint)? else {
            return self.tracer.back_from(endpoint);
        };
        let start = (end.word(PathField::Start) as usize).min(points.len().saturating_sub(1));
        let required = end.time(PathField::Required) + end.time(PathField::SourceOffset);
        let origin = Origin::Engine;
        Ok(Path { endpoint, origin, end: Some(end), points, clock, required, start })
    }

    /// The worst path through all pins that are asked for, or why the columns do not tell it.
    fn worst_through(&mut self, rows: &[(u32, Endpoint)]) -> Result<Traced> {
        let first: Vec<u32> = match self.pins.through.first() {
            Some(pins) => pins.iter().copied().collect(),
            None => self.pins.from.iter().copied().collect(),
        };
        let scenes: HashSet<u16> = rows.iter().map(|(_, end)| end.scene).collect();
        let traced = self.tracer.through(&first, &scenes, self.query.min_max, rows)?;
        Ok(traced.and_then(|path| {
            let ends = self.pins.to.is_empty() || self.pins.to.contains(&path.endpoint.vertex);
            if ends && self.pins.fit(&path) {
                return Ok(path);
            }
            Err("The worst path through the pins together may be another one than the worst path of each; \
                 only worst paths of endpoints were looked at."
                .to_owned())
        }))
    }
}

fn position(names: &[String], name: &str, what: &str) -> Result<usize> {
    names.iter().position(|known| known == name).ok_or_else(|| {
        let known = names.join(", ");
        Error::new(ErrorKind::NotFound, format!("There is no {what} {name}. There are: {known}."))
    })
}

/// Numbers of the path groups of a name; a name may stand more than once.
fn groups(metadata: &StageMetadata, name: &str) -> Result<HashSet<u32>> {
    position(&metadata.groups, name, "path group")?;
    let numbered = (0..).zip(&metadata.groups);
    Ok(numbered.filter(|(_, known)| *known == name).map(|(number, _)| number).collect())
}
