# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Compares the paths that a stage tells with those of report_checks. Source helpers.tcl before.

set lent_lines 0

# So many digits of a nanosecond are all that a 32-bit time has.
set path_digits 17

# The reports of paths in a text, by endpoint, path group and type, as lists of lines without their
# blanks. Lines of dashes are as wide as the digits, the engine prints names without their backslashes,
# and how the borrowing of a latch comes about.
proc path_blocks { text } {
  set blocks {}
  set text [string map { \\ {} } $text]
  foreach block [lrange [split [string map { "Startpoint: " \x01 } $text] \x01] 1 end] {
    set lines {}
    set key {}
    set last ""
    foreach line [split "Startpoint: $block" \n] {
      set line [string trim [regsub -all {\s+} $line " "]]
      if { $line eq "Time Borrowing Information" } {
        break
      }
      if { [regexp {^\(} $line] } {
        lset lines end "[lindex $lines end] $line"
      } elseif { [regexp {^(At|Note|Traced) } $line] } {
        # What is said of the path is no part of the report.
        continue
      } elseif { $line ne "" && ![regexp {^-+$} $line] && ![regexp {^Corner} $line] } {
        lappend lines $line
        if { [regexp {^Path (Group|Type): (.*)} $line - - value] } {
          lappend key $value
        } elseif { [regexp {data arrival time$} $line] && [llength $key] == 2 } {
          regexp {[v^] (\S+) \(} $last - pin
          lappend key $pin
        }
        set last $line
      }
    }
    dict set blocks $key $lines
  }
  return $blocks
}

# Every path of the first text is in the second, to the last digit of every delay and time.
proc assert_same_paths { engine_text ckp_text what } {
  set engine [path_blocks $engine_text]
  set ckp [path_blocks $ckp_text]
  dict for { key lines } $engine {
    if { ![dict exists $ckp $key] } {
      error "$what: no path to $key"
    }
    foreach expected $lines line [dict get $ckp $key] {
      if { ![same_line $expected $line] } {
        error "$what: path to $key: \"$line\", the engine has \"$expected\""
      }
    }
  }
  return [dict size $engine]
}

# The engine prints what is below a millionth of a nanosecond as zero. What a latch lends is open in
# Debian's engine only; of others it is calculated back, and may differ in the last digit.
proc same_line { expected line } {
  # Lines for what is lent, the latch's data and its output.
  global lent_lines
  if { ![has_clock_iterator] && [regexp {time given} $expected] } {
    set lent_lines 3
  }
  if { [incr lent_lines -1] >= 0 } {
    set exact [expr { $lent_lines == 0 ? 1 : 2 }]
    for { set i 0 } { $i < $exact } { incr i } {
      if { abs([lindex $expected $i] - [lindex $line $i]) > 1e-6 } {
        return 0
      }
    }
    return [expr { [lrange $expected $exact end] eq [lrange $line $exact end] }]
  }
  foreach a [split $expected] b [split $line] {
    set are_numbers [expr { [string is double -strict $a] && [string is double -strict $b] }]
    if { $a ne $b && !($are_numbers && $a == 0 && abs($b) < 1e-6) } {
      return 0
    }
  }
  return 1
}

# Saves the engine's timing and compares its worst paths with those of the stage: so many, setup and
# hold. Returns how many were compared.
proc check_paths { store stage count { scene "" } { save_options {} } } {
  global path_digits
  save_timing_checkpoint $stage -store $store {*}$save_options
  set compared 0
  foreach min_max { max min } {
    set of_scene [expr { $scene eq "" ? "" : "-corner $scene" }]
    report_checks -path_delay $min_max -group_count $count -digits $path_digits {*}$of_scene \
      > engine.paths
    set of_scene [expr { $scene eq "" ? "" : "-scene $scene" }]
    report_timing_checkpoint_path -store $store -stage $stage -path_delay $min_max \
      -count [expr { 20 * $count }] -digits $path_digits {*}$of_scene > ckp.paths
    incr compared [assert_same_paths [read_text engine.paths] [read_text ckp.paths] \
      "$stage $min_max"]
  }
  return $compared
}
