// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! One stage file by itself, without its base.

use std::path::Path;
use std::sync::Arc;

use super::directory::Store;
use super::disk::Disk;
use super::durable::TemporaryFile;
use super::mapping::Source;
use crate::error::{Error, ErrorKind, Result, corrupt};
use crate::format::{
    FOOTER_SIZE, Footer, HEADER_SIZE, Header, SECTION_INDEX, SECTION_RECORD, Section, crc32,
    decode_index, decode_record, stage_digest,
};
use crate::model::{BlockIndex, Digest, StageMetadata, StreamIndex, StreamKind, TimingStage};

/// Bytes copied at a time.
const COPIED: u64 = 1 << 20;
/// Longer chains are never written; a file that claims one is damaged.
pub(super) const MAX_DEPTH: u32 = 64;

/// An open stage file whose structure has been checked.
pub(super) struct StageFile {
    source: Source,
    header: Header,
    stage: TimingStage,
    digest: Digest,
}

impl StageFile {
    /// Open `path`, which must hold the stage `name`.
    pub fn open(store: &Store, path: &Path, name: &str) -> Result<Self> {
        let place = |error: Error| error.at(path.display());
        let source = Source::open(store.disk(), path, store.read_mode())?;
        let (header, stage) = read_structure(&source).map_err(place)?;
        if stage.stage_id != name {
            let held = &stage.stage_id;
            return Err(place(corrupt(format!(
                "The file holds stage {held}: it was renamed or swapped with another."
            ))));
        }
        let digest = stage_digest(&stage.metadata, &stage.delta_changes);
        Ok(Self { source, header, stage, digest })
    }

    /// Where it is.
    pub fn disk(&self) -> &Arc<dyn Disk> {
        self.source.disk()
    }

    pub fn stage(&self) -> &TimingStage {
        &self.stage
    }

    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Size of the file.
    pub fn stored_bytes(&self) -> u64 {
        self.source.length()
    }

    /// Bytes of the file that attachments take.
    pub fn attached_bytes(&self) -> u64 {
        self.stage.delta_changes.attachments().map(StreamIndex::stored_bytes).sum()
    }

    /// Bytes of the file without its attachments: what the timing takes.
    pub fn timing_bytes(&self) -> u64 {
        self.stored_bytes().saturating_sub(self.attached_bytes())
    }

    /// What this library writes may build on the file or take its place.
    ///
    /// # Errors
    /// `Unsupported` for a file of a newer version.
    pub fn check_write(&self) -> Result<()> {
        let name = &self.stage.stage_id;
        self.header.check_write().map_err(|error| error.at(format_args!("stage {name}")))
    }

    /// Copy the file.
    pub fn copy_to(&self, out: &mut TemporaryFile) -> Result<()> {
        let mut position = 0;
        while position < self.source.length() {
            let count = (self.source.length() - position).min(COPIED);
            out.write(&self.source.read(position, count as usize)?)?;
            position += count;
        }
        Ok(())
    }

    /// The stored bytes of a block. Their checksum is verified by who decodes them.
    pub fn block(&self, block: &BlockIndex) -> Result<std::borrow::Cow<'_, [u8]>> {
        self.source.read(block.offset, block.stored as usize)
    }

    /// Check the stored bytes of every block. Calls `found` with what is wrong.
    pub fn check_blocks(&self, mut found: impl FnMut(Error)) {
        for stream in &self.stage.delta_changes.streams {
            for (number, block) in stream.blocks.iter().enumerate() {
                let outcome = self.block(block).and_then(|bytes| match crc32(&bytes) {
                    crc if crc == block.crc => Ok(()),
                    _ => Err(corrupt("Its checksum is wrong.")),
                });
                if let Err(error) = outcome {
                    found(self.at_block(error, stream, number));
                }
            }
        }
    }

    /// Put stage, array and block before an error.
    pub fn at_block(&self, error: Error, stream: &StreamIndex, block: usize) -> Error {
        let stage = &self.stage.stage_id;
        let attachment = match stream.key.kind {
            StreamKind::Attachment => {
                self.stage.metadata.attachments.get(usize::from(stream.key.scene))
            }
            _ => None,
        };
        match attachment {
            Some(name) => error.at(format_args!("stage {stage}, attachment {name}, block {block}")),
            None => error.at(format_args!("stage {stage}, {}, block {block}", stream.key)),
        }
    }
}

fn read_structure(source: &Source) -> Result<(Header, TimingStage)> {
    let length = source.length();
    if length < (HEADER_SIZE + FOOTER_SIZE) as u64 {
        return Err(Error::new(
            ErrorKind::Truncated,
            format!("The file has {length} bytes, which is too short for a stage."),
        ));
    }
    let header = Header::decode(&source.read(0, HEADER_SIZE)?)?;
    let footer = source.read(length - FOOTER_SIZE as u64, FOOTER_SIZE)?;
    let footer = Footer::decode(&footer, length)?;
    let table = source.read(footer.table_offset, footer.table_length as usize)?;
    let sections = footer.sections(&table)?;
    let record = read_section(source, &sections, SECTION_RECORD)?;
    let record = decode_record(&record)?;
    let index = read_section(source, &sections, SECTION_INDEX)?;
    let delta = decode_index(&index, footer.table_offset)?;
    let stage = record.into_stage(delta);
    check_shape(&stage)?;
    Ok((header, stage))
}

fn read_section(source: &Source, sections: &[Section], id: [u8; 4]) -> Result<Vec<u8>> {
    let name = id.escape_ascii();
    let section = sections
        .iter()
        .find(|section| section.id == id)
        .ok_or_else(|| corrupt(format!("Section {name} is missing.")))?;
    let bytes = source.read(section.offset, section.length as usize)?;
    if crc32(&bytes) != section.crc {
        return Err(corrupt(format!("The checksum of section {name} is wrong.")));
    }
    Ok(bytes.into_owned())
}

/// The record and the index must agree on every count.
fn check_shape(stage: &TimingStage) -> Result<()> {
    let metadata = &stage.metadata;
    for stream in &stage.delta_changes.streams {
        let expected = expected_count(metadata, stream.key.kind);
        if expected.is_some_and(|expected| u64::from(expected) != stream.count) {
            return Err(corrupt(format!("{} has {} rows.", stream.key, stream.count)));
        }
    }
    let numbers = stage.delta_changes.attachments().map(|stream| usize::from(stream.key.scene));
    if !numbers.eq(0..metadata.attachments.len()) {
        return Err(corrupt("The attachments are not those of the record."));
    }
    let has_base = stage.base_checkpoint_ref.is_some();
    if has_base != (metadata.depth > 0) || metadata.depth > MAX_DEPTH {
        return Err(corrupt(format!("A chain of {} deltas makes no sense.", metadata.depth)));
    }
    Ok(())
}

fn expected_count(metadata: &StageMetadata, kind: StreamKind) -> Option<u32> {
    use StreamKind as K;
    match kind {
        kind if kind.is_vertex_column() => Some(metadata.vertices),
        kind if kind.is_arc_column() => Some(metadata.arcs),
        K::EndpointVertex | K::EndpointGroup | K::EndpointCheck | K::EndpointSlack => {
            Some(metadata.endpoints)
        }
        _ => None,
    }
}
