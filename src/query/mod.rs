// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Questions to stored stages: answered from the store alone, without an engine.

pub mod diff;
