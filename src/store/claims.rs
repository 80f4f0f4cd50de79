// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! What a stage file claims to hold, against what a file of its size can: `docs/format.md`, "Limits".

use super::reader::Stage;
use super::stage_file::StageFile;
use crate::error::{Result, corrupt};
use crate::model::{ObjectTable, StageMetadata, StreamIndex, StreamKind};

/// Decoded bytes of an array that is no column: a fixed part, and a factor for the bytes of the file.
const FREE_BYTES: u64 = 16 << 20;
const MOST_TIMES: u64 = 1 << 10;

/// Arrays that are no columns are as large as they say. Few bytes may not say much: that would fill the memory of
/// whoever reads them. An array may be as large as that of the base, which may be all that it repeats.
pub(super) fn check_claims(file: &StageFile, base: Option<&Stage>) -> Result<()> {
    for stream in &file.stage().delta_changes.streams {
        let kind = stream.key.kind;
        if kind.is_column() || kind == StreamKind::Attachment {
            continue;
        }
        let bytes = |stream: &StreamIndex| stream.count.saturating_mul(kind.width().bytes() as u64);
        let of_base = base.and_then(|base| base.find(stream.key)).map_or(0, bytes);
        let believed = FREE_BYTES + MOST_TIMES.saturating_mul(file.stored_bytes());
        if bytes(stream) > believed.saturating_add(of_base) {
            let (stage, key, count) = (&file.stage().stage_id, stream.key, stream.count);
            return Err(corrupt(format!(
                "stage {stage}, {key}: It claims {count} elements, which is more than a file of {} bytes \
                 can stand for.",
                file.stored_bytes()
            )));
        }
    }
    Ok(())
}

/// Columns have as many rows as there are objects: what a column may ask for is bounded by these.
pub(super) fn check_counts(metadata: &StageMetadata, objects: &ObjectTable) -> Result<()> {
    let StageMetadata { vertices, edges, arcs, .. } = *metadata;
    let counts = [objects.vertex_count(), objects.edge_count(), objects.arc_count()];
    if counts == [vertices, edges, arcs].map(|count| count as usize) {
        return Ok(());
    }
    Err(corrupt("The object table has other rows than the stage."))
}
