// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Rows of a column grouped by what they have a sibling in: a row decoded before, whose value moves
//! with theirs. `docs/format.md`, "Classes".

use super::kinds::{Role, kinds};
use crate::model::{ObjectTable, Transition};

/// No sibling.
pub(crate) const NO_SIBLING: u32 = u32::MAX;

/// The rows of arcs, or of vertices, in the order that they are coded in.
#[derive(Debug)]
pub(crate) struct Classes {
    /// Rows, class after class; ascending in a class.
    pub order: Vec<u32>,
    /// Rows of each class.
    pub sizes: Vec<u32>,
    /// Of each class: whether a row may have its sibling in the class itself.
    pub is_chained: Vec<bool>,
    /// By row: the row in the same column that its value is likely to move with. It comes earlier in
    /// `order`.
    pub sibling: Vec<u32>,
}

impl Classes {
    /// All rows in one class, without siblings.
    pub fn plain(count: usize) -> Self {
        Self {
            order: (0..count as u32).collect(),
            sizes: vec![count as u32],
            is_chained: vec![false],
            sibling: vec![NO_SIBLING; count],
        }
    }

    fn new(class: &[u8], sibling: Vec<u32>, classes: u8) -> Self {
        let mut sizes = vec![0; usize::from(classes)];
        let mut is_chained = vec![false; usize::from(classes)];
        for (of_row, sibling) in class.iter().zip(&sibling) {
            sizes[usize::from(*of_row)] += 1;
            is_chained[usize::from(*of_row)] |= class.get(*sibling as usize) == Some(of_row);
        }
        let mut next = sizes.clone();
        let mut first = 0;
        for next in &mut next {
            first += std::mem::replace(next, first);
        }
        let mut order = vec![0; class.len()];
        for (row, class) in class.iter().enumerate() {
            let next = &mut next[usize::from(*class)];
            order[*next as usize] = row as u32;
            *next += 1;
        }
        Self { order, sizes, is_chained, sibling }
    }
}

/// Arcs: 0 the first cell arc into a vertex with its transition, and checks; 1 the first wire arc
/// between two vertices; 2 further wire arcs between them, beside the one before; 3 the first cell arc
/// from another vertex into the vertex with the transition, beside that of class 0; 4 further cell arcs
/// between two vertices with the same transition, beside the one before. Only arcs that stand together
/// count as being between the same two vertices.
pub(crate) fn arc_classes(table: &ObjectTable) -> Classes {
    let kinds = kinds(table);
    let count = table.arc_count();
    let mut class = vec![0u8; count];
    let mut sibling = vec![NO_SIBLING; count];
    // By vertex and transition: the first cell arc into it.
    let mut first = vec![NO_SIBLING; table.vertex_count() * 2];
    // The last cell arc between the current two vertices, by transition, and the last wire arc.
    let mut last = [NO_SIBLING; 2];
    let mut last_wire = NO_SIBLING;
    let mut ends = (u32::MAX, u32::MAX);
    for row in 0..count {
        let (from, to, kind) = table.arc(row as u32).unwrap_or_default();
        let Some(kind) = kinds.get(kind as usize) else { continue };
        if ends != (from, to) {
            ends = (from, to);
            last = [NO_SIBLING; 2];
            last_wire = NO_SIBLING;
        }
        if kind.role == Role::Check || kind.to == Transition::None {
            continue;
        }
        if kind.role == Role::Wire {
            let before = std::mem::replace(&mut last_wire, row as u32);
            class[row] = if before == NO_SIBLING { 1 } else { 2 };
            sibling[row] = before;
            continue;
        }
        let transition = kind.to as usize;
        let before = std::mem::replace(&mut last[transition], row as u32);
        let node = &mut first[to as usize * 2 + transition];
        if before != NO_SIBLING {
            (class[row], sibling[row]) = (4, before);
        } else if *node != NO_SIBLING {
            (class[row], sibling[row]) = (3, *node);
        } else {
            *node = row as u32;
        }
    }
    Classes::new(&class, sibling, 5)
}

/// Vertices: 0 drivers; 1 loads, beside the driver of their net.
pub(crate) fn vertex_classes(table: &ObjectTable) -> Classes {
    let kinds = kinds(table);
    let count = table.vertex_count();
    let mut driver = vec![NO_SIBLING; count];
    for (edge, kind) in table.arc_edge.iter().zip(&table.arc_kind) {
        if kinds.get(*kind as usize).is_some_and(|kind| kind.role == Role::Wire) {
            let driver = &mut driver[table.edge_to[*edge as usize] as usize];
            if *driver == NO_SIBLING {
                *driver = table.edge_from[*edge as usize];
            }
        }
    }
    // A load whose driver is itself a load would have to wait for it: such are coded as drivers.
    let is_load = |row: u32| {
        let driver_of = driver[row as usize];
        driver_of != NO_SIBLING && driver[driver_of as usize] == NO_SIBLING
    };
    let class: Vec<u8> = (0..count as u32).map(|row| u8::from(is_load(row))).collect();
    for (row, class) in class.iter().enumerate() {
        if *class == 0 {
            driver[row] = NO_SIBLING;
        }
    }
    Classes::new(&class, driver, 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn siblings_are_coded_before_the_rows_beside_them() {
        let mut table = ObjectTable::new();
        let cell = table.add_cell("X");
        table.add_vertices(b"abcd", &[1, 2, 3, 4], &[0; 4], &[cell; 4]).unwrap();
        table.add_edges(&[0, 1, 2, 0], &[2, 2, 3, 3]).unwrap();
        let rise = table.add_arc_kind("combinational ^ -> ^");
        let fall = table.add_arc_kind("combinational ^ -> v");
        let wire_rise = table.add_arc_kind("wire ^ -> ^");
        let wire_fall = table.add_arc_kind("wire v -> v");
        let setup = table.add_arc_kind("setup ^ -> ^");
        table
            .add_arcs(
                &[0, 0, 0, 1, 1, 2, 2, 3],
                &[rise, fall, rise, rise, rise, wire_rise, wire_fall, setup],
            )
            .unwrap();
        let arcs = arc_classes(&table);
        let none = NO_SIBLING;
        assert_eq!(arcs.sibling, [none, none, 0, 0, 3, none, 5, none]);
        assert_eq!(arcs.sizes, [3, 1, 1, 1, 2]);
        assert_eq!(arcs.is_chained, [false; 5]);
        assert_eq!(arcs.order, [0, 1, 7, 5, 6, 3, 2, 4]);
        let vertices = vertex_classes(&table);
        assert_eq!(vertices.sibling, [none, none, none, 2]);
        assert_eq!(vertices.order, [0, 1, 2, 3]);
        assert_eq!(vertices.is_chained, [false, false]);
    }

    #[test]
    fn wires_and_cell_arcs_between_two_vertices_have_an_order() {
        // Once a wire arc took the cell arc before it for its sibling, which was coded after it.
        let mut table = ObjectTable::new();
        let cell = table.add_cell("X");
        table.add_vertices(b"a", &[1], &[0], &[cell]).unwrap();
        table.add_edges(&[0, 0], &[0, 0]).unwrap();
        let rise = table.add_arc_kind("combinational v -> ^");
        let wire = table.add_arc_kind("wire ^ -> ^");
        table.add_arcs(&[0, 0, 1, 1, 1], &[rise, wire, rise, wire, wire]).unwrap();
        let none = NO_SIBLING;
        let arcs = arc_classes(&table);
        assert_eq!(arcs.sibling, [none, none, 0, 1, 3]);
        assert_eq!(arcs.is_chained, [false, false, true, false, false]);
    }

    #[test]
    fn wires_in_a_row_and_in_a_circle_have_an_order() {
        let mut table = ObjectTable::new();
        let cell = table.add_cell("X");
        table.add_vertices(b"abc", &[1, 2, 3], &[0; 3], &[cell; 3]).unwrap();
        table.add_edges(&[0, 1, 2, 2], &[1, 2, 2, 0]).unwrap();
        let wire = table.add_arc_kind("wire ^ -> ^");
        table.add_arcs(&[0, 1, 2, 3], &[wire; 4]).unwrap();
        for classes in [vertex_classes(&table), arc_classes(&table)] {
            let mut seen = vec![false; classes.sibling.len()];
            for row in &classes.order {
                let sibling = classes.sibling[*row as usize];
                assert!(sibling == NO_SIBLING || seen[sibling as usize]);
                seen[*row as usize] = true;
            }
            assert!(seen.iter().all(|seen| *seen));
        }
    }
}
