# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Clock tree of the demo: sinks in clusters, a buffer for each cluster, and the
# buffers in clusters again until one drives all.

namespace eval cts {
  variable leaf_size 20
  variable branch_size 6
  variable buffer CLKBUF1
}

# Cut pins in halves at the median of their wider direction until each part
# has at most `size`.
proc cts::clusters { pins size } {
  if { [llength $pins] <= $size } { return [list $pins] }
  set xs {}
  set ys {}
  foreach pin $pins {
    lassign [place::location $pin] px py
    lappend xs $px
    lappend ys $py
  }
  set width [expr { [tcl::mathfunc::max {*}$xs] - [tcl::mathfunc::min {*}$xs] }]
  set height [expr { [tcl::mathfunc::max {*}$ys] - [tcl::mathfunc::min {*}$ys] }]
  set keys [expr { $width >= $height ? $xs : $ys }]
  set sorted [lmap i [lsort -real -indices $keys] { lindex $pins $i }]
  set half [expr { [llength $sorted] / 2 }]
  return [concat \
    [clusters [lrange $sorted 0 $half-1] $size] \
    [clusters [lrange $sorted $half end] $size]]
}

# Put a buffer amid the pins and let it drive them. Returns its input pin,
# which the caller connects to a net.
proc cts::add_buffer { name pins from_net } {
  variable buffer
  set cx 0.0
  set cy 0.0
  foreach pin $pins {
    lassign [place::location $pin] px py
    set cx [expr { $cx + $px }]
    set cy [expr { $cy + $py }]
  }
  set count [llength $pins]
  set inst [netlist::add_instance $buffer clkbuf_$name]
  place::append_at [expr { $cx / $count }] [expr { $cy / $count }]
  set net [netlist::net clknet_$name]
  set input [netlist::connect $inst A $from_net]
  netlist::connect $inst Y $net
  netlist::move_loads $pins $net
  return $input
}

# Build the tree of one clock net. Sinks in `early` are driven by the root
# buffer itself: a clock divider is one, so that its own tree balances.
proc cts::build { clock { early {} } } {
  variable leaf_size
  variable branch_size
  set net [netlist::net $clock]
  set sinks {}
  foreach pin [lindex $::netlist::net_pins $net] {
    if { ![lindex $::netlist::pin_drives $pin] && $pin ni $early } { lappend sinks $pin }
  }
  set level 0
  set size $leaf_size
  while { [llength $sinks] > $branch_size } {
    set inputs {}
    foreach cluster [clusters $sinks $size] {
      lappend inputs [add_buffer ${clock}_${level}_[llength $inputs] $cluster $net]
    }
    set sinks $inputs
    set size $branch_size
    incr level
  }
  add_buffer ${clock}_root [concat $sinks $early] $net
}
