// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Bytes of a file, read by position or mapped.
//!
//! A mapping shows the file's current state, page by page, as it is touched. That is sound for stage
//! files because they are written under another name, fsynced, renamed, and never changed or cut
//! afterwards; a delete only removes the name. But nobody can keep another program from cutting a file, and
//! a mapping answers that with a signal that ends the process: a router of many hours may be in it. Blocks
//! are decoded from buffers as fast as from a mapping (`docs/reliability.md`), so files are read unless
//! [`ReadMode::Mapped`] was asked for.

#![allow(unsafe_code)]

use std::borrow::Cow;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use memmap2::Mmap;

use super::disk::Disk;
use crate::error::{Error, ErrorKind, Result};

/// How stage files are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReadMode {
    /// With `pread`: a file that is cut meanwhile is an error.
    #[default]
    Positioned,
    /// Through a memory mapping, where the file system has them: no copies and no file left open, but a file
    /// that is cut meanwhile ends the process with SIGBUS.
    Mapped,
}

/// An open file.
pub(super) struct Source {
    disk: Arc<dyn Disk>,
    bytes: Bytes,
    length: u64,
}

enum Bytes {
    Mapped(Mmap),
    File(File),
}

impl Source {
    pub fn open(disk: &Arc<dyn Disk>, path: &Path, mode: ReadMode) -> Result<Self> {
        let failed = |error: io::Error| match error.kind() {
            // Another process may have deleted it since it was listed.
            io::ErrorKind::NotFound => {
                let message = format!("There is no file {} any more.", path.display());
                Error::new(ErrorKind::NotFound, message)
            }
            _ => Error::io(format_args!("Cannot read {}", path.display()), &error),
        };
        let file = disk.open(path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        let length = metadata.len();
        let map = match mode {
            // An empty file cannot be mapped.
            ReadMode::Mapped if metadata.is_file() && length > 0 => disk.map(&file).ok(),
            ReadMode::Mapped | ReadMode::Positioned => None,
        };
        let bytes = map.map_or(Bytes::File(file), Bytes::Mapped);
        Ok(Self { disk: disk.clone(), bytes, length })
    }

    pub fn disk(&self) -> &Arc<dyn Disk> {
        &self.disk
    }

    pub fn length(&self) -> u64 {
        self.length
    }

    /// `length` bytes from `offset`.
    pub fn read(&self, offset: u64, length: usize) -> Result<Cow<'_, [u8]>> {
        let end = offset.checked_add(length as u64).filter(|end| *end <= self.length);
        let Some(end) = end else {
            return Err(Error::new(
                ErrorKind::Truncated,
                format!("The file has {} bytes, {length} are wanted at {offset}.", self.length),
            ));
        };
        match &self.bytes {
            Bytes::Mapped(map) => {
                let bytes = map.get(offset as usize..end as usize).unwrap_or_default();
                Ok(Cow::Borrowed(bytes))
            }
            Bytes::File(file) => {
                let mut bytes = vec![0; length];
                self.disk
                    .read_at(file, &mut bytes, offset)
                    .map_err(|error| Error::io("Cannot read", &error))?;
                Ok(Cow::Owned(bytes))
            }
        }
    }
}

/// Map a file that nobody changes.
pub(super) fn map(file: &File) -> io::Result<Mmap> {
    // SAFETY: the module text says why the bytes do not change under the mapping. Its length is that of the
    // file now; every access is checked against it.
    unsafe { Mmap::map(file) }
}

#[cfg(test)]
mod tests {
    use super::super::disk::system;
    use super::*;

    #[test]
    fn both_ways_read_the_same_and_know_the_end() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        std::fs::write(&path, b"0123456789").unwrap();
        for mode in [ReadMode::Mapped, ReadMode::Positioned] {
            let source = Source::open(&system(), &path, mode).unwrap();
            assert_eq!(source.length(), 10);
            assert_eq!(&*source.read(3, 4).unwrap(), b"3456");
            assert_eq!(&*source.read(10, 0).unwrap(), b"");
            assert_eq!(source.read(9, 2).unwrap_err().kind(), ErrorKind::Truncated);
            assert_eq!(source.read(u64::MAX, 2).unwrap_err().kind(), ErrorKind::Truncated);
        }
        std::fs::write(&path, b"").unwrap();
        assert_eq!(Source::open(&system(), &path, ReadMode::Mapped).unwrap().length(), 0);
        assert!(Source::open(&system(), &directory.path().join("none"), ReadMode::Mapped).is_err());
    }
}
