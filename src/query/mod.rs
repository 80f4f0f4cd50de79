// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Questions to stored stages: answered from the store alone, without an engine.

mod access;
pub mod diff;
pub mod html;
pub mod path;
mod pins;

pub use access::{names_of, row_of, value_at};
pub use pins::{PinRows, find_pin, near_pins};
