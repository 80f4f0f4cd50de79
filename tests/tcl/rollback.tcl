# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Roll back makes an earlier stage the base of the next one; nothing is lost.

source $env(CKP_TESTS)/tcl/helpers.tcl
make_small_design
set_timing_checkpoint_store tree.ckp
load_small -spef place.spef

test "a stage, an edit, another stage" {
  save_timing_checkpoint A
  set ::timing_a [engine_timing]
  replace_cell u_clk_root BUF_X1
  save_timing_checkpoint B
  set ::timing_b [engine_timing]
  assert { $::timing_a ne $::timing_b } "the edit changes timing"
}

test "roll back refuses a netlist that was edited since" {
  assert_refused 0024 tree.ckp { rollback_timing_checkpoint A } u_clk_root
}

test "roll back to the first, edit otherwise, save" {
  replace_cell u_clk_root BUF_X2
  rollback_timing_checkpoint A
  assert_equal [engine_timing] $::timing_a "timing after the roll back"
  replace_cell {u_out[2]} BUF_X1
  save_timing_checkpoint C
  set ::timing_c [engine_timing]
  assert_equal [stage_tree tree.ckp] {{A null} {B A} {C A}} "stages and bases"
}

test "the report shows the tree" {
  set text [printed report_timing_checkpoints]
  foreach stage { A B C } {
    assert_match "\\m$stage\\M" $text
  }
  report_timing_checkpoints > tree.txt
  assert_equal [read_text tree.txt] $text "redirected report"
}

test "the stage that was left is still there" {
  new_process timing_b {
    load_small
    replace_cell u_clk_root BUF_X1
    restore_timing_checkpoint B -store tree.ckp
    assert_equal [engine_timing] $timing_b "timing of B"
  }
  new_process timing_c {
    load_small
    replace_cell {u_out[2]} BUF_X1
    restore_timing_checkpoint C -store tree.ckp
    assert_equal [engine_timing] $timing_c "timing of C"
  }
}

test "restore alone does not move the base" {
  restore_timing_checkpoint C
  replace_cell {u_out[2]} BUF_X2
  restore_timing_checkpoint A
  save_timing_checkpoint D
  assert_equal [lindex [stage_tree tree.ckp] 3] {D C} "base of D"
}

test "all stages are sound" {
  check_timing_checkpoints -full
}

finish
