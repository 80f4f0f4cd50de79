# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# A row of stages between which the netlist changes: each is a delta of the one before, restored bit
# for bit in a new process; what changed is told, and what kept its name costs next to nothing.

source $env(CKP_TESTS)/tcl/helpers.tcl
make_small_design
set last ""

proc size { stage } {
  return [file size hops.ckp/stages/$stage.stage]
}

# Saves the netlist in STAGE.v as a delta and restores it in another process that reads no wires. Then
# restores the stage before on it; returns what is said of that.
proc hop { stage { wires place.spef } } {
  global last
  new_process { stage wires } {
    load_small -netlist $stage.v -spef $wires
    save_timing_checkpoint $stage -store hops.ckp
    write_bytes hop.timing [engine_timing]
    write_bytes hop.slack [sta::worst_slack_cmd max]
  }
  new_process stage {
    load_small -netlist $stage.v
    restore_timing_checkpoint $stage -store hops.ckp
    assert_equal [engine_timing] [read_text hop.timing] "timing"
    save_timing_checkpoint $stage -store again.ckp
  }
  assert_same_stage hops.ckp $stage again.ckp $stage
  set base [expr { $last eq "" ? "null" : $last }]
  assert_equal [lindex [stage_tree hops.ckp] end] [list $stage $base] "base"
  set text ""
  if { $last ne "" } {
    set text [new_process { stage last wires } {
      load_small -netlist $stage.v -spef $wires
      if { [catch { restore_timing_checkpoint $last -store hops.ckp } message] } {
        puts $message
        restore_timing_checkpoint $last -store hops.ckp -partial
      }
      # What the engine calculates by itself has other last bits than what it calculates at once.
      set slack [read_text hop.slack]
      assert { abs([sta::worst_slack_cmd max] - $slack) < 1e-6 * abs($slack) } "the slack"
    }]
  }
  set last $stage
  return $text
}

# What the refusal and the partial restore say, both.
proc assert_told { text args } {
  foreach pattern $args {
    assert { [regexp -all -- $pattern $text] >= 2 } "\"$pattern\" twice in \"$text\""
  }
}

# Gates of a cell in a module.
proc gates { module cell } {
  return [lmap instance $small_design::instances($module) {
    if { [lindex $instance 1] ne $cell } {
      continue
    }
    lindex $instance 0
  }]
}

test "the netlist to begin with" {
  make_netlist placed.v 3
  hop placed
}

test "cells are resized" {
  foreach name [lrange [gates cloud0 NAND2_X1] 0 2] {
    change_instance cloud0 $name NAND2_X2
  }
  change_instance small u_clk_root BUF_X1
  write_netlist resized.v
  assert_told [hop resized] {4 instances have other cells \(} {u_clk_root is BUF_X1, was BUF_X2}
}

test "cells are swapped for others of the same pins" {
  foreach name [lrange [gates cloud1 NAND2_X1] 0 1] {
    change_instance cloud1 $name XOR2_X1
  }
  write_netlist swapped.v
  assert_told [hop swapped] {2 instances have other cells \(} {is XOR2_X1, was NAND2_X1}
}

test "buffers are inserted" {
  change_instance small u_pad_reg ""
  small_design::wire small pad_far
  small_design::instance small u_pad_reg DFFR_X1 { D pad_far CK clk_root RN rst_n }
  small_design::instance small u_far BUF_X1 { A pad_y Y pad_far }
  # In the middle of the rows.
  small_design::wire block1 ck_far
  small_design::instance block1 u_ck_far BUF_X2 { A ck Y ck_far }
  write_netlist buffered.v
  assert_told [hop buffered] {2 instances were added \(u_block1/u_ck_far, u_far\)} \
    {4 pins are extra \(u_block1/u_ck_far/A, }
}

test "cells are removed" {
  change_instance block1 u_ck_far ""
  change_instance small u_float ""
  change_instance small u_post_reg ""
  write_netlist removed.v
  assert_told [hop removed] \
    {3 instances were removed \(u_block1/u_ck_far, u_float, u_post_reg\)} {pins are missing}
}

test "instances and ports are renamed" {
  change_instance small u_free ""
  small_design::instance small u_loose BUF_X1 { A scan_in Y free_result }
  set small_design::ports(small) \
    [string map { free_out free_result } $small_design::ports(small)]
  write_netlist renamed.v
  set text [new_process {} {
    load_small -netlist renamed.v
    if { [catch { restore_timing_checkpoint removed -store hops.ckp } message] } {
      puts $message
    }
  }]
  # The name is in the constraints, too.
  assert_match {CKP-0023: .*free_out.*free_result} $text
  new_process {} {
    load_small -netlist renamed.v -spef place.spef
    save_timing_checkpoint renamed -store hops.ckp
  }
  new_process {} {
    load_small -netlist renamed.v
    restore_timing_checkpoint renamed -store hops.ckp
    save_timing_checkpoint renamed -store again.ckp
  }
  assert_same_stage hops.ckp renamed again.ckp renamed
  set ::last renamed
}

test "the order of everything changes" {
  foreach module [array names small_design::instances] {
    set small_design::instances($module) [lreverse $small_design::instances($module)]
    set small_design::wires($module) [lreverse $small_design::wires($module)]
  }
  write_netlist reordered.v
  assert { ![string match *CKP-* [hop reordered]] } "the stage before is restored as it is"
}

test "the hierarchy is flattened, with its paths as escaped names" {
  flatten_netlist flattened.v /
  # The nets are named by escaped paths as well.
  write_bytes flattened.spef [regsub -all {([^\\ ])/} [read_text place.spef] {\1\\/}]
  assert { ![string match *CKP-* [hop flattened flattened.spef]] } "so is a hierarchical one"
}

test "what kept its name costs next to nothing" {
  new_process {} {
    load_small -netlist flattened.v -spef flattened.spef
    save_timing_checkpoint full -store hops.ckp -full
    save_timing_checkpoint unchanged -store hops.ckp
  }
  foreach { stage share } {
    resized 0.5 swapped 0.5 buffered 0.3 removed 0.3 renamed 0.2 reordered 0.05 flattened 0.05
  } {
    assert { [size $stage] - [size unchanged] < $share * [size full] } \
      "$stage, [size $stage] bytes of [size full]"
  }
}

test "the hierarchy is flattened to other names" {
  make_netlist small.v 3
  flatten_netlist underscores.v _
  new_process {} {
    load_small -netlist underscores.v
    save_timing_checkpoint underscores -store hops.ckp -base placed
    assert_error 0024 { restore_timing_checkpoint placed -store hops.ckp } \
      {instances were removed \(u_block0/in_reg} {instances were added \(u_block0_in_reg}
  }
  new_process {} {
    load_small -netlist underscores.v
    restore_timing_checkpoint underscores -store hops.ckp
  }
}

test "edits of a live netlist, read again by another process" {
  make_special_design
  new_process {} {
    load_special
    save_timing_checkpoint live -store live.ckp
    make_instance u_live small_slow/BUF_X1
    make_net pad_live
    disconnect_pin pad_in u_pad_reg/D
    connect_pin pad_in u_live/A
    connect_pin pad_live u_live/Y
    connect_pin pad_live u_pad_reg/D
    replace_cell u_out BUF_X1
    disconnect_pin free u_float/A
    delete_instance u_float
    make_instance u_made small_slow/INV_X2
    connect_pin free u_made/A
    save_timing_checkpoint edited -store live.ckp
    # Vertices have other numbers now, and some of those are used again. Edits may also leave the
    # loops of the design cut at other edges than a new process cuts them.
    disconnect_pin free u_made/A
    delete_instance u_made
    make_instance u_made small_slow/NAND2_X1
    connect_pin free u_made/B
    save_timing_checkpoint edited_again -store live.ckp
    write_bytes live.report [timing_report]
    write_verilog live.v
  }
  new_process {} {
    load_special -netlist live.v
    restore_timing_checkpoint edited_again -store live.ckp
    assert_equal [timing_report] [read_text live.report] "timing"
    save_timing_checkpoint edited_again -store again_live.ckp
    assert_error 0024 { restore_timing_checkpoint edited -store live.ckp } \
      {u_made is NAND2_X1, was INV_X2}
    assert_error 0024 { restore_timing_checkpoint live -store live.ckp } \
      {1 instance was removed \(u_float\); 2 instances were added \(u_live, u_made\)} \
      {u_out is BUF_X1, was BUF_X2}
  }
  assert_same_stage live.ckp edited_again again_live.ckp edited_again
  check_timing_checkpoints -store live.ckp -full
}

test "every stage is sound" {
  check_timing_checkpoints -store hops.ckp -full
}

finish
