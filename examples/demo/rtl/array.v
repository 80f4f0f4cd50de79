// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

// SIZE x SIZE output-stationary systolic array with its operand skew. `done` is
// high with the first row of sums; the others follow at every second cycle,
// because a row finishes one cycle after the row above and moves up through it.
// Products therefore need at least 2 * SIZE words.
module array #(
    parameter SIZE = 4,
    parameter WIDTH = 8,
    parameter SUM_WIDTH = 20
) (
    input                       clk,
    input                       reset,
    input                       valid,
    input                       last,
    input  [    SIZE*WIDTH-1:0] rows,
    input  [    SIZE*WIDTH-1:0] columns,
    output                      done,
    output [SIZE*SUM_WIDTH-1:0] sums
);
  // Wires between the elements, [row][column] flattened.
  wire [SIZE*(SIZE+1)-1:0] v;
  wire [SIZE*(SIZE+1)-1:0] l;
  wire [SIZE*(SIZE+1)*WIDTH-1:0] a;
  wire [(SIZE+1)*SIZE*WIDTH-1:0] b;
  wire [(SIZE+1)*SIZE*SUM_WIDTH-1:0] d;

  genvar r, c;
  generate
    for (r = 0; r < SIZE; r = r + 1) begin : edge_skew
      // Row r and column r start r cycles late.
      delay #(.WIDTH(WIDTH + 2), .CYCLES(r)) row_delay (
          .clk(clk),
          .in ({valid, last, rows[r*WIDTH+:WIDTH]}),
          .out({v[r*(SIZE+1)], l[r*(SIZE+1)], a[r*(SIZE+1)*WIDTH+:WIDTH]})
      );
      delay #(.WIDTH(WIDTH), .CYCLES(r)) column_delay (
          .clk(clk),
          .in (columns[r*WIDTH+:WIDTH]),
          .out(b[r*WIDTH+:WIDTH])
      );
      assign d[(SIZE*SIZE+r)*SUM_WIDTH+:SUM_WIDTH] = 0;
      // Columns leave deskewed: the first column waits for the last one.
      delay #(.WIDTH(SUM_WIDTH), .CYCLES(SIZE - 1 - r)) sum_delay (
          .clk(clk),
          .in (d[r*SUM_WIDTH+:SUM_WIDTH]),
          .out(sums[r*SUM_WIDTH+:SUM_WIDTH])
      );
    end
    for (r = 0; r < SIZE; r = r + 1) begin : row
      for (c = 0; c < SIZE; c = c + 1) begin : col
        pe #(.WIDTH(WIDTH), .SUM_WIDTH(SUM_WIDTH)) pe (
            .clk      (clk),
            .reset    (reset),
            .valid_in (v[r*(SIZE+1)+c]),
            .last_in  (l[r*(SIZE+1)+c]),
            .left     (a[(r*(SIZE+1)+c)*WIDTH+:WIDTH]),
            .top      (b[(r*SIZE+c)*WIDTH+:WIDTH]),
            .drain_in (d[((r+1)*SIZE+c)*SUM_WIDTH+:SUM_WIDTH]),
            .valid_out(v[r*(SIZE+1)+c+1]),
            .last_out (l[r*(SIZE+1)+c+1]),
            .right    (a[(r*(SIZE+1)+c+1)*WIDTH+:WIDTH]),
            .bottom   (b[((r+1)*SIZE+c)*WIDTH+:WIDTH]),
            .drain_out(d[(r*SIZE+c)*SUM_WIDTH+:SUM_WIDTH])
        );
      end
    end
  endgenerate

  delay #(.WIDTH(1), .CYCLES(1)) done_delay (
      .clk(clk),
      .in (l[SIZE] & v[SIZE]),
      .out(done)
  );
endmodule

// Shift register of CYCLES words; zero cycles is a wire.
module delay #(
    parameter WIDTH = 8,
    parameter CYCLES = 1
) (
    input              clk,
    input  [WIDTH-1:0] in,
    output [WIDTH-1:0] out
);
  generate
    if (CYCLES == 0) begin : none
      assign out = in;
    end else begin : some
      reg [CYCLES*WIDTH-1:0] stages;
      if (CYCLES == 1) begin : one
        always @(posedge clk) stages <= in;
      end else begin : more
        always @(posedge clk) stages <= {stages[(CYCLES-1)*WIDTH-1:0], in};
      end
      assign out = stages[CYCLES*WIDTH-1-:WIDTH];
    end
  endgenerate
endmodule
