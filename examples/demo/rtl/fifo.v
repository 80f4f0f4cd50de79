// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

// Synchronous FIFO with registered storage and a combinational read port.
module fifo #(
    parameter WIDTH = 32,
    parameter LOG_DEPTH = 3
) (
    input                  clk,
    input                  reset,
    input                  push,
    input      [WIDTH-1:0] push_data,
    output                 full,
    input                  pop,
    output     [WIDTH-1:0] pop_data,
    output                 empty
);
  localparam DEPTH = 1 << LOG_DEPTH;

  reg [WIDTH-1:0] word[0:DEPTH-1];
  // One bit more than an index, so that full and empty differ.
  reg [LOG_DEPTH:0] head;
  reg [LOG_DEPTH:0] tail;

  assign empty = head == tail;
  assign full = head == {~tail[LOG_DEPTH], tail[LOG_DEPTH-1:0]};
  assign pop_data = word[tail[LOG_DEPTH-1:0]];

  always @(posedge clk) begin
    if (reset) begin
      head <= 0;
      tail <= 0;
    end else begin
      if (push && !full) head <= head + 1'b1;
      if (pop && !empty) tail <= tail + 1'b1;
    end
  end

  always @(posedge clk) begin
    if (push && !full) word[head[LOG_DEPTH-1:0]] <= push_data;
  end
endmodule
