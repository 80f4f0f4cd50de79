# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# For tests that run in ckp_sta, in an empty directory of their own. Environment:
#   CKP_TESTS     the tests directory
#   CKP_COMPARE   the program that compares two stages bit by bit
#   CKP_COMMAND   the command line
#   CKP_PRELUDE   script that makes another shell one like ckp_sta; not where it is one

source $env(CKP_TESTS)/data/make_liberty.tcl
source $env(CKP_TESTS)/data/make_design.tcl
source $env(CKP_TESTS)/data/make_special.tcl
if { [info exists env(CKP_PRELUDE)] } {
  source $env(CKP_PRELUDE)
}

set failed_tests 0

# A test passes when its body ends without error. Later tests run all the same.
proc test { name body } {
  global failed_tests
  if { [catch { uplevel 1 $body } message options] } {
    incr failed_tests
    puts "FAIL $name\n  [string map { \n "\n  " } [dict get $options -errorinfo]]"
  } else {
    puts "PASS $name"
  }
}

# Ends the script. Where no test failed, the shell decides: it has seen errors between the tests.
proc finish {} {
  global failed_tests
  if { $failed_tests > 0 } {
    puts "$failed_tests failed"
    exit 1
  }
}

proc assert { condition what } {
  if { ![uplevel 1 [list expr $condition]] } {
    error "not true: $what ($condition)"
  }
}

proc first_difference { a b } {
  foreach line_a [split $a \n] line_b [split $b \n] {
    if { $line_a ne $line_b } {
      return "\"$line_a\" and \"$line_b\""
    }
  }
}

proc assert_equal { actual expected what } {
  if { $actual ne $expected } {
    error "$what: first difference: [first_difference $actual $expected]"
  }
}

proc assert_match { pattern text } {
  if { ![regexp -- $pattern $text] } {
    error "\"$text\" does not match \"$pattern\""
  }
}

# The body fails with this message id (a pattern) and a text that matches every pattern.
proc assert_error { id body args } {
  if { ![catch { uplevel 1 $body } message options] } {
    error "no error; expected CKP-$id: $message"
  }
  assert_match "^CKP-($id): " $message
  assert_match "^CKP ($id) \[A-Z_\]+$" [dict get $options -errorcode]
  foreach pattern $args {
    assert_match $pattern $message
  }
}

# Runs the body as a script in a ckp_sta of its own, with these helpers; returns what it printed.
# Variables of the caller that are named in `import` keep their values there.
proc new_process { import body } {
  set stream [open process.tcl w]
  puts $stream {source $env(CKP_TESTS)/tcl/helpers.tcl}
  foreach name $import {
    upvar 1 $name value
    puts $stream [list set $name $value]
  }
  puts $stream "if { \[catch {$body} message options\] } {"
  puts $stream "  puts \[dict get \$options -errorinfo\]; exit 1"
  puts $stream "}\nexit 0"
  close $stream
  if { [catch {
    exec -ignorestderr [info nameofexecutable] -no_init -no_splash -exit process.tcl 2>@1
  } output] } {
    error "in a new process: $output"
  }
  return $output
}

# Liberties, netlist, constraints and two sets of wires of the small design.
proc make_small_design {} {
  make_liberty slow.lib small_slow 1.0
  make_liberty fast.lib small_fast 0.6
  make_netlist small.v 3
  make_sdc small.sdc 0.45
  make_spef place.spef 1.0 1
  make_spef route.spef 1.08 2
}

# Defines scenes (corners); each reads the liberty NAME.lib.
proc define_scenes { names } {
  define_corners {*}$names
  foreach name $names {
    read_liberty -corner $name $name.lib
  }
}

# Reads the small design. Options: -corners (slow and fast scenes), -scenes names, -netlist file,
# -sdc file, -liberty file, -spef file.
proc load_small { args } {
  array set files {
    -netlist small.v -sdc small.sdc -liberty slow.lib -spef {} -corners 0 -scenes {}
  }
  array set files $args
  if { $files(-corners) } {
    define_scenes { slow fast }
  } elseif { $files(-scenes) ne {} } {
    define_scenes $files(-scenes)
  } else {
    read_liberty $files(-liberty)
  }
  read_verilog $files(-netlist)
  link_design small
  read_sdc $files(-sdc)
  if { $files(-spef) ne {} } {
    read_spef $files(-spef)
  }
}

# Liberty, netlists and wires of the design that has one of everything.
proc make_special_design {} {
  make_liberty slow.lib small_slow 1.0
  make_special special.v
  make_spef special.spef 1.0 1 special
  # Of two paths that are equally late the engine reports any, so rise and fall differ.
  write_bytes special.sdc {
create_clock -name clk -period 0.9 [get_ports clk]
create_clock -name clk2 -period 1.3 [get_ports clk2]
set_input_delay -rise 0.10 -clock clk [get_ports {a b en}]
set_input_delay -fall 0.11 -clock clk [get_ports {a b en}]
set_input_transition 0.03 [get_ports {a b en sel clk clk2}]
set_output_delay 0.15 -clock clk [get_ports {out out2}]
}
}

# Reads it with its wires and the least constraints. Options: -netlist file, -sdc file.
proc load_special { args } {
  read_liberty slow.lib
  load_special_design {*}$args
}

# The same where the libraries are there.
proc load_special_design { args } {
  array set files { -netlist special.v -sdc special.sdc }
  array set files $args
  read_verilog $files(-netlist)
  link_design special
  if { $files(-sdc) ne {} } {
    read_sdc $files(-sdc)
  }
  read_spef special.spef
}

# Shows that a checkpoint keeps a state of the engine. The script `state` makes it in every process;
# `annotation` is run where the stage is saved, and is brought by the restore. The script `edit` is run
# after both, and has to be timed as without a checkpoint.
proc check_state { state annotation edit } {
  foreach store { state native again edited } {
    file delete -force $store.ckp
  }
  new_process { state annotation } {
    eval $state
    eval $annotation
    save_timing_checkpoint state -store state.ckp
    write_bytes state.timing [engine_timing]
    write_bytes state.report [timing_report]
  }
  new_process { state annotation edit } {
    eval $state
    eval $annotation
    # What is found before an edit leaves its traces in what is found after it, so all is asked that
    # is asked of the restored engine.
    assert_equal [engine_timing] [read_text state.timing] "timing in another process"
    assert_equal [timing_report] [read_text state.report] "report_checks in another process"
    eval $edit
    write_bytes edited.timing [engine_timing]
    write_bytes edited.report [timing_report]
    save_timing_checkpoint edited -store native.ckp
  }
  new_process { state edit } {
    eval $state
    restore_timing_checkpoint state -store state.ckp
    assert_equal [engine_timing] [read_text state.timing] "timing"
    assert_equal [timing_report] [read_text state.report] "report_checks"
    save_timing_checkpoint state -store again.ckp
    eval $edit
    assert_equal [engine_timing] [read_text edited.timing] "timing after the edit"
    assert_equal [timing_report] [read_text edited.report] "report_checks after the edit"
    save_timing_checkpoint edited -store edited.ckp
  }
  assert_same_stage state.ckp state again.ckp state
  assert_same_stage native.ckp edited edited.ckp edited
  assert { [read_text edited.timing] ne [read_text state.timing] } "the edit changes timing"
}

# Edits of the special design that every clock and most paths feel.
proc resize {} {
  replace_cell u_ck1 BUF_X1
  replace_cell u_x1 XOR2_X2
}

# The same for a state of the special design that is made by `commands` after it was read; it has to
# show in the timing. Further edits are made after those of above.
proc check_special { commands { annotation {} } { edit {} } } {
  if { ![file exists plain.timing] } {
    new_process {} {
      load_special
      write_bytes plain.timing [engine_timing][timing_report]
    }
  }
  check_state "load_special\n$commands" $annotation "resize\n$edit"
  set text [read_text state.timing][read_text state.report]
  assert { $text ne [read_text plain.timing] } "the state shows"
}

proc read_text { file } {
  set stream [open $file rb]
  set text [read $stream]
  close $stream
  return $text
}

proc write_bytes { file bytes } {
  set stream [open $file wb]
  puts -nonewline $stream $bytes
  close $stream
}

# Unpacks a gzip file, because not every engine reads these.
proc unpack { from to } {
  set stream [open $from rb]
  zlib push gunzip $stream
  set text [read $stream]
  close $stream
  write_bytes $to $text
}

# What a command prints.
proc printed { args } {
  uplevel 1 [list with_output_to_variable printed_text $args]
  upvar 1 printed_text text
  return $text
}

# What users look at: the worst paths, WNS, TNS. No capacitances, which parasitics would change.
proc timing_report {} {
  set text ""
  foreach path_delay { max min } {
    report_checks -path_delay $path_delay -group_count 100 -fields { slew input_pin } \
      -digits 9 > report.txt
    # Warnings name the script that they are about.
    append text [regsub -all -line {^Warning .*$} [read_text report.txt] ""]
  }
  foreach min_max { max min } {
    append text "tns [sta::total_negative_slack_cmd $min_max]"
    append text " worst [sta::worst_slack_cmd $min_max]\n"
  }
  return $text
}

# Iterates over what an engine iterator gives.
proc each { variable iterator body } {
  upvar 1 $variable item
  while { [$iterator has_next] } {
    set item [$iterator next]
    uplevel 1 $body
  }
  $iterator finish
}

# Debian's engine tells times by clock, later ones by path.
proc times_by_clock { vertex } {
  set clocks { NULL }
  each clock [sta::clock_iterator] {
    lappend clocks $clock
  }
  set times {}
  foreach edge { rise fall } {
    lappend times [$vertex slews $edge]
    foreach clock $clocks {
      foreach clock_edge { rise fall } {
        lappend times [$vertex arrivals_clk $edge $clock $clock_edge]
        lappend times [$vertex requireds_clk $edge $clock $clock_edge]
      }
    }
  }
  return $times
}

proc times_by_path { vertex } {
  set times {}
  foreach edge { rise fall } {
    foreach min_max { min max } {
      lappend times [$vertex slew $edge $min_max]
      set paths {}
      each path [$vertex path_iterator $edge $min_max] {
        lappend paths [list [$path arrival] [$path required] [$path slack]]
      }
      # Their order depends on the history of edits.
      lappend times [lsort $paths]
    }
  }
  return $times
}

proc edge_arcs { edge } {
  if { ![has_clock_iterator] } {
    return [$edge timing_arcs]
  }
  set arcs {}
  each arc [$edge timing_arc_iterator] {
    lappend arcs $arc
  }
  return $arcs
}

proc has_clock_iterator {} {
  return [expr { [info commands sta::clock_iterator] ne "" }]
}

# All slews, arrivals, requireds and delays as the engine itself tells them, at full precision.
proc engine_timing {} {
  sta::find_timing_cmd 0
  sta::find_requireds
  set vertex_times [expr { [has_clock_iterator] ? "times_by_clock" : "times_by_path" }]
  set lines {}
  each vertex [sta::vertex_iterator] {
    set line [list [sta::vertex_path_name $vertex] {*}[$vertex_times $vertex]]
    each edge [$vertex out_edge_iterator] {
      foreach arc [edge_arcs $edge] {
        lappend line [$edge arc_delays $arc]
      }
    }
    lappend lines $line
  }
  return [join $lines \n]
}

# Compares all that two stages hold.
proc assert_same_stage { store_a stage_a store_b stage_b } {
  global env
  if { [catch { exec $env(CKP_COMPARE) $store_a $stage_a $store_b $stage_b } output] } {
    error "stages $stage_a and $stage_b differ:\n$output"
  }
}

proc files_below { directory } {
  set files {}
  foreach entry [lsort [glob -nocomplain -directory $directory * .\[a-zA-Z0-9\]*]] {
    if { [file isdirectory $entry] } {
      lappend files {*}[files_below $entry]
    } else {
      lappend files $entry
    }
  }
  return $files
}

# Every file of a store with size and checksum. The lock file holds the last writer, no data.
proc store_state { directory } {
  set state {}
  foreach file [files_below $directory] {
    if { [file tail $file] ne "LOCK" } {
      set bytes [read_text $file]
      lappend state "$file [string length $bytes] [zlib crc32 $bytes]"
    }
  }
  return [join $state \n]
}

# The body fails with the id, and leaves the store's files and the engine's timing as they were.
# Reading the timing takes time, so what one check found is what the next one starts with.
proc assert_refused { id store body args } {
  global engine_before
  set files [store_state $store]
  if { ![info exists engine_before] } {
    set engine_before [engine_timing]
  }
  uplevel 1 [list assert_error $id $body {*}$args]
  assert_equal [store_state $store] $files "files of the store after the error"
  assert_equal [engine_timing] $engine_before "timing of the engine after the error"
}

# To be called after a command that changed the engine's timing on purpose.
proc forget_timing {} {
  unset -nocomplain ::engine_before
}

# The stages of a store as a list of { stage base }, from the JSON.
proc stage_tree { store } {
  set tree {}
  set json [printed report_timing_checkpoints -store $store -format json]
  foreach { - base } [regexp -all -inline {"base":\s*(null|"[^"]*")} $json] \
    { - stage } [regexp -all -inline {"stage":\s*"([^"]*)"} $json] {
    lappend tree [list $stage [string trim $base \"]]
  }
  return $tree
}
