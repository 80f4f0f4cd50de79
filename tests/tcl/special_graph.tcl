# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# What a timing graph has beside gates and registers, restored bit for bit in a new process; later
# edits are timed as without a checkpoint.

source $env(CKP_TESTS)/tcl/helpers.tcl
make_special_design

# The names of what reports say, which the special design has to have for a test to mean something.
proc assert_in_reports { pattern } {
  assert_match $pattern [read_text state.report]
}

test "latches" {
  check_special { set_propagated_clock [get_clocks clk] } {} { replace_cell u_l1 XOR2_X2 }
  assert_in_reports {u_l0/D \(LATCH_X1\)}
}

test "latches that borrow time" {
  check_special { create_clock -name clk -period 0.45 [get_ports clk] } {} {
    replace_cell u_l2 NAND2_X2
  }
  assert_in_reports {time borrowed from endpoint}
}

test "a limit of time borrowing" {
  check_special {
    create_clock -name clk -period 0.45 [get_ports clk]
    set_max_time_borrow 0.01 [get_pins u_l3/D]
  } {} {
    set_max_time_borrow 0.03 [get_pins u_l3/D]
  }
}

test "case analysis" {
  check_special {
    set_case_analysis 1 [get_ports sel]
    set_case_analysis 0 [get_pins u_t0/EN]
  }
}

test "case analysis that is taken away after the restore" {
  check_special { set_case_analysis 0 [get_ports sel] } {} { unset_case_analysis [get_ports sel] }
}

test "logic constants of the netlist" {
  set netlist [string map { "u_x2 (.A(x1)" "u_x2 (.A(1'b1)" } [read_text special.v]]
  write_bytes constant.v $netlist
  assert { $netlist ne [read_text special.v] } "a constant"
  check_state { load_special -netlist constant.v } {} { resize; replace_cell u_x2 NAND2_X2 }
}

test "disabled arcs" {
  check_special {
    set_disable_timing u_x1 -from A -to Y
    set_disable_timing [get_pins u_l4/A]
    set_disable_timing [get_lib_cells small_slow/MUX2_X1] -from B -to Y
  }
}

test "disabled arcs that are enabled after the restore" {
  check_special { set_disable_timing u_x1 -from A -to Y } {} {
    unset_disable_timing u_x1 -from A -to Y
  }
}

test "combinational loops" {
  check_state load_special {} { resize; replace_cell u_ring2 INV_X2; replace_cell u_set NAND2_X2 }
}

test "combinational loops broken dynamically" {
  check_state { set ::sta_dynamic_loop_breaking 1; load_special } {} {
    resize
    replace_cell u_ring2 INV_X2
  }
}

test "a loop that is opened after the restore" {
  check_state load_special {} { resize; set_disable_timing u_ring1 -from B -to Y }
}

test "bidirectional pins" {
  check_special { set_input_delay 0.1 -clock clk [get_ports pad] } {} {
    set_load 0.3 [get_ports pad]
  }
  assert_in_reports {u_pad/PAD \(PAD_X1\)}
}

test "bidirectional pins with paths through nets and instances" {
  check_state {
    set ::sta_bidirect_net_paths_enabled 1
    set ::sta_bidirect_inst_paths_enabled 1
    load_special
    set_input_delay 0.1 -clock clk [get_ports pad]
  } {} {
    resize
    set_load 0.3 [get_ports pad]
  }
}

test "tristate buffers on one net" {
  check_state load_special {} { resize; replace_cell u_t0 TBUF_X2 }
  assert_in_reports {u_t1/Y \(TBUF_X2\)}
}

test "asynchronous preset and clear" {
  check_state {
    set ::sta_preset_clear_arcs_enabled 1
    load_special
    set_input_delay 0.2 -clock clk [get_ports rst_n]
  } {} resize
  assert_in_reports {recovery}
}

test "unconstrained pins" {
  check_state load_special {} { replace_cell u_free BUF_X2 }
  check_state load_special {} { resize; set_input_delay 0.1 -clock clk [get_ports free] }
}

test "no clock at all" {
  check_state { load_special -sdc {} } {} resize
}

test "a cell without a library is a black box" {
  make_special box.v 1
  check_state { load_special -netlist box.v } {} { resize; set_load 0.05 [get_ports box_out] }
}

finish
