# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# The difference of two stages equals one that is made of what the engine itself tells at both, in every
# row; of the small design, and of every hop of gcd in ../shared/flows, where that directory is.

source $env(CKP_TESTS)/tcl/helpers.tcl

if { ![has_clock_iterator] } {
  puts "skipped: the engine's own timing is read by commands that only Debian's engine has"
  exit 0
}
if { [auto_execok python3] eq "" } {
  puts "skipped: python3, which makes the reference, is not installed"
  exit 0
}

# Compares the diff of two stages of a store with that of their dumps, STAGE.dump.
proc check_diff { store from to scenes depth } {
  global env
  exec $env(CKP_COMMAND) diff $store $from $to --endpoints 1000000 --depth $depth \
    --format json > diff.json
  if { [catch {
    exec python3 [file join $env(CKP_TESTS) tcl diff_reference.py] $from.dump $to.dump diff.json \
      $depth {*}$scenes
  } output] } {
    error "diff of $from and $to:\n$output"
  }
  # Thousands of rows, so that a dump that is empty by mistake is seen.
  assert { [regexp {(\d+) rows$} $output - rows] && $rows > 300 } "rows: $output"
}

# Loads in a process of its own, saves, and dumps.
proc save_and_dump { store stage load scenes groups } {
  new_process { store stage load scenes groups } {
    source $env(CKP_TESTS)/tcl/dump_timing.tcl
    eval $load
    save_timing_checkpoint $stage -store $store
    dump_timing $stage.dump $scenes $groups
  }
}

# As the engine orders them.
set scenes { fast slow }
set groups { clk clk_div outputs }
make_small_design

test "two stages of the small design" {
  make_netlist placed.v 3
  make_spef placed.spef 1.0 1
  save_and_dump small.ckp placed {
    load_small -corners 1 -netlist placed.v -spef placed.spef
  } $scenes $groups
  change_instance small u_clk_root BUF_X1
  small_design::wire block1 ck_far
  small_design::instance block1 u_ck_far BUF_X2 { A ck Y ck_far }
  change_instance block0 u_float ""
  write_netlist routed.v
  make_spef routed.spef 1.3 2
  save_and_dump small.ckp routed {
    load_small -corners 1 -netlist routed.v -spef routed.spef
  } $scenes $groups
  check_diff small.ckp placed routed $scenes 1
  check_diff small.ckp routed placed $scenes 2
  check_diff small.ckp placed placed $scenes 1
}

test "an edit of one cell" {
  save_and_dump small.ckp edited {
    load_small -corners 1 -netlist routed.v -spef routed.spef
    replace_cell u_clk_root BUF_X2
  } $scenes $groups
  check_diff small.ckp routed edited $scenes 3
  check_diff small.ckp placed edited $scenes 1
}

test "another clock period and a group that is gone" {
  make_sdc slower.sdc 0.6
  write_bytes slower.sdc [string map { "group_path -name outputs -to [all_outputs]" "" } \
    [read_text slower.sdc]]
  save_and_dump small.ckp slower {
    load_small -corners 1 -netlist routed.v -spef routed.spef -sdc slower.sdc
  } $scenes { clk clk_div }
  check_diff small.ckp edited slower $scenes 1
}

set flows [file normalize [file join $env(CKP_TESTS) .. .. shared flows]]
if { ![file isdirectory $flows] } {
  puts "skipped in part: ../shared/flows is not here"
} else {
  set last ""
  set liberty [file join $flows lib nangate45_typ.lib.gz]
  unpack $liberty nangate45.lib
  foreach netlist [lsort [glob -directory [file join $flows gcd] *.v.gz]] {
    set stage [file rootname [file rootname [file tail $netlist]]]
    unpack $netlist gcd.v
    set wires [file join $flows gcd $stage.spef.gz]
    set load "read_liberty nangate45.lib; read_verilog gcd.v; link_design gcd
      read_sdc [list [file join $flows gcd $stage.sdc]]"
    if { [file exists $wires] } {
      unpack $wires gcd.spef
      append load "\nread_spef gcd.spef"
    }
    test "gcd, $stage" {
      save_and_dump gcd.ckp $stage $load default core_clock
      if { $last ne "" } {
        check_diff gcd.ckp $last $stage default 1
        check_diff gcd.ckp $stage $last default 1
      }
    }
    set last $stage
  }
  test "gcd, from the first stage to the last" {
    check_diff gcd.ckp 1_floorplan $last default 2
  }
}

finish
