// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

// Processing element of the systolic array. Operands pass to the right and
// down; the product is registered, then accumulated. `last` travels with the
// left operand: it moves the finished sum into the drain chain, which runs
// up the column, and starts the next sum.
module pe #(
    parameter WIDTH = 8,
    parameter SUM_WIDTH = 20
) (
    input                             clk,
    input                             reset,
    input                             valid_in,
    input                             last_in,
    input      signed [    WIDTH-1:0] left,
    input      signed [    WIDTH-1:0] top,
    input             [SUM_WIDTH-1:0] drain_in,
    output reg                        valid_out,
    output reg                        last_out,
    output reg signed [    WIDTH-1:0] right,
    output reg signed [    WIDTH-1:0] bottom,
    output reg        [SUM_WIDTH-1:0] drain_out
);
  reg signed [2*WIDTH-1:0] product;
  reg signed [SUM_WIDTH-1:0] sum;
  reg product_valid;
  reg product_last;
  wire signed [SUM_WIDTH-1:0] next_sum = sum + product;

  always @(posedge clk) begin
    right <= left;
    bottom <= top;
    product <= left * top;
    drain_out <= (product_valid && product_last) ? next_sum : drain_in;
    if (reset) begin
      valid_out <= 1'b0;
      last_out <= 1'b0;
      product_valid <= 1'b0;
      product_last <= 1'b0;
      sum <= 0;
    end else begin
      valid_out <= valid_in;
      last_out <= last_in;
      product_valid <= valid_in;
      product_last <= last_in;
      if (product_valid) sum <= product_last ? {SUM_WIDTH{1'b0}} : next_sum;
    end
  end
endmodule
