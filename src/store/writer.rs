// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Writes one stage file, array by array.

use std::path::PathBuf;
use std::sync::Arc;

use super::disk::Disk;
use super::durable::TemporaryFile;
use crate::codec::CodecChoice;
use crate::delta::{Predictor, integer_residual};
use crate::error::Result;
use crate::format::{
    BlockEncoder, Footer, Header, Record, SECTION_INDEX, SECTION_RECORD, Section, StreamHasher,
    block_elements, crc32, encode_index, encode_record,
};
use crate::model::{BlockIndex, CompressedDelta, StreamIndex, StreamKey, StreamKind, Width};

/// An unfinished stage file.
pub(super) struct StageWriter {
    file: TemporaryFile,
    encoder: BlockEncoder,
    choice: CodecChoice,
    level: i32,
    delta: CompressedDelta,
    cost: Cost,
}

/// An array of words, encoded; its blocks count their offsets from the first of `bytes`.
pub(super) struct EncodedStream {
    stream: StreamIndex,
    bytes: Vec<u8>,
    cost: Cost,
}

/// About how many bits residuals take, as samples tell: as they are written, and without the base.
#[derive(Clone, Copy, Default)]
pub(super) struct Cost {
    pub bits: u64,
    pub alone: u64,
}

impl Cost {
    pub fn add(&mut self, bits: u64, alone: u64) {
        self.bits += bits;
        self.alone += alone;
    }
}

impl EncodedStream {
    /// Encode an array given as the residuals of its blocks.
    pub fn new(
        encoder: &mut BlockEncoder,
        key: StreamKey,
        values: &[u32],
        blocks: impl IntoIterator<Item = (Predictor, Vec<u32>)>,
    ) -> Result<Self> {
        let mut hasher = StreamHasher::default();
        hasher.update_words(values);
        let checksum = hasher.finish();
        let mut stream =
            StreamIndex { key, count: values.len() as u64, checksum, blocks: Vec::new() };
        let mut bytes = Vec::new();
        for (predictor, residuals) in blocks {
            let (stored, mut index) = encoder.words(predictor, &residuals)?;
            index.offset = bytes.len() as u64;
            bytes.extend_from_slice(stored);
            stream.blocks.push(index);
        }
        Ok(Self { stream, bytes, cost: Cost::default() })
    }

    /// The same with what samples tell of it.
    pub fn with_cost(self, cost: Cost) -> Self {
        Self { cost, ..self }
    }
}

impl StageWriter {
    pub fn create(
        disk: &Arc<dyn Disk>,
        path: PathBuf,
        choice: CodecChoice,
        level: i32,
    ) -> Result<Self> {
        let mut file = TemporaryFile::create(disk, path)?;
        file.write(&Header::encode())?;
        let encoder = BlockEncoder::new(choice, level)?;
        let (delta, cost) = (CompressedDelta::default(), Cost::default());
        Ok(Self { file, encoder, choice, level, delta, cost })
    }

    /// Codec and level, for encoders of other threads.
    pub fn codec(&self) -> (CodecChoice, i32) {
        (self.choice, self.level)
    }

    /// Bytes written so far.
    pub fn position(&self) -> u64 {
        self.file.position()
    }

    /// Forget what was written from `position` on.
    pub fn forget_from(&mut self, position: u64) -> Result<()> {
        self.file.forget_from(position)
    }

    /// Bytes that the attachments take, which were added.
    pub fn attached_bytes(&self) -> u64 {
        self.delta.attachments().map(StreamIndex::stored_bytes).sum()
    }

    /// About the bytes that the stage takes without a base, attachments aside; `root` is the full stage at the
    /// end of its chain, which has what the stage shares with it.
    pub fn bytes_alone(&self, root: &CompressedDelta) -> f64 {
        let bytes = |streams: &[StreamIndex], of: &dyn Fn(StreamKind) -> bool| -> u64 {
            let streams = streams.iter().filter(|stream| of(stream.key.kind));
            streams.map(StreamIndex::stored_bytes).sum()
        };
        let own = |of: &dyn Fn(StreamKind) -> bool| bytes(&self.delta.streams, of);
        let shared = [StreamKind::Objects, StreamKind::DelayTables].map(|shared| {
            let of = |kind| kind == shared;
            if own(&of) == 0 { bytes(&root.streams, &of) } else { 0 }
        });
        let columns = own(&StreamKind::is_float_column);
        let others = own(&|kind| !kind.is_float_column() && kind != StreamKind::Attachment);
        let ratio = self.cost.alone as f64 / self.cost.bits.max(1) as f64;
        columns as f64 * ratio + (others + shared.into_iter().sum::<u64>()) as f64
    }

    /// Write one block, and tell its index.
    pub fn append(&mut self, stored: &[u8], index: BlockIndex) -> Result<BlockIndex> {
        let offset = self.file.position();
        self.file.write(stored)?;
        Ok(BlockIndex { offset, ..index })
    }

    /// Add an array whose blocks were written.
    pub fn add(&mut self, stream: StreamIndex) {
        self.delta.streams.push(stream);
    }

    /// Write an array that was encoded before.
    pub fn put_encoded(&mut self, encoded: EncodedStream) -> Result<()> {
        let EncodedStream { mut stream, bytes, cost } = encoded;
        self.cost.add(cost.bits, cost.alone);
        let start = self.file.position();
        for block in &mut stream.blocks {
            block.offset += start;
        }
        self.file.write(&bytes)?;
        self.delta.streams.push(stream);
        Ok(())
    }

    /// Write an array of words that is not a column. `base` holds the same array of the base.
    pub fn put_words(
        &mut self,
        key: StreamKey,
        values: &[u32],
        base: Option<&[u32]>,
    ) -> Result<()> {
        let size = block_elements(Width::Word);
        let blocks: Vec<_> = (values.chunks(size).enumerate())
            .map(|(number, block)| {
                let before = std::iter::once(&0).chain(block);
                let against_last =
                    block.iter().zip(before).map(|(v, b)| integer_residual(*v, *b)).collect();
                let mut candidates =
                    vec![(Predictor::None, block.to_vec()), (Predictor::Previous, against_last)];
                if let Some(base) = base {
                    let known = base.get(number * size..).unwrap_or_default().iter();
                    let known = known.chain(std::iter::repeat(&0));
                    let against_base =
                        block.iter().zip(known).map(|(v, b)| integer_residual(*v, *b)).collect();
                    candidates.push((Predictor::Temporal, against_base));
                }
                let best = candidates.into_iter().min_by_key(|(_, residuals)| cost(residuals));
                best.unwrap_or((Predictor::None, Vec::new()))
            })
            .collect();
        let encoded = EncodedStream::new(&mut self.encoder, key, values, blocks)?;
        self.put_encoded(encoded)
    }

    /// Write an array of bytes. `base` holds what they are likely to be, element by element.
    pub fn put_bytes(&mut self, key: StreamKey, values: &[u8], base: Option<&[u8]>) -> Result<()> {
        let mut hasher = StreamHasher::default();
        hasher.update_bytes(values);
        let checksum = hasher.finish();
        let mut stream =
            StreamIndex { key, count: values.len() as u64, checksum, blocks: Vec::new() };
        let size = block_elements(Width::Byte);
        let base = base.unwrap_or_default();
        for (number, block) in values.chunks(size).enumerate() {
            let base = base.get(number * size..).unwrap_or_default();
            let agreeing = block.iter().zip(base).filter(|(value, base)| value == base).count();
            let (bytes, mut index) = if agreeing * 2 > block.len() {
                let known = base.iter().copied().chain(std::iter::repeat(0));
                let residuals: Vec<u8> =
                    block.iter().zip(known).map(|(value, base)| value.wrapping_sub(base)).collect();
                self.encoder.bytes(Predictor::Temporal, &residuals)?
            } else {
                self.encoder.bytes(Predictor::None, block)?
            };
            index.offset = self.file.position();
            self.file.write(bytes)?;
            stream.blocks.push(index);
        }
        self.delta.streams.push(stream);
        Ok(())
    }

    /// Write record, index and footer, and make the file durable under its temporary name.
    pub fn finish(mut self, record: &Record) -> Result<TemporaryFile> {
        self.delta.streams.sort_unstable_by_key(|stream| stream.key);
        let index = encode_index(&self.delta)?;
        let sections = [
            self.write_section(SECTION_RECORD, &encode_record(record)?)?,
            self.write_section(SECTION_INDEX, &index)?,
        ];
        let footer = Footer::encode(self.file.position(), &sections);
        self.file.write(&footer)?;
        self.file.seal()?;
        Ok(self.file)
    }

    fn write_section(&mut self, id: [u8; 4], bytes: &[u8]) -> Result<Section> {
        let offset = self.file.position();
        self.file.write(bytes)?;
        Ok(Section { id, offset, length: bytes.len() as u64, crc: crc32(bytes) })
    }
}

/// About how many bits residuals will take.
pub(super) fn cost<'a>(residuals: impl IntoIterator<Item = &'a u32>) -> u64 {
    residuals.into_iter().map(|residual| u64::from(32 - residual.leading_zeros())).sum()
}
