// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The directory of a store: `docs/format.md`, "Store directory".

use std::collections::HashMap;
use std::ffi::OsString;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::cache::Cache;
use super::disk::{Disk, system};
use super::durable::{TemporaryFile, parent, replace, sync_directory};
use super::lock::WriterLock;
use super::mapping::ReadMode;
use super::marker::{MARKER, Marker};
use super::reader::Stage;
use super::stage_file::{MAX_DEPTH, StageFile};
use crate::error::{Error, ErrorKind, Result, corrupt, invalid};
use crate::near::{listed, nearest};

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
    disk: Arc<dyn Disk>,
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
        Self::open_on(system(), path, mode, read_mode)
    }

    /// The same on another file system than that of the operating system: for tests.
    #[doc(hidden)]
    pub fn open_on(
        disk: Arc<dyn Disk>,
        path: &Path,
        mode: OpenMode,
        read_mode: ReadMode,
    ) -> Result<Self> {
        if path.as_os_str().is_empty() {
            return Err(invalid("The path of the store is empty."));
        }
        let cache = Cache::from_environment();
        let store = Self { root: path.to_path_buf(), disk, read_mode, cache };
        let metadata = match store.disk.metadata(path) {
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
        // A crash while the store was being made leaves no marker and no stage.
        if store.marker()?.is_none() && (mode == OpenMode::Read || !store.is_blank()?) {
            return Err(invalid(format!(
                "{} is a directory, but not a store: it has no file {MARKER}.",
                path.display()
            )));
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
        Self {
            root: self.root.clone(),
            disk: self.disk.clone(),
            read_mode: self.read_mode,
            cache: None,
        }
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// Names of all stages, sorted. Whether their files are sound is not looked at.
    pub fn stage_names(&self) -> Result<Vec<String>> {
        let entries = match self.disk.list(&self.root.join(STAGES)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(self.failed("list", &error)),
        };
        let mut names = Vec::new();
        for name in entries {
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
        // One that was deleted since it was listed is none of them.
        let is_gone = |error: &Error| error.kind() == ErrorKind::NotFound;
        let stages = stages.filter(|stage| !stage.as_ref().is_err_and(is_gone));
        let mut stages: Vec<Arc<Stage>> = stages.collect::<Result<_>>()?;
        stages.sort_by_key(|stage| stage.timing_stage().timestamp);
        Ok(stages)
    }

    /// A writer may put a stage on another base and delete the old one between the opening of both: then the
    /// file of the stage is another one by now. What was opened before may be older, too: a stage whose chain
    /// got shorter does not fit on bases whose chains were longer then.
    pub(super) fn open_again_if_rebased(
        &self,
        name: &str,
        open: &mut HashMap<String, Arc<Stage>>,
    ) -> Result<Arc<Stage>> {
        for _ in 0..REBASED_MEANWHILE {
            match self.open_chain(name, 0, open) {
                Err(error) if error.kind() == ErrorKind::BaseMissing => open.clear(),
                Err(error) if error.kind() == ErrorKind::Corrupt && !open.is_empty() => {
                    open.clear()
                }
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
        if self.has_stage(name)? { Ok(()) } else { Err(self.no_stage(name)) }
    }

    /// Size of the file of a stage; 0 where it cannot be told.
    pub(super) fn stage_bytes(&self, name: &str) -> u64 {
        self.disk.metadata(&self.stage_path(name)).map_or(0, |metadata| metadata.len())
    }

    /// The stage that the next one is a delta of, unless told otherwise.
    pub fn head(&self) -> Result<Option<String>> {
        match self.disk.read_text(&self.root.join(HEAD)) {
            Ok(text) if check_name(text.trim_end()).is_ok() => Ok(Some(text.trim_end().to_owned())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) if error.kind() != io::ErrorKind::InvalidData => {
                Err(self.failed("read the head of", &error))
            }
            // Or it is no text.
            _ => Err(corrupt(format!(
                "{} does not hold a stage name.",
                self.root.join(HEAD).display()
            ))),
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
        if self.has_stage(name)? {
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

    pub(super) fn disk(&self) -> &Arc<dyn Disk> {
        &self.disk
    }

    pub(crate) fn read_mode(&self) -> ReadMode {
        self.read_mode
    }

    pub(super) fn has_stage(&self, name: &str) -> Result<bool> {
        exists(&*self.disk, &self.stage_path(name)).map_err(|error| self.failed("list", &error))
    }

    /// One file, without its bases.
    pub(super) fn stage_file(&self, name: &str) -> Result<StageFile> {
        StageFile::open(self, &self.stage_path(name), name)
    }

    /// Make the directory if need be, become its writer, and clear away what a dead one left.
    pub(super) fn begin_writing(&self) -> Result<Writing> {
        let writing = self.begin_looking()?;
        self.clear_leftovers()?;
        Ok(writing)
    }

    /// The same, with what a dead writer left.
    pub(super) fn begin_looking(&self) -> Result<Writing> {
        let made_root = self.create_directory(&self.root)?;
        let lock = WriterLock::acquire(&*self.disk, &self.root.join(LOCK)).inspect_err(|_| {
            if made_root {
                let _ = self.disk.remove_directory(&self.root);
            }
        })?;
        let (root, disk) = (self.root.clone(), self.disk.clone());
        let mut writing = Writing { root, disk, made_root, is_new: made_root, _lock: lock };
        let marker = self.marker()?;
        marker.map_or(Ok(()), |marker| marker.check_write(&self.root))?;
        writing.is_new = marker.is_none();
        for directory in [STAGES, TEMPORARY] {
            let path = self.root.join(directory);
            self.create_directory(&path)?;
            self.check_directory(&path)?;
        }
        if writing.is_new {
            // What a writer that was ended left of a marker would be in the way.
            self.clear_leftovers()?;
            // Later writers take a store that has a marker for one whose own name is durable.
            sync_directory(&*self.disk, parent(&self.root))?;
            let (temporary, marker) = (self.temporary_path(MARKER), self.root.join(MARKER));
            replace(&self.disk, temporary, &marker, &Marker::ours().text())?;
        } else {
            // What a writer that was ended did is seen, and may be built on: it has to stay.
            sync_directory(&*self.disk, &self.root.join(STAGES))?;
            sync_directory(&*self.disk, &self.root)?;
        }
        Ok(writing)
    }

    /// Give a new stage its name and make it the head, or neither.
    pub(super) fn publish_new(&self, file: TemporaryFile, name: &str) -> Result<()> {
        let published = file.publish(&self.stage_path(name)).and_then(|()| self.write_head(name));
        // Nobody else writes, so nothing depends on the stage yet but the head, where that was replaced.
        if published.is_err() && self.head().is_ok_and(|head| head.as_deref() != Some(name)) {
            let _ = self.remove_stage(name);
        }
        published
    }

    pub(super) fn write_head(&self, name: &str) -> Result<()> {
        let (temporary, head) = (self.temporary_path(HEAD), self.root.join(HEAD));
        replace(&self.disk, temporary, &head, &format!("{name}\n"))
    }

    /// Open `name` and its bases. `open` holds what was opened before, `depth` bounds the chain.
    fn open_chain(
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
        let stage = Stage::open(self, &path, name, self.cache.clone(), |base| {
            check_name(base)?;
            let opened = self.open_chain(base, depth + 1, open);
            opened.map_err(|error| match error.kind() {
                ErrorKind::NotFound => Error::new(
                    ErrorKind::BaseMissing,
                    format!("Stage {base} is not in {}.", self.root.display()),
                ),
                _ => error,
            })
        })?;
        let stage = Arc::new(stage);
        open.insert(name.to_owned(), stage.clone());
        Ok(stage)
    }

    pub(super) fn clear_leftovers(&self) -> Result<()> {
        for leftover in self.leftovers()? {
            self.disk
                .remove(&self.temporary_path(&leftover.name))
                .map_err(|error| self.failed("clean", &error))?;
        }
        Ok(())
    }

    /// What a dead writer left, by name. Only the writer may ask: else it may be the work of another one.
    pub(super) fn leftovers(&self) -> Result<Vec<Leftover>> {
        let failed = |error: io::Error| self.failed("clean", &error);
        let mut leftovers = Vec::new();
        for name in self.disk.list(&self.root.join(TEMPORARY)).map_err(failed)? {
            let bytes =
                self.disk.symlink_metadata(&self.temporary_path(&name)).map_err(failed)?.len();
            leftovers.push(Leftover { name, bytes });
        }
        leftovers.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Ok(leftovers)
    }

    /// Remove the file of a stage, durably. Its base and its dependents are not looked at.
    pub(super) fn remove_stage(&self, name: &str) -> Result<()> {
        self.disk
            .remove(&self.stage_path(name))
            .map_err(|error| self.failed("delete from", &error))?;
        sync_directory(&*self.disk, &self.root.join(STAGES))
    }

    /// There is no head any more: the next stage is a full one.
    pub(super) fn remove_head(&self) -> Result<()> {
        match self.disk.remove(&self.root.join(HEAD)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(self.failed("remove the head of", &error))
            }
            _ => sync_directory(&*self.disk, &self.root),
        }
    }

    /// What the store says that it is; `None` before it is made.
    ///
    /// # Errors
    /// Those of [`Marker::parse`], and `Io`.
    pub(super) fn marker(&self) -> Result<Option<Marker>> {
        match self.disk.read_text(&self.root.join(MARKER)) {
            Ok(text) => Marker::parse(&text, &self.root).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.failed("open", &error)),
        }
    }

    /// Nothing in the directory but what a store being made has.
    fn is_blank(&self) -> Result<bool> {
        for name in self.disk.list(&self.root).map_err(|error| self.failed("open", &error))? {
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

    /// Make a directory; whether it was not there.
    fn create_directory(&self, path: &Path) -> Result<bool> {
        match self.disk.create_directory(path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(Error::io(format_args!("Cannot create {}", path.display()), &error)),
        }
    }

    /// There is something at the path.
    pub(super) fn is_there(&self) -> bool {
        !matches!(exists(&*self.disk, &self.root), Ok(false))
    }

    /// Both are one directory, whatever their paths.
    pub(super) fn is_same_directory(&self, other: &Self) -> bool {
        let id = |store: &Self| {
            store.disk.metadata(&store.root).map(|metadata| (metadata.dev(), metadata.ino()))
        };
        matches!((id(self), id(other)), (Ok(a), Ok(b)) if a == b)
    }

    /// What is written and removed in a directory that is a link would be written and removed elsewhere.
    fn check_directory(&self, path: &Path) -> Result<()> {
        let metadata = self.disk.symlink_metadata(path);
        let metadata = metadata.map_err(|error| self.failed("write to", &error))?;
        if metadata.is_dir() {
            return Ok(());
        }
        Err(invalid(format!(
            "{} is no directory, as it has to be in a store that is written to. A link may lead anywhere: put \
             a directory in its place.",
            path.display()
        )))
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
    disk: Arc<dyn Disk>,
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
            let _ = self.disk.remove_directory(&self.root.join(directory));
        }
        if matches!(exists(&*self.disk, &self.root.join(STAGES)), Ok(false)) {
            let _ = self.disk.remove(&self.root.join(MARKER));
            let _ = self.disk.remove(&self.root.join(LOCK));
        }
        if self.made_root {
            let _ = self.disk.remove_directory(&self.root);
        }
    }
}

/// Whether there is such a name. An error is no answer: what is taken for absent may be replaced.
fn exists(disk: &dyn Disk, path: &Path) -> io::Result<bool> {
    match disk.symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
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
    use std::fs;

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
        let open = |mode| Store::open(&path, mode, ReadMode::default());
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
        let open = |path: &Path, mode| Store::open(path, mode, ReadMode::default());
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
        fs::write(store.join(MARKER), "hello").unwrap();
        assert_eq!(open(&store, OpenMode::Read).unwrap_err().kind(), ErrorKind::Corrupt);
    }

    #[test]
    fn a_store_half_made_is_finished_by_the_next_writer() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("s.ckp");
        fs::create_dir_all(path.join(TEMPORARY)).unwrap();
        fs::write(path.join(TEMPORARY).join("old"), "x").unwrap();
        let store = Store::open(&path, OpenMode::Create, ReadMode::default()).unwrap();
        store.begin_writing().unwrap().keep();
        assert_eq!(fs::read_dir(path.join(TEMPORARY)).unwrap().count(), 0);
        Store::open(&path, OpenMode::Read, ReadMode::default()).unwrap();
    }

    #[test]
    fn a_first_save_that_fails_leaves_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("s.ckp");
        let store = Store::open(&path, OpenMode::Create, ReadMode::default()).unwrap();
        drop(store.begin_writing().unwrap());
        assert!(!path.exists());
        fs::create_dir(&path).unwrap();
        drop(store.begin_writing().unwrap());
        assert_eq!(fs::read_dir(&path).unwrap().count(), 0, "a directory of the user stays");
    }
}
