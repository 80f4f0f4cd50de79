// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! `docs/format.md`, "Index".

use super::block::block_elements;
use super::header::HEADER_SIZE;
use super::wire::Fields;
use crate::codec::{Codec, CodecChoice, Compressor, decompress};
use crate::delta::{Layout, Predictor};
use crate::error::{Result, corrupt};
use crate::model::{
    BlockIndex, CompressedDelta, MinMax, StreamIndex, StreamKey, StreamKind, Transition,
};

const BLOCK_SIZE: usize = 28;
/// An index of three million instances and a hundred scenes stays far below.
const MAX_INDEX: usize = 256 << 20;
const LEVEL: i32 = 3;

/// The bytes of the index section.
pub(crate) fn encode_index(delta: &CompressedDelta) -> Result<Vec<u8>> {
    let mut plain = Vec::new();
    for stream in &delta.streams {
        plain.extend_from_slice(&(stream.key.kind as u16).to_le_bytes());
        plain.extend_from_slice(&stream.key.scene.to_le_bytes());
        plain.extend_from_slice(&[stream.key.min_max as u8, stream.key.transition as u8, 0, 0]);
        plain.extend_from_slice(&stream.count.to_le_bytes());
        plain.extend_from_slice(&stream.checksum.to_le_bytes());
        plain.extend_from_slice(&(stream.blocks.len() as u32).to_le_bytes());
        for block in &stream.blocks {
            plain.extend_from_slice(&block.offset.to_le_bytes());
            plain.extend_from_slice(&block.stored.to_le_bytes());
            plain.extend_from_slice(&block.count.to_le_bytes());
            plain.extend_from_slice(&block.laid_out.to_le_bytes());
            plain.extend_from_slice(&block.crc.to_le_bytes());
            plain.extend_from_slice(&[block.predictor, block.layout, block.codec, 0]);
        }
    }
    let mut compressed = Vec::new();
    let codec = Compressor::new(CodecChoice::Zstd, LEVEL)?.compress(&plain, &mut compressed)?;
    let mut bytes = Vec::with_capacity(compressed.len() + 8);
    bytes.extend_from_slice(&(plain.len() as u32).to_le_bytes());
    bytes.extend_from_slice(&(codec as u32).to_le_bytes());
    bytes.extend_from_slice(&compressed);
    Ok(bytes)
}

/// Decode the index section of a file whose blocks end at `blocks_end`. Every block is known to lie
/// in the file, to have a known coding, and to belong to a stream of as many blocks as its count
/// asks for.
pub(crate) fn decode_index(bytes: &[u8], blocks_end: u64) -> Result<CompressedDelta> {
    let mut fields = Fields::new(bytes);
    let size = fields.u32()? as usize;
    let codec = u8::try_from(fields.u32()?).map_err(|_| corrupt("The index codec is unknown."))?;
    if size > MAX_INDEX {
        return Err(corrupt(format!("The index claims {size} bytes.")));
    }
    let plain = decompress(Codec::from_code(codec)?, fields.take(fields.remaining())?, size)?;
    let mut fields = Fields::new(&plain);
    let mut streams: Vec<StreamIndex> = Vec::new();
    while fields.remaining() > 0 {
        let stream = decode_stream(&mut fields, blocks_end)
            .map_err(|error| error.at(format_args!("array {}", streams.len())))?;
        if streams.last().is_some_and(|last| last.key >= stream.key) {
            return Err(corrupt("The arrays of the index are not in order."));
        }
        streams.push(stream);
    }
    Ok(CompressedDelta { streams })
}

fn decode_stream(fields: &mut Fields<'_>, blocks_end: u64) -> Result<StreamIndex> {
    let kind = StreamKind::from_code(u32::from(fields.u16()?));
    let scene = fields.u16()?;
    let min_max = MinMax::from_code(u32::from(fields.u8()?));
    let transition = Transition::from_code(u32::from(fields.u8()?));
    let reserved = fields.u16()?;
    let (Some(kind), Some(min_max), Some(transition), 0) = (kind, min_max, transition, reserved)
    else {
        return Err(corrupt("An array has a key that is not known."));
    };
    let key = StreamKey { kind, scene, min_max, transition };
    let count = fields.u64()?;
    let checksum = fields.u128()?;
    let block_count = fields.u32()? as usize;
    if fields.remaining() / BLOCK_SIZE < block_count {
        return Err(corrupt(format!("{key} has a wrong number of blocks.")));
    }
    let blocks: Vec<BlockIndex> = (0..block_count)
        .map(|_| decode_block_entry(fields, blocks_end))
        .collect::<Result<_>>()
        .map_err(|error| error.at(key))?;
    let limit = block_elements(kind.width()) as u32;
    let sound = blocks.iter().all(|block| (1..=limit).contains(&block.count));
    let rows: u64 = blocks.iter().map(|block| u64::from(block.count)).sum();
    if !sound || rows != count {
        return Err(corrupt(format!("The blocks of {key} do not hold its {count} elements.")));
    }
    Ok(StreamIndex { key, count, checksum, blocks })
}

fn decode_block_entry(fields: &mut Fields<'_>, blocks_end: u64) -> Result<BlockIndex> {
    let block = BlockIndex {
        offset: fields.u64()?,
        stored: fields.u32()?,
        count: fields.u32()?,
        laid_out: fields.u32()?,
        crc: fields.u32()?,
        predictor: fields.u8()?,
        layout: fields.u8()?,
        codec: fields.u8()?,
    };
    let reserved = fields.u8()?;
    Predictor::from_code(block.predictor)?;
    Layout::from_code(block.layout)?;
    Codec::from_code(block.codec)?;
    let end = block.offset.checked_add(u64::from(block.stored));
    let outside = block.offset < HEADER_SIZE as u64 || end.is_none_or(|end| end > blocks_end);
    if reserved != 0 || outside {
        return Err(corrupt("A block lies outside the file."));
    }
    Ok(block)
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
