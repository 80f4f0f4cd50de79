// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! A store that somebody else made: links, pipes and devices in it lead nowhere, and what is created is for
//! whom the umask says.

mod common;

use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc;
use std::time::Duration;

use ckp::{CompactMode, Depth, OpenMode, ReadMode, Store};
use common::everything::{NOTES, STAGES, notes, save_all};
use common::{chain, create, save_with};

struct Place {
    directory: tempfile::TempDir,
    store: Store,
}

impl Place {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = create(&directory.path().join("s.ckp"));
        save_all(&store);
        fs::create_dir(directory.path().join("outside")).unwrap();
        fs::write(directory.path().join("outside/victim"), "precious").unwrap();
        Self { directory, store }
    }

    fn outside(&self, name: &str) -> PathBuf {
        self.directory.path().join("outside").join(name)
    }

    fn inside(&self, name: &str) -> PathBuf {
        self.store.path().join(name)
    }

    /// Everything that writes and reads, whatever comes of it.
    fn use_it(&self) -> usize {
        let mut failures = 0;
        let mut note = |outcome: ckp::Result<()>| failures += usize::from(outcome.is_err());
        for mode in [ReadMode::Mapped, ReadMode::Positioned] {
            let Ok(store) = Store::open(self.store.path(), OpenMode::Create, mode) else {
                return 1;
            };
            note(store.head().map(drop));
            note(store.stages().map(drop));
            note(store.verify(Depth::Full).map(drop));
            note(store.set_head("a"));
            note(save_with(&store, "new", Default::default(), &chain(3), 1).map(drop));
            note(store.compact(CompactMode::Apply, &mut |_, _, _| {}).map(drop));
            note(store.delete_stage("new", &mut |_, _, _| {}).map(drop));
            note(store.delete_stage("c", &mut |_, _, _| {}).map(drop));
        }
        let outside: Vec<_> = fs::read_dir(self.outside("")).unwrap().collect();
        assert_eq!(outside.len(), 1, "nothing was made or removed outside");
        assert_eq!(fs::read_to_string(self.outside("victim")).unwrap(), "precious");
        failures
    }
}

/// The work is done in a few seconds, or hangs.
fn in_time(work: impl FnOnce() + Send + 'static) {
    let (done, wait) = mpsc::channel();
    let worker = std::thread::spawn(move || {
        work();
        let _ = done.send(());
    });
    if wait.recv_timeout(Duration::from_secs(60)) == Err(mpsc::RecvTimeoutError::Timeout) {
        panic!("it hangs");
    }
    worker.join().unwrap();
}

const FILES: [&str; 5] = ["stages/b.stage", "stages/z.stage", "HEAD", "LOCK", "CKP_STORE"];

#[test]
fn files_that_are_links_are_not_followed() {
    for file in FILES {
        let place = Place::new();
        let inside = place.inside(file);
        // Even what would be sound: nobody else may choose what is read.
        let copy = place.directory.path().join("copy");
        if inside.exists() {
            fs::rename(&inside, &copy).unwrap();
        }
        for target in [place.outside("victim"), copy, place.outside("nothing")] {
            let _ = fs::remove_file(&inside);
            symlink(&target, &inside).unwrap();
            assert!(place.use_it() > 0, "{file} is a link to {target:?}");
        }
    }
}

#[test]
fn directories_that_are_links_are_not_written_to() {
    for directory in ["stages", "tmp"] {
        let place = Place::new();
        fs::rename(place.inside(directory), place.directory.path().join("moved")).unwrap();
        symlink(place.outside(""), place.inside(directory)).unwrap();
        assert!(place.use_it() > 0, "{directory}");
        let error = save_with(&place.store, "new", Default::default(), &chain(3), 1).unwrap_err();
        assert!(error.to_string().contains("no directory"), "{error}");
    }
}

/// The root itself is what the user named.
#[test]
fn the_store_may_be_reached_by_a_link() {
    let place = Place::new();
    let link = place.directory.path().join("link.ckp");
    symlink(place.store.path(), &link).unwrap();
    let store = create(&link);
    save_with(&store, "new", Default::default(), &chain(3), 1).unwrap();
    assert_eq!(place.store.stage_names().unwrap().len(), STAGES.len() + 1);
}

#[test]
fn pipes_devices_and_sockets_are_refused_at_once() {
    in_time(|| {
        for file in FILES {
            let place = Place::new();
            let inside = place.inside(file);
            let _ = fs::remove_file(&inside);
            assert!(Command::new("mkfifo").arg(&inside).status().unwrap().success());
            assert!(place.use_it() > 0, "{file} is a pipe");
            fs::remove_file(&inside).unwrap();
            let _socket = std::os::unix::net::UnixListener::bind(&inside).unwrap();
            assert!(place.use_it() > 0, "{file} is a socket");
            let _ = fs::remove_file(&inside);
            fs::create_dir(&inside).unwrap();
            assert!(place.use_it() > 0, "{file} is a directory");
        }
    });
}

/// A text without an end is read as far as a name can be.
#[test]
fn a_huge_head_is_not_read() {
    let place = Place::new();
    let head = fs::File::create(place.inside("HEAD")).unwrap();
    head.set_len(1 << 40).unwrap();
    assert!(place.store.head().is_err());
    let marker = fs::File::create(place.inside("CKP_STORE")).unwrap();
    marker.set_len(1 << 40).unwrap();
    assert!(Store::open(place.store.path(), OpenMode::Read, ReadMode::Positioned).is_err());
}

/// Of a file with holes, as large as the file system has them, nothing but the ends is read.
#[test]
fn a_huge_stage_is_refused() {
    in_time(|| {
        let place = Place::new();
        let file = fs::File::create(place.inside("stages/z.stage")).unwrap();
        file.set_len(1 << 42).unwrap();
        for mode in [ReadMode::Mapped, ReadMode::Positioned] {
            let store = Store::open(place.store.path(), OpenMode::Read, mode).unwrap();
            assert!(store.stage("z").is_err());
            assert_eq!(store.verify(Depth::Full).unwrap().findings.len(), 1);
        }
    });
}

#[test]
fn extraction_replaces_nothing_and_follows_nothing() {
    let place = Place::new();
    let stage = place.store.stage("a").unwrap();
    let target = place.directory.path().join("out");
    fs::create_dir(&target).unwrap();
    for link_to in [place.outside("victim"), place.outside("nothing")] {
        symlink(&link_to, target.join(NOTES)).unwrap();
        assert!(stage.extract_attachments(&target).is_err(), "{link_to:?}");
        assert!(target.join(NOTES).is_symlink() && !place.outside("nothing").exists());
        fs::remove_file(target.join(NOTES)).unwrap();
    }
    assert_eq!(fs::read_to_string(place.outside("victim")).unwrap(), "precious");
    assert_eq!(stage.extract_attachments(&target).unwrap(), 1);
    assert_eq!(fs::read(target.join(NOTES)).unwrap(), notes("a"));
    assert_eq!(fs::read_dir(&target).unwrap().count(), 1, "no temporary file stays");
}

/// Every file and directory is as open as the umask has it, and no more: designs are secrets.
#[test]
fn what_is_created_is_for_whom_the_umask_says() {
    let Some(umask) = std::env::var_os("CKP_TEST_UMASK") else {
        for umask in ["077", "027", "022"] {
            let this = std::env::current_exe().unwrap();
            let script = format!(
                "umask {umask} && exec \"$0\" --exact what_is_created_is_for_whom_the_umask_says"
            );
            let mut command = Command::new("sh");
            let status = command.arg("-c").arg(script).arg(this).env("CKP_TEST_UMASK", umask);
            assert!(status.status().unwrap().success(), "umask {umask}");
        }
        return;
    };
    let umask = u32::from_str_radix(umask.to_str().unwrap(), 8).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("s.ckp");
    let store = create(&path);
    save_all(&store);
    store.stage("a").unwrap().extract_attachments(&path.with_extension("out")).unwrap();
    store.repair(&path.with_extension("new"), &mut |_, _, _| {}).unwrap();
    let cached = store.with_cache(&path.with_extension("cache"), 1 << 20);
    cached.stage("c").unwrap().load_columns().unwrap();
    let mut count = 0;
    look(directory.path(), &mut |path| {
        count += 1;
        let mode = fs::symlink_metadata(path).unwrap().mode() & 0o777;
        let most = if path.is_dir() { 0o777 } else { 0o666 };
        assert_eq!(mode & !(most & !umask), 0, "{path:?} has mode {mode:o}");
        assert_eq!(mode & 0o600, 0o600, "{path:?} has mode {mode:o}");
    });
    assert!(count > 15, "{count}");
}

fn look(path: &Path, at: &mut impl FnMut(&Path)) {
    for entry in fs::read_dir(path).unwrap() {
        let path = entry.unwrap().path();
        at(&path);
        if path.is_dir() {
            look(&path, at);
        }
    }
}
