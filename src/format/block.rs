// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! `docs/format.md`, "Blocks".

use std::ops::Range;

use super::Values;
use super::checksum::crc32;
use crate::codec::{Codec, CodecChoice, Compressor, decompress};
use crate::delta::{
    Layout, Predictor, decode_bytes, decode_words, encode_bytes, encode_words, max_laid_out,
};
use crate::error::{Result, corrupt};
use crate::model::{BlockIndex, StreamKind, Width};

/// Decoded bytes of a full block.
const BLOCK_BYTES: usize = 256 << 10;

/// Elements of a full block.
pub(crate) const fn block_elements(width: Width) -> usize {
    match width {
        Width::Byte => BLOCK_BYTES,
        Width::Word => BLOCK_BYTES / 4,
    }
}

/// Rows of block `block` of a stream of `count` elements.
pub(crate) fn block_range(width: Width, block: usize, count: u64) -> Range<u64> {
    let size = block_elements(width) as u64;
    let start = (block as u64 * size).min(count);
    start..(start + size).min(count)
}

/// Encodes blocks: tries the predictors that fit and keeps the smallest result.
pub(crate) struct BlockEncoder {
    compressor: Compressor,
    best: Vec<u8>,
    candidate: Vec<u8>,
    laid_out: Vec<u8>,
}

/// How the bytes that [`BlockEncoder`] leaves in its buffer are coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Coding {
    predictor: Predictor,
    layout: Layout,
    codec: Codec,
    laid_out: u32,
}

impl BlockEncoder {
    pub fn new(choice: CodecChoice, level: i32) -> Result<Self> {
        Ok(Self {
            compressor: Compressor::new(choice, level)?,
            best: Vec::new(),
            candidate: Vec::new(),
            laid_out: Vec::new(),
        })
    }

    /// Encode one block of words. `base` holds the values of the same rows of the base, if any.
    pub fn encode_words(
        &mut self,
        kind: StreamKind,
        values: &[u32],
        base: Option<&[u32]>,
    ) -> Result<Coding> {
        let own = if kind.is_float() {
            Predictor::None
        } else {
            Predictor::Previous
        };
        self.smallest(base.is_some(), own, |predictor, out| {
            encode_words(
                predictor,
                kind.is_float(),
                values,
                base.unwrap_or_default(),
                out,
            )
        })
    }

    /// Encode one block of bytes.
    pub fn encode_bytes(&mut self, values: &[u8], base: Option<&[u8]>) -> Result<Coding> {
        self.smallest(base.is_some(), Predictor::None, |predictor, out| {
            encode_bytes(predictor, values, base.unwrap_or_default(), out)
        })
    }

    /// The bytes of the block encoded last, and their entry in the index.
    pub fn finish(&self, coding: Coding, offset: u64) -> (&[u8], BlockIndex) {
        let index = BlockIndex {
            offset,
            stored: self.best.len() as u32,
            laid_out: coding.laid_out,
            crc: crc32(&self.best),
            predictor: coding.predictor as u8,
            layout: coding.layout as u8,
            codec: coding.codec as u8,
        };
        (&self.best, index)
    }

    fn smallest(
        &mut self,
        has_base: bool,
        own: Predictor,
        lay_out: impl Fn(Predictor, &mut Vec<u8>) -> Layout,
    ) -> Result<Coding> {
        if !has_base {
            return self.attempt(own, &lay_out);
        }
        let temporal = self.attempt(Predictor::Temporal, &lay_out)?;
        // Where few values changed nothing else comes near.
        if temporal.layout != Layout::Dense {
            return Ok(temporal);
        }
        std::mem::swap(&mut self.best, &mut self.candidate);
        let other = self.attempt(own, &lay_out)?;
        if self.best.len() < self.candidate.len() {
            return Ok(other);
        }
        std::mem::swap(&mut self.best, &mut self.candidate);
        Ok(temporal)
    }

    fn attempt(
        &mut self,
        predictor: Predictor,
        lay_out: &impl Fn(Predictor, &mut Vec<u8>) -> Layout,
    ) -> Result<Coding> {
        self.laid_out.clear();
        self.best.clear();
        let layout = lay_out(predictor, &mut self.laid_out);
        let codec = match layout {
            Layout::Zero => Codec::Stored,
            Layout::Dense | Layout::Sparse => {
                self.compressor.compress(&self.laid_out, &mut self.best)?
            }
        };
        let laid_out = self.laid_out.len() as u32;
        Ok(Coding {
            predictor,
            layout,
            codec,
            laid_out,
        })
    }
}

/// Decode one block of `count` elements from its stored bytes. `base` gives the values of the same
/// rows of the base and is called only where the block was predicted from them.
pub(crate) fn decode_block(
    kind: StreamKind,
    index: &BlockIndex,
    count: usize,
    stored: &[u8],
    base: impl FnOnce() -> Result<Values>,
) -> Result<Values> {
    if crc32(stored) != index.crc {
        return Err(corrupt("Its checksum is wrong."));
    }
    let predictor = Predictor::from_code(index.predictor)?;
    let layout = Layout::from_code(index.layout)?;
    let codec = Codec::from_code(index.codec)?;
    let limit = match kind.width() {
        Width::Word => max_laid_out(count),
        Width::Byte => count,
    };
    let size = index.laid_out as usize;
    if size > limit {
        return Err(corrupt(format!(
            "It claims {size} bytes for {count} elements."
        )));
    }
    let laid_out = decompress(codec, stored, size)?;
    let base = match predictor {
        Predictor::Temporal => Some(base()?),
        Predictor::None | Predictor::Previous => None,
    };
    match kind.width() {
        Width::Word => {
            let base = base.map(Values::words).unwrap_or_default();
            decode_words(predictor, layout, kind.is_float(), count, &laid_out, &base)
                .map(Values::Words)
        }
        Width::Byte => {
            let base = base.map(Values::bytes).unwrap_or_default();
            decode_bytes(predictor, layout, count, &laid_out, &base).map(Values::Bytes)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    fn encode(values: &[u32], base: Option<&[u32]>) -> (Vec<u8>, BlockIndex) {
        let mut encoder = BlockEncoder::new(CodecChoice::Auto, 3).unwrap();
        let coding = encoder
            .encode_words(StreamKind::Slew, values, base)
            .unwrap();
        let (bytes, index) = encoder.finish(coding, 32);
        (bytes.to_vec(), index)
    }

    fn decode(index: &BlockIndex, count: usize, bytes: &[u8], base: &[u32]) -> Result<Vec<u32>> {
        let base = || Ok(Values::Words(base.to_vec()));
        decode_block(StreamKind::Slew, index, count, bytes, base).map(Values::words)
    }

    fn noise(count: u32, seed: u32) -> Vec<u32> {
        (0..count)
            .map(|i| (i ^ seed).wrapping_mul(2_654_435_761).rotate_left(i % 31))
            .collect()
    }

    #[test]
    fn the_cheaper_of_base_and_no_base_is_taken() {
        let values = noise(5000, 1);
        let (bytes, index) = encode(&values, Some(&values));
        assert_eq!(
            (bytes.len(), index.predictor),
            (0, Predictor::Temporal as u8)
        );
        assert_eq!(decode(&index, 5000, &bytes, &values).unwrap(), values);
        let smooth: Vec<u32> = (0..5000).map(|i| 0x3f80_0000 + (i / 100)).collect();
        let (bytes, index) = encode(&smooth, Some(&values));
        assert_eq!(index.predictor, Predictor::None as u8);
        assert_eq!(decode(&index, 5000, &bytes, &[]).unwrap(), smooth);
    }

    #[test]
    fn noise_grows_by_nothing() {
        let values = noise(65_536, 7);
        let (bytes, _) = encode(&values, Some(&noise(65_536, 99)));
        assert!(bytes.len() <= 65_536 * 4);
    }

    #[test]
    fn every_flipped_bit_of_a_block_is_seen() {
        let values: Vec<u32> = (0..200).map(|i| i * i).collect();
        let (good, index) = encode(&values, None);
        for bit in 0..good.len() * 8 {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            let error = decode(&index, 200, &bad, &[]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Corrupt, "bit {bit}");
        }
    }

    #[test]
    fn a_block_allocates_no_more_than_its_rows_justify() {
        let (bytes, index) = encode(&[1, 2, 3], None);
        let bomb = BlockIndex {
            laid_out: u32::MAX,
            ..index
        };
        let error = decode(&bomb, 3, &bytes, &[]).unwrap_err();
        assert!(error.to_string().contains("4294967295"));
    }
}
