// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The same row of the base, found by name.

use std::collections::HashMap;

use crate::raw::RawStage;

/// For every vertex and arc of a stage its row in the base.
pub struct Rows {
    vertices: Vec<Option<u32>>,
    arcs: Vec<Option<u32>>,
}

/// Ends, kind, and position among the arcs that share these.
type ArcName<'a> = (u32, u32, &'a str, u32);

impl Rows {
    /// Vertices correspond by name and side; arcs by their vertices, kind, and position among the arcs
    /// that share these.
    pub fn align(base: &RawStage, stage: &RawStage) -> Self {
        let names = |raw: &RawStage| {
            let rows = 0..raw.metadata.vertices;
            rows.map(|row| raw.objects.display_name(row)).collect::<Vec<_>>()
        };
        let known: HashMap<String, u32> = names(base).into_iter().zip(0..).collect();
        let vertices: Vec<Option<u32>> =
            names(stage).iter().map(|name| known.get(name).copied()).collect();
        let identity = |row: u32| Some(row);
        let mapped = |row: u32| vertices.get(row as usize).copied().flatten();
        let known: HashMap<ArcName, u32> = arc_names(base, identity)
            .into_iter()
            .zip(0..)
            .filter_map(|(name, row)| Some((name?, row)))
            .collect();
        let arcs =
            arc_names(stage, mapped).into_iter().map(|name| known.get(&name?).copied()).collect();
        Self { vertices, arcs }
    }

    /// What a column of the base holds for every row of the stage.
    pub fn gather<T: Copy>(&self, is_arcs: bool, base: &[T]) -> Vec<Option<T>> {
        let rows = if is_arcs { &self.arcs } else { &self.vertices };
        let value = |row: &Option<u32>| base.get((*row)? as usize).copied();
        rows.iter().map(value).collect()
    }

    /// Share of the values that differ or have no counterpart.
    pub fn changed(&self, base: &RawStage, stage: &RawStage) -> f64 {
        let (mut changed, mut total) = (0, 0);
        for column in &stage.columns {
            let known = base.column(column.key).unwrap_or_default();
            let known = self.gather(column.key.kind.is_arc_column(), known);
            let differ = column.values.iter().zip(known).filter(|(new, old)| Some(**new) != *old);
            changed += differ.count();
            total += column.values.len();
        }
        changed as f64 / total.max(1) as f64
    }
}

/// The names of all arcs, their vertices as rows of the base; none where these are not in the base.
fn arc_names(raw: &RawStage, row: impl Fn(u32) -> Option<u32>) -> Vec<Option<ArcName<'_>>> {
    let mut seen: HashMap<(u32, u32, &str), u32> = HashMap::new();
    (0..raw.metadata.arcs)
        .map(|arc| {
            let (from, to, kind) = raw.objects.arc(arc)?;
            let (from, to) = (row(from)?, row(to)?);
            let kind = raw.objects.arc_kind_name(kind);
            let position = seen.entry((from, to, kind)).or_insert(0);
            *position += 1;
            Some((from, to, kind, *position))
        })
        .collect()
}
