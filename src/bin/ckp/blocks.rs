// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! How the arrays of a stage are coded, as text and JSON.

use std::collections::BTreeMap;
use std::fmt::Write;

use ckp::{BlockCoding, StreamCoding};
use serde_json::{Map, Value, json};

/// Values, stored bytes and hits of some blocks.
#[derive(Clone, Copy, Default)]
struct Sum {
    rows: u64,
    stored: u64,
    zeros: u64,
}

impl Sum {
    fn of<'a>(blocks: impl IntoIterator<Item = &'a BlockCoding>) -> Self {
        let mut sum = Self::default();
        for block in blocks {
            sum.rows += u64::from(block.rows);
            sum.stored += u64::from(block.stored_bytes);
            sum.zeros += u64::from(block.zero_residuals);
        }
        sum
    }

    fn bits(self) -> f64 {
        8.0 * share(self.stored, self.rows)
    }

    fn hits(self) -> f64 {
        share(self.zeros, self.rows)
    }
}

fn share(part: u64, whole: u64) -> f64 {
    part as f64 / whole.max(1) as f64
}

/// The blocks by something that they share.
fn by<'a, K: Ord>(
    blocks: impl IntoIterator<Item = &'a BlockCoding>,
    key: impl Fn(&'a BlockCoding) -> K,
) -> BTreeMap<K, Sum> {
    let mut groups: BTreeMap<K, Vec<&BlockCoding>> = BTreeMap::new();
    for block in blocks {
        groups.entry(key(block)).or_default().push(block);
    }
    groups.into_iter().map(|(key, blocks)| (key, Sum::of(blocks))).collect()
}

/// A line for every array, and below it one for every way that blocks of a class are coded; then
/// predictors and codecs over all columns of values.
pub(crate) fn text(streams: &[StreamCoding]) -> String {
    let mut out = String::new();
    let file: u64 = streams.iter().map(StreamCoding::stored_bytes).sum();
    heading(&mut out, "array, then class: predictor, layout, codec", "raw");
    for stream in streams {
        let sum = Sum::of(&stream.blocks);
        line(&mut out, &stream.key.to_string(), sum, Some(stream.raw_bytes), file);
        let how = |block: &BlockCoding| {
            let BlockCoding { class, predictor, layout, codec, .. } = block;
            format!("  {class}: {predictor}, {layout}, {codec}")
        };
        for (how, part) in by(&stream.blocks, how) {
            line(&mut out, &how, part, None, sum.stored);
        }
    }
    let values = || {
        let columns = streams.iter().filter(|stream| stream.key.kind.is_float_column());
        columns.flat_map(|stream| &stream.blocks)
    };
    let all = Sum::of(values());
    out.push('\n');
    heading(&mut out, "predictors of all values", "of rows");
    for (predictor, sum) in by(values(), |block| block.predictor) {
        total(&mut out, predictor, sum, all);
    }
    out.push('\n');
    heading(&mut out, "codecs of all values", "of rows");
    for (codec, sum) in by(values(), |block| block.codec) {
        total(&mut out, codec, sum, all);
    }
    out
}

fn heading(out: &mut String, first: &str, third: &str) {
    let _ = writeln!(
        out,
        "{first:<48} {:>9} {third:>10} {:>9} {:>6} {:>6} {:>7}",
        "rows", "stored", "share", "bits", "hits"
    );
}

fn line(out: &mut String, title: &str, sum: Sum, raw: Option<u64>, whole: u64) {
    let raw = raw.map_or(String::new(), |raw| raw.to_string());
    columns(out, title, sum, &raw, whole);
}

fn total(out: &mut String, title: &str, sum: Sum, all: Sum) {
    let rows = format!("{:.1}%", 100.0 * share(sum.rows, all.rows));
    columns(out, title, sum, &rows, all.stored);
}

fn columns(out: &mut String, title: &str, sum: Sum, third: &str, whole: u64) {
    let _ = writeln!(
        out,
        "{title:<48} {:>9} {third:>10} {:>9} {:>5.1}% {:>6.2} {:>6.1}%",
        sum.rows,
        sum.stored,
        100.0 * share(sum.stored, whole),
        sum.bits(),
        100.0 * sum.hits(),
    );
}

/// A list of the arrays with their blocks.
pub(crate) fn json(streams: &[StreamCoding]) -> Value {
    streams.iter().map(stream_json).collect()
}

fn stream_json(stream: &StreamCoding) -> Value {
    let sum = Sum::of(&stream.blocks);
    let predictors: Map<String, Value> = by(&stream.blocks, |block| block.predictor)
        .into_iter()
        .map(|(name, part)| (name.to_owned(), json!(share(part.rows, sum.rows))))
        .collect();
    let codecs: Map<String, Value> = by(&stream.blocks, |block| block.codec)
        .into_iter()
        .map(|(name, part)| (name.to_owned(), json!(share(part.stored, sum.stored))))
        .collect();
    let blocks: Vec<Value> = stream
        .blocks
        .iter()
        .map(|block| {
            json!({
                "class": block.class,
                "rows": block.rows,
                "stored_bytes": block.stored_bytes,
                "predictor": block.predictor,
                "layout": block.layout,
                "codec": block.codec,
                "zero_residuals": block.zero_residuals,
            })
        })
        .collect();
    json!({
        "array": stream.key.to_string(),
        "kind": stream.key.kind.name(),
        "rows": stream.rows,
        "raw_bytes": stream.raw_bytes,
        "stored_bytes": sum.stored,
        "bits_per_value": sum.bits(),
        "hit_rate": sum.hits(),
        "predictors": predictors,
        "codecs": codecs,
        "blocks": blocks,
    })
}
