# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# The 200 worst paths of every stage of the designs in ../shared/flows, where that directory is, setup and
# hold: from the file they are those of report_checks, to the last digit.

source $env(CKP_TESTS)/tcl/helpers.tcl
source $env(CKP_TESTS)/tcl/flow_stages.tcl
source $env(CKP_TESTS)/tcl/path_reports.tcl

foreach design { gcd aes } {
  set base ""
  foreach netlist [lsort [glob -directory [file join $flows $design] *.v.gz]] {
    set stage [file rootname [file rootname [file tail $netlist]]]
    lassign [stage_scripts $flows $design $stage] load wires
    test "$design $stage, paths" {
      set store $design.ckp
      set options [expr { $base eq "" ? "-full" : "-base $base" }]
      set text [new_process { store stage load wires options } {
        source $env(CKP_TESTS)/tcl/path_reports.tcl
        eval $load
        eval $wires
        puts "compared [check_paths $store $stage 200 {} $options]"
      }]
      regexp {compared (\d+)} $text - compared
      puts "  $compared paths"
      assert { $compared >= 106 } "setup and hold paths: $compared"
    }
    set base $stage
    file delete ${design}_$stage.v ${design}_$stage.spef
  }
}

finish
