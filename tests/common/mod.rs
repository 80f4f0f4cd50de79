// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! A small design for the tests of the store. Real designs are in tests/tcl.

#![allow(dead_code)]

pub mod browser;
pub mod chain;
pub mod command;
pub mod everything;
pub mod fixtures;
pub mod flow;
pub mod forged;
pub mod library;
pub mod memory;
pub mod page;
pub mod recorded;
pub mod registers;

pub use chain::*;
