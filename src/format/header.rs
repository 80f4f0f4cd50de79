// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! `docs/format.md`, "Header".

use super::checksum::crc32;
use super::versions::{Versions, draft};
use super::wire::Fields;
use crate::error::{Result, corrupt};

pub(crate) const HEADER_SIZE: usize = 32;

const MAGIC: [u8; 8] = *b"\x89CKP\r\n\x1a\n";
/// The first bytes of a stage file.
pub(crate) struct Header {
    versions: Versions,
}

impl Header {
    pub fn encode() -> [u8; HEADER_SIZE] {
        let mut bytes = [0; HEADER_SIZE];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..10].copy_from_slice(&Versions::OURS.read.to_le_bytes());
        bytes[10..12].copy_from_slice(&Versions::OURS.write.to_le_bytes());
        let crc = crc32(&bytes[..HEADER_SIZE - 4]);
        bytes[HEADER_SIZE - 4..].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    /// Check that this library can read the file.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let mut fields = Fields::new(bytes);
        if fields.take(MAGIC.len())? != MAGIC {
            return Err(corrupt("This is not a stage file: its first bytes are wrong."));
        }
        let versions = Versions { read: fields.u16()?, write: fields.u16()? };
        let reserved = fields.take(16)?;
        // The checksum comes before the versions: a flipped bit is damage, not a newer format.
        if fields.u32()? != crc32(&bytes[..HEADER_SIZE - 4]) {
            return Err(corrupt("The checksum of the header is wrong."));
        }
        if versions.read == 0 {
            return Err(draft("The file", "Save the stage again."));
        }
        versions.check_read("The file")?;
        if reserved.iter().any(|byte| *byte != 0) || !versions.is_sound() {
            return Err(corrupt("The header has fields that make no sense."));
        }
        Ok(Self { versions })
    }

    /// A library of this version may write what builds on the file, and write it again.
    ///
    /// # Errors
    /// `Unsupported`.
    pub fn check_write(&self) -> Result<()> {
        self.versions.check_write("It was written", "and nothing can be built on it")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn the_magic_survives_no_text_transfer() {
        assert!(MAGIC[0] >= 0x80, "not ASCII");
        assert!(std::str::from_utf8(&MAGIC).is_err(), "not UTF-8");
        assert!(MAGIC.windows(2).any(|pair| pair == b"\r\n"), "line ends are converted");
    }

    #[test]
    fn every_flipped_bit_is_seen() {
        let good = Header::encode();
        Header::decode(&good).unwrap();
        for bit in 0..HEADER_SIZE * 8 {
            let mut bad = good;
            bad[bit / 8] ^= 1 << (bit % 8);
            let error = Header::decode(&bad).err().unwrap();
            assert_eq!(error.kind(), ErrorKind::Corrupt, "bit {bit}");
        }
        for cut in 0..HEADER_SIZE {
            assert!(Header::decode(&good[..cut]).is_err());
        }
    }

    fn of_versions(read: u16, write: u16) -> [u8; HEADER_SIZE] {
        let mut bytes = Header::encode();
        bytes[8..10].copy_from_slice(&read.to_le_bytes());
        bytes[10..12].copy_from_slice(&write.to_le_bytes());
        let crc = crc32(&bytes[..HEADER_SIZE - 4]);
        bytes[HEADER_SIZE - 4..].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    #[test]
    fn a_newer_format_is_refused_by_its_number() {
        let error = Header::decode(&of_versions(99, 99)).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.to_string().contains("format 99;"));
    }

    #[test]
    fn a_newer_format_that_can_be_read_is_not_built_on() {
        Header::decode(&of_versions(1, 1)).unwrap().check_write().unwrap();
        let error = Header::decode(&of_versions(1, 99)).unwrap().check_write().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.to_string().contains("format 99;"));
    }

    #[test]
    fn drafts_and_nonsense_are_refused() {
        let error = Header::decode(&of_versions(0, 0)).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.to_string().contains("Save the stage again"));
        let error = Header::decode(&of_versions(1, 0)).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Corrupt);
    }
}
