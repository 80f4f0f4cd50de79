// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

// Tool of the Tcl tests: compares the timing in two stages bit by bit.
//
//   compare_stages store stage store stage
//
// Rows have to come in the same order. Prints what differs, or one line with
// the numbers of what was compared; exits with 1 on any difference.

#include <inttypes.h>

#include "check.h"

enum
{
  kShown = 10
};

struct Pair
{
  const ckp_stage* stages[2];
  uint64_t differences;
  uint64_t values;
};

static const ckp_stage* openStage(const char* path, const char* name)
{
  ckp_store* store = NULL;
  const ckp_stage* stage = NULL;
  OK(ckp_store_open, path, CKP_OPEN_READ, &store);
  OK(ckp_stage_open, store, name, &stage);
  ckp_store_free(store);
  return stage;
}

// Whether to print this one.
static int countDifference(struct Pair* pair)
{
  pair->differences++;
  return pair->differences <= kShown;
}

static uint64_t number(const ckp_stage* stage, uint32_t id)
{
  uint64_t value;
  OK(ckp_stage_number, stage, id, &value);
  return value;
}

static void compareNumber(struct Pair* pair, uint32_t id, const char* name)
{
  const uint64_t a = number(pair->stages[0], id);
  const uint64_t b = number(pair->stages[1], id);
  if (a != b && countDifference(pair)) {
    printf("%s: %" PRIu64 " and %" PRIu64 "\n", name, a, b);
  }
}

static void compareTexts(struct Pair* pair, ckp_text* texts[2], const char* of)
{
  if (strcmp(ckp_text_data(texts[0]), ckp_text_data(texts[1])) != 0
      && countDifference(pair)) {
    printf("%s: \"%s\" and \"%s\"\n",
           of,
           ckp_text_data(texts[0]),
           ckp_text_data(texts[1]));
  }
  ckp_text_free(texts[0]);
  ckp_text_free(texts[1]);
}

static void compareNames(struct Pair* pair)
{
  const uint32_t rows = (uint32_t) number(pair->stages[0], CKP_NUMBER_VERTICES);
  for (uint32_t row = 0; row < rows; row++) {
    ckp_text* texts[2];
    for (int side = 0; side < 2; side++) {
      OK(ckp_stage_vertex_name, pair->stages[side], row, &texts[side]);
    }
    compareTexts(pair, texts, "vertex name");
  }
}

static uint32_t compareList(struct Pair* pair, uint32_t list, const char* of)
{
  uint32_t count[2];
  for (int side = 0; side < 2; side++) {
    OK(ckp_stage_item_count, pair->stages[side], list, &count[side]);
  }
  if (count[0] != count[1] && countDifference(pair)) {
    printf("%s: %u and %u items\n", of, count[0], count[1]);
  }
  for (uint32_t i = 0; i < count[0] && i < count[1]; i++) {
    ckp_text* texts[2];
    for (int side = 0; side < 2; side++) {
      OK(ckp_stage_item, pair->stages[side], list, i, &texts[side]);
    }
    compareTexts(pair, texts, of);
  }
  return count[0];
}

static void compareClocks(struct Pair* pair)
{
  ckp_text* texts[2];
  for (int side = 0; side < 2; side++) {
    OK(ckp_stage_clocks, pair->stages[side], &texts[side]);
  }
  compareTexts(pair, texts, "clocks");
}

static void printRow(const struct Pair* pair,
                     const uint32_t key[4],
                     uint32_t row,
                     uint32_t a,
                     uint32_t b)
{
  printf("column kind %u scene %u %s transition %u row %u",
         key[0],
         key[1],
         key[2] == CKP_MIN ? "min" : "max",
         key[3],
         row);
  if (key[0] <= CKP_COLUMN_SLACK || key[0] == CKP_COLUMN_SLEW_MARK) {
    ckp_text* name = NULL;
    OK(ckp_stage_vertex_name, pair->stages[0], row, &name);
    printf(" %s", ckp_text_data(name));
    ckp_text_free(name);
  }
  float values[2];
  memcpy(&values[0], &a, sizeof(a));
  memcpy(&values[1], &b, sizeof(b));
  printf(": %.9g (0x%08x) and %.9g (0x%08x)\n", values[0], a, values[1], b);
}

static void compareValues(struct Pair* pair,
                          const uint32_t key[4],
                          const uint32_t columns[2],
                          uint32_t rows)
{
  float* values[2];
  for (int side = 0; side < 2; side++) {
    values[side] = calloc(rows + 1, sizeof(float));
    CHECK(values[side] != NULL);
    OK(ckp_stage_read,
       pair->stages[side],
       columns[side],
       0,
       rows,
       values[side]);
  }
  for (uint32_t row = 0; row < rows; row++) {
    uint32_t bits[2];
    memcpy(&bits[0], &values[0][row], sizeof(uint32_t));
    memcpy(&bits[1], &values[1][row], sizeof(uint32_t));
    if (bits[0] != bits[1] && countDifference(pair)) {
      printRow(pair, key, row, bits[0], bits[1]);
    }
  }
  pair->values += rows;
  free(values[0]);
  free(values[1]);
}

static void compareMarks(struct Pair* pair,
                         const uint32_t key[4],
                         const uint32_t columns[2],
                         uint32_t rows)
{
  uint8_t* marks[2];
  for (int side = 0; side < 2; side++) {
    marks[side] = calloc(rows + 1, 1);
    CHECK(marks[side] != NULL);
    OK(ckp_stage_read_marks,
       pair->stages[side],
       columns[side],
       0,
       rows,
       marks[side]);
  }
  for (uint32_t row = 0; row < rows; row++) {
    if (marks[0][row] != marks[1][row] && countDifference(pair)) {
      printRow(pair, key, row, marks[0][row], marks[1][row]);
    }
  }
  pair->values += rows;
  free(marks[0]);
  free(marks[1]);
}

static void comparePlane(struct Pair* pair,
                         const uint32_t key[4],
                         const uint32_t means[2],
                         uint32_t plane,
                         uint32_t rows)
{
  uint32_t columns[2];
  ckp_status status[2];
  for (int side = 0; side < 2; side++) {
    status[side] = ckp_stage_find_plane(
        pair->stages[side], means[side], plane, &columns[side], NULL);
  }
  if (status[0] == CKP_OK && status[1] == CKP_OK) {
    compareValues(pair, key, columns, rows);
  } else if (status[0] != status[1] && countDifference(pair)) {
    printf("plane %u of kind %u is in one stage only\n", plane, key[0]);
  }
}

static void compareColumn(struct Pair* pair, const uint32_t key[4])
{
  uint32_t columns[2];
  ckp_status status[2];
  for (int side = 0; side < 2; side++) {
    status[side] = ckp_stage_find_column(pair->stages[side],
                                         key[0],
                                         key[1],
                                         key[2],
                                         key[3],
                                         &columns[side],
                                         NULL);
  }
  if (status[0] != status[1]) {
    if (countDifference(pair)) {
      printf("column kind %u is in one stage only\n", key[0]);
    }
    return;
  }
  if (status[0] != CKP_OK) {
    return;
  }
  const int of_arcs
      = key[0] == CKP_COLUMN_DELAY || key[0] == CKP_COLUMN_DELAY_MARK;
  const uint32_t rows = (uint32_t) number(
      pair->stages[0], of_arcs ? CKP_NUMBER_ARCS : CKP_NUMBER_VERTICES);
  if (key[0] == CKP_COLUMN_SLEW_MARK || key[0] == CKP_COLUMN_DELAY_MARK) {
    compareMarks(pair, key, columns, rows);
  } else {
    compareValues(pair, key, columns, rows);
    for (uint32_t plane = CKP_PLANE_SHIFT; plane <= CKP_PLANE_SKEWNESS;
         plane++) {
      comparePlane(pair, key, columns, plane, rows);
    }
  }
}

static void compareColumns(struct Pair* pair, uint32_t scenes)
{
  for (uint32_t kind = CKP_COLUMN_SLEW; kind <= CKP_COLUMN_DELAY_MARK; kind++) {
    for (uint32_t scene = 0; scene < scenes; scene++) {
      for (uint32_t min_max = CKP_MIN; min_max <= CKP_MAX; min_max++) {
        for (uint32_t transition = CKP_RISE; transition <= CKP_NO_TRANSITION;
             transition++) {
          const uint32_t key[4] = {kind, scene, min_max, transition};
          compareColumn(pair, key);
        }
      }
    }
  }
}

static void compareSummaries(struct Pair* pair, uint32_t scenes)
{
  for (uint32_t scene = 0; scene < scenes; scene++) {
    for (uint32_t min_max = CKP_MIN; min_max <= CKP_MAX; min_max++) {
      float values[2][2];
      uint32_t violating[2];
      for (int side = 0; side < 2; side++) {
        OK(ckp_stage_summary,
           pair->stages[side],
           scene,
           min_max,
           &values[side][0],
           &values[side][1],
           &violating[side]);
      }
      if ((memcmp(values[0], values[1], sizeof(values[0])) != 0
           || violating[0] != violating[1])
          && countDifference(pair)) {
        printf("summary: %.9g %.9g %u and %.9g %.9g %u\n",
               values[0][0],
               values[0][1],
               violating[0],
               values[1][0],
               values[1][1],
               violating[1]);
      }
    }
  }
}

static void compareEndpoints(struct Pair* pair)
{
  const uint32_t count
      = (uint32_t) number(pair->stages[0], CKP_NUMBER_ENDPOINTS);
  for (uint32_t i = 0; i < count; i++) {
    uint32_t keys[2][4];
    float slack[2];
    for (int side = 0; side < 2; side++) {
      OK(ckp_stage_read_endpoints,
         pair->stages[side],
         i,
         1,
         &keys[side][0],
         &keys[side][1],
         &keys[side][2],
         &keys[side][3],
         &slack[side]);
    }
    if ((memcmp(keys[0], keys[1], sizeof(keys[0])) != 0
         || memcmp(&slack[0], &slack[1], sizeof(float)) != 0)
        && countDifference(pair)) {
      printf("endpoint %u: %.9g and %.9g\n", i, slack[0], slack[1]);
    }
  }
}

int main(int argc, char* argv[])
{
  CHECK(argc == 5);
  struct Pair pair = {0};
  pair.stages[0] = openStage(argv[1], argv[2]);
  pair.stages[1] = openStage(argv[3], argv[4]);
  compareNumber(&pair, CKP_NUMBER_VERTICES, "vertices");
  compareNumber(&pair, CKP_NUMBER_EDGES, "edges");
  compareNumber(&pair, CKP_NUMBER_ARCS, "arcs");
  compareNumber(&pair, CKP_NUMBER_COLUMNS, "columns");
  compareNumber(&pair, CKP_NUMBER_ENDPOINTS, "endpoints");
  // Rows are only compared when there are as many.
  if (pair.differences == 0) {
    const uint32_t scenes = compareList(&pair, CKP_LIST_SCENES, "scenes");
    compareList(&pair, CKP_LIST_GROUPS, "groups");
    compareList(&pair, CKP_LIST_GROUP_CLOCKS, "clocks of groups");
    compareClocks(&pair);
    compareNames(&pair);
    compareColumns(&pair, scenes);
    compareSummaries(&pair, scenes);
    compareEndpoints(&pair);
  }
  printf("%" PRIu64 " values, %" PRIu64 " differences\n",
         pair.values,
         pair.differences);
  ckp_stage_free(pair.stages[0]);
  ckp_stage_free(pair.stages[1]);
  return pair.differences == 0 ? 0 : 1;
}
