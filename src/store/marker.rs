// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The file `CKP_STORE`, which makes a directory a store: `docs/format.md`, "Marker".

use std::path::Path;

use crate::error::{Result, corrupt};
use crate::format::{Versions, crc32, draft};

/// Its name.
pub(super) const MARKER: &str = "CKP_STORE";

/// What the file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Marker(Versions);

impl Marker {
    /// That of a new store.
    pub fn ours() -> Self {
        Self(Versions::OURS)
    }

    /// The content of the file.
    pub fn text(self) -> String {
        let Versions { read, write } = self.0;
        let lines = format!("ckp store\nread version {read}\nwrite version {write}\n");
        format!("{lines}CRC-32 {:08x}\n", crc32(lines.as_bytes()))
    }

    /// Read the marker of the store `root`.
    ///
    /// # Errors
    /// `Corrupt` for another text, `Unsupported` where only a newer library reads the store, or none does.
    pub fn parse(text: &str, root: &Path) -> Result<Self> {
        let store = format!("The store {}", root.display());
        if text.starts_with("ckp store\nformat 0 draft ") {
            return Err(draft(store, "Save its stages again into a new store."));
        }
        let mut numbers = text.lines().skip(1).map(|line| line.rsplit(' ').next()?.parse().ok());
        let mut number = || numbers.next().flatten().unwrap_or(0);
        let versions = Versions { read: number(), write: number() };
        if text != Self(versions).text() || !versions.is_sound() {
            let place = root.join(MARKER);
            return Err(corrupt(format!("{} does not say what the store is.", place.display())));
        }
        versions.check_read(store)?;
        Ok(Self(versions))
    }

    /// A library of this version may write to the store `root`.
    ///
    /// # Errors
    /// `Unsupported`.
    pub fn check_write(self, root: &Path) -> Result<()> {
        let store = format!("The store {} has been written to", root.display());
        self.0.check_write(store, "not changed")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    fn marker(read: u16, write: u16) -> Marker {
        Marker(Versions { read, write })
    }

    fn parse(text: &str) -> Result<Marker> {
        Marker::parse(text, Path::new("s.ckp"))
    }

    /// As `docs/format.md` has it.
    #[test]
    fn the_text_of_version_1_stays() {
        let text = "ckp store\nread version 1\nwrite version 1\nCRC-32 add5a24b\n";
        assert_eq!(marker(1, 1).text(), text);
        assert_eq!(parse(text).unwrap(), marker(1, 1));
        parse(text).unwrap().check_write(Path::new("s.ckp")).unwrap();
    }

    #[test]
    fn a_newer_store_is_read_only_or_refused() {
        let newer = parse(&marker(1, 12).text()).unwrap();
        let error = newer.check_write(Path::new("s.ckp")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.to_string().contains("s.ckp") && error.to_string().contains("format 12"));
        let error = parse(&marker(2, 3).text()).unwrap_err();
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
            marker(0, 1).text(),
            marker(2, 1).text(),
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
