// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! What coding needs to know of the rows, made once and shared.

use std::sync::{Arc, OnceLock};

use crate::delta::{ArcTypes, Classes, Graph, arc_classes, vertex_classes};
use crate::model::{ObjectTable, StreamKind};

/// What coding needs to know of the rows.
#[derive(Debug)]
pub(super) struct Topology {
    table: Arc<ObjectTable>,
    rows: Arc<Rows>,
    /// Made when there are delay tables.
    arc_types: OnceLock<ArcTypes>,
}

/// What does not depend on cells.
#[derive(Debug)]
struct Rows {
    arcs: Classes,
    vertices: Classes,
    plain: Classes,
    /// Made when a column of times is met.
    graph: OnceLock<Graph>,
}

impl Topology {
    pub fn new(table: Arc<ObjectTable>) -> Self {
        let rows = Rows {
            arcs: arc_classes(&table),
            vertices: vertex_classes(&table),
            plain: Classes::plain(table.vertex_count()),
            graph: OnceLock::new(),
        };
        Self { table, rows: Arc::new(rows), arc_types: OnceLock::new() }
    }

    /// The same for a table with the same rows and perhaps other cells.
    pub fn with_cells_of(&self, table: Arc<ObjectTable>) -> Self {
        Self { table, rows: self.rows.clone(), arc_types: OnceLock::new() }
    }

    pub fn table(&self) -> &ObjectTable {
        &self.table
    }

    pub fn arc_types(&self) -> &ArcTypes {
        self.arc_types.get_or_init(|| ArcTypes::new(&self.table))
    }

    pub fn graph(&self) -> &Graph {
        self.rows.graph.get_or_init(|| Graph::new(&self.table))
    }

    pub fn classes(&self, kind: StreamKind) -> &Classes {
        match kind {
            StreamKind::Delay => &self.rows.arcs,
            StreamKind::Slew => &self.rows.vertices,
            _ => &self.rows.plain,
        }
    }
}
