# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Values that are distributions: mean, mean shift, variance and skewness.

source $env(CKP_TESTS)/tcl/helpers.tcl
if { [catch { set ::sta_pocv_mode }] } {
  puts "skipped: this engine has no statistical timing"
  exit 0
}
make_small_design
make_liberty slow.lib small_slow 1.0 0.07
load_small -spef place.spef
set_timing_checkpoint_store [file join [pwd] statistical.ckp]

proc raw_bytes { stage } {
  set json [printed report_timing_checkpoints -format json]
  foreach { - bytes name } [regexp -all -inline \
    {"raw_bytes":\s*(\d+),[^\{\}]*"stage":\s*"([^"]*)"} $json] {
    if { $name eq $stage } {
      return $bytes
    }
  }
}

test "a stage has the planes that the engine has" {
  save_timing_checkpoint scalar
  set scalar_report [timing_report]
  foreach mode { normal skew_normal } {
    set sta_pocv_mode $mode
    save_timing_checkpoint $mode -full
    assert { [raw_bytes $mode] > 2 * [raw_bytes scalar] } "raw bytes of $mode"
    set report($mode) [timing_report]
    assert { $report($mode) ne $scalar_report } "slacks are judged by distributions"
  }
  assert { $report(normal) ne $report(skew_normal) } "skewness counts"
  check_timing_checkpoints -full
}

test "a new process restores all planes and goes on from them" {
  foreach mode { normal skew_normal } {
    set expected $report($mode)
    new_process { mode expected } {
      load_small -spef place.spef
      set sta_pocv_mode $mode
      set_timing_checkpoint_store statistical.ckp
      restore_timing_checkpoint $mode
      assert_equal [timing_report] $expected "report"
      save_timing_checkpoint again_$mode -base $mode
      # An edit is timed as by an engine that calculated everything.
      replace_cell u_clk_root BUF_X1
      save_timing_checkpoint edited_$mode -base $mode
    }
    new_process { mode } {
      load_small -spef place.spef
      set sta_pocv_mode $mode
      sta::find_timing_cmd 0
      replace_cell u_clk_root BUF_X1
      save_timing_checkpoint native_$mode -store native.ckp -full
    }
    assert_same_stage statistical.ckp $mode statistical.ckp again_$mode
    assert_same_stage statistical.ckp edited_$mode native.ckp native_$mode
  }
}

test "scalar and statistical timing are not mixed" {
  set sta_pocv_mode skew_normal
  foreach stage { normal scalar } id { 0023 0030 } {
    assert_error $id { restore_timing_checkpoint $stage }
  }
  set sta_pocv_mode scalar
  assert_error 0030 { restore_timing_checkpoint normal }
  restore_timing_checkpoint scalar
  assert_equal [timing_report] $scalar_report "report"
}

test "a tolerance is refused" {
  set sta_pocv_mode normal
  assert_error 0031 { save_timing_checkpoint x -tolerance 1e-15 }
}

finish
