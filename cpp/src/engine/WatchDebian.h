// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#pragma once

#include <OpenSTA/Machine.hh>  // Before the engine's other headers.
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "OpenSTA/GraphClass.hh"
#include "engine/Engine.h"

namespace ckp {

// What is known of how the arrivals and requireds in the engine came about.
class SearchHistory
{
 public:
  // A search that was known to be complete, and what it went through.
  void begin(const std::string& constraints, uint64_t structure);
  // Delays changed after arrivals were found: at a vertex whose arrivals, or
  // only its requireds, depend on them. By several threads at a time.
  void noteArrival(sta::VertexId vertex);
  void noteRequired(sta::VertexId vertex);
  // The search to come is a complete one.
  void forgetChanges();

  // Empty and 0 before begin().
  const std::string& constraints() const { return constraints_; }
  uint64_t structure() const { return structure_; }
  bool isIncremental() const { return is_incremental_; }
  // Too many changes to tell them.
  bool isEverywhere() const;
  // With repetitions; of vertices that may be gone.
  const std::vector<sta::VertexId>& arrivals() const { return arrivals_; }
  const std::vector<sta::VertexId>& requireds() const { return requireds_; }

 private:
  void note(std::vector<sta::VertexId>& changed, sta::VertexId vertex);

  std::string constraints_;
  uint64_t structure_ = 0;
  std::atomic<bool> is_incremental_ = false;
  std::mutex lock_;
  std::vector<sta::VertexId> arrivals_;
  std::vector<sta::VertexId> requireds_;
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
