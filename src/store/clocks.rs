// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Clocks of a save.

use super::capture::Capture;
use crate::error::{Result, invalid, shape};
use crate::model::{Clock, StageMetadata};

impl Capture {
    /// Add a clock.
    ///
    /// # Errors
    /// `InvalidArgument` for a scene that was not added, and for a clock that one of its scenes has already.
    pub fn add_clock(&mut self, mut clock: Clock) -> Result<()> {
        clock.scenes.sort_unstable();
        clock.scenes.dedup();
        clock.sources.sort_unstable();
        let metadata = self.metadata_mut();
        for scene in &clock.scenes {
            if usize::from(*scene) >= metadata.scenes.len() {
                return Err(invalid(format!("Scene {scene} was not added.")));
            }
            if metadata.clock(&clock.name, *scene).is_some() {
                let name = clock.name.escape_debug();
                return Err(invalid(format!("Clock {name} of scene {scene} was added already.")));
            }
        }
        metadata.clocks.push(clock);
        Ok(())
    }
}

/// Equal clocks give equal bytes, in whatever order they came. Groups that were given no clocks have none.
///
/// # Errors
/// `ShapeMismatch` when some groups were given clocks and others not.
pub(super) fn finish_clocks(metadata: &mut StageMetadata) -> Result<()> {
    let StageMetadata { groups, group_clocks, clocks, .. } = metadata;
    clocks.sort_by(|a, b| (&a.name, &a.scenes).cmp(&(&b.name, &b.scenes)));
    if group_clocks.is_empty() {
        group_clocks.resize(groups.len(), String::new());
    }
    if group_clocks.len() != groups.len() {
        let (groups, clocks) = (groups.len(), group_clocks.len());
        return Err(shape(format!("There are {groups} path groups, and clocks of {clocks}.")));
    }
    Ok(())
}
