// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

// The limits of clocks that a stage brings with it.

#include <algorithm>

#include "StaRestore.h"

namespace ckp {

namespace {

constexpr uint32_t kLimitKinds[] = {CKP_COLUMN_PULSE_WIDTH, CKP_COLUMN_PERIOD};

}  // namespace

bool StaRestore::hasLimits(uint32_t kind) const
{
  const std::vector<Lane> lanes = restoredLanes();
  return engine_.hasLimits(kind)
         || std::any_of(lanes.begin(), lanes.end(), [&](const Lane& lane) {
              return findColumn(kind, stored(lane)).has_value();
            });
}

void StaRestore::readEngineLimits(DelayState& state) const
{
  const Rows rows = {0, engine_.vertexCount()};
  for (const uint32_t kind : kLimitKinds) {
    if (hasLimits(kind)) {
      std::vector<std::vector<float>>& limits = state.limits[kind];
      limits.resize(lanes(scenes_.size()).size());
      for (const Lane& lane : limitLanes(kind, scenes_.size())) {
        limits[lane.index()].assign(rows.count, kNoLimit);
        engine_.readLimits(kind, lane, rows, limits[lane.index()].data());
      }
    }
  }
}

// A stage without the column has none.
void StaRestore::readStageLimits(DelayState& state)
{
  for (auto& [kind, all] : state.limits) {
    for (const Lane& lane : restoredLanes()) {
      std::vector<float>& limits = all[lane.index()];
      const std::optional<uint32_t> column = findColumn(kind, stored(lane));
      if (column) {
        call(ckp_alignment_read,
             alignment_.get(),
             *column,
             0U,
             static_cast<uint32_t>(limits.size()),
             limits.data(),
             vertex_flags_.data());
      } else {
        for (size_t row = 0; row < limits.size(); row++) {
          limits[row] = vertex_flags_[row] == 0 ? limits[row] : kNoLimit;
        }
      }
    }
  }
}

void StaRestore::writeLimits(const DelayState& state)
{
  for (const auto& [kind, limits] : state.limits) {
    for (const Lane& lane : limitLanes(kind, scenes_.size())) {
      engine_.writeLimits(kind, lane, limits[lane.index()].data());
    }
  }
}

}  // namespace ckp
