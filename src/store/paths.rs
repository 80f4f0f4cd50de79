// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The worst paths of endpoints as the engine found them: `docs/format.md`, "Paths".

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::capture::Capture;
use super::reader::Stage;
use super::sources::ColumnSource;
use super::writer::StageWriter;
use crate::delta::{EndColumns, EndWords, FanIn, PathColumns, PathWords, WholePath, clock_min_max};
use crate::error::{Error, ErrorKind, Result, corrupt, invalid, shape};
use crate::model::{
    Endpoint, MinMax, ObjectTable, PATH_FIELDS, PathEnd, PathField, StreamKey, StreamKind,
    Transition,
};

/// Arrays of words, each of a kind.
pub(super) type PathArrays = [(StreamKind, Vec<u32>); 3];

/// Path ends and their points, as they are captured.
#[derive(Default)]
pub(super) struct CapturedPaths {
    fields: BTreeMap<usize, Vec<u32>>,
    /// Arc by which the path comes and arrival; those of the path, then those of the capturing clock.
    points: Vec<(Option<u32>, f32)>,
}

impl CapturedPaths {
    pub fn set_field(&mut self, field: u32, words: &[u32]) -> Result<()> {
        let field = usize::try_from(field).ok().filter(|field| *field < PATH_FIELDS);
        let field = field.ok_or_else(|| invalid("There is no such field of path ends."))?;
        if self.fields.values().next().is_some_and(|known| known.len() != words.len()) {
            return Err(shape("Fields of path ends differ in length."));
        }
        self.fields.insert(field, words.to_vec());
        Ok(())
    }

    pub fn add_points(&mut self, points: impl Iterator<Item = (Option<u32>, f32)>) {
        self.points.extend(points);
    }

    /// The arrays of a stage with these columns, which are as they will be read. `endpoints` are the rows
    /// of the endpoint table: check and vertex.
    pub fn encode(
        &self,
        own: &dyn ColumnSource,
        table: &ObjectTable,
        endpoints: &[(u32, u32)],
        tolerance: f64,
    ) -> Result<Option<PathArrays>> {
        let count = self.fields.values().next().map_or(0, Vec::len);
        if count == 0 {
            return Ok(None);
        }
        let mut ends = Vec::with_capacity(count);
        let mut first = 0;
        for row in 0..count {
            let mut words = [0; PATH_FIELDS];
            for (field, values) in &self.fields {
                words[*field] = values[row];
            }
            let end = PathEnd::new(words);
            let end = end.ok_or_else(|| invalid("A path end is of a kind that does not exist."))?;
            let points = end.points().0 as usize + end.points().1 as usize;
            ends.push((words[PathField::Endpoint as usize], words, first..first + points));
            first += points;
        }
        if first != self.points.len() {
            return Err(shape("The points are not those of the path ends."));
        }
        ends.sort_by_key(|(endpoint, ..)| *endpoint);
        if !ends.is_sorted_by(|(a, ..), (b, ..)| a < b) {
            return Err(invalid("An endpoint has more than one path."));
        }
        let mut encoder =
            Encoder { own, table, fan_in: FanIn::new(table), tolerance, points: Vec::new() };
        let mut fields = vec![Vec::new(); PATH_FIELDS];
        for (endpoint, words, range) in ends {
            let end = endpoints.get(endpoint as usize);
            let end =
                end.ok_or_else(|| invalid("A path ends at an endpoint that was not added."))?;
            let points = self.points.get(range).unwrap_or_default();
            let words = encoder.add(words, *end, points)?;
            fields.iter_mut().zip(words).for_each(|(field, word)| field.push(word));
        }
        let Encoder { points, .. } = encoder;
        Ok(Some([
            (StreamKind::PathEnd, fields.concat()),
            (StreamKind::PathArc, points.iter().map(|point| point.arc).collect()),
            (StreamKind::PathArrival, points.iter().map(|point| point.arrival).collect()),
        ]))
    }
}

impl Capture {
    /// Set a field of all path ends, a [`PathField`]; what is not set is 0. An end belongs to a row of the
    /// endpoint table as it is stored: by scene, min before max, path group and vertex.
    ///
    /// # Errors
    /// `InvalidArgument` for a field that does not exist, `ShapeMismatch` for another count than that of
    /// the fields before.
    ///
    /// [`PathField`]: crate::PathField
    pub fn set_path_field(&mut self, field: u32, words: &[u32]) -> Result<()> {
        self.paths.set_field(field, words)
    }

    /// Add points of paths: for each end those of its path, then those of the path of the capturing clock,
    /// each from its start on: the arc by which the path comes, none for its first point, and the path's
    /// own arrival in seconds. An end whose points are no path of the object table is stored without them.
    pub fn add_path_points(&mut self, points: impl Iterator<Item = (Option<u32>, f32)>) {
        self.paths.add_points(points);
    }
}

struct Encoder<'a> {
    own: &'a dyn ColumnSource,
    table: &'a ObjectTable,
    fan_in: FanIn,
    tolerance: f64,
    points: Vec<PathWords>,
}

impl Encoder<'_> {
    /// The stored words of a path end whose points are added; of one whose points are no path of the table,
    /// none are, and a reader says so.
    fn add(
        &mut self,
        words: EndWords,
        endpoint: (u32, u32),
        points: &[(Option<u32>, f32)],
    ) -> Result<EndWords> {
        let Some(end) = PathEnd::new(words) else { return Ok(words) };
        let (check, vertex) = endpoint;
        let scene = (check / 2) as u16;
        let min_max = MinMax::from_code(check % 2).unwrap_or(MinMax::Max);
        let (data, clock) = points.split_at(end.points().0 as usize);
        let of_data = PathSource::new(self.own, scene, min_max)?;
        let of_clock = PathSource::new(self.own, scene, clock_min_max(&end))?;
        let columns = EndColumns {
            data: of_data.columns(self.table, &self.fan_in, self.tolerance),
            clock: of_clock.columns(self.table, &self.fan_in, self.tolerance),
        };
        if let Some((stored, points)) = columns.encode(&words, vertex, data, clock) {
            self.points.extend(points);
            return Ok(stored);
        }
        let mut untold = [0; PATH_FIELDS];
        for field in [PathField::Endpoint, PathField::Flags] {
            untold[field as usize] = words[field as usize];
        }
        Ok(untold)
    }
}

/// The columns that paths of a scene and min/max are told by.
pub(crate) struct PathSource {
    min_max: MinMax,
    arrivals: [Arc<Vec<u32>>; 2],
    delays: Arc<Vec<u32>>,
}

impl PathSource {
    pub(super) fn new(own: &dyn ColumnSource, scene: u16, min_max: MinMax) -> Result<Self> {
        let column = |kind, transition| {
            let key = StreamKey { kind, scene, min_max, transition, plane: 0 };
            let column = own.column(key)?;
            column.ok_or_else(|| Error::new(ErrorKind::NotFound, format!("There is no {key}.")))
        };
        let arrivals = [
            column(StreamKind::Arrival, Transition::Rise)?,
            column(StreamKind::Arrival, Transition::Fall)?,
        ];
        Ok(Self { min_max, arrivals, delays: column(StreamKind::Delay, Transition::None)? })
    }

    /// Those of a stage.
    pub(crate) fn of(stage: &Stage, scene: u16, min_max: MinMax) -> Result<Self> {
        Self::new(stage, scene, min_max)
    }

    pub(crate) fn columns<'a>(
        &'a self,
        table: &'a ObjectTable,
        fan_in: &'a FanIn,
        tolerance: f64,
    ) -> PathColumns<'a> {
        let arrivals = [self.arrivals[0].as_slice(), self.arrivals[1].as_slice()];
        let min_max = self.min_max;
        PathColumns { table, fan_in, min_max, arrivals, delays: &self.delays, tolerance }
    }
}

pub(super) fn write_paths(
    writer: &mut StageWriter,
    arrays: Option<PathArrays>,
    base: Option<&Stage>,
) -> Result<()> {
    for (kind, words) in arrays.into_iter().flatten() {
        let key = StreamKey::plain(kind);
        let known = base.filter(|base| base.find(key).is_some());
        let known = known.map(|base| base.whole_words(kind)).transpose()?;
        writer.put_words(key, &words, known.as_deref())?;
    }
    Ok(())
}

/// The paths that a stage keeps, by rising endpoint row, not yet decoded.
#[derive(Debug, Default)]
pub(crate) struct PathIndex {
    ends: Vec<EndWords>,
    /// Where the points of each end begin, and where those of the last one end.
    starts: Vec<u64>,
}

impl PathIndex {
    fn find(&self, endpoint: u32) -> Option<(&EndWords, Range<u64>)> {
        let row = |words: &EndWords| words[PathField::Endpoint as usize];
        let position = self.ends.binary_search_by_key(&endpoint, row).ok()?;
        let rows = *self.starts.get(position)?..*self.starts.get(position + 1)?;
        self.ends.get(position).map(|words| (words, rows))
    }
}

impl Stage {
    /// The paths that the stage keeps.
    ///
    /// # Errors
    /// `Corrupt` when they make no sense.
    pub(crate) fn path_index(&self) -> Result<PathIndex> {
        if self.find(StreamKey::plain(StreamKind::PathEnd)).is_none() {
            return Ok(PathIndex::default());
        }
        let words = self.whole_words(StreamKind::PathEnd)?;
        let count = words.len() / PATH_FIELDS;
        let field = |row: usize, field: PathField| words[field as usize * count + row];
        let mut ends: Vec<EndWords> = Vec::with_capacity(count);
        let mut starts = vec![0u64];
        for row in 0..count {
            let points = [PathField::DataPoints, PathField::ClockPoints];
            let points = points.map(|points| u64::from(field(row, points)));
            starts.push(starts[row] + points[0] + points[1]);
            ends.push(std::array::from_fn(|field| words[field * count + row]));
        }
        let rows = self.metadata().endpoints;
        let row = |words: &EndWords| words[PathField::Endpoint as usize];
        let in_order = ends.is_sorted_by(|a, b| row(a) < row(b));
        if !in_order || ends.last().is_some_and(|end| row(end) >= rows) {
            return Err(corrupt("The path ends are not those of endpoints."));
        }
        Ok(PathIndex { ends, starts })
    }

    /// The path of an endpoint row, if it was kept.
    ///
    /// # Errors
    /// `Corrupt` when it is no path.
    pub(crate) fn path(
        &self,
        index: &PathIndex,
        row: u32,
        endpoint: &Endpoint,
        table: &ObjectTable,
        fan_in: &FanIn,
    ) -> Result<Option<WholePath>> {
        let Some((stored, rows)) = index.find(row).filter(|(_, rows)| !rows.is_empty()) else {
            return Ok(None);
        };
        let words = |kind| self.read_words(StreamKey::plain(kind), rows.clone());
        let points: Vec<PathWords> = words(StreamKind::PathArc)?
            .into_iter()
            .zip(words(StreamKind::PathArrival)?)
            .map(|(arc, arrival)| PathWords { arc, arrival })
            .collect();
        let end = PathEnd::new(*stored);
        let end = end.ok_or_else(|| corrupt("A path end is of a kind that does not exist."))?;
        let of_data = PathSource::new(self, endpoint.scene, endpoint.min_max)?;
        let of_clock = PathSource::new(self, endpoint.scene, clock_min_max(&end))?;
        let columns = EndColumns {
            data: of_data.columns(table, fan_in, 0.0),
            clock: of_clock.columns(table, fan_in, 0.0),
        };
        columns.decode(stored, endpoint.vertex, &points).map(Some)
    }
}
