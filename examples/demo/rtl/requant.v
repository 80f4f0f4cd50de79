// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

// Scales a sum back to an operand: add the bias, multiply, shift with rounding,
// saturate. Three stages of unequal depth, so that slacks spread.
module requant #(
    parameter WIDTH = 8,
    parameter SUM_WIDTH = 20
) (
    input                             clk,
    input      signed [SUM_WIDTH-1:0] sum,
    input      signed [         15:0] bias,
    input             [          3:0] scale,
    input             [          4:0] shift,
    output reg signed [    WIDTH-1:0] result
);
  localparam PRODUCT_WIDTH = SUM_WIDTH + 5;
  localparam signed [PRODUCT_WIDTH-1:0] HIGH = (1 << (WIDTH - 1)) - 1;
  localparam signed [PRODUCT_WIDTH-1:0] LOW = -(1 << (WIDTH - 1));

  reg signed [SUM_WIDTH-1:0] biased;
  reg signed [PRODUCT_WIDTH-1:0] product;
  reg signed [PRODUCT_WIDTH-1:0] shifted;
  wire signed [4:0] factor = {1'b0, scale};

  always @(posedge clk) begin
    biased <= sum + bias;
    product <= biased * factor;
    shifted <= ((product >>> shift) + 1) >>> 1;
    if (shifted > HIGH) result <= HIGH[WIDTH-1:0];
    else if (shifted < LOW) result <= LOW[WIDTH-1:0];
    else result <= shifted[WIDTH-1:0];
  end
endmodule
