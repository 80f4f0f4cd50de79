# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Files attached to stages, and a process that has nothing but the store.

source $env(CKP_TESTS)/tcl/helpers.tcl
make_small_design
load_small -spef place.spef
set_timing_checkpoint_store [file join [pwd] attach.ckp]
file mkdir "with space"
file copy place.spef "with space/wires {1}.spef"
set files [list small.v small.v small.sdc small.sdc wires+1.spef "with space/wires {1}.spef"]

test "a save says what was attached" {
  set line [printed save_timing_checkpoint place -attach $files]
  set bytes [expr { [file size small.v] + [file size small.sdc] + [file size place.spef] }]
  assert_match "3 attached \\([format %.3f [expr { $bytes * 1e-6 }]] MB, " $line
  assert_match {3 attached} [string map { "\n" " " } $line]
}

test "reports list attached files" {
  assert_match "with small.sdc \[0-9\]+, small.v \[0-9\]+, wires\\+1.spef" \
    [printed report_timing_checkpoints]
  set json [printed report_timing_checkpoints -format json]
  assert_match "\"bytes\": [file size place.spef],\\s+\"name\": \"wires\\+1.spef\"" $json
}

test "a delta stores what changed in the files" {
  set lines [split [read_text small.v] \n]
  write_bytes edited.v [join [linsert $lines 1 "// edited"] \n]
  save_timing_checkpoint eco -base place -attach { small.v edited.v small.sdc small.sdc }
  set json [printed report_timing_checkpoints -format json]
  set sizes [regexp -all -inline \
    {"bytes":\s*(\d+),\s*"name":\s*"([^"]*)",\s*"stored_bytes":\s*(\d+)} $json]
  set stored {}
  foreach { - bytes name stored_bytes } $sizes {
    lappend stored $name $stored_bytes
  }
  # Those of place come first.
  assert_equal [lindex $stored 6] small.sdc "first of eco"
  assert_equal [lindex $stored 7] 0 "bytes of a file that is the same"
  assert { [lindex $stored 9] < 100 } "bytes of an edited netlist: [lindex $stored 9]"
}

test "a process with nothing but the store extracts, reads and restores" {
  set timing [engine_timing]
  set printed [new_process { timing } {
    set_timing_checkpoint_store attach.ckp
    restore_timing_checkpoint place -extract new/out
    read_liberty slow.lib
    read_verilog new/out/small.v
    link_design small
    read_sdc new/out/small.sdc
    read_spef new/out/wires+1.spef
    restore_timing_checkpoint place
    assert_equal [engine_timing] $timing "timing"
  }]
  assert_match "Extracted 3 of 3 files attached to stage place to new/out: small.sdc," $printed
  assert_match {Restored stage place} $printed
  foreach { name file } $files {
    assert_equal [read_text new/out/$name] [read_text $file] $name
  }
  assert_equal [files_below new/out] \
    [lmap name { small.sdc small.v wires+1.spef } { file join new/out $name }] "files"
}

test "what is there is kept, and not replaced" {
  assert_match {Extracted 0 of 3 files .*; 3 there already, the same} \
    [printed restore_timing_checkpoint place -extract new/out]
  assert_error 0043 { restore_timing_checkpoint eco -extract new/out } new/out/small.v
  assert_equal [read_text new/out/small.v] [read_text small.v] "netlist"
  restore_timing_checkpoint eco -extract "eco out"
  assert_equal [read_text "eco out/small.v"] [read_text edited.v] "netlist of eco"
  save_timing_checkpoint bare -full
  assert_match {no attached files} [printed restore_timing_checkpoint bare -extract none]
}

test "an extraction leaves the engine alone" {
  set timing [engine_timing]
  restore_timing_checkpoint eco -extract left
  assert_equal [engine_timing] $timing "timing"
}

test "a check looks at attached files" {
  check_timing_checkpoints -full
  set good [read_text attach.ckp/stages/place.stage]
  # Attachments stand first, behind the header.
  write_bytes attach.ckp/stages/place.stage [string replace $good 100 100 \
    [format %c [expr { [scan [string index $good 100] %c] ^ 1 }]]]
  assert_error 0027 { check_timing_checkpoints } {attachment small.v}
  assert_error 0048 { restore_timing_checkpoint eco -extract broken }
  assert_error 0048 { restore_timing_checkpoint place }
  write_bytes attach.ckp/stages/place.stage $good
  check_timing_checkpoints -full
}

test "what makes no sense is refused" {
  assert_refused 0013 attach.ckp { save_timing_checkpoint x -attach { small.v } }
  assert_refused 0004 attach.ckp { save_timing_checkpoint x -attach "\{" }
  foreach name { ../x /x .x -x a/b {} } {
    assert_refused 0040 attach.ckp { save_timing_checkpoint x -attach [list $name small.v] }
  }
  assert_refused 0040 attach.ckp { save_timing_checkpoint x -attach { a small.v a small.sdc } }
  assert_refused 0044 attach.ckp { save_timing_checkpoint x -attach { a no/such/file } } no/such/file
  assert_refused 0044 attach.ckp { save_timing_checkpoint x -attach { a . } }
  assert_refused 0014 attach.ckp { restore_timing_checkpoint place -partial -extract out }
  assert_refused 0040 attach.ckp { restore_timing_checkpoint place -extract {} }
  assert_refused 0042 attach.ckp { restore_timing_checkpoint nowhere -extract out }
}

finish
