// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! What was measured, as Markdown for people and as JSON for programs.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::{Map, Value, json};

use crate::figures::{RATIOS, Run, SAVES, Samples};
use crate::growth::exponent;

/// Figures of which the growth is fitted.
const GROWING: [&str; 5] = ["full_update", "save_first", "save_full", "save_delta", "save_local"];

pub fn markdown(runs: &[Run]) -> String {
    let mut out = String::new();
    for run in runs {
        let _ = one(&mut out, run);
    }
    let _ = growth_lines(&mut out, runs);
    out
}

pub fn json(runs: &[Run]) -> Value {
    let growth: Map<String, Value> =
        growth(runs).into_iter().map(|(name, power)| (name, power.into())).collect();
    json!({ "runs": runs.iter().map(run_json).collect::<Vec<_>>(), "growth": growth })
}

fn one(out: &mut String, run: &Run) -> std::fmt::Result {
    let (instances, copies) = (run.count("instances"), run.count("copies"));
    let design = run.text("design");
    writeln!(out, "### {instances} instances\n")?;
    writeln!(
        out,
        "{copies} copies of {design}: {} vertices, {} arcs, {:.1} MB raw; {}; {} cores; {}.\n",
        run.count("vertices"),
        run.count("arcs"),
        run.count("raw_bytes") as f64 / 1e6,
        run.text("engine"),
        run.count("cores"),
        run.text("cache"),
    )?;
    writeln!(out, "| ratio | here | at most, at a million |\n| --- | ---: | ---: |")?;
    for ratio in &RATIOS {
        let here = ratio.of(run).map_or("missing".to_owned(), |r| format!("{r:.4}"));
        let most = ratio.at_most.map_or(String::new(), |most| most.to_string());
        writeln!(out, "| {} | {here} | {most} |", ratio.name())?;
    }
    writeln!(out, "\n| seconds | median | least | most | rounds |")?;
    writeln!(out, "| --- | ---: | ---: | ---: | ---: |")?;
    for (name, samples) in &run.seconds {
        let (median, least, most) = (samples.median(), samples.least(), samples.most());
        let count = samples.count();
        writeln!(out, "| {name} | {median:.3} | {least:.3} | {most:.3} | {count} |")?;
    }
    writeln!(out, "\n| bytes | median | of raw |\n| --- | ---: | ---: |")?;
    for (name, samples) in &run.bytes {
        let share = run.of_raw(name).unwrap_or(f64::NAN);
        writeln!(out, "| {name} | {:.0} | {share:.4} |", samples.median())?;
    }
    for (name, reason) in &run.missing {
        writeln!(out, "\nMissing: {name}: {reason}.")?;
    }
    writeln!(out)
}

fn growth_lines(out: &mut String, runs: &[Run]) -> std::fmt::Result {
    let growth = growth(runs);
    if growth.is_empty() {
        return Ok(());
    }
    writeln!(out, "### Growth\n\nThe power of the number of instances that comes nearest.\n")?;
    writeln!(out, "| figure | exponent |\n| --- | ---: |")?;
    for (name, power) in growth {
        writeln!(out, "| {name} | {power:.3} |")?;
    }
    Ok(())
}

/// Exponents over the sizes, of times and of the memory of saves.
fn growth(runs: &[Run]) -> Vec<(String, f64)> {
    let points = |samples: &dyn Fn(&Run) -> Option<f64>| -> Vec<(f64, f64)> {
        let point = |run: &Run| Some((run.count("instances") as f64, samples(run)?));
        runs.iter().filter_map(point).collect()
    };
    let median = |samples: Option<&Samples>| samples.map(Samples::median);
    let seconds = GROWING.iter().filter_map(|name| {
        let power = exponent(&points(&|run| median(run.seconds.get(*name))))?;
        Some(((*name).to_owned(), power))
    });
    let peaks = SAVES.iter().filter_map(|save| {
        let name = format!("{save}_peak");
        let power = exponent(&points(&|run| median(run.bytes.get(&name))))?;
        Some((name, power))
    });
    seconds.chain(peaks).collect()
}

fn run_json(run: &Run) -> Value {
    let samples = |all: &BTreeMap<String, Samples>| -> Value {
        let one = |samples: &Samples| {
            json!({
                "median": samples.median(), "least": samples.least(), "most": samples.most(),
                "rounds": samples.count(),
            })
        };
        all.iter().map(|(name, of)| (name.clone(), one(of))).collect::<Map<_, _>>().into()
    };
    let ratios = RATIOS.iter().filter_map(|ratio| Some((ratio.name(), ratio.of(run)?.into())));
    let ratios: Map<String, Value> = ratios.collect();
    json!({
        "counts": run.counts, "texts": run.texts, "ratios": ratios,
        "seconds": samples(&run.seconds), "bytes": samples(&run.bytes), "missing": run.missing,
    })
}
