// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#include "engine/ClockReader.h"
#include "engine/EngineOpenSta.h"
#include "sta/Clock.hh"
#include "sta/Network.hh"

namespace ckp {

std::vector<ClockInfo> EngineOpenSta::clocks() const
{
  std::vector<ClockInfo> clocks;
  api::forEachClock(
      sta_, [&](const sta::Clock* clock, const std::vector<uint32_t>& scenes) {
        clocks.push_back(
            clockInfo<sta::RiseFall>(sta_->network(), clock, scenes));
      });
  return clocks;
}

}  // namespace ckp
