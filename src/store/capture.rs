// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! One save: from the engine's arrays to a published stage.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use super::arrays::aligned_bytes;
use super::attach::attach;
use super::clocks::finish_clocks;
use super::columns::{ColumnEncoder, is_still};
use super::compact::root;
use super::directory::{Store, Writing};
use super::durable::TemporaryFile;
use super::paths::{CapturedPaths, PathArrays, write_paths};
use super::preparation::{Preparation, Prepared, prepare};
use super::quantize::Quantizer;
use super::reader::Stage;
use super::rewrite::rewrite_as_full;
use super::scenes::SceneMap;
use super::sources::{
    self, ColumnBase, ColumnLoads, ColumnSource, Expected, column_loads, expected,
};
use super::tables::{ChosenTables, choose_tables, points_used};
use super::topology::Topology;
use super::writer::StageWriter;
use crate::codec::CodecChoice;
use crate::delta::{DelayTables, MAX_TOLERANCE, TableEntry};
use crate::error::{Error, Result, invalid, shape};
use crate::format::Record;
use crate::model::{
    BaseRef, DelayTable, Endpoint, MAX_ATTACHMENT_NAME, MAX_PLANES, MinMax, ObjectTable,
    StageMetadata, StreamIndex, StreamKey, StreamKind, Summary, Width, is_attachment_name,
};
use crate::sync::Mutex;

/// Deltas between a stage and a full one, at most. A delta on a longer chain is made on the full
/// stage at its root instead: every read decodes the whole chain.
pub(super) const MAX_CHAIN: u32 = 8;
/// A delta that needs this share of a full stage's bytes does not pay for its dependence.
const DELTA_PAYS: f64 = 0.9;
/// The full stage is made, to compare, from this share on of what samples of the rows would cost without the
/// base; they tell some tenth too much.
const MAY_NOT_PAY: f64 = 0.82;

/// What the new stage is relative to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum BaseChoice {
    /// The store's head, where it pays; nothing for the first stage.
    #[default]
    Auto,
    /// Nothing.
    Full,
    /// This stage.
    Stage(String),
}

/// How a stage is saved.
#[derive(Clone, Debug)]
pub struct CaptureOptions {
    /// What the stage is relative to.
    pub base: BaseChoice,
    /// Compressor.
    pub codec: CodecChoice,
    /// Level of Zstandard, 1 to 19.
    pub level: i32,
    /// Seconds that a stored float of a column may differ from the one given, 0 to 1; 0 keeps every bit.
    pub tolerance: f64,
}

impl Default for CaptureOptions {
    fn default() -> Self {
        Self { base: BaseChoice::Auto, codec: CodecChoice::Auto, level: 3, tolerance: 0.0 }
    }
}

/// The tolerance, if it is one.
///
/// # Errors
/// `InvalidArgument`.
pub(crate) fn check_tolerance(seconds: f64) -> Result<f64> {
    if !(0.0..=MAX_TOLERANCE).contains(&seconds) {
        return Err(invalid(format!("Tolerance {seconds} is not in 0 to {MAX_TOLERANCE} s.")));
    }
    // Zero has no sign.
    Ok(seconds.abs())
}

/// An open save. Holds the writer lock and the values given so far: a column is coded from others, which
/// may come later. Dropping it leaves the store as it was.
pub struct Capture {
    writer: StageWriter,
    columns: Vec<Column>,
    base: Option<Arc<Stage>>,
    /// What the commit needs to know of the rows, made while the columns come; there until then.
    preparation: Preparation,
    options: CaptureOptions,
    stage_id: String,
    metadata: StageMetadata,
    sdc: Vec<u8>,
    /// By (check, group, vertex): the order that they are stored in.
    endpoints: BTreeMap<(u32, u32, u32), u32>,
    pub(super) paths: CapturedPaths,
    /// By name; their bytes are written.
    attachments: BTreeMap<String, StreamIndex>,
    /// By scene and arc row.
    delay_tables: BTreeMap<(u16, u32), Arc<DelayTable>>,
    // Dropped last: the lock outlives the temporary file.
    writing: Writing,
}

/// A column being filled.
struct Column {
    key: StreamKey,
    rows: usize,
    values: Values,
}

enum Values {
    Words(Vec<u32>),
    Marks(Vec<u8>),
}

impl Column {
    fn len(&self) -> usize {
        match &self.values {
            Values::Words(words) => words.len(),
            Values::Marks(marks) => marks.len(),
        }
    }
}

impl Capture {
    /// Begin to save `stage`. Becomes the store's writer. The object table is coded while the columns come.
    ///
    /// # Errors
    /// Those of [`Store::check_new_stage`] and [`Store::stage`] (for the base), `Locked`, `NoSpace`.
    pub fn begin(
        store: &Store,
        stage: &str,
        options: CaptureOptions,
        mut objects: ObjectTable,
    ) -> Result<Self> {
        store.check_new_stage(stage)?;
        if !(1..=19).contains(&options.level) {
            return Err(invalid(format!("Level {} is not in 1 to 19.", options.level)));
        }
        let tolerance = check_tolerance(options.tolerance)?;
        let writing = store.begin_writing()?;
        // Another writer may have taken the name before this one got the lock.
        store.check_new_stage(stage)?;
        let base = choose_base(store, &options.base)?;
        if let Some(base) = &base {
            let known = base.metadata();
            objects.renumber(&known.cell_names, &known.kind_names);
        }
        let metadata = StageMetadata { tolerance, ..describe(&objects, base.as_deref()) };
        let path = store.temporary_path(stage);
        let writer = StageWriter::create(store.disk(), path, options.codec, options.level)?;
        let preparation = {
            let (base, metadata, codec) = (base.clone(), metadata.clone(), options.codec);
            Preparation::begin(move || prepare(Arc::new(objects), base, &metadata, codec))?
        };
        Ok(Self {
            writer,
            columns: Vec::new(),
            base,
            preparation,
            options,
            stage_id: stage.to_owned(),
            metadata,
            sdc: Vec::new(),
            endpoints: BTreeMap::new(),
            paths: CapturedPaths::default(),
            attachments: BTreeMap::new(),
            delay_tables: BTreeMap::new(),
            writing,
        })
    }

    /// What the stage will say of itself. Counts, digests and names of cells and kinds are set by
    /// [`Capture::begin`] and must stay.
    pub fn metadata_mut(&mut self) -> &mut StageMetadata {
        &mut self.metadata
    }

    /// The constraints as the engine writes them.
    pub fn set_sdc(&mut self, text: &[u8]) {
        text.clone_into(&mut self.sdc);
    }

    /// Tell the delays of a timing arc of a library cell over input slew and load; `arc` is the row of
    /// one arc that it belongs to. Delays are predicted from them; they are stored if that pays.
    ///
    /// # Errors
    /// `InvalidArgument` for an arc or a scene that does not exist.
    pub fn add_delay_table(&mut self, scene: u16, arc: u32, table: DelayTable) -> Result<()> {
        if usize::from(scene) >= self.metadata.scenes.len() {
            return Err(invalid(format!("Scene {scene} was not added.")));
        }
        if arc >= self.metadata.arcs {
            return Err(invalid(format!("There is no arc {arc}.")));
        }
        self.delay_tables.insert((scene, arc), Arc::new(table));
        Ok(())
    }

    /// Attach a file: its bytes are read from `input`, twice where the base has an attachment of the same
    /// name, which it is coded after.
    ///
    /// # Errors
    /// `InvalidArgument` for a name that cannot be that of a file in a directory, or is taken; `Io` when
    /// `input` cannot be read or changes meanwhile; `NoSpace`; `Corrupt` or `Truncated` for damage in the
    /// attachment of the base. Then nothing was attached.
    pub fn add_attachment(&mut self, name: &str, mut input: impl Read + Seek) -> Result<()> {
        if !is_attachment_name(name) {
            return Err(invalid(format!(
                "\"{}\" cannot be the name of an attachment: use 1 to {MAX_ATTACHMENT_NAME} bytes without \
                 slashes and control characters, and do not begin with . or -.",
                name.escape_debug()
            )));
        }
        if self.attachments.contains_key(name) {
            return Err(invalid(format!("Attachment {name} was added already.")));
        }
        if self.attachments.len() > usize::from(u16::MAX) {
            return Err(invalid("There are more than 65,536 attachments."));
        }
        let start = self.writer.position();
        match attach(&mut self.writer, name, &mut input, self.base.as_deref()) {
            Ok(stream) => {
                self.attachments.insert(name.to_owned(), stream);
                Ok(())
            }
            Err(error) => {
                self.writer.forget_from(start)?;
                Err(error)
            }
        }
    }

    /// Attach the file at `path`.
    ///
    /// # Errors
    /// As [`Capture::add_attachment`].
    pub fn add_attachment_file(&mut self, name: &str, path: &Path) -> Result<()> {
        let file = File::open(path)
            .map_err(|error| Error::io(format_args!("Cannot read {}", path.display()), &error))?;
        self.add_attachment(name, file).map_err(|error| error.at(path.display()))
    }

    /// Announce a column and get its handle. Its rows are all vertices or all arcs.
    ///
    /// # Errors
    /// `InvalidArgument` for what is not a column, an unknown scene, and a column given twice.
    pub fn add_column(&mut self, key: StreamKey) -> Result<usize> {
        use crate::model::Transition::None as NoTransition;
        let is_vertex = key.kind.is_vertex_column();
        if !key.kind.is_column() || is_vertex == (key.transition == NoTransition) {
            return Err(invalid(format!("{key} with this transition is not a column.")));
        }
        if usize::from(key.scene) >= self.metadata.scenes.len() {
            return Err(invalid(format!("Scene {} was not added.", key.scene)));
        }
        if key.plane >= if key.kind.has_planes() { MAX_PLANES } else { 1 } {
            return Err(invalid(format!("{key} has no plane {}.", key.plane)));
        }
        if self.columns.iter().any(|column| column.key == key) {
            return Err(invalid(format!("{key} was added already.")));
        }
        let rows = if is_vertex { self.metadata.vertices } else { self.metadata.arcs } as usize;
        let values = match key.kind.width() {
            Width::Word => {
                self.metadata.raw_bytes += 4 * rows as u64;
                Values::Words(Vec::with_capacity(rows))
            }
            Width::Byte => Values::Marks(Vec::with_capacity(rows)),
        };
        self.columns.push(Column { key, rows, values });
        Ok(self.columns.len() - 1)
    }

    /// The key of a column that was announced.
    pub fn column_key(&self, column: usize) -> Option<StreamKey> {
        self.columns.get(column).map(|column| column.key)
    }

    /// Append the next rows of a column of floats, given by their bits.
    ///
    /// # Errors
    /// `InvalidArgument` for a column that does not exist or is one of marks, `ShapeMismatch` for more
    /// values than rows. Then nothing was added.
    pub fn write(&mut self, column: usize, bits: &[u32]) -> Result<()> {
        match &mut self.column_with_room(column, bits.len())?.values {
            Values::Words(words) => words.extend_from_slice(bits),
            Values::Marks(_) => return Err(invalid("The column has marks, not values.")),
        }
        Ok(())
    }

    /// Append the next rows of a column of marks.
    ///
    /// # Errors
    /// As [`Capture::write`], and `InvalidArgument` for a mark that is neither 0 nor 1.
    pub fn write_marks(&mut self, column: usize, marks: &[u8]) -> Result<()> {
        if marks.iter().any(|mark| *mark > 1) {
            return Err(invalid("A mark is neither 0 nor 1."));
        }
        match &mut self.column_with_room(column, marks.len())?.values {
            Values::Marks(known) => known.extend_from_slice(marks),
            Values::Words(_) => return Err(invalid("The column has values, not marks.")),
        }
        Ok(())
    }

    fn column_with_room(&mut self, column: usize, count: usize) -> Result<&mut Column> {
        let column = self.columns.get_mut(column);
        let column = column.ok_or_else(|| invalid("There is no such column."))?;
        let room = column.rows - column.len();
        if count > room {
            let key = column.key;
            return Err(shape(format!("{key} has room for {room} more values, not {count}.")));
        }
        Ok(column)
    }

    /// Set the summary of one scene and min/max.
    pub fn set_summary(&mut self, summary: Summary) -> Result<()> {
        if usize::from(summary.scene) >= self.metadata.scenes.len() {
            return Err(invalid(format!("Scene {} was not added.", summary.scene)));
        }
        let same = |s: &Summary| s.scene == summary.scene && s.min_max == summary.min_max;
        self.metadata.summaries.retain(|known| !same(known));
        self.metadata.summaries.push(summary);
        Ok(())
    }

    /// Add rows to the endpoint table.
    ///
    /// # Errors
    /// `InvalidArgument` for a vertex, group or scene that does not exist, or a row given twice.
    pub fn add_endpoints(&mut self, endpoints: &[Endpoint]) -> Result<()> {
        for endpoint in endpoints {
            let known = endpoint.vertex < self.metadata.vertices
                && (endpoint.group as usize) < self.metadata.groups.len()
                && usize::from(endpoint.scene) < self.metadata.scenes.len();
            if !known {
                return Err(invalid("An endpoint names a vertex, group or scene not added."));
            }
            let check = u32::from(endpoint.scene) * 2 + endpoint.min_max as u32;
            let key = (check, endpoint.group, endpoint.vertex);
            if self.endpoints.insert(key, endpoint.slack.to_bits()).is_some() {
                return Err(invalid("An endpoint was given twice."));
            }
        }
        Ok(())
    }

    /// Publish the stage and make it the head. The stage is durable when this returns.
    ///
    /// # Errors
    /// `ShapeMismatch` when a column lacks rows; `Corrupt` or `Truncated` for damage in the base;
    /// `NoSpace`, `Io`. On failure the store is as it was before the capture began, and the save can be
    /// repeated. A disk that fails again while the stage is taken back may leave it there, whole.
    pub fn commit(mut self, store: &Store) -> Result<Arc<Stage>> {
        self.check_complete()?;
        finish_clocks(&mut self.metadata)?;
        let mut prepared = std::mem::take(&mut self.preparation).finish()?;
        if let Some(base) = &mut prepared.base {
            base.scenes = SceneMap::new(&base.stage.metadata().scenes, &self.metadata.scenes);
        }
        let (paths, columns) = self.write_columns(&prepared)?;
        if let Some(objects) = prepared.objects {
            self.writer.put_bytes(StreamKey::plain(StreamKind::Objects), &objects, None)?;
        }
        let base = self.base.as_deref();
        write_endpoints(&mut self.writer, &self.endpoints, base)?;
        write_paths(&mut self.writer, paths, base)?;
        let known = base.map(|base| base.whole_bytes(StreamKind::Sdc)).transpose()?;
        self.writer.put_bytes(StreamKey::plain(StreamKind::Sdc), &self.sdc, known.as_deref())?;
        for ((name, stream), number) in std::mem::take(&mut self.attachments).into_iter().zip(0..) {
            self.metadata.attachments.push(name);
            self.writer.add(StreamIndex { key: StreamKey::attachment(number), ..stream });
        }
        self.metadata.endpoints = self.endpoints.len() as u32;
        self.metadata.summaries.sort_by_key(|summary| (summary.scene, summary.min_max));
        let reference = |base: &Arc<Stage>| BaseRef {
            stage_id: base.timing_stage().stage_id.clone(),
            digest: base.base_digest(),
        };
        let record = Record {
            stage_id: self.stage_id.clone(),
            timestamp: now(),
            base: self.base.as_ref().map(reference),
            metadata: self.metadata,
        };
        let attached: u64 = self.writer.attached_bytes();
        let root = self.base.as_ref().map(|base| &root(base).timing_stage().delta_changes);
        let alone = root.map_or(f64::MAX, |root| self.writer.bytes_alone(root));
        let mut file = self.writer.finish(&record)?;
        if let (BaseChoice::Auto, Some(base)) = (&self.options.base, &self.base) {
            let timing = (file.position() - attached) as f64;
            if timing >= MAY_NOT_PAY * alone {
                file = keep_what_pays(store, file, base, &record, &self.options)?;
            }
        }
        // What a reader would refuse is not published.
        let base = self.base.clone();
        Stage::open(store, file.path(), &self.stage_id, None, |_| {
            base.ok_or_else(|| invalid("The new stage has no base."))
        })?;
        store.publish_new(file, &self.stage_id)?;
        self.writing.keep();
        let stage = store.stage(&self.stage_id)?;
        stage.put_copies(&columns, prepared.topology.table());
        Ok(stage)
    }

    fn check_complete(&self) -> Result<()> {
        if let Some(column) = self.columns.iter().find(|column| column.len() != column.rows) {
            let Column { key, rows, .. } = column;
            return Err(shape(format!("{key} has {} of {rows} values.", column.len())));
        }
        Ok(())
    }

    /// Write the columns, and encode the paths by them. Returns the columns, too, as they are stored.
    fn write_columns(
        &mut self,
        prepared: &Prepared,
    ) -> Result<(Option<PathArrays>, BTreeMap<StreamKey, sources::Column>)> {
        let base = prepared.base.as_ref();
        let mut floats = BTreeMap::new();
        for column in std::mem::take(&mut self.columns) {
            match column.values {
                Values::Words(words) => {
                    floats.insert(column.key, Arc::new(words));
                }
                Values::Marks(marks) => {
                    let known = base.map(|base| aligned_bytes(base, column.key, marks.len()));
                    let known = known.transpose()?.flatten();
                    self.writer.put_bytes(column.key, &marks, known.as_deref())?;
                }
            }
        }
        let topology = &*prepared.topology;
        let chosen = self.choose_tables(topology, base, &floats)?;
        if !chosen.bytes.is_empty() {
            let key = StreamKey::plain(StreamKind::DelayTables);
            self.writer.put_bytes(key, &chosen.bytes, None)?;
        }
        self.metadata.tables_digest = chosen.digest(base.map(|base| &*base.stage));
        let tables = &chosen.tables;
        let captured = Captured::new(floats, topology, tables);
        let tolerance = self.options.tolerance;
        let keys: Vec<StreamKey> = captured.floats.keys().copied().collect();
        let is_quick = self.options.codec.is_quick();
        // Only what chooses with care asks.
        let is_still = (!is_quick || tolerance > 0.0)
            && is_still(tolerance, keys.iter().copied(), &captured, base)?;
        let quantizer = Quantizer { base, topology, tolerance, is_still };
        let captured = Captured::new(quantizer.run(captured.floats)?, topology, tables);
        let encoder =
            ColumnEncoder { own: &captured, base, topology, tables, tolerance, is_still, is_quick };
        encoder.write(keys.into_iter(), &mut self.writer)?;
        let endpoints: Vec<_> = self.endpoints.keys().map(|(check, _, v)| (*check, *v)).collect();
        let paths = self.paths.encode(&captured, topology.table(), &endpoints, tolerance)?;
        Ok((paths, captured.floats))
    }

    fn choose_tables(
        &mut self,
        topology: &Topology,
        base: Option<&ColumnBase>,
        floats: &BTreeMap<StreamKey, sources::Column>,
    ) -> Result<ChosenTables> {
        if self.options.codec.is_quick() {
            return Ok(ChosenTables::default());
        }
        let known = match base {
            Some(base) => base.stage.delay_tables_for(topology, &self.metadata)?,
            None => DelayTables::default(),
        };
        if self.delay_tables.is_empty() {
            return Ok(ChosenTables { tables: known, bytes: Vec::new() });
        }
        let types = topology.arc_types();
        let given = std::mem::take(&mut self.delay_tables).into_iter();
        let entry = |((scene, arc), table): ((u16, u32), Arc<DelayTable>)| {
            let arc_type = *types.of_row.get(arc as usize)?;
            Some(TableEntry { scene, arc_type, table })
        };
        let given: Vec<TableEntry> = given.filter_map(entry).collect();
        let is_mean = |key: &StreamKey| key.kind == StreamKind::Delay && key.plane == 0;
        let columns = floats.iter().filter(|(key, _)| is_mean(key));
        let delays = columns.map(|(_, column)| column.len()).sum();
        let tables = &DelayTables::default();
        let own = Captured::new(floats.clone(), topology, tables);
        let points = |entries: &[TableEntry]| points_used(entries, topology, &own);
        choose_tables(&given, types, known, delays, points)
    }
}

/// The columns of a capture, all values there.
struct Captured<'a> {
    floats: BTreeMap<StreamKey, sources::Column>,
    topology: &'a Topology,
    tables: &'a DelayTables,
    /// A column is coded by its own loads, and others by them.
    loads: Mutex<HashMap<StreamKey, ColumnLoads>>,
}

impl<'a> Captured<'a> {
    fn new(
        floats: BTreeMap<StreamKey, sources::Column>,
        topology: &'a Topology,
        tables: &'a DelayTables,
    ) -> Self {
        Self { floats, topology, tables, loads: Mutex::default() }
    }
}

impl ColumnSource for Captured<'_> {
    fn column(&self, key: StreamKey) -> Result<Option<sources::Column>> {
        Ok(self.floats.get(&key).cloned())
    }

    fn loads(&self, key: StreamKey) -> Result<Option<ColumnLoads>> {
        if let Some(loads) = self.loads.lock().get(&key) {
            return Ok(Some(loads.clone()));
        }
        let loads = column_loads(self, key, self.topology, self.tables)?;
        self.loads.lock().extend(loads.clone().map(|loads| (key, loads)));
        Ok(loads)
    }

    fn expected(&self, key: StreamKey) -> Result<Option<Expected>> {
        expected(self, key, self.topology)
    }
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| u64::try_from(since.as_nanos()).unwrap_or(u64::MAX))
}

fn choose_base(store: &Store, choice: &BaseChoice) -> Result<Option<Arc<Stage>>> {
    let name = match choice {
        BaseChoice::Full => return Ok(None),
        BaseChoice::Stage(name) => name.clone(),
        BaseChoice::Auto => match store.head()? {
            Some(name) => name,
            None => return Ok(None),
        },
    };
    let place = |error: Error| error.at("the base of the new stage cannot be used");
    let head = store.stage(&name).map_err(place)?;
    let base = if head.metadata().depth < MAX_CHAIN { head } else { root(&head).clone() };
    base.file().check_write().map_err(place)?;
    Ok(Some(base))
}

fn describe(objects: &ObjectTable, base: Option<&Stage>) -> StageMetadata {
    let digests = objects.row_digests();
    StageMetadata {
        cell_names: objects.cell_names.clone(),
        kind_names: objects.kind_names.clone(),
        vertices: objects.vertex_count() as u32,
        edges: objects.edge_count() as u32,
        arcs: objects.arc_count() as u32,
        raw_bytes: objects.raw_bytes(),
        depth: base.map_or(0, |base| base.metadata().depth + 1),
        vertex_digest: digests.vertices,
        arc_digest: digests.arcs,
        cell_digest: digests.cells,
        ..StageMetadata::default()
    }
}

fn write_endpoints(
    writer: &mut StageWriter,
    endpoints: &BTreeMap<(u32, u32, u32), u32>,
    base: Option<&Stage>,
) -> Result<()> {
    use StreamKind as K;
    let mut put = |kind, values: Vec<u32>| {
        let known = base.map(|base| base.whole_words(kind)).transpose()?;
        writer.put_words(StreamKey::plain(kind), &values, known.as_deref())
    };
    put(K::EndpointCheck, endpoints.keys().map(|(check, _, _)| *check).collect())?;
    put(K::EndpointGroup, endpoints.keys().map(|(_, group, _)| *group).collect())?;
    put(K::EndpointVertex, endpoints.keys().map(|(_, _, vertex)| *vertex).collect())?;
    put(K::EndpointSlack, endpoints.values().copied().collect())
}

/// Write the stage again without a base, and keep the smaller file, attachments and all.
fn keep_what_pays(
    store: &Store,
    delta: TemporaryFile,
    base: &Arc<Stage>,
    record: &Record,
    options: &CaptureOptions,
) -> Result<TemporaryFile> {
    let full = rewrite_as_full(store, &delta, base, record, options)?;
    let pays = (delta.position() as f64) < DELTA_PAYS * full.position() as f64;
    Ok(if pays { delta } else { full })
}

/// Endpoint checks are `scene * 2 + min/max`; scenes are 16 bits wide.
const _: () = assert!(MinMax::Max as u32 == 1);
