// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Questions to stored stages: answered from the store alone, without an engine.

mod access;
mod choice;
pub mod diff;
mod endpoints;
mod history;
pub mod html;
pub mod path;
mod pins;
mod sparkline;

pub use access::{names_of, row_of, value_at};
pub use endpoints::{EndpointQuery, EndpointSlack, WorstEndpoints, worst_endpoints};
pub use history::{History, HistoryQuery, PinHistory, PinPoint, history};
pub use pins::{PinRows, find_pin, near_pins};
