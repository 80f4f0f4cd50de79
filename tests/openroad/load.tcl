# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# The module comes and goes: load, package require, unload, load again.

source $env(CKP_TESTS)/openroad/helpers.tcl
set commands {
  set_timing_checkpoint_store save_timing_checkpoint restore_timing_checkpoint
  rollback_timing_checkpoint report_timing_checkpoints check_timing_checkpoints
}

proc assert_present { is_present } {
  foreach command $::commands {
    foreach name [list ::$command ::sta::$command] {
      assert { ([info commands $name] ne "") == $is_present } "$name there: $is_present"
    }
    assert { [info exists ::sta::cmd_args($command)] == $is_present } "help $command: $is_present"
  }
  assert { [namespace exists ::ckp] == $is_present } "namespace ckp there: $is_present"
  assert { ("ckp" in [package names]) == $is_present } "package ckp there: $is_present"
}

test "an openroad without the module has no command of it" {
  assert_present 0
}

test "load" {
  load_module
  assert_present 1
  assert_error 0001 { report_timing_checkpoints } "No store is given"
}

test "load of what is loaded does nothing" {
  set_timing_checkpoint_store kept.ckp
  load_module
  assert_error 0042 { report_timing_checkpoints } kept.ckp
}

test "a second copy of the module is refused" {
  file copy $env(CKP_MODULE) libckp_openroad.so
  assert_error 0060 { load ./libckp_openroad.so } "already"
  assert_present 1
}

test "unload takes all back" {
  unload $env(CKP_MODULE)
  assert_present 0
}

test "load again, many times" {
  for { set i 0 } { $i < 10 } { incr i } {
    load_module
    assert_present 1
    # The default store was that of the module that is gone.
    assert_error 0001 { report_timing_checkpoints }
    unload $env(CKP_MODULE)
  }
  assert_present 0
}

test "package require" {
  new_process {} {
    lappend auto_path [file dirname $env(CKP_MODULE)]
    assert_match {^[0-9]+\.[0-9]+\.[0-9]+$} [package require ckp]
    assert_error 0001 { report_timing_checkpoints }
    package require ckp
  }
}

test "another program than openroad lacks a symbol, which is named" {
  set message [exec tclsh << "catch { load $env(CKP_MODULE) } message; puts \$message"]
  assert_match {undefined symbol: _Z\w+} $message
}

finish
