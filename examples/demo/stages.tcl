# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Makes the stages of the demo flow from the synthesized netlist:
#   tclsh examples/demo/stages.tcl NETLIST DIRECTORY
# DIRECTORY receives STAGE.v, STAGE.sdc and, from placement on, STAGE.spef.
#
#   floorplan  no wires
#   place      estimated wires
#   cts        clock tree inserted, clocks propagated
#   route      every wire routed

set here [file dirname [file normalize [info script]]]
foreach part { netlist place cts wires } { source $here/$part.tcl }

lassign $argv source_netlist directory
set divider u_cfg_clk

# The constraints of a stage: the common ones, and those on the clock network.
proc write_sdc { file common clock_lines } {
  set stream [open $file w]
  puts -nonewline $stream $common
  foreach line $clock_lines { puts $stream $line }
  close $stream
}

set stream [open $here/matrix_engine.sdc]
set common [read $stream]
close $stream
# Uncertainty stands for the skew as long as there is no clock tree.
set ideal {
  "set_clock_uncertainty -setup 0.25 [get_clocks {clk clk_cfg}]"
  "set_clock_uncertainty -hold 0.05 [get_clocks {clk clk_cfg}]"
}
set propagated {
  "set_propagated_clock [get_clocks {clk clk_cfg}]"
  "set_clock_uncertainty -setup 0.10 [get_clocks {clk clk_cfg}]"
  "set_clock_uncertainty -hold 0.02 [get_clocks {clk clk_cfg}]"
}

netlist::read $source_netlist
foreach stage { floorplan place } { netlist::write $directory/$stage.v }
write_sdc $directory/floorplan.sdc $common $ideal

place::run
write_sdc $directory/place.sdc $common $ideal
wires::write $directory/place.spef place star [list clk $divider]

# The divider flip-flop takes its clock at the root.
set divider_inst [lindex $netlist::pin_inst [netlist::driver [netlist::net $divider]]]
cts::build $divider
cts::build clk [list [netlist::find_pin $divider_inst CLK]]
foreach stage { cts route } { netlist::write $directory/$stage.v }
write_sdc $directory/cts.sdc $common $propagated
wires::write $directory/cts.spef cts star

write_sdc $directory/route.sdc $common $propagated
wires::write $directory/route.spef route trunk

puts "[llength $netlist::inst_name] instances, [llength $netlist::net_name] nets"
