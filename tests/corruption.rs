// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Every bit flipped and every length cut, of every file of a small store with everything that the format has:
//! what is wrong is found, nothing panics, no value is wrong, and no more memory is asked for than the files
//! justify. The same of stores that earlier versions wrote. `CKP_EXHAUSTIVE=1` also reads all values for every bit,
//! and takes every bit of those stores; docs/reliability.md has the figures.

mod common;

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use ckp::{Depth, OpenMode, ReadMode, Result, Store};
use common::everything::{STAGES, read_all, save_all};
use common::fixtures::{self, copy, fixtures};
use common::memory::{Counting, peak};

#[global_allocator]
static MEMORY: Counting = Counting;

/// What one thread may hold: the store's own stages with all that is decoded of them. It is about twice of
/// what reading the sound store takes.
const MOST_HELD: usize = 24 << 20;
/// All values are read for one of so many bits.
const SAMPLE: usize = 97;
const THREADS: usize = 4;

fn open(path: &Path) -> Result<Store> {
    Store::open(path, OpenMode::Read, ReadMode::Positioned)
}

fn everything(path: &Path) {
    save_all(&common::create(path));
}

/// A store of its own for each thread, and the numbers of what to do to it, shared out.
fn share_out(count: usize, make: impl Fn(&Path) + Sync, work: impl Fn(&Path, usize) + Sync) {
    let next = AtomicUsize::new(0);
    let held = peak(|| {
        std::thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    let directory = tempfile::tempdir().unwrap();
                    let path = directory.path().join("s.ckp");
                    make(&path);
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= count {
                            break;
                        }
                        work(&path, number);
                    }
                });
            }
        });
    });
    assert!(held < THREADS * MOST_HELD, "{held} bytes were held");
}

fn stage_file(store: &Path, stage: &str) -> PathBuf {
    store.join("stages").join(format!("{stage}.stage"))
}

/// Sizes differ by what tells the time only: those of one save are those of all.
fn size(of: impl Fn(&Path) -> PathBuf) -> usize {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("s.ckp");
    everything(&path);
    fs::metadata(of(&path)).unwrap().len() as usize
}

/// The stage is refused, or its damage is found and all that can be read is right.
fn is_found(store: &Path, stage: &str, reads: bool) -> bool {
    let store = open(store).unwrap();
    let Ok(opened) = store.stage(stage) else { return true };
    if reads {
        let errors = read_all(&opened, stage);
        return !errors.is_empty() && opened.verify(Depth::Full).is_err();
    }
    opened.verify(Depth::Quick).is_err()
}

/// A file with one bit that is wrong.
struct Flipped {
    file: File,
    offset: u64,
    byte: [u8; 1],
}

impl Flipped {
    /// `None` behind the end of the file.
    fn new(path: &Path, bit: usize) -> Option<Self> {
        let file = File::options().read(true).write(true).open(path).unwrap();
        let (offset, mut byte) = ((bit / 8) as u64, [0]);
        file.read_exact_at(&mut byte, offset).ok()?;
        file.write_all_at(&[byte[0] ^ (1 << (bit % 8))], offset).unwrap();
        Some(Self { file, offset, byte })
    }

    fn undo(self) {
        self.file.write_all_at(&self.byte, self.offset).unwrap();
    }
}

/// Also without a word about it: what is behind a wrong bit is never a value.
#[test]
fn every_bit_of_every_stage_file_is_looked_at() {
    let exhaustive = std::env::var_os("CKP_EXHAUSTIVE").is_some();
    let mut total = 0;
    for stage in STAGES {
        // The time of the save makes files some bytes longer or shorter.
        let bytes = size(|store| stage_file(store, stage)) + 16;
        total += bytes * 8;
        share_out(bytes * 8, everything, |store, bit| {
            let Some(flipped) = Flipped::new(&stage_file(store, stage), bit) else { return };
            let reads = exhaustive || bit % SAMPLE == 0;
            assert!(is_found(store, stage, reads), "bit {bit} of {stage}");
            // What is wrong with a base is wrong with what is on top.
            if bit % SAMPLE == 0 {
                assert!(is_found(store, "c", false), "bit {bit} of {stage}, a base");
            }
            flipped.undo();
        });
    }
    println!("{total} bits of {} stage files", STAGES.len());
}

#[test]
fn every_bit_of_what_was_written_once_is_looked_at() {
    let step = if std::env::var_os("CKP_EXHAUSTIVE").is_some() { 1 } else { SAMPLE };
    let (mut total, mut files) = (0, 0);
    for fixture in fixtures() {
        for file in fixtures::files(&fixture.join("stages")) {
            let stage = file.file_stem().unwrap().to_str().unwrap();
            let bits = 8 * fs::metadata(&file).unwrap().len() as usize;
            share_out(
                bits.div_ceil(step),
                |path| copy(&fixture, path),
                |store, number| {
                    let bit = number * step;
                    let flipped = Flipped::new(&stage_file(store, stage), bit).unwrap();
                    assert!(is_found(store, stage, false), "bit {bit} of {}", file.display());
                    flipped.undo();
                },
            );
            total += bits.div_ceil(step);
            files += 1;
        }
    }
    assert!(files >= 18, "{files} files of fixtures");
    println!("{total} bits of {files} stage files of fixtures");
}

#[test]
fn every_length_of_every_stage_file_is_refused() {
    for stage in STAGES {
        let bytes = size(|store| stage_file(store, stage)) + 16;
        share_out(bytes, everything, |store, length| {
            let path = stage_file(store, stage);
            let sound = fs::read(&path).unwrap();
            if length >= sound.len() {
                return;
            }
            fs::write(&path, &sound[..length]).unwrap();
            let error = open(store).unwrap().stage(stage).unwrap_err();
            assert_eq!(error.kind(), ckp::ErrorKind::Truncated, "{length}: {error}");
            fs::write(&path, &sound).unwrap();
        });
    }
}

/// Every change of a small file: a bit flipped, or the rest cut away.
fn changes(sound: &[u8]) -> Vec<Vec<u8>> {
    let flipped = (0..sound.len() * 8).map(|bit| {
        let mut bytes = sound.to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        bytes
    });
    flipped.chain((0..sound.len()).map(|length| sound[..length].to_vec())).collect()
}

#[test]
fn a_store_whose_marker_is_wrong_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("s.ckp");
    save_all(&common::create(&path));
    let marker = path.join("CKP_STORE");
    for bytes in changes(&fs::read(&marker).unwrap()) {
        fs::write(&marker, &bytes).unwrap();
        for mode in [OpenMode::Read, OpenMode::Create] {
            let opened = Store::open(&path, mode, ReadMode::Positioned);
            assert!(opened.is_err(), "{:?}", String::from_utf8_lossy(&bytes));
        }
    }
}

/// The head has no checksum. It says what the next stage is a delta of, and nothing about those that are there:
/// a wrong one is found, or is another stage of the store, which serves as well.
#[test]
fn a_wrong_head_loses_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("s.ckp");
    let store = common::create(&path);
    save_all(&store);
    let head = path.join("HEAD");
    for bytes in changes(&fs::read(&head).unwrap()) {
        fs::write(&head, &bytes).unwrap();
        let is_named = |name: &String| STAGES.contains(&name.as_str());
        let known = store.head().ok().flatten().is_some_and(|name| is_named(&name));
        let found = store.verify(Depth::Quick).unwrap().findings;
        assert_eq!(found.is_empty(), known, "{:?}: {found:?}", String::from_utf8_lossy(&bytes));
        assert!(found.iter().all(|finding| finding.stage.is_none()));
    }
    for stage in STAGES {
        assert!(read_all(&store.stage(stage).unwrap(), stage).is_empty());
    }
}
