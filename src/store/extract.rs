// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Attached files written out again. A file that is there already is kept if it is the same, so that tools
//! which look at times see no change, and is never replaced by another one.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::durable::TemporaryFile;
use super::reader::Stage;
use crate::error::{Error, ErrorKind, Result, invalid};
use crate::format::StreamHasher;
use crate::model::StreamIndex;

/// Bytes read at a time.
const BUFFER: usize = 1 << 20;

impl Stage {
    /// Write one attached file to `path`, under another name first. Whether it was written: it is not if the
    /// same file is there already.
    ///
    /// # Errors
    /// `AlreadyExists` when something else is at `path`; those of [`Stage::read_attachment`].
    pub fn extract_attachment(&self, name: &str, path: &Path) -> Result<bool> {
        Ok(self.extract(&[(name, path.to_path_buf())])? > 0)
    }

    /// Write all attached files to a directory, which is made if need be, and tell how many were written:
    /// those that were not there already. When one cannot be written, none is.
    ///
    /// # Errors
    /// As [`Stage::extract_attachment`].
    pub fn extract_attachments(&self, directory: &Path) -> Result<usize> {
        if directory.as_os_str().is_empty() {
            return Err(invalid("The directory to extract to has no name."));
        }
        fs::create_dir_all(directory).map_err(|error| {
            Error::io(format_args!("Cannot create {}", directory.display()), &error)
        })?;
        let names = self.metadata().attachments.iter();
        let targets: Vec<_> = names.map(|name| (name.as_str(), directory.join(name))).collect();
        self.extract(&targets)
    }

    fn extract(&self, targets: &[(&str, PathBuf)]) -> Result<usize> {
        let mut missing = Vec::new();
        let mut others = Vec::new();
        for (name, path) in targets {
            match self.attachment(name).map_or(Ok(Found::Nothing), |stream| look(path, stream))? {
                Found::Nothing => missing.push((*name, path)),
                Found::Same => {}
                Found::Other => others.push(path.display().to_string()),
            }
        }
        if !others.is_empty() {
            return Err(Error::new(
                ErrorKind::AlreadyExists,
                format!(
                    "{} would be replaced by what is attached to stage {}, which is different. Remove \
                     what is there, or extract to another directory.",
                    others.join(", "),
                    self.timing_stage().stage_id
                ),
            ));
        }
        let mut files = Vec::new();
        for (name, path) in missing {
            let mut file = TemporaryFile::create(self.file().disk(), temporary_path(path))?;
            self.each_block(name, |bytes| file.write(bytes))?;
            file.seal()?;
            files.push((file, path));
        }
        let count = files.len();
        files.into_iter().try_for_each(|(file, path)| file.publish(path))?;
        Ok(count)
    }
}

/// What is at the path of an attachment.
enum Found {
    Nothing,
    Same,
    Other,
}

fn look(path: &Path, stream: &StreamIndex) -> Result<Found> {
    let failed = |error| Error::io(format_args!("Cannot read {}", path.display()), &error);
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        // A link that leads nowhere is something, too.
        Err(error) if error.kind() == io::ErrorKind::NotFound && !path.is_symlink() => {
            return Ok(Found::Nothing);
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Other),
        Err(error) => return Err(failed(error)),
    };
    if !metadata.is_file() || metadata.len() != stream.count {
        return Ok(Found::Other);
    }
    let mut file = File::open(path).map_err(failed)?;
    let mut hasher = StreamHasher::default();
    let mut buffer = vec![0; BUFFER];
    loop {
        match file.read(&mut buffer).map_err(failed)? {
            0 => break,
            count => hasher.update_bytes(&buffer[..count]),
        }
    }
    Ok(if hasher.finish() == stream.checksum { Found::Same } else { Found::Other })
}

/// Beside the file, so that it can be renamed; hidden, so that no pattern of a script takes it.
fn temporary_path(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.ckp-{}", std::process::id()))
}
