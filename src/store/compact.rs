// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! A store made smaller: what dead writers left is removed, stages that nobody wants to keep are deleted, and
//! others are put on the base of their base where they take fewer bytes there, or where their chain is longer than
//! a save would make it. All is planned on the store as it is, so that a plan and its execution agree.

use std::cmp::Reverse;
use std::sync::Arc;

use serde_json::{Value, json};

use super::capture::MAX_CHAIN;
use super::delete::Rebased;
use super::directory::Store;
use super::durable::TemporaryFile;
use super::reader::Stage;
use super::retention::{Bases, Keep};
use super::rewrite::rebase;
use crate::error::Result;
use crate::store::report::plural;

/// Whether a compaction is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompactMode {
    /// Carry it out.
    Apply,
    /// Only tell what would be done. Takes as long, and as much room on the disk meanwhile.
    DryRun,
}

/// What a compaction did, or would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compaction {
    /// Whether it was carried out.
    pub mode: CompactMode,
    /// Files that dead writers left, and their sizes.
    pub leftovers: Vec<(String, u64)>,
    /// Stages on another base.
    pub rebased: Vec<Rebased>,
    /// Stages that are gone, and the sizes of their files.
    pub deleted: Vec<(String, u64)>,
}

impl Store {
    /// Remove leftovers and shorten chains. The content of every stage stays the same bit for bit, which is
    /// checked before its file is replaced; a crash at any instant leaves all stages readable. `tell` hears how
    /// many stages were looked at, of how many, and which is next.
    ///
    /// # Errors
    /// `Locked`, `NoSpace`, `Io`; `Corrupt` and its like where a stage cannot be read.
    pub fn compact(
        &self,
        mode: CompactMode,
        tell: &mut dyn FnMut(usize, usize, &str),
    ) -> Result<Compaction> {
        self.compact_keeping(&Keep::new(), mode, tell)
    }

    /// The same, and delete the stages that no rule of `keep` names. Those that stay are put on other bases before,
    /// with the same content bit for bit, which is checked before the first of them is replaced. The head stays.
    ///
    /// # Errors
    /// As for `compact`, and `NotFound` for a rule that names no stage. Then no stage is gone.
    pub fn compact_keeping(
        &self,
        keep: &Keep,
        mode: CompactMode,
        tell: &mut dyn FnMut(usize, usize, &str),
    ) -> Result<Compaction> {
        let _writing = self.begin_looking()?;
        let leftovers = self.leftovers()?;
        let stages = self.without_cache().stages()?;
        let mut bases = Bases::new(keep.doomed(self, &stages)?);
        let told = leftovers.iter();
        let told =
            told.map(|file| (file.name.to_string_lossy().into_owned(), file.bytes)).collect();
        if mode == CompactMode::Apply {
            self.clear_leftovers()?;
        }
        let (mut doomed, kept): (Vec<_>, Vec<_>) =
            stages.into_iter().partition(|stage| bases.is_doomed(stage));
        let mut planned = Vec::new();
        for (done, stage) in kept.iter().enumerate() {
            tell(done, kept.len(), &stage.timing_stage().stage_id);
            planned.extend(self.plan(stage, &mut bases)?);
        }
        let mut rebased = Vec::new();
        for (file, step) in planned {
            if mode == CompactMode::Apply {
                file.publish(&self.stage_path(&step.stage))?;
            }
            rebased.push(step);
        }
        // Those that others are deltas on go after these, so that every stage has its bases at any instant.
        doomed.sort_by_key(|stage| Reverse(chain(stage)));
        let mut deleted = Vec::new();
        for stage in doomed {
            let name = &stage.timing_stage().stage_id;
            if mode == CompactMode::Apply {
                self.remove_stage(name)?;
            }
            deleted.push((name.clone(), stage.stored_bytes()));
        }
        Ok(Compaction { mode, leftovers: told, rebased, deleted })
    }

    /// The stage on another base, where it should be on that.
    fn plan(
        &self,
        stage: &Arc<Stage>,
        bases: &mut Bases,
    ) -> Result<Option<(TemporaryFile, Rebased)>> {
        let Some(base) = stage.base() else { return Ok(None) };
        let is_forced = bases.is_doomed(base);
        let is_too_long = chain(stage) > MAX_CHAIN;
        let base = match bases.kept(stage).as_slice() {
            _ if is_forced => bases.next(stage),
            [_, .., first] if is_too_long => Some((*first).clone()),
            [_, nearer, ..] => Some((*nearer).clone()),
            _ => return Ok(None),
        };
        let file = rebase(self, stage, base.as_ref())?;
        let bytes_before = stage.stored_bytes();
        let bytes_after = file.position();
        if !is_forced && !is_too_long && bytes_after >= bytes_before {
            return Ok(None);
        }
        let name = &stage.timing_stage().stage_id;
        let open = |_: &str| base.clone().ok_or_else(|| self.no_stage(name));
        let now = Stage::open(self, file.path(), name, None, open)?;
        let base = now.timing_stage().base().map(str::to_owned);
        if is_forced && base.is_none() {
            bases.inherit(stage, Arc::new(now));
        }
        Ok(Some((file, Rebased { stage: name.clone(), base, bytes_before, bytes_after })))
    }
}

/// Deltas between a stage and a full one.
fn chain(stage: &Stage) -> u32 {
    stage.base().map_or(0, |base| 1 + chain(base))
}

/// The full stage that a chain begins with.
pub(super) fn root(stage: &Arc<Stage>) -> &Arc<Stage> {
    stage.base().map_or(stage, root)
}

impl Compaction {
    /// Bytes that it saves: fewer than none where long chains had to be shortened.
    pub fn saved_bytes(&self) -> i64 {
        let gone = self.leftovers.iter().chain(&self.deleted);
        let gone: u64 = gone.map(|(_, bytes)| *bytes).sum();
        let before: u64 = self.rebased.iter().map(|step| step.bytes_before).sum();
        let after: u64 = self.rebased.iter().map(|step| step.bytes_after).sum();
        (gone + before) as i64 - after as i64
    }

    /// For people: a line for each step, then the sum.
    pub fn text(&self) -> String {
        let mut out = String::new();
        for (name, bytes) in &self.leftovers {
            out.push_str(&format!("Leftover {name}: {bytes} bytes.\n"));
        }
        self.rebased.iter().for_each(|step| out.push_str(&step.line()));
        for (name, bytes) in &self.deleted {
            out.push_str(&format!("Stage {name}: deleted, {bytes} bytes.\n"));
        }
        let (leftovers, stages) = (self.leftovers.len() as u64, self.rebased.len() as u64);
        let what = format!(
            "{leftovers} {} and {stages} {}",
            plural(leftovers, "leftover"),
            plural(stages, "stage"),
        );
        let (deleted, bytes) = (self.deleted.len(), self.saved_bytes());
        out.push_str(&match (self.mode, deleted) {
            (CompactMode::Apply, 0) => format!("Compacted {what}: {bytes} bytes saved.\n"),
            (CompactMode::Apply, _) => {
                format!("Compacted {what}, deleted {deleted}: {bytes} bytes saved.\n")
            }
            (CompactMode::DryRun, 0) => {
                format!("Nothing was changed. To compact {what}: {bytes} bytes to save.\n")
            }
            (CompactMode::DryRun, _) => format!(
                "Nothing was changed. To compact {what}, to delete {deleted}: {bytes} bytes to save.\n"
            ),
        });
        out
    }

    /// For programs.
    pub fn json(&self) -> String {
        let leftover = |(name, bytes): &(String, u64)| json!({ "file": name, "bytes": bytes });
        let deleted = |(name, bytes): &(String, u64)| json!({ "stage": name, "bytes": bytes });
        let step = |step: &Rebased| {
            json!({
                "stage": step.stage,
                "base": step.base,
                "bytes_before": step.bytes_before,
                "bytes_after": step.bytes_after,
            })
        };
        let value = json!({
            "dry_run": self.mode == CompactMode::DryRun,
            "leftovers": self.leftovers.iter().map(leftover).collect::<Vec<Value>>(),
            "deleted": self.deleted.iter().map(deleted).collect::<Vec<Value>>(),
            "rebased": self.rebased.iter().map(step).collect::<Vec<Value>>(),
            "saved_bytes": self.saved_bytes(),
        });
        format!("{value:#}\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{MinMax, ObjectTable, StreamKey, StreamKind, Transition};
    use crate::store::{BaseChoice, Capture, CaptureOptions, OpenMode, ReadMode};

    const KEY: StreamKey = StreamKey {
        kind: StreamKind::Slew,
        scene: 0,
        min_max: MinMax::Max,
        transition: Transition::Rise,
        plane: 0,
    };

    /// A stage of one pin.
    fn save(store: &Store, name: &str, base: Option<&str>, value: f32) {
        let mut table = ObjectTable::new();
        let cell = table.add_cell("X");
        table.add_vertices(b"a", &[1], &[0], &[cell]).unwrap();
        let base = base.map_or(BaseChoice::Full, |base| BaseChoice::Stage(base.to_owned()));
        let options = CaptureOptions { base, ..CaptureOptions::default() };
        let mut capture = Capture::begin(store, name, options, table).unwrap();
        capture.metadata_mut().scenes = vec!["typical".into()];
        let column = capture.add_column(KEY).unwrap();
        capture.write(column, &[value.to_bits()]).unwrap();
        capture.commit(store).unwrap();
    }

    /// No save makes such a chain, but other versions may have other bounds.
    #[test]
    fn a_chain_that_is_too_long_begins_anew() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("s.ckp");
        let store = Store::open(&path, OpenMode::Create, ReadMode::default()).unwrap();
        save(&store, "0", None, 0.0);
        for number in 1..=MAX_CHAIN {
            let (name, base) = (number.to_string(), (number - 1).to_string());
            save(&store, &name, Some(&base), number as f32);
        }
        save(&store, "x", Some("0"), 77.0);
        store.put_on("x", Some(&store.stage(&MAX_CHAIN.to_string()).unwrap())).unwrap();
        assert_eq!(chain(&store.stage("x").unwrap()), MAX_CHAIN + 1);
        let compaction = store.compact(CompactMode::Apply, &mut |_, _, _| {}).unwrap();
        let step = compaction.rebased.iter().find(|step| step.stage == "x").unwrap();
        assert_eq!(step.base.as_deref(), Some("0"));
        let x = store.stage("x").unwrap();
        assert_eq!((chain(&x), x.read_words(KEY, 0..1).unwrap()), (1, vec![77f32.to_bits()]));
    }
}
