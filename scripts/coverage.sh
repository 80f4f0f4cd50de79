#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Line coverage of the Rust crate by its own tests. Fails below the share given (default 90 percent).
# The compiler's LLVM and the tools that read its profiles must be of one major version.
set -euo pipefail
cd "$(dirname "$0")/.."

minimum=${1:-90}
llvm=$(rustc -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')
if ! command -v "llvm-cov-$llvm" > /dev/null; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "llvm-$llvm"
fi
if ! cargo llvm-cov --version > /dev/null 2>&1; then
  cargo install --locked --version 0.9.1 cargo-llvm-cov
fi
export LLVM_COV="llvm-cov-$llvm" LLVM_PROFDATA="llvm-profdata-$llvm"
cargo llvm-cov --locked --summary-only --fail-under-lines "$minimum"
