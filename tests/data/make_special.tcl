# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Writes a design of the cells of make_liberty.tcl that has one of everything that timing engines
# treat in a way of its own. Source make_design.tcl before.
#
#   make_special file        Verilog
#   make_spef file f s special   its parasitics

namespace eval special_design {
  # Instances of the module: name, cell, connections.
  variable instances {
    Clocks {
      u_ck1 BUF_X2 { A clk Y ck1 }
      u_ck2 BUF_X1 { A ck1 Y ck_launch }
      u_ck3 BUF_X2 { A ck1 Y ck_capture }
      u_ckn INV_X2 { A ck1 Y ckn }
      u_div DFFR_X1 { D div_n CK ck1 RN rst_n Q div QN div_n }
      u_mux MUX2_X1 { A ck1 B clk2 S sel Y ck_mux }
      u_gate CLKGATE_X1 { E en CK ck1 GCK ck_gated }
    }
    {Registers on these, with a cloud and a clock tree that they share in part} {
      u_launch DFFR_X1 { D a CK ck_launch RN rst_n Q q0 }
      u_x1 XOR2_X1 { A q0 B b Y x1 }
      u_x2 NAND2_X1 { A x1 B q0 Y x2 }
      u_x3 INV_X1 { A x2 Y x3 }
      u_capture DFFR_X1 { D x3 CK ck_capture RN rst_n Q q1 QN q1_n }
      u_out BUF_X2 { A q1 Y out }
      u_slow DFFR_X1 { D x1 CK div RN rst_n Q q_div }
      u_from_slow DFFR_X1 { D q_div CK ck_capture RN rst_n Q q_back }
      u_muxed DFFR_X1 { D q_back CK ck_mux RN rst_n Q q_mux }
      u_gated DFFR_X2 { D q_mux CK ck_gated RN rst_n Q q_gated }
      u_gate2 NAND2_X2 { A ck1 B en Y ck_gated2 }
      u_gated2 DFFR_X1 { D q_gated CK ck_gated2 RN rst_n Q q_gated2 }
      u_out2 MUX2_X2 { A q_gated B q_mux S sel Y out2 }
    }
    {A pipeline of latches, transparent in turns} {
      u_l0 LATCH_X1 { D q0 G ck1 Q l0 }
      u_l1 XOR2_X1 { A l0 B q0 Y l1 }
      u_l2 NAND2_X1 { A l1 B l0 Y l2 }
      u_l3 LATCH_X1 { D l2 G ckn Q l3 }
      u_l4 XOR2_X2 { A l3 B q0 Y l4 }
      u_l5 LATCH_X1 { D l4 G ck1 Q l5 }
      u_l6 DFFR_X1 { D l5 CK ckn RN rst_n Q l6 }
    }
    {Loops: a ring, and two gates crossed} {
      u_ring1 NAND2_X1 { A en B ring3 Y ring1 }
      u_ring2 INV_X1 { A ring1 Y ring2 }
      u_ring3 INV_X1 { A ring2 Y ring3 }
      u_ring_reg DFFR_X1 { D ring2 CK ck_launch RN rst_n Q q_ring }
      u_set NAND2_X1 { A x1 B reset Y set }
      u_reset NAND2_X1 { A b B set Y reset }
      u_loop_reg DFFR_X1 { D set CK ck_launch RN rst_n Q q_loop }
    }
    {Two tristate buffers on one net, and a bidirectional pad} {
      u_t0 TBUF_X1 { A q0 EN en Y bus }
      u_t1 TBUF_X2 { A q1 EN en_n Y bus }
      u_tn INV_X1 { A en Y en_n }
      u_t_reg DFFR_X1 { D bus CK ck_capture RN rst_n Q q_bus }
      u_pad PAD_X1 { A q1 EN en PAD pad Y pad_in }
      u_pad_reg DFFR_X1 { D pad_in CK ck_capture RN rst_n Q q_pad }
    }
    {Pins that nothing constrains, that have no net, or drive nothing} {
      u_free BUF_X1 { A free Y free_out }
      u_float NAND2_X1 { A free }
      u_dead DFFR_X1 { D free_out CK nowhere RN rst_n }
    }
  }
}

proc make_special { file { black_box 0 } } {
  array unset small_design::instances
  small_design::module special {
    { input clk 0 } { input clk2 0 } { input rst_n 0 } { input a 0 } { input b 0 } { input en 0 }
    { input sel 0 } { input free 0 } { output out 0 } { output out2 0 } { output free_out 0 }
    { output box_out 0 } { inout pad 0 }
  }
  set all [concat {*}[dict values $special_design::instances]]
  # Without the black box its input goes on as its output.
  if { $black_box } {
    lappend all u_box NO_SUCH_CELL { in q1_n through box_out } u_box_reg DFFR_X1 \
      { D box_out CK ck_capture RN rst_n Q q_box }
  } else {
    lappend all u_box BUF_X1 { A q1_n Y box_out }
  }
  set ports { clk clk2 rst_n a b en sel free out out2 free_out box_out pad }
  set nets {}
  foreach { name cell connections } $all {
    small_design::instance special $name $cell $connections
    lappend nets {*}[dict values $connections]
  }
  foreach net [lsort -unique $nets] {
    if { $net ni $ports } {
      small_design::wire special $net
    }
  }
  write_netlist $file
}
