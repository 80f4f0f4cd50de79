// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! What the programs of the benchmarks share.

use std::error::Error;
use std::time::Instant;

pub mod raw;
pub mod tools;

pub type Outcome<T> = Result<T, Box<dyn Error>>;

/// Seconds that `work` takes, and what it gives.
pub fn timed<T>(work: impl FnOnce() -> Outcome<T>) -> Outcome<(f64, T)> {
    let start = Instant::now();
    let result = work()?;
    Ok((start.elapsed().as_secs_f64(), result))
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
