// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Arrays that are not columns of floats, read as a whole.

use std::sync::Arc;

use super::reader::Stage;
use super::scenes::SceneMap;
use super::sources::ColumnBase;
use crate::delta::{Predictor, integer_value};
use crate::error::{Error, Result, corrupt, invalid};
use crate::format::decode_byte_block;
use crate::model::{StreamIndex, StreamKey, StreamKind, Width};

impl Stage {
    /// A whole array of words that is not a column.
    pub(super) fn whole_words(&self, kind: StreamKind) -> Result<Vec<u32>> {
        self.words(self.stream(StreamKey::plain(kind), Width::Word)?)
    }

    /// A whole array of bytes that is not a column.
    pub(super) fn whole_bytes(&self, kind: StreamKind) -> Result<Vec<u8>> {
        self.bytes(self.stream(StreamKey::plain(kind), Width::Byte)?)
    }

    /// An array of words that is not a column: each block from the base, by number, or from itself.
    pub(super) fn words(&self, stream: &StreamIndex) -> Result<Vec<u32>> {
        if let Some(values) = self.cached_words(stream, 0..stream.count) {
            return Ok(values);
        }
        let base = match (self.is_temporal(stream), self.base()) {
            (false, _) => Vec::new(),
            (true, Some(base)) => base.words(base.stream(stream.key, Width::Word)?)?,
            (true, None) => return Err(self.lacks_base(stream)),
        };
        let mut values = Vec::new();
        for (number, block) in stream.blocks.iter().enumerate() {
            let residuals = self.residuals(stream, number)?;
            let predictor = Predictor::from_code(block.predictor)?;
            let mut before = 0;
            for residual in residuals {
                before = match predictor {
                    Predictor::None => residual,
                    Predictor::Temporal => {
                        let known = base.get(values.len()).copied().unwrap_or(0);
                        integer_value(residual, known)
                    }
                    Predictor::Previous => integer_value(residual, before),
                    _ => return Err(self.file().at_block(wrong_predictor(), stream, number)),
                };
                values.push(before);
            }
        }
        self.copy_words(stream, &values)?;
        Ok(values)
    }

    /// An array of bytes: each block from the base, by row, or as it is.
    pub(super) fn bytes(&self, stream: &StreamIndex) -> Result<Vec<u8>> {
        if stream.key.kind == StreamKind::Attachment {
            return Err(invalid("Attachments are read by name."));
        }
        if stream.key.kind.is_column() {
            // Its rows are looked at before memory for them is asked for.
            self.objects()?;
        }
        let base = if self.is_temporal(stream) {
            let base = self.base_for(stream.key.kind)?.ok_or_else(|| self.lacks_base(stream))?;
            aligned_bytes(&base, stream.key, stream.count as usize)?
                .ok_or_else(|| self.lacks_base(stream))?
        } else {
            Vec::new()
        };
        let mut values: Vec<u8> = Vec::new();
        for (number, block) in stream.blocks.iter().enumerate() {
            let stored = self.file().block(block)?;
            let residuals = decode_byte_block(block, &stored)
                .map_err(|error| self.file().at_block(error, stream, number))?;
            match Predictor::from_code(block.predictor)? {
                Predictor::None => values.extend_from_slice(&residuals),
                Predictor::Temporal => {
                    let known = base.iter().skip(values.len()).copied();
                    let known = known.chain(std::iter::repeat(0));
                    let sums: Vec<u8> =
                        residuals.iter().zip(known).map(|(r, b)| b.wrapping_add(*r)).collect();
                    values.extend_from_slice(&sums);
                }
                _ => return Err(self.file().at_block(wrong_predictor(), stream, number)),
            }
        }
        Ok(values)
    }

    fn is_temporal(&self, stream: &StreamIndex) -> bool {
        stream.blocks.iter().any(|block| block.predictor == Predictor::Temporal as u8)
    }

    fn lacks_base(&self, stream: &StreamIndex) -> Error {
        let stage = &self.timing_stage().stage_id;
        corrupt(format!("{} of stage {stage} refers to a base that lacks it.", stream.key))
    }

    /// The base for arrays of a kind. What is not a column corresponds by number: the table that tells
    /// rows is itself made of such arrays.
    fn base_for(&self, kind: StreamKind) -> Result<Option<ColumnBase>> {
        if kind.is_column() {
            return self.column_base();
        }
        let base = |stage: &Arc<Self>| ColumnBase {
            stage: stage.clone(),
            alignment: None,
            scenes: SceneMap::Identity,
        };
        Ok(self.base().map(base))
    }
}

/// An array of bytes of the base, for the rows of the stage; zero where the base has no such row.
/// `None` where it has no such array.
pub(super) fn aligned_bytes(
    base: &ColumnBase,
    key: StreamKey,
    count: usize,
) -> Result<Option<Vec<u8>>> {
    let Some(stream) = base.scenes.key(key).and_then(|key| base.stage.find(key)) else {
        return Ok(None);
    };
    let values = base.stage.bytes(stream)?;
    let map = base.map(key.kind);
    let of_row = |row| map.get(row).and_then(|row| values.get(row as usize)).copied();
    Ok(Some((0..count).map(|row| of_row(row).unwrap_or(0)).collect()))
}

fn wrong_predictor() -> Error {
    corrupt("It has a predictor that is not for arrays of its kind.")
}
