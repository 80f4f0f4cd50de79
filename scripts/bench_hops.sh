#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Sizes and times of ckp beside general compressors, for every hop of the demo design (made by
# scripts/demo.sh) and of the designs of ../shared/flows where these are there. Every stage is timed and
# saved by a process of its own. Prints Markdown tables; the numbers are in build/bench_hops/hops.json too.
# Of aes it also prints what families of predictors make of its delays and slews.
# Run as root where zstd, xdelta3 or time are not installed.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$PWD/build/bench_hops
demo=$PWD/build/demo
flows=$PWD/../shared/flows
demo_liberty=/usr/share/qflow/tech/osu018/osu018_stdcells.lib

[ -x build/bin/ckp_sta ] && [ -s "$demo/route.spef" ] || {
  echo "bench_hops.sh: run scripts/demo.sh first, it builds the shell and the demo design." >&2
  exit 1
}

missing=()
for package in zstd xdelta3 time; do
  dpkg-query -W -f '${Status}' "$package" 2> /dev/null | grep -q ' installed$' || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  apt-get update -qq >&2
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
fi

CARGO_TARGET_DIR=$work/target cargo build --release --manifest-path benches/hops/Cargo.toml >&2
rm -rf "$work/input" "$work"/*.ckp
mkdir -p "$work/input"

# save DESIGN TOP STAGE NETLIST SDC SPEF LIBERTY...: a full stage, after the commands of $edits; SPEF may
# be missing.
edits=
save() {
  local design=$1 top=$2 stage=$3 netlist=$4 sdc=$5 spef=$6 script=$work/input/save.tcl library
  shift 6
  echo "bench_hops.sh: $design: $stage" >&2
  {
    echo "set sta_continue_on_error 0"
    for library in "$@"; do echo "read_liberty {$library}"; done
    echo "read_verilog {$netlist}"
    echo "link_design $top"
    echo "if { [read_sdc {$sdc}] } { error {The constraints have errors.} }"
    [ ! -f "$spef" ] || echo "read_spef {$spef}"
    [ -z "$edits" ] || printf 'source benches/edits.tcl\n%s\n' "$edits"
    echo "save_timing_checkpoint $stage -store {$work/$design.ckp} -full"
  } > "$script"
  build/bin/ckp_sta -no_init -no_splash -exit "$script" > "$work/input/save.log" 2>&1 || {
    tail "$work/input/save.log" >&2
    exit 1
  }
}

designs=("matrix_engine=$work/matrix_engine.ckp")
for stage in floorplan place cts route; do
  save matrix_engine matrix_engine $stage "$demo/$stage.v" "$demo/$stage.sdc" "$demo/$stage.spef" \
    "$demo_liberty"
done

if [ -d "$flows" ]; then
  for description in "$flows"/*/design.tcl; do
    directory=$(dirname "$description")
    design=$(basename "$directory")
    input=$work/input/$design
    mkdir -p "$input"
    top=$(sed -n 's/^set top //p' "$description")
    libraries=()
    for library in $(sed -n 's/^set libs {\(.*\)}$/\1/p' "$description"); do
      gunzip -c "$flows/lib/$library" > "$input/${library%.gz}"
      libraries+=("$input/${library%.gz}")
    done
    for netlist in "$directory"/*.v.gz; do
      stage=$(basename "$netlist" .v.gz)
      for file in "$stage.v" "$stage.spef"; do
        [ ! -f "$directory/$file.gz" ] || gunzip -c "$directory/$file.gz" > "$input/$file"
      done
      save "$design" "$top" "$stage" "$input/$stage.v" "$directory/$stage.sdc" "$input/$stage.spef" \
        "${libraries[@]}"
    done
    designs+=("$design=$work/$design.ckp")
    # Ten gates before one register after the other, from the clock tree on.
    if [ "$design" = aes ]; then
      for number in 0 1 2 3 4; do
        [ $number = 0 ] || edits+="edit_before [expr { $number * 90 }]"$'\n'
        save aes_edits "$top" "edit_$number" "$input/5_cts.v" "$directory/5_cts.sdc" \
          "$input/5_cts.spef" "${libraries[@]}"
      done
      edits=
      designs+=("aes_edits=$work/aes_edits.ckp")
    fi
    rm -rf "$input"
  done
else
  echo "bench_hops.sh: ../shared/flows is not here: only the demo design is measured." >&2
fi

"$work/target/release/hops" "$work" "${designs[@]}"

# Placement that moves cells a little, and wires that are all new.
if [ -d "$work/aes.ckp" ]; then
  printf '### What delays and slews cost\n\n'
  "$work/target/release/hops" families "$work/aes.ckp" 3_place_resized 4_place_detailed \
    6_repair_timing 7_groute
fi
