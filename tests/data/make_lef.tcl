# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Writes a LEF with a technology and the cells of a liberty of make_liberty.tcl, for OpenROAD, which
# links no netlist without. The shapes mean nothing.
#
#   make_lef file liberty

proc make_lef { file liberty } {
  set stream [open $liberty]
  set lines [split [read $stream] \n]
  close $stream
  set stream [open $file w]
  puts $stream {VERSION 5.8 ;
BUSBITCHARS "[]" ;
DIVIDERCHAR "/" ;
UNITS
  DATABASE MICRONS 1000 ;
END UNITS
MANUFACTURINGGRID 0.005 ;
LAYER M1
  TYPE ROUTING ;
  DIRECTION HORIZONTAL ;
  PITCH 0.2 ;
  WIDTH 0.1 ;
END M1
SITE core
  CLASS CORE ;
  SIZE 0.2 BY 2.0 ;
END core}
  set cell ""
  foreach line $lines {
    if { [regexp {^  cell\((\w+)\)} $line - name] } {
      set cell $name
      puts $stream "MACRO $cell\n  CLASS CORE ;\n  SIZE 2.0 BY 2.0 ;\n  SITE core ;"
    } elseif { [regexp {^    pin\((\w+)\)} $line - name] } {
      set pin $name
    } elseif { [regexp {^      direction : (input|output|inout)} $line - direction] } {
      puts $stream "  PIN $pin\n    DIRECTION [string toupper $direction] ;\n    USE SIGNAL ;"
      puts $stream "    PORT\n      LAYER M1 ;\n      RECT 0.1 0.1 0.2 0.2 ;\n    END\n  END $pin"
    } elseif { $cell ne "" && $line eq "  \}" } {
      puts $stream "END $cell"
      set cell ""
    }
  }
  puts $stream "END LIBRARY"
  close $stream
}
