# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Exceptions, delays at ports, derates and loads, restored bit for bit in a new process; later edits
# are timed as without a checkpoint.

source $env(CKP_TESTS)/tcl/helpers.tcl
make_special_design

test "false paths" {
  check_special {
    set_false_path -from [get_ports a]
    set_false_path -hold -through [get_pins u_x1/Y] -to [get_pins u_capture/D]
  } {} {
    unset_path_exceptions -from [get_ports a]
  }
}

test "multicycle paths" {
  check_special {
    set_multicycle_path 2 -setup -to [get_pins u_capture/D]
    set_multicycle_path 1 -hold -end -to [get_pins u_capture/D]
    set_multicycle_path 3 -setup -start -from [get_clocks clk] -to [get_clocks clk2]
  } {} {
    set_multicycle_path 2 -setup -to [get_pins u_t_reg/D]
  }
}

test "minimum and maximum delays" {
  check_special {
    set_max_delay 0.4 -from [get_pins u_launch/CK] -to [get_pins u_capture/D]
    set_min_delay 0.3 -to [get_ports out2]
    set_max_delay 0.2 -ignore_clock_latency -from [get_ports b] -to [get_pins u_loop_reg/D]
  }
}

test "path groups" {
  check_special {
    group_path -name capture -to [get_pins u_capture/D]
    group_path -name inputs -from [get_ports {a b}]
  }
}

test "input and output delays" {
  check_special {
    set_input_delay -max -rise 0.3 -clock clk [get_ports a]
    set_input_delay -min -fall 0.02 -clock clk [get_ports a]
    set_input_delay 0.25 -clock clk2 -add_delay [get_ports b]
    set_input_delay 0.2 -clock clk -clock_fall [get_ports en]
    set_output_delay -max 0.4 -clock clk -add_delay [get_ports out]
    set_output_delay -min -0.1 -clock clk2 -add_delay [get_ports out2]
  } {} {
    set_input_delay 0.15 -rise -clock clk [get_ports a]
  }
}

test "derates of everything" {
  check_special { set_timing_derate -early 0.9; set_timing_derate -late 1.1 } {} {
    set_timing_derate -late 1.2
  }
}

test "derates of clocks, data, nets, cells, checks and single instances" {
  check_special {
    set_propagated_clock [get_clocks clk]
    set_timing_derate -early -clock -cell_delay 0.92
    set_timing_derate -late -data -net_delay 1.13
    set_timing_derate -late -cell_check 1.07
    set_timing_derate -late -rise -cell_delay 1.2 [get_cells u_x2]
    set_timing_derate -early -cell_delay 0.8 [get_lib_cells small_slow/INV_X1]
  } {} {
    set_timing_derate -early -cell_delay 0.85 [get_cells u_x1]
  }
}

test "loads, resistances and drivers" {
  check_special {
    set_load 0.07 [get_ports out]
    set_load 0.03 [get_nets x1]
    set_resistance 0.1 [get_nets x2]
    set_driving_cell -lib_cell INV_X1 -pin Y [get_ports b]
    set_drive 1.5 [get_ports en]
    set_port_fanout_number 3 [get_ports out2]
  } {} {
    set_load 0.02 [get_ports out]
    set_driving_cell -lib_cell INV_X2 -pin Y [get_ports b]
  }
}

test "transition at inputs" {
  check_special {
    set_input_transition -rise 0.2 [get_ports a]
    set_input_transition -min 0.01 [get_ports b]
  } {} {
    set_input_transition 0.1 [get_ports a]
  }
}

test "minimum pulse widths and limits" {
  check_state {
    load_special
    set_min_pulse_width -high 0.5 [get_clocks clk]
    set_max_transition 0.01 [current_design]
    set_max_capacitance 0.001 [get_ports out]
  } {} resize
}

foreach type { single bc_wc on_chip_variation } {
  test "analysis type $type" {
    check_state "load_special
      set_operating_conditions -analysis_type $type
      set_timing_derate -early 0.9
      set_timing_derate -late 1.1" {} resize
  }
}

finish
