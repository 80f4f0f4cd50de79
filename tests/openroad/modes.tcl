# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# The whole design with two modes, of other constraints, and two scenes, of other liberty and wires.

source $env(CKP_TESTS)/openroad/helpers.tcl
need_flows

proc read_libraries {} {
  foreach corner { slow fast } {
    read_liberty [file join $::flows lib nangate45_$corner.lib.gz]
  }
}

# What a process that restores has to do itself. The modes have to be there before their scenes.
proc define_scenes { args } {
  foreach mode { func test } {
    set_mode $mode
  }
  define_scene late -mode func -liberty NangateOpenCellLibrary_slow {*}[lindex $args 0]
  define_scene early -mode test -liberty NangateOpenCellLibrary_fast {*}[lindex $args 1]
}

# Another clock period for the second mode.
proc make_test_constraints {} {
  set sdc [read_text [file join $::flows gcd 5_cts.sdc]]
  set changed [regsub {(create_clock .*-period )([0-9.]+)} $sdc {\10.91}]
  assert { $changed ne $sdc } "another period"
  write_bytes test.sdc $changed
}

proc load_design {} {
  read_libraries
  read_db [file join $::flows gcd 5_cts.odb.gz]
  set_mode func
  read_sdc [file join $::flows gcd 5_cts.sdc]
  set_mode test
  read_sdc test.sdc
  read_spef -name placed [file join $::flows gcd 5_cts.spef.gz]
  # Those of the stage before: nets that the clock tree brought have none.
  read_spef -name earlier [file join $::flows gcd 4_place_detailed.spef.gz]
  define_scenes { -spef placed } { -spef earlier }
}

proc edit {} {
  foreach inst [[ord::get_db_block] getInsts] {
    if { [[$inst getMaster] getName] eq "NAND2_X1" } {
      replace_cell [$inst getName] NAND2_X2
      break
    }
  }
}

proc scene_reports {} {
  set text ""
  foreach scene { late early } {
    report_checks -scenes $scene -group_count 20 -fields { slew cap } -digits 9 > report.txt
    append text [read_text report.txt]
  }
  return $text
}

set procedures ""
foreach name { read_libraries define_scenes load_design edit scene_reports } {
  append procedures [list proc $name [info args $name] [info body $name]] "\n"
}

test "modes and scenes are saved with the design" {
  make_test_constraints
  new_openroad { flows procedures } {
    eval $procedures
    load_design
    save_timing_checkpoint all -store modes.ckp -with_design
    set report [scene_reports]
    assert { [regexp -all {Startpoint} $report] >= 20 } "a report of paths"
    write_bytes report.saved $report
    edit
    save_timing_checkpoint edited -store modes.ckp
  }
}

test "they come back where scenes are defined" {
  new_openroad { flows procedures } {
    eval $procedures
    read_libraries
    define_scenes {} {}
    restore_timing_checkpoint all -store modes.ckp -with_design
    assert_equal [scene_reports] [read_text report.saved] "report_checks of both scenes"
    edit
    save_timing_checkpoint edited -store again.ckp
    rollback_timing_checkpoint all -store modes.ckp -with_design
    assert_equal [scene_reports] [read_text report.saved] "report_checks after the roll back"
  }
  assert_same_stage modes.ckp edited again.ckp edited
}

finish
