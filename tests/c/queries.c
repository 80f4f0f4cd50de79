// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

// Questions to stages and stores; stages deleted, stores compacted: what is
// open and what is left holds what was captured.

#include "check.h"
#include "sample.h"

static const struct
{
  const char* name;
  uint32_t seed;
} kStages[] = {{"a", 1}, {"b", 2}, {"c", 3}};

static ckp_store* makeStore(const char* scratch, const struct Sample* sample)
{
  char path[kMaxPath + 32];
  snprintf(path, sizeof(path), "%s/queries.ckp", scratch);
  ckp_store* store = NULL;
  OK(ckp_store_open, path, CKP_OPEN_CREATE, &store);
  for (size_t i = 0; i < 3; i++) {
    saveStage(store, sample, kStages[i].name, kStages[i].seed, 1000);
  }
  return store;
}

static void checkEndpoints(const ckp_stage* stage)
{
  uint32_t rows[4] = {0};
  float slacks[4] = {0};
  uint32_t count = 9;
  OK(ckp_stage_worst_endpoints,
     stage,
     CKP_MAX,
     NULL,
     NULL,
     4,
     rows,
     slacks,
     &count);
  CHECK(count <= 4);
  for (uint32_t i = 1; i < count; i++) {
    CHECK(!(slacks[i] < slacks[i - 1]));
    CHECK(rows[i] != rows[i - 1]);
  }
  OK(ckp_stage_worst_endpoints,
     stage,
     CKP_MAX,
     NULL,
     NULL,
     0,
     NULL,
     NULL,
     &count);
  CHECK(count == 0);
  ckp_text* text = NULL;
  for (uint32_t format = CKP_REPORT_TEXT; format <= CKP_REPORT_MARKDOWN;
       format++) {
    OK(ckp_stage_report_endpoints,
       stage,
       CKP_MIN,
       NULL,
       NULL,
       3,
       format,
       &text);
    CHECK(ckp_text_size(text) > 20);
    ckp_text_free(text);
  }
  REJECTS_ARGUMENT(ckp_stage_worst_endpoints,
                   NULL,
                   CKP_MAX,
                   NULL,
                   NULL,
                   4,
                   rows,
                   slacks,
                   &count);
  REJECTS_ARGUMENT(
      ckp_stage_worst_endpoints, stage, 7, NULL, NULL, 4, rows, slacks, &count);
  REJECTS_ARGUMENT(ckp_stage_worst_endpoints,
                   stage,
                   CKP_MAX,
                   NULL,
                   NULL,
                   4,
                   NULL,
                   slacks,
                   &count);
  REJECTS_ARGUMENT(ckp_stage_worst_endpoints,
                   stage,
                   CKP_MAX,
                   NULL,
                   NULL,
                   4,
                   rows,
                   NULL,
                   &count);
  REJECTS_ARGUMENT(ckp_stage_worst_endpoints,
                   stage,
                   CKP_MAX,
                   NULL,
                   NULL,
                   4,
                   rows,
                   slacks,
                   NULL);
  REJECTS(CKP_NOT_FOUND,
          ckp_stage_worst_endpoints,
          stage,
          CKP_MAX,
          "no such scene",
          NULL,
          4,
          rows,
          slacks,
          &count);
  REJECTS(CKP_NOT_FOUND,
          ckp_stage_report_endpoints,
          stage,
          CKP_MAX,
          NULL,
          "no such group",
          4,
          CKP_REPORT_JSON,
          &text);
  REJECTS_ARGUMENT(
      ckp_stage_report_endpoints, stage, CKP_MAX, NULL, NULL, 4, 99, &text);
  REJECTS_ARGUMENT(ckp_stage_report_endpoints,
                   stage,
                   CKP_MAX,
                   NULL,
                   NULL,
                   4,
                   CKP_REPORT_TEXT,
                   NULL);
}

static void checkHistory(const ckp_store* store, const ckp_stage* stage)
{
  ckp_text* name = NULL;
  OK(ckp_stage_vertex_name, stage, 3, &name);
  const char* pins[] = {ckp_text_data(name), "no/such/pin", NULL};
  ckp_text* text = NULL;
  OK(ckp_store_report_history,
     store,
     pins,
     1,
     CKP_MAX,
     NULL,
     CKP_REPORT_CSV,
     &text);
  size_t lines = 0;
  for (const char* c = ckp_text_data(text); *c != '\0'; c++) {
    lines += *c == '\n';
  }
  CHECK(lines == 4);
  ckp_text_free(text);
  REJECTS(CKP_NOT_FOUND,
          ckp_store_report_history,
          store,
          pins,
          2,
          CKP_MAX,
          NULL,
          CKP_REPORT_TEXT,
          &text);
  REJECTS_ARGUMENT(ckp_store_report_history,
                   store,
                   pins,
                   3,
                   CKP_MAX,
                   NULL,
                   CKP_REPORT_TEXT,
                   &text);
  REJECTS_ARGUMENT(ckp_store_report_history,
                   NULL,
                   pins,
                   1,
                   CKP_MAX,
                   NULL,
                   CKP_REPORT_TEXT,
                   &text);
  REJECTS_ARGUMENT(ckp_store_report_history,
                   store,
                   NULL,
                   1,
                   CKP_MAX,
                   NULL,
                   CKP_REPORT_TEXT,
                   &text);
  REJECTS_ARGUMENT(ckp_store_report_history,
                   store,
                   NULL,
                   0,
                   CKP_MAX,
                   NULL,
                   CKP_REPORT_TEXT,
                   &text);
  REJECTS_ARGUMENT(ckp_store_report_history,
                   store,
                   pins,
                   1,
                   CKP_MAX,
                   NULL,
                   CKP_REPORT_TEXT,
                   NULL);
  ckp_text_free(name);
}

static void checkDeletion(ckp_store* store, const struct Sample* sample)
{
  const ckp_stage* open = NULL;
  OK(ckp_stage_open, store, "b", &open);
  ckp_text* text = NULL;
  REJECTS_ARGUMENT(ckp_store_delete_stage, NULL, "b", &text);
  REJECTS_ARGUMENT(ckp_store_delete_stage, store, NULL, &text);
  REJECTS_ARGUMENT(ckp_store_delete_stage, store, "b", NULL);
  REJECTS(CKP_NOT_FOUND, ckp_store_delete_stage, store, "x", &text);
  OK(ckp_store_delete_stage, store, "b", &text);
  CHECK(strstr(ckp_text_data(text), "Deleted stage b") != NULL);
  ckp_text_free(text);
  // The handle is good as long as it is open.
  checkStage(open, sample, 2);
  ckp_stage_free(open);
  REJECTS(CKP_NOT_FOUND, ckp_stage_open, store, "b", &open);
  OK(ckp_stage_open, store, "c", &open);
  checkStage(open, sample, 3);
  ckp_stage_free(open);
}

// Rules for what stays; nothing goes without one, and not in a dry run.
static void checkKeep(ckp_store* store)
{
  ckp_keep* keep = NULL;
  ckp_text* text = NULL;
  OK(ckp_keep_new, &keep);
  REJECTS_ARGUMENT(ckp_keep_last, keep, 0);
  REJECTS_ARGUMENT(ckp_keep_names, keep, "");
  REJECTS_ARGUMENT(ckp_keep_meta, keep, "", "value");
  OK(ckp_store_compact, store, keep, CKP_COMPACT_APPLY, CKP_REPORT_JSON, &text);
  CHECK(strstr(ckp_text_data(text), "\"deleted\": []") != NULL);
  ckp_text_free(text);
  OK(ckp_keep_last, keep, 1);
  OK(ckp_store_compact,
     store,
     keep,
     CKP_COMPACT_DRY_RUN,
     CKP_REPORT_JSON,
     &text);
  CHECK(strstr(ckp_text_data(text), "\"deleted\": [\n") != NULL);
  ckp_text_free(text);
  OK(ckp_keep_names, keep, "no such*");
  REJECTS(CKP_NOT_FOUND,
          ckp_store_compact,
          store,
          keep,
          CKP_COMPACT_APPLY,
          CKP_REPORT_TEXT,
          &text);
  ckp_keep_free(keep);
}

static void checkCompaction(ckp_store* store)
{
  ckp_text* text = NULL;
  OK(ckp_store_compact,
     store,
     NULL,
     CKP_COMPACT_DRY_RUN,
     CKP_REPORT_TEXT,
     &text);
  CHECK(strstr(ckp_text_data(text), "Nothing was changed.") != NULL);
  ckp_text_free(text);
  OK(ckp_store_compact, store, NULL, CKP_COMPACT_APPLY, CKP_REPORT_JSON, &text);
  CHECK(strstr(ckp_text_data(text), "\"dry_run\": false") != NULL);
  ckp_text_free(text);
  REJECTS_ARGUMENT(
      ckp_store_compact, NULL, NULL, CKP_COMPACT_APPLY, CKP_REPORT_TEXT, &text);
  REJECTS_ARGUMENT(ckp_store_compact, store, NULL, 7, CKP_REPORT_TEXT, &text);
  REJECTS_ARGUMENT(
      ckp_store_compact, store, NULL, CKP_COMPACT_APPLY, CKP_REPORT_CSV, &text);
  REJECTS_ARGUMENT(
      ckp_store_compact, store, NULL, CKP_COMPACT_APPLY, CKP_REPORT_TEXT, NULL);
  checkKeep(store);
}

int main(void)
{
  char scratch[kMaxPath];
  makeScratch(scratch);
  const struct Sample sample = makeSample(3000);
  ckp_store* store = makeStore(scratch, &sample);
  const ckp_stage* stage = NULL;
  OK(ckp_stage_open, store, "c", &stage);
  checkEndpoints(stage);
  checkHistory(store, stage);
  ckp_stage_free(stage);
  checkDeletion(store, &sample);
  checkCompaction(store);
  ckp_store_free(store);
  removeScratch(scratch);
  return 0;
}
