// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "engine/Engine.h"

namespace sta {
class DelayCalcObserver;
class GraphDelayCalc;
}  // namespace sta

namespace ckp {

// What is known of how the arrivals and requireds in the engine came about.
struct SearchHistory
{
  // Delays changed after arrivals were found.
  std::atomic<bool> is_incremental = false;
  // The constraints of the last search that was known to be complete.
  std::string constraints;
};

// Listens to the delay calculator, in front of the engine's own observer, which
// is put back in the end: the module may be unloaded then.
class WatchOpenSta : public EngineWatch
{
 public:
  explicit WatchOpenSta(sta::Sta* sta);
  ~WatchOpenSta() override;
  SearchHistory& history() { return *history_; }

 private:
  class Observer;

  sta::GraphDelayCalc* delay_calc_;
  // Shared with the observer, which the engine owns.
  std::shared_ptr<SearchHistory> history_;
  Observer* observer_;
};

}  // namespace ckp
