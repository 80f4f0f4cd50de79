// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! `docs/format.md`, "Blocks": residuals to stored bytes and back.

use super::attachment::ATTACHMENT_BLOCK;
use super::checksum::crc32;
use super::wire::Fields;
use crate::codec::{Codec, CodecChoice, Compressor, decompress, decompress_words};
use crate::delta::{LaidOut, Layout, Predictor, lay_out, mask_size, read_layout};
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

/// Elements that a block of an array may have.
pub(super) fn most_elements(kind: StreamKind) -> usize {
    match kind {
        StreamKind::Attachment => ATTACHMENT_BLOCK,
        kind => block_elements(kind.width()),
    }
}

/// Encodes the residuals of one block after the other.
pub(crate) struct BlockEncoder {
    pub(super) compressor: Compressor,
    pub(super) stored: Vec<u8>,
    part: Vec<u8>,
}

impl BlockEncoder {
    pub fn new(choice: CodecChoice, level: i32) -> Result<Self> {
        let compressor = Compressor::new(choice, level)?;
        Ok(Self { compressor, stored: Vec::new(), part: Vec::new() })
    }

    /// Encode residuals of words. Returns the stored bytes and the entry for the index, to which the
    /// caller gives the offset.
    pub fn words(
        &mut self,
        predictor: Predictor,
        residuals: &[u32],
    ) -> Result<(&[u8], BlockIndex)> {
        let laid_out = lay_out(residuals);
        let size = laid_out.mask.len() + laid_out.words.len() * 4;
        self.stored.clear();
        let codec = match laid_out.layout {
            Layout::Zero => Codec::Stored,
            Layout::Dense => self.compressor.compress_words(&laid_out.words, &mut self.stored)?,
            Layout::Sparse => {
                let mask_codec = self.compressor.compress(&laid_out.mask, &mut self.part)?;
                self.stored.extend_from_slice(&(self.part.len() as u32).to_le_bytes());
                self.stored.push(mask_codec as u8);
                self.stored.extend_from_slice(&self.part);
                let codec = self.compressor.compress_words(&laid_out.words, &mut self.part)?;
                self.stored.extend_from_slice(&self.part);
                codec
            }
        };
        if laid_out.layout == Layout::Sparse {
            // Zeros among few numbers may cost less than a mask.
            let dense = self.compressor.compress_few(residuals);
            if let Some(dense) = dense.filter(|dense| dense.len() < self.stored.len()) {
                self.stored = dense;
                let size = residuals.len() * 4;
                let (layout, codec) = (Layout::Dense, Codec::Numbers);
                return Ok(self.finish(predictor, layout, codec, residuals.len(), size));
            }
        }
        Ok(self.finish(predictor, laid_out.layout, codec, residuals.len(), size))
    }

    /// Encode residuals of bytes.
    pub fn bytes(&mut self, predictor: Predictor, residuals: &[u8]) -> Result<(&[u8], BlockIndex)> {
        self.stored.clear();
        if residuals.iter().all(|byte| *byte == 0) {
            let (layout, codec) = (Layout::Zero, Codec::Stored);
            return Ok(self.finish(predictor, layout, codec, residuals.len(), 0));
        }
        let codec = self.compressor.compress(residuals, &mut self.stored)?;
        Ok(self.finish(predictor, Layout::Dense, codec, residuals.len(), residuals.len()))
    }

    pub(super) fn finish(
        &self,
        predictor: Predictor,
        layout: Layout,
        codec: Codec,
        count: usize,
        laid_out: usize,
    ) -> (&[u8], BlockIndex) {
        let index = BlockIndex {
            offset: 0,
            stored: self.stored.len() as u32,
            count: count as u32,
            laid_out: laid_out as u32,
            crc: crc32(&self.stored),
            predictor: predictor as u8,
            layout: layout as u8,
            codec: codec as u8,
        };
        (&self.stored, index)
    }
}

/// The residuals of a block of words from its stored bytes.
pub(crate) fn decode_word_block(index: &BlockIndex, stored: &[u8]) -> Result<Vec<u32>> {
    let (layout, codec) = check(index, stored)?;
    let count = index.count as usize;
    let size = index.laid_out as usize;
    let mask_size = if layout == Layout::Sparse { mask_size(count) } else { 0 };
    // What a block decodes to is bounded by its rows, whatever it claims.
    let words = size.checked_sub(mask_size).filter(|size| size.is_multiple_of(4));
    let Some(words) = words.map(|size| size / 4).filter(|words| *words <= count) else {
        return Err(corrupt(format!("It claims {size} bytes for {count} values.")));
    };
    let mut fields = Fields::new(stored);
    let mask = if layout == Layout::Sparse {
        let length = fields.u32()? as usize;
        let codec = Codec::from_code(fields.u8()?)?;
        decompress(codec, fields.take(length)?, mask_size)?
    } else {
        Vec::new()
    };
    let rest = fields.take(fields.remaining())?;
    let words = match layout {
        Layout::Zero if rest.is_empty() => Vec::new(),
        Layout::Zero => return Err(corrupt("It holds bytes that it does not need.")),
        Layout::Dense | Layout::Sparse => decompress_words(codec, rest, words)?,
    };
    read_layout(count, LaidOut { layout, mask, words })
}

/// The residuals of a block of bytes.
pub(crate) fn decode_byte_block(index: &BlockIndex, stored: &[u8]) -> Result<Vec<u8>> {
    let (layout, codec) = check(index, stored)?;
    let (count, size) = (index.count as usize, index.laid_out as usize);
    match layout {
        Layout::Zero if stored.is_empty() && size == 0 => Ok(vec![0; count]),
        Layout::Dense if size == count => decompress(codec, stored, size),
        _ => Err(corrupt("A block of bytes has a wrong layout.")),
    }
}

pub(super) fn check(index: &BlockIndex, stored: &[u8]) -> Result<(Layout, Codec)> {
    if crc32(stored) != index.crc {
        return Err(corrupt("Its checksum is wrong."));
    }
    Ok((Layout::from_code(index.layout)?, Codec::from_code(index.codec)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    fn encode(choice: CodecChoice, residuals: &[u32]) -> (Vec<u8>, BlockIndex) {
        let mut encoder = BlockEncoder::new(choice, 3).unwrap();
        let (bytes, index) = encoder.words(Predictor::None, residuals).unwrap();
        (bytes.to_vec(), index)
    }

    fn noise(count: u32, seed: u32) -> Vec<u32> {
        (0..count).map(|i| (i ^ seed).wrapping_mul(2_654_435_761).rotate_left(i % 31)).collect()
    }

    #[test]
    fn blocks_of_every_layout_and_codec_come_back() {
        let mut sparse = vec![0; 3000];
        sparse[5] = 77;
        sparse[2999] = u32::MAX;
        let small: Vec<u32> = noise(9000, 3).into_iter().map(|word| word >> 20).collect();
        for choice in [CodecChoice::Auto, CodecChoice::Lz4, CodecChoice::Zstd] {
            for residuals in [vec![], vec![0; 100], sparse.clone(), small.clone(), noise(70, 1)] {
                let (bytes, index) = encode(choice, &residuals);
                assert_eq!(decode_word_block(&index, &bytes).unwrap(), residuals);
                assert!(bytes.len() <= residuals.len() * 4 + mask_size(residuals.len()) + 5);
            }
            let mut encoder = BlockEncoder::new(choice, 3).unwrap();
            for residuals in [vec![], vec![0; 100], vec![3; 1000], vec![1, 0, 2]] {
                let (bytes, index) = encoder.bytes(Predictor::None, &residuals).unwrap();
                assert_eq!(decode_byte_block(&index, bytes).unwrap(), residuals);
            }
        }
    }

    #[test]
    fn noise_grows_by_nothing() {
        let (bytes, _) = encode(CodecChoice::Auto, &noise(65_536, 7));
        assert!(bytes.len() <= 65_536 * 4);
    }

    #[test]
    fn every_flipped_bit_of_a_block_is_seen() {
        let (good, index) = encode(CodecChoice::Auto, &(0..200).map(|i| i * i).collect::<Vec<_>>());
        for bit in 0..good.len() * 8 {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            let error = decode_word_block(&index, &bad).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Corrupt, "bit {bit}");
        }
    }

    #[test]
    fn a_block_allocates_no_more_than_its_rows_justify() {
        let (bytes, index) = encode(CodecChoice::Auto, &[1, 2, 3]);
        for laid_out in [u32::MAX, 16, 13, 0] {
            let bomb = BlockIndex { laid_out, ..index };
            assert!(decode_word_block(&bomb, &bytes).is_err(), "{laid_out}");
        }
        let zero = BlockIndex { layout: Layout::Zero as u8, laid_out: 0, ..index };
        assert!(decode_word_block(&zero, &bytes).is_err());
        assert!(decode_byte_block(&zero, &bytes).is_err());
        let sparse = BlockIndex { layout: Layout::Sparse as u8, laid_out: 5, ..index };
        assert!(decode_word_block(&sparse, &bytes).is_err());
    }
}
