# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Clocks in stages: what the constraints make of them, ideal or propagated, generated, virtual, and which one
# captures the endpoints of a path group.

source $env(CKP_TESTS)/tcl/helpers.tcl
make_special_design

# The lines of `ckp show` about clocks, by name.
proc shown_clocks { stage } {
  global env
  set text [exec $env(CKP_COMMAND) show clocks.ckp $stage]
  set clocks [dict create]
  foreach { - name what } [regexp -all -inline -line {^clock\s+(.*?): (.*)$} $text] {
    dict set clocks $name $what
  }
  return $clocks
}

load_special
set_timing_checkpoint_store clocks.ckp

test "ideal clocks at ports" {
  save_timing_checkpoint ideal
  set clocks [shown_clocks ideal]
  assert_equal [dict keys $clocks] [list clk clk2] "names, sorted"
  assert_equal [dict get $clocks clk] \
    "period 900.0ps, rises at 0.0ps, falls at 450.0ps, ideal, at clk" clk
}

test "propagated, generated and virtual clocks" {
  create_clock -name io -period 2 -waveform { 0.5 1.25 }
  create_generated_clock -name div -source [get_ports clk] -divide_by 2 [get_pins u_div/Q]
  set_propagated_clock [get_clocks { clk div }]
  save_timing_checkpoint all
  set clocks [shown_clocks all]
  assert_equal [dict keys $clocks] [list clk clk2 div io] "names"
  assert_match {ideal, at clk2$} [dict get $clocks clk2]
  assert_match {propagated, at clk$} [dict get $clocks clk]
  assert_equal [dict get $clocks div] \
    "period 1800.0ps, rises at 0.0ps, falls at 900.0ps, propagated, made of clk, at u_div/Q" div
  assert_equal [dict get $clocks io] \
    "period 2000.0ps, rises at 500.0ps, falls at 1250.0ps, ideal, virtual" io
}

# Sums of endpoints by clock, of the later stage, for setup.
proc endpoints_of_clocks { from to } {
  global env
  set csv [exec $env(CKP_COMMAND) diff clocks.ckp $from $to --quick --depth 0 --format csv]
  set counts [dict create]
  foreach { - clock group count } [regexp -all -inline -line \
    {^slacks,,[^,]*,max,([^,]*),([^,]*),endpoints,[^,]*,(\d+),} $csv] {
    dict set counts "$clock|$group" $count
  }
  return $counts
}

test "endpoints are captured by the same clocks in another path group" {
  group_path -name mine -to [get_pins { u_slow/D u_capture/D }]
  save_timing_checkpoint grouped
  set before [endpoints_of_clocks grouped all]
  set after [endpoints_of_clocks all grouped]
  # One of them is captured by div, one by clk.
  assert_equal [dict get $after |mine] 2 "endpoints of the group"
  assert { [dict get $before |clk] > [dict get $after |clk] } "fewer in the clock's own group"
  foreach clock { clk div } {
    assert_equal [dict get $after $clock|] [dict get $before $clock|] "endpoints that $clock captures"
  }
}

finish
