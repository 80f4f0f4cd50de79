# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Shells that save, delete and compact are killed at random instants, CKP_KILLS times (20). What they said was
# committed is there to the last bit, what was interrupted is whole or absent, and the next shell goes on.

source $env(CKP_TESTS)/tcl/helpers.tcl
make_small_design

set kills [expr { [info exists env(CKP_KILLS)] ? $env(CKP_KILLS) : 20 }]
# Kills after which a store is begun anew, so that first saves are interrupted, too.
set renewed 20
# Most milliseconds from the first command to the kill: some saves long.
set window 250

# What the shell that is killed does: stages from `first` on, named after the wires that they have, full ones
# and deltas in turn; those before the last three are deleted. One shell has the same wires all the time: the
# times of latches depend on the history of edits.
set child {
  load_small -spef $wires.spef
  set_timing_checkpoint_store killed.ckp
  proc tell { args } {
    puts "@ $args"
    flush stdout
  }
  tell ready
  for { set number $first } { 1 } { incr number } {
    set stage $wires$number
    tell saving $stage
    save_timing_checkpoint $stage {*}[expr { $number % 2 ? "-full" : "" }]
    tell saved $stage
    lappend stages $stage
    while { [llength $stages] > 3 } {
      set stages [lassign $stages stage]
      tell deleting $stage
      delete_timing_checkpoint $stage
      tell deleted $stage
    }
    tell compacting all
    compact_timing_checkpoints
    tell compacted all
  }
}

# Starts a shell and kills it; returns what it told.
proc killed_shell { first wires stages } {
  global child window
  write_bytes child.tcl "source \$env(CKP_TESTS)/tcl/helpers.tcl
[list set first $first]
[list set wires $wires]
[list set stages $stages]
$child"
  set shell [open |[list [info nameofexecutable] -no_init -no_splash -exit child.tcl 2>@1] r]
  set told {}
  set output ""
  while { [gets $shell line] >= 0 } {
    append output $line\n
    if { [string match "@ *" $line] } {
      lappend told [lrange $line 1 end]
      if { $line eq "@ ready" } {
        after [expr { int(rand() * $window) }]
        exec kill -9 [pid $shell]
      }
    }
  }
  if { ![catch { close $shell } message options]
       || [lindex [dict get $options -errorcode] 0] ne "CHILDKILLED" } {
    error "the shell ended by itself:\n$output"
  }
  return $told
}

set where {}
set figures {}
foreach name { whole absent leftovers stages } {
  dict set figures $name 0
}
set number 0

# One kill. `committed` are the stages that are there for certain.
proc kill_once {} {
  global env number committed where figures
  set told [killed_shell $number [expr { rand() < 0.5 ? "place" : "route" }] $committed]
  set doubtful {}
  foreach event $told {
    lassign $event what stage
    switch $what {
      saving { incr number; set doubtful $stage }
      saved { lappend committed $stage; set doubtful {} }
      deleting {
        set committed [lsearch -all -inline -exact -not $committed $stage]
        set doubtful $stage
      }
      deleted { set doubtful {} }
    }
  }
  dict incr where [lindex $told end 0]
  if { ![file exists killed.ckp/CKP_STORE] } {
    assert { $committed eq {} } "the store was lost, which had $committed"
    return
  }
  dict incr figures leftovers [llength [glob -nocomplain killed.ckp/tmp/*]]
  exec $env(CKP_COMMAND) verify --full killed.ckp
  set found [lmap entry [stage_tree killed.ckp] { lindex $entry 0 }]
  foreach stage $found {
    assert_same_stage killed.ckp $stage reference.ckp [string trimright $stage 0123456789]
    dict incr figures stages
  }
  if { $doubtful ne {} } {
    dict incr figures [expr { $doubtful in $found ? "whole" : "absent" }]
    set found [lsearch -all -inline -exact -not $found $doubtful]
    if { $doubtful in [lmap entry [stage_tree killed.ckp] { lindex $entry 0 }] } {
      lappend committed $doubtful
    }
  }
  assert_equal [lsort $found] [lsort [lsearch -all -inline -exact -not $committed $doubtful]] "stages"
}

foreach wires { place route } {
  new_process wires {
    load_small -spef $wires.spef
    save_timing_checkpoint $wires -store reference.ckp
  }
}

test "nothing that was committed is lost by $kills kills" {
  for { set done 0 } { $done < $kills } { incr done } {
    if { $done % $renewed == 0 } {
      file delete -force killed.ckp
      set committed {}
    }
    kill_once
  }
  puts "kills: $kills; after: $where; interrupted stages and others: $figures"
}

finish
