// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! A stage that can be read: its file and the chain of its bases.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use parking_lot::Mutex;

use super::mapping::ReadMode;
use super::stage_file::StageFile;
use super::verify::Depth;
use crate::delta::{Alignment, RowMap, align};
use crate::error::{Error, ErrorKind, Result, corrupt};
use crate::format::{StreamHasher, Values, block_elements, block_range, decode_block};
use crate::model::{
    Digest, Endpoint, MinMax, ObjectTable, StageMetadata, StreamIndex, StreamKey, StreamKind,
    TimingStage, VertexIndex, Width,
};

/// A stage, shared and immutable. Any number of threads may read it at once. Its values stay readable
/// after the stage is deleted from the store, until the last handle is dropped.
pub struct Stage {
    file: StageFile,
    base: Option<Arc<Stage>>,
    objects: Mutex<Option<Arc<ObjectTable>>>,
    alignment: Mutex<Option<Arc<Alignment>>>,
    index: Mutex<Option<Arc<VertexIndex>>>,
}

impl Stage {
    /// Open the file `path` of stage `name`. `open_base` opens other stages of the store.
    pub(super) fn open(
        path: &Path,
        name: &str,
        mode: ReadMode,
        open_base: impl FnOnce(&str) -> Result<Arc<Self>>,
    ) -> Result<Self> {
        let file = StageFile::open(path, name, mode)?;
        let base = match &file.stage().base_checkpoint_ref {
            None => None,
            Some(reference) => {
                let place = |error: Error| error.at(format_args!("base of stage {name}"));
                let base = open_base(&reference.stage_id).map_err(place)?;
                check_base(&file, &base, reference.digest)?;
                Some(base)
            }
        };
        Ok(Self {
            file,
            base,
            objects: Mutex::default(),
            alignment: Mutex::default(),
            index: Mutex::default(),
        })
    }

    /// Name, time, base, metadata and the index of the arrays.
    pub fn timing_stage(&self) -> &TimingStage {
        self.file.stage()
    }

    /// Everything about the stage that is not an array.
    pub fn metadata(&self) -> &StageMetadata {
        &self.timing_stage().metadata
    }

    /// Size of the stage's file.
    pub fn stored_bytes(&self) -> u64 {
        self.file.stored_bytes()
    }

    /// Names the content: equal digests mean equal object tables, values, endpoints and constraints.
    pub fn digest(&self) -> Digest {
        self.file.digest()
    }

    /// The stage that this one is a delta of.
    pub fn base(&self) -> Option<&Arc<Self>> {
        self.base.as_ref()
    }

    pub(super) fn file(&self) -> &StageFile {
        &self.file
    }

    /// The rows. Decoded at the first call.
    ///
    /// # Errors
    /// `Corrupt` when the arrays of the table do not fit each other or their digests.
    pub fn objects(&self) -> Result<Arc<ObjectTable>> {
        let mut slot = self.objects.lock();
        if let Some(objects) = &*slot {
            return Ok(objects.clone());
        }
        let objects = Arc::new(self.read_objects()?);
        *slot = Some(objects.clone());
        Ok(objects)
    }

    /// Row of a pin by name; `driver` asks for the driver vertex of a bidirectional pin.
    pub fn find_vertex(&self, name: &[u8], driver: bool) -> Result<Option<u32>> {
        let objects = self.objects()?;
        let mut slot = self.index.lock();
        let index = slot
            .get_or_insert_with(|| Arc::new(objects.index()))
            .clone();
        drop(slot);
        Ok(index.find_name(&objects, name, u8::from(driver)))
    }

    /// Values `rows` of a column, as the bits of 32-bit floats.
    pub fn read_words(&self, key: StreamKey, rows: Range<u64>) -> Result<Vec<u32>> {
        Ok(self.read(self.stream(key, Width::Word)?, rows)?.words())
    }

    /// Values `rows` of an array of bytes.
    pub fn read_bytes(&self, key: StreamKey, rows: Range<u64>) -> Result<Vec<u8>> {
        Ok(self.read(self.stream(key, Width::Byte)?, rows)?.bytes())
    }

    /// The constraints as the engine wrote them at the save.
    pub fn sdc(&self) -> Result<Vec<u8>> {
        self.read_whole(StreamKind::Sdc).map(Values::bytes)
    }

    /// Rows `rows` of the endpoint table.
    pub fn endpoints(&self, rows: Range<u64>) -> Result<Vec<Endpoint>> {
        let column = |kind| self.read_words(StreamKey::plain(kind), rows.clone());
        let vertices = column(StreamKind::EndpointVertex)?;
        let groups = column(StreamKind::EndpointGroup)?;
        let checks = column(StreamKind::EndpointCheck)?;
        let slacks = column(StreamKind::EndpointSlack)?;
        let rows = vertices
            .into_iter()
            .zip(groups)
            .zip(checks.into_iter().zip(slacks));
        rows.map(|((vertex, group), (check, slack))| {
            Ok(Endpoint {
                vertex,
                group,
                scene: u16::try_from(check / 2).map_err(|_| corrupt("A scene is too large."))?,
                min_max: if check % 2 == 0 {
                    MinMax::Min
                } else {
                    MinMax::Max
                },
                slack: f32::from_bits(slack),
            })
        })
        .collect()
    }

    /// Decode every array and compare it with its checksum. Calls `found` with what is wrong.
    pub(super) fn check_values(&self, mut found: impl FnMut(Error)) {
        for stream in &self.timing_stage().delta_changes.streams {
            if let Err(error) = self.check_stream(stream) {
                found(error);
            }
        }
        if let Err(error) = self.objects() {
            found(error.at(format_args!("stage {}", self.timing_stage().stage_id)));
        }
    }

    /// Look for damage in this stage and in its bases.
    ///
    /// # Errors
    /// The first defect.
    pub fn verify(&self, depth: Depth) -> Result<()> {
        let mut first = None;
        let mut note = |error| {
            first.get_or_insert(error);
        };
        self.file.check_blocks(&mut note);
        // Decoding reads the bases; their stored bytes are checked on the way.
        match depth {
            Depth::Full => self.check_values(&mut note),
            Depth::Quick => {
                if let Some(Err(error)) = self.base.as_ref().map(|base| base.verify(depth)) {
                    note(error);
                }
            }
        }
        first.map_or(Ok(()), Err)
    }

    fn check_stream(&self, stream: &StreamIndex) -> Result<()> {
        let mut hasher = StreamHasher::default();
        for block in 0..stream.blocks.len() {
            match self.block_values(stream, block)? {
                Values::Words(words) => hasher.update_words(&words),
                Values::Bytes(bytes) => hasher.update_bytes(&bytes),
            }
        }
        if hasher.finish() != stream.checksum {
            return Err(corrupt(format!(
                "stage {}, {}: The values do not have the checksum that they were stored with.",
                self.timing_stage().stage_id,
                stream.key
            )));
        }
        Ok(())
    }

    fn stream(&self, key: StreamKey, width: Width) -> Result<&StreamIndex> {
        let delta = &self.timing_stage().delta_changes;
        let stream = delta
            .find(key)
            .and_then(|position| delta.streams.get(position));
        stream
            .filter(|stream| stream.key.kind.width() == width)
            .ok_or_else(|| {
                let stage = &self.timing_stage().stage_id;
                Error::new(ErrorKind::NotFound, format!("Stage {stage} has no {key}."))
            })
    }

    fn read_whole(&self, kind: StreamKind) -> Result<Values> {
        let stream = self.stream(StreamKey::plain(kind), kind.width())?;
        self.read(stream, 0..stream.count)
    }

    /// Elements `rows` of an array: whole blocks are decoded, and cut to what is asked.
    fn read(&self, stream: &StreamIndex, rows: Range<u64>) -> Result<Values> {
        if rows.start > rows.end || rows.end > stream.count {
            return Err(Error::new(
                ErrorKind::ShapeMismatch,
                format!(
                    "Rows {} to {} are asked of {}, which has {}.",
                    rows.start, rows.end, stream.key, stream.count
                ),
            ));
        }
        let width = stream.key.kind.width();
        let size = block_elements(width) as u64;
        let mut words = Vec::new();
        let mut bytes = Vec::new();
        for block in rows.start / size..rows.end.div_ceil(size) {
            let range = block_range(width, block as usize, stream.count);
            let from = rows.start.max(range.start) - range.start;
            let to = rows.end.min(range.end).saturating_sub(range.start);
            let wanted = from as usize..to.max(from) as usize;
            match self.block_values(stream, block as usize)? {
                Values::Words(block) if words.is_empty() && wanted == (0..block.len()) => {
                    words = block;
                }
                Values::Words(block) => {
                    words.extend_from_slice(block.get(wanted).unwrap_or_default());
                }
                Values::Bytes(block) => {
                    bytes.extend_from_slice(block.get(wanted).unwrap_or_default());
                }
            }
        }
        Ok(match width {
            Width::Word => Values::Words(words),
            Width::Byte => Values::Bytes(bytes),
        })
    }

    /// One block, decoded.
    pub(super) fn block_values(&self, stream: &StreamIndex, block: usize) -> Result<Values> {
        let decode = || {
            let kind = stream.key.kind;
            let index = stream
                .blocks
                .get(block)
                .ok_or_else(|| corrupt("It does not exist."))?;
            let range = block_range(kind.width(), block, stream.count);
            let count = (range.end - range.start) as usize;
            let stored = self.file.block(index)?;
            decode_block(kind, index, count, &stored, || {
                self.base_values(stream.key, range)
            })
        };
        decode().map_err(|error| self.file.at_block(error, stream, block))
    }

    fn base_values(&self, key: StreamKey, range: Range<u64>) -> Result<Values> {
        let base = self
            .base
            .as_ref()
            .ok_or_else(|| corrupt("A full stage refers to a base."))?;
        let alignment = self.base_alignment(base, key.kind)?;
        let values = predict(base, alignment.as_deref(), key, range)?;
        values.ok_or_else(|| corrupt("The base lacks the array that it refers to."))
    }

    /// How this stage's rows correspond to its base's. `None` where they are the same, which their
    /// digests tell without a look at the tables.
    fn base_alignment(&self, base: &Self, kind: StreamKind) -> Result<Option<Arc<Alignment>>> {
        if !kind.is_column() || same_rows(self.metadata(), base.metadata()) {
            return Ok(None);
        }
        let mut slot = self.alignment.lock();
        if let Some(alignment) = &*slot {
            return Ok(Some(alignment.clone()));
        }
        let alignment = Arc::new(align(&*base.objects()?, &*self.objects()?));
        *slot = Some(alignment.clone());
        Ok(Some(alignment))
    }

    fn read_objects(&self) -> Result<ObjectTable> {
        use StreamKind as K;
        let words = |kind| self.read_whole(kind).map(Values::words);
        let lengths = words(K::NameLengths)?;
        let mut end = 0u32;
        let name_ends = lengths.iter().map(|length| {
            end = end
                .checked_add(*length)
                .ok_or_else(|| corrupt("Names exceed 4 GiB."))?;
            Ok(end)
        });
        let name_ends = name_ends.collect::<Result<Vec<u32>>>()?;
        let mut objects = ObjectTable::new();
        let metadata = self.metadata();
        objects.cell_names.clone_from(&metadata.cell_names);
        objects.kind_names.clone_from(&metadata.kind_names);
        let names = self.read_whole(K::NameBytes)?.bytes();
        let driver = self.read_whole(K::Driver)?.bytes();
        let fill = |objects: &mut ObjectTable| {
            objects.add_vertices(&names, &name_ends, &driver, &words(K::Cell)?)?;
            objects.add_edges(&words(K::EdgeFrom)?, &words(K::EdgeTo)?)?;
            objects.add_arcs(&words(K::ArcEdge)?, &words(K::ArcKind)?)
        };
        fill(&mut objects).map_err(|error| {
            Error::new(ErrorKind::Corrupt, error.to_string()).at("object table")
        })?;
        let digests = objects.row_digests();
        let stored = (
            metadata.vertex_digest,
            metadata.arc_digest,
            metadata.cell_digest,
        );
        if (digests.vertices, digests.arcs, digests.cells) != stored {
            return Err(corrupt("The object table does not have its digest."));
        }
        Ok(objects)
    }
}

impl std::fmt::Debug for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Stage({})", self.timing_stage().stage_id)
    }
}

/// Vertex and arc rows are the same in both stages.
pub(super) fn same_rows(a: &StageMetadata, b: &StageMetadata) -> bool {
    a.vertex_digest == b.vertex_digest && a.arc_digest == b.arc_digest
}

/// What the base holds for the rows `range` of an array of its delta; zero where it has no such row,
/// `None` where it has no such array. `alignment` is `None` where the rows are the same.
pub(super) fn predict(
    base: &Stage,
    alignment: Option<&Alignment>,
    key: StreamKey,
    range: Range<u64>,
) -> Result<Option<Values>> {
    let delta = &base.timing_stage().delta_changes;
    let Some(stream) = delta
        .find(key)
        .and_then(|position| delta.streams.get(position))
    else {
        return Ok(None);
    };
    let map = match alignment {
        Some(alignment) if key.kind.is_vertex_column() => &alignment.vertices,
        Some(alignment) if key.kind.is_arc_column() => &alignment.arcs,
        _ => &RowMap::Identity,
    };
    if *map != RowMap::Identity {
        return gather(base, stream, map, range).map(Some);
    }
    let count = (range.end - range.start) as usize;
    let known = range.start.min(stream.count)..range.end.min(stream.count);
    let mut values = base.read(stream, known)?;
    match &mut values {
        Values::Words(words) => words.resize(count, 0),
        Values::Bytes(bytes) => bytes.resize(count, 0),
    }
    Ok(Some(values))
}

/// Rows picked from all over a base array. Every block that is needed is decoded once.
fn gather(base: &Stage, stream: &StreamIndex, map: &RowMap, range: Range<u64>) -> Result<Values> {
    let width = stream.key.kind.width();
    let size = block_elements(width);
    let count = (range.end - range.start) as usize;
    let mut wanted: Vec<(usize, usize)> = (0..count)
        .filter_map(|position| {
            let row = map.get(range.start as usize + position)? as usize;
            Some((row, position))
        })
        .collect();
    wanted.sort_unstable();
    let mut words = vec![0; if width == Width::Word { count } else { 0 }];
    let mut bytes = vec![0; if width == Width::Byte { count } else { 0 }];
    for rows in wanted.chunk_by(|(a, _), (b, _)| a / size == b / size) {
        let block = rows[0].0 / size;
        match base.block_values(stream, block)? {
            Values::Words(block) => {
                for (row, position) in rows {
                    words[*position] = block[row % size];
                }
            }
            Values::Bytes(block) => {
                for (row, position) in rows {
                    bytes[*position] = block[row % size];
                }
            }
        }
    }
    Ok(match width {
        Width::Word => Values::Words(words),
        Width::Byte => Values::Bytes(bytes),
    })
}

fn check_base(file: &StageFile, base: &Stage, digest: Digest) -> Result<()> {
    let stage = file.stage();
    if base.digest() != digest {
        let base = &base.timing_stage().stage_id;
        return Err(Error::new(
            ErrorKind::BaseMismatch,
            format!(
                "Stage {} was made on another stage {base} than the one in the store. Put the \
                 original back, or save the stage again.",
                stage.stage_id
            ),
        ));
    }
    // Depths that fall towards the base also exclude cycles.
    if base.metadata().depth >= stage.metadata.depth {
        return Err(corrupt(format!(
            "The chain of stage {} does not end.",
            stage.stage_id
        )));
    }
    Ok(())
}
