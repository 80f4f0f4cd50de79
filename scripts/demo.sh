#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Installs what is needed, builds, and runs the main job on a real synthesized
# design: four stages of a flow saved, each by its own process; each restored
# without its wires and compared; an edit rolled back; every byte checked.
# What it makes stays in build/demo. Synthesis is repeated only after a change.

set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"

work=$root/build/demo
scripts=$root/examples/demo
liberty=/usr/share/qflow/tech/osu018/osu018_stdcells.lib
netlist=$work/matrix_engine.v
stages="floorplan place cts route"
netlist_sources=("$scripts/rtl" "$scripts/synth.tcl" "$scripts/adder_map.v")
stage_sources=("$scripts"/{stages,netlist,place,cts,wires}.tcl "$scripts/matrix_engine.sdc")

export CKP_DEMO_LIBERTY=$liberty
export CKP_DEMO_DIRECTORY=$work
export CKP_DEMO_SCRIPTS=$scripts

fail()
{
  echo "demo.sh: $*" >&2
  exit 1
}

title()
{
  printf '\n== %s\n' "$*"
}

# quietly LOG DESCRIPTION COMMAND...: one line for a command whose output only
# matters when it fails.
quietly()
{
  local log=$work/$1.log description=$2 start=$SECONDS
  shift 2
  printf '%s ... ' "$description"
  if ! "$@" >"$log" 2>&1; then
    printf 'failed\n'
    tail -n 20 "$log" >&2
    fail "\"$description\" failed; the whole output is in $log."
  fi
  printf '%d s\n' $((SECONDS - start))
}

# shell LOG SCRIPT: run a step in a fresh process of the shell.
shell()
{
  local log=$work/$1.log
  build/bin/ckp_sta -no_init -no_splash -exit "$scripts/$2" 2>&1 | tee "$log" \
    || fail "the step $2 failed; its output is in $log."
}

# The seconds that a step printed after the given words.
seconds_of()
{
  sed -n "s/^$2 \([0-9.]*\) s\$/\1/p" "$work/$1.log"
}

# True if the first file is missing or older than one of the others.
is_stale()
{
  local target=$1
  shift
  [ ! -s "$target" ] || [ -n "$(find "$@" -type f -newer "$target" -print -quit)" ]
}

# Steps that quietly runs. There a failing command does not end the script by
# itself, hence the chains. The netlist appears only when it is complete; so does
# the mark of the stages.
synthesize()
{
  mkdir -p "$work/synth" \
    && LIBERTY=$liberty OUT=$work/synth yosys -c "$scripts/synth.tcl" \
    && mv "$work/synth/matrix_engine.v" "$netlist"
}

make_stages()
{
  tclsh "$scripts/stages.tcl" "$netlist" "$work" >"$work/stages.partial" \
    && mv "$work/stages.partial" "$work/stages.txt"
}

build_all()
{
  cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release && cmake --build build
}

mkdir -p "$work"

title "Prepare"
quietly setup "install packages" scripts/setup.sh
quietly build "build ckp and the shell" build_all
if is_stale "$netlist" "${netlist_sources[@]}"; then
  quietly synth "synthesize the design" synthesize
fi
if is_stale "$work/stages.txt" "$netlist" "${stage_sources[@]}"; then
  quietly stages "place it and make the wires" make_stages
fi
echo "matrix_engine: $(cat "$work/stages.txt")"

title "Save four stages, each from a process of its own"
rm -rf "$work/matrix_engine.ckp"
for stage in $stages; do
  echo "-- $stage"
  CKP_DEMO_STAGE=$stage shell "save_$stage" save.tcl
done

title "Restore each in a new process that reads no wires"
rm -rf "$work/restored.ckp"
for stage in $stages; do
  echo "-- $stage"
  CKP_DEMO_STAGE=$stage shell "restore_$stage" restore.tcl
  cmp "$work/$stage.paths" "$work/restored_$stage.paths" \
    || fail "the reports of the 100 worst paths differ."
  build/bin/compare_stages "$work/matrix_engine.ckp" "$stage" "$work/restored.ckp" "$stage" \
    || fail "what the engine holds after the restore differs from what was saved."
  echo "Every value that the engine holds now and the reports of the 100 worst paths are the same."
done
update=$(seconds_of save_route "full timing update")
restore=$(seconds_of restore_route "restore and reports")
awk -v update="$update" -v restore="$restore" 'BEGIN {
  printf "The engine needs %.3f s for its own full update of route with wires, ", update
  printf "restore and reports take %.3f s: %.0f%%.\n", restore, 100 * restore / update
}'

title "Edit, save, roll back, edit otherwise"
shell edit edit.tcl

title "What the store holds"
shell check check.tcl

printf '\ndemo.sh: done in %d s. The store is %s.\n' "$SECONDS" "build/demo/matrix_engine.ckp"
