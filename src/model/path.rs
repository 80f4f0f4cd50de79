// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The worst path of an endpoint row, as the engine found it.

use super::Transition;

/// What constrains the end of a path. The numbers are those of files and of the C ABI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathEndKind {
    /// A timing check of the library, such as setup.
    Check = 1,
    /// A data check.
    DataCheck = 2,
    /// The setup or hold check of a latch.
    LatchCheck = 3,
    /// The delay outside of an output.
    OutputDelay = 4,
    /// A clock gating check.
    GatedClock = 5,
    /// A limit of the path's delay.
    PathDelay = 6,
}

impl PathEndKind {
    /// The engine's word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::DataCheck => "data_check",
            Self::LatchCheck => "latch_check",
            Self::OutputDelay => "output_delay",
            Self::GatedClock => "gated_clk",
            Self::PathDelay => "path_delay",
        }
    }

    fn from_code(code: u32) -> Option<Self> {
        use PathEndKind as K;
        let kinds =
            [K::Check, K::DataCheck, K::LatchCheck, K::OutputDelay, K::GatedClock, K::PathDelay];
        kinds.into_iter().find(|kind| *kind as u32 == code)
    }
}

/// A word of what is known of a path end. The numbers are those of files and of the C ABI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathField {
    /// Row of the endpoint table.
    Endpoint = 0,
    /// Kind, edges and the like: see [`PathEnd`].
    Flags = 1,
    /// Clock of the launch, then times 65,536 that of the capture: places in the list of path clocks.
    Clocks = 2,
    /// Row of the arc of the check, plus 1; 0 where there is none.
    CheckArc = 3,
    /// Points of the path, from where its clock begins.
    DataPoints = 4,
    /// Number of the point that is reported as the startpoint.
    Start = 5,
    /// Points of the path of the capturing clock.
    ClockPoints = 6,
    /// Vertex of the last of these.
    ClockVertex = 7,
    /// Added to all times of the path, so that it begins in the right cycle.
    SourceOffset = 8,
    /// Required time without it.
    Required = 9,
    /// Time of the launching edge.
    LaunchTime = 10,
    /// Arrival of the launching clock at the startpoint.
    LaunchArrival = 11,
    /// Delay outside of an input.
    InputDelay = 12,
    /// Time of the capturing edge, multicycles counted.
    CaptureTime = 13,
    /// Delay of the capturing clock's network.
    CaptureDelay = 14,
    /// Clock uncertainty.
    Uncertainty = 15,
    /// Clock reconvergence pessimism.
    Crpr = 16,
    /// Setup or hold time, or the delay outside of an output.
    Margin = 17,
    /// The limit of the path's delay.
    PathDelay = 18,
    /// What a latch lends.
    Borrow = 19,
    /// Time of the capturing edge in the clock's own waveform.
    CaptureEdge = 20,
    /// What the latch at the startpoint lends to its data that come through; negative where it borrows.
    LaunchBorrow = 21,
}

/// Fields of a path end.
pub const PATH_FIELDS: usize = PathField::LaunchBorrow as usize + 1;

/// The end of the worst path of a row of the endpoint table. Times are in seconds, as the engine has them.
#[derive(Clone, Debug, PartialEq)]
pub struct PathEnd {
    words: [u32; PATH_FIELDS],
    kind: PathEndKind,
}

/// A yes or no of a path end: the bit in its flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathFlag {
    /// The last transition falls.
    EndFalls = 3,
    /// A clock launches the path.
    HasLaunch = 4,
    /// At its falling edge.
    LaunchFalls = 5,
    /// It is propagated.
    LaunchIsPropagated = 6,
    /// A clock captures the path.
    HasCapture = 7,
    /// At its falling edge.
    CaptureFalls = 8,
    /// It falls where it arrives.
    CaptureEndFalls = 9,
    /// It is propagated.
    CaptureIsPropagated = 10,
    /// Its path is one of the max analysis.
    CaptureIsMax = 11,
    /// The path begins at an input with a delay outside.
    HasInputDelay = 12,
    /// The uncertainty is one between clocks.
    IsBetweenClocks = 13,
    /// The limit of the path's delay does not count the latency of clocks.
    IgnoresLatency = 14,
    /// The margin is the delay outside of an output.
    MarginIsOutside = 15,
    /// The engine takes clock reconvergence pessimism into account.
    HasCrpr = 16,
    /// A clock that is used as data.
    IsClockAsData = 17,
    /// The point before the startpoint is reported: the clock pin of a register.
    StartsAtClock = 18,
    /// The startpoint is a latch's output, its data have come through.
    StartsAtLatch = 19,
    /// The path has no clock but that of inputs without one.
    HasDefaultClock = 20,
    /// The check is one of a cell that gates a clock.
    IsClockGate = 21,
}

/// One point of a path.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PathPoint {
    /// Vertex row.
    pub vertex: u32,
    /// Rise or fall.
    pub transition: Transition,
    /// Arc by which the path comes; `None` for the first point.
    pub arc: Option<u32>,
    /// The path's own arrival, seconds.
    pub arrival: f32,
}

impl PathEnd {
    /// From its words; `None` when the kind is none.
    pub(crate) fn new(words: [u32; PATH_FIELDS]) -> Option<Self> {
        let kind = PathEndKind::from_code(words[PathField::Flags as usize] & 7)?;
        Some(Self { words, kind })
    }

    /// What constrains it.
    pub fn kind(&self) -> PathEndKind {
        self.kind
    }

    /// One of its yeses and noes.
    pub fn is(&self, flag: PathFlag) -> bool {
        self.word(PathField::Flags) >> flag as u32 & 1 == 1
    }

    /// A field as it is.
    pub fn word(&self, field: PathField) -> u32 {
        self.words[field as usize]
    }

    /// A field that is a time, in seconds.
    pub fn time(&self, field: PathField) -> f32 {
        f32::from_bits(self.word(field))
    }

    /// Place of the launching clock in the list of path clocks.
    pub fn launch_clock(&self) -> Option<usize> {
        let clock = self.word(PathField::Clocks) & 0xffff;
        self.is(PathFlag::HasLaunch).then_some(clock as usize)
    }

    /// Place of the capturing clock in the list of path clocks.
    pub fn capture_clock(&self) -> Option<usize> {
        let clock = self.word(PathField::Clocks) >> 16;
        self.is(PathFlag::HasCapture).then_some(clock as usize)
    }

    /// Row of the arc of the check that constrains it.
    pub fn check_arc(&self) -> Option<u32> {
        self.word(PathField::CheckArc).checked_sub(1)
    }

    /// Points of the path, and of that of the capturing clock.
    pub fn points(&self) -> (u32, u32) {
        (self.word(PathField::DataPoints), self.word(PathField::ClockPoints))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_say_what_they_are() {
        let mut words = [0; PATH_FIELDS];
        assert_eq!(PathEnd::new(words), None, "no kind");
        words[PathField::Flags as usize] = PathEndKind::OutputDelay as u32 | 1 << 7;
        words[PathField::Clocks as usize] = 3 << 16 | 2;
        words[PathField::CheckArc as usize] = 9;
        words[PathField::Crpr as usize] = 1.5f32.to_bits();
        let end = PathEnd::new(words).unwrap();
        assert_eq!(end.kind(), PathEndKind::OutputDelay);
        assert_eq!((end.launch_clock(), end.capture_clock()), (None, Some(3)));
        assert_eq!(end.check_arc(), Some(8));
        assert_eq!(end.time(PathField::Crpr), 1.5);
        assert!(!end.is(PathFlag::EndFalls));
    }
}
