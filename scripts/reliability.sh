#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# The long runs behind docs/reliability.md; the tests have short ones of the same. Each prints its figures.
#
#   scripts/reliability.sh kill [N]            kill N saves of ckp_sta at random instants (default 500)
#   scripts/reliability.sh concurrency [S]     one writer and eight readers for S seconds (default 180)
#   scripts/reliability.sh sanitize            C, C++ and Tcl tests with ASan, UBSan, LSan and injected panics
#   scripts/reliability.sh valgrind            the integration test of ckp_sta in valgrind
#   scripts/reliability.sh all                 all of them
set -euo pipefail
cd "$(dirname "$0")/.."

kill_saves() {
  cargo build --locked --release
  CKP_KILLS=${1:-500} tests/kill.sh build/bin/ckp_sta
}

concurrency() {
  CKP_SECONDS=${1:-180} cargo test --locked --release --test concurrency -- --nocapture
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

all() {
  kill_saves
  concurrency
  sanitize
  valgrind
}

case ${1:-} in
  kill) kill_saves "${@:2}" ;;
  concurrency) concurrency "${@:2}" ;;
  sanitize) sanitize ;;
  valgrind) valgrind ;;
  all) all ;;
  *)
    sed -n 's/^# \{0,1\}//; 4,/^set/{/^set/d;p}' "$0" >&2
    exit 2
    ;;
esac
