// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! A disk that works on a real directory, remembers every change, and can fail or stop at any operation. From
//! what it remembers it tells what is on the medium after a loss of power at any instant: file data for certain
//! up to the last fsync of the file only, names up to the last fsync of their directory only; of what came
//! later, whatever a file system may have kept.

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

use ckp::{Disk, System};

/// Files with their bytes, and directories, by path below the root.
pub type Tree = BTreeMap<PathBuf, Option<Vec<u8>>>;

/// More changes of names than these in one directory are lost or kept together.
const MOST_CHOSEN: usize = 4;

/// What happens at an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It fails with this error of the operating system.
    Once(i32),
    /// It and all later ones that change something fail.
    Lasting(i32),
    /// A write takes half of its bytes.
    Short,
    /// The process ends before it.
    Stop,
}

/// See the module text.
#[derive(Debug)]
pub struct Recorded {
    root: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Operations so far.
    operations: usize,
    /// Which of them change something.
    changing: Vec<usize>,
    fault: Option<(usize, Fault)>,
    has_stopped: bool,
    /// The changes of each operation that made some.
    journal: Vec<Vec<Change>>,
    /// Nodes by inode number, which a file system uses again, and directories by path.
    files: HashMap<u64, Node>,
    directories: HashMap<PathBuf, Node>,
    nodes: Node,
}

/// A file or a directory, whatever its names are.
type Node = usize;

/// The directory that holds the root.
const PARENT: Node = 0;

#[derive(Clone, Debug)]
enum Change {
    Directory(Node),
    Name { directory: Node, name: OsString, target: Option<Node> },
    Append { file: Node, bytes: Vec<u8> },
    Truncate { file: Node, length: usize },
    Sync { file: Node },
    SyncDirectory { directory: Node },
}

impl Recorded {
    /// On the directory `root`, which need not be there. What is there is durable.
    pub fn new(root: &Path) -> Self {
        let recorded = Self { root: root.to_path_buf(), state: Mutex::default() };
        {
            let mut state = recorded.state();
            state.nodes = 1;
            state.directories.insert(root.parent().unwrap().to_path_buf(), PARENT);
            state.journal.push(Vec::new());
            for (path, bytes) in read_tree(root) {
                let path = root.join(path);
                let node = match bytes {
                    None => state.new_directory(&path),
                    Some(bytes) => state.known_file(&path, bytes),
                };
                state.name(&path, Some(node));
            }
            let directories: Vec<Node> = state.directories.values().copied().collect();
            state.changed(directories.into_iter().map(|d| Change::SyncDirectory { directory: d }));
            let all = std::mem::take(&mut state.journal).concat();
            state.journal.push(all);
        }
        recorded
    }

    /// The operation with this number, counted from now, has a fault.
    pub fn fail_at(&self, operation: usize, fault: Fault) {
        let mut state = self.state();
        let at = state.operations + operation;
        state.fault = Some((at, fault));
    }

    /// Another process goes on, on a disk without faults.
    pub fn revive(&self) {
        let mut state = self.state();
        state.fault = None;
        state.has_stopped = false;
    }

    /// Operations so far, and the numbers of those that change something.
    pub fn operations(&self) -> (usize, Vec<usize>) {
        let state = self.state();
        (state.operations, state.changing.clone())
    }

    /// Instants at which power may fail: before each change, and after the last one.
    pub fn instants(&self) -> usize {
        self.state().journal.len()
    }

    /// What may be on the medium after a loss of power at this instant. The first is what a process finds after
    /// one that was killed then: everything.
    pub fn images(&self, instant: usize) -> Vec<Tree> {
        let state = self.state();
        let mut medium = Medium::default();
        for change in state.journal[..=instant].iter().flatten() {
            medium.apply(change);
        }
        let root = self.root.file_name().unwrap();
        let mut images = Vec::new();
        for kept in medium.choices() {
            for data in [Data::Live, Data::Synced, Data::Zeros, Data::Half] {
                let tree = medium.tree(root, &kept, data);
                if !images.contains(&tree) {
                    images.push(tree);
                }
            }
        }
        images
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Begin an operation; the fault that it has to have itself.
    fn begin(&self, changes: bool) -> io::Result<Option<Fault>> {
        let mut state = self.state();
        let number = state.operations;
        state.operations += 1;
        if changes {
            state.changing.push(number);
        }
        if state.has_stopped {
            return Err(stopped());
        }
        match state.fault {
            Some((at, Fault::Once(error))) if at == number => Err(os(error)),
            Some((at, Fault::Lasting(error))) if at == number || (changes && at < number) => {
                Err(os(error))
            }
            Some((at, Fault::Short)) if at == number => Ok(Some(Fault::Short)),
            Some((at, Fault::Stop)) if at == number => {
                state.has_stopped = true;
                Err(stopped())
            }
            _ => Ok(None),
        }
    }
}

fn os(error: i32) -> io::Error {
    io::Error::from_raw_os_error(error)
}

fn stopped() -> io::Error {
    io::Error::other("the process was ended")
}

fn inode(file: &File) -> u64 {
    file.metadata().unwrap().ino()
}

impl State {
    fn new_node(&mut self) -> Node {
        self.nodes += 1;
        self.nodes - 1
    }

    fn new_directory(&mut self, path: &Path) -> Node {
        let node = self.new_node();
        self.directories.insert(path.to_path_buf(), node);
        self.changed([Change::Directory(node)]);
        node
    }

    fn known_file(&mut self, path: &Path, bytes: Vec<u8>) -> Node {
        let node = self.new_node();
        self.files.insert(fs::metadata(path).unwrap().ino(), node);
        self.changed([Change::Append { file: node, bytes }, Change::Sync { file: node }]);
        node
    }

    fn name(&mut self, path: &Path, target: Option<Node>) {
        let directory = self.directories[path.parent().unwrap()];
        let name = path.file_name().unwrap().to_owned();
        self.changed([Change::Name { directory, name, target }]);
    }

    fn changed(&mut self, changes: impl IntoIterator<Item = Change>) {
        self.journal.last_mut().unwrap().extend(changes);
    }

    /// Changes from here on are those of another operation.
    fn next(&mut self) {
        self.journal.push(Vec::new());
    }
}

impl Disk for Recorded {
    fn create_directory(&self, path: &Path) -> io::Result<()> {
        self.begin(true)?;
        System.create_directory(path)?;
        let mut state = self.state();
        state.next();
        let node = state.new_directory(path);
        state.name(path, Some(node));
        Ok(())
    }

    fn remove_directory(&self, path: &Path) -> io::Result<()> {
        self.begin(true)?;
        System.remove_directory(path)?;
        let mut state = self.state();
        state.next();
        state.directories.remove(path);
        state.name(path, None);
        Ok(())
    }

    fn sync_directory(&self, path: &Path) -> io::Result<()> {
        self.begin(true)?;
        let mut state = self.state();
        state.next();
        let directory = state.directories[path];
        state.changed([Change::SyncDirectory { directory }]);
        Ok(())
    }

    fn list(&self, path: &Path) -> io::Result<Vec<OsString>> {
        self.begin(false)?;
        System.list(path)
    }

    fn metadata(&self, path: &Path) -> io::Result<fs::Metadata> {
        self.begin(false)?;
        System.metadata(path)
    }

    fn symlink_metadata(&self, path: &Path) -> io::Result<fs::Metadata> {
        self.begin(false)?;
        System.symlink_metadata(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.begin(true)?;
        let file = inode(&File::open(from)?);
        System.rename(from, to)?;
        let mut state = self.state();
        state.next();
        let node = state.files[&file];
        state.name(to, Some(node));
        state.name(from, None);
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.begin(true)?;
        System.remove(path)?;
        let mut state = self.state();
        state.next();
        state.name(path, None);
        Ok(())
    }

    fn create_new(&self, path: &Path) -> io::Result<File> {
        self.begin(true)?;
        let file = System.create_new(path)?;
        let mut state = self.state();
        state.next();
        let node = state.new_node();
        state.files.insert(inode(&file), node);
        state.changed([Change::Append { file: node, bytes: Vec::new() }]);
        state.name(path, Some(node));
        Ok(file)
    }

    fn write(&self, file: &File, bytes: &[u8]) -> io::Result<usize> {
        let length = match self.begin(true)? {
            Some(Fault::Short) => bytes.len().div_ceil(2),
            _ => bytes.len(),
        };
        let written = System.write(file, &bytes[..length])?;
        let mut state = self.state();
        state.next();
        let file = state.files[&inode(file)];
        state.changed([Change::Append { file, bytes: bytes[..written].to_vec() }]);
        Ok(written)
    }

    fn truncate(&self, file: &File, length: u64) -> io::Result<()> {
        self.begin(true)?;
        System.truncate(file, length)?;
        let mut state = self.state();
        state.next();
        let file = state.files[&inode(file)];
        state.changed([Change::Truncate { file, length: length as usize }]);
        Ok(())
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        self.begin(true)?;
        let mut state = self.state();
        state.next();
        let file = state.files[&inode(file)];
        state.changed([Change::Sync { file }]);
        Ok(())
    }

    fn open(&self, path: &Path) -> io::Result<File> {
        self.begin(false)?;
        System.open(path)
    }

    fn read_at(&self, file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        self.begin(false)?;
        System.read_at(file, bytes, offset)
    }

    fn map(&self, file: &File) -> io::Result<memmap2::Mmap> {
        self.begin(false)?;
        System.map(file)
    }

    fn read_text(&self, path: &Path) -> io::Result<String> {
        self.begin(false)?;
        System.read_text(path)
    }

    fn open_lock(&self, path: &Path) -> io::Result<File> {
        self.begin(true)?;
        let was_there = path.exists();
        let file = System.open_lock(path)?;
        if !was_there {
            let mut state = self.state();
            state.next();
            let node = state.new_node();
            state.files.insert(inode(&file), node);
            state.changed([Change::Append { file: node, bytes: Vec::new() }]);
            state.name(path, Some(node));
        }
        Ok(file)
    }

    fn try_lock(&self, file: &File) -> Result<(), TryLockError> {
        self.begin(false).map_err(TryLockError::Error)?;
        System.try_lock(file)
    }
}

/// What of the data of a file that was not fsynced is on the medium.
#[derive(Clone, Copy)]
enum Data {
    Live,
    Synced,
    Zeros,
    Half,
}

/// A file system after some changes: what is certain, and what is not yet.
#[derive(Default)]
struct Medium {
    files: HashMap<Node, (Vec<u8>, Vec<u8>)>,
    directories: BTreeMap<Node, Names>,
}

#[derive(Default)]
struct Names {
    certain: BTreeMap<OsString, Node>,
    pending: Vec<(OsString, Option<Node>)>,
}

impl Names {
    fn with<'a>(
        &self,
        pending: impl IntoIterator<Item = &'a (OsString, Option<Node>)>,
    ) -> BTreeMap<OsString, Node> {
        let mut names = self.certain.clone();
        for (name, target) in pending {
            match target {
                Some(target) => names.insert(name.clone(), *target),
                None => names.remove(name),
            };
        }
        names
    }

    /// All that may be there: any of few changes, of many the first ones, or those that add a name.
    fn choices(&self) -> Vec<BTreeMap<OsString, Node>> {
        let count = self.pending.len();
        let mut choices = vec![self.with(&self.pending)];
        if count <= MOST_CHOSEN {
            for chosen in 0..1usize << count {
                let kept = self.pending.iter().enumerate();
                let kept = kept.filter(|(at, _)| chosen >> at & 1 == 1).map(|(_, change)| change);
                choices.push(self.with(kept));
            }
        } else {
            choices.push(self.certain.clone());
            choices.push(self.with(&self.pending[..count / 2]));
            choices.push(self.with(self.pending.iter().filter(|(_, target)| target.is_some())));
        }
        choices.dedup();
        choices
    }
}

type Kept = BTreeMap<Node, BTreeMap<OsString, Node>>;

impl Medium {
    fn apply(&mut self, change: &Change) {
        match change.clone() {
            Change::Directory(node) => {
                self.directories.insert(node, Names::default());
            }
            Change::Name { directory, name, target } => {
                self.directories.entry(directory).or_default().pending.push((name, target));
            }
            Change::Append { file, bytes } => {
                self.files.entry(file).or_default().0.extend(bytes);
            }
            Change::Truncate { file, length } => {
                self.files.entry(file).or_default().0.truncate(length);
            }
            Change::Sync { file } => {
                let (live, synced) = self.files.entry(file).or_default();
                synced.clone_from(live);
            }
            Change::SyncDirectory { directory } => {
                let names = self.directories.entry(directory).or_default();
                names.certain = names.with(&names.pending);
                names.pending.clear();
            }
        }
    }

    /// Every combination of what the directories may hold; all changes first.
    fn choices(&self) -> Vec<Kept> {
        let mut all = vec![Kept::new()];
        for (node, names) in &self.directories {
            let choices = names.choices();
            all = choices
                .iter()
                .flat_map(|choice| {
                    all.iter().map(|kept| {
                        let mut kept = kept.clone();
                        kept.insert(*node, choice.clone());
                        kept
                    })
                })
                .collect();
        }
        all
    }

    fn tree(&self, root: &std::ffi::OsStr, kept: &Kept, data: Data) -> Tree {
        let mut tree = Tree::new();
        if let Some(node) = kept.get(&PARENT).and_then(|names| names.get(root)) {
            self.grow(&mut tree, PathBuf::new(), *node, kept, data);
        }
        tree
    }

    fn grow(&self, tree: &mut Tree, path: PathBuf, node: Node, kept: &Kept, data: Data) {
        let Some(names) = kept.get(&node) else {
            let (live, synced) = &self.files[&node];
            let bytes = match data {
                _ if live == synced => live.clone(),
                Data::Live => live.clone(),
                Data::Synced => synced.clone(),
                Data::Zeros => vec![0; live.len()],
                Data::Half => live[..live.len() / 2].to_vec(),
            };
            tree.insert(path, Some(bytes));
            return;
        };
        for (name, target) in names {
            self.grow(tree, path.join(name), *target, kept, data);
        }
        tree.insert(path, None);
    }
}

/// What is below `root`, and itself; nothing where it is not there.
pub fn read_tree(root: &Path) -> Tree {
    let mut tree = Tree::new();
    let mut paths = vec![PathBuf::new()];
    while let Some(path) = paths.pop() {
        let full = root.join(&path);
        if full.is_dir() {
            let entries = fs::read_dir(&full).unwrap();
            paths.extend(entries.map(|entry| path.join(entry.unwrap().file_name())));
            tree.insert(path, None);
        } else if full.exists() {
            tree.insert(path, Some(fs::read(full).unwrap()));
        }
    }
    tree
}

/// Make `root` hold `tree`, and nothing else.
pub fn write_tree(root: &Path, tree: &Tree) {
    let _ = fs::remove_dir_all(root);
    for (path, bytes) in tree {
        match bytes {
            None => fs::create_dir(root.join(path)).unwrap(),
            Some(bytes) => fs::write(root.join(path), bytes).unwrap(),
        }
    }
}
