#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Run every fuzz target, or those that are named, for so many seconds each (default 1800). Findings are left in
# fuzz/artifacts; one that is mended goes to fuzz/corpus, which `cargo test --test fuzz` replays.
#
#   scripts/fuzz.sh [SECONDS [TARGET...]]
#
# The layout is that of cargo-fuzz, which is not needed: the flags below are those it builds with, without a
# sanitizer, and a stable compiler takes them.
set -euo pipefail
cd "$(dirname "$0")/../fuzz"

seconds=${1:-1800}
targets=("${@:2}")
[ ${#targets[@]} -gt 0 ] || targets=(open decode diff arguments operations)

machine=$(rustc -vV | sed -n 's/^host: //p')
passes=(-Cpasses=sancov-module)
for argument in level=4 inline-8bit-counters pc-table trace-compares; do
  passes+=("-Cllvm-args=-sanitizer-coverage-$argument")
done
# A target of its own, so that the flags are not for build scripts.
CARGO_TARGET_DIR=target RUSTFLAGS="--cfg fuzzing ${passes[*]}" \
  cargo build --locked --release --target "$machine"

# Stores are made and thrown away thousands of times a second.
if [ -d /dev/shm ]; then export TMPDIR=/dev/shm; fi
export RAYON_NUM_THREADS=1
unset CKP_CACHE
mkdir -p artifacts
for target in "${targets[@]}"; do
  found=target/found/$target
  mkdir -p "$found"
  printf '\n== %s for %s s\n' "$target" "$seconds"
  "target/$machine/release/$target" -max_total_time="$seconds" -timeout=60 -report_slow_units=60 -rss_limit_mb=4096 \
    -max_len=65536 -print_final_stats=1 -artifact_prefix="artifacts/$target-" "$found" \
    "corpus/$target" 2>&1 | grep -E '^(==|stat::|thread|panicked|Done|SUMMARY|ERROR)|panicked at|DONE|INITED' || true
  if ls "artifacts/$target-"* > /dev/null 2>&1; then
    echo "Findings of $target are in fuzz/artifacts." >&2
    exit 1
  fi
done
