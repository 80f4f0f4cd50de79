# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Placement of the demo: instances on a square grid of slots, ports around it.
#
# Each round pulls every instance to the mean of its nets, then spreads the
# instances over the grid again in the order of their coordinates. The same
# netlist always gives the same placement.

namespace eval place {
  variable pitch 8.0     ;# um between slots; the mean cell area at 70% use.
  variable max_degree 40 ;# Nets with more pins do not pull.
  variable x {}          ;# Slot coordinates of the instances.
  variable y {}
  variable port_x        ;# Of a port bit, by pin.
  variable port_y
}

# Ports stand around the grid in the order of their declaration.
proc place::ports { side } {
  variable port_x
  variable port_y
  set ports [lsearch -all -exact -integer $::netlist::pin_inst -1]
  set step [expr { 4.0 * $side / [llength $ports] }]
  set at 0.0
  foreach pin $ports {
    set along [expr { fmod($at, $side) }]
    switch [expr { int($at / $side) }] {
      0 { set px $along; set py 0 }
      1 { set px $side; set py $along }
      2 { set px [expr { $side - $along }]; set py $side }
      default { set px 0; set py [expr { $side - $along }] }
    }
    set port_x($pin) $px
    set port_y($pin) $py
    set at [expr { $at + $step }]
  }
}

# Coordinates of a pin: its port's or its instance's, in slots.
proc place::location { pin } {
  variable x
  variable y
  variable port_x
  variable port_y
  set inst [lindex $::netlist::pin_inst $pin]
  if { $inst < 0 } { return [list $port_x($pin) $port_y($pin)] }
  return [list [lindex $x $inst] [lindex $y $inst]]
}

# What pulls: for every net of moderate degree the instances on it, the sum of
# its port coordinates, its degree, and a weight that favors nets of few pins.
proc place::springs { } {
  variable max_degree
  variable port_x
  variable port_y
  set springs {}
  foreach pins $::netlist::net_pins {
    set degree [llength $pins]
    if { $degree < 2 || $degree > $max_degree } { continue }
    set insts {}
    set px 0.0
    set py 0.0
    foreach pin $pins {
      set inst [lindex $::netlist::pin_inst $pin]
      if { $inst >= 0 } {
        lappend insts $inst
      } else {
        set px [expr { $px + $port_x($pin) }]
        set py [expr { $py + $port_y($pin) }]
      }
    }
    lappend springs $insts $px $py $degree [expr { 1.0 / ($degree - 1) }]
  }
  return $springs
}

# Pull every instance to the weighted mean of the centers of its nets.
proc place::pull { springs } {
  variable x
  variable y
  set count [llength $x]
  set sum_x [lrepeat $count 0.0]
  set sum_y [lrepeat $count 0.0]
  set weight [lrepeat $count 0.0]
  foreach { insts cx cy degree w } $springs {
    foreach i $insts {
      set cx [expr { $cx + [lindex $x $i] }]
      set cy [expr { $cy + [lindex $y $i] }]
    }
    set cx [expr { $cx * $w / $degree }]
    set cy [expr { $cy * $w / $degree }]
    foreach i $insts {
      lset sum_x $i [expr { [lindex $sum_x $i] + $cx }]
      lset sum_y $i [expr { [lindex $sum_y $i] + $cy }]
      lset weight $i [expr { [lindex $weight $i] + $w }]
    }
  }
  # An instance that nothing pulls stays where it is.
  set x [lmap old $x sum $sum_x w $weight { expr { $w > 0 ? $sum / $w : $old } }]
  set y [lmap old $y sum $sum_y w $weight { expr { $w > 0 ? $sum / $w : $old } }]
}

# Give every instance a slot of its own: columns by x, within a column by y.
proc place::spread { side } {
  variable x
  variable y
  set by_x [lsort -real -indices $x]
  set column 0
  for { set first 0 } { $first < [llength $by_x] } { incr first $side } {
    set members [lrange $by_x $first [expr { $first + $side - 1 }]]
    set keys [lmap i $members { lindex $y $i }]
    set slot 0
    # A last column that is not full is spread over the whole height.
    set stretch [expr { double($side) / [llength $members] }]
    foreach position [lsort -real -indices $keys] {
      set i [lindex $members $position]
      lset x $i [expr { double($column) }]
      lset y $i [expr { $slot * $stretch }]
      incr slot
    }
    incr column
  }
}

# Place every instance of the netlist. Returns the side of the grid in slots.
proc place::run { { rounds 30 } } {
  variable x
  variable y
  set count [llength $::netlist::inst_name]
  set side [expr { int(ceil(sqrt($count))) }]
  ports $side
  expr { srand(1) }
  set x [lmap name $::netlist::inst_name { expr { rand() * $side } }]
  set y [lmap name $::netlist::inst_name { expr { rand() * $side } }]
  set springs [springs]
  for { set round 0 } { $round < $rounds } { incr round } {
    for { set step 0 } { $step < 4 } { incr step } { pull $springs }
    spread $side
  }
  return $side
}

# Place an instance that was added to the netlist last.
proc place::append_at { at_x at_y } {
  variable x
  variable y
  lappend x $at_x
  lappend y $at_y
}
