// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Colors of texts for people. They are taken off again where the output is no terminal.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};

const TITLES: Style = Style::new().bold();
const VIOLATED: Style = AnsiColor::Red.on_default();
const DAMAGED: Style = AnsiColor::Red.on_default().bold();

/// A table: its line of titles, negative times, and what is damaged stand out.
pub(crate) fn table(text: &str) -> String {
    let mut out = String::new();
    for line in text.split_inclusive('\n') {
        let has_titles = line.split_whitespace().any(|word| word == "slack" || word == "wns");
        match line.contains("DAMAGED: ") {
            true => painted(&mut out, DAMAGED, line),
            false if has_titles && !line.contains("ps") => painted(&mut out, TITLES, line),
            false => violations(&mut out, line),
        }
    }
    out
}

fn violations(out: &mut String, line: &str) {
    for word in line.split_inclusive(' ') {
        let is_negative = word.starts_with('-') && word.trim_end().ends_with("ps");
        if is_negative { painted(out, VIOLATED, word) } else { out.push_str(word) }
    }
}

/// The blanks at the end stay as they are.
fn painted(out: &mut String, style: Style, text: &str) {
    let shown = text.trim_end();
    let _ = write!(out, "{style}{shown}{style:#}{}", &text[shown.len()..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_violated_is_red_and_nothing_moves() {
        let text = "  stage   wns\n* a    -3.0ps  1.0ps -x\n  z DAMAGED: cut\n";
        let colored = table(text);
        assert!(colored.contains("\x1b[31m-3.0ps\x1b[0m  1.0ps -x\n"), "{colored:?}");
        assert!(colored.starts_with("\x1b[1m  stage   wns\x1b[0m\n"), "{colored:?}");
        assert_eq!(anstream::adapter::strip_str(&colored).to_string(), text);
    }
}
