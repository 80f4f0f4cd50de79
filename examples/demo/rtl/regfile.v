// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

// Configuration registers on the divided clock: one write and one read port.
module regfile #(
    parameter WIDTH = 16,
    parameter LOG_DEPTH = 4
) (
    input                                    clk,
    input                                    reset,
    input                                    write,
    input      [              LOG_DEPTH-1:0] address,
    input      [                  WIDTH-1:0] write_data,
    output reg [                  WIDTH-1:0] read_data,
    output     [(1 << LOG_DEPTH)*WIDTH-1:0]  all
);
  localparam DEPTH = 1 << LOG_DEPTH;

  reg [WIDTH-1:0] value[0:DEPTH-1];

  genvar i;
  generate
    for (i = 0; i < DEPTH; i = i + 1) begin : entry
      assign all[i*WIDTH+:WIDTH] = value[i];
      always @(posedge clk) begin
        if (reset) value[i] <= 0;
        else if (write && address == i) value[i] <= write_data;
      end
    end
  endgenerate

  always @(posedge clk) read_data <= value[address];
endmodule
