# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Every stage of the designs in ../shared/flows, where that directory is: saved in one process as a
# delta of the one before, netlist changes included, restored in another one that read no parasitics,
# bit for bit; one of each within a tolerance.

source $env(CKP_TESTS)/tcl/helpers.tcl

source $env(CKP_TESTS)/tcl/flow_stages.tcl

# Saved and reported in one process; restored, reported and saved again in another.
proc check_stage { store stage base load wires } {
  new_process { store stage base load wires } {
    eval $load
    eval $wires
    save_timing_checkpoint $stage -store $store {*}[expr { $base eq "" ? "-full" : "-base $base" }]
    set report [timing_report]
    assert { [regexp -all {Startpoint} $report] >= 100 } "a report of paths"
    write_bytes report.saved $report
  }
  new_process { store stage load } {
    eval $load
    restore_timing_checkpoint $stage -store $store
    assert_equal [timing_report] [read_text report.saved] "report_checks"
    save_timing_checkpoint $stage -store again_$store
  }
  assert_same_stage $store $stage again_$store $stage
}

# Saved as a delta within a tolerance; another process proves it.
proc check_tolerance { store stage load wires } {
  new_process { store stage load wires } {
    eval $load
    eval $wires
    save_timing_checkpoint near -store $store -base $stage -tolerance 1e-14
  }
  set text [new_process { store load } {
    eval $load
    restore_timing_checkpoint near -store $store
  }]
  assert_match {within 1e-14 s of the engine that saved} $text
}

# Instances that have a cell of another drive strength: the first, the middle and the last such.
proc edits {} {
  set found {}
  foreach cell [get_cells *] {
    set name [get_name [$cell liberty_cell]]
    set other [string map { _X1 _X2 _X2 _X1 } $name]
    if { $other ne $name && [get_lib_cells -quiet */$other] ne "" } {
      lappend found [list [get_full_name $cell] $other]
    }
  }
  set last [expr { [llength $found] - 1 }]
  set result {}
  foreach index [list 0 [expr { $last / 2 }] $last] {
    lappend result {*}[lindex $found $index]
  }
  return $result
}

proc check_edits { store stage load wires } {
  set body [info body edits]
  new_process { store stage load wires body } {
    proc edits {} $body
    eval $load
    eval $wires
    # Requireds as well, which a restore brings with it: the engine updates them only where they
    # change by more than a trifle.
    sta::find_timing_cmd 0
    sta::worst_slack_cmd max
    set edits [edits]
    assert { [llength $edits] == 6 } "three edits: $edits"
    foreach { instance cell } $edits {
      replace_cell $instance $cell
    }
    save_timing_checkpoint $stage -store native_$store
  }
  new_process { store stage load wires body } {
    proc edits {} $body
    eval $load
    eval $wires
    restore_timing_checkpoint $stage -store $store
    foreach { instance cell } [edits] {
      replace_cell $instance $cell
    }
    save_timing_checkpoint $stage -store edited_$store
  }
  assert_same_stage native_$store $stage edited_$store $stage
  assert { [catch { assert_same_stage $store $stage edited_$store $stage }] } "edits change timing"
}

foreach design { gcd aes } {
  set base ""
  foreach netlist [lsort [glob -directory [file join $flows $design] *.v.gz]] {
    set stage [file rootname [file rootname [file tail $netlist]]]
    lassign [stage_scripts $flows $design $stage] load wires
    test "$design $stage, restored bit for bit" {
      check_stage $design.ckp $stage $base $load $wires
    }
    set base $stage
    if { $stage eq "5_cts" } {
      test "$design $stage, three cells replaced after the restore" {
        check_edits $design.ckp $stage $load $wires
      }
    }
    if { $stage eq "7_groute" } {
      test "$design $stage, restored within a tolerance" {
        check_tolerance $design.ckp $stage $load $wires
      }
    }
    file delete ${design}_$stage.v ${design}_$stage.spef
  }
  test "every stage of $design is sound" {
    check_timing_checkpoints -store $design.ckp -full
  }
}

finish
