// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The fuzz targets over their corpus, which has a file for each finding: `scripts/reliability.sh fuzz` looks
//! for more. With `CKP_BLESS=1` the seeds of stages are written again, as they have to be when their format
//! changes.

#[allow(dead_code)]
#[path = "../src/bin/ckp/main.rs"]
mod cli;
mod common;
#[path = "../fuzz/src/targets/mod.rs"]
mod targets;

use std::fs;
use std::path::{Path, PathBuf};

use common::memory::Counting;

#[global_allocator]
static MEMORY: Counting = Counting;

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus");
/// The corpus is part of the repository.
const MOST_BYTES: u64 = 300 << 10;

type Target = (&'static str, fn(&[u8]));

const TARGETS: [Target; 5] = [
    ("open", targets::open),
    ("decode", targets::decode),
    ("diff", targets::diff),
    ("arguments", targets::arguments),
    ("operations", targets::operations),
];

fn files(target: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(Path::new(CORPUS).join(target)).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort_unstable();
    files
}

/// One test: the targets count what all threads allocate.
#[test]
fn every_file_of_the_corpus_keeps_the_promises() {
    if std::env::var_os("CKP_BLESS").is_some() {
        for (seed, name) in targets::seeds().iter().zip(["full", "delta", "other_rows"]) {
            for target in ["decode", "diff"] {
                fs::write(Path::new(CORPUS).join(target).join(name), seed).unwrap();
            }
            let file = targets::assemble(seed).unwrap();
            fs::write(Path::new(CORPUS).join("open").join(name), file).unwrap();
        }
    }
    let mut bytes = 0;
    for (name, target) in TARGETS {
        let files = files(name);
        assert!(files.len() > 2, "{name} has a corpus");
        for file in files {
            let data = fs::read(&file).unwrap();
            bytes += data.len() as u64;
            if std::panic::catch_unwind(|| target(&data)).is_err() {
                panic!("{} {}", name, file.display());
            }
        }
    }
    assert!(bytes < MOST_BYTES, "{bytes} bytes");
}
