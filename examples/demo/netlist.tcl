# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Flat netlists of the demo: what yosys writes is read, edited and written.
#
# Instances, nets and pins are numbered; lists indexed by these numbers hold
# their attributes. A pin is an instance pin or a bit of a port.

namespace eval netlist {
  variable top ""
  variable header {}      ;# Port declarations as text.
  variable inst_name {}
  variable inst_cell {}
  variable inst_pins {}   ;# Pins of an instance, in netlist order.
  variable net_name {}
  variable net_pins {}    ;# Pins of a net.
  variable pin_inst {}    ;# Instance; -1 for a port bit.
  variable pin_name {}    ;# Pin name, or the full name of the port bit.
  variable pin_net {}     ;# Net; -1 for a constant.
  variable pin_value {}   ;# The constant, where there is no net.
  variable pin_drives {}  ;# 1 if the pin drives its net.
  variable net_index
  array set net_index {}
}

# Output pins of the OSU cells. Everything else is an input.
proc netlist::is_output { pin } {
  return [expr { $pin in { Y YC YS Q } }]
}

# Flattening leaves escaped names such as \u_fifo.word[3]_1 . Plain
# identifiers spare every later reader the escapes.
proc netlist::plain_name { name } {
  if { [string index $name 0] ne "\\" } { return $name }
  return [string map { . _ \[ _ \] "" } [string trim [string range $name 1 end]]]
}

proc netlist::net { name } {
  variable net_index
  variable net_name
  variable net_pins
  if { ![info exists net_index($name)] } {
    set net_index($name) [llength $net_name]
    lappend net_name $name
    lappend net_pins {}
  }
  return $net_index($name)
}

proc netlist::add_pin { inst name net value drives } {
  variable pin_inst
  variable pin_name
  variable pin_net
  variable pin_value
  variable pin_drives
  variable net_pins
  set pin [llength $pin_inst]
  lappend pin_inst $inst
  lappend pin_name $name
  lappend pin_net $net
  lappend pin_value $value
  lappend pin_drives $drives
  if { $net >= 0 } { lset net_pins $net end+1 $pin }
  return $pin
}

proc netlist::add_instance { cell name } {
  variable inst_name
  variable inst_cell
  variable inst_pins
  lappend inst_name $name
  lappend inst_cell $cell
  lappend inst_pins {}
  return [expr { [llength $inst_name] - 1 }]
}

# Connect pin `name` of an instance to a net, or to a constant if net is -1.
proc netlist::connect { inst name net { value "" } } {
  variable inst_pins
  set pin [add_pin $inst $name $net $value [is_output $name]]
  lset inst_pins $inst end+1 $pin
  return $pin
}

# Move loads that share one net to another net.
proc netlist::move_loads { pins net } {
  variable pin_net
  variable net_pins
  set old [lindex $pin_net [lindex $pins 0]]
  set moved {}
  foreach pin $pins {
    dict set moved $pin 1
    lset pin_net $pin $net
  }
  lset net_pins $old [lmap pin [lindex $net_pins $old] {
    if { [dict exists $moved $pin] } { continue }
    set pin
  }]
  lset net_pins $net [concat [lindex $net_pins $net] $pins]
}

# The pin that drives a net, or -1.
proc netlist::driver { net } {
  variable net_pins
  variable pin_drives
  foreach pin [lindex $net_pins $net] {
    if { [lindex $pin_drives $pin] } { return $pin }
  }
  return -1
}

# The pin of an instance that has this name.
proc netlist::find_pin { inst name } {
  variable inst_pins
  variable pin_name
  foreach pin [lindex $inst_pins $inst] {
    if { [lindex $pin_name $pin] eq $name } { return $pin }
  }
  error "instance $inst has no pin $name"
}

proc netlist::add_port { direction msb lsb name } {
  variable header
  if { $msb eq "" } {
    lappend header "  $direction $name;"
    set bits [list $name]
  } else {
    lappend header "  $direction \[$msb:$lsb\] $name;"
    set bits {}
    for { set i $lsb } { $i <= $msb } { incr i } { lappend bits "$name\[$i\]" }
  }
  foreach bit $bits {
    add_pin -1 $bit [net $bit] "" [expr { $direction eq "input" }]
  }
}

# Read what write_verilog of yosys writes for a flat netlist: one declaration,
# instance header or pin a line. Anything else is refused.
proc netlist::read { file } {
  variable top
  set stream [open $file]
  set inst -1
  while { [gets $stream line] >= 0 } {
    set line [string trim $line]
    if { [regexp {^\.(\w+)\((.*)\),?$} $line -> pin value] } {
      if { [regexp {^\d+'} $value] } {
        connect $inst $pin -1 1'b[string index $value end]
      } elseif { $value ne "" } {
        connect $inst $pin [net [plain_name $value]]
      }
    } elseif { [regexp {^([A-Z]\w*) (\S+) +\($} $line -> cell name] } {
      set inst [add_instance $cell [plain_name $name]]
    } elseif { [regexp {^(input|output) (?:\[(\d+):(\d+)\] )?(\w+);$} $line -> dir msb lsb name] } {
      add_port $dir $msb $lsb $name
    } elseif { [regexp {^module (\w+)\(} $line -> name] } {
      set top $name
    } elseif { ![regexp {^(|\);|wire .*;|endmodule|/\*.*\*/)$} $line] } {
      error "$file: cannot read \"$line\""
    }
  }
  close $stream
  variable inst_name
  if { [llength [lsort -unique $inst_name]] != [llength $inst_name] } {
    error "$file: two instances have the same plain name"
  }
}

proc netlist::write { file } {
  variable top
  variable header
  variable inst_name
  variable inst_cell
  variable inst_pins
  variable net_name
  variable pin_name
  variable pin_net
  variable pin_value
  set ports {}
  foreach declaration $header { lappend ports [string trimright [lindex $declaration end] ";"] }
  set stream [open $file w]
  puts $stream "module $top ([join $ports {, }]);"
  puts $stream [join $header "\n"]
  foreach name $inst_name cell $inst_cell pins $inst_pins {
    set connections {}
    foreach pin $pins {
      set net [lindex $pin_net $pin]
      set value [expr { $net >= 0 ? [lindex $net_name $net] : [lindex $pin_value $pin] }]
      lappend connections ".[lindex $pin_name $pin]($value)"
    }
    puts $stream "  $cell $name ([join $connections {, }]);"
  }
  puts $stream "endmodule"
  close $stream
}
