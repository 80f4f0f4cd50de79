// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

// Base, full, codec, level and tolerance of a capture; aborted captures; a
// second writer.

#include <math.h>

#include "check.h"
#include "sample.h"

static const struct Sample* sample;

static ckp_options* newOptions(void)
{
  ckp_options* options = NULL;
  OK(ckp_options_new, &options);
  return options;
}

static void saveWith(ckp_store* store,
                     const char* name,
                     uint32_t seed,
                     ckp_options* options,
                     const char* base)
{
  ckp_capture* capture = NULL;
  OK(ckp_capture_begin, store, name, options, makeObjects(sample), &capture);
  ckp_options_free(options);
  fillCapture(capture, sample, seed, 4096);
  const ckp_stage* stage = NULL;
  OK(ckp_capture_commit, capture, &stage);
  checkStage(stage, sample, seed);
  ckp_text* text = NULL;
  OK(ckp_stage_text, stage, CKP_TEXT_BASE, &text);
  CHECK(strcmp(ckp_text_data(text), base) == 0);
  ckp_text_free(text);
  ckp_stage_free(stage);
}

static void checkBases(ckp_store* store)
{
  saveWith(store, "a", 0, NULL, "");
  saveWith(store, "b", 1, NULL, "a");
  ckp_options* options = newOptions();
  OK(ckp_options_set_text, options, CKP_OPTION_BASE, "a");
  saveWith(store, "c", 2, options, "a");
  options = newOptions();
  OK(ckp_options_set_u64, options, CKP_OPTION_FULL, 1);
  saveWith(store, "d", 3, options, "");
}

static void checkCodecs(ckp_store* store)
{
  const uint32_t codecs[] = {CKP_CODEC_AUTO, CKP_CODEC_LZ4, CKP_CODEC_ZSTD};
  for (uint32_t i = 0; i < 3; i++) {
    char name[16];
    snprintf(name, sizeof(name), "codec%u", (unsigned) i);
    ckp_options* options = newOptions();
    OK(ckp_options_set_u64, options, CKP_OPTION_CODEC, codecs[i]);
    OK(ckp_options_set_u64, options, CKP_OPTION_LEVEL, i == 0 ? 1 : 19);
    OK(ckp_options_set_u64, options, CKP_OPTION_FULL, 1);
    saveWith(store, name, 7, options, "");
  }
}

static void checkTolerance(ckp_store* store)
{
  ckp_options* options = newOptions();
  OK(ckp_options_set_u64, options, CKP_OPTION_FULL, 1);
  OK(ckp_options_set_f64, options, CKP_OPTION_TOLERANCE, 0.5e-15);
  OK(ckp_options_set_f64, options, CKP_OPTION_TOLERANCE, 1e-15);
  ckp_capture* capture = NULL;
  OK(ckp_capture_begin,
     store,
     "within",
     options,
     makeObjects(sample),
     &capture);
  ckp_options_free(options);
  fillCapture(capture, sample, 1, 4096);
  const ckp_stage* stage = NULL;
  OK(ckp_capture_commit, capture, &stage);
  double seconds = -1.0;
  OK(ckp_stage_tolerance, stage, &seconds);
  CHECK(seconds == 1e-15);
  uint64_t levels = 0;
  OK(ckp_stage_number, stage, CKP_NUMBER_LEVELS, &levels);
  CHECK(levels > 0);
  REJECTS_ARGUMENT(ckp_stage_tolerance, NULL, &seconds);
  REJECTS_ARGUMENT(ckp_stage_tolerance, stage, NULL);
  ckp_stage_free(stage);
  OK(ckp_stage_open, store, "a", &stage);
  OK(ckp_stage_tolerance, stage, &seconds);
  CHECK(seconds == 0.0);
  ckp_stage_free(stage);
}

static void expectBadBase(ckp_store* store,
                          ckp_options* options,
                          const char* base,
                          ckp_status status)
{
  OK(ckp_options_set_text, options, CKP_OPTION_BASE, base);
  ckp_capture* capture = NULL;
  EXPECT(status,
         ckp_capture_begin,
         store,
         "e",
         options,
         makeObjects(sample),
         &capture);
  CHECK(capture == NULL);
}

static void checkBadValues(ckp_store* store)
{
  ckp_options* options = newOptions();
  REJECTS_ARGUMENT(ckp_options_set_u64, options, 0, 0);
  REJECTS_ARGUMENT(ckp_options_set_u64, options, 4711, 0);
  REJECTS_ARGUMENT(ckp_options_set_u64, options, CKP_OPTION_BASE, 1);
  REJECTS_ARGUMENT(ckp_options_set_u64, options, CKP_OPTION_FULL, 2);
  REJECTS_ARGUMENT(ckp_options_set_u64, options, CKP_OPTION_CODEC, 99);
  REJECTS_ARGUMENT(ckp_options_set_u64, options, CKP_OPTION_LEVEL, 0);
  REJECTS_ARGUMENT(ckp_options_set_u64, options, CKP_OPTION_LEVEL, 20);
  REJECTS_ARGUMENT(ckp_options_set_f64, options, CKP_OPTION_LEVEL, 3.0);
  REJECTS_ARGUMENT(ckp_options_set_f64, options, CKP_OPTION_TOLERANCE, -1e-15);
  REJECTS_ARGUMENT(ckp_options_set_f64, options, CKP_OPTION_TOLERANCE, 1.5);
  REJECTS_ARGUMENT(ckp_options_set_f64, options, CKP_OPTION_TOLERANCE, NAN);
  REJECTS_ARGUMENT(ckp_options_set_f64, NULL, CKP_OPTION_TOLERANCE, 1e-15);
  REJECTS_ARGUMENT(ckp_options_set_text, options, CKP_OPTION_LEVEL, "3");
  REJECTS_ARGUMENT(ckp_options_set_text, options, CKP_OPTION_BASE, "\xff");
  expectBadBase(store, options, "nowhere", CKP_NOT_FOUND);
  expectBadBase(store, options, "../x", CKP_INVALID_ARGUMENT);
  ckp_options_free(options);
}

static void checkAbort(ckp_store* store)
{
  ckp_capture* capture = NULL;
  OK(ckp_capture_begin, store, "e", NULL, makeObjects(sample), &capture);
  fillCapture(capture, sample, 1, 100);
  // The lock belongs to the capture: another writer of the store is refused.
  ckp_capture* second = NULL;
  EXPECT(CKP_LOCKED,
         ckp_capture_begin,
         store,
         "f",
         NULL,
         makeObjects(sample),
         &second);
  CHECK(second == NULL);
  ckp_capture_abort(capture);
  const ckp_stage* stage = NULL;
  REJECTS(CKP_NOT_FOUND, ckp_stage_open, store, "e", &stage);
  saveWith(store, "e", 5, NULL, "within");
}

int main(void)
{
  char scratch[kMaxPath];
  char path[kMaxPath + 32];
  makeScratch(scratch);
  snprintf(path, sizeof(path), "%s/options.ckp", scratch);
  const struct Sample chain = makeSample(2000);
  sample = &chain;
  ckp_store* store = NULL;
  OK(ckp_store_open, path, CKP_OPEN_CREATE, &store);
  checkBases(store);
  checkCodecs(store);
  checkTolerance(store);
  checkBadValues(store);
  checkAbort(store);
  uint64_t findings;
  ckp_text* text = NULL;
  OK(ckp_store_verify,
     store,
     CKP_VERIFY_FULL,
     CKP_REPORT_TEXT,
     &findings,
     &text);
  CHECK(findings == 0);
  ckp_text_free(text);
  ckp_store_free(store);
  removeScratch(scratch);
  return 0;
}
