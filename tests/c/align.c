// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

// A stage against live objects: the same, and with rows missing, extra,
// changed.

#include "check.h"
#include "sample.h"

static uint64_t number(const ckp_alignment* alignment, uint32_t id)
{
  uint64_t value = 0;
  OK(ckp_alignment_number, alignment, id, &value);
  return value;
}

static void checkSame(const ckp_stage* stage, const struct Sample* sample)
{
  ckp_objects* live = makeObjects(sample);
  ckp_alignment* alignment = NULL;
  OK(ckp_stage_align, stage, live, &alignment);
  ckp_objects_free(live);  // Lent for the call only.
  CHECK(number(alignment, CKP_ALIGN_MATCHED_VERTICES) == sample->vertices);
  CHECK(number(alignment, CKP_ALIGN_MATCHED_ARCS) == sample->arcs);
  CHECK(number(alignment, CKP_ALIGN_MISSING_VERTICES) == 0);
  CHECK(number(alignment, CKP_ALIGN_EXTRA_VERTICES) == 0);
  CHECK(number(alignment, CKP_ALIGN_MISSING_ARCS) == 0);
  CHECK(number(alignment, CKP_ALIGN_EXTRA_ARCS) == 0);
  CHECK(number(alignment, CKP_ALIGN_CHANGED_CELLS) == 0);
  ckp_text* text = NULL;
  OK(ckp_alignment_report, alignment, &text);
  CHECK(ckp_text_size(text) == 0);
  ckp_text_free(text);
  ckp_alignment_free(alignment);
}

// The first inverter has another name: its two pins, the arcs at them, and no
// others, are missing on one side and extra on the other.
static void checkRenamed(const ckp_stage* stage, const struct Sample* sample)
{
  struct Sample renamed = *sample;
  renamed.first_instance = "renamed";
  ckp_objects* live = makeObjects(&renamed);
  ckp_alignment* alignment = NULL;
  OK(ckp_stage_align, stage, live, &alignment);
  ckp_objects_free(live);
  CHECK(number(alignment, CKP_ALIGN_MATCHED_VERTICES) == sample->vertices - 2);
  CHECK(number(alignment, CKP_ALIGN_MISSING_VERTICES) == 2);
  CHECK(number(alignment, CKP_ALIGN_EXTRA_VERTICES) == 2);
  CHECK(number(alignment, CKP_ALIGN_MATCHED_ARCS) == sample->arcs - 6);
  CHECK(number(alignment, CKP_ALIGN_MISSING_ARCS) == 6);
  CHECK(number(alignment, CKP_ALIGN_EXTRA_ARCS) == 6);
  ckp_text* text = NULL;
  OK(ckp_alignment_report, alignment, &text);
  CHECK(strstr(ckp_text_data(text), "u0/A") != NULL);
  CHECK(strstr(ckp_text_data(text), "renamed/A") != NULL);
  ckp_text_free(text);

  uint32_t column;
  OK(ckp_stage_find_column,
     stage,
     CKP_COLUMN_ARRIVAL,
     1,
     CKP_MAX,
     CKP_FALL,
     &column);
  // Column 18 + 9 + 3 of the sample is that one.
  const uint32_t sample_column = 30;
  // The neighbors of the inverter have lost an arc each.
  const uint8_t expected[6] = {CKP_ROW_PRESENT,
                               CKP_ROW_CHANGED,
                               CKP_ROW_ABSENT,
                               CKP_ROW_ABSENT,
                               CKP_ROW_CHANGED,
                               CKP_ROW_PRESENT};
  float values[6] = {9, 9, 9, 9, 9, 9};
  uint8_t present[6] = {7, 7, 7, 7, 7, 7};
  OK(ckp_alignment_read, alignment, column, 0, 6, values, present);
  for (uint32_t row = 0; row < 6; row++) {
    CHECK(present[row] == expected[row]);
    uint32_t bits;
    memcpy(&bits, &values[row], sizeof(bits));
    if (present[row] != CKP_ROW_ABSENT) {
      CHECK(bits == sampleBits(sample_column, row, 1));
    } else {
      CHECK(values[row] == 9);
    }
  }
  OK(ckp_stage_find_column,
     stage,
     CKP_COLUMN_SLEW_MARK,
     0,
     CKP_MIN,
     CKP_RISE,
     &column);
  uint8_t marks[6];
  OK(ckp_alignment_read_marks, alignment, column, 0, 6, marks, present);
  CHECK(memcmp(present, expected, sizeof(present)) == 0);
  ckp_alignment_free(alignment);
}

// A shorter live design: rows of the stage are missing, none is extra.
static void checkShorter(const ckp_stage* stage, const struct Sample* sample)
{
  const struct Sample shorter = makeSample(sample->vertices - 40);
  ckp_objects* live = makeObjects(&shorter);
  ckp_alignment* alignment = NULL;
  OK(ckp_stage_align, stage, live, &alignment);
  ckp_objects_free(live);
  CHECK(number(alignment, CKP_ALIGN_MATCHED_VERTICES) == shorter.vertices);
  CHECK(number(alignment, CKP_ALIGN_MISSING_VERTICES) == 40);
  CHECK(number(alignment, CKP_ALIGN_EXTRA_VERTICES) == 0);
  CHECK(number(alignment, CKP_ALIGN_MISSING_ARCS) == 80);
  CHECK(number(alignment, CKP_ALIGN_EXTRA_ARCS) == 0);
  ckp_text* text = NULL;
  OK(ckp_alignment_report, alignment, &text);
  CHECK(strstr(ckp_text_data(text), "40") != NULL);
  ckp_text_free(text);
  ckp_alignment_free(alignment);
}

int main(void)
{
  char scratch[kMaxPath];
  char path[kMaxPath + 32];
  makeScratch(scratch);
  snprintf(path, sizeof(path), "%s/align.ckp", scratch);
  const struct Sample sample = makeSample(400);
  ckp_store* store = NULL;
  OK(ckp_store_open, path, CKP_OPEN_CREATE, &store);
  saveStage(store, &sample, "base", 0, 400);
  saveStage(store, &sample, "delta", 1, 400);
  const ckp_stage* stage = NULL;
  OK(ckp_stage_open, store, "delta", &stage);
  checkSame(stage, &sample);
  checkRenamed(stage, &sample);
  checkShorter(stage, &sample);
  ckp_stage_free(stage);
  ckp_store_free(store);
  removeScratch(scratch);
  return 0;
}
