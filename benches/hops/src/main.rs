// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! ckp beside general compressors, hop by hop: `scripts/bench_hops.sh` prepares the stages and runs it.
//!
//! `hops WORK DESIGN=STORE...` prints Markdown tables, writes `WORK/hops.json`, and tells its progress
//! on stderr. Every encoded form is decoded and compared with what it was made of.
//!
//! `hops families STORE BASE STAGE...` prints what families of predictors make of delays and slews.

mod experiment;
mod families;
mod library;
mod loads;
mod peers;
mod rows;
mod table;

use std::fs;
use std::path::{Path, PathBuf};

use ckp::{OpenMode, ReadMode, Store};
pub use hops::{Outcome, median, raw, timed};

use library::{Codec, Library};
use peers::Peer;
use raw::RawStage;
use rows::Rows;

/// What one form of one stage costs. Seconds are medians.
#[derive(Clone, Debug)]
pub struct Cost {
    pub name: &'static str,
    pub bytes: u64,
    pub encode: f64,
    pub decode: f64,
    /// Bytes. Tools: the resident set of the process. ckp: what the save adds to that of its process.
    pub memory: Option<u64>,
}

/// A stage and its base, or a first full stage.
#[derive(Debug)]
pub struct Hop {
    pub base: Option<String>,
    pub stage: String,
    pub raw: u64,
    /// Share of the values that differ from those of the base or have no counterpart there.
    pub changed: Option<f64>,
    pub ckp: Vec<Cost>,
    /// Of `auto`: bytes of the stage file outside the blocks (record, index, header, footer).
    pub overhead: u64,
    /// Of `auto`: seconds to read all columns where all stages up to this one are deltas.
    pub chain_decode: f64,
    pub peers: Vec<Cost>,
    /// Zstandard -3 with the base as prefix within this process: its seconds without start and files.
    pub prefix_encode: f64,
    /// Seconds of plain Zstandard for the raw columns, and for the whole raw dump.
    pub plain_decode: (f64, f64),
    /// Of `auto`: seconds to read the object table and all columns.
    pub whole_decode: f64,
    pub experiment: experiment::Size,
}

/// Repetitions of every measurement of time.
pub fn rounds() -> usize {
    let text = std::env::var("CKP_BENCH_ROUNDS").ok();
    text.and_then(|text| text.parse().ok()).unwrap_or(3).max(1)
}

fn measure(work: &Path, base: Option<&RawStage>, stage: &RawStage) -> Outcome<Hop> {
    let rows = base.map(|base| Rows::align(base, stage));
    let library = Library { work, base, stage };
    let mut ckp = Vec::new();
    for codec in Codec::ALL {
        ckp.push(library.cost(codec)?);
    }
    let auto = library.chain(Codec::Auto)?;
    let peer = Peer::new(work, base, stage)?;
    Ok(Hop {
        base: base.map(|base| base.name.clone()),
        stage: stage.name.clone(),
        raw: stage.raw_bytes(),
        changed: base.zip(rows.as_ref()).map(|(base, rows)| rows.changed(base, stage)),
        ckp,
        overhead: auto.overhead,
        chain_decode: auto.chain_decode,
        whole_decode: auto.whole_decode,
        peers: peer.costs()?,
        prefix_encode: peer.prefix_encode()?,
        plain_decode: peer.plain_decode()?,
        experiment: experiment::Size::of(stage, base.zip(rows.as_ref()))?,
    })
}

fn design(work: &Path, store: &Path) -> Outcome<Vec<Hop>> {
    fs::create_dir_all(work)?;
    let source = Store::open(store, OpenMode::Read, ReadMode::default())?;
    let mut names = source
        .stage_names()?
        .into_iter()
        .map(|name| Ok((source.stage(&name)?.timing_stage().timestamp, name)))
        .collect::<ckp::Result<Vec<_>>>()?;
    // The flow's order.
    names.sort_unstable();
    let mut hops = Vec::new();
    let mut base: Option<RawStage> = None;
    for (_, name) in names {
        let stage = RawStage::read(&source, &name)?;
        eprintln!("hops: {}: {name}", store.display());
        hops.push(measure(work, base.as_ref(), &stage)?);
        base = Some(stage);
    }
    Ok(hops)
}

fn run(arguments: &[String]) -> Outcome<()> {
    // The child process of a measurement of memory.
    if let [command, rest @ ..] = arguments
        && command == library::MEMORY_COMMAND
    {
        return library::print_memory(rest);
    }
    if let [command, rest @ ..] = arguments
        && command == families::COMMAND
    {
        return families::print(rest);
    }
    let usage = "usage: hops WORK DESIGN=STORE...";
    let (work, designs) = arguments.split_first().ok_or(usage)?;
    let mut all = Vec::new();
    for design_store in designs {
        let (name, store) = design_store.split_once('=').ok_or(usage)?;
        let scratch = PathBuf::from(work).join(name);
        // What an earlier run left.
        if scratch.exists() {
            fs::remove_dir_all(&scratch)?;
        }
        let hops = design(&scratch, Path::new(store))?;
        print!("{}", table::markdown(name, &hops));
        all.push((name.to_owned(), hops));
        fs::remove_dir_all(&scratch)?;
    }
    fs::write(Path::new(work).join("hops.json"), table::json(&all))?;
    Ok(())
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Err(error) = run(&arguments) {
        eprintln!("hops: {error}");
        std::process::exit(1);
    }
}
