#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Times save and restore against the engine's own full timing update, each design in one process: the demo
# design (made by scripts/demo.sh), and aes of ../shared/flows where that is there. Prints a Markdown
# table: seconds as median (least-most), then the medians as shares of the full update.
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=${CKP_BENCH_ROUNDS:-7}
work=$PWD/build/bench
demo=$PWD/build/demo
flows=$PWD/../shared/flows

[ -x build/bin/ckp_sta ] && [ -s "$demo/route.spef" ] || {
  echo "bench.sh: run scripts/demo.sh first, it builds the shell and the demo design." >&2
  exit 1
}
rm -rf "$work"
mkdir -p "$work"

# run NAME TOP LIBERTY NETLIST SDC SPEF SPEF
run() {
  CKP_BENCH_NAME=$1 CKP_BENCH_TOP=$2 CKP_BENCH_LIBERTY=$3 CKP_BENCH_NETLIST=$4 CKP_BENCH_SDC=$5 \
    CKP_BENCH_SPEF="$6 $7" CKP_BENCH_DIRECTORY=$work CKP_BENCH_ROUNDS=$rounds \
    build/bin/ckp_sta -no_init -no_splash -exit benches/engine.tcl > "$work/$1.log" || {
    tail "$work/$1.log" >&2
    exit 1
  }
}

run matrix_engine matrix_engine /usr/share/qflow/tech/osu018/osu018_stdcells.lib \
  "$demo/route.v" "$demo/route.sdc" "$demo/cts.spef" "$demo/route.spef"

if [ -d "$flows/aes" ]; then
  for file in lib/nangate45_typ.lib aes/7_groute.v aes/6_repair_timing.spef aes/7_groute.spef; do
    gunzip -c "$flows/$file.gz" > "$work/$(basename "$file")"
  done
  run aes aes_cipher_top "$work/nangate45_typ.lib" "$work/7_groute.v" "$flows/aes/7_groute.sdc" \
    "$work/6_repair_timing.spef" "$work/7_groute.spef"
else
  echo "bench.sh: ../shared/flows is not here: aes is left out."
fi

echo "| design | full update | save, full | save, all changed | save, unchanged | restore | | | | |"
echo "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
cat "$work/table.md"
