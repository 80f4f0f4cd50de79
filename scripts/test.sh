#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Every check and every test, from a fresh clone: installs what is missing, builds into build/, and stops
# at the first failure.
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf '\n== %s\n' "$*"; }

step "Set up"
scripts/setup.sh

step "Rust: format, lints"
cargo fmt --check
cargo clippy --locked --all-targets -- -D warnings

step "C++ and C: format"
git ls-files -co --exclude-standard 'cpp/*.h' 'cpp/*.cpp' 'tests/c/*.[ch]' 'tests/c/*.cpp' \
  'tests/package/*.c' 'tests/package/*.cpp' \
  | xargs clang-format-16 --dry-run -Werror

step "Rust: tests, header and documents, and the lines that they run"
scripts/coverage.sh rust

step "Build, to count lines"
cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release -DCKP_COVERAGE=ON
cmake --build build

# A program outside of this build cannot link a module that counts.
step "C, C++ and Tcl: tests, and the lines that they run"
find build -name '*.gcda' -delete
ctest --test-dir build -j "$(nproc)" --output-on-failure --no-tests=error -E '^package$'
scripts/coverage.sh cpp

step "Build, and the installed package"
cmake -S . -B build -DCKP_COVERAGE=OFF
cmake --build build
ctest --test-dir build --output-on-failure --no-tests=error -R '^package$'

step "Demo"
scripts/demo.sh

step "All checks passed"
