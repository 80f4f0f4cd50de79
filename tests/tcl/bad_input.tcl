# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# What users get wrong: an error with its message id, and nothing changed on disk or in the engine.

source $env(CKP_TESTS)/tcl/helpers.tcl
make_small_design

test "no design is linked" {
  assert_error 0020 { save_timing_checkpoint a -store empty.ckp } link_design
  assert_error 0020 { restore_timing_checkpoint a -store empty.ckp }
  assert { ![file exists empty.ckp] } "no store is made"
}

load_small -spef place.spef
save_timing_checkpoint base -store good.ckp
read_spef route.spef
save_timing_checkpoint next -store good.ckp

test "no store is given" {
  assert_refused 0001 good.ckp { save_timing_checkpoint a } -store
  assert_refused 0001 good.ckp { report_timing_checkpoints }
  assert_refused 0002 good.ckp { set_timing_checkpoint_store "" }
}

test "a directory for temporary files that is not there" {
  new_process {} {
    set ::env(TMPDIR) [file normalize nowhere]
    load_small -spef place.spef
    save_timing_checkpoint plain -store no_tmp.ckp
  }
  assert { [file exists no_tmp.ckp/stages/plain.stage] } "an ordinary save needs none"
}

test "a stage that does not exist" {
  assert_refused 0042 good.ckp { restore_timing_checkpoint nowhere -store good.ckp } nowhere
  assert_refused 0042 good.ckp { rollback_timing_checkpoint nowhere -store good.ckp } nowhere
  assert_refused 0042 good.ckp { save_timing_checkpoint a -store good.ckp -base nowhere } nowhere
}

test "a store that does not exist" {
  foreach command {
    { restore_timing_checkpoint base -store none.ckp }
    { rollback_timing_checkpoint base -store none.ckp }
    { report_timing_checkpoints -store none.ckp }
    { check_timing_checkpoints -store none.ckp }
  } {
    assert_refused 0042 good.ckp $command none.ckp
    assert { ![file exists none.ckp] } "no store is made"
  }
}

test "a stage name that is taken" {
  assert_refused 0043 good.ckp { save_timing_checkpoint base -store good.ckp } base
}

test "a stage name that is no file name" {
  foreach name { "" . .. a/b ../a .a "a\nb" } {
    assert_refused 0040 good.ckp { save_timing_checkpoint $name -store good.ckp }
    assert_refused 0040 good.ckp { restore_timing_checkpoint $name -store good.ckp }
  }
}

test "options that make no sense" {
  assert_refused 0003 good.ckp { save_timing_checkpoint a -store good.ckp -full -base base }
  assert_refused 0004 good.ckp { save_timing_checkpoint a -store good.ckp -meta "\{odd" }
  assert_refused 0005 good.ckp { save_timing_checkpoint a -store good.ckp -codec gzip } gzip
  foreach level { 0 20 -1 x 1.5 {} } {
    assert_refused 0006 good.ckp { save_timing_checkpoint a -store good.ckp -level $level }
  }
  assert_refused 0008 good.ckp { save_timing_checkpoint -store good.ckp } Usage
  assert_refused 0008 good.ckp { save_timing_checkpoint a b -store good.ckp } Usage
  assert_refused 0009 good.ckp { save_timing_checkpoint a -store good.ckp -meta { odd } }
  assert_refused 0010 good.ckp { report_timing_checkpoints -store good.ckp -format xml } xml
  foreach tolerance { -1e-15 1.5 x 1ps nan inf {} } {
    assert_refused 0012 good.ckp {
      save_timing_checkpoint a -store good.ckp -tolerance $tolerance
    } tolerance
  }
  # The engine's own check of options has no message id.
  assert { [catch { save_timing_checkpoint a -store good.ckp -nonsense }] } "unknown option"
  assert_equal [stage_tree good.ckp] {{base null} {next base}} "stages"
}

test "the path of the store is a file" {
  write_bytes file.ckp "not a store"
  foreach command {
    { save_timing_checkpoint a -store file.ckp }
    { restore_timing_checkpoint a -store file.ckp }
    { report_timing_checkpoints -store file.ckp }
  } {
    assert_refused 0040 good.ckp $command file.ckp "is a file"
  }
  assert_equal [read_text file.ckp] "not a store" "the file"
}

test "the path of the store is a directory of something else" {
  file mkdir other
  write_bytes other/notes.txt "mine"
  assert_refused 0040 other { save_timing_checkpoint a -store other } other
}

# The marker of a store that libraries of these versions read and write.
proc marker { read write } {
  set lines "ckp store\nread version $read\nwrite version $write\n"
  return "${lines}CRC-32 [format %08x [zlib crc32 $lines]]\n"
}

test "the store is of a newer format" {
  file copy -force good.ckp newer.ckp
  assert_equal [read_text newer.ckp/CKP_STORE] [marker 1 1] "the marker"
  write_bytes newer.ckp/CKP_STORE [marker 99 99]
  assert_refused 0047 newer.ckp { save_timing_checkpoint a -store newer.ckp } 99
  assert_refused 0047 newer.ckp { restore_timing_checkpoint base -store newer.ckp } 99
}

test "the store has been written to by a newer version, and can be read" {
  write_bytes newer.ckp/CKP_STORE [marker 1 99]
  foreach command {
    { save_timing_checkpoint a -store newer.ckp }
    { rollback_timing_checkpoint base -store newer.ckp }
    { delete_timing_checkpoint next -store newer.ckp }
    { compact_timing_checkpoints -store newer.ckp }
  } {
    assert_refused 0047 newer.ckp $command 99 {can be read, not changed}
  }
  check_timing_checkpoints -store newer.ckp -full
  restore_timing_checkpoint next -store newer.ckp
  forget_timing
}

test "one stage is of a newer format" {
  file copy -force good.ckp newer_stage.ckp
  set file newer_stage.ckp/stages/base.stage
  set bytes [read_text $file]
  # Both version fields of the header, and its checksum.
  set header "[string range $bytes 0 7][binary format ss 99 99][string range $bytes 12 27]"
  append header [binary format i [zlib crc32 $header]]
  write_bytes $file "$header[string range $bytes 32 end]"
  assert_refused 0047 newer_stage.ckp {
    restore_timing_checkpoint base -store newer_stage.ckp
  } 99
}

test "another process writes to the store" {
  set lock good.ckp/LOCK
  set holder [open "|flock $lock sh -c {echo locked; cat}" r+]
  assert_equal [gets $holder] locked "the other process"
  set failed [catch {
    assert_refused 0046 good.ckp { save_timing_checkpoint a -store good.ckp }
    assert_refused 0046 good.ckp { rollback_timing_checkpoint next -store good.ckp }
    # Readers never wait.
    report_timing_checkpoints -store good.ckp
    check_timing_checkpoints -store good.ckp
    restore_timing_checkpoint next -store good.ckp
    forget_timing
  } message options]
  close $holder
  if { $failed } {
    return -options $options $message
  }
}

# In a process of its own, since the engine is loaded once.
proc refused_when_loaded { id load_arguments args } {
  new_process { id load_arguments args } {
    load_small {*}$load_arguments
    assert_refused $id good.ckp { restore_timing_checkpoint base -store good.ckp } {*}$args
    assert_refused $id good.ckp { rollback_timing_checkpoint base -store good.ckp } {*}$args
  }
}

test "other scenes" {
  refused_when_loaded 0021 { -corners 1 } slow fast
}

test "another liberty" {
  refused_when_loaded 0022 { -liberty fast.lib } small_fast small_slow
}

test "other constraints" {
  make_sdc other.sdc 0.5
  refused_when_loaded 0023 { -sdc other.sdc }
}

test "a setting of the shell that constraints do not hold" {
  new_process {} {
    set ::sta_internal_bidirect_instance_paths_enabled 1
    load_small -spef place.spef
    assert_refused 0025 good.ckp { restore_timing_checkpoint base -store good.ckp }
  }
  # An engine that had calculated nothing yet calculates for itself afterwards.
  set timings {}
  foreach command { {} { assert_error 0025 { restore_timing_checkpoint base -store good.ckp } } } {
    new_process command {
      set ::sta_internal_bidirect_instance_paths_enabled 1
      load_small -spef place.spef
      eval $command
      write_bytes own.timing [engine_timing]
    }
    lappend timings [read_text own.timing]
  }
  assert_equal [lindex $timings 1] [lindex $timings 0] "timing after the refusal"
}

test "another netlist" {
  set netlist [read_text small.v]
  write_bytes renamed.v [string map { "u_out\[3\] " "u_renamed\[3\] " } $netlist]
  refused_when_loaded 0024 { -netlist renamed.v } missing extra \
    u_out.*3.*/A u_renamed.*3.*/A {2 pins are missing} -partial
}

test "another netlist, with -partial" {
  set output [new_process {} {
    load_small -netlist renamed.v -spef place.spef
    restore_timing_checkpoint base -store good.ckp -partial
    write_bytes partial.timing [engine_timing]
  }]
  assert_match {\d+} $output
  new_process {} {
    load_small -netlist renamed.v -spef place.spef
    assert_equal [engine_timing] [read_text partial.timing] "what the engine computes itself"
  }
}

test "an untouched store still restores" {
  restore_timing_checkpoint base -store good.ckp
  check_timing_checkpoints -store good.ckp -full
  assert_equal [stage_tree good.ckp] {{base null} {next base}} "stages"
}

finish
