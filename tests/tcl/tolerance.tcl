# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Stages within a tolerance: said at every place, restored with proof, and sound bases.

source $env(CKP_TESTS)/tcl/helpers.tcl
make_small_design

# The greatest difference that a restore told of, in seconds.
proc found_difference { text } {
  assert_match {arrivals, requireds and slacks found from it are within [^ ]+ s of the stored ones} $text
  return [lindex [regexp -inline {found from it are within ([^ ]+) s} $text] 1]
}

proc check_tolerance { tolerance corners derate } {
  set store near_${tolerance}_$corners.ckp
  new_process { store tolerance corners derate } {
    load_small -corners $corners
    eval $derate
    set text [printed save_timing_checkpoint floorplan -store $store -tolerance $tolerance]
    assert_match "\\(full, within $tolerance s\\)" $text
    read_spef place.spef
    set text [printed save_timing_checkpoint place -store $store -base floorplan \
      -tolerance $tolerance]
    assert_match "\\(base floorplan, within $tolerance s\\)" $text
    write_bytes near.slacks "[sta::worst_slack_cmd max] [sta::worst_slack_cmd min]"
  }
  set text [report_text $store]
  assert_equal [regexp -all "within $tolerance s" $text] 2 "stages that say so"
  assert_match "\"tolerance\": $tolerance," [report_text $store -format json]
  set text [new_process { store tolerance corners derate } {
    load_small -corners $corners
    eval $derate
    restore_timing_checkpoint place -store $store
    foreach now [list [sta::worst_slack_cmd max] [sta::worst_slack_cmd min]] \
      saved [read_text near.slacks] {
      assert { abs($now - $saved) <= 1000 * $tolerance } "$now is near $saved"
    }
    # What is exact on such a base is exact.
    save_timing_checkpoint again -store $store -base place
  }]
  assert_match "the stage is within $tolerance s of the engine that saved" $text
  set difference [found_difference $text]
  assert { $difference > 0 && $difference < 100 * $tolerance } "errors hardly add up"
  assert_equal [stage_tree $store] \
    {{floorplan null} {place floorplan} {again place}} "bases"
  set text [new_process { store corners derate } {
    load_small -corners $corners
    eval $derate
    restore_timing_checkpoint again -store $store
  }]
  assert_match {equal the stored ones bit for bit} $text
  check_timing_checkpoints -store $store -full
}

proc report_text { store args } {
  return [printed report_timing_checkpoints -store $store {*}$args]
}

proc size { store stage } {
  return [file size [file join $store stages $stage.stage]]
}

test "one scene, within 1e-15 s" {
  check_tolerance 1e-15 0 {}
}

test "two scenes with derates, within 1e-14 s" {
  check_tolerance 1e-14 1 { set_timing_derate -late 1.1; set_timing_derate -early 0.9 }
}

test "a tolerance saves bytes" {
  new_process {} {
    load_small -spef place.spef
    save_timing_checkpoint 0 -store sizes.ckp -full
    save_timing_checkpoint 1e-15 -store sizes.ckp -full -tolerance 1e-15
    save_timing_checkpoint 1e-13 -store sizes.ckp -full -tolerance 1e-13
    save_timing_checkpoint unchanged -store sizes.ckp -tolerance 1e-13
  }
  assert { [size sizes.ckp 1e-15] < 0.8 * [size sizes.ckp 0] } "1e-15 below exact"
  assert { [size sizes.ckp 1e-13] < 0.8 * [size sizes.ckp 1e-15] } "1e-13 below 1e-15"
  assert { [size sizes.ckp unchanged] < 2048 } "an unchanged stage"
}

test "an exact stage after a tolerant one of the same state" {
  new_process {} {
    load_small -spef place.spef
    save_timing_checkpoint exact -store mixed.ckp -full
    save_timing_checkpoint near -store mixed.ckp -tolerance 1e-14
    save_timing_checkpoint far -store mixed.ckp -tolerance 1e-12
    save_timing_checkpoint back -store mixed.ckp -base far
  }
  assert_same_stage mixed.ckp exact mixed.ckp back
  assert { [catch { assert_same_stage mixed.ckp exact mixed.ckp near }] } "near is not exact"
}

test "roll back to a tolerant stage" {
  set text [new_process {} {
    load_small
    rollback_timing_checkpoint near -store mixed.ckp
    replace_cell u_clk_root BUF_X1
    save_timing_checkpoint edited -store mixed.ckp -tolerance 1e-14
  }]
  assert_match {Stage near is the base of what is saved next} $text
  assert_match {edited \(base near, within 1e-14 s\)} $text
  new_process {} {
    load_small
    replace_cell u_clk_root BUF_X1
    restore_timing_checkpoint edited -store mixed.ckp
  }
  check_timing_checkpoints -store mixed.ckp -full
}

test "differences that the tolerance does not explain are refused" {
  new_process {} {
    set ::sta_internal_bidirect_instance_paths_enabled 1
    load_small -spef place.spef
    assert_refused 0025 mixed.ckp { restore_timing_checkpoint near -store mixed.ckp }
  }
}

test "with -partial it is said, too" {
  set netlist [read_text small.v]
  write_bytes renamed.v [string map { "u_out\[3\] " "u_renamed\[3\] " } $netlist]
  set text [new_process {} {
    load_small -netlist renamed.v -spef place.spef
    restore_timing_checkpoint near -store mixed.ckp -partial
  }]
  assert_match {within 1e-14 s of the engine that saved; \d+ vertices and \d+ arcs are left} $text
}

finish
