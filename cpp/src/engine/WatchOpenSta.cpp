// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#include "engine/WatchOpenSta.h"

#include <utility>

#include "engine/EngineOpenStaAccess.h"

namespace ckp {

// Called by several threads at a time.
class WatchOpenSta::Observer : public sta::DelayCalcObserver
{
 public:
  Observer(const sta::Search* search,
           sta::DelayCalcObserver* next,
           std::shared_ptr<SearchHistory> history)
      : search_(search), next_(next), history_(std::move(history))
  {
  }

  void delayChangedFrom(sta::Vertex* vertex) override
  {
    next_->delayChangedFrom(vertex);
    noteChange();
  }

  void delayChangedTo(sta::Vertex* vertex) override
  {
    next_->delayChangedTo(vertex);
    noteChange();
  }

  void checkDelayChangedTo(sta::Vertex* vertex) override
  {
    next_->checkDelayChangedTo(vertex);
    noteChange();
  }

  sta::DelayCalcObserver* release() { return next_.release(); }

 private:
  // Without arrivals the search to come is a complete one.
  void noteChange()
  {
    history_->is_incremental = SearchAccess::arrivalsExist(search_);
  }

  const sta::Search* search_;
  std::unique_ptr<sta::DelayCalcObserver> next_;
  std::shared_ptr<SearchHistory> history_;
};

std::unique_ptr<EngineWatch> watchEngine(sta::Sta* sta)
{
  return std::make_unique<WatchOpenSta>(sta);
}

WatchOpenSta::WatchOpenSta(sta::Sta* sta)
    : delay_calc_(sta->graphDelayCalc()),
      history_(std::make_shared<SearchHistory>())
{
  sta::DelayCalcObserver*& observer = DelayCalcAccess::observer(delay_calc_);
  observer_ = new Observer(sta->search(), observer, history_);
  observer = observer_;
}

// The engine deletes the observer when it is given another one.
WatchOpenSta::~WatchOpenSta()
{
  sta::DelayCalcObserver*& observer = DelayCalcAccess::observer(delay_calc_);
  if (observer == observer_) {
    observer = observer_->release();
    delete observer_;
  }
}

}  // namespace ckp
