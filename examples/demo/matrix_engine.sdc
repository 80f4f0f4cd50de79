# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Constraints of the demo design, common to all stages.

create_clock -name clk -period 6.5 [get_ports clk]
create_generated_clock -name clk_cfg -source [get_ports clk] -divide_by 2 \
  [get_pins u_cfg_clk_reg/Q]

set bus_inputs [get_ports {cfg_write cfg_address* cfg_write_data*}]
set stream_inputs [get_ports {reset in_valid* in_last* in_data* out_ready}]
set_input_delay 2.0 -clock clk_cfg $bus_inputs
set_input_delay 1.0 -clock clk $stream_inputs
set_driving_cell -lib_cell BUFX4 $bus_inputs
set_driving_cell -lib_cell BUFX4 $stream_inputs
set_input_transition 0.1 [get_ports clk]

set_output_delay 2.0 -clock clk_cfg [get_ports cfg_read_data*]
set_output_delay 1.0 -clock clk [get_ports {in_ready* out_valid out_data* out_crc*}]
set_load 0.08 [all_outputs]
