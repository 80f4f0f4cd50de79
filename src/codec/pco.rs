// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The numeric codec of the `pco` crate: for residuals, which are small but noisy.

use pco::data_types::Number;
use pco::standalone::{simple_compress, simple_decompress_into};
use pco::{ChunkConfig, DeltaSpec, ModeSpec};

use super::zigzag::{unzigzag, zigzag};
use crate::error::{Error, ErrorKind, Result, corrupt};

/// A share of signs that is no chance.
const LOPSIDED: (usize, usize) = (5, 9);

/// Compress numbers into bytes that replace the contents of `out`.
pub(crate) fn compress<T: Number>(numbers: &[T], level: usize, out: &mut Vec<u8>) -> Result<()> {
    // Residuals have no trend and no common divisor that would pay for looking.
    let config = ChunkConfig::default()
        .with_compression_level(level)
        .with_delta_spec(DeltaSpec::NoOp)
        .with_mode_spec(ModeSpec::Classic);
    *out = simple_compress(numbers, &config).map_err(|error| {
        Error::new(ErrorKind::InvalidArgument, format!("A block cannot be coded: {error}."))
    })?;
    Ok(())
}

/// Decompress to exactly `count` numbers.
pub(crate) fn decompress<T: Number>(bytes: &[u8], count: usize) -> Result<Vec<T>> {
    let mut numbers = vec![T::default(); count];
    let progress = simple_decompress_into(bytes, &mut numbers)
        .map_err(|_| corrupt("A pco block does not decode."))?;
    if progress.n_processed != count || !progress.finished {
        return Err(corrupt(format!("A pco block does not hold {count} values.")));
    }
    Ok(numbers)
}

/// Words as signed numbers, whose sign is the lowest bit of the word.
pub(crate) fn signed(words: &[u32]) -> Vec<i32> {
    words.iter().map(|word| unzigzag(*word) as i32).collect()
}

/// The inverse of [`signed`].
pub(crate) fn unsigned(numbers: &[i32]) -> Vec<u32> {
    numbers.iter().map(|number| zigzag(*number as u32)).collect()
}

/// Whether words are signed numbers of which most have the same sign: then their values are close to one
/// another, which their words are not.
pub(crate) fn are_lopsided(words: &[u32]) -> bool {
    let negative = words.iter().filter(|word| **word & 1 == 1).count();
    negative.max(words.len() - negative) * LOPSIDED.1 > words.len() * LOPSIDED.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_back_and_wrong_counts_do_not() {
        for count in [0usize, 1, 7, 256, 1000] {
            let words: Vec<u32> = (0..count as u32).map(|i| i.wrapping_mul(0x9e37_79b9)).collect();
            let mut bytes = Vec::new();
            compress(&words, 8, &mut bytes).unwrap();
            assert_eq!(decompress::<u32>(&bytes, count).unwrap(), words);
            assert!(decompress::<u32>(&bytes, count + 1).is_err());
            if count > 0 {
                assert!(decompress::<u32>(&bytes, count - 1).is_err());
            }
            for cut in 0..bytes.len() {
                assert!(decompress::<u32>(&bytes[..cut], count.max(1)).is_err(), "{count} {cut}");
            }
        }
    }

    #[test]
    fn signs_are_the_lowest_bits_of_words() {
        let words = [0, 1, 2, 3, u32::MAX - 1, u32::MAX];
        assert_eq!(signed(&words), [0, -1, 1, -2, i32::MAX, i32::MIN]);
        assert_eq!(unsigned(&signed(&words)), words);
        assert!(!are_lopsided(&words) && !are_lopsided(&[]));
        assert!(are_lopsided(&[7, 9, 11, 4]) && are_lopsided(&[8, 10, 12, 3]));
    }

    #[test]
    fn numbers_of_one_sign_take_less_than_their_words() {
        // Differences about 300,000, which are as often even as odd.
        let noise = |i: u32| i.wrapping_mul(0x9e37_79b9) >> 20;
        let words: Vec<u32> = (0..20_000).map(|i| (300_000 + noise(i)) << 1).collect();
        let crossing: Vec<u32> =
            (0..20_000).map(|i| (noise(i) << 1) | u32::from(i % 8 == 0)).collect();
        for words in [words, crossing] {
            let (mut plain, mut of_signed) = (Vec::new(), Vec::new());
            compress(&words, 7, &mut plain).unwrap();
            compress(&signed(&words), 7, &mut of_signed).unwrap();
            assert!(of_signed.len() < plain.len(), "{} {}", of_signed.len(), plain.len());
        }
    }
}
