// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! What queries of single pins read of a stage: these three, and nothing else.

use crate::error::Result;
use crate::model::StreamKey;
use crate::store::Stage;

/// Row of the vertex of a pin, by the name that is stored; `is_driver` asks for the driver of a bidirectional one.
///
/// # Errors
/// Those of [`Stage::objects`].
pub fn row_of(stage: &Stage, name: &[u8], is_driver: bool) -> Result<Option<u32>> {
    stage.find_vertex(name, is_driver)
}

/// Names of rows as users read them.
///
/// # Errors
/// Those of [`Stage::objects`].
pub fn names_of(stage: &Stage, rows: &[u32]) -> Result<Vec<String>> {
    stage.display_names(rows)
}

/// Value of a column at a row; `None` where the stage has no such column.
///
/// # Errors
/// Those of [`Stage::read_words`].
pub fn value_at(stage: &Stage, key: StreamKey, row: u32) -> Result<Option<f32>> {
    if stage.timing_stage().delta_changes.find(key).is_none() {
        return Ok(None);
    }
    let row = u64::from(row);
    Ok(stage.read_words(key, row..row + 1)?.first().map(|bits| f32::from_bits(*bits)))
}
