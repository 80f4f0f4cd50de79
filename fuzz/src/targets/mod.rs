// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! One function for each target: it takes any bytes, and panics where a promise is broken.

mod arguments;
mod model;
mod operations;
mod stage;

pub use arguments::arguments;
pub use operations::operations;
pub use stage::{assemble, decode, diff, open, seeds};
