# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# A panic in any function of the library that a command calls is an error of that command. The shell lives on:
# the same command does its work afterwards, with the engine and the store as they were. Needs a library of cargo's
# dev profile, which panics where the environment says.

source $env(CKP_TESTS)/tcl/helpers.tcl
make_small_design
load_small -spef place.spef
save_timing_checkpoint base -store s.ckp
set timing [engine_timing]

# The functions that the body calls: it fails by a panic in each of them, and nothing has changed then.
proc check_panics { functions body } {
  global env timing
  foreach function $functions {
    set env(CKP_PANIC_IN) $function
    set failed [catch { uplevel 1 $body } message options]
    unset env(CKP_PANIC_IN)
    assert { $failed } "$function is not called"
    assert_match "^CKP-0053: A defect of ckp was caught: CKP_PANIC_IN=$function" $message
    assert_match "^CKP 0053 PANIC$" [dict get $options -errorcode]
    assert_equal [engine_timing] $timing "timing after a panic in $function"
    check_timing_checkpoints -store s.ckp -full
  }
  uplevel 1 $body
}

test "a save" {
  check_panics {
    ckp_store_open ckp_store_check_new_stage ckp_options_new ckp_objects_new ckp_objects_add_cell
    ckp_objects_add_arc_kind ckp_objects_add_vertices ckp_objects_add_edges ckp_objects_add_arcs
    ckp_capture_begin ckp_capture_set_text ckp_capture_add_item ckp_capture_add_meta
    ckp_capture_set_threads ckp_capture_add_clock ckp_capture_add_delay_table ckp_capture_add_column
    ckp_capture_write ckp_capture_set_summary ckp_capture_write_endpoints
    ckp_capture_write_path_field ckp_capture_write_path_points ckp_capture_commit
  } { save_timing_checkpoint next -store s.ckp -meta { key value } }
}

test "a restore and a rollback" {
  set restore {
    ckp_store_open ckp_stage_open ckp_stage_verify ckp_stage_align ckp_alignment_report
    ckp_stage_item_count ckp_stage_item ckp_stage_text ckp_stage_find_column ckp_alignment_read
  }
  check_panics $restore { restore_timing_checkpoint base -store s.ckp }
  check_panics ckp_store_set_head { rollback_timing_checkpoint base -store s.ckp }
}

test "questions" {
  check_panics ckp_store_report { report_timing_checkpoints -store s.ckp > report.txt }
  check_panics { ckp_diff_query_new ckp_diff_query_set_u64 ckp_store_report_diff } {
    report_timing_checkpoint_diff base next -store s.ckp > report.txt
  }
  check_panics { ckp_path_query_new ckp_path_query_set_u64 ckp_stage_report_paths } {
    report_timing_checkpoint_path -store s.ckp > report.txt
  }
  check_panics ckp_store_verify { check_timing_checkpoints -store s.ckp }
}

test "stages deleted, stores compacted" {
  check_panics ckp_store_compact { compact_timing_checkpoints -store s.ckp }
  check_panics ckp_store_delete_stage { delete_timing_checkpoint next -store s.ckp }
}

finish
