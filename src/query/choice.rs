// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Scenes and path groups of a stage by name.

use crate::error::{Error, ErrorKind, Result};
use crate::store::Stage;

/// Number of a scene of a stage.
///
/// # Errors
/// `NotFound`, with the scenes that it has.
pub(super) fn scene_number(stage: &Stage, name: &str) -> Result<u16> {
    let position = position(stage, "scene", &stage.metadata().scenes, name)?;
    Ok(u16::try_from(position).unwrap_or(u16::MAX))
}

/// Number of a path group of a stage.
///
/// # Errors
/// `NotFound`, with the groups that it has.
pub(super) fn group_number(stage: &Stage, name: &str) -> Result<u32> {
    let position = position(stage, "path group", &stage.metadata().groups, name)?;
    Ok(u32::try_from(position).unwrap_or(u32::MAX))
}

fn position(stage: &Stage, what: &str, names: &[String], name: &str) -> Result<usize> {
    names.iter().position(|known| known == name).ok_or_else(|| {
        let stage = &stage.timing_stage().stage_id;
        let known = match names {
            [] => "it has none".to_owned(),
            names => format!("it has {}", names.join(", ")),
        };
        Error::new(ErrorKind::NotFound, format!("Stage {stage} has no {what} {name}: {known}."))
    })
}
