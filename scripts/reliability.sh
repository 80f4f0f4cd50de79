#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# The long runs behind docs/reliability.md; the tests have short ones of the same. Each prints its figures.
#
#   scripts/reliability.sh kill [N]            kill N saves of ckp_sta at random instants (default 500)
#   scripts/reliability.sh concurrency [S]     one writer and eight readers for S seconds (default 180)
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

all() {
  kill_saves
  concurrency
}

case ${1:-} in
  kill) kill_saves "${@:2}" ;;
  concurrency) concurrency "${@:2}" ;;
  all) all ;;
  *)
    sed -n 's/^# \{0,1\}//; 4,/^set/{/^set/d;p}' "$0" >&2
    exit 2
    ;;
esac
