// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#![no_main]

use ckp_fuzz::{Counting, targets};
use libfuzzer_sys::fuzz_target;

#[global_allocator]
static MEMORY: Counting = Counting;

fuzz_target!(|data: &[u8]| targets::diff(data));
