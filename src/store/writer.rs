// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Writes one stage file, block by block as the values come. No more is held than one block of each
//! open array.

use std::path::PathBuf;
use std::sync::Arc;

use super::durable::TemporaryFile;
use super::reader::{Stage, predict};
use crate::codec::CodecChoice;
use crate::delta::Alignment;
use crate::error::{Result, invalid, shape};
use crate::format::{
    BlockEncoder, Footer, Header, Record, SECTION_INDEX, SECTION_RECORD, Section, StreamHasher,
    Values, block_elements, crc32, encode_index, encode_record,
};
use crate::model::{BlockIndex, CompressedDelta, StreamIndex, StreamKey, Width};

/// What a stage is written relative to.
#[derive(Clone)]
pub(super) struct WriterBase {
    pub stage: Arc<Stage>,
    /// `None` where the rows are the same.
    pub alignment: Option<Arc<Alignment>>,
}

/// An unfinished stage file.
pub(super) struct StageWriter {
    file: TemporaryFile,
    encoder: BlockEncoder,
    base: Option<WriterBase>,
    streams: Vec<OpenStream>,
}

/// Elements that make one block.
#[derive(Clone, Copy)]
enum Block<'a> {
    Words(&'a [u32]),
    Bytes(&'a [u8]),
}

/// An array being written.
struct OpenStream {
    key: StreamKey,
    count: u64,
    written: u64,
    /// Elements that do not make a block yet.
    pending: Values,
    hasher: StreamHasher,
    blocks: Vec<BlockIndex>,
}

impl StageWriter {
    pub fn create(
        path: PathBuf,
        choice: CodecChoice,
        level: i32,
        base: Option<WriterBase>,
    ) -> Result<Self> {
        let mut file = TemporaryFile::create(path)?;
        file.write(&Header::encode())?;
        Ok(Self {
            file,
            encoder: BlockEncoder::new(choice, level)?,
            base,
            streams: Vec::new(),
        })
    }

    /// Announce an array of `count` elements and get its handle.
    pub fn add_stream(&mut self, key: StreamKey, count: u64) -> Result<usize> {
        if self.streams.iter().any(|stream| stream.key == key) {
            return Err(invalid(format!("{key} was added already.")));
        }
        let pending = match key.kind.width() {
            Width::Word => Values::Words(Vec::new()),
            Width::Byte => Values::Bytes(Vec::new()),
        };
        let hasher = StreamHasher::default();
        self.streams.push(OpenStream {
            key,
            count,
            written: 0,
            pending,
            hasher,
            blocks: vec![],
        });
        Ok(self.streams.len() - 1)
    }

    /// Append elements to an array of words.
    pub fn write_words(&mut self, stream: usize, mut values: &[u32]) -> Result<()> {
        let open = self.open_stream(stream, Width::Word, values.len())?;
        open.hasher.update_words(values);
        let size = block_elements(Width::Word);
        while !values.is_empty() {
            let open = &mut self.streams[stream];
            let end = open.count - open.written;
            let Values::Words(pending) = &mut open.pending else {
                break;
            };
            if pending.is_empty() && values.len() >= size {
                let (block, rest) = values.split_at(size);
                self.write_block(stream, Block::Words(block))?;
                values = rest;
                continue;
            }
            let (taken, rest) = values.split_at(values.len().min(size - pending.len()));
            pending.extend_from_slice(taken);
            values = rest;
            if pending.len() == size || pending.len() as u64 == end {
                let block = std::mem::take(pending);
                self.write_block(stream, Block::Words(&block))?;
            }
        }
        Ok(())
    }

    /// Append elements to an array of bytes.
    pub fn write_bytes(&mut self, stream: usize, mut values: &[u8]) -> Result<()> {
        let open = self.open_stream(stream, Width::Byte, values.len())?;
        open.hasher.update_bytes(values);
        let size = block_elements(Width::Byte);
        while !values.is_empty() {
            let open = &mut self.streams[stream];
            let end = open.count - open.written;
            let Values::Bytes(pending) = &mut open.pending else {
                break;
            };
            let (taken, rest) = values.split_at(values.len().min(size - pending.len()));
            pending.extend_from_slice(taken);
            values = rest;
            if pending.len() == size || pending.len() as u64 == end {
                let block = std::mem::take(pending);
                self.write_block(stream, Block::Bytes(&block))?;
            }
        }
        Ok(())
    }

    /// Announce and write a whole array of words.
    pub fn put_words(&mut self, key: StreamKey, values: &[u32]) -> Result<()> {
        let stream = self.add_stream(key, values.len() as u64)?;
        self.write_words(stream, values)
    }

    /// Announce and write a whole array of bytes.
    pub fn put_bytes(&mut self, key: StreamKey, values: &[u8]) -> Result<()> {
        let stream = self.add_stream(key, values.len() as u64)?;
        self.write_bytes(stream, values)
    }

    /// Key, elements announced and elements written of every array.
    pub fn progress(&self) -> impl Iterator<Item = (StreamKey, u64, u64)> + '_ {
        self.streams.iter().map(|open| {
            let pending = match &open.pending {
                Values::Words(words) => words.len(),
                Values::Bytes(bytes) => bytes.len(),
            };
            (open.key, open.count, open.written + pending as u64)
        })
    }

    /// Write record, index and footer, and make the file durable under its temporary name.
    pub fn finish(mut self, record: &Record) -> Result<TemporaryFile> {
        for (key, count, written) in self.progress() {
            if count != written {
                return Err(shape(format!("{key} has {written} of {count} values.")));
            }
        }
        let mut streams: Vec<StreamIndex> = self
            .streams
            .drain(..)
            .map(|open| StreamIndex {
                key: open.key,
                count: open.count,
                checksum: open.hasher.finish(),
                blocks: open.blocks,
            })
            .collect();
        streams.sort_unstable_by_key(|stream| stream.key);
        let index = encode_index(&CompressedDelta { streams })?;
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
        Ok(Section {
            id,
            offset,
            length: bytes.len() as u64,
            crc: crc32(bytes),
        })
    }

    /// The array `stream`, when it has the width and room for `count` more elements.
    fn open_stream(
        &mut self,
        stream: usize,
        width: Width,
        count: usize,
    ) -> Result<&mut OpenStream> {
        let room = self
            .progress()
            .nth(stream)
            .map(|(_, all, written)| all - written);
        match (self.streams.get_mut(stream), room) {
            (Some(open), _) if open.key.kind.width() != width => Err(invalid(format!(
                "{} has elements of another size.",
                open.key
            ))),
            (Some(open), Some(room)) if room < count as u64 => Err(shape(format!(
                "{} has room for {room} more values, not {count}.",
                open.key
            ))),
            (Some(open), _) => Ok(open),
            (None, _) => Err(invalid(format!("There is no column {stream}."))),
        }
    }

    fn write_block(&mut self, stream: usize, values: Block<'_>) -> Result<()> {
        let open = &mut self.streams[stream];
        let kind = open.key.kind;
        let count = match values {
            Block::Words(words) => words.len(),
            Block::Bytes(bytes) => bytes.len(),
        } as u64;
        let range = open.written..open.written + count;
        let base = match &self.base {
            Some(base) => predict(&base.stage, base.alignment.as_deref(), open.key, range)?,
            None => None,
        };
        let coding = match (values, &base) {
            (Block::Words(words), Some(Values::Words(base))) => {
                self.encoder.encode_words(kind, words, Some(base))?
            }
            (Block::Words(words), _) => self.encoder.encode_words(kind, words, None)?,
            (Block::Bytes(bytes), Some(Values::Bytes(base))) => {
                self.encoder.encode_bytes(bytes, Some(base))?
            }
            (Block::Bytes(bytes), _) => self.encoder.encode_bytes(bytes, None)?,
        };
        let (bytes, index) = self.encoder.finish(coding, self.file.position());
        self.file.write(bytes)?;
        open.written += count;
        open.blocks.push(index);
        Ok(())
    }
}
