// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

// What goes in comes out bit for bit: full stage, delta stages, roll back, in
// the process that wrote and in a store that was opened again.

#include "check.h"
#include "sample.h"

static void expectText(ckp_text* text, const char* expected)
{
  CHECK(strcmp(ckp_text_data(text), expected) == 0);
  CHECK(ckp_text_size(text) == strlen(expected));
  ckp_text_free(text);
}

static void expectStageText(const ckp_stage* stage,
                            uint32_t id,
                            const char* expected)
{
  ckp_text* text = NULL;
  OK(ckp_stage_text, stage, id, &text);
  expectText(text, expected);
}

static void expectHead(const ckp_store* store, const char* expected)
{
  ckp_text* text = NULL;
  OK(ckp_store_head, store, &text);
  expectText(text, expected);
}

static const ckp_stage* openStage(const ckp_store* store, const char* name)
{
  const ckp_stage* stage = NULL;
  OK(ckp_stage_open, store, name, &stage);
  return stage;
}

static void checkTexts(const ckp_stage* stage,
                       const char* name,
                       const char* base)
{
  expectStageText(stage, CKP_TEXT_STAGE, name);
  expectStageText(stage, CKP_TEXT_BASE, base);
  expectStageText(stage, CKP_TEXT_DESIGN, "chain");
  expectStageText(stage, CKP_TEXT_ENGINE, "None");
  expectStageText(stage, CKP_TEXT_ENGINE_VERSION, "1.0");
  expectStageText(stage, CKP_TEXT_NOTE, "a \"note\" of two\nlines");
  expectStageText(stage, CKP_TEXT_SDC, "create_clock -period 1\n");
  uint32_t count;
  OK(ckp_stage_item_count, stage, CKP_LIST_SCENES, &count);
  CHECK(count == kScenes);
  ckp_text* text = NULL;
  OK(ckp_stage_item, stage, CKP_LIST_SCENES, 1, &text);
  expectText(text, "fast");
  OK(ckp_stage_item, stage, CKP_LIST_LIBERTIES, 0, &text);
  expectText(text, "NangateLike");
  OK(ckp_stage_item, stage, CKP_LIST_GROUPS, 1, &text);
  expectText(text, "io");
}

static void checkNames(const ckp_stage* stage)
{
  uint32_t row;
  OK(ckp_stage_find_vertex, stage, "io[0]", 0, &row);
  CHECK(row == 0);
  OK(ckp_stage_find_vertex, stage, "io[0]", 1, &row);
  CHECK(row == 1);
  OK(ckp_stage_find_vertex, stage, "u1/Y", 0, &row);
  CHECK(row == 5);
  REJECTS(CKP_NOT_FOUND, ckp_stage_find_vertex, stage, "u1/Y", 1, &row);
  REJECTS(CKP_NOT_FOUND, ckp_stage_find_vertex, stage, "u1/Z", 0, &row);
  CHECK(row == 5);  // Outputs are written on success only.
  ckp_text* text = NULL;
  OK(ckp_stage_vertex_name, stage, 5, &text);
  expectText(text, "u1/Y");
}

static void checkSizes(const ckp_stage* full, const ckp_stage* delta)
{
  uint64_t raw;
  uint64_t full_bytes;
  uint64_t delta_bytes;
  OK(ckp_stage_number, full, CKP_NUMBER_RAW_BYTES, &raw);
  OK(ckp_stage_number, full, CKP_NUMBER_STORED_BYTES, &full_bytes);
  OK(ckp_stage_number, delta, CKP_NUMBER_STORED_BYTES, &delta_bytes);
  if (raw < 100000) {
    return;  // Headers outweigh the values.
  }
  CHECK(full_bytes > 0 && full_bytes < raw);
  // One value of 16 differs, and the object table not at all.
  CHECK(delta_bytes < full_bytes / 2);
}

static void checkStoreReports(const ckp_store* store)
{
  ckp_text* text = NULL;
  OK(ckp_store_report, store, CKP_REPORT_JSON, &text);
  const char* json = ckp_text_data(text);
  CHECK(json[0] == '[' && ckp_text_size(text) == strlen(json));
  const char* keys[] = {"stage",
                        "base",
                        "time",
                        "vertices",
                        "arcs",
                        "scenes",
                        "raw_bytes",
                        "wns",
                        "tns",
                        "stored_bytes",
                        "engine",
                        "violating_endpoints",
                        "note",
                        "meta"};
  for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
    char quoted[64];
    snprintf(quoted, sizeof(quoted), "\"%s\"", keys[i]);
    CHECK(strstr(json, quoted) != NULL);
  }
  // A quote and a line end inside a value are escaped.
  CHECK(strstr(json, "a \\\"note\\\" of two\\nlines") != NULL);
  ckp_text_free(text);
  OK(ckp_store_report, store, CKP_REPORT_TEXT, &text);
  CHECK(strstr(ckp_text_data(text), "floorplan") != NULL);
  CHECK(strstr(ckp_text_data(text), "route_2") != NULL);
  ckp_text_free(text);
  uint64_t findings = 99;
  OK(ckp_store_verify,
     store,
     CKP_VERIFY_FULL,
     CKP_REPORT_TEXT,
     &findings,
     &text);
  CHECK(findings == 0);
  ckp_text_free(text);
  OK(ckp_store_verify,
     store,
     CKP_VERIFY_QUICK,
     CKP_REPORT_JSON,
     &findings,
     &text);
  CHECK(findings == 0);
  CHECK(strstr(ckp_text_data(text), "\"sound\": true") != NULL);
  ckp_text_free(text);
}

static void checkAfterOpening(const char* path, const struct Sample* sample)
{
  ckp_store* store = NULL;
  OK(ckp_store_open, path, CKP_OPEN_READ, &store);
  expectHead(store, "route_2");
  const ckp_stage* full = openStage(store, "floorplan");
  const ckp_stage* delta = openStage(store, "place");
  checkStage(full, sample, 0);
  checkStage(delta, sample, 1);
  checkTexts(full, "floorplan", "");
  checkTexts(delta, "place", "floorplan");
  checkNames(full);
  checkNames(delta);
  checkSizes(full, delta);
  OK(ckp_stage_verify, delta, CKP_VERIFY_FULL);
  OK(ckp_stage_verify, delta, CKP_VERIFY_QUICK);
  const ckp_stage* rolled = openStage(store, "route_2");
  checkStage(rolled, sample, 3);
  expectStageText(rolled, CKP_TEXT_BASE, "place");
  checkStoreReports(store);
  // Stages outlive the store, and clones the stages.
  ckp_store_free(store);
  const ckp_stage* clone = ckp_stage_clone(delta);
  ckp_stage_free(delta);
  checkStage(clone, sample, 1);
  ckp_stage_free(clone);
  ckp_stage_free(rolled);
  ckp_stage_free(full);
}

static void roundTrip(const char* scratch, uint32_t vertices, uint32_t piece)
{
  const struct Sample sample = makeSample(vertices);
  char path[kMaxPath + 32];
  snprintf(path, sizeof(path), "%s/rows%u.ckp", scratch, (unsigned) vertices);
  ckp_store* store = NULL;
  REJECTS(CKP_NOT_FOUND, ckp_store_open, path, CKP_OPEN_READ, &store);
  OK(ckp_store_open, path, CKP_OPEN_CREATE, &store);
  expectHead(store, "");
  saveStage(store, &sample, "floorplan", 0, piece);
  saveStage(store, &sample, "place", 1, piece);
  saveStage(store, &sample, "route_1", 2, piece);
  expectHead(store, "route_1");
  REJECTS(CKP_ALREADY_EXISTS, ckp_store_check_new_stage, store, "place");
  OK(ckp_store_check_new_stage, store, "route_2");
  REJECTS(CKP_NOT_FOUND, ckp_store_set_head, store, "nowhere");
  OK(ckp_store_set_head, store, "place");
  saveStage(store, &sample, "route_2", 3, piece);
  ckp_store_free(store);
  checkAfterOpening(path, &sample);
}

int main(void)
{
  char scratch[kMaxPath];
  makeScratch(scratch);
  roundTrip(scratch, 8, 3);
  // Several blocks a column, in pieces that do not divide them.
  roundTrip(scratch, 140001, 65537);
  removeScratch(scratch);
  return 0;
}
