// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! An adaptive binary range coder. One description of the data, generic over [`Coder`], both writes
//! and reads: a writer is given the values, a reader ignores what it is given and returns what the
//! bytes say. So the two cannot drift apart.

use crate::error::{Error, ErrorKind, Result, corrupt};

/// The chance of a bit, learned from the bits before it.
#[derive(Clone, Copy)]
pub(crate) struct Bit {
    /// Chance of a 1, of 65,536.
    one: u16,
    /// Bits seen, up to `SLOWEST`.
    seen: u8,
}

/// Bits after which the chance moves no slower. It ends up at least 31 away from 0 and from 65,536, so
/// that a bit is never certain; slower models cost a few percent more: designs vary from place to
/// place.
const SLOWEST: u8 = 30;
/// The chance moves by `1 / (seen + 1.5)` of what it was wrong by: fast at first, for small designs.
const STEP: [u32; SLOWEST as usize + 1] = {
    let mut step = [0; SLOWEST as usize + 1];
    let mut seen = 0;
    while seen < step.len() {
        step[seen] = 131_072 / (2 * seen as u32 + 3);
        seen += 1;
    }
    step
};

/// The range is at least this between bits.
const LEAST_RANGE: u32 = 1 << 24;

impl Bit {
    pub(crate) const NEW: Self = Self { one: 1 << 15, seen: 0 };

    /// The part of the range that stands for a 1; never none nor all of it.
    fn bound(self, range: u32) -> u32 {
        (range >> 12) * u32::from(self.one >> 4)
    }

    fn learn(&mut self, value: bool) {
        let step = STEP[usize::from(self.seen)];
        let one = u32::from(self.one);
        let one =
            if value { one + (((65_536 - one) * step) >> 16) } else { one - ((one * step) >> 16) };
        self.one = one as u16;
        self.seen = SLOWEST.min(self.seen + 1);
    }
}

/// Writes bits, or reads them.
pub(crate) trait Coder {
    /// Code one bit that has a model.
    fn bit(&mut self, model: &mut Bit, value: bool) -> bool;

    /// Code the low `count` bits, at most 16, of a value that no model knows anything about.
    fn raw(&mut self, value: u32, count: u32) -> u32;

    /// Whether all that was read was there.
    fn check(&self) -> Result<()>;
}

/// Writes.
pub(crate) struct Encoder {
    out: Vec<u8>,
    low: u64,
    range: u32,
    /// The last byte, and how many bytes of 0xff after it, that a carry may still change. There is
    /// none at first.
    held: Option<u8>,
    full: usize,
}

impl Encoder {
    /// A coder whose bytes follow `out`.
    pub fn after(out: Vec<u8>) -> Self {
        Self { out, low: 0, range: u32::MAX, held: None, full: 0 }
    }

    fn normalize(&mut self) {
        while self.range < LEAST_RANGE {
            self.range <<= 8;
            self.shift();
        }
    }

    /// Move the top byte of `low` out.
    fn shift(&mut self) {
        let carry = (self.low >> 32) as u8;
        let top = (self.low >> 24) as u8;
        if carry == 0 && top == 0xff {
            self.full += 1;
        } else {
            self.out.extend(self.held.map(|held| held.wrapping_add(carry)));
            let full = 0xffu8.wrapping_add(carry);
            self.out.extend(std::iter::repeat_n(full, self.full));
            self.held = Some(top);
            self.full = 0;
        }
        self.low = (self.low & 0x00ff_ffff) << 8;
    }

    /// The bytes.
    pub fn finish(mut self) -> Vec<u8> {
        for _ in 0..5 {
            self.shift();
        }
        self.out
    }
}

impl Coder for Encoder {
    fn bit(&mut self, model: &mut Bit, value: bool) -> bool {
        let bound = model.bound(self.range);
        if value {
            self.range = bound;
        } else {
            self.low += u64::from(bound);
            self.range -= bound;
        }
        model.learn(value);
        self.normalize();
        value
    }

    fn raw(&mut self, value: u32, count: u32) -> u32 {
        self.range >>= count;
        self.low += u64::from(self.range) * u64::from(value);
        self.normalize();
        value
    }

    fn check(&self) -> Result<()> {
        Ok(())
    }
}

/// Reads.
pub(crate) struct Decoder<'a> {
    rest: &'a [u8],
    /// Bytes read beyond the end, as zeros; looked at by `check`, since a test of every bit is slow.
    missing: usize,
    code: u32,
    range: u32,
}

impl<'a> Decoder<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        let mut decoder = Self { rest: bytes, missing: 0, code: 0, range: u32::MAX };
        for _ in 0..4 {
            decoder.shift();
        }
        decoder
    }

    fn normalize(&mut self) {
        while self.range < LEAST_RANGE {
            self.range <<= 8;
            self.shift();
        }
    }

    fn shift(&mut self) {
        let byte = match self.rest.split_first() {
            Some((byte, rest)) => {
                self.rest = rest;
                *byte
            }
            None => {
                self.missing += 1;
                0
            }
        };
        self.code = self.code << 8 | u32::from(byte);
    }

    /// Everything must have been read.
    pub fn finish(self) -> Result<()> {
        self.check()?;
        if self.rest.is_empty() { Ok(()) } else { Err(corrupt("Bytes follow the last coded one.")) }
    }
}

impl Coder for Decoder<'_> {
    fn bit(&mut self, model: &mut Bit, _: bool) -> bool {
        let bound = model.bound(self.range);
        let value = self.code < bound;
        if value {
            self.range = bound;
        } else {
            self.code -= bound;
            self.range -= bound;
        }
        model.learn(value);
        self.normalize();
        value
    }

    fn raw(&mut self, _: u32, count: u32) -> u32 {
        self.range >>= count;
        // Bytes that no encoder wrote may lead beyond the last value.
        let value = (self.code / self.range).min((1 << count) - 1);
        self.code -= value * self.range;
        self.normalize();
        value
    }

    fn check(&self) -> Result<()> {
        if self.missing == 0 {
            return Ok(());
        }
        let message = "Coded bytes are cut short.";
        Err(Error::new(ErrorKind::Truncated, message))
    }
}
