// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Stage files written by hand from `docs/format.md`, without the code of the library: what a liar writes has
//! sound checksums, so that only its meaning is wrong.

use ckp::{BlockIndex, CompressedDelta, Stage, StreamIndex, StreamKey, TimingStage};
use xxhash_rust::xxh3::Xxh3;

pub const HEADER: usize = 32;
pub const FOOTER: usize = 32;
pub const ENTRY: usize = 28;

/// A stage file in parts.
#[derive(Clone)]
pub struct Forged {
    pub header: Vec<u8>,
    /// What stands behind the header.
    pub blocks: Vec<u8>,
    pub stage: TimingStage,
}

impl Forged {
    /// The parts of a sound stage, whose file has these bytes.
    pub fn of(stage: &Stage, file: &[u8]) -> Self {
        let stage = stage.timing_stage().clone();
        let blocks = stage.delta_changes.streams.iter().flat_map(|stream| &stream.blocks);
        let ends = blocks.map(|block| block.offset as usize + block.stored as usize);
        let end = ends.max().unwrap_or(HEADER);
        let header = file[..HEADER].to_vec();
        Self { header, blocks: file[HEADER..end].to_vec(), stage }
    }

    pub fn stream(&mut self, key: StreamKey) -> &mut StreamIndex {
        let position = self.stage.delta_changes.find(key).unwrap();
        &mut self.stage.delta_changes.streams[position]
    }

    /// Put stored bytes behind the others and make a block of them; what it claims else is up to the caller.
    pub fn store(&mut self, bytes: &[u8], claims: BlockIndex) -> BlockIndex {
        let offset = (HEADER + self.blocks.len()) as u64;
        self.blocks.extend_from_slice(bytes);
        let (stored, crc) = (bytes.len() as u32, crc32fast::hash(bytes));
        BlockIndex { offset, stored, crc, ..claims }
    }

    /// The file.
    pub fn file(&self) -> Vec<u8> {
        let sections = [
            (*b"RECD", plain(&record(&self.stage))),
            (*b"INDX", plain(&index(&self.stage.delta_changes))),
        ];
        file(&self.header, &self.blocks, &sections)
    }
}

/// A section: its id and its bytes.
pub type Section = ([u8; 4], Vec<u8>);

/// The header of a file of these versions.
pub fn header(read: u16, write: u16) -> Vec<u8> {
    let mut bytes = b"\x89CKP\r\n\x1a\n".to_vec();
    bytes.extend([read, write].map(u16::to_le_bytes).concat());
    bytes.extend([0; 16]);
    bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
    bytes
}

/// The marker of a store of these versions.
pub fn marker(read: u16, write: u16) -> String {
    let lines = format!("ckp store\nread version {read}\nwrite version {write}\n");
    format!("{lines}CRC-32 {:08x}\n", crc32fast::hash(lines.as_bytes()))
}

/// A file of a header, blocks and required sections.
pub fn file(header: &[u8], blocks: &[u8], sections: &[Section]) -> Vec<u8> {
    let required = sections.iter().map(|section| (section.clone(), 1));
    file_with(header, blocks, &required.collect::<Vec<_>>())
}

/// A file of a header, blocks and sections with their flags.
pub fn file_with(header: &[u8], blocks: &[u8], sections: &[(Section, u32)]) -> Vec<u8> {
    let mut bytes = [header, blocks].concat();
    let mut table = Vec::new();
    for ((id, section), flags) in sections {
        table.extend_from_slice(id);
        table.extend_from_slice(&flags.to_le_bytes());
        table.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
        table.extend_from_slice(&(section.len() as u64).to_le_bytes());
        table.extend_from_slice(&crc32fast::hash(section).to_le_bytes());
        bytes.extend_from_slice(section);
    }
    let length = (bytes.len() + table.len() + FOOTER) as u64;
    let mut footer = (bytes.len() as u64).to_le_bytes().to_vec();
    footer.extend_from_slice(&(table.len() as u32).to_le_bytes());
    footer.extend_from_slice(&crc32fast::hash(&table).to_le_bytes());
    footer.extend_from_slice(&length.to_le_bytes());
    footer.extend_from_slice(&crc32fast::hash(&footer).to_le_bytes());
    footer.extend_from_slice(b"CKPE");
    [bytes, table, footer].concat()
}

/// A packed section whose plain bytes are stored as they are.
pub fn plain(bytes: &[u8]) -> Vec<u8> {
    packed(bytes.len() as u32, 0, bytes)
}

/// A packed section that claims a size and a codec.
pub fn packed(size: u32, codec: u32, bytes: &[u8]) -> Vec<u8> {
    [&size.to_le_bytes(), &codec.to_le_bytes(), bytes].concat()
}

/// The plain bytes of the record.
pub fn record(stage: &TimingStage) -> Vec<u8> {
    let TimingStage { stage_id, timestamp, base_checkpoint_ref, metadata, .. } = stage;
    let record = (stage_id, timestamp, base_checkpoint_ref, metadata);
    bincode::serde::encode_to_vec(record, bincode::config::standard()).unwrap()
}

/// The plain bytes of the index.
pub fn index(delta: &CompressedDelta) -> Vec<u8> {
    let streams = &delta.streams;
    let blocks: Vec<BlockIndex> = streams.iter().flat_map(|s| s.blocks.clone()).collect();
    let mut end = 0u64;
    let gaps: Vec<u64> = blocks
        .iter()
        .map(|block| {
            let gap = block.offset.wrapping_sub(end);
            end = block.offset.wrapping_add(u64::from(block.stored));
            gap
        })
        .collect();
    let mut bytes = (streams.len() as u32).to_le_bytes().to_vec();
    let out = &mut bytes;
    put(out, streams, |stream| (stream.key.kind as u16).to_le_bytes());
    put(out, streams, |stream| stream.key.scene.to_le_bytes());
    put(out, streams, |stream| [stream.key.min_max as u8]);
    put(out, streams, |stream| [stream.key.transition as u8 + 16 * stream.key.plane]);
    put(out, streams, |stream| stream.count.to_le_bytes());
    put(out, streams, |stream| stream.checksum.to_le_bytes());
    put(out, streams, |stream| (stream.blocks.len() as u32).to_le_bytes());
    put(out, &gaps, |gap| gap.to_le_bytes());
    put(out, &blocks, |block| block.stored.to_le_bytes());
    put(out, &blocks, |block| block.count.to_le_bytes());
    put(out, &blocks, |block| block.laid_out.to_le_bytes());
    put(out, &blocks, |block| block.crc.to_le_bytes());
    put(out, &blocks, |block| [block.predictor]);
    put(out, &blocks, |block| [block.layout]);
    put(out, &blocks, |block| [block.codec]);
    bytes
}

/// A list by column: all lowest bytes, then all of the next.
fn put<T, const N: usize>(out: &mut Vec<u8>, rows: &[T], field: impl Fn(&T) -> [u8; N]) {
    for byte in 0..N {
        out.extend(rows.iter().map(|row| field(row)[byte]));
    }
}

/// The digest of a stage.
pub fn digest(stage: &TimingStage) -> u128 {
    let mut hasher = Xxh3::new();
    let metadata = &stage.metadata;
    for rows in [metadata.vertex_digest, metadata.arc_digest, metadata.cell_digest] {
        hasher.update(&rows.to_le_bytes());
    }
    let is_content = |kind: u16| kind != 32 && kind != 33;
    for stream in stage.delta_changes.streams.iter().filter(|s| is_content(s.key.kind as u16)) {
        let key = stream.key;
        hasher.update(&(key.kind as u16).to_le_bytes());
        hasher.update(&key.scene.to_le_bytes());
        hasher.update(&[key.min_max as u8, key.transition as u8 + 16 * key.plane]);
        hasher.update(&stream.count.to_le_bytes());
        hasher.update(&stream.checksum.to_le_bytes());
    }
    for name in &metadata.attachments {
        hasher.update(name.as_bytes());
        hasher.update(&[0]);
    }
    hasher.digest128()
}

/// What a delta on a stage names it by.
pub fn base_digest(stage: &TimingStage) -> u128 {
    match stage.metadata.tables_digest {
        0 => digest(stage),
        tables => combined(&[digest(stage), tables]),
    }
}

/// The digest of digests.
pub fn combined(digests: &[u128]) -> u128 {
    let mut hasher = Xxh3::new();
    digests.iter().for_each(|digest| hasher.update(&digest.to_le_bytes()));
    hasher.digest128()
}

/// Write the checksums of the blocks into the plain bytes of an index, as far as these make sense. `blocks` are
/// the bytes behind the header.
pub fn seal_blocks(index: &mut [u8], blocks: &[u8]) {
    let number = |bytes: &[u8], at: usize, step: usize, size: usize| {
        let byte = |n: usize| bytes.get(at + n * step).map(|byte| u64::from(*byte) << (8 * n));
        (0..size).map(byte).sum::<Option<u64>>()
    };
    let Some(streams) = number(index, 0, 1, 4).map(|count| count as usize) else { return };
    if streams > index.len() {
        return;
    }
    let counts = 4 + streams * 30;
    let rows = (0..streams).map(|row| number(index, counts + row, streams, 4));
    let Some(rows) = rows.sum::<Option<u64>>().map(|rows| rows as usize) else { return };
    if rows > index.len() {
        return;
    }
    let gaps = counts + 4 * streams;
    let (stored, crcs) = (gaps + 8 * rows, gaps + 20 * rows);
    let mut end = 0u64;
    for row in 0..rows {
        let gap = number(index, gaps + row, rows, 8);
        let length = number(index, stored + row, rows, 4);
        let (Some(gap), Some(length)) = (gap, length) else { return };
        let offset = end.wrapping_add(gap);
        end = offset.wrapping_add(length);
        let first = offset.wrapping_sub(HEADER as u64);
        let range = first as usize..first.wrapping_add(length) as usize;
        let Some(bytes) = blocks.get(range) else { continue };
        for (byte, value) in crc32fast::hash(bytes).to_le_bytes().into_iter().enumerate() {
            if let Some(place) = index.get_mut(crcs + byte * rows + row) {
                *place = value;
            }
        }
    }
}
