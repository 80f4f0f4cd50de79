# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Saves in a live shell onto disks that refuse them: a full one, a read-only one; and beyond the limit of file sizes. The error says so, store and engine are as they were, and the same save works later.

source $env(CKP_TESTS)/tcl/helpers.tcl
make_small_design
load_small -spef place.spef

# The save of `stage` fails with the word KIND, and a message that matches.
proc assert_refused_by_disk { store stage kind pattern } {
  assert_refused {\d+} $store [list save_timing_checkpoint $stage -store $store] $pattern
  catch { save_timing_checkpoint $stage -store $store } - options
  assert_equal [lindex [dict get $options -errorcode] end] $kind "kind of the error"
  assert { [glob -nocomplain $store/tmp/*] eq {} } "nothing is left"
}

proc assert_sound { store } {
  exec $::env(CKP_COMMAND) verify --full $store
}

# A write beyond the limit would end the shell by a signal: the engine's, which gives the constraints to a
# file in memory, and the library's.
test "a limit of file sizes" {
  save_timing_checkpoint a -store limit.ckp
  try {
    exec prlimit --pid [pid] --fsize=16384:
    assert_refused 0045 limit.ckp { save_timing_checkpoint b -store limit.ckp -full } "file too large"
    exec prlimit --pid [pid] --fsize=4096:
    assert_refused_by_disk limit.ckp b NO_SPACE {write the constraints.* 4096 bytes}
    # What a restore compares with is written by the engine, too.
    assert_refused 0045 limit.ckp { restore_timing_checkpoint a -store limit.ckp } constraints
  } finally {
    exec prlimit --pid [pid] --fsize=unlimited:
  }
  replace_cell u_clk_root BUF_X2
  save_timing_checkpoint b -store limit.ckp
  assert_sound limit.ckp
  forget_timing
}

file mkdir disk
if { [catch { exec mount -t tmpfs -o size=4m none disk } message] } {
  finish
  puts "skipped: a tmpfs cannot be mounted here: $message"
  exit 0
}

test "a full disk" {
  save_timing_checkpoint a -store disk/s.ckp -full
  # Something else takes what is left, but for a page.
  catch { exec dd if=/dev/zero of=disk/other bs=4096 2> /dev/null }
  assert_refused_by_disk disk/s.ckp b NO_SPACE {No space left}
  file delete disk/other
  replace_cell u_clk_root BUF_X2
  save_timing_checkpoint b -store disk/s.ckp
  assert_sound disk/s.ckp
  forget_timing
}

test "a disk that becomes read-only" {
  exec mount -o remount,ro disk
  assert_refused_by_disk disk/s.ckp c IO {Read-only file system}
  assert_sound disk/s.ckp
  exec mount -o remount,rw disk
  save_timing_checkpoint c -store disk/s.ckp
  assert_sound disk/s.ckp
}

catch { exec umount disk }
finish
