// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! A stage written again: the same content, coded otherwise.

use std::sync::Arc;

use super::attach::attach_again;
use super::capture::CaptureOptions;
use super::columns::ColumnEncoder;
use super::directory::Store;
use super::durable::TemporaryFile;
use super::reader::Stage;
use super::sources::{Column, ColumnLoads, ColumnSource, Expected, column_loads};
use super::tables::{ChosenTables, choose_tables};
use super::topology::Topology;
use super::writer::StageWriter;
use crate::delta::{DelayTables, TableEntry, encode_objects, encode_plain_objects};
use crate::error::{Result, corrupt};
use crate::format::Record;
use crate::model::{StreamIndex, StreamKey, StreamKind, Width};

/// Code the sealed stage in `delta`, which is relative to `base`, without a base.
pub(super) fn rewrite_as_full(
    store: &Store,
    delta: &TemporaryFile,
    base: &Arc<Stage>,
    record: &Record,
    options: &CaptureOptions,
) -> Result<TemporaryFile> {
    let name = &record.stage_id;
    let stage = Stage::open(delta.path(), name, store.read_mode(), None, |_| Ok(base.clone()))?;
    let path = store.temporary_path(&format!("{name}.full"));
    let mut writer = StageWriter::create(path, options.codec, options.level)?;
    let topology = stage.topology()?;
    let known = stage.delay_tables()?.entries();
    let points = |entries: &[TableEntry]| Ok(vec![[usize::MAX; 2]; entries.len()]);
    let streams = &stage.timing_stage().delta_changes.streams;
    let delays = streams.iter().filter(|s| s.key.kind == StreamKind::Delay && s.key.plane == 0);
    let delays = delays.map(|stream| stream.count as usize).sum();
    let types = topology.arc_types();
    let is_quick = options.codec.is_quick();
    let chosen = match is_quick {
        true => ChosenTables::default(),
        false => choose_tables(&known, types, DelayTables::default(), delays, points)?,
    };
    if !chosen.bytes.is_empty() {
        writer.put_bytes(StreamKey::plain(StreamKind::DelayTables), &chosen.bytes, None)?;
    }
    let recoded = Recoded { stage: &stage, topology: &topology, tables: &chosen.tables };
    let encoder = ColumnEncoder {
        own: &recoded,
        base: None,
        topology: &topology,
        tables: &chosen.tables,
        tolerance: record.metadata.tolerance,
        is_still: false,
        is_quick,
    };
    for (name, number) in record.metadata.attachments.iter().zip(0..) {
        let again = attach_again(&mut writer, &stage, name)?;
        let key = StreamKey::attachment(number);
        writer
            .add(StreamIndex { key, ..again.ok_or_else(|| corrupt("An attachment is missing."))? });
    }
    let columns = streams.iter().map(|stream| stream.key).filter(|key| key.kind.is_float_column());
    encoder.write(columns, &mut writer)?;
    let objects = stage.objects()?;
    let objects = match is_quick {
        true => encode_plain_objects(&objects),
        false => encode_objects(&objects, None),
    };
    writer.put_bytes(StreamKey::plain(StreamKind::Objects), &objects, None)?;
    for stream in streams.iter().filter(|stream| !stream.key.kind.is_float_column()) {
        let rows = 0..stream.count;
        match stream.key.kind.width() {
            _ if stream.key.kind.is_coding() || stream.key.kind == StreamKind::Attachment => {}
            Width::Word => {
                writer.put_words(stream.key, &stage.read_words(stream.key, rows)?, None)?;
            }
            Width::Byte => {
                writer.put_bytes(stream.key, &stage.read_bytes(stream.key, rows)?, None)?;
            }
        }
    }
    let mut record = Record { base: None, ..record.clone() };
    record.metadata.depth = 0;
    writer.finish(&record)
}

/// The columns of a stage, and the loads that its reader will find: by the delay tables that were chosen,
/// which may be other ones than those of the stage as it is.
struct Recoded<'a> {
    stage: &'a Stage,
    topology: &'a Topology,
    tables: &'a DelayTables,
}

impl ColumnSource for Recoded<'_> {
    fn column(&self, key: StreamKey) -> Result<Option<Column>> {
        self.stage.column(key)
    }

    fn loads(&self, key: StreamKey) -> Result<Option<ColumnLoads>> {
        column_loads(self, key, self.topology, self.tables)
    }

    fn expected(&self, key: StreamKey) -> Result<Option<Expected>> {
        self.stage.expected(key)
    }
}
