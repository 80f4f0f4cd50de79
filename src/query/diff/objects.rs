// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Pins and instances that came and went.

use hashbrown::HashSet;

use crate::error::Result;
use crate::model::ObjectTable;
use crate::store::StagePair;

/// Names of things: how many there are, and the first of them in the order of the stage that has them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// All of them.
    pub count: u64,
    /// The first ones.
    pub first: Vec<String>,
}

/// An instance with another liberty cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellChange {
    /// The instance.
    pub instance: String,
    /// Its cell in the earlier stage.
    pub before: String,
    /// Its cell in the later stage.
    pub after: String,
}

/// What came and went. A pin with a load and a driver vertex is two.
#[derive(Clone, Debug, Default)]
pub struct Objects {
    /// Pins of the later stage only.
    pub pins_added: Names,
    /// Pins of the earlier stage only.
    pub pins_removed: Names,
    /// Instances of the later stage only.
    pub instances_added: Names,
    /// Instances of the earlier stage only.
    pub instances_removed: Names,
    /// Instances with another cell, and the first of them.
    pub cells_changed: (u64, Vec<CellChange>),
    /// Arcs of the later stage only.
    pub arcs_added: u64,
    /// Arcs of the earlier stage only.
    pub arcs_removed: u64,
}

impl Names {
    fn add(&mut self, count: usize, name: impl FnOnce() -> String) {
        self.count += 1;
        if self.first.len() < count {
            self.first.push(name());
        }
    }
}

/// What came and went, `count` names of each.
pub(super) fn objects(pair: &StagePair, count: usize) -> Result<Objects> {
    let matched = pair.counts();
    let mut objects = Objects {
        arcs_added: matched.extra_arcs,
        arcs_removed: matched.missing_arcs,
        ..Objects::default()
    };
    let unmatched = matched.extra_vertices + matched.missing_vertices;
    if unmatched == 0 && pair.changed_cells().is_empty() {
        return Ok(objects);
    }
    let (old, new) = (pair.from.objects()?, pair.to.objects()?);
    if unmatched > 0 {
        let mut is_kept = vec![false; old.vertex_count()];
        let mut added = Vec::new();
        for row in 0..new.vertex_count() as u32 {
            match pair.vertex(row).and_then(|old| is_kept.get_mut(old as usize)) {
                Some(is_kept) => *is_kept = true,
                None => added.push(row),
            }
        }
        let removed = (0..).zip(&is_kept).filter(|(_, is_kept)| !**is_kept).map(|(row, _)| row);
        let removed: Vec<u32> = removed.collect();
        objects.pins_added = names(&new, &added, count);
        objects.pins_removed = names(&old, &removed, count);
        objects.instances_added = instances(&new, &added, &old, &removed, count);
        objects.instances_removed = instances(&old, &removed, &new, &added, count);
    }
    objects.cells_changed = cells(pair, &old, &new, count);
    Ok(objects)
}

fn names(table: &ObjectTable, rows: &[u32], count: usize) -> Names {
    let first = rows.iter().take(count).map(|row| table.display_name(*row));
    Names { count: rows.len() as u64, first: first.collect() }
}

/// Instances of pins that one table alone has, of which the other has no pin at all.
fn instances(
    table: &ObjectTable,
    rows: &[u32],
    other: &ObjectTable,
    other_rows: &[u32],
    count: usize,
) -> Names {
    // An instance that both have has a pin that both have, or pins of each table alone.
    let alone: HashSet<&[u8]> = rows.iter().map(|row| instance(table.name(*row))).collect();
    let mut known: HashSet<&[u8]> =
        other_rows.iter().map(|row| instance(other.name(*row))).collect();
    let of_rows: HashSet<u32> = rows.iter().copied().collect();
    for row in (0..table.vertex_count() as u32).filter(|row| !of_rows.contains(row)) {
        let name = instance(table.name(row));
        if alone.contains(name) {
            known.insert(name);
        }
    }
    let mut found = Names::default();
    for row in rows {
        let name = instance(table.name(*row));
        if !name.is_empty() && known.insert(name) {
            found.add(count, || String::from_utf8_lossy(name).into_owned());
        }
    }
    found
}

fn cells(
    pair: &StagePair,
    old: &ObjectTable,
    new: &ObjectTable,
    count: usize,
) -> (u64, Vec<CellChange>) {
    let mut seen: HashSet<&[u8]> = HashSet::new();
    let mut changes = Vec::new();
    for row in pair.changed_cells() {
        let name = instance(new.name(*row));
        if seen.insert(name) && changes.len() < count {
            changes.push(CellChange {
                instance: String::from_utf8_lossy(name).into_owned(),
                before: pair.vertex(*row).map_or("", |row| old.cell(row)).to_owned(),
                after: new.cell(*row).to_owned(),
            });
        }
    }
    (seen.len() as u64, changes)
}

/// The instance that a pin belongs to; empty for a port.
pub(super) fn instance(pin: &[u8]) -> &[u8] {
    let end = pin.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
    pin.get(..end).unwrap_or_default()
}
