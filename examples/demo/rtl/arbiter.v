// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

// Round-robin arbiter: the requester after the last one served comes first.
// A grant is held while the granted requester keeps its `lock` line high.
module arbiter #(
    parameter COUNT = 4
) (
    input                  clk,
    input                  reset,
    input      [COUNT-1:0] request,
    input      [COUNT-1:0] lock,
    input                  advance,
    output     [COUNT-1:0] grant
);
  reg [COUNT-1:0] last;  // One-hot: the requester served last.
  reg             held;

  // Subtracting the one-hot start from the doubled request vector clears
  // everything below the first request at or after the start.
  wire [COUNT-1:0] first = {last[COUNT-2:0], last[COUNT-1]};
  wire [2*COUNT-1:0] twice = {request, request};
  wire [2*COUNT-1:0] picked = twice & ~(twice - {{COUNT{1'b0}}, first});
  wire [COUNT-1:0] next = picked[2*COUNT-1:COUNT] | picked[COUNT-1:0];

  assign grant = held ? last : next;

  always @(posedge clk) begin
    if (reset) begin
      last <= {1'b1, {(COUNT - 1) {1'b0}}};
      held <= 1'b0;
    end else if (advance && |grant) begin
      last <= grant;
      held <= |(grant & lock);
    end
  end
endmodule
