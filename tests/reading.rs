// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Reading where files do not behave: one that is cut under a reader, a file system without mappings.

mod common;

use std::fs::File;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::sync::Arc;

use ckp::{Depth, Disk, ErrorKind, OpenMode, ReadMode, Store};
use common::{assert_holds, chain, create, save};

/// Names the store for the child process.
const STORE: &str = "CKP_TEST_CUT";
/// Rows whose columns take several pages of a file.
const ROWS: usize = 5000;

/// Runs the test `name` of this file in a process of its own.
fn in_child(name: &str, store: &Path) -> ExitStatus {
    let test = std::env::current_exe().unwrap();
    let output = Command::new(test)
        .args(["--exact", name, "--ignored", "--nocapture"])
        .env(STORE, store)
        .output()
        .unwrap();
    if !output.status.success() {
        println!("{}", String::from_utf8_lossy(&output.stderr));
    }
    output.status
}

/// A reader has a stage open, another program cuts its file, and the reader goes on.
fn read_what_is_cut(mode: ReadMode) {
    let path = std::env::var_os(STORE).expect("run by another test");
    let store = Store::open(Path::new(&path), OpenMode::Read, mode).unwrap();
    let stage = store.stage("a").unwrap();
    let file = store.path().join("stages/a.stage");
    let length = file.metadata().unwrap().len();
    assert!(length > 3 * 4096, "{length} bytes");
    File::options().write(true).open(file).unwrap().set_len(4096).unwrap();
    let error = stage.verify(Depth::Full).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Truncated, "{error}");
    assert!(error.to_string().starts_with("stage a, "), "{error}");
    assert_eq!(store.stage("a").unwrap_err().kind(), ErrorKind::Truncated);
}

#[test]
#[ignore = "a child process of the test below"]
fn child_reads_what_is_cut() {
    read_what_is_cut(ReadMode::default());
}

#[test]
#[ignore = "a child process of the test below"]
fn child_maps_what_is_cut() {
    read_what_is_cut(ReadMode::Mapped);
}

#[test]
fn a_file_that_is_cut_under_a_reader_is_an_error_not_a_signal() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("s.ckp");
    save(&create(&path), "a", &chain(ROWS), 0);
    let status = in_child("child_reads_what_is_cut", &path);
    assert!(status.success(), "{status}");
}

/// What the documents say of mappings is so: else they could be the default.
#[test]
fn a_mapping_that_is_cut_ends_the_process() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("s.ckp");
    save(&create(&path), "a", &chain(ROWS), 0);
    assert_eq!(in_child("child_maps_what_is_cut", &path).signal(), Some(libc::SIGBUS));
}

/// A file system that has no mappings.
#[derive(Debug)]
struct Unmapped;

impl Disk for Unmapped {
    fn map(&self, _: &File) -> io::Result<memmap2::Mmap> {
        Err(io::Error::from_raw_os_error(libc::ENODEV))
    }
}

#[test]
fn a_file_system_without_mappings_is_read() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("s.ckp");
    let table = chain(ROWS);
    save(&create(&path), "a", &table, 0);
    let store = Store::open_on(Arc::new(Unmapped), &path, OpenMode::Read, ReadMode::Mapped);
    let stage = store.unwrap().stage("a").unwrap();
    assert_holds(&stage, &table, 0);
    stage.verify(Depth::Full).unwrap();
}
