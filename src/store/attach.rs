// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Files attached to a stage that is saved: coded block by block, each after the bytes of the base that it
//! is likely to repeat.
//!
//! A file is read twice: to find these bytes, then to code it. Where in the base they are is told by
//! samples: short runs of bytes, chosen by their content, so that what was inserted or removed before them
//! does not matter.

use std::io::{Read, Seek};

use hashbrown::HashMap;
use hashbrown::hash_map::Entry;
use rayon::prelude::*;

use super::attachments::AttachmentReader;
use super::reader::Stage;
use super::writer::StageWriter;
use crate::codec::CodecChoice;
use crate::delta::Predictor;
use crate::error::{Error, ErrorKind, Result};
use crate::format::{ATTACHMENT_BLOCK, ATTACHMENT_WINDOW, BlockEncoder, StreamHasher};
use crate::model::{BlockIndex, Digest, StreamIndex, StreamKey};

/// Blocks that are coded at the same time; they and their windows are held in memory.
const BATCH: usize = 8;
/// Bytes between places where a window may begin.
const STEP: u64 = 1 << 20;
const BLOCK_STEPS: usize = ATTACHMENT_BLOCK / STEP as usize;
/// Attachments of larger bases are coded by themselves: the plan for them would not be small.
const MOST_PLANNED: u64 = 8 << 30;
/// A block that has this share of its samples in its window is coded after it without a second thought.
const SURE: u32 = 4;
/// Else the window has to save this share of what the block takes by itself.
const WINDOW_PAYS: f64 = 0.9;

/// Write the file that `input` reads, and tell its index.
pub(super) fn attach(
    writer: &mut StageWriter,
    name: &str,
    input: &mut (impl Read + Seek),
    base: Option<&Stage>,
) -> Result<StreamIndex> {
    let known = |base| AttachmentReader::open(base, name);
    let plan = match base.and_then(known) {
        Some(known) => Plan::make(known, writer.codec().0, name, input)?,
        None => Plan::default(),
    };
    input.rewind().map_err(|error| cannot_read(name, &error))?;
    let mut known = base.and_then(known);
    let mut hasher = StreamHasher::default();
    let mut blocks = Vec::new();
    let mut count = 0;
    loop {
        let mut jobs = Vec::new();
        while jobs.len() < BATCH {
            let bytes = read_block(name, input)?;
            if bytes.is_empty() {
                break;
            }
            hasher.update_bytes(&bytes);
            count += bytes.len() as u64;
            let way = plan.way(blocks.len() + jobs.len());
            let window = match (way, &mut known) {
                (Way::After { start, .. }, Some(known)) => {
                    known.window(start..start + ATTACHMENT_WINDOW)?.to_vec()
                }
                _ => Vec::new(),
            };
            jobs.push(Job { bytes, way, window });
        }
        if jobs.is_empty() {
            break;
        }
        let (choice, level) = writer.codec();
        let coded: Vec<Result<_>> =
            jobs.into_par_iter().map(|job| job.run(choice, level)).collect();
        for coded in coded {
            let (stored, index) = coded?;
            blocks.push(writer.append(&stored, index)?);
        }
    }
    let checksum = hasher.finish();
    if plan.checksum.is_some_and(|before| before != checksum) {
        let message = format!("Attachment {name} was changed while it was read.");
        return Err(Error::new(ErrorKind::Io, message));
    }
    // Its number is known when all attachments are.
    Ok(StreamIndex { key: StreamKey::attachment(0), count, checksum, blocks })
}

/// Write an attachment of `stage` so that it needs no base.
pub(super) fn attach_again(
    writer: &mut StageWriter,
    stage: &Stage,
    name: &str,
) -> Result<Option<StreamIndex>> {
    let Some(mut reader) = AttachmentReader::open(stage, name) else { return Ok(None) };
    let (choice, level) = writer.codec();
    let mut encoder = BlockEncoder::new(choice, level)?;
    let mut blocks = Vec::new();
    while let Some(bytes) = reader.next_block()? {
        let (stored, index) = encoder.bytes(Predictor::None, &bytes)?;
        blocks.push(writer.append(stored, index)?);
    }
    Ok(Some(StreamIndex { blocks, ..reader.stream().clone() }))
}

/// How a block is coded.
#[derive(Clone, Copy)]
enum Way {
    /// By itself.
    Plain,
    /// It is that of the base.
    Same,
    /// After the window that begins at `start`; if not sure, only where that pays.
    After { start: u64, is_sure: bool },
}

/// A block to code.
struct Job {
    bytes: Vec<u8>,
    way: Way,
    window: Vec<u8>,
}

impl Job {
    fn run(self, choice: CodecChoice, level: i32) -> Result<(Vec<u8>, BlockIndex)> {
        let mut encoder = BlockEncoder::new(choice, level)?;
        let owned = |(stored, index): (&[u8], BlockIndex)| (stored.to_vec(), index);
        match self.way {
            Way::Plain => Ok(owned(encoder.bytes(Predictor::None, &self.bytes)?)),
            Way::Same => Ok(owned(encoder.same(self.bytes.len()))),
            Way::After { start, is_sure } => {
                let after = owned(encoder.after(start, &self.window, &self.bytes)?);
                if is_sure {
                    return Ok(after);
                }
                let plain = encoder.bytes(Predictor::None, &self.bytes)?;
                let pays = (after.0.len() as f64) < WINDOW_PAYS * plain.0.len() as f64;
                Ok(if pays { after } else { owned(plain) })
            }
        }
    }
}

/// How the blocks of a file are coded.
#[derive(Default)]
struct Plan {
    /// That of the file, if it was read.
    checksum: Option<Digest>,
    /// The file is that of the base.
    is_same: bool,
    ways: Vec<Way>,
}

impl Plan {
    /// For the file that `input` reads, with `known` in the base.
    fn make(
        mut known: AttachmentReader<'_>,
        choice: CodecChoice,
        name: &str,
        input: &mut impl Read,
    ) -> Result<Self> {
        let length = known.stream().count;
        let is_planned = !choice.is_quick() && length <= MOST_PLANNED;
        let mut hasher = StreamHasher::default();
        let mut sampler = Sampler::new(length);
        let mut samples = Vec::new();
        let mut count = 0;
        loop {
            let bytes = read_block(name, input)?;
            if bytes.is_empty() {
                break;
            }
            hasher.update_bytes(&bytes);
            count += bytes.len() as u64;
            if is_planned {
                let mut of_block = Vec::new();
                sampler.feed(&bytes, |sample, _| of_block.push(sample));
                samples.push(of_block);
            }
        }
        let checksum = hasher.finish();
        let is_same = count == length && checksum == known.stream().checksum;
        let plan = Self { checksum: Some(checksum), is_same, ways: Vec::new() };
        if is_same || !is_planned {
            return Ok(plan);
        }
        let mut places = Places::default();
        let mut sampler = Sampler::new(length);
        while let Some(bytes) = known.next_block()? {
            sampler.feed(&bytes, |sample, position| places.add(sample, position));
        }
        let hits = |samples: &Vec<u64>| {
            let mut hits = Hits::new(length);
            samples.iter().for_each(|sample| hits.add(places.find(*sample)));
            hits
        };
        let hits: Vec<Hits> = samples.iter().map(hits).collect();
        Ok(Self { ways: windows(&hits), ..plan })
    }

    fn way(&self, block: usize) -> Way {
        match self.ways.get(block) {
            _ if self.is_same => Way::Same,
            Some(way) => *way,
            None => Way::Plain,
        }
    }
}

/// Windows that have as many of the samples of all blocks as can be, none of which begins before that of
/// the block before it.
fn windows(hits: &[Hits]) -> Vec<Way> {
    let starts = hits.first().map_or(0, |hits| hits.of_step.len());
    // The most samples of all blocks so far, the last window beginning at each step; and at which step that
    // of the block before begins then.
    let mut most = vec![0u64; starts];
    let mut before: Vec<Vec<u32>> = Vec::new();
    for (block, hits) in hits.iter().enumerate() {
        let mut best = (0, 0);
        let mut from = Vec::with_capacity(starts);
        let mut next = Vec::with_capacity(starts);
        for (start, known) in most.iter().enumerate() {
            if *known > best.0 {
                best = (*known, start);
            }
            from.push(best.1 as u32);
            // Where samples tell nothing, the place of the block is as good as any.
            let is_in_place = start == (block * BLOCK_STEPS).saturating_sub(BLOCK_STEPS / 2);
            next.push(best.0 + 2 * u64::from(hits.in_window(start)) + u64::from(is_in_place));
        }
        most = next;
        before.push(from);
    }
    let last = (0..starts).rev().max_by_key(|start| most[*start]);
    let Some(mut start) = last else { return vec![Way::Plain; hits.len()] };
    let mut ways = Vec::with_capacity(hits.len());
    for (hits, before) in hits.iter().zip(before).rev() {
        let found = hits.in_window(start);
        let is_sure = found > 0 && found * SURE >= hits.samples;
        ways.push(match found + hits.anywhere {
            0 => Way::Plain,
            _ => Way::After { start: start as u64 * STEP, is_sure },
        });
        start = before[start] as usize;
    }
    ways.reverse();
    ways
}

/// How many of the samples of a block are where in the base.
struct Hits {
    samples: u32,
    /// Those that are in more than one place.
    anywhere: u32,
    of_step: Vec<u32>,
}

impl Hits {
    fn new(length: u64) -> Self {
        Self { samples: 0, anywhere: 0, of_step: vec![0; length.div_ceil(STEP) as usize] }
    }

    fn add(&mut self, place: Option<Option<u64>>) {
        self.samples += 1;
        match place {
            None => {}
            Some(None) => self.anywhere += 1,
            Some(Some(position)) => {
                if let Some(count) = self.of_step.get_mut((position / STEP) as usize) {
                    *count += 1;
                }
            }
        }
    }

    fn in_window(&self, start: usize) -> u32 {
        self.of_step.iter().skip(start).take((ATTACHMENT_WINDOW / STEP) as usize).sum()
    }
}

/// Where samples are in the base; `None` for those that are there more than once.
#[derive(Default)]
struct Places(HashMap<u64, Option<u64>>);

impl Places {
    fn add(&mut self, sample: u64, position: u64) {
        match self.0.entry(sample) {
            Entry::Occupied(mut known) => *known.get_mut() = None,
            Entry::Vacant(new) => {
                new.insert(Some(position));
            }
        }
    }

    fn find(&self, sample: u64) -> Option<Option<u64>> {
        self.0.get(&sample).copied()
    }
}

/// Chooses runs of 32 bytes by a hash of them that moves on byte by byte.
struct Sampler {
    hash: u64,
    position: u64,
    last: u64,
    /// Bits of the hash that are 0 in a sample.
    bits: u32,
}

impl Sampler {
    /// For a base of `length` bytes: one byte of 1024, and never more than about a million.
    fn new(length: u64) -> Self {
        let bits = length.max(1).ilog2().saturating_sub(20).max(10);
        Self { hash: 0, position: 0, last: 0, bits }
    }

    /// Call `found` for each sample that ends in `bytes`, the next of the file.
    fn feed(&mut self, bytes: &[u8], mut found: impl FnMut(u64, u64)) {
        for byte in bytes {
            // A byte leaves the hash when it was shifted 32 times.
            self.hash = (self.hash << 2).wrapping_add(RANDOM[usize::from(*byte)]);
            // Runs of equal bytes are one sample.
            if self.hash >> (64 - self.bits) == 0 && self.hash != self.last {
                self.last = self.hash;
                found(self.hash, self.position);
            }
            self.position += 1;
        }
    }
}

/// A random number for each byte, by SplitMix64.
const RANDOM: [u64; 256] = {
    let mut numbers = [0; 256];
    let mut state = 0u64;
    let mut at = 0;
    while at < numbers.len() {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut number = state;
        number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        numbers[at] = number ^ (number >> 31);
        at += 1;
    }
    numbers
};

/// The next bytes of the file, as many as a block has; none at its end.
fn read_block(name: &str, input: &mut impl Read) -> Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(ATTACHMENT_BLOCK);
    let read = input.by_ref().take(ATTACHMENT_BLOCK as u64).read_to_end(&mut bytes);
    read.map_err(|error| cannot_read(name, &error))?;
    Ok(bytes)
}

fn cannot_read(name: &str, error: &std::io::Error) -> Error {
    Error::io(format_args!("Cannot read attachment {name}"), error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(samples: u32, of_step: &[u32]) -> Hits {
        Hits { samples, anywhere: 0, of_step: of_step.to_vec() }
    }

    fn starts(hits: &[Hits]) -> Vec<Option<u64>> {
        let start = |way| match way {
            Way::After { start, .. } => Some(start / STEP),
            _ => None,
        };
        windows(hits).into_iter().map(start).collect()
    }

    #[test]
    fn windows_move_forward_to_where_most_is() {
        let at = |step: usize| {
            let mut of_step = vec![0; 40];
            of_step[step] = 10;
            hits(10, &of_step)
        };
        assert_eq!(starts(&[]), []);
        let chosen = starts(&[at(0), at(9), at(30), at(20), at(21)]);
        assert_eq!(chosen.len(), 5);
        assert_eq!(chosen[2], None, "one that is far ahead would cost all behind it");
        for (start, step) in [(chosen[0], 0), (chosen[1], 9), (chosen[3], 20), (chosen[4], 21)] {
            assert!((start.unwrap()..start.unwrap() + 8).contains(&step), "{chosen:?}");
        }
        assert!(chosen.iter().flatten().is_sorted());
        let lost = || Hits { anywhere: 3, ..hits(10, &[0; 40]) };
        assert_eq!(starts(&[lost(), lost(), lost()]), [Some(0), Some(2), Some(6)], "in place");
        assert_eq!(starts(&[lost(), at(20), hits(10, &[0; 40])])[1..], [Some(13), None]);
    }

    #[test]
    fn samples_do_not_depend_on_what_is_before() {
        let bytes: Vec<u8> =
            (0..200_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let samples = |bytes: &[u8], pieces: usize| {
            let mut found = Vec::new();
            let mut sampler = Sampler::new(1000);
            for piece in bytes.chunks(pieces) {
                sampler.feed(piece, |sample, position| found.push((sample, position)));
            }
            found
        };
        let all = samples(&bytes, 4096);
        assert!((50..800).contains(&all.len()), "{}", all.len());
        assert_eq!(all, samples(&bytes, 77));
        let shifted = samples(&[b"inserted", &bytes[..]].concat(), 4096);
        let moved: Vec<_> = all.iter().map(|(sample, at)| (*sample, at + 8)).collect();
        assert!(moved.iter().filter(|sample| shifted.contains(sample)).count() + 2 > moved.len());
        assert!(samples(&[0; 100_000], 4096).len() <= 1, "runs are no samples");
    }
}
