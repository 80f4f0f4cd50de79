// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Pins or arcs of a stage as the rows of a table, with the values of some columns.

use std::ops::Range;
use std::sync::Arc;

use ckp::{
    Error, ErrorKind, MinMax, ObjectTable, Result, Stage, StreamKey, StreamKind, Transition, Width,
};

/// A column of the table.
pub(super) struct Field {
    pub name: String,
    pub kind: FieldKind,
}

/// What its values are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum FieldKind {
    Text,
    Flag,
    Float,
}

/// Values of some rows, a column each.
pub(super) type Batch = Vec<Values>;

/// Values of one column.
pub(super) enum Values {
    Texts(Vec<String>),
    Flags(Vec<bool>),
    Floats(Vec<f32>),
}

/// The rows of a table.
pub(super) struct Rows {
    stage: Arc<Stage>,
    objects: Arc<ObjectTable>,
    /// Rows are arcs, not pins.
    is_arcs: bool,
    keys: Vec<StreamKey>,
    fields: Vec<Field>,
}

impl Rows {
    /// The columns of some kinds; only of a path delay or of a scene where these are given.
    pub(super) fn new(
        stage: Arc<Stage>,
        kinds: &[StreamKind],
        path_delay: Option<MinMax>,
        scene: Option<&str>,
    ) -> Result<Self> {
        let is_arcs = kinds.iter().all(|kind| kind.is_arc_column());
        if !is_arcs && kinds.iter().any(|kind| kind.is_arc_column()) {
            return Err(Error::new(
                ErrorKind::InvalidArgument,
                "Columns of pins and columns of arcs have other rows: export them to two files.",
            ));
        }
        let mut keys = Vec::new();
        for kind in kinds {
            let of_kind = columns(&stage, *kind, path_delay, scene);
            if of_kind.is_empty() {
                return Err(lacks(&stage, *kind, scene));
            }
            keys.extend(of_kind);
        }
        let objects = stage.objects()?;
        let fields = fields(&stage, is_arcs, &keys);
        Ok(Self { stage, objects, is_arcs, keys, fields })
    }

    pub(super) fn fields(&self) -> &[Field] {
        &self.fields
    }

    pub(super) fn count(&self) -> u64 {
        let metadata = self.stage.metadata();
        u64::from(if self.is_arcs { metadata.arcs } else { metadata.vertices })
    }

    /// Some rows. There are not more than 2^32.
    pub(super) fn batch(&self, rows: Range<u64>) -> Result<Batch> {
        let each = || (rows.start..rows.end).map(|row| row as u32);
        let texts = |text: &dyn Fn(u32) -> String| Values::Texts(each().map(text).collect());
        let objects = &self.objects;
        let arc = |row| objects.arc(row).unwrap_or_default();
        let mut batch = match self.is_arcs {
            true => vec![
                texts(&|row| objects.display_name(arc(row).0)),
                texts(&|row| objects.display_name(arc(row).1)),
                texts(&|row| objects.arc_kind_name(arc(row).2).to_owned()),
            ],
            false => vec![
                texts(&|row| objects.display_name(row)),
                texts(&|row| objects.cell(row).to_owned()),
            ],
        };
        for key in &self.keys {
            batch.push(match key.kind.width() {
                Width::Word => {
                    let bits = self.stage.read_words(*key, rows.clone())?;
                    Values::Floats(bits.into_iter().map(f32::from_bits).collect())
                }
                Width::Byte => {
                    let marks = self.stage.read_bytes(*key, rows.clone())?;
                    Values::Flags(marks.into_iter().map(|mark| mark != 0).collect())
                }
            });
        }
        Ok(batch)
    }
}

fn columns(
    stage: &Stage,
    kind: StreamKind,
    path_delay: Option<MinMax>,
    scene: Option<&str>,
) -> Vec<StreamKey> {
    let scenes = &stage.metadata().scenes;
    let keys = stage.timing_stage().delta_changes.columns().map(|stream| stream.key);
    let is_wanted = |key: &StreamKey| {
        let name = scenes.get(usize::from(key.scene)).map(String::as_str);
        key.kind == kind
            && path_delay.is_none_or(|path_delay| path_delay == key.min_max)
            && scene.is_none_or(|scene| Some(scene) == name)
    };
    keys.filter(is_wanted).collect()
}

fn lacks(stage: &Stage, kind: StreamKind, scene: Option<&str>) -> Error {
    let name = &stage.timing_stage().stage_id;
    let scenes = stage.metadata().scenes.join(", ");
    let scene =
        scene.map_or(String::new(), |scene| format!(" in scene {scene}; its scenes are {scenes}"));
    let message = format!("Stage {name} has no columns of {}s{scene}.", kind.name());
    Error::new(ErrorKind::NotFound, message)
}

/// Names, then values: `slack_max_rise`, with the scene behind it where the stage has several.
fn fields(stage: &Stage, is_arcs: bool, keys: &[StreamKey]) -> Vec<Field> {
    let names: &[&str] = if is_arcs { &["from", "to", "kind"] } else { &["pin", "cell"] };
    let text = |name: &&str| Field { name: (*name).to_owned(), kind: FieldKind::Text };
    let scenes = &stage.metadata().scenes;
    let value = |key: &StreamKey| {
        let mut name = key.kind.name().replace(' ', "_");
        name.push('_');
        name.push_str(key.min_max.name());
        name.push_str(match key.transition {
            Transition::Rise => "_rise",
            Transition::Fall => "_fall",
            Transition::None => "",
        });
        name.push_str(match key.plane {
            0 => "",
            1 => "_mean_shift",
            2 => "_variance",
            _ => "_skewness",
        });
        if let (true, Some(scene)) = (scenes.len() > 1, scenes.get(usize::from(key.scene))) {
            name.push('_');
            name.push_str(scene);
        }
        let is_float = key.kind.width() == Width::Word;
        Field { name, kind: if is_float { FieldKind::Float } else { FieldKind::Flag } }
    };
    names.iter().map(text).chain(keys.iter().map(value)).collect()
}
