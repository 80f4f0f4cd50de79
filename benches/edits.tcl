# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Local edits of a Nangate45 design, for scripts/bench_hops.sh.

# Replace ten gates of strength 1 by those of strength 2: the nearest before the data pin of the register
# with this number.
proc edit_before { register } {
  set pin [lindex [all_registers -data_pins] $register]
  set gates {}
  for { set levels 1 } { $levels < 12 } { incr levels } {
    set gates {}
    foreach gate [get_fanin -to $pin -flat -only_cells -levels $levels] {
      if { [regexp {^((?!OAI33)(?:AND|AOI|INV|MUX|NAND|NOR|OAI|OR|XNOR|XOR)[0-9]*)_X1$} \
              [get_property $gate ref_name] -> kind] } {
        lappend gates [get_full_name $gate] $kind
      }
    }
    set gates [lrange $gates 0 19]
    if { [llength $gates] == 20 } {
      break
    }
  }
  if { [llength $gates] != 20 } {
    error "There are no ten gates before [get_full_name $pin]."
  }
  foreach { gate kind } $gates {
    replace_cell $gate ${kind}_X2
  }
}
