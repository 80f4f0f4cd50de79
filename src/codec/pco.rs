// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The numeric codec of the `pco` crate: for residuals, which are small but noisy.

use pco::standalone::{simple_compress, simple_decompress_into};
use pco::{ChunkConfig, DeltaSpec, ModeSpec};

use crate::error::{Error, ErrorKind, Result, corrupt};

/// Compress words into bytes that replace the contents of `out`.
pub(crate) fn compress(words: &[u32], level: usize, out: &mut Vec<u8>) -> Result<()> {
    // Residuals have no trend and no common divisor that would pay for looking.
    let config = ChunkConfig::default()
        .with_compression_level(level)
        .with_delta_spec(DeltaSpec::NoOp)
        .with_mode_spec(ModeSpec::Classic);
    *out = simple_compress(words, &config).map_err(|error| {
        Error::new(ErrorKind::InvalidArgument, format!("A block cannot be coded: {error}."))
    })?;
    Ok(())
}

/// Decompress to exactly `count` words.
pub(crate) fn decompress(bytes: &[u8], count: usize) -> Result<Vec<u32>> {
    let mut words = vec![0; count];
    let progress = simple_decompress_into(bytes, &mut words)
        .map_err(|_| corrupt("A pco block does not decode."))?;
    if progress.n_processed != count || !progress.finished {
        return Err(corrupt(format!("A pco block does not hold {count} values.")));
    }
    Ok(words)
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
            assert_eq!(decompress(&bytes, count).unwrap(), words);
            assert!(decompress(&bytes, count + 1).is_err());
            if count > 0 {
                assert!(decompress(&bytes, count - 1).is_err());
            }
            for cut in 0..bytes.len() {
                assert!(decompress(&bytes[..cut], count.max(1)).is_err(), "{count} {cut}");
            }
        }
    }
}
