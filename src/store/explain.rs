// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! How a stage is coded, block by block: what `ckp show --blocks` prints.

use super::reader::Stage;
use crate::codec::Codec;
use crate::delta::{Layout, Predictor};
use crate::error::Result;
use crate::format::decode_byte_block;
use crate::model::{BlockIndex, StreamIndex, StreamKey, StreamKind, Width};

/// How one array is coded.
#[derive(Clone, Debug)]
pub struct StreamCoding {
    /// The array.
    pub key: StreamKey,
    /// Its elements; of the object table, the bytes that model it.
    pub rows: u64,
    /// Bytes that it takes uncompressed: those of its elements; of the object table, its names and its
    /// topology as in the raw size.
    pub raw_bytes: u64,
    /// Its blocks in coding order.
    pub blocks: Vec<BlockCoding>,
}

/// How one block is coded. The names are those of `docs/format.md`.
#[derive(Clone, Debug)]
pub struct BlockCoding {
    /// Class of its rows; 0 for arrays that have one class.
    pub class: u32,
    /// Elements.
    pub rows: u32,
    /// Bytes in the file.
    pub stored_bytes: u32,
    /// What the values were predicted from.
    pub predictor: &'static str,
    /// How the residuals are laid out.
    pub layout: &'static str,
    /// How the laid-out residuals are compressed.
    pub codec: &'static str,
    /// Residuals that are zero: values that were predicted to the last bit; of an attachment, the bytes of
    /// blocks that are those of the base.
    pub zero_residuals: u32,
}

impl StreamCoding {
    /// Bytes of all blocks in the file.
    pub fn stored_bytes(&self) -> u64 {
        self.blocks.iter().map(|block| u64::from(block.stored_bytes)).sum()
    }
}

impl Stage {
    /// How every array of the stage is coded, in file order. Decodes the residuals of all blocks, but
    /// no values.
    ///
    /// # Errors
    /// `Corrupt` for damage in the blocks, or in the object table where classes depend on it.
    pub fn explain(&self) -> Result<Vec<StreamCoding>> {
        self.timing_stage().delta_changes.streams.iter().map(|s| self.explain_stream(s)).collect()
    }

    fn explain_stream(&self, stream: &StreamIndex) -> Result<StreamCoding> {
        let classes = self.classes_of_blocks(stream)?;
        let blocks = (stream.blocks.iter().zip(classes).enumerate())
            .map(|(number, (block, class))| {
                Ok(BlockCoding {
                    class,
                    rows: block.count,
                    stored_bytes: block.stored,
                    predictor: Predictor::from_code(block.predictor)?.name(),
                    layout: Layout::from_code(block.layout)?.name(),
                    codec: Codec::from_code(block.codec)?.name(),
                    zero_residuals: self.zero_residuals(stream, number, block)?,
                })
            })
            .collect::<Result<_>>()?;
        Ok(StreamCoding {
            key: stream.key,
            rows: stream.count,
            raw_bytes: self.raw_bytes_of(stream),
            blocks,
        })
    }

    fn raw_bytes_of(&self, stream: &StreamIndex) -> u64 {
        let own = |stream: &StreamIndex| stream.count * stream.key.kind.width().bytes() as u64;
        if stream.key.kind != StreamKind::Objects {
            return own(stream);
        }
        // What the raw size counts beside the values.
        let columns = self.timing_stage().delta_changes.columns();
        let values: u64 = columns.filter(|column| column.key.kind.is_float_column()).map(own).sum();
        self.metadata().raw_bytes.saturating_sub(values)
    }

    /// The class of each block: blocks fill one class after the other.
    fn classes_of_blocks(&self, stream: &StreamIndex) -> Result<Vec<u32>> {
        if !matches!(stream.key.kind, StreamKind::Delay | StreamKind::Slew) {
            return Ok(vec![0; stream.blocks.len()]);
        }
        let topology = self.topology()?;
        let mut ends = 0;
        let ends: Vec<u64> = (topology.classes(stream.key.kind).sizes.iter())
            .map(|size| {
                ends += u64::from(*size);
                ends
            })
            .collect();
        let mut first = 0;
        let class = |block: &BlockIndex| {
            let class = ends.iter().filter(|end| **end <= first).count();
            first += u64::from(block.count);
            class as u32
        };
        Ok(stream.blocks.iter().map(class).collect())
    }

    fn zero_residuals(
        &self,
        stream: &StreamIndex,
        number: usize,
        block: &BlockIndex,
    ) -> Result<u32> {
        let zeros = match stream.key.kind.width() {
            Width::Word => {
                let residuals = self.residuals(stream, number)?;
                residuals.iter().filter(|residual| **residual == 0).count()
            }
            Width::Byte if stream.key.kind == StreamKind::Attachment => {
                let is_same = block.predictor == Predictor::Temporal as u8 && block.stored == 0;
                return Ok(if is_same { block.count } else { 0 });
            }
            Width::Byte => {
                let residuals = (self.file().block(block))
                    .and_then(|stored| decode_byte_block(block, &stored))
                    .map_err(|error| self.file().at_block(error, stream, number))?;
                residuals.iter().filter(|residual| **residual == 0).count()
            }
        };
        Ok(zeros as u32)
    }
}
