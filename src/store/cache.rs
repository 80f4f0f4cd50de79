// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Decoded arrays, kept from one process to the next in a directory of the user's choice: questions about large
//! stages are then answered by a few small reads. A copy is named by the digest of what it holds and checked
//! page by page whenever it is read: one that is damaged, cut or of another version counts as absent, and the
//! stage is decoded instead. Nothing here is needed, and all of it may be deleted at any time.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::ops::Range;
use std::os::unix::fs::{DirBuilderExt, FileExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::SystemTime;

use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::model::Digest;

/// Names the directory; without it nothing is kept.
const DIRECTORY: &str = "CKP_CACHE";
/// Names the bytes that the directory may take.
const LIMIT: &str = "CKP_CACHE_BYTES";
const DEFAULT_LIMIT: u64 = 16 << 30;
const SUFFIX: &str = "ckpcache";
/// Changes with the layout of files and of what they hold.
const MAGIC: [u8; 8] = *b"CKPCAC01";
/// What is checked at once: small enough for a look at one value, large enough for its hash to cost nothing.
const PAGE: usize = 1 << 14;
/// What is read at once of many words: it stays near the processor until the words are made of it.
const PIECE: u64 = 4 * PAGE as u64;
const HEADER: u64 = 16;
const SUM: u64 = 8;

/// The directory.
#[derive(Debug)]
pub(super) struct Cache {
    directory: PathBuf,
    limit: u64,
}

/// What a copy is of: a kind, so that arrays of another meaning never mix, and the digest of the content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CacheKey {
    pub kind: CacheKind,
    pub digest: Digest,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CacheKind {
    /// An array of words of a stage, by its checksum.
    Words,
    /// Names of vertices, and how to find them.
    Names,
    /// The rest of an object table.
    Arcs,
}

/// A copy that is open.
#[derive(Debug)]
pub(super) struct CachedBytes {
    file: File,
    length: u64,
    seed: u64,
}

impl Cache {
    /// One of at most `limit` bytes.
    pub fn new(directory: &Path, limit: u64) -> Self {
        Self { directory: directory.to_path_buf(), limit }
    }

    /// What the environment asks for: a directory by `CKP_CACHE`, and of how many bytes by `CKP_CACHE_BYTES`.
    pub fn from_environment() -> Option<Arc<Self>> {
        let directory = std::env::var_os(DIRECTORY).filter(|directory| !directory.is_empty())?;
        let limit = std::env::var(LIMIT).ok().and_then(|limit| limit.parse().ok());
        let limit = limit.unwrap_or(DEFAULT_LIMIT);
        Some(Arc::new(Self::new(Path::new(&directory), limit)))
    }

    /// The copy, if there is one.
    pub fn find(&self, key: CacheKey) -> Option<CachedBytes> {
        let file = File::open(self.path(key)).ok()?;
        let mut header = [0; HEADER as usize];
        file.read_exact_at(&mut header, 0).ok()?;
        let (magic, length) = header.split_first_chunk::<8>()?;
        let length = u64::from_le_bytes(length.try_into().ok()?);
        let (size, sums) = (file.metadata().ok()?.len(), length.div_ceil(PAGE as u64) * SUM);
        let expected = length.checked_add(sums)?.checked_add(HEADER)?;
        if *magic != MAGIC || size != expected {
            return None;
        }
        // What was used last is removed last. Only a wish: the directory may be another user's.
        let _ = file.set_modified(SystemTime::now());
        Some(CachedBytes { file, length, seed: key.seed() })
    }

    /// Keep a copy of `parts`, one after the other, if that is possible.
    pub fn put(&self, key: CacheKey, parts: &[&[u8]]) {
        let length: u64 = parts.iter().map(|part| part.len() as u64).sum();
        // A copy that cannot be kept is none: the answer does not depend on it.
        if self.make_room(length).is_some() {
            let _ = self.write(key, length, parts);
        }
    }

    fn write(&self, key: CacheKey, length: u64, parts: &[&[u8]]) -> std::io::Result<()> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let temporary = self.directory.join(format!("{}.{number}.tmp", std::process::id()));
        let removed = Removed(&temporary);
        let mut out = BufWriter::with_capacity(1 << 20, File::create_new(&temporary)?);
        out.write_all(&MAGIC)?;
        out.write_all(&length.to_le_bytes())?;
        let mut sums = PageSums::new(key.seed());
        for part in parts {
            sums.update(part);
        }
        for sum in sums.finish() {
            out.write_all(&sum.to_le_bytes())?;
        }
        for part in parts {
            out.write_all(part)?;
        }
        out.into_inner().map_err(|error| error.into_error())?;
        fs::rename(&temporary, self.path(key))?;
        std::mem::forget(removed);
        Ok(())
    }

    /// Make the directory, and delete the copies that were not used for longest until `bytes` fit.
    fn make_room(&self, bytes: u64) -> Option<()> {
        if bytes > self.limit {
            return None;
        }
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true).mode(0o700).create(&self.directory).ok()?;
        let copy = |entry: std::io::Result<fs::DirEntry>| {
            let path = entry.ok()?.path();
            path.extension().filter(|suffix| *suffix == SUFFIX)?;
            let metadata = path.symlink_metadata().ok()?;
            Some((metadata.modified().ok()?, metadata.len(), path))
        };
        let mut copies: Vec<_> = fs::read_dir(&self.directory).ok()?.filter_map(copy).collect();
        copies.sort_unstable();
        let mut taken: u64 = copies.iter().map(|(_, bytes, _)| bytes).sum();
        for (_, size, path) in copies {
            if taken.checked_add(bytes)? <= self.limit {
                break;
            }
            fs::remove_file(path).ok()?;
            taken -= size;
        }
        (taken.checked_add(bytes)? <= self.limit).then_some(())
    }

    fn path(&self, key: CacheKey) -> PathBuf {
        let kind = match key.kind {
            CacheKind::Words => "words",
            CacheKind::Names => "names",
            CacheKind::Arcs => "arcs",
        };
        self.directory.join(format!("{kind}-{:032x}.{SUFFIX}", key.digest))
    }
}

impl CacheKey {
    /// Pages of one copy, or of one place, are none of another.
    fn seed(self) -> u64 {
        (self.digest as u64) ^ ((self.digest >> 64) as u64).rotate_left(1) ^ self.kind as u64
    }
}

impl CachedBytes {
    /// Bytes that it holds.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Some bytes; `None` where they are not there or not what was written.
    pub fn read(&self, range: Range<u64>) -> Option<Vec<u8>> {
        if range.start > range.end || range.end > self.length {
            return None;
        }
        let page = PAGE as u64;
        let (first, last) = (range.start / page, range.end.div_ceil(page));
        let start = first * page;
        let mut bytes = vec![0; (self.length.min(last * page) - start) as usize];
        let mut sums = vec![0; ((last - first) * SUM) as usize];
        let sums_end = HEADER + self.length.div_ceil(page) * SUM;
        self.file.read_exact_at(&mut sums, HEADER + first * SUM).ok()?;
        self.file.read_exact_at(&mut bytes, sums_end + start).ok()?;
        let (sums, _) = sums.as_chunks::<8>();
        let mut pages = (first..).zip(bytes.chunks(PAGE).zip(sums));
        if !pages.all(|(number, (page, sum))| {
            page_sum(self.seed, number, page) == u64::from_le_bytes(*sum)
        }) {
            return None;
        }
        bytes.truncate((range.end - start) as usize);
        bytes.drain(..(range.start - start) as usize);
        Some(bytes)
    }

    /// Some of its words.
    pub fn words(&self, range: Range<u64>) -> Option<Vec<u32>> {
        let bytes = range.start.checked_mul(4)?..range.end.checked_mul(4)?;
        if bytes.end > self.length {
            return None;
        }
        let mut all = Vec::with_capacity(range.clone().count());
        let mut start = bytes.start;
        while start < bytes.end {
            let end = bytes.end.min((start / PIECE + 1) * PIECE);
            all.extend(words(&self.read(start..end)?));
            start = end;
        }
        Some(all)
    }
}

/// Words from little-endian bytes.
pub(super) fn words(bytes: &[u8]) -> Vec<u32> {
    bytes.as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word)).collect()
}

/// Little-endian bytes of words.
pub(super) fn bytes(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

fn page_sum(seed: u64, number: u64, page: &[u8]) -> u64 {
    xxh3_64_with_seed(page, seed.wrapping_add(number))
}

/// The sums of the pages of parts that do not end where pages do.
struct PageSums {
    seed: u64,
    sums: Vec<u64>,
    page: Vec<u8>,
}

impl PageSums {
    fn new(seed: u64) -> Self {
        Self { seed, sums: Vec::new(), page: Vec::with_capacity(PAGE) }
    }

    fn update(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (now, rest) = bytes.split_at(bytes.len().min(PAGE - self.page.len()));
            bytes = rest;
            if now.len() == PAGE {
                self.sums.push(page_sum(self.seed, self.sums.len() as u64, now));
                continue;
            }
            self.page.extend_from_slice(now);
            if self.page.len() == PAGE {
                self.end_page();
            }
        }
    }

    fn end_page(&mut self) {
        self.sums.push(page_sum(self.seed, self.sums.len() as u64, &self.page));
        self.page.clear();
    }

    fn finish(mut self) -> Vec<u64> {
        if !self.page.is_empty() {
            self.end_page();
        }
        self.sums
    }
}

/// Removes a temporary file, unless it is forgotten.
struct Removed<'a>(&'a Path);

impl Drop for Removed<'_> {
    fn drop(&mut self) {
        let _ = fs::remove_file(self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: CacheKey = CacheKey { kind: CacheKind::Words, digest: 7 };

    fn cache(directory: &Path, limit: u64) -> Cache {
        Cache::new(&directory.join("cache"), limit)
    }

    #[test]
    fn any_range_reads_back_and_no_more() {
        let directory = tempfile::tempdir().unwrap();
        let cache = cache(directory.path(), 1 << 30);
        assert!(cache.find(KEY).is_none());
        let bytes: Vec<u8> = (0..3 * PAGE + 5).map(|i| (i * 31 % 251) as u8).collect();
        let (a, b) = bytes.split_at(PAGE + 1);
        cache.put(KEY, &[a, b]);
        let copy = cache.find(KEY).unwrap();
        let length = bytes.len() as u64;
        assert_eq!(copy.length(), length);
        for (start, end) in
            [(0, length), (0, 0), (length, length), (16383, 16385), (40_000, length)]
        {
            let expected = &bytes[start as usize..end as usize];
            assert_eq!(copy.read(start..end).as_deref(), Some(expected), "{start} {end}");
        }
        assert!(copy.read(0..length + 1).is_none());
        assert!(cache.find(CacheKey { kind: CacheKind::Names, ..KEY }).is_none());
    }

    #[test]
    fn what_is_damaged_or_cut_or_moved_is_absent() {
        let directory = tempfile::tempdir().unwrap();
        let cache = cache(directory.path(), 1 << 30);
        cache.put(KEY, &[&[1; 2 * PAGE]]);
        let path = cache.path(KEY);
        let good = fs::read(&path).unwrap();
        for position in [0, 9, 17, 25, good.len() - 1] {
            let mut bad = good.clone();
            bad[position] ^= 1;
            fs::write(&path, bad).unwrap();
            let read = cache.find(KEY).and_then(|copy| copy.read(0..copy.length()));
            assert!(read.is_none(), "{position}");
        }
        fs::write(&path, &good[..good.len() - 1]).unwrap();
        assert!(cache.find(KEY).is_none());
        // A good file under another name.
        let other = CacheKey { digest: 8, ..KEY };
        fs::write(cache.path(other), &good).unwrap();
        assert!(cache.find(other).unwrap().read(0..1).is_none());
    }

    #[test]
    fn the_oldest_make_room() {
        let directory = tempfile::tempdir().unwrap();
        let cache = cache(directory.path(), 2500);
        let key = |digest| CacheKey { digest, ..KEY };
        for (age, digest) in [(3, 1), (2, 2)] {
            cache.put(key(digest), &[&[0; 1000]]);
            let file = File::options().write(true).open(cache.path(key(digest))).unwrap();
            let time = SystemTime::now() - std::time::Duration::from_secs(age);
            file.set_modified(time).unwrap();
        }
        cache.put(key(3), &[&[0; 1000]]);
        let kept = |digest| cache.find(key(digest)).is_some();
        assert!(!kept(1) && kept(2) && kept(3));
        // What is larger than all room is not kept, and nothing is deleted for it.
        cache.put(key(4), &[&[0; 3000]]);
        assert!(!kept(4) && kept(2) && kept(3));
        assert_eq!(
            fs::read_dir(&cache.directory)
                .unwrap()
                .filter(|e| { e.as_ref().unwrap().path().extension().is_some_and(|s| s == "tmp") })
                .count(),
            0
        );
    }
}
