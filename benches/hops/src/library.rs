// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! ckp itself: stages saved again through its Rust API.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use ckp::{
    BaseChoice, Capture, CaptureOptions, CodecChoice, OpenMode, ReadMode, Stage, StageMetadata,
    Store,
};

use crate::raw::RawStage;
use crate::{Cost, Outcome, median, rounds, timed};

/// First argument of the child process that measures memory.
pub const MEMORY_COMMAND: &str = "memory-of-a-save";

/// The settings that are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    Lz4,
    Auto,
    Max,
    /// `Auto` with a tolerance of 1e-15 s, on a base with the same.
    Within1fs,
    /// `Auto` with a tolerance of 1e-14 s, on a base with the same.
    Within10fs,
}

impl Codec {
    pub const ALL: [Self; 5] =
        [Self::Lz4, Self::Auto, Self::Max, Self::Within1fs, Self::Within10fs];

    pub fn name(self) -> &'static str {
        match self {
            Self::Lz4 => "lz4",
            Self::Auto => "auto",
            Self::Max => "max",
            Self::Within1fs => "1e-15s",
            Self::Within10fs => "1e-14s",
        }
    }

    fn options(self, base: BaseChoice) -> CaptureOptions {
        let plain = CaptureOptions { base, ..CaptureOptions::default() };
        match self {
            Self::Lz4 => CaptureOptions { codec: CodecChoice::Lz4, ..plain },
            Self::Auto => plain,
            Self::Max => CaptureOptions { level: 19, ..plain },
            Self::Within1fs => CaptureOptions { tolerance: 1e-15, ..plain },
            Self::Within10fs => CaptureOptions { tolerance: 1e-14, ..plain },
        }
    }
}

/// What is known of a stage whose bases are all deltas but the first.
pub struct Chain {
    pub overhead: u64,
    pub chain_decode: f64,
    pub whole_decode: f64,
}

/// One hop. `work` holds for every codec a store in which each stage is a delta of the one before it.
pub struct Library<'a> {
    pub work: &'a Path,
    pub base: Option<&'a RawStage>,
    pub stage: &'a RawStage,
}

impl Library<'_> {
    /// The size is that of the stage at the end of its chain. Times and memory are those of a delta on
    /// a full base: the tools, too, have the base at hand.
    pub fn cost(&self, codec: Codec) -> Outcome<Cost> {
        let chain = open(&self.chain_path(codec))?;
        let bytes = save(&chain, self.stage, &self.stage.name, self.options(codec))?.stored_bytes();
        let path = self.hop_path(codec);
        let store = open(&path)?;
        if let Some(base) = self.base {
            save(&store, base, &base.name, codec.options(BaseChoice::Full))?;
        }
        let (mut encode, mut decode) = (Vec::new(), Vec::new());
        for round in 0..rounds() {
            let name = format!("round{round}");
            encode.push(timed(|| save(&store, self.stage, &name, self.options(codec)))?.0);
            decode.push(timed(|| read(&store, &name, self.stage))?.0);
            self.check(&store, &name)?;
        }
        let memory = Some(self.memory(codec)?);
        fs::remove_dir_all(path)?;
        let (encode, decode) = (median(encode), median(decode));
        Ok(Cost { name: codec.name(), bytes, encode, decode, memory })
    }

    /// After [`Library::cost`] of the same codec.
    pub fn chain(&self, codec: Codec) -> Outcome<Chain> {
        let store = open(&self.chain_path(codec))?;
        let name = &self.stage.name;
        let (mut columns, mut whole) = (Vec::new(), Vec::new());
        for _ in 0..rounds() {
            columns.push(timed(|| read(&store, name, self.stage))?.0);
            whole.push(timed(|| Ok(read(&store, name, self.stage)?.0.objects()?))?.0);
        }
        self.check(&store, name)?;
        let stage = store.stage(name)?;
        let blocks = stage.timing_stage().delta_changes.streams.iter().flat_map(|s| &s.blocks);
        let stored: u64 = blocks.map(|block| u64::from(block.stored)).sum();
        Ok(Chain {
            overhead: stage.stored_bytes() - stored,
            chain_decode: median(columns),
            whole_decode: median(whole),
        })
    }

    fn chain_path(&self, codec: Codec) -> PathBuf {
        self.work.join(format!("chain_{}.ckp", codec.name()))
    }

    fn hop_path(&self, codec: Codec) -> PathBuf {
        self.work.join(format!("hop_{}.ckp", codec.name()))
    }

    fn options(&self, codec: Codec) -> CaptureOptions {
        codec.options(
            self.base.map_or(BaseChoice::Full, |base| BaseChoice::Stage(base.name.clone())),
        )
    }

    fn check(&self, store: &Store, name: &str) -> Outcome<()> {
        let (stage, columns) = read(store, name, self.stage)?;
        let tolerance = stage.metadata().tolerance;
        let mut pairs = columns.iter().zip(&self.stage.columns);
        let same = pairs.all(|(read, column)| is_within(tolerance, read, &column.values));
        // The rows have these digests: reading the table checks that.
        stage.objects()?;
        let digests =
            |known: &StageMetadata| (known.vertex_digest, known.arc_digest, known.cell_digest);
        if !same || digests(stage.metadata()) != digests(&self.stage.metadata) {
            return Err(format!("ckp does not give back stage {}.", self.stage.name).into());
        }
        Ok(())
    }

    /// A process of its own, so that nothing but the save counts.
    fn memory(&self, codec: Codec) -> Outcome<u64> {
        let columns = self.work.join("memory.ckp");
        save(&open(&columns)?, self.stage, "stage", Codec::Auto.options(BaseChoice::Full))?;
        let base = self.base.map_or("", |base| base.name.as_str());
        let output = Command::new(std::env::current_exe()?)
            .args([MEMORY_COMMAND, codec.name(), base])
            .args([&columns, &self.hop_path(codec)])
            // A constant threshold: what was freed before the save goes back to the system at once.
            .env("MALLOC_MMAP_THRESHOLD_", "65536")
            .output()?;
        fs::remove_dir_all(columns)?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
        }
        Ok(String::from_utf8(output.stdout)?.trim().parse()?)
    }
}

/// The child process: CODEC BASE SOURCE STORE. Prints by how many bytes the save raised the peak of the
/// resident set over the columns and rows that it was given, pages of the mapped base included.
pub fn print_memory(arguments: &[String]) -> Outcome<()> {
    let [codec, base, source, store] = arguments else {
        return Err("The child process lacks arguments.".into());
    };
    let codec =
        Codec::ALL.into_iter().find(|known| known.name() == codec).ok_or("no such codec")?;
    let base = match base.as_str() {
        "" => BaseChoice::Full,
        base => BaseChoice::Stage(base.to_owned()),
    };
    let stage = RawStage::read(&open(Path::new(source))?, "stage")?;
    // Linux: lower the recorded peak to the present size.
    fs::write("/proc/self/clear_refs", "5")?;
    let before = resident("VmRSS:")?;
    save(&open(Path::new(store))?, &stage, "memory", codec.options(base))?;
    println!("{}", resident("VmHWM:")?.saturating_sub(before));
    Ok(())
}

fn resident(field: &str) -> Outcome<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    let kibibytes: u64 =
        line.and_then(|line| line.split_whitespace().next()).unwrap_or("").parse()?;
    Ok(1024 * kibibytes)
}

/// Bit for bit, or as numbers within the tolerance.
fn is_within(tolerance: f64, read: &[u32], given: &[u32]) -> bool {
    let number = |bits: u32| f64::from(f32::from_bits(bits));
    let is_near = |a, b| a == b || (number(a) - number(b)).abs() <= tolerance && tolerance > 0.0;
    read.len() == given.len() && read.iter().zip(given).all(|(a, b)| is_near(*a, *b))
}

fn open(path: &Path) -> Outcome<Store> {
    Ok(Store::open(path, OpenMode::Create, ReadMode::default())?)
}

/// Save the rows and columns of `raw`; no endpoints, constraints or marks.
fn save(store: &Store, raw: &RawStage, name: &str, options: CaptureOptions) -> Outcome<Arc<Stage>> {
    let mut capture = Capture::begin(store, name, options, raw.objects.as_ref().clone())?;
    let known: &StageMetadata = &raw.metadata;
    let metadata = capture.metadata_mut();
    metadata.design.clone_from(&known.design);
    metadata.engine.clone_from(&known.engine);
    metadata.engine_version.clone_from(&known.engine_version);
    metadata.scenes.clone_from(&known.scenes);
    metadata.liberties.clone_from(&known.liberties);
    metadata.groups.clone_from(&known.groups);
    metadata.summaries.clone_from(&known.summaries);
    for (scene, arc, table) in &raw.library_delays {
        capture.add_delay_table(*scene, *arc, table.clone())?;
    }
    for column in &raw.columns {
        let handle = capture.add_column(column.key)?;
        capture.write(handle, &column.values)?;
    }
    Ok(capture.commit(store)?)
}

/// Open a stage and read all columns.
fn read(store: &Store, name: &str, raw: &RawStage) -> Outcome<(Arc<Stage>, Vec<Vec<u32>>)> {
    let stage = store.stage(name)?;
    stage.load_columns()?;
    let columns = raw
        .columns
        .iter()
        .map(|column| stage.read_words(column.key, 0..column.values.len() as u64))
        .collect::<ckp::Result<Vec<_>>>()?;
    Ok((stage, columns))
}
