// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! What a stage says that its base and its own other values do not: rows matched by name, values
//! predicted, residuals. Pure functions of slices; no I/O.

mod align;
mod arithmetic;
mod classes;
mod graph;
mod kinds;
mod objects;
mod predict;
mod residual;

pub use align::{Alignment, Match, align};

pub(crate) use align::RowMap;
pub(crate) use arithmetic::{ordered, unordered};
pub(crate) use classes::{Classes, arc_classes, vertex_classes};
pub(crate) use graph::{Graph, Times, slack};
pub(crate) use objects::{decode_objects, encode_objects, encode_plain_objects};
pub(crate) use predict::{BaseValues, Predictor, References, for_predictor};
pub(crate) use residual::{
    LaidOut, Layout, float_residual, float_value, integer_residual, integer_value, lay_out,
    mask_size, read_layout,
};
