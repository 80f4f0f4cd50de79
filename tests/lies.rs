// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Files whose checksums are right and whose content is a lie: written by somebody else, or by a mistake. They
//! are refused or told, within bounds of memory, and never panic.

mod common;

use std::fs;
use std::sync::Arc;

use ckp::{
    BaseRef, BlockIndex, Depth, MinMax, OpenMode, ReadMode, Result, Stage, Store, StreamKey,
    StreamKind, Transition, report,
};
use common::everything::{read_all, save_all};
use common::forged::{self, Forged, HEADER, base_digest};
use common::memory::{Counting, peak};
use parking_lot::Mutex;

#[global_allocator]
static MEMORY: Counting = Counting;

/// What reading a file may hold, whatever it claims: a fixed part, and a multiple of the file.
const MOST_HELD: usize = 48 << 20;
const MOST_TIMES: usize = 8;
/// Elements of a full block of words.
const BLOCK: u32 = 65_536;

/// Memory is that of all tests: one at a time.
static ALONE: Mutex<()> = Mutex::new(());

struct Liar {
    _directory: tempfile::TempDir,
    store: Store,
    sound: [Forged; 2],
}

impl Liar {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("s.ckp");
        save_all(&common::create(&path));
        let store = Store::open(&path, OpenMode::Read, ReadMode::Positioned).unwrap();
        store.stage("c").unwrap();
        let sound = ["a", "b"].map(|name| {
            let file = fs::read(stage_file(&store, name)).unwrap();
            Forged::of(&store.stage(name).unwrap(), &file)
        });
        Self { _directory: directory, store, sound }
    }

    fn write(&self, name: &str, file: &[u8]) {
        fs::write(stage_file(&self.store, name), file).unwrap();
    }

    fn restore(&self) {
        for (name, sound) in ["a", "b"].into_iter().zip(&self.sound) {
            self.write(name, &sound.file());
        }
    }

    /// The file is refused, or something in it is.
    fn refuse(&self, name: &str, file: &[u8], why: &str) {
        self.write(name, file);
        let held = peak(|| {
            let outcome = self.store.stage(name).and_then(|stage| read_whole(&stage, name));
            assert!(outcome.is_err(), "{why} of {name}");
            assert!(!self.store.verify(Depth::Full).unwrap().findings.is_empty(), "{why}");
            let _ = (report::stages_text(&self.store), report::stage_text(&self.store, name));
        });
        let most = MOST_HELD + MOST_TIMES * file.len();
        assert!(held < most, "{why} of {name}: {held} bytes for a file of {}", file.len());
        self.restore();
    }

    /// The same for a change of either stage.
    fn refuse_both(&self, why: &str, change: impl Fn(&mut Forged)) {
        for (name, sound) in ["a", "b"].into_iter().zip(&self.sound) {
            let mut forged = sound.clone();
            change(&mut forged);
            self.refuse(name, &forged.file(), why);
        }
    }
}

fn stage_file(store: &Store, name: &str) -> std::path::PathBuf {
    store.path().join("stages").join(format!("{name}.stage"))
}

/// Everything, and that it is what was saved as `saved_as`: values are compared with their checksums.
fn read_whole(stage: &Arc<Stage>, saved_as: &str) -> Result<()> {
    stage.verify(Depth::Full)?;
    let endpoints = u64::from(stage.metadata().endpoints);
    stage.endpoints(0..endpoints)?;
    read_all(stage, saved_as).into_iter().next().map_or(Ok(()), Err)
}

fn arrival() -> StreamKey {
    let (kind, min_max, transition) = (StreamKind::Arrival, MinMax::Max, Transition::Rise);
    StreamKey { kind, scene: 0, min_max, transition, plane: 0 }
}

/// Blocks of zeros that take no bytes.
fn zeros(count: u64, most: u64) -> Vec<BlockIndex> {
    let block = BlockIndex {
        offset: HEADER as u64,
        stored: 0,
        count: 0,
        laid_out: 0,
        crc: 0,
        predictor: 0,
        layout: 0,
        codec: 0,
    };
    let sizes = (0..count.div_ceil(most)).map(|number| (count - number * most).min(most));
    sizes.map(|size| BlockIndex { count: size as u32, ..block }).collect()
}

/// A Zstandard frame of `count` zeros, written by hand: a few bytes for each 128 KiB.
fn zstd_zeros(count: u32) -> Vec<u8> {
    const MOST: u32 = 128 << 10;
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0xa0];
    frame.extend_from_slice(&count.to_le_bytes());
    let mut left = count;
    while left > 0 {
        let size = left.min(MOST);
        left -= size;
        let header = u32::from(left == 0) | 1 << 1 | size << 3;
        frame.extend_from_slice(&header.to_le_bytes()[..3]);
        frame.push(0);
    }
    frame
}

#[test]
fn what_is_written_by_hand_is_sound_at_first() {
    let _alone = ALONE.lock();
    let liar = Liar::new();
    liar.restore();
    for name in ["a", "b", "c"] {
        read_whole(&liar.store.stage(name).unwrap(), name).unwrap();
    }
    let frame = forged::packed(1000, 2, &zstd_zeros(1000));
    assert_eq!(frame.len(), 8 + 9 + 4);
}

#[test]
fn huge_counts_are_refused() {
    let _alone = ALONE.lock();
    let liar = Liar::new();
    const MANY: u32 = u32::MAX;
    liar.refuse_both("vertices", |forged| {
        forged.stage.metadata.vertices = MANY;
        for stream in &mut forged.stage.delta_changes.streams {
            if stream.key.kind.is_vertex_column() && stream.key.kind.width() == ckp::Width::Word {
                stream.count = u64::from(MANY);
                stream.blocks = zeros(stream.count, BLOCK.into());
            }
        }
    });
    liar.refuse_both("vertices of marks", |forged| {
        forged.stage.metadata.vertices = MANY;
        forged.stage.delta_changes.streams.retain(|stream| {
            !stream.key.kind.is_vertex_column() || stream.key.kind == StreamKind::SlewMark
        });
        for stream in &mut forged.stage.delta_changes.streams {
            if stream.key.kind == StreamKind::SlewMark {
                stream.count = u64::from(MANY);
                stream.blocks = zeros(stream.count, 1 << 18);
            }
        }
    });
    liar.refuse_both("arcs", |forged| {
        forged.stage.metadata.arcs = MANY;
        for stream in &mut forged.stage.delta_changes.streams {
            if stream.key.kind == StreamKind::Delay {
                stream.count = u64::from(MANY);
                stream.blocks = zeros(stream.count, BLOCK.into());
            }
        }
    });
    liar.refuse_both("endpoints", |forged| {
        forged.stage.metadata.endpoints = MANY;
        for stream in &mut forged.stage.delta_changes.streams {
            use StreamKind::{EndpointCheck, EndpointGroup, EndpointSlack, EndpointVertex};
            let kinds = [EndpointCheck, EndpointGroup, EndpointSlack, EndpointVertex];
            if kinds.contains(&stream.key.kind) {
                stream.count = u64::from(MANY);
                stream.blocks = zeros(stream.count, BLOCK.into());
            }
        }
    });
    for kind in [StreamKind::Sdc, StreamKind::Objects, StreamKind::DelayTables] {
        liar.refuse_both(kind.name(), |forged| {
            let key = StreamKey::plain(kind);
            if forged.stage.delta_changes.find(key).is_none() {
                forged.stage.metadata.depth = 99;
                return;
            }
            let stream = forged.stream(key);
            stream.count = 1 << 34;
            stream.blocks = zeros(stream.count, 1 << 18);
        });
    }
    for kind in [StreamKind::PathEnd, StreamKind::PathArc] {
        liar.refuse_both(kind.name(), |forged| {
            let stream = forged.stream(StreamKey::plain(kind));
            stream.count = 22 << 30;
            stream.blocks = zeros(stream.count, BLOCK.into());
        });
    }
    liar.refuse_both("a count", |forged| forged.stream(arrival()).count = u64::MAX);
    liar.refuse_both("one row more", |forged| {
        forged.stage.metadata.vertices += 1;
        for stream in &mut forged.stage.delta_changes.streams {
            if stream.key.kind.is_vertex_column() {
                stream.count += 1;
                let last = stream.blocks.last_mut().unwrap();
                last.count += 1;
                if last.layout == 1 && last.laid_out == (last.count - 1) * 4 {
                    last.laid_out += 4;
                }
            }
        }
    });
}

#[test]
fn blocks_hold_no_more_than_they_claim_and_claim_no_more_than_they_may() {
    let _alone = ALONE.lock();
    let liar = Liar::new();
    let change = |why: &str, change: &dyn Fn(&mut BlockIndex)| {
        liar.refuse_both(why, |forged| {
            let streams = &mut forged.stage.delta_changes.streams;
            let has_bytes = |block: &&mut BlockIndex| block.stored > 0;
            let mut blocks = streams.iter_mut().flat_map(|stream| &mut stream.blocks);
            change(blocks.find(has_bytes).unwrap());
        });
    };
    for value in [0, 1, BLOCK + 1, 1 << 31, u32::MAX] {
        change("elements", &|block| block.count = value);
        change("laid-out bytes", &|block| block.laid_out = value.wrapping_mul(4));
        change("stored bytes", &|block| block.stored = value);
    }
    for value in [0, 31, 1 << 32, 1 << 62, u64::MAX] {
        change("an offset", &|block| block.offset = value);
    }
    for value in 0..=u8::MAX {
        let differs = |of: u8| value != of;
        for (name, sound) in ["a", "b"].into_iter().zip(&liar.sound) {
            let streams = sound.stage.delta_changes.streams.len();
            // All arrays for the numbers that are known, one for the others.
            for stream in 0..if value < 32 { streams } else { 1 } {
                let lie = |change: &dyn Fn(&mut BlockIndex)| {
                    let mut forged = sound.clone();
                    change(&mut forged.stage.delta_changes.streams[stream].blocks[0]);
                    liar.write(name, &forged.file());
                    // Some ways to code zeros are the same: then nothing is wrong with the values.
                    if let Ok(stage) = liar.store.stage(name) {
                        let _ = read_whole(&stage, name);
                    }
                };
                let blocks = &sound.stage.delta_changes.streams[stream].blocks;
                let Some(block) = blocks.first() else { continue };
                if differs(block.predictor) {
                    lie(&|block| block.predictor = value);
                }
                if differs(block.layout) {
                    lie(&|block| block.layout = value);
                }
                if differs(block.codec) {
                    lie(&|block| block.codec = value);
                }
            }
        }
    }
    liar.restore();
    // In `b` both are those of the base.
    let mut forged = liar.sound[0].clone();
    let other = forged.stream(arrival()).blocks[0];
    let key = StreamKey { transition: Transition::Fall, ..arrival() };
    forged.stream(key).blocks[0] = other;
    liar.refuse("a", &forged.file(), "two blocks of the same bytes");
}

#[test]
fn bombs_do_not_go_off() {
    let _alone = ALONE.lock();
    let liar = Liar::new();
    for codec in [2, 4] {
        for (claimed, held) in [(120 * 4, 256 << 20), (120 * 4, 481), (BLOCK * 4, 256 << 20)] {
            liar.refuse_both("a block of zeros", |forged| {
                let bomb = zstd_zeros(held);
                let block = forged.stream(arrival()).blocks[0];
                let claims = BlockIndex { laid_out: claimed, layout: 1, codec, ..block };
                let block = forged.store(&bomb, claims);
                forged.stream(arrival()).blocks = vec![block];
            });
        }
    }
    for (name, sound) in ["a", "b"].into_iter().zip(&liar.sound) {
        let record = forged::plain(&forged::record(&sound.stage));
        let index = forged::plain(&forged::index(&sound.stage.delta_changes));
        let write = |record: Vec<u8>, index: Vec<u8>, why: &str| {
            let sections = [(*b"RECD", record), (*b"INDX", index)];
            liar.refuse(name, &forged::file(&sound.header, &sound.blocks, &sections), why);
        };
        for claimed in [63 << 20, 255 << 20, u32::MAX] {
            let bomb = forged::packed(claimed, 2, &zstd_zeros(claimed.min(255 << 20)));
            write(bomb.clone(), index.clone(), "a record of zeros");
            write(record.clone(), bomb.clone(), "an index of zeros");
            let lie = forged::packed(claimed, 2, &zstd_zeros(1000));
            write(lie.clone(), index.clone(), "a record that claims");
            write(record.clone(), lie.clone(), "an index that claims");
            let lie = forged::packed(claimed, 1, &[0x1f, 0, 1, 0, 255, 255, 255, 0]);
            write(record.clone(), lie.clone(), "an index that claims");
        }
        for streams in [1u32 << 20, u32::MAX] {
            let mut lie = forged::index(&sound.stage.delta_changes);
            lie[..4].copy_from_slice(&streams.to_le_bytes());
            write(record.clone(), forged::plain(&lie), "an index of many arrays");
        }
    }
}

#[test]
fn bases_are_those_that_the_delta_was_made_on() {
    let _alone = ALONE.lock();
    let liar = Liar::new();
    let base = |name: &str, digest: u128| Some(BaseRef { stage_id: name.into(), digest });
    let [a, b] = liar.sound.clone().map(|forged| base_digest(&forged.stage));
    // A true circle: digests name contents, and so do not say what the base of the base is.
    let mut forged = liar.sound[0].clone();
    forged.stage.base_checkpoint_ref = base("b", b);
    for depth in [1, 2, 64] {
        forged.stage.metadata.depth = depth;
        liar.refuse("a", &forged.file(), "a circle of two");
        assert!(liar.store.stage("b").is_ok(), "restored");
    }
    forged.stage.base_checkpoint_ref = base("a", a);
    liar.refuse("a", &forged.file(), "a circle of one");
    for depth in [0, 1, 64, 65, u32::MAX] {
        let mut full = liar.sound[0].clone();
        full.stage.metadata.depth = depth.max(1);
        liar.refuse("a", &full.file(), "a depth without a base");
    }
    let refuse = |why: &str, base: Option<BaseRef>, depth: u32| {
        let mut forged = liar.sound[1].clone();
        forged.stage.base_checkpoint_ref = base;
        forged.stage.metadata.depth = depth;
        liar.refuse("b", &forged.file(), why);
    };
    refuse("depth of a full stage", base("a", a), 0);
    refuse("depth", base("a", a), 65);
    refuse("no base", None, 0);
    refuse("another digest", base("a", a ^ 1), 1);
    refuse("another stage", base("c", a), 5);
    for name in
        ["", ".", "..", "../a", "stages/a", "/etc/passwd", "a\0", "a\n", "gone", "\u{202e}a"]
    {
        refuse("a name of a base", base(name, a), 1);
        refuse("a name of a base", base(&name.repeat(200_000), a), 1);
    }
}

#[test]
fn names_that_lie_are_refused() {
    let _alone = ALONE.lock();
    let liar = Liar::new();
    for name in ["", "b2", "../b", "a\0", "b\n", "/b", "\u{e9}"] {
        liar.refuse_both("a name", |forged| forged.stage.stage_id = name.into());
    }
    for name in ["", ".", "..", "../x", "/etc/x", "a/b", "a\\b", "-rf", ".x", "a\0b", "a\nb"] {
        liar.refuse_both("a name of an attachment", |forged| {
            forged.stage.metadata.attachments = vec![name.into()];
        });
    }
    liar.refuse_both("two attachments of a name", |forged| {
        forged.stage.metadata.attachments.push(common::everything::NOTES.into());
    });
    liar.refuse_both("arrays out of order", |forged| forged.stage.delta_changes.streams.swap(0, 1));
    liar.refuse_both("an array twice", |forged| {
        let stream = forged.stage.delta_changes.streams[0].clone();
        forged.stage.delta_changes.streams.insert(0, stream);
    });
    liar.refuse_both("rows", |forged| forged.stage.metadata.vertex_digest ^= 1);
    liar.refuse_both("arcs", |forged| forged.stage.metadata.arc_digest ^= 1);
    liar.refuse_both("cells", |forged| forged.stage.metadata.cell_digest ^= 1);
    liar.refuse_both("a checksum", |forged| forged.stream(arrival()).checksum ^= 1);
    // The table of `b` is that of its base, and so are the names.
    for names in [true, false] {
        let mut forged = liar.sound[0].clone();
        let metadata = &mut forged.stage.metadata;
        if names {
            metadata.cell_names.clear()
        } else {
            metadata.kind_names.clear()
        }
        liar.refuse("a", &forged.file(), "names of cells or kinds");
    }
    for (name, sound) in ["a", "b"].into_iter().zip(&liar.sound) {
        let index = forged::plain(&forged::index(&sound.stage.delta_changes));
        let mut record = forged::record(&sound.stage);
        // The design is `gates`.
        let at = record.windows(5).position(|bytes| bytes == b"gates").unwrap();
        record[at] = 0xff;
        let sections = [(*b"RECD", forged::plain(&record)), (*b"INDX", index)];
        let file = forged::file(&sound.header, &sound.blocks, &sections);
        liar.refuse(name, &file, "a text that is no UTF-8");
    }
}

/// The clock of the machine went back between saves, or is far off.
#[test]
fn times_order_stages_and_mean_nothing_else() {
    let _alone = ALONE.lock();
    let liar = Liar::new();
    let mut times = [u64::MAX, 0];
    for _ in 0..2 {
        times.reverse();
        for ((name, sound), time) in ["a", "b"].into_iter().zip(&liar.sound).zip(times) {
            let mut forged = sound.clone();
            forged.stage.timestamp = time;
            liar.write(name, &forged.file());
        }
        for name in ["a", "b", "c"] {
            read_whole(&liar.store.stage(name).unwrap(), name).unwrap();
        }
        let order: Vec<u64> =
            liar.store.stages().unwrap().iter().map(|s| s.timing_stage().timestamp).collect();
        assert!(order.is_sorted());
        assert_eq!(
            liar.store.head().unwrap().as_deref(),
            Some("c"),
            "the head is no matter of time"
        );
        assert!(liar.store.verify(Depth::Full).unwrap().findings.is_empty());
        report::stages_text(&liar.store).unwrap();
        report::stages_json(&liar.store).unwrap();
    }
}

#[test]
fn what_the_record_says_of_scenes_is_no_index() {
    let _alone = ALONE.lock();
    let liar = Liar::new();
    let ask = |change: &dyn Fn(&mut Forged)| {
        for (name, sound) in ["a", "b"].into_iter().zip(&liar.sound) {
            let mut forged = sound.clone();
            change(&mut forged);
            liar.write(name, &forged.file());
            if let Ok(stage) = liar.store.stage(name) {
                if stage.verify(Depth::Full).is_ok() {
                    read_all(&stage, name);
                }
                let _ = report::stage_text(&liar.store, name);
                let _ = report::stage_json(&liar.store, name);
                let _ = ckp::query::worst_endpoints(&stage, &ckp::query::EndpointQuery::default());
                let _ = ckp::query::path::worst_paths(&stage, &Default::default());
                let options = ckp::query::diff::DiffOptions::default();
                let _ = ckp::query::diff::diff(&liar.store, "a", "b", &options);
            }
            liar.restore();
        }
    };
    ask(&|forged| forged.stage.metadata.scenes.clear());
    ask(&|forged| forged.stage.metadata.groups.clear());
    ask(&|forged| {
        forged.stage.metadata.groups.clear();
        forged.stage.metadata.group_clocks.clear();
    });
    ask(&|forged| forged.stage.metadata.path_clocks.clear());
    ask(&|forged| forged.stage.metadata.summaries.clear());
    ask(&|forged| forged.stage.metadata.summaries[0].scene = u16::MAX);
    ask(&|forged| forged.stage.metadata.clocks[0].scenes = vec![u16::MAX]);
    ask(&|forged| forged.stage.metadata.raw_bytes = u64::MAX);
    ask(&|forged| forged.stage.metadata.edges = u32::MAX);
    ask(&|forged| forged.stage.metadata.tables_digest = 7);
    ask(&|forged| forged.stage.delta_changes.streams.iter_mut().for_each(|s| s.key.scene = 9));
    for kind in StreamKind::ALL {
        ask(&|forged| forged.stage.delta_changes.streams.retain(|s| s.key.kind != *kind));
    }
}
