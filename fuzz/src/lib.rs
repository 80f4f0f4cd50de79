// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! What the fuzz targets do. `tests/fuzz.rs` has the same modules.

#[allow(dead_code)]
#[path = "../../src/bin/ckp/main.rs"]
mod cli;
#[allow(dead_code)]
mod common;
pub mod targets;

pub use common::memory::Counting;
