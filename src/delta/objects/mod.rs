// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The object table in few bytes: instances by name and template, wires by load, and both by what
//! they change of the base's.

mod dictionary;
mod instances;
mod names;
mod origin;
mod parts;
mod plain;
mod wires;

#[cfg(test)]
mod tests;

use self::dictionary::{Dictionary, Known};
use self::instances::{InstanceModel, Matched, NONE, code_arc_sets};
use self::origin::Origin;
use self::parts::{Instances, Parts, Sorted, Wires};
use self::wires::WireModel;
use super::Alignment;
use crate::codec::range::{Coder, Decoder, Encoder};
use crate::error::{ErrorKind, Result, corrupt};
use crate::model::ObjectTable;

/// How a table is written: the first byte.
mod form {
    pub(super) const PLAIN: u8 = 0;
    pub(super) const MODELED: u8 = 1;
    pub(super) const MODELED_ON_BASE: u8 = 2;
}

/// Raw bytes that modeled bytes may stand for, so that few bytes cannot ask for much memory: a
/// fixed part, and a factor for the bytes and for the base.
const FREE_RAW_BYTES: u64 = 16 << 20;
const MOST_RAW_BYTES: u64 = 1 << 10;
const MOST_OF_BASE: u64 = 2;

fn most_raw_bytes(bytes: usize, base: Option<&ObjectTable>) -> u64 {
    let base = base.map_or(0, ObjectTable::raw_bytes);
    FREE_RAW_BYTES + MOST_RAW_BYTES * bytes as u64 + MOST_OF_BASE * base
}

/// Raw bytes that may still come.
struct Budget {
    pub left: u64,
}

impl Budget {
    pub fn spend(&mut self, bytes: u64) -> Result<()> {
        self.left = self
            .left
            .checked_sub(bytes)
            .ok_or_else(|| corrupt("The object table is larger than its bytes can stand for."))?;
        Ok(())
    }
}

/// Encode the rows of a table, but not its dictionaries. Those of a base must be the beginnings of
/// the table's.
pub(crate) fn encode_objects(
    table: &ObjectTable,
    base: Option<(&ObjectTable, &Alignment)>,
) -> Vec<u8> {
    let on_base = base.and_then(|_| encode_modeled(table, base));
    let modeled = on_base.or_else(|| encode_modeled(table, None));
    modeled.unwrap_or_else(|| encode_plain_objects(table))
}

/// The same for speed: many more bytes, for a codec to make less of.
pub(crate) fn encode_plain_objects(table: &ObjectTable) -> Vec<u8> {
    let mut bytes = vec![form::PLAIN];
    plain::write(table, &mut bytes);
    bytes
}

/// The opposite of `encode_objects`.
pub(crate) fn decode_objects(
    bytes: &[u8],
    cell_names: &[String],
    kind_names: &[String],
    base: Option<&ObjectTable>,
) -> Result<ObjectTable> {
    let mut table = ObjectTable {
        cell_names: cell_names.to_vec(),
        kind_names: kind_names.to_vec(),
        ..ObjectTable::default()
    };
    let decoded = match (bytes.split_first(), base) {
        (Some((&form::PLAIN, rest)), _) => plain::read(rest, &mut table),
        (Some((&form::MODELED, _)), _) => decode(bytes, None, &mut table),
        (Some((&form::MODELED_ON_BASE, _)), Some(_)) => decode(bytes, base, &mut table),
        (Some((&form::MODELED_ON_BASE, _)), None) => Err(corrupt("The object table has no base.")),
        _ => Err(corrupt("The form of the object table is not known.")),
    };
    match decoded {
        Ok(()) => Ok(table),
        Err(error) if error.kind() == ErrorKind::Truncated => Err(error),
        // What the table refuses would be a mistake of a caller, but here it is damage.
        Err(error) => Err(corrupt(error.to_string())),
    }
}

/// Nothing where the model does not fit, does not pay, or makes less of the table than a reader
/// would believe.
fn encode_modeled(
    table: &ObjectTable,
    base: Option<(&ObjectTable, &Alignment)>,
) -> Option<Vec<u8>> {
    if !base.is_none_or(|(base, _)| has_dictionaries(table, base)) {
        return None;
    }
    let mut dictionary = Dictionary::default();
    let sorted_base = base.map(|(base, _)| Sorted::new(base, &mut dictionary));
    let known_wires = dictionary.wire.clone();
    let sorted = Sorted::new(table, &mut dictionary);
    let is_regular = |sorted: &Sorted| sorted.is_regular(&dictionary);
    if !is_regular(&sorted) || !sorted_base.as_ref().is_none_or(is_regular) {
        return None;
    }
    let form = if base.is_some() { form::MODELED_ON_BASE } else { form::MODELED };
    let mut coder = Encoder::after(vec![form]);
    code_arc_sets(&mut coder, &mut dictionary, &known_wires, table.kind_names.len()).ok()?;
    let base_parts = sorted_base.map(|sorted| sorted.parts(&mut dictionary));
    let known = dictionary.known();
    let Parts { instances, wires, .. } = sorted.parts(&mut dictionary);
    let origins = match (&base_parts, base) {
        (Some(parts), Some((_, alignment))) => match_instances(&instances, parts, alignment),
        _ => vec![NONE; instances.len()],
    };
    let matched = Matched { instances, base: origins };
    let wanted = Wanted { matched, wires: Some(wires) };
    let job = Job { cells: table.cell_names.len(), known, base: base_parts };
    job.code(&mut coder, &mut dictionary, &wanted, u64::MAX).ok()?;
    let bytes = coder.finish();
    let raw = table.raw_bytes();
    let is_believed = raw <= most_raw_bytes(bytes.len(), base.map(|(base, _)| base));
    (bytes.len() as u64 <= raw && is_believed).then_some(bytes)
}

/// Decode bytes of a modeled form, the form included.
fn decode(bytes: &[u8], base: Option<&ObjectTable>, table: &mut ObjectTable) -> Result<()> {
    let mut coder = Decoder::new(bytes.get(1..).unwrap_or_default());
    let mut dictionary = Dictionary::default();
    let sorted = base.map(|base| Sorted::new(base, &mut dictionary));
    let known_wires = dictionary.wire.clone();
    code_arc_sets(&mut coder, &mut dictionary, &known_wires, table.kind_names.len())?;
    let fits = |base| has_dictionaries(table, base);
    let is_regular = |sorted: &Sorted| sorted.is_regular(&dictionary);
    if !base.is_none_or(fits) || !sorted.as_ref().is_none_or(is_regular) {
        return Err(corrupt("The object table is not one on this base."));
    }
    let base_parts = sorted.map(|sorted| sorted.parts(&mut dictionary));
    let job = Job { cells: table.cell_names.len(), known: dictionary.known(), base: base_parts };
    // Lists of pins are counted when they are defined, and again with the instances.
    let budget = 2 * most_raw_bytes(bytes.len(), base);
    let parts = job.code(&mut coder, &mut dictionary, &Wanted::default(), budget)?;
    coder.finish()?;
    parts.write_table(&dictionary, table)
}

/// Whether the dictionaries of a base are the beginnings of those of a table.
fn has_dictionaries(table: &ObjectTable, base: &ObjectTable) -> bool {
    table.cell_names.starts_with(&base.cell_names) && table.kind_names.starts_with(&base.kind_names)
}

/// For each instance that of the base with its name; those that are out of the base's order have
/// none.
fn match_instances(instances: &Instances, base: &Parts, alignment: &Alignment) -> Vec<u32> {
    let mut next = 0;
    let rows = instances.rows.windows(2);
    rows.enumerate()
        .map(|(instance, rows)| {
            let base_row =
                (rows[0]..rows[1]).find_map(|row| alignment.vertices.get(row as usize))?;
            let origin = *base.of_rows.get(base_row as usize)?;
            let same = base.instances.names.get(origin as usize) == instances.names.get(instance);
            (same && origin >= next).then(|| {
                next = origin + 1;
                origin
            })
        })
        .map(|origin| origin.unwrap_or(NONE))
        .collect()
}

/// What a writer writes; nothing for a reader.
#[derive(Default)]
struct Wanted {
    matched: Matched,
    wires: Option<Wires>,
}

/// What is known of a table before its instances.
struct Job {
    cells: usize,
    known: Known,
    base: Option<Parts>,
}

impl Job {
    fn code<C: Coder>(
        &self,
        coder: &mut C,
        dictionary: &mut Dictionary,
        wanted: &Wanted,
        budget: u64,
    ) -> Result<Parts> {
        let mut budget = Budget { left: budget };
        let none = Instances::default();
        let base = self.base.as_ref().map_or(&none, |base| &base.instances);
        let model = InstanceModel::new(base, &self.known, self.cells);
        let matched = model.code(coder, dictionary, &wanted.matched, &mut budget)?;
        let of_rows = matched.instances.of_rows();
        let origin = self.base.as_ref();
        let origin = origin.map(|base| Origin::new(dictionary, base, &matched, &of_rows));
        let model = WireModel::new(dictionary, &matched.instances, &of_rows, &mut budget);
        let wires = model.code(coder, origin.as_ref(), &matched, wanted.wires.as_ref())?;
        Ok(Parts { instances: matched.instances, of_rows, wires })
    }
}
