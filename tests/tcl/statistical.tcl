# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Statistical timing, whose values are more numbers than a stage keeps, is refused.

source $env(CKP_TESTS)/tcl/helpers.tcl

if { [info commands sta::set_pocv_mode] eq "" } {
  puts "skipped: this engine has no statistical timing to turn on"
  exit 0
}

make_small_design
load_small -spef place.spef
save_timing_checkpoint scalar -store scalar.ckp

foreach mode { normal skew_normal } {
  test "nothing is saved or restored in mode $mode" {
    set ::sta_pocv_mode $mode
    assert_refused 0029 scalar.ckp { save_timing_checkpoint $mode -store scalar.ckp } sta_pocv_mode
    assert_refused 0029 scalar.ckp { restore_timing_checkpoint scalar -store scalar.ckp } Statistical
    report_timing_checkpoints -store scalar.ckp
    check_timing_checkpoints -store scalar.ckp -full
    set ::sta_pocv_mode scalar
    forget_timing
    restore_timing_checkpoint scalar -store scalar.ckp
  }
}

finish
