// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "CkpHandle.h"
#include "RestoreReport.h"
#include "ckp/Checkpoint.h"
#include "engine/Engine.h"

namespace ckp {

class Host;

// Puts the timing of a stage back into an engine, without delay calculation.
class StaRestore
{
 public:
  StaRestore(Engine& engine, Host& host);

  // Returns what was done and proved. `finish` is called when
  // all else has succeeded. When this or `finish` throws, the engine is as it
  // was. Of a partial restore, rows that the stage lacks or that stand at a
  // changed cell are left to the engine.
  RestoreReport restore(const ckp_store* store,
                        const std::string& stage,
                        const RestoreOptions& options,
                        const std::function<void()>& finish);

 private:
  // What delay calculation leaves in the engine. Columns by Lane::index() or
  // DelayLane::index(); slew marks only of the first scene.
  struct DelayState
  {
    std::vector<std::vector<float>> slews;
    std::vector<std::vector<float>> delays;
    std::vector<std::vector<uint8_t>> slew_marks;
    std::vector<std::vector<uint8_t>> delay_marks;
    // By kind, and by Lane::index(); of kinds that neither engine nor stage has
    // nothing.
    std::map<uint32_t, std::vector<std::vector<float>>> limits;
    std::vector<uint8_t> loop_marks;
  };

  // Seconds that what the engine finds may be from what the stage has; all 0
  // where the stage keeps every bit.
  struct Bounds
  {
    double arrival = 0.0;
    double required = 0.0;  // Of required times and slacks.
  };

  // Values that the engine finds otherwise than the stage has them.
  struct Differences
  {
    uint64_t count = 0;
    std::vector<std::string> first;

    void add(const std::string& what, float stored, float found);
  };

  void matchScenes(const RestoreOptions& options);
  void checkLiberties();
  void checkPlanes();
  void checkConstraints();
  void align(bool partial);
  // Scenes of the engine keep what they have.
  bool leavesScenes() const;
  // Lanes of the engine's scenes that are restored.
  std::vector<Lane> restoredLanes() const;
  std::vector<DelayLane> restoredDelayLanes() const;
  DelayState readEngine() const;
  void readStage(DelayState& state);
  void readMarks(std::optional<uint32_t> column,
                 std::vector<uint8_t>& flags,
                 std::vector<uint8_t>& marks);
  bool hasLimits(uint32_t kind) const;
  void readEngineLimits(DelayState& state) const;
  void readStageLimits(DelayState& state);
  void writeEngine(const DelayState& state);
  void writeLimits(const DelayState& state);
  void prove();
  Bounds bounds() const;
  float latestTime() const;
  // Whether the difference is a defect.
  bool differs(float stored, float found, double bound);
  void compare(Rows rows,
               uint32_t kind,
               const Lane& lane,
               const std::vector<float>& found,
               Differences& differences);
  void compareSummaries(Differences& differences);
  void compareSummary(const DelayLane& lane,
                      const Summary& found,
                      double sum_bound,
                      Differences& differences);
  RestoreReport report(const RestoreOptions& options, double seconds) const;
  // In what lanes() and delayLanes() give for all planes.
  size_t position(const Lane& lane) const;
  size_t position(const DelayLane& lane) const;
  // A lane of a restored scene as the stage numbers it.
  Lane stored(const Lane& lane) const;
  Lane stored(const DelayLane& lane) const;
  // Of a column that every stage has; the lane is the stage's.
  uint32_t column(uint32_t kind, const Lane& lane) const;
  std::optional<uint32_t> findColumn(uint32_t kind, const Lane& lane) const;

  Engine& engine_;
  Host& host_;
  std::vector<std::string> scenes_;  // Of the engine.
  // By scene of the engine: that of the stage, where it is restored.
  std::vector<std::optional<uint32_t>> stage_scenes_;
  StageHandle stage_;
  AlignmentHandle alignment_;
  // Of the live rows, as ckp_alignment_read() gives them.
  std::vector<uint8_t> vertex_flags_;
  std::vector<uint8_t> arc_flags_;
  std::vector<float> stored_;
  uint64_t proved_values_ = 0;
  double tolerance_ = 0.0;  // That of the stage, seconds.
  Bounds bounds_;
  double greatest_difference_ = 0.0;  // Of those that are no defects.
};

}  // namespace ckp
