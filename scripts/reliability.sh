#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# The long runs behind docs/reliability.md; the tests have short ones of the same. Each prints its figures.
# Those in the shell are in build/, which scripts/test.sh makes.
#
#   scripts/reliability.sh faults              fail every operation, crash at every instant
#   scripts/reliability.sh kill [N]            kill N saves of ckp_sta at random instants (default 500)
#   scripts/reliability.sh concurrency [S]     one writer and eight readers for S seconds (default 180)
#   scripts/reliability.sh schedules           locks inside a stage under schedules that a tool chooses
#   scripts/reliability.sh corruption          flip every bit of a small store, and read all values each time
#   scripts/reliability.sh fuzz [S [TARGET]]   run every fuzz target for S seconds (default 1800)
#   scripts/reliability.sh sanitize            C, C++ and Tcl tests with ASan, UBSan, LSan and injected panics
#   scripts/reliability.sh valgrind            the integration test of ckp_sta in valgrind
#   scripts/reliability.sh miri                the tests of unsafe code that Miri can run
#   scripts/reliability.sh all                 all of them
set -euo pipefail
cd "$(dirname "$0")/.."

kill_saves() {
  CKP_KILLS=${1:-500} ctest --test-dir build --no-tests=error --timeout 7200 -V -R '^tcl_kill$'
}

concurrency() {
  CKP_SECONDS=${1:-180} cargo test --locked --test concurrency -- --nocapture
}

# In a build of its own, for the library then has another lock. One column is decoded at a time: threads of rayon's
# pool cannot be scheduled, and take no locks then.
schedules() {
  RUSTFLAGS="--cfg ckp_schedules" CARGO_TARGET_DIR=build/schedules \
    cargo test --locked --test schedules -- --nocapture
}

# Every operation of every change of a store fails, reads too.
faults() {
  CKP_EXHAUSTIVE=1 cargo test --locked --test crash -- --nocapture
}

corruption() {
  CKP_EXHAUSTIVE=1 cargo test --locked --release --test corruption --test lies -- --nocapture
}

# The engine is Debian's library as it is: what it leaks is told in leaks.txt, and with one analysis type it reads
# memory that it never set, which is zero without the filling.
sanitize() {
  cmake -S . -B build_sanitize -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCKP_CARGO_PROFILE=dev -DCKP_SANITIZE=ON
  cmake --build build_sanitize
  ASAN_OPTIONS=max_malloc_fill_size=0 \
    LSAN_OPTIONS="suppressions=$PWD/tests/sanitizers/leaks.txt:print_suppressions=0" \
    ctest --test-dir build_sanitize --output-on-failure --no-tests=error -R '^(c|tcl)_' -E '^tcl_flow'
}

valgrind() {
  cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release
  cmake --build build
  ctest --test-dir build --output-on-failure --no-tests=error -R '^tcl_memory$'
}

# Miri runs no code in C and maps no files: what is left is the C ABI's handles and guard, and the parsers.
miri() {
  if ! cargo +nightly miri --version > /dev/null 2>&1; then
    echo "SKIPPED: miri (the component miri of a nightly toolchain is not installed)"
    return
  fi
  MIRIFLAGS=-Zmiri-disable-isolation cargo +nightly miri test --locked --lib -- \
    ffi:: format::header format::footer codec::numbers codec::shuffle
}

all() {
  faults
  kill_saves
  concurrency
  schedules
  corruption
  scripts/fuzz.sh
  sanitize
  valgrind
  miri
}

case ${1:-} in
  schedules) schedules ;;
  corruption) corruption ;;
  fuzz) scripts/fuzz.sh "${@:2}" ;;
  sanitize) sanitize ;;
  valgrind) valgrind ;;
  miri) miri ;;
  faults) faults ;;
  kill) kill_saves "${@:2}" ;;
  concurrency) concurrency "${@:2}" ;;
  all) all ;;
  *)
    sed -n 's/^# \{0,1\}//; 4,/^set/{/^set/d;p}' "$0" >&2
    exit 2
    ;;
esac
