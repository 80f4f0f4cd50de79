// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Pins over all stages of a store: how their slack, arrival, required time and slew came about.

use std::sync::Arc;

use serde_json::{Value, json};

use super::access::value_at;
use super::choice::scene_number;
use super::pins::{find_pin, locate};
use super::sparkline::sparkline;
use crate::error::{Error, ErrorKind, Result, invalid};
use crate::model::{MinMax, StreamKey, StreamKind, Transition};
use crate::store::report::{exact, picoseconds, si};
use crate::store::{Stage, Store};
use crate::table::{Format, Side, Table};

/// The engine's infinity is 1e30: no path, or no constraint.
const UNCONSTRAINED: f32 = 1e29;

/// What of the pins is asked for.
#[derive(Clone, Debug)]
pub struct HistoryQuery {
    /// Pins, as users write them.
    pub pins: Vec<String>,
    /// Hold or setup.
    pub path_delay: MinMax,
    /// In one scene; else the worst of all.
    pub scene: Option<String>,
}

/// Pins over stages.
#[derive(Clone, Debug)]
pub struct History {
    /// Hold or setup.
    pub path_delay: MinMax,
    /// The scene asked for; `None` for the worst of all.
    pub scene: Option<String>,
    /// Names of all stages, by time.
    pub stages: Vec<String>,
    /// The pins in the order asked for; the driver of a bidirectional one behind its load.
    pub pins: Vec<PinHistory>,
}

/// One vertex of a pin over the stages.
#[derive(Clone, Debug)]
pub struct PinHistory {
    /// The name as it was asked for; a driver vertex has ` (driver)` behind it.
    pub pin: String,
    /// What each stage has of it; `None` where the stage has no such pin.
    pub points: Vec<Option<PinPoint>>,
}

/// The timing of a pin in one stage: of the scene and the edge where its slack is worst; where it has no
/// slack, where its arrival is.
#[derive(Clone, Debug, PartialEq)]
pub struct PinPoint {
    /// Name of the scene.
    pub scene: String,
    /// Rise or fall.
    pub transition: Transition,
    /// Seconds; `None` where nothing constrains the pin.
    pub slack: Option<f32>,
    /// Seconds; `None` where no path arrives.
    pub arrival: Option<f32>,
    /// Seconds; `None` where nothing constrains the pin.
    pub required: Option<f32>,
    /// Seconds; `None` where the stage has none.
    pub slew: Option<f32>,
}

/// Follow pins over the stages of a store.
///
/// # Errors
/// `NotFound` for a pin that no stage has, with names near to it in the last stage, for a scene that no stage
/// has, and for a store without stages; `InvalidArgument` where a name may be that of several pins. Those of
/// [`Store::stage`] and of reading.
pub fn history(store: &Store, query: &HistoryQuery) -> Result<History> {
    if query.pins.is_empty() {
        return Err(invalid("No pin is given."));
    }
    let stages = store.stages()?;
    let Some(last) = stages.last() else {
        let path = store.path().display();
        return Err(Error::new(ErrorKind::NotFound, format!("{path} has no stages.")));
    };
    if let Some(scene) = &query.scene
        && !stages.iter().any(|stage| stage.metadata().scenes.contains(scene))
    {
        scene_number(last, scene)?;
    }
    let pins = query.pins.iter().map(|pin| of_pin(&stages, last, pin, query));
    let pins: Vec<Vec<PinHistory>> = pins.collect::<Result<_>>()?;
    let name = |stage: &Arc<Stage>| stage.timing_stage().stage_id.clone();
    Ok(History {
        path_delay: query.path_delay,
        scene: query.scene.clone(),
        stages: stages.iter().map(name).collect(),
        pins: pins.into_iter().flatten().collect(),
    })
}

/// One vertex, or load and driver.
fn of_pin(
    stages: &[Arc<Stage>],
    last: &Stage,
    pin: &str,
    query: &HistoryQuery,
) -> Result<Vec<PinHistory>> {
    let mut load = Vec::new();
    let mut driver = Vec::new();
    let mut is_known = false;
    for stage in stages {
        let rows = locate(stage, pin)?;
        is_known |= rows.is_some();
        let at = |row: Option<u32>| row.map_or(Ok(None), |row| point(stage, row, query));
        load.push(at(rows.map(|rows| rows.row))?);
        driver.push(at(rows.and_then(|rows| rows.driver))?);
    }
    if !is_known {
        // Names that are near in the last stage help most.
        find_pin(last, pin)?;
    }
    let name = pin.trim();
    let mut pins = vec![PinHistory { pin: name.to_owned(), points: load }];
    if driver.iter().any(Option::is_some) {
        pins.push(PinHistory { pin: format!("{name} (driver)"), points: driver });
    }
    Ok(pins)
}

/// `None` where the stage lacks the scene.
fn point(stage: &Stage, row: u32, query: &HistoryQuery) -> Result<Option<PinPoint>> {
    let scenes = &stage.metadata().scenes;
    let mut worst: Option<(Rank, u16, Transition)> = None;
    for (number, name) in (0u16..).zip(scenes) {
        if query.scene.as_ref().is_some_and(|wanted| wanted != name) {
            continue;
        }
        for transition in [Transition::Rise, Transition::Fall] {
            let rank = rank(stage, row, number, transition, query.path_delay)?;
            if worst.as_ref().is_none_or(|(known, ..)| rank.is_worse(known)) {
                worst = Some((rank, number, transition));
            }
        }
    }
    let Some((rank, scene, transition)) = worst else { return Ok(None) };
    let value = |kind| finite_at(stage, row, key(kind, scene, query.path_delay, transition));
    Ok(Some(PinPoint {
        scene: scenes.get(usize::from(scene)).cloned().unwrap_or_default(),
        transition,
        slack: rank.slack,
        arrival: value(StreamKind::Arrival)?,
        required: value(StreamKind::Required)?,
        slew: value(StreamKind::Slew)?,
    }))
}

/// By what scenes and edges of a pin are compared.
struct Rank {
    slack: Option<f32>,
    /// How late; of hold, how early. Known only where there is no slack.
    lateness: Option<f32>,
}

impl Rank {
    fn is_worse(&self, other: &Self) -> bool {
        match (self.slack, other.slack) {
            (Some(own), Some(other)) => own < other,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (None, None) => self.lateness > other.lateness,
        }
    }
}

fn rank(
    stage: &Stage,
    row: u32,
    scene: u16,
    transition: Transition,
    min_max: MinMax,
) -> Result<Rank> {
    let value = |kind| finite_at(stage, row, key(kind, scene, min_max, transition));
    let slack = value(StreamKind::Slack)?;
    if slack.is_some() {
        return Ok(Rank { slack, lateness: None });
    }
    let arrival = value(StreamKind::Arrival)?;
    let lateness = if min_max == MinMax::Max { arrival } else { arrival.map(|arrival| -arrival) };
    Ok(Rank { slack, lateness })
}

fn key(kind: StreamKind, scene: u16, min_max: MinMax, transition: Transition) -> StreamKey {
    StreamKey { kind, scene, min_max, transition, plane: 0 }
}

fn finite_at(stage: &Stage, row: u32, key: StreamKey) -> Result<Option<f32>> {
    Ok(value_at(stage, key, row)?.filter(|value| value.abs() < UNCONSTRAINED))
}

impl History {
    /// The answer in a format.
    pub fn report(&self, format: Format) -> String {
        match format {
            Format::Text => self.text(),
            Format::Json => format!("{:#}\n", self.json()),
            Format::Csv => self.all(si).csv(),
            Format::Markdown => self.all(picoseconds).markdown(),
        }
    }

    /// A table for each pin, and below it the line of its slacks.
    fn text(&self) -> String {
        let of_pin = |pin: &PinHistory| {
            let mut table = Table::new(&columns()[1..]);
            for cells in self.rows(pin, picoseconds) {
                table.add(cells[1..].to_vec());
            }
            let slacks: Vec<Option<f32>> =
                pin.points.iter().map(|point| point.as_ref().and_then(|p| p.slack)).collect();
            let scene =
                self.scene.as_ref().map_or(String::new(), |scene| format!(", scene {scene}"));
            let (name, path_delay) = (&pin.pin, self.path_delay.name());
            let table = table.text("  ");
            format!("{name} ({path_delay}{scene})\n{table}  slack {}\n", sparkline(&slacks))
        };
        self.pins.iter().map(of_pin).collect::<Vec<_>>().join("\n")
    }

    fn all(&self, time: fn(f32) -> String) -> Table {
        let mut table = Table::new(&columns());
        self.pins.iter().flat_map(|pin| self.rows(pin, time)).for_each(|row| table.add(row));
        table
    }

    fn rows(&self, pin: &PinHistory, time: fn(f32) -> String) -> Vec<Vec<String>> {
        let row = |(stage, point): (&String, &Option<PinPoint>)| {
            let mut cells = vec![pin.pin.clone(), stage.clone()];
            let value = |value: Option<f32>| value.map_or_else(|| "-".to_owned(), time);
            match point {
                Some(p) => {
                    cells.extend([p.slack, p.arrival, p.required, p.slew].map(value));
                    cells.extend([p.scene.clone(), edge(p.transition).to_owned()]);
                }
                None => {
                    cells.extend([None; 4].map(value));
                    cells.extend(["absent".to_owned(), String::new()]);
                }
            }
            cells
        };
        self.stages.iter().zip(&pin.points).map(row).collect()
    }

    fn json(&self) -> Value {
        let value = |value: Option<f32>| value.map_or(Value::Null, exact);
        let point = |(stage, point): (&String, &Option<PinPoint>)| match point {
            Some(p) => json!({
                "stage": stage,
                "scene": p.scene,
                "edge": edge(p.transition),
                "slack": value(p.slack),
                "arrival": value(p.arrival),
                "required": value(p.required),
                "slew": value(p.slew),
            }),
            None => json!({ "stage": stage }),
        };
        let pin = |pin: &PinHistory| {
            let points = self.stages.iter().zip(&pin.points).map(point);
            json!({ "pin": pin.pin, "stages": points.collect::<Vec<_>>() })
        };
        json!({
            "path_delay": self.path_delay.name(),
            "scene": self.scene,
            "pins": self.pins.iter().map(pin).collect::<Vec<_>>(),
        })
    }
}

fn columns() -> [(&'static str, Side); 8] {
    use Side::{Left, Right};
    [
        ("pin", Left),
        ("stage", Left),
        ("slack", Right),
        ("arrival", Right),
        ("required", Right),
        ("slew", Right),
        ("scene", Left),
        ("edge", Left),
    ]
}

fn edge(transition: Transition) -> &'static str {
    match transition {
        Transition::Rise => "rise",
        Transition::Fall => "fall",
        Transition::None => "",
    }
}
