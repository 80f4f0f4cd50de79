# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# For tests that run in openroad, in an empty directory of their own. Environment beside that of
# tests/tcl/helpers.tcl:
#   CKP_MODULE    libckp_openroad.so

source $env(CKP_TESTS)/tcl/helpers.tcl

set flows [file normalize [file join $env(CKP_TESTS) .. .. shared flows]]

proc need_flows {} {
  if { ![file isdirectory $::flows] } {
    puts "skipped: ../shared/flows is not here"
    exit 0
  }
}

# Reads a stage of gcd. Without its database, that is what a restore brings with it, too.
proc load_gcd { stage { with_wires 1 } } {
  read_liberty [file join $::flows lib nangate45_typ.lib.gz]
  read_db [file join $::flows gcd $stage.odb.gz]
  read_sdc [file join $::flows gcd $stage.sdc]
  if { $with_wires } {
    read_spef [file join $::flows gcd $stage.spef.gz]
  }
}

# The module is a library that Tcl loads, as in a user's script.
proc load_module {} {
  load $::env(CKP_MODULE)
}

# Runs the body in an openroad of its own that has loaded the module.
proc new_openroad { import body } {
  uplevel 1 [list new_process $import "source \$env(CKP_TESTS)/openroad/helpers.tcl
load_module
$body"]
}

# Where the database has the instances, and of which cell they are.
proc placement {} {
  set lines {}
  foreach inst [[ord::get_db_block] getInsts] {
    lappend lines "[$inst getName] [[$inst getMaster] getName] [$inst getLocation]\
      [$inst getOrient] [$inst getPlacementStatus]"
  }
  return [join [lsort $lines] \n]
}
