// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! How the engine names what a path meets, told from the object table.

use super::{Path, Paths, Point};
use crate::delta::FanIn;
use crate::model::{ObjectTable, PathEndKind, PathFlag, Transition};

impl Path {
    /// Name of the launching clock; a `'` behind it says that it arrives inverted.
    pub(super) fn launch_clock(&self, paths: &Paths) -> Option<String> {
        let end = self.end.as_ref()?;
        let name = paths.stage.metadata().path_clocks.get(end.launch_clock()?)?;
        let at_pin = self.launch().last().map(|point| point.transition);
        let inverted = at_pin.is_some_and(|at_pin| at_pin != edge(end.is(PathFlag::LaunchFalls)));
        Some(inverted_name(name, inverted))
    }

    /// The transition of the launching clock where the path leaves it.
    pub(super) fn launch_edge(&self) -> Transition {
        let at_pin = self.launch().last().map(|point| point.transition);
        at_pin.unwrap_or_else(|| edge(self.is(PathFlag::LaunchFalls)))
    }

    /// Name of the capturing clock.
    pub(super) fn capture_clock(&self, paths: &Paths) -> Option<String> {
        let end = self.end.as_ref()?;
        let name = paths.stage.metadata().path_clocks.get(end.capture_clock()?)?;
        let inverted = end.is(PathFlag::CaptureFalls) != end.is(PathFlag::CaptureEndFalls);
        Some(inverted_name(name, inverted))
    }

    pub(super) fn capture_edge(&self) -> Transition {
        edge(self.is(PathFlag::CaptureEndFalls))
    }

    /// What is said of the check: its role, as in `setup`.
    pub(super) fn role(&self, objects: &ObjectTable) -> String {
        let kind = self.end.as_ref().and_then(|end| objects.arc(end.check_arc()?));
        if let Some((_, _, kind)) = kind {
            return role(objects.arc_kind_name(kind)).to_owned();
        }
        let check = match self.endpoint.min_max {
            crate::model::MinMax::Max => "setup",
            crate::model::MinMax::Min => "hold",
        };
        match self.end.as_ref().map(|end| end.kind()) {
            Some(PathEndKind::GatedClock) => format!("clock gating {check}"),
            Some(PathEndKind::DataCheck) => format!("data check {check}"),
            _ => check.to_owned(),
        }
    }

    /// Startpoint as the engine tells it: name and what it is.
    pub(super) fn startpoint(&self, paths: &Paths) -> (String, String) {
        let Some(start) = self.points.get(self.start) else { return Default::default() };
        let objects = &paths.objects;
        let clock = self.launch_clock(paths);
        let has_clock = clock.is_some() && !self.is(PathFlag::HasDefaultClock);
        let clocked = |what: &str| match &clock {
            Some(clock) if has_clock => format!("{what} clocked by {clock}"),
            _ => what.to_owned(),
        };
        let pin = pin_name(objects, start.vertex);
        if self.is(PathFlag::IsClockAsData) {
            return (pin, format!("clock source '{}'", clock.unwrap_or_default()));
        }
        if is_port(objects, start.vertex) {
            return (pin, clocked("input port"));
        }
        match start.arc.and_then(|arc| objects.arc(arc)) {
            Some((_, _, kind)) => {
                let register = register(objects.arc_kind_name(kind));
                (instance_name(objects, start.vertex), clocked(register))
            }
            None if self.end.as_ref().is_some_and(|end| end.launch_clock().is_some()) => {
                (pin, clocked("internal path startpoint"))
            }
            None => (pin, "internal pin".to_owned()),
        }
    }

    /// Endpoint as the engine tells it: name and what it is.
    pub(super) fn endpoint_name(&self, paths: &Paths, fan_in: &FanIn) -> (String, String) {
        let objects = &paths.objects;
        let vertex = self.endpoint.vertex;
        let Some(end) = &self.end else { return (pin_name(objects, vertex), String::new()) };
        let clock = self.capture_clock(paths).unwrap_or_default();
        let edge = rising_falling(self.capture_edge());
        let instance = || instance_name(objects, vertex);
        let role = self.role(objects);
        match end.kind() {
            PathEndKind::OutputDelay | PathEndKind::PathDelay if end.check_arc().is_none() => {
                let port = is_port(objects, vertex);
                let what = if port { "output port" } else { "internal path endpoint" };
                let clocked = format!("{what} clocked by {clock}");
                let name = pin_name(objects, vertex);
                (name, if clock.is_empty() { what.to_owned() } else { clocked })
            }
            PathEndKind::GatedClock => {
                // The engine names the edge by which the gate is closed.
                let is_max = self.endpoint.min_max == crate::model::MinMax::Max;
                let edge = if is_max { self.capture_edge() } else { opposite(self.capture_edge()) };
                let edge = rising_falling(edge);
                (instance(), format!("{edge} clock gating-check end-point clocked by {clock}"))
            }
            PathEndKind::DataCheck => {
                (instance(), format!("{edge} edge-triggered data to data check clocked by {clock}"))
            }
            _ if end.is(PathFlag::IsClockGate) && role != "recovery" && role != "removal" => {
                (instance(), format!("{edge} clock gating-check end-point clocked by {clock}"))
            }
            _ if role == "recovery" || role == "removal" => {
                (instance(), format!("{role} check against {edge}-edge clock {clock}"))
            }
            _ => {
                let what = self.capturing_register(objects, fan_in);
                (instance(), format!("{what} clocked by {clock}"))
            }
        }
    }

    /// What the check says of the register: told by the arcs from its clock, best by one of the check's edge.
    fn capturing_register(&self, objects: &ObjectTable, fan_in: &FanIn) -> &'static str {
        let check = self.end.as_ref().and_then(|end| objects.arc(end.check_arc()?));
        let Some((clock, _, kind)) = check else { return "edge-triggered flip-flop" };
        let edge = transitions(objects.arc_kind_name(kind)).0;
        let mut found = None;
        for arc_edge in fan_in.edges_from(objects, clock) {
            for (arc, _) in fan_in.arcs_of(objects, arc_edge) {
                let name = objects.arc(arc).map_or("", |(_, _, kind)| objects.arc_kind_name(kind));
                if name.starts_with("Reg Clk to Q") || name.starts_with("Latch En to Q") {
                    if transitions(name).0 == edge {
                        return register(name);
                    }
                    found = Some(register(name));
                }
            }
        }
        found.unwrap_or(register(if edge == "^" {
            "Reg Clk to Q ^ -> ^"
        } else {
            "Reg Clk to Q v -> ^"
        }))
    }
}

impl Point {
    /// `^` or `v`.
    pub(super) fn symbol(&self) -> &'static str {
        match self.transition {
            Transition::Fall => "v",
            _ => "^",
        }
    }
}

pub(super) fn edge(falls: bool) -> Transition {
    if falls { Transition::Fall } else { Transition::Rise }
}

fn opposite(edge: Transition) -> Transition {
    self::edge(edge == Transition::Rise)
}

fn inverted_name(name: &str, is_inverted: bool) -> String {
    format!("{name}{}", if is_inverted { "'" } else { "" })
}

/// `rise` or `fall`.
pub(super) fn rise_fall(edge: Transition) -> &'static str {
    if edge == Transition::Fall { "fall" } else { "rise" }
}

fn rising_falling(edge: Transition) -> &'static str {
    if edge == Transition::Fall { "falling" } else { "rising" }
}

/// Name of the pin of a vertex.
pub(super) fn pin_name(objects: &ObjectTable, vertex: u32) -> String {
    String::from_utf8_lossy(objects.name(vertex)).into_owned()
}

/// Pins of the top level have no cell.
pub(super) fn is_port(objects: &ObjectTable, vertex: u32) -> bool {
    objects.cell(vertex).is_empty()
}

/// A bidirectional pin has two vertices of one name, one behind the other.
pub(super) fn is_bidirectional(objects: &ObjectTable, vertex: u32) -> bool {
    let name = objects.name(vertex);
    let is_twin = |other: Option<u32>| other.is_some_and(|other| objects.name(other) == name);
    is_twin(vertex.checked_sub(1)) || is_twin(vertex.checked_add(1))
}

/// Name of the instance of a pin: what stands before the last divider.
pub(super) fn instance_name(objects: &ObjectTable, vertex: u32) -> String {
    let name = pin_name(objects, vertex);
    name.rsplit_once('/').map_or(name.clone(), |(instance, _)| instance.to_owned())
}

/// The words of an arc kind before its transitions.
fn role(kind: &str) -> &str {
    let head = kind.rsplit_once(" -> ").map_or(kind, |(head, _)| head);
    head.rsplit_once(' ').map_or(head, |(role, _)| role)
}

fn transitions(kind: &str) -> (&str, &str) {
    let (head, to) = kind.rsplit_once(" -> ").unwrap_or((kind, ""));
    (head.rsplit_once(' ').map_or("", |(_, from)| from), to)
}

/// What the engine calls the register of an arc from its clock.
fn register(kind: &str) -> &'static str {
    match (role(kind).starts_with("Latch"), transitions(kind).0) {
        (true, "^") => "positive level-sensitive latch",
        (true, _) => "negative level-sensitive latch",
        (false, "^") => "rising edge-triggered flip-flop",
        (false, "v") => "falling edge-triggered flip-flop",
        (false, _) => "edge-triggered flip-flop",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_tell_registers_and_roles() {
        assert_eq!(role("clock gating setup ^ -> v"), "clock gating setup");
        assert_eq!(register("Reg Clk to Q ^ -> v"), "rising edge-triggered flip-flop");
        assert_eq!(register("Latch En to Q v -> v"), "negative level-sensitive latch");
        assert_eq!(transitions("setup v -> ^"), ("v", "^"));
    }
}
