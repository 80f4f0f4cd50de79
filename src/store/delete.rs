// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! A stage deleted. Stages that are deltas on it are written again on its base first, one after the other, each
//! published like a new stage; then the head is moved, and at last the name of the stage goes. A crash between
//! two of these steps leaves a store in which every other stage is readable, and the deletion can be repeated.

use std::sync::Arc;

use super::directory::Store;
use super::reader::Stage;
use super::rewrite::rebase;
use super::stage_file::StageFile;
use crate::error::{Error, ErrorKind, Result};

/// A stage that was written again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebased {
    /// Its name.
    pub stage: String,
    /// Its base now; `None` where it is a full stage.
    pub base: Option<String>,
    /// Size of its file before.
    pub bytes_before: u64,
    /// Size of its file now.
    pub bytes_after: u64,
}

/// What a deletion did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deletion {
    /// The stage that is gone.
    pub stage: String,
    /// Size of its file.
    pub bytes: u64,
    /// Stages that were deltas on it.
    pub rebased: Vec<Rebased>,
    /// The base of what is saved next; `None` where that will be a full stage.
    pub head: Option<String>,
}

impl Store {
    /// Delete a stage. Stages that are deltas on it become deltas on its base, with the same content bit for
    /// bit, which is checked before they are replaced; on a full stage without a base, the oldest of them
    /// becomes a full stage and the base of the others. If the stage was the head, its base is the head now, or
    /// the last of the other stages. Readers that have it open may go on. `tell` hears how many stages were
    /// written again, of how many, and which is next.
    ///
    /// # Errors
    /// `NotFound`, `Locked`, `NoSpace`, `Io`; `Corrupt` and its like where a stage that depends on it, or may,
    /// cannot be read. Then the stage is there, and all stages are readable.
    pub fn delete_stage(
        &self,
        name: &str,
        tell: &mut dyn FnMut(usize, usize, &str),
    ) -> Result<Deletion> {
        self.check_stage(name)?;
        let _writing = self.begin_writing()?;
        self.check_stage(name)?;
        let dependents = self.dependents(name)?;
        let mut rebased = Vec::new();
        if !dependents.is_empty() {
            let stage = self.without_cache().stage(name)?;
            let mut base = stage.base().cloned();
            for (done, dependent) in dependents.iter().enumerate() {
                tell(done, dependents.len(), dependent);
                let again = self.put_on(dependent, base.as_ref())?;
                // The first stage of a chain is gone: another one takes its place.
                if base.is_none() {
                    base = Some(self.without_cache().stage(dependent)?);
                }
                rebased.push(again);
            }
        }
        let bytes = self.stage_bytes(name);
        let head = self.leave_head(name)?;
        self.remove_stage(name)?;
        Ok(Deletion { stage: name.to_owned(), bytes, rebased, head })
    }

    /// Names of the stages that are deltas on `name`, by time.
    fn dependents(&self, name: &str) -> Result<Vec<String>> {
        let mut dependents = Vec::new();
        let is_sound = self.sound_stage_file(name)?.is_some();
        for other in self.stage_names()?.into_iter().filter(|other| other != name) {
            match self.existing_stage_file(&other) {
                Ok(file) if file.stage().base() == Some(name) => {
                    dependents.push((file.stage().timestamp, other));
                }
                Ok(_) => {}
                // Nothing can be read that depends on a damaged stage.
                Err(_) if !is_sound => {}
                Err(error) => {
                    return Err(error.at(format_args!(
                        "stage {other} may depend on {name} and cannot be read (put it back from a copy, or \
                         delete it first)"
                    )));
                }
            }
        }
        dependents.sort_unstable();
        Ok(dependents.into_iter().map(|(_, name)| name).collect())
    }

    /// The file of a stage; `None` where it is damaged. A disk that fails is no damage: then nothing may be
    /// concluded.
    fn sound_stage_file(&self, name: &str) -> Result<Option<StageFile>> {
        match self.existing_stage_file(name) {
            Err(error) if error.kind() == ErrorKind::Io => Err(error),
            file => Ok(file.ok()),
        }
    }

    /// Write a stage again on another base and publish it.
    pub(super) fn put_on(&self, name: &str, base: Option<&Arc<Stage>>) -> Result<Rebased> {
        let place =
            |error: Error| error.at(format_args!("stage {name} cannot be put on another base"));
        let stage = self.without_cache().stage(name).map_err(place)?;
        let file = rebase(self, &stage, base).map_err(place)?;
        let bytes_after = file.position();
        file.publish(&self.stage_path(name))?;
        let now = self.existing_stage_file(name)?;
        Ok(Rebased {
            stage: name.to_owned(),
            base: now.stage().base().map(str::to_owned),
            bytes_before: stage.stored_bytes(),
            bytes_after,
        })
    }

    /// Move the head away from `name`, and tell where it is.
    fn leave_head(&self, name: &str) -> Result<Option<String>> {
        let head = match self.head() {
            // A head that names nothing is moved as well.
            Err(error) if error.kind() == ErrorKind::Corrupt => Some(name.to_owned()),
            head => head?,
        };
        if head.as_deref() != Some(name) {
            return Ok(head);
        }
        let file = self.sound_stage_file(name)?;
        let head = match file.as_ref().and_then(|file| file.stage().base()) {
            Some(base) if self.has_stage(base)? => Some(base.to_owned()),
            _ => self.last_stage(name)?,
        };
        match &head {
            Some(head) => self.write_head(head)?,
            None => self.remove_head()?,
        }
        Ok(head)
    }

    /// The stage that was committed last, but for `name`.
    fn last_stage(&self, name: &str) -> Result<Option<String>> {
        let others = self.stage_names()?.into_iter().filter(|other| other != name);
        let readable = others.filter_map(|other| {
            let file = self.existing_stage_file(&other).ok()?;
            Some((file.stage().timestamp, other))
        });
        Ok(readable.max().map(|(_, name)| name))
    }
}

impl Deletion {
    /// For people.
    pub fn text(&self) -> String {
        let mut out: String = self.rebased.iter().map(Rebased::line).collect();
        let head = match &self.head {
            Some(head) => format!("the base of what is saved next is {head}"),
            None => "what is saved next is a full stage".to_owned(),
        };
        out.push_str(&format!("Deleted stage {} ({} bytes); {head}.\n", self.stage, self.bytes));
        out
    }
}

impl Rebased {
    pub(super) fn line(&self) -> String {
        let Self { stage, base, bytes_before, bytes_after } = self;
        let base =
            base.as_ref().map_or("a full stage".to_owned(), |base| format!("a delta on {base}"));
        format!("Stage {stage}: {base}, {bytes_after} bytes instead of {bytes_before}.\n")
    }
}
