// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Signed numbers as words with the sign in the lowest bit.

/// Differences near zero, of either sign, become small numbers.
pub(crate) fn zigzag(difference: u32) -> u32 {
    (difference << 1) ^ ((difference as i32 >> 31) as u32)
}

/// The inverse of [`zigzag`].
pub(crate) fn unzigzag(value: u32) -> u32 {
    (value >> 1) ^ (value & 1).wrapping_neg()
}
