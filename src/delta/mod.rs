// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! What a stage says that its base does not: rows matched by name, values predicted, residuals.
//! Pure functions of slices; no I/O.

mod align;
mod residual;
mod shuffle;

pub use align::{Alignment, Match, align};

pub(crate) use align::RowMap;
pub(crate) use residual::{
    Layout, Predictor, decode_bytes, decode_words, encode_bytes, encode_words, max_laid_out,
};
