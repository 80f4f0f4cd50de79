// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The directory of a store: `docs/format.md`, "Store directory".

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::cache::Cache;
use super::durable::{replace, sync_directory};
use super::lock::WriterLock;
use super::mapping::ReadMode;
use super::reader::Stage;
use super::stage_file::{MAX_DEPTH, StageFile};
use crate::error::{Error, ErrorKind, Result, corrupt, invalid};
use crate::near::{listed, nearest};

const MARKER: &str = "CKP_STORE";
const MARKER_TEXT: &str = "ckp store\nformat 0 draft 10\n";
const HEAD: &str = "HEAD";
const LOCK: &str = "LOCK";
const STAGES: &str = "stages";
const TEMPORARY: &str = "tmp";
const STAGE_SUFFIX: &str = ".stage";
const MAX_NAME: usize = 128;
/// Stages that an error lists; of more, it names those with near names.
const MOST_LISTED: usize = 12;
/// Deletions of bases that may come between the opening of a stage and that of its base.
const REBASED_MEANWHILE: usize = 3;

/// Whether a store that is not there is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenMode {
    /// The store must exist.
    Read,
    /// It is made by the first capture. Opening alone changes nothing on disk.
    Create,
}

/// A store. Readers never lock; several may use the same handle at once.
#[derive(Debug)]
pub struct Store {
    root: PathBuf,
    read_mode: ReadMode,
    cache: Option<Arc<Cache>>,
}

impl Store {
    /// Open the store at `path`.
    ///
    /// # Errors
    /// `NotFound` when there is none and it shall not be made, `InvalidArgument` when the path is
    /// something else, `Unsupported` when the store has another format.
    pub fn open(path: &Path, mode: OpenMode, read_mode: ReadMode) -> Result<Self> {
        if path.as_os_str().is_empty() {
            return Err(invalid("The path of the store is empty."));
        }
        let cache = Cache::from_environment();
        let store = Self { root: path.to_path_buf(), read_mode, cache };
        let metadata = match fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound && mode == OpenMode::Create => {
                return Ok(store);
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(Error::new(
                    ErrorKind::NotFound,
                    format!("There is no store at {}.", path.display()),
                ));
            }
            Err(error) => return Err(store.failed("open", &error)),
        };
        if !metadata.is_dir() {
            return Err(invalid(format!(
                "{} is a file. A store is a directory: give another path.",
                path.display()
            )));
        }
        match fs::read_to_string(path.join(MARKER)) {
            Ok(text) => store.check_marker(&text)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // A crash while the store was being made leaves no marker and no stage.
                if mode == OpenMode::Read || !store.is_blank()? {
                    return Err(invalid(format!(
                        "{} is a directory, but not a store: it has no file {MARKER}.",
                        path.display()
                    )));
                }
            }
            Err(error) => return Err(store.failed("open", &error)),
        }
        Ok(store)
    }

    /// The same store with a cache of at most `bytes` bytes in `directory`, whatever the environment says: its
    /// stages keep there what they decode, and find there what any process has decoded before.
    #[must_use]
    pub fn with_cache(self, directory: &Path, bytes: u64) -> Self {
        Self { cache: Some(Arc::new(Cache::new(directory, bytes))), ..self }
    }

    /// The same store, whose stages are decoded whatever is in the cache.
    pub(super) fn without_cache(&self) -> Self {
        Self { root: self.root.clone(), read_mode: self.read_mode, cache: None }
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// Names of all stages, sorted. Whether their files are sound is not looked at.
    pub fn stage_names(&self) -> Result<Vec<String>> {
        let entries = match fs::read_dir(self.root.join(STAGES)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(self.failed("list", &error)),
        };
        let mut names = Vec::new();
        for entry in entries {
            let name = entry.map_err(|error| self.failed("list", &error))?.file_name();
            let name = name.to_str().and_then(|name| name.strip_suffix(STAGE_SUFFIX));
            names.extend(name.filter(|name| check_name(name).is_ok()).map(str::to_owned));
        }
        names.sort_unstable();
        Ok(names)
    }

    /// Open a stage and the chain of its bases.
    ///
    /// # Errors
    /// `NotFound`, `Corrupt`, `Truncated`, `Unsupported`, `BaseMissing`, `BaseMismatch`.
    pub fn stage(&self, name: &str) -> Result<Arc<Stage>> {
        self.check_stage(name)?;
        self.open_again_if_rebased(name, &mut HashMap::new())
    }

    /// Open all stages, by time. What they share is opened once.
    ///
    /// # Errors
    /// Those of [`Store::stage`].
    pub fn stages(&self) -> Result<Vec<Arc<Stage>>> {
        let mut open = HashMap::new();
        let names = self.stage_names()?;
        let stages = names.iter().map(|name| self.open_again_if_rebased(name, &mut open));
        let mut stages: Vec<Arc<Stage>> = stages.collect::<Result<_>>()?;
        stages.sort_by_key(|stage| stage.timing_stage().timestamp);
        Ok(stages)
    }

    /// A writer may put a stage on another base and delete the old one between the opening of both: then the
    /// file of the stage is another one by now.
    fn open_again_if_rebased(
        &self,
        name: &str,
        open: &mut HashMap<String, Arc<Stage>>,
    ) -> Result<Arc<Stage>> {
        for _ in 0..REBASED_MEANWHILE {
            match self.open_chain(name, 0, open) {
                Err(error) if error.kind() == ErrorKind::BaseMissing => {}
                outcome => return outcome,
            }
        }
        self.open_chain(name, 0, open)
    }

    /// Open the file of a stage, not its bases.
    pub(super) fn existing_stage_file(&self, name: &str) -> Result<StageFile> {
        self.check_stage(name)?;
        self.stage_file(name)
    }

    /// There is such a stage.
    ///
    /// # Errors
    /// `InvalidArgument` for a name that cannot be, `NotFound`.
    pub(super) fn check_stage(&self, name: &str) -> Result<()> {
        check_name(name)?;
        if self.has_stage(name) { Ok(()) } else { Err(self.no_stage(name)) }
    }

    /// Size of the file of a stage; 0 where it cannot be told.
    pub(super) fn stage_bytes(&self, name: &str) -> u64 {
        fs::metadata(self.stage_path(name)).map_or(0, |metadata| metadata.len())
    }

    /// The stage that the next one is a delta of, unless told otherwise.
    pub fn head(&self) -> Result<Option<String>> {
        match fs::read_to_string(self.root.join(HEAD)) {
            Ok(text) => {
                let name = text.trim_end().to_owned();
                check_name(&name).map_err(|_| {
                    corrupt(format!(
                        "{} does not hold a stage name.",
                        self.root.join(HEAD).display()
                    ))
                })?;
                Ok(Some(name))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.failed("read the head of", &error)),
        }
    }

    /// Roll back (or forward): make `name` the base of what is saved next. Nothing is deleted.
    ///
    /// # Errors
    /// Those of [`Store::stage`], and `Locked`. On failure the head stays.
    pub fn set_head(&self, name: &str) -> Result<()> {
        self.stage(name)?;
        let mut writing = self.begin_writing()?;
        writing.keep();
        self.write_head(name)
    }

    /// Check that `name` can be given to a new stage.
    ///
    /// # Errors
    /// `InvalidArgument` for a name that cannot be, `AlreadyExists` for one that is taken.
    pub fn check_new_stage(&self, name: &str) -> Result<()> {
        check_name(name)?;
        if self.has_stage(name) {
            return Err(Error::new(
                ErrorKind::AlreadyExists,
                format!(
                    "Stage {name} is in {} already. Stages are never overwritten: give another \
                     name.",
                    self.root.display()
                ),
            ));
        }
        Ok(())
    }

    pub(super) fn stage_path(&self, name: &str) -> PathBuf {
        self.root.join(STAGES).join(format!("{name}{STAGE_SUFFIX}"))
    }

    pub(super) fn temporary_path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.root.join(TEMPORARY).join(name)
    }

    pub(crate) fn read_mode(&self) -> ReadMode {
        self.read_mode
    }

    pub(super) fn has_stage(&self, name: &str) -> bool {
        self.stage_path(name).symlink_metadata().is_ok()
    }

    /// One file, without its bases.
    pub(super) fn stage_file(&self, name: &str) -> Result<StageFile> {
        StageFile::open(&self.stage_path(name), name, self.read_mode)
    }

    /// Make the directory if need be, become its writer, and clear away what a dead one left.
    pub(super) fn begin_writing(&self) -> Result<Writing> {
        let writing = self.begin_looking()?;
        self.clear_leftovers()?;
        Ok(writing)
    }

    /// The same, with what a dead writer left.
    pub(super) fn begin_looking(&self) -> Result<Writing> {
        let made_root = create_directory(&self.root)?;
        let lock = WriterLock::acquire(&self.root.join(LOCK))?;
        let is_new = !self.root.join(MARKER).exists();
        let writing = Writing { root: self.root.clone(), made_root, is_new, _lock: lock };
        create_directory(&self.root.join(STAGES))?;
        create_directory(&self.root.join(TEMPORARY))?;
        if is_new {
            replace(self.temporary_path(MARKER), &self.root.join(MARKER), MARKER_TEXT)?;
            self.root
                .parent()
                .filter(|p| !p.as_os_str().is_empty())
                .map_or(Ok(()), sync_directory)?;
        }
        Ok(writing)
    }

    pub(super) fn write_head(&self, name: &str) -> Result<()> {
        replace(self.temporary_path(HEAD), &self.root.join(HEAD), &format!("{name}\n"))
    }

    /// Open `name` and its bases. `open` holds what was opened before, `depth` bounds the chain.
    pub(super) fn open_chain(
        &self,
        name: &str,
        depth: u32,
        open: &mut HashMap<String, Arc<Stage>>,
    ) -> Result<Arc<Stage>> {
        if let Some(stage) = open.get(name) {
            return Ok(stage.clone());
        }
        if depth > MAX_DEPTH {
            return Err(corrupt(format!("The chain of stage {name} does not end.")));
        }
        let path = self.stage_path(name);
        let stage = Stage::open(&path, name, self.read_mode, self.cache.clone(), |base| {
            check_name(base)?;
            if !self.has_stage(base) {
                return Err(Error::new(
                    ErrorKind::BaseMissing,
                    format!("Stage {base} is not in {}.", self.root.display()),
                ));
            }
            self.open_chain(base, depth + 1, open)
        })?;
        let stage = Arc::new(stage);
        open.insert(name.to_owned(), stage.clone());
        Ok(stage)
    }

    pub(super) fn clear_leftovers(&self) -> Result<()> {
        for leftover in self.leftovers()? {
            fs::remove_file(self.temporary_path(&leftover.name))
                .map_err(|error| self.failed("clean", &error))?;
        }
        Ok(())
    }

    /// What a dead writer left, by name. Only the writer may ask: else it may be the work of another one.
    pub(super) fn leftovers(&self) -> Result<Vec<Leftover>> {
        let failed = |error: io::Error| self.failed("clean", &error);
        let mut leftovers = Vec::new();
        for entry in fs::read_dir(self.root.join(TEMPORARY)).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let bytes = entry.metadata().map_err(failed)?.len();
            leftovers.push(Leftover { name: entry.file_name(), bytes });
        }
        leftovers.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Ok(leftovers)
    }

    /// Remove the file of a stage, durably. Its base and its dependents are not looked at.
    pub(super) fn remove_stage(&self, name: &str) -> Result<()> {
        fs::remove_file(self.stage_path(name))
            .map_err(|error| self.failed("delete from", &error))?;
        sync_directory(&self.root.join(STAGES))
    }

    /// There is no head any more: the next stage is a full one.
    pub(super) fn remove_head(&self) -> Result<()> {
        match fs::remove_file(self.root.join(HEAD)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(self.failed("remove the head of", &error))
            }
            _ => sync_directory(&self.root),
        }
    }

    fn check_marker(&self, text: &str) -> Result<()> {
        if text == MARKER_TEXT {
            return Ok(());
        }
        let place = self.root.join(MARKER);
        let mut lines = text.lines();
        let (ours, theirs) = (lines.next() == Some("ckp store"), lines.next().unwrap_or_default());
        if !ours || !theirs.starts_with("format ") {
            return Err(corrupt(format!("{} does not say what the store is.", place.display())));
        }
        Err(Error::new(
            ErrorKind::Unsupported,
            format!(
                "The store {} has {theirs}; this library reads format 0 draft 10. Use the version \
                 of ckp that wrote it.",
                self.root.display()
            ),
        ))
    }

    /// Nothing in the directory but what a store being made has.
    fn is_blank(&self) -> Result<bool> {
        for entry in fs::read_dir(&self.root).map_err(|error| self.failed("open", &error))? {
            let name = entry.map_err(|error| self.failed("open", &error))?.file_name();
            let known = [STAGES, TEMPORARY, LOCK].iter().any(|known| name == *known);
            if !known {
                return Ok(false);
            }
        }
        Ok(self.stage_names()?.is_empty())
    }

    pub(super) fn no_stage(&self, name: &str) -> Error {
        let names = self.stage_names().unwrap_or_default();
        let near = nearest(name.as_bytes(), names.iter().map(String::as_bytes));
        let known = match (names.as_slice(), near.as_slice()) {
            ([], _) => "it has no stages".to_owned(),
            (names, _) if names.len() <= MOST_LISTED => {
                format!("its stages are {}", names.join(", "))
            }
            (names, []) => format!("none of its {} stages has a name near to it", names.len()),
            (names, near) => {
                let near = listed(near.iter().copied());
                format!("of its {} stages, those with near names are {near}", names.len())
            }
        };
        Error::new(
            ErrorKind::NotFound,
            format!("Stage {name} is not in {}: {known}.", self.root.display()),
        )
    }

    fn failed(&self, what: &str, error: &io::Error) -> Error {
        Error::io(format_args!("Cannot {what} {}", self.root.display()), error)
    }
}

/// A file that a writer that was ended left behind.
pub(super) struct Leftover {
    pub name: OsString,
    pub bytes: u64,
}

/// The right to write to a store. A store that was made for this is taken back unless it is kept:
/// a first save that fails leaves nothing on disk.
pub(super) struct Writing {
    root: PathBuf,
    made_root: bool,
    is_new: bool,
    // Dropped last: nobody else may begin to write before the rest is gone.
    _lock: WriterLock,
}

impl Writing {
    /// There is something in the store now.
    pub fn keep(&mut self) {
        self.is_new = false;
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        if !self.is_new {
            return;
        }
        // Nothing here can be lost: directories are removed only when they are empty, and what
        // cannot be removed is an empty store, which the next writer takes over.
        for directory in [TEMPORARY, STAGES] {
            let _ = fs::remove_dir(self.root.join(directory));
        }
        if !self.root.join(STAGES).exists() {
            let _ = fs::remove_file(self.root.join(MARKER));
            let _ = fs::remove_file(self.root.join(LOCK));
        }
        if self.made_root {
            let _ = fs::remove_dir(&self.root);
        }
    }
}

/// Make a directory; whether it was not there.
fn create_directory(path: &Path) -> Result<bool> {
    match fs::create_dir(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(Error::io(format_args!("Cannot create {}", path.display()), &error)),
    }
}

/// Stage names are file names that need no quoting in a shell or in Tcl.
fn check_name(name: &str) -> Result<()> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._+-=@:".contains(c);
    let good = !name.is_empty()
        && name.len() <= MAX_NAME
        && name.chars().all(allowed)
        && !name.starts_with(['.', '-']);
    if good {
        return Ok(());
    }
    Err(invalid(format!(
        "\"{}\" cannot be a stage name: use 1 to {MAX_NAME} letters, digits and ._+-=@: and do not \
         begin with . or -.",
        name.escape_debug()
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_leave_the_directory() {
        for good in ["place", "1_floorplan", "a.b+c-d=e@f:g", &"x".repeat(MAX_NAME)] {
            check_name(good).unwrap();
        }
        let long = "x".repeat(MAX_NAME + 1);
        for bad in ["", ".", "..", "../a", "a/b", "-full", ".hidden", "a b", "a\0", "\u{e9}", &long]
        {
            assert_eq!(check_name(bad).unwrap_err().kind(), ErrorKind::InvalidArgument, "{bad:?}");
        }
    }

    #[test]
    fn opening_changes_nothing_on_disk() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("s.ckp");
        let open = |mode| Store::open(&path, mode, ReadMode::Mapped);
        assert_eq!(open(OpenMode::Read).unwrap_err().kind(), ErrorKind::NotFound);
        let store = open(OpenMode::Create).unwrap();
        assert!(!path.exists());
        assert!(store.stage_names().unwrap().is_empty());
        assert_eq!(store.head().unwrap(), None);
        assert_eq!(store.stage("a").unwrap_err().kind(), ErrorKind::NotFound);
    }

    #[test]
    fn what_is_not_a_store_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let open = |path: &Path, mode| Store::open(path, mode, ReadMode::Mapped);
        let file = directory.path().join("file");
        fs::write(&file, "x").unwrap();
        for mode in [OpenMode::Read, OpenMode::Create] {
            let error = open(&file, mode).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument);
            let error = open(directory.path(), mode).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument, "a directory of other things");
        }
        let store = directory.path().join("store");
        fs::create_dir(&store).unwrap();
        open(&store, OpenMode::Create).unwrap();
        fs::write(store.join(MARKER), "ckp store\nformat 7 draft 0\n").unwrap();
        let error = open(&store, OpenMode::Read).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.to_string().contains("format 7"));
        fs::write(store.join(MARKER), "hello").unwrap();
        assert_eq!(open(&store, OpenMode::Read).unwrap_err().kind(), ErrorKind::Corrupt);
    }

    #[test]
    fn a_store_half_made_is_finished_by_the_next_writer() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("s.ckp");
        fs::create_dir_all(path.join(TEMPORARY)).unwrap();
        fs::write(path.join(TEMPORARY).join("old"), "x").unwrap();
        let store = Store::open(&path, OpenMode::Create, ReadMode::Mapped).unwrap();
        store.begin_writing().unwrap().keep();
        assert_eq!(fs::read_dir(path.join(TEMPORARY)).unwrap().count(), 0);
        Store::open(&path, OpenMode::Read, ReadMode::Mapped).unwrap();
    }

    #[test]
    fn a_first_save_that_fails_leaves_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("s.ckp");
        let store = Store::open(&path, OpenMode::Create, ReadMode::Mapped).unwrap();
        drop(store.begin_writing().unwrap());
        assert!(!path.exists());
        fs::create_dir(&path).unwrap();
        drop(store.begin_writing().unwrap());
        assert_eq!(fs::read_dir(&path).unwrap().count(), 0, "a directory of the user stays");
    }
}
