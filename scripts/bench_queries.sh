#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# How long the store takes to answer what a user asks, beside the engine, on a design of about so many
# instances: copies of aes of ../shared/flows under one top, with wires that differ. Three
# stages of its flow and seven local edits. Prints a Markdown table.
#
#   scripts/bench_queries.sh [INSTANCES]   a million takes some 15 minutes and 8 GB
set -euo pipefail
cd "$(dirname "$0")/.."

instances=${1:-1000000}
work=$PWD/build/bench_queries
flows=$PWD/../shared/flows
target=$PWD/build/bench_hops/target
stages=(5_cts 6_repair_timing 7_groute)

[ -x build/bin/ckp_sta ] && [ -x build/bin/ckp ] || {
  echo "bench_queries.sh: run scripts/demo.sh first, it builds the shell." >&2
  exit 1
}
[ -d "$flows/aes" ] || {
  echo "bench_queries.sh: ../shared/flows is not here: there is no design to copy." >&2
  exit 1
}
CARGO_TARGET_DIR=$target cargo build --release --manifest-path benches/hops/Cargo.toml --bins >&2
rm -rf "$work"
mkdir -p "$work"
gunzip -c "$flows/lib/nangate45_typ.lib.gz" > "$work/typ.lib"

for stage in "${stages[@]}"; do
  echo "bench_queries.sh: $stage" >&2
  for file in "$stage.v" "$stage.spef"; do
    gunzip -c "$flows/aes/$file.gz" > "$work/$file"
  done
  "$target/release/replicate" "$instances" "$work/$stage.v" "$flows/aes/$stage.sdc" "$work/top" \
    "$work/$stage.spef"
  edits=0
  [ "$stage" != "${stages[-1]}" ] || edits=7
  CKP_BENCH_LIBERTY=$work/typ.lib CKP_BENCH_NETLIST=$work/top.v CKP_BENCH_SDC=$work/top.sdc \
    CKP_BENCH_SPEF=$work/top.1.spef CKP_BENCH_STORE=$work/top.ckp CKP_BENCH_STAGE=$stage \
    CKP_BENCH_EDITS=$edits CKP_BENCH_LAPS=$work/laps \
    build/bin/ckp_sta -no_init -no_splash -exit benches/queries.tcl > "$work/$stage.log" || {
    tail "$work/$stage.log" >&2
    exit 1
  }
  rm -f "$work"/top.{v,sdc,1.spef} "$work/$stage".{v,spef}
done

"$target/release/queries" build/bin/ckp "$work/top.ckp" "$work/cache" "$work/laps"
