// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#include "engine/EngineOpenStaPaths.h"

#include "sta/Clock.hh"
#include "sta/ExceptionPath.hh"
#include "sta/Graph.hh"
#include "sta/Liberty.hh"
#include "sta/MinMax.hh"
#include "sta/Network.hh"
#include "sta/PortDelay.hh"
#include "sta/Sdc.hh"
#include "sta/Search.hh"
#include "sta/TimingArc.hh"
#include "sta/TimingRole.hh"
#include "sta/Transition.hh"

namespace ckp {

namespace {

bool falls(const sta::RiseFall* transition)
{
  return transition == sta::RiseFall::fall();
}

}  // namespace

PathDescriber::PathDescriber(sta::Sta* sta,
                             const std::vector<uint32_t>& vertex_rows,
                             const std::vector<uint32_t>& first_arcs)
    : sta_(sta), vertex_rows_(vertex_rows), first_arcs_(first_arcs)
{
}

float PathDescriber::seconds(const sta::Delay& delay) const
{
  return api::judged(delay, sta::MinMax::min(), sta_);
}

void PathDescriber::add(uint32_t endpoint_row, sta::PathEnd* end)
{
  PathEndWords words;
  words.set(CKP_PATH_ENDPOINT, endpoint_row);
  words.setKind(static_cast<uint32_t>(end->type()));
  words.setFlag(CKP_PATH_FLAG_END_FALLS, falls(end->transition(sta_)));
  words.setFlag(CKP_PATH_FLAG_HAS_CRPR, sta_->crprEnabled());
  const sta::Network* network = sta_->network();
  const sta::LibertyCell* cell = network->libertyCell(
      network->instance(end->vertex(sta_)->pin()));
  words.setFlag(CKP_PATH_FLAG_IS_CLOCK_GATE, cell && cell->isClockGate());
  words.set(CKP_PATH_CHECK_ARC, checkArcRow(end) + 1);
  words.setTime(CKP_PATH_SOURCE_OFFSET, end->sourceClkOffset(sta_));
  words.setTime(CKP_PATH_REQUIRED, seconds(end->requiredTime(sta_)));
  words.setTime(CKP_PATH_MARGIN, seconds(end->margin(sta_)));
  words.setTime(CKP_PATH_BORROW, seconds(end->borrow(sta_)));
  words.setFlag(CKP_PATH_FLAG_MARGIN_IS_OUTSIDE,
                end->isOutputDelay() || end->pathDelayMarginIsExternal());
  if (const sta::PathDelay* limit = end->pathDelay()) {
    words.setTime(CKP_PATH_LIMIT, limit->delay());
    words.setFlag(CKP_PATH_FLAG_IGNORES_LATENCY, limit->ignoreClkLatency());
  }
  const sta::PathExpanded data(end->path(), sta_);
  describeLaunch(end, data, words);
  describeCapture(end, words);
  PathPoints clock;
  const sta::PathEnd* constant_end = end;
  if (const sta::Path* clock_path = constant_end->targetClkPath()) {
    clock = points(sta::PathExpanded(clock_path, sta_));
  }
  maker_.add(words, points(data), clock);
}

void PathDescriber::describeLaunch(const sta::PathEnd* end,
                                   const sta::PathExpanded& expanded,
                                   PathEndWords& words)
{
  words.set(CKP_PATH_START, expanded.startIndex());
  const sta::TimingArc* start_arc = expanded.startPrevArc();
  const sta::TimingRole* role = start_arc ? start_arc->role() : nullptr;
  words.setFlag(CKP_PATH_FLAG_STARTS_AT_CLOCK,
                role
                    && (role == sta::TimingRole::regClkToQ()
                        || role == sta::TimingRole::latchEnToQ()));
  const sta::Path* d_path;
  const sta::Path* q_path;
  sta::Edge* d_q_edge;
  expanded.latchPaths(d_path, q_path, d_q_edge);
  words.setFlag(CKP_PATH_FLAG_STARTS_AT_LATCH, d_path);
  // What the latch lends is not open to others; the output's arrival tells.
  const auto given = [&](float enable) {
    const sta::Delay delay = api::deratedDelay(
        d_path, q_path->prevArc(sta_), d_q_edge, sta_);
    return seconds(q_path->arrival()) - seconds(delay) - enable;
  };
  const sta::ClockEdge* edge = end->sourceClkEdge(sta_);
  if (edge == nullptr) {
    return;
  }
  const sta::Clock* clock = edge->clock();
  const sta::Pin* start = expanded.startPath()->pin(sta_);
  words.setFlag(CKP_PATH_FLAG_HAS_LAUNCH, true);
  words.setFlag(CKP_PATH_FLAG_HAS_DEFAULT_CLOCK,
                clock == api::sdc(end->path(), sta_)->defaultArrivalClock());
  words.setFlag(CKP_PATH_FLAG_LAUNCH_FALLS, falls(edge->transition()));
  words.setFlag(CKP_PATH_FLAG_LAUNCH_IS_PROPAGATED, clock->isPropagated());
  words.setFlag(
      CKP_PATH_FLAG_IS_CLOCK_AS_DATA,
      clock->leafPins().find(const_cast<sta::Pin*>(start))
          != clock->leafPins().end());
  words.set(CKP_PATH_CLOCKS, maker_.clock(clock->name()));
  words.setTime(CKP_PATH_LAUNCH_TIME, edge->time());
  const sta::Path* clock_path = expanded.clkPath();
  const float arrival
      = clock_path
            ? seconds(sta_->search()->clkPathArrival(clock_path))
            : edge->time()
                  + (seconds(end->sourceClkInsertionDelay(sta_))
                     + seconds(end->sourceClkLatency(sta_)));
  words.setTime(CKP_PATH_LAUNCH_ARRIVAL, arrival);
  if (d_path && clock_path) {
    words.setTime(CKP_PATH_LAUNCH_BORROW, given(arrival));
  }
  describeInput(expanded.path(0), words);
}

// The engine keeps with the path which of the delays of an input it is; that is
// not open to others, but its clock edge is.
void PathDescriber::describeInput(const sta::Path* first,
                                  PathEndWords& words) const
{
  const sta::InputDelaySet* inputs
      = api::sdc(first, sta_)->inputDelaysLeafPin(first->pin(sta_));
  if (inputs == nullptr || first->isClock(sta_)) {
    return;
  }
  for (sta::InputDelay* input : *inputs) {
    if (input->clkEdge() == first->clkEdge(sta_)) {
      words.setFlag(CKP_PATH_FLAG_HAS_INPUT_DELAY, true);
      words.setTime(CKP_PATH_INPUT_DELAY,
                    input->delays()->value(first->transition(sta_),
                                           first->minMax(sta_)));
    }
  }
}

void PathDescriber::describeCapture(const sta::PathEnd* end,
                                    PathEndWords& words)
{
  const sta::ClockEdge* edge = end->targetClkEdge(sta_);
  if (edge == nullptr) {
    return;
  }
  const sta::Clock* clock = edge->clock();
  const sta::Path* path = end->targetClkPath();
  words.setFlag(CKP_PATH_FLAG_HAS_CAPTURE, true);
  words.setFlag(CKP_PATH_FLAG_CAPTURE_FALLS, falls(edge->transition()));
  words.setFlag(CKP_PATH_FLAG_CAPTURE_END_FALLS,
                falls(end->targetClkEndTrans(sta_)));
  words.setFlag(CKP_PATH_FLAG_CAPTURE_IS_PROPAGATED, clock->isPropagated());
  words.set(CKP_PATH_CLOCKS,
            words[CKP_PATH_CLOCKS] | maker_.clock(clock->name()) << 16);
  words.setTime(CKP_PATH_CAPTURE_EDGE, edge->time());
  words.setTime(CKP_PATH_CAPTURE_TIME,
                end->targetClkTime(sta_) + end->targetClkMcpAdjustment(sta_));
  words.setTime(CKP_PATH_CAPTURE_DELAY, seconds(end->targetClkDelay(sta_)));
  const float between_clocks = end->interClkUncertainty(sta_);
  words.setFlag(CKP_PATH_FLAG_IS_BETWEEN_CLOCKS, between_clocks != 0.0F);
  words.setTime(CKP_PATH_UNCERTAINTY,
                between_clocks != 0.0F
                    ? between_clocks
                    : end->targetNonInterClkUncertainty(sta_));
  words.setTime(CKP_PATH_CRPR, seconds(end->checkCrpr(sta_)));
  if (path) {
    words.set(CKP_PATH_CLOCK_VERTEX, vertex_rows_[path->vertexId(sta_)]);
    words.setFlag(CKP_PATH_FLAG_CAPTURE_IS_MAX,
                  path->minMax(sta_) == sta::MinMax::max());
  }
}

// CKP_NO_ROW for an end without a check of the library.
uint32_t PathDescriber::checkArcRow(const sta::PathEnd* end) const
{
  const sta::TimingArc* arc = end->checkArc();
  const sta::Path* clock_path = end->targetClkPath();
  if (arc && clock_path) {
    const sta::Vertex* clock = clock_path->vertex(sta_);
    sta::VertexInEdgeIterator edges(end->vertex(sta_), sta_->graph());
    while (edges.hasNext()) {
      const sta::Edge* edge = edges.next();
      if (edge->timingArcSet() == arc->set()
          && edge->from(sta_->graph()) == clock) {
        return arcRow(edge, arc);
      }
    }
  }
  return CKP_NO_ROW;
}

uint32_t PathDescriber::arcRow(const sta::Edge* edge,
                               const sta::TimingArc* arc) const
{
  return first_arcs_[sta_->graph()->id(edge)] + arc->index();
}

PathPoints PathDescriber::points(const sta::PathExpanded& expanded) const
{
  PathPoints points;
  for (size_t i = 0; i < expanded.size(); i++) {
    const sta::Path* path = expanded.path(i);
    const bool is_first = i == 0;
    points.arcs.push_back(is_first ? CKP_NO_ROW
                                   : arcRow(path->prevEdge(sta_),
                                            path->prevArc(sta_)));
    points.arrivals.push_back(seconds(path->arrival()));
  }
  return points;
}

}  // namespace ckp
