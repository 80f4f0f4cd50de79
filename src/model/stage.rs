// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! One checkpoint.

use serde::{Deserialize, Serialize};

use super::{MinMax, StreamKey, StreamKind};

/// 128 bits that name a content. Guards against accidents, not against forgery.
pub type Digest = u128;

/// One immutable checkpoint of the timing state of a design.
#[derive(Clone, Debug)]
pub struct TimingStage {
    /// Name, unique in the store.
    pub stage_id: String,
    /// When the stage was committed: nanoseconds since the Unix epoch.
    pub timestamp: u64,
    /// What the delta is relative to; `None` for a full stage.
    pub base_checkpoint_ref: Option<BaseRef>,
    /// Where the values are and how they are coded.
    pub delta_changes: CompressedDelta,
    /// What was timed, by whom, and the summary of the result.
    pub metadata: StageMetadata,
}

/// Names the base of a delta by name and content, so that a wrong or stale one is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaseRef {
    /// Name of the base stage.
    pub stage_id: String,
    /// That of its content or, where deltas are decoded with its delay tables, of both.
    pub digest: Digest,
}

/// The index of a stage's encoded arrays; the encoded bytes themselves stay in the file.
#[derive(Clone, Debug, Default)]
pub struct CompressedDelta {
    /// One entry an array, by rising key.
    pub streams: Vec<StreamIndex>,
}

/// One array: its checksum and its blocks.
#[derive(Clone, Debug)]
pub struct StreamIndex {
    /// What it holds.
    pub key: StreamKey,
    /// Elements.
    pub count: u64,
    /// XXH3-128 of the decoded little-endian bytes.
    pub checksum: Digest,
    /// Blocks in coding order.
    pub blocks: Vec<BlockIndex>,
}

/// Where one block is and how it is coded. Numbers as in `docs/format.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockIndex {
    /// Byte offset in the file.
    pub offset: u64,
    /// Bytes in the file; 0 when every residual is zero.
    pub stored: u32,
    /// Elements, in coding order.
    pub count: u32,
    /// Bytes of the laid-out residuals before compression.
    pub laid_out: u32,
    /// CRC-32 of the stored bytes.
    pub crc: u32,
    /// What the values were predicted from.
    pub predictor: u8,
    /// How the residuals are laid out.
    pub layout: u8,
    /// How the laid-out bytes are compressed.
    pub codec: u8,
}

/// Everything about a stage that is not an array.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StageMetadata {
    /// Name of the top cell.
    pub design: String,
    /// Engine, such as `OpenSTA`.
    pub engine: String,
    /// Its version.
    pub engine_version: String,
    /// Threads that the engine was set to use.
    pub threads: u32,
    /// The user's note.
    pub note: String,
    /// The user's own keys and values, in the order given.
    pub meta: Vec<(String, String)>,
    /// Scene (corner) names; their position is the scene number.
    pub scenes: Vec<String>,
    /// Names of the liberty libraries in use.
    pub liberties: Vec<String>,
    /// Path group names; endpoints refer to them by position.
    pub groups: Vec<String>,
    /// Liberty cell names; the object table refers to them by position.
    pub cell_names: Vec<String>,
    /// Arc kind names; the object table refers to them by position.
    pub kind_names: Vec<String>,
    /// Names of the attached files, sorted; their position is the number of the attachment.
    pub attachments: Vec<String>,
    /// One entry a scene and min/max.
    pub summaries: Vec<Summary>,
    /// Rows of vertex columns.
    pub vertices: u32,
    /// Edges.
    pub edges: u32,
    /// Rows of arc columns.
    pub arcs: u32,
    /// Rows of the endpoint table.
    pub endpoints: u32,
    /// Size of an uncompressed capture: names, topology as 32-bit indices, 4 bytes a value.
    pub raw_bytes: u64,
    /// Deltas between this stage and a full one.
    pub depth: u32,
    /// No float of a column differs from the engine's by more than this, in seconds; 0 is bit for bit.
    pub tolerance: f64,
    /// Names the vertex rows.
    pub vertex_digest: Digest,
    /// Names the arc rows, given the vertex rows.
    pub arc_digest: Digest,
    /// Names the cells of the vertices' instances.
    pub cell_digest: Digest,
    /// By path group, the name of the clock that captures its endpoints; empty where none does. A group
    /// of several clocks is as many entries of one name in [`Self::groups`].
    pub group_clocks: Vec<String>,
    /// The clocks, by name and first scene.
    pub clocks: Vec<Clock>,
    /// Names of clocks; path ends refer to them by position.
    pub path_clocks: Vec<String>,
    /// Names the delay tables that the stage is decoded with; 0 where its chain has none.
    pub tables_digest: Digest,
}

/// A clock of one set of constraints. Scenes with constraints of their own may have others of its name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Clock {
    /// Name.
    pub name: String,
    /// Numbers of the scenes that have it, rising.
    pub scenes: Vec<u16>,
    /// Seconds.
    pub period: f32,
    /// Time of the rising edge that the engine times by, seconds.
    pub rise: f32,
    /// Time of the falling edge, seconds.
    pub fall: f32,
    /// Whether its network is timed; an ideal clock has no delay but its latency.
    pub propagated: bool,
    /// Name of the clock that a generated one is made of, else empty.
    pub master: String,
    /// Names of the pins where it begins, rising, in bytes as those of the object table; none where it
    /// is virtual.
    pub sources: Vec<Vec<u8>>,
}

/// Worst and total negative slack of one scene and min/max.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Scene number.
    pub scene: u16,
    /// Hold or setup.
    pub min_max: MinMax,
    /// Worst slack, seconds; the engine's infinity when nothing is constrained.
    pub worst_slack: f32,
    /// Sum of the negative slacks, seconds.
    pub tns: f32,
    /// Endpoints with a negative slack.
    pub violating: u32,
}

/// One row of the endpoint table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Endpoint {
    /// Vertex row.
    pub vertex: u32,
    /// Position in [`StageMetadata::groups`].
    pub group: u32,
    /// Scene number.
    pub scene: u16,
    /// Hold or setup.
    pub min_max: MinMax,
    /// Worst slack of the endpoint in the group, seconds.
    pub slack: f32,
}

impl StreamIndex {
    /// Bytes of all its blocks in the file.
    pub fn stored_bytes(&self) -> u64 {
        self.blocks.iter().map(|block| u64::from(block.stored)).sum()
    }
}

impl TimingStage {
    /// Name of the base, `None` for a full stage.
    pub fn base(&self) -> Option<&str> {
        self.base_checkpoint_ref.as_ref().map(|base| base.stage_id.as_str())
    }
}

impl CompressedDelta {
    /// Position of an array.
    pub fn find(&self, key: StreamKey) -> Option<usize> {
        self.streams.binary_search_by_key(&key, |stream| stream.key).ok()
    }

    /// Planes of the values: 1, or with statistical timing up to 4.
    pub fn planes(&self) -> u8 {
        self.columns().map(|stream| stream.key.plane + 1).max().unwrap_or(1)
    }

    /// The attachments, by number.
    pub fn attachments(&self) -> impl Iterator<Item = &StreamIndex> {
        self.streams.iter().filter(|stream| stream.key.kind == StreamKind::Attachment)
    }

    /// The columns, in file order.
    pub fn columns(&self) -> impl Iterator<Item = &StreamIndex> {
        self.streams.iter().filter(|stream| stream.key.kind.is_column())
    }
}

/// Names are those of files in one directory, wherever they are written: no way out of it, none that a
/// shell takes for an option or hides.
pub(crate) fn is_attachment_name(name: &str) -> bool {
    (1..=MAX_ATTACHMENT_NAME).contains(&name.len())
        && !name.starts_with(['.', '-'])
        && !name.contains(|c: char| c == '/' || c == '\\' || c.is_control())
}

/// Bytes; room is left for what a temporary name adds.
pub(crate) const MAX_ATTACHMENT_NAME: usize = 200;

impl StageMetadata {
    /// The clock of this name in a scene.
    pub fn clock(&self, name: &str, scene: u16) -> Option<&Clock> {
        self.clocks.iter().find(|clock| clock.name == name && clock.scenes.contains(&scene))
    }

    /// The summary of one scene and min/max.
    pub fn summary(&self, scene: u16, min_max: MinMax) -> Option<&Summary> {
        self.summaries.iter().find(|s| s.scene == scene && s.min_max == min_max)
    }
}
