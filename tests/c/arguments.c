// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

// NULL for every argument of every function, and values out of range: refused
// with CKP_INVALID_ARGUMENT, or harmless where there is no status.

#include <math.h>

#include "check.h"
#include "sample.h"

static void checkHarmless(void)
{
  ckp_error_free(NULL);
  ckp_text_free(NULL);
  ckp_store_free(NULL);
  ckp_objects_free(NULL);
  ckp_options_free(NULL);
  ckp_capture_abort(NULL);
  ckp_stage_free(NULL);
  ckp_alignment_free(NULL);
  CHECK(ckp_stage_clone(NULL) == NULL);
  (void) ckp_error_status(NULL);
  const char* message = ckp_error_message(NULL);
  CHECK(message == NULL || message[0] == '\0');
  const char* data = ckp_text_data(NULL);
  CHECK(data == NULL || data[0] == '\0');
  CHECK(ckp_text_size(NULL) == 0);
}

static void checkStore(const char* scratch)
{
  char path[kMaxPath + 32];
  snprintf(path, sizeof(path), "%s/none.ckp", scratch);
  ckp_store* store = NULL;
  REJECTS_ARGUMENT(ckp_store_open, NULL, CKP_OPEN_CREATE, &store);
  REJECTS_ARGUMENT(ckp_store_open, path, CKP_OPEN_CREATE, NULL);
  REJECTS_ARGUMENT(ckp_store_open, path, 7, &store);
  REJECTS_ARGUMENT(ckp_store_open, "", CKP_OPEN_CREATE, &store);
  REJECTS(CKP_NOT_FOUND, ckp_store_open, path, CKP_OPEN_READ, &store);
  CHECK(store == NULL);
  snprintf(path, sizeof(path), "%s/arguments.ckp", scratch);
  OK(ckp_store_open, path, CKP_OPEN_CREATE, &store);
  ckp_text* text = NULL;
  uint64_t findings = 0;
  REJECTS_ARGUMENT(ckp_store_report, NULL, CKP_REPORT_TEXT, &text);
  REJECTS_ARGUMENT(ckp_store_report, store, CKP_REPORT_TEXT, NULL);
  REJECTS_ARGUMENT(ckp_store_report, store, 7, &text);
  REJECTS_ARGUMENT(
      ckp_store_verify, NULL, CKP_VERIFY_FULL, 0, &findings, &text);
  REJECTS_ARGUMENT(ckp_store_verify, store, CKP_VERIFY_FULL, 0, NULL, &text);
  REJECTS_ARGUMENT(
      ckp_store_verify, store, CKP_VERIFY_FULL, 0, &findings, NULL);
  REJECTS_ARGUMENT(ckp_store_verify, store, 7, 0, &findings, &text);
  REJECTS_ARGUMENT(ckp_store_verify, store, 0, 7, &findings, &text);
  REJECTS_ARGUMENT(ckp_store_head, NULL, &text);
  REJECTS_ARGUMENT(ckp_store_head, store, NULL);
  REJECTS_ARGUMENT(ckp_store_set_head, NULL, "a");
  REJECTS_ARGUMENT(ckp_store_set_head, store, NULL);
  REJECTS_ARGUMENT(ckp_store_check_new_stage, NULL, "a");
  REJECTS_ARGUMENT(ckp_store_check_new_stage, store, NULL);
  // Names become file names: nothing that leaves the store or hides a file.
  const char* names[] = {"", ".", "..", "a/b", "../a", ".a", "a\nb", "\xff"};
  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
    REJECTS_ARGUMENT(ckp_store_check_new_stage, store, names[i]);
  }
  char long_name[1024];
  memset(long_name, 'n', sizeof(long_name) - 1);
  long_name[sizeof(long_name) - 1] = '\0';
  REJECTS_ARGUMENT(ckp_store_check_new_stage, store, long_name);
  const ckp_stage* stage = NULL;
  REJECTS_ARGUMENT(ckp_stage_open, NULL, "a", &stage);
  REJECTS_ARGUMENT(ckp_stage_open, store, NULL, &stage);
  REJECTS_ARGUMENT(ckp_stage_open, store, "a", NULL);
  REJECTS(CKP_NOT_FOUND, ckp_stage_open, store, "a", &stage);
  CHECK(stage == NULL && text == NULL);
  ckp_store_free(store);
}

static void checkObjects(void)
{
  uint32_t id = 0;
  const uint32_t zero[] = {0};
  const uint32_t ends[] = {1};
  const uint8_t driver[] = {0};
  REJECTS_ARGUMENT(ckp_objects_new, NULL);
  ckp_objects* o = NULL;
  OK(ckp_objects_new, &o);
  REJECTS_ARGUMENT(ckp_objects_add_cell, NULL, "INV", &id);
  REJECTS_ARGUMENT(ckp_objects_add_cell, o, NULL, &id);
  REJECTS_ARGUMENT(ckp_objects_add_cell, o, "INV", NULL);
  REJECTS_ARGUMENT(ckp_objects_add_arc_kind, NULL, "wire", &id);
  REJECTS_ARGUMENT(ckp_objects_add_arc_kind, o, NULL, &id);
  REJECTS_ARGUMENT(ckp_objects_add_arc_kind, o, "wire", NULL);
  OK(ckp_objects_add_cell, o, "INV", &id);
  OK(ckp_objects_add_arc_kind, o, "wire", &id);
  REJECTS_ARGUMENT(ckp_objects_add_vertices, NULL, "a", ends, driver, zero, 1);
  REJECTS_ARGUMENT(ckp_objects_add_vertices, o, NULL, ends, driver, zero, 1);
  REJECTS_ARGUMENT(ckp_objects_add_vertices, o, "a", NULL, driver, zero, 1);
  REJECTS_ARGUMENT(ckp_objects_add_vertices, o, "a", ends, NULL, zero, 1);
  REJECTS_ARGUMENT(ckp_objects_add_vertices, o, "a", ends, driver, NULL, 1);
  OK(ckp_objects_add_vertices, o, NULL, NULL, NULL, NULL, 0);
  OK(ckp_objects_add_vertices, o, "a", ends, driver, zero, 1);
  REJECTS_ARGUMENT(ckp_objects_add_edges, NULL, zero, zero, 1);
  REJECTS_ARGUMENT(ckp_objects_add_edges, o, NULL, zero, 1);
  REJECTS_ARGUMENT(ckp_objects_add_edges, o, zero, NULL, 1);
  OK(ckp_objects_add_edges, o, NULL, NULL, 0);
  OK(ckp_objects_add_edges, o, zero, zero, 1);
  REJECTS_ARGUMENT(ckp_objects_add_arcs, NULL, zero, zero, 1);
  REJECTS_ARGUMENT(ckp_objects_add_arcs, o, NULL, zero, 1);
  REJECTS_ARGUMENT(ckp_objects_add_arcs, o, zero, NULL, 1);
  OK(ckp_objects_add_arcs, o, NULL, NULL, 0);
  OK(ckp_objects_add_arcs, o, zero, zero, 1);
  ckp_objects_free(o);
}

// Rows that point outside of the table are refused and leave it as it was.
static void checkObjectReferences(void)
{
  uint32_t id = 0;
  const uint32_t zero[] = {0};
  const uint32_t far[] = {5};
  const uint32_t ends[] = {1};
  const uint32_t down[] = {2, 1};
  const uint32_t zeros[] = {0, 0};
  const uint8_t driver[] = {0, 0};
  const uint8_t bad_driver[] = {2};
  ckp_objects* o = NULL;
  OK(ckp_objects_new, &o);
  OK(ckp_objects_add_cell, o, "INV", &id);
  OK(ckp_objects_add_arc_kind, o, "wire", &id);
  CHECK(ckp_objects_add_vertices(o, "a", ends, driver, far, 1, NULL) != CKP_OK);
  CHECK(ckp_objects_add_vertices(o, "a", ends, bad_driver, zero, 1, NULL)
        != CKP_OK);
  CHECK(ckp_objects_add_vertices(o, "ab", down, driver, zeros, 2, NULL)
        != CKP_OK);
  OK(ckp_objects_add_vertices, o, "a", ends, driver, zero, 1);
  CHECK(ckp_objects_add_edges(o, far, zero, 1, NULL) != CKP_OK);
  CHECK(ckp_objects_add_edges(o, zero, far, 1, NULL) != CKP_OK);
  OK(ckp_objects_add_edges, o, zero, zero, 1);
  CHECK(ckp_objects_add_arcs(o, far, zero, 1, NULL) != CKP_OK);
  CHECK(ckp_objects_add_arcs(o, zero, far, 1, NULL) != CKP_OK);
  ckp_objects_free(o);
}

static void checkOptions(void)
{
  REJECTS_ARGUMENT(ckp_options_new, NULL);
  ckp_options* options = NULL;
  OK(ckp_options_new, &options);
  REJECTS_ARGUMENT(ckp_options_set_u64, NULL, CKP_OPTION_FULL, 1);
  REJECTS_ARGUMENT(ckp_options_set_text, NULL, CKP_OPTION_BASE, "a");
  REJECTS_ARGUMENT(ckp_options_set_text, options, CKP_OPTION_BASE, NULL);
  ckp_options_free(options);
}

static void checkBegin(ckp_store* store, const struct Sample* sample)
{
  ckp_capture* c = NULL;
  // The objects are consumed in every case.
  EXPECT(CKP_INVALID_ARGUMENT,
         ckp_capture_begin,
         NULL,
         "s",
         NULL,
         makeObjects(sample),
         &c);
  EXPECT(CKP_INVALID_ARGUMENT,
         ckp_capture_begin,
         store,
         NULL,
         NULL,
         makeObjects(sample),
         &c);
  EXPECT(CKP_INVALID_ARGUMENT,
         ckp_capture_begin,
         store,
         "s",
         NULL,
         makeObjects(sample),
         NULL);
  EXPECT(CKP_INVALID_ARGUMENT,
         ckp_capture_begin,
         store,
         "a/b",
         NULL,
         makeObjects(sample),
         &c);
  REJECTS_ARGUMENT(ckp_capture_begin, store, "s", NULL, NULL, &c);
  CHECK(ckp_capture_begin(store, NULL, NULL, makeObjects(sample), &c, NULL)
        == CKP_INVALID_ARGUMENT);
  CHECK(c == NULL);
}

// Tables that are none, and tables for what does not exist. The capture stays
// usable.
static void checkDelayTable(ckp_capture* c)
{
  const float slews[] = {1e-12f, 1e-10f};
  const float loads[] = {1e-15f, 2e-15f, 4e-15f};
  const float delays[] = {1e-11f, 2e-11f, 3e-11f, 2e-11f, 3e-11f, 4e-11f};
  const float* s = slews;
  const float* l = loads;
  const float* d = delays;
  REJECTS_ARGUMENT(ckp_capture_add_delay_table, NULL, 0, 0, s, 2, l, 3, d);
  REJECTS_ARGUMENT(ckp_capture_add_delay_table, c, 0, 0, NULL, 2, l, 3, d);
  REJECTS_ARGUMENT(ckp_capture_add_delay_table, c, 0, 0, s, 2, NULL, 3, d);
  REJECTS_ARGUMENT(ckp_capture_add_delay_table, c, 0, 0, s, 2, l, 3, NULL);
  REJECTS_ARGUMENT(ckp_capture_add_delay_table, c, 0, 0, s, 0, l, 3, d);
  REJECTS_ARGUMENT(ckp_capture_add_delay_table, c, 0, 0, s, 2, l, 0, d);
  REJECTS_ARGUMENT(
      ckp_capture_add_delay_table, c, 0, 0, NULL, 0, NULL, 0, NULL);
  // Counts whose product has more than 32 bits; nothing is read of them.
  const uint32_t many = 1u << 16;
  REJECTS_ARGUMENT(ckp_capture_add_delay_table, c, 0, 0, s, many, l, many, d);
  const uint32_t most = UINT32_MAX;
  REJECTS_ARGUMENT(ckp_capture_add_delay_table, c, 0, 0, s, most, l, most, d);
  REJECTS_ARGUMENT(ckp_capture_add_delay_table, c, 9, 0, s, 2, l, 3, d);
  REJECTS_ARGUMENT(ckp_capture_add_delay_table, c, many, 0, s, 2, l, 3, d);
  REJECTS_ARGUMENT(ckp_capture_add_delay_table, c, 0, most, s, 2, l, 3, d);
  const float falling[] = {2e-15f, 1e-15f, 4e-15f};
  const float equal[] = {1e-10f, 1e-10f};
  const float bad[] = {1e-11f, 2e-11f, (float) NAN, 2e-11f, 3e-11f, 4e-11f};
  const float endless[] = {1e-12f, (float) INFINITY};
  REJECTS_ARGUMENT(ckp_capture_add_delay_table, c, 0, 0, s, 2, falling, 3, d);
  REJECTS_ARGUMENT(ckp_capture_add_delay_table, c, 0, 0, equal, 2, l, 3, d);
  REJECTS_ARGUMENT(ckp_capture_add_delay_table, c, 0, 0, endless, 2, l, 3, d);
  REJECTS_ARGUMENT(ckp_capture_add_delay_table, c, 0, 0, s, 2, l, 3, bad);
  REJECTS_ARGUMENT(ckp_capture_add_delay_table, c, 0, 0, bad + 2, 1, l, 3, d);
  OK(ckp_capture_add_delay_table, c, 0, 0, s, 2, l, 3, d);
  OK(ckp_capture_add_delay_table, c, 0, 0, s, 1, l, 1, d);
}

// The same for axes and tables of more points than a table may have.
static void checkLargeDelayTable(ckp_capture* c)
{
  enum
  {
    kPoints = 257
  };
  float axis[kPoints];
  float* delays = calloc((size_t) kPoints * kPoints, sizeof(float));
  CHECK(delays != NULL);
  for (int i = 0; i < kPoints; i++) {
    axis[i] = (float) i;
  }
  const float* a = axis;
  const float* d = delays;
  REJECTS_ARGUMENT(ckp_capture_add_delay_table, c, 0, 0, a, 257, a, 1, d);
  REJECTS_ARGUMENT(ckp_capture_add_delay_table, c, 0, 0, a, 1, a, 257, d);
  OK(ckp_capture_add_delay_table, c, 0, 0, a, 256, a, 256, d);
  free(delays);
}

// Refused tables leave no trace, and those of no use do no harm.
static void checkSaveWithTables(ckp_store* store, const struct Sample* sample)
{
  ckp_capture* capture = NULL;
  OK(ckp_capture_begin, store, "tables", NULL, makeObjects(sample), &capture);
  fillCapture(capture, sample, 1, 8);
  checkDelayTable(capture);
  checkLargeDelayTable(capture);
  const ckp_stage* stage = NULL;
  OK(ckp_capture_commit, capture, &stage);
  checkStage(stage, sample, 1);
  OK(ckp_stage_verify, stage, CKP_VERIFY_FULL);
  ckp_stage_free(stage);
}

static void checkCapture(ckp_capture* c)
{
  uint32_t id = 0;
  const float value[] = {0};
  const uint8_t mark[] = {0};
  REJECTS_ARGUMENT(ckp_capture_set_text, NULL, CKP_TEXT_NOTE, "n");
  REJECTS_ARGUMENT(ckp_capture_set_text, c, CKP_TEXT_NOTE, NULL);
  REJECTS_ARGUMENT(ckp_capture_set_text, c, 99, "n");
  REJECTS_ARGUMENT(ckp_capture_set_text, c, CKP_TEXT_NOTE, "\xff");
  REJECTS_ARGUMENT(ckp_capture_add_item, NULL, CKP_LIST_SCENES, "s");
  REJECTS_ARGUMENT(ckp_capture_add_item, c, CKP_LIST_SCENES, NULL);
  REJECTS_ARGUMENT(ckp_capture_add_item, c, 99, "s");
  OK(ckp_capture_add_item, c, CKP_LIST_SCENES, "s");
  REJECTS_ARGUMENT(ckp_capture_add_meta, NULL, "k", "v");
  REJECTS_ARGUMENT(ckp_capture_add_meta, c, NULL, "v");
  REJECTS_ARGUMENT(ckp_capture_add_meta, c, "k", NULL);
  REJECTS_ARGUMENT(ckp_capture_set_threads, NULL, 1);
  REJECTS_ARGUMENT(ckp_capture_add_column, NULL, CKP_COLUMN_SLEW, 0, 0, 0, &id);
  REJECTS_ARGUMENT(ckp_capture_add_column, c, CKP_COLUMN_SLEW, 0, 0, 0, NULL);
  REJECTS_ARGUMENT(ckp_capture_add_column, c, 99, 0, 0, 0, &id);
  REJECTS_ARGUMENT(ckp_capture_add_column, c, CKP_COLUMN_SLEW, 9, 0, 0, &id);
  REJECTS_ARGUMENT(ckp_capture_add_column, c, CKP_COLUMN_SLEW, 0, 9, 0, &id);
  REJECTS_ARGUMENT(ckp_capture_add_column, c, CKP_COLUMN_SLEW, 0, 0, 9, &id);
  OK(ckp_capture_add_column, c, CKP_COLUMN_SLEW, 0, 0, 0, &id);
  REJECTS_ARGUMENT(ckp_capture_write, NULL, id, value, 1);
  REJECTS_ARGUMENT(ckp_capture_write, c, id, NULL, 1);
  OK(ckp_capture_write, c, id, NULL, 0);
  REJECTS_ARGUMENT(ckp_capture_write_marks, NULL, id, mark, 1);
  REJECTS_ARGUMENT(ckp_capture_write_marks, c, id, NULL, 1);
  REJECTS_ARGUMENT(ckp_capture_set_summary, NULL, 0, 0, 0, 0, 0);
  REJECTS_ARGUMENT(ckp_capture_set_summary, c, 9, 0, 0, 0, 0);
  REJECTS_ARGUMENT(ckp_capture_set_summary, c, 0, 9, 0, 0, 0);
  const uint32_t n[] = {0};
  const char* pins[] = {"p", NULL};
  REJECTS_ARGUMENT(
      ckp_capture_add_clock, NULL, "k", n, 1, 1, 0, 1, 0, NULL, pins, 1);
  REJECTS_ARGUMENT(
      ckp_capture_add_clock, c, NULL, n, 1, 1, 0, 1, 0, NULL, pins, 1);
  REJECTS_ARGUMENT(
      ckp_capture_add_clock, c, "k", NULL, 1, 1, 0, 1, 0, NULL, pins, 1);
  REJECTS_ARGUMENT(
      ckp_capture_add_clock, c, "k", n, 1, 1, 0, 1, 2, NULL, pins, 1);
  REJECTS_ARGUMENT(
      ckp_capture_add_clock, c, "k", n, 1, 1, 0, 1, 0, NULL, NULL, 1);
  REJECTS_ARGUMENT(
      ckp_capture_add_clock, c, "k", n, 1, 1, 0, 1, 0, NULL, pins, 2);
  REJECTS_ARGUMENT(ckp_capture_write_endpoints, NULL, n, n, n, n, value, 1);
  REJECTS_ARGUMENT(ckp_capture_write_endpoints, c, NULL, n, n, n, value, 1);
  REJECTS_ARGUMENT(ckp_capture_write_endpoints, c, n, NULL, n, n, value, 1);
  REJECTS_ARGUMENT(ckp_capture_write_endpoints, c, n, n, NULL, n, value, 1);
  REJECTS_ARGUMENT(ckp_capture_write_endpoints, c, n, n, n, NULL, value, 1);
  REJECTS_ARGUMENT(ckp_capture_write_endpoints, c, n, n, n, n, NULL, 1);
  OK(ckp_capture_write_endpoints, c, NULL, NULL, NULL, NULL, NULL, 0);
}

static void checkStageArguments(const ckp_stage* s, uint32_t column)
{
  ckp_text* text = NULL;
  uint32_t u32 = 0;
  uint64_t u64 = 0;
  float f32 = 0;
  uint8_t u8 = 0;
  REJECTS_ARGUMENT(ckp_stage_text, NULL, CKP_TEXT_STAGE, &text);
  REJECTS_ARGUMENT(ckp_stage_text, s, CKP_TEXT_STAGE, NULL);
  REJECTS_ARGUMENT(ckp_stage_text, s, 99, &text);
  REJECTS_ARGUMENT(ckp_stage_item_count, NULL, CKP_LIST_SCENES, &u32);
  REJECTS_ARGUMENT(ckp_stage_item_count, s, CKP_LIST_SCENES, NULL);
  REJECTS_ARGUMENT(ckp_stage_item_count, s, 99, &u32);
  uint64_t size = 0;
  uint32_t written = 0;
  REJECTS_ARGUMENT(ckp_stage_attachment_size, NULL, "a", &size, &size);
  REJECTS_ARGUMENT(ckp_stage_attachment_size, s, NULL, &size, &size);
  REJECTS_ARGUMENT(ckp_stage_attachment_size, s, "a", NULL, &size);
  REJECTS_ARGUMENT(ckp_stage_attachment_size, s, "a", &size, NULL);
  REJECTS_ARGUMENT(ckp_stage_extract_file, NULL, "a", "a", &written);
  REJECTS_ARGUMENT(ckp_stage_extract_file, s, NULL, "a", &written);
  REJECTS_ARGUMENT(ckp_stage_extract_file, s, "a", NULL, &written);
  REJECTS_ARGUMENT(ckp_stage_extract_file, s, "a", "a", NULL);
  REJECTS_ARGUMENT(ckp_stage_extract, NULL, "a", &written);
  REJECTS_ARGUMENT(ckp_stage_extract, s, NULL, &written);
  REJECTS_ARGUMENT(ckp_stage_extract, s, "a", NULL);
  REJECTS_ARGUMENT(ckp_stage_extract, s, "", &written);
  REJECTS_ARGUMENT(ckp_stage_item, NULL, CKP_LIST_SCENES, 0, &text);
  REJECTS_ARGUMENT(ckp_stage_item, s, CKP_LIST_SCENES, 0, NULL);
  CHECK(ckp_stage_item(s, CKP_LIST_SCENES, 99, &text, NULL) != CKP_OK);
  REJECTS_ARGUMENT(ckp_stage_number, NULL, CKP_NUMBER_ARCS, &u64);
  REJECTS_ARGUMENT(ckp_stage_number, s, CKP_NUMBER_ARCS, NULL);
  REJECTS_ARGUMENT(ckp_stage_number, s, 99, &u64);
  REJECTS_ARGUMENT(ckp_stage_summary, NULL, 0, 0, &f32, &f32, &u32);
  REJECTS_ARGUMENT(ckp_stage_summary, s, 0, 0, NULL, &f32, &u32);
  REJECTS_ARGUMENT(ckp_stage_summary, s, 0, 0, &f32, NULL, &u32);
  REJECTS_ARGUMENT(ckp_stage_summary, s, 0, 0, &f32, &f32, NULL);
  REJECTS_ARGUMENT(ckp_stage_find_column, NULL, 0, 0, 0, 0, &u32);
  REJECTS_ARGUMENT(ckp_stage_find_column, s, 0, 0, 0, 0, NULL);
  REJECTS_ARGUMENT(ckp_stage_find_column, s, 99, 0, 0, 0, &u32);
  REJECTS_ARGUMENT(ckp_stage_read, NULL, column, 0, 1, &f32);
  REJECTS_ARGUMENT(ckp_stage_read, s, column, 0, 1, NULL);
  OK(ckp_stage_read, s, column, 0, 0, NULL);
  // Past the end, also where first row + count overflows 32 bits.
  REJECTS(CKP_SHAPE_MISMATCH, ckp_stage_read, s, column, UINT32_MAX, 2, &f32);
  REJECTS(CKP_SHAPE_MISMATCH, ckp_stage_read, s, column, 8, 1, &f32);
  CHECK(ckp_stage_read(s, 9999, 0, 1, &f32, NULL) != CKP_OK);
  REJECTS_ARGUMENT(ckp_stage_read_marks, NULL, column, 0, 1, &u8);
  REJECTS_ARGUMENT(ckp_stage_read_marks, s, column, 0, 1, NULL);
  REJECTS_ARGUMENT(ckp_stage_find_vertex, NULL, "u0/A", 0, &u32);
  REJECTS_ARGUMENT(ckp_stage_find_vertex, s, NULL, 0, &u32);
  REJECTS_ARGUMENT(ckp_stage_find_vertex, s, "u0/A", 0, NULL);
  REJECTS_ARGUMENT(ckp_stage_vertex_name, NULL, 0, &text);
  REJECTS_ARGUMENT(ckp_stage_vertex_name, s, 0, NULL);
  CHECK(ckp_stage_vertex_name(s, 8, &text, NULL) != CKP_OK);
  REJECTS_ARGUMENT(ckp_stage_verify, NULL, CKP_VERIFY_FULL);
  REJECTS_ARGUMENT(ckp_stage_verify, s, 99);
  CHECK(text == NULL);
}

static void checkReadEndpoints(const ckp_stage* s)
{
  uint32_t n = 0;
  float f = 0;
  REJECTS_ARGUMENT(ckp_stage_read_endpoints, NULL, 0, 1, &n, &n, &n, &n, &f);
  REJECTS_ARGUMENT(ckp_stage_read_endpoints, s, 0, 1, NULL, &n, &n, &n, &f);
  REJECTS_ARGUMENT(ckp_stage_read_endpoints, s, 0, 1, &n, NULL, &n, &n, &f);
  REJECTS_ARGUMENT(ckp_stage_read_endpoints, s, 0, 1, &n, &n, NULL, &n, &f);
  REJECTS_ARGUMENT(ckp_stage_read_endpoints, s, 0, 1, &n, &n, &n, NULL, &f);
  REJECTS_ARGUMENT(ckp_stage_read_endpoints, s, 0, 1, &n, &n, &n, &n, NULL);
  REJECTS(CKP_SHAPE_MISMATCH,
          ckp_stage_read_endpoints,
          s,
          3,
          1,
          &n,
          &n,
          &n,
          &n,
          &f);
}

static void checkAlignment(const ckp_stage* s,
                           const struct Sample* sample,
                           uint32_t column)
{
  ckp_objects* live = makeObjects(sample);
  ckp_alignment* a = NULL;
  REJECTS_ARGUMENT(ckp_stage_align, NULL, live, &a);
  REJECTS_ARGUMENT(ckp_stage_align, s, NULL, &a);
  REJECTS_ARGUMENT(ckp_stage_align, s, live, NULL);
  OK(ckp_stage_align, s, live, &a);
  ckp_objects_free(live);
  uint64_t n = 0;
  ckp_text* text = NULL;
  float f = 0;
  uint8_t present = 0;
  uint8_t mark = 0;
  REJECTS_ARGUMENT(ckp_alignment_number, NULL, CKP_ALIGN_MATCHED_ARCS, &n);
  REJECTS_ARGUMENT(ckp_alignment_number, a, CKP_ALIGN_MATCHED_ARCS, NULL);
  REJECTS_ARGUMENT(ckp_alignment_number, a, 99, &n);
  REJECTS_ARGUMENT(ckp_alignment_report, NULL, &text);
  REJECTS_ARGUMENT(ckp_alignment_report, a, NULL);
  REJECTS_ARGUMENT(ckp_alignment_read, NULL, column, 0, 1, &f, &present);
  REJECTS_ARGUMENT(ckp_alignment_read, a, column, 0, 1, NULL, &present);
  REJECTS_ARGUMENT(ckp_alignment_read, a, column, 0, 1, &f, NULL);
  REJECTS(
      CKP_SHAPE_MISMATCH, ckp_alignment_read, a, column, 8, 1, &f, &present);
  REJECTS_ARGUMENT(
      ckp_alignment_read_marks, NULL, column, 0, 1, &mark, &present);
  REJECTS_ARGUMENT(ckp_alignment_read_marks, a, column, 0, 1, NULL, &present);
  REJECTS_ARGUMENT(ckp_alignment_read_marks, a, column, 0, 1, &mark, NULL);
  ckp_alignment_free(a);
}

static void checkHandles(const char* scratch)
{
  char path[kMaxPath + 32];
  snprintf(path, sizeof(path), "%s/arguments.ckp", scratch);
  const struct Sample sample = makeSample(8);
  ckp_store* store = NULL;
  OK(ckp_store_open, path, CKP_OPEN_CREATE, &store);
  checkBegin(store, &sample);
  ckp_capture* capture = NULL;
  OK(ckp_capture_begin, store, "s", NULL, makeObjects(&sample), &capture);
  checkCapture(capture);
  const ckp_stage* stage = NULL;
  REJECTS_ARGUMENT(ckp_capture_commit, NULL, &stage);
  // Consumed, although refused.
  EXPECT(CKP_INVALID_ARGUMENT, ckp_capture_commit, capture, NULL);
  REJECTS(CKP_NOT_FOUND, ckp_stage_open, store, "s", &stage);
  saveStage(store, &sample, "s", 0, 8);
  OK(ckp_stage_open, store, "s", &stage);
  uint32_t column = 0;
  OK(ckp_stage_find_column, stage, CKP_COLUMN_SLEW, 0, 0, 0, &column);
  checkStageArguments(stage, column);
  checkReadEndpoints(stage);
  checkAlignment(stage, &sample, column);
  checkSaveWithTables(store, &sample);
  ckp_stage_free(stage);
  ckp_store_free(store);
}

int main(void)
{
  char scratch[kMaxPath];
  makeScratch(scratch);
  checkHarmless();
  checkStore(scratch);
  checkObjects();
  checkObjectReferences();
  checkOptions();
  checkHandles(scratch);
  removeScratch(scratch);
  return 0;
}
