// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

// Where the engine cuts combinational loops.

#include <OpenSTA/Machine.hh>  // Before the engine's other headers.
#include <algorithm>

#include "OpenSTA/Levelize.hh"
#include "OpenSTA/TimingArc.hh"
#include "engine/EngineDebian.h"
#include "engine/EngineDebianAccess.h"

namespace ckp {

sta::EdgeSet& EngineDebian::loopEdges() const
{
  return LevelizeAccess::disabledEdges(sta_->levelize());
}

bool EngineDebian::hasLoopMarks() const
{
  return !loopEdges().empty();
}

void EngineDebian::readLoopMarks(uint8_t* marks) const
{
  for (const sta::EdgeId id : edge_ids_) {
    const sta::Edge* edge = graph_->Graph::edge(id);
    marks = std::fill_n(
        marks, edge->timingArcSet()->arcCount(), edge->isDisabledLoop());
  }
}

// Loops are cut at their new places before they are closed at the old ones, so
// that the levels found from there end.
void EngineDebian::writeLoopMarks(const uint8_t* marks)
{
  std::vector<sta::Edge*> closed;
  for (const sta::EdgeId id : edge_ids_) {
    sta::Edge* edge = graph_->Graph::edge(id);
    if (*marks && !edge->isDisabledLoop()) {
      edge->setIsDisabledLoop(true);
      loopEdges().insert(edge);
    } else if (!*marks && edge->isDisabledLoop()) {
      closed.push_back(edge);
    }
    marks += edge->timingArcSet()->arcCount();
  }
  for (sta::Edge* edge : closed) {
    edge->setIsDisabledLoop(false);
    loopEdges().erase(edge);
    sta_->levelize()->relevelizeFrom(edge->from(graph_));
  }
  sta_->ensureLevelized();
}

}  // namespace ckp
