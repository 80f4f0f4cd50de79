// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#include <OpenSTA/Machine.hh>  // Before the engine's other headers.
#include <algorithm>
#include <map>
#include <mutex>  // PathGroup.hh needs it.

#include "OpenSTA/Corner.hh"
#include "OpenSTA/Graph.hh"
#include "OpenSTA/MinMax.hh"
#include "OpenSTA/PathAnalysisPt.hh"
#include "OpenSTA/PathEnd.hh"
#include "OpenSTA/PathGroup.hh"
#include "OpenSTA/Search.hh"
#include "OpenSTA/VisitPathEnds.hh"
#include "engine/EngineDebian.h"

namespace ckp {

namespace {

struct EndpointSlack
{
  uint32_t scene;
  uint32_t min_max;
  uint32_t group;
  uint32_t vertex;
  float slack;

  // Sorts the worst of the slacks of a row first.
  bool operator<(const EndpointSlack& other) const
  {
    return std::tie(scene, min_max, group, vertex, slack)
           < std::tie(other.scene,
                      other.min_max,
                      other.group,
                      other.vertex,
                      other.slack);
  }
};

// Collects the slack of each path end of the vertex at `row`.
class EndpointVisitor : public sta::PathEndVisitor
{
 public:
  explicit EndpointVisitor(sta::Sta* sta)
      : sta_(sta),
        groups_(1,
                1,
                false,
                -sta::INF,
                sta::INF,
                nullptr,
                true,
                true,
                true,
                true,
                true,
                true,
                false,
                sta)
  {
  }

  void setRow(uint32_t row) { row_ = row; }
  std::vector<EndpointSlack>& slacks() { return slacks_; }
  const std::map<std::string, uint32_t>& groupNames() { return group_names_; }

  void visit(sta::PathEnd* end) override
  {
    // Unconstrained ends are in no group.
    const sta::PathGroup* group = groups_.pathGroup(end);
    if (group) {
      const sta::PathAnalysisPt* point = end->pathAnalysisPt(sta_);
      slacks_.push_back({static_cast<uint32_t>(point->corner()->index()),
                         static_cast<uint32_t>(point->pathMinMax()->index()),
                         groupIndex(group),
                         row_,
                         end->slack(sta_)});
    }
  }

  sta::PathEndVisitor* copy() override { return new EndpointVisitor(sta_); }

 private:
  uint32_t groupIndex(const sta::PathGroup* group)
  {
    const auto known = group_indices_.find(group);
    if (known != group_indices_.end()) {
      return known->second;
    }
    // There is one group of a name for min and one for max.
    const uint32_t index
        = group_names_.emplace(group->name(), group_names_.size())
              .first->second;
    return group_indices_[group] = index;
  }

  sta::Sta* sta_;
  sta::PathGroups groups_;
  uint32_t row_ = 0;
  std::map<const sta::PathGroup*, uint32_t> group_indices_;
  std::map<std::string, uint32_t> group_names_;
  std::vector<EndpointSlack> slacks_;
};

}  // namespace

EndpointTable EngineDebian::endpoints()
{
  EndpointVisitor visitor(sta_);
  sta::Search* search = sta_->search();
  for (sta::Vertex* vertex : *search->endpoints()) {
    visitor.setRow(vertex_rows_[graph_->id(vertex)]);
    search->visitPathEnds()->visitPathEnds(vertex, &visitor);
  }

  EndpointTable table;
  std::vector<uint32_t> sorted_index(visitor.groupNames().size());
  for (const auto& [name, index] : visitor.groupNames()) {
    sorted_index[index] = table.groups.size();
    table.groups.push_back(name);
  }
  std::vector<EndpointSlack>& slacks = visitor.slacks();
  for (EndpointSlack& end : slacks) {
    end.group = sorted_index[end.group];
  }
  std::sort(slacks.begin(), slacks.end());
  for (const EndpointSlack& end : slacks) {
    const bool is_first = table.vertex.empty()
                          || end.scene != table.scene.back()
                          || end.min_max != table.min_max.back()
                          || end.group != table.group.back()
                          || end.vertex != table.vertex.back();
    if (is_first) {
      table.scene.push_back(end.scene);
      table.min_max.push_back(end.min_max);
      table.group.push_back(end.group);
      table.vertex.push_back(end.vertex);
      table.slack.push_back(end.slack);
    }
  }
  return table;
}

}  // namespace ckp
