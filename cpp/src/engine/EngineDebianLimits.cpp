// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

// Limits of the clock at pins, which SDF annotates.

#include "ckp.h"
#include "engine/EngineDebian.h"
#include "engine/EngineDebianAccess.h"

namespace ckp {

// Limits that were taken away leave their place behind.
bool EngineDebian::hasLimits(uint32_t kind) const
{
  const bool has_places = kind == CKP_COLUMN_PULSE_WIDTH
                              ? LimitAccess::hasPulseWidths(graph_)
                              : LimitAccess::hasPeriods(graph_);
  if (has_places) {
    for (const Lane& lane : limitLanes(kind, corners_.size())) {
      for (uint32_t row = 0; row < vertexCount(); row++) {
        if (limit(kind, lane, row) != kNoLimit) {
          return true;
        }
      }
    }
  }
  return false;
}

void EngineDebian::readLimits(uint32_t kind,
                              const Lane& lane,
                              Rows rows,
                              float* limits) const
{
  for (uint32_t i = 0; i < rows.count; i++) {
    limits[i] = limit(kind, lane, rows.first + i);
  }
}

float EngineDebian::limit(uint32_t kind, const Lane& lane, uint32_t row) const
{
  const sta::Pin* pin = vertex(row)->pin();
  const sta::DcalcAPIndex point = delayPoint({lane.scene, lane.min_max});
  float limit = kNoLimit;
  bool exists = false;
  if (kind == CKP_COLUMN_PULSE_WIDTH) {
    const sta::TransRiseFall* transition
        = sta::TransRiseFall::find(static_cast<int>(lane.transition));
    graph_->widthCheckAnnotation(pin, transition, point, limit, exists);
  } else if (lane.transition == CKP_RISE) {
    graph_->periodCheckAnnotation(pin, point, limit, exists);
  }
  return exists ? limit : kNoLimit;
}

void EngineDebian::writeLimits(uint32_t kind,
                               const Lane& lane,
                               const float* limits)
{
  // To the engine, a negative limit is none.
  constexpr float none = -1.0F;
  const sta::DcalcAPIndex point = delayPoint({lane.scene, lane.min_max});
  for (uint32_t row = 0; row < vertexCount(); row++) {
    if (limits[row] != limit(kind, lane, row)) {
      const sta::Pin* pin = vertex(row)->pin();
      const float value = limits[row] == kNoLimit ? none : limits[row];
      if (kind == CKP_COLUMN_PULSE_WIDTH) {
        const sta::TransRiseFall* transition
            = sta::TransRiseFall::find(static_cast<int>(lane.transition));
        graph_->setWidthCheckAnnotation(pin, transition, point, value);
      } else {
        graph_->setPeriodCheckAnnotation(pin, point, value);
      }
    }
  }
}

}  // namespace ckp
