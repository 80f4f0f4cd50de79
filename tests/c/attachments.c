// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

// Files attached to stages: listed, extracted, refused.

#include "check.h"
#include "sample.h"

enum
{
  kBytes = 300000,
  kMaxFile = kMaxPath + 64
};

static const char* scratch;

static void makePath(char path[kMaxFile], const char* name)
{
  snprintf(path, kMaxFile, "%s/%s", scratch, name);
}

static void writeFile(const char* path, unsigned seed)
{
  FILE* file = fopen(path, "wb");
  CHECK(file != NULL);
  for (unsigned i = 0; i < kBytes; i++) {
    fputc((int) ((i * 2654435761U + (i % 1000 == 0 ? seed << 24 : 0)) >> 24),
          file);
  }
  CHECK(fclose(file) == 0);
}

static void checkSameFile(const char* path_a, const char* path_b)
{
  FILE* a = fopen(path_a, "rb");
  FILE* b = fopen(path_b, "rb");
  CHECK(a != NULL && b != NULL);
  int byte = 0;
  do {
    byte = fgetc(a);
    CHECK(byte == fgetc(b));
  } while (byte != EOF);
  fclose(a);
  fclose(b);
}

static void saveWith(ckp_store* store,
                     const char* stage_name,
                     const char* const* names,
                     const char* path)
{
  const struct Sample sample = makeSample(100);
  ckp_capture* capture = NULL;
  OK(ckp_capture_begin,
     store,
     stage_name,
     NULL,
     makeObjects(&sample),
     &capture);
  for (; *names != NULL; names++) {
    OK(ckp_capture_attach, capture, *names, path);
  }
  REJECTS_ARGUMENT(ckp_capture_attach, NULL, "a", path);
  REJECTS_ARGUMENT(ckp_capture_attach, capture, NULL, path);
  REJECTS_ARGUMENT(ckp_capture_attach, capture, "a", NULL);
  REJECTS_ARGUMENT(ckp_capture_attach, capture, "../a", path);
  REJECTS_ARGUMENT(ckp_capture_attach, capture, "d.odb", path);
  REJECTS(CKP_IO, ckp_capture_attach, capture, "a", "/nowhere/a");
  fillCapture(capture, &sample, 1, 100);
  const ckp_stage* stage = NULL;
  OK(ckp_capture_commit, capture, &stage);
  checkStage(stage, &sample, 1);
  OK(ckp_stage_verify, stage, CKP_VERIFY_TIMING);
  OK(ckp_stage_verify, stage, CKP_VERIFY_FULL);
  ckp_stage_free(stage);
}

static void checkList(const ckp_stage* stage)
{
  uint32_t count = 0;
  OK(ckp_stage_item_count, stage, CKP_LIST_ATTACHMENTS, &count);
  CHECK(count == 2);
  uint64_t bytes = 0;
  uint64_t stored = 0;
  uint64_t sum = 0;
  const char* names[] = {"d.odb", "e.odb"};
  for (uint32_t i = 0; i < count; i++) {
    ckp_text* name = NULL;
    OK(ckp_stage_item, stage, CKP_LIST_ATTACHMENTS, i, &name);
    CHECK(strcmp(ckp_text_data(name), names[i]) == 0);
    ckp_text_free(name);
    OK(ckp_stage_attachment_size, stage, names[i], &bytes, &stored);
    CHECK(bytes == kBytes && stored > 0 && stored <= kBytes);
    sum += stored;
  }
  uint64_t attached = 0;
  OK(ckp_stage_number, stage, CKP_NUMBER_ATTACHED_BYTES, &attached);
  CHECK(attached == sum);
  REJECTS(CKP_NOT_FOUND,
          ckp_stage_attachment_size,
          stage,
          "f.odb",
          &bytes,
          &stored);
}

static void checkExtract(const ckp_stage* stage,
                         const char* expected,
                         const char* other)
{
  char directory[kMaxFile];
  char path[kMaxFile];
  uint32_t written = 7;
  makePath(directory, "out");
  OK(ckp_stage_extract, stage, directory, &written);
  CHECK(written == 2);
  makePath(path, "out/d.odb");
  checkSameFile(path, expected);
  OK(ckp_stage_extract, stage, directory, &written);
  CHECK(written == 0);
  REJECTS(CKP_ALREADY_EXISTS,
          ckp_stage_extract_file,
          stage,
          "d.odb",
          other,
          &written);
  makePath(path, "one.odb");
  REJECTS(
      CKP_NOT_FOUND, ckp_stage_extract_file, stage, "f.odb", path, &written);
  OK(ckp_stage_extract_file, stage, "e.odb", path, &written);
  CHECK(written == 1);
  checkSameFile(path, expected);
  OK(ckp_stage_extract_file, stage, "e.odb", path, &written);
  CHECK(written == 0);
}

int main(void)
{
  char directory[kMaxPath];
  char path[kMaxFile];
  char first[kMaxFile];
  char second[kMaxFile];
  makeScratch(directory);
  scratch = directory;
  makePath(path, "attachments.ckp");
  makePath(first, "first");
  makePath(second, "second");
  writeFile(first, 1);
  writeFile(second, 2);
  ckp_store* store = NULL;
  OK(ckp_store_open, path, CKP_OPEN_CREATE, &store);
  saveWith(store, "a", (const char*[]){"d.odb", NULL}, first);
  saveWith(store, "b", (const char*[]){"e.odb", "d.odb", NULL}, second);
  const ckp_stage* stage = NULL;
  OK(ckp_stage_open, store, "b", &stage);
  ckp_store_free(store);
  checkList(stage);
  checkExtract(stage, second, first);
  ckp_stage_free(stage);
  removeScratch(scratch);
  return 0;
}
