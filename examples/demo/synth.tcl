# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Synthesizes the demo design with yosys:
#   LIBERTY=cells.lib OUT=dir yosys -c examples/demo/synth.tcl
# Writes OUT/matrix_engine.v: a flat netlist of liberty cells without assign
# statements, with no buses but those of the ports.

yosys -import

set here [file dirname [file normalize [info script]]]
set liberty $::env(LIBERTY)
set out $::env(OUT)
set top matrix_engine

foreach file [lsort [glob $here/rtl/*.v]] { read_verilog $file }
read_liberty -lib $liberty
hierarchy -check -top $top

# The adder map comes between word-level and gate-level optimization, where
# multipliers are carry-save adders already and still whole.
synth -flatten -top $top -run begin:fine
maccmap
# Constants show once the partial products are gates, and travel through the
# adders in a few passes. Adders with constants become gates.
simplemap
opt -full
for { set pass 0 } { $pass < 4 } { incr pass } {
  techmap -map $here/adder_map.v
  opt
}
chtype -set FAX1 t:ADDER  ;# Same pins.
synth -top $top -run fine:check
dfflibmap -liberty $liberty

# A constraint file makes ABC buffer and size the gates.
set constraints [open $out/abc.constr w]
puts $constraints "set_driving_cell BUFX2"
puts $constraints "set_load 50"
close $constraints
abc -liberty $liberty -constr $out/abc.constr -D 4000

setundef -zero
# Without buffers an output would be a second name of an inner net, which needs
# an assign statement.
iopadmap -bits -outpad BUFX2 A:Y
splitnets -format _
opt_clean -purge
yosys rename -wire -suffix _reg t:DFFPOSX1
yosys rename -enumerate -pattern g% t:*
stat -liberty $liberty
check -assert
write_verilog -noattr -noexpr -simple-lhs $out/$top.v
