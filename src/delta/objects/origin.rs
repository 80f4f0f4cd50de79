// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! What the base says about the wires of a table.

use super::dictionary::{Dictionary, Pins};
use super::instances::{Matched, NONE};
use super::parts::{Parts, Wire};

/// A pin is looked for in another list of pins as far as this from its position.
const REACH: usize = 32;
/// Drivers of drivers are followed through at most so many instances.
const DEPTH: usize = 16;
/// Pins of an instance whose drivers may be exchanged.
const SIBLINGS: u32 = 16;

/// The base beside the table that is coded.
pub(super) struct Origin<'a> {
    dictionary: &'a Dictionary,
    base: &'a Parts,
    matched: &'a Matched,
    of_rows: &'a [u32],
    /// The instance of the table for each of the base.
    of_base: Vec<u32>,
}

impl<'a> Origin<'a> {
    pub fn new(
        dictionary: &'a Dictionary,
        base: &'a Parts,
        matched: &'a Matched,
        of_rows: &'a [u32],
    ) -> Self {
        let mut of_base = vec![NONE; base.instances.len()];
        for (instance, origin) in matched.base.iter().enumerate() {
            if *origin != NONE {
                of_base[*origin as usize] = instance as u32;
            }
        }
        Self { dictionary, base, matched, of_rows, of_base }
    }

    /// The vertex of the base for one of the table.
    fn base_row(&self, row: u32) -> Option<u32> {
        let instance = self.of_rows[row as usize] as usize;
        let origin = self.matched.base[instance];
        let origin = (origin != NONE).then_some(origin as usize)?;
        let instances = &self.matched.instances;
        let pin = self.same_pin(
            instances.templates[instance],
            row - instances.rows[instance],
            self.base.instances.templates[origin],
        )?;
        Some(self.base.instances.rows[origin] + pin)
    }

    /// The vertex of the table for one of the base; for one of an instance that was removed, what
    /// drove the instance, as behind a removed buffer.
    fn row(&self, mut base_row: u32) -> Option<u32> {
        for _ in 0..DEPTH {
            let origin = self.base.of_rows[base_row as usize] as usize;
            let first = self.base.instances.rows[origin];
            let instance = self.of_base[origin];
            if instance != NONE {
                let instances = &self.matched.instances;
                let pin = self.same_pin(
                    self.base.instances.templates[origin],
                    base_row - first,
                    instances.templates[instance as usize],
                )?;
                return Some(instances.rows[instance as usize] + pin);
            }
            let mut rows = first..self.base.instances.rows[origin + 1].min(first + SIBLINGS);
            base_row = rows.find_map(|row| self.base.wires.to(row).first())?.from;
        }
        None
    }

    fn same_pin(&self, template: u32, pin: u32, other: u32) -> Option<u32> {
        let templates = &self.dictionary.templates;
        if templates[template as usize].pins == templates[other as usize].pins {
            return Some(pin);
        }
        let pins = self.dictionary.pins_of(template);
        let others = self.dictionary.pins_of(other);
        let pin = pin as usize;
        let same = |found: &usize| is_same(pins, pin, others, *found);
        let reach = pin.saturating_sub(REACH)..=pin + REACH;
        let found = Some(pin).filter(same).or_else(|| reach.into_iter().find(same));
        found.map(|found| found as u32)
    }

    /// The wires that end at a vertex if nothing changed; false where something did.
    pub fn expected(&self, row: u32, expected: &mut Vec<Wire>) -> bool {
        expected.clear();
        let Some(base_row) = self.base_row(row) else {
            return false;
        };
        for wire in self.base.wires.to(base_row) {
            let Some(from) = self.row(wire.from) else {
                return false;
            };
            expected.push(Wire { from, ..*wire });
        }
        true
    }

    /// What drives a vertex first if nothing changed.
    pub fn first_driver(&self, row: u32) -> Option<u32> {
        self.of_rows.get(row as usize)?;
        let wire = self.base.wires.to(self.base_row(row)?).first()?;
        self.row(wire.from)
    }

    /// Position of a pin of the same instance as `row` that `driver` drove.
    pub fn sibling(&self, row: u32, driver: u32) -> Option<u32> {
        let instance = self.of_rows[row as usize] as usize;
        let rows = &self.matched.instances.rows;
        let (first, end) = (rows[instance], rows[instance + 1]);
        let mut pins = 0..(end - first).min(SIBLINGS);
        pins.find(|pin| self.first_driver(first + pin) == Some(driver))
    }
}

fn is_same(pins: &Pins, pin: usize, others: &Pins, other: usize) -> bool {
    pins.driver.get(pin) == others.driver.get(other)
        && pins.names.get(pin) == others.names.get(other)
}

/// For each instance of the base (its *root*) the added instances that it drives, directly or
/// through others that were added: its crowd.
pub(super) struct Crowds {
    /// Root of each instance that was added.
    roots: Vec<u32>,
    /// Position of each added instance in the crowd of its root.
    places: Vec<u32>,
    /// End of each crowd in `members`.
    ends: Vec<u32>,
    members: Vec<u32>,
    /// What happened to the last load of each root: nothing is known, it was kept, or it went to
    /// the member two less.
    last: Vec<u32>,
}

const UNKNOWN: u32 = 0;
const KEPT: u32 = 1;
const MOVED: u32 = 2;

impl Crowds {
    /// `wires` are those that end at added instances, ascending by their ends.
    pub fn new(matched: &Matched, of_rows: &[u32], wires: &[(u32, Wire)]) -> Self {
        let count = matched.base.len();
        let mut drivers = vec![NONE; count];
        for (to, wire) in wires.iter().rev() {
            drivers[of_rows[*to as usize] as usize] = of_rows[wire.from as usize];
        }
        let root = |instance: usize| {
            let mut at = instance as u32;
            for _ in 0..DEPTH {
                if at == NONE || matched.base[at as usize] != NONE {
                    break;
                }
                at = drivers[at as usize];
            }
            if at != NONE && matched.base[at as usize] == NONE { NONE } else { at }
        };
        let roots: Vec<u32> = (0..count)
            .map(|instance| if matched.base[instance] == NONE { root(instance) } else { NONE })
            .collect();
        let mut crowds = Self {
            places: vec![0; count],
            ends: vec![0; count],
            members: Vec::new(),
            last: vec![UNKNOWN; count],
            roots,
        };
        crowds.gather();
        crowds
    }

    fn gather(&mut self) {
        for (instance, root) in self.roots.iter().enumerate() {
            if *root != NONE {
                let size = &mut self.ends[*root as usize];
                self.places[instance] = *size;
                *size += 1;
            }
        }
        let mut start = 0;
        for end in &mut self.ends {
            start += *end;
            *end = start;
        }
        self.members = vec![0; start as usize];
        for (instance, root) in self.roots.iter().enumerate() {
            if *root != NONE {
                let start = (*root as usize).checked_sub(1).map_or(0, |before| self.ends[before]);
                self.members[(start + self.places[instance]) as usize] = instance as u32;
            }
        }
    }

    pub fn members(&self, root: u32) -> &[u32] {
        let start = (root as usize).checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.members[start as usize..self.ends[root as usize] as usize]
    }

    /// Position of an instance in the crowd of a root, if it is there.
    pub fn place(&self, root: u32, instance: u32) -> Option<usize> {
        let is_there = self.roots[instance as usize] == root;
        is_there.then(|| self.places[instance as usize] as usize)
    }

    /// Model for whether a load of a root is kept; 0 is for those without a root.
    pub fn context(&self, root: u32) -> usize {
        let last = self.last[root as usize].min(MOVED) as usize;
        1 + last + 3 * usize::from(!self.members(root).is_empty())
    }

    /// Where in the crowd the last load of a root went.
    pub fn last(&self, root: u32) -> Option<usize> {
        self.last[root as usize].checked_sub(MOVED).map(|place| place as usize)
    }

    pub fn note_kept(&mut self, root: u32) {
        self.last[root as usize] = KEPT;
    }

    pub fn note_moved(&mut self, root: u32, place: usize) {
        self.last[root as usize] = MOVED + place as u32;
    }
}
