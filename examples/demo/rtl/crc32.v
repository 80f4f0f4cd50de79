// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

// CRC-32 (reflected polynomial 0xEDB88320) over one word a cycle.
module crc32 #(
    parameter WIDTH = 32
) (
    input                  clk,
    input                  reset,
    input                  enable,
    input      [WIDTH-1:0] data,
    output reg [     31:0] crc
);
  function [31:0] step;
    input [31:0] state;
    input [WIDTH-1:0] word;
    integer i;
    begin
      step = state;
      for (i = 0; i < WIDTH; i = i + 1)
        step = (step >> 1) ^ ((step[0] ^ word[i]) ? 32'hedb88320 : 32'h0);
    end
  endfunction

  always @(posedge clk) begin
    if (reset) crc <= 32'hffffffff;
    else if (enable) crc <= step(crc, data);
  end
endmodule
