// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "CkpHandle.h"
#include "Stopwatch.h"
#include "ckp/Checkpoint.h"

namespace ckp {

class Engine;
class ObjectTable;
struct PathTable;

// Takes the timing out of an engine into a new stage of a store.
class StaCapture
{
 public:
  explicit StaCapture(Engine& engine);

  // The stage is in the store when this returns, and not when it throws.
  StageHandle save(ckp_store* store,
                   const std::string& stage,
                   const SaveOptions& options);

  // Time spent in the engine, an update of its timing included.
  double engineSeconds() const { return engine_time_.seconds(); }

 private:
  void begin(ckp_store* store,
             const std::string& stage,
             const SaveOptions& options);
  void describe(const SaveOptions& options);
  void addItems(uint32_t list, const std::vector<std::string>& items);
  void addClocks();
  void addLibraryDelays();
  void writeVertexColumns();
  void writeDelayColumns();
  void writeSlewMarks();
  void writeDelayMarks();
  void writeLimits();
  void writeLoopMarks();
  void writeEndpoints();
  void writePaths(const PathTable& paths);
  uint32_t addPlane(uint32_t column, uint32_t plane);
  uint32_t addColumn(uint32_t kind,
                     uint32_t scene,
                     uint32_t min_max,
                     uint32_t transition);

  Engine& engine_;
  Stopwatch engine_time_;
  CaptureHandle capture_;
  uint32_t scene_count_ = 0;
};

}  // namespace ckp
