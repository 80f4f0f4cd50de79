// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The store: a directory of immutable stage files, one writer, any number of readers.

mod arrays;
mod attach;
mod attachments;
mod cache;
mod cached_rows;
mod capture;
mod claims;
mod clocks;
mod columns;
mod compact;
mod delete;
mod directory;
mod disk;
mod durable;
mod explain;
mod extract;
mod live;
mod load;
mod lock;
mod mapping;
mod marker;
mod pair;
pub(crate) mod paths;
mod preparation;
mod quantize;
mod reader;
mod repair;
pub mod report;
mod retention;
mod rewrite;
mod scenes;
mod sources;
mod stage_file;
mod tables;
mod topology;
mod verify;
mod writer;

pub use attachments::Attachment;
pub use capture::{BaseChoice, Capture, CaptureOptions};
pub use compact::{CompactMode, Compaction};
pub use delete::{Deletion, Rebased};
pub use directory::{OpenMode, Store};
pub use disk::{Disk, System};
pub use explain::{BlockCoding, StreamCoding};
pub use live::{RowState, StageAlignment};
pub use mapping::ReadMode;
pub use reader::Stage;
pub use repair::Repair;
pub use retention::Keep;
pub use verify::{Depth, Finding, Verification};

pub(crate) use capture::check_tolerance;
pub(crate) use pair::StagePair;
