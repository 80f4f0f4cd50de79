// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Coding of the dictionary and of the instances.

use super::Budget;
use super::dictionary::{Dictionary, InnerEdge, Known, Pins, push_pin};
use super::names::NameModel;
use super::parts::Instances;
use crate::codec::range::{Bit, Coder};
use crate::codec::symbol::{Choice, Number};
use crate::error::{Result, corrupt};

/// Stands for an instance or a row that there is not.
pub(super) const NONE: u32 = u32::MAX;

/// Code the sets of arcs that are not known from the base, and which sets are wires: those that are
/// known to be (`known_wires` has all known sets), and others.
pub(super) fn code_arc_sets<C: Coder>(
    coder: &mut C,
    dictionary: &mut Dictionary,
    known_wires: &[bool],
    kinds: usize,
) -> Result<()> {
    let (mut count, mut length, mut kind) = (Number::new(), Number::new(), Choice::new(kinds));
    let added = count.code(coder, (dictionary.arc_sets() - known_wires.len()) as u64);
    for number in 0..added {
        let number = known_wires.len() as u64 + number;
        let wanted: Vec<u32> = dictionary.arcs(number as u32).collect();
        let mut key = Vec::new();
        for at in 0..length.code(coder, wanted.len() as u64) {
            let wanted = wanted.get(at as usize).copied().unwrap_or(0);
            let kind = kind.code(coder, wanted);
            if kind as usize >= kinds {
                return Err(corrupt("An arc has a kind that there is not."));
            }
            key.extend_from_slice(&kind.to_le_bytes());
            coder.check()?;
        }
        check_new(dictionary.add_arcs(&key), number as usize)?;
        coder.check()?;
    }
    let mut wire = Bit::NEW;
    for (number, flag) in dictionary.wire.iter_mut().enumerate() {
        if known_wires.get(number) != Some(&true) {
            *flag = coder.bit(&mut wire, *flag);
        }
    }
    coder.check()
}

/// What is defined twice would be numbered in two ways.
fn check_new(number: u32, next: usize) -> Result<()> {
    if number as usize == next {
        return Ok(());
    }
    Err(corrupt("Something is defined twice in the object table."))
}

/// Instances, and for each that of the base with its name, in the base's order.
#[derive(Default)]
pub(super) struct Matched {
    pub instances: Instances,
    pub base: Vec<u32>,
}

/// Model of instances in row order.
pub(super) struct InstanceModel<'a> {
    base: &'a Instances,
    /// Instances of the base up to here are behind.
    next: usize,
    /// The last template of each cell.
    of_cell: Vec<u32>,
    /// By whether the last one was matched.
    matched: [Bit; 2],
    last_matched: bool,
    skipped: Number,
    names: NameModel,
    /// By whether the last one was kept.
    kept: [Bit; 2],
    last_kept: bool,
    /// By the template of the base's instance.
    other_cell: Vec<Choice>,
    cell: Choice,
    same_template: Bit,
    template: Number,
    templates: TemplateModel,
}

/// What an instance is, as far as it is known.
#[derive(Clone, Copy)]
struct Kind {
    cell: u32,
    template: u32,
}

impl<'a> InstanceModel<'a> {
    pub fn new(base: &'a Instances, known: &Known, cells: usize) -> Self {
        let mut of_cell = vec![NONE; cells];
        for (cell, template) in base.cells.iter().zip(&base.templates) {
            of_cell[*cell as usize] = *template;
        }
        Self {
            base,
            next: 0,
            of_cell,
            matched: [Bit::NEW; 2],
            last_matched: false,
            skipped: Number::new(),
            names: NameModel::new(),
            kept: [Bit::NEW; 2],
            last_kept: true,
            other_cell: vec![Choice::new(cells); known.templates],
            cell: Choice::new(cells),
            same_template: Bit::NEW,
            template: Number::new(),
            templates: TemplateModel::new(known),
        }
    }

    /// Code all instances: those of `wanted`, if one writes.
    pub fn code<C: Coder>(
        mut self,
        coder: &mut C,
        dictionary: &mut Dictionary,
        wanted: &Matched,
        budget: &mut Budget,
    ) -> Result<Matched> {
        let mut coded = Matched::default();
        let mut name = Vec::new();
        let mut last_name = Vec::new();
        let mut row = 0;
        for index in 0..Number::new().code(coder, wanted.base.len() as u64) as usize {
            let wanted_name = wanted.instances.names.get(index);
            let wanted_kind = Kind {
                cell: wanted.instances.cells.get(index).copied().unwrap_or(0),
                template: wanted.instances.templates.get(index).copied().unwrap_or(0),
            };
            let origin = wanted.base.get(index).copied().unwrap_or(NONE);
            let origin = self.code_match(coder, origin)?;
            name.clear();
            let kind = if let Some(origin) = origin {
                name.extend_from_slice(self.base.names.get(origin));
                self.code_kept(coder, origin, wanted_kind.cell)?
            } else {
                self.names.code(coder, &last_name, wanted_name, &mut name, budget.left)?;
                let cell = self.cell.code(coder, wanted_kind.cell);
                self.with_known_template(cell)?
            };
            let template = self.code_template(coder, dictionary, kind, wanted_kind, budget)?;
            self.of_cell[kind.cell as usize] = template;
            let pins = dictionary.pins_of(template).driver.len();
            let raw = dictionary.templates[template as usize].raw;
            budget.spend(raw + pins as u64 * name.len() as u64)?;
            coded.base.push(origin.map_or(NONE, |origin| origin as u32));
            coded.instances.push(&name, kind.cell, template, row);
            row = u32::try_from(row as usize + pins)
                .map_err(|_| corrupt("There are too many vertices."))?;
            std::mem::swap(&mut name, &mut last_name);
        }
        coded.instances.rows.push(row);
        Ok(coded)
    }

    /// Whether there is an instance of this name in the base behind the last, and which.
    fn code_match<C: Coder>(&mut self, coder: &mut C, origin: u32) -> Result<Option<usize>> {
        let left = self.base.len() - self.next;
        if left == 0 {
            return Ok(None);
        }
        let model = &mut self.matched[usize::from(self.last_matched)];
        self.last_matched = coder.bit(model, origin != NONE);
        if !self.last_matched {
            return Ok(None);
        }
        let skipped = u64::from(origin).saturating_sub(self.next as u64);
        let skipped = self.skipped.code(coder, skipped);
        if skipped >= left as u64 {
            return Err(corrupt("An instance of the base is not there."));
        }
        let found = self.next + skipped as usize;
        self.next = found + 1;
        Ok(Some(found))
    }

    /// Whether a matched instance has the base's cell, and else which.
    fn code_kept<C: Coder>(&mut self, coder: &mut C, origin: usize, wanted: u32) -> Result<Kind> {
        let old = Kind { cell: self.base.cells[origin], template: self.base.templates[origin] };
        let model = &mut self.kept[usize::from(self.last_kept)];
        self.last_kept = coder.bit(model, wanted == old.cell);
        if self.last_kept {
            return Ok(old);
        }
        let cell = self.other_cell[old.template as usize].code(coder, wanted);
        let kind = self.with_known_template(cell)?;
        // A cell is most often exchanged for one with the same pins and edges.
        let template = if kind.template == NONE { old.template } else { kind.template };
        Ok(Kind { cell, template })
    }

    fn with_known_template(&self, cell: u32) -> Result<Kind> {
        match self.of_cell.get(cell as usize) {
            Some(template) => Ok(Kind { cell, template: *template }),
            None => Err(corrupt("An instance has a cell that there is not.")),
        }
    }

    /// The template, most often the one that was expected.
    fn code_template<C: Coder>(
        &mut self,
        coder: &mut C,
        dictionary: &mut Dictionary,
        expected: Kind,
        wanted: Kind,
        budget: &mut Budget,
    ) -> Result<u32> {
        let expected = expected.template;
        if expected != NONE && coder.bit(&mut self.same_template, wanted.template == expected) {
            coder.check()?;
            return Ok(expected);
        }
        let known = self.templates.known_templates as u32;
        let back = u64::from(known.saturating_sub(wanted.template));
        let back = self.template.code(coder, back);
        coder.check()?;
        if back == 0 {
            return self.templates.code(coder, dictionary, budget);
        }
        if back > u64::from(known) {
            return Err(corrupt("A template is not there."));
        }
        Ok(known - back as u32)
    }
}

/// Model of templates that come up for the first time.
struct TemplateModel {
    known_templates: usize,
    known_pins: usize,
    pins: Number,
    pin_count: Number,
    names: NameModel,
    driver: Bit,
    edge_count: Number,
    from: Number,
    /// By whether the edge before starts at the same pin.
    to: [Number; 2],
    arcs: Number,
}

impl TemplateModel {
    fn new(known: &Known) -> Self {
        Self {
            known_templates: known.templates,
            known_pins: known.pins,
            pins: Number::new(),
            pin_count: Number::new(),
            names: NameModel::new(),
            driver: Bit::NEW,
            edge_count: Number::new(),
            from: Number::new(),
            to: [Number::new(), Number::new()],
            arcs: Number::new(),
        }
    }

    /// Code the next template: its list of pins, old or new, and its edges.
    fn code<C: Coder>(
        &mut self,
        coder: &mut C,
        dictionary: &mut Dictionary,
        budget: &mut Budget,
    ) -> Result<u32> {
        let number = self.known_templates as u32;
        self.known_templates += 1;
        let wanted = dictionary.templates.get(number as usize);
        let wanted_pins = wanted.map_or(0, |template| template.pins);
        let back = u64::from((self.known_pins as u32).saturating_sub(wanted_pins));
        let back = self.pins.code(coder, back);
        let pins = if back == 0 {
            self.code_pins(coder, dictionary, budget)?
        } else if back <= self.known_pins as u64 {
            (self.known_pins as u64 - back) as u32
        } else {
            return Err(corrupt("A list of pins is not there."));
        };
        let mut key = pins.to_le_bytes().to_vec();
        self.code_edges(coder, dictionary, number, pins, &mut key)?;
        check_new(dictionary.add_template(&key), number as usize)?;
        Ok(number)
    }

    fn code_pins<C: Coder>(
        &mut self,
        coder: &mut C,
        dictionary: &mut Dictionary,
        budget: &mut Budget,
    ) -> Result<u32> {
        let number = self.known_pins;
        self.known_pins += 1;
        let blank = Pins::default();
        let wanted = dictionary.pins.get(number).unwrap_or(&blank);
        let count = self.pin_count.code(coder, wanted.driver.len() as u64);
        if count == 0 {
            return Err(corrupt("An instance has no pins."));
        }
        let mut key = Vec::new();
        let mut name = Vec::new();
        let mut last_name = Vec::new();
        for pin in 0..count as usize {
            name.clear();
            let wanted_name = wanted.names.get(pin);
            self.names.code(coder, &last_name, wanted_name, &mut name, budget.left)?;
            let driver = wanted.driver.get(pin) == Some(&1);
            let driver = coder.bit(&mut self.driver, driver);
            budget.spend(4 + name.len() as u64)?;
            push_pin(&mut key, &name, u8::from(driver));
            std::mem::swap(&mut name, &mut last_name);
        }
        let pins = dictionary.add_pins(&key);
        check_new(pins, number)?;
        Ok(pins)
    }

    /// Edges ascend by start, then end: both are coded as steps.
    fn code_edges<C: Coder>(
        &mut self,
        coder: &mut C,
        dictionary: &Dictionary,
        number: u32,
        pins: u32,
        key: &mut Vec<u8>,
    ) -> Result<()> {
        let pins = dictionary.pins[pins as usize].driver.len() as u64;
        let wanted = dictionary.templates.get(number as usize);
        let wanted = wanted.map_or(&[][..], |template| &template.edges);
        let (mut last_from, mut last_to) = (0u64, 0u64);
        for at in 0..self.edge_count.code(coder, wanted.len() as u64) as usize {
            let blank = InnerEdge { from: 0, to: 0, arcs: 0 };
            let edge = wanted.get(at).unwrap_or(&blank);
            let step = self.from.code(coder, u64::from(edge.from).saturating_sub(last_from));
            if step > 0 {
                last_to = 0;
            }
            let from = last_from.saturating_add(step);
            let to = &mut self.to[usize::from(step == 0)];
            let to = to.code(coder, u64::from(edge.to).saturating_sub(last_to));
            let to = last_to.saturating_add(to);
            let arcs = self.arcs.code(coder, u64::from(edge.arcs));
            if from >= pins || to >= pins || arcs >= dictionary.arc_sets() as u64 {
                return Err(corrupt("An edge of a template is out of range."));
            }
            if dictionary.wire[arcs as usize] {
                return Err(corrupt("An edge of a template is a wire."));
            }
            for word in [from as u32, to as u32, arcs as u32] {
                key.extend_from_slice(&word.to_le_bytes());
            }
            (last_from, last_to) = (from, to);
            coder.check()?;
        }
        Ok(())
    }
}
