// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#include "ckp.h"
#include "engine/EngineOpenSta.h"
#include "engine/EngineOpenStaAccess.h"
#include "sta/Network.hh"

namespace ckp {

void EngineOpenSta::beginRestore()
{
  // A calculation that stopped at some level is not worth returning to.
  had_delays_ = DelayCalcAccess::delaysExist(delay_calc_)
                && DelayCalcAccess::iterator(delay_calc_)->empty();
  const sta::VertexSet& invalid = DelayCalcAccess::invalidDelays(delay_calc_);
  invalid_delays_.assign(invalid.begin(), invalid.end());
  delay_calc_->delaysInvalid();
}

void EngineOpenSta::writeSlews(const Lane& lane, const float* slews)
{
  if (lane.min_max == CKP_MAX || !sharesDelayPoint({lane.scene, 0})) {
    const size_t index = slewIndex(lane);
    for (sta::Vertex* vertex : vertices_) {
      VertexAccess::slews(vertex)[index] = *slews++;
    }
  }
}

void EngineOpenSta::writeDelays(const DelayLane& lane, const float* delays)
{
  if (lane.min_max == CKP_MAX || !sharesDelayPoint(lane)) {
    const size_t point_count = api::delayPointCount(sta_);
    const size_t point = delayPoint(lane);
    forEachArc({0, arcCount()},
               [&](sta::Edge* edge, uint32_t arc, uint32_t row) {
                 edge->arcDelays()[arc * point_count + point] = delays[row];
               });
  }
}

void EngineOpenSta::writeSlewMarks(const Lane& lane, const uint8_t* marks)
{
  const sta::RiseFall* transition = sta::RiseFall::range()[lane.transition];
  for (sta::Vertex* vertex : vertices_) {
    // The engine keeps marks for the first two analysis points only.
    vertex->setSlewAnnotated(
        *marks++, transition, static_cast<int>(lane.min_max));
  }
}

void EngineOpenSta::writeDelayMarks(const DelayLane& lane, const uint8_t* marks)
{
  if (lane.min_max == CKP_MAX || !sharesDelayPoint(lane)) {
    const sta::DcalcAPIndex point = delayPoint(lane);
    forEachArc(
        {0, arcCount()}, [&](sta::Edge* edge, uint32_t arc, uint32_t row) {
          if (marks[row] || EdgeAccess::mayHaveMarks(edge)) {
            graph_->setArcDelayAnnotated(
                edge, edge->timingArcSet()->arcs()[arc], point, marks[row]);
          }
        });
  }
}

void EngineOpenSta::acceptDelays()
{
  prepareDrivers();
  DelayCalcAccess::setDelaysExist(delay_calc_);
  sta_->search()->arrivalsInvalid();
}

// Makes what a calculation leaves at the drivers beside their delays, and later
// ones start from: the nets with several drivers, and models of parasitics.
// Edits do not change these models everywhere, and what is not there yet is
// made from the edited net, so that without them edits would be timed
// otherwise.
void EngineOpenSta::prepareDrivers()
{
  const sta::Network* network = sta_->network();
  for (sta::Vertex* vertex : vertices_) {
    const sta::Pin* pin = vertex->pin();
    if (vertex->isDriver(network)) {
      if (!vertex->isRoot() && network->isLeaf(pin)) {
        DelayCalcAccess::findMultiDriverNet(delay_calc_, vertex);
      }
      for (const api::Scene* scene : scenes_) {
        api::reduceParasitics(sta_, pin, scene);
      }
      sta_->arcDelayCalc()->finishDrvrPin();
    }
  }
}

void EngineOpenSta::undoRestore()
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

void EngineOpenSta::recalculate(const std::vector<uint8_t>& vertex_flags,
                                const std::vector<uint8_t>& arc_flags)
{
  for (uint32_t row = 0; row < vertices_.size(); row++) {
    if (vertex_flags[row] != 1) {
      recalculateVertex(vertices_[row]);
    }
  }
  forEachArc({0, arcCount()}, [&](sta::Edge* edge, uint32_t, uint32_t row) {
    if (arc_flags[row] != 1) {
      delay_calc_->delayInvalid(edge->from(graph_));
      delay_calc_->delayInvalid(edge->to(graph_));
    }
  });
}

void EngineOpenSta::recalculateVertex(sta::Vertex* vertex)
{
  delay_calc_->delayInvalid(vertex);
  sta::VertexInEdgeIterator edges(vertex, graph_);
  while (edges.hasNext()) {
    const sta::Edge* edge = edges.next();
    // The load that the pin is to its driver may be another now.
    if (edge->isWire()) {
      delay_calc_->delayInvalid(edge->from(graph_));
    }
  }
}

}  // namespace ckp
