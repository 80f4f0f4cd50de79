// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

// Streaming matrix engine: four channels share a systolic array.
//
//   channels -> arbiter -> input FIFO -> array -> requant -> output FIFO
//                                                        \-> CRC-32
//
// The configuration bus and its registers run on half the clock.
module matrix_engine #(
    parameter SIZE = 4,
    parameter WIDTH = 8,
    parameter SUM_WIDTH = 20,
    parameter CHANNELS = 4
) (
    input                            clk,
    input                            reset,
    // Configuration bus, on the divided clock.
    input                            cfg_write,
    input  [                    3:0] cfg_address,
    input  [                   15:0] cfg_write_data,
    output [                   15:0] cfg_read_data,
    // Operand channels: SIZE left and SIZE top operands a word.
    input  [           CHANNELS-1:0] in_valid,
    input  [           CHANNELS-1:0] in_last,
    input  [CHANNELS*SIZE*WIDTH-1:0] in_data,
    output [           CHANNELS-1:0] in_ready,
    // Results.
    output                           out_valid,
    output [         SIZE*WIDTH-1:0] out_data,
    input                            out_ready,
    output [                   31:0] out_crc
);
  localparam WORD = SIZE * WIDTH;

  // Reset is registered twice, so that its tree starts at a flip-flop.
  reg [1:0] reset_sync;
  wire reset_core = reset_sync[1];
  always @(posedge clk) reset_sync <= {reset_sync[0], reset};

  reg clk_cfg;
  always @(posedge clk) begin
    if (reset_core) clk_cfg <= 1'b0;
    else clk_cfg <= ~clk_cfg;
  end

  wire [16*16-1:0] cfg;
  regfile #(.WIDTH(16), .LOG_DEPTH(4)) u_cfg (
      .clk       (clk_cfg),
      .reset     (reset_core),
      .write     (cfg_write),
      .address   (cfg_address),
      .write_data(cfg_write_data),
      .read_data (cfg_read_data),
      .all       (cfg)
  );

  // Channel select. The left operands come from the channel, the top operands
  // are four words of configuration registers, used in turn.
  wire [CHANNELS-1:0] grant;
  wire fifo_full;
  wire take = |(grant & in_valid) && !fifo_full;
  arbiter #(.COUNT(CHANNELS)) u_arbiter (
      .clk    (clk),
      .reset  (reset_core),
      .request(in_valid),
      .lock   (~in_last),
      .advance(take),
      .grant  (grant)
  );
  assign in_ready = grant & {CHANNELS{!fifo_full}};

  reg [WORD-1:0] left_word;
  reg last_word;
  integer i;
  always @* begin
    left_word = 0;
    last_word = 1'b0;
    for (i = 0; i < CHANNELS; i = i + 1) begin
      left_word = left_word | (in_data[i*WORD+:WORD] & {WORD{grant[i]}});
      last_word = last_word | (in_last[i] & grant[i]);
    end
  end

  reg [1:0] weight_index;
  always @(posedge clk) begin
    if (reset_core) weight_index <= 0;
    else if (take) weight_index <= last_word ? 2'd0 : weight_index + 2'd1;
  end
  wire [WORD-1:0] top_word = cfg[weight_index*WORD+:WORD];

  wire fifo_empty;
  wire array_last;
  wire [WORD-1:0] array_left;
  wire [WORD-1:0] array_top;

  // A product starts its last word only when the output FIFO has room for all
  // its rows, those still under way included.
  reg [3:0] room;
  wire start = !fifo_empty && (!array_last || room >= SIZE);
  wire finish = start && array_last;
  wire pop_result = out_valid && out_ready;
  always @(posedge clk) begin
    if (reset_core) room <= 4'd8;
    else room <= room - (finish ? SIZE : 0) + pop_result;
  end

  fifo #(.WIDTH(2 * WORD + 1), .LOG_DEPTH(3)) u_in_fifo (
      .clk      (clk),
      .reset    (reset_core),
      .push     (take),
      .push_data({last_word, left_word, top_word}),
      .full     (fifo_full),
      .pop      (start),
      .pop_data ({array_last, array_left, array_top}),
      .empty    (fifo_empty)
  );

  wire done;
  wire [SIZE*SUM_WIDTH-1:0] sums;
  array #(.SIZE(SIZE), .WIDTH(WIDTH), .SUM_WIDTH(SUM_WIDTH)) u_array (
      .clk    (clk),
      .reset  (reset_core),
      .valid  (start),
      .last   (finish),
      .rows   (array_left),
      .columns(array_top),
      .done   (done),
      .sums   (sums)
  );

  wire [WORD-1:0] results;
  genvar c;
  generate
    for (c = 0; c < SIZE; c = c + 1) begin : column
      requant #(.WIDTH(WIDTH), .SUM_WIDTH(SUM_WIDTH)) u_requant (
          .clk   (clk),
          .sum   (sums[c*SUM_WIDTH+:SUM_WIDTH]),
          .bias  (cfg[(8+c)*16+:16]),
          .scale (cfg[(12+c)*16+:4]),
          .shift (cfg[(12+c)*16+4+:5]),
          .result(results[c*WIDTH+:WIDTH])
      );
    end
  endgenerate

  // Requantization takes four cycles; then one row comes every other cycle.
  reg [2:0] done_pipe;
  reg [2*SIZE-1:0] row_pulses;
  wire row_valid = row_pulses[0];
  always @(posedge clk) begin
    if (reset_core) begin
      done_pipe <= 0;
      row_pulses <= 0;
    end else begin
      done_pipe <= {done_pipe[1:0], done};
      row_pulses <= done_pipe[2] ? {SIZE{2'b01}} : row_pulses >> 1;
    end
  end

  wire result_empty;
  fifo #(.WIDTH(WORD), .LOG_DEPTH(3)) u_out_fifo (
      .clk      (clk),
      .reset    (reset_core),
      .push     (row_valid),
      .push_data(results),
      .full     (),
      .pop      (pop_result),
      .pop_data (out_data),
      .empty    (result_empty)
  );
  assign out_valid = !result_empty;

  crc32 #(.WIDTH(WORD)) u_crc (
      .clk   (clk),
      .reset (reset_core),
      .enable(row_valid),
      .data  (results),
      .crc   (out_crc)
  );
endmodule
