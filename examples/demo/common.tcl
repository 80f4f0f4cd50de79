# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# What the steps of the demo share. The environment tells where things are:
#   CKP_DEMO_SCRIPTS    this directory; the engine does not tell a script its file
#   CKP_DEMO_LIBERTY    liberty file
#   CKP_DEMO_DIRECTORY  netlist, constraints and wires of the stages; the store

set demo_directory $env(CKP_DEMO_DIRECTORY)
set_timing_checkpoint_store $demo_directory/matrix_engine.ckp

# Read a stage as a flow does at the start of a step, wires optional.
proc load_stage { stage wires } {
  global env
  global demo_directory
  read_liberty $env(CKP_DEMO_LIBERTY)
  read_verilog $demo_directory/$stage.v
  link_design matrix_engine
  # Errors in the constraints are printed and counted, not raised.
  if { [read_sdc $demo_directory/$stage.sdc] } { error "The constraints of $stage have errors." }
  set spef $demo_directory/$stage.spef
  if { $wires eq "with_wires" && [file exists $spef] } { read_spef $spef }
}

# Seconds of wall time that a script takes in the caller's context.
proc seconds { script } {
  set start [clock microseconds]
  uplevel 1 $script
  return [expr { ([clock microseconds] - $start) / 1e6 }]
}

# Reading these makes the engine bring every slack up to date. It adds up the
# total in the order of addresses, so its last digits depend on the process.
proc report_slack { } {
  report_worst_slack -digits 6
  report_tns -digits 3
}

# The worst paths in full, for comparison. Without loads: they are a property of
# the wires, which a restored process need not have.
proc write_paths { name } {
  global demo_directory
  report_checks -path_delay max -group_count 100 -fields {slew input_pin} \
    -format full_clock_expanded -digits 6 > $demo_directory/$name.paths
}
