// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! How far long work has come: on the standard error, and only where that is a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar over `count` things, called what `unit` says. It goes away when it is dropped.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    pub(crate) fn new(count: u64, unit: &str) -> Self {
        let bar = ProgressBar::new(count);
        let template = format!("{{bar:40}} {{pos}}/{{len}} {unit} {{elapsed}} {{msg}}");
        if let Ok(style) = ProgressStyle::with_template(&template) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        Self(bar)
    }

    /// `done` of them are done, and work goes on with `next`.
    pub(crate) fn set(&self, done: u64, next: &str) {
        self.0.set_position(done);
        self.0.set_message(next.to_owned());
    }

    /// For work that tells how many are done, of how many, and which is next.
    pub(crate) fn teller(&self) -> impl FnMut(usize, usize, &str) {
        |done, count, next| {
            self.0.set_length(count as u64);
            self.set(done as u64, next);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
