# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Local edits of designs in Nangate45 or OSU's cells, for scripts/bench_hops.sh and scripts/bench.sh.

# The stronger cell in place of a weak gate; nothing if there is none.
proc stronger { cell } {
  if { [regexp {^((?!OAI33)(?:AND|AOI|INV|MUX|NAND|NOR|OAI|OR|XNOR|XOR)[0-9]*)_X1$} $cell -> kind] } {
    return ${kind}_X2
  }
  set osu { INVX1 INVX2 INVX2 INVX4 BUFX2 BUFX4 }
  return [expr { [dict exists $osu $cell] ? [dict get $osu $cell] : "" }]
}

# Up to `count` weak gates, the nearest before a pin: name, cell, stronger cell of each.
proc gates_before { pin count } {
  set gates {}
  for { set levels 1 } { $levels < 12 && [llength $gates] < 3 * $count } { incr levels } {
    set gates {}
    foreach gate [get_fanin -to $pin -flat -only_cells -levels $levels] {
      set cell [get_property $gate ref_name]
      if { [stronger $cell] ne "" } {
        lappend gates [get_full_name $gate] $cell [stronger $cell]
      }
    }
  }
  return [lrange $gates 0 [expr { 3 * $count - 1 }]]
}

# Replace ten weak gates: the nearest before the data pin of the register with this number.
proc edit_before { register } {
  set pin [lindex [all_registers -data_pins] $register]
  set gates [gates_before $pin 10]
  if { [llength $gates] != 30 } {
    error "There are no ten gates before [get_full_name $pin]."
  }
  foreach { gate from to } $gates {
    replace_cell $gate $to
  }
}

# `count` weak gates, the ten nearest before one register after the other: name, cell, stronger cell of each.
proc gates_before_registers { count } {
  set found {}
  foreach pin [all_registers -data_pins] {
    foreach { gate from to } [gates_before $pin 10] {
      if { [dict size $found] < $count } {
        dict set found $gate [list $from $to]
      }
    }
    if { [dict size $found] == $count } {
      return [concat {*}[lmap { gate cells } $found { list $gate {*}$cells }]]
    }
  }
  error "There are no $count weak gates before registers."
}
