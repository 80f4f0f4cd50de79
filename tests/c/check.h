// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

// Checks for the C tests: a failed one says what and where, and ends the test.

#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ckp.h"

#define CHECK(condition)                                              \
  do {                                                                \
    if (!(condition)) {                                               \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
      exit(1);                                                        \
    }                                                                 \
  } while (0)

static inline void expectStatus(ckp_status status,
                                ckp_status expected,
                                ckp_error* error,
                                const char* call,
                                const char* file,
                                int line)
{
  const char* message = error != NULL ? ckp_error_message(error) : "";
  if (status != expected) {
    fprintf(stderr,
            "%s:%d: %s returned %u, expected %u: %s\n",
            file,
            line,
            call,
            (unsigned) status,
            (unsigned) expected,
            message);
    exit(1);
  }
  // An error object comes with every failure, never with success, and explains.
  if ((error != NULL) != (expected != CKP_OK)
      || (error != NULL
          && (ckp_error_status(error) != expected || strlen(message) < 10))) {
    fprintf(stderr, "%s:%d: %s: error object: %s\n", file, line, call, message);
    exit(1);
  }
  ckp_error_free(error);
}

// The last parameter of every fallible function is the error, added here.
#define EXPECT(expected, function, ...)                        \
  do {                                                         \
    ckp_error* error_ = NULL;                                  \
    const ckp_status status_ = function(__VA_ARGS__, &error_); \
    expectStatus(status_,                                      \
                 expected,                                     \
                 error_,                                       \
                 #function "(" #__VA_ARGS__ ")",               \
                 __FILE__,                                     \
                 __LINE__);                                    \
  } while (0)

#define OK(function, ...) EXPECT(CKP_OK, function, __VA_ARGS__)

// For functions that consume nothing: refused with and without an error object.
#define REJECTS(expected, function, ...)              \
  do {                                                \
    EXPECT(expected, function, __VA_ARGS__);          \
    CHECK(function(__VA_ARGS__, NULL) == (expected)); \
  } while (0)

#define REJECTS_ARGUMENT(function, ...) \
  REJECTS(CKP_INVALID_ARGUMENT, function, __VA_ARGS__)
