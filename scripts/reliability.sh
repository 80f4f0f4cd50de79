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
#   scripts/reliability.sh all                 all of them
set -euo pipefail
cd "$(dirname "$0")/.."

kill_saves() {
  CKP_KILLS=${1:-500} ctest --test-dir build --no-tests=error --timeout 7200 -V -R '^tcl_kill$'
}

concurrency() {
  CKP_SECONDS=${1:-180} cargo test --locked --test concurrency -- --nocapture
}

# Every operation of every change of a store fails, reads too.
faults() {
  CKP_EXHAUSTIVE=1 cargo test --locked --test crash -- --nocapture
}

all() {
  faults
  kill_saves
  concurrency
}

case ${1:-} in
  faults) faults ;;
  kill) kill_saves "${@:2}" ;;
  concurrency) concurrency "${@:2}" ;;
  all) all ;;
  *)
    sed -n 's/^# \{0,1\}//; 4,/^set/{/^set/d;p}' "$0" >&2
    exit 2
    ;;
esac
