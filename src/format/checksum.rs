// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! `docs/format.md`, "Checksums and digests".

use xxhash_rust::xxh3::Xxh3;

use super::index::lane;
use crate::model::{CompressedDelta, Digest, StageMetadata};

/// CRC-32 (IEEE) of bytes as they are in the file.
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    crc32fast::hash(bytes)
}

/// XXH3-128 of the decoded elements of a stream, fed block by block.
#[derive(Default)]
pub(crate) struct StreamHasher(Xxh3);

impl StreamHasher {
    pub fn update_words(&mut self, words: &[u32]) {
        let mut buffer = [0u8; 4096];
        for chunk in words.chunks(buffer.len() / 4) {
            for (bytes, word) in buffer.chunks_exact_mut(4).zip(chunk) {
                bytes.copy_from_slice(&word.to_le_bytes());
            }
            self.0.update(&buffer[..chunk.len() * 4]);
        }
    }

    pub fn update_bytes(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub fn finish(&self) -> Digest {
        self.0.digest128()
    }
}

/// Names the delay tables of a stage when it is saved: by the checksum of its own ones, and those of its base
/// and what that holds; 0 where there are none.
pub(crate) fn tables_digest(own: Option<Digest>, base: Option<(Digest, Digest)>) -> Digest {
    let (of_base, content) = base.unwrap_or((0, 0));
    if own.is_none() && of_base == 0 {
        return 0;
    }
    combined(&[own.unwrap_or(0), of_base, content])
}

/// Names what deltas on a stage are decoded with: its content, and its delay tables, which are no part of it.
pub(crate) fn base_digest(content: Digest, tables: Digest) -> Digest {
    if tables == 0 { content } else { combined(&[content, tables]) }
}

fn combined(digests: &[Digest]) -> Digest {
    let mut hasher = Xxh3::new();
    for digest in digests {
        hasher.update(&digest.to_le_bytes());
    }
    hasher.digest128()
}

/// Names the content of a stage: its rows and all its arrays, whatever their coding.
pub(crate) fn stage_digest(metadata: &StageMetadata, delta: &CompressedDelta) -> Digest {
    let mut hasher = Xxh3::new();
    for digest in [metadata.vertex_digest, metadata.arc_digest, metadata.cell_digest] {
        hasher.update(&digest.to_le_bytes());
    }
    for stream in delta.streams.iter().filter(|stream| !stream.key.kind.is_coding()) {
        let key = stream.key;
        hasher.update(&(key.kind as u16).to_le_bytes());
        hasher.update(&key.scene.to_le_bytes());
        hasher.update(&[key.min_max as u8, lane(key)]);
        hasher.update(&stream.count.to_le_bytes());
        hasher.update(&stream.checksum.to_le_bytes());
    }
    for name in &metadata.attachments {
        hasher.update(name.as_bytes());
        hasher.update(&[0]);
    }
    hasher.digest128()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_vectors() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        let mut words = StreamHasher::default();
        words.update_words(&[0x0403_0201, 0x0807_0605]);
        let mut bytes = StreamHasher::default();
        bytes.update_bytes(&[1, 2, 3, 4]);
        bytes.update_bytes(&[5, 6, 7, 8]);
        assert_eq!(words.finish(), bytes.finish(), "words hash as their little-endian bytes");
        assert_eq!(StreamHasher::default().finish(), 0x99aa_06d3_0147_98d8_6001_c324_468d_497f);
        let sequence: Vec<u8> = (0..=255).collect();
        assert_eq!(crc32(&sequence), 0x2905_8c73);
    }
}
