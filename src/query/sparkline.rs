// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Numbers as a line of small bars.

/// From an eighth to a whole block.
const LOWEST: u32 = 0x2581;
const LEVELS: u32 = 8;
/// Where there is no number.
const GAP: char = '\u{b7}';

/// A bar for each value, the lowest for the smallest, the highest for the greatest; of equal values bars of
/// half the height.
pub(super) fn sparkline(values: &[Option<f32>]) -> String {
    let known = || values.iter().flatten().map(|value| f64::from(*value));
    let low = known().fold(f64::INFINITY, f64::min);
    let range = known().fold(f64::NEG_INFINITY, f64::max) - low;
    let bar = |value: &Option<f32>| {
        let Some(value) = value else { return GAP };
        let share = if range > 0.0 { (f64::from(*value) - low) / range } else { 0.5 };
        let level = (share * f64::from(LEVELS - 1)).round() as u32;
        char::from_u32(LOWEST + level.min(LEVELS - 1)).unwrap_or(GAP)
    };
    values.iter().map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_go_from_the_smallest_to_the_greatest() {
        let bars = "\u{2581}\u{b7}\u{2588}\u{2585}";
        assert_eq!(sparkline(&[Some(-1.0), None, Some(1.0), Some(0.0)]), bars);
        assert_eq!(sparkline(&[Some(3.0), Some(3.0)]), "\u{2585}\u{2585}");
        assert_eq!(sparkline(&[None]), "\u{b7}");
        assert_eq!(sparkline(&[]), "");
    }
}
