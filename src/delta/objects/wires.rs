// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Coding of the wires: for each load its drivers.

use super::Budget;
use super::dictionary::Dictionary;
use super::instances::{Matched, NONE};
use super::origin::{Crowds, Origin};
use super::parts::{Instances, Wire, Wires};
use crate::codec::range::{Bit, Coder};
use crate::codec::symbol::{Choice, Number};
use crate::error::{Result, corrupt};

/// Model of one pin of a template.
#[derive(Clone)]
struct Slot {
    /// Whether it is a load.
    load: Bit,
    /// Whether it has more drivers than one.
    many: Bit,
    place: Choice,
    /// Driver of the last such pin.
    last: u32,
    seen: bool,
}

impl Slot {
    fn new() -> Self {
        Self {
            load: Bit::NEW,
            many: Bit::NEW,
            place: Choice::new(place::COUNT),
            last: 0,
            seen: false,
        }
    }
}

/// Where a driver is looked for when nothing of the base helps.
mod place {
    /// It is that of the last such pin.
    pub(super) const SAME: u32 = 0;
    /// In the last instance, where the top-level ports are.
    pub(super) const PORTS: u32 = 1;
    /// At a distance from the load.
    pub(super) const NEAR_LOAD: u32 = 2;
    /// At a distance from the driver of the last such pin.
    pub(super) const NEAR_LAST: u32 = 3;
    pub(super) const COUNT: usize = 4;
}

/// Where a driver is looked for that the base does not have.
mod source {
    /// An added instance that is driven by the base's driver, as buffers are.
    pub(super) const CROWD: u32 = 0;
    /// The base's driver of another pin of the instance.
    pub(super) const SIBLING: u32 = 1;
    pub(super) const ANYWHERE: u32 = 2;
    pub(super) const COUNT: usize = 3;
}

/// Model of the wires of a table.
pub(super) struct WireModel<'a> {
    dictionary: &'a Dictionary,
    instances: &'a Instances,
    of_rows: &'a [u32],
    /// First slot of each template.
    first_slot: Vec<usize>,
    /// First two that stand for pins that come up first, by whether the pin before is a load: so
    /// pins of instances that are there once, as ports are, learn from each other.
    slots: Vec<Slot>,
    last_load: bool,
    /// The slot of the pin that is coded, and the one whose models are used.
    own: usize,
    used: usize,
    many: Number,
    arcs: Choice,
    near_load: Number,
    near_last: Number,
    /// By template of the driver's instance.
    pin: Vec<Choice>,
    /// By whether the load has drivers in the base, whether these have a crowd, and what happened
    /// to the last load of the first of these.
    kept: [Bit; 9],
    source: [Choice; 2],
    same_member: Bit,
    member: Number,
    sibling: Number,
    coded: Vec<(u32, Wire)>,
    budget: &'a mut Budget,
}

/// What the base says of the loads that it has, and what became of it so far.
struct Past<'a> {
    origin: &'a Origin<'a>,
    crowds: Crowds,
    /// Wires of the load that is coded, if nothing changed.
    expected: Vec<Wire>,
}

impl<'a> WireModel<'a> {
    pub fn new(
        dictionary: &'a Dictionary,
        instances: &'a Instances,
        of_rows: &'a [u32],
        budget: &'a mut Budget,
    ) -> Self {
        let mut first_slot = Vec::with_capacity(dictionary.templates.len());
        let mut pin = Vec::with_capacity(dictionary.templates.len());
        let mut slots = 2;
        for template in 0..dictionary.templates.len() as u32 {
            let pins = dictionary.pins_of(template).driver.len();
            first_slot.push(slots);
            pin.push(Choice::new(pins));
            slots += pins;
        }
        Self {
            dictionary,
            instances,
            of_rows,
            first_slot,
            slots: vec![Slot::new(); slots],
            last_load: false,
            own: 0,
            used: 0,
            many: Number::new(),
            arcs: Choice::new(dictionary.arc_sets()),
            near_load: Number::new(),
            near_last: Number::new(),
            pin,
            kept: [Bit::NEW; 9],
            source: [Choice::new(source::COUNT), Choice::new(source::COUNT)],
            same_member: Bit::NEW,
            member: Number::new(),
            sibling: Number::new(),
            coded: Vec::new(),
            budget,
        }
    }

    /// Code the wires: those of `wanted`, if one writes. Added instances come first, so that it is
    /// known what they are driven by when the loads that they took over are coded.
    pub fn code<C: Coder>(
        mut self,
        coder: &mut C,
        origin: Option<&Origin>,
        matched: &Matched,
        wanted: Option<&Wires>,
    ) -> Result<Wires> {
        let wanted = |row| wanted.map_or(&[][..], |wires| wires.to(row));
        let of_rows = self.of_rows;
        let rows = 0..of_rows.len() as u32;
        let is_added = |row: &u32| matched.base[of_rows[*row as usize] as usize] == NONE;
        for row in rows.clone().filter(is_added) {
            self.code_new(coder, row, wanted(row))?;
        }
        if let Some(origin) = origin {
            let crowds = Crowds::new(matched, of_rows, &self.coded);
            let mut past = Past { origin, crowds, expected: Vec::new() };
            for row in rows.filter(|row| !is_added(row)) {
                if origin.expected(row, &mut past.expected) {
                    self.code_old(coder, row, &mut past, wanted(row))?;
                } else {
                    self.code_new(coder, row, wanted(row))?;
                }
            }
        }
        Ok(Wires::new(of_rows.len(), &self.coded))
    }

    /// Choose the slot for a vertex.
    fn enter(&mut self, row: u32) {
        let instance = self.of_rows[row as usize] as usize;
        let first = self.first_slot[self.instances.templates[instance] as usize];
        self.own = first + (row - self.instances.rows[instance]) as usize;
        let seen = std::mem::replace(&mut self.slots[self.own].seen, true);
        self.used = if seen { self.own } else { usize::from(self.last_load) };
    }

    /// Drivers of a load of which nothing is known.
    fn code_new<C: Coder>(&mut self, coder: &mut C, row: u32, wanted: &[Wire]) -> Result<()> {
        for at in 0..self.code_count(coder, row, wanted.len())? {
            let wanted = wanted.get(at as usize).copied().unwrap_or_default();
            let from = self.code_anywhere(coder, row, wanted.from)?;
            self.push(coder, row, from, wanted.arcs)?;
        }
        Ok(())
    }

    /// How many drivers a vertex has.
    fn code_count<C: Coder>(&mut self, coder: &mut C, row: u32, wanted: usize) -> Result<u64> {
        self.enter(row);
        let slot = &mut self.slots[self.used];
        self.last_load = coder.bit(&mut slot.load, wanted > 0);
        if !self.last_load {
            return Ok(0);
        }
        if !coder.bit(&mut slot.many, wanted > 1) {
            return Ok(1);
        }
        let more = self.many.code(coder, (wanted as u64).wrapping_sub(2));
        coder.check()?;
        Ok(more.saturating_add(2))
    }

    /// Code the arcs of a wire and keep it.
    fn push<C: Coder>(&mut self, coder: &mut C, row: u32, from: u32, arcs: u32) -> Result<()> {
        let arcs = self.arcs.code(coder, arcs);
        if self.dictionary.wire.get(arcs as usize) != Some(&true) {
            return Err(corrupt("A wire has arcs that are not those of a wire."));
        }
        coder.check()?;
        self.slots[self.used].last = from;
        self.slots[self.own].last = from;
        self.keep(row, Wire { from, arcs })
    }

    /// Keep a wire.
    fn keep(&mut self, row: u32, wire: Wire) -> Result<()> {
        self.coded.push((row, wire));
        self.budget.spend(8 + 4 * self.dictionary.arcs(wire.arcs).len() as u64)
    }

    /// A driver that may be any vertex.
    fn code_anywhere<C: Coder>(&mut self, coder: &mut C, row: u32, wanted: u32) -> Result<u32> {
        let last = self.slots[self.used].last;
        let ports = i64::from(self.of_rows[self.of_rows.len() - 1]);
        let load = i64::from(self.of_rows[row as usize]);
        let near = i64::from(self.of_rows[last as usize]);
        let driver = i64::from(self.of_rows[wanted as usize]);
        // The distance from the last driver is as good as random unless it is much shorter.
        let place = if wanted == last {
            place::SAME
        } else if driver == ports {
            place::PORTS
        } else if (driver - near).abs() < (driver - load).abs() / 8 {
            place::NEAR_LAST
        } else {
            place::NEAR_LOAD
        };
        let driver = match self.slots[self.used].place.code(coder, place) {
            place::SAME => return Ok(last),
            place::PORTS => ports,
            place::NEAR_LOAD => load.wrapping_sub(self.near_load.signed(coder, load - driver)),
            _ => near.wrapping_sub(self.near_last.signed(coder, near - driver)),
        };
        if !(0..=ports).contains(&driver) {
            return Err(corrupt("A driver is not there."));
        }
        self.code_pin(coder, driver as u32, wanted)
    }

    /// Which pin of an instance is the driver.
    fn code_pin<C: Coder>(&mut self, coder: &mut C, instance: u32, wanted: u32) -> Result<u32> {
        let first = self.instances.rows[instance as usize];
        let template = self.instances.templates[instance as usize];
        let pin = self.pin[template as usize].code(coder, wanted.wrapping_sub(first));
        let row = first.wrapping_add(pin);
        if self.of_rows.get(row as usize) == Some(&instance) {
            return Ok(row);
        }
        Err(corrupt("A driver is not there."))
    }

    /// Drivers of a load whose drivers in the base are expected.
    fn code_old<C: Coder>(
        &mut self,
        coder: &mut C,
        row: u32,
        past: &mut Past,
        wanted: &[Wire],
    ) -> Result<()> {
        let root = past.expected.first().map(|wire| self.of_rows[wire.from as usize]);
        let context = root.map_or(0, |root| past.crowds.context(root));
        if coder.bit(&mut self.kept[context], wanted == past.expected) {
            if let Some(root) = root {
                past.crowds.note_kept(root);
            }
            for wire in &past.expected {
                self.keep(row, *wire)?;
            }
            return coder.check();
        }
        for at in 0..self.code_count(coder, row, wanted.len())? {
            let wanted = wanted.get(at as usize).copied().unwrap_or_default();
            let from = match root {
                Some(root) => self.code_changed(coder, row, root, past, wanted.from)?,
                None => self.code_anywhere(coder, row, wanted.from)?,
            };
            self.push(coder, row, from, wanted.arcs)?;
        }
        Ok(())
    }

    /// A driver of a load that the base's driver, of the instance `root`, has lost.
    fn code_changed<C: Coder>(
        &mut self,
        coder: &mut C,
        row: u32,
        root: u32,
        past: &mut Past,
        wanted: u32,
    ) -> Result<u32> {
        let place = past.crowds.place(root, self.of_rows[wanted as usize]);
        let sibling = match place {
            Some(_) => None,
            None => past.origin.sibling(row, wanted),
        };
        let source = match (place, sibling) {
            (Some(_), _) => source::CROWD,
            (None, Some(_)) => source::SIBLING,
            _ => source::ANYWHERE,
        };
        let has_crowd = !past.crowds.members(root).is_empty();
        match self.source[usize::from(has_crowd)].code(coder, source) {
            source::CROWD => {
                let member = self.code_member(coder, root, &mut past.crowds, place.unwrap_or(0))?;
                self.code_pin(coder, member, wanted)
            }
            source::SIBLING => {
                let pin = self.sibling.code(coder, u64::from(sibling.unwrap_or(0)));
                let first = self.instances.rows[self.of_rows[row as usize] as usize];
                let pin = u32::try_from(pin).ok().and_then(|pin| first.checked_add(pin));
                let driver = pin.and_then(|pin| past.origin.first_driver(pin));
                driver.ok_or_else(|| corrupt("A driver is not there."))
            }
            _ => self.code_anywhere(coder, row, wanted),
        }
    }

    /// The member of a crowd at `place`; most often that which took the load before.
    fn code_member<C: Coder>(
        &mut self,
        coder: &mut C,
        root: u32,
        crowds: &mut Crowds,
        place: usize,
    ) -> Result<u32> {
        let last = crowds.last(root);
        let is_same = last.is_some() && coder.bit(&mut self.same_member, last == Some(place));
        let place = match last.filter(|_| is_same) {
            Some(last) => last as u64,
            None => self.member.code(coder, place as u64),
        };
        let place = usize::try_from(place).unwrap_or(usize::MAX);
        let Some(member) = crowds.members(root).get(place).copied() else {
            return Err(corrupt("An added driver is not there."));
        };
        crowds.note_moved(root, place);
        Ok(member)
    }
}
