// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Names coded by what they change of the name before them: most often one number in it.

use crate::codec::range::{Bit, Coder};
use crate::codec::symbol::{Choice, Number};
use crate::error::{Result, corrupt};

/// Digits of a number at most, so that it and its steps fit an `i64`.
const MOST_DIGITS: usize = 15;
/// Tokens that a name can say it shares with the one before it.
const MOST_SHARED: usize = 15;
/// A number may become longer or shorter by this many digits and still be a step.
const MOST_GROWTH: i64 = 3;
const GROWTHS: usize = 2 * MOST_GROWTH as usize + 1;

/// A run of digits, or of other bytes.
#[derive(Clone, Copy)]
struct Token {
    start: usize,
    end: usize,
    number: bool,
}

/// Model of names that follow each other.
pub(super) struct NameModel {
    /// By what was shared last.
    shared: Vec<Choice>,
    last_shared: usize,
    is_step: Bit,
    /// By the last growth and the last digit of the number that is changed.
    growth: Vec<Choice>,
    last_growth: usize,
    /// By growth.
    step: Vec<Number>,
    same_tail: Bit,
    text: TextModel,
    before: Vec<Token>,
    after: Vec<Token>,
}

impl NameModel {
    pub fn new() -> Self {
        Self {
            shared: vec![Choice::new(MOST_SHARED + 1); MOST_SHARED + 1],
            last_shared: 0,
            is_step: Bit::NEW,
            growth: vec![Choice::new(GROWTHS); 10 * GROWTHS],
            last_growth: MOST_GROWTH as usize,
            step: vec![Number::new(); GROWTHS],
            same_tail: Bit::NEW,
            text: TextModel::new(),
            before: Vec::new(),
            after: Vec::new(),
        }
    }

    /// Code the name that follows `before`; its bytes are appended to `out`. A reader takes no more
    /// than `room` bytes.
    pub fn code<C: Coder>(
        &mut self,
        coder: &mut C,
        before: &[u8],
        name: &[u8],
        out: &mut Vec<u8>,
        room: u64,
    ) -> Result<()> {
        split(before, &mut self.before);
        split(name, &mut self.after);
        let shared = self.code_shared(coder, before, name)?;
        let kept = start(&self.before, shared, before);
        out.extend_from_slice(&before[..kept]);
        let mut old = &before[kept..];
        let mut new = name.get(kept..).unwrap_or_default();
        let reference = self.before.get(shared).copied().filter(|token| token.number);
        let target = self.after.get(shared).copied().filter(|token| token.number);
        if let Some(reference) = reference {
            let digits = &before[reference.start..reference.end];
            let wanted = target.map(|token| &name[token.start..token.end]);
            if let Some(length) = self.code_step(coder, digits, wanted, out)? {
                old = &before[reference.end..];
                new = new.get(length..).unwrap_or_default();
            }
        }
        if coder.bit(&mut self.same_tail, old == new) {
            out.extend_from_slice(old);
            return coder.check();
        }
        self.text.code(coder, old, new, out, room)
    }

    /// Tokens at the beginning that both names have.
    fn code_shared<C: Coder>(
        &mut self,
        coder: &mut C,
        before: &[u8],
        name: &[u8],
    ) -> Result<usize> {
        let pairs = self.before.iter().zip(&self.after);
        let shared = pairs
            .take(MOST_SHARED)
            .take_while(|(old, new)| before[old.start..old.end] == name[new.start..new.end])
            .count();
        let shared = self.shared[self.last_shared].code(coder, shared as u32) as usize;
        if shared > self.before.len() {
            return Err(corrupt("A name shares more than there is."));
        }
        self.last_shared = shared;
        Ok(shared)
    }

    /// A number that is near the one before it, compared from the first digit on: so the names
    /// `n9, n10` and, where names are sorted as text, `n19, n2` and `n1, n10` are all near. Returns
    /// how many digits it has, or nothing where there is no such number.
    fn code_step<C: Coder>(
        &mut self,
        coder: &mut C,
        before: &[u8],
        wanted: Option<&[u8]>,
        out: &mut Vec<u8>,
    ) -> Result<Option<usize>> {
        let growth = wanted.map(|wanted| wanted.len() as i64 - before.len() as i64);
        let growth = growth.filter(|growth| growth.abs() <= MOST_GROWTH);
        if !coder.bit(&mut self.is_step, growth.is_some()) {
            return Ok(None);
        }
        let digit = usize::from(before[before.len() - 1] - b'0');
        let context = 10 * self.last_growth + digit;
        let growth = (growth.unwrap_or(0) + MOST_GROWTH) as u32;
        let growth = self.growth[context].code(coder, growth) as usize;
        let length = (before.len() + growth).checked_sub(MOST_GROWTH as usize);
        let length = length.filter(|length| (1..=MOST_DIGITS).contains(length));
        let (true, Some(length)) = (growth < GROWTHS, length) else {
            return Err(corrupt("A number in a name has no length."));
        };
        self.last_growth = growth;
        let scaled = if length < before.len() {
            value(&before[..length])
        } else {
            value(before) * 10i64.pow((length - before.len()) as u32)
        };
        let step = wanted.map_or(0, |wanted| value(wanted) - scaled);
        let step = self.step[growth].signed(coder, step);
        let number = scaled.checked_add(step);
        let limit = 10i64.pow(length as u32);
        let Some(number) = number.filter(|number| (0..limit).contains(number)) else {
            return Err(corrupt("A number in a name is out of range."));
        };
        out.extend_from_slice(format!("{number:0length$}").as_bytes());
        Ok(Some(length))
    }
}

fn split(name: &[u8], tokens: &mut Vec<Token>) {
    tokens.clear();
    for (at, byte) in name.iter().enumerate() {
        let number = byte.is_ascii_digit();
        match tokens.last_mut() {
            Some(token)
                if token.number == number && !(number && at - token.start == MOST_DIGITS) =>
            {
                token.end = at + 1;
            }
            _ => tokens.push(Token { start: at, end: at + 1, number }),
        }
    }
}

fn start(tokens: &[Token], index: usize, name: &[u8]) -> usize {
    tokens.get(index).map_or(name.len(), |token| token.start)
}

fn value(digits: &[u8]) -> i64 {
    digits.iter().fold(0, |value, digit| value * 10 + i64::from(digit - b'0'))
}

/// Model of text that stands where other text stood.
struct TextModel {
    head: Number,
    tail: Number,
    length: Number,
    /// By the byte before it.
    bytes: Vec<Choice>,
}

impl TextModel {
    fn new() -> Self {
        Self {
            head: Number::new(),
            tail: Number::new(),
            length: Number::new(),
            bytes: vec![Choice::new(256); 256],
        }
    }

    fn code<C: Coder>(
        &mut self,
        coder: &mut C,
        old: &[u8],
        new: &[u8],
        out: &mut Vec<u8>,
        room: u64,
    ) -> Result<()> {
        let pairs = old.iter().zip(new);
        let head = pairs.take_while(|(old, new)| old == new).count();
        let head = self.head.code(coder, head as u64);
        let Some((kept, old)) = usize::try_from(head).ok().and_then(|at| old.split_at_checked(at))
        else {
            return Err(corrupt("A name shares more than there is."));
        };
        out.extend_from_slice(kept);
        let new = new.get(kept.len()..).unwrap_or_default();
        let pairs = old.iter().rev().zip(new.iter().rev());
        let tail = pairs.take_while(|(old, new)| old == new).count();
        let tail = self.tail.code(coder, tail as u64);
        if tail > old.len() as u64 {
            return Err(corrupt("A name shares more than there is."));
        }
        let kept = &old[old.len() - tail as usize..];
        let length = new.len().saturating_sub(kept.len()) as u64;
        let length = self.length.code(coder, length);
        if length > room {
            return Err(corrupt("A name is too long."));
        }
        let mut last = 0;
        for at in 0..length as usize {
            let byte = new.get(at).copied().unwrap_or(0);
            last = self.bytes[last].code(coder, u32::from(byte)) as usize;
            out.push(last as u8);
            coder.check()?;
        }
        out.extend_from_slice(kept);
        coder.check()
    }
}
