// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! A stage written again: the same content, coded otherwise.

use std::sync::Arc;

use super::capture::CaptureOptions;
use super::directory::Store;
use super::durable::TemporaryFile;
use super::reader::Stage;
use super::writer::StageWriter;
use crate::error::Result;
use crate::format::{Record, Values};

/// Code the sealed stage in `delta`, which is relative to `base`, without a base.
pub(super) fn rewrite_as_full(
    store: &Store,
    delta: &TemporaryFile,
    base: &Arc<Stage>,
    record: &Record,
    options: &CaptureOptions,
) -> Result<TemporaryFile> {
    let name = &record.stage_id;
    let stage = Stage::open(delta.path(), name, store.read_mode(), |_| Ok(base.clone()))?;
    let path = store.temporary_path(&format!("{name}.full"));
    let mut writer = StageWriter::create(path, options.codec, options.level, None)?;
    for stream in &stage.timing_stage().delta_changes.streams {
        let target = writer.add_stream(stream.key, stream.count)?;
        for block in 0..stream.blocks.len() {
            match stage.block_values(stream, block)? {
                Values::Words(words) => writer.write_words(target, &words)?,
                Values::Bytes(bytes) => writer.write_bytes(target, &bytes)?,
            }
        }
    }
    let mut record = Record {
        base: None,
        ..record.clone()
    };
    record.metadata.depth = 0;
    writer.finish(&record)
}
