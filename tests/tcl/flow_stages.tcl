# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# The designs in ../shared/flows, where that directory is; ends the script where it is not.

set flows [file normalize [file join $env(CKP_TESTS) .. .. shared flows]]
if { ![file isdirectory $flows] } {
  puts "skipped: ../shared/flows is not here"
  exit 0
}

# Unpacks one stage of a design, because the engine reads no compressed files; returns the script
# that loads it, and the one that reads wires.
proc stage_scripts { flows design stage } {
  # The engine's source runs files at the global level.
  global top libs
  source [file join $flows $design design.tcl]
  set from [file join $flows $design $stage]
  set to ${design}_$stage
  unpack $from.v.gz $to.v
  set load {}
  foreach lib $libs {
    set library [file rootname $lib]
    if { ![file exists $library] } {
      unpack [file join $flows lib $lib] $library
    }
    lappend load [list read_liberty $library]
  }
  lappend load [list read_verilog $to.v] [list link_design $top] [list read_sdc $from.sdc]
  set wires {}
  if { [file exists $from.spef.gz] } {
    unpack $from.spef.gz $to.spef
    set wires [list read_spef $to.spef]
  }
  return [list [join $load \n] $wires]
}
