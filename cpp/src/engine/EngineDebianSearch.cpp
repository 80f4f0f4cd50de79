// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

// Brings timing up to date so that it does not depend on the history of edits.

#include <OpenSTA/Machine.hh>  // Before the engine's other headers.
#include <string_view>

#include "OpenSTA/Graph.hh"
#include "OpenSTA/Search.hh"
#include "OpenSTA/TagGroup.hh"
#include "OpenSTA/TimingArc.hh"
#include "OpenSTA/TimingRole.hh"
#include "engine/EngineDebian.h"
#include "engine/EngineDebianAccess.h"

namespace ckp {

namespace {

// What is to be found again at a vertex.
constexpr uint8_t kArrival = 1;
constexpr uint8_t kRequired = 2;

// From so large a share of all vertices on, a search of everything is not much
// slower.
constexpr uint32_t kLargeShare = 2;

// By these commands timing goes other ways than along the edges.
bool leavesEdges(std::string_view constraints)
{
  return constraints.find("create_generated_clock") != std::string_view::npos
         || constraints.find("set_data_check") != std::string_view::npos;
}

}  // namespace

void EngineDebian::findTiming()
{
  const std::string constraints = this->constraints();
  sta_->findDelays();
  const uint64_t structure = searchStructure();
  const bool is_known = isOneSearch(constraints)
                        && (!history_.isIncremental()
                            || invalidateChanged(constraints, structure));
  if (!is_known) {
    sta_->search()->arrivalsInvalid();
  }
  sta_->findRequireds();
  history_.begin(constraints, structure);
  tag_group_paths_.clear();
  path_entries_.clear();
}

// Whether the arrivals and requireds, when there are any, are those of one
// search through the whole design, but for what incremental ones left.
// Constraints that changed between the first search and the first command are
// not noticed, since the engine tells of delays only; the proof of a restore
// would.
bool EngineDebian::isOneSearch(const std::string& constraints) const
{
  // Annotation changes delays without the calculator.
  if (hasSlewMarks() || hasDelayMarks()) {
    return false;
  }
  if (!history_.constraints().empty()
      && history_.constraints() != constraints) {
    return false;
  }
  for (uint32_t row = 0; row < vertex_ids_.size(); row++) {
    // A query of a single pin had paths around it searched that are pruned
    // otherwise.
    if (vertex(row)->crprPathPruningDisabled()) {
      return false;
    }
  }
  return true;
}

// Where the engine searches, delays aside: vertices, edges, and which of them
// constants and constraints disable.
uint64_t EngineDebian::searchStructure() const
{
  Fingerprint structure = structure_;
  for (uint32_t row = 0; row < vertex_ids_.size(); row++) {
    const sta::Vertex* vertex = this->vertex(row);
    structure.add(vertex_ids_[row]);
    structure.add(static_cast<uint64_t>(vertex->simValue()) * 2
                  + vertex->isDisabledConstraint());
  }
  for (const sta::EdgeId id : edge_ids_) {
    const sta::Edge* edge = graph_->Graph::edge(id);
    structure.add(static_cast<uint64_t>(edge->simTimingSense()) * 8
                  + edge->isDisabledConstraint() * 4
                  + edge->isDisabledCond() * 2 + edge->isDisabledLoop());
  }
  return structure.value();
}

// Has the next search find anew what changes of delays may have reached, all of
// it: where a value differs by less than a millionth the engine keeps the old
// one, and looks no further. False, with nothing done, where that cannot be
// told or would not pay.
bool EngineDebian::invalidateChanged(const std::string& constraints,
                                     uint64_t structure)
{
  sta::Search* search = sta_->search();
  if (!SearchAccess::arrivalsExist(search) || !search->requiredsSeeded()
      || history_.structure() != structure || has_latches_ || hasLoopMarks()
      || delay_calc_->incrementalDelayTolerance() != 0.0
      || leavesEdges(constraints)) {
    return false;
  }
  std::vector<uint32_t> cone;
  std::vector<uint8_t> flags(vertex_ids_.size(), 0);
  if (!findCone(cone, flags)) {
    return false;
  }
  for (const uint32_t row : cone) {
    if (flags[row] & kArrival) {
      search->arrivalInvalidDelete(vertex(row));
    } else {
      clearRequireds(vertex(row));
    }
    search->requiredInvalid(vertex(row));
  }
  return true;
}

// The rows of all vertices downstream of a change, and of those upstream of
// them; `flags` are by row. False if it is too large, or reaches clocks: tags
// of paths everywhere refer to these.
bool EngineDebian::findCone(std::vector<uint32_t>& cone,
                            std::vector<uint8_t>& flags) const
{
  const auto reach = [&](uint32_t row, uint8_t flag) {
    if (!(flags[row] & flag)) {
      flags[row] |= flag;
      cone.push_back(row);
    }
  };
  const auto seed = [&](const std::vector<sta::VertexId>& ids, uint8_t flag) {
    for (const sta::VertexId id : ids) {
      if (id >= vertex_rows_.size() || vertex_rows_[id] == CKP_NO_ROW) {
        return false;
      }
      reach(vertex_rows_[id], flag);
    }
    return true;
  };
  const auto visit = [&](auto&& edges, uint8_t flag, bool is_forward) {
    while (edges.hasNext()) {
      const sta::Edge* edge = edges.next();
      if (!edge->role()->isTimingCheck()) {
        const sta::VertexId next = is_forward ? graph_->id(edge->to(graph_))
                                              : graph_->id(edge->from(graph_));
        reach(vertex_rows_[next], flag);
      }
    }
  };
  const auto is_large
      = [&] { return cone.size() > vertex_ids_.size() / kLargeShare; };
  if (history_.isEverywhere() || !seed(history_.arrivals(), kArrival)) {
    return false;
  }
  for (size_t i = 0; i < cone.size() && !is_large(); i++) {
    sta::Vertex* vertex = this->vertex(cone[i]);
    const sta::TagGroup* group = sta_->search()->tagGroup(vertex);
    if (group && group->hasClkTag()) {
      return false;
    }
    visit(sta::VertexOutEdgeIterator(vertex, graph_), kArrival, true);
  }
  for (const uint32_t row : cone) {
    flags[row] |= kRequired;
  }
  if (!seed(history_.requireds(), kRequired)) {
    return false;
  }
  for (size_t i = 0; i < cone.size() && !is_large(); i++) {
    visit(sta::VertexInEdgeIterator(vertex(cone[i]), graph_), kRequired, false);
  }
  return !is_large();
}

// To what they are before a search: any other value is told from that.
void EngineDebian::clearRequireds(sta::Vertex* vertex)
{
  const sta::TagGroup* group = sta_->search()->tagGroup(vertex);
  if (group && vertex->hasRequireds()) {
    const TagGroupPaths paths = tagGroupPaths(group);
    float* requireds = graph_->arrivals(vertex) + paths.count;
    for (uint32_t p = paths.first; p < paths.first + paths.count; p++) {
      const PathEntry& path = path_entries_[p];
      requireds[path.arrival]
          = (path.is_max ? sta::MinMax::min() : sta::MinMax::max())
                ->initValue();
    }
  }
}

}  // namespace ckp
