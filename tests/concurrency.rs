// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! One writer that saves, deletes and compacts, and eight readers, over processes and threads: a reader sees whole
//! stages only, bit for bit. For CKP_SECONDS seconds (3).

mod common;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use ckp::{
    BaseChoice, CaptureOptions, CodecChoice, CompactMode, Depth, Error, ErrorKind, ObjectTable,
    OpenMode, ReadMode, Store,
};
use common::{assert_holds, chain, create, save, save_with};

/// Names the store for a child process.
const STORE: &str = "CKP_TEST_STORE";
const READERS: usize = 8;
/// Stages that the writer keeps.
const KEPT: usize = 6;

fn seconds() -> Duration {
    let seconds = std::env::var("CKP_SECONDS").ok();
    Duration::from_secs(seconds.map_or(3, |seconds| seconds.parse().unwrap()))
}

fn table() -> ObjectTable {
    chain(40)
}

/// Numbers that look random.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695);
        (self.0 >> 33) as usize % bound
    }
}

/// Saves, deletes and compacts until `end`; stage `sN` holds version N.
fn write(store: &Store, end: Instant) -> [usize; 3] {
    let mut random = Random(1);
    let mut names = store.stage_names().unwrap();
    let mut done = [0; 3];
    while Instant::now() < end {
        let number = done[0] + 1;
        let name = format!("s{number}");
        let base = match random.below(4) {
            0 => BaseChoice::Full,
            1 => BaseChoice::Auto,
            _ => BaseChoice::Stage(names[random.below(names.len())].clone()),
        };
        let options = CaptureOptions { base, codec: CodecChoice::Lz4, ..Default::default() };
        save_with(store, &name, options, &table(), number as u32).unwrap();
        names.push(name);
        done[0] += 1;
        while names.len() > KEPT {
            let gone = names.remove(random.below(names.len()));
            store.delete_stage(&gone, &mut |_, _, _| {}).unwrap();
            done[1] += 1;
        }
        if random.below(3) == 0 {
            store.compact(CompactMode::Apply, &mut |_, _, _| {}).unwrap();
            done[2] += 1;
        }
    }
    done
}

/// Reads whatever is there until `end`, and tells how many stages.
fn read(store: &Store, end: Instant, seed: u64) -> usize {
    let mut random = Random(seed);
    let table = table();
    let is_gone = |error: &Error| error.kind() == ErrorKind::NotFound;
    let mut stages = 0;
    while Instant::now() < end {
        let names = store.stage_names().unwrap();
        let name = &names[random.below(names.len())];
        match store.stage(name) {
            Ok(stage) => {
                // Deleted or put on another base meanwhile, it reads as it was.
                assert_holds(&stage, &table, name[1..].parse().unwrap());
                stages += 1;
            }
            Err(error) => assert!(is_gone(&error), "{name}: {:?}: {error}", error.kind()),
        }
        match random.below(20) {
            0 => {
                let verification = store.verify(Depth::Full).unwrap();
                assert!(verification.findings.is_empty(), "{:#?}", verification.findings);
            }
            1 => assert!(!store.stages().unwrap().is_empty()),
            2 => assert!(store.head().unwrap().is_some()),
            _ => {}
        }
    }
    stages
}

fn start(path: &Path) -> Store {
    let store = create(path);
    save(&store, "s0", &table(), 0);
    store
}

fn assert_sound(store: &Store) {
    let verification = store.verify(Depth::Full).unwrap();
    assert!(verification.findings.is_empty(), "{:#?}", verification.findings);
    for name in store.stage_names().unwrap() {
        assert_holds(&store.stage(&name).unwrap(), &table(), name[1..].parse().unwrap());
    }
    assert_eq!(std::fs::read_dir(store.path().join("tmp")).unwrap().count(), 0);
}

#[test]
fn threads_that_share_a_store_read_while_one_writes() {
    let directory = tempfile::tempdir().unwrap();
    let store = start(&directory.path().join("s.ckp"));
    let end = Instant::now() + seconds();
    let stages = AtomicUsize::new(0);
    let done = std::thread::scope(|scope| {
        for seed in 0..READERS as u64 {
            let (store, stages) = (&store, &stages);
            scope.spawn(move || stages.fetch_add(read(store, end, seed), Ordering::Relaxed));
        }
        write(&store, end)
    });
    assert_sound(&store);
    println!("threads: {done:?} saves, deletions, compactions; {stages:?} stages read");
}

/// Threads that ask one stage at the same time wait for each other, but never for ever.
#[test]
fn threads_that_share_a_stage_decode_it_together() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("s.ckp");
    let store = start(&path);
    let table = table();
    for number in 1..4 {
        let base = BaseChoice::Stage(format!("s{}", number - 1));
        let options = CaptureOptions { base, ..Default::default() };
        save_with(&store, &format!("s{number}"), options, &table, number).unwrap();
    }
    let end = Instant::now() + seconds();
    let mut rounds = 0;
    while Instant::now() < end {
        // Nothing is decoded yet.
        let stage = store.stage("s3").unwrap();
        std::thread::scope(|scope| {
            for reader in 0..READERS {
                let (stage, table) = (&stage, &table);
                scope.spawn(move || match reader % 4 {
                    0 => stage.verify(Depth::Full).unwrap(),
                    1 => assert_holds(stage.base().unwrap(), table, 2),
                    2 => assert_eq!(stage.find_vertex(b"u7/Z", false).unwrap(), Some(15)),
                    _ => assert_holds(stage, table, 3),
                });
            }
        });
        rounds += 1;
    }
    println!("shared stage: {rounds} rounds of {READERS} threads");
}

fn child(name: &str, store: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--ignored", "--nocapture"])
        .env(STORE, store)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

fn told() -> PathBuf {
    std::env::var_os(STORE).expect("run by another test").into()
}

#[test]
#[ignore = "a child process of the test below"]
fn child_reads() {
    let store = Store::open(&told(), OpenMode::Read, ReadMode::default()).unwrap();
    let end = Instant::now() + seconds();
    let seed = u64::from(std::process::id());
    let stages = std::thread::scope(|scope| {
        let other = scope.spawn(|| read(&store, end, seed));
        read(&store, end, seed + 1) + other.join().unwrap()
    });
    assert!(stages > 0);
    println!("@ {stages}");
}

#[test]
#[ignore = "a child process of the test below"]
fn child_writes() {
    let done = write(&create(&told()), Instant::now() + seconds());
    println!("@ {done:?}");
}

#[test]
fn processes_read_while_one_writes() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("s.ckp");
    let store = start(&path);
    let mut children = vec![child("child_writes", &path)];
    children.extend((0..READERS / 2).map(|_| child("child_reads", &path)));
    for child in children {
        let output = child.wait_with_output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{}: {text}", output.status);
        print!("{}", text.lines().filter(|l| l.contains("@ ")).collect::<Vec<_>>().join("\n"));
        println!();
    }
    assert_sound(&store);
}

#[test]
#[ignore = "a child process of the test below"]
fn child_holds_the_lock() {
    let table = table();
    let capture = ckp::Capture::begin(&create(&told()), "x", CaptureOptions::default(), table);
    println!("@ locked");
    std::io::stdout().flush().unwrap();
    // Until it is killed.
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    drop(capture);
}

/// A writer that lives is respected and named; one that was killed is not in the way.
#[test]
fn the_lock_of_a_live_process_is_respected_that_of_a_dead_one_is_taken() {
    use std::io::{BufRead, BufReader};
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("s.ckp");
    let store = start(&path);
    let mut child = child("child_holds_the_lock", &path);
    let output = BufReader::new(child.stdout.take().unwrap());
    assert!(output.lines().any(|line| line.unwrap().contains("@ locked")));
    let error = store.set_head("s0").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Locked);
    let host = rustix::system::uname();
    let host = host.nodename().to_string_lossy().into_owned();
    for part in [format!("process {} ", child.id()), format!("on {host} "), " since 20".into()] {
        assert!(error.to_string().contains(&part), "{error}");
    }
    assert!(error.to_string().contains("s ago) (lock "), "{error}");
    store.stage("s0").unwrap();
    assert_eq!(std::fs::read_dir(path.join("tmp")).unwrap().count(), 1);
    child.kill().unwrap();
    child.wait().unwrap();
    save(&store, "s1", &table(), 1);
    assert_sound(&store);
}
