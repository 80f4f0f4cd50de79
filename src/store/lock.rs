// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! One writer at a time: an advisory lock on a file of the store. The kernel releases it with the
//! process, so that a dead writer never blocks a live one; the text in the file is for messages.

use std::fs::{File, Metadata, TryLockError};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::disk::Disk;
use crate::error::{Error, ErrorKind, Result};

/// The right to write to a store, held until dropped.
#[derive(Debug)]
pub(super) struct WriterLock {
    file: File,
}

impl Drop for WriterLock {
    fn drop(&mut self) {
        // A process that the host is about to start has the file open as well until it runs: closing alone
        // would leave the lock to it. Where this fails, closing does it a little later.
        let _ = self.file.unlock();
    }
}

impl WriterLock {
    pub fn acquire(disk: &dyn Disk, path: &Path) -> Result<Self> {
        let failed = |error| Error::io(format_args!("Cannot lock {}", path.display()), &error);
        loop {
            let mut file = disk.open_lock(path).map_err(failed)?;
            match disk.try_lock(&file) {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(held(path, &mut file)),
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
            // A writer that took back the store that it had begun also removed its lock file: then
            // this lock is on a file that nobody else will find.
            if !is_at(&file, path) {
                continue;
            }
            // The text only helps a second writer's message; a full disk must not keep it from
            // trying.
            let _ = sign(disk, &file);
            return Ok(Self { file });
        }
    }
}

fn is_at(file: &File, path: &Path) -> bool {
    let id = |metadata: &Metadata| (metadata.dev(), metadata.ino());
    match (file.metadata(), path.metadata()) {
        (Ok(open), Ok(named)) => id(&open) == id(&named),
        _ => false,
    }
}

fn sign(disk: &dyn Disk, file: &File) -> io::Result<()> {
    disk.truncate(file, 0)?;
    let system = rustix::system::uname();
    let host = system.nodename().to_string_lossy();
    let now = humantime::format_rfc3339_seconds(SystemTime::now());
    let text = format!("process {} on {host} since {now}\n", std::process::id());
    disk.write(file, text.as_bytes()).map(drop)
}

fn held(path: &Path, file: &mut File) -> Error {
    let mut holder = String::new();
    let known = file.read_to_string(&mut holder).is_ok() && !holder.trim().is_empty();
    let holder = if known { holder.trim() } else { "another process" };
    let age = age(holder).map(|age| format!(" ({} ago)", humantime::format_duration(age)));
    Error::new(
        ErrorKind::Locked,
        format!(
            "The store is being written to by {holder}{} (lock {}). Wait for it, then try again.",
            age.unwrap_or_default(),
            path.display()
        ),
    )
}

/// How long ago it was that the lock was taken, to the second.
fn age(holder: &str) -> Option<Duration> {
    let since = humantime::parse_rfc3339(holder.rsplit(' ').next()?).ok()?;
    let age = SystemTime::now().duration_since(since).ok()?;
    Some(Duration::from_secs(age.as_secs()))
}

#[cfg(test)]
mod tests {
    use super::super::disk::system;
    use super::*;

    #[test]
    fn a_copy_of_the_open_file_does_not_keep_the_lock() {
        let disk = system();
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("LOCK");
        let first = WriterLock::acquire(&*disk, &path).unwrap();
        // What a fork makes of it.
        let _copy = first.file.try_clone().unwrap();
        drop(first);
        WriterLock::acquire(&*disk, &path).unwrap();
    }

    #[test]
    fn the_second_writer_is_told_who_the_first_is() {
        let disk = system();
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("LOCK");
        let first = WriterLock::acquire(&*disk, &path).unwrap();
        let error = WriterLock::acquire(&*disk, &path).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Locked);
        assert!(error.to_string().contains(&format!("process {}", std::process::id())));
        drop(first);
        WriterLock::acquire(&*disk, &path).unwrap();
        assert_eq!(
            WriterLock::acquire(&*disk, directory.path()).unwrap_err().kind(),
            ErrorKind::Io,
            "a directory cannot be the lock"
        );
    }
}
