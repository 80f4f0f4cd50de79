// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

// Maps the carry-save adders of the multipliers onto full adders. ADDER has the
// pins of the library's full-adder cell, for which it stands.
module \$fa (A, B, C, X, Y);
  parameter WIDTH = 1;
  input [WIDTH-1:0] A, B, C;
  output [WIDTH-1:0] X, Y;

  genvar i;
  generate
    for (i = 0; i < WIDTH; i = i + 1) begin : slice
      ADDER adder (.A(A[i]), .B(B[i]), .C(C[i]), .YC(X[i]), .YS(Y[i]));
    end
  endgenerate
endmodule

// A full adder with a constant input goes to logic optimization instead.
module ADDER (A, B, C, YC, YS);
  parameter _TECHMAP_CONSTMSK_A_ = 0;
  parameter _TECHMAP_CONSTMSK_B_ = 0;
  parameter _TECHMAP_CONSTMSK_C_ = 0;
  wire _TECHMAP_FAIL_ =
      !_TECHMAP_CONSTMSK_A_ && !_TECHMAP_CONSTMSK_B_ && !_TECHMAP_CONSTMSK_C_;
  input A, B, C;
  output YC, YS;

  assign YC = (A & B) | (A & C) | (B & C);
  assign YS = A ^ B ^ C;
endmodule
