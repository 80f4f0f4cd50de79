// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The files attached to a stage, read block by block: `docs/format.md`, "Attachments".

use std::io::Write;
use std::ops::Range;

use super::reader::Stage;
use crate::error::{Error, ErrorKind, Result, corrupt};
use crate::format::{AttachmentBlock, StreamHasher};
use crate::model::{StreamIndex, StreamKey};

/// A file that is attached to a stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Its name, which is that of a file without a directory.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// What it takes in the stage's file.
    pub stored_bytes: u64,
}

impl Stage {
    /// The attached files, by name.
    pub fn attachments(&self) -> Vec<Attachment> {
        let streams = self.timing_stage().delta_changes.attachments();
        let names = self.metadata().attachments.iter().cloned();
        let attachment = |(name, stream): (String, &StreamIndex)| Attachment {
            name,
            bytes: stream.count,
            stored_bytes: stream.stored_bytes(),
        };
        names.zip(streams).map(attachment).collect()
    }

    /// Write an attached file to `out`. Takes memory for a few blocks of each stage of the chain, and time
    /// for the bytes of all of them, whatever the size.
    ///
    /// # Errors
    /// `NotFound` when there is no such attachment, `Corrupt` or `Truncated` for damage in it or in what it
    /// refers to in the bases, `Io` and `NoSpace` for failures of `out`. Then what was written is of no
    /// use.
    pub fn read_attachment(&self, name: &str, out: &mut dyn Write) -> Result<()> {
        self.each_block(name, |bytes| {
            out.write_all(bytes)
                .map_err(|error| Error::io(format_args!("Cannot write {name}"), &error))
        })
    }

    /// Call `take` with each block of an attachment.
    pub(super) fn each_block(
        &self,
        name: &str,
        mut take: impl FnMut(&[u8]) -> Result<()>,
    ) -> Result<()> {
        let Some(mut reader) = AttachmentReader::open(self, name) else {
            return Err(self.no_attachment(name));
        };
        let mut hasher = StreamHasher::default();
        while let Some(bytes) = reader.next_block()? {
            hasher.update_bytes(&bytes);
            take(&bytes)?;
        }
        if hasher.finish() != reader.stream.checksum {
            return Err(corrupt(format!(
                "stage {}, attachment {name}: The bytes do not have the checksum that they were stored \
                 with.",
                self.timing_stage().stage_id
            )));
        }
        Ok(())
    }

    pub(super) fn attachment(&self, name: &str) -> Option<&StreamIndex> {
        let names = &self.metadata().attachments;
        let number = names.binary_search_by(|known| known.as_str().cmp(name)).ok()?;
        let delta = &self.timing_stage().delta_changes;
        delta.streams.get(delta.find(StreamKey::attachment(u16::try_from(number).ok()?))?)
    }

    pub(crate) fn no_attachment(&self, name: &str) -> Error {
        let known = match self.metadata().attachments.as_slice() {
            [] => "it has none".to_owned(),
            names => format!("it has {}", names.join(", ")),
        };
        let stage = &self.timing_stage().stage_id;
        let message = format!("Stage {stage} has no attachment {name}: {known}.");
        Error::new(ErrorKind::NotFound, message)
    }
}

/// Reads one attachment from its first block to its last, and holds the bytes of a window that only moves
/// forward: every block of every base is decoded once.
pub(super) struct AttachmentReader<'a> {
    stage: &'a Stage,
    stream: &'a StreamIndex,
    name: &'a str,
    /// The next block, and where it begins.
    block: usize,
    position: u64,
    /// Bytes before `position`, those of the window.
    held: Vec<u8>,
    base: Option<Box<AttachmentReader<'a>>>,
}

impl<'a> AttachmentReader<'a> {
    /// `None` where the stage has no such attachment.
    pub fn open(stage: &'a Stage, name: &'a str) -> Option<Self> {
        let stream = stage.attachment(name)?;
        let base = stage.base().and_then(|base| Self::open(base, name)).map(Box::new);
        Some(Self { stage, stream, name, block: 0, position: 0, held: Vec::new(), base })
    }

    pub fn stream(&self) -> &'a StreamIndex {
        self.stream
    }

    /// The next block.
    pub fn next_block(&mut self) -> Result<Option<Vec<u8>>> {
        let Some(index) = self.stream.blocks.get(self.block) else { return Ok(None) };
        let bytes = {
            let mut read = || {
                let stored = self.stage.file().block(index)?;
                let block = AttachmentBlock::read(index, &stored)?;
                match (block.window(self.position), &mut self.base) {
                    (None, _) => block.decode(&[]),
                    (Some(window), Some(base)) => block.decode(base.window(window)?),
                    (Some(_), None) => Err(corrupt("It refers to a base that lacks it.")),
                }
            };
            read().map_err(|error| self.stage.file().at_block(error, self.stream, self.block))?
        };
        self.block += 1;
        self.position += bytes.len() as u64;
        Ok(Some(bytes))
    }

    /// The bytes of `range`, as far as there are any. It begins where the one before it began, or behind.
    pub fn window(&mut self, range: Range<u64>) -> Result<&[u8]> {
        let end = range.end.min(self.stream.count);
        let start = range.start.min(end);
        if start + (self.held.len() as u64) < self.position {
            return Err(corrupt(format!("It goes back in attachment {} of its base.", self.name)));
        }
        self.forget_before(start);
        while self.position < end {
            let Some(bytes) = self.next_block()? else { break };
            self.held.extend_from_slice(&bytes);
            self.forget_before(start);
        }
        let first = self.position - self.held.len() as u64;
        let range = (start - first) as usize..(end.min(self.position) - first) as usize;
        Ok(self.held.get(range).unwrap_or_default())
    }

    fn forget_before(&mut self, start: u64) {
        let first = self.position - self.held.len() as u64;
        let count = start.saturating_sub(first).min(self.held.len() as u64);
        self.held.drain(..count as usize);
    }
}
