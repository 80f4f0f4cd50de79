# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Worst paths from the file are those of report_checks, line by line: every delay and time to the last
# digit, the clocks, the check.

source $env(CKP_TESTS)/tcl/helpers.tcl
source $env(CKP_TESTS)/tcl/path_reports.tcl
make_small_design
make_special_design

# In a process of its own, as the constraints add up.
proc check_design { load { commands {} } { scene "" } } {
  set text [new_process { load commands scene } {
    source $env(CKP_TESTS)/tcl/path_reports.tcl
    eval $load
    eval $commands
    file delete -force paths.ckp
    puts "compared [check_paths paths.ckp stage 1000 $scene]"
  }]
  regexp {compared (\d+)} $text - compared
  assert { $compared >= 10 } "paths: $compared"
}

test "the small design" {
  check_design load_small
}

test "with wires and propagated clocks" {
  check_design { load_small -spef place.spef } { set_propagated_clock [all_clocks] }
}

test "each scene" {
  foreach scene { slow fast } {
    check_design { load_small -corners 1 -spef place.spef } {} $scene
  }
}

set divided {
  create_generated_clock -name div -source [get_ports clk] -divide_by 2 [get_pins u_div/Q]
}

foreach { name commands } [list \
  "ideal clocks, latches, gates, loops, tristates, a pad" {} \
  "propagated clocks" { set_propagated_clock [all_clocks] } \
  "derates" {
    set_timing_derate -early 0.9
    set_timing_derate -late 1.1
    set_propagated_clock [all_clocks]
  } \
  "clock latency" {
    set_clock_latency -source -early 0.05 [get_clocks clk]
    set_clock_latency -source -late 0.12 [get_clocks clk]
    set_clock_latency -rise 0.3 [get_clocks clk2]
    set_clock_latency -fall 0.2 [get_clocks clk2]
  } \
  "latency at a pin of an ideal clock" { set_clock_latency 0.15 [get_pins u_capture/CK] } \
  "clock uncertainty" {
    set_clock_uncertainty -setup 0.05 [get_clocks clk]
    set_clock_uncertainty -hold 0.02 [get_clocks clk]
    set_clock_uncertainty -from clk -to clk2 0.1
  } \
  "generated clocks" "$divided; set_propagated_clock \[all_clocks\]" \
  "multicycle paths" {
    set_multicycle_path 2 -setup -to [get_pins u_capture/D]
    set_multicycle_path 1 -hold -to [get_pins u_capture/D]
  } \
  "limits of delay" {
    set_max_delay 0.3 -from [get_ports b] -to [get_pins u_capture/D]
    set_min_delay 0.1 -to [get_ports out2]
  } \
  "false paths and path groups" {
    set_false_path -through [get_pins u_x2/A]
    group_path -name inputs -from [get_ports {a b en}]
  } \
  "clock gating checks" { set_clock_gating_check -setup 0.04 -hold 0.03 } \
] {
  test "the special design: $name" {
    check_design load_special $commands
  }
}

test "filters give what the engine gives" {
  load_special
  set_propagated_clock [all_clocks]
  save_timing_checkpoint stage -store filters.ckp
  foreach { filter to } {
    { -to u_capture/D } u_capture/D
    { -through u_x2/Y } ""
    { -through u_x1/Y -to u_capture/D } u_capture/D
    { -from u_launch/CK -to u_capture/D } u_capture/D
  } {
    set pins {}
    foreach { key pin } $filter {
      lappend pins $key [get_pins $pin]
    }
    report_checks -path_delay max {*}$pins -digits $path_digits > engine.paths
    report_timing_checkpoint_path -store filters.ckp {*}$filter -digits $path_digits > ckp.paths
    set slack {(\S+)\s+slack}
    assert { [regexp $slack [read_text engine.paths] - engine] } "the engine has a path: $filter"
    assert { [regexp $slack [read_text ckp.paths] - ckp] } "the stage has a path: $filter"
    assert_equal $ckp $engine "slack of $filter"
  }
}

test "what is wrong is told" {
  set ask { report_timing_checkpoint_path -store filters.ckp }
  assert_error 0042 { {*}$ask -to u_captur/D } u_capture/D
  assert_error 0042 { {*}$ask -stage none } none
  assert_error 0042 { {*}$ask -scene none } none
  assert_error 0040 { {*}$ask -to u_x1/A } {no endpoint}
  assert_error 0017 { {*}$ask -path_delay both } both
  assert_error 0018 { {*}$ask -count many } many
  assert_error 0040 { {*}$ask -count 0 }
  assert_error 0010 { {*}$ask -format html } html
  assert_error 0008 { {*}$ask u_capture/D } {[-]to pins}
}

finish
