// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Compressors behind one interface. They see bytes and numbers, not timing.

mod lz4;
mod numbers;
mod pco;
pub(crate) mod range;
mod shuffle;
pub(crate) mod symbol;
mod zigzag;
mod zstd;

use shuffle::{shuffle, unshuffle};
pub(crate) use zigzag::{unzigzag, zigzag};

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
    /// The numeric codec for numbers, Zstandard for bytes.
    Numeric,
}

impl CodecChoice {
    /// Whether time counts for more than bytes, in all that a writer may choose.
    pub(crate) fn is_quick(self) -> bool {
        self == Self::Lz4
    }

    /// From its number in the C ABI.
    pub fn from_code(code: u64) -> Option<Self> {
        match code {
            0 => Some(Self::Auto),
            1 => Some(Self::Lz4),
            2 => Some(Self::Zstd),
            3 => Some(Self::Numeric),
            _ => None,
        }
    }
}

/// How the bytes or words of one block are compressed. The numbers are those of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Codec {
    /// As they are; words shuffled.
    Stored = 0,
    /// One LZ4 block; words shuffled.
    Lz4 = 1,
    /// One Zstandard frame; words shuffled.
    Zstd = 2,
    /// One pco file; words only.
    Pco = 3,
    /// One Zstandard frame of words that are not shuffled; words only.
    ZstdWords = 4,
    /// Numbers by an adaptive range coder; words only.
    Numbers = 5,
    /// One pco file of signed numbers; words only.
    PcoSigned = 6,
}

impl Codec {
    pub fn from_code(code: u8) -> Result<Self> {
        match code {
            0 => Ok(Self::Stored),
            1 => Ok(Self::Lz4),
            2 => Ok(Self::Zstd),
            3 => Ok(Self::Pco),
            4 => Ok(Self::ZstdWords),
            5 => Ok(Self::Numbers),
            6 => Ok(Self::PcoSigned),
            _ => Err(corrupt(format!("Codec {code} is not known."))),
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Stored => "stored",
            Self::Lz4 => "lz4",
            Self::Zstd => "zstd",
            Self::Pco => "pco",
            Self::ZstdWords => "zstd words",
            Self::Numbers => "numbers",
            Self::PcoSigned => "pco signed",
        }
    }
}

/// Blocks of fewer words are small enough to try more than one codec on.
const FEW_WORDS: usize = 4096;
/// Beyond this level, time counts little.
const BEST_LEVELS: i32 = 9;

/// Compresses block after block with one choice and level.
pub(crate) struct Compressor {
    choice: CodecChoice,
    level: i32,
    zstd: zstd::Compressor,
    shuffled: Vec<u8>,
    other: Vec<u8>,
}

impl Compressor {
    /// `level` is that of Zstandard, 1 to 19.
    pub fn new(choice: CodecChoice, level: i32) -> Result<Self> {
        let zstd = zstd::Compressor::new(level)?;
        Ok(Self { choice, level, zstd, shuffled: Vec::new(), other: Vec::new() })
    }

    /// Compress `bytes` into `out` (replacing what it holds) and say how. Bytes that do not become
    /// smaller are stored.
    pub fn compress(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<Codec> {
        let codec = match self.choice {
            CodecChoice::Lz4 => {
                lz4::compress(bytes, out)?;
                Codec::Lz4
            }
            CodecChoice::Auto | CodecChoice::Zstd | CodecChoice::Numeric => {
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

    /// Compress `bytes` by Zstandard into `out`, which it replaces, where they are likely to repeat those
    /// of `before`.
    pub fn compress_after(&mut self, before: &[u8], bytes: &[u8], out: &mut Vec<u8>) -> Result<()> {
        self.zstd.compress_after(before, bytes, out)
    }

    /// Compress words, likewise.
    pub fn compress_words(&mut self, words: &[u32], out: &mut Vec<u8>) -> Result<Codec> {
        let numeric = matches!(self.choice, CodecChoice::Auto | CodecChoice::Numeric);
        if !numeric {
            return self.compress_shuffled(words, out);
        }
        let mut best = Codec::Pco;
        if pco::are_lopsided(words) {
            pco::compress(&pco::signed(words), self.pco_level(), out)?;
            best = Codec::PcoSigned;
        } else {
            pco::compress(words, self.pco_level(), out)?;
        }
        // Whole words that come again are nothing to pco, and cut to pieces by the shuffle.
        let are_few = words.len() < FEW_WORDS;
        if let Some(few) = self.compress_few(words).filter(|few| few.len() < out.len()) {
            *out = few;
            best = Codec::Numbers;
        }
        if self.choice == CodecChoice::Auto && (are_few || repeats(words)) {
            let mut other = std::mem::take(&mut self.other);
            if are_few {
                let shuffled = self.compress_shuffled(words, &mut other)?;
                if other.len() < out.len() {
                    std::mem::swap(out, &mut other);
                    best = shuffled;
                }
            }
            let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
            self.zstd.compress(&bytes, &mut other)?;
            if other.len() < out.len() {
                std::mem::swap(out, &mut other);
                best = Codec::ZstdWords;
            }
            self.other = other;
        }
        if out.len() < words.len() * 4 {
            return Ok(best);
        }
        out.clear();
        shuffle(words, out);
        Ok(Codec::Stored)
    }

    /// Compress words by the range coder, if they are few: it learns from the first one on and needs no
    /// tables, but takes its time for each. Where size counts most, they may be many.
    pub fn compress_few(&self, words: &[u32]) -> Option<Vec<u8>> {
        let numeric = matches!(self.choice, CodecChoice::Auto | CodecChoice::Numeric);
        let pays = words.len() < FEW_WORDS || self.level > BEST_LEVELS;
        (numeric && pays).then(|| numbers::compress(words))
    }

    fn compress_shuffled(&mut self, words: &[u32], out: &mut Vec<u8>) -> Result<Codec> {
        let mut shuffled = std::mem::take(&mut self.shuffled);
        shuffled.clear();
        shuffle(words, &mut shuffled);
        let codec = self.compress(&shuffled, out);
        self.shuffled = shuffled;
        codec
    }

    /// Levels of pco are 0 to 12, and gain little beyond the middle ones.
    fn pco_level(&self) -> usize {
        if self.level > BEST_LEVELS { 10 } else { 7 }
    }
}

/// Whether many long words come more than once, judged by some that stand together. Short ones cost little
/// by themselves.
fn repeats(words: &[u32]) -> bool {
    const SAMPLE: usize = 4096;
    const LONG: u32 = 1 << 12;
    let start = words.len().saturating_sub(SAMPLE) / 2;
    let sample = words.iter().skip(start).take(SAMPLE);
    let mut long: Vec<u32> = sample.copied().filter(|word| *word >= LONG).collect();
    let count = long.len();
    long.sort_unstable();
    long.dedup();
    (count - long.len()) * 4 > words.len().min(SAMPLE)
}

/// Decompress `bytes` to exactly `size` bytes.
pub(crate) fn decompress(codec: Codec, bytes: &[u8], size: usize) -> Result<Vec<u8>> {
    let out = match codec {
        Codec::Stored => bytes.to_vec(),
        Codec::Lz4 => lz4::decompress(bytes, size)?,
        Codec::Zstd => zstd::decompress(bytes, size)?,
        Codec::Pco | Codec::ZstdWords | Codec::Numbers | Codec::PcoSigned => {
            return Err(corrupt("Bytes cannot have a codec of words."));
        }
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

/// Decompress `bytes`, compressed after `before`, to exactly `size` bytes.
pub(crate) fn decompress_after(before: &[u8], bytes: &[u8], size: usize) -> Result<Vec<u8>> {
    let out = zstd::decompress_after(before, bytes, size)?;
    if out.len() != size {
        return Err(corrupt(format!("A zstd block holds {} bytes instead of {size}.", out.len())));
    }
    Ok(out)
}

/// Decompress `bytes` to exactly `count` words.
pub(crate) fn decompress_words(codec: Codec, bytes: &[u8], count: usize) -> Result<Vec<u32>> {
    match codec {
        Codec::Pco => pco::decompress(bytes, count),
        Codec::PcoSigned => Ok(pco::unsigned(&pco::decompress(bytes, count)?)),
        Codec::Numbers => numbers::decompress(bytes, count),
        Codec::ZstdWords => {
            let bytes = decompress(Codec::Zstd, bytes, count * 4)?;
            let words = bytes.chunks_exact(4).map(|word| match word {
                [a, b, c, d] => u32::from_le_bytes([*a, *b, *c, *d]),
                _ => 0,
            });
            Ok(words.collect())
        }
        _ => Ok(unshuffle(&decompress(codec, bytes, count * 4)?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    const CHOICES: [CodecChoice; 4] =
        [CodecChoice::Auto, CodecChoice::Lz4, CodecChoice::Zstd, CodecChoice::Numeric];

    fn noise(len: usize) -> Vec<u8> {
        let mut state = 1u64;
        (0..len)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (state >> 56) as u8
            })
            .collect()
    }

    fn noise_words(count: usize) -> Vec<u32> {
        unshuffle(&noise(count * 4))
    }

    #[test]
    fn every_codec_gives_back_what_it_took() {
        let ramp: Vec<u8> = (0..10_000u32).map(|i| (i / 50) as u8).collect();
        let small: Vec<u32> = noise_words(10_000).into_iter().map(|word| word >> 20).collect();
        for choice in CHOICES {
            let mut compressor = Compressor::new(choice, 3).unwrap();
            let mut out = Vec::new();
            for bytes in [Vec::new(), vec![7], ramp.clone(), noise(5_000)] {
                let codec = compressor.compress(&bytes, &mut out).unwrap();
                assert!(out.len() <= bytes.len(), "{choice:?} grew {} bytes", bytes.len());
                assert_eq!(decompress(codec, &out, bytes.len()).unwrap(), bytes);
            }
            for words in [vec![], vec![7], small.clone(), noise_words(9_000), noise_words(50)] {
                let codec = compressor.compress_words(&words, &mut out).unwrap();
                assert!(out.len() <= words.len() * 4, "{choice:?} grew {} words", words.len());
                assert_eq!(decompress_words(codec, &out, words.len()).unwrap(), words);
            }
        }
    }

    #[test]
    fn the_codec_follows_the_data() {
        let mut compressor = Compressor::new(CodecChoice::Auto, 3).unwrap();
        let mut out = Vec::new();
        assert_eq!(compressor.compress(&noise(4096), &mut out).unwrap(), Codec::Stored);
        assert_eq!(compressor.compress(&[5; 4096], &mut out).unwrap(), Codec::Zstd);
        assert!(out.len() < 64);
        assert_eq!(compressor.compress_words(&noise_words(9000), &mut out).unwrap(), Codec::Stored);
        let small: Vec<u32> = noise_words(9000).into_iter().map(|word| word >> 12).collect();
        assert_eq!(compressor.compress_words(&small, &mut out).unwrap(), Codec::Pco);
        let again: Vec<u32> = noise_words(700).into_iter().cycle().take(9000).collect();
        assert_eq!(compressor.compress_words(&again, &mut out).unwrap(), Codec::ZstdWords);
        assert_eq!(decompress_words(Codec::ZstdWords, &out, 9000).unwrap(), again);
        assert!(decompress_words(Codec::ZstdWords, &out, 8999).is_err());
        let steps: Vec<u32> = (0..300).map(|i| 0x1234_0000 + i * i).collect();
        assert_eq!(compressor.compress_words(&steps, &mut out).unwrap(), Codec::Zstd);
    }

    #[test]
    fn what_repeats_other_bytes_costs_little_and_needs_them() {
        let before = noise(300_000);
        let bytes = [&before[200_000..], b"new", &before[..150_000]].concat();
        let mut compressor = Compressor::new(CodecChoice::Zstd, 3).unwrap();
        let mut out = Vec::new();
        compressor.compress_after(&before, &bytes, &mut out).unwrap();
        assert!(out.len() < 200, "{}", out.len());
        assert_eq!(decompress_after(&before, &out, bytes.len()).unwrap(), bytes);
        for size in [0, bytes.len() - 1, bytes.len() + 1] {
            assert!(decompress_after(&before, &out, size).is_err());
        }
        let other = decompress_after(&before[1..], &out, bytes.len());
        assert!(other.is_err() || other.unwrap() != bytes);
        // What was compressed after something leaves no trace in what comes next.
        assert_eq!(compressor.compress(&bytes, &mut out).unwrap(), Codec::Stored);
        for (before, bytes) in [(&[][..], &[][..]), (&[], &[7]), (&[7], &[])] {
            compressor.compress_after(before, bytes, &mut out).unwrap();
            assert_eq!(decompress_after(before, &out, bytes.len()).unwrap(), bytes);
        }
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
                assert!(decompress(codec, &out[..cut], 4096).is_err(), "{choice:?} {cut}");
            }
            assert!(decompress(codec, &noise(64), 4096).is_err());
        }
        assert!(decompress(Codec::Stored, &[1, 2], 3).is_err());
        assert!(decompress(Codec::Pco, &[1, 2], 2).is_err());
        assert!(decompress(Codec::ZstdWords, &[1, 2], 2).is_err());
        assert!(decompress_words(Codec::Pco, &noise(64), 40).is_err());
        assert!(Codec::from_code(7).is_err());
        assert!(CodecChoice::from_code(4).is_none());
    }
}
