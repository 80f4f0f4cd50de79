// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! An object table field by field: for tables that the model does not fit.

use crate::error::{Error, ErrorKind, Result, corrupt};
use crate::model::ObjectTable;

pub(super) fn write(table: &ObjectTable, out: &mut Vec<u8>) {
    let counts = [table.vertex_count(), table.edge_count(), table.arc_count()];
    for count in counts {
        write_number(out, count as u64);
    }
    let mut start = 0;
    for (row, end) in table.name_ends.iter().enumerate() {
        write_number(out, u64::from(end - start));
        write_number(out, u64::from(table.cells[row]) << 1 | u64::from(table.driver[row]));
        start = *end;
    }
    for (from, to) in table.edge_from.iter().zip(&table.edge_to) {
        write_number(out, u64::from(*from));
        write_number(out, u64::from(*to));
    }
    let mut arcs = table.arc_edge.as_slice();
    for edge in 0..table.edge_count() as u32 {
        let count = arcs.iter().take_while(|other| **other == edge).count();
        write_number(out, count as u64);
        arcs = &arcs[count..];
    }
    for kind in &table.arc_kind {
        write_number(out, u64::from(*kind));
    }
    out.extend_from_slice(&table.names);
}

pub(super) fn read(mut bytes: &[u8], table: &mut ObjectTable) -> Result<()> {
    let vertices = read_count(&mut bytes, 2)?;
    let edges = read_count(&mut bytes, 3)?;
    let arcs = read_count(&mut bytes, 1)?;
    let mut ends = Vec::with_capacity(vertices);
    let mut cells = Vec::with_capacity(vertices);
    let mut driver = Vec::with_capacity(vertices);
    let mut end = 0u32;
    for _ in 0..vertices {
        let length = read_word(&mut bytes)?;
        end = end.checked_add(length).ok_or_else(cut_short)?;
        ends.push(end);
        let cell = read_number(&mut bytes)?;
        cells.push((cell >> 1).try_into().map_err(|_| out_of_range())?);
        driver.push((cell & 1) as u8);
    }
    let mut from = Vec::with_capacity(edges);
    let mut to = Vec::with_capacity(edges);
    for _ in 0..edges {
        from.push(read_word(&mut bytes)?);
        to.push(read_word(&mut bytes)?);
    }
    let mut arc_edge = Vec::with_capacity(arcs);
    for edge in 0..edges as u32 {
        let count = read_word(&mut bytes)? as usize;
        if count > arcs - arc_edge.len() {
            return Err(out_of_range());
        }
        arc_edge.resize(arc_edge.len() + count, edge);
    }
    if arc_edge.len() != arcs {
        return Err(out_of_range());
    }
    let kinds: Vec<u32> = (0..arcs).map(|_| read_word(&mut bytes)).collect::<Result<_>>()?;
    table.add_vertices(bytes, &ends, &driver, &cells)?;
    table.add_edges(&from, &to)?;
    table.add_arcs(&arc_edge, &kinds)
}

/// Seven bits a byte, lowest first; the highest bit says that more follow.
pub(super) fn write_number(out: &mut Vec<u8>, mut value: u64) {
    while value > 0x7f {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn read_number(bytes: &mut &[u8]) -> Result<u64> {
    let mut value = 0;
    for shift in (0..63).step_by(7) {
        let (byte, rest) = bytes.split_first().ok_or_else(cut_short)?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(out_of_range())
}

fn read_word(bytes: &mut &[u8]) -> Result<u32> {
    read_number(bytes)?.try_into().map_err(|_| out_of_range())
}

/// A count of things that take at least `least` bytes each of those that follow.
fn read_count(bytes: &mut &[u8], least: usize) -> Result<usize> {
    let count = read_word(bytes)? as usize;
    if count > bytes.len() / least {
        return Err(cut_short());
    }
    Ok(count)
}

fn cut_short() -> Error {
    Error::new(ErrorKind::Truncated, "The object table is cut short.")
}

fn out_of_range() -> Error {
    corrupt("A number of the object table is out of range.")
}
