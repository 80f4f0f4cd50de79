// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Files that somebody else wrote, opened, decoded and compared.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use ckp::query::diff::DiffOptions;
use ckp::query::html::{HtmlOptions, page};
use ckp::query::path::{PathQuery, paths_json, paths_text, worst_paths};
use ckp::query::{EndpointQuery, HistoryQuery, history, worst_endpoints};
use ckp::{
    BaseChoice, Depth, Format, MinMax, OpenMode, ReadMode, Stage, StageAlignment, Store, Width,
    report,
};

use crate::common::everything::{gates, save};
use crate::common::forged::{self, Forged, HEADER};
use crate::common::memory::peak;

/// What a file may make the library hold: a fixed part, and a multiple of its bytes and of what the base takes
/// in memory. docs/reliability.md states it.
const FREE: usize = 160 << 20;
const TIMES: usize = 4096;

/// Pins of the stages.
const PINS: [&str; 3] = ["u1/Z", "u40/A", "u39/Z"];

/// A store with the stage `a`, and place for another one, `x`.
struct Place {
    _directory: tempfile::TempDir,
    store: Store,
    base: Arc<Stage>,
    header: Vec<u8>,
}

fn place() -> &'static Place {
    static PLACE: OnceLock<Place> = OnceLock::new();
    PLACE.get_or_init(|| {
        let directory = tempfile::tempdir().expect("a directory");
        let store = crate::common::create(&directory.path().join("s.ckp"));
        let base = save(&store, "a", "a", BaseChoice::Full);
        let bytes = fs::read(store.path().join("stages/a.stage")).expect("the base");
        base.objects().expect("its rows");
        Place { _directory: directory, store, base, header: bytes[..HEADER].to_vec() }
    })
}

/// The sound stage of the store.
pub fn base() -> &'static Arc<Stage> {
    &place().base
}

/// The file that a fuzzer writes to.
fn slot() -> PathBuf {
    place().store.path().join("stages").join("x.stage")
}

/// Run `work` on the store with `file` as its stage `x`.
fn with_file(file: &[u8], work: impl FnOnce(&Store)) {
    let place = place();
    fs::write(slot(), file).expect("the stage");
    let store = Store::open(place.store.path(), OpenMode::Read, ReadMode::Positioned);
    let store = store.expect("the store");
    let allowed = FREE + TIMES * file.len();
    let held = peak(|| work(&store));
    assert!(held <= allowed, "{held} bytes held for a file of {}", file.len());
    fs::remove_file(slot()).expect("the stage");
}

/// The parts of a stage: lengths of record and index, and these, all plain; then the blocks. All checksums of
/// bytes are made to fit, and header and section table are sound, so that the fuzzer finds what is behind.
pub fn assemble(data: &[u8]) -> Option<Vec<u8>> {
    let (record, rest) = data.split_first_chunk::<4>()?;
    let (index, rest) = rest.split_first_chunk::<4>()?;
    let (record, rest) = rest.split_at_checked(u32::from_le_bytes(*record) as usize)?;
    let (index, blocks) = rest.split_at_checked(u32::from_le_bytes(*index) as usize)?;
    let mut index = index.to_vec();
    forged::seal_blocks(&mut index, blocks);
    let sections = [(*b"RECD", forged::plain(record)), (*b"INDX", forged::plain(&index))];
    Some(forged::file(&place().header, blocks, &sections))
}

/// What [`assemble`] takes, of sound stages named `x`: a full one, one on `a` with its rows, one on `a` with
/// others. For the seed corpus.
pub fn seeds() -> Vec<Vec<u8>> {
    let place = place();
    let on_base = || BaseChoice::Stage("a".into());
    let stages = [("a", BaseChoice::Full), ("b", on_base()), ("c", on_base())];
    let parts = stages.map(|(of, base)| {
        let writer = Store::open(place.store.path(), OpenMode::Create, ReadMode::Positioned);
        let stage = save(&writer.expect("the store"), "x", of, base);
        let forged = Forged::of(&stage, &fs::read(slot()).expect("the stage"));
        fs::remove_file(slot()).expect("the stage");
        let record = forged::record(&forged.stage);
        let index = forged::index(&forged.stage.delta_changes);
        let lengths = [record.len(), index.len()].map(|length| (length as u32).to_le_bytes());
        [lengths.concat(), record, index, forged.blocks].concat()
    });
    parts.into()
}

/// Any bytes as a file: they are refused, or are a stage.
pub fn open(data: &[u8]) {
    with_file(data, |store| {
        let _ = store.stages();
        let is_sound = store.stage("x").and_then(|stage| stage.verify(Depth::Quick)).is_ok();
        let _ = report::stages_json(store);
        let found = store.verify(Depth::Quick).expect("a listing").findings;
        assert_eq!(is_sound, !found.iter().any(|finding| finding.stage.is_some()));
    });
}

/// Everything that is in a stage is read.
pub fn decode(data: &[u8]) {
    let Some(file) = assemble(data) else { return };
    with_file(&file, |store| {
        let Ok(stage) = store.stage("x") else { return };
        let _ = stage.load_columns();
        for stream in stage.timing_stage().delta_changes.streams.clone() {
            let rows = 0..stream.count;
            match stream.key.kind.width() {
                Width::Byte => drop(stage.read_bytes(stream.key, rows)),
                Width::Word => drop(stage.read_words(stream.key, rows)),
            }
        }
        for attachment in stage.attachments().iter().filter(|a| a.bytes < 1 << 26) {
            let _ = stage.read_attachment(&attachment.name, &mut std::io::sink());
        }
        let _ = (stage.objects(), stage.sdc(), stage.library_delays(), stage.levels());
        let _ = stage.endpoints(0..u64::from(stage.metadata().endpoints));
        let _ = stage.explain();
        let is_small = stage.attachments().iter().all(|attachment| attachment.bytes < 1 << 26);
        let _ = stage.verify(if is_small { Depth::Full } else { Depth::Timing });
        let live = StageAlignment::new(&stage, &gates("b").objects());
        let _ = live.map(|live| live.counts());
    });
}

/// Questions to the stage, and to it and its base.
pub fn diff(data: &[u8]) {
    let Some(file) = assemble(data) else { return };
    with_file(&file, |store| {
        let Ok(stage) = store.stage("x") else { return };
        let options = DiffOptions { depth: 2, ..DiffOptions::default() };
        for (from, to) in [("a", "x"), ("x", "a")] {
            if let Ok(diff) = ckp::query::diff::diff(store, from, to, &options) {
                for format in [Format::Text, Format::Json, Format::Csv, Format::Markdown] {
                    let _ = diff.report(format);
                }
            }
        }
        for path_delay in [MinMax::Min, MinMax::Max] {
            let query = EndpointQuery { path_delay, ..EndpointQuery::default() };
            let _ = worst_endpoints(&stage, &query).map(|worst| worst.report(Format::Text));
            let pins = PINS.map(String::from).to_vec();
            let query = HistoryQuery { pins, path_delay, scene: None };
            let _ = history(store, &query).map(|history| history.report(Format::Text));
            let query = PathQuery { min_max: path_delay, count: 5, ..PathQuery::default() };
            let _ = worst_paths(&stage, &query).map(|p| (paths_text(&p, 3), paths_json(&p)));
        }
        let _ = (report::stage_text(store, "x"), report::stage_json(store, "x"));
        let _ = page(store, &["a".into(), "x".into()], HtmlOptions::default());
    });
}
