# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Writes a small design of the cells of make_liberty.tcl, always the same for the same arguments.
#
#   make_netlist file blocks     Verilog; about 115 instances a block
#   change_instance module name cell
#                                puts another cell in the place of one; "" removes it
#   write_netlist file           what has become of the netlist
#   flatten_netlist file divider what has become of it, without hierarchy; divider joins the names
#   make_spef file factor seed [top]
#                                parasitics of the netlist written last; factor scales all wires,
#                                seed changes each of them by up to a tenth
#   make_sdc file period         constraints
#
# A chain of register blocks, each with a cloud of gates two levels down. The odd blocks run on a
# gated clock, the last on a generated one. Around them what makes identities difficult: bus ports,
# a bidirectional port, escaped names, pins without constraint, pins without net.

namespace eval small_design {
  # module -> list of { direction name width }, width 0 for a scalar.
  variable ports
  # module -> list of { instance cell { port net ... } }; a bus bit of a port or net is name[i].
  variable instances
  # module -> declared wires
  variable wires
  variable random 1
  # flat net -> { driver pins } { load pins }, by SPEF names.
  variable flat

  proc random { bound } {
    variable random
    set random [expr { ($random * 1103515245 + 12345) % 2147483648 }]
    return [expr { ($random >> 8) % $bound }]
  }

  proc module { name port_list } {
    variable ports
    variable instances
    variable wires
    set ports($name) $port_list
    set instances($name) {}
    set wires($name) {}
  }

  proc instance { module name cell connections } {
    variable instances
    lappend instances($module) [list $name $cell $connections]
  }

  proc wire { module name } {
    variable wires
    lappend wires($module) $name
    return $name
  }

  # Connections of all bits of a bus port to nets.
  proc bus { port nets } {
    set connections {}
    set bit 0
    foreach net $nets {
      lappend connections "${port}\[$bit\]" $net
      incr bit
    }
    return $connections
  }

  proc bits { name count } {
    set nets {}
    for { set i 0 } { $i < $count } { incr i } {
      lappend nets "${name}\[$i\]"
    }
    return $nets
  }

  # Names that need a backslash in Verilog, each in another way.
  proc gate_name { layer bit } {
    switch [expr { ($layer * 16 + $bit) % 23 }] {
      3 { return "g${layer}\[$bit\]" }
      7 { return "g${layer}/$bit" }
      11 { return "g${layer}.${bit}" }
      13 { return "g${layer}\\$bit" }
      default { return "g${layer}_$bit" }
    }
  }

  proc define_cloud { name depth } {
    module $name { { input in 16 } { output out 16 } }
    set previous [bits in 16]
    for { set layer 0 } { $layer < $depth } { incr layer } {
      set next {}
      for { set bit 0 } { $bit < 16 } { incr bit } {
        set out "out\[$bit\]"
        if { $layer < $depth - 1 } {
          set out [wire $name "n${layer}_$bit"]
        }
        set cell [lindex { NAND2 XOR2 INV NAND2 BUF } [random 5]]_X[expr { 1 + [random 2] }]
        set connections [list A [lindex $previous $bit] Y $out]
        if { [string match "*2_X*" $cell] } {
          lappend connections B [lindex $previous [random 16]]
        }
        instance $name [gate_name $layer $bit] $cell $connections
        lappend next $out
      }
      set previous $next
    }
  }

  proc define_block { name cloud } {
    module $name { { input ck 0 } { input rst_n 0 } { input in 16 } { output out 16 } }
    set registered {}
    for { set bit 0 } { $bit < 16 } { incr bit } {
      set q [wire $name "q$bit"]
      lappend registered $q
      instance $name "in_reg\[$bit\]" DFFR_X[expr { 1 + [random 2] }] \
        [list D "in\[$bit\]" CK ck RN rst_n Q $q]
    }
    instance $name u_cloud $cloud [concat [bus in $registered] [bus out [bits out 16]]]
  }

  proc define_clocks {} {
    foreach net { clk_root clk_div clk_div_n en_q gclk } {
      wire small $net
    }
    instance small u_clk_root BUF_X2 { A clk Y clk_root }
    instance small u_div DFFR_X2 { D clk_div_n CK clk_root RN rst_n Q clk_div QN clk_div_n }
    instance small u_en DFFR_X1 { D en CK clk_root RN rst_n Q en_q }
    instance small u_gate CLKGATE_X1 { E en_q CK clk_root GCK gclk }
  }

  proc define_top { blocks } {
    module small {
      { input clk 0 } { input rst_n 0 } { input en 0 } { input pad_en 0 } { input scan_in 0 }
      { input din 16 } { output dout 8 } { output free_out 0 } { inout pad 0 }
    }
    define_clocks
    set data [bits din 16]
    for { set block 0 } { $block < $blocks } { incr block } {
      set clock [expr { $block % 2 ? "gclk" : "clk_root" }]
      if { $block == $blocks - 1 } {
        set clock clk_div
      }
      set next {}
      for { set bit 0 } { $bit < 16 } { incr bit } {
        lappend next [wire small "b${block}_$bit"]
      }
      instance small "u_block$block" block$block \
        [concat [list ck $clock rst_n rst_n] [bus in $data] [bus out $next]]
      set data $next
    }
    for { set bit 0 } { $bit < 8 } { incr bit } {
      instance small "u_out\[$bit\]" BUF_X2 [list A [lindex $data $bit] Y "dout\[$bit\]"]
    }
    define_odd_ends [lindex $data 8] [lindex $data 9]
  }

  proc define_odd_ends { a b } {
    foreach net { pad_y latch_q post } {
      wire small $net
    }
    instance small u_pad PAD_X1 [list A $a EN pad_en PAD pad Y pad_y]
    # A second driver of the same net.
    instance small u_pad2 PAD_X1 [list A $b EN pad_en PAD pad]
    instance small u_pad_reg DFFR_X1 { D pad_y CK clk_root RN rst_n }
    instance small u_latch LATCH_X1 [list D $b G clk_root Q latch_q]
    instance small u_post XOR2_X1 { A latch_q B pad_y Y post }
    instance small u_post_reg DFFR_X1 { D post CK clk_root RN rst_n }
    # Neither constrained nor timed.
    instance small u_free BUF_X1 { A scan_in Y free_out }
    # A pin without net, and an output that drives nothing.
    instance small u_float NAND2_X1 { A scan_in }
  }

  proc is_bus_bit { module net } {
    variable ports
    foreach port $ports($module) {
      if { [lindex $port 2] > 0 && [string match "[lindex $port 1]\\\[*\]" $net] } {
        return 1
      }
    }
    return 0
  }

  proc verilog_name { module net } {
    if { [regexp {^[A-Za-z_][A-Za-z0-9_]*$} $net] || [is_bus_bit $module $net] } {
      return $net
    }
    return "\\$net "
  }

  # Bus bits of one port as one concatenation, highest bit first.
  proc verilog_connections { module connections } {
    set scalars {}
    array set buses {}
    foreach { port net } $connections {
      set net [verilog_name $module $net]
      if { [regexp {^(.*)\[[0-9]+\]$} $port - base] } {
        set buses($base) [linsert [expr { [info exists buses($base)] ? $buses($base) : {} }] 0 $net]
      } else {
        lappend scalars ".${port}($net)"
      }
    }
    foreach base [lsort [array names buses]] {
      lappend scalars ".${base}(\{[join $buses($base) {, }]\})"
    }
    return [join $scalars ", "]
  }

  proc write_module { stream module } {
    variable ports
    variable instances
    variable wires
    set names {}
    foreach port $ports($module) {
      lappend names [lindex $port 1]
    }
    puts $stream "module ${module}([join $names {, }]);"
    foreach port $ports($module) {
      lassign $port direction name width
      set range [expr { $width > 0 ? "\[[expr { $width - 1 }]:0\] " : "" }]
      puts $stream "  $direction $range$name;"
    }
    foreach wire $wires($module) {
      puts $stream "  wire [verilog_name $module $wire];"
    }
    foreach instance $instances($module) {
      lassign $instance name cell connections
      puts $stream "  $cell [verilog_name $module $name]\
 ([verilog_connections $module $connections]);"
    }
    puts $stream "endmodule\n"
  }

  proc spef_name { name } {
    return [regsub -all {[^A-Za-z0-9_]} $name {\\&}]
  }

  # Adds the pins of a module's leaf instances to their flat nets. outer: port -> flat net.
  proc flatten { module path outer } {
    variable instances
    variable flat
    foreach instance $instances($module) {
      lassign $instance name cell connections
      set child "$path[spef_name $name]"
      set mapped {}
      foreach { port net } $connections {
        if { [dict exists $outer $net] } {
          set net [dict get $outer $net]
        } else {
          set net "$path[expr { [is_bus_bit $module $net] ? $net : [spef_name $net] }]"
        }
        lappend mapped $port $net
      }
      if { [info exists instances($cell)] } {
        flatten $cell "$child/" $mapped
      } else {
        foreach { port net } $mapped {
          set driver [expr { $port in { Y Q QN GCK } }]
          dict lappend flat($net) [expr { $driver ? "drivers" : "loads" }] "$child:$port"
        }
      }
    }
  }

  # Adds the leaf instances below a module, and their nets, to the lists of the caller.
  proc collect { module path divider outer instances_var wires_var } {
    upvar 1 $instances_var all_instances $wires_var all_wires
    variable instances
    foreach instance $instances($module) {
      lassign $instance name cell connections
      set mapped {}
      foreach { port net } $connections {
        if { [dict exists $outer $net] } {
          set net [dict get $outer $net]
        } elseif { $path ne "" } {
          set net $path$net
          lappend all_wires $net
        }
        lappend mapped $port $net
      }
      if { [info exists instances($cell)] } {
        collect $cell $path$name$divider $divider $mapped all_instances all_wires
      } else {
        lappend all_instances [list $path$name $cell $mapped]
      }
    }
  }

  # Ports of the top module are the other ends of their nets.
  proc flatten_ports { top } {
    variable ports
    variable flat
    foreach port $ports($top) {
      lassign $port direction name width
      foreach net [expr { $width > 0 ? [bits $name $width] : [list $name] }] {
        dict lappend flat($net) [expr { $direction == "output" ? "loads" : "drivers" }] $net
      }
    }
  }

  proc connection { pin role } {
    if { [string first ":" $pin] >= 0 } {
      return "*I $pin [expr { $role == "drivers" ? "O" : "I" }]"
    }
    return "*P $pin [expr { $role == "drivers" ? "I" : "O" }]"
  }

  # A star of resistors, with a capacitor at every pin.
  proc write_net { stream net ends factor } {
    set drivers [dict get $ends drivers]
    set loads [dict get $ends loads]
    set pins [concat $drivers $loads]
    set capacitors {}
    set total 0.0
    foreach pin $pins {
      set value [expr { $factor * (0.6 + 0.001 * [random 1000]) * (0.95 + 0.0001 * [random 1000]) }]
      lappend capacitors $value
      set total [expr { $total + $value }]
    }
    puts $stream "\n*D_NET $net [format %.5f $total]\n*CONN"
    foreach role { drivers loads } {
      foreach pin [dict get $ends $role] {
        puts $stream [connection $pin $role]
      }
    }
    puts $stream "*CAP"
    set index 0
    foreach pin $pins value $capacitors {
      puts $stream "[incr index] $pin [format %.5f $value]"
    }
    puts $stream "*RES"
    set index 0
    foreach pin [concat [lrange $drivers 1 end] $loads] {
      set value [expr { $factor * (40 + [random 400]) * (0.95 + 0.0001 * [random 1000]) }]
      puts $stream "[incr index] [lindex $drivers 0] $pin [format %.4f $value]"
    }
    puts $stream "*END"
  }
}

proc make_netlist { file blocks } {
  set small_design::random 20191111
  array unset small_design::instances
  for { set block 0 } { $block < $blocks } { incr block } {
    small_design::define_cloud cloud$block 6
    small_design::define_block block$block cloud$block
  }
  small_design::define_top $blocks
  write_netlist $file
}

proc change_instance { module name cell } {
  set changed {}
  foreach instance $small_design::instances($module) {
    if { [lindex $instance 0] ne $name } {
      lappend changed $instance
    } elseif { $cell ne "" } {
      lappend changed [lreplace $instance 1 1 $cell]
    }
  }
  set small_design::instances($module) $changed
}

proc write_netlist { file } {
  set stream [open $file w]
  foreach module [lsort [array names small_design::instances]] {
    small_design::write_module $stream $module
  }
  close $stream
}

proc flatten_netlist { file divider } {
  set instances {}
  set wires $small_design::wires(small)
  small_design::collect small "" $divider {} instances wires
  array unset small_design::instances
  set small_design::instances(small) $instances
  set small_design::wires(small) [lsort -unique $wires]
  write_netlist $file
}

proc make_spef { file factor seed { top small } } {
  array unset small_design::flat
  small_design::flatten_ports $top
  small_design::flatten $top "" {}
  set stream [open $file w]
  puts $stream {*SPEF "IEEE 1481-1998"
*DESIGN "ckp"
*DATE "1 January 2026"
*VENDOR "ckp"
*PROGRAM "make_design.tcl"
*VERSION "1"
*DESIGN_FLOW "PIN_CAP NONE"
*DIVIDER /
*DELIMITER :
*BUS_DELIMITER [ ]
*T_UNIT 1 NS
*C_UNIT 1 FF
*R_UNIT 1 OHM
*L_UNIT 1 HENRY}
  set small_design::random [expr { 7919 * ($seed + 1) }]
  foreach net [lsort [array names small_design::flat]] {
    set ends $small_design::flat($net)
    if { [dict exists $ends drivers] && [dict exists $ends loads] } {
      small_design::write_net $stream $net $ends $factor
    }
  }
  close $stream
}

proc make_sdc { file period } {
  set stream [open $file w]
  puts $stream [string map [list @PERIOD@ $period @IO@ [expr { 0.2 * $period }]] {
create_clock -name clk -period @PERIOD@ [get_ports clk]
create_generated_clock -name clk_div -source [get_ports clk] -divide_by 2 [get_pins u_div/Q]
set_propagated_clock [get_clocks clk_div]
set_clock_uncertainty 0.02 [get_clocks clk]
set_input_transition 0.04 [all_inputs]
set_input_delay @IO@ -clock clk [get_ports din*]
set_input_delay -min 0.01 -clock clk [get_ports {en pad_en}]
set_input_delay -max @IO@ -clock clk [get_ports {en pad_en}]
set_input_delay @IO@ -clock clk_div -add_delay [get_ports pad]
set_output_delay @IO@ -clock clk_div [get_ports dout*]
set_output_delay @IO@ -clock clk [get_ports pad]
set_load 0.02 [all_outputs]
group_path -name outputs -to [all_outputs]
set_multicycle_path 2 -setup -from [get_ports {din[3]}]
set_false_path -from [get_ports {din[5]}] -to [get_clocks clk_div]
set_false_path -from [get_ports rst_n]}]
  close $stream
}
