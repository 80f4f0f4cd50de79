// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! `docs/format.md`, "Section table" and "Footer".

use super::checksum::crc32;
use super::header::HEADER_SIZE;
use super::wire::Fields;
use crate::error::{Error, ErrorKind, Result, corrupt};

pub(crate) const FOOTER_SIZE: usize = 32;
pub(crate) const SECTION_RECORD: [u8; 4] = *b"RECD";
pub(crate) const SECTION_INDEX: [u8; 4] = *b"INDX";

const MAGIC: [u8; 4] = *b"CKPE";
const ENTRY_SIZE: usize = 28;
const FLAG_REQUIRED: u32 = 1;

/// One entry of the section table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Section {
    pub id: [u8; 4],
    pub offset: u64,
    pub length: u64,
    pub crc: u32,
}

/// The last bytes of a stage file: where the section table is and how long the file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Footer {
    pub table_offset: u64,
    pub table_length: u32,
    table_crc: u32,
}

impl Footer {
    /// The section table and the footer behind it, for a file whose table begins at `table_offset`.
    pub fn encode(table_offset: u64, sections: &[Section]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(sections.len() * ENTRY_SIZE + FOOTER_SIZE);
        for section in sections {
            bytes.extend_from_slice(&section.id);
            bytes.extend_from_slice(&FLAG_REQUIRED.to_le_bytes());
            bytes.extend_from_slice(&section.offset.to_le_bytes());
            bytes.extend_from_slice(&section.length.to_le_bytes());
            bytes.extend_from_slice(&section.crc.to_le_bytes());
        }
        let table_crc = crc32(&bytes);
        let table_length = bytes.len() as u32;
        let file_length = table_offset + u64::from(table_length) + FOOTER_SIZE as u64;
        let mut footer = Vec::with_capacity(FOOTER_SIZE);
        footer.extend_from_slice(&table_offset.to_le_bytes());
        footer.extend_from_slice(&table_length.to_le_bytes());
        footer.extend_from_slice(&table_crc.to_le_bytes());
        footer.extend_from_slice(&file_length.to_le_bytes());
        footer.extend_from_slice(&crc32(&footer).to_le_bytes());
        footer.extend_from_slice(&MAGIC);
        bytes.extend_from_slice(&footer);
        bytes
    }

    /// Decode the last [`FOOTER_SIZE`] bytes of a file of `actual_length` bytes.
    pub fn decode(bytes: &[u8], actual_length: u64) -> Result<Self> {
        let mut fields = Fields::new(bytes);
        let table_offset = fields.u64()?;
        let table_length = fields.u32()?;
        let table_crc = fields.u32()?;
        let file_length = fields.u64()?;
        let crc = fields.u32()?;
        if fields.take(4)? != MAGIC || crc != crc32(&bytes[..FOOTER_SIZE - 8]) {
            return Err(Error::new(
                ErrorKind::Truncated,
                "The file does not end with a footer: it is cut short or damaged at its end.",
            ));
        }
        let end = table_offset
            .checked_add(u64::from(table_length))
            .and_then(|end| end.checked_add(FOOTER_SIZE as u64));
        if file_length != actual_length || end != Some(file_length) {
            return Err(Error::new(
                ErrorKind::Truncated,
                format!("The file has {actual_length} bytes and should have {file_length}."),
            ));
        }
        Ok(Self { table_offset, table_length, table_crc })
    }

    /// Decode the section table. An unknown section that is required is refused by name; one that
    /// is not is left out.
    pub fn sections(&self, table: &[u8]) -> Result<Vec<Section>> {
        if crc32(table) != self.table_crc || !table.len().is_multiple_of(ENTRY_SIZE) {
            return Err(corrupt("The checksum of the section table is wrong."));
        }
        let mut sections = Vec::new();
        let mut fields = Fields::new(table);
        while fields.remaining() > 0 {
            let mut id = [0; 4];
            id.copy_from_slice(fields.take(4)?);
            let flags = fields.u32()?;
            let section =
                Section { id, offset: fields.u64()?, length: fields.u64()?, crc: fields.u32()? };
            if flags & !FLAG_REQUIRED != 0 {
                return Err(corrupt("A section has flags that are not known."));
            }
            let end = section.offset.checked_add(section.length);
            if section.offset < HEADER_SIZE as u64 || end.is_none_or(|e| e > self.table_offset) {
                return Err(corrupt("A section lies outside the file."));
            }
            if id == SECTION_RECORD || id == SECTION_INDEX {
                sections.push(section);
            } else if flags & FLAG_REQUIRED != 0 {
                let name = id.escape_ascii();
                return Err(Error::new(
                    ErrorKind::Unsupported,
                    format!("The file needs section {name}, which this library does not know."),
                ));
            }
        }
        Ok(sections)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> (Vec<u8>, Vec<Section>) {
        let section = |id, offset| Section { id, offset, length: 10, crc: 7 };
        let sections = vec![section(SECTION_RECORD, 32), section(SECTION_INDEX, 42)];
        (Footer::encode(52, &sections), sections)
    }

    fn read(bytes: &[u8]) -> Result<Vec<Section>> {
        let split = bytes.len() - FOOTER_SIZE;
        let footer = Footer::decode(&bytes[split..], 52 + bytes.len() as u64)?;
        footer.sections(&bytes[..split])
    }

    /// Recompute the checksums after a deliberate change, so that only its meaning is wrong.
    fn sealed(change: impl Fn(&mut [u8])) -> Vec<u8> {
        let (mut bytes, _) = sample();
        change(&mut bytes);
        let split = bytes.len() - FOOTER_SIZE;
        let table_crc = crc32(&bytes[..split]);
        bytes[split + 12..split + 16].copy_from_slice(&table_crc.to_le_bytes());
        let crc = crc32(&bytes[split..split + 24]);
        bytes[split + 24..split + 28].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    #[test]
    fn what_is_written_is_read() {
        let (bytes, sections) = sample();
        assert_eq!(read(&bytes).unwrap(), sections);
    }

    #[test]
    fn every_flipped_bit_is_seen() {
        let (good, _) = sample();
        for bit in 0..good.len() * 8 {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(read(&bad).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn unknown_sections_are_refused_by_name_or_skipped() {
        let required = sealed(|bytes| bytes[..4].copy_from_slice(b"NEWS"));
        let error = read(&required).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.to_string().contains("NEWS"));
        let optional = sealed(|bytes| {
            bytes[..4].copy_from_slice(b"NEWS");
            bytes[4] = 0;
        });
        assert_eq!(read(&optional).unwrap().len(), 1);
    }

    #[test]
    fn senseless_sections_are_refused() {
        assert_eq!(read(&sealed(|bytes| bytes[5] = 1)).unwrap_err().kind(), ErrorKind::Corrupt);
        assert_eq!(read(&sealed(|bytes| bytes[8] = 3)).unwrap_err().kind(), ErrorKind::Corrupt);
        assert_eq!(read(&sealed(|bytes| bytes[23] = 255)).unwrap_err().kind(), ErrorKind::Corrupt);
    }

    #[test]
    fn another_length_is_a_truncation() {
        let (bytes, _) = sample();
        let footer = &bytes[bytes.len() - FOOTER_SIZE..];
        assert_eq!(Footer::decode(footer, 1).unwrap_err().kind(), ErrorKind::Truncated);
    }
}
