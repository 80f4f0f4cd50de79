// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! `docs/format.md`, "Index".

use super::block::most_elements;
use super::header::HEADER_SIZE;
use super::packed::{pack, put_column, take_column, unpack};
use super::wire::Fields;
use crate::codec::Codec;
use crate::delta::{Layout, Predictor};
use crate::error::{Result, corrupt};
use crate::model::{
    BlockIndex, CompressedDelta, MAX_PLANES, MinMax, StreamIndex, StreamKey, StreamKind, Transition,
};

/// An index of three million instances and a hundred scenes stays far below.
const MAX_INDEX: usize = 256 << 20;
/// What a plane adds to the byte of the transition.
const PLANE: u8 = 16;

/// The bytes of the index section.
pub(crate) fn encode_index(delta: &CompressedDelta) -> Result<Vec<u8>> {
    let plain = &mut Vec::new();
    let streams = delta.streams.iter();
    plain.extend_from_slice(&(delta.streams.len() as u32).to_le_bytes());
    put_column(plain, streams.clone().map(|stream| (stream.key.kind as u16).to_le_bytes()));
    put_column(plain, streams.clone().map(|stream| stream.key.scene.to_le_bytes()));
    put_column(plain, streams.clone().map(|stream| [stream.key.min_max as u8]));
    put_column(plain, streams.clone().map(|stream| [lane(stream.key)]));
    put_column(plain, streams.clone().map(|stream| stream.count.to_le_bytes()));
    put_column(plain, streams.clone().map(|stream| stream.checksum.to_le_bytes()));
    put_column(plain, streams.clone().map(|stream| (stream.blocks.len() as u32).to_le_bytes()));
    let blocks = streams.flat_map(|stream| &stream.blocks);
    let ends = blocks.clone().map(|block| block.offset.wrapping_add(u64::from(block.stored)));
    let gaps = blocks.clone().zip(std::iter::once(0).chain(ends));
    put_column(plain, gaps.map(|(block, end)| block.offset.wrapping_sub(end).to_le_bytes()));
    put_column(plain, blocks.clone().map(|block| block.stored.to_le_bytes()));
    put_column(plain, blocks.clone().map(|block| block.count.to_le_bytes()));
    put_column(plain, blocks.clone().map(|block| block.laid_out.to_le_bytes()));
    put_column(plain, blocks.clone().map(|block| block.crc.to_le_bytes()));
    put_column(plain, blocks.clone().map(|block| [block.predictor]));
    put_column(plain, blocks.clone().map(|block| [block.layout]));
    put_column(plain, blocks.map(|block| [block.codec]));
    pack(plain)
}

/// The arrays of an index section. Blocks must lie between the header and `blocks_end`.
pub(crate) fn decode_index(bytes: &[u8], blocks_end: u64) -> Result<CompressedDelta> {
    let plain = unpack(bytes, MAX_INDEX).map_err(|error| error.at("the index"))?;
    let mut fields = Fields::new(&plain);
    let (mut streams, block_counts) = decode_streams(&mut fields)?;
    let rows: u64 = block_counts.iter().map(|count| u64::from(*count)).sum();
    let rows = usize::try_from(rows).map_err(|_| corrupt("The index has too many blocks."))?;
    let mut blocks = decode_blocks(&mut fields, rows, blocks_end)?.into_iter();
    for (stream, count) in streams.iter_mut().zip(block_counts) {
        stream.blocks = blocks.by_ref().take(count as usize).collect();
        let key = stream.key;
        let limit = most_elements(key.kind) as u32;
        let sound = stream.blocks.iter().all(|block| (1..=limit).contains(&block.count));
        let rows: u64 = stream.blocks.iter().map(|block| u64::from(block.count)).sum();
        if !sound || rows != stream.count {
            let count = stream.count;
            return Err(corrupt(format!("The blocks of {key} do not hold its {count} elements.")));
        }
    }
    if fields.remaining() > 0 {
        return Err(corrupt("The index is followed by bytes that do not belong to it."));
    }
    if !streams.is_sorted_by(|a, b| a.key < b.key) {
        return Err(corrupt("The arrays of the index are not in order."));
    }
    Ok(CompressedDelta { streams })
}

/// Transition and plane of a key in one byte.
pub(super) fn lane(key: StreamKey) -> u8 {
    key.transition as u8 + PLANE * key.plane
}

/// The arrays without their blocks, and how many blocks each has.
fn decode_streams(fields: &mut Fields<'_>) -> Result<(Vec<StreamIndex>, Vec<u32>)> {
    let count = fields.u32()? as usize;
    let kinds = take_column(fields, count)?;
    let scenes = take_column(fields, count)?;
    let min_maxes = take_column::<1>(fields, count)?;
    let lanes = take_column::<1>(fields, count)?;
    let counts = take_column(fields, count)?;
    let checksums = take_column(fields, count)?;
    let block_counts = take_column(fields, count)?;
    let stream = |row: usize| {
        let kind = StreamKind::from_code(u32::from(u16::from_le_bytes(kinds[row])));
        let min_max = MinMax::from_code(u32::from(min_maxes[row][0]));
        let transition = Transition::from_code(u32::from(lanes[row][0] % PLANE));
        let plane = lanes[row][0] / PLANE;
        let (Some(kind), Some(min_max), Some(transition)) = (kind, min_max, transition) else {
            return Err(corrupt(format!("Array {row} has a key that is not known.")));
        };
        if plane >= if kind.has_planes() { MAX_PLANES } else { 1 } {
            return Err(corrupt(format!("Array {row} has a plane that does not exist.")));
        }
        let scene = u16::from_le_bytes(scenes[row]);
        Ok(StreamIndex {
            key: StreamKey { kind, scene, min_max, transition, plane },
            count: u64::from_le_bytes(counts[row]),
            checksum: u128::from_le_bytes(checksums[row]),
            blocks: Vec::new(),
        })
    };
    let streams = (0..count).map(stream).collect::<Result<_>>()?;
    Ok((streams, block_counts.into_iter().map(u32::from_le_bytes).collect()))
}

fn decode_blocks(
    fields: &mut Fields<'_>,
    count: usize,
    blocks_end: u64,
) -> Result<Vec<BlockIndex>> {
    let gaps = take_column(fields, count)?;
    let stored = take_column(fields, count)?;
    let counts = take_column(fields, count)?;
    let laid_out = take_column(fields, count)?;
    let crcs = take_column(fields, count)?;
    let predictors = take_column::<1>(fields, count)?;
    let layouts = take_column::<1>(fields, count)?;
    let codecs = take_column::<1>(fields, count)?;
    let mut before = 0u64;
    let block = |row: usize| {
        let block = BlockIndex {
            offset: before.wrapping_add(u64::from_le_bytes(gaps[row])),
            stored: u32::from_le_bytes(stored[row]),
            count: u32::from_le_bytes(counts[row]),
            laid_out: u32::from_le_bytes(laid_out[row]),
            crc: u32::from_le_bytes(crcs[row]),
            predictor: predictors[row][0],
            layout: layouts[row][0],
            codec: codecs[row][0],
        };
        Predictor::from_code(block.predictor)?;
        Layout::from_code(block.layout)?;
        Codec::from_code(block.codec)?;
        let end = block.offset.checked_add(u64::from(block.stored));
        let inside = end.filter(|end| block.offset >= HEADER_SIZE as u64 && *end <= blocks_end);
        before = inside.ok_or_else(|| corrupt("A block lies outside the file."))?;
        Ok(block)
    };
    (0..count).map(block).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> CompressedDelta {
        let block = BlockIndex {
            offset: 32,
            stored: 5,
            count: 65_536,
            laid_out: 9,
            crc: 1,
            predictor: 1,
            layout: 2,
            codec: 2,
        };
        let key = StreamKey {
            kind: StreamKind::Slew,
            scene: 3,
            min_max: MinMax::Max,
            transition: Transition::Fall,
            plane: 1,
        };
        let stream = |key, count, blocks| StreamIndex { key, count, checksum: 77, blocks };
        CompressedDelta {
            streams: vec![
                stream(key, 65_537, vec![block, BlockIndex { offset: 37, count: 1, ..block }]),
                stream(StreamKey::plain(StreamKind::Sdc), 0, vec![]),
            ],
        }
    }

    fn same(a: &CompressedDelta, b: &CompressedDelta) -> bool {
        format!("{a:?}") == format!("{b:?}")
    }

    #[test]
    fn what_is_written_is_read() {
        let delta = sample();
        let bytes = encode_index(&delta).unwrap();
        assert!(same(&decode_index(&bytes, 100).unwrap(), &delta));
        assert!(same(
            &decode_index(&encode_index(&CompressedDelta::default()).unwrap(), 0).unwrap(),
            &CompressedDelta::default()
        ));
    }

    #[test]
    fn senseless_entries_are_refused() {
        let refuse = |change: &dyn Fn(&mut CompressedDelta), why: &str| {
            let mut delta = sample();
            change(&mut delta);
            let bytes = encode_index(&delta).unwrap();
            assert!(decode_index(&bytes, 100).is_err(), "{why}");
        };
        refuse(&|delta| delta.streams[0].count = 65_536, "too many blocks");
        refuse(&|delta| delta.streams[0].blocks[0].count = 0, "an empty block");
        refuse(&|delta| delta.streams[0].blocks[0].count = 65_537, "a large block");
        refuse(&|delta| delta.streams[0].count = u64::MAX, "too few blocks");
        refuse(&|delta| delta.streams[0].blocks[0].offset = 99, "beyond the end");
        refuse(&|delta| delta.streams[0].blocks[0].offset = u64::MAX, "overflow");
        refuse(&|delta| delta.streams[0].blocks[0].offset = 0, "in the header");
        refuse(&|delta| delta.streams[0].blocks[1].predictor = 200, "predictor");
        refuse(&|delta| delta.streams[0].blocks[1].layout = 200, "layout");
        refuse(&|delta| delta.streams[0].blocks[1].codec = 200, "codec");
        refuse(&|delta| delta.streams.swap(0, 1), "order");
        refuse(&|delta| delta.streams[0].key.plane = 4, "plane");
        refuse(&|delta| delta.streams[1].key.plane = 1, "plane of what is not a column");
    }

    #[test]
    fn every_truncation_and_a_lying_size_are_refused() {
        let bytes = encode_index(&sample()).unwrap();
        for cut in 0..bytes.len() {
            assert!(decode_index(&bytes[..cut], 100).is_err(), "{cut}");
        }
        let mut lying = bytes;
        lying[3] = 0xff;
        assert!(decode_index(&lying, 100).is_err());
    }
}
