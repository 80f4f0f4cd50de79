// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Questions that a store answers by itself: no engine, liberty, netlist or constraints.

pub mod html;
