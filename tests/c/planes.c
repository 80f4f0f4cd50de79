// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

// Values of four floats, as statistical timing has them.

#include "check.h"
#include "sample.h"

enum
{
  kVertices = 1000,
  kPlanes = 4
};

static float planeValue(uint32_t plane, uint32_t row, uint32_t seed)
{
  const float scale[kPlanes] = {1e-10f, 1e-12f, 1e-24f, 1.0f};
  return scale[plane] * (float) (row * (plane + 1) + seed) - 1e-25f;
}

static void savePlanes(ckp_store* store, const char* name, uint32_t seed)
{
  const struct Sample sample = makeSample(kVertices);
  ckp_capture* capture = NULL;
  OK(ckp_capture_begin, store, name, NULL, makeObjects(&sample), &capture);
  OK(ckp_capture_add_item, capture, CKP_LIST_SCENES, "one");
  uint32_t columns[kPlanes];
  OK(ckp_capture_add_column,
     capture,
     CKP_COLUMN_ARRIVAL,
     0,
     CKP_MAX,
     CKP_RISE,
     &columns[0]);
  for (uint32_t plane = 1; plane < kPlanes; plane++) {
    OK(ckp_capture_add_plane, capture, columns[0], plane, &columns[plane]);
  }
  for (uint32_t plane = 0; plane < kPlanes; plane++) {
    float values[kVertices];
    for (uint32_t row = 0; row < kVertices; row++) {
      values[row] = planeValue(plane, row, seed);
    }
    OK(ckp_capture_write, capture, columns[plane], values, kVertices);
  }
  uint32_t column = 0;
  REJECTS_ARGUMENT(ckp_capture_add_plane, NULL, columns[0], 1, &column);
  REJECTS_ARGUMENT(ckp_capture_add_plane, capture, columns[0], 1, NULL);
  REJECTS_ARGUMENT(ckp_capture_add_plane, capture, columns[0], 1, &column);
  REJECTS_ARGUMENT(ckp_capture_add_plane, capture, columns[0], 0, &column);
  REJECTS_ARGUMENT(ckp_capture_add_plane, capture, columns[0], 4, &column);
  REJECTS_ARGUMENT(ckp_capture_add_plane, capture, columns[1], 2, &column);
  REJECTS_ARGUMENT(ckp_capture_add_plane, capture, 99, 1, &column);
  const ckp_stage* stage = NULL;
  OK(ckp_capture_commit, capture, &stage);
  ckp_stage_free(stage);
}

static void checkPlanes(const ckp_stage* stage, uint32_t seed)
{
  uint64_t planes = 0;
  OK(ckp_stage_number, stage, CKP_NUMBER_PLANES, &planes);
  CHECK(planes == kPlanes);
  uint32_t mean = 0;
  OK(ckp_stage_find_column,
     stage,
     CKP_COLUMN_ARRIVAL,
     0,
     CKP_MAX,
     CKP_RISE,
     &mean);
  for (uint32_t plane = 0; plane < kPlanes; plane++) {
    uint32_t column = mean;
    if (plane > 0) {
      OK(ckp_stage_find_plane, stage, mean, plane, &column);
      REJECTS_ARGUMENT(ckp_stage_find_plane, stage, column, plane, &column);
    }
    float values[kVertices];
    OK(ckp_stage_read, stage, column, 0, kVertices, values);
    for (uint32_t row = 0; row < kVertices; row++) {
      const float expected = planeValue(plane, row, seed);
      CHECK(memcmp(&values[row], &expected, sizeof(float)) == 0);
    }
  }
  uint32_t column = 0;
  REJECTS_ARGUMENT(ckp_stage_find_plane, NULL, mean, 1, &column);
  REJECTS_ARGUMENT(ckp_stage_find_plane, stage, mean, 1, NULL);
  REJECTS_ARGUMENT(ckp_stage_find_plane, stage, mean, 0, &column);
  REJECTS_ARGUMENT(ckp_stage_find_plane, stage, 99, 1, &column);
  OK(ckp_stage_verify, stage, CKP_VERIFY_FULL);
}

static void checkScalar(ckp_store* store)
{
  const struct Sample sample = makeSample(100);
  saveStage(store, &sample, "scalar", 1, 100);
  const ckp_stage* stage = NULL;
  OK(ckp_stage_open, store, "scalar", &stage);
  uint64_t planes = 0;
  OK(ckp_stage_number, stage, CKP_NUMBER_PLANES, &planes);
  CHECK(planes == 1);
  uint32_t column = 0;
  REJECTS(CKP_NOT_FOUND,
          ckp_stage_find_plane,
          stage,
          0,
          CKP_PLANE_VARIANCE,
          &column);
  ckp_stage_free(stage);
}

int main(void)
{
  char scratch[kMaxPath];
  char path[kMaxPath + 32];
  makeScratch(scratch);
  snprintf(path, sizeof(path), "%s/planes.ckp", scratch);
  ckp_store* store = NULL;
  OK(ckp_store_open, path, CKP_OPEN_CREATE, &store);
  const char* names[] = {"a", "b"};
  for (uint32_t seed = 0; seed < 2; seed++) {
    savePlanes(store, names[seed], seed);
    const ckp_stage* stage = NULL;
    OK(ckp_stage_open, store, names[seed], &stage);
    checkPlanes(stage, seed);
    ckp_stage_free(stage);
  }
  checkScalar(store);
  ckp_store_free(store);
  removeScratch(scratch);
  return 0;
}
