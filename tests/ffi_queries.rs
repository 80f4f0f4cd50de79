// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Questions over the C ABI: what is asked comes through, and the answers are those of the library.

// Every pointer here was just made by the library, or points to what the test owns.
#![allow(clippy::undocumented_unsafe_blocks)]

mod common;
#[path = "common/exports.rs"]
mod exports;

use std::ffi::{CStr, CString, c_void};
use std::path::Path;
use std::ptr::{null, null_mut};

use ckp::ffi::*;
use ckp::query::diff::{Condition, DiffOptions, diff};
use ckp::query::html::{self, HtmlOptions};
use ckp::query::path::{PathQuery, paths_json, paths_text, worst_paths};
use ckp::query::{EndpointQuery, worst_endpoints};
use ckp::{CaptureOptions, Depth, Format, MinMax, Store, Width, report};
use common::{everything, registers};
use exports::{message, ok};

/// A store as the C ABI has it.
struct Opened(*mut ckp_store);

impl Opened {
    fn new(store: &Store) -> Self {
        let path = c(store.path().to_str().unwrap());
        let mut opened = null_mut();
        ok!(ckp_store_open(path.as_ptr(), CKP_OPEN_CREATE, &raw mut opened));
        Self(opened)
    }

    fn stage(&self, name: &str) -> OpenedStage {
        let mut stage = null();
        ok!(ckp_stage_open(self.0, c(name).as_ptr(), &raw mut stage));
        OpenedStage(stage)
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        unsafe { ckp_store_free(self.0) };
    }
}

struct OpenedStage(*const ckp_stage);

impl Drop for OpenedStage {
    fn drop(&mut self) {
        unsafe { ckp_stage_free(self.0) };
    }
}

fn c(text: &str) -> CString {
    CString::new(text).unwrap()
}

/// The text that a call writes.
fn text(call: impl FnOnce(*mut *mut ckp_text)) -> String {
    let mut out = null_mut();
    call(&raw mut out);
    let text = unsafe { CStr::from_ptr(ckp_text_data(out)) }.to_str().unwrap().to_owned();
    unsafe { ckp_text_free(out) };
    text
}

/// Status and message of a call that must fail.
macro_rules! fails {
    ($status:expr, $function:ident($($argument:expr),* $(,)?)) => {{
        let mut error = null_mut();
        let status = unsafe { $function($($argument,)* &raw mut error) };
        assert_eq!(status, $status, "{}", stringify!($function));
        message(error)
    }};
}

const FORMATS: [(u32, Format); 4] = [
    (CKP_REPORT_TEXT, Format::Text),
    (CKP_REPORT_JSON, Format::Json),
    (CKP_REPORT_CSV, Format::Csv),
    (CKP_REPORT_MARKDOWN, Format::Markdown),
];

/// A store with the stages place and route.
fn with_registers(body: impl FnOnce(&Store, &Opened)) {
    let directory = tempfile::tempdir().unwrap();
    let store = registers::create(&directory.path().join("s.ckp"));
    for stage in ["place", "route"] {
        registers::save(&store, stage, CaptureOptions::default());
    }
    body(&store, &Opened::new(&store));
}

fn with_everything(body: impl FnOnce(&Store, &Opened)) {
    let directory = tempfile::tempdir().unwrap();
    let store = common::create(&directory.path().join("s.ckp"));
    everything::save_all(&store);
    body(&store, &Opened::new(&store));
}

/// The elements of a lent array, which must outlive the stage.
fn elements<T: Copy>(array: *const ckp_array) -> Vec<T> {
    let (data, count): (*const c_void, usize) =
        unsafe { (ckp_array_data(array), ckp_array_count(array)) };
    let elements = unsafe { std::slice::from_raw_parts(data.cast(), count) }.to_vec();
    unsafe { ckp_array_free(array) };
    elements
}

/// The column of a key; what it is called is read back from its handle.
fn find(stage: &OpenedStage, key: ckp::StreamKey) -> u32 {
    let (kind, scene) = (key.kind as u32, u32::from(key.scene));
    let (min_max, transition) = (key.min_max as u32, key.transition as u32);
    let mut column = 0;
    ok!(ckp_stage_find_column(stage.0, kind, scene, min_max, transition, &raw mut column));
    if key.plane > 0 {
        let mean = column;
        ok!(ckp_stage_find_plane(stage.0, mean, u32::from(key.plane), &raw mut column));
    }
    let mut told = [9u32; 5];
    let [a, b, c, d, e] = told.each_mut().map(|word| word as *mut u32);
    ok!(ckp_stage_column_key(stage.0, column, a, b, c, d, e));
    assert_eq!(told, [kind, scene, min_max, transition, key.plane.into()]);
    column
}

#[test]
fn columns_are_lent_as_they_were_saved() {
    with_everything(|_, opened| {
        let stage = opened.stage("c");
        let (mut count, keys) = (0, everything::keys("c"));
        ok!(ckp_stage_number(stage.0, CKP_NUMBER_COLUMNS, &raw mut count));
        assert_eq!(count, keys.len() as u64);
        for key in keys {
            let (column, mut array) = (find(&stage, key), null());
            ok!(ckp_stage_lend_column(stage.0, column, &raw mut array));
            let lent: Vec<u32> = match key.kind.width() {
                Width::Word => elements(array),
                Width::Byte => elements::<u8>(array).into_iter().map(u32::from).collect(),
            };
            assert!(lent == everything::column("c", key), "{key}");
        }
    });
}

fn words(stage: &OpenedStage, id: u32) -> Vec<u32> {
    let mut array = null();
    ok!(ckp_stage_lend_rows(stage.0, id, &raw mut array));
    elements(array)
}

fn bytes(stage: &OpenedStage, id: u32) -> Vec<u8> {
    let mut array = null();
    ok!(ckp_stage_lend_rows(stage.0, id, &raw mut array));
    elements(array)
}

fn items(stage: &OpenedStage, list: u32) -> Vec<String> {
    let mut count = 0;
    ok!(ckp_stage_item_count(stage.0, list, &raw mut count));
    (0..count).map(|item| text(|out| ok!(ckp_stage_item(stage.0, list, item, out)))).collect()
}

#[test]
fn the_object_table_is_lent_and_its_names_are_listed() {
    with_everything(|store, opened| {
        let (stage, read) = (opened.stage("c"), store.stage("c").unwrap());
        let table = read.objects().unwrap();
        let rows = 0..table.vertex_count() as u32;
        let names: Vec<&[u8]> = rows.clone().map(|row| table.name(row)).collect();
        assert_eq!(bytes(&stage, CKP_ROWS_NAMES), names.concat());
        let ends = words(&stage, CKP_ROWS_NAME_ENDS);
        assert_eq!(ends.last().map(|end| *end as usize), Some(names.concat().len()));
        assert_eq!(bytes(&stage, CKP_ROWS_DRIVER), vec![0; names.len()]);
        let cells = items(&stage, CKP_LIST_CELLS);
        let of = words(&stage, CKP_ROWS_CELL);
        let known: Vec<&str> = rows.map(|row| table.cell(row)).collect();
        assert_eq!(of.iter().map(|cell| &cells[*cell as usize]).collect::<Vec<_>>(), known);
        let kinds = items(&stage, CKP_LIST_KINDS);
        let (from, to) = (words(&stage, CKP_ROWS_EDGE_FROM), words(&stage, CKP_ROWS_EDGE_TO));
        let (edges, kind) = (words(&stage, CKP_ROWS_ARC_EDGE), words(&stage, CKP_ROWS_ARC_KIND));
        assert_eq!((from.len(), edges.len()), (table.edge_count(), table.arc_count()));
        for (arc, (edge, kind)) in (0..).zip(edges.iter().zip(kind)) {
            let (known_from, known_to, known_kind) = table.arc(arc).unwrap();
            let ends = (from[*edge as usize], to[*edge as usize]);
            assert_eq!(ends, (known_from, known_to), "arc {arc}");
            assert_eq!(kinds[kind as usize], table.arc_kind_name(known_kind), "arc {arc}");
        }
        assert_eq!(items(&stage, CKP_LIST_PATH_CLOCKS), ["clk"]);
        assert_eq!(items(&stage, CKP_LIST_ATTACHMENTS), [everything::NOTES]);
    });
}

#[test]
fn numbers_and_sizes_are_those_of_the_stage() {
    with_everything(|store, opened| {
        let (stage, read) = (opened.stage("c"), store.stage("c").unwrap());
        let number = |id| {
            let mut number = 0;
            ok!(ckp_stage_number(stage.0, id, &raw mut number));
            number
        };
        let file = &read.attachments()[0];
        assert_eq!(number(CKP_NUMBER_ATTACHED_BYTES), file.stored_bytes);
        assert_eq!(number(CKP_NUMBER_PLANES), u64::from(ckp::MAX_PLANES));
        assert_eq!(number(CKP_NUMBER_LEVELS), u64::from(read.levels().unwrap()));
        let (mut size, mut stored) = (0, 0);
        let sizes = (&raw mut size, &raw mut stored);
        ok!(ckp_stage_attachment_size(stage.0, c(everything::NOTES).as_ptr(), sizes.0, sizes.1));
        assert_eq!((size, stored), (everything::notes("c").len() as u64, file.stored_bytes));
        assert_eq!(text(|out| ok!(ckp_stage_text(stage.0, CKP_TEXT_STAGE, out))), "c");
    });
}

#[test]
fn the_worst_endpoints_are_written_to_arrays() {
    with_registers(|store, opened| {
        let stage = opened.stage("route");
        let scene = Some("default".to_owned());
        let query = EndpointQuery { count: 3, scene, ..EndpointQuery::default() };
        let worst = worst_endpoints(&store.stage("route").unwrap(), &query).unwrap();
        let (mut rows, mut slacks, mut count) = ([9u32; 3], [9.0f32; 3], 9);
        let (to, slack) = (rows.as_mut_ptr(), slacks.as_mut_ptr());
        let (scene, none) = (c("default"), null());
        let name = scene.as_ptr();
        ok!(ckp_stage_worst_endpoints(stage.0, CKP_MAX, name, none, 3, to, slack, &raw mut count));
        assert_eq!((count, rows), (2, [6, 8, 9]), "what is beyond is left alone");
        let expected = [registers::slack(), registers::output_slack(), 9.0];
        assert_eq!(slacks.map(f32::to_bits), expected.map(f32::to_bits));
        for (format, same) in FORMATS {
            let (all, stage) = (3, stage.0);
            let told = text(|out| {
                ok!(ckp_stage_report_endpoints(stage, CKP_MAX, name, none, all, format, out))
            });
            assert_eq!(told, worst.report(same));
        }
    });
}

/// Every option is another one than the default, and what is told is what the library tells with it.
#[test]
fn a_diff_is_asked_with_every_option() {
    with_registers(|store, opened| {
        let mut query = null_mut();
        ok!(ckp_diff_query_new(&raw mut query));
        let (condition, divider) = ("wns < -5ps and endpoints == 2", c("_"));
        ok!(ckp_diff_query_set_text(query, CKP_DIFF_QUERY_FAIL_IF, c(condition).as_ptr()));
        ok!(ckp_diff_query_set_text(query, CKP_DIFF_QUERY_DIVIDER, divider.as_ptr()));
        for (id, value) in [
            (CKP_DIFF_QUERY_ENDPOINTS, 1),
            (CKP_DIFF_QUERY_DEPTH, 2),
            (CKP_DIFF_QUERY_ULP, 3),
            (CKP_DIFF_QUERY_COLUMNS, 0),
        ] {
            ok!(ckp_diff_query_set_u64(query, id, value));
        }
        ok!(ckp_diff_query_set_f64(query, CKP_DIFF_QUERY_TOLERANCE, 1e-15));
        let options = DiffOptions {
            endpoints: 1,
            columns: false,
            moved: false,
            depth: 2,
            divider: '_',
            ulp: 3,
            tolerance: 1e-15,
            fail_if: Some(Condition::parse(condition).unwrap()),
        };
        let (from, to) = (c("place"), c("route"));
        let mut failed = 9;
        let mut ask = |format| {
            text(|out| {
                let (store, failed) = (opened.0, &raw mut failed);
                let stages = (from.as_ptr(), to.as_ptr());
                ok!(ckp_store_report_diff(store, stages.0, stages.1, query, format, failed, out));
            })
        };
        let same = diff(store, "place", "route", &options).unwrap();
        for (format, expected) in FORMATS {
            assert_eq!(ask(format), same.report(expected));
        }
        let page = html::diff_page(store, &same, HtmlOptions::default()).unwrap();
        assert_eq!(ask(CKP_REPORT_HTML), page);
        assert_eq!(failed, 1, "the condition holds");
        unsafe { ckp_diff_query_free(query) };
    });
}

#[test]
fn options_of_a_diff_that_make_no_sense_are_refused_and_change_nothing() {
    with_registers(|store, opened| {
        let mut query = null_mut();
        ok!(ckp_diff_query_new(&raw mut query));
        let bad = CKP_INVALID_ARGUMENT;
        for letters in ["", "ab"] {
            let letters = c(letters);
            let divider = CKP_DIFF_QUERY_DIVIDER;
            let error = fails!(bad, ckp_diff_query_set_text(query, divider, letters.as_ptr()));
            assert!(error.starts_with("The divider is one letter, not "), "{error}");
        }
        let error = fails!(bad, ckp_diff_query_set_u64(query, CKP_DIFF_QUERY_COLUMNS, 2));
        assert_eq!(error, "Columns are compared (1) or not (0).");
        fails!(bad, ckp_diff_query_set_u64(query, CKP_DIFF_QUERY_DIVIDER, 1));
        fails!(bad, ckp_diff_query_set_text(query, CKP_DIFF_QUERY_DEPTH, c("1").as_ptr()));
        fails!(bad, ckp_diff_query_set_f64(query, CKP_DIFF_QUERY_DEPTH, 1.0));
        let (from, to) = (c("place"), c("route"));
        let (mut failed, mut out) = (9, null_mut());
        let outs = (&raw mut failed, &raw mut out);
        let names = (from.as_ptr(), to.as_ptr());
        let text = text(|out| {
            let json = CKP_REPORT_JSON;
            ok!(ckp_store_report_diff(opened.0, names.0, names.1, query, json, outs.0, out));
        });
        let same = diff(store, "place", "route", &DiffOptions::default()).unwrap();
        assert_eq!((failed, text), (0, same.report(Format::Json)));
        // The design has no clock, which only the stages tell.
        let condition = c("dwns < -5%");
        ok!(ckp_diff_query_set_text(query, CKP_DIFF_QUERY_FAIL_IF, condition.as_ptr()));
        let error = fails!(
            CKP_NOT_FOUND,
            ckp_store_report_diff(opened.0, names.0, names.1, query, 0, outs.0, outs.1)
        );
        assert!(error.contains("dwns has no clock: a percentage of its period"), "{error}");
        unsafe { ckp_diff_query_free(query) };
    });
}

#[test]
fn paths_are_asked_with_every_filter() {
    with_registers(|store, opened| {
        let stage = opened.stage("route");
        let mut query = null_mut();
        ok!(ckp_path_query_new(&raw mut query));
        for (id, value) in [
            (CKP_PATH_QUERY_FROM, "regs/q0/CK"),
            (CKP_PATH_QUERY_THROUGH, "inv[0]/A"),
            (CKP_PATH_QUERY_TO, "regs/q1/D"),
            (CKP_PATH_QUERY_SCENE, "default"),
            (CKP_PATH_QUERY_GROUP, "clk"),
        ] {
            ok!(ckp_path_query_set_text(query, id, c(value).as_ptr()));
        }
        let numbers = [(CKP_PATH_QUERY_COUNT, 2), (CKP_PATH_QUERY_DIGITS, 5)];
        for (id, value) in numbers.into_iter().chain([(CKP_PATH_QUERY_MIN_MAX, CKP_MAX.into())]) {
            ok!(ckp_path_query_set_u64(query, id, value));
        }
        let bad = CKP_INVALID_ARGUMENT;
        let refused = [(CKP_PATH_QUERY_COUNT, 0), (CKP_PATH_QUERY_DIGITS, 31)];
        for (id, value) in refused.into_iter().chain([(CKP_PATH_QUERY_MIN_MAX, 2)]) {
            let error = fails!(bad, ckp_path_query_set_u64(query, id, value));
            assert_eq!(error, format!("{value} is not a value of filter {id}."));
        }
        let same = PathQuery {
            from: vec!["regs/q0/CK".into()],
            through: vec!["inv[0]/A".into()],
            to: vec!["regs/q1/D".into()],
            scene: Some("default".into()),
            group: Some("clk".into()),
            min_max: MinMax::Max,
            count: 2,
        };
        let same = worst_paths(&store.stage("route").unwrap(), &same).unwrap();
        assert_eq!(same.paths.len(), 1);
        let ask = |format| text(|out| ok!(ckp_stage_report_paths(stage.0, query, format, out)));
        assert_eq!(ask(CKP_REPORT_TEXT), paths_text(&same, 5));
        assert_eq!(ask(CKP_REPORT_JSON), format!("{:#}\n", paths_json(&same)));
        let mut out = null_mut();
        fails!(bad, ckp_stage_report_paths(stage.0, query, CKP_REPORT_CSV, &raw mut out));
        assert!(out.is_null());
        // The other check has no endpoints.
        ok!(ckp_path_query_set_u64(query, CKP_PATH_QUERY_MIN_MAX, CKP_MIN.into()));
        fails!(bad, ckp_stage_report_paths(stage.0, query, CKP_REPORT_TEXT, &raw mut out));
        unsafe { ckp_path_query_free(query) };
    });
}

#[test]
fn stores_are_reported_in_every_format() {
    with_registers(|store, opened| {
        let ask = |format| text(|out| ok!(ckp_store_report(opened.0, format, out)));
        for (format, same) in FORMATS {
            assert_eq!(ask(format), report::stages(store, same).unwrap());
        }
        let page = html::page(store, &[], HtmlOptions::default()).unwrap();
        assert_eq!(ask(CKP_REPORT_HTML), page);
        let route = c("route");
        let told = text(|out| ok!(ckp_store_report_stage(opened.0, route.as_ptr(), 0, out)));
        assert_eq!(told, report::stage_text(store, "route").unwrap());
        let mut out = null_mut();
        let bad = CKP_INVALID_ARGUMENT;
        fails!(bad, ckp_store_report_stage(opened.0, route.as_ptr(), CKP_REPORT_CSV, &raw mut out));
        fails!(bad, ckp_store_report(opened.0, 99, &raw mut out));
        assert!(out.is_null());
    });
}

/// A verification of the timing passes over attachments, and finds what a quick one does not.
#[test]
fn timing_is_verified_without_attachments() {
    with_everything(|store, opened| {
        let verify = |depth| {
            let (mut findings, format) = (9, CKP_REPORT_TEXT);
            let told = text(|out| {
                ok!(ckp_store_verify(opened.0, depth, format, &raw mut findings, out));
            });
            (findings, told)
        };
        let sound = (0, "3 stages are sound.\n".to_owned());
        assert_eq!(verify(CKP_VERIFY_TIMING), sound);
        assert_eq!(store.verify(Depth::Timing).unwrap().findings.len(), 0);
        assert_eq!(verify(CKP_VERIFY_FULL), sound);
    });
}

#[test]
fn a_repair_and_a_compaction_tell_in_both_formats() {
    with_everything(|store, opened| {
        let mut findings = 9;
        for (name, format) in [("text.ckp", CKP_REPORT_TEXT), ("json.ckp", CKP_REPORT_JSON)] {
            let directory = store.path().with_file_name(name);
            let path = c(directory.to_str().unwrap());
            let out = &raw mut findings;
            let told =
                text(|text| ok!(ckp_store_repair(opened.0, path.as_ptr(), format, out, text)));
            assert_eq!(findings, 0);
            let is_json = serde_json::from_str::<serde_json::Value>(&told).is_ok();
            assert_eq!(is_json, format == CKP_REPORT_JSON, "{told}");
            assert!(is_json || told.contains("Copied: a, b, c."), "{told}");
            assert_holds_all(&directory);
            // What was not written stays as it was.
            let mut again = 7;
            let mut text = null_mut();
            let outs = (&raw mut again, &raw mut text);
            let taken = CKP_ALREADY_EXISTS;
            fails!(taken, ckp_store_repair(opened.0, path.as_ptr(), format, outs.0, outs.1));
            assert_eq!((again, text.is_null()), (7, true));
        }
        let before: Vec<_> = store.stage_names().unwrap();
        let compact =
            |mode, format| text(|out| ok!(ckp_store_compact(opened.0, null(), mode, format, out)));
        let planned = compact(CKP_COMPACT_DRY_RUN, CKP_REPORT_TEXT);
        assert!(planned.contains("Nothing was changed."), "{planned}");
        let done = compact(CKP_COMPACT_APPLY, CKP_REPORT_TEXT);
        assert!(done.starts_with("Stage c: ") && !done.contains("Nothing was changed."), "{done}");
        assert_eq!(store.stage_names().unwrap(), before);
        assert!(store.verify(Depth::Full).unwrap().findings.is_empty());
    });
}

fn assert_holds_all(directory: &Path) {
    let copy = common::create(directory);
    for name in everything::STAGES {
        assert!(everything::read_all(&copy.stage(name).unwrap(), name).is_empty(), "{name}");
    }
}
