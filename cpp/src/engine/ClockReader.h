// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/Engine.h"
#include "engine/InstanceName.h"

namespace ckp {

// What a clock of the engine is like. The types are those of any generation:
// `Transition` is its class of rise and fall.
template <class Transition, class Network, class Clock>
ClockInfo clockInfo(const Network* network,
                    const Clock* clock,
                    const std::vector<uint32_t>& scenes)
{
  ClockInfo info;
  info.name = clock->name();
  info.scenes = scenes;
  info.period = clock->period();
  info.rise = clock->edge(Transition::rise())->time();
  info.fall = clock->edge(Transition::fall())->time();
  info.is_propagated = clock->isPropagated();
  if (clock->isGenerated() && clock->masterClk()) {
    info.master = clock->masterClk()->name();
  }
  for (const auto* pin : clock->leafPins()) {
    info.sources.push_back(pinName(network, pin));
  }
  return info;
}

}  // namespace ckp
