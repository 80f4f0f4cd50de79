// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Any operations on a store, against a model of it. Damage and what a killed writer leaves are operations, too.

use std::fs;
use std::path::{Path, PathBuf};

use arbitrary::{Arbitrary, Result, Unstructured};
use ckp::{
    BaseChoice, Capture, CaptureOptions, CodecChoice, CompactMode, Depth, ErrorKind, OpenMode,
    ReadMode, Store,
};

use super::model::{Known, Model};
use crate::common::{assert_holds, chain, fill};

const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];
const MOST_OPERATIONS: usize = 24;
/// Names and saves are few, so that they meet.
const SIZES: [usize; 3] = [2, 3, 5];

/// Play the operations that the bytes stand for.
pub fn operations(data: &[u8]) {
    let directory = tempfile::tempdir().expect("a directory");
    let mut game = Game {
        path: directory.path().join("s.ckp"),
        mode: ReadMode::Positioned,
        model: Model::default(),
    };
    let mut input = Unstructured::new(data);
    for _ in 0..MOST_OPERATIONS {
        if input.is_empty() || game.step(&mut input).is_err() {
            break;
        }
        game.check();
    }
}

struct Game {
    path: PathBuf,
    mode: ReadMode,
    model: Model,
}

impl Game {
    fn store(&self) -> Store {
        Store::open(&self.path, OpenMode::Create, self.mode).expect("the store")
    }

    fn file(&self, name: &str) -> PathBuf {
        self.path.join("stages").join(format!("{name}.stage"))
    }

    fn step(&mut self, input: &mut Unstructured<'_>) -> Result<()> {
        let name = *input.choose(&NAMES)?;
        match input.int_in_range(0..=9u8)? {
            0..=2 => self.save(name, input)?,
            3 => self.delete(name),
            4 => self.compact(bool::arbitrary(input)?),
            5 => self.set_head(name),
            6 => self.damage(name, input)?,
            7 => self.repair(),
            8 => self.abandon(name),
            _ => {
                self.mode = *input.choose(&[ReadMode::Mapped, ReadMode::Positioned])?;
                self.leave(name);
            }
        }
        Ok(())
    }

    fn save(&mut self, name: &str, input: &mut Unstructured<'_>) -> Result<()> {
        let (size, version) = (*input.choose(&SIZES)?, input.int_in_range(0..=3)?);
        let base = match input.int_in_range(0..=3u8)? {
            0 => BaseChoice::Full,
            1 => BaseChoice::Stage((*input.choose(&NAMES)?).into()),
            _ => BaseChoice::Auto,
        };
        let codec = CodecChoice::from_code(input.int_in_range(0..=3)?).unwrap_or_default();
        let options = CaptureOptions { base: base.clone(), codec, ..CaptureOptions::default() };
        let (store, table) = (self.store(), chain(size));
        let saved = Capture::begin(&store, name, options, table.clone()).and_then(|mut capture| {
            fill(&mut capture, &table, version)?;
            capture.commit(&store)
        });
        let is_known = |base: &String| self.model.stages.contains_key(base);
        let has_base = !matches!(&base, BaseChoice::Stage(base) if !is_known(base));
        match saved {
            Ok(_) => {
                assert!(!self.model.stages.contains_key(name) && has_base, "{name} was saved");
                self.model.stages.insert(name.into(), Known::new(size, version));
                self.model.head = Some(name.into());
            }
            Err(error) => {
                let is_expected = match error.kind() {
                    ErrorKind::AlreadyExists => self.model.stages.contains_key(name),
                    ErrorKind::NotFound => !has_base,
                    _ => self.model.is_damaged(),
                };
                assert!(is_expected, "{error}");
            }
        }
        Ok(())
    }

    fn delete(&mut self, name: &str) {
        if !self.path.exists() {
            return;
        }
        match self.store().delete_stage(name, &mut |_, _, _| {}) {
            Ok(_) => {
                let known = self.model.stages.remove(name);
                self.model.gave_up |= known.expect("it was there").sound.is_some();
                self.model.head = self.store().head().expect("the head");
            }
            Err(error) => {
                let is_absent = !self.model.stages.contains_key(name);
                assert!(is_absent || self.model.is_damaged(), "{error}");
            }
        }
    }

    fn compact(&mut self, is_dry: bool) {
        if !self.path.exists() {
            return;
        }
        let mode = if is_dry { CompactMode::DryRun } else { CompactMode::Apply };
        if let Err(error) = self.store().compact(mode, &mut |_, _, _| {}) {
            assert!(self.model.is_damaged(), "{error}");
        }
    }

    fn set_head(&mut self, name: &str) {
        match self.store().set_head(name) {
            Ok(()) => self.model.head = Some(name.into()),
            Err(error) => {
                let is_absent = !self.model.stages.contains_key(name);
                assert!(is_absent || self.model.is_damaged(), "{error}");
            }
        }
    }

    /// Flip a bit, or cut the file.
    fn damage(&mut self, name: &str, input: &mut Unstructured<'_>) -> Result<()> {
        let file = self.file(name);
        let Some(known) = self.model.stages.get_mut(name).filter(|s| s.sound.is_none()) else {
            return Ok(());
        };
        let sound = fs::read(&file).expect("a stage");
        let at = input.int_in_range(0..=sound.len() - 1)?;
        let mut bytes = sound.clone();
        match input.int_in_range(0..=8u8)? {
            8 => bytes.truncate(at),
            bit => bytes[at] ^= 1 << bit,
        }
        replace(&file, &bytes);
        known.sound = Some(sound);
        Ok(())
    }

    /// Put the sound bytes back, as a user does from a backup. What depends on a damaged stage that was deleted
    /// stays unreadable.
    fn repair(&mut self) {
        for (name, known) in &mut self.model.stages {
            if let Some(sound) = known.sound.take() {
                let file = self.path.join("stages").join(format!("{name}.stage"));
                replace(&file, &sound);
            }
        }
        let store = self.store();
        for (name, known) in &mut self.model.stages {
            let missing = [ErrorKind::BaseMissing, ErrorKind::BaseMismatch];
            let lacks_base = store.stage(name).is_err_and(|error| missing.contains(&error.kind()));
            assert!(!lacks_base || self.model.gave_up, "{name} lost its base");
            known.is_orphan = lacks_base;
        }
    }

    /// A capture that ends without a commit.
    fn abandon(&mut self, name: &str) {
        let table = chain(2);
        let begun = Capture::begin(&self.store(), name, CaptureOptions::default(), table.clone());
        if let Ok(mut capture) = begun {
            fill(&mut capture, &table, 9).expect("values");
        }
    }

    /// What a killed writer leaves.
    fn leave(&mut self, name: &str) {
        if self.path.join("tmp").exists() {
            fs::write(self.path.join("tmp").join(name), b"half of a stage").expect("a leftover");
        }
    }

    /// The store is what the model is.
    fn check(&self) {
        let store = self.store();
        let names = store.stage_names().expect("names");
        assert!(names.iter().eq(self.model.stages.keys()), "{names:?}");
        assert_eq!(store.head().expect("the head"), self.model.head);
        let is_damaged = self.model.is_damaged();
        for (name, known) in &self.model.stages {
            match store.stage(name) {
                Ok(stage) if stage.verify(Depth::Full).is_ok() => {
                    assert!(known.sound.is_none(), "{name} is damaged");
                    assert_holds(&stage, &chain(known.size), known.version);
                }
                _ => assert!(is_damaged, "{name} cannot be read"),
            }
        }
        let found = store.verify(Depth::Quick).expect("a listing").findings;
        assert_eq!(!found.is_empty(), is_damaged, "{found:?}");
    }
}

/// Files are never changed in place: readers may have mapped them.
fn replace(file: &Path, bytes: &[u8]) {
    let other = file.with_extension("new");
    fs::write(&other, bytes).expect("a file");
    fs::rename(&other, file).expect("a file");
}
