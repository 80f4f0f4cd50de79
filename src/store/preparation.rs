// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! What a save can do while its columns come: match the rows with those of the base, code the object table,
//! group the rows.

use std::sync::Arc;
use std::thread::JoinHandle;

use super::reader::{Stage, same_objects, same_rows};
use super::scenes::SceneMap;
use super::sources::{ColumnBase, ColumnSource};
use super::topology::Topology;
use crate::codec::CodecChoice;
use crate::delta::{align, encode_objects, encode_plain_objects};
use crate::error::{Error, Result, invalid};
use crate::model::{ObjectTable, StageMetadata, StreamKind};

/// A thread that prepares a save. A capture that is given up waits for it, so that no thread of the
/// library is left behind in the host.
#[derive(Default)]
pub(super) struct Preparation(Option<JoinHandle<Result<Prepared>>>);

impl Preparation {
    pub fn begin(prepare: impl FnOnce() -> Result<Prepared> + Send + 'static) -> Result<Self> {
        let thread = std::thread::Builder::new().name("ckp".to_owned()).spawn(prepare);
        let thread = thread.map_err(|error| Error::io("A thread cannot be started", &error))?;
        Ok(Self(Some(thread)))
    }

    pub fn finish(mut self) -> Result<Prepared> {
        match self.0.take().map(JoinHandle::join) {
            Some(Ok(prepared)) => prepared,
            Some(Err(panic)) => std::panic::resume_unwind(panic),
            None => Err(invalid("The capture has ended.")),
        }
    }
}

impl Drop for Preparation {
    fn drop(&mut self) {
        // What it found is of no use any more, be it an error.
        drop(self.0.take().map(JoinHandle::join));
    }
}

/// What is known of the rows without the columns.
pub(super) struct Prepared {
    pub base: Option<ColumnBase>,
    pub topology: Arc<Topology>,
    /// The object table, coded, unless it is that of the base.
    pub objects: Option<Vec<u8>>,
}

/// Match, code and group the rows.
pub(super) fn prepare(
    objects: Arc<ObjectTable>,
    base: Option<Arc<Stage>>,
    metadata: &StageMetadata,
    codec: CodecChoice,
) -> Result<Prepared> {
    if let Some(base) = &base {
        base.know_objects(&objects, metadata);
    }
    let base = base.map(|base| column_base(base, &objects, metadata)).transpose()?;
    let topology = || {
        let topology = match &base {
            Some(base) if same_objects(metadata, base.stage.metadata()) => base.stage.topology()?,
            Some(base) if base.alignment.is_none() => {
                Arc::new(base.stage.topology()?.with_cells_of(objects.clone()))
            }
            _ => Arc::new(Topology::new(objects.clone())),
        };
        // Times need it, and their threads would wait for each other.
        if !codec.is_quick() {
            topology.graph();
        }
        Ok::<_, Error>(topology)
    };
    let delays = || base.as_ref().map_or(Ok(()), decode_delays);
    let (bytes, (topology, delays)) = rayon::join(
        || encode_table(&objects, metadata, base.as_ref(), codec),
        || rayon::join(topology, delays),
    );
    delays?;
    Ok(Prepared { topology: topology?, objects: bytes?, base })
}

/// Those of the base: all delays of the stage are coded from them, and by them it is judged.
fn decode_delays(base: &ColumnBase) -> Result<()> {
    let keys = base.stage.timing_stage().delta_changes.columns().map(|stream| stream.key);
    for key in keys.filter(|key| key.kind == StreamKind::Delay) {
        ColumnSource::column(&*base.stage, key)?;
    }
    Ok(())
}

fn column_base(
    stage: Arc<Stage>,
    objects: &ObjectTable,
    metadata: &StageMetadata,
) -> Result<ColumnBase> {
    let alignment = if same_rows(metadata, stage.metadata()) {
        None
    } else {
        Some(Arc::new(align(&*stage.objects()?, objects)))
    };
    // Scenes are told after the capture began.
    Ok(ColumnBase { stage, alignment, scenes: SceneMap::Identity })
}

/// The object table, coded, unless it is that of the base.
fn encode_table(
    objects: &ObjectTable,
    metadata: &StageMetadata,
    base: Option<&ColumnBase>,
    codec: CodecChoice,
) -> Result<Option<Vec<u8>>> {
    if base.is_some_and(|base| same_objects(metadata, base.stage.metadata())) {
        return Ok(None);
    }
    if codec.is_quick() {
        return Ok(Some(encode_plain_objects(objects)));
    }
    let Some(base) = base else { return Ok(Some(encode_objects(objects, None))) };
    let known = base.stage.objects()?;
    let bytes = match &base.alignment {
        Some(alignment) => encode_objects(objects, Some((&known, alignment))),
        None => encode_objects(objects, Some((&known, &align(&known, objects)))),
    };
    Ok(Some(bytes))
}
