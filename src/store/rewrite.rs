// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! A stage written again: the same content, coded otherwise.

use std::sync::Arc;

use super::arrays::aligned_bytes;
use super::attach::{attach, attach_again};
use super::capture::CaptureOptions;
use super::columns::{ColumnEncoder, is_still};
use super::directory::Store;
use super::durable::TemporaryFile;
use super::reader::{Stage, same_objects, same_rows};
use super::scenes::SceneMap;
use super::sources::{Column, ColumnBase, ColumnLoads, ColumnSource, Expected, column_loads};
use super::tables::{ChosenTables, choose_tables, keep_tables};
use super::topology::Topology;
use super::verify::Depth;
use super::writer::StageWriter;
use crate::delta::{DelayTables, TableEntry, align, encode_objects, encode_plain_objects};
use crate::error::{Error, Result, corrupt};
use crate::format::Record;
use crate::model::{
    BaseRef, ObjectTable, StageMetadata, StreamIndex, StreamKey, StreamKind, TimingStage, Width,
};

/// Code the sealed stage in `delta`, which is relative to `base`, without a base.
pub(super) fn rewrite_as_full(
    store: &Store,
    delta: &TemporaryFile,
    base: &Arc<Stage>,
    record: &Record,
    options: &CaptureOptions,
) -> Result<TemporaryFile> {
    let name = &record.stage_id;
    let stage = Stage::open(store, delta.path(), name, None, |_| Ok(base.clone()))?;
    let known = stage.delay_tables()?.entries();
    let points = |entries: &[TableEntry]| Ok(vec![[usize::MAX; 2]; entries.len()]);
    let streams = &stage.timing_stage().delta_changes.streams;
    let delays = streams.iter().filter(|s| s.key.kind == StreamKind::Delay && s.key.plane == 0);
    let delays = delays.map(|stream| stream.count as usize).sum();
    let tables = match options.codec.is_quick() {
        true => ChosenTables::default(),
        false => {
            let topology = stage.topology()?;
            let types = topology.arc_types();
            choose_tables(&known, types, DelayTables::default(), delays, points)?
        }
    };
    let mut record = Record { base: None, ..record.clone() };
    record.metadata.depth = 0;
    record.metadata.tables_digest = tables.digest(None);
    rewrite(store, &format!("{name}.full"), &stage, None, &tables, &record, options)
}

/// Code a stage on another base, or without one, so that its content stays the same bit for bit and stages on
/// top of it need not be written again. The new file is read and compared before it is given out. Where the
/// delay tables of the base do not fit, the stage is written without a base.
///
/// # Errors
/// `Corrupt` for damage in the stage or the base, `Unsupported` where one of them is of a newer version.
pub(super) fn rebase(
    store: &Store,
    stage: &Stage,
    base: Option<&Arc<Stage>>,
) -> Result<TemporaryFile> {
    stage.file().check_write()?;
    base.map_or(Ok(()), |base| base.file().check_write())?;
    let TimingStage { stage_id: name, timestamp, metadata, .. } = stage.timing_stage();
    let (base, tables) = match keep_tables(stage, base.map(|base| &**base))? {
        Some(tables) => (base, Some(tables)),
        None => (None, keep_tables(stage, None)?),
    };
    let tables =
        tables.ok_or_else(|| corrupt(format!("The delay tables of {name} cannot be coded.")))?;
    let reference = |base: &Arc<Stage>| BaseRef {
        stage_id: base.timing_stage().stage_id.clone(),
        digest: base.base_digest(),
    };
    let depth = base.map_or(0, |base| base.metadata().depth + 1);
    let record = Record {
        stage_id: name.clone(),
        timestamp: *timestamp,
        base: base.map(reference),
        metadata: StageMetadata { depth, ..metadata.clone() },
    };
    // Another process that was ended may have left a file of another name.
    let temporary = format!("{name}.again{}", std::process::id());
    let options = CaptureOptions::default();
    let file = rewrite(store, &temporary, stage, base, &tables, &record, &options)?;
    check_same(store, &file, stage, base)?;
    Ok(file)
}

/// What is read from the new file is what the stage is, and stages on top of it can be read.
fn check_same(
    store: &Store,
    file: &TemporaryFile,
    stage: &Stage,
    base: Option<&Arc<Stage>>,
) -> Result<()> {
    let name = &stage.timing_stage().stage_id;
    let differs = |what: &str| corrupt(format!("{what} of stage {name} would not be the same."));
    let again = Stage::open(store, file.path(), name, None, |other| {
        base.cloned().ok_or_else(|| corrupt(format!("Stage {other} is not the new base.")))
    })?;
    if again.digest() != stage.digest() || again.base_digest() != stage.base_digest() {
        return Err(differs("The content"));
    }
    let mut first: Option<Error> = None;
    again.check_values(Depth::Full, |error| {
        first.get_or_insert(error);
    });
    if let Some(error) = first {
        return Err(error);
    }
    if !same_numbers(&*again.objects()?, &*stage.objects()?) {
        return Err(differs("The object table"));
    }
    if again.delay_tables()?.entries() != stage.delay_tables()?.entries() {
        return Err(differs("The delay tables"));
    }
    Ok(())
}

/// Cells and kinds have the same numbers, which the object tables on top of a stage refer to.
fn same_numbers(a: &ObjectTable, b: &ObjectTable) -> bool {
    a.cells == b.cells && a.arc_kind == b.arc_kind
}

/// Write `stage` on `base` to the file `temporary`.
fn rewrite(
    store: &Store,
    temporary: &str,
    stage: &Stage,
    base: Option<&Arc<Stage>>,
    tables: &ChosenTables,
    record: &Record,
    options: &CaptureOptions,
) -> Result<TemporaryFile> {
    let path = store.temporary_path(temporary);
    let mut writer = StageWriter::create(store.disk(), path, options.codec, options.level)?;
    let base = base.map(|base| column_base(stage, base)).transpose()?;
    if !tables.bytes.is_empty() {
        writer.put_bytes(StreamKey::plain(StreamKind::DelayTables), &tables.bytes, None)?;
    }
    write_attachments(store, temporary, &mut writer, stage, base.as_ref())?;
    write_columns(&mut writer, stage, base.as_ref(), &tables.tables, options)?;
    write_objects(&mut writer, stage, base.as_ref(), options)?;
    write_rest(&mut writer, stage, base.as_ref())?;
    writer.finish(record)
}

fn column_base(stage: &Stage, base: &Arc<Stage>) -> Result<ColumnBase> {
    let scenes = SceneMap::new(&base.metadata().scenes, &stage.metadata().scenes);
    let alignment = match same_rows(stage.metadata(), base.metadata()) {
        true => None,
        false => Some(Arc::new(align(&*base.objects()?, &*stage.objects()?))),
    };
    Ok(ColumnBase { stage: base.clone(), alignment, scenes })
}

/// Each by itself, or after that of the base.
fn write_attachments(
    store: &Store,
    temporary: &str,
    writer: &mut StageWriter,
    stage: &Stage,
    base: Option<&ColumnBase>,
) -> Result<()> {
    for (name, number) in stage.metadata().attachments.iter().zip(0..) {
        let known = base.map(|base| &*base.stage).filter(|base| base.attachment(name).is_some());
        let stream = match known {
            Some(known) => {
                // To find what it has of the base, it is read twice.
                let path = store.temporary_path(format!("{temporary}.file"));
                let mut plain = TemporaryFile::create(store.disk(), path)?;
                stage.each_block(name, |bytes| plain.write(bytes))?;
                plain.seal()?;
                let failed = |error| Error::io("Cannot read a temporary file", &error);
                let mut input = store.disk().open(plain.path()).map_err(failed)?;
                attach(writer, name, &mut input, Some(known))?
            }
            None => attach_again(writer, stage, name)?
                .ok_or_else(|| corrupt(format!("Attachment {name} is missing.")))?,
        };
        writer.add(StreamIndex { key: StreamKey::attachment(number), ..stream });
    }
    Ok(())
}

fn write_columns(
    writer: &mut StageWriter,
    stage: &Stage,
    base: Option<&ColumnBase>,
    tables: &DelayTables,
    options: &CaptureOptions,
) -> Result<()> {
    let topology = stage.topology()?;
    let recoded = Recoded { stage, topology: &topology, tables };
    let tolerance = stage.metadata().tolerance;
    let columns = stage.timing_stage().delta_changes.columns().map(|stream| stream.key);
    let keys: Vec<StreamKey> = columns.filter(|key| key.kind.is_float_column()).collect();
    let is_still = match base {
        Some(_) => is_still(tolerance, keys.iter().copied(), &recoded, base)?,
        None => false,
    };
    let encoder = ColumnEncoder {
        own: &recoded,
        base,
        topology: &topology,
        tables,
        tolerance,
        is_still,
        is_quick: options.codec.is_quick(),
    };
    encoder.write(keys.into_iter(), writer)
}

/// Nothing where it is that of the base to the letter.
fn write_objects(
    writer: &mut StageWriter,
    stage: &Stage,
    base: Option<&ColumnBase>,
    options: &CaptureOptions,
) -> Result<()> {
    let objects = stage.objects()?;
    let known = base.map(|base| base.stage.objects()).transpose()?;
    let bytes = match (base, &known) {
        (Some(base), Some(known))
            if same_objects(stage.metadata(), base.stage.metadata())
                && same_numbers(&objects, known) =>
        {
            return Ok(());
        }
        _ if options.codec.is_quick() => encode_plain_objects(&objects),
        (Some(base), Some(known)) => match &base.alignment {
            Some(alignment) => encode_objects(&objects, Some((known, alignment))),
            None => encode_objects(&objects, Some((known, &align(known, &objects)))),
        },
        _ => encode_objects(&objects, None),
    };
    writer.put_bytes(StreamKey::plain(StreamKind::Objects), &bytes, None)
}

/// Marks, endpoints, paths and constraints.
fn write_rest(writer: &mut StageWriter, stage: &Stage, base: Option<&ColumnBase>) -> Result<()> {
    let known = |key| base.filter(|base| base.stage.find(key).is_some());
    for stream in &stage.timing_stage().delta_changes.streams {
        let key = stream.key;
        let is_written = key.kind.is_float_column() || key.kind.is_coding();
        let rows = 0..stream.count;
        match key.kind.width() {
            _ if is_written || key.kind == StreamKind::Attachment => {}
            Width::Word => {
                let known = known(key).map(|base| base.stage.whole_words(key.kind)).transpose()?;
                writer.put_words(key, &stage.read_words(key, rows)?, known.as_deref())?;
            }
            Width::Byte => {
                let known = match base {
                    Some(base) if key.kind.is_column() => {
                        aligned_bytes(base, key, stream.count as usize)?
                    }
                    _ => known(key).map(|base| base.stage.whole_bytes(key.kind)).transpose()?,
                };
                writer.put_bytes(key, &stage.read_bytes(key, rows)?, known.as_deref())?;
            }
        }
    }
    Ok(())
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
