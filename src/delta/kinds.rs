// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! What the name of an arc kind says: `docs/format.md`, "Arc kinds".

use crate::model::{ObjectTable, Transition};

/// What an arc is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// From a driver to a load of its net.
    Wire,
    /// A timing check: arrivals do not go through it.
    Check,
    /// Through a cell.
    Cell,
}

/// Role and transitions of an arc.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kind {
    pub role: Role,
    pub from: Transition,
    pub to: Transition,
}

/// Roles of the engines that constrain instead of propagating; a role may have more words.
const CHECKS: [&str; 10] = [
    "setup",
    "hold",
    "recovery",
    "removal",
    "width",
    "period",
    "skew",
    "nochange",
    "non-sequential",
    "clock gating",
];

impl Kind {
    /// As paths go: changes from or to an undriven level are those of a rise or a fall.
    fn of_paths(name: &str) -> Self {
        let (head, to) = name.rsplit_once(" -> ").unwrap_or((name, ""));
        let from = head.rsplit_once(' ').map_or("", |(_, from)| from);
        Self { from: edge(from), to: edge(to), ..Self::parse(name) }
    }

    fn parse(name: &str) -> Self {
        let (head, to) = name.rsplit_once(" -> ").unwrap_or((name, ""));
        let (role, from) = head.rsplit_once(' ').unwrap_or((head, ""));
        let is_check = CHECKS.iter().any(|check| role.starts_with(check));
        let role = match role {
            "wire" => Role::Wire,
            _ if is_check => Role::Check,
            _ => Role::Cell,
        };
        Self { role, from: transition(from), to: transition(to) }
    }

    /// A transition goes in and comes out, and arrivals go with it.
    pub fn propagates(self) -> bool {
        self.role != Role::Check && self.from != Transition::None && self.to != Transition::None
    }
}

fn transition(symbol: &str) -> Transition {
    match symbol {
        "^" => Transition::Rise,
        "v" => Transition::Fall,
        _ => Transition::None,
    }
}

fn edge(symbol: &str) -> Transition {
    match symbol {
        "^" | "0Z" | "Z1" | "0X" | "X1" => Transition::Rise,
        "v" | "1Z" | "Z0" | "1X" | "X0" => Transition::Fall,
        _ => Transition::None,
    }
}

/// The kinds of a table as paths go, by index.
pub(crate) fn path_kinds(table: &ObjectTable) -> Vec<Kind> {
    table.kind_names.iter().map(|name| Kind::of_paths(name)).collect()
}

/// The kinds of a table, by index.
pub(crate) fn kinds(table: &ObjectTable) -> Vec<Kind> {
    table.kind_names.iter().map(|name| Kind::parse(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_role_and_transitions() {
        let kind = |role, from, to| Kind { role, from, to };
        use Transition::{Fall, None, Rise};
        assert_eq!(Kind::parse("wire ^ -> ^"), kind(Role::Wire, Rise, Rise));
        assert_eq!(Kind::parse("Reg Clk to Q ^ -> v"), kind(Role::Cell, Rise, Fall));
        assert_eq!(Kind::parse("setup v -> ^"), kind(Role::Check, Fall, Rise));
        assert_eq!(Kind::parse("clock gating hold ^ -> v"), kind(Role::Check, Rise, Fall));
        assert_eq!(Kind::parse("tristate enable 0Z -> Z1"), kind(Role::Cell, None, None));
        assert_eq!(Kind::of_paths("tristate enable 0Z -> Z0"), kind(Role::Cell, Rise, Fall));
        assert_eq!(Kind::of_paths("tristate disable ZX -> *"), kind(Role::Cell, None, None));
        assert!(!Kind::parse("").propagates());
        assert!(!Kind::parse("setup ^ -> ^").propagates());
        assert!(Kind::parse("combinational ^ -> v").propagates());
    }
}
