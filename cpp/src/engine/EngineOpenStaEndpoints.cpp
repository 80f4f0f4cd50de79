// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/EndpointSlacks.h"
#include "engine/EngineOpenSta.h"
#include "engine/EngineOpenStaPaths.h"
#include "sta/Clock.hh"
#include "sta/VisitPathEnds.hh"

namespace ckp {

namespace {

// Collects the slack of each path end of the vertex at `row`, and the ends that
// are reported.
class EndpointVisitor : public sta::PathEndVisitor
{
 public:
  explicit EndpointVisitor(sta::Sta* sta) : sta_(sta), finder_(sta) {}

  void setRow(uint32_t row) { row_ = row; }
  EndpointSlacks& slacks() { return slacks_; }
  WorstEnds<sta::PathEnd>& worst() { return worst_; }

  void visit(sta::PathEnd* end) override
  {
    const DelayLane lane = {api::sceneIndex(end->path(), sta_),
                            static_cast<uint32_t>(end->minMax(sta_)->index())};
    for (const sta::PathGroup* group : finder_.groups(end)) {
      const float slack
          = api::judged(end->slack(sta_), sta::MinMax::min(), sta_);
      const uint32_t number = groupNumber(group, end->targetClk(sta_));
      slacks_.add(lane, number, row_, slack);
      worst_.add(lane, number, row_, end, api::pathEndLess(sta_));
    }
  }

  sta::PathEndVisitor* copy() const override
  {
    return new EndpointVisitor(sta_);
  }

 private:
  uint32_t groupNumber(const sta::PathGroup* group, const sta::Clock* clock)
  {
    const auto known = group_numbers_.find({group, clock});
    if (known != group_numbers_.end()) {
      return known->second;
    }
    const std::string clock_name(clock ? clock->name() : "");
    return group_numbers_[{group, clock}]
           = slacks_.group(group->name(), clock_name);
  }

  sta::Sta* sta_;
  api::GroupFinder finder_;
  uint32_t row_ = 0;
  std::map<std::pair<const sta::PathGroup*, const sta::Clock*>, uint32_t>
      group_numbers_;
  EndpointSlacks slacks_;
  WorstEnds<sta::PathEnd> worst_;
};

}  // namespace

EndpointTable EngineOpenSta::endpoints()
{
  EndpointVisitor visitor(sta_);
  sta::VisitPathEnds* path_ends = sta_->search()->visitPathEnds();
  for (sta::Vertex* vertex : api::endpoints(sta_)) {
    visitor.setRow(vertex_rows_[graph_->id(vertex)]);
    path_ends->visitPathEnds(vertex, &visitor);
  }
  EndpointTable table = visitor.slacks().table();
  // The times of paths are distributions with statistical timing.
  if (plane_count_ == 1 && !edges_.empty()) {
    std::vector<uint32_t> first_arcs;  // By edge id.
    for (size_t i = 0; i < edges_.size(); i++) {
      const sta::EdgeId id = graph_->id(edges_[i]);
      first_arcs.resize(std::max<size_t>(first_arcs.size(), id + 1));
      first_arcs[id] = first_arcs_[i];
    }
    PathDescriber describer(sta_, vertex_rows_, first_arcs);
    visitor.worst().visitWorst(
        visitor.slacks(), table, [&describer](uint32_t row, sta::PathEnd* end) {
          describer.add(row, end);
        });
    table.paths = describer.table();
  }
  return table;
}

}  // namespace ckp
