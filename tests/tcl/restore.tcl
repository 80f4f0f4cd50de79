# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# A new process without parasitics gets back every bit; later edits are timed as without ckp.

source $env(CKP_TESTS)/tcl/helpers.tcl
make_small_design

# Saves full and delta stages, then compares them with what a new process restores and saves.
proc check_restore { store corners } {
  new_process { store corners } {
    load_small -corners $corners
    save_timing_checkpoint floorplan -store $store
    write_bytes $store.floorplan.timing [engine_timing]
    write_bytes $store.floorplan.report [timing_report]
    read_spef place.spef
    save_timing_checkpoint place -store $store -note "wires" -meta { step 2 }
    write_bytes $store.place.timing [engine_timing]
    write_bytes $store.place.report [timing_report]
    read_spef route.spef
    save_timing_checkpoint route -store $store
    write_bytes $store.route.timing [engine_timing]
    write_bytes $store.route.report [timing_report]
  }
  foreach stage { floorplan place route } {
    set again again_[file tail $store]
    new_process { store corners stage again } {
      load_small -corners $corners
      restore_timing_checkpoint $stage -store $store
      assert_equal [timing_report] [read_text $store.$stage.report] "report_checks of $stage"
      assert_equal [engine_timing] [read_text $store.$stage.timing] "timing of $stage"
      save_timing_checkpoint $stage -store $again -full
    }
    assert_same_stage $store $stage $again $stage
  }
}

test "one scene, restored bit for bit" {
  check_restore one.ckp 0
}

test "two scenes, restored bit for bit" {
  check_restore two.ckp 1
}

test "stages differ from each other" {
  assert { [catch { assert_same_stage one.ckp floorplan one.ckp place }] } "wires change timing"
  assert { [catch { assert_same_stage one.ckp place one.ckp route }] } "other wires change timing"
}

test "restore in the process that saved, over other timing" {
  new_process {} {
    load_small -spef route.spef
    sta::find_timing_cmd 0
    restore_timing_checkpoint place -store one.ckp
    assert_equal [timing_report] [read_text one.ckp.place.report] "report_checks"
    assert_equal [engine_timing] [read_text one.ckp.place.timing] "timing"
    restore_timing_checkpoint route -store one.ckp
    assert_equal [engine_timing] [read_text one.ckp.route.timing] "timing"
  }
}

test "without the proof, the engine searches when it is asked" {
  new_process {} {
    load_small -spef route.spef
    sta::find_timing_cmd 0
    set text [printed restore_timing_checkpoint place -store one.ckp -no_proof]
    assert_match {slacks were not compared \(-no_proof\)} $text
    assert_equal [timing_report] [read_text one.ckp.place.report] "report_checks"
    assert_equal [engine_timing] [read_text one.ckp.place.timing] "timing"
    set text [printed rollback_timing_checkpoint floorplan -store one.ckp -no_proof -format json]
    assert_match {"proved_values": 0,} $text
    save_timing_checkpoint floorplan -store unproved.ckp -full
  }
  assert_same_stage one.ckp floorplan unproved.ckp floorplan
}

# The numbers of delays that the engine says it calculated while the body ran.
proc calculated_delays { body } {
  sta::set_debug delay_calc 1
  set text [printed namespace eval :: $body]
  sta::set_debug delay_calc 0
  set counts {}
  foreach { - count } [regexp -all -inline {found (\d+) delays} $text] {
    lappend counts $count
  }
  return [lsort -unique -integer $counts]
}

test "a restore and the reports after it calculate no delay" {
  set procedure [list proc calculated_delays body [info body calculated_delays]]
  new_process procedure {
    eval $procedure
    load_small -spef place.spef
    assert_equal [calculated_delays {
      restore_timing_checkpoint place -store one.ckp
      report_checks
      sta::find_requireds
    }] 0 "delays calculated"
    replace_cell u_clk_root BUF_X1
    assert { [lindex [calculated_delays { report_checks }] end] > 0 } "edits are calculated"
  }
}

# Edits whose effect reaches far: a clock buffer, a register, two gates, a net of two drivers.
proc edit {} {
  replace_cell u_clk_root BUF_X1
  replace_cell {u_block1/in_reg[3]} DFFR_X1
  replace_cell u_block0/u_cloud/g1_2 [other_drive u_block0/u_cloud/g1_2]
  set_load 0.05 [get_ports pad]
}

proc other_drive { instance } {
  set cell [get_name [[get_cells $instance] liberty_cell]]
  return [string map { _X1 _X2 _X2 _X1 } $cell]
}

test "edits after a restore are timed as without a checkpoint" {
  set procedures "[list proc edit {} [info body edit]]\n"
  append procedures [list proc other_drive instance [info body other_drive]]
  # What the engine computes after other parasitics were read may differ in the last bits from
  # what it computes at once; so this stage is saved by a process like the one of the edits.
  new_process {} {
    load_small -spef place.spef
    save_timing_checkpoint loaded -store edits.ckp
    write_bytes loaded.timing [engine_timing]
  }
  new_process procedures {
    eval $procedures
    load_small -spef place.spef
    # A restore brings requireds with it. The engine updates those that it has only where they
    # change by more than a trifle, so the native engine has to have them before the edits, too.
    engine_timing
    edit
    write_bytes native.timing [engine_timing]
    write_bytes native.report [timing_report]
    save_timing_checkpoint edited -store native.ckp
  }
  new_process procedures {
    eval $procedures
    load_small -spef place.spef
    restore_timing_checkpoint loaded -store edits.ckp
    edit
    assert_equal [engine_timing] [read_text native.timing] "timing after the edits"
    assert_equal [timing_report] [read_text native.report] "report_checks after the edits"
    save_timing_checkpoint edited -store edited.ckp
    assert { [read_text native.timing] ne [read_text loaded.timing] } "the edits change timing"
  }
  assert_same_stage native.ckp edited edited.ckp edited
}

test "annotations of the user survive" {
  new_process {} {
    load_small -spef place.spef
    set_assigned_transition -rise 0.123 [get_pins u_free/A]
    set_assigned_delay -cell -from [get_pins u_post/A] -to [get_pins u_post/Y] 0.321
    save_timing_checkpoint annotated -store one.ckp
    replace_cell u_clk_root BUF_X1
    replace_cell u_latch LATCH_X1
    write_bytes annotated.timing [engine_timing]
    save_timing_checkpoint after -store native.ckp
  }
  new_process {} {
    load_small -spef place.spef
    restore_timing_checkpoint annotated -store one.ckp
    save_timing_checkpoint annotated -store again_one.ckp
    replace_cell u_clk_root BUF_X1
    replace_cell u_latch LATCH_X1
    assert_equal [engine_timing] [read_text annotated.timing] "timing"
    save_timing_checkpoint after -store edited.ckp
  }
  assert_same_stage one.ckp annotated again_one.ckp annotated
  assert_same_stage native.ckp after edited.ckp after
}

test "every byte of the stores is sound" {
  foreach store { one.ckp two.ckp again_one.ckp again_two.ckp native.ckp edited.ckp } {
    check_timing_checkpoints -store $store
    check_timing_checkpoints -store $store -full
  }
}

finish
