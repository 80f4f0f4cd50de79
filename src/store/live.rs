// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! A stage seen through the rows of a live engine.

use std::collections::HashSet;
use std::fmt::Write;
use std::ops::Range;
use std::sync::Arc;

use super::arrays::aligned_bytes;
use super::reader::Stage;
use super::scenes::SceneMap;
use super::sources::{ColumnBase, ColumnSource};
use crate::delta::{Alignment, Match, RowMap, align};
use crate::error::{Error, Result, shape};
use crate::model::{ObjectTable, StreamKey};

/// Names that a report gives of each kind of difference.
const NAMES: usize = 10;

/// What the stage has for a live row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowState {
    /// Nothing.
    Absent = 0,
    /// A value.
    Present = 1,
    /// A value, but of other surroundings: the instance has another liberty cell now, or the vertex
    /// lost arcs that the stage has.
    Changed = 2,
}

/// How live rows correspond to those of a stage.
pub struct StageAlignment {
    stage: Arc<Stage>,
    alignment: Arc<Alignment>,
    vertices: u64,
    arcs: u64,
    /// Vertices whose surroundings changed and the arcs at them, by live row; empty when there are
    /// none.
    vertex_changed: Vec<bool>,
    arc_changed: Vec<bool>,
    report: String,
}

impl StageAlignment {
    /// Match `live` with the rows of `stage`. Where they are the same, digests tell, and the table of the
    /// stage is not decoded for it.
    pub fn new(stage: &Arc<Stage>, live: &ObjectTable) -> Result<Self> {
        let (alignment, changed, report) = if live.has_digests_of(stage.metadata()) {
            (Alignment::identity(live), (Vec::new(), Vec::new()), String::new())
        } else {
            let stored = stage.objects()?;
            let alignment = align(&stored, live);
            let changed = changes(&stored, live, &alignment);
            let report = describe(&stored, live, &alignment);
            (alignment, changed, report)
        };
        let (vertex_changed, arc_changed) = changed;
        Ok(Self {
            stage: stage.clone(),
            report,
            vertices: live.vertex_count() as u64,
            arcs: live.arc_count() as u64,
            alignment: Arc::new(alignment),
            vertex_changed,
            arc_changed,
        })
    }

    /// The counts.
    pub fn counts(&self) -> Match {
        self.alignment.counts()
    }

    /// The differences for people, the first ten of each kind by name; empty when there are none.
    pub fn report(&self) -> &str {
        &self.report
    }

    /// What the stage has for a live vertex, or for a live arc where `of_arcs`.
    pub fn state(&self, of_arcs: bool, row: u64) -> RowState {
        let (map, changed) = if of_arcs {
            (&self.alignment.arcs, &self.arc_changed)
        } else {
            (&self.alignment.vertices, &self.vertex_changed)
        };
        match (map.get(row as usize), changed.get(row as usize)) {
            (None, _) => RowState::Absent,
            (Some(_), Some(true)) => RowState::Changed,
            (Some(_), _) => RowState::Present,
        }
    }

    /// Values of a column of words for live rows; zero where the stage has no such row.
    pub fn read_words(&self, key: StreamKey, rows: Range<u64>) -> Result<Vec<u32>> {
        self.check(key, &rows)?;
        let column = self.stage.column(key)?.ok_or_else(|| lacks(key))?;
        let map = self.map(key);
        let of_row = |row: u64| {
            map.get(row as usize).and_then(|row| column.get(row as usize)).copied().unwrap_or(0)
        };
        Ok(rows.map(of_row).collect())
    }

    /// Values of a column of bytes for live rows; zero where the stage has no such row.
    pub fn read_bytes(&self, key: StreamKey, rows: Range<u64>) -> Result<Vec<u8>> {
        let count = self.check(key, &rows)?;
        let base = ColumnBase {
            stage: self.stage.clone(),
            alignment: Some(self.alignment.clone()),
            scenes: SceneMap::Identity,
        };
        let values = aligned_bytes(&base, key, count as usize)?.ok_or_else(|| lacks(key))?;
        let rows = rows.start as usize..rows.end as usize;
        Ok(values.get(rows).unwrap_or_default().to_vec())
    }

    fn map(&self, key: StreamKey) -> &RowMap {
        if key.kind.is_arc_column() { &self.alignment.arcs } else { &self.alignment.vertices }
    }

    fn check(&self, key: StreamKey, rows: &Range<u64>) -> Result<u64> {
        let count = if key.kind.is_arc_column() { self.arcs } else { self.vertices };
        if rows.end > count {
            return Err(shape(format!("There are {count} live rows, {} are asked.", rows.end)));
        }
        Ok(count)
    }
}

fn lacks(key: StreamKey) -> Error {
    shape(format!("The stage has no {key}."))
}

/// Live vertices whose instance has another cell or that lost arcs, and the arcs at them.
fn changes(
    stored: &ObjectTable,
    live: &ObjectTable,
    alignment: &Alignment,
) -> (Vec<bool>, Vec<bool>) {
    let lost_arcs = alignment.counts().missing_arcs > 0;
    if alignment.changed_cells.is_empty() && !lost_arcs {
        return (Vec::new(), Vec::new());
    }
    let mut vertices = vec![false; live.vertex_count()];
    for row in &alignment.changed_cells {
        vertices[*row as usize] = true;
    }
    if lost_arcs {
        let mut arc_matched = vec![false; stored.arc_count()];
        for row in (0..live.arc_count()).filter_map(|row| alignment.arcs.get(row)) {
            arc_matched[row as usize] = true;
        }
        let mut stored_changed = vec![false; stored.vertex_count()];
        for (row, _) in arc_matched.iter().enumerate().filter(|(_, matched)| !**matched) {
            let (from, to, _) = stored.arc(row as u32).unwrap_or_default();
            stored_changed[from as usize] = true;
            stored_changed[to as usize] = true;
        }
        for (row, changed) in vertices.iter_mut().enumerate() {
            let stored_row = alignment.vertices.get(row);
            *changed |= stored_row.is_some_and(|stored_row| stored_changed[stored_row as usize]);
        }
    }
    let touches = |arc| {
        let (from, to, _) = live.arc(arc).unwrap_or_default();
        vertices[from as usize] || vertices[to as usize]
    };
    let arcs = (0..live.arc_count() as u32).map(touches).collect();
    (vertices, arcs)
}

fn describe(stored: &ObjectTable, live: &ObjectTable, alignment: &Alignment) -> String {
    let counts = alignment.counts();
    let mut parts = Vec::new();
    if counts.missing_vertices + counts.extra_vertices > 0 {
        parts.extend(describe_instances(&only_in(stored, live), "removed"));
        parts.extend(describe_instances(&only_in(live, stored), "added"));
    }
    let mut matched = vec![false; stored.vertex_count()];
    let mut extra = Vec::new();
    for row in 0..live.vertex_count() as u32 {
        match alignment.vertices.get(row as usize) {
            Some(stored_row) => matched[stored_row as usize] = true,
            None if extra.len() < NAMES => extra.push(live.display_name(row)),
            None => {}
        }
    }
    let missing = matched.iter().enumerate().filter(|(_, found)| !**found).take(NAMES);
    let missing: Vec<String> = missing.map(|(row, _)| stored.display_name(row as u32)).collect();
    let plural = |count: u64, what: &str| match count {
        1 => format!("1 {what} is"),
        count => format!("{count} {what}s are"),
    };
    if counts.missing_vertices > 0 {
        let count = plural(counts.missing_vertices, "pin");
        parts.push(format!("{count} missing ({})", list(&missing, counts.missing_vertices)));
    }
    if counts.extra_vertices > 0 {
        let count = plural(counts.extra_vertices, "pin");
        parts.push(format!("{count} extra ({})", list(&extra, counts.extra_vertices)));
    }
    let (missing_arcs, extra_arcs) = (counts.missing_arcs, counts.extra_arcs);
    if missing_arcs + extra_arcs > 0 {
        let names = arc_names(stored, live, alignment);
        parts.push(format!("{missing_arcs} arcs are missing and {extra_arcs} extra ({names})"));
    }
    parts.extend(describe_cells(stored, live, alignment));
    parts.join("; ")
}

/// The instance that a pin belongs to; "" for a port.
fn instance(pin: &[u8]) -> &[u8] {
    let end = pin.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
    pin.get(..end).unwrap_or_default()
}

/// The instances of a table, in its order, whose pins stand side by side.
fn instances(table: &ObjectTable) -> impl Iterator<Item = &[u8]> {
    let mut last: &[u8] = b"";
    let pins = (0..table.vertex_count() as u32).map(|row| table.name(row));
    pins.map(instance).filter(move |name| std::mem::replace(&mut last, name) != *name)
}

fn only_in<'a>(table: &'a ObjectTable, other: &ObjectTable) -> Vec<&'a [u8]> {
    let known: HashSet<&[u8]> = instances(other).collect();
    instances(table).filter(|name| !name.is_empty() && !known.contains(name)).collect()
}

fn describe_instances(names: &[&[u8]], what: &str) -> Option<String> {
    let shown = names.iter().take(NAMES).map(|name| String::from_utf8_lossy(name).into_owned());
    let shown = list(&shown.collect::<Vec<_>>(), names.len() as u64);
    match names.len() {
        0 => None,
        1 => Some(format!("1 instance was {what} ({shown})")),
        count => Some(format!("{count} instances were {what} ({shown})")),
    }
}

/// The first arcs that only one side has, as `from -> to (kind)`.
fn arc_names(stored: &ObjectTable, live: &ObjectTable, alignment: &Alignment) -> String {
    let name = |table: &ObjectTable, row: u32| {
        let (from, to, kind) = table.arc(row).unwrap_or_default();
        let (from, to) = (table.display_name(from), table.display_name(to));
        format!("{from} -> {to} ({})", table.arc_kind_name(kind))
    };
    let mut matched = vec![false; stored.arc_count()];
    let mut names = Vec::new();
    for row in 0..live.arc_count() as u32 {
        match alignment.arcs.get(row as usize) {
            Some(stored_row) => matched[stored_row as usize] = true,
            None if names.len() < NAMES => names.push(name(live, row)),
            None => {}
        }
    }
    let missing = matched.iter().enumerate().filter(|(_, found)| !**found);
    names.extend(missing.take(NAMES - names.len()).map(|(row, _)| name(stored, row as u32)));
    let counts = alignment.counts();
    list(&names, counts.missing_arcs + counts.extra_arcs)
}

/// Instances of another cell: their pins stand side by side in canonical order.
fn describe_cells(
    stored: &ObjectTable,
    live: &ObjectTable,
    alignment: &Alignment,
) -> Option<String> {
    let mut names = Vec::new();
    let mut count = 0;
    let mut last = Vec::new();
    for row in &alignment.changed_cells {
        let pin = live.name(*row);
        let instance = instance(pin);
        if instance == last.as_slice() {
            continue;
        }
        count += 1;
        last = instance.to_vec();
        if names.len() < NAMES {
            let stored_row = alignment.vertices.get(*row as usize).unwrap_or_default();
            let (now, then) = (live.cell(*row), stored.cell(stored_row));
            names.push(format!("{} is {now}, was {then}", String::from_utf8_lossy(instance)));
        }
    }
    let noun = if count == 1 { "instance has another cell" } else { "instances have other cells" };
    (count > 0).then(|| format!("{count} {noun} ({})", list(&names, count)))
}

fn list(names: &[String], count: u64) -> String {
    let mut text = names.join(", ");
    if count > names.len() as u64 {
        let _ = write!(text, ", ...");
    }
    text
}
