// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Questions that a store answers by itself: no engine, liberty, netlist or constraints.

mod access;
pub mod html;
pub mod path;
mod pins;

pub use access::{names_of, row_of, value_at};
pub use pins::{PinRows, find_pin, near_pins};
