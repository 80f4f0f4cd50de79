# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Damaged stores and failing disks: refused by message id, nothing changed, nothing half done.

source $env(CKP_TESTS)/tcl/helpers.tcl
make_small_design
load_small -spef place.spef
save_timing_checkpoint base -store good.ckp
read_spef route.spef
save_timing_checkpoint next -store good.ckp

# A copy of the good store in which one stage file has other bytes.
proc damaged_store { stage bytes } {
  file delete -force bad.ckp
  file copy good.ckp bad.ckp
  write_bytes bad.ckp/stages/$stage.stage $bytes
}

test "truncated stage files" {
  set bytes [read_text good.ckp/stages/next.stage]
  set size [string length $bytes]
  set half [expr { $size / 2 }]
  foreach length [list 0 1 31 32 100 $half [expr { $size - 33 }] [expr { $size - 1 }]] {
    damaged_store next [string range $bytes 0 $length-1]
    assert_refused 004(8|9) bad.ckp { restore_timing_checkpoint next -store bad.ckp } next
    assert_refused 0027 bad.ckp { check_timing_checkpoints -store bad.ckp }
  }
}

test "bits flipped all over a stage file" {
  foreach stage { base next } {
    set bytes [read_text good.ckp/stages/$stage.stage]
    set size [string length $bytes]
    for { set step 0 } { $step < 16 } { incr step } {
      set position [expr { $step * ($size - 1) / 15 }]
      binary scan [string index $bytes $position] cu byte
      set flipped [binary format c [expr { $byte ^ (1 << ($step % 8)) }]]
      damaged_store $stage [string replace $bytes $position $position $flipped]
      assert_refused 0027 bad.ckp { check_timing_checkpoints -store bad.ckp } $stage
      assert_error 00(4\[789\]|5\[01\]) { restore_timing_checkpoint $stage -store bad.ckp }
    }
  }
}

test "stage files swapped" {
  damaged_store base [read_text good.ckp/stages/next.stage]
  write_bytes bad.ckp/stages/next.stage [read_text good.ckp/stages/base.stage]
  assert_refused 0048 bad.ckp { restore_timing_checkpoint base -store bad.ckp } base
  assert_refused 00(48|51) bad.ckp { restore_timing_checkpoint next -store bad.ckp }
  assert_refused 0027 bad.ckp { check_timing_checkpoints -store bad.ckp }
}

test "the base is missing" {
  file delete -force bad.ckp
  file copy good.ckp bad.ckp
  file delete bad.ckp/stages/base.stage
  assert_refused 0050 bad.ckp { restore_timing_checkpoint next -store bad.ckp } base
  assert_refused 0027 bad.ckp { check_timing_checkpoints -store bad.ckp } base
}

test "the base is another stage of the same name" {
  save_timing_checkpoint base -store other.ckp
  damaged_store base [read_text other.ckp/stages/base.stage]
  assert_refused 0051 bad.ckp { restore_timing_checkpoint next -store bad.ckp } base
  assert_refused 0027 bad.ckp { check_timing_checkpoints -store bad.ckp } base
}

test "what is sound of a damaged store is repaired into a new one" {
  set bytes [read_text good.ckp/stages/next.stage]
  damaged_store next [string range $bytes 0 end-1]
  set damaged [store_state bad.ckp]
  file delete -force repaired.ckp
  # It fails as a check does, and tells what it has done.
  assert_refused 0027 bad.ckp {
    check_timing_checkpoints -store bad.ckp -repair repaired.ckp
  } "not sound" {next: .*next\.stage} {Copied: base\.} {Lost: next\.} {head of the new store is base\.}
  assert_equal [stage_tree repaired.ckp] {{base null}} "stages of the new store"
  check_timing_checkpoints -store repaired.ckp -full
  assert_same_stage good.ckp base repaired.ckp base
  restore_timing_checkpoint base -store repaired.ckp
  save_timing_checkpoint next -store repaired.ckp
  forget_timing
  # Stages that are there are never replaced, those of the store itself neither.
  foreach { new pattern } { repaired.ckp "holds stages already" bad.ckp "holds stages already" } {
    assert_refused 0043 $new { check_timing_checkpoints -store bad.ckp -repair $new } $pattern
  }
  assert_equal [store_state bad.ckp] $damaged "the damaged store"
  assert_refused 0042 bad.ckp { check_timing_checkpoints -store none.ckp -repair new.ckp } none.ckp
  write_bytes file "not a store"
  assert_refused 0040 bad.ckp { check_timing_checkpoints -store bad.ckp -repair file } file
  assert_refused 0040 bad.ckp { check_timing_checkpoints -store bad.ckp -repair "" }
  assert { ![file exists none.ckp] && ![file exists new.ckp] } "no store is made"
}

test "a sound store is repaired whole" {
  set text [printed check_timing_checkpoints -store good.ckp -full -repair whole.ckp]
  assert_match {Copied: base, next\.} $text
  assert_equal [store_state whole.ckp] [string map { good.ckp whole.ckp } [store_state good.ckp]] \
    "files of the new store"
}

# Runs the body with a small file system at `directory`; skips by name where that is not permitted.
proc with_mount { directory options body } {
  file mkdir $directory
  if { [catch { exec mount -t tmpfs -o $options tmpfs $directory 2>@1 } message] } {
    puts "skipped: cannot mount a tmpfs here: $message"
    return
  }
  set failed [catch { uplevel 1 $body } message return_options]
  exec umount $directory
  if { $failed } {
    return -options $return_options $message
  }
}

test "the disk is full" {
  with_mount full size=24k {
    assert_refused 0045 full { save_timing_checkpoint a -store full/store.ckp }
  }
  with_mount full size=1m {
    save_timing_checkpoint a -store full/store.ckp
    catch { exec dd if=/dev/zero of=full/filler bs=4k count=1000 2>/dev/null }
    assert_refused 0045 full/store.ckp { save_timing_checkpoint b -store full/store.ckp -full }
    file delete full/filler
    check_timing_checkpoints -store full/store.ckp -full
    save_timing_checkpoint b -store full/store.ckp
    assert_equal [stage_tree full/store.ckp] {{a null} {b a}} "stages"
  }
}

test "the store cannot be written" {
  with_mount readonly size=4m {
    save_timing_checkpoint a -store readonly/store.ckp
    exec mount -o remount,ro readonly
    assert_refused 0044 readonly/store.ckp { save_timing_checkpoint b -store readonly/store.ckp }
    assert_refused 0044 readonly/store.ckp {
      rollback_timing_checkpoint a -store readonly/store.ckp
    }
    assert_refused 0044 readonly { save_timing_checkpoint b -store readonly/other.ckp }
    restore_timing_checkpoint a -store readonly/store.ckp
    check_timing_checkpoints -store readonly/store.ckp
  }
}

test "the good store is still good" {
  check_timing_checkpoints -store good.ckp -full
}

finish
