# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Wires of the demo, written as SPEF. Lengths follow from the placement.
#
# Before routing a net is a star: every pin is joined to the center of the net,
# and the branches are scaled to an estimate of the whole length. After routing
# it is a trunk with a branch to every pin, with detours and several segments.

namespace eval wires {
  # Ohm and fF per um, for the estimate and for the two routing directions.
  variable star_rc { 0.28 0.20 }
  variable horizontal_rc { 0.32 0.21 }
  variable vertical_rc { 0.25 0.19 }
  variable via 6.0             ;# Ohm, at every pin.
  variable segment 120.0       ;# um; a longer wire is cut.
  variable detour 0.25         ;# At most; each wire has its own.

  variable net ""              ;# The net being built: its name,
  variable next_node 1         ;# its next free node,
  variable resistors {}
  variable caps                ;# and the capacitance of each node.
}

proc wires::begin { name } {
  variable net $name
  variable next_node 1
  variable resistors {}
  variable caps
  array unset caps
}

proc wires::node { } {
  variable net
  variable next_node
  set node $net:$next_node
  incr next_node
  return $node
}

proc wires::pin_node { pin } {
  set inst [lindex $::netlist::pin_inst $pin]
  set name [lindex $::netlist::pin_name $pin]
  if { $inst < 0 } { return $name }
  return [lindex $::netlist::inst_name $inst]:$name
}

# Join two nodes with `length` um of wire in `pieces` pi sections.
proc wires::join_nodes { from to length rc { pieces 1 } { extra 0.0 } } {
  variable resistors
  variable caps
  lassign $rc ohm farad
  set ohms [expr { $length * $ohm / $pieces }]
  set half [expr { $length * $farad / $pieces / 2 }]
  for { set i 1 } { $i <= $pieces } { incr i } {
    set end [expr { $i == $pieces ? $to : [node] }]
    lappend resistors $from $end [expr { $ohms + $extra }]
    set extra 0.0
    set caps($from) [expr { [info exists caps($from)] ? $caps($from) + $half : $half }]
    set caps($end) [expr { [info exists caps($end)] ? $caps($end) + $half : $half }]
    set from $end
  }
}

# Coordinates of the pins in um, as two lists.
proc wires::coordinates { pins } {
  set xs {}
  set ys {}
  foreach pin $pins {
    lassign [place::location $pin] px py
    lappend xs [expr { $px * $::place::pitch }]
    lappend ys [expr { $py * $::place::pitch }]
  }
  return [list $xs $ys]
}

proc wires::span { values } {
  return [expr { [tcl::mathfunc::max {*}$values] - [tcl::mathfunc::min {*}$values] }]
}

proc wires::star { pins } {
  variable star_rc
  variable via
  lassign [coordinates $pins] xs ys
  set count [llength $pins]
  set cx [expr { [tcl::mathop::+ {*}$xs] / $count }]
  set cy [expr { [tcl::mathop::+ {*}$ys] / $count }]
  set lengths [lmap x $xs y $ys { expr { abs($x - $cx) + abs($y - $cy) } }]
  # Half the perimeter is the least length; a tree of many pins needs more.
  set estimate [expr { ([span $xs] + [span $ys]) * (1 + 0.06 * max(0, $count - 3)) }]
  set total [tcl::mathop::+ {*}$lengths]
  set scale [expr { $total > $estimate ? $estimate / $total : 1.0 }]
  set center [node]
  foreach pin $pins length $lengths {
    join_nodes $center [pin_node $pin] [expr { $length * $scale + 1 }] $star_rc 1 $via
  }
}

# Length of a routed wire: with its own detour, which only its name decides.
proc wires::routed { length name } {
  variable detour
  set share [expr { [zlib crc32 $name] / 4294967295.0 }]
  return [expr { $length * (1 + $detour * $share) + 1 }]
}

proc wires::pieces { length } {
  variable segment
  return [expr { 1 + int($length / $segment) }]
}

# A horizontal trunk at the median height and a branch to every pin.
proc wires::trunk { pins } {
  variable net
  variable horizontal_rc
  variable vertical_rc
  variable via
  lassign [coordinates $pins] xs ys
  set trunk_y [lindex [lsort -real $ys] [expr { [llength $ys] / 2 }]]
  set last ""
  foreach i [lsort -real -indices $xs] {
    set here [node]
    set x [lindex $xs $i]
    if { $last ne "" } {
      set length [routed [expr { $x - $last_x }] $here]
      join_nodes $last $here $length $horizontal_rc [pieces $length]
    }
    set pin [pin_node [lindex $pins $i]]
    set length [routed [expr { abs([lindex $ys $i] - $trunk_y) }] $pin]
    join_nodes $pin $here $length $vertical_rc [pieces $length] $via
    set last $here
    set last_x $x
  }
}

proc wires::put_header { stream stage } {
  puts $stream "*SPEF \"IEEE 1481-1998\""
  puts $stream "*DESIGN \"$::netlist::top\""
  puts $stream "*DATE \"none\"\n*VENDOR \"ckp\"\n*PROGRAM \"examples/demo, $stage\"\n*VERSION \"1\""
  puts $stream "*DESIGN_FLOW \"PIN_CAP NONE\" \"NAME_SCOPE LOCAL\""
  puts $stream "*DIVIDER /\n*DELIMITER :\n*BUS_DELIMITER \[ \]"
  puts $stream "*T_UNIT 1 NS\n*C_UNIT 1 FF\n*R_UNIT 1 OHM\n*L_UNIT 1 HENRY\n\n*PORTS"
  foreach pin [lsearch -all -exact -integer $::netlist::pin_inst -1] {
    puts $stream "[lindex $::netlist::pin_name $pin] [direction $pin]"
  }
}

# SPEF sees a port from outside: a port that drives its net is an input.
proc wires::direction { pin } {
  set drives [lindex $::netlist::pin_drives $pin]
  if { [lindex $::netlist::pin_inst $pin] < 0 } { return [expr { $drives ? "I" : "O" }] }
  return [expr { $drives ? "O" : "I" }]
}

proc wires::put_net { stream pins } {
  variable net
  variable resistors
  variable caps
  set total 0.0
  foreach node [array names caps] { set total [expr { $total + $caps($node) }] }
  set text [format "\n*D_NET %s %.4f\n*CONN\n" $net $total]
  foreach pin $pins {
    set kind [expr { [lindex $::netlist::pin_inst $pin] < 0 ? "*P" : "*I" }]
    append text "$kind [pin_node $pin] [direction $pin]\n"
  }
  append text "*CAP\n"
  set number 0
  foreach node [lsort -dictionary [array names caps]] {
    append text [format "%d %s %.4f\n" [incr number] $node $caps($node)]
  }
  append text "*RES\n"
  set number 0
  foreach { from to ohms } $resistors {
    append text [format "%d %s %s %.4f\n" [incr number] $from $to $ohms]
  }
  puts $stream "$text*END"
}

# Write the wires of every net that has a driver and a load; `shape` is star or
# trunk. Nets named in `skip` have no wires yet.
proc wires::write { file stage shape { skip {} } } {
  set stream [open $file w]
  put_header $stream $stage
  foreach name $::netlist::net_name pins $::netlist::net_pins {
    if { [llength $pins] >= 2 && $name ni $skip } {
      begin $name
      $shape $pins
      put_net $stream $pins
    }
  }
  close $stream
}
