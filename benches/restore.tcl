# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# The stage `base` in a new process that reads no wires, up to where the shell answers, and the first report.
# Run by scripts/bench.sh with the environment of benches/laps.tcl, and CKP_BENCH_PROOF: yes or no.

source benches/laps.tcl

set options [list -store $env(CKP_BENCH_STORE)]
set figure restore
if { $env(CKP_BENCH_PROOF) eq "no" } {
  lappend options -no_proof
  set figure restore_no_proof
}
read_design
set seconds [lap $figure { restore_timing_checkpoint base {*}$options }]
set report [lap ${figure}_first_report { report_checks > $env(CKP_BENCH_WORK)/restored.txt }]
note seconds ${figure}_report [expr { $seconds + $report }]
close $laps
