// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! What users type: command lines, conditions, names of pins.

use ckp::query::diff::Condition;
use ckp::query::find_pin;
use clap::Parser;

use super::stage::base;
use crate::cli::Cli;

/// Deeper than any condition that is refused by its depth.
const LONGEST: usize = 1 << 16;

/// The first byte says what the text is.
pub fn arguments(data: &[u8]) {
    let Some((what, text)) = data.split_first() else { return };
    let text = &text[..text.len().min(LONGEST)];
    let lossy = String::from_utf8_lossy(text);
    match what % 3 {
        0 => {
            if let Ok(condition) = Condition::parse(&lossy) {
                assert!(!format!("{condition:?}").is_empty());
            }
        }
        1 => {
            let words = lossy.split('\0').filter(|word| !word.is_empty());
            // What is printed for a wrong command line is built, too.
            if let Err(error) = Cli::try_parse_from(std::iter::once("ckp").chain(words)) {
                assert!(!error.render().to_string().is_empty());
            }
        }
        _ => {
            // A name that is found is one of the names of the stage.
            if let Ok(pin) = find_pin(base(), &lossy) {
                let objects = base().objects().unwrap_or_default();
                assert!(pin.rows().all(|row| (row as usize) < objects.vertex_count()));
            }
        }
    }
}
