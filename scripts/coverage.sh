#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Line coverage: of the Rust crate by its own tests, of the C++ module by those in the shell, as far as it is
# compiled for the engine at hand. Fails below the shares given (default 95 and 90 percent).
# The compiler's LLVM and the tools that read its profiles must be of one major version.
#
#   scripts/coverage.sh [RUST [CPP]]
set -euo pipefail
cd "$(dirname "$0")/.."

rust_minimum=${1:-95}
cpp_minimum=${2:-90}
llvm=$(rustc -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')
packages=
command -v "llvm-cov-$llvm" > /dev/null || packages="llvm-$llvm"
command -v gcovr > /dev/null || packages="$packages gcovr"
if [ -n "$packages" ]; then
  apt-get update -qq
  # The list is split into words on purpose.
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages
fi
if ! cargo llvm-cov --version > /dev/null 2>&1; then
  cargo install --locked --version 0.9.1 cargo-llvm-cov
fi

export LLVM_COV="llvm-cov-$llvm" LLVM_PROFDATA="llvm-profdata-$llvm"
cargo llvm-cov --locked --summary-only --fail-under-lines "$rust_minimum"

# The package test builds a program of its own, without the counters.
cmake -S . -B build_coverage -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCKP_CARGO_PROFILE=dev -DCKP_COVERAGE=ON
cmake --build build_coverage
find build_coverage -name '*.gcda' -delete
ctest --test-dir build_coverage --output-on-failure --no-tests=error -R '^tcl_' -E '^tcl_flow'
gcovr --root . --filter cpp/ --exclude-unreachable-branches --fail-under-line "$cpp_minimum" build_coverage
