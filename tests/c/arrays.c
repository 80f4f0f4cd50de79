// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

// Arrays that are lent are those that a copy gives, and stay when all else is
// freed.

#include "check.h"
#include "sample.h"

enum
{
  kVertices = 1000
};

static void compareColumns(const ckp_stage* stage, const ckp_array** kept)
{
  uint64_t columns;
  OK(ckp_stage_number, stage, CKP_NUMBER_COLUMNS, &columns);
  for (uint32_t column = 0; column < columns; column++) {
    uint32_t kind;
    uint32_t scene;
    uint32_t min_max;
    uint32_t transition;
    uint32_t plane;
    OK(ckp_stage_column_key,
       stage,
       column,
       &kind,
       &scene,
       &min_max,
       &transition,
       &plane);
    uint32_t found;
    OK(ckp_stage_find_column, stage, kind, scene, min_max, transition, &found);
    CHECK(found == column && plane == 0);
    const ckp_array* array = NULL;
    OK(ckp_stage_lend_column, stage, column, &array);
    const size_t count = ckp_array_count(array);
    CHECK(count > 0 && count <= 2 * kVertices);
    if (kind == CKP_COLUMN_SLEW_MARK || kind == CKP_COLUMN_DELAY_MARK) {
      uint8_t marks[2 * kVertices];
      OK(ckp_stage_read_marks, stage, column, 0, (uint32_t) count, marks);
      CHECK(memcmp(marks, ckp_array_data(array), count) == 0);
    } else {
      float values[2 * kVertices];
      OK(ckp_stage_read, stage, column, 0, (uint32_t) count, values);
      CHECK(memcmp(values, ckp_array_data(array), 4 * count) == 0);
    }
    if (column == 0) {
      *kept = array;
    } else {
      ckp_array_free(array);
    }
  }
}

static void compareNames(const ckp_stage* stage)
{
  const ckp_array* names = NULL;
  const ckp_array* ends = NULL;
  OK(ckp_stage_lend_rows, stage, CKP_ROWS_NAMES, &names);
  OK(ckp_stage_lend_rows, stage, CKP_ROWS_NAME_ENDS, &ends);
  CHECK(ckp_array_count(ends) == kVertices);
  const char* characters = ckp_array_data(names);
  const uint32_t* end = ckp_array_data(ends);
  CHECK(end[kVertices - 1] == ckp_array_count(names));
  for (uint32_t row = 0; row < kVertices; row++) {
    ckp_text* text = NULL;
    OK(ckp_stage_vertex_name, stage, row, &text);
    const uint32_t start = row == 0 ? 0 : end[row - 1];
    CHECK(ckp_text_size(text) == end[row] - start);
    CHECK(memcmp(ckp_text_data(text), characters + start, end[row] - start)
          == 0);
    ckp_text_free(text);
  }
  ckp_array_free(names);
  ckp_array_free(ends);
}

static void checkTopology(const ckp_stage* stage, const struct Sample* sample)
{
  const uint32_t rows[] = {CKP_ROWS_DRIVER,
                           CKP_ROWS_CELL,
                           CKP_ROWS_EDGE_FROM,
                           CKP_ROWS_EDGE_TO,
                           CKP_ROWS_ARC_EDGE,
                           CKP_ROWS_ARC_KIND};
  const uint32_t counts[] = {sample->vertices,
                             sample->vertices,
                             sample->edges,
                             sample->edges,
                             sample->arcs,
                             sample->arcs};
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    const ckp_array* array = NULL;
    OK(ckp_stage_lend_rows, stage, rows[i], &array);
    CHECK(ckp_array_count(array) == counts[i]);
    ckp_array_free(array);
  }
  uint32_t cells;
  OK(ckp_stage_item_count, stage, CKP_LIST_CELLS, &cells);
  const ckp_array* cell = NULL;
  OK(ckp_stage_lend_rows, stage, CKP_ROWS_CELL, &cell);
  const uint32_t* number = ckp_array_data(cell);
  for (uint32_t row = 0; row < sample->vertices; row++) {
    CHECK(number[row] < cells);
  }
  ckp_array_free(cell);
  uint32_t kinds;
  OK(ckp_stage_item_count, stage, CKP_LIST_KINDS, &kinds);
  CHECK(kinds > 0);
}

static void checkArguments(const ckp_stage* stage)
{
  const ckp_array* array = NULL;
  uint32_t n;
  REJECTS_ARGUMENT(ckp_stage_lend_column, NULL, 0, &array);
  REJECTS_ARGUMENT(ckp_stage_lend_column, stage, 0, NULL);
  REJECTS_ARGUMENT(ckp_stage_lend_column, stage, 9999, &array);
  REJECTS_ARGUMENT(ckp_stage_lend_rows, NULL, CKP_ROWS_NAMES, &array);
  REJECTS_ARGUMENT(ckp_stage_lend_rows, stage, CKP_ROWS_NAMES, NULL);
  REJECTS_ARGUMENT(ckp_stage_lend_rows, stage, 0, &array);
  REJECTS_ARGUMENT(ckp_stage_lend_rows, stage, 9, &array);
  REJECTS_ARGUMENT(ckp_stage_column_key, NULL, 0, &n, &n, &n, &n, &n);
  REJECTS_ARGUMENT(ckp_stage_column_key, stage, 9999, &n, &n, &n, &n, &n);
  REJECTS_ARGUMENT(ckp_stage_column_key, stage, 0, NULL, &n, &n, &n, &n);
  REJECTS_ARGUMENT(ckp_stage_column_key, stage, 0, &n, NULL, &n, &n, &n);
  REJECTS_ARGUMENT(ckp_stage_column_key, stage, 0, &n, &n, NULL, &n, &n);
  REJECTS_ARGUMENT(ckp_stage_column_key, stage, 0, &n, &n, &n, NULL, &n);
  REJECTS_ARGUMENT(ckp_stage_column_key, stage, 0, &n, &n, &n, &n, NULL);
  CHECK(array == NULL);
  CHECK(ckp_array_data(NULL) == NULL && ckp_array_count(NULL) == 0);
  ckp_array_free(NULL);
}

int main(void)
{
  char scratch[kMaxPath];
  makeScratch(scratch);
  const struct Sample sample = makeSample(kVertices);
  char path[kMaxPath + 32];
  snprintf(path, sizeof(path), "%s/arrays.ckp", scratch);
  ckp_store* store = NULL;
  OK(ckp_store_open, path, CKP_OPEN_CREATE, &store);
  saveStage(store, &sample, "full", 0, 100);
  saveStage(store, &sample, "delta", 1, 100);
  const ckp_stage* stage = NULL;
  OK(ckp_stage_open, store, "delta", &stage);
  const ckp_array* kept = NULL;
  compareColumns(stage, &kept);
  compareNames(stage);
  checkTopology(stage, &sample);
  checkArguments(stage);
  float before[kVertices];
  memcpy(before, ckp_array_data(kept), sizeof(before));
  ckp_stage_free(stage);
  ckp_store_free(store);
  removeScratch(scratch);
  CHECK(memcmp(before, ckp_array_data(kept), sizeof(before)) == 0);
  ckp_array_free(kept);
  return 0;
}
