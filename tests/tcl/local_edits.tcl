# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# After local edits a save finds timing anew only where they may have reached. A restore proves each stage
# by the engine's search of everything, every bit of it. On aes of ../shared/flows, where that directory is.

source $env(CKP_TESTS)/tcl/helpers.tcl
source $env(CKP_TESTS)/tcl/flow_stages.tcl

set body {
  # Names of gates that have cells of two drive strengths.
  proc gates {} {
    set names {}
    foreach cell [get_cells *] {
      if { [regexp {^(?!DFF).*_X[12]$} [get_name [$cell liberty_cell]]] } {
        lappend names [get_full_name $cell]
      }
    }
    return $names
  }

  proc replace { gate } {
    set cell [get_name [[get_cells $gate] liberty_cell]]
    replace_cell $gate [string map { _X1 _X2 _X2 _X1 } $cell]
  }

  # Saves, and then has the engine search everything and compare. `how` is what the save is to do: search
  # everything as well, or not. The engine says so itself.
  proc check { stage how } {
    save_timing_checkpoint $stage -store edits.ckp > $stage.said
    set said [expr { [string match "*arrivals invalid*" [read_text $stage.said]] ? "everything" : "cone" }]
    assert_equal $said $how "what was searched for $stage"
    set worst [sta::worst_slack_cmd max]
    set total [sta::total_negative_slack_cmd max]
    restore_timing_checkpoint $stage -store edits.ckp > $stage.restored
    assert_match {Restored stage} [read_text $stage.restored]
    assert_equal $worst [sta::worst_slack_cmd max] "worst slack"
    # A sum, in another order.
    assert { abs([sta::total_negative_slack_cmd max] - $total) <= 1e-5 * abs($total) } "total negative slack"
  }

  eval $load
  eval $wires
  set gates [gates]
  assert { [llength $gates] > 1000 } "gates to edit: [llength $gates]"
  sta::set_debug search 1
  sta::find_requireds
  save_timing_checkpoint base -store edits.ckp
  for { set round 0 } { $round < $rounds } { incr round } {
    # Apart from one another, or neighbours by name.
    set step [expr { $round % 2 ? 1 : 997 }]
    for { set i 0 } { $i < 3 } { incr i } {
      set gate [lindex $gates [expr { (7919 * $round + $step * $i) % [llength $gates] }]]
      replace $gate
      # The engine's own incremental search, which stops early, once or several times.
      if { $round % 3 == 0 || $i == 2 } {
        sta::find_requireds
      }
    }
    check edit$round cone
  }
  eval $edits
}

lassign [stage_scripts $flows aes 5_cts] load wires

# Data gates are replaced in some rounds of an edit and a save; then the script `edits` is run.
proc check_edits { rounds edits } {
  global load wires body
  file delete -force edits.ckp
  new_process { load wires rounds edits } $body
}

test "data gates are replaced; then nothing" {
  check_edits 8 { check nothing cone }
}

test "buffers of the clock are replaced, to which paths everywhere refer" {
  check_edits 1 {
    replace_cell [get_full_name [lindex [get_cells clkbuf_*] 0]] BUF_X2
    check clock everything
    replace [lindex $gates 5]
    check after_clock cone
  }
}

test "constraints, the netlist and annotation change as well" {
  check_edits 1 {
    replace [lindex $gates 10]
    sta::find_requireds
    set_load 0.02 [all_outputs]
    check constraints everything
    replace [lindex $gates 10]
    check after_constraints cone
    replace [lindex $gates 10]
    make_instance u_local NangateOpenCellLibrary/BUF_X1
    make_net n_local
    connect_pin n_local u_local/A
    check netlist everything
    replace [lindex $gates 10]
    check after_netlist cone
    foreach gate $gates {
      if { [get_name [[get_cells $gate] liberty_cell]] eq "INV_X1" } {
        break
      }
    }
    set_assigned_delay -cell -from [get_pins $gate/A] -to [get_pins $gate/ZN] 0.321
    check annotation everything
  }
}

finish
