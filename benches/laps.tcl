# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# What benches/engine.tcl and benches/restore.tcl measure, as lines for `suite`: unit, figure, value. The
# environment:
#   CKP_BENCH_DESIGN                 files DESIGN.v, DESIGN.sdc, DESIGN.1.spef, DESIGN.2.spef
#   CKP_BENCH_LIBERTY, CKP_BENCH_STORE
#   CKP_BENCH_WORK                   a directory for reports
#   CKP_BENCH_LAPS                   gets the lines

set sta_continue_on_error 0
set laps [open $env(CKP_BENCH_LAPS) a]

proc note { unit figure value } {
  puts $::laps "$unit $figure $value"
  flush $::laps
}

# Run the script in the caller's scope, and note its seconds.
proc lap { figure script } {
  set start [clock microseconds]
  uplevel 1 $script
  set seconds [expr { ([clock microseconds] - $start) / 1e6 }]
  note seconds $figure $seconds
  return $seconds
}

proc read_design {} {
  global env
  read_liberty $env(CKP_BENCH_LIBERTY)
  read_verilog $env(CKP_BENCH_DESIGN).v
  link_design top
  if { [read_sdc $env(CKP_BENCH_DESIGN).sdc] } { error "The constraints have errors." }
}

# A number of this process in the files of Linux, in bytes.
proc memory { field } {
  set file [open /proc/self/status]
  set found [regexp "$field:\\s+(\\d+) kB" [read $file] -> kibibytes]
  close $file
  if { !$found } { error "/proc/self/status has no $field." }
  return [expr { 1024 * $kibibytes }]
}

# Lower the recorded peak of memory to what the process holds now.
proc forget_peak {} {
  set file [open /proc/self/clear_refs w]
  puts $file 5
  close $file
}
