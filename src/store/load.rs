// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Many columns of a stage at once: from the cache where they are there, else decoded by all threads.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use super::cache::{self, CacheKey, CacheKind};
use super::cached_rows;
use super::columns::groups;
use super::reader::Stage;
use super::scenes::SceneMap;
use super::sources::{Column, ColumnSource, cross_key};
use crate::delta::Predictor;
use crate::error::Result;
use crate::model::{MinMax, ObjectTable, StreamIndex, StreamKey, StreamKind, Transition};

/// Rows from which on decoding takes longer than a look into the cache.
pub(super) const LEAST_CACHED: u64 = 1 << 14;

impl Stage {
    /// Decode the columns of values with all threads, for readers of all of them: reads that follow find
    /// them decoded. A stage keeps about 60 columns of a plane; of one that has more, nothing is decoded.
    ///
    /// # Errors
    /// `Corrupt` for damage in the stage or its bases.
    pub fn load_columns(&self) -> Result<()> {
        let columns = self.timing_stage().delta_changes.columns().map(|stream| stream.key);
        self.load(columns.filter(|key| key.kind.is_float_column()).collect())
    }

    /// The same for some columns of values; those that the stage does not have are passed over.
    ///
    /// # Errors
    /// `Corrupt` for damage in the stage or its bases.
    pub fn load(&self, keys: Vec<StreamKey>) -> Result<()> {
        if keys.len() > self.kept_columns() {
            return Ok(());
        }
        let is_missing = |key: &StreamKey| !self.is_decoded(*key) && self.find(*key).is_some();
        let missing = keys.into_par_iter().filter(is_missing);
        let is_copied = |key: &StreamKey| self.find(*key).and_then(|s| self.cached_column(s));
        let keys: Vec<StreamKey> = missing.filter(|key| is_copied(key).is_none()).collect();
        if keys.is_empty() {
            return Ok(());
        }
        // The columns of the base do not wait for the rows of the stage.
        let rows = || self.column_base().and_then(|_| self.topology());
        let (topology, base) = rayon::join(rows, || self.load_base(&keys));
        base?;
        self.decode_all(&keys, || {
            topology.map(|topology| {
                topology.graph();
            })
        })
    }

    /// Columns that no copy is of. Nothing is decoded twice: delays wait for slews, times wait for delays and
    /// for the `graph`, and slacks follow their times.
    fn decode_all(
        &self,
        keys: &[StreamKey],
        graph: impl FnOnce() -> Result<()> + Send,
    ) -> Result<()> {
        let load = |keys: Vec<StreamKey>| {
            // What others are predicted from comes first.
            let keys = groups(keys.into_iter()).into_iter().flatten();
            keys.into_iter().try_for_each(|key| self.column(key).map(|_| ()))
        };
        let of_kind = |kind: StreamKind| keys.iter().copied().filter(move |key| key.kind == kind);
        let mut slews: BTreeMap<Transition, Vec<StreamKey>> = BTreeMap::new();
        for key in
            keys.iter().filter(|key| !key.kind.is_path_column() && key.kind != StreamKind::Delay)
        {
            slews.entry(key.transition).or_default().push(*key);
        }
        let (graph, slews) =
            rayon::join(graph, || slews.into_par_iter().try_for_each(|(_, keys)| load(keys)));
        graph?;
        slews?;
        load(of_kind(StreamKind::Delay).collect())?;
        let mut of_time: BTreeMap<(u16, MinMax), Vec<StreamKey>> = BTreeMap::new();
        for key in keys.iter().filter(|key| key.kind.is_path_column()) {
            of_time.entry((key.scene, key.min_max)).or_default().push(*key);
        }
        of_time.into_par_iter().try_for_each(|(_, keys)| {
            keys.into_iter().try_for_each(|key| self.column(key).map(|_| ()))
        })
    }

    /// The columns of the base that those of `keys` are predicted from.
    fn load_base(&self, keys: &[StreamKey]) -> Result<()> {
        let Some(base) = self.base() else { return Ok(()) };
        let scenes = SceneMap::new(&base.metadata().scenes, &self.metadata().scenes);
        let mut needed = BTreeSet::new();
        for stream in keys.iter().filter_map(|key| self.find(*key)) {
            for block in &stream.blocks {
                let predictor = Predictor::from_code(block.predictor)?;
                let own = Some(stream.key).filter(|_| predictor.uses_base());
                let cross = cross_key(stream.key).filter(|_| predictor.uses_cross_in_base());
                needed.extend(own.into_iter().chain(cross).filter_map(|key| scenes.key(key)));
            }
        }
        base.load(needed.into_iter().collect())
    }

    /// A column of the cache, which the stage then keeps, too. It is what the stage holds, or absent: saves
    /// are coded from it.
    pub(super) fn cached_column(&self, stream: &StreamIndex) -> Option<Column> {
        let column = Arc::new(self.cached_words(stream, 0..stream.count)?);
        self.check_words(stream, &column).ok()?;
        self.keep_column(stream.key, column.clone());
        Some(column)
    }

    /// Some words of the cache, of an array of words.
    pub(super) fn cached_words(&self, stream: &StreamIndex, rows: Range<u64>) -> Option<Vec<u32>> {
        let copy =
            self.cache().filter(|_| stream.count >= LEAST_CACHED)?.find(words_key(stream))?;
        copy.words(rows).filter(|_| copy.length() == 4 * stream.count)
    }

    /// Keep copies of what a save has at hand, if there is a cache: the next one, or a restore, then decodes
    /// nothing. The stage is published; copies that cannot be kept are none.
    pub(super) fn put_copies(&self, columns: &BTreeMap<StreamKey, Column>, objects: &ObjectTable) {
        let Some(cache) = self.cache() else { return };
        columns.par_iter().for_each(|(key, values)| {
            if let Some(stream) = self.find(*key).filter(|s| cache.find(words_key(s)).is_none()) {
                let _ = self.copy_words(stream, values);
            }
        });
        let are_few = (objects.vertex_count() as u64) < LEAST_CACHED;
        if !are_few && !cached_rows::are_there(cache, self.metadata()) {
            cached_rows::put_objects(cache, self.metadata(), objects);
        }
    }

    /// Keep a copy of an array of words, if there is a cache and it is worth it.
    ///
    /// # Errors
    /// `Corrupt` when it is not what was stored: a copy is named by the checksum.
    pub(super) fn copy_words(&self, stream: &StreamIndex, values: &[u32]) -> Result<()> {
        let Some(cache) = self.cache().filter(|_| stream.count >= LEAST_CACHED) else {
            return Ok(());
        };
        self.check_words(stream, values)?;
        cache.put(words_key(stream), &[&cache::bytes(values)]);
        Ok(())
    }
}

fn words_key(stream: &StreamIndex) -> CacheKey {
    CacheKey { kind: CacheKind::Words, digest: stream.checksum }
}
