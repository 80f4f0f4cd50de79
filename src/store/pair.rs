// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Two stages, the rows of one seen beside those of the other.

use std::sync::Arc;

use super::directory::Store;
use super::reader::{Stage, same_objects, same_rows};
use super::sources::ColumnSource;
use crate::delta::{Alignment, Match, RowMap, align};
use crate::error::{Result, invalid};
use crate::model::{StreamIndex, StreamKey};

/// An earlier and a later stage. Rows of the later one correspond to those of the earlier one by name.
pub(crate) struct StagePair {
    pub from: Arc<Stage>,
    pub to: Arc<Stage>,
    /// Row of the earlier stage by row of the later one; `None` where the object tables are the same.
    alignment: Option<Arc<Alignment>>,
}

impl StagePair {
    /// Open two stages of a store. Where one is a base of the other, its columns are decoded once.
    ///
    /// # Errors
    /// Those of [`Store::stage`] and [`StagePair::new`].
    pub fn open(store: &Store, from: &str, to: &str) -> Result<Self> {
        let later = store.stage(to)?;
        if let Some(earlier) = base_of(&later, from) {
            return Self::new(earlier, later);
        }
        let earlier = store.stage(from)?;
        let later = base_of(&earlier, to).unwrap_or(later);
        Self::new(earlier, later)
    }

    /// Match the rows of two stages.
    ///
    /// # Errors
    /// `InvalidArgument` for stages of two designs; `Corrupt` when an object table does not decode.
    pub fn new(from: Arc<Stage>, to: Arc<Stage>) -> Result<Self> {
        let (a, b) = (from.metadata(), to.metadata());
        if a.design != b.design {
            return Err(invalid(format!(
                "Stage {} is of design {}, stage {} of design {}: only stages of one design are compared.",
                from.timing_stage().stage_id,
                a.design,
                to.timing_stage().stage_id,
                b.design
            )));
        }
        let is_base = to.base().is_some_and(|base| Arc::ptr_eq(base, &from));
        let alignment = if same_objects(a, b) {
            None
        } else {
            let (old, new) = rayon::join(|| from.objects(), || to.objects());
            let (old, new) = (old?, new?);
            if is_base && !same_rows(a, b) {
                // The one that its columns are decoded with.
                to.column_base()?.and_then(|base| base.alignment)
            } else {
                Some(Arc::new(align(&old, &new)))
            }
        };
        Ok(Self { from, to, alignment })
    }

    /// Row of the earlier stage of a vertex of the later one.
    pub fn vertex(&self, row: u32) -> Option<u32> {
        self.vertices().get(row as usize)
    }

    /// Row of the earlier stage of an arc of the later one.
    pub fn arc(&self, row: u32) -> Option<u32> {
        self.arcs().get(row as usize)
    }

    pub fn vertices(&self) -> &RowMap {
        self.alignment.as_ref().map_or(&RowMap::Identity, |alignment| &alignment.vertices)
    }

    pub fn arcs(&self) -> &RowMap {
        self.alignment.as_ref().map_or(&RowMap::Identity, |alignment| &alignment.arcs)
    }

    /// Rows of the later stage whose instance has another cell in the earlier one.
    pub fn changed_cells(&self) -> &[u32] {
        self.alignment.as_ref().map_or(&[], |alignment| &alignment.changed_cells)
    }

    /// Rows in both and in one only.
    pub fn counts(&self) -> Match {
        let metadata = self.to.metadata();
        self.alignment.as_ref().map_or(
            Match {
                vertices: metadata.vertices.into(),
                arcs: metadata.arcs.into(),
                ..Match::default()
            },
            |alignment| alignment.counts(),
        )
    }
}

impl Stage {
    /// A whole column of values by its bits; `None` where the stage lacks it.
    ///
    /// # Errors
    /// `Corrupt` for damage in the stage or its bases.
    pub(crate) fn whole_column(&self, key: StreamKey) -> Result<Option<Arc<Vec<u32>>>> {
        self.column(key)
    }

    /// The index of an array.
    pub(crate) fn array(&self, key: StreamKey) -> Option<&StreamIndex> {
        self.find(key)
    }
}

/// The stage `name` in the chain of bases of a stage.
fn base_of(stage: &Arc<Stage>, name: &str) -> Option<Arc<Stage>> {
    let mut known = Some(stage);
    while let Some(stage) = known {
        if stage.timing_stage().stage_id == name {
            return Some(stage.clone());
        }
        known = stage.base();
    }
    None
}
