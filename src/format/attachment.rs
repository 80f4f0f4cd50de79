// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! `docs/format.md`, "Attachments".

use std::ops::Range;

use super::block::{BlockEncoder, check, decode_byte_block};
use super::wire::Fields;
use crate::codec::{Codec, decompress_after};
use crate::delta::{Layout, Predictor};
use crate::error::{Result, corrupt};
use crate::model::BlockIndex;

/// Bytes of a full block of an attachment.
pub(crate) const ATTACHMENT_BLOCK: usize = 4 << 20;
/// Bytes of the base that a block may refer to.
pub(crate) const ATTACHMENT_WINDOW: u64 = 8 << 20;

/// Bytes of a block that refers to its base beside the frame: where in the base the window begins.
const START_SIZE: usize = 8;

impl BlockEncoder {
    /// Encode a block that is likely to repeat bytes of `window`, which begins at `start` in the base.
    pub fn after(
        &mut self,
        start: u64,
        window: &[u8],
        bytes: &[u8],
    ) -> Result<(&[u8], BlockIndex)> {
        let mut frame = Vec::new();
        self.compressor.compress_after(window, bytes, &mut frame)?;
        self.stored.clear();
        self.stored.extend_from_slice(&start.to_le_bytes());
        self.stored.extend_from_slice(&frame);
        let (layout, codec) = (Layout::Dense, Codec::Zstd);
        Ok(self.finish(Predictor::Temporal, layout, codec, bytes.len(), bytes.len()))
    }

    /// Encode `count` bytes that are those of the base at the same place.
    pub fn same(&mut self, count: usize) -> (&[u8], BlockIndex) {
        self.stored.clear();
        self.finish(Predictor::Temporal, Layout::Zero, Codec::Stored, count, 0)
    }
}

/// A block of an attachment whose stored bytes are sound.
pub(crate) struct AttachmentBlock<'a> {
    index: &'a BlockIndex,
    stored: &'a [u8],
    content: Content<'a>,
}

enum Content<'a> {
    /// The block by itself.
    Plain,
    /// Bytes of the base.
    Same,
    /// A frame that follows bytes of the base.
    After { start: u64, frame: &'a [u8] },
}

impl<'a> AttachmentBlock<'a> {
    pub fn read(index: &'a BlockIndex, stored: &'a [u8]) -> Result<Self> {
        let (layout, codec) = check(index, stored)?;
        let content = match (Predictor::from_code(index.predictor)?, layout) {
            (Predictor::None, _) => Content::Plain,
            (Predictor::Temporal, Layout::Zero) if stored.is_empty() && index.laid_out == 0 => {
                Content::Same
            }
            (Predictor::Temporal, Layout::Dense)
                if codec == Codec::Zstd && index.laid_out == index.count =>
            {
                let mut fields = Fields::new(stored);
                let start = fields.u64()?;
                Content::After { start, frame: fields.take(stored.len() - START_SIZE)? }
            }
            _ => return Err(corrupt("A block of an attachment has a wrong layout.")),
        };
        Ok(Self { index, stored, content })
    }

    /// The bytes of the base that it needs, for a block that begins at `offset`. There may be fewer in the
    /// base.
    pub fn window(&self, offset: u64) -> Option<Range<u64>> {
        match self.content {
            Content::Plain => None,
            Content::Same => Some(offset..offset.saturating_add(u64::from(self.index.count))),
            Content::After { start, .. } => Some(start..start.saturating_add(ATTACHMENT_WINDOW)),
        }
    }

    /// Its bytes, given those of the window.
    pub fn decode(&self, window: &[u8]) -> Result<Vec<u8>> {
        let count = self.index.count as usize;
        match self.content {
            Content::Plain => decode_byte_block(self.index, self.stored),
            Content::Same if window.len() == count => Ok(window.to_vec()),
            Content::Same => Err(corrupt("It has more bytes than the base.")),
            Content::After { frame, .. } => decompress_after(window, frame, count),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::CodecChoice;

    fn encoder() -> BlockEncoder {
        BlockEncoder::new(CodecChoice::Auto, 3).unwrap()
    }

    #[test]
    fn blocks_come_back_with_their_windows() {
        let base: Vec<u8> =
            (0..100_000u32).flat_map(|i| i.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
        let bytes = [&base[5000..90_000], b"tail"].concat();
        let mut encoder = encoder();
        let (stored, index) = encoder.after(4000, &base[4000..], &bytes).unwrap();
        assert!(stored.len() < 100, "{}", stored.len());
        let block = AttachmentBlock::read(&index, stored).unwrap();
        assert_eq!(block.window(7), Some(4000..4000 + ATTACHMENT_WINDOW));
        assert_eq!(block.decode(&base[4000..]).unwrap(), bytes);

        let (stored, index) = encoder.same(1000);
        let block = AttachmentBlock::read(&index, stored).unwrap();
        assert_eq!(block.window(50), Some(50..1050));
        assert_eq!(block.decode(&base[50..1050]).unwrap(), base[50..1050]);
        assert!(block.decode(&base[50..1049]).is_err(), "the base is shorter");

        let (stored, index) = encoder.bytes(Predictor::None, &bytes).unwrap();
        let block = AttachmentBlock::read(&index, stored).unwrap();
        assert_eq!(block.window(50), None);
        assert_eq!(block.decode(&[]).unwrap(), bytes);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let mut encoder = encoder();
        let (stored, index) = encoder.after(0, &[1; 100], &[1; 200]).unwrap();
        let refuse = |index: BlockIndex, why: &str| {
            assert!(AttachmentBlock::read(&index, stored).is_err(), "{why}");
        };
        refuse(BlockIndex { layout: Layout::Zero as u8, ..index }, "stored bytes without need");
        refuse(BlockIndex { layout: Layout::Sparse as u8, ..index }, "layout");
        refuse(BlockIndex { codec: Codec::Lz4 as u8, ..index }, "codec");
        refuse(BlockIndex { laid_out: 100, ..index }, "size");
        refuse(BlockIndex { predictor: Predictor::Previous as u8, ..index }, "predictor");
        refuse(BlockIndex { crc: !index.crc, ..index }, "checksum");
        let short = BlockIndex { crc: super::super::crc32(&stored[..5]), ..index };
        assert!(AttachmentBlock::read(&short, &stored[..5]).is_err());
    }
}
