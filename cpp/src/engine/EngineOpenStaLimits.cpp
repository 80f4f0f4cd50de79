// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

// Limits of the clock at pins, which SDF annotates. Pulse widths are delays of
// arcs to this engine, so only periods are left.

#include "ckp.h"
#include "engine/EngineOpenSta.h"
#include "engine/EngineOpenStaAccess.h"

namespace ckp {

// Periods that were taken away leave their place behind.
bool EngineOpenSta::hasLimits(uint32_t kind) const
{
  if (kind == CKP_COLUMN_PERIOD && GraphAccess::hasPeriods(graph_)) {
    for (const DelayLane& lane : delayLanes(scenes_.size())) {
      for (uint32_t row = 0; row < vertexCount(); row++) {
        if (period(lane, row) != kNoLimit) {
          return true;
        }
      }
    }
  }
  return false;
}

void EngineOpenSta::readLimits(uint32_t kind,
                               const Lane& lane,
                               Rows rows,
                               float* limits) const
{
  for (uint32_t i = 0; i < rows.count; i++) {
    limits[i] = kind == CKP_COLUMN_PERIOD
                    ? period({lane.scene, lane.min_max}, rows.first + i)
                    : kNoLimit;
  }
}

float EngineOpenSta::period(const DelayLane& lane, uint32_t row) const
{
  float period = kNoLimit;
  bool exists = false;
  graph_->periodCheckAnnotation(
      vertices_[row]->pin(), delayPoint(lane), period, exists);
  return exists ? period : kNoLimit;
}

void EngineOpenSta::writeLimits(uint32_t kind,
                                const Lane& lane,
                                const float* limits)
{
  if (kind == CKP_COLUMN_PERIOD) {
    // To the engine, a negative period is none.
    constexpr float none = -1.0F;
    const DelayLane delay_lane = {lane.scene, lane.min_max};
    const sta::DcalcAPIndex point = delayPoint(delay_lane);
    for (uint32_t row = 0; row < vertexCount(); row++) {
      if (limits[row] != period(delay_lane, row)) {
        graph_->setPeriodCheckAnnotation(
            vertices_[row]->pin(),
            point,
            limits[row] == kNoLimit ? none : limits[row]);
      }
    }
  }
}

}  // namespace ckp
