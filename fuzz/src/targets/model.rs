// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! What a store is, in memory: the stages and what was saved in them, what each is a delta of, and the head.

use std::collections::BTreeMap;

/// A stage.
#[derive(Clone)]
pub struct Known {
    /// Instances of its netlist.
    pub size: usize,
    /// Version of its values.
    pub version: u32,
    /// The sound bytes of its file, where these are damaged now.
    pub sound: Option<Vec<u8>>,
    /// A damaged stage that it depends on was deleted while it was damaged itself, so that its bytes are of no use
    /// any more.
    pub is_orphan: bool,
}

impl Known {
    /// One that was saved.
    pub fn new(size: usize, version: u32) -> Self {
        Self { size, version, sound: None, is_orphan: false }
    }
}

/// The store.
#[derive(Default)]
pub struct Model {
    pub stages: BTreeMap<String, Known>,
    pub head: Option<String>,
    /// A damaged stage was deleted.
    pub gave_up: bool,
}

impl Model {
    /// Whether some file is damaged: then everything that needs it may be refused.
    pub fn is_damaged(&self) -> bool {
        self.stages.values().any(|stage| stage.sound.is_some() || stage.is_orphan)
    }
}
