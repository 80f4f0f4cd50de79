// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Which stages a compaction leaves, and what becomes of those that are deltas on others.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use wildmatch::WildMatch;

use super::directory::Store;
use super::reader::Stage;
use crate::error::{Error, ErrorKind, Result, invalid};

/// Stages to keep: those that one of the rules names, and the head. Without a rule, all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keep {
    last: Option<usize>,
    names: Vec<String>,
    meta: Vec<(String, String)>,
}

impl Keep {
    /// No rule: every stage is kept.
    pub fn new() -> Self {
        Self::default()
    }

    /// Keep the `count` stages that were saved last.
    ///
    /// # Errors
    /// `InvalidArgument` for none.
    pub fn last(&mut self, count: usize) -> Result<()> {
        if count == 0 {
            return Err(invalid("The last stages to keep are at least 1."));
        }
        self.last = Some(count);
        Ok(())
    }

    /// Keep the stages with names like `pattern`: `*` stands for any letters, `?` for one.
    ///
    /// # Errors
    /// `InvalidArgument` for a pattern without letters.
    pub fn names(&mut self, pattern: &str) -> Result<()> {
        if pattern.is_empty() {
            return Err(invalid("A pattern for the names of stages is empty."));
        }
        self.names.push(pattern.to_owned());
        Ok(())
    }

    /// Keep the stages that were saved with this key and value.
    ///
    /// # Errors
    /// `InvalidArgument` for an empty key.
    pub fn meta(&mut self, key: &str, value: &str) -> Result<()> {
        if key.is_empty() {
            return Err(invalid("The key of stages to keep is empty."));
        }
        self.meta.push((key.to_owned(), value.to_owned()));
        Ok(())
    }

    fn is_all(&self) -> bool {
        *self == Self::default()
    }

    /// Names of the stages that no rule keeps; `stages` are all, by time.
    ///
    /// # Errors
    /// `NotFound` for a rule that keeps nothing: who mistypes it would lose what it should keep.
    pub(super) fn doomed(&self, store: &Store, stages: &[Arc<Stage>]) -> Result<HashSet<String>> {
        if self.is_all() {
            return Ok(HashSet::new());
        }
        let mut kept: HashSet<&str> = HashSet::new();
        kept.extend(stages.iter().rev().take(self.last.unwrap_or(0)).map(|stage| name(stage)));
        for pattern in &self.names {
            let pattern_of_names = WildMatch::new(pattern);
            let found = stages.iter().filter(|stage| pattern_of_names.matches(name(stage)));
            let what = format!("is named like \"{}\"", pattern.escape_debug());
            keep(&mut kept, found, &what, stages)?;
        }
        for pair in &self.meta {
            let found = stages.iter().filter(|stage| stage.metadata().meta.contains(pair));
            let what =
                format!("was saved with {}={}", pair.0.escape_debug(), pair.1.escape_debug());
            keep(&mut kept, found, &what, stages)?;
        }
        let head = store.head()?;
        let names = stages.iter().map(|stage| name(stage));
        let doomed = names.filter(|name| !kept.contains(name) && head.as_deref() != Some(*name));
        Ok(doomed.map(str::to_owned).collect())
    }
}

fn keep<'a>(
    kept: &mut HashSet<&'a str>,
    found: impl Iterator<Item = &'a Arc<Stage>>,
    what: &str,
    stages: &[Arc<Stage>],
) -> Result<()> {
    let mut found = found.map(|stage| name(stage)).peekable();
    if found.peek().is_some() {
        kept.extend(found);
        return Ok(());
    }
    let names: Vec<&str> = stages.iter().map(|stage| name(stage)).collect();
    let text = format!(
        "No stage {what}, so nothing is deleted: correct the rule. The stages are {}.",
        names.join(", ")
    );
    Err(Error::new(ErrorKind::NotFound, text))
}

fn name(stage: &Stage) -> &str {
    &stage.timing_stage().stage_id
}

/// Where stages go whose bases are deleted.
pub(super) struct Bases {
    doomed: HashSet<String>,
    /// By the full stage that a chain begins with, if all of the chain goes: the first kept stage on it, which
    /// takes its place.
    heirs: HashMap<String, Arc<Stage>>,
}

impl Bases {
    pub fn new(doomed: HashSet<String>) -> Self {
        Self { doomed, heirs: HashMap::new() }
    }

    pub fn is_doomed(&self, stage: &Stage) -> bool {
        self.doomed.contains(name(stage))
    }

    /// The bases of a stage that are kept, the nearest first.
    pub fn kept<'a>(&self, stage: &'a Arc<Stage>) -> Vec<&'a Arc<Stage>> {
        let bases = std::iter::successors(stage.base(), |base| base.base());
        bases.filter(|base| !self.is_doomed(base)).collect()
    }

    /// What a stage has to be put on whose own base goes; `None` where it becomes a full stage.
    pub fn next(&self, stage: &Arc<Stage>) -> Option<Arc<Stage>> {
        let kept = self.kept(stage).first().copied();
        kept.or_else(|| self.heirs.get(name(super::compact::root(stage)))).cloned()
    }

    /// `now` is `stage` without a base: the base of the others that the deleted chain leaves.
    pub fn inherit(&mut self, stage: &Arc<Stage>, now: Arc<Stage>) {
        self.heirs.insert(name(super::compact::root(stage)).to_owned(), now);
    }
}
