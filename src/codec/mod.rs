// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! General compressors behind one interface. They see bytes, not timing.

mod lz4;
mod zstd;

use crate::error::{Result, corrupt};

/// Which compressor a save uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CodecChoice {
    /// Decide per block from the data.
    #[default]
    Auto,
    /// LZ4: speed.
    Lz4,
    /// Zstandard: size.
    Zstd,
}

impl CodecChoice {
    /// From its number in the C ABI.
    pub fn from_code(code: u64) -> Option<Self> {
        match code {
            0 => Some(Self::Auto),
            1 => Some(Self::Lz4),
            2 => Some(Self::Zstd),
            _ => None,
        }
    }
}

/// How the bytes of one block are compressed. The numbers are those of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Codec {
    /// As they are.
    Stored = 0,
    /// One LZ4 block.
    Lz4 = 1,
    /// One Zstandard frame.
    Zstd = 2,
}

impl Codec {
    pub fn from_code(code: u8) -> Result<Self> {
        match code {
            0 => Ok(Self::Stored),
            1 => Ok(Self::Lz4),
            2 => Ok(Self::Zstd),
            _ => Err(corrupt(format!("Codec {code} is not known."))),
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Stored => "stored",
            Self::Lz4 => "lz4",
            Self::Zstd => "zstd",
        }
    }
}

/// Compresses block after block with one choice and level.
pub(crate) struct Compressor {
    choice: CodecChoice,
    zstd: zstd::Compressor,
}

impl Compressor {
    /// `level` is that of Zstandard, 1 to 19.
    pub fn new(choice: CodecChoice, level: i32) -> Result<Self> {
        Ok(Self {
            choice,
            zstd: zstd::Compressor::new(level)?,
        })
    }

    /// Compress `bytes` into `out` (replacing what it holds) and say how. Bytes that do not become
    /// smaller are stored.
    pub fn compress(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<Codec> {
        let codec = match self.choice {
            CodecChoice::Lz4 => {
                lz4::compress(bytes, out)?;
                Codec::Lz4
            }
            CodecChoice::Auto | CodecChoice::Zstd => {
                self.zstd.compress(bytes, out)?;
                Codec::Zstd
            }
        };
        if out.len() < bytes.len() {
            return Ok(codec);
        }
        out.clear();
        out.extend_from_slice(bytes);
        Ok(Codec::Stored)
    }
}

/// Decompress `bytes` to exactly `size` bytes.
pub(crate) fn decompress(codec: Codec, bytes: &[u8], size: usize) -> Result<Vec<u8>> {
    let out = match codec {
        Codec::Stored => bytes.to_vec(),
        Codec::Lz4 => lz4::decompress(bytes, size)?,
        Codec::Zstd => zstd::decompress(bytes, size)?,
    };
    if out.len() != size {
        let name = codec.name();
        return Err(corrupt(format!(
            "A {name} block holds {} bytes instead of {size}.",
            out.len()
        )));
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    fn noise(len: usize) -> Vec<u8> {
        let mut state = 1u64;
        (0..len)
            .map(|_| {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                (state >> 56) as u8
            })
            .collect()
    }

    #[test]
    fn every_codec_gives_back_what_it_took() {
        let ramp: Vec<u8> = (0..10_000u32).map(|i| (i / 50) as u8).collect();
        for choice in [CodecChoice::Auto, CodecChoice::Lz4, CodecChoice::Zstd] {
            let mut compressor = Compressor::new(choice, 3).unwrap();
            for bytes in [Vec::new(), vec![7], ramp.clone(), noise(5_000)] {
                let mut out = Vec::new();
                let codec = compressor.compress(&bytes, &mut out).unwrap();
                assert!(
                    out.len() <= bytes.len(),
                    "{choice:?} grew {} bytes",
                    bytes.len()
                );
                assert_eq!(decompress(codec, &out, bytes.len()).unwrap(), bytes);
            }
        }
    }

    #[test]
    fn noise_is_stored_and_order_is_not() {
        let mut compressor = Compressor::new(CodecChoice::Auto, 3).unwrap();
        let mut out = Vec::new();
        assert_eq!(
            compressor.compress(&noise(4096), &mut out).unwrap(),
            Codec::Stored
        );
        assert_eq!(
            compressor.compress(&[5; 4096], &mut out).unwrap(),
            Codec::Zstd
        );
        assert!(out.len() < 64);
    }

    #[test]
    fn wrong_sizes_and_garbage_are_errors() {
        for choice in [CodecChoice::Lz4, CodecChoice::Zstd] {
            let mut compressor = Compressor::new(choice, 3).unwrap();
            let mut out = Vec::new();
            let codec = compressor.compress(&[5; 4096], &mut out).unwrap();
            for size in [0, 4095, 4097] {
                let error = decompress(codec, &out, size).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Corrupt);
            }
            for cut in 0..out.len() {
                assert!(
                    decompress(codec, &out[..cut], 4096).is_err(),
                    "{choice:?} {cut}"
                );
            }
            assert!(decompress(codec, &noise(64), 4096).is_err());
        }
        assert!(decompress(Codec::Stored, &[1, 2], 3).is_err());
        assert!(Codec::from_code(3).is_err());
        assert!(CodecChoice::from_code(3).is_none());
    }
}
