// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! What a store holds, for people and for programs.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::{Duration, SystemTime};

use serde_json::{Map, Value, json};

use super::directory::Store;
use super::repair::Repair;
use super::stage_file::StageFile;
use super::verify::{Finding, Verification};
use crate::error::Result;
use crate::model::{Clock, MinMax, StageMetadata, StreamIndex, TimingStage};
use crate::table::{Format, Side, Table};

/// One row of the list of stages.
struct Row {
    name: String,
    /// Or what is wrong with the file.
    file: Result<StageFile>,
}

/// The stages in a format.
///
/// # Errors
/// When the store cannot be listed. A stage whose file is damaged has a line that says so.
pub fn stages(store: &Store, format: Format) -> Result<String> {
    match format {
        Format::Text => stages_text(store),
        Format::Json => stages_json(store),
        Format::Csv => Ok(stages_table(store)?.csv()),
        Format::Markdown => Ok(stages_table(store)?.markdown()),
    }
}

/// The stages by time, one row each, in SI units.
fn stages_table(store: &Store) -> Result<Table> {
    use Side::{Left, Right};
    let mut table = Table::new(&[
        ("stage", Left),
        ("base", Left),
        ("head", Left),
        ("time", Left),
        ("vertices", Right),
        ("arcs", Right),
        ("raw_bytes", Right),
        ("stored_bytes", Right),
        ("wns", Right),
        ("tns", Right),
        ("violating_endpoints", Right),
        ("error", Left),
    ]);
    let head = store.head()?;
    for row in rows(store)? {
        let is_head = head.as_deref() == Some(&row.name);
        table.add(match &row.file {
            Ok(file) => table_row(file, is_head),
            Err(error) => {
                let mut cells = vec![String::new(); 12];
                cells[0].clone_from(&row.name);
                cells[11] = error.to_string();
                cells
            }
        });
    }
    Ok(table)
}

fn table_row(file: &StageFile, is_head: bool) -> Vec<String> {
    let stage = file.stage();
    let metadata = &stage.metadata;
    vec![
        stage.stage_id.clone(),
        stage.base().unwrap_or_default().to_owned(),
        is_head.to_string(),
        time(stage),
        metadata.vertices.to_string(),
        metadata.arcs.to_string(),
        metadata.raw_bytes.to_string(),
        file.stored_bytes().to_string(),
        si(wns(metadata, MinMax::Max)),
        si(tns(metadata, MinMax::Max)),
        violating(metadata, MinMax::Max).to_string(),
        String::new(),
    ]
}

/// The stages as a tree: every stage below its base, in the order of their times; `*` marks the head.
///
/// # Errors
/// When the store cannot be listed. A stage whose file is damaged has a line that says so.
pub fn stages_text(store: &Store) -> Result<String> {
    let rows = rows(store)?;
    let head = store.head()?;
    let mut out = String::new();
    let _ = writeln!(
        out,
        "  {:<28} {:>9} {:>9} {:>10} {:>10} {:>7} {:>11} {:>11} {:>6}  time",
        "stage", "vertices", "arcs", "raw", "stored", "ratio", "wns", "tns", "viol"
    );
    let mut children: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
    for (index, row) in rows.iter().enumerate() {
        let base = row.file.as_ref().ok().and_then(|file| file.stage().base());
        // A stage whose base is gone stands at the top: it must be seen.
        let parent = base.filter(|base| names.contains(base)).unwrap_or("");
        children.entry(parent).or_default().push(index);
    }
    let mut stack: Vec<(usize, usize)> =
        children.get("").into_iter().flatten().rev().map(|index| (*index, 0)).collect();
    while let Some((index, level)) = stack.pop() {
        let Some(row) = rows.get(index) else { continue };
        write_row(&mut out, row, level, head.as_deref() == Some(&row.name));
        let below = children.get(row.name.as_str());
        stack.extend(below.into_iter().flatten().rev().map(|index| (*index, level + 1)));
    }
    Ok(out)
}

/// The stages as a JSON list, by time.
///
/// # Errors
/// When the store cannot be listed. A damaged stage has only `stage` and `error`.
pub fn stages_json(store: &Store) -> Result<String> {
    let head = store.head()?;
    let list: Vec<Value> =
        rows(store)?.iter().map(|row| json_row(row, head.as_deref() == Some(&row.name))).collect();
    let mut text = format!("{:#}", Value::Array(list));
    text.push('\n');
    Ok(text)
}

/// One stage: what it is, where its bytes are, and its slacks.
///
/// # Errors
/// When there is no such stage, or its file is damaged. Its bases are not looked at.
pub fn stage_text(store: &Store, name: &str) -> Result<String> {
    let file = store.existing_stage_file(name)?;
    let (stage, metadata) = (file.stage(), &file.stage().metadata);
    let mut out = String::new();
    let mut line = |title: &str, text: &str| {
        let _ = writeln!(out, "{title:<10} {text}");
    };
    line("stage", name);
    line("design", &metadata.design);
    line("time", &time(stage));
    let depth = depth(store, stage);
    let base = stage.base().map_or("none, a full stage".to_owned(), |base| {
        format!("{base}, {depth} {} from a full stage", plural(depth, "delta"))
    });
    line("base", &base);
    let threads = format!("{} {}", metadata.threads, plural(metadata.threads, "thread"));
    line("engine", &format!("{} {}, {threads}", metadata.engine, metadata.engine_version));
    line("scenes", &metadata.scenes.join(" "));
    for clock in &metadata.clocks {
        line("clock", &clock_text(metadata, clock));
    }
    let StageMetadata { vertices, edges, arcs, endpoints, raw_bytes, .. } = metadata;
    line(
        "rows",
        &format!("{vertices} vertices, {edges} edges, {arcs} arcs, {endpoints} endpoints"),
    );
    line("raw", &format!("{raw_bytes} bytes"));
    let share = percent(file.timing_bytes(), *raw_bytes);
    let attached = match metadata.attachments.len() {
        0 => String::new(),
        _ => format!(" without the attached files, which take {} bytes", file.attached_bytes()),
    };
    line("stored", &format!("{} bytes, {share:.2}% of raw{attached}", file.stored_bytes()));
    if !metadata.note.is_empty() {
        line("note", &metadata.note);
    }
    for (key, value) in &metadata.meta {
        line("meta", &format!("{key} = {value}"));
    }
    let _ = writeln!(out, "\n{:<28} {:>10} {:>7}", "part", "stored", "of file");
    for (part, bytes) in parts(&file) {
        let share = percent(bytes, file.stored_bytes());
        let _ = writeln!(out, "{part:<28} {bytes:>10} {share:>6.2}%");
    }
    if !metadata.attachments.is_empty() {
        let _ = writeln!(out, "\n{:<28} {:>10} {:>10}", "attached", "bytes", "stored");
        for (name, stream) in attachments(stage) {
            let _ = writeln!(out, "{name:<28} {:>10} {:>10}", stream.count, stream.stored_bytes());
        }
    }
    let _ = writeln!(
        out,
        "\n{:<28} {:<5} {:>13} {:>13} {:>6}",
        "scene", "check", "worst slack", "tns", "viol"
    );
    for summary in &metadata.summaries {
        let _ = writeln!(
            out,
            "{:<28} {:<5} {:>13} {:>13} {:>6}",
            metadata.scenes.get(usize::from(summary.scene)).map_or("", String::as_str),
            summary.min_max.name(),
            picoseconds(summary.worst_slack),
            picoseconds(summary.tns),
            summary.violating,
        );
    }
    Ok(out)
}

/// One stage as JSON: the fields of [`stages_json`], and more that a list has no room for.
///
/// # Errors
/// As [`stage_text`].
pub fn stage_json(store: &Store, name: &str) -> Result<Value> {
    let file = store.existing_stage_file(name)?;
    let mut value = json_stage(&file, store.head()?.as_deref() == Some(name));
    let metadata = &file.stage().metadata;
    let parts: Map<String, Value> =
        parts(&file).into_iter().map(|(part, bytes)| (part.to_owned(), json!(bytes))).collect();
    value["depth"] = json!(depth(store, file.stage()));
    value["edges"] = json!(metadata.edges);
    value["endpoints"] = json!(metadata.endpoints);
    value["stored_bytes_of"] = Value::Object(parts);
    value["clocks"] = clocks_json(metadata);
    Ok(value)
}

/// Deltas between a stage and a full one. Where a base cannot be read, what the stage says, which is never
/// less.
fn depth(store: &Store, stage: &TimingStage) -> u32 {
    let mut depth = 0;
    let mut base = stage.base().map(str::to_owned);
    while let Some(name) = base {
        depth += 1;
        match store.existing_stage_file(&name) {
            Ok(file) if depth <= stage.metadata.depth => {
                base = file.stage().base().map(str::to_owned)
            }
            _ => return stage.metadata.depth,
        }
    }
    depth
}

/// A clock in one line; its scenes are named where it is not the same in all.
fn clock_text(metadata: &StageMetadata, clock: &Clock) -> String {
    let Clock { name, period, rise, fall, .. } = clock;
    let edges = format!("rises at {}, falls at {}", picoseconds(*rise), picoseconds(*fall));
    let kind = if clock.propagated { "propagated" } else { "ideal" };
    let mut text = format!("{name}: period {}, {edges}, {kind}", picoseconds(*period));
    if !clock.master.is_empty() {
        let _ = write!(text, ", made of {}", clock.master);
    }
    let sources: Vec<_> = clock.sources.iter().map(|pin| String::from_utf8_lossy(pin)).collect();
    match sources.as_slice() {
        [] => text.push_str(", virtual"),
        pins => text.push_str(&format!(", at {}", pins.join(" "))),
    }
    if clock.scenes.len() != metadata.scenes.len() {
        let _ = write!(text, ", in {}", scene_names(metadata, clock).join(" "));
    }
    text
}

/// The clocks of a stage as a JSON list; times in seconds.
pub fn clocks_json(metadata: &StageMetadata) -> Value {
    let clocks = metadata.clocks.iter().map(|clock| {
        let sources = clock.sources.iter().map(|pin| String::from_utf8_lossy(pin));
        json!({
            "name": clock.name,
            "scenes": scene_names(metadata, clock),
            "period": exact(clock.period),
            "rise": exact(clock.rise),
            "fall": exact(clock.fall),
            "propagated": clock.propagated,
            "master": (!clock.master.is_empty()).then_some(&clock.master),
            "sources": sources.collect::<Vec<_>>(),
        })
    });
    Value::Array(clocks.collect())
}

fn scene_names<'a>(metadata: &'a StageMetadata, clock: &Clock) -> Vec<&'a str> {
    let names = clock.scenes.iter().filter_map(|scene| metadata.scenes.get(usize::from(*scene)));
    names.map(String::as_str).collect()
}

/// Bytes of a stage file by what they are for: the kinds of arrays in file order, then all else.
fn parts(file: &StageFile) -> Vec<(&'static str, u64)> {
    let mut parts: Vec<(&str, u64)> = Vec::new();
    for stream in &file.stage().delta_changes.streams {
        let name = stream.key.kind.name();
        let bytes = stream.stored_bytes();
        match parts.last_mut() {
            Some((last, sum)) if *last == name => *sum += bytes,
            _ => parts.push((name, bytes)),
        }
    }
    let arrays: u64 = parts.iter().map(|(_, bytes)| bytes).sum();
    parts.push(("record and index", file.stored_bytes().saturating_sub(arrays)));
    parts
}

/// Names and arrays of the attached files.
fn attachments(stage: &TimingStage) -> impl Iterator<Item = (&str, &StreamIndex)> {
    let names = stage.metadata.attachments.iter().map(String::as_str);
    names.zip(stage.delta_changes.attachments())
}

fn percent(part: u64, whole: u64) -> f64 {
    100.0 * part as f64 / whole.max(1) as f64
}

/// A verification: one line a finding, then the sum.
pub fn verification_text(verification: &Verification) -> String {
    let mut out = String::new();
    for finding in &verification.findings {
        let stage = finding.stage.as_deref().unwrap_or("(store)");
        let _ = writeln!(out, "{stage}: {}", finding.error);
    }
    let stages = verification.stages;
    let _ = match verification.findings.len() {
        0 => {
            writeln!(out, "{stages} {} sound.", if stages == 1 { "stage is" } else { "stages are" })
        }
        findings => writeln!(
            out,
            "{findings} {} in {stages} {}.",
            plural(findings as u64, "defect"),
            plural(stages as u64, "stage")
        ),
    };
    out
}

/// A verification as JSON.
pub fn verification_json(verification: &Verification) -> String {
    let findings = findings_json(&verification.findings);
    let value = json!({
        "sound": findings.is_empty(),
        "stages": verification.stages,
        "findings": findings,
    });
    format!("{value:#}\n")
}

/// What a repair did: one line a finding, then what was copied, written again and lost.
pub fn repair_text(repair: &Repair) -> String {
    let mut out = String::new();
    for finding in &repair.findings {
        let stage = finding.stage.as_deref().unwrap_or("(store)");
        let _ = writeln!(out, "{stage}: {}", finding.error);
    }
    for (what, stages) in [
        ("Copied", &repair.copied),
        ("Written again as full stages, since their base is lost", &repair.rewritten),
        ("Lost", &repair.lost),
    ] {
        if !stages.is_empty() {
            let _ = writeln!(out, "{what}: {}.", stages.join(", "));
        }
    }
    let _ = match &repair.head {
        Some(head) => writeln!(out, "The head of the new store is {head}."),
        None => writeln!(out, "The new store has no stages."),
    };
    out
}

/// What a repair did, as JSON.
pub fn repair_json(repair: &Repair) -> String {
    let value = json!({
        "copied": repair.copied,
        "rewritten": repair.rewritten,
        "lost": repair.lost,
        "findings": findings_json(&repair.findings),
        "head": repair.head,
    });
    format!("{value:#}\n")
}

fn findings_json(findings: &[Finding]) -> Vec<Value> {
    let finding = |finding: &Finding| {
        json!({
            "stage": finding.stage,
            "kind": finding.error.kind().name(),
            "error": finding.error.to_string(),
        })
    };
    findings.iter().map(finding).collect()
}

pub(crate) fn plural(count: impl Into<u64>, noun: &str) -> String {
    format!("{noun}{}", if count.into() == 1 { "" } else { "s" })
}

/// Worst negative slack: the worst slack, or zero when it is positive.
fn wns(metadata: &StageMetadata, min_max: MinMax) -> f32 {
    let checks = metadata.summaries.iter().filter(|summary| summary.min_max == min_max);
    checks.map(|summary| summary.worst_slack).fold(0.0, f32::min)
}

/// Over scenes the worst counts, as in the engine.
fn tns(metadata: &StageMetadata, min_max: MinMax) -> f32 {
    let checks = metadata.summaries.iter().filter(|summary| summary.min_max == min_max);
    checks.map(|summary| summary.tns).fold(0.0, f32::min)
}

fn violating(metadata: &StageMetadata, min_max: MinMax) -> u32 {
    let checks = metadata.summaries.iter().filter(|summary| summary.min_max == min_max);
    checks.map(|summary| summary.violating).max().unwrap_or(0)
}

fn rows(store: &Store) -> Result<Vec<Row>> {
    let names = store.stage_names()?;
    let mut rows: Vec<Row> =
        names.into_iter().map(|name| Row { file: store.stage_file(&name), name }).collect();
    rows.sort_by_key(|row| row.file.as_ref().map_or(u64::MAX, |file| file.stage().timestamp));
    Ok(rows)
}

fn write_row(out: &mut String, row: &Row, level: usize, is_head: bool) {
    let mark = if is_head { '*' } else { ' ' };
    let name = format!("{}{}", "  ".repeat(level), row.name);
    let file = match &row.file {
        Ok(file) => file,
        Err(error) => {
            let _ = writeln!(out, "{mark} {name:<28} DAMAGED: {error}");
            return;
        }
    };
    let metadata = &file.stage().metadata;
    let _ = writeln!(
        out,
        "{mark} {name:<28} {:>9} {:>9} {:>10} {:>10} {:>6.2}% {:>11} {:>11} {:>6}  {}{}{}",
        metadata.vertices,
        metadata.arcs,
        metadata.raw_bytes,
        file.stored_bytes(),
        percent(file.timing_bytes(), metadata.raw_bytes),
        picoseconds(wns(metadata, MinMax::Max)),
        picoseconds(tns(metadata, MinMax::Max)),
        violating(metadata, MinMax::Max),
        time(file.stage()),
        tolerance(metadata),
        attached(file),
    );
}

fn json_row(row: &Row, is_head: bool) -> Value {
    match &row.file {
        Ok(file) => json_stage(file, is_head),
        Err(error) => json!({ "stage": row.name, "error": error.to_string() }),
    }
}

fn json_stage(file: &StageFile, is_head: bool) -> Value {
    let stage = file.stage();
    let metadata = &stage.metadata;
    let checks: Vec<Value> = metadata
        .summaries
        .iter()
        .map(|summary| {
            json!({
                "scene": metadata.scenes.get(usize::from(summary.scene)),
                "path_delay": summary.min_max.name(),
                "worst_slack": exact(summary.worst_slack),
                "tns": exact(summary.tns),
                "violating_endpoints": summary.violating,
            })
        })
        .collect();
    let attachments: Vec<Value> = attachments(stage)
        .map(|(name, stream)| {
            json!({ "name": name, "bytes": stream.count, "stored_bytes": stream.stored_bytes() })
        })
        .collect();
    let meta: Map<String, Value> =
        metadata.meta.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
    json!({
        "stage": stage.stage_id,
        "base": stage.base(),
        "head": is_head,
        "time": time(stage),
        "design": metadata.design,
        "vertices": metadata.vertices,
        "arcs": metadata.arcs,
        "scenes": metadata.scenes,
        "raw_bytes": metadata.raw_bytes,
        "stored_bytes": file.stored_bytes(),
        "wns": exact(wns(metadata, MinMax::Max)),
        "tns": exact(tns(metadata, MinMax::Max)),
        "violating_endpoints": violating(metadata, MinMax::Max),
        "checks": checks,
        "engine": format!("{} {}", metadata.engine, metadata.engine_version),
        "tolerance": metadata.tolerance,
        "threads": metadata.threads,
        "note": metadata.note,
        "meta": meta,
        "attachments": attachments,
    })
}

/// The shortest decimal that reads back as this 32-bit float; null where JSON has no number for it.
pub(crate) fn exact(value: f32) -> Value {
    value.to_string().parse::<f64>().map_or(Value::Null, |value| json!(value))
}

/// The same as a text for spreadsheets.
pub(crate) fn si(value: f32) -> String {
    if value == 0.0 { "0".to_owned() } else { format!("{value:e}") }
}

/// Behind all columns: few stages have one.
fn tolerance(metadata: &StageMetadata) -> String {
    match metadata.tolerance {
        0.0 => String::new(),
        seconds => format!("  within {seconds:e} s"),
    }
}

/// Likewise.
fn attached(file: &StageFile) -> String {
    let list = attachments(file.stage()).map(|(name, stream)| format!("{name} {}", stream.count));
    match list.collect::<Vec<_>>().as_slice() {
        [] => String::new(),
        list => {
            format!("  with {} ({} bytes stored)", list.join(", "), file.attached_bytes())
        }
    }
}

pub(crate) fn picoseconds(seconds: f32) -> String {
    format!("{:.1}ps", f64::from(seconds) * 1e12)
}

fn time(stage: &TimingStage) -> String {
    let time = SystemTime::UNIX_EPOCH + Duration::from_nanos(stage.timestamp);
    humantime::format_rfc3339_seconds(time).to_string()
}
