// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Few numbers: each by its length and leading bits, whose frequencies are learned on the way.

use super::range::{Decoder, Encoder};
use super::symbol::Number;
use crate::error::{Result, corrupt};

/// Compress words.
pub(crate) fn compress(words: &[u32]) -> Vec<u8> {
    let mut coder = Encoder::after(Vec::new());
    let mut number = Number::new();
    for word in words {
        number.code(&mut coder, u64::from(*word));
    }
    coder.finish()
}

/// Decompress exactly `count` words.
pub(crate) fn decompress(bytes: &[u8], count: usize) -> Result<Vec<u32>> {
    let mut coder = Decoder::new(bytes);
    let mut number = Number::new();
    let mut words = Vec::with_capacity(count);
    for _ in 0..count {
        let word = u32::try_from(number.code(&mut coder, 0));
        words.push(word.map_err(|_| corrupt("A number does not fit a word."))?);
    }
    coder.finish()?;
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_back_and_truncations_do_not() {
        for shift in [0, 8, 20, 31] {
            let words: Vec<u32> =
                (0..700u32).map(|i| i.wrapping_mul(0x9e37_79b9).wrapping_mul(i) >> shift).collect();
            let bytes = compress(&words);
            assert!(bytes.len() <= 700 * 4 + 700 / 20, "{}", bytes.len());
            assert_eq!(decompress(&bytes, 700).unwrap(), words);
            for cut in 0..bytes.len() {
                assert!(decompress(&bytes[..cut], 700).is_err(), "{shift} {cut}");
            }
            let longer = [&bytes[..], &[0]].concat();
            assert!(decompress(&longer, 700).is_err(), "{shift}");
        }
        assert!(decompress(&compress(&[]), 0).unwrap().is_empty());
    }
}
