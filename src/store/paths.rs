// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The worst paths of endpoints as the engine found them: `docs/format.md`, "Paths".

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::reader::Stage;
use super::sources::ColumnSource;
use super::writer::StageWriter;
use crate::delta::{FanIn, PathColumns, PathWords};
use crate::error::{Error, ErrorKind, Result, corrupt, invalid, shape};
use crate::model::{
    Endpoint, MinMax, ObjectTable, PATH_FIELDS, PathEnd, PathField, PathFlag, PathPoint, StreamKey,
    StreamKind, Transition,
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
        let mut fields = vec![Vec::with_capacity(count); PATH_FIELDS];
        for (endpoint, words, range) in ends {
            let end = endpoints.get(endpoint as usize);
            let end =
                end.ok_or_else(|| invalid("A path ends at an endpoint that was not added."))?;
            let points = self.points.get(range).unwrap_or_default();
            let scene = (end.0 / 2) as u16;
            let min_max = MinMax::from_code(end.0 % 2).unwrap_or(MinMax::Max);
            let words = encoder.add(words, (scene, min_max, end.1), points)?;
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

struct Encoder<'a> {
    own: &'a dyn ColumnSource,
    table: &'a ObjectTable,
    fan_in: FanIn,
    tolerance: f64,
    points: Vec<PathWords>,
}

impl Encoder<'_> {
    /// The words of a path end whose points are added; of one whose points are no path of the table, none
    /// are, and a reader says so.
    fn add(
        &mut self,
        words: [u32; PATH_FIELDS],
        (scene, min_max, vertex): (u16, MinMax, u32),
        points: &[(Option<u32>, f32)],
    ) -> Result<[u32; PATH_FIELDS]> {
        let Some(end) = PathEnd::new(words) else { return Ok(words) };
        let (data, clock) = points.split_at(end.points().0 as usize);
        let data = self.chain(data, scene, min_max, data_end(&end, vertex))?;
        let clock = self.chain(clock, scene, clock_min_max(&end), clock_end(&end))?;
        let mut words = words;
        match data.zip(clock) {
            Some((data, clock)) => {
                self.points.extend(data);
                self.points.extend(clock);
            }
            None => {
                words[PathField::DataPoints as usize] = 0;
                words[PathField::ClockPoints as usize] = 0;
            }
        }
        Ok(words)
    }

    fn chain(
        &self,
        points: &[(Option<u32>, f32)],
        scene: u16,
        min_max: MinMax,
        end: (u32, Transition),
    ) -> Result<Option<Vec<PathWords>>> {
        if points.is_empty() {
            return Ok(Some(Vec::new()));
        }
        let columns = PathSource::new(self.own, scene, min_max)?;
        Ok(columns.columns(self.table, &self.fan_in, self.tolerance).encode(points, end))
    }
}

/// The columns that paths of a scene and min/max are told by.
pub(crate) struct PathSource {
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
        Ok(Self { arrivals, delays: column(StreamKind::Delay, Transition::None)? })
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
        PathColumns { table, fan_in, arrivals, delays: &self.delays, tolerance }
    }
}

/// Vertex and transition of the last point of a path.
fn data_end(end: &PathEnd, vertex: u32) -> (u32, Transition) {
    (vertex, transition(end, PathFlag::EndFalls))
}

fn clock_end(end: &PathEnd) -> (u32, Transition) {
    (end.word(PathField::ClockVertex), transition(end, PathFlag::CaptureEndFalls))
}

fn transition(end: &PathEnd, falls: PathFlag) -> Transition {
    if end.is(falls) { Transition::Fall } else { Transition::Rise }
}

/// The analysis that the path of the capturing clock is one of.
pub(crate) fn clock_min_max(end: &PathEnd) -> MinMax {
    if end.is(PathFlag::CaptureIsMax) { MinMax::Max } else { MinMax::Min }
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

/// The path ends of a stage, by rising endpoint row.
#[derive(Debug, Default)]
pub struct PathEnds {
    ends: Vec<PathEnd>,
    /// Where the points of each end begin, and where those of the last one end.
    starts: Vec<u64>,
}

impl PathEnds {
    /// The end of the path of an endpoint row, if the path was kept.
    pub fn find(&self, endpoint: u32) -> Option<&PathEnd> {
        self.position(endpoint).and_then(|position| self.ends.get(position))
    }

    /// All of them.
    pub fn ends(&self) -> &[PathEnd] {
        &self.ends
    }

    fn position(&self, endpoint: u32) -> Option<usize> {
        self.ends.binary_search_by_key(&endpoint, PathEnd::endpoint).ok()
    }

    fn rows(&self, endpoint: u32) -> Option<Range<u64>> {
        let position = self.position(endpoint)?;
        Some(*self.starts.get(position)?..*self.starts.get(position + 1)?)
    }
}

impl Stage {
    /// The ends of the worst paths that were kept.
    ///
    /// # Errors
    /// `Corrupt` when they make no sense.
    pub fn path_ends(&self) -> Result<PathEnds> {
        let key = StreamKey::plain(StreamKind::PathEnd);
        if self.find(key).is_none() {
            return Ok(PathEnds::default());
        }
        let words = self.whole_words(StreamKind::PathEnd)?;
        let count = words.len() / PATH_FIELDS;
        let mut ends = Vec::with_capacity(count);
        let mut starts = vec![0u64];
        for row in 0..count {
            let end = PathEnd::new(std::array::from_fn(|field| words[field * count + row]));
            let end = end.ok_or_else(|| corrupt("A path end is of a kind that does not exist."))?;
            let (data, clock) = end.points();
            starts.push(starts[row] + u64::from(data) + u64::from(clock));
            ends.push(end);
        }
        let rows = u64::from(self.metadata().endpoints);
        let in_order = ends.is_sorted_by(|a, b| a.endpoint() < b.endpoint());
        if !in_order || ends.last().is_some_and(|end| u64::from(end.endpoint()) >= rows) {
            return Err(corrupt("The path ends are not those of endpoints."));
        }
        Ok(PathEnds { ends, starts })
    }

    /// The points of the path of an endpoint row, and those of the path of its capturing clock.
    ///
    /// # Errors
    /// `Corrupt` when they are no path.
    pub(crate) fn path_points(
        &self,
        ends: &PathEnds,
        endpoint: &Endpoint,
        row: u32,
        fan_in: &FanIn,
    ) -> Result<(Vec<PathPoint>, Vec<PathPoint>)> {
        let (Some(end), Some(rows)) = (ends.find(row), ends.rows(row)) else {
            return Ok(Default::default());
        };
        let words = |kind| self.read_words(StreamKey::plain(kind), rows.clone());
        let words: Vec<PathWords> = words(StreamKind::PathArc)?
            .into_iter()
            .zip(words(StreamKind::PathArrival)?)
            .map(|(arc, arrival)| PathWords { arc, arrival })
            .collect();
        let (data, clock) = words
            .split_at_checked(end.points().0 as usize)
            .ok_or_else(|| corrupt("A path has fewer points than it says."))?;
        let table = self.objects()?;
        let chain = |words: &[PathWords], min_max, last| {
            if words.is_empty() {
                return Ok(Vec::new());
            }
            let source = PathSource::new(self, endpoint.scene, min_max)?;
            source.columns(&table, fan_in, 0.0).decode(words, last)
        };
        let data = chain(data, endpoint.min_max, data_end(end, endpoint.vertex))?;
        Ok((data, chain(clock, clock_min_max(end), clock_end(end))?))
    }
}
