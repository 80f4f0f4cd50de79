// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Is everything in a store what was put there?

use std::collections::HashMap;

use super::directory::Store;
use super::reader::Stage;
use crate::error::{Error, ErrorKind, Result, corrupt};

/// How deep a verification looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Structure, checksum of every stored byte, presence and identity of bases.
    Quick,
    /// And every value decoded and compared with the checksum of its array; attachments are only looked at
    /// as they are stored.
    Timing,
    /// And attachments decoded, too.
    Full,
}

/// One thing that is wrong.
#[derive(Debug)]
pub struct Finding {
    /// The stage that it concerns; `None` for the store itself.
    pub stage: Option<String>,
    /// What is wrong, and where.
    pub error: Error,
}

/// The outcome of a verification.
#[derive(Debug, Default)]
pub struct Verification {
    /// Stages looked at.
    pub stages: usize,
    /// What is wrong; empty for a sound store.
    pub findings: Vec<Finding>,
}

impl Stage {
    /// What is wrong with its own file.
    pub(super) fn defects(&self, depth: Depth) -> Vec<Error> {
        let mut errors = Vec::new();
        self.file().check_blocks(|error| errors.push(error));
        // Bytes that are damaged do not decode: one finding is enough for them.
        if depth != Depth::Quick && errors.is_empty() {
            self.check_values(depth, |error| errors.push(error));
        }
        errors
    }
}

impl Store {
    /// Look at every stage. Nothing is changed, and no lock is taken.
    ///
    /// # Errors
    /// Only when the store itself cannot be listed; what is wrong with a stage is a finding.
    pub fn verify(&self, depth: Depth) -> Result<Verification> {
        self.verify_telling(depth, &mut |_, _| {})
    }

    /// The same; `tell` hears how many stages are done, and which is next.
    ///
    /// # Errors
    /// As [`Store::verify`].
    pub fn verify_telling(
        &self,
        depth: Depth,
        tell: &mut dyn FnMut(usize, &str),
    ) -> Result<Verification> {
        let mut verification = Verification::default();
        let names = self.stage_names()?;
        verification.stages = names.len();
        let mut open = HashMap::new();
        // What is looked at is the store, not copies of what was read from it before.
        let store = self.without_cache();
        for (done, name) in names.iter().enumerate() {
            tell(done, name);
            let mut found = |error| {
                let stage = Some(name.clone());
                verification.findings.push(Finding { stage, error });
            };
            match store.open_again_if_rebased(name, &mut open) {
                Ok(stage) => stage.defects(depth).into_iter().for_each(found),
                // It was deleted since it was listed.
                Err(error) if error.kind() == ErrorKind::NotFound => verification.stages -= 1,
                Err(error) => found(error),
            }
        }
        self.verify_head(&mut verification);
        Ok(verification)
    }

    fn verify_head(&self, verification: &mut Verification) {
        let Err(error) = self.check_head() else { return };
        verification.findings.push(Finding { stage: None, error });
    }

    fn check_head(&self) -> Result<()> {
        let head = self.head()?;
        match &head {
            // A writer moves the head before it deletes a stage.
            Some(name) if !self.has_stage(name)? && self.head()? == head => {
                Err(corrupt(format!("The head is stage {name}, which is not there.")))
            }
            _ => Ok(()),
        }
    }
}
