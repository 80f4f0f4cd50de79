// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! General compressors on the same bytes. Those with a base get the raw dump of the base, its rows in
//! their own order, as a user would have it.

use std::ffi::OsString;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use hops::tools::{self, spawn};

use crate::raw::{RawStage, shuffle, unshuffle};
use crate::{Cost, Outcome, median, rounds, timed};

/// One hop's files and bytes.
pub struct Peer<'a> {
    work: &'a Path,
    stage: &'a RawStage,
    dump: Vec<u8>,
    base: Option<Vec<u8>>,
    /// Bytes of base and stage.
    size: usize,
}

impl<'a> Peer<'a> {
    pub fn new(work: &'a Path, base: Option<&RawStage>, stage: &'a RawStage) -> Outcome<Self> {
        let (dump, base) = (stage.dump(), base.map(RawStage::dump));
        let size = dump.len() + base.as_ref().map_or(0, Vec::len);
        let peer = Self { work, stage, dump, base, size };
        fs::write(peer.path("stage.raw"), &peer.dump)?;
        if let Some(base) = &peer.base {
            fs::write(peer.path("base.raw"), base)?;
        }
        Ok(peer)
    }

    /// In the order of the tables.
    pub fn costs(&self) -> Outcome<Vec<Cost>> {
        Ok(vec![
            self.zstd("zstd -3", "-3")?,
            self.zstd("zstd -19", "-19")?,
            self.xdelta3()?,
            self.in_process("columns + zstd -19", encode_columns, decode_columns)?,
            self.in_process("pco", encode_pco, decode_pco)?,
        ])
    }

    fn path(&self, name: &str) -> PathBuf {
        self.work.join(name)
    }

    fn zstd(&self, name: &'static str, level: &str) -> Outcome<Cost> {
        let base = self.path("base.raw");
        let common = tools::zstd(self.size, self.base.is_some().then_some(base.as_path()));
        let encode = [common.clone(), vec![level.into()]].concat();
        let decode = [common, vec!["-d".into()]].concat();
        let files =
            |from: &str, to: &str| vec![self.path(from).into(), "-o".into(), self.path(to).into()];
        let encode = [encode, files("stage.raw", "stage.out")].concat();
        let decode = [decode, files("stage.out", "stage.back")].concat();
        self.command(name, "zstd", &encode, &decode)
    }

    fn xdelta3(&self) -> Outcome<Cost> {
        let path = self.path("base.raw");
        let source = tools::xdelta3(self.base.as_ref().map(|base| (path.as_path(), base.len())));
        let files = |from: &str, to: &str| vec![self.path(from).into(), self.path(to).into()];
        let encode = ["-q", "-f", "-9", "-e"].map(OsString::from).to_vec();
        let decode = ["-q", "-f", "-d"].map(OsString::from).to_vec();
        let encode = [encode, source.clone(), files("stage.raw", "stage.out")].concat();
        let decode = [decode, source, files("stage.out", "stage.back")].concat();
        self.command("xdelta3 -9", "xdelta3", &encode, &decode)
    }

    /// A tool on the command line: its times include its start and its reading and writing of files.
    fn command(
        &self,
        name: &'static str,
        program: &str,
        encode: &[OsString],
        decode: &[OsString],
    ) -> Outcome<Cost> {
        let (mut encode_times, mut decode_times) = (Vec::new(), Vec::new());
        for _ in 0..rounds() {
            encode_times.push(timed(|| spawn(program, encode))?.0);
            decode_times.push(timed(|| spawn(program, decode))?.0);
        }
        if fs::read(self.path("stage.back"))? != self.dump {
            return Err(format!("{name} does not give back stage {}.", self.stage.name).into());
        }
        let bytes = fs::metadata(self.path("stage.out"))?.len();
        // GNU time tells the peak of the resident set; a run of its own, not to count in the seconds.
        let report = self.path("memory.txt");
        let mut watched: Vec<OsString> = vec!["-f".into(), "%M".into(), "-o".into()];
        watched.extend([report.clone().into(), program.into()]);
        watched.extend_from_slice(encode);
        spawn("/usr/bin/time", &watched)?;
        let kibibytes: u64 = fs::read_to_string(report)?.trim().parse()?;
        let (encode, decode) = (median(encode_times), median(decode_times));
        Ok(Cost { name, bytes, encode, decode, memory: Some(1024 * kibibytes) })
    }

    fn in_process(
        &self,
        name: &'static str,
        encode: impl Fn(&RawStage) -> Outcome<Vec<u8>>,
        decode: impl Fn(&[u8], &RawStage) -> Outcome<Vec<u8>>,
    ) -> Outcome<Cost> {
        let (mut encode_times, mut decode_times, mut bytes) = (Vec::new(), Vec::new(), 0);
        for _ in 0..rounds() {
            let (seconds, encoded) = timed(|| encode(self.stage))?;
            encode_times.push(seconds);
            let (seconds, decoded) = timed(|| decode(&encoded, self.stage))?;
            decode_times.push(seconds);
            bytes = encoded.len() as u64;
            if decoded != self.dump {
                return Err(format!("{name} does not give back stage {}.", self.stage.name).into());
            }
        }
        let (encode, decode) = (median(encode_times), median(decode_times));
        Ok(Cost { name, bytes, encode, decode, memory: None })
    }

    /// `zstd -3` as [`Peer::costs`] has it, but within this process, from memory to memory.
    pub fn prefix_encode(&self) -> Outcome<f64> {
        let mut times = Vec::new();
        for _ in 0..rounds() {
            let encode = || {
                let base = self.base.as_deref().unwrap_or_default();
                let mut encoder =
                    zstd::stream::write::Encoder::with_ref_prefix(Vec::new(), 3, base)?;
                encoder.long_distance_matching(true)?;
                encoder.window_log(tools::window(self.size))?;
                encoder.set_pledged_src_size(Some(self.dump.len() as u64))?;
                encoder.write_all(&self.dump)?;
                Ok(encoder.finish()?)
            };
            times.push(timed(encode)?.0);
        }
        Ok(median(times))
    }

    /// Plain Zstandard -3 within this process: decoding of the columns, and of the whole dump.
    pub fn plain_decode(&self) -> Outcome<(f64, f64)> {
        let seconds = |bytes: &[u8]| {
            let encoded = zstd::bulk::compress(bytes, 3)?;
            let mut times = Vec::new();
            for _ in 0..rounds() {
                times.push(timed(|| Ok(zstd::bulk::decompress(&encoded, bytes.len())?))?.0);
            }
            Ok::<_, Box<dyn std::error::Error>>(median(times))
        };
        Ok((seconds(&self.stage.column_bytes())?, seconds(&self.dump)?))
    }
}

fn encode_columns(stage: &RawStage) -> Outcome<Vec<u8>> {
    let columns = stage.columns.iter().flat_map(|column| shuffle(&column.values));
    let bytes: Vec<u8> = stage.head.iter().copied().chain(columns).collect();
    Ok(zstd::bulk::compress(&bytes, 19)?)
}

fn decode_columns(encoded: &[u8], stage: &RawStage) -> Outcome<Vec<u8>> {
    let bytes = zstd::bulk::decompress(encoded, stage.raw_bytes() as usize)?;
    let (head, mut rest) = bytes.split_at(stage.head.len());
    let mut out = head.to_vec();
    for column in &stage.columns {
        let (planes, behind) = rest.split_at(4 * column.values.len());
        unshuffle(planes, &mut out);
        rest = behind;
    }
    Ok(out)
}

/// Each column by itself behind its length; names and topology by Zstandard.
fn encode_pco(stage: &RawStage) -> Outcome<Vec<u8>> {
    let mut out = Vec::new();
    let mut put = |part: Vec<u8>| {
        out.extend_from_slice(&(part.len() as u64).to_le_bytes());
        out.extend(part);
    };
    put(zstd::bulk::compress(&stage.head, 19)?);
    for column in &stage.columns {
        let floats: Vec<f32> = column.values.iter().copied().map(f32::from_bits).collect();
        put(pco::standalone::simple_compress(&floats, &pco::ChunkConfig::default())?);
    }
    Ok(out)
}

fn decode_pco(mut encoded: &[u8], stage: &RawStage) -> Outcome<Vec<u8>> {
    let mut next = || -> Outcome<&[u8]> {
        let mut length = [0; 8];
        encoded.read_exact(&mut length)?;
        let (part, rest) = encoded.split_at(u64::from_le_bytes(length) as usize);
        encoded = rest;
        Ok(part)
    };
    let mut out = zstd::bulk::decompress(next()?, stage.head.len())?;
    for _ in &stage.columns {
        let floats: Vec<f32> = pco::standalone::simple_decompress(next()?)?;
        out.extend(floats.iter().flat_map(|float| float.to_bits().to_le_bytes()));
    }
    Ok(out)
}
