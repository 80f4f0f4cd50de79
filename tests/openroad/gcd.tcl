# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Timing of a placed design from OpenROAD's own database: saved, restored in another process, edited
# with OpenROAD's commands, saved as a delta, rolled back.

source $env(CKP_TESTS)/openroad/helpers.tcl
need_flows
load_module
set_timing_checkpoint_store gcd.ckp

# Cells swapped by the timer and by the database, a buffer put in, and a cell moved: the placement is a
# part of the design that timing knows nothing of.
proc edit {} {
  set block [ord::get_db_block]
  set inverters {}
  foreach inst [$block getInsts] {
    if { [[$inst getMaster] getName] eq "INV_X1" } {
      lappend inverters [$inst getName]
    }
  }
  set inverters [lsort $inverters]
  assert { [llength $inverters] >= 3 } "three inverters to edit"
  lassign $inverters a b c
  replace_cell $a INV_X4
  [$block findInst $b] swapMaster [[ord::get_db] findMaster INV_X2]
  place_inst -name $c -location { 20 20 } -orientation R0 -status PLACED
  set driver [[$block findInst $c] findITerm ZN]
  [$driver getNet] insertBufferAfterDriver $driver [[ord::get_db] findMaster BUF_X2]
}
set edit [info body edit]

test "a stage of the flow is saved" {
  load_gcd 5_cts
  save_timing_checkpoint 5_cts
  set ::report [timing_report]
  set ::placed [placement]
  assert { [regexp -all {Startpoint} $::report] >= 50 } "a report of paths"
}

test "another process that read no wires restores it bit for bit" {
  set text [new_openroad { flows report } {
    load_gcd 5_cts 0
    restore_timing_checkpoint 5_cts -store gcd.ckp
    assert_equal [timing_report] $report "report_checks"
    save_timing_checkpoint 5_cts -store again.ckp
  }]
  assert_match {equal the stored ones bit for bit} $text
  assert_same_stage gcd.ckp 5_cts again.ckp 5_cts
}

test "edits by OpenROAD's commands are saved as a delta, with the design" {
  save_timing_checkpoint before -with_design
  edit
  assert { [timing_report] ne $::report } "the edits change timing"
  assert { [placement] ne $::placed } "the edits change the placement"
  save_timing_checkpoint after -with_design
  set ::after_report [timing_report]
  set ::after_placed [placement]
  assert_equal [lrange [stage_tree gcd.ckp] end-1 end] {{before 5_cts} {after before}} "bases"
}

test "a restore of the timing alone refuses the edited netlist" {
  assert_error 0024 { restore_timing_checkpoint before }
}

test "one command rolls the whole design back" {
  set text [printed rollback_timing_checkpoint before -with_design]
  assert_match {equal the stored ones bit for bit} $text
  assert_equal [placement] $::placed "placement"
  assert_equal [timing_report] $::report "report_checks"
}

test "and forward again" {
  restore_timing_checkpoint after -with_design
  assert_equal [placement] $::after_placed "placement"
  assert_equal [timing_report] $::after_report "report_checks"
  rollback_timing_checkpoint before -with_design
}

test "the same edits after the roll back give the same timing" {
  edit
  save_timing_checkpoint again
  assert_equal [placement] $::after_placed "placement"
  assert_same_stage gcd.ckp after gcd.ckp again
  assert_equal [lindex [stage_tree gcd.ckp] end] {again before} "base of the edits"
}

test "a new process that read the library only has it all" {
  new_openroad { flows after_report after_placed placed report edit } {
    proc edit {} $edit
    read_liberty [file join $flows lib nangate45_typ.lib.gz]
    restore_timing_checkpoint after -with_design -store gcd.ckp
    assert_equal [timing_report] $after_report "report_checks"
    assert_equal [placement] $after_placed "placement"
    save_timing_checkpoint after -store whole.ckp
    rollback_timing_checkpoint before -with_design -store gcd.ckp
    assert_equal [timing_report] $report "report_checks of the first"
    # Wires included, or the edits would be timed without them.
    edit
    save_timing_checkpoint edited -store whole.ckp
  }
  assert_same_stage gcd.ckp after whole.ckp after
  assert_same_stage gcd.ckp after whole.ckp edited
}

test "a stage without a design is refused" {
  set placed [placement]
  set report [timing_report]
  assert_error 0064 { restore_timing_checkpoint 5_cts -with_design } {5_cts} {no design}
  assert_equal [placement] $placed "placement"
  assert_equal [timing_report] $report "report_checks"
}

test "when the timing cannot be proved, the old design is put back" {
  new_openroad { flows } {
    read_liberty [file join $flows lib nangate45_fast.lib.gz]
    read_db [file join $flows gcd 6_repair_timing.odb.gz]
    read_sdc [file join $flows gcd 6_repair_timing.sdc]
    read_spef [file join $flows gcd 6_repair_timing.spef.gz]
    set placed [placement]
    set report [timing_report]
    # The library is another one, which is found when the design is in place.
    assert_error 0022 { restore_timing_checkpoint after -with_design -store gcd.ckp }
    assert_equal [placement] $placed "placement"
    assert_equal [timing_report] $report "report_checks"
  }
}

test "the stage's design can be read by read_db" {
  restore_timing_checkpoint after -extract files
  new_process { after_placed } {
    source $env(CKP_TESTS)/openroad/helpers.tcl
    read_db files/design.odb
    assert_equal [placement] $after_placed "placement"
  }
}

test "every database of the flow is a stage" {
  foreach stage { 2_place_global 5_cts 6_repair_timing } {
    new_openroad { flows stage } {
      load_gcd $stage
      save_timing_checkpoint $stage -store flow.ckp -with_design
      write_bytes report.saved [timing_report]
      write_bytes placed.saved [placement]
    }
    new_openroad { flows stage } {
      read_liberty [file join $flows lib nangate45_typ.lib.gz]
      restore_timing_checkpoint $stage -store flow.ckp -with_design
      assert_equal [timing_report] [read_text report.saved] "report_checks of $stage"
      assert_equal [placement] [read_text placed.saved] "placement of $stage"
      save_timing_checkpoint $stage -store again_flow.ckp -with_design
    }
    assert_same_stage flow.ckp $stage again_flow.ckp $stage
  }
  assert_equal [stage_tree flow.ckp] \
    {{2_place_global null} {5_cts 2_place_global} {6_repair_timing 5_cts}} "stages and bases"
  check_timing_checkpoints -store flow.ckp -full
}

test "all stages are sound" {
  check_timing_checkpoints -full
}

finish
