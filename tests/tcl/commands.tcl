# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# One look at every command: help, what it prints, JSON, options.

source $env(CKP_TESTS)/tcl/helpers.tcl
make_small_design
load_small -corners 1 -spef place.spef

set commands {
  set_timing_checkpoint_store save_timing_checkpoint restore_timing_checkpoint
  rollback_timing_checkpoint report_timing_checkpoints report_timing_checkpoint_path
  check_timing_checkpoints
  report_timing_checkpoint_history delete_timing_checkpoint compact_timing_checkpoints
}

test "help lists every command" {
  foreach command $commands {
    assert_equal [llength [info commands ::$command]] 1 "::$command"
    assert_match "^$command\\M" [printed help $command]
  }
}

test "a save prints one line with sizes and times" {
  set_timing_checkpoint_store [file join [pwd] commands.ckp]
  set line [string trim [printed save_timing_checkpoint first -note "first \"one\"" -meta { a b }]]
  assert { [llength [split $line \n]] == 1 } "one line: $line"
  foreach pattern { first vertices arcs { s} } {
    assert_match $pattern $line
  }
}

test "every codec and level restores" {
  set timing [engine_timing]
  foreach { stage options } {
    lz4 { -codec lz4 } zstd { -codec zstd } auto { -codec auto } level { -codec zstd -level 19 }
  } {
    save_timing_checkpoint $stage -full {*}$options
    restore_timing_checkpoint $stage
    assert_equal [engine_timing] $timing "timing of $stage"
  }
  save_timing_checkpoint based -base first
  assert_equal [lindex [stage_tree commands.ckp] end] {based first} "base"
}

test "JSON has every field" {
  set json [printed report_timing_checkpoints -format json]
  foreach key { stage base time vertices arcs scenes raw_bytes stored_bytes wns tns
                violating_endpoints engine note meta attachments } {
    assert_match "\"$key\":" $json
  }
  # Read by a real reader where there is one.
  if { [auto_execok python3] ne "" } {
    set program {import json, sys
stages = json.load(sys.stdin)
first = stages[0]
assert first["stage"] == "first" and first["base"] is None, first
assert first["note"] == 'first "one"' and first["meta"] == {"a": "b"}, first
assert len(first["scenes"]) == 2 if isinstance(first["scenes"], list) else first["scenes"] == 2
assert 0 < first["stored_bytes"] < first["raw_bytes"], first
assert first["wns"] < 0 and first["tns"] <= first["wns"] and first["violating_endpoints"] > 0
print(len(stages))}
    assert_equal [exec python3 -c $program << $json] 6 "stages"
  } else {
    puts "skipped: no python3 to read the JSON"
  }
}

test "stored sizes are those of the files" {
  set json [printed report_timing_checkpoints -format json]
  foreach { - stage bytes } [regexp -all -inline \
    {"stage":\s*"([^"]*)",\s*"stored_bytes":\s*(\d+)} $json] {
    assert_equal $bytes [file size commands.ckp/stages/$stage.stage] $stage
  }
}

finish
