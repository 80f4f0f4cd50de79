# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Every command prints JSON for programs, to the shell or to a file, and it is what docs/schemas says.

source $env(CKP_TESTS)/tcl/helpers.tcl
make_small_design
load_small -corners 1 -spef place.spef

set store [file join [pwd] "a store.ckp"]
set_timing_checkpoint_store $store

# A Python that can check; Debian's, where the first of the path cannot.
set python ""
foreach candidate { python3 /usr/bin/python3 } {
  if { $python eq "" && ![catch { exec $candidate -W ignore -c "import jsonschema" }] } {
    set python $candidate
  }
}

# Checks the file against a schema of docs/schemas, and the condition, a Python expression of `answer`.
proc validate { file schema condition } {
  global env python
  assert_match {^[\[\{]} [read_text $file]
  if { $python eq "" } {
    return
  }
  set program {import json, sys, jsonschema
answer, schema = (json.load(open(name)) for name in sys.argv[1:3])
jsonschema.Draft202012Validator(schema).validate(answer)
assert eval(" ".join(sys.argv[3].split("\n"))), answer}
  exec $python -W ignore -c $program $file \
    [file join $env(CKP_TESTS) .. docs schemas $schema.json] $condition
}

test "a save" {
  save_timing_checkpoint first -note "a \"note\"\nof two \\ lines" -format json > save.json
  validate save.json save {answer["saved"]["stage"] == "first" and answer["saved"]["base"] is None
    and answer["saved"]["note"] == "a \"note\"\nof two \\ lines" and answer["engine_seconds"] > 0}
  set json [printed save_timing_checkpoint second -format json]
  assert_match {^\{\n  "saved": \{.*"engine_seconds": [0-9.e-]+,\n  "store_seconds": [0-9.e-]+\n\}\n$} $json
}

test "a restore and a roll back" {
  restore_timing_checkpoint first -format json > restore.json
  validate restore.json restore {answer["restored"] == "first" and answer["proved_values"] > 0
    and sorted(answer["scenes"]) == ["fast", "slow"] and not answer["head"] and not answer["partial"]}
  rollback_timing_checkpoint first -format json >> rollback.json
  validate rollback.json restore {answer["head"] and answer["restored"] == "first"}
  restore_timing_checkpoint first -partial -format json > partial.json
  validate partial.json restore {answer["partial"] and answer["proved_values"] == 0
    and answer["other_vertices"] == 0}
  restore_timing_checkpoint first -scenes fast -format json > scenes.json
  validate scenes.json restore {answer["scenes"] == ["fast"]}
}

test "an extraction" {
  save_timing_checkpoint third -attach { small.sdc small.sdc } -format json > save3.json
  validate save3.json save {answer["saved"]["base"] == "first"
    and answer["saved"]["attachments"][0]["name"] == "small.sdc"}
  restore_timing_checkpoint third -extract out -format json > extract.json
  validate extract.json extract {answer["files"] == ["small.sdc"] and answer["written"] == 1}
  restore_timing_checkpoint third -extract out -format json > extract.json
  validate extract.json extract {answer["written"] == 0 and answer["directory"].endswith("out")}
  restore_timing_checkpoint third -extract "a \"b\"\n\\c" -format json > extract.json
  validate extract.json extract {answer["directory"].endswith("a \"b\"\n\\c")}
}

test "a check, of a sound store and of another" {
  check_timing_checkpoints -full -format json > check.json
  validate check.json verify {answer == {"sound": True, "stages": 3, "findings": []}}
  file copy $store damaged.ckp
  set file damaged.ckp/stages/second.stage
  set stream [open $file r+]
  fconfigure $stream -translation binary
  seek $stream [expr { [file size $file] / 2 }]
  puts -nonewline $stream \x00\x01\x02\x03
  close $stream
  # The findings are told in JSON, and the command fails all the same.
  assert_error 0027 { check_timing_checkpoints -store damaged.ckp -format json > check.json } sound
  validate check.json verify {not answer["sound"] and answer["findings"][0]["stage"] == "second"
    and answer["findings"][0]["kind"] == "CORRUPT"}
}

test "a repair, of a damaged store and of a sound one" {
  assert_error 0027 {
    check_timing_checkpoints -store damaged.ckp -repair repaired.ckp -format json > repair.json
  } sound
  validate repair.json repair {answer["lost"] == ["second"] and answer["head"] == "third"
    and answer["copied"] == ["first", "third"] and not answer["rewritten"]
    and answer["findings"][0]["stage"] == "second"}
  check_timing_checkpoints -repair whole.ckp -format json > repair.json
  validate repair.json repair {answer == {"copied": ["first", "second", "third"], "rewritten": [],
    "lost": [], "findings": [], "head": "third"}}
  # Nothing is left of this one, not even a head.
  file copy $store lost.ckp
  foreach stage { first second third } {
    write_bytes lost.ckp/stages/$stage.stage ""
  }
  assert_error 0027 {
    check_timing_checkpoints -store lost.ckp -repair none.ckp -format json > repair.json
  } sound
  validate repair.json repair {answer["lost"] == ["first", "second", "third"] and answer["head"] is None}
}

test "text goes to a file, too" {
  restore_timing_checkpoint first > restore.txt
  assert_match {^Restored stage first: .* bit for bit} [read_text restore.txt]
  check_timing_checkpoints >> restore.txt
  assert_match {3 stages are sound.\n$} [read_text restore.txt]
  rollback_timing_checkpoint first > rollback.txt
  assert_match {Stage first is the base of what is saved next.\n$} [read_text rollback.txt]
}

test "a command that fails writes no answer" {
  assert_error 0042 { restore_timing_checkpoint nowhere -format json > none.json } nowhere
  assert_equal [read_text none.json] "" "file"
  foreach command {
    { save_timing_checkpoint x } { restore_timing_checkpoint first }
    { rollback_timing_checkpoint first } { check_timing_checkpoints }
  } {
    assert_error 0010 [list {*}$command -format xml] xml
  }
  # What is printed next is printed to the shell again.
  assert_match {^3 stages are sound.\n$} [printed check_timing_checkpoints]
}

if { $python eq "" && $failed_tests == 0 } {
  puts "skipped: no python3 with jsonschema to check the JSON against docs/schemas"
}
finish
