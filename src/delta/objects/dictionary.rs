// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! What the rows of a design have in common: the arcs of an edge, the pins of an instance, and the
//! edges between them. Each is stored once and has a number, in the order of first appearance.

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use xxhash_rust::xxh3::xxh3_64;

/// Byte strings back to back.
#[derive(Clone, Default)]
pub(super) struct Texts {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Texts {
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn push(&mut self, text: &[u8]) {
        self.bytes.extend_from_slice(text);
        self.ends.push(self.bytes.len());
    }

    /// The text of a number; empty where there is none.
    pub fn get(&self, index: usize) -> &[u8] {
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before).copied());
        match self.ends.get(index) {
            Some(end) => &self.bytes[start.unwrap_or(0)..*end],
            None => &[],
        }
    }
}

/// Numbers for byte strings.
#[derive(Default)]
struct Numbered {
    texts: Texts,
    table: HashTable<u32>,
}

impl Numbered {
    /// Number of a string; a new one gets the next.
    fn number(&mut self, text: &[u8]) -> u32 {
        let texts = &mut self.texts;
        let entry = self.table.entry(
            xxh3_64(text),
            |other| texts.get(*other as usize) == text,
            |other| xxh3_64(texts.get(*other as usize)),
        );
        match entry {
            Entry::Occupied(entry) => *entry.get(),
            Entry::Vacant(entry) => {
                let number = texts.len() as u32;
                entry.insert(number);
                texts.push(text);
                number
            }
        }
    }
}

/// The pins of an instance, in row order.
#[derive(Default)]
pub(super) struct Pins {
    /// Names without the instance's.
    pub names: Texts,
    pub driver: Vec<u8>,
}

/// An edge between two pins of an instance, by their positions.
pub(super) struct InnerEdge {
    pub from: u32,
    pub to: u32,
    pub arcs: u32,
}

/// What instances have in common: their pins, and the edges between these that are not wires.
pub(super) struct Template {
    pub pins: u32,
    /// Ascending by `from`, then `to`.
    pub edges: Vec<InnerEdge>,
    /// Raw bytes of an instance, but for its name.
    pub raw: u64,
}

/// Sets of arcs, lists of pins and templates by number.
#[derive(Default)]
pub(super) struct Dictionary {
    arc_keys: Numbered,
    /// For each set of arcs whether edges with it are wires. Edges that are not have both ends in
    /// one instance.
    pub wire: Vec<bool>,
    pin_keys: Numbered,
    pub pins: Vec<Pins>,
    template_keys: Numbered,
    pub templates: Vec<Template>,
}

/// How much a dictionary holds.
pub(super) struct Known {
    pub pins: usize,
    pub templates: usize,
}

impl Dictionary {
    pub fn known(&self) -> Known {
        Known { pins: self.pins.len(), templates: self.templates.len() }
    }

    pub fn arc_sets(&self) -> usize {
        self.arc_keys.texts.len()
    }

    /// Number of a set of arcs, given the kinds of the arcs as little-endian words.
    pub fn add_arcs(&mut self, key: &[u8]) -> u32 {
        let number = self.arc_keys.number(key);
        self.wire.resize(self.arc_sets(), false);
        number
    }

    /// Kinds of the arcs of a set.
    pub fn arcs(&self, number: u32) -> impl ExactSizeIterator<Item = u32> {
        words(self.arc_keys.texts.get(number as usize))
    }

    /// Number of a list of pins, given as `push_pin` made it.
    pub fn add_pins(&mut self, key: &[u8]) -> u32 {
        let number = self.pin_keys.number(key);
        if number as usize == self.pins.len() {
            self.pins.push(parse_pins(key));
        }
        number
    }

    /// Number of a template, given its pins, and the ends and the arcs of its edges, as
    /// little-endian words.
    pub fn add_template(&mut self, key: &[u8]) -> u32 {
        let number = self.template_keys.number(key);
        if number as usize == self.templates.len() {
            let template = self.parse_template(key);
            self.templates.push(template);
        }
        number
    }

    fn parse_template(&self, key: &[u8]) -> Template {
        let mut words = words(key);
        let pins = words.next().unwrap_or(0);
        let mut edges = Vec::with_capacity(words.len() / 3);
        while let (Some(from), Some(to), Some(arcs)) = (words.next(), words.next(), words.next()) {
            edges.push(InnerEdge { from, to, arcs });
        }
        let list = &self.pins[pins as usize];
        let arcs: usize = edges.iter().map(|edge| self.arcs(edge.arcs).len()).sum();
        let raw = list.names.bytes.len() + 4 * list.driver.len() + 8 * edges.len() + 4 * arcs;
        Template { pins, edges, raw: raw as u64 }
    }

    /// Pins of a template.
    pub fn pins_of(&self, template: u32) -> &Pins {
        &self.pins[self.templates[template as usize].pins as usize]
    }
}

fn words(bytes: &[u8]) -> impl ExactSizeIterator<Item = u32> {
    let words = bytes.chunks_exact(4);
    words.map(|word| word.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte)))
}

/// Append a pin to the key of a list of pins.
pub(super) fn push_pin(key: &mut Vec<u8>, name: &[u8], driver: u8) {
    key.extend_from_slice(&(name.len() as u32).to_le_bytes());
    key.push(driver);
    key.extend_from_slice(name);
}

fn parse_pins(mut key: &[u8]) -> Pins {
    let mut pins = Pins::default();
    while let Some((length, rest)) = key.split_at_checked(4) {
        let length = words(length).sum::<u32>() as usize;
        let (driver, rest) = rest.split_at(1);
        let (name, rest) = rest.split_at(length);
        pins.driver.extend_from_slice(driver);
        pins.names.push(name);
        key = rest;
    }
    pins
}
