// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The language of conditions:
//!
//! ```text
//! condition  = conjunction { ("or" | "||") conjunction }
//! conjunction = term { ("and" | "&&") term }
//! term       = ("not" | "!") term | "(" condition ")" | operand comparison operand
//! operand    = number [unit] | [("setup" | "hold") "."] name ["[" key "=" value { "," key "=" value } "]"]
//! ```

use super::{Comparison, MinMax, NAMES, Node, Operand, Quantity, Variable};
use crate::error::{Error, Result, invalid};

/// Deeper conditions are no user's.
const MAX_DEPTH: usize = 100;

/// And their powers of ten.
const UNITS: [(&str, i32); 6] =
    [("s", 0), ("ms", -3), ("us", -6), ("ns", -9), ("ps", -12), ("fs", -15)];

const COMPARISONS: [(&str, Comparison); 7] = [
    ("<=", Comparison::LessOrEqual),
    (">=", Comparison::GreaterOrEqual),
    ("==", Comparison::Equal),
    ("!=", Comparison::NotEqual),
    ("<", Comparison::Less),
    (">", Comparison::Greater),
    ("=", Comparison::Equal),
];

pub(super) fn parse(text: &str) -> Result<Node> {
    let mut parser = Parser { text, at: 0, depth: 0 };
    let node = parser.condition()?;
    parser.skip_blanks();
    if parser.at < text.len() {
        return Err(parser.fail("expected \"and\", \"or\" or the end"));
    }
    Ok(node)
}

struct Parser<'a> {
    text: &'a str,
    /// Byte offset; on a letter's first byte always.
    at: usize,
    depth: usize,
}

/// An operand, where it begins, and what it may be compared with.
struct Parsed {
    operand: Operand,
    at: usize,
    unit: Unit,
}

#[derive(Clone, Copy, PartialEq)]
enum Unit {
    /// A number without a unit.
    Plain,
    Seconds,
    Percent,
    Of(Quantity),
}

impl<'a> Parser<'a> {
    fn condition(&mut self) -> Result<Node> {
        let mut node = self.conjunction()?;
        while self.takes_word("or") || self.takes("||") {
            node = Node::Or(Box::new(node), Box::new(self.conjunction()?));
        }
        Ok(node)
    }

    fn conjunction(&mut self) -> Result<Node> {
        let mut node = self.term()?;
        while self.takes_word("and") || self.takes("&&") {
            node = Node::And(Box::new(node), Box::new(self.term()?));
        }
        Ok(node)
    }

    fn term(&mut self) -> Result<Node> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.fail("the condition is nested too deeply"));
        }
        let is_not = self.takes_word("not")
            || (!self.rest().trim_start().starts_with("!=") && self.takes("!"));
        let node = if is_not {
            Node::Not(Box::new(self.term()?))
        } else if self.takes("(") {
            let node = self.condition()?;
            if !self.takes(")") {
                return Err(self.fail("expected \")\""));
            }
            node
        } else {
            self.comparison()?
        };
        self.depth -= 1;
        Ok(node)
    }

    fn comparison(&mut self) -> Result<Node> {
        let left = self.operand()?;
        let by = COMPARISONS.iter().find(|(sign, _)| self.takes(sign));
        let (_, by) = by.ok_or_else(|| self.fail("expected one of < <= > >= == !="))?;
        let right = self.operand()?;
        self.check_units(&left, &right)?;
        let (left, right) = (Box::new(left.operand), Box::new(right.operand));
        Ok(Node::Compare { left, by: *by, right })
    }

    /// Times are compared with times, counts with counts; zero needs no unit.
    fn check_units(&self, left: &Parsed, right: &Parsed) -> Result<()> {
        use Quantity::{Count, Time};
        let (known, other) = match (left.unit, right.unit) {
            (Unit::Of(_), _) => (left, right),
            (_, Unit::Of(_)) => (right, left),
            _ => return Err(self.fail_at(right.at, "two numbers are compared: name a variable")),
        };
        let is_zero = matches!(other.operand, Operand::Number(0.0));
        let message = match (known.unit, other.unit) {
            (Unit::Of(a), Unit::Of(b)) if a != b => "a time and a count cannot be compared",
            (Unit::Of(Time), Unit::Plain) if !is_zero => {
                "a time needs a unit: s, ms, us, ns, ps, fs or % of the clock period"
            }
            (Unit::Of(Count), Unit::Seconds | Unit::Percent) => "a count has no unit",
            _ => return Ok(()),
        };
        Err(self.fail_at(other.at, message))
    }

    fn operand(&mut self) -> Result<Parsed> {
        self.skip_blanks();
        let at = self.at;
        match self.rest().chars().next() {
            Some(first) if first.is_ascii_digit() || "+-.".contains(first) => self.number(),
            Some(first) if first.is_ascii_alphabetic() => {
                let variable = self.variable()?;
                let unit = Unit::Of(variable.name.quantity);
                Ok(Parsed { operand: Operand::Variable(variable), at, unit })
            }
            Some(_) => Err(self.fail("expected a number or a variable")),
            None => Err(self.fail("expected a number or a variable, but it ends here")),
        }
    }

    fn number(&mut self) -> Result<Parsed> {
        let at = self.at;
        let bytes = self.rest().as_bytes();
        let mut end = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
        let digits =
            |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        end += digits(end);
        if bytes.get(end) == Some(&b'.') {
            end += 1 + digits(end + 1);
        }
        let mantissa = &self.rest()[..end];
        let mut exponent = 0i32;
        if matches!(bytes.get(end), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
            let count = digits((end + 1 + sign).min(bytes.len()));
            if count > 0 {
                let given = self.rest()[end + 1..end + 1 + sign + count].parse();
                exponent = given.map_err(|_| self.fail("this is no number"))?;
                end += 1 + sign + count;
            }
        }
        // With the power of ten of its unit, and so rounded once.
        let scaled = |power: i32| {
            let number = format!("{mantissa}e{}", i64::from(exponent) + i64::from(power)).parse();
            let number = number.ok().filter(|number: &f64| number.is_finite());
            number.ok_or_else(|| self.fail("this is no number"))
        };
        let number = scaled(0)?;
        let units = UNITS.map(|(name, power)| (name, scaled(power)));
        self.at += end;
        if self.takes("%") {
            return Ok(Parsed { operand: Operand::Percent(number), at, unit: Unit::Percent });
        }
        self.skip_blanks();
        let letters = self.rest().chars().take_while(char::is_ascii_alphabetic).count();
        let word = &self.rest()[..letters];
        if word.is_empty() || ["and", "or", "not"].contains(&word) {
            return Ok(Parsed { operand: Operand::Number(number), at, unit: Unit::Plain });
        }
        let unit = units.into_iter().find(|(name, _)| *name == word);
        let (_, seconds) = unit.ok_or_else(|| {
            self.fail("this is no unit: use s, ms, us, ns, ps, fs or %, or none for a count")
        })?;
        let seconds = seconds?;
        self.at += letters;
        Ok(Parsed { operand: Operand::Number(seconds), at, unit: Unit::Seconds })
    }

    fn variable(&mut self) -> Result<Variable> {
        let start = self.at;
        let mut word = self.word();
        let mut min_max = MinMax::Max;
        let mut name_at = start;
        if self.rest().starts_with('.') {
            min_max = match word {
                "setup" => MinMax::Max,
                "hold" => MinMax::Min,
                _ => return Err(self.fail_at(start, "expected \"setup.\" or \"hold.\"")),
            };
            self.at += 1;
            name_at = self.at;
            word = self.word();
        }
        let name = NAMES.iter().find(|name| name.name == word).ok_or_else(|| {
            let names: Vec<&str> = NAMES.iter().map(|name| name.name).collect();
            self.fail_at(
                name_at,
                &format!("there is no such variable; there are {}", names.join(", ")),
            )
        })?;
        let mut variable =
            Variable { text: String::new(), name, min_max, scene: None, clock: None, group: None };
        if self.rest().starts_with('[') {
            self.selectors(&mut variable)?;
        }
        variable.text = self.text[start..self.at].to_owned();
        Ok(variable)
    }

    /// `[scene=slow,clock=clk]`
    fn selectors(&mut self, variable: &mut Variable) -> Result<()> {
        self.at += 1;
        loop {
            self.skip_blanks();
            let at = self.at;
            let key = self.word();
            if !self.takes("=") {
                return Err(self.fail("expected scene=, clock= or group="));
            }
            let value = self.value()?;
            let is_of_slacks = variable.name.is_of_slacks();
            let slot = match key {
                "scene" if !variable.name.is_whole() => &mut variable.scene,
                "clock" if is_of_slacks => &mut variable.clock,
                "group" if is_of_slacks => &mut variable.group,
                "scene" | "clock" | "group" => {
                    let text = format!("{} is not told by {key}", variable.name.name);
                    return Err(self.fail_at(at, &text));
                }
                _ => return Err(self.fail_at(at, "expected scene, clock or group")),
            };
            *slot = Some(value);
            if variable.clock.is_some() && variable.group.is_some() {
                return Err(self.fail_at(at, "give a clock or a group, not both"));
            }
            if self.takes("]") {
                return Ok(());
            }
            if !self.takes(",") {
                return Err(self.fail("expected \",\" or \"]\""));
            }
        }
    }

    /// A name, in double quotes where it has blanks or signs of the language; \" and \\ stand for themselves.
    fn value(&mut self) -> Result<String> {
        self.skip_blanks();
        let at = self.at;
        if !self.rest().starts_with('"') {
            let is_end = |letter: char| letter.is_whitespace() || ",]\"".contains(letter);
            let end = self.rest().find(is_end).unwrap_or(self.rest().len());
            let value = self.rest()[..end].to_owned();
            self.at += end;
            return if value.is_empty() { Err(self.fail("expected a name")) } else { Ok(value) };
        }
        let mut value = String::new();
        let mut letters = self.rest().char_indices().skip(1);
        while let Some((offset, letter)) = letters.next() {
            match letter {
                '"' => {
                    self.at += offset + 1;
                    return Ok(value);
                }
                '\\' => value.extend(letters.next().map(|(_, letter)| letter)),
                _ => value.push(letter),
            }
        }
        Err(self.fail_at(at, "the quotes do not end"))
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_blanks(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn word(&mut self) -> &'a str {
        let rest = self.rest();
        let is_end = |letter: char| !letter.is_ascii_alphanumeric() && letter != '_';
        let end = rest.find(is_end).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn takes(&mut self, sign: &str) -> bool {
        self.skip_blanks();
        let is_there = self.rest().starts_with(sign);
        self.at += if is_there { sign.len() } else { 0 };
        is_there
    }

    /// A whole word only.
    fn takes_word(&mut self, word: &str) -> bool {
        self.skip_blanks();
        let at = self.at;
        let is_there = self.word() == word;
        self.at = if is_there { self.at } else { at };
        is_there
    }

    fn fail(&self, what: &str) -> Error {
        self.fail_at(self.at, what)
    }

    fn fail_at(&self, at: usize, what: &str) -> Error {
        let column = self.text.get(..at).unwrap_or(self.text).chars().count() + 1;
        invalid(format!("The condition \"{}\" is wrong at column {column}: {what}.", self.text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(text: &str) -> usize {
        let error = parse(text).unwrap_err().to_string();
        let column = error.rsplit("at column ").next().unwrap();
        column.split(':').next().unwrap().parse().unwrap()
    }

    #[test]
    fn what_is_meant_is_read() {
        for text in [
            "dwns < -5ps",
            "dwns<-5 ps",
            "wns < -1.5e-1ns and dtns < -10%",
            "not (violating > 3 || hold.new_failing >= 1) && setup.tns == 0",
            "!violating > 3 or fixed != 2",
            "0 > dwns[scene=slow, clock=clk]",
            "dwns[group=\"a \\\"b\\\" ]\"] < dtns",
            "changed_values > 0 or pins_added > 1000",
        ] {
            assert!(parse(text).is_ok(), "{text}: {:?}", parse(text));
        }
        let Node::Compare { right, .. } = parse("wns < -5ps").unwrap() else {
            panic!("no comparison");
        };
        let Operand::Number(seconds) = *right else { panic!("no number") };
        assert_eq!(seconds, -5e-12);
    }

    #[test]
    fn what_makes_no_sense_is_refused_where_it_is() {
        for (text, at) in [
            ("", 1),
            ("dwns", 5),
            ("dwns <", 7),
            ("dwns < -5", 8),
            ("dwns < 5mm", 9),
            ("violating > 3ps", 13),
            ("violating > 3%", 13),
            ("violating > wns", 13),
            ("3 < 4ps", 5),
            ("speed < 4ps", 1),
            ("late.wns < 4ps", 1),
            ("hold.speed < 4ps", 6),
            ("wns < 4ps wns < 3ps", 11),
            ("(wns < 4ps", 11),
            ("wns < 4ps and", 14),
            ("wns[corner=a] < 0", 5),
            ("wns[scene] < 0", 10),
            ("wns[scene=a < 0", 13),
            ("wns[scene=\"a] < 0", 11),
            ("wns[scene=] < 0", 11),
            ("fixed[clock=a] < 0", 7),
            ("pins_added[scene=a] < 0", 12),
            ("wns[clock=a,group=b] < 0", 13),
            ("wns < - ps", 7),
            ("wns < 1e400ps", 7),
            ("wns # 1ps", 5),
            ("\u{e9} < 1ps", 1),
        ] {
            assert_eq!(column(text), at, "{text}: {}", parse(text).unwrap_err());
        }
        assert!(parse(&"(".repeat(5000)).is_err());
        assert!(parse(&"not ".repeat(5000)).is_err());
    }
}
