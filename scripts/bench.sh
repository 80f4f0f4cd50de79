#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Saves and restores beside the engine's own full timing update and beside general tools, in one run, on a
# design of any size: copies of aes of ../shared/flows under one top, or of the demo design where that is not
# there, with wires on every net that differ from copy to copy. Prints Markdown, and writes JSON.
#
#   scripts/bench.sh [--instances N[,N...]] [--json FILE] [--rounds N] [--limit SECONDS] [--cache]
#
# Instances are rounded to whole copies (default 20000: one of aes). Of several sizes the growth is fitted. No
# general tool runs longer than the limit (default 120). With --cache, decoded columns are kept in a directory,
# as CKP_CACHE does. Tools that are not installed are told. A million instances take some 15 minutes.
set -euo pipefail
cd "$(dirname "$0")/.."

sizes=20000
rounds=3
limit=120
work=$PWD/build/bench
json=$work/bench.json
cache=
usage() {
  sed -n 's/^# \{0,1\}//; 4,/^set/{/^set/d;p}' "$0" >&2
  exit 2
}
while [ $# -gt 0 ]; do
  case $1:${2:-} in
    --instances:[0-9]*) sizes=$2 && shift 2 ;;
    --json:?*) json=$2 && shift 2 ;;
    --rounds:[1-9]*) rounds=$2 && shift 2 ;;
    --limit:[1-9]*) limit=$2 && shift 2 ;;
    --cache:*) cache=$work/cache && shift ;;
    *) usage ;;
  esac
done

demo=$PWD/build/demo
flows=$PWD/../shared/flows
target=$PWD/build/bench_hops/target
[ -x build/bin/ckp_sta ] && [ -s "$demo/route.spef" ] || {
  echo "bench.sh: run scripts/demo.sh first, it builds the shell and the demo design." >&2
  exit 1
}
CARGO_TARGET_DIR=$target cargo build --quiet --locked --release \
  --manifest-path benches/hops/Cargo.toml --bins
rm -rf "$work"
mkdir -p "$work"

# shell SCRIPT: a new process of the shell.
shell() {
  build/bin/ckp_sta -no_init -no_splash -exit "$1" > "$work/shell.log" 2>&1 || {
    tail "$work/shell.log" >&2
    exit 1
  }
}

if [ -d "$flows/aes" ]; then
  design=aes
  for file in lib/nangate45_typ.lib aes/7_groute.v aes/6_repair_timing.spef aes/7_groute.spef; do
    gunzip -c "$flows/$file.gz" > "$work/$(basename "$file")"
  done
  liberty=$work/nangate45_typ.lib
  original=("$work/7_groute.v" "$flows/aes/7_groute.sdc")
  wires=("$work/6_repair_timing.spef" "$work/7_groute.spef")
else
  echo "bench.sh: ../shared/flows is not here: the demo design is copied." >&2
  design=matrix_engine
  liberty=/usr/share/qflow/tech/osu018/osu018_stdcells.lib
  original=("$demo/route.v" "$work/route.sdc")
  wires=("$demo/cts.spef" "$demo/route.spef")
  # Written by hand; copies are made of what the engine writes.
  printf '%s\n' "set sta_continue_on_error 0" "read_liberty $liberty" "read_verilog $demo/route.v" \
    "link_design $design" "read_sdc $demo/route.sdc" "write_sdc $work/route.sdc" > "$work/write_sdc.tcl"
  shell "$work/write_sdc.tcl"
fi

all=()
for size in ${sizes//,/ }; do
  echo "bench.sh: $size instances" >&2
  export CKP_BENCH_DESIGN=$work/top CKP_BENCH_LIBERTY=$liberty CKP_BENCH_STORE=$work/top.ckp
  export CKP_BENCH_WORK=$work CKP_BENCH_LAPS=$work/laps.$size CKP_BENCH_ROUNDS=$rounds CKP_CACHE=$cache
  all+=("$CKP_BENCH_LAPS")
  rm -rf "$CKP_BENCH_STORE" "$work/cache"
  {
    "$target/release/replicate" "$size" "${original[@]}" "$work/top" "${wires[@]}"
    echo "text design $design"
    echo "text cache $([ -n "$cache" ] && echo with || echo without) a cache"
    echo "count cores $(nproc)"
  } > "$CKP_BENCH_LAPS"
  # Else the first fsync waits for the wires.
  sync
  shell benches/engine.tcl
  for ((round = 0; round < rounds; round++)); do
    for proof in yes no; do
      CKP_BENCH_PROOF=$proof shell benches/restore.tcl
      cmp "$work/base.txt" "$work/restored.txt"
    done
  done
  "$target/release/suite" peers "$CKP_BENCH_STORE" base delta0 "$work" "$rounds" "$limit" \
    "$CKP_BENCH_LAPS"
done
"$target/release/suite" report "$json" "${all[@]}"
