// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! What a stage says that its base and its own other values do not: rows matched by name, values
//! predicted, residuals. Pure functions of slices; no I/O.

mod align;
mod arc_types;
mod arithmetic;
mod classes;
mod delay_tables;
mod graph;
mod grid;
mod kinds;
mod loads;
mod objects;
mod path_ends;
mod paths;
mod predict;
mod residual;
mod surfaces;
mod tolerance;

pub use align::{Alignment, Match, align};

pub(crate) use align::RowMap;
pub(crate) use arc_types::ArcTypes;
pub(crate) use arithmetic::INFINITE;
pub(crate) use classes::{Classes, arc_classes, vertex_classes};
pub(crate) use delay_tables::{TableEntry, decode_tables, encode_tables, rounded};
pub(crate) use graph::{Graph, Times, slack};
pub(crate) use grid::{Grid, MAX_TOLERANCE};
pub(crate) use kinds::{Kind, kinds};
pub(crate) use loads::{DelayTables, LoadReferences, Loads};
pub(crate) use objects::{decode_objects, encode_objects, encode_plain_objects};
pub(crate) use path_ends::{EndColumns, EndWords, WholePath, clock_min_max};
pub(crate) use paths::{FanIn, PathColumns, PathWords, path_time};
pub(crate) use predict::{BaseValues, Predictor, References, for_predictor, shifted};
pub(crate) use residual::{
    LaidOut, Layout, integer_residual, integer_value, lay_out, mask_size, read_layout,
};
pub(crate) use tolerance::{Delays, Tolerance, choose};
