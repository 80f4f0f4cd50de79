// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Of what the tests share, that which needs no command and no browser.

#[path = "../../tests/common/chain.rs"]
mod chain;
#[path = "../../tests/common/everything.rs"]
pub mod everything;
#[path = "../../tests/common/forged.rs"]
pub mod forged;
#[path = "../../tests/common/library.rs"]
pub mod library;
#[path = "../../tests/common/memory.rs"]
pub mod memory;

pub use chain::*;
