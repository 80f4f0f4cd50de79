// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Path ends of every kind, told as `report_checks` tells them. Against the engine: tests/tcl/paths.tcl, with the
//! kinds that its designs have.

mod common;

use std::sync::Arc;

use ckp::query::path::{Origin, PathQuery, Paths, paths_json, paths_text, worst_paths};
use ckp::{
    Capture, CaptureOptions, Endpoint, MinMax, PathEndKind, PathField, PathFlag, Stage, Store,
};
use common::registers::{arrivals, create, end_words, fill_columns, output_slack, table};

const PS: f32 = 1e-12;

/// What a path end says besides the words of the one that common::registers has.
struct End {
    kind: PathEndKind,
    flags: Vec<PathFlag>,
    words: Vec<(PathField, u32)>,
    points: Vec<(Option<u32>, f32)>,
}

impl End {
    /// That of the second register, launched and captured by the rising clock.
    fn register(kind: PathEndKind, flags: &[PathFlag]) -> Self {
        use PathFlag as G;
        let always = [G::EndFalls, G::HasLaunch, G::HasCapture, G::CaptureIsMax, G::StartsAtClock];
        let propagated = [G::LaunchIsPropagated, G::CaptureIsPropagated, G::HasCrpr];
        let flags = [&always[..], &propagated[..], flags].concat();
        let [rise, fall] = arrivals();
        let data = [(None, rise[0]), (Some(0), rise[1]), (Some(4), rise[2]), (Some(6), rise[3])];
        let data = data.into_iter().chain([(Some(8), fall[4]), (Some(11), fall[6])]);
        let points = data.chain([(None, rise[0]), (Some(2), rise[5])]).collect();
        Self { kind, flags, words: Vec::new(), points }
    }

    /// That of the output: 100 ps, less 60 outside; the input comes at 50 ps.
    fn output(kind: PathEndKind, flags: &[PathFlag]) -> Self {
        let [rise, _] = arrivals();
        let points = vec![(None, rise[7]), (Some(14), rise[8])];
        let flags = [&[PathFlag::MarginIsOutside][..], flags].concat();
        let end = Self { kind, flags, words: Vec::new(), points };
        end.word(PathField::Endpoint, 1)
            .word(PathField::CheckArc, 0)
            .word(PathField::DataPoints, 2)
            .word(PathField::Start, 0)
            .word(PathField::ClockPoints, 0)
            .word(PathField::ClockVertex, 0)
            .time(PathField::Required, 40.0 * PS)
            .time(PathField::LaunchArrival, 0.0)
            .time(PathField::CaptureDelay, 0.0)
            .time(PathField::InputDelay, 50.0 * PS)
            .time(PathField::Margin, 60.0 * PS)
    }

    /// Captured by an ideal clock, of which no pins are told.
    fn without_clock_path(mut self) -> Self {
        self.points.truncate(6);
        self.word(PathField::ClockPoints, 0).word(PathField::ClockVertex, 0)
    }

    fn word(mut self, field: PathField, word: u32) -> Self {
        self.words.push((field, word));
        self
    }

    fn time(self, field: PathField, time: f32) -> Self {
        self.word(field, time.to_bits())
    }

    fn save(&self, store: &Store, scenes: &[&str]) -> Arc<Stage> {
        let name = format!("s{}", store.stage_names().unwrap().len());
        let options = CaptureOptions::default();
        let mut capture = Capture::begin(store, &name, options, table()).unwrap();
        fill_columns(&mut capture);
        let scenes = scenes.iter().map(|scene| (*scene).to_owned());
        capture.metadata_mut().scenes = scenes.collect();
        let flags = self.flags.iter().fold(self.kind as u32, |bits, flag| bits | 1 << *flag as u32);
        for (field, known) in end_words() {
            let own = self.words.iter().rfind(|(of, _)| *of as u32 == field);
            let word = if field == PathField::Flags as u32 { flags } else { known };
            capture.set_path_field(field, &[own.map_or(word, |(_, word)| *word)]).unwrap();
        }
        capture.add_path_points(self.points.iter().copied());
        capture.commit(store).unwrap()
    }

    /// The path in lines with single blanks, and the word of JSON for its kind.
    fn told(&self, scenes: &[&str]) -> (Vec<String>, String) {
        let directory = tempfile::tempdir().unwrap();
        let stage = self.save(&create(&directory.path().join("s.ckp")), scenes);
        let is_output = self.words.contains(&(PathField::Endpoint, 1));
        let to = if is_output { "out" } else { "regs/q1/D" };
        let query = PathQuery { to: vec![to.into()], ..PathQuery::default() };
        let paths = worst_paths(&stage, &query).unwrap();
        assert_eq!(paths.paths[0].origin, Origin::Engine, "the path was kept");
        let json = paths_json(&paths);
        (lines(&paths), json["checks"][0]["type"].as_str().unwrap().to_owned())
    }

    /// These lines are told, and no line ends with what `absent` says.
    fn tells(&self, name: &str, expected: &[&str], absent: &[&str]) {
        let (lines, kind) = self.told(&["default"]);
        assert_eq!(kind, name);
        for line in expected {
            assert!(lines.iter().any(|told| told == line), "{line} is not in {lines:#?}");
        }
        for end in absent {
            assert!(!lines.iter().any(|told| told.ends_with(end)), "{end} is in {lines:#?}");
        }
    }
}

fn lines(paths: &Paths) -> Vec<String> {
    let text = paths_text(paths, 3);
    text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn checks_of_registers_and_gates() {
    use PathEndKind as K;
    use PathFlag as G;
    let latch = |borrow| End::register(K::LatchCheck, &[]).time(PathField::Borrow, borrow);
    let setup = ["library setup time"];
    latch(5.0 * PS).tells("latch_check", &["0.005 0.067 time borrowed from endpoint"], &setup);
    latch(-5.0 * PS).tells("latch_check", &["-0.005 0.067 time given to endpoint"], &setup);

    let inferred = |kind, flags: &[G]| End::register(kind, flags).word(PathField::CheckArc, 0);
    let gate = "clock gating-check end-point clocked by clk";
    let gating = "-0.035 0.067 clock gating setup time";
    let rising = format!("Endpoint: regs/q1 (rising {gate})");
    inferred(K::GatedClock, &[]).tells("gated_clk", &[&rising, gating], &setup);
    let falling = format!("Endpoint: regs/q1 (falling {gate})");
    let flags = [G::CaptureFalls, G::CaptureEndFalls];
    let ideal = inferred(K::GatedClock, &flags).without_clock_path();
    ideal.tells("gated_clk", &[&falling, gating], &setup);
    let cell = End::register(K::Check, &[G::IsClockGate]);
    cell.tells("check", &[&rising, "-0.035 0.067 library setup time"], &[]);

    let data = "Endpoint: regs/q1 (rising edge-triggered data to data check clocked by clk)";
    let time = "-0.035 0.067 data check setup time";
    inferred(K::DataCheck, &[]).tells("data_check", &[data, time], &setup);
}

#[test]
fn clocks_that_arrive_inverted_are_marked() {
    let flags = [PathFlag::LaunchFalls, PathFlag::CaptureFalls];
    let end = End::register(PathEndKind::Check, &flags);
    let what = "rising edge-triggered flip-flop clocked by clk'";
    let expected = [
        &format!("Startpoint: regs/q0 ({what})"),
        &format!("Endpoint: regs/q1 ({what})"),
        "0.000 0.000 clock clk' (rise edge)",
        "0.100 0.100 clock clk' (rise edge)",
    ];
    end.tells("check", &expected, &["clocked by clk)"]);
}

#[test]
fn uncertainties_are_those_of_a_clock_or_between_clocks() {
    let end = |flags: &[PathFlag]| {
        let end = End::register(PathEndKind::Check, flags);
        end.time(PathField::Uncertainty, -3.0 * PS)
    };
    let pessimism = "0.000 0.099 clock reconvergence pessimism";
    end(&[]).tells("check", &["-0.003 0.099 clock uncertainty", pessimism], &[]);
    let between = "-0.003 0.099 inter-clock uncertainty";
    end(&[PathFlag::IsBetweenClocks]).tells("check", &[between, pessimism], &[]);
}

/// The data of the latch come at 104 ps; what it lends is told before they leave it.
#[test]
fn data_come_through_a_latch() {
    let [rise, fall] = arrivals();
    let end = |borrow: f32| {
        let end = End::register(PathEndKind::Check, &[PathFlag::StartsAtLatch]);
        let flags = end.flags.into_iter().filter(|flag| *flag != PathFlag::StartsAtClock).collect();
        let data = [(None, rise[3]), (Some(8), fall[4]), (Some(11), fall[6])];
        let points = data.into_iter().chain([(None, rise[0]), (Some(2), rise[5])]).collect();
        let end = End { flags, points, ..end };
        end.word(PathField::DataPoints, 3)
            .word(PathField::Start, 1)
            .time(PathField::LaunchArrival, 104.0 * PS - borrow)
            .time(PathField::LaunchBorrow, borrow)
    };
    let data = ["0.000 0.104 ^ inv\\[0\\]/A (INV)", "0.020 0.124 v inv\\[0\\]/Z (INV)"];
    let given = ["0.004 0.104 time given to startpoint", data[0], data[1]];
    end(4.0 * PS).tells("check", &given, &[]);
    let borrowed = ["-0.004 0.104 time borrowed from startpoint", data[0], data[1]];
    end(-4.0 * PS).tells("check", &borrowed, &[]);
}

#[test]
fn inputs_and_outputs_have_delays_outside() {
    use PathFlag as G;
    let clocked = [G::HasLaunch, G::HasInputDelay, G::HasCapture];
    let expected = [
        "Startpoint: in (input port clocked by clk)",
        "Endpoint: out (output port clocked by clk)",
        "0.000 0.000 clock network delay (ideal)",
        "0.050 0.050 ^ input external delay",
        "0.007 0.057 ^ out (out)",
        "-0.060 0.040 output external delay",
    ];
    let output = |flags: &[G]| End::output(PathEndKind::OutputDelay, flags);
    output(&clocked).tells("output_delay", &expected, &["library setup time"]);
    // An input without a delay is one of the clock that the engine has for these.
    let expected = [
        "Startpoint: in (input port)",
        "0.000 0.000 clock (input port clock) (rise edge)",
        "0.000 0.000 clock network delay (ideal)",
        "0.000 0.050 ^ input external delay",
    ];
    output(&[G::HasLaunch, G::HasDefaultClock]).tells("output_delay", &expected, &["by clk)"]);
    let source = ["Startpoint: in (clock source 'clk')", "0.000 0.000 clock clk (rise edge)"];
    let as_data = [G::HasLaunch, G::IsClockAsData];
    output(&as_data).tells("output_delay", &source, &["input external delay"]);
}

#[test]
fn limits_of_a_path_stand_in_place_of_its_capture() {
    use PathFlag as G;
    let end = |flags: &[G]| {
        let end = End::output(PathEndKind::PathDelay, flags);
        end.time(PathField::PathDelay, 40.0 * PS).time(PathField::LaunchArrival, 10.0 * PS)
    };
    let limit = "0.040 0.040 max_delay";
    let unclocked = ["Startpoint: in (input port)", "Endpoint: out (output port)", limit];
    end(&[]).tells("path_delay", &unclocked, &["(rise edge)", "network delay (ideal)"]);
    let launch = "0.010 0.010 clock network delay (ideal)";
    end(&[G::HasLaunch]).tells("path_delay", &[launch, limit], &["(rise edge)"]);
    let ignoring = [G::HasLaunch, G::IgnoresLatency];
    end(&ignoring).tells("path_delay", &[limit], &["network delay (ideal)"]);
}

#[test]
fn the_scene_is_told_where_there_are_several() {
    let end = End::register(PathEndKind::Check, &[]);
    let of = |scenes: &[&str]| {
        let (lines, _) = end.told(scenes);
        lines.into_iter().find(|line| line.starts_with("Corner: "))
    };
    assert_eq!(of(&["slow"]), None);
    assert_eq!(of(&["slow", "fast"]).as_deref(), Some("Corner: slow"));
}

/// A stage whose third endpoint has a slack that no path of the columns explains.
fn with_riddle(store: &Store) -> Arc<Stage> {
    let mut capture = Capture::begin(store, "a", CaptureOptions::default(), table()).unwrap();
    fill_columns(&mut capture);
    let slack = -70.0 * PS;
    let row = Endpoint { vertex: 4, group: 0, scene: 0, min_max: MinMax::Max, slack };
    capture.add_endpoints(&[row]).unwrap();
    capture.commit(store).unwrap()
}

/// Rather no path than a wrong one; its slack is the engine's all the same.
#[test]
fn paths_that_are_not_told_say_why() {
    let directory = tempfile::tempdir().unwrap();
    let stage = with_riddle(&create(&directory.path().join("s.ckp")));
    let ask = |through: &[&str]| {
        let through = through.iter().map(|pin| (*pin).to_owned()).collect();
        let query = PathQuery { through, count: 10, ..PathQuery::default() };
        worst_paths(&stage, &query).unwrap()
    };
    let all = lines(&ask(&[]));
    assert_eq!(all[0], "Endpoint: inv\\[0\\]/Z");
    let why = "The path is not told by the stage: its slack is not the difference of its worst arrival and \
               required time: another path than the latest is the worst one, and of this endpoint no path was \
               kept.";
    assert!(all.iter().any(|line| line == why), "{all:#?}");
    assert!(all.iter().any(|line| line == "-0.070 slack (VIOLATED)"), "{all:#?}");
    let through = ask(&["in"]);
    assert_eq!(through.paths.len(), 1);
    assert_eq!(through.paths[0].slack().to_bits(), output_slack().to_bits());
    let note = "1 endpoint passed over: the stage does not tell the path there.";
    assert!(through.notes.iter().any(|told| told == note), "{:?}", through.notes);
    // Nothing is required of the clock's pin.
    let none = lines(&ask(&["regs/q1/CK"]));
    assert_eq!(none[0], "No paths found.");
    assert!(
        none.iter().any(|line| line.ends_with("is constrained goes through the pins.")),
        "{none:?}"
    );
}
