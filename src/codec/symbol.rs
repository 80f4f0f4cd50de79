// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Numbers and choices made of modeled bits.

use super::range::{Bit, Coder};

/// One of a known count of choices: its bits from the highest, each with a model of its own for
/// the bits before it.
#[derive(Clone)]
pub(crate) struct Choice {
    bits: u32,
    nodes: Vec<Bit>,
}

impl Choice {
    /// A model of values below `count`. A reader may see values up to the next power of two.
    pub fn new(count: usize) -> Self {
        let bits = count.max(1).next_power_of_two().trailing_zeros();
        Self { bits, nodes: vec![Bit::NEW; 1 << bits] }
    }

    pub fn code<C: Coder>(&mut self, coder: &mut C, value: u32) -> u32 {
        let mut node = 1;
        for bit in (0..self.bits).rev() {
            let value = coder.bit(&mut self.nodes[node], value >> bit & 1 == 1);
            node = node << 1 | usize::from(value);
        }
        node as u32 - (1 << self.bits)
    }
}

/// Bits after the leading 1 of a number that have a model; the others are as good as random.
const MODELED_BITS: u32 = 3;
const RAW_BITS: u32 = 16;

/// Any number, small ones in fewer bits: how many bits it has, then these after the leading 1.
#[derive(Clone)]
pub(crate) struct Number {
    length: Choice,
    top: Vec<[Bit; 1 << MODELED_BITS]>,
}

impl Number {
    pub fn new() -> Self {
        Self { length: Choice::new(65), top: vec![[Bit::NEW; 1 << MODELED_BITS]; 65] }
    }

    pub fn code<C: Coder>(&mut self, coder: &mut C, value: u64) -> u64 {
        let length = self.length.code(coder, 64 - value.leading_zeros()).min(64);
        if length < 2 {
            return u64::from(length);
        }
        let top = &mut self.top[length as usize];
        let mut left = length - 1;
        let mut node = 1;
        let modeled = left.min(MODELED_BITS);
        for _ in 0..modeled {
            left -= 1;
            let bit = coder.bit(&mut top[node], value >> left & 1 == 1);
            node = node << 1 | usize::from(bit);
        }
        // The node is the leading 1 and the modeled bits.
        let mut result = node as u64;
        while left > 0 {
            let count = left.min(RAW_BITS);
            left -= count;
            let bits = (value >> left) as u32 & ((1 << count) - 1);
            result = result << count | u64::from(coder.raw(bits, count));
        }
        result
    }

    /// A number of either sign, as `zigzag`.
    pub fn signed<C: Coder>(&mut self, coder: &mut C, value: i64) -> i64 {
        let coded = self.code(coder, (value << 1 ^ value >> 63) as u64);
        (coded >> 1) as i64 ^ -((coded & 1) as i64)
    }
}
