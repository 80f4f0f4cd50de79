// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Byte shuffle: all lowest bytes of the words first, all highest last. Residuals of neighbouring
//! rows share their high bytes, so that a general compressor finds them side by side.

/// Append the shuffled little-endian bytes of `words` to `out`.
pub(crate) fn shuffle(words: &[u32], out: &mut Vec<u8>) {
    out.reserve(words.len() * 4);
    for byte in 0..4 {
        out.extend(words.iter().map(|word| (word >> (8 * byte)) as u8));
    }
}

/// The words of shuffled bytes. The length must be a multiple of four; a rest is ignored.
pub(crate) fn unshuffle(bytes: &[u8]) -> Vec<u32> {
    let count = bytes.len() / 4;
    let (low, rest) = bytes.split_at(count);
    let (second, rest) = rest.split_at(count);
    let (third, high) = rest.split_at(count);
    low.iter()
        .zip(second)
        .zip(third.iter().zip(high))
        .map(|((a, b), (c, d))| u32::from_le_bytes([*a, *b, *c, *d]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shuffling_is_undone() {
        for count in [0usize, 1, 2, 1000] {
            let words: Vec<u32> =
                (0..count as u32).map(|i| i.wrapping_mul(2_654_435_761)).collect();
            let mut bytes = Vec::new();
            shuffle(&words, &mut bytes);
            assert_eq!(bytes.len(), count * 4);
            assert_eq!(unshuffle(&bytes), words);
        }
    }

    #[test]
    fn equal_bytes_stand_together() {
        let mut bytes = Vec::new();
        shuffle(&[0x0403_0201, 0x0807_0605], &mut bytes);
        assert_eq!(bytes, [1, 5, 2, 6, 3, 7, 4, 8]);
    }
}
