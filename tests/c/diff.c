// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

// Differences of stages: options, formats, conditions, refusals.

#include "check.h"
#include "sample.h"

static ckp_diff_query* makeQuery(const char* fail_if)
{
  ckp_diff_query* query = NULL;
  OK(ckp_diff_query_new, &query);
  OK(ckp_diff_query_set_u64, query, CKP_DIFF_QUERY_ENDPOINTS, 3);
  OK(ckp_diff_query_set_u64, query, CKP_DIFF_QUERY_DEPTH, 2);
  OK(ckp_diff_query_set_u64, query, CKP_DIFF_QUERY_ULP, 1);
  OK(ckp_diff_query_set_u64, query, CKP_DIFF_QUERY_COLUMNS, 1);
  OK(ckp_diff_query_set_f64, query, CKP_DIFF_QUERY_TOLERANCE, 1e-18);
  OK(ckp_diff_query_set_text, query, CKP_DIFF_QUERY_DIVIDER, ".");
  if (fail_if != NULL) {
    OK(ckp_diff_query_set_text, query, CKP_DIFF_QUERY_FAIL_IF, fail_if);
  }
  return query;
}

static void checkReports(const ckp_store* store)
{
  ckp_diff_query* query = makeQuery("changed_values == 0");
  for (uint32_t format = CKP_REPORT_TEXT; format <= CKP_REPORT_MARKDOWN;
       format++) {
    uint32_t failed = 9;
    ckp_text* text = NULL;
    OK(ckp_store_report_diff, store, "a", "b", query, format, &failed, &text);
    CHECK(failed == 0);
    CHECK(ckp_text_size(text) > 500);
    ckp_text_free(text);
    OK(ckp_store_report_diff, store, "a", "a", query, format, &failed, &text);
    CHECK(failed == 1);
    ckp_text_free(text);
  }
  ckp_diff_query_free(query);
}

static void checkOptions(void)
{
  ckp_diff_query* q = makeQuery(NULL);
  REJECTS_ARGUMENT(ckp_diff_query_new, NULL);
  REJECTS_ARGUMENT(ckp_diff_query_set_u64, NULL, CKP_DIFF_QUERY_DEPTH, 1);
  REJECTS_ARGUMENT(ckp_diff_query_set_u64, q, 99, 1);
  REJECTS_ARGUMENT(ckp_diff_query_set_u64, q, CKP_DIFF_QUERY_COLUMNS, 2);
  REJECTS_ARGUMENT(ckp_diff_query_set_f64, NULL, CKP_DIFF_QUERY_TOLERANCE, 0);
  REJECTS_ARGUMENT(ckp_diff_query_set_f64, q, 99, 0);
  REJECTS_ARGUMENT(ckp_diff_query_set_f64, q, CKP_DIFF_QUERY_TOLERANCE, -1);
  OK(ckp_diff_query_set_f64, q, CKP_DIFF_QUERY_TOLERANCE, 0);
  REJECTS_ARGUMENT(ckp_diff_query_set_text, NULL, CKP_DIFF_QUERY_DIVIDER, "/");
  REJECTS_ARGUMENT(ckp_diff_query_set_text, q, CKP_DIFF_QUERY_DIVIDER, NULL);
  REJECTS_ARGUMENT(ckp_diff_query_set_text, q, CKP_DIFF_QUERY_DIVIDER, "//");
  REJECTS_ARGUMENT(ckp_diff_query_set_text, q, CKP_DIFF_QUERY_DIVIDER, "");
  REJECTS_ARGUMENT(ckp_diff_query_set_text, q, CKP_DIFF_QUERY_FAIL_IF, "wns");
  REJECTS_ARGUMENT(ckp_diff_query_set_text, q, 99, "x");
  ckp_diff_query_free(q);
  ckp_diff_query_free(NULL);
}

static void checkRefusals(const ckp_store* s)
{
  ckp_diff_query* q = makeQuery("wns[scene=nowhere] < 0");
  uint32_t failed = 9;
  ckp_text* text = NULL;
  const uint32_t f = CKP_REPORT_JSON;
  REJECTS_ARGUMENT(ckp_store_report_diff, NULL, "a", "b", q, f, &failed, &text);
  REJECTS_ARGUMENT(ckp_store_report_diff, s, NULL, "b", q, f, &failed, &text);
  REJECTS_ARGUMENT(ckp_store_report_diff, s, "a", NULL, q, f, &failed, &text);
  REJECTS_ARGUMENT(ckp_store_report_diff, s, "a", "b", NULL, f, &failed, &text);
  REJECTS_ARGUMENT(ckp_store_report_diff, s, "a", "b", q, 99, &failed, &text);
  REJECTS_ARGUMENT(ckp_store_report_diff, s, "a", "b", q, f, NULL, &text);
  REJECTS_ARGUMENT(ckp_store_report_diff, s, "a", "b", q, f, &failed, NULL);
  REJECTS(
      CKP_NOT_FOUND, ckp_store_report_diff, s, "a", "z", q, f, &failed, &text);
  REJECTS(
      CKP_NOT_FOUND, ckp_store_report_diff, s, "a", "b", q, f, &failed, &text);
  CHECK(failed == 9);
  CHECK(text == NULL);
  ckp_diff_query_free(q);
}

int main(void)
{
  char scratch[kMaxPath];
  makeScratch(scratch);
  char path[kMaxPath + 32];
  snprintf(path, sizeof(path), "%s/diff.ckp", scratch);
  ckp_store* store = NULL;
  OK(ckp_store_open, path, CKP_OPEN_CREATE, &store);
  const struct Sample sample = makeSample(2000);
  saveStage(store, &sample, "a", 1, 1000);
  saveStage(store, &sample, "b", 2, 1000);
  checkReports(store);
  checkOptions();
  checkRefusals(store);
  ckp_store_free(store);
  removeScratch(scratch);
  return 0;
}
