// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! What a check is to fail for, such as `dwns < -5ps or hold.new_failing > 0`: `docs/diff.md`, "Conditions".

use std::fmt;

use super::{Check, Diff, EndpointCounts, Slacks};
use crate::error::{Error, ErrorKind, Result, invalid};
use crate::model::MinMax;

mod parse;

/// A condition on a [`Diff`], parsed.
#[derive(Clone, Debug)]
pub struct Condition {
    text: String,
    root: Node,
}

/// What a condition came to.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The condition as it was given.
    pub condition: String,
    /// Whether it holds: the caller fails.
    pub is_met: bool,
    /// Its variables as they are written in it, and their values: seconds, or counts.
    pub values: Vec<(String, f64, Quantity)>,
}

/// What a variable is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// Seconds.
    Time,
    /// A number of things.
    Count,
}

#[derive(Clone, Debug)]
enum Node {
    Or(Box<Node>, Box<Node>),
    And(Box<Node>, Box<Node>),
    Not(Box<Node>),
    Compare { left: Box<Operand>, by: Comparison, right: Box<Operand> },
}

#[derive(Clone, Debug)]
enum Operand {
    /// Seconds, or a count.
    Number(f64),
    /// Of the clock period of the variable on the other side.
    Percent(f64),
    Variable(Variable),
}

#[derive(Clone, Copy, Debug)]
enum Comparison {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
}

#[derive(Clone, Debug)]
struct Variable {
    /// As it is written.
    text: String,
    name: &'static Name,
    min_max: MinMax,
    scene: Option<String>,
    clock: Option<String>,
    group: Option<String>,
}

/// A variable that conditions may name.
struct Name {
    name: &'static str,
    quantity: Quantity,
    of: Of,
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// Where a variable comes from.
enum Of {
    /// Slacks of the later stage.
    After(fn(&Slacks) -> f64, Worst),
    /// The change of that from the earlier one.
    Change(fn(&Slacks) -> f64, Worst),
    /// Counts of endpoints.
    Endpoints(fn(&EndpointCounts) -> u64),
    /// One number of the whole diff.
    Whole(fn(&Diff) -> Option<u64>),
}

/// Which scene counts of several: as in the engine, the worst.
#[derive(Clone, Copy)]
enum Worst {
    Lowest,
    Highest,
}

const NAMES: &[Name] = &[
    time("wns", Of::After(|s| s.wns().into(), Worst::Lowest)),
    time("dwns", Of::Change(|s| s.wns().into(), Worst::Lowest)),
    time("tns", Of::After(|s| s.tns.into(), Worst::Lowest)),
    time("dtns", Of::Change(|s| s.tns.into(), Worst::Lowest)),
    time("worst_slack", Of::After(worst_slack, Worst::Lowest)),
    time("dworst_slack", Of::Change(worst_slack, Worst::Lowest)),
    count("violating", Of::After(|s| s.violating.into(), Worst::Highest)),
    count("dviolating", Of::Change(|s| s.violating.into(), Worst::Highest)),
    count("endpoints", Of::After(|s| s.endpoints.into(), Worst::Highest)),
    count("dendpoints", Of::Change(|s| s.endpoints.into(), Worst::Highest)),
    count("new_failing", Of::Endpoints(|c| c.newly_failing)),
    count("fixed", Of::Endpoints(|c| c.fixed)),
    count("worsened", Of::Endpoints(|c| c.worsened)),
    count("improved", Of::Endpoints(|c| c.improved)),
    count("added", Of::Endpoints(|c| c.added)),
    count("added_failing", Of::Endpoints(|c| c.added_failing)),
    count("removed", Of::Endpoints(|c| c.removed)),
    count("pins_added", Of::Whole(|diff| Some(diff.objects.pins_added.count))),
    count("pins_removed", Of::Whole(|diff| Some(diff.objects.pins_removed.count))),
    count("cells_changed", Of::Whole(|diff| Some(diff.objects.cells_changed.0))),
    count(
        "changed_values",
        Of::Whole(|diff| {
            diff.columns.as_ref().map(|columns| columns.iter().map(|column| column.changed).sum())
        }),
    ),
];

impl Name {
    /// Told by clock and path group, too.
    fn is_of_slacks(&self) -> bool {
        matches!(self.of, Of::After(..) | Of::Change(..))
    }

    /// Told for the whole design only.
    fn is_whole(&self) -> bool {
        matches!(self.of, Of::Whole(_))
    }
}

const fn time(name: &'static str, of: Of) -> Name {
    Name { name, quantity: Quantity::Time, of }
}

const fn count(name: &'static str, of: Of) -> Name {
    Name { name, quantity: Quantity::Count, of }
}

/// Where nothing is constrained no slack is bad.
fn worst_slack(slacks: &Slacks) -> f64 {
    slacks.worst.map_or(f64::INFINITY, f64::from)
}

impl Condition {
    /// Parse a condition.
    ///
    /// # Errors
    /// `InvalidArgument`: what is wrong, and where.
    pub fn parse(text: &str) -> Result<Self> {
        Ok(Self { text: text.to_owned(), root: parse::parse(text)? })
    }

    /// The names of all variables.
    pub fn variables() -> impl Iterator<Item = &'static str> {
        NAMES.iter().map(|name| name.name)
    }

    /// # Errors
    /// `NotFound` for a scene, clock or path group that is not there, and for a clock period where no clock
    /// is; `InvalidArgument` for a number that was not found out.
    pub(super) fn evaluate(&self, diff: &Diff) -> Result<Finding> {
        let mut values = Vec::new();
        let is_met = holds(&self.root, diff, &mut values)?;
        Ok(Finding { condition: self.text.clone(), is_met, values })
    }
}

type Values = Vec<(String, f64, Quantity)>;

/// Both sides are looked at always, so that all values are told.
fn holds(node: &Node, diff: &Diff, values: &mut Values) -> Result<bool> {
    Ok(match node {
        Node::Or(a, b) => holds(a, diff, values)? | holds(b, diff, values)?,
        Node::And(a, b) => holds(a, diff, values)? & holds(b, diff, values)?,
        Node::Not(a) => !holds(a, diff, values)?,
        Node::Compare { left, by, right } => {
            let (a, b) = (number(left, right, diff, values)?, number(right, left, diff, values)?);
            match by {
                Comparison::Less => a < b,
                Comparison::LessOrEqual => a <= b,
                Comparison::Greater => a > b,
                Comparison::GreaterOrEqual => a >= b,
                Comparison::Equal => a == b,
                Comparison::NotEqual => a != b,
            }
        }
    })
}

fn number(of: &Operand, other: &Operand, diff: &Diff, values: &mut Values) -> Result<f64> {
    match (of, other) {
        (Operand::Number(number), _) => Ok(*number),
        (Operand::Variable(variable), _) => {
            let value = variable.value(diff)?;
            if values.iter().all(|(text, ..)| *text != variable.text) {
                values.push((variable.text.clone(), value, variable.name.quantity));
            }
            Ok(value)
        }
        (Operand::Percent(percent), Operand::Variable(variable)) => {
            Ok(percent / 100.0 * variable.period(diff)?)
        }
        (Operand::Percent(_), _) => Err(invalid("A percentage is of the period of a variable.")),
    }
}

impl Variable {
    fn value(&self, diff: &Diff) -> Result<f64> {
        match &self.name.of {
            Of::After(of, worst) => {
                let checks = self.checks(diff)?;
                Ok(worst.of(checks.iter().filter_map(|check| check.slacks.after.as_ref()).map(of)))
            }
            Of::Change(of, worst) => {
                let checks = self.checks(diff)?;
                let side = |side: fn(&Check) -> Option<&Slacks>| {
                    worst.of(checks.iter().filter_map(|check| side(check)).map(of))
                };
                let before = side(|check| check.slacks.before.as_ref());
                let after = side(|check| check.slacks.after.as_ref());
                // Where nothing is constrained in both, nothing has changed.
                Ok(if before == after { 0.0 } else { after - before })
            }
            Of::Endpoints(of) => {
                let counts = diff.endpoints.counts.iter();
                let counts = counts.filter(|(scene, min_max, _)| self.fits(scene, *min_max));
                let most = counts.map(|(.., counts)| of(counts)).max();
                most.map(|count| count as f64).ok_or_else(|| self.nothing(diff))
            }
            Of::Whole(of) => of(diff).map(|count| count as f64).ok_or_else(|| {
                let name = self.name.name;
                invalid(format!("The condition asks for {name}, but columns are not compared."))
            }),
        }
    }

    /// The period that percentages are of.
    fn period(&self, diff: &Diff) -> Result<f64> {
        let checks = self.checks(diff)?;
        let periods = checks.iter().filter_map(|check| check.period);
        periods.min_by(f32::total_cmp).map(f64::from).ok_or_else(|| {
            let text =
                format!("{} has no clock: a percentage of its period means nothing.", self.text);
            Error::new(ErrorKind::NotFound, text)
        })
    }

    fn checks<'a>(&self, diff: &'a Diff) -> Result<Vec<&'a Check>> {
        let checks = diff.checks.iter().filter(|check| {
            self.fits(&check.scene, check.min_max)
                && check.clock == self.clock
                && check.group == self.group
        });
        let checks: Vec<&Check> = checks.collect();
        if checks.is_empty() { Err(self.nothing(diff)) } else { Ok(checks) }
    }

    fn fits(&self, scene: &str, min_max: MinMax) -> bool {
        min_max == self.min_max && self.scene.as_ref().is_none_or(|of| of == scene)
    }

    fn nothing(&self, diff: &Diff) -> Error {
        let mut known: Vec<String> =
            diff.scenes.iter().map(|name| format!("scene={name}")).collect();
        for check in diff.checks.iter().filter(|check| check.min_max == self.min_max) {
            let clock = check.clock.iter().map(|name| format!("clock={name}"));
            known.extend(clock.chain(check.group.iter().map(|name| format!("group={name}"))));
        }
        known.sort();
        known.dedup();
        let text = format!("{} is about nothing: there are {}.", self.text, known.join(", "));
        Error::new(ErrorKind::NotFound, text)
    }
}

impl Worst {
    fn of(self, values: impl Iterator<Item = f64>) -> f64 {
        let worst = match self {
            Self::Lowest => values.min_by(f64::total_cmp),
            Self::Highest => values.max_by(f64::total_cmp),
        };
        // A clock or group of one stage only has no slack and no endpoint in the other.
        worst.unwrap_or(0.0)
    }
}
