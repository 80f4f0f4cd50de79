// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The results as Markdown and as JSON.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::{Cost, Hop};

/// Of the peers, by position: those that a user would reach for with two files.
const GENERAL: usize = 3;

impl Hop {
    fn title(&self) -> String {
        match &self.base {
            Some(base) => format!("{base} -> {}", self.stage),
            None => format!("full {}", self.stage),
        }
    }

    fn share(&self, bytes: u64) -> f64 {
        bytes as f64 / self.raw as f64
    }

    fn auto(&self) -> &Cost {
        &self.ckp[1]
    }

    fn zstd_3(&self) -> &Cost {
        &self.peers[0]
    }

    /// The smallest of the first `count` peers.
    fn best(&self, count: usize) -> u64 {
        self.peers.iter().take(count).map(|cost| cost.bytes).min().unwrap_or(u64::MAX)
    }

    fn costs(&self) -> impl Iterator<Item = &Cost> {
        self.ckp.iter().chain(&self.peers)
    }

    /// The ratios of the tables: to the best general tool, to the best of all peers, to the experiment.
    fn ratios(&self) -> [f64; 3] {
        let peers = [self.best(GENERAL), self.best(self.peers.len()), self.experiment.total()];
        peers.map(|bytes| self.auto().bytes as f64 / bytes as f64)
    }
}

/// One design: sizes, then seconds and memory.
pub fn markdown(design: &str, hops: &[Hop]) -> String {
    let mut out = format!("### {design}\n\n");
    let Some(first) = hops.first() else {
        return out;
    };
    sizes(&mut out, first, hops);
    let _ = writeln!(out, "\nSeconds to encode:\n");
    let head = ["auto / zstd -3", "zstd -3 in process", "auto / that"];
    measures(
        &mut out,
        hops,
        &head,
        |cost| Some(cost.encode),
        |hop| {
            let auto = hop.auto().encode;
            vec![
                ratio(auto / hop.zstd_3().encode),
                time(hop.prefix_encode),
                ratio(auto / hop.prefix_encode),
            ]
        },
    );
    let _ = writeln!(out, "\nSeconds to decode:\n");
    let head = ["plain zstd", "auto / that", "auto in its chain"];
    measures(
        &mut out,
        hops,
        &head,
        |cost| Some(cost.decode),
        |hop| {
            let plain = hop.plain_decode.0;
            vec![time(plain), ratio(hop.auto().decode / plain), time(hop.chain_decode)]
        },
    );
    let _ = writeln!(out, "\nPeak memory of encoding, MiB:\n");
    let head = ["raw size"];
    let mebibytes = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    let memory = |cost: &Cost| cost.memory.map(mebibytes);
    measures(&mut out, hops, &head, memory, |hop| vec![format!("{:.1}", mebibytes(hop.raw))]);
    out.push('\n');
    out
}

pub fn header(out: &mut String, cells: &[String]) {
    row(out, cells);
    let _ = writeln!(out, "|{}", " --- |".repeat(cells.len()));
}

pub fn row(out: &mut String, cells: &[String]) {
    let _ = writeln!(out, "| {} |", cells.join(" | "));
}

fn sizes(out: &mut String, first: &Hop, hops: &[Hop]) {
    let _ = writeln!(out, "Share of raw size:\n");
    let mut cells: Vec<String> = vec!["hop".into(), "values changed".into()];
    cells.extend(first.costs().map(|cost| title(cost, first)));
    let rest = [
        "experiment",
        "of it names, topology",
        "auto / best general tool",
        "auto / best peer",
        "auto / experiment",
        "auto: record, index",
    ];
    cells.extend(rest.map(String::from));
    header(out, &cells);
    for hop in hops {
        let mut cells = vec![hop.title(), hop.changed.map_or(String::new(), percent)];
        cells.extend(hop.costs().map(|cost| percent(hop.share(cost.bytes))));
        cells.push(percent(hop.share(hop.experiment.total())));
        cells.push(percent(hop.share(hop.experiment.head)));
        cells.extend(hop.ratios().map(ratio));
        cells.push(format!("{} B", hop.overhead));
        row(out, &cells);
    }
    let deltas: Vec<&Hop> = hops.iter().filter(|hop| hop.base.is_some()).collect();
    if deltas.is_empty() {
        return;
    }
    let mut cells = vec![
        format!("mean of {} hops", deltas.len()),
        percent(mean(&deltas, |hop| hop.changed.unwrap_or(f64::NAN))),
    ];
    for position in 0..first.costs().count() {
        let share = |hop: &Hop| hop.costs().nth(position).map_or(f64::NAN, |c| hop.share(c.bytes));
        cells.push(percent(mean(&deltas, share)));
    }
    cells.push(percent(mean(&deltas, |hop| hop.share(hop.experiment.total()))));
    cells.push(percent(mean(&deltas, |hop| hop.share(hop.experiment.head))));
    for position in 0..3 {
        cells.push(ratio(mean(&deltas, |hop| hop.ratios()[position])));
    }
    cells.push(format!("{:.0} B", mean(&deltas, |hop| hop.overhead as f64)));
    row(out, &cells);
}

/// A row a hop: the value of every tool that has one, then what `more` gives under `head`.
fn measures(
    out: &mut String,
    hops: &[Hop],
    head: &[&str],
    value: impl Fn(&Cost) -> Option<f64>,
    more: impl Fn(&Hop) -> Vec<String>,
) {
    let Some(first) = hops.first() else { return };
    let costs =
        |hop: &Hop| hop.costs().filter(|cost| value(cost).is_some()).cloned().collect::<Vec<_>>();
    let mut cells = vec!["hop".to_owned()];
    cells.extend(costs(first).iter().map(|cost| title(cost, first)));
    cells.extend(head.iter().map(|text| (*text).to_owned()));
    header(out, &cells);
    for hop in hops {
        let mut cells = vec![hop.title()];
        cells.extend(costs(hop).iter().filter_map(&value).map(time));
        cells.extend(more(hop));
        row(out, &cells);
    }
}

fn title(cost: &Cost, hop: &Hop) -> String {
    let is_ckp = hop.ckp.iter().any(|own| own.name == cost.name);
    if is_ckp { format!("ckp {}", cost.name) } else { cost.name.to_owned() }
}

fn mean(hops: &[&Hop], value: impl Fn(&Hop) -> f64) -> f64 {
    hops.iter().map(|hop| value(hop)).sum::<f64>() / hops.len() as f64
}

fn percent(share: f64) -> String {
    format!("{:.2}%", 100.0 * share)
}

fn ratio(ratio: f64) -> String {
    format!("{ratio:.2}")
}

/// Three digits that count.
fn time(seconds: f64) -> String {
    let decimals = (2 - seconds.max(1e-9).log10().floor() as i32).clamp(0, 5);
    format!("{seconds:.*}", decimals as usize)
}

/// Everything that was measured.
pub fn json(designs: &[(String, Vec<Hop>)]) -> String {
    let cost = |cost: &Cost| {
        json!({
            "name": cost.name,
            "bytes": cost.bytes,
            "encode_seconds": cost.encode,
            "decode_seconds": cost.decode,
            "peak_memory_bytes": cost.memory,
        })
    };
    let hop = |hop: &Hop| {
        json!({
            "base": hop.base,
            "stage": hop.stage,
            "raw_bytes": hop.raw,
            "values_changed": hop.changed,
            "ckp": hop.ckp.iter().map(cost).collect::<Vec<_>>(),
            "ckp_auto_record_and_index_bytes": hop.overhead,
            "ckp_auto_chain_decode_seconds": hop.chain_decode,
            "ckp_auto_chain_decode_with_objects_seconds": hop.whole_decode,
            "peers": hop.peers.iter().map(cost).collect::<Vec<_>>(),
            "zstd_3_in_process_encode_seconds": hop.prefix_encode,
            "plain_zstd_columns_decode_seconds": hop.plain_decode.0,
            "plain_zstd_dump_decode_seconds": hop.plain_decode.1,
            "experiment_bytes": hop.experiment.total(),
            "experiment_names_and_topology_bytes": hop.experiment.head,
        })
    };
    let list: Vec<Value> = designs
        .iter()
        .map(|(name, hops)| json!({ "design": name, "hops": hops.iter().map(hop).collect::<Vec<_>>() }))
        .collect();
    format!("{:#}\n", Value::Array(list))
}
