# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Save and restore against the engine's own full timing update, in one process, with wires on every net.
# Run by scripts/bench.sh, which sets the environment:
#   CKP_BENCH_NAME, CKP_BENCH_TOP    a name for the table, the top module
#   CKP_BENCH_LIBERTY, CKP_BENCH_NETLIST, CKP_BENCH_SDC
#   CKP_BENCH_SPEF                   two sets of wires; each round changes from one to the other
#   CKP_BENCH_DIRECTORY              where the store goes
#   CKP_BENCH_ROUNDS                 rounds; the table has medians

set sta_continue_on_error 0

proc seconds { script } {
  set start [clock microseconds]
  uplevel 1 $script
  return [expr { ([clock microseconds] - $start) / 1e6 }]
}

proc median { values } {
  set values [lsort -real $values]
  return [lindex $values [expr { [llength $values] / 2 }]]
}

proc spread { values } {
  set values [lsort -real $values]
  return [format "%.3f (%.3f-%.3f)" [median $values] [lindex $values 0] [lindex $values end]]
}

# Everything that a stage holds, from the beginning: delays, arrivals, required times.
proc full_update {} {
  sta::remove_delay_slew_annotations
  sta::arrivals_invalid
  sta::find_requireds
}

read_liberty $env(CKP_BENCH_LIBERTY)
read_verilog $env(CKP_BENCH_NETLIST)
link_design $env(CKP_BENCH_TOP)
if { [read_sdc $env(CKP_BENCH_SDC)] } { error "The constraints have errors." }

set store $env(CKP_BENCH_DIRECTORY)/$env(CKP_BENCH_NAME).ckp
set columns { update full delta same restore }
foreach column $columns { set times($column) {} }
set last ""
for { set round 0 } { $round < $env(CKP_BENCH_ROUNDS) } { incr round } {
  read_spef [lindex $env(CKP_BENCH_SPEF) [expr { $round % 2 }]]
  lappend times(update) [seconds full_update]
  lappend times(full) [seconds { save_timing_checkpoint full$round -store $store -full }]
  # All values moved: the other wires.
  if { $last ne "" } {
    lappend times(delta) [seconds {
      save_timing_checkpoint delta$round -store $store -base $last
    }]
  }
  lappend times(same) [seconds {
    save_timing_checkpoint same$round -store $store -base full$round
  }]
  # Over the timing of these wires; with the proof, which is the engine's search.
  if { $last ne "" } {
    lappend times(restore) [seconds { restore_timing_checkpoint $last -store $store }]
  }
  set last full$round
}

set row "| $env(CKP_BENCH_NAME) "
foreach column $columns { append row "| [spread $times($column)] " }
foreach column { full delta same restore } {
  append row [format "| %.1f%% " [expr { 100 * [median $times($column)] / [median $times(update)] }]]
}
set table [open $env(CKP_BENCH_DIRECTORY)/table.md a]
puts $table "$row|"
close $table
