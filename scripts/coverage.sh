#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Line coverage, printed by file. Fails below a share of all lines: of the Rust crate 95, of the C++ module 90 percent.
#
#   scripts/coverage.sh rust    run the tests of the crate, and count what they run
#   scripts/coverage.sh cpp     count what ran of the module in build/ since it was built with -DCKP_COVERAGE=ON:
#                               what is compiled for the engine at hand
#
# The compiler's LLVM and the tools that read its profiles must be of one major version.
set -euo pipefail
cd "$(dirname "$0")/.."

install() {
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$1"
}

rust() {
  llvm=$(rustc -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')
  command -v "llvm-cov-$llvm" > /dev/null || install "llvm-$llvm"
  cargo llvm-cov --version > /dev/null 2>&1 || cargo install --locked --version 0.9.1 cargo-llvm-cov
  LLVM_COV=llvm-cov-$llvm LLVM_PROFDATA=llvm-profdata-$llvm \
    cargo llvm-cov --locked --summary-only --fail-under-lines 95
}

cpp() {
  command -v gcovr > /dev/null || install gcovr
  gcovr --root . --filter cpp/ --exclude-unreachable-branches --fail-under-line 90 build
}

case ${1:-} in
  rust) rust ;;
  cpp) cpp ;;
  *)
    sed -n 's/^# \{0,1\}//; 4,/^set/{/^set/d;p}' "$0" >&2
    exit 2
    ;;
esac
