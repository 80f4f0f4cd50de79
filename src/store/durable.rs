// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Files that are there whole or not at all, also after a crash: written under a temporary name,
//! fsynced, renamed, and the rename fsynced through the directory.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::disk::Disk;
use crate::error::{Error, Result};

const BUFFER: usize = 1 << 20;

/// A file under a temporary name. It is removed when it is dropped before [`TemporaryFile::publish`].
pub(super) struct TemporaryFile {
    path: PathBuf,
    disk: Arc<dyn Disk>,
    writer: Option<BufWriter<Output>>,
    written: u64,
}

/// A file that is written to.
struct Output {
    file: File,
    disk: Arc<dyn Disk>,
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.disk.write(&self.file, bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl TemporaryFile {
    /// Create `path`, which must not exist.
    pub fn create(disk: &Arc<dyn Disk>, path: PathBuf) -> Result<Self> {
        let file = disk
            .create_new(&path)
            .map_err(|error| Error::io(format_args!("Cannot create {}", path.display()), &error))?;
        let output = Output { file, disk: disk.clone() };
        let writer = Some(BufWriter::with_capacity(BUFFER, output));
        Ok(Self { path, disk: disk.clone(), writer, written: 0 })
    }

    /// Bytes written so far.
    pub fn position(&self) -> u64 {
        self.written
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Append bytes.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        if let Some(writer) = &mut self.writer {
            writer.write_all(bytes).map_err(|error| failed(&self.path, &error))?;
        }
        self.written += bytes.len() as u64;
        Ok(())
    }

    /// Forget what was written from `position` on.
    pub fn forget_from(&mut self, position: u64) -> Result<()> {
        if let Some(writer) = &mut self.writer {
            let cut = writer.flush().and_then(|()| {
                let output = writer.get_ref();
                output.disk.truncate(&output.file, position)
            });
            cut.map_err(|error| failed(&self.path, &error))?;
        }
        self.written = position;
        Ok(())
    }

    /// Write out what is buffered and make it durable. Nothing can be written afterwards.
    pub fn seal(&mut self) -> Result<()> {
        if let Some(writer) = self.writer.take() {
            let output = writer.into_inner().map_err(|error| failed(&self.path, error.error()))?;
            self.disk.sync(&output.file).map_err(|error| failed(&self.path, &error))?;
        }
        Ok(())
    }

    /// Give the sealed file its name, replacing what bears it, durably.
    pub fn publish(mut self, target: &Path) -> Result<()> {
        self.seal()?;
        self.disk.rename(&self.path, target).map_err(|error| {
            Error::io(format_args!("Cannot rename to {}", target.display()), &error)
        })?;
        // The name is gone: there is nothing to remove any more.
        self.path = PathBuf::new();
        sync_directory(&*self.disk, parent(target))
    }
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        if !self.path.as_os_str().is_empty() {
            // What cannot be removed now is removed by the next writer.
            let _ = self.disk.remove(&self.path);
        }
    }
}

/// The directory that a name is in; a name alone is in the current one.
pub(super) fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Make the names in a directory durable.
pub(super) fn sync_directory(disk: &dyn Disk, path: &Path) -> Result<()> {
    disk.sync_directory(path)
        .map_err(|error| Error::io(format_args!("Cannot sync {}", path.display()), &error))
}

/// Replace a small file.
pub(super) fn replace(
    disk: &Arc<dyn Disk>,
    temporary: PathBuf,
    target: &Path,
    content: &str,
) -> Result<()> {
    let mut file = TemporaryFile::create(disk, temporary)?;
    file.write(content.as_bytes())?;
    file.publish(target)
}

fn failed(path: &Path, error: &io::Error) -> Error {
    Error::io(format_args!("Cannot write {}", path.display()), error)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::disk::system;
    use super::*;

    #[test]
    fn a_name_alone_is_in_the_current_directory() {
        assert_eq!(parent(Path::new("s.ckp")), Path::new("."));
        assert_eq!(parent(Path::new("flow/s.ckp")), Path::new("flow"));
        assert_eq!(parent(Path::new("/s.ckp")), Path::new("/"));
    }

    #[test]
    fn a_file_appears_whole_or_not_at_all() {
        let disk = &system();
        let directory = tempfile::tempdir().unwrap();
        let temporary = directory.path().join("t");
        let target = directory.path().join("target");
        let mut file = TemporaryFile::create(disk, temporary.clone()).unwrap();
        file.write(b"abc").unwrap();
        assert_eq!(file.position(), 3);
        file.write(b"def").unwrap();
        file.forget_from(3).unwrap();
        assert_eq!(file.position(), 3);
        assert!(!target.exists());
        assert!(TemporaryFile::create(disk, temporary.clone()).is_err(), "taken");
        drop(file);
        assert!(!temporary.exists(), "dropped means removed");
        replace(disk, temporary.clone(), &target, "one").unwrap();
        replace(disk, temporary.clone(), &target, "two").unwrap();
        assert_eq!(fs::read_to_string(&target).unwrap(), "two");
        assert!(!temporary.exists());
        assert!(replace(disk, temporary, &directory.path().join("no/where"), "x").is_err());
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }
}
