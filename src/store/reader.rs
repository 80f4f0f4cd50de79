// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! A stage that can be read: its file and the chain of its bases.

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use super::cache::Cache;
use super::cached_rows::{self, CachedNames};
use super::claims::{check_claims, check_counts};
use super::columns::{ColumnDecoder, groups, uses_graph};
use super::directory::Store;
use super::load::LEAST_CACHED;
use super::scenes::SceneMap;
use super::sources::{
    Column, ColumnBase, ColumnLoads, ColumnSource, Expected, column_loads, delay_key, expected,
    other_transition, times,
};
use super::stage_file::StageFile;
use super::topology::Topology;
use super::verify::Depth;
use crate::delta::{Alignment, DelayTables, TableEntry, align, decode_objects, decode_tables};
use crate::error::{Error, ErrorKind, Result, corrupt};
use crate::format::{StreamHasher, base_digest, decode_word_block};
use crate::model::{
    DelayTable, Digest, Endpoint, MinMax, ObjectTable, StageMetadata, StreamIndex, StreamKey,
    StreamKind, TimingStage, Transition, VertexIndex, Width, display_name,
};
use crate::sync::Mutex;

/// Decoded columns that a stage keeps, of each plane: those of a restore of three scenes. Of more, some are
/// decoded again.
const KEPT_COLUMNS: usize = 64;
/// Loads that a stage keeps: those of the delays of one scene.
const KEPT_LOADS: usize = 2;

/// A stage, shared and immutable. Any number of threads may read it at once. Its values stay readable
/// after the stage is deleted from the store, until the last handle is dropped.
pub struct Stage {
    file: StageFile,
    base: Option<Arc<Stage>>,
    cache: Option<Arc<Cache>>,
    names: OnceLock<Option<CachedNames>>,
    objects: Mutex<Option<Arc<ObjectTable>>>,
    topology: Mutex<Option<Arc<Topology>>>,
    alignment: Mutex<Option<Arc<Alignment>>>,
    index: Mutex<Option<Arc<VertexIndex>>>,
    delay_tables: Mutex<Option<Arc<DelayTables>>>,
    columns: Mutex<HashMap<StreamKey, Column>>,
    loads: Mutex<HashMap<StreamKey, ColumnLoads>>,
}

impl Stage {
    /// Open the file `path` of stage `name`. `open_base` opens other stages of the store.
    pub(super) fn open(
        store: &Store,
        path: &Path,
        name: &str,
        cache: Option<Arc<Cache>>,
        open_base: impl FnOnce(&str) -> Result<Arc<Self>>,
    ) -> Result<Self> {
        let file = StageFile::open(store, path, name)?;
        let base = match &file.stage().base_checkpoint_ref {
            None => None,
            Some(reference) => {
                let place = |error: Error| error.at(format_args!("base of stage {name}"));
                let base = open_base(&reference.stage_id).map_err(place)?;
                check_base(&file, &base, reference.digest)?;
                Some(base)
            }
        };
        check_claims(&file, base.as_deref())?;
        Ok(Self {
            file,
            base,
            cache,
            names: OnceLock::new(),
            objects: Mutex::default(),
            topology: Mutex::default(),
            alignment: Mutex::default(),
            index: Mutex::default(),
            delay_tables: Mutex::default(),
            columns: Mutex::default(),
            loads: Mutex::default(),
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

    /// Names what its deltas are decoded with: the content, and the delay tables, which are no part of it.
    pub(super) fn base_digest(&self) -> Digest {
        base_digest(self.digest(), self.metadata().tables_digest)
    }

    /// The stage that this one is a delta of.
    pub fn base(&self) -> Option<&Arc<Self>> {
        self.base.as_ref()
    }

    pub(super) fn cache(&self) -> Option<&Cache> {
        self.cache.as_deref()
    }

    pub(super) fn is_decoded(&self, key: StreamKey) -> bool {
        self.columns.lock().contains_key(&key)
    }

    pub(super) fn keep_column(&self, key: StreamKey, column: Column) {
        self.columns.lock().insert(key, column);
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
        let cached = self.cache.as_ref().and_then(|c| cached_rows::objects(c, self.metadata()));
        let objects = match cached {
            Some(objects) => Arc::new(objects),
            None => self.read_objects()?,
        };
        check_counts(self.metadata(), &objects)?;
        *slot = Some(objects.clone());
        Ok(objects)
    }

    /// Take a table that is at hand for the one of the stage, and of the bases that share it, if it is the
    /// same: decoding it takes seconds for a million instances.
    pub(super) fn know_objects(&self, objects: &Arc<ObjectTable>, metadata: &StageMetadata) {
        let own = self.metadata();
        let is_same = same_objects(own, metadata)
            && own.cell_names == objects.cell_names
            && own.kind_names == objects.kind_names;
        if is_same {
            self.objects.lock().get_or_insert_with(|| objects.clone());
            if let Some(base) = &self.base {
                base.know_objects(objects, metadata);
            }
        }
    }

    /// Row of a pin by name; `driver` asks for the driver vertex of a bidirectional pin.
    pub fn find_vertex(&self, name: &[u8], driver: bool) -> Result<Option<u32>> {
        if let Some(row) = self.cached_names().and_then(|names| names.row(name, driver)) {
            return Ok(row);
        }
        let objects = self.objects()?;
        let mut slot = self.index.lock();
        let index = slot.get_or_insert_with(|| Arc::new(objects.index())).clone();
        drop(slot);
        Ok(index.find_name(&objects, name, u8::from(driver)))
    }

    /// Names of rows as a user reads them.
    ///
    /// # Errors
    /// Those of [`Stage::objects`].
    pub fn display_names(&self, rows: &[u32]) -> Result<Vec<String>> {
        let of_row = |names: &CachedNames, row: &u32| {
            names.name(*row).map(|(name, is_driver)| display_name(&name, is_driver))
        };
        let cached = self.cached_names();
        let cached = cached.and_then(|names| rows.iter().map(|row| of_row(names, row)).collect());
        if let Some(names) = cached {
            return Ok(names);
        }
        let objects = self.objects()?;
        Ok(rows.iter().map(|row| objects.display_name(*row)).collect())
    }

    /// Names that need no table in memory, where there is none yet.
    fn cached_names(&self) -> Option<&CachedNames> {
        let cache = self.cache.as_ref().filter(|_| self.objects.lock().is_none())?;
        self.names.get_or_init(|| CachedNames::find(cache, self.metadata())).as_ref()
    }

    /// Values `rows` of a column, as the bits of 32-bit floats; or of another array of words.
    pub fn read_words(&self, key: StreamKey, rows: Range<u64>) -> Result<Vec<u32>> {
        let stream = self.stream(key, Width::Word)?;
        let range = rows.clone();
        let rows = check_rows(stream, rows)?;
        if !self.is_decoded(key)
            && let Some(words) = self.cached_words(stream, range)
        {
            return Ok(words);
        }
        if let Some(column) = self.column(key)? {
            return Ok(column.get(rows).unwrap_or_default().to_vec());
        }
        Ok(self.words(stream)?.get(rows).unwrap_or_default().to_vec())
    }

    /// All values of a column, or of another array of words, as [`Stage::read_words`] gives them, but shared
    /// with the stage, not copied.
    pub fn shared_words(&self, key: StreamKey) -> Result<Arc<Vec<u32>>> {
        let stream = self.stream(key, Width::Word)?;
        match self.column(key)? {
            Some(column) => Ok(column),
            None => Ok(Arc::new(self.words(stream)?)),
        }
    }

    /// Elements of an array.
    pub fn rows(&self, key: StreamKey) -> Result<u64> {
        Ok(self.stream(key, key.kind.width())?.count)
    }

    /// Values `rows` of an array of bytes.
    pub fn read_bytes(&self, key: StreamKey, rows: Range<u64>) -> Result<Vec<u8>> {
        let stream = self.stream(key, Width::Byte)?;
        let rows = check_rows(stream, rows)?;
        Ok(self.bytes(stream)?.get(rows).unwrap_or_default().to_vec())
    }

    /// Arcs on the longest path through the timing graph, cycles cut open.
    pub fn levels(&self) -> Result<u32> {
        Ok(self.topology()?.graph().levels())
    }

    /// The constraints as the engine wrote them at the save.
    pub fn sdc(&self) -> Result<Vec<u8>> {
        self.whole_bytes(StreamKind::Sdc)
    }

    /// Rows `rows` of the endpoint table.
    pub fn endpoints(&self, rows: Range<u64>) -> Result<Vec<Endpoint>> {
        let column = |kind| self.read_words(StreamKey::plain(kind), rows.clone());
        let vertices = column(StreamKind::EndpointVertex)?;
        let groups = column(StreamKind::EndpointGroup)?;
        let checks = column(StreamKind::EndpointCheck)?;
        let slacks = column(StreamKind::EndpointSlack)?;
        let rows = vertices.into_iter().zip(groups).zip(checks.into_iter().zip(slacks));
        rows.map(|((vertex, group), (check, slack))| {
            Ok(Endpoint {
                vertex,
                group,
                scene: u16::try_from(check / 2).map_err(|_| corrupt("A scene is too large."))?,
                min_max: if check % 2 == 0 { MinMax::Min } else { MinMax::Max },
                slack: f32::from_bits(slack),
            })
        })
        .collect()
    }

    /// Decode every array of the `depth` and compare it with its checksum. Calls `found` with what is wrong.
    pub(super) fn check_values(&self, depth: Depth, found: impl FnMut(Error)) {
        let streams = &self.timing_stage().delta_changes.streams;
        let keys = streams.iter().map(|stream| stream.key);
        let keys = keys.filter(|key| depth == Depth::Full || key.kind != StreamKind::Attachment);
        let check_group = |keys: Vec<StreamKey>| {
            let streams = keys.into_iter().filter_map(|key| self.find(key));
            streams.filter_map(|stream| self.check_stream(stream).err()).collect::<Vec<_>>()
        };
        let mut errors: Vec<Error> =
            groups(keys).into_par_iter().flat_map_iter(check_group).collect();
        if let Err(error) = self.objects() {
            errors.push(error.at(format_args!("stage {}", self.timing_stage().stage_id)));
        }
        errors.into_iter().for_each(found);
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
        if depth != Depth::Quick {
            self.check_values(depth, &mut note);
        }
        // Decoding does not read all of a base.
        if let Some(Err(error)) = self.base.as_ref().map(|base| base.verify(Depth::Quick)) {
            note(error);
        }
        first.map_or(Ok(()), Err)
    }

    fn check_stream(&self, stream: &StreamIndex) -> Result<()> {
        match (stream.key.kind.width(), self.column(stream.key)?) {
            (Width::Word, Some(column)) => self.check_words(stream, &column),
            (Width::Word, None) => self.check_words(stream, &self.words(stream)?),
            (Width::Byte, _) if stream.key.kind == StreamKind::Attachment => {
                let name = self.metadata().attachments.get(usize::from(stream.key.scene));
                name.map_or(Ok(()), |name| self.each_block(name, |_| Ok(())))
            }
            (Width::Byte, _) => {
                let mut hasher = StreamHasher::default();
                hasher.update_bytes(&self.bytes(stream)?);
                self.check_checksum(stream, hasher.finish())
            }
        }
    }

    pub(super) fn check_words(&self, stream: &StreamIndex, values: &[u32]) -> Result<()> {
        let mut hasher = StreamHasher::default();
        hasher.update_words(values);
        self.check_checksum(stream, hasher.finish())
    }

    fn check_checksum(&self, stream: &StreamIndex, checksum: Digest) -> Result<()> {
        if checksum == stream.checksum {
            return Ok(());
        }
        Err(corrupt(format!(
            "stage {}, {}: The values do not have the checksum that they were stored with.",
            self.timing_stage().stage_id,
            stream.key
        )))
    }

    pub(super) fn kept_columns(&self) -> usize {
        KEPT_COLUMNS * usize::from(self.timing_stage().delta_changes.planes())
    }

    pub(super) fn find(&self, key: StreamKey) -> Option<&StreamIndex> {
        let delta = &self.timing_stage().delta_changes;
        delta.find(key).and_then(|position| delta.streams.get(position))
    }

    pub(super) fn stream(&self, key: StreamKey, width: Width) -> Result<&StreamIndex> {
        self.find(key).filter(|stream| stream.key.kind.width() == width).ok_or_else(|| {
            let stage = &self.timing_stage().stage_id;
            Error::new(ErrorKind::NotFound, format!("Stage {stage} has no {key}."))
        })
    }

    /// The residuals of one block of words.
    pub(super) fn residuals(&self, stream: &StreamIndex, number: usize) -> Result<Vec<u32>> {
        let read = || {
            let block = stream.blocks.get(number).ok_or_else(|| corrupt("It does not exist."))?;
            decode_word_block(block, &self.file.block(block)?)
        };
        read().map_err(|error| self.file.at_block(error, stream, number))
    }

    /// The base and how its rows correspond; digests tell where they are the same, without a look at
    /// the tables.
    pub(super) fn column_base(&self) -> Result<Option<ColumnBase>> {
        let Some(base) = &self.base else { return Ok(None) };
        let scenes = SceneMap::new(&base.metadata().scenes, &self.metadata().scenes);
        if same_rows(self.metadata(), base.metadata()) {
            return Ok(Some(ColumnBase { stage: base.clone(), alignment: None, scenes }));
        }
        let mut slot = self.alignment.lock();
        let alignment = match &*slot {
            Some(alignment) => alignment.clone(),
            None => Arc::new(align(&*base.objects()?, &*self.objects()?)),
        };
        *slot = Some(alignment.clone());
        Ok(Some(ColumnBase { stage: base.clone(), alignment: Some(alignment), scenes }))
    }

    /// What coding needs to know of the rows; shared with the base where they are the same.
    pub(super) fn topology(&self) -> Result<Arc<Topology>> {
        let mut slot = self.topology.lock();
        let topology = match (&*slot, &self.base) {
            (Some(topology), _) => topology.clone(),
            (None, Some(base)) if same_objects(self.metadata(), base.metadata()) => {
                base.topology()?
            }
            (None, Some(base)) if same_rows(self.metadata(), base.metadata()) => {
                Arc::new(base.topology()?.with_cells_of(self.objects()?))
            }
            (None, _) => Arc::new(Topology::new(self.objects()?)),
        };
        *slot = Some(topology.clone());
        Ok(topology)
    }

    /// The delay tables that delays were predicted by, as they are stored: scene, row of the first of the
    /// arcs that belong to the table, and table. They are what [`Capture::add_delay_table`] takes.
    ///
    /// [`Capture::add_delay_table`]: super::Capture::add_delay_table
    ///
    /// # Errors
    /// `Corrupt` when the tables or the rows do not decode.
    pub fn library_delays(&self) -> Result<Vec<(u16, u32, DelayTable)>> {
        let topology = self.topology()?;
        let types = &topology.arc_types().types;
        let with_arc = |entry: TableEntry| {
            let arc_type = types.get(entry.arc_type as usize)?;
            Some((entry.scene, arc_type.first, (*entry.table).clone()))
        };
        Ok(self.delay_tables()?.entries().into_iter().filter_map(with_arc).collect())
    }

    /// The delay tables of the arc types: those of the base, and its own.
    pub(super) fn delay_tables(&self) -> Result<Arc<DelayTables>> {
        let mut slot = self.delay_tables.lock();
        if let Some(tables) = &*slot {
            return Ok(tables.clone());
        }
        let own = self.find(StreamKey::plain(StreamKind::DelayTables));
        let mut tables = match &self.base {
            Some(base) => base.delay_tables_for(&*self.topology()?, self.metadata())?,
            None => DelayTables::default(),
        };
        if let Some(stream) = own {
            let types = self.topology()?.arc_types().types.len();
            let scenes = self.metadata().scenes.len();
            for entry in decode_tables(&self.bytes(stream)?)? {
                if entry.arc_type as usize >= types || usize::from(entry.scene) >= scenes {
                    return Err(corrupt("A delay table is for an arc type that does not exist."));
                }
                tables.insert(&entry);
            }
        }
        let tables = Arc::new(tables);
        *slot = Some(tables.clone());
        Ok(tables)
    }

    /// Its delay tables for the scenes and arc types of another stage.
    pub(super) fn delay_tables_for(
        &self,
        other: &Topology,
        metadata: &StageMetadata,
    ) -> Result<DelayTables> {
        let known = self.delay_tables()?;
        let tables = match SceneMap::new(&self.metadata().scenes, &metadata.scenes) {
            SceneMap::Identity => (*known).clone(),
            SceneMap::Scenes(scenes) => known.of_scenes(&scenes),
        };
        if tables.is_empty() || same_objects(self.metadata(), metadata) {
            return Ok(tables);
        }
        let own = self.topology()?;
        let types = (own.arc_types(), own.table());
        Ok(tables.translated(types, (other.arc_types(), other.table())))
    }

    fn decode_column(&self, stream: &StreamIndex) -> Result<Column> {
        let key = stream.key;
        let base = self.column_base()?;
        let tables = match key.kind {
            StreamKind::Delay => self.delay_tables()?,
            _ => Arc::default(),
        };
        let decoder = ColumnDecoder {
            own: self,
            base: base.as_ref(),
            topology: &*self.topology()?,
            tables: &tables,
            tolerance: self.metadata().tolerance,
            residuals: &|stream, number| self.residuals(stream, number),
        };
        if times(key).is_some()
            && let Some(other) = self.find(other_transition(key))
            && (uses_graph(stream) || uses_graph(other))
            && let Some(delays) = ColumnSource::column(self, delay_key(key))?
        {
            let (rise, fall) = match key.transition {
                Transition::Fall => (other, stream),
                _ => (stream, other),
            };
            let [rising, falling] = decoder.decode_pair([rise, fall], &delays)?;
            self.copy_words(rise, &rising)?;
            self.copy_words(fall, &falling)?;
            let columns = [(rise.key, Arc::new(rising)), (fall.key, Arc::new(falling))];
            let mut kept = self.columns.lock();
            kept.extend(columns.clone());
            let of_key = columns.into_iter().find(|(of, _)| *of == key);
            return of_key.map(|(_, column)| column).ok_or_else(|| corrupt("A pair lacks itself."));
        }
        let column = Arc::new(decoder.decode(stream)?);
        self.copy_words(stream, &column)?;
        self.keep_column(key, column.clone());
        Ok(column)
    }

    /// The table is in the stage, or, where it is the base's to the letter, there only.
    fn read_objects(&self) -> Result<Arc<ObjectTable>> {
        let metadata = self.metadata();
        let Some(stream) = self.find(StreamKey::plain(StreamKind::Objects)) else {
            let base = self.base.as_ref().filter(|b| same_objects(metadata, b.metadata()));
            return base.ok_or_else(|| corrupt("The object table is missing."))?.objects();
        };
        let base = self.base.as_ref().map(|base| base.objects()).transpose()?;
        let (cells, kinds) = (&metadata.cell_names, &metadata.kind_names);
        let objects = decode_objects(&self.bytes(stream)?, cells, kinds, base.as_deref())?;
        if !objects.has_digests_of(metadata) {
            return Err(corrupt("The object table does not have its digest."));
        }
        if let Some(cache) =
            self.cache.as_ref().filter(|_| objects.vertex_count() as u64 >= LEAST_CACHED)
        {
            cached_rows::put_objects(cache, metadata, &objects);
        }
        Ok(Arc::new(objects))
    }
}

impl std::fmt::Debug for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Stage({})", self.timing_stage().stage_id)
    }
}

/// The whole object table is the same in both stages.
pub(super) fn same_objects(a: &StageMetadata, b: &StageMetadata) -> bool {
    same_rows(a, b) && a.cell_digest == b.cell_digest
}

/// Vertex and arc rows are the same in both stages.
pub(super) fn same_rows(a: &StageMetadata, b: &StageMetadata) -> bool {
    a.vertex_digest == b.vertex_digest && a.arc_digest == b.arc_digest
}

impl ColumnSource for Stage {
    fn column(&self, key: StreamKey) -> Result<Option<Column>> {
        let is_column = key.kind.is_float_column();
        let Some(stream) = self.find(key).filter(|_| is_column) else { return Ok(None) };
        if let Some(column) = self.columns.lock().get(&key) {
            return Ok(Some(column.clone()));
        }
        let column = match self.cached_column(stream) {
            Some(column) => column,
            None => self.decode_column(stream)?,
        };
        let mut kept = self.columns.lock();
        if kept.len() > self.kept_columns() {
            kept.retain(|of, _| *of == key);
        }
        Ok(Some(column))
    }

    fn loads(&self, key: StreamKey) -> Result<Option<ColumnLoads>> {
        if let Some(loads) = self.loads.lock().get(&key) {
            return Ok(Some(loads.clone()));
        }
        let loads = column_loads(self, key, &*self.topology()?, &*self.delay_tables()?)?;
        let mut kept = self.loads.lock();
        if kept.len() >= KEPT_LOADS {
            kept.clear();
        }
        kept.extend(loads.clone().map(|loads| (key, loads)));
        Ok(loads)
    }

    fn expected(&self, key: StreamKey) -> Result<Option<Expected>> {
        expected(self, key, &*self.topology()?)
    }
}

fn check_rows(stream: &StreamIndex, rows: Range<u64>) -> Result<Range<usize>> {
    if rows.start > rows.end || rows.end > stream.count {
        return Err(Error::new(
            ErrorKind::ShapeMismatch,
            format!(
                "Rows {} to {} are asked of {}, which has {}.",
                rows.start, rows.end, stream.key, stream.count
            ),
        ));
    }
    Ok(rows.start as usize..rows.end as usize)
}

fn check_base(file: &StageFile, base: &Stage, digest: Digest) -> Result<()> {
    let stage = file.stage();
    if base.base_digest() != digest {
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
        return Err(corrupt(format!("The chain of stage {} does not end.", stage.stage_id)));
    }
    Ok(())
}
