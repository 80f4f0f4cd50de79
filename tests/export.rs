// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Exported files read back by other libraries: every value is that of the stage, bit for bit.

mod common;

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

use arrow_array::cast::AsArray;
use arrow_array::types::Float32Type;
use arrow_ipc::reader::FileReader;
use ckp::{MinMax, ObjectTable, Stage, StreamKey, StreamKind, Transition};
use common::command::{failure, text};
use common::flow::flow;
use common::{HOSTILE, chain, column, create, everything, key, save};

/// Bits that comparisons of values do not tell apart, and what CSV cannot hold: payloads of NaN.
fn same_number(a: u32, b: u32) -> bool {
    a == b || f32::from_bits(a).is_nan() && f32::from_bits(b).is_nan()
}

fn keys(kinds: &[StreamKind]) -> Vec<StreamKey> {
    let of_kind = |kind: &StreamKind| {
        let kind = *kind;
        [MinMax::Min, MinMax::Max].into_iter().flat_map(move |min_max| {
            [Transition::Rise, Transition::Fall].map(|transition| key(kind, min_max, transition))
        })
    };
    kinds.iter().flat_map(of_kind).collect()
}

/// More rows than a batch, with values that a careless writer changes.
fn sample(directory: &Path) -> (String, ObjectTable) {
    let store = create(&directory.join("s.ckp"));
    let table = chain(40_000);
    save(&store, "a", &table, 1);
    save(&store, "b", &table, 2);
    (store.path().to_str().unwrap().to_owned(), table)
}

const KINDS: [StreamKind; 2] = [StreamKind::Slack, StreamKind::Slew];

fn export(path: &str, to: &Path) -> String {
    let to = to.to_str().unwrap();
    text(&["export", path, "b", "--columns", "slack,slew", "--to", to])
}

#[test]
fn csv_has_every_value() {
    let directory = tempfile::tempdir().unwrap();
    let (path, table) = sample(directory.path());
    let to = directory.path().join("b.csv");
    let said = export(&path, &to);
    assert_eq!(said, format!("Wrote 80000 rows of 10 columns to {}.\n", to.display()));
    let file = fs::read_to_string(&to).unwrap();
    let mut lines = file.lines();
    assert!(
        lines.next().unwrap().starts_with("pin,cell,slack_min_rise,slack_min_fall,slack_max_rise,")
    );
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    assert_eq!(rows.len(), 80_000);
    assert_eq!((rows[79_999][0], rows[79_999][1]), ("u39999/Z", "INV_X1"));
    for (number, key) in keys(&KINDS).into_iter().enumerate() {
        let values = column(&table, key, 2);
        for (row, bits) in rows.iter().zip(values) {
            let read: f32 = row[number + 2].parse().unwrap();
            assert!(
                same_number(read.to_bits(), bits),
                "{key}: {} is not {bits:#x}",
                row[number + 2]
            );
        }
    }
    assert!(column(&table, keys(&KINDS)[0], 2).iter().any(|bits| HOSTILE.contains(bits)));
    // Nothing else is left in the directory.
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2);
}

#[test]
fn arrow_has_every_bit() {
    let directory = tempfile::tempdir().unwrap();
    let (path, table) = sample(directory.path());
    let to = directory.path().join("b.arrow");
    export(&path, &to);
    let reader = FileReader::try_new(File::open(&to).unwrap(), None).unwrap();
    let batches: Vec<_> = reader.map(Result::unwrap).collect();
    assert!(batches.len() > 1, "it is written in batches");
    let pins = batches.iter().flat_map(|batch| {
        let pins = batch.column_by_name("pin").unwrap().as_string::<i32>().clone();
        pins.iter().map(|pin| pin.unwrap().to_owned()).collect::<Vec<_>>()
    });
    assert!(pins.eq((0..80_000).map(|row| table.display_name(row))));
    for (number, key) in keys(&KINDS).into_iter().enumerate() {
        let bits = batches.iter().flat_map(|batch| {
            let values = batch.column(number + 2).as_primitive::<Float32Type>().values().clone();
            values.iter().map(|value| value.to_bits()).collect::<Vec<_>>()
        });
        assert!(bits.eq(column(&table, key, 2)), "{key}");
    }
}

#[test]
fn arcs_have_their_ends_and_kinds() {
    let directory = tempfile::tempdir().unwrap();
    let (path, store) = flow(directory.path());
    let to = directory.path().join("arcs.csv");
    let to = to.to_str().unwrap();
    let path = path.to_str().unwrap();
    text(&[
        "export",
        path,
        "route",
        "--columns",
        "delay",
        "--scene",
        "slow",
        "--path-delay",
        "max",
        "--to",
        to,
    ]);
    let file = fs::read_to_string(to).unwrap();
    let lines: Vec<&str> = file.lines().collect();
    assert_eq!(lines[0], "from,to,kind,delay_max_slow");
    assert_eq!(lines[1], "core/u1/A,core/u1/Z,combinational ^ -> v,0e0");
    assert_eq!(lines.len(), 1 + count(&store.stage("route").unwrap()));
    let export = |columns: &str, more: &[&str]| {
        let mut arguments = vec!["export", path, "route", "--to", to, "--columns", columns];
        arguments.extend(more);
        failure(&arguments)
    };
    let (code, error) = export("delay,slack", &[]);
    assert!(code == 1 && error.contains("export them to two files"), "{error}");
    let (code, error) = export("pulse-width", &[]);
    assert!(code == 1 && error.contains("Stage route has no columns of pulse widths."), "{error}");
    let (code, error) = export("slack", &["--scene", "cold"]);
    assert!(code == 1 && error.contains("its scenes are fast, slow"), "{error}");
    let (code, error) = failure(&["export", path, "route", "--to", "/no/such/directory/x.csv"]);
    assert!(code == 1 && error.contains("Cannot write /no/such/directory/x.csv"), "{error}");
    assert_eq!(fs::read_to_string(to).unwrap(), file, "a failure leaves the file");
}

/// Marks are 0 or 1 in text and yes or no in Arrow; planes have names of their own.
#[test]
fn marks_and_planes_are_columns_too() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    everything::save_all(&store);
    let export = |columns: &str, to: &Path| {
        let (store, to) = (store.path().to_str().unwrap(), to.to_str().unwrap());
        text(&["export", store, "c", "--columns", columns, "--path-delay", "max", "--to", to]);
    };
    let marks = |kind, transition| everything::column("c", key(kind, MinMax::Max, transition));
    let csv = directory.path().join("c.csv");
    export("delay,delay-mark", &csv);
    let file = fs::read_to_string(&csv).unwrap();
    let titles: Vec<&str> = file.lines().next().unwrap().split(',').collect();
    let planes = ["delay_max", "delay_max_mean_shift", "delay_max_variance", "delay_max_skewness"];
    assert_eq!(titles[..3], ["from", "to", "kind"]);
    assert_eq!((&titles[3..7], &titles[7..]), (&planes[..], &["delay_mark_max"][..]));
    let expected = marks(StreamKind::DelayMark, Transition::None);
    let last = file.lines().skip(1).map(|line| line.rsplit(',').next().unwrap());
    assert!(last.eq(expected.iter().map(|mark| if *mark == 0 { "0" } else { "1" })));
    assert!(expected.contains(&0) && expected.contains(&1));

    let arrow = directory.path().join("c.arrow");
    export("slew-mark", &arrow);
    let reader = FileReader::try_new(File::open(&arrow).unwrap(), None).unwrap();
    let flags = reader.flat_map(|batch| {
        let batch = batch.unwrap();
        let flags = batch.column_by_name("slew_mark_max_rise").unwrap().as_boolean().clone();
        flags.iter().map(|flag| u32::from(flag.unwrap())).collect::<Vec<_>>()
    });
    assert!(flags.eq(marks(StreamKind::SlewMark, Transition::Rise)));

    let (path, min) = (store.path().to_str().unwrap(), directory.path().join("min.csv"));
    let min = min.to_str().unwrap();
    text(&["export", path, "c", "--columns", "period,pulse-width", "--to", min]);
    let file = fs::read_to_string(min).unwrap();
    assert!(file.starts_with("pin,cell,period_min_rise,"), "{}", &file[..60]);
    text(&["export", path, "c", "--columns", "loop-mark", "--to", min]);
    assert!(fs::read_to_string(min).unwrap().starts_with("from,to,kind,loop_mark_min\n"));
}

fn count(stage: &Stage) -> usize {
    stage.metadata().arcs as usize
}

#[test]
fn pyarrow_reads_the_file() {
    let there = Command::new("python3").args(["-c", "import pyarrow.feather"]).output();
    if !there.is_ok_and(|output| output.status.success()) {
        eprintln!("SKIPPED pyarrow_reads_the_file: python3 with pyarrow is not installed");
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let (path, _) = sample(directory.path());
    for name in ["b.arrow", "b.csv"] {
        export(&path, &directory.path().join(name));
    }
    let script = "
import csv, pyarrow.feather
a = pyarrow.feather.read_table('b.arrow')
with open('b.csv', newline='') as file:
    names, *rows = csv.reader(file)
assert a.column_names == names, (a.column_names, names)
assert a.num_rows == len(rows) == 80000, (a.num_rows, len(rows))
";
    let output = Command::new("python3")
        .args(["-c", script])
        .current_dir(directory.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
