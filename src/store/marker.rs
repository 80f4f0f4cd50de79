// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The file `CKP_STORE`, which makes a directory a store: `docs/format.md`, "Marker".

use std::path::Path;

use crate::error::{Error, ErrorKind, Result, corrupt};
use crate::format::{VERSION, crc32};

/// Its name.
pub(super) const MARKER: &str = "CKP_STORE";

/// Which versions of the format a library must know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Marker {
    /// To read the store.
    read: u16,
    /// To write to it.
    write: u16,
}

impl Marker {
    /// That of a new store.
    pub fn ours() -> Self {
        Self { read: VERSION, write: VERSION }
    }

    /// What the file says.
    pub fn text(self) -> String {
        let lines =
            format!("ckp store\nread version {}\nwrite version {}\n", self.read, self.write);
        format!("{lines}CRC-32 {:08x}\n", crc32(lines.as_bytes()))
    }

    /// Read the marker of the store `root`.
    ///
    /// # Errors
    /// `Corrupt` for another text, `Unsupported` where only a newer library reads the store, or none does.
    pub fn parse(text: &str, root: &Path) -> Result<Self> {
        let mut lines = text.lines().map(|line| line.rsplit(' ').next());
        let mut number = || lines.next().flatten().and_then(|word| word.parse().ok());
        let (_, read, write) = (number(), number(), number());
        let marker = Self { read: read.unwrap_or(0), write: write.unwrap_or(0) };
        if text.starts_with("ckp store\nformat 0 draft ") {
            return Err(unsupported(format!(
                "The store {} is of a draft of the format, from before version 1, which no release reads. \
                 Save its stages again into a new store.",
                root.display()
            )));
        }
        if text != marker.text() || marker.read == 0 || marker.write < marker.read {
            let place = root.join(MARKER);
            return Err(corrupt(format!("{} does not say what the store is.", place.display())));
        }
        if marker.read > VERSION {
            return Err(unsupported(format!(
                "The store {} has format {}; this library reads up to format {VERSION}. Use a newer version \
                 of ckp.",
                root.display(),
                marker.read
            )));
        }
        Ok(marker)
    }

    /// A library of this version may write to the store `root`.
    ///
    /// # Errors
    /// `Unsupported`.
    pub fn check_write(self, root: &Path) -> Result<()> {
        if self.write <= VERSION {
            return Ok(());
        }
        Err(unsupported(format!(
            "The store {} has been written to by a newer version of ckp (format {}; this library writes \
             format {VERSION}): it can be read, not changed. Use the newer version.",
            root.display(),
            self.write
        )))
    }
}

fn unsupported(message: String) -> Error {
    Error::new(ErrorKind::Unsupported, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Marker> {
        Marker::parse(text, Path::new("s.ckp"))
    }

    /// As `docs/format.md` has it.
    #[test]
    fn the_text_of_version_1_stays() {
        let text = "ckp store\nread version 1\nwrite version 1\nCRC-32 add5a24b\n";
        assert_eq!(Marker { read: 1, write: 1 }.text(), text);
        assert_eq!(parse(text).unwrap(), Marker { read: 1, write: 1 });
        parse(text).unwrap().check_write(Path::new("s.ckp")).unwrap();
    }

    #[test]
    fn a_newer_store_is_read_only_or_refused() {
        let newer = parse(&Marker { read: 1, write: 12 }.text()).unwrap();
        let error = newer.check_write(Path::new("s.ckp")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.to_string().contains("s.ckp") && error.to_string().contains("format 12"));
        let error = parse(&Marker { read: 2, write: 3 }.text()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.to_string().contains("s.ckp has format 2;"));
    }

    #[test]
    fn a_store_of_a_draft_is_refused() {
        let error = parse("ckp store\nformat 0 draft 10\n").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.to_string().contains("Save its stages again"));
    }

    #[test]
    fn another_text_is_no_marker() {
        let good = Marker::ours().text();
        let strange = [
            Marker { read: 0, write: 1 }.text(),
            Marker { read: 2, write: 1 }.text(),
            good.replace('\n', "\r\n"),
            good.clone() + "\n",
            good.replace("version 1", "version 01"),
            String::new(),
            "hello".to_owned(),
        ];
        for text in strange {
            assert_eq!(parse(&text).unwrap_err().kind(), ErrorKind::Corrupt, "{text:?}");
        }
    }
}
