// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Paths for people, in the shape of `report_checks`.

use std::fmt::Write;

use super::names::{is_bidirectional, is_port, pin_name, rise_fall};
use super::{Origin, Path, Paths, Point};
use crate::delta::FanIn;
use crate::model::{ObjectTable, PathEnd, PathEndKind, PathField, PathFlag};

/// Digits behind the point that a report can have: those of floats in seconds need no more.
pub const MAX_DIGITS: usize = 30;

const NANOSECOND: f32 = 1e-9;

/// Lines of the engine's start and end points are broken beyond this.
const WIDTH: usize = 80;
const DESCRIPTION: usize = 36;

/// The answer as text, in nanoseconds with so many digits behind the point.
pub fn paths_text(paths: &Paths, digits: usize) -> String {
    let fan_in = FanIn::new(&paths.objects);
    let mut out = String::new();
    if paths.paths.is_empty() {
        out.push_str("No paths found.\n");
    }
    for (number, path) in paths.paths.iter().enumerate() {
        if number > 0 {
            out.push('\n');
        }
        let digits = digits.min(MAX_DIGITS);
        Report { paths, path, fan_in: &fan_in, digits, out: &mut out }.write();
    }
    let metadata = paths.stage.metadata();
    if metadata.tolerance > 0.0 {
        let _ = writeln!(
            out,
            "\nThe stage was saved within {:e} s: so far times along a path may be from the engine's.",
            metadata.tolerance
        );
    }
    for note in &paths.notes {
        let _ = writeln!(out, "\nNote: {note}");
    }
    out
}

struct Report<'a> {
    paths: &'a Paths,
    path: &'a Path,
    fan_in: &'a FanIn,
    digits: usize,
    out: &'a mut String,
}

impl Report<'_> {
    fn write(&mut self) {
        self.head();
        if let Origin::Unknown(reason) = &self.path.origin {
            let reason = reason.clone();
            let _ = writeln!(self.out, "The path is not told by the stage: {reason}.");
            self.slack();
            return;
        }
        let titles = format!("{:>w$} {:>w$}   Description", "Delay", "Time", w = self.width());
        let _ = writeln!(self.out, "{titles}");
        self.dashes();
        match self.path.end.clone() {
            Some(end) => {
                self.launch(&end);
                self.data(Some(&end));
                self.total("data arrival time", self.path.arrival());
                self.out.push('\n');
                self.capture(&end);
            }
            None => {
                self.data(None);
                self.total("data arrival time", self.path.arrival());
                self.out.push('\n');
            }
        }
        self.total("data required time", self.path.required);
        self.dashes();
        self.total("data required time", self.path.required);
        self.minus("data arrival time", self.path.arrival());
        self.dashes();
        self.slack();
        self.remarks();
    }

    fn head(&mut self) {
        let (pin, what) = self.path.startpoint(self.paths);
        if !pin.is_empty() {
            self.end_point("Startpoint", &pin, &what);
        }
        let (pin, what) = self.path.endpoint_name(self.paths, self.fan_in);
        self.end_point("Endpoint", &pin, &what);
        let metadata = self.paths.stage.metadata();
        let endpoint = &self.path.endpoint;
        let group = metadata.groups.get(endpoint.group as usize).map_or("", String::as_str);
        let _ = writeln!(self.out, "Path Group: {group}");
        let _ = writeln!(self.out, "Path Type: {}", endpoint.min_max.name());
        if metadata.scenes.len() > 1 {
            let scene = metadata.scenes.get(usize::from(endpoint.scene));
            let _ = writeln!(self.out, "Corner: {}", scene.map_or("", String::as_str));
        }
        self.out.push('\n');
    }

    fn end_point(&mut self, key: &str, pin: &str, what: &str) {
        let is_long = key.len() + pin.len() + what.len() + 5 > WIDTH;
        let between =
            if is_long { format!("\n{:w$}  ", "", w = key.len()) } else { " ".to_owned() };
        let what = if what.is_empty() { String::new() } else { format!("{between}({what})") };
        let _ = writeln!(self.out, "{key}: {pin}{what}");
    }

    /// The launching edge and its clock's delay.
    fn launch(&mut self, end: &PathEnd) {
        let path = self.path;
        if !end.is(PathFlag::HasLaunch) {
            return;
        }
        let offset = path.offset();
        let time = end.time(PathField::LaunchTime) + offset;
        if end.is(PathFlag::HasDefaultClock) {
            if end.kind() != PathEndKind::PathDelay {
                let time = time + offset;
                self.line("clock (input port clock) (rise edge)", Some(time), time, None);
                self.line("clock network delay (ideal)", Some(0.0), time, None);
            }
            return;
        }
        let arrival = end.time(PathField::LaunchArrival) + offset;
        let delay = arrival - time;
        let network = network(end.is(PathFlag::LaunchIsPropagated));
        if end.is(PathFlag::IsClockAsData) {
            self.clock_line(path.launch_clock(self.paths), path.launch_edge(), time, time);
        } else if end.kind() == PathEndKind::PathDelay {
            if delay > 0.0 && !end.is(PathFlag::IgnoresLatency) {
                self.line(network, Some(delay), arrival, None);
            }
        } else {
            self.clock_line(path.launch_clock(self.paths), path.launch_edge(), time, time);
            self.line(network, Some(delay), arrival, None);
        }
    }

    fn clock_line(
        &mut self,
        clock: Option<String>,
        edge: crate::model::Transition,
        delay: f32,
        time: f32,
    ) {
        let clock = clock.unwrap_or_default();
        self.line(&format!("clock {clock} ({} edge)", rise_fall(edge)), Some(delay), time, None);
    }

    /// The points that the engine prints by default: drivers, the clock pin where data begin, the end.
    fn data(&mut self, end: Option<&PathEnd>) {
        let path = self.path;
        let offset = path.offset();
        let is = |flag| end.is_some_and(|end| end.is(flag));
        let clock_pin = match is(PathFlag::StartsAtClock) || (end.is_none() && path.start > 0) {
            true => path.start.checked_sub(1),
            false => None,
        };
        let mut first = clock_pin.unwrap_or(path.start);
        let mut before = 0.0;
        if let Some(end) = end.filter(|end| end.is(PathFlag::StartsAtLatch)) {
            before = self.latch(end);
            first = path.start;
        }
        let is_latch = is(PathFlag::StartsAtLatch);
        for (number, point) in path.points.iter().enumerate().skip(first) {
            let mut time = point.arrival + offset;
            let mut delay = time - before;
            if Some(number) == clock_pin {
                // That of an ideal clock has no delay but its latency.
                time = end.map_or(time, |end| end.time(PathField::LaunchArrival) + offset);
                delay = 0.0;
            } else if number == first && !is_latch {
                delay = 0.0;
                if let Some(end) = end {
                    self.input_delay(end, point, time);
                }
            }
            let is_wire = point.arc.is_some_and(|arc| is_wire(&self.paths.objects, arc));
            let is_last = number + 1 == path.points.len();
            if Some(number) == clock_pin || number == first || is_last || !is_wire {
                let what = description(&self.paths.objects, point.vertex, is_last);
                self.line(&what, Some(delay), time, Some(point.symbol()));
                before = time;
            }
        }
    }

    /// The data of a latch that come through, and what it lends or borrows. Returns the time at its data pin.
    fn latch(&mut self, end: &PathEnd) -> f32 {
        let Some(data) = self.path.points.first() else { return 0.0 };
        let given = end.time(PathField::LaunchBorrow);
        let time = end.time(PathField::LaunchArrival) + given;
        let lends = given >= 0.0;
        let what = if lends { "time given to startpoint" } else { "time borrowed from startpoint" };
        self.line(what, Some(given), time, None);
        let what = description(&self.paths.objects, data.vertex, false);
        self.line(&what, Some(0.0), time, Some(data.symbol()));
        time
    }

    fn input_delay(&mut self, end: &PathEnd, point: &Point, time: f32) {
        let is_port = is_port(&self.paths.objects, point.vertex);
        let has_delay = end.is(PathFlag::HasInputDelay);
        if !end.is(PathFlag::IsClockAsData) && (has_delay || is_port) {
            let delay = if has_delay { end.time(PathField::InputDelay) } else { 0.0 };
            self.line("input external delay", Some(delay), time, Some(point.symbol()));
        }
    }

    /// The capturing edge, its clock, and the check.
    fn capture(&mut self, end: &PathEnd) {
        let path = self.path;
        let offset = path.offset();
        let is_limit = end.kind() == PathEndKind::PathDelay;
        let mut time = end.time(PathField::CaptureTime) + offset;
        let delay = end.time(PathField::CaptureDelay);
        let network = network(end.is(PathFlag::CaptureIsPropagated));
        if is_limit {
            let limit = end.time(PathField::PathDelay);
            let name = format!("{}_delay", path.endpoint.min_max.name());
            self.line(&name, Some(limit), limit, None);
            time = limit;
        } else if end.is(PathFlag::HasCapture) {
            self.clock_line(path.capture_clock(self.paths), path.capture_edge(), time, time);
        }
        let counts_clock = !is_limit || !end.is(PathFlag::IgnoresLatency);
        if end.is(PathFlag::HasCapture) && counts_clock {
            time += delay;
            if !is_limit || delay != 0.0 {
                self.line(network, Some(delay), time, None);
            }
            let uncertainty = end.time(PathField::Uncertainty);
            time += uncertainty;
            if uncertainty != 0.0 {
                let between = end.is(PathFlag::IsBetweenClocks);
                let what = if between { "inter-clock uncertainty" } else { "clock uncertainty" };
                self.line(what, Some(uncertainty), time, None);
            }
            if end.is(PathFlag::HasCrpr) {
                let crpr = end.time(PathField::Crpr);
                time += crpr;
                self.line("clock reconvergence pessimism", Some(crpr), time, None);
            }
            if let Some(pin) = path.clock.last().filter(|_| !is_limit) {
                let what = description(&self.paths.objects, pin.vertex, true);
                // The engine adds the offset last here.
                let parts = [PathField::CaptureDelay, PathField::Uncertainty, PathField::Crpr];
                let capture = end.time(PathField::CaptureTime);
                let time = parts.iter().fold(capture, |sum, part| sum + end.time(*part));
                self.line_without_delay(&what, time + offset, Some(pin.symbol()));
            }
        }
        self.margin(end);
    }

    fn margin(&mut self, end: &PathEnd) {
        let path = self.path;
        if end.kind() == PathEndKind::LatchCheck {
            let borrow = end.time(PathField::Borrow);
            let what = if borrow >= 0.0 {
                "time borrowed from endpoint"
            } else {
                "time given to endpoint"
            };
            self.line(what, Some(borrow), path.required, None);
            return;
        }
        let is_max = path.endpoint.min_max == crate::model::MinMax::Max;
        let margin = end.time(PathField::Margin);
        let margin = if is_max { -margin } else { margin };
        let role = path.role(&self.paths.objects);
        let what = match end.kind() {
            _ if end.is(PathFlag::MarginIsOutside) => "output external delay".to_owned(),
            PathEndKind::GatedClock | PathEndKind::DataCheck => format!("{role} time"),
            _ => format!("library {role} time"),
        };
        self.line(&what, Some(margin), path.required, None);
    }

    fn slack(&mut self) {
        let slack = self.path.slack();
        let what = if slack >= 0.0 { "slack (MET)" } else { "slack (VIOLATED)" };
        self.line_without_delay(what, slack, None);
    }

    fn remarks(&mut self) {
        match self.path.ties() {
            0 => {}
            ties => {
                let points = if ties == 1 { "point" } else { "points" };
                let _ = writeln!(
                    self.out,
                    "\nAt {ties} {points} of the path another one arrives at the same time, to the last bit."
                );
            }
        }
        if self.path.origin == Origin::Columns {
            self.out.push_str(
                "\nTraced by the columns: each arrival is the one before and the delay between, to the last bit.\n",
            );
        }
    }

    fn width(&self) -> usize {
        (self.digits + 4).max(6)
    }

    fn dashes(&mut self) {
        let dashes = 2 * self.width() + 4 + DESCRIPTION;
        let _ = writeln!(self.out, "{:-<dashes$}", "");
    }

    /// In nanoseconds, divided in 32 bits as the engine does: so the digits are its own.
    fn number(&self, seconds: f32) -> String {
        let text = format!("{:.*}", self.digits, seconds / NANOSECOND);
        let is_zero = text.bytes().all(|byte| b"-0.".contains(&byte));
        if is_zero { text.trim_start_matches('-').to_owned() } else { text }
    }

    fn line(&mut self, what: &str, delay: Option<f32>, time: f32, symbol: Option<&str>) {
        let delay = delay.map_or(String::new(), |delay| self.number(delay));
        let (time, symbol, w) = (self.number(time), symbol.unwrap_or(" "), self.width());
        let _ = writeln!(self.out, "{delay:>w$} {time:>w$} {symbol} {what}");
    }

    fn line_without_delay(&mut self, what: &str, time: f32, symbol: Option<&str>) {
        self.line(what, None, time, symbol);
    }

    fn total(&mut self, what: &str, time: f32) {
        self.line_without_delay(what, time, None);
    }

    /// The engine writes what is taken off with a minus, also where it is nothing.
    fn minus(&mut self, what: &str, time: f32) {
        let number = self.number(-time);
        let number =
            if number.starts_with('-') || time < 0.0 { number } else { format!("-{number}") };
        let w = self.width();
        let _ = writeln!(self.out, "{:>w$} {number:>w$}   {what}", "");
    }
}

fn network(is_propagated: bool) -> &'static str {
    match is_propagated {
        true => "clock network delay (propagated)",
        false => "clock network delay (ideal)",
    }
}

fn is_wire(objects: &ObjectTable, arc: u32) -> bool {
    objects.arc(arc).is_some_and(|(_, _, kind)| objects.arc_kind_name(kind).starts_with("wire "))
}

/// A pin and its cell; of a port its direction as a path meets it.
fn description(objects: &ObjectTable, vertex: u32, is_last: bool) -> String {
    let what = match objects.cell(vertex) {
        "" if is_bidirectional(objects, vertex) => "inout",
        "" if is_last => "out",
        "" => "in",
        cell => cell,
    };
    format!("{} ({what})", pin_name(objects, vertex))
}
