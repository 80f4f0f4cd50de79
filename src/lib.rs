// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Timing checkpoints for OpenROAD and OpenSTA.
//!
//! A *store* is a directory of immutable *stages*. A stage holds the timing state of one design at
//! one instant: its object table (vertices and arcs by name) and its columns (slew, delay, arrival,
//! required, slack per scene, min/max and rise/fall), complete or as a delta on a *base* stage.
//!
//! Data flows one way: engine -> capture -> delta -> codec -> format -> store, and back. Modules
//! depend on each other in that order only: `ffi -> query -> store -> format -> delta -> codec -> {model,
//! error}`. `docs/architecture.md` is the map, `docs/format.md` describes every byte on disk.

#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod codec;
mod delta;
mod error;
pub mod ffi;
mod format;
mod model;
mod near;
pub mod query;
mod store;
mod sync;
mod table;

pub use codec::CodecChoice;
pub use delta::Match;
pub use error::{Error, ErrorKind, Result};
pub use model::{
    BaseRef, BlockIndex, Clock, CompressedDelta, DelayTable, Digest, Endpoint, MAX_PLANES, MinMax,
    ObjectTable, PATH_FIELDS, PathEnd, PathEndKind, PathField, PathFlag, PathPoint, StageMetadata,
    StreamIndex, StreamKey, StreamKind, Summary, TimingStage, Transition, Width,
};
pub use store::{
    Attachment, BaseChoice, BlockCoding, Capture, CaptureOptions, CompactMode, Compaction,
    Deletion, Depth, Disk, Finding, Keep, OpenMode, ReadMode, Rebased, Repair, RowState, Stage,
    StageAlignment, Store, StreamCoding, System, Verification, report,
};
pub use table::{Format, csv_field};
