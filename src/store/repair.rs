// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! What is sound in a damaged store, copied to a new one. The damaged store is only read: what is lost today may
//! be found in a backup tomorrow.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use super::directory::{OpenMode, Store};
use super::durable::TemporaryFile;
use super::reader::Stage;
use super::rewrite::rebase;
use super::verify::{Depth, Finding};
use crate::error::{Error, ErrorKind, Result, corrupt, invalid};

/// What a repair has done.
#[derive(Debug, Default)]
pub struct Repair {
    /// Stages that are sound and were copied byte for byte, bases first.
    pub copied: Vec<String>,
    /// Stages that are sound, but whose base is lost: written again as full stages, with the same content.
    pub rewritten: Vec<String>,
    /// Stages that were not copied.
    pub lost: Vec<String>,
    /// Why: everything that is wrong, by stage, array and block; `None` for the store itself.
    pub findings: Vec<Finding>,
    /// The head of the new store: that of the damaged one, or else the newest stage.
    pub head: Option<String>,
}

/// A stage of the damaged store that could be opened.
struct Candidate {
    depth: u32,
    timestamp: u64,
    name: String,
    stage: Arc<Stage>,
}

impl Store {
    /// Copy what is sound to a new store at `destination`, which must not hold any stages. This store is not
    /// changed, and need not be writable. `tell` hears how many stages are done, of how many, and which is next.
    ///
    /// # Errors
    /// `AlreadyExists` when something is at the destination, `NoSpace` and `Io` when it cannot be written. What is
    /// wrong with this store is told by the outcome. `Unsupported` when a newer version of ckp has written to it.
    pub fn repair(
        &self,
        destination: &Path,
        tell: &mut dyn FnMut(usize, usize, &str),
    ) -> Result<Repair> {
        // What only the newer version knows cannot be checked, and would be lost.
        self.marker()?.map_or(Ok(()), |marker| marker.check_write(self.path()))?;
        let new = Self::open(destination, OpenMode::Create, self.read_mode())?.without_cache();
        if new.is_there() && !new.stage_names()?.is_empty() {
            return Err(Error::new(
                ErrorKind::AlreadyExists,
                format!(
                    "{} holds stages already. Sound stages are copied to a new store: give another path.",
                    destination.display()
                ),
            ));
        }
        if self.is_same_directory(&new) {
            return Err(invalid(format!(
                "{} is the store itself, which a repair does not change. Give another path.",
                destination.display()
            )));
        }
        let mut writing = new.begin_writing()?;
        let mut repair = Repair::default();
        let names = self.stage_names()?;
        let candidates = self.candidates(&names, &mut repair);
        let mut there = HashSet::new();
        for (done, candidate) in candidates.iter().enumerate() {
            tell(done, candidates.len(), &candidate.name);
            if self.rescue(&new, candidate, &there, &mut repair)? {
                there.insert(candidate.name.as_str());
                writing.keep();
            }
        }
        repair.head = self.head_of_sound(&candidates, &there, &mut repair);
        if let Some(head) = &repair.head {
            new.write_head(head)?;
        }
        repair.lost.sort_unstable();
        Ok(repair)
    }

    /// What can be opened, bases first. The others are lost.
    fn candidates(&self, names: &[String], repair: &mut Repair) -> Vec<Candidate> {
        let store = self.without_cache();
        let mut open = HashMap::new();
        let mut candidates = Vec::new();
        for name in names {
            match store.open_again_if_rebased(name, &mut open) {
                Ok(stage) => candidates.push(Candidate {
                    depth: stage.metadata().depth,
                    timestamp: stage.timing_stage().timestamp,
                    name: name.clone(),
                    stage,
                }),
                Err(error) => repair.lose(name, error),
            }
        }
        candidates
            .sort_by(|a, b| (a.depth, a.timestamp, &a.name).cmp(&(b.depth, b.timestamp, &b.name)));
        candidates
    }

    /// Copy a stage, or write it again where its base is lost; whether it is in the new store then.
    fn rescue(
        &self,
        new: &Self,
        candidate: &Candidate,
        there: &HashSet<&str>,
        repair: &mut Repair,
    ) -> Result<bool> {
        let Candidate { name, stage, .. } = candidate;
        let mut errors = stage.defects(Depth::Full);
        errors.extend(stage.file().check_write().err());
        if !errors.is_empty() {
            errors.into_iter().for_each(|error| repair.find(name, error));
            repair.lost.push(name.clone());
            return Ok(false);
        }
        let base = stage.timing_stage().base();
        if base.is_none_or(|base| there.contains(base)) {
            self.copy(new, name, stage)?;
            repair.copied.push(name.clone());
            return Ok(true);
        }
        // All of it was decoded, so what is damaged in the base is nothing that it needs.
        match rebase(new, stage, None) {
            Ok(file) => file.publish(&new.stage_path(name))?,
            Err(error) if is_of_destination(&error) => return Err(error),
            Err(error) => {
                repair.lose(name, error);
                return Ok(false);
            }
        }
        repair.rewritten.push(name.clone());
        Ok(true)
    }

    /// Copy a file, and look at the copy.
    fn copy(&self, new: &Self, name: &str, stage: &Stage) -> Result<()> {
        let mut file = TemporaryFile::create(new.disk(), new.temporary_path(name))?;
        stage.file().copy_to(&mut file)?;
        file.publish(&new.stage_path(name))?;
        let mut wrong = None;
        new.stage(name)?.file().check_blocks(|error| wrong = Some(error));
        let place = format!("the copy in {}", new.path().display());
        wrong.map_or(Ok(()), |error| Err(error.at(place)))
    }

    fn head_of_sound(
        &self,
        candidates: &[Candidate],
        there: &HashSet<&str>,
        repair: &mut Repair,
    ) -> Option<String> {
        match self.head() {
            Ok(Some(head)) if there.contains(head.as_str()) => return Some(head),
            Ok(Some(head)) => {
                let error = corrupt(format!("The head is stage {head}, which is lost."));
                repair.findings.push(Finding { stage: None, error });
            }
            Ok(None) => {}
            Err(error) => repair.findings.push(Finding { stage: None, error }),
        }
        let sound = candidates.iter().filter(|candidate| there.contains(candidate.name.as_str()));
        sound.max_by_key(|candidate| (candidate.timestamp, candidate.depth)).map(|c| c.name.clone())
    }
}

impl Repair {
    /// Everything was sound.
    pub fn is_whole(&self) -> bool {
        self.findings.is_empty() && self.lost.is_empty()
    }

    fn find(&mut self, name: &str, error: Error) {
        self.findings.push(Finding { stage: Some(name.to_owned()), error });
    }

    fn lose(&mut self, name: &str, error: Error) {
        self.find(name, error);
        self.lost.push(name.to_owned());
    }
}

/// A full disk is no damage of what is copied.
fn is_of_destination(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::NoSpace | ErrorKind::Io)
}
