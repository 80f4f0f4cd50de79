// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#pragma once

#include <OpenSTA/Machine.hh>  // Before the engine's other headers.
#include <atomic>
#include <memory>
#include <string>

#include "engine/Engine.h"

namespace ckp {

// What is known of how the arrivals and requireds in the engine came about.
struct SearchHistory
{
  // Delays changed after arrivals were found.
  std::atomic<bool> is_incremental = false;
  // The constraints of the last search that was known to be complete.
  std::string constraints;
};

// Listens to the delay calculator of Debian's engine.
class WatchDebian : public EngineWatch
{
 public:
  explicit WatchDebian(sta::Sta* sta);
  SearchHistory& history() { return *history_; }

 private:
  // Shared with the observer, which the engine owns.
  std::shared_ptr<SearchHistory> history_;
};

}  // namespace ckp
