# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Stages of many scenes; scenes that are dropped, added and restored alone.

source $env(CKP_TESTS)/tcl/helpers.tcl
make_small_design
make_liberty typical.lib small_typical 0.8
make_liberty cold.lib small_cold 0.5

proc load_scenes { args } {
  load_small -spef place.spef -scenes $args
}
set load_scenes [list proc load_scenes args [info body load_scenes]]

# The timing of a scene as users look at it.
proc scene_report { scene } {
  set text ""
  foreach path_delay { min max } {
    report_checks -corner $scene -path_delay $path_delay -group_count 50 -fields { slew } \
      -digits 9 > report.txt
    append text [read_text report.txt]
  }
  return $text
}
set scene_report [list proc scene_report scene [info body scene_report]]

test "three scenes, restored bit for bit and edited" {
  check_state "$load_scenes; load_scenes slow typical fast" {} {
    replace_cell u_clk_root BUF_X1
  }
}

test "three scenes in a row of deltas, with wires for min and max" {
  set apart { set_operating_conditions -analysis_type on_chip_variation }
  foreach { stage state wires } [list \
    floorplan {} {} \
    place {} { read_spef place.spef } \
    route $apart { read_spef -min place.spef; read_spef -max route.spef }] {
    # Each in a process of its own: what the engine found before shows in the last bits of a loop.
    new_process { stage state wires } {
      load_small -scenes { slow typical fast }
      eval $state
      eval $wires
      save_timing_checkpoint $stage -store three.ckp
    }
    new_process { stage state } {
      load_small -scenes { slow typical fast }
      eval $state
      restore_timing_checkpoint $stage -store three.ckp
      save_timing_checkpoint $stage -store again_three.ckp
    }
    assert_same_stage three.ckp $stage again_three.ckp $stage
  }
  assert_equal [stage_tree three.ckp] {{floorplan null} {place floorplan} {route place}} "bases"
}

test "scenes in another order" {
  new_process {} {
    load_small -scenes { fast slow typical }
    set text [printed restore_timing_checkpoint place -store three.ckp]
    assert_match {equal the stored ones bit for bit} $text
    assert { ![string match "*scene*" $text] } "all scenes: $text"
    save_timing_checkpoint other_order -store three.ckp -base place
    assert_equal [lindex [stage_tree three.ckp] end] {other_order place} "base"
  }
  new_process load_scenes {
    eval $load_scenes
    load_scenes fast slow typical
    save_timing_checkpoint other_order -store native.ckp -full
  }
  assert_same_stage native.ckp other_order three.ckp other_order
  # Nothing but names and the table of endpoints.
  assert { 8 * [file size three.ckp/stages/other_order.stage]
           < [file size native.ckp/stages/other_order.stage] } "the size of the delta"
}

test "a scene is dropped" {
  new_process load_scenes {
    eval $load_scenes
    load_scenes slow fast
    assert_refused 0021 three.ckp {
      restore_timing_checkpoint place -store three.ckp
    } slow typical fast -scenes
    assert_refused 0021 three.ckp { rollback_timing_checkpoint place -store three.ckp } typical
  }
  new_process {} {
    load_small -scenes { slow fast }
    set text [printed restore_timing_checkpoint place -store three.ckp -scenes { fast slow }]
    # Some engines order them by name.
    assert_match {Restored stage place \(scene (slow, fast|fast, slow)\): .* bit for bit} $text
    save_timing_checkpoint dropped -store three.ckp -base place
    replace_cell u_clk_root BUF_X1
    save_timing_checkpoint dropped_edited -store three.ckp
  }
  new_process load_scenes {
    eval $load_scenes
    load_scenes slow fast
    save_timing_checkpoint dropped -store native.ckp -full
  }
  assert_same_stage native.ckp dropped three.ckp dropped
  assert_equal [lrange [stage_tree three.ckp] end-1 end] \
    {{dropped place} {dropped_edited dropped}} "bases"
  assert { 8 * [file size three.ckp/stages/dropped.stage]
           < [file size native.ckp/stages/dropped.stage] } "the size of the delta"
}

test "each scene is restored alone" {
  foreach scene { slow typical fast } {
    new_process { load_scenes scene } {
      eval $load_scenes
      load_scenes $scene
      save_timing_checkpoint $scene -store alone.ckp -full
    }
    new_process scene {
      load_small -scenes $scene
      restore_timing_checkpoint place -store three.ckp -scenes $scene
      save_timing_checkpoint $scene -store again_alone.ckp -full
    }
    assert_same_stage alone.ckp $scene again_alone.ckp $scene
  }
}

test "the scenes that are not restored keep their timing" {
  # The wires of the stage in one scene, other wires in the others.
  new_process { load_scenes scene_report } {
    eval $load_scenes
    eval $scene_report
    load_scenes slow typical fast
    write_bytes wired.report [scene_report typical]
  }
  new_process { scene_report } {
    eval $scene_report
    load_small -scenes { slow typical fast } -spef route.spef
    set before [list [scene_report slow] [scene_report fast]]
    set other [scene_report typical]
    restore_timing_checkpoint place -store three.ckp -scenes typical
    assert_equal [scene_report typical] [read_text wired.report] "the restored scene"
    assert { [scene_report typical] ne $other } "it had other timing"
    assert_equal [list [scene_report slow] [scene_report fast]] $before "the other scenes"
  }
}

test "a scene is added" {
  new_process load_scenes {
    eval $load_scenes
    load_scenes slow cold typical fast
    assert_refused 0021 three.ckp {
      restore_timing_checkpoint place -store three.ckp
    } cold -scenes
    forget_timing
    restore_timing_checkpoint place -store three.ckp -scenes { slow typical fast }
    save_timing_checkpoint added -store three.ckp -base place
    replace_cell u_clk_root BUF_X1
    save_timing_checkpoint added_edited -store three.ckp
  }
  new_process load_scenes {
    eval $load_scenes
    load_scenes slow cold typical fast
    save_timing_checkpoint added -store native.ckp -full
    replace_cell u_clk_root BUF_X1
    save_timing_checkpoint added_edited -store native.ckp
  }
  foreach stage { added added_edited } {
    assert_same_stage native.ckp $stage three.ckp $stage
  }
  new_process {} {
    load_small -scenes { slow cold typical fast }
    restore_timing_checkpoint added -store three.ckp
  }
}

test "scenes that one of both lacks" {
  new_process {} {
    load_small -scenes { slow cold }
    foreach names { {} cold typical nowhere { slow nowhere } { slow cold } } {
      assert_refused 0021 three.ckp {
        restore_timing_checkpoint place -store three.ckp -scenes $names
      } slow typical fast cold
    }
    # What both have is enough.
    restore_timing_checkpoint place -store three.ckp -scenes slow
  }
}

test "a scene with another library" {
  new_process {} {
    file copy -force cold.lib other_slow.lib
    define_corners slow
    read_liberty -corner slow other_slow.lib
    read_verilog small.v
    link_design small
    read_sdc small.sdc
    assert_refused 0022 three.ckp {
      restore_timing_checkpoint place -store three.ckp -scenes slow
    } small_cold
  }
}

test "every stage is sound" {
  check_timing_checkpoints -store three.ckp -full
}

set flows [file normalize [file join $env(CKP_TESTS) .. .. shared flows]]
if { [file isdirectory $flows] } {
  test "a real design in three corners" {
    foreach corner { slow typ fast } {
      unpack $flows/lib/nangate45_$corner.lib.gz $corner.lib
    }
    foreach stage { 4_place_detailed 5_cts 6_repair_timing } {
      unpack $flows/gcd/$stage.v.gz $stage.v
      unpack $flows/gcd/$stage.spef.gz $stage.spef
      set load "read_verilog $stage.v; link_design gcd; read_sdc $flows/gcd/$stage.sdc"
      new_process { stage load } {
        define_scenes { slow typ fast }
        eval $load
        read_spef $stage.spef
        save_timing_checkpoint $stage -store gcd.ckp
      }
      new_process { stage load } {
        define_scenes { slow typ fast }
        eval $load
        restore_timing_checkpoint $stage -store gcd.ckp
        save_timing_checkpoint $stage -store again_gcd.ckp
      }
      assert_same_stage gcd.ckp $stage again_gcd.ckp $stage
    }
    new_process load {
      define_scenes { fast slow }
      eval $load
      restore_timing_checkpoint 6_repair_timing -store gcd.ckp -scenes fast
      save_timing_checkpoint two_scenes -store gcd.ckp -base 6_repair_timing
    }
    check_timing_checkpoints -store gcd.ckp -full
  }
} else {
  puts "skipped: ../shared/flows is not here for a real design in three corners"
}

finish
