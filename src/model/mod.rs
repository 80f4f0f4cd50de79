// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! What is stored, without a word about bytes.

mod delay_table;
mod objects;
mod path;
mod stage;
mod stream;

pub use delay_table::DelayTable;
pub use objects::ObjectTable;
pub use path::{PATH_FIELDS, PathEnd, PathEndKind, PathField, PathFlag, PathPoint};
pub use stage::{
    BaseRef, BlockIndex, Clock, CompressedDelta, Digest, Endpoint, StageMetadata, StreamIndex,
    Summary, TimingStage,
};
pub use stream::{MAX_PLANES, MinMax, StreamKey, StreamKind, Transition, Width};

pub(crate) use objects::{VertexIndex, display_name, hash_vertex};
pub(crate) use stage::{MAX_ATTACHMENT_NAME, is_attachment_name};
