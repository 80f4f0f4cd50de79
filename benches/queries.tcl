# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Time one stage of a large design, ask the engine what scripts/bench_queries.sh asks the store, and save the
# stage, with local edits behind it. The environment:
#   CKP_BENCH_LIBERTY, CKP_BENCH_NETLIST, CKP_BENCH_SDC, CKP_BENCH_SPEF
#   CKP_BENCH_STORE, CKP_BENCH_STAGE
#   CKP_BENCH_EDITS                  stages behind this one, each with ten other buffers
#   CKP_BENCH_LAPS                   gets lines of words and seconds

set sta_continue_on_error 0
set laps [open $env(CKP_BENCH_LAPS) a]

# Run the script in the caller's scope, and note its seconds.
proc lap { what script } {
  global env laps
  set start [clock microseconds]
  uplevel 1 $script
  puts $laps [format "%s %s %.3f" $env(CKP_BENCH_STAGE) $what [expr { ([clock microseconds] - $start) / 1e6 }]]
  flush $laps
}

lap read {
  read_liberty $env(CKP_BENCH_LIBERTY)
  read_verilog $env(CKP_BENCH_NETLIST)
  link_design top
  if { [read_sdc $env(CKP_BENCH_SDC)] } { error "The constraints have errors." }
}
lap wires { read_spef $env(CKP_BENCH_SPEF) }
lap update { sta::find_requireds }
lap endpoints {
  with_output_to_variable answer {
    report_worst_slack
    report_tns
    report_checks -endpoint_count 100
  }
}
lap save { save_timing_checkpoint $env(CKP_BENCH_STAGE) -store $env(CKP_BENCH_STORE) }
for { set edit 1 } { $edit <= $env(CKP_BENCH_EDITS) } { incr edit } {
  foreach buffer [lrange [get_cells u$edit/wire*] 0 9] {
    set cell [get_property $buffer ref_name]
    replace_cell $buffer [expr { $cell eq "BUF_X4" ? "BUF_X2" : "BUF_X4" }]
  }
  lap edit {
    save_timing_checkpoint edit_$edit -store $env(CKP_BENCH_STORE)
  }
}
close $laps
