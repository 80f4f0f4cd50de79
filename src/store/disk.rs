// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Every operation on files by which a store is read and changed, in one place, so that tests can stop or
//! fail each of them: `tests/common/recorded.rs`. Nothing else of the store calls the operating system for a
//! file, but for what is attached and where attachments are extracted to, which belong to the user.

use std::ffi::OsString;
use std::fmt::Debug;
use std::fs::{self, File, Metadata, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;

use memmap2::Mmap;
use rustix::process::{Resource, getrlimit};

use super::mapping;

/// A file system. The methods are those of the operating system; what stands between it and a store overrides
/// those that it watches.
#[doc(hidden)]
pub trait Disk: Debug + Send + Sync {
    /// Make a directory.
    fn create_directory(&self, path: &Path) -> io::Result<()> {
        fs::create_dir(path)
    }

    /// Remove an empty directory.
    fn remove_directory(&self, path: &Path) -> io::Result<()> {
        fs::remove_dir(path)
    }

    /// Make the names in a directory durable.
    fn sync_directory(&self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }

    /// The names in a directory.
    fn list(&self, path: &Path) -> io::Result<Vec<OsString>> {
        fs::read_dir(path)?.map(|entry| Ok(entry?.file_name())).collect()
    }

    /// What is behind a name.
    fn metadata(&self, path: &Path) -> io::Result<Metadata> {
        fs::metadata(path)
    }

    /// What a name is, be it a link that leads nowhere.
    fn symlink_metadata(&self, path: &Path) -> io::Result<Metadata> {
        fs::symlink_metadata(path)
    }

    /// Give a file another name, replacing what bears it.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    /// Remove the name of a file.
    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    /// Make a file, to be written.
    fn create_new(&self, path: &Path) -> io::Result<File> {
        File::create_new(path)
    }

    /// Append some of `bytes`, and tell how many.
    fn write(&self, mut file: &File, bytes: &[u8]) -> io::Result<usize> {
        let Some(limit) = getrlimit(Resource::Fsize).current else { return file.write(bytes) };
        // The kernel would answer with a signal that ends the process.
        match usize::try_from(limit.saturating_sub(file.stream_position()?)) {
            Ok(0) => Err(io::ErrorKind::FileTooLarge.into()),
            Ok(room) => file.write(bytes.get(..room).unwrap_or(bytes)),
            Err(_) => file.write(bytes),
        }
    }

    /// Cut a file, and go on writing there.
    fn truncate(&self, mut file: &File, length: u64) -> io::Result<()> {
        file.set_len(length)?;
        file.seek(SeekFrom::Start(length)).map(drop)
    }

    /// Make the bytes of a file durable.
    fn sync(&self, file: &File) -> io::Result<()> {
        file.sync_all()
    }

    /// Open a file, to be read.
    fn open(&self, path: &Path) -> io::Result<File> {
        open_file(OpenOptions::new().read(true), path)
    }

    /// Fill `bytes` from `offset`.
    fn read_at(&self, file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        file.read_exact_at(bytes, offset)
    }

    /// Map a file that nobody changes.
    fn map(&self, file: &File) -> io::Result<Mmap> {
        mapping::map(file)
    }

    /// Read a small file; of a large one, the beginning.
    fn read_text(&self, path: &Path) -> io::Result<String> {
        let mut text = String::new();
        open_file(OpenOptions::new().read(true), path)?
            .take(MOST_TEXT)
            .read_to_string(&mut text)?;
        Ok(text)
    }

    /// Open the file of a lock; it is made if need be.
    fn open_lock(&self, path: &Path) -> io::Result<File> {
        open_file(OpenOptions::new().create(true).truncate(false).read(true).write(true), path)
    }

    /// Take the lock of an open file, if nobody has it.
    fn try_lock(&self, file: &File) -> Result<(), TryLockError> {
        file.try_lock()
    }
}

/// Bytes of a small file; names are shorter.
const MOST_TEXT: u64 = 1 << 16;

/// Open what is a file itself. A link would lead out of the store, and a pipe or a device would keep the reader
/// waiting, or never end; whoever gave us the store may have put them there.
fn open_file(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_NOCTTY;
    let file =
        options.custom_flags(flags).open(path).map_err(|error| match error.raw_os_error() {
            Some(libc::ELOOP) => other("it is a symbolic link, which a store does not hold"),
            _ => error,
        })?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(other("it is not a file")) }
}

fn other(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, what)
}

/// The operating system.
#[doc(hidden)]
#[derive(Debug)]
pub struct System;

impl Disk for System {}

/// The file system as it is.
pub(super) fn system() -> Arc<dyn Disk> {
    Arc::new(System)
}
