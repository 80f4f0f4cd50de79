// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

// Handles that were freed or consumed are refused, and their memory is not
// looked at, which AddressSanitizer would report.

#include "check.h"
#include "sample.h"

static void checkOptions(void)
{
  ckp_options* options = NULL;
  OK(ckp_options_new, &options);
  ckp_options_free(options);
  REJECTS_ARGUMENT(ckp_options_set_u64, options, CKP_OPTION_LEVEL, 3);
  ckp_options_free(options);
  // Not a handle at all, and one of another type.
  uint64_t memory[8] = {0};
  REJECTS_ARGUMENT(
      ckp_options_set_u64, (ckp_options*) memory, CKP_OPTION_LEVEL, 3);
  ckp_path_query* query = NULL;
  OK(ckp_path_query_new, &query);
  REJECTS_ARGUMENT(
      ckp_options_set_u64, (ckp_options*) query, CKP_OPTION_LEVEL, 3);
  ckp_options_free((ckp_options*) query);
  OK(ckp_path_query_set_u64, query, CKP_PATH_QUERY_COUNT, 3);
  ckp_path_query_free(query);
}

static void checkCapture(ckp_store* store, const struct Sample* sample)
{
  ckp_objects* objects = makeObjects(sample);
  ckp_capture* capture = NULL;
  OK(ckp_capture_begin, store, "s", NULL, objects, &capture);
  // Consumed.
  uint32_t cell = 0;
  REJECTS_ARGUMENT(ckp_objects_add_cell, objects, "INV", &cell);
  ckp_objects_free(objects);
  ckp_capture_abort(capture);
  REJECTS_ARGUMENT(ckp_capture_add_meta, capture, "key", "value");
  ckp_capture_abort(capture);
}

// A shared handle lives as long as one of its references.
static void checkReferences(ckp_store* store)
{
  const ckp_stage* stage = NULL;
  const ckp_array* array = NULL;
  OK(ckp_stage_open, store, "s", &stage);
  OK(ckp_stage_lend_rows, stage, CKP_ROWS_CELL, &array);
  const ckp_stage* again = ckp_stage_clone(stage);
  ckp_stage_free(stage);
  OK(ckp_stage_verify, again, CKP_VERIFY_FULL);
  ckp_stage_free(again);
  REJECTS_ARGUMENT(ckp_stage_verify, again, CKP_VERIFY_FULL);
  CHECK(ckp_stage_clone(again) == NULL);
  ckp_stage_free(again);
  CHECK(ckp_array_count(array) == 8);
  ckp_array_free(array);
  CHECK(ckp_array_count(array) == 0 && ckp_array_data(array) == NULL);
  ckp_array_free(array);
}

static void checkText(ckp_store* store)
{
  ckp_text* text = NULL;
  OK(ckp_store_head, store, &text);
  CHECK(strcmp(ckp_text_data(text), "s") == 0);
  ckp_text_free(text);
  CHECK(ckp_text_size(text) == 0 && ckp_text_data(text)[0] == '\0');
  ckp_text_free(text);
  ckp_error* error = NULL;
  CHECK(ckp_store_head(NULL, &text, &error) == CKP_INVALID_ARGUMENT);
  ckp_error_free(error);
  CHECK(ckp_error_status(error) == CKP_OK);
  CHECK(ckp_error_message(error)[0] == '\0');
  ckp_error_free(error);
}

int main(void)
{
  char scratch[kMaxPath];
  char path[kMaxPath + 32];
  makeScratch(scratch);
  snprintf(path, sizeof(path), "%s/freed.ckp", scratch);
  const struct Sample sample = makeSample(8);
  ckp_store* store = NULL;
  OK(ckp_store_open, path, CKP_OPEN_CREATE, &store);
  checkOptions();
  checkCapture(store, &sample);
  saveStage(store, &sample, "s", 0, 8);
  checkReferences(store);
  checkText(store);
  ckp_store_free(store);
  const ckp_stage* stage = NULL;
  REJECTS_ARGUMENT(ckp_stage_open, store, "s", &stage);
  ckp_store_free(store);
  removeScratch(scratch);
  return 0;
}
