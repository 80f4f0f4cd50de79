// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! `docs/format.md`, "Header".

use super::checksum::crc32;
use super::wire::Fields;
use crate::error::{Error, ErrorKind, Result, corrupt};

pub(crate) const HEADER_SIZE: usize = 32;

const MAGIC: [u8; 8] = *b"\x89CKP\r\n\x1a\n";
/// Version of the format that this library writes and reads.
const VERSION: u16 = 0;
/// Number of the draft while the version is 0. Every change of the bytes raises it; files of another
/// draft are refused, and there is no code for them.
const DRAFT: u32 = 10;

/// The first bytes of a stage file.
pub(crate) struct Header;

impl Header {
    pub fn encode() -> [u8; HEADER_SIZE] {
        let mut bytes = [0; HEADER_SIZE];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..10].copy_from_slice(&VERSION.to_le_bytes());
        bytes[10..12].copy_from_slice(&VERSION.to_le_bytes());
        bytes[12..16].copy_from_slice(&DRAFT.to_le_bytes());
        let crc = crc32(&bytes[..HEADER_SIZE - 4]);
        bytes[HEADER_SIZE - 4..].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    /// Check that this library can read the file.
    pub fn check(bytes: &[u8]) -> Result<()> {
        let mut fields = Fields::new(bytes);
        if fields.take(MAGIC.len())? != MAGIC {
            return Err(corrupt("This is not a stage file: its first bytes are wrong."));
        }
        let read_version = fields.u16()?;
        let write_version = fields.u16()?;
        let draft = fields.u32()?;
        let reserved = fields.take(12)?;
        // The checksum comes before the versions: a flipped bit is damage, not a newer format.
        if fields.u32()? != crc32(&bytes[..HEADER_SIZE - 4]) {
            return Err(corrupt("The checksum of the header is wrong."));
        }
        if read_version > VERSION || draft != DRAFT {
            return Err(Error::new(
                ErrorKind::Unsupported,
                format!(
                    "The file has format {read_version} (draft {draft}); this library reads \
                     format {VERSION} (draft {DRAFT}). Use the version of ckp that wrote it."
                ),
            ));
        }
        if reserved.iter().any(|byte| *byte != 0) || write_version < read_version {
            return Err(corrupt("The header has fields that make no sense."));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_magic_survives_no_text_transfer() {
        assert!(MAGIC[0] >= 0x80, "not ASCII");
        assert!(std::str::from_utf8(&MAGIC).is_err(), "not UTF-8");
        assert!(MAGIC.windows(2).any(|pair| pair == b"\r\n"), "line ends are converted");
    }

    #[test]
    fn every_flipped_bit_is_seen() {
        let good = Header::encode();
        Header::check(&good).unwrap();
        for bit in 0..HEADER_SIZE * 8 {
            let mut bad = good;
            bad[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Header::check(&bad).unwrap_err().kind(), ErrorKind::Corrupt, "bit {bit}");
        }
        for cut in 0..HEADER_SIZE {
            assert!(Header::check(&good[..cut]).is_err());
        }
    }

    #[test]
    fn a_newer_format_is_refused_by_its_number() {
        for position in [8, 12] {
            let mut newer = Header::encode();
            newer[position] = 99;
            let crc = crc32(&newer[..HEADER_SIZE - 4]);
            newer[HEADER_SIZE - 4..].copy_from_slice(&crc.to_le_bytes());
            let error = Header::check(&newer).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unsupported);
            assert!(error.to_string().contains("99"));
        }
    }
}
