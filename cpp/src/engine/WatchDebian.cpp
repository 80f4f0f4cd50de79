// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#include "engine/WatchDebian.h"

#include "OpenSTA/GraphDelayCalc.hh"
#include "OpenSTA/Search.hh"
#include "OpenSTA/Sta.hh"
#include "engine/EngineDebianAccess.h"

namespace ckp {

namespace {

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
    noteChange();
  }

  void delayChangedTo(sta::Vertex* vertex) override
  {
    search_->arrivalInvalid(vertex);
    noteChange();
  }

  void checkDelayChangedTo(sta::Vertex* vertex) override
  {
    search_->requiredInvalid(vertex);
    noteChange();
  }

 private:
  // Without arrivals the search to come is a complete one.
  void noteChange()
  {
    history_->is_incremental = SearchAccess::arrivalsExist(search_);
  }

  sta::Search* search_;
  std::shared_ptr<SearchHistory> history_;
};

}  // namespace

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
