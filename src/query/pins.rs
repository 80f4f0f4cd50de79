// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The rows of a pin, by its name as users write it.
//!
//! A stage has the names of the engine: hierarchy with `/`, and, where a Verilog name was escaped,
//! backslashes before characters that would mean something else, as in `regs\[3\]/D`. Users write these, or
//! leave the backslashes out, or copy an escaped name of Verilog with its backslash in front and its blank
//! behind, or a name in braces out of Tcl. What agrees to the letter is meant; else what agrees without
//! backslashes and blanks, where that is one pin.

use rayon::prelude::*;

use super::access::row_of;
use crate::error::{Error, ErrorKind, Result, invalid};
use crate::model::ObjectTable;
use crate::near::{MOST_NEAR, distance, is_part, listed, reach};
use crate::store::Stage;

/// How the vertices of a bidirectional pin are told apart, as reports print them.
const DRIVER: &str = " (driver)";
const LOAD: &str = " (load)";

/// Names that are compared letter by letter with one that does not exist; they are chosen by their letters.
const MOST_COMPARED: usize = 2_000;

/// The rows of a pin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PinRows {
    /// The vertex of the pin; of a bidirectional one the load, unless only its driver was asked for.
    pub row: u32,
    /// The driver vertex of a bidirectional pin, where both were asked for.
    pub driver: Option<u32>,
}

impl PinRows {
    /// The row, and that of the driver.
    pub fn rows(self) -> impl Iterator<Item = u32> {
        std::iter::once(self.row).chain(self.driver)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Load,
    Driver,
    Both,
}

/// Find a pin. A ` (driver)` or ` (load)` behind the name asks for one vertex of a bidirectional pin.
///
/// # Errors
/// `NotFound` with names that are near, `InvalidArgument` where several pins may be meant; those of
/// [`Stage::objects`].
pub fn find_pin(stage: &Stage, written: &str) -> Result<PinRows> {
    match locate(stage, written)? {
        Some(rows) => Ok(rows),
        None => Err(unknown(stage, &*stage.objects()?, written.trim())),
    }
}

/// The same, without a look for near names where there is no such pin.
pub(super) fn locate(stage: &Stage, written: &str) -> Result<Option<PinRows>> {
    let (name, side) = split_side(written.trim());
    let name = without_braces(name);
    // As it is, and as the engine escapes it: both are found without a look at all names.
    for spelling in [name, &with_escaped_brackets(name)] {
        if let Some(rows) = rows_of(stage, spelling.as_bytes(), side)? {
            return Ok(Some(rows));
        }
    }
    let objects = stage.objects()?;
    let alike = alike(&objects, &plain(name.as_bytes()));
    match alike.as_slice() {
        [] => Ok(None),
        [found] => rows_of(stage, found, side),
        several => {
            let several = several.iter().take(MOST_NEAR).copied();
            Err(invalid(format!(
                "Pin {name} may be one of several of stage {}: {}. Write the backslashes too.",
                stage.timing_stage().stage_id,
                listed(several)
            )))
        }
    }
}

/// Names of pins that are near to one that does not exist, the nearest first. Takes the time of one look at
/// every name.
///
/// # Errors
/// Those of [`Stage::objects`].
pub fn near_pins(stage: &Stage, written: &str) -> Result<Vec<String>> {
    let (name, _) = split_side(written.trim());
    let near = near(&*stage.objects()?, without_braces(name).as_bytes());
    Ok(near.into_iter().map(|name| String::from_utf8_lossy(&name).into_owned()).collect())
}

fn rows_of(stage: &Stage, name: &[u8], side: Side) -> Result<Option<PinRows>> {
    let driver = if side == Side::Load { None } else { row_of(stage, name, true)? };
    let load = if side == Side::Driver { None } else { row_of(stage, name, false)? };
    let of_both = |row| PinRows { row, driver };
    let of_driver = driver.map(|row| PinRows { row, driver: None });
    Ok(load.map(of_both).or(of_driver))
}

fn split_side(written: &str) -> (&str, Side) {
    match (written.strip_suffix(DRIVER), written.strip_suffix(LOAD)) {
        (Some(name), _) => (name, Side::Driver),
        (_, Some(name)) => (name, Side::Load),
        _ => (written, Side::Both),
    }
}

fn without_braces(name: &str) -> &str {
    let inside = name.strip_prefix('{').and_then(|name| name.strip_suffix('}'));
    inside.map_or(name, str::trim)
}

fn with_escaped_brackets(name: &str) -> String {
    if name.contains('\\') {
        return name.to_owned();
    }
    name.replace('[', "\\[").replace(']', "\\]")
}

fn is_plain(byte: u8) -> bool {
    byte != b'\\' && byte != b' '
}

/// A name without backslashes and blanks.
fn plain(name: &[u8]) -> Vec<u8> {
    name.iter().copied().filter(|byte| is_plain(*byte)).collect()
}

/// The names, each once, that are `wanted` but for backslashes and blanks.
fn alike<'a>(objects: &'a ObjectTable, wanted: &[u8]) -> Vec<&'a [u8]> {
    let is_alike = |name: &&[u8]| {
        let could_be = name.len() >= wanted.len() && name.last() == wanted.last();
        could_be && name.iter().copied().filter(|byte| is_plain(*byte)).eq(wanted.iter().copied())
    };
    let rows = (0..objects.vertex_count() as u32).into_par_iter();
    let mut names: Vec<&[u8]> = rows.map(|row| objects.name(row)).filter(is_alike).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn unknown(stage: &Stage, objects: &ObjectTable, name: &str) -> Error {
    let near = near(objects, without_braces(split_side(name).0).as_bytes());
    let hint = match near.as_slice() {
        [] => "no name of a pin is near to it".to_owned(),
        near => format!("near names are {}", listed(near.iter().map(Vec::as_slice))),
    };
    let stage = &stage.timing_stage().stage_id;
    Error::new(ErrorKind::NotFound, format!("Pin {name} is not in stage {stage}: {hint}."))
}

fn near(objects: &ObjectTable, wanted: &[u8]) -> Vec<Vec<u8>> {
    let wanted = plain(wanted);
    let letters = Letters::new(&wanted);
    let limit = 2 * reach(&wanted) as u32;
    let difference = |row: u32| {
        let name = objects.name(row);
        let difference = if is_part(&wanted, name) { 0 } else { letters.difference(name) };
        (difference <= limit).then_some((difference, row))
    };
    let mut compared: Vec<(u32, u32)> =
        (0..objects.vertex_count() as u32).into_par_iter().filter_map(difference).collect();
    if compared.len() > MOST_COMPARED {
        compared.select_nth_unstable(MOST_COMPARED);
        compared.truncate(MOST_COMPARED);
    }
    let names = compared.into_iter().map(|(_, row)| objects.name(row));
    let mut near: Vec<(usize, &[u8])> =
        names.filter_map(|name| Some((distance(&wanted, &plain(name))?, name))).collect();
    near.sort_unstable();
    near.dedup();
    near.into_iter().take(MOST_NEAR).map(|(_, name)| name.to_vec()).collect()
}

/// How often a name has each letter: names whose letters differ much are far apart.
struct Letters([i16; 64]);

impl Letters {
    fn new(name: &[u8]) -> Self {
        let mut counts = [0i16; 64];
        for byte in name.iter().filter(|byte| is_plain(**byte)) {
            let count = &mut counts[usize::from(byte & 63)];
            *count = count.saturating_add(1);
        }
        Self(counts)
    }

    fn difference(&self, name: &[u8]) -> u32 {
        let other = Self::new(name);
        self.0.iter().zip(&other.0).map(|(a, b)| u32::from(a.abs_diff(*b))).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(names: &[&str]) -> ObjectTable {
        let mut table = ObjectTable::new();
        let cell = table.add_cell("X");
        for name in names {
            table.add_vertices(name.as_bytes(), &[name.len() as u32], &[0], &[cell]).unwrap();
        }
        table
    }

    #[test]
    fn names_agree_but_for_backslashes() {
        let table = table(&["a\\[0\\]/D", "a[1]/D", "b\\/c/Z", "b/c/Z"]);
        let find = |written: &str| listed(alike(&table, &plain(written.as_bytes())));
        assert_eq!(find("a[0]/D"), "a\\[0\\]/D");
        assert_eq!(find("\\a[0] /D"), "a\\[0\\]/D", "as Verilog has it");
        assert_eq!(find("a\\[1\\]/D"), "a[1]/D");
        assert_eq!(find("b/c/Z"), "b/c/Z, b\\/c/Z");
        assert_eq!(find("a[2]/D"), "");
    }

    #[test]
    fn near_names_are_those_of_few_edits() {
        let table = table(&["top/u1/A", "top/u1/Z", "top/u22/A", "q\\[0\\]", "clk"]);
        let near = |written: &str| {
            let near = near(&table, written.as_bytes());
            listed(near.iter().map(Vec::as_slice))
        };
        assert_eq!(near("top/u1/B"), "top/u1/A, top/u1/Z");
        assert_eq!(near("top/u1"), "top/u1/A, top/u1/Z", "an instance");
        assert_eq!(near("u22/A"), "top/u22/A", "without its hierarchy");
        assert_eq!(near("q[1]"), "q\\[0\\]");
        assert_eq!(near("something_else"), "");
        assert_eq!(near(""), "");
    }

    #[test]
    fn sides_and_braces_are_taken_off() {
        assert!(split_side("pad (driver)") == ("pad", Side::Driver));
        assert!(split_side("pad (load)") == ("pad", Side::Load));
        assert!(split_side("pad") == ("pad", Side::Both));
        assert_eq!(without_braces("{a[0]/Z}"), "a[0]/Z");
        assert_eq!(without_braces("{a"), "{a");
        assert_eq!(with_escaped_brackets("a[0]/Z"), "a\\[0\\]/Z");
        assert_eq!(with_escaped_brackets("a\\[0]/Z"), "a\\[0]/Z");
    }
}
