// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#include <OpenSTA/Machine.hh>  // Before the engine's other headers.
#include <numeric>

#include "OpenSTA/Clock.hh"
#include "OpenSTA/Network.hh"
#include "OpenSTA/Sdc.hh"
#include "OpenSTA/Transition.hh"
#include "engine/ClockReader.h"
#include "engine/EngineDebian.h"

namespace ckp {

// One set of constraints holds for all corners.
std::vector<ClockInfo> EngineDebian::clocks() const
{
  std::vector<uint32_t> scenes(corners_.size());
  std::iota(scenes.begin(), scenes.end(), 0);
  std::vector<ClockInfo> clocks;
  for (const sta::Clock* clock : *sta_->sdc()->clocks()) {
    clocks.push_back(
        clockInfo<sta::TransRiseFall>(sta_->network(), clock, scenes));
  }
  return clocks;
}

}  // namespace ckp
