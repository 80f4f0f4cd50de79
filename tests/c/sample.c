// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#define _XOPEN_SOURCE 700
#include "sample.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"

static const uint32_t kSpecialBits[] = {
    0x7fc00000,  // NaN
    0x7fc12345,  // NaN with a payload
    0xff812345,  // negative signaling NaN
    0x80000000,  // -0.0
    0x00000000,  // 0.0
    0x7f800000,  // inf
    0xff800000,  // -inf
    0x00000001,  // smallest denormal
    0x807fffff,  // largest negative denormal
    0x7f7fffff,  // largest finite
};
enum
{
  kSpecials = sizeof(kSpecialBits) / sizeof(kSpecialBits[0])
};

struct Sample makeSample(uint32_t vertices)
{
  struct Sample sample = {vertices, vertices - 1, 2 * (vertices - 1), "u0"};
  return sample;
}

// Rows 0 and 1 are the port; then input and output of one inverter after
// another.
static int vertexName(const struct Sample* sample,
                      uint32_t row,
                      char* name,
                      size_t size)
{
  if (row < 2) {
    return snprintf(name, size, "io[0]");
  }
  const char* pin = row % 2 == 0 ? "A" : "Y";
  const uint32_t instance = row / 2 - 1;
  return instance == 0
             ? snprintf(name, size, "%s/%s", sample->first_instance, pin)
             : snprintf(name, size, "u%u/%s", (unsigned) instance, pin);
}

static void addVertices(ckp_objects* objects, const struct Sample* sample)
{
  uint32_t port;
  uint32_t inverter;
  OK(ckp_objects_add_cell, objects, "", &port);
  OK(ckp_objects_add_cell, objects, "INV_X1", &inverter);
  const uint32_t count = sample->vertices;
  char* names = malloc((size_t) count * 24);
  uint32_t* ends = malloc(count * sizeof(uint32_t));
  uint8_t* driver = malloc(count);
  uint32_t* cells = malloc(count * sizeof(uint32_t));
  CHECK(names != NULL && ends != NULL && driver != NULL && cells != NULL);
  uint32_t end = 0;
  for (uint32_t row = 0; row < count; row++) {
    end += (uint32_t) vertexName(sample, row, names + end, 24);
    ends[row] = end;
    driver[row] = row == 1;
    cells[row] = row < 2 ? port : inverter;
  }
  OK(ckp_objects_add_vertices, objects, names, ends, driver, cells, count);
  free(names);
  free(ends);
  free(driver);
  free(cells);
}

static void addArcs(ckp_objects* objects, const struct Sample* sample)
{
  uint32_t kinds[4];
  OK(ckp_objects_add_arc_kind, objects, "wire ^ -> ^", &kinds[0]);
  OK(ckp_objects_add_arc_kind, objects, "wire v -> v", &kinds[1]);
  OK(ckp_objects_add_arc_kind, objects, "combinational ^ -> v", &kinds[2]);
  OK(ckp_objects_add_arc_kind, objects, "combinational v -> ^", &kinds[3]);
  uint32_t* from = malloc(sample->edges * sizeof(uint32_t));
  uint32_t* to = malloc(sample->edges * sizeof(uint32_t));
  uint32_t* edge = malloc(sample->arcs * sizeof(uint32_t));
  uint32_t* kind = malloc(sample->arcs * sizeof(uint32_t));
  CHECK(from != NULL && to != NULL && edge != NULL && kind != NULL);
  for (uint32_t i = 0; i < sample->edges; i++) {
    from[i] = i;
    to[i] = i + 1;
    edge[2 * i] = i;
    edge[2 * i + 1] = i;
    kind[2 * i] = kinds[i % 2 == 0 ? 2 : 0];
    kind[2 * i + 1] = kinds[i % 2 == 0 ? 3 : 1];
  }
  OK(ckp_objects_add_edges, objects, from, to, sample->edges);
  OK(ckp_objects_add_arcs, objects, edge, kind, sample->arcs);
  free(from);
  free(to);
  free(edge);
  free(kind);
}

ckp_objects* makeObjects(const struct Sample* sample)
{
  ckp_objects* objects = NULL;
  OK(ckp_objects_new, &objects);
  addVertices(objects, sample);
  addArcs(objects, sample);
  return objects;
}

// Each scene has 18 columns: for min and max four vertex quantities for rise
// and fall, and the delays.
struct SampleColumn sampleColumn(uint32_t column)
{
  struct SampleColumn key
      = {CKP_COLUMN_DELAY, column / 18, column % 18 / 9, CKP_NO_TRANSITION};
  const uint32_t quantity = column % 9;
  if (quantity < 8) {
    key.kind = CKP_COLUMN_SLEW + quantity / 2;
    key.transition = quantity % 2;
  }
  return key;
}

uint32_t columnRows(const struct Sample* sample, uint32_t column)
{
  return sampleColumn(column).kind == CKP_COLUMN_DELAY ? sample->arcs
                                                       : sample->vertices;
}

uint32_t sampleBits(uint32_t column, uint32_t row, uint32_t seed)
{
  uint32_t hash = (row + 1) * 2654435761u ^ (column + 1) * 2246822519u;
  hash ^= hash >> 15;
  if (hash % 16 == 0) {
    hash ^= seed * 3266489917u;
  }
  if (row % 7 == 3) {
    return kSpecialBits[(row / 7 + column + hash % 16) % kSpecials];
  }
  // Picoseconds to nanoseconds, as timing has.
  const float value = (float) (hash % 1000003) * 1e-15f;
  uint32_t bits;
  memcpy(&bits, &value, sizeof(bits));
  return bits;
}

static uint8_t markValue(uint32_t kind, uint32_t row, uint32_t seed)
{
  return (row + kind + seed) % 13 == 0;
}

static float summaryValue(uint32_t scene, uint32_t min_max, uint32_t seed)
{
  return -1e-12f * (float) (1 + scene + 2 * min_max + 4 * seed);
}

static void writeColumn(ckp_capture* capture,
                        const struct Sample* sample,
                        uint32_t column,
                        uint32_t seed,
                        uint32_t piece)
{
  const struct SampleColumn key = sampleColumn(column);
  uint32_t id;
  OK(ckp_capture_add_column,
     capture,
     key.kind,
     key.scene,
     key.min_max,
     key.transition,
     &id);
  const uint32_t rows = columnRows(sample, column);
  float* values = malloc(rows * sizeof(float));
  CHECK(values != NULL);
  for (uint32_t row = 0; row < rows; row++) {
    const uint32_t bits = sampleBits(column, row, seed);
    memcpy(&values[row], &bits, sizeof(bits));
  }
  for (uint32_t row = 0; row < rows; row += piece) {
    const uint32_t count = rows - row < piece ? rows - row : piece;
    OK(ckp_capture_write, capture, id, values + row, count);
  }
  free(values);
}

static void writeMarks(ckp_capture* capture,
                       uint32_t kind,
                       uint32_t transition,
                       uint32_t rows,
                       uint32_t seed)
{
  uint32_t id;
  OK(ckp_capture_add_column, capture, kind, 0, CKP_MIN, transition, &id);
  uint8_t* marks = malloc(rows);
  CHECK(marks != NULL);
  for (uint32_t row = 0; row < rows; row++) {
    marks[row] = markValue(kind, row, seed);
  }
  OK(ckp_capture_write_marks, capture, id, marks, rows);
  free(marks);
}

static void writeSummary(ckp_capture* capture, uint32_t seed)
{
  for (uint32_t scene = 0; scene < kScenes; scene++) {
    for (uint32_t min_max = 0; min_max < kMinMax; min_max++) {
      const float slack = summaryValue(scene, min_max, seed);
      OK(ckp_capture_set_summary, capture, scene, min_max, slack, slack * 3, 3);
    }
  }
  const uint32_t vertex[] = {3, 3, 2};
  const uint32_t group[] = {0, 1, 0};
  const uint32_t scene[] = {0, 0, 1};
  const uint32_t min_max[] = {CKP_MAX, CKP_MAX, CKP_MIN};
  const float slack[] = {-1e-12f, 0.0f, summaryValue(1, CKP_MIN, seed)};
  OK(ckp_capture_write_endpoints,
     capture,
     vertex,
     group,
     scene,
     min_max,
     slack,
     3);
}

void fillCapture(ckp_capture* capture,
                 const struct Sample* sample,
                 uint32_t seed,
                 uint32_t piece)
{
  OK(ckp_capture_set_text, capture, CKP_TEXT_DESIGN, "chain");
  OK(ckp_capture_set_text, capture, CKP_TEXT_ENGINE, "None");
  OK(ckp_capture_set_text, capture, CKP_TEXT_ENGINE_VERSION, "1.0");
  OK(ckp_capture_set_text, capture, CKP_TEXT_NOTE, "a \"note\" of two\nlines");
  OK(ckp_capture_set_text, capture, CKP_TEXT_SDC, "create_clock -period 1\n");
  OK(ckp_capture_add_item, capture, CKP_LIST_SCENES, "slow");
  OK(ckp_capture_add_item, capture, CKP_LIST_SCENES, "fast");
  OK(ckp_capture_add_item, capture, CKP_LIST_LIBERTIES, "NangateLike");
  OK(ckp_capture_add_item, capture, CKP_LIST_GROUPS, "clk");
  OK(ckp_capture_add_item, capture, CKP_LIST_GROUPS, "io");
  OK(ckp_capture_add_item, capture, CKP_LIST_GROUP_CLOCKS, "clk");
  OK(ckp_capture_add_item, capture, CKP_LIST_GROUP_CLOCKS, "");
  const uint32_t scenes[] = {0, 1};
  const char* sources[] = {"io[0]"};
  OK(ckp_capture_add_clock,
     capture,
     "clk",
     scenes,
     2,
     1e-9f,
     0.0f,
     5e-10f,
     1,
     "",
     sources,
     1);
  OK(ckp_capture_add_meta, capture, "seed", "any");
  OK(ckp_capture_set_threads, capture, 3);
  for (uint32_t column = 0; column < kColumns; column++) {
    writeColumn(capture, sample, column, seed, piece);
  }
  writeMarks(capture, CKP_COLUMN_SLEW_MARK, CKP_RISE, sample->vertices, seed);
  writeMarks(
      capture, CKP_COLUMN_DELAY_MARK, CKP_NO_TRANSITION, sample->arcs, seed);
  writeSummary(capture, seed);
}

void saveStage(ckp_store* store,
               const struct Sample* sample,
               const char* name,
               uint32_t seed,
               uint32_t piece)
{
  ckp_capture* capture = NULL;
  OK(ckp_capture_begin, store, name, NULL, makeObjects(sample), &capture);
  fillCapture(capture, sample, seed, piece);
  const ckp_stage* stage = NULL;
  OK(ckp_capture_commit, capture, &stage);
  checkStage(stage, sample, seed);
  ckp_stage_free(stage);
}

static void checkColumn(const ckp_stage* stage,
                        const struct Sample* sample,
                        uint32_t column,
                        uint32_t seed)
{
  const struct SampleColumn key = sampleColumn(column);
  uint32_t id;
  OK(ckp_stage_find_column,
     stage,
     key.kind,
     key.scene,
     key.min_max,
     key.transition,
     &id);
  const uint32_t rows = columnRows(sample, column);
  float* values = malloc(rows * sizeof(float));
  CHECK(values != NULL);
  OK(ckp_stage_read, stage, id, 0, rows, values);
  for (uint32_t row = 0; row < rows; row++) {
    uint32_t bits;
    memcpy(&bits, &values[row], sizeof(bits));
    CHECK(bits == sampleBits(column, row, seed));
  }
  // A part of the rows, from the middle of a block.
  const uint32_t first = rows / 3;
  OK(ckp_stage_read, stage, id, first, rows - first, values);
  uint32_t bits;
  memcpy(&bits, &values[0], sizeof(bits));
  CHECK(bits == sampleBits(column, first, seed));
  free(values);
}

static void checkMarks(const ckp_stage* stage,
                       uint32_t kind,
                       uint32_t transition,
                       uint32_t rows,
                       uint32_t seed)
{
  uint32_t id;
  OK(ckp_stage_find_column, stage, kind, 0, CKP_MIN, transition, &id);
  uint8_t* marks = malloc(rows);
  CHECK(marks != NULL);
  OK(ckp_stage_read_marks, stage, id, 0, rows, marks);
  for (uint32_t row = 0; row < rows; row++) {
    CHECK(marks[row] == markValue(kind, row, seed));
  }
  free(marks);
}

static void checkSummary(const ckp_stage* stage, uint32_t seed)
{
  for (uint32_t scene = 0; scene < kScenes; scene++) {
    for (uint32_t min_max = 0; min_max < kMinMax; min_max++) {
      float slack;
      float tns;
      uint32_t violating;
      OK(ckp_stage_summary, stage, scene, min_max, &slack, &tns, &violating);
      CHECK(slack == summaryValue(scene, min_max, seed));
      CHECK(tns == slack * 3 && violating == 3);
    }
  }
  uint32_t vertex[2];
  uint32_t group[2];
  uint32_t scene[2];
  uint32_t min_max[2];
  float slack[2];
  OK(ckp_stage_read_endpoints,
     stage,
     1,
     2,
     vertex,
     group,
     scene,
     min_max,
     slack);
  CHECK(vertex[0] == 3 && group[0] == 1 && scene[0] == 0);
  CHECK(min_max[0] == CKP_MAX && slack[0] == 0.0f);
  CHECK(vertex[1] == 2 && group[1] == 0 && scene[1] == 1);
  CHECK(min_max[1] == CKP_MIN && slack[1] == summaryValue(1, CKP_MIN, seed));
}

static void checkNumber(const ckp_stage* stage, uint32_t id, uint64_t expected)
{
  uint64_t number;
  OK(ckp_stage_number, stage, id, &number);
  CHECK(number == expected);
}

void checkStage(const ckp_stage* stage,
                const struct Sample* sample,
                uint32_t seed)
{
  checkNumber(stage, CKP_NUMBER_VERTICES, sample->vertices);
  checkNumber(stage, CKP_NUMBER_EDGES, sample->edges);
  checkNumber(stage, CKP_NUMBER_ARCS, sample->arcs);
  checkNumber(stage, CKP_NUMBER_COLUMNS, kColumns + 2);
  checkNumber(stage, CKP_NUMBER_ENDPOINTS, 3);
  checkNumber(stage, CKP_NUMBER_THREADS, 3);
  for (uint32_t column = 0; column < kColumns; column++) {
    checkColumn(stage, sample, column, seed);
  }
  checkMarks(stage, CKP_COLUMN_SLEW_MARK, CKP_RISE, sample->vertices, seed);
  checkMarks(
      stage, CKP_COLUMN_DELAY_MARK, CKP_NO_TRANSITION, sample->arcs, seed);
  checkSummary(stage, seed);
}

void makeScratch(char path[kMaxPath])
{
  const char* base = getenv("TMPDIR");
  snprintf(path, kMaxPath, "%s/ckp-c-XXXXXX", base != NULL ? base : P_tmpdir);
  CHECK(mkdtemp(path) != NULL);
}

static int removeEntry(const char* path,
                       const struct stat* status,
                       int type,
                       struct FTW* walk)
{
  (void) status;
  (void) type;
  (void) walk;
  return remove(path);
}

void removeScratch(const char* path)
{
  CHECK(nftw(path, removeEntry, 16, FTW_DEPTH | FTW_PHYS) == 0);
}
