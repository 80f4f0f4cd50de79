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
}

/// The store.
#[derive(Default)]
pub struct Model {
    pub stages: BTreeMap<String, Known>,
    pub head: Option<String>,
}

impl Model {
    /// Whether some file is damaged: then everything that needs it may be refused.
    pub fn is_damaged(&self) -> bool {
        self.stages.values().any(|stage| stage.sound.is_some())
    }
}
