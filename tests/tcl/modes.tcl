# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Scenes of several modes, each with constraints, libraries and wires of its own.

source $env(CKP_TESTS)/tcl/helpers.tcl

if { [info commands sta::define_scene_cmd] eq "" } {
  puts "skipped: this engine knows no modes"
  exit 0
}

make_small_design
make_liberty typical.lib small_typical 0.8
# In the mode test all is slower, and the pad does not drive.
make_sdc func.sdc 0.45
make_sdc test.sdc 0.9
write_bytes test.sdc "[read_text test.sdc]\nset_case_analysis 0 \[get_ports pad_en\]\n"

# Reads the design with the scenes MODE_LIBRARY, or without those that are named.
proc load_modes { { without {} } } {
  foreach library { slow typical fast } {
    read_liberty $library.lib
  }
  read_verilog small.v
  link_design small
  set wires { slow place typical route fast place }
  foreach { library spef } $wires {
    read_spef -name $spef.$library $spef.spef
  }
  foreach mode { func test } {
    read_sdc -mode $mode $mode.sdc
    foreach { library spef } $wires {
      set scene ${mode}_$library
      if { $scene ni $without } {
        define_scene $scene -mode $mode -liberty small_$library -spef $spef.$library
      }
    }
  }
}
set load_modes [list proc load_modes {{without {}}} [info body load_modes]]

test "three scenes in each of two modes, restored bit for bit and edited" {
  check_state "$load_modes; load_modes" {} {
    replace_cell u_clk_root BUF_X1
  }
}

test "modes have timing of their own" {
  new_process load_modes {
    eval $load_modes
    load_modes
    save_timing_checkpoint all -store modes.ckp
    assert { [sta::worst_slack_scene [sta::find_scene func_slow] max]
             != [sta::worst_slack_scene [sta::find_scene test_slow] max] } "worst slacks"
  }
}

test "a scene of one mode is dropped" {
  new_process load_modes {
    eval $load_modes
    load_modes test_typical
    assert_refused 0021 modes.ckp {
      restore_timing_checkpoint all -store modes.ckp
    } test_typical -scenes
    forget_timing
    restore_timing_checkpoint all -store modes.ckp \
      -scenes { func_slow func_typical func_fast test_slow test_fast }
    save_timing_checkpoint dropped -store modes.ckp -base all
  }
  new_process load_modes {
    eval $load_modes
    load_modes test_typical
    save_timing_checkpoint dropped -store native.ckp -full
  }
  assert_same_stage native.ckp dropped modes.ckp dropped
}

test "each scene is restored alone" {
  set scenes { func_slow func_typical func_fast test_slow test_typical test_fast }
  foreach scene $scenes {
    set without [lsearch -all -inline -not -exact $scenes $scene]
    new_process { load_modes scene without } {
      eval $load_modes
      load_modes $without
      save_timing_checkpoint $scene -store alone.ckp -full
    }
    new_process { load_modes scene without } {
      eval $load_modes
      load_modes $without
      restore_timing_checkpoint all -store modes.ckp -scenes $scene
      save_timing_checkpoint $scene -store again_alone.ckp -full
    }
    assert_same_stage alone.ckp $scene again_alone.ckp $scene
  }
}

test "constraints of one mode that differ are refused" {
  new_process load_modes {
    file copy -force func.sdc kept.sdc
    file copy -force test.sdc func.sdc
    eval $load_modes
    load_modes
    file copy -force kept.sdc func.sdc
    assert_refused 0023 modes.ckp { restore_timing_checkpoint all -store modes.ckp } create_clock
    forget_timing
    restore_timing_checkpoint all -store modes.ckp -scenes { test_slow test_typical test_fast }
  }
}

test "every stage is sound" {
  foreach store { modes.ckp alone.ckp again_alone.ckp } {
    check_timing_checkpoints -store $store -full
  }
}

finish
