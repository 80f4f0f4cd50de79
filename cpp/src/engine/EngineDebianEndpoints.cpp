// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#include <OpenSTA/Machine.hh>  // Before the engine's other headers.
#include <algorithm>
#include <map>
#include <mutex>  // PathGroup.hh needs it.
#include <string>
#include <utility>
#include <vector>

#include "OpenSTA/Clock.hh"
#include "OpenSTA/Corner.hh"
#include "OpenSTA/Graph.hh"
#include "OpenSTA/MinMax.hh"
#include "OpenSTA/PathAnalysisPt.hh"
#include "OpenSTA/PathEnd.hh"
#include "OpenSTA/PathGroup.hh"
#include "OpenSTA/Search.hh"
#include "OpenSTA/VisitPathEnds.hh"
#include "engine/EndpointSlacks.h"
#include "engine/EngineDebian.h"
#include "engine/EngineDebianPaths.h"

namespace ckp {

namespace {

// Collects the slack of each path end of the vertex at `row`, and the ends that
// are reported.
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
  EndpointSlacks& slacks() { return slacks_; }
  WorstEnds<sta::PathEnd>& worst() { return worst_; }

  void visit(sta::PathEnd* end) override
  {
    // Unconstrained ends are in no group.
    const sta::PathGroup* group = groups_.pathGroup(end);
    if (group) {
      const sta::PathAnalysisPt* point = end->pathAnalysisPt(sta_);
      const DelayLane lane
          = {static_cast<uint32_t>(point->corner()->index()),
             static_cast<uint32_t>(point->pathMinMax()->index())};
      const uint32_t number = groupNumber(group, end->targetClk(sta_));
      slacks_.add(lane, number, row_, end->slack(sta_));
      worst_.add(lane, number, row_, end, sta::PathEndLess(sta_));
    }
  }

  sta::PathEndVisitor* copy() override { return new EndpointVisitor(sta_); }

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
  sta::PathGroups groups_;
  uint32_t row_ = 0;
  std::map<std::pair<const sta::PathGroup*, const sta::Clock*>, uint32_t>
      group_numbers_;
  EndpointSlacks slacks_;
  WorstEnds<sta::PathEnd> worst_;
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
  EndpointTable table = visitor.slacks().table();
  std::vector<uint32_t> arc_rows;  // By arc id.
  for (uint32_t row = 0; row < arc_ids_.size(); row++) {
    arc_rows.resize(std::max<size_t>(arc_rows.size(), arc_ids_[row] + 1),
                    CKP_NO_ROW);
    arc_rows[arc_ids_[row]] = row;
  }
  PathDescriber describer(sta_, vertex_rows_, arc_rows);
  visitor.worst().visitWorst(
      visitor.slacks(), table, [&describer](uint32_t row, sta::PathEnd* end) {
        describer.add(row, end);
      });
  table.paths = describer.table();
  return table;
}

}  // namespace ckp
