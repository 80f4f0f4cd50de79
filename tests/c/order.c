// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

// Calls out of order and counts that do not fit: refused, nothing published.

#include "check.h"
#include "sample.h"

static const struct Sample* sample;

static ckp_capture* begin(ckp_store* store)
{
  ckp_capture* capture = NULL;
  OK(ckp_capture_begin, store, "s", NULL, makeObjects(sample), &capture);
  return capture;
}

static void expectNothing(ckp_store* store)
{
  const ckp_stage* stage = NULL;
  REJECTS(CKP_NOT_FOUND, ckp_stage_open, store, "s", &stage);
  OK(ckp_store_check_new_stage, store, "s");
}

// Columns name scenes by number, so the scenes come first.
static void columnBeforeScene(ckp_store* store)
{
  ckp_capture* capture = begin(store);
  uint32_t id = 0;
  CHECK(ckp_capture_add_column(
            capture, CKP_COLUMN_SLEW, 0, CKP_MIN, CKP_RISE, &id, NULL)
        != CKP_OK);
  CHECK(ckp_capture_set_summary(capture, 0, CKP_MIN, 0, 0, 0, NULL) != CKP_OK);
  ckp_capture_abort(capture);
  expectNothing(store);
}

static void sameColumnTwice(ckp_store* store)
{
  ckp_capture* capture = begin(store);
  uint32_t id = 0;
  OK(ckp_capture_add_item, capture, CKP_LIST_SCENES, "slow");
  OK(ckp_capture_add_column,
     capture,
     CKP_COLUMN_DELAY,
     0,
     CKP_MIN,
     CKP_NO_TRANSITION,
     &id);
  float values[14] = {0};
  OK(ckp_capture_write, capture, id, values, sample->arcs);
  CHECK(ckp_capture_add_column(
            capture, CKP_COLUMN_DELAY, 0, CKP_MIN, CKP_NO_TRANSITION, &id, NULL)
        != CKP_OK);
  ckp_capture_abort(capture);
  expectNothing(store);
}

static void tooManyRows(ckp_store* store)
{
  ckp_capture* capture = begin(store);
  uint32_t id = 0;
  OK(ckp_capture_add_item, capture, CKP_LIST_SCENES, "slow");
  OK(ckp_capture_add_column,
     capture,
     CKP_COLUMN_SLEW,
     0,
     CKP_MIN,
     CKP_RISE,
     &id);
  const float values[16] = {0};
  REJECTS(CKP_SHAPE_MISMATCH, ckp_capture_write, capture, id, values, 9);
  CHECK(ckp_capture_write(capture, id + 1, values, 1, NULL) != CKP_OK);
  ckp_capture_abort(capture);
  expectNothing(store);
}

// Marks and values are different columns.
static void wrongType(ckp_store* store)
{
  ckp_capture* capture = begin(store);
  uint32_t id = 0;
  const uint8_t marks[8] = {0};
  const uint8_t bad_marks[8] = {0, 1, 2, 3, 4, 5, 6, 7};
  const float values[8] = {0};
  OK(ckp_capture_add_item, capture, CKP_LIST_SCENES, "slow");
  OK(ckp_capture_add_column,
     capture,
     CKP_COLUMN_SLEW,
     0,
     CKP_MIN,
     CKP_RISE,
     &id);
  CHECK(ckp_capture_write_marks(capture, id, marks, 8, NULL) != CKP_OK);
  OK(ckp_capture_write, capture, id, values, 8);
  OK(ckp_capture_add_column,
     capture,
     CKP_COLUMN_SLEW_MARK,
     0,
     CKP_MIN,
     CKP_RISE,
     &id);
  CHECK(ckp_capture_write(capture, id, values, 8, NULL) != CKP_OK);
  REJECTS_ARGUMENT(ckp_capture_write_marks, capture, id, bad_marks, 8);
  ckp_capture_abort(capture);
  expectNothing(store);
}

// A column with rows missing is no stage; the failed commit frees the lock.
static void tooFewRows(ckp_store* store)
{
  ckp_capture* capture = begin(store);
  uint32_t id = 0;
  const float values[8] = {0};
  OK(ckp_capture_add_item, capture, CKP_LIST_SCENES, "slow");
  OK(ckp_capture_add_column,
     capture,
     CKP_COLUMN_SLEW,
     0,
     CKP_MIN,
     CKP_RISE,
     &id);
  OK(ckp_capture_write, capture, id, values, 7);
  const ckp_stage* stage = NULL;
  EXPECT(CKP_SHAPE_MISMATCH, ckp_capture_commit, capture, &stage);
  CHECK(stage == NULL);
  expectNothing(store);
}

static void endpointOutside(ckp_store* store)
{
  ckp_capture* capture = begin(store);
  const uint32_t zero[] = {0};
  const uint32_t far[] = {1000};
  const float slack[] = {0};
  OK(ckp_capture_add_item, capture, CKP_LIST_SCENES, "slow");
  OK(ckp_capture_add_item, capture, CKP_LIST_GROUPS, "clk");
  CHECK(ckp_capture_write_endpoints(
            capture, far, zero, zero, zero, slack, 1, NULL)
        != CKP_OK);
  CHECK(ckp_capture_write_endpoints(
            capture, zero, zero, far, zero, slack, 1, NULL)
        != CKP_OK);
  CHECK(ckp_capture_write_endpoints(
            capture, zero, zero, zero, far, slack, 1, NULL)
        != CKP_OK);
  ckp_capture_abort(capture);
  expectNothing(store);
}

// A name that is taken is refused, whatever way the store was opened.
static void takenName(const char* path)
{
  ckp_store* store = NULL;
  OK(ckp_store_open, path, CKP_OPEN_CREATE, &store);
  saveStage(store, sample, "s", 0, 8);
  ckp_store_free(store);
  OK(ckp_store_open, path, CKP_OPEN_READ, &store);
  ckp_capture* capture = NULL;
  EXPECT(CKP_ALREADY_EXISTS,
         ckp_capture_begin,
         store,
         "s",
         NULL,
         makeObjects(sample),
         &capture);
  CHECK(capture == NULL);
  ckp_store_free(store);
}

int main(void)
{
  char scratch[kMaxPath];
  char path[kMaxPath + 32];
  makeScratch(scratch);
  snprintf(path, sizeof(path), "%s/order.ckp", scratch);
  const struct Sample chain = makeSample(8);
  sample = &chain;
  ckp_store* store = NULL;
  OK(ckp_store_open, path, CKP_OPEN_CREATE, &store);
  columnBeforeScene(store);
  sameColumnTwice(store);
  tooManyRows(store);
  wrongType(store);
  tooFewRows(store);
  endpointOutside(store);
  ckp_store_free(store);
  takenName(path);
  removeScratch(scratch);
  return 0;
}
