// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Sections that are compressed as a whole, and tables in them by column: `docs/format.md`, "Packed
//! sections".

use super::wire::Fields;
use crate::codec::{Codec, CodecChoice, Compressor, decompress};
use crate::error::{Result, corrupt};

/// Sections are small, and so are compressed well.
const LEVEL: i32 = 19;

/// Plain bytes that a section may stand for, so that few bytes cannot ask for much memory: a fixed part, and a
/// factor for its bytes. LZ4 never makes one byte of more than 255.
const FREE_BYTES: usize = 4 << 20;
const MOST_TIMES: usize = 1024;

fn is_believed(plain: usize, stored: usize) -> bool {
    plain <= FREE_BYTES.saturating_add(stored.saturating_mul(MOST_TIMES))
}

/// A section from its plain bytes.
pub(super) fn pack(plain: &[u8]) -> Result<Vec<u8>> {
    let mut compressed = Vec::new();
    let mut codec = Compressor::new(CodecChoice::Zstd, LEVEL)?.compress(plain, &mut compressed)?;
    if !is_believed(plain.len(), compressed.len()) {
        codec = Compressor::new(CodecChoice::Lz4, LEVEL)?.compress(plain, &mut compressed)?;
    }
    let mut bytes = Vec::with_capacity(compressed.len() + 8);
    bytes.extend_from_slice(&(plain.len() as u32).to_le_bytes());
    bytes.extend_from_slice(&(codec as u32).to_le_bytes());
    bytes.extend_from_slice(&compressed);
    Ok(bytes)
}

/// The plain bytes of a section, `most` of them at most.
pub(super) fn unpack(bytes: &[u8], most: usize) -> Result<Vec<u8>> {
    let mut fields = Fields::new(bytes);
    let size = fields.u32()? as usize;
    let codec = u8::try_from(fields.u32()?).map_err(|_| corrupt("Its codec is unknown."))?;
    let stored = fields.take(fields.remaining())?;
    if size > most || !is_believed(size, stored.len()) {
        return Err(corrupt(format!("It claims {size} bytes.")));
    }
    decompress(Codec::from_code(codec)?, stored, size)
}

/// Append a column of numbers of `N` bytes: all lowest bytes, then all of the next, up to the highest.
pub(super) fn put_column<const N: usize>(
    plain: &mut Vec<u8>,
    values: impl Iterator<Item = [u8; N]> + Clone,
) {
    for byte in 0..N {
        plain.extend(values.clone().map(|value| value[byte]));
    }
}

/// The opposite of [`put_column`] for `count` numbers.
pub(super) fn take_column<const N: usize>(
    fields: &mut Fields<'_>,
    count: usize,
) -> Result<Vec<[u8; N]>> {
    let size = count.checked_mul(N).ok_or_else(|| corrupt("It has too many entries."))?;
    let bytes = fields.take(size)?;
    let value = |row: usize| std::array::from_fn(|byte| bytes[byte * count + row]);
    Ok((0..count).map(value).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_return_and_lies_are_refused() {
        for plain in [Vec::new(), vec![7; 1000], (0..=255).collect()] {
            let bytes = pack(&plain).unwrap();
            assert_eq!(unpack(&bytes, 1000).unwrap(), plain);
            assert!(plain.is_empty() || unpack(&bytes, plain.len() - 1).is_err());
            for cut in 0..bytes.len() {
                assert!(unpack(&bytes[..cut], 1000).is_err(), "{cut}");
            }
        }
        assert!(unpack(&[3, 0, 0, 0, 99, 0, 0, 0, 1, 2, 3], 10).is_err(), "a codec");
    }

    #[test]
    fn few_bytes_stand_for_no_more_than_is_believed() {
        let plain = vec![7; 40 << 20];
        let bytes = pack(&plain).unwrap();
        assert!(bytes.len() > plain.len() / 255, "not as small as it could be");
        assert_eq!(unpack(&bytes, plain.len()).unwrap(), plain);
        let mut bomb = Vec::new();
        let mut compressor = Compressor::new(CodecChoice::Zstd, LEVEL).unwrap();
        let codec = compressor.compress(&plain, &mut bomb).unwrap();
        let head = [(plain.len() as u32).to_le_bytes(), (codec as u32).to_le_bytes()].concat();
        let error = unpack(&[head, bomb].concat(), plain.len()).unwrap_err();
        assert!(error.to_string().contains("claims"), "{error}");
    }

    #[test]
    fn columns_return() {
        let values = [0x0403_0201u32, 0x0807_0605];
        let mut plain = Vec::new();
        put_column(&mut plain, values.iter().map(|value| value.to_le_bytes()));
        assert_eq!(plain, [1, 5, 2, 6, 3, 7, 4, 8]);
        let mut fields = Fields::new(&plain);
        let read = take_column(&mut fields, 2).unwrap().into_iter().map(u32::from_le_bytes);
        assert_eq!(read.collect::<Vec<_>>(), values);
        assert!(take_column::<1>(&mut fields, 1).is_err());
        assert!(take_column::<4>(&mut fields, usize::MAX).is_err());
    }
}
