// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#include "engine/WatchDebian.h"

#include "OpenSTA/Graph.hh"
#include "OpenSTA/GraphDelayCalc.hh"
#include "OpenSTA/Search.hh"
#include "OpenSTA/Sta.hh"
#include "engine/EngineDebianAccess.h"

namespace ckp {

namespace {

// Notes that are kept; a search from more of them would be one of everything.
constexpr size_t kMostNotes = 1 << 16;

// Takes the place of the engine's own observer and does all that it does.
// Called by several threads at a time.
class DelayObserver : public sta::DelayCalcObserver
{
 public:
  DelayObserver(sta::Search* search, std::shared_ptr<SearchHistory> history)
      : search_(search), history_(std::move(history))
  {
  }

  void delayChangedFrom(sta::Vertex* vertex) override
  {
    search_->requiredInvalid(vertex);
    note(vertex, &SearchHistory::noteRequired);
  }

  void delayChangedTo(sta::Vertex* vertex) override
  {
    search_->arrivalInvalid(vertex);
    note(vertex, &SearchHistory::noteArrival);
  }

  void checkDelayChangedTo(sta::Vertex* vertex) override
  {
    search_->requiredInvalid(vertex);
    note(vertex, &SearchHistory::noteRequired);
  }

 private:
  void note(sta::Vertex* vertex, void (SearchHistory::*note)(sta::VertexId))
  {
    if (SearchAccess::arrivalsExist(search_)) {
      ((*history_).*note)(search_->graph()->id(vertex));
    } else if (history_->isIncremental()) {
      history_->forgetChanges();
    }
  }

  sta::Search* search_;
  std::shared_ptr<SearchHistory> history_;
};

}  // namespace

void SearchHistory::begin(const std::string& constraints, uint64_t structure)
{
  forgetChanges();
  constraints_ = constraints;
  structure_ = structure;
}

void SearchHistory::noteArrival(sta::VertexId vertex)
{
  note(arrivals_, vertex);
}

void SearchHistory::noteRequired(sta::VertexId vertex)
{
  note(requireds_, vertex);
}

void SearchHistory::note(std::vector<sta::VertexId>& changed,
                         sta::VertexId vertex)
{
  is_incremental_ = true;
  const std::lock_guard<std::mutex> guard(lock_);
  if (changed.size() < kMostNotes) {
    changed.push_back(vertex);
  }
}

void SearchHistory::forgetChanges()
{
  const std::lock_guard<std::mutex> guard(lock_);
  is_incremental_ = false;
  arrivals_.clear();
  requireds_.clear();
}

bool SearchHistory::isEverywhere() const
{
  return arrivals_.size() >= kMostNotes || requireds_.size() >= kMostNotes;
}

std::unique_ptr<EngineWatch> watchEngine(sta::Sta* sta)
{
  return std::make_unique<WatchDebian>(sta);
}

WatchDebian::WatchDebian(sta::Sta* sta)
    : history_(std::make_shared<SearchHistory>())
{
  sta->graphDelayCalc()->setObserver(
      new DelayObserver(sta->search(), history_));
}

}  // namespace ckp
