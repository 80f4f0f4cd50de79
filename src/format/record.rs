// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! `docs/format.md`, "Record".

use serde::{Deserialize, Serialize};

use super::packed::{pack, unpack};
use crate::delta::MAX_TOLERANCE;
use crate::error::{Error, ErrorKind, Result, corrupt};
use crate::model::{
    BaseRef, Clock, CompressedDelta, StageMetadata, TimingStage, is_attachment_name,
};

/// Names, notes and lists; nobody needs more.
const MAX_RECORD: usize = 64 << 20;

/// All of a stage but its arrays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    pub stage_id: String,
    pub timestamp: u64,
    pub base: Option<BaseRef>,
    pub metadata: StageMetadata,
}

impl Record {
    pub fn into_stage(self, delta_changes: CompressedDelta) -> TimingStage {
        TimingStage {
            stage_id: self.stage_id,
            timestamp: self.timestamp,
            base_checkpoint_ref: self.base,
            delta_changes,
            metadata: self.metadata,
        }
    }
}

fn config() -> impl bincode::config::Config {
    bincode::config::standard().with_limit::<MAX_RECORD>()
}

/// The bytes of the record section.
pub(crate) fn encode_record(record: &Record) -> Result<Vec<u8>> {
    let plain = bincode::serde::encode_to_vec(record, config()).map_err(|error| {
        Error::new(ErrorKind::InvalidArgument, format!("The metadata cannot be stored: {error}."))
    })?;
    pack(&plain)
}

/// Decode the record section.
pub(crate) fn decode_record(bytes: &[u8]) -> Result<Record> {
    let plain = unpack(bytes, MAX_RECORD).map_err(|error| error.at("the record"))?;
    let (record, used) = bincode::serde::decode_from_slice(&plain, config())
        .map_err(|error| corrupt(format!("The metadata does not decode: {error}.")))?;
    if used != plain.len() {
        return Err(corrupt("The metadata is followed by bytes that do not belong to it."));
    }
    let record: Record = record;
    if !(0.0..=MAX_TOLERANCE).contains(&record.metadata.tolerance) {
        return Err(corrupt("The metadata has a tolerance that is none."));
    }
    let names = &record.metadata.attachments;
    if !names.is_sorted_by(|a, b| a < b) || !names.iter().all(|name| is_attachment_name(name)) {
        return Err(corrupt("The metadata has attachments whose names make no sense."));
    }
    check_clocks(&record.metadata)?;
    Ok(record)
}

/// Readers take a group's clock by position, and the scenes of clocks by number.
fn check_clocks(metadata: &StageMetadata) -> Result<()> {
    if metadata.group_clocks.len() != metadata.groups.len() {
        return Err(corrupt("The metadata has path groups without a word about their clocks."));
    }
    let is_scene = |scene: &u16| usize::from(*scene) < metadata.scenes.len();
    let is_sound = |clock: &Clock| {
        clock.scenes.is_sorted_by(|a, b| a < b) && clock.scenes.iter().all(is_scene)
    };
    if !metadata.clocks.iter().all(is_sound) {
        return Err(corrupt("The metadata has clocks of scenes that do not exist."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_every_truncation_is_refused() {
        let record = Record {
            stage_id: "place".into(),
            timestamp: 12,
            base: Some(BaseRef { stage_id: "floorplan".into(), digest: 1 << 100 }),
            metadata: StageMetadata {
                note: "n\u{e9}".into(),
                meta: vec![("k".into(), "v".into())],
                ..StageMetadata::default()
            },
        };
        let bytes = encode_record(&record).unwrap();
        assert_eq!(decode_record(&bytes).unwrap(), record);
        for cut in 0..bytes.len() {
            assert!(decode_record(&bytes[..cut]).is_err(), "{cut}");
        }
        let mut plain = unpack(&bytes, MAX_RECORD).unwrap();
        plain.push(0);
        assert!(decode_record(&pack(&plain).unwrap()).is_err());
        for tolerance in [-1e-15, 2.0, f64::NAN, f64::INFINITY] {
            let metadata = StageMetadata { tolerance, ..StageMetadata::default() };
            let bytes = encode_record(&Record { metadata, ..record.clone() }).unwrap();
            assert!(decode_record(&bytes).is_err(), "{tolerance}");
        }
        let long = "n".repeat(201);
        for names in [
            vec!["../x"],
            vec!["/x"],
            vec![".."],
            vec![""],
            vec!["a/b"],
            vec!["-rf"],
            vec!["a\nb"],
            vec!["b", "a"],
            vec!["a", "a"],
            vec![&long],
        ] {
            let attachments = names.iter().map(|name| (*name).to_owned()).collect();
            let metadata = StageMetadata { attachments, ..StageMetadata::default() };
            let bytes = encode_record(&Record { metadata, ..record.clone() }).unwrap();
            assert!(decode_record(&bytes).is_err(), "{names:?}");
        }
        let clock = |scenes: &[u16]| Clock { scenes: scenes.to_vec(), ..Clock::default() };
        let fine = StageMetadata {
            scenes: vec!["fast".into(), "slow".into()],
            groups: vec!["clk".into()],
            group_clocks: vec!["clk".into()],
            clocks: vec![clock(&[0, 1]), clock(&[])],
            ..StageMetadata::default()
        };
        let decoded = |metadata: &StageMetadata| {
            let metadata = metadata.clone();
            decode_record(&encode_record(&Record { metadata, ..record.clone() }).unwrap())
        };
        assert_eq!(decoded(&fine).unwrap().metadata, fine);
        for scenes in [&[2][..], &[1, 0], &[0, 0]] {
            let clocks = vec![clock(scenes)];
            let bad = StageMetadata { clocks, ..fine.clone() };
            assert!(decoded(&bad).is_err(), "{scenes:?}");
        }
        let bad = StageMetadata { group_clocks: Vec::new(), ..fine };
        assert!(decoded(&bad).is_err(), "a group without its clock");
    }
}
