// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#include "engine/EngineDebianPaths.h"

#include <OpenSTA/Machine.hh>   // Before the engine's other headers.
#include <OpenSTA/SdcClass.hh>  // ClkInfo.hh needs it.

#include "OpenSTA/ClkInfo.hh"
#include "OpenSTA/Clock.hh"
#include "OpenSTA/ExceptionPath.hh"
#include "OpenSTA/Graph.hh"
#include "OpenSTA/Latches.hh"
#include "OpenSTA/Liberty.hh"
#include "OpenSTA/MinMax.hh"
#include "OpenSTA/Network.hh"
#include "OpenSTA/PathEnd.hh"
#include "OpenSTA/PathExpanded.hh"
#include "OpenSTA/PathVertex.hh"
#include "OpenSTA/PortDelay.hh"
#include "OpenSTA/Sdc.hh"
#include "OpenSTA/Search.hh"
#include "OpenSTA/Sta.hh"
#include "OpenSTA/Tag.hh"
#include "OpenSTA/TimingArc.hh"
#include "OpenSTA/TimingRole.hh"
#include "OpenSTA/Transition.hh"

namespace ckp {

namespace {

bool falls(const sta::TransRiseFall* transition)
{
  return transition == sta::TransRiseFall::fall();
}

}  // namespace

PathDescriber::PathDescriber(sta::Sta* sta,
                             const std::vector<uint32_t>& vertex_rows,
                             const std::vector<uint32_t>& arc_rows)
    : sta_(sta), vertex_rows_(vertex_rows), arc_rows_(arc_rows)
{
}

void PathDescriber::add(uint32_t endpoint_row, sta::PathEnd* end)
{
  PathEndWords words;
  words.set(CKP_PATH_ENDPOINT, endpoint_row);
  words.setKind(end->type());
  words.setFlag(CKP_PATH_FLAG_END_FALLS, falls(end->transition(sta_)));
  const sta::Network* network = sta_->network();
  const sta::LibertyCell* cell
      = network->libertyCell(network->instance(end->vertex(sta_)->pin()));
  words.setFlag(CKP_PATH_FLAG_IS_CLOCK_GATE, cell && cell->isClockGate());
  words.set(CKP_PATH_CHECK_ARC, checkArcRow(end) + 1);
  words.setTime(CKP_PATH_SOURCE_OFFSET, end->sourceClkOffset(sta_));
  words.setTime(CKP_PATH_REQUIRED, end->requiredTime(sta_));
  words.setTime(CKP_PATH_MARGIN, end->margin(sta_));
  words.setTime(CKP_PATH_BORROW, end->borrow(sta_));
  words.setFlag(CKP_PATH_FLAG_MARGIN_IS_OUTSIDE,
                end->isOutputDelay() || end->pathDelayMarginIsExternal());
  if (sta::PathDelay* limit = end->pathDelay()) {
    words.setTime(CKP_PATH_LIMIT, limit->delay());
    words.setFlag(CKP_PATH_FLAG_IGNORES_LATENCY, limit->ignoreClkLatency());
  }
  sta::PathExpanded data(end->path(), sta_);
  describeLaunch(end, data, words);
  describeCapture(end, words);
  PathPoints clock;
  if (const sta::PathVertex* clock_path = end->targetClkPath()) {
    sta::PathExpanded expanded(clock_path, sta_);
    clock = points(expanded);
  }
  maker_.add(words, points(data), clock);
}

void PathDescriber::describeLaunch(sta::PathEnd* end,
                                   sta::PathExpanded& expanded,
                                   PathEndWords& words)
{
  const sta::Path* path = end->path();
  words.set(CKP_PATH_START, expanded.startIndex());
  const sta::TimingArc* start_arc = expanded.startPrevArc();
  const sta::TimingRole* role = start_arc ? start_arc->role() : nullptr;
  words.setFlag(CKP_PATH_FLAG_STARTS_AT_CLOCK,
                role
                    && (role == sta::TimingRole::regClkToQ()
                        || role == sta::TimingRole::latchEnToQ()));
  sta::PathRef* d_path;
  sta::PathRef* q_path;
  sta::Edge* d_q_edge;
  expanded.latchPaths(d_path, q_path, d_q_edge);
  if (d_path) {
    words.setFlag(CKP_PATH_FLAG_STARTS_AT_LATCH, true);
    sta::Arrival given;
    sta::PathVertex enable_path;
    sta_->latches()->latchTimeGivenToStartpoint(
        d_path, q_path, d_q_edge, given, enable_path);
    words.setTime(CKP_PATH_LAUNCH_BORROW, given);
  }
  sta::PathRef* start = expanded.startPath();
  if (sta::InputDelay* input = expanded.path(0)->tag(sta_)->inputDelay()) {
    words.setFlag(CKP_PATH_FLAG_HAS_INPUT_DELAY, true);
    words.setTime(CKP_PATH_INPUT_DELAY,
                  input->delays()->value(expanded.path(0)->transition(sta_),
                                         path->minMax(sta_)));
  }
  const sta::ClockEdge* edge = end->sourceClkEdge(sta_);
  if (edge == nullptr) {
    return;
  }
  sta::Clock* clock = edge->clock();
  words.setFlag(CKP_PATH_FLAG_HAS_LAUNCH, true);
  words.setFlag(CKP_PATH_FLAG_HAS_DEFAULT_CLOCK,
                clock == sta_->sdc()->defaultArrivalClock());
  words.setFlag(CKP_PATH_FLAG_LAUNCH_FALLS, falls(edge->transition()));
  words.setFlag(CKP_PATH_FLAG_LAUNCH_IS_PROPAGATED,
                path->clkInfo(sta_)->isPropagated());
  words.setFlag(CKP_PATH_FLAG_IS_CLOCK_AS_DATA,
                clock->leafPins().hasKey(start->pin(sta_)));
  words.set(CKP_PATH_CLOCKS, maker_.clock(clock->name()));
  words.setTime(CKP_PATH_LAUNCH_TIME, edge->time());
  sta::PathRef clock_path;
  expanded.clkPath(clock_path);
  const float arrival = clock_path.isNull()
                            ? edge->time()
                                  + (end->sourceClkInsertionDelay(sta_)
                                     + end->sourceClkLatency(sta_))
                            : sta_->search()->clkPathArrival(&clock_path);
  words.setTime(CKP_PATH_LAUNCH_ARRIVAL, arrival);
}

void PathDescriber::describeCapture(sta::PathEnd* end, PathEndWords& words)
{
  const sta::ClockEdge* edge = end->targetClkEdge(sta_);
  if (edge == nullptr) {
    return;
  }
  const sta::Clock* clock = edge->clock();
  const sta::PathVertex* path = end->targetClkPath();
  words.setFlag(CKP_PATH_FLAG_HAS_CAPTURE, true);
  words.setFlag(CKP_PATH_FLAG_CAPTURE_FALLS, falls(edge->transition()));
  words.setFlag(CKP_PATH_FLAG_CAPTURE_END_FALLS,
                falls(end->targetClkEndTrans(sta_)));
  words.setFlag(
      CKP_PATH_FLAG_CAPTURE_IS_PROPAGATED,
      path ? path->clkInfo(sta_)->isPropagated() : clock->isPropagated());
  words.set(CKP_PATH_CLOCKS,
            words[CKP_PATH_CLOCKS] | maker_.clock(clock->name()) << 16);
  words.setTime(CKP_PATH_CAPTURE_EDGE, edge->time());
  words.setTime(CKP_PATH_CAPTURE_TIME,
                end->targetClkTime(sta_) + end->targetClkMcpAdjustment(sta_));
  // A limit counts the clock that has a path here; later engines also count
  // that of an output delay.
  if (end->pathDelay() && path == nullptr) {
    return;
  }
  words.setFlag(CKP_PATH_FLAG_HAS_CRPR, sta_->sdc()->crprEnabled());
  words.setTime(CKP_PATH_CAPTURE_DELAY, end->targetClkDelay(sta_));
  const float between_clocks = end->interClkUncertainty(sta_);
  words.setFlag(CKP_PATH_FLAG_IS_BETWEEN_CLOCKS, between_clocks != 0.0F);
  words.setTime(CKP_PATH_UNCERTAINTY,
                between_clocks != 0.0F
                    ? between_clocks
                    : end->targetNonInterClkUncertainty(sta_));
  words.setTime(CKP_PATH_CRPR, end->commonClkPessimism(sta_));
  if (path) {
    words.set(CKP_PATH_CLOCK_VERTEX, vertex_rows_[path->vertexId(sta_)]);
    words.setFlag(CKP_PATH_FLAG_CAPTURE_IS_MAX,
                  path->minMax(sta_) == sta::MinMax::max());
  }
}

// CKP_NO_ROW for an end without a check of the library.
uint32_t PathDescriber::checkArcRow(sta::PathEnd* end) const
{
  const sta::TimingArc* arc = end->checkArc();
  const sta::PathVertex* clock_path = end->targetClkPath();
  return arc && clock_path
             ? arcRow(clock_path->vertex(sta_), arc, end->vertex(sta_))
             : CKP_NO_ROW;
}

// The engine's own way from an arc to its edge takes the first of several
// drivers of a net.
uint32_t PathDescriber::arcRow(const sta::Vertex* from,
                               const sta::TimingArc* arc,
                               sta::Vertex* to) const
{
  sta::VertexInEdgeIterator edges(to, sta_->graph());
  while (edges.hasNext()) {
    const sta::Edge* edge = edges.next();
    if (edge->timingArcSet() == arc->set()
        && edge->from(sta_->graph()) == from) {
      return arc_rows_[edge->arcDelays() + arc->index()];
    }
  }
  return CKP_NO_ROW;
}

PathPoints PathDescriber::points(sta::PathExpanded& expanded) const
{
  PathPoints points;
  for (size_t i = 0; i < expanded.size(); i++) {
    const sta::PathRef* path = expanded.path(i);
    const sta::TimingArc* arc = expanded.prevArc(i);
    points.arcs.push_back(
        i > 0 && arc ? arcRow(
            expanded.path(i - 1)->vertex(sta_), arc, path->vertex(sta_))
                     : CKP_NO_ROW);
    points.arrivals.push_back(path->arrival(sta_));
  }
  return points;
}

}  // namespace ckp
