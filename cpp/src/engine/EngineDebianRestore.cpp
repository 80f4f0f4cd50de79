// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#include <OpenSTA/Machine.hh>  // Before the engine's other headers.
#include <algorithm>

#include "OpenSTA/Clock.hh"
#include "OpenSTA/Corner.hh"
#include "OpenSTA/Levelize.hh"
#include "OpenSTA/Network.hh"
#include "OpenSTA/Sdc.hh"
#include "OpenSTA/Search.hh"
#include "OpenSTA/TimingArc.hh"
#include "OpenSTA/VertexVisitor.hh"
#include "ckp.h"
#include "engine/EngineDebian.h"
#include "engine/EngineDebianAccess.h"

namespace ckp {

namespace {

// Walks as the delay calculator does, but finds only the ideal clocks of the
// vertices.
class IdealClockVisitor : public sta::VertexVisitor
{
 public:
  IdealClockVisitor(sta::Sta* sta, sta::GraphDelayCalc1* delay_calc)
      : sta_(sta),
        delay_calc_(delay_calc),
        iterator_(DelayCalcAccess::iterator(delay_calc))
  {
  }

  void visit(sta::Vertex* vertex) override
  {
    DelayCalcAccess::findIdealClocks(delay_calc_, vertex);
    if (!vertex->isRoot()) {
      iterator_->enqueueAdjacentVertices(vertex);
    }
    // The driver of a bidirectional pin whose slew comes from its load.
    const sta::Pin* pin = vertex->pin();
    if (!vertex->isDriver(sta_->network())
        && sta_->sdc()->bidirectDrvrSlewFromLoad(pin)) {
      iterator_->enqueue(sta_->graph()->pinDrvrVertex(pin));
    }
  }

  void levelFinished() override
  {
    DelayCalcAccess::mergeIdealClocks(delay_calc_);
  }

  sta::VertexVisitor* copy() override
  {
    return new IdealClockVisitor(sta_, delay_calc_);
  }

 private:
  sta::Sta* sta_;
  sta::GraphDelayCalc1* delay_calc_;
  sta::BfsFwdIterator* iterator_;
};

}  // namespace

void EngineDebian::beginRestore()
{
  // A calculation that stopped at some level is not worth returning to.
  had_delays_ = DelayCalcAccess::delaysExist(delay_calc_)
                && DelayCalcAccess::iterator(delay_calc_)->empty();
  const sta::VertexSet& invalid = DelayCalcAccess::invalidDelays(delay_calc_);
  invalid_delays_.assign(invalid.begin(), invalid.end());
  delay_calc_->delaysInvalid();
}

void EngineDebian::writeSlews(const Lane& lane, const float* slews)
{
  const DelayLane delay_lane = {lane.scene, lane.min_max};
  if (lane.min_max == CKP_MAX || !sharesDelayPoint(delay_lane)) {
    const sta::DelayTable* table = GraphAccess::slewTable(
        graph_, delayPoint(delay_lane), lane.transition);
    for (const sta::VertexId id : vertex_ids_) {
      *table->pointer(id) = *slews++;
    }
  }
}

void EngineDebian::writeDelays(const DelayLane& lane, const float* delays)
{
  if (lane.min_max == CKP_MAX || !sharesDelayPoint(lane)) {
    const sta::DelayTable* table
        = GraphAccess::delayTable(graph_, delayPoint(lane));
    for (const sta::ArcId id : arc_ids_) {
      *table->pointer(id) = *delays++;
    }
  }
}

void EngineDebian::writeSlewMarks(const Lane& lane, const uint8_t* marks)
{
  const sta::TransRiseFall* transition
      = sta::TransRiseFall::find(static_cast<int>(lane.transition));
  for (uint32_t row = 0; row < vertex_ids_.size(); row++) {
    // The engine keeps marks for the first two analysis points only.
    vertex(row)->setSlewAnnotated(
        marks[row], transition, static_cast<int>(lane.min_max));
  }
}

void EngineDebian::writeDelayMarks(const DelayLane& lane, const uint8_t* marks)
{
  if (lane.min_max == CKP_MAX || !sharesDelayPoint(lane)) {
    auto& all_marks = GraphAccess::delayMarks(graph_);
    const size_t point_count = sta_->corners()->dcalcAnalysisPtCount();
    const size_t point = delayPoint(lane);
    for (const sta::ArcId id : arc_ids_) {
      all_marks[id * point_count + point] = *marks++;
    }
  }
}

void EngineDebian::acceptDelays()
{
  DelayCalcAccess::ensureMultiDriverNets(delay_calc_);
  rebuildIdealClocks();
  DelayCalcAccess::setDelaysExist(delay_calc_);
  sta_->search()->arrivalsInvalid();
}

// A later calculation at a register takes the slew of an ideal clock from the
// clock, not from the pin. Propagated clocks need no walk.
void EngineDebian::rebuildIdealClocks()
{
  bool has_ideal_clock = false;
  for (const sta::Clock* clock : sta_->sdc()->clks()) {
    has_ideal_clock |= !clock->isPropagated();
  }
  if (has_ideal_clock) {
    sta::BfsFwdIterator* iterator = DelayCalcAccess::iterator(delay_calc_);
    IdealClockVisitor visitor(sta_, delay_calc_);
    iterator->clear();
    iterator->ensureSize();
    for (sta::Vertex* root : sta_->levelize()->roots()) {
      DelayCalcAccess::findIdealClocks(delay_calc_, root);
      iterator->enqueueAdjacentVertices(root);
    }
    DelayCalcAccess::mergeIdealClocks(delay_calc_);
    iterator->visit(sta_->levelize()->maxLevel(), &visitor);
  }
}

void EngineDebian::undoRestore()
{
  if (had_delays_) {
    acceptDelays();
    for (sta::Vertex* vertex : invalid_delays_) {
      delay_calc_->delayInvalid(vertex);
    }
  } else {
    delay_calc_->delaysInvalid();
    sta_->search()->arrivalsInvalid();
  }
}

void EngineDebian::recalculate(const std::vector<uint8_t>& vertex_flags,
                               const std::vector<uint8_t>& arc_flags)
{
  for (uint32_t row = 0; row < vertex_ids_.size(); row++) {
    if (vertex_flags[row] != 1) {
      delay_calc_->delayInvalid(vertex(row));
      sta::VertexInEdgeIterator edges(vertex(row), graph_);
      while (edges.hasNext()) {
        const sta::Edge* edge = edges.next();
        // The load that the pin is to its driver may be another now.
        if (edge->isWire()) {
          delay_calc_->delayInvalid(edge->from(graph_));
        }
      }
    }
  }
  auto flag = arc_flags.begin();
  for (const sta::EdgeId id : edge_ids_) {
    const sta::Edge* edge = graph_->Graph::edge(id);
    const auto end = flag + edge->timingArcSet()->arcCount();
    if (std::any_of(flag, end, [](uint8_t f) { return f != 1; })) {
      delay_calc_->delayInvalid(edge->from(graph_));
      delay_calc_->delayInvalid(edge->to(graph_));
    }
    flag = end;
  }
}

}  // namespace ckp
