# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Saves beside the engine's own full timing update, in one process. Run by scripts/bench.sh with the
# environment of benches/laps.tcl, and CKP_BENCH_ROUNDS.
#
# The stage `base` has the first set of wires. A round reads the second, updates all, saves a delta of the base
# in which all values changed, edits a hundred cells, saves, takes the edit back, and restores the base.

source benches/laps.tcl
source benches/edits.tcl

# Everything that a stage holds, from the beginning: delays, arrivals, required times.
proc full_update {} {
  sta::remove_delay_slew_annotations
  sta::arrivals_invalid
  sta::find_requireds
}

# Save, and note its seconds, those in engine and store, what it adds to the memory of the process at its peak,
# and what the process keeps of it.
proc save { figure stage args } {
  set answer_file $::env(CKP_BENCH_WORK)/save.json
  forget_peak
  set before [memory VmRSS]
  lap $figure {
    save_timing_checkpoint $stage -store $::env(CKP_BENCH_STORE) {*}$args -format json > $answer_file
  }
  note bytes ${figure}_peak [expr { max(0, [memory VmHWM] - $before) }]
  note bytes ${figure}_kept [expr { [memory VmRSS] - $before }]
  set file [open $answer_file]
  set answer [read $file]
  close $file
  foreach part { engine store } {
    if { ![regexp "\"${part}_seconds\": (\[0-9.e-\]+)" $answer -> seconds] } {
      error "The save does not tell its seconds: $answer"
    }
    note seconds ${figure}_$part $seconds
  }
}

lap read { read_design }
lap first_read_spef { read_spef $env(CKP_BENCH_DESIGN).1.spef }
lap first_update { sta::find_requireds }
report_checks > $env(CKP_BENCH_WORK)/base.txt
note bytes engine [memory VmRSS]
save save_first base -full
for { set round 0 } { $round < $env(CKP_BENCH_ROUNDS) } { incr round } {
  set seconds [lap read_spef { read_spef $env(CKP_BENCH_DESIGN).2.spef }]
  set seconds [expr { $seconds + [lap full_update { full_update }] }]
  set seconds [expr { $seconds + [lap report { report_checks > $env(CKP_BENCH_WORK)/report.txt }] }]
  note seconds read_spef_update_report $seconds
  save save_delta delta$round -base base
  if { [info commands write_sdf] eq "" } {
    note missing write_sdf "not in this engine"
  } else {
    lap write_sdf { write_sdf $env(CKP_BENCH_WORK)/top.sdf }
    note bytes write_sdf [file size $env(CKP_BENCH_WORK)/top.sdf]
  }
  lap report_text { report_checks -endpoint_count 1000 > $env(CKP_BENCH_WORK)/paths.txt }
  note bytes report_text [file size $env(CKP_BENCH_WORK)/paths.txt]

  set gates [gates_before_registers 100]
  foreach { gate from to } $gates { replace_cell $gate $to }
  lap local_update { sta::find_requireds }
  save save_local local$round
  foreach { gate from to } $gates { replace_cell $gate $from }
  # Over the timing of these wires; with the proof, which is the engine's search.
  lap restore_live { restore_timing_checkpoint base -store $env(CKP_BENCH_STORE) }
  save save_full full$round -full
}
close $laps
