# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Pins over stages, stages deleted, stores compacted. The history is compared with the engine's own reports.

source $env(CKP_TESTS)/tcl/helpers.tcl
make_small_design
load_small -spef place.spef
set_timing_checkpoint_store [file join [pwd] "my queries.ckp"]

# The data pin that the worst path ends at.
proc worst_endpoint {} {
  return [lindex [regexp -all -inline {\S+/D(?= \()} [printed report_checks]] end]
}

# In nanoseconds, as the engine reports it.
proc reported_slack { pin } {
  set report [printed report_checks -to $pin -digits 6]
  assert { [regexp {(\S+)\s+slack} $report - slack] } "a slack: $report"
  return $slack
}

set pin [worst_endpoint]
set slacks {}
foreach stage { place route eco } spef { "" route.spef place.spef } {
  if { $spef ne "" } {
    read_spef $spef
  }
  save_timing_checkpoint $stage
  lappend slacks [reported_slack $pin]
}

test "the history of a pin is what the engine reported" {
  set rows [lrange [split [string trim \
    [printed report_timing_checkpoint_history $pin -format csv]] \n] 1 end]
  assert_equal [llength $rows] 3 "stages"
  foreach row $rows slack $slacks stage { place route eco } {
    lassign [split $row ,] name of told
    assert_equal [list $name $of] [list $pin $stage] "row"
    assert { abs($told * 1e9 - $slack) < 1e-6 } "$stage: $told s, reported: $slack ns"
  }
}

test "formats, path delay and scene are taken" {
  # Of a bus: brackets mean themselves.
  set quoted [regsub -all {[][\\.]} $pin {\\&}]
  assert_match "^$quoted \\(min\\)\n" [printed report_timing_checkpoint_history $pin -path_delay min]
  assert_match "\"pin\": \"$quoted\"" [printed report_timing_checkpoint_history $pin -format json]
  assert_match "^\\| pin \\|" [printed report_timing_checkpoint_history $pin -format markdown]
  report_timing_checkpoint_history $pin > history.txt
  assert_match "^$quoted \\(max\\)\n" [read_text history.txt]
  assert_error 0010 { report_timing_checkpoint_history $pin -format html }
  assert_error 0017 { report_timing_checkpoint_history $pin -path_delay both }
  assert_error 0008 { report_timing_checkpoint_history }
  assert_error 0042 { report_timing_checkpoint_history $pin -scene cold } {it has }
  assert_error 0042 { report_timing_checkpoint_history ${pin}x } {near names are .*in_reg}
}

test "the list of stages is that of the command line" {
  foreach { option format } { text text json json csv csv markdown markdown } {
    report_timing_checkpoints -format $option > list.txt
    exec $env(CKP_COMMAND) log --format $format [file join [pwd] "my queries.ckp"] > expected.txt
    assert_equal [read_text list.txt] [read_text expected.txt] $option
  }
  assert_match {^stage,.*\nplace,} [printed report_timing_checkpoints -format csv]
  assert_match {^\| stage } [printed report_timing_checkpoints -format markdown]
  assert_match {^<!DOCTYPE html>} [printed report_timing_checkpoints -format html]
  assert_error 0010 { report_timing_checkpoints -format xml } "markdown or html, not xml"
}

test "a compaction that saves nothing changes nothing" {
  assert_match {^Nothing was changed\.} [lindex [split \
    [printed compact_timing_checkpoints -dry_run] \n] end-1]
  assert_error 0008 { compact_timing_checkpoints x }
}

test "a dry run tells what no rule keeps" {
  set stages [stage_tree "my queries.ckp"]
  compact_timing_checkpoints -keep_last 1 -dry_run -format json > compact.json
  set told [read_text compact.json]
  assert_match {"dry_run": true} $told
  assert_match {"deleted": \[\s+\{\s+"bytes": \d+,\s+"stage": "} $told
  assert_match {to delete 2: } [printed compact_timing_checkpoints -keep eco -dry_run]
  assert_error 0042 { compact_timing_checkpoints -keep rout } {No stage is named like "rout"}
  assert_error 0042 { compact_timing_checkpoints -keep_meta { tag gold } } {saved with tag=gold}
  assert_error 0009 { compact_timing_checkpoints -keep_meta tag }
  assert_error 0018 { compact_timing_checkpoints -keep_last few }
  assert_error 0040 { compact_timing_checkpoints -keep_last 0 }
  assert_error 0010 { compact_timing_checkpoints -format csv }
  assert_equal [stage_tree "my queries.ckp"] $stages "stages"
}

test "a deleted stage is gone, and the others restore" {
  assert_error 0008 { delete_timing_checkpoint }
  assert_error 0042 { delete_timing_checkpoint x } {its stages are eco, place, route}
  assert_match {Deleted stage place \(} [printed delete_timing_checkpoint place]
  assert_equal [stage_tree "my queries.ckp"] {{route null} {eco route}} "stages"
  check_timing_checkpoints -full
  restore_timing_checkpoint eco
  assert { [reported_slack $pin] == [lindex $slacks 2] } "slack of the restored stage"
  restore_timing_checkpoint route
  assert { [reported_slack $pin] == [lindex $slacks 1] } "slack of the restored stage"
  delete_timing_checkpoint eco
  assert_match {what is saved next is a full stage} [printed delete_timing_checkpoint route]
  assert_error 0042 { report_timing_checkpoint_history $pin } {has no stages}
}

finish
