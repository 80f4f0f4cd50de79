// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Paths for programs, in the shape of `report_checks -format json`: `docs/schemas/path.json`.

use serde_json::{Map, Value, json};

use super::names::{instance_name, is_port, pin_name, rise_fall};
use super::{Origin, Path, Paths, Point};
use crate::model::{ObjectTable, PathEndKind, PathField, PathFlag};
use crate::store::report::exact;

/// The answer as JSON. Times are in seconds, the shortest decimals that read back as the 32-bit floats.
pub fn paths_json(paths: &Paths) -> Value {
    let timing = paths.stage.timing_stage();
    let checks: Vec<Value> = paths.paths.iter().map(|path| check(paths, path)).collect();
    json!({
        "stage": timing.stage_id,
        "tolerance": timing.metadata.tolerance,
        "notes": paths.notes,
        "checks": checks,
    })
}

fn check(paths: &Paths, path: &Path) -> Value {
    let metadata = paths.stage.metadata();
    let endpoint = &path.endpoint;
    let mut check = Map::new();
    let mut put = |key: &str, value: Value| check.insert(key.to_owned(), value);
    let kind = path.end.as_ref().map(|end| end.kind().name());
    put("type", kind.map_or(Value::Null, |kind| json!(kind)));
    put("path_group", json!(metadata.groups.get(endpoint.group as usize)));
    put("path_type", json!(endpoint.min_max.name()));
    put("scene", json!(metadata.scenes.get(usize::from(endpoint.scene))));
    let (origin, reason) = match &path.origin {
        Origin::Engine => ("engine", Value::Null),
        Origin::Columns => ("columns", Value::Null),
        Origin::Unknown(reason) => ("unknown", json!(reason)),
    };
    put("origin", json!(origin));
    put("reason", reason);
    put("ties", json!(path.ties()));
    let start = path.points.get(path.start);
    put("startpoint", start.map_or(Value::Null, |p| json!(pin_name(&paths.objects, p.vertex))));
    put("endpoint", json!(pin_name(&paths.objects, endpoint.vertex)));
    let points =
        |points: &[Point]| Value::Array(points.iter().map(|p| point(&paths.objects, p)).collect());
    if let Some(clock) = clock(paths, path.end.as_ref().and_then(|end| end.launch_clock())) {
        put("source_clock", clock);
        put(
            "source_clock_edge",
            json!(rise_fall(super::names::edge(path.is(PathFlag::LaunchFalls)))),
        );
    }
    if !path.launch().is_empty() {
        put("source_clock_path", points(path.launch()));
    }
    put("source_path", points(path.data()));
    if let Some(clock) = clock(paths, path.end.as_ref().and_then(|end| end.capture_clock())) {
        put("target_clock", clock);
        put(
            "target_clock_edge",
            json!(rise_fall(super::names::edge(path.is(PathFlag::CaptureFalls)))),
        );
    }
    if !path.clock.is_empty() {
        put("target_clock_path", points(&path.clock));
    }
    if !path.points.is_empty() {
        put("data_arrival_time", exact(path.arrival()));
    }
    if let Some(end) = &path.end {
        if end.kind() == PathEndKind::PathDelay {
            put("path_delay", exact(end.time(PathField::PathDelay)));
        }
        put("crpr", exact(end.time(PathField::Crpr)));
        put("margin", exact(end.time(PathField::Margin)));
    }
    if path.required.is_finite() {
        put("required_time", exact(path.required));
    }
    put("slack", exact(path.slack()));
    Value::Object(check)
}

fn clock(paths: &Paths, number: Option<usize>) -> Option<Value> {
    paths.stage.metadata().path_clocks.get(number?).map(|name| json!(name))
}

fn point(objects: &ObjectTable, point: &Point) -> Value {
    let mut value = Map::new();
    let mut put = |key: &str, of: Value| value.insert(key.to_owned(), of);
    if !is_port(objects, point.vertex) {
        put("instance", json!(instance_name(objects, point.vertex)));
        put("cell", json!(objects.cell(point.vertex)));
    }
    put("pin", json!(pin_name(objects, point.vertex)));
    put("transition", json!(rise_fall(point.transition)));
    put("arrival", exact(point.arrival));
    put("slew", exact(point.slew));
    if let Some(delay) = point.delay {
        put("delay", exact(delay));
        put("is_sum", json!(point.is_sum));
        put("ties", json!(point.ties));
    }
    Value::Object(value)
}
