// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The page in a real browser, opened from disk with the network off. Without a harness, since a test that
//! cannot be run has to say so. `scripts/setup.sh` installs a browser.

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

use common::browser::{Browser, find};
use common::create;
use common::page::{HOSTILE_NAMES, PERIOD, data, save_stage};
use serde_json::{Value, json};

/// The page of a store in a browser.
struct Shown {
    browser: Browser,
    data: Value,
    path: PathBuf,
    _directory: tempfile::TempDir,
}

/// Name and what it does with the page.
type Test = (&'static str, fn(&mut Shown));

const TESTS: [Test; 10] = [
    ("nothing_is_loaded_and_nothing_fails", nothing_is_loaded_and_nothing_fails),
    ("stages_have_their_sums", stages_have_their_sums),
    ("bars_are_those_of_the_data", bars_are_those_of_the_data),
    ("columns_sort", columns_sort),
    ("filters_leave_what_fits", filters_leave_what_fits),
    ("checks_scenes_and_units_change_everything", checks_scenes_and_units_change_everything),
    ("keys_open_and_close_an_endpoint", keys_open_and_close_an_endpoint),
    ("a_click_shows_the_path_at_each_stage", a_click_shows_the_path_at_each_stage),
    ("names_stay_texts", names_stay_texts),
    ("everything_is_named_and_legible", everything_is_named_and_legible),
];

fn main() {
    let Some(program) = find() else {
        println!(
            "skipped: browser: there is no Chromium on the path; scripts/setup.sh installs one."
        );
        return;
    };
    // Arguments are names of tests; those of the harness are not.
    let named: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    let is_asked = |name: &str| named.is_empty() || named.iter().any(|n| name.contains(n.as_str()));
    for (name, test) in TESTS.into_iter().filter(|(name, _)| is_asked(name)) {
        let mut shown = show(&program, 3);
        test(&mut shown);
        let (complaints, requests) = shown.browser.complaints_and_requests();
        assert!(complaints.is_empty(), "{name}: {complaints:#?}");
        let own = format!("file://{}", shown.path.display());
        let others: Vec<&String> =
            requests.iter().filter(|url| **url != own && !url.starts_with("data:")).collect();
        assert!(!requests.is_empty() && others.is_empty(), "{name}: {others:?}");
        println!("test {name} ... ok");
    }
    if is_asked("two_stages_have_a_difference") {
        two_stages_have_a_difference(&program);
        println!("test two_stages_have_a_difference ... ok");
    }
    if is_asked("twenty_stages") {
        twenty_stages(&program);
        println!("test twenty_stages ... ok");
    }
}

/// Write the page of so many stages with the command line, and open it.
fn show(program: &Path, stages: u32) -> Shown {
    show_with(program, stages, |store, path| {
        let mut line = vec!["report".into(), store.as_os_str().to_owned(), "-o".into()];
        line.push(path.as_os_str().to_owned());
        line
    })
}

fn show_with(
    program: &Path,
    stages: u32,
    line: impl FnOnce(&Path, &Path) -> Vec<std::ffi::OsString>,
) -> Shown {
    let directory = tempfile::tempdir().unwrap();
    let store = directory.path().join("s.ckp");
    for version in 0..stages {
        save_stage(&create(&store), &format!("stage_{version}"), version);
    }
    let path = directory.path().join("page.html");
    let output = Command::new(env!("CARGO_BIN_EXE_ckp")).args(line(&store, &path)).output();
    let output = output.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    if !output.stdout.is_empty() {
        std::fs::write(&path, output.stdout).unwrap();
    }
    let data = data(&std::fs::read_to_string(&path).unwrap());
    let mut browser = Browser::start(program);
    browser.open(&path);
    Shown { browser, data, path, _directory: directory }
}

/// A slack of the data as the page shows it.
fn picoseconds(value: &Value) -> String {
    match value.as_f64() {
        Some(seconds) if seconds.abs() < 1e29 => format!("{:.1}", seconds * 1e12),
        Some(_) => "\u{2013}".into(),
        None => value.as_str().unwrap_or("\u{2013}").into(),
    }
}

/// The cells of the shown endpoints.
fn rows(browser: &mut Browser) -> Vec<Vec<String>> {
    let rows = browser.get(
        "Array.from(document.querySelectorAll('#endpoint_table tbody tr.endpoint'), \
         (row) => Array.from(row.cells, (cell) => cell.textContent))",
    );
    serde_json::from_value(rows).unwrap()
}

fn choose(browser: &mut Browser, id: &str, value: &str, event: &str) {
    browser.get(&format!(
        "{{ const e = document.getElementById({}); e.value = {}; \
         e.dispatchEvent(new Event({}, {{ bubbles: true }})); }}",
        json!(id),
        json!(value),
        json!(event)
    ));
}

fn nothing_is_loaded_and_nothing_fails(shown: &mut Shown) {
    let browser = &mut shown.browser;
    assert_eq!(browser.texts("h1"), ["chain & <more>"]);
    assert_eq!(browser.get("navigator.onLine"), false);
    let about = browser.texts("#about").concat();
    assert!(about.contains("3 stages") && about.contains("s.ckp"), "{about}");
    // The page may not load anything, even if something got into it that wants to.
    let load = "new Promise((resolve) => { const i = new Image(); i.onload = i.onerror = (e) => \
                resolve(e.type); i.src = 'file:///etc/hostname'; })";
    let params = json!({ "expression": load, "awaitPromise": true, "returnByValue": true });
    assert_eq!(browser.call("Runtime.evaluate", params)["result"]["value"], "error");
    // That was a complaint.
    browser.open(&shown.path.clone());
}

fn stages_have_their_sums(shown: &mut Shown) {
    let table = shown.browser.get(
        "Array.from(document.querySelectorAll('#stage_table tbody tr'), \
         (row) => Array.from(row.cells, (cell) => cell.textContent.trim()))",
    );
    let stages = shown.data["stages"].as_array().unwrap();
    for (row, stage) in table.as_array().unwrap().iter().zip(stages) {
        let sum = |path_delay: &str| {
            let checks = stage["checks"].as_array().unwrap();
            let is = |c: &&Value| c["scene"] == "slow" && c["path_delay"] == path_delay;
            checks.iter().find(is).unwrap().clone()
        };
        let (setup, hold) = (sum("max"), sum("min"));
        assert_eq!(row[1], stage["stage"]);
        for (first, sum) in [(2, setup), (5, hold)] {
            assert_eq!(row[first], picoseconds(&sum["worst_slack"]));
            assert_eq!(row[first + 1], format!("{:.3}", sum["tns"].as_f64().unwrap() * 1e9));
            assert_eq!(row[first + 2], sum["violating_endpoints"].to_string());
        }
    }
    assert_eq!(table.as_array().unwrap().len(), stages.len());
    assert!(shown.browser.texts("#stage_table .note").contains(&HOSTILE_NAMES[0].to_owned()));
    let values = shown.browser.texts("#trend_charts figure:first-child .bar title");
    assert!(values[1].starts_with("stage_1: -") && values[1].ends_with(" ps"), "{values:?}");
}

fn bars_are_those_of_the_data(shown: &mut Shown) {
    let browser = &mut shown.browser;
    assert_eq!(browser.get("document.querySelectorAll('.outline').length"), 3);
    // The line at zero is where the region of violations ends.
    let zero = browser.get("document.querySelector('.histogram .zero').x1.baseVal.value");
    let region = browser.get(
        "(() => { const r = document.querySelector('.violating'); \
         return r.x.baseVal.value + r.width.baseVal.value; })()",
    );
    assert_eq!(zero.as_f64().unwrap() as f32, region.as_f64().unwrap() as f32);
    // The keys begin at the last bar of the violations.
    browser.get("document.querySelector('.histogram svg').focus()");
    browser.press("ArrowLeft");
    let check = &shown.data["checks"][0];
    let has_below = check["histograms"].as_array().unwrap().iter().any(|c| c["below"] != 0);
    let zero = usize::try_from(-check["bins"]["first"].as_i64().unwrap()).unwrap();
    for position in [zero - 1, zero, zero + 1] {
        let heading = browser.texts(".readout strong").concat();
        let width = check["bins"]["width"].as_f64().unwrap() * 1e12;
        let edge = (position as f64 - zero as f64) * width;
        assert!(heading.starts_with(&format!("{edge:.0} ps to ")), "{heading} {edge}");
        let counts = browser.texts(".readout b");
        for (stage, count) in counts.iter().enumerate() {
            let bins = &check["histograms"][stage]["bins"];
            assert_eq!(*count, bins[position].to_string(), "{heading}");
        }
        browser.press("ArrowRight");
    }
    assert!(has_below, "the slacks at -40 ns are far from the others");
    // A stage goes by a click on its name, and comes back.
    browser.click(".key[data-stage='1']");
    assert_eq!(browser.get("document.querySelectorAll('.outline').length"), 2);
    assert_eq!(browser.get("document.activeElement.ariaPressed"), "false");
    browser.press("Enter");
    assert_eq!(browser.get("document.querySelectorAll('.outline').length"), 3);
    // A bar lists its endpoints.
    browser.get("document.querySelector('.histogram svg').focus()");
    browser.press("ArrowLeft");
    browser.press("Enter");
    let range = browser.texts("#filter_range").concat();
    assert!(range.contains("to 0 ps"), "{range}");
    let slacks = check["endpoints"]["slacks"].as_array().unwrap();
    let width = check["bins"]["width"].as_f64().unwrap();
    let is_inside = |value: &Value| value.as_f64().is_some_and(|s| -width <= s && s < 0.0);
    let count = slacks[0].as_array().unwrap().len();
    let inside = (0..count).filter(|row| slacks.iter().any(|stage| is_inside(&stage[*row])));
    let said = browser.texts("#endpoint_count").concat();
    assert!(said.starts_with(&format!("{} of {count} endpoints", inside.count())), "{said}");
}

fn columns_sort(shown: &mut Shown) {
    let browser = &mut shown.browser;
    let ends = shown.data["checks"][0]["endpoints"].clone();
    assert_eq!(rows(browser)[0][1], ends["names"][0].as_str().unwrap());
    let mut slacks: Vec<f64> =
        ends["slacks"][2].as_array().unwrap().iter().filter_map(Value::as_f64).collect();
    slacks.sort_by(f64::total_cmp);
    for (direction, picked) in [
        ("ascending", slacks[..50].to_vec()),
        ("descending", {
            slacks.reverse();
            slacks[..50].to_vec()
        }),
    ] {
        browser.click("#endpoint_table thead button[data-column='2']");
        let sorted = browser.get("document.activeElement.closest('th').ariaSort");
        assert_eq!(sorted, direction, "the button keeps the focus");
        let shown: Vec<String> = rows(browser).iter().map(|row| row[5].clone()).collect();
        let expected: Vec<String> = picked.iter().map(|slack| picoseconds(&json!(slack))).collect();
        assert_eq!(shown, expected, "{direction}");
    }
    browser.click("#endpoint_table thead button[data-column='name']");
    let names: Vec<String> = rows(browser).iter().map(|row| row[1].clone()).collect();
    let core: Vec<usize> = names
        .iter()
        .filter_map(|name| name.strip_prefix("core/u")?.strip_suffix("/Z")?.parse().ok())
        .collect();
    assert!(core.is_sorted() && core.len() > 40, "numbers in names count as numbers: {names:?}");
    browser.click("#pager button:last-child");
    assert!(browser.texts("#pager span").concat().starts_with("51 to 100 of "));
}

fn filters_leave_what_fits(shown: &mut Shown) {
    let browser = &mut shown.browser;
    for name in HOSTILE_NAMES {
        browser.get("{ const f = document.getElementById('filter_name'); f.focus(); f.select(); }");
        browser.write(name);
        let found = rows(browser);
        assert_eq!(found.len(), 1, "{name}");
        assert_eq!(found[0][1], format!("{name}/Z"));
    }
    choose(browser, "filter_name", "U*7/z core", "input");
    let found = rows(browser);
    assert!(found.iter().all(|row| row[1].ends_with("7/Z")) && found.len() > 20);
    choose(browser, "filter_name", "no such pin", "input");
    assert!(rows(browser).is_empty());
    assert!(browser.texts("#endpoint_count").concat().starts_with("0 of "));
    choose(browser, "filter_name", "", "input");
    let slacks = shown.data["checks"][0]["endpoints"]["slacks"].as_array().unwrap().clone();
    let fails = |stage: usize, row: usize| slacks[stage][row].as_f64().is_some_and(|s| s < 0.0);
    let meets = |stage: usize, row: usize| slacks[stage][row].as_f64().is_some_and(|s| s >= 0.0);
    let count = slacks[0].as_array().unwrap().len();
    let mut expect = |state: &str, fits: &dyn Fn(usize) -> bool| {
        choose(browser, "filter_state", state, "input");
        let expected = (0..count).filter(|row| fits(*row)).count();
        let said = browser.texts("#endpoint_count").concat();
        assert!(expected > 0 && said.starts_with(&format!("{expected} of ")), "{state}: {said}");
    };
    expect("any", &|row| (0..3).any(|stage| fails(stage, row)));
    expect("last", &|row| fails(2, row));
    expect("new", &|row| fails(2, row) && !fails(0, row));
    expect("fixed", &|row| fails(0, row) && meets(2, row));
}

fn checks_scenes_and_units_change_everything(shown: &mut Shown) {
    let browser = &mut shown.browser;
    browser.get("document.querySelector('input[value=min]').click()");
    choose(browser, "scene", "fast", "change");
    browser.get("document.querySelector('input[value=ns]').click()");
    let checks = shown.data["checks"].as_array().unwrap();
    let is = |c: &&Value| c["scene"] == "fast" && c["path_delay"] == "min";
    let ends = &checks.iter().find(is).unwrap()["endpoints"];
    let row = &rows(browser)[0];
    assert_eq!(row[1], ends["names"][0].as_str().unwrap());
    let slack = ends["slacks"][0][0].as_f64().unwrap();
    assert_eq!(row[3], format!("{:.4}", slack * 1e9));
    assert_eq!(browser.texts(".shown_check"), ["hold, scene fast"; 4]);
    assert!(browser.texts(".axis").concat().ends_with("ns"));
    browser.get("document.querySelector('input[value=percent]').click()");
    let row = &rows(browser)[0];
    // Endpoints of no clock have no period.
    assert_eq!(ends["clocks"][0], "clk");
    assert_eq!(row[3], format!("{:.2}", 100.0 * slack / f64::from(PERIOD)));
}

fn keys_open_and_close_an_endpoint(shown: &mut Shown) {
    let browser = &mut shown.browser;
    browser.get("document.querySelector('#endpoint_table .pin').focus()");
    browser.press("ArrowDown");
    browser.press("Enter");
    assert_eq!(browser.get("document.activeElement.ariaExpanded"), "true");
    assert_eq!(browser.get("document.activeElement.closest('tr').dataset.row"), "1");
    assert_eq!(browser.get("document.querySelectorAll('#detail').length"), 1);
    // Arrow keys go from stage to stage.
    browser.get("document.querySelector('[role=tab][aria-selected=true]').focus()");
    browser.press("ArrowLeft");
    let tab = "document.activeElement.matches('[aria-selected=true]') && document.activeElement.textContent";
    assert!(browser.get(tab).as_str().unwrap().contains("stage_1"));
    browser.press("Escape");
    assert_eq!(browser.get("document.querySelectorAll('#detail').length"), 0);
    assert_eq!(browser.get("document.activeElement.className"), "pin", "the focus stays there");
}

fn a_click_shows_the_path_at_each_stage(shown: &mut Shown) {
    let browser = &mut shown.browser;
    let check = shown.data["checks"][0].clone();
    // Not the first, whose slack is far away.
    for row in [1, 7] {
        browser.click(&format!("tr[data-row='{row}'] .pin"));
        let name = check["endpoints"]["names"][row].as_str().unwrap();
        assert_eq!(browser.texts("#detail h3"), [name]);
        for stage in 0..3 {
            browser.click(&format!("[role=tab]:nth-child({})", stage + 1));
            let tab = browser.texts("[role=tab][aria-selected=true]").concat();
            let slack = picoseconds(&check["endpoints"]["slacks"][stage][row]);
            assert!(tab.contains(&format!("stage_{stage}")) && tab.ends_with(&slack), "{tab}");
            let points = browser.get(
                "Array.from(document.querySelectorAll('.points tbody tr:not(.part)'), (row) => \
                 [row.cells[0].textContent, ...Array.from(row.querySelectorAll('.number'), \
                 (cell) => cell.textContent)])",
            );
            let path = &check["paths"][stage][row];
            let names = shown.data["names"].as_array().unwrap();
            let expected = path["points"].as_array().unwrap();
            assert_eq!((expected.len(), points.as_array().unwrap().len()), (5, 5), "{path:#}");
            for (point, expected) in points.as_array().unwrap().iter().zip(expected) {
                let pin = names[expected[0].as_u64().unwrap() as usize].as_str().unwrap();
                assert_eq!(point[0], format!("^ {pin}"));
                let cells = point.as_array().unwrap();
                assert_eq!(cells[1], picoseconds(&expected[4]));
                assert_eq!(cells[2], picoseconds(&expected[5]));
                assert_eq!(*cells.last().unwrap(), picoseconds(&expected[3]));
            }
            let last = browser.texts(".points tfoot tr:last-child").concat();
            assert!(last.contains(&slack), "{last}");
        }
        // Every arc takes 3 * 1.07 ps more than a stage before.
        let delays = browser.texts(".points tbody td:nth-child(5)");
        assert_eq!(delays[1..], ["+3.2", "+3.2", "+3.2", "+3.2"], "against the stage before");
        assert_eq!(browser.get("document.querySelector('.compare select').value"), "1");
        browser.click(&format!("tr[data-row='{row}'] .pin"));
    }
    // Beyond the paths of the report, the command that tells them.
    choose(browser, "filter_name", "esc", "input");
    let row = browser.get("document.querySelector('tr.endpoint').dataset.row");
    let row: usize = row.as_str().unwrap().parse().unwrap();
    browser.click("#endpoint_table .pin");
    let notice = browser.texts("#detail .notice");
    assert_eq!(notice.is_empty(), row < 100);
    if row >= 100 {
        assert!(notice[0].contains("ckp path s.ckp stage_2 --to '\\esc[3] /Z'"), "{notice:?}");
    }
}

fn names_stay_texts(shown: &mut Shown) {
    let browser = &mut shown.browser;
    assert_eq!(browser.get("document.querySelectorAll('main script, main img').length"), 0);
    assert_eq!(browser.get("document.title"), "chain & <more> - timing of 3 stages");
    let names = browser.get("report.checks[0].endpoints.names");
    assert_eq!(names, shown.data["checks"][0]["endpoints"]["names"]);
}

/// Texts and controls against what is behind them, in light and in dark.
const CONTRASTS: &str = include_str!("browser/contrast.js");

fn everything_is_named_and_legible(shown: &mut Shown) {
    let browser = &mut shown.browser;
    browser.click("#endpoint_table .pin");
    let tree = browser.call("Accessibility.getFullAXTree", json!({}));
    let controls =
        ["button", "textbox", "searchbox", "combobox", "checkbox", "radio", "link", "image", "tab"];
    let mut seen = 0;
    for node in tree["nodes"].as_array().unwrap() {
        let role = node["role"]["value"].as_str().unwrap_or_default();
        if node["ignored"] == false && controls.contains(&role) {
            let name = node["name"]["value"].as_str().unwrap_or_default();
            assert!(!name.trim().is_empty(), "a {role} has no name: {node:#}");
            seen += 1;
        }
    }
    assert!(seen > 60, "{seen} controls");
    for scheme in ["light", "dark"] {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        browser.call("Emulation.setEmulatedMedia", json!({ "features": features }));
        let poor = browser.get(CONTRASTS);
        assert_eq!(poor, json!([]), "{scheme}");
    }
    let missing = browser.get(
        "Array.from(document.querySelectorAll('[aria-controls]')).filter((e) => \
         e.ariaExpanded === 'true' && !document.getElementById(e.getAttribute('aria-controls'))).length",
    );
    assert_eq!(missing, 0);
}

fn two_stages_have_a_difference(program: &Path) {
    let mut shown = show_with(program, 3, |store, _| {
        let mut line = vec!["diff".into(), store.as_os_str().to_owned()];
        line.extend(["stage_0", "stage_2", "--format", "html"].map(Into::into));
        line
    });
    let browser = &mut shown.browser;
    let diff = shown.data["diff"].clone();
    assert_eq!(browser.texts("#diff_title"), ["Difference from stage_0 to stage_2"]);
    for (path_delay, input) in [("max", "max"), ("min", "min")] {
        browser.get(&format!("document.querySelector('input[value={input}]').click()"));
        let is = |of: &&Value| of["scene"] == "slow" && of["path_delay"] == path_delay;
        let counts = diff["endpoints"]["counts"].as_array().unwrap().iter().find(is).unwrap();
        let summaries = browser.texts("#diff_body summary");
        for (title, name) in [("Newly failing", "newly_failing"), ("Fixed", "fixed")] {
            let count = counts[name].as_u64().unwrap();
            let said = summaries.iter().find(|text| text.starts_with(title)).unwrap();
            assert!(count > 0 && said.starts_with(&format!("{title}: {count}")), "{said}");
        }
        let sums: Vec<&Value> = diff["checks"].as_array().unwrap().iter().filter(is).collect();
        let table = browser.get(
            "Array.from(document.querySelector('#diff_body table').tBodies[0].rows, \
             (row) => Array.from(row.cells, (cell) => cell.textContent))",
        );
        assert_eq!(table.as_array().unwrap().len(), sums.len());
        for (row, sum) in table.as_array().unwrap().iter().zip(sums) {
            assert_eq!(row[1], picoseconds(&sum["worst_slack"]["before"]));
            assert_eq!(row[2], picoseconds(&sum["worst_slack"]["after"]));
            assert_eq!(row[8], sum["violating_endpoints"]["before"].to_string());
            assert_eq!(row[9], sum["violating_endpoints"]["after"].to_string());
        }
    }
    let (complaints, _) = browser.complaints_and_requests();
    assert!(complaints.is_empty(), "{complaints:#?}");
}

fn twenty_stages(program: &Path) {
    let mut shown = show(program, 20);
    let browser = &mut shown.browser;
    assert_eq!(browser.texts(".key").len(), 20);
    let visible = browser.get("document.querySelectorAll('.outline').length").as_u64().unwrap();
    assert!((3..=8).contains(&visible), "{visible} of many stages are drawn at first");
    browser.click("#legend .link");
    assert_eq!(browser.get("document.querySelectorAll('.outline').length"), 20);
    // No two stages look the same.
    let looks = browser.get(
        "new Set(Array.from(document.querySelectorAll('.outline'), (e) => \
         getComputedStyle(e).stroke + e.getAttribute('stroke-dasharray'))).size",
    );
    assert_eq!(looks, 20);
    assert_eq!(browser.get("document.querySelectorAll('#endpoint_table thead th').length"), 24);
    let (complaints, _) = browser.complaints_and_requests();
    assert!(complaints.is_empty(), "{complaints:#?}");
}
