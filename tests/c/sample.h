// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

// A made-up design of any length and its timing: a chain of inverters behind a
// bidirectional port. Values are a pure function of column, row and seed, and
// hold every special kind of float.

#pragma once

#include <stddef.h>
#include <stdint.h>

#include "ckp.h"

enum
{
  kScenes = 2,
  kMinMax = 2,
  kColumns = 36,
  kMaxPath = 4096
};

struct Sample
{
  uint32_t vertices;
  uint32_t edges;
  uint32_t arcs;
  // Name of the first instance; another one makes the design differ.
  const char* first_instance;
};

struct SampleColumn
{
  uint32_t kind;
  uint32_t scene;
  uint32_t min_max;
  uint32_t transition;
};

// At least 4 vertices: the port (load and driver) and the pins of inverters.
struct Sample makeSample(uint32_t vertices);
ckp_objects* makeObjects(const struct Sample* sample);

// Column i of kColumns.
struct SampleColumn sampleColumn(uint32_t column);
uint32_t columnRows(const struct Sample* sample, uint32_t column);
// The bits of a value. Stages differ by seed in about one value of 16.
uint32_t sampleBits(uint32_t column, uint32_t row, uint32_t seed);

// Gives scenes, texts, columns (`piece` rows at a time), summary and endpoints.
void fillCapture(ckp_capture* capture,
                 const struct Sample* sample,
                 uint32_t seed,
                 uint32_t piece);
// Begins, fills and commits a stage whose base is the head, if there is one.
void saveStage(ckp_store* store,
               const struct Sample* sample,
               const char* name,
               uint32_t seed,
               uint32_t piece);
// Compares everything that fillCapture() gave, values by their bits.
void checkStage(const ckp_stage* stage,
                const struct Sample* sample,
                uint32_t seed);

// A new directory for the test's stores; the caller removes it at the end.
void makeScratch(char path[kMaxPath]);
void removeScratch(const char* path);
