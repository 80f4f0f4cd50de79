# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Clocks of every kind, restored bit for bit in a new process; later edits are timed as without a
# checkpoint.

source $env(CKP_TESTS)/tcl/helpers.tcl
make_special_design

set derates { set_timing_derate -early 0.9; set_timing_derate -late 1.1 }
set divided {
  create_generated_clock -name div -source [get_ports clk] -divide_by 2 [get_pins u_div/Q]
}

test "ideal clocks" {
  check_state load_special {} resize
}

test "ideal clocks that become propagated after the restore" {
  check_state load_special {} { set_propagated_clock [get_clocks clk]; resize }
}

test "propagated clocks" {
  check_special { set_propagated_clock [all_clocks] }
}

test "one propagated clock among ideal ones" {
  check_special { set_propagated_clock [get_clocks clk2] } {} {
    unset_propagated_clock [get_clocks clk2]
  }
}

test "clock latency" {
  check_special {
    set_clock_latency -source -early 0.05 [get_clocks clk]
    set_clock_latency -source -late 0.12 [get_clocks clk]
    set_clock_latency -rise 0.3 [get_clocks clk2]
    set_clock_latency -fall 0.2 [get_clocks clk2]
  } {} {
    set_clock_latency -source -late 0.2 [get_clocks clk]
  }
}

test "latency at a pin of an ideal clock" {
  check_special { set_clock_latency 0.15 [get_pins u_capture/CK] }
}

test "clock transition" {
  check_special { set_clock_transition 0.08 [get_clocks clk] } {} {
    set_clock_transition 0.02 [get_clocks clk]
  }
}

test "clock uncertainty" {
  check_special {
    set_clock_uncertainty -setup 0.05 [get_clocks clk]
    set_clock_uncertainty -hold 0.02 [get_clocks clk]
    set_clock_uncertainty -from clk -to clk2 0.1
    set_clock_uncertainty 0.03 [get_pins u_slow/CK]
  } {} {
    set_clock_uncertainty -setup 0.08 [get_clocks clk]
  }
}

test "generated clocks, ideal" {
  check_special $divided
}

test "generated clocks, propagated" {
  check_special "$divided; set_propagated_clock \[all_clocks\]"
}

test "generated clocks of generated clocks, inverted and multiplied" {
  check_special "$divided
    create_generated_clock -name inv -source \[get_pins u_div/Q\] -invert -divide_by 1 \
      -master_clock div -add \[get_pins u_slow/CK\]
    create_generated_clock -name fast -source \[get_ports clk\] -multiply_by 2 \[get_pins u_ck3/Y\]
    set_propagated_clock \[get_clocks {clk div fast}\]"
}

test "a virtual clock" {
  check_special {
    create_clock -name io -period 1.1
    set_output_delay 0.2 -clock io [get_ports out2]
  }
}

test "clocks that never meet" {
  check_special { set_clock_groups -name apart -asynchronous -group clk -group clk2 }
}

test "clock gating checks" {
  check_special { set_clock_gating_check -setup 0.1 -hold 0.05 [get_cells u_gate2] }
}

test "CRPR on" {
  check_special "set_propagated_clock \[all_clocks\]; $derates"
}

test "CRPR off" {
  check_special "set ::sta_crpr_enabled 0; set_propagated_clock \[all_clocks\]; $derates"
}

test "CRPR of same transitions only" {
  check_special "set ::sta_crpr_mode same_transition; set_propagated_clock \[all_clocks\]; $derates"
}

test "a stage with CRPR is no stage without" {
  set state "set_propagated_clock \[all_clocks\]; $derates"
  new_process state {
    load_special
    eval $state
    save_timing_checkpoint with -store crpr.ckp
    set ::sta_crpr_enabled 0
    save_timing_checkpoint without -store crpr.ckp
  }
  foreach { stage other } { with 0 without 1 } {
    new_process { state stage other } {
      load_special
      eval $state
      set ::sta_crpr_enabled $other
      assert_refused 0025 crpr.ckp { restore_timing_checkpoint $stage -store crpr.ckp }
      set ::sta_crpr_enabled [expr { !$other }]
      restore_timing_checkpoint $stage -store crpr.ckp
    }
  }
}

finish
