// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#pragma once

// OpenSTA 2.7: corners and one set of constraints. Tried with commit
// 76324bba (2.7.0).

#include <array>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "sta/ArcDelayCalc.hh"
#include "sta/Corner.hh"
#include "sta/DcalcAnalysisPt.hh"
#include "sta/Graph.hh"
#include "sta/GraphDelayCalc.hh"
#include "sta/Liberty.hh"
#include "sta/Parasitics.hh"
#include "sta/Path.hh"
#include "sta/PathAnalysisPt.hh"
#include "sta/PathEnd.hh"
#include "sta/PathGroup.hh"
#include "sta/Sdc.hh"
#include "sta/Search.hh"
#include "sta/Sta.hh"
#include "sta/TableModel.hh"
#include "sta/TimingArc.hh"

static_assert(std::is_same_v<sta::Delay, float>,
              "An OpenSTA that was built with statistical timing (SSTA) is not "
              "supported.");

namespace ckp::api {

using Scene = sta::Corner;

inline std::vector<Scene*> scenes(const sta::Sta* sta)
{
  return sta->corners()->corners();
}

inline sta::DcalcAPIndex delayPoint(const Scene* scene,
                                    const sta::MinMax* min_max)
{
  return scene->findDcalcAnalysisPt(min_max)->index();
}

inline sta::DcalcAPIndex delayPointCount(const sta::Sta* sta)
{
  return sta->corners()->dcalcAnalysisPtCount();
}

inline uint32_t sceneIndex(const sta::Path* path, const sta::Sta* sta)
{
  return path->pathAnalysisPt(sta)->corner()->index();
}

// Built without statistical timing, the engine has nothing but means.
inline uint32_t planeCount(const sta::Sta* sta)
{
  return sta->pocvEnabled() ? 0 : 1;
}

inline std::string statisticalSettings(const sta::Sta*)
{
  return "";
}

inline std::array<float, 4> planes(float value)
{
  return {value};
}

// The float that the engine judges a value by.
inline float judged(float value, const sta::MinMax*, const sta::Sta*)
{
  return value;
}

inline float difference(float a, float b, const sta::Sta*)
{
  return a - b;
}

// A query of a single pin had paths around it searched that are pruned
// otherwise.
inline bool hasUnprunedPaths(const sta::Vertex* vertex)
{
  return vertex->crprPathPruningDisabled();
}

// Calls write(heading, write_file) for each set of constraints: what tells it
// from the others, where there are several, and what writes it to a path.
template <class Write>
void writeConstraints(sta::Sta* sta, int digits, Write write)
{
  write("", [&](const std::string& path) {
    sta->writeSdc(path.c_str(), false, true, digits, false, true);
  });
}

// Calls visit(clock, scenes) for all clocks; one set of constraints holds for
// all corners.
template <class Visit>
void forEachClock(const sta::Sta* sta, Visit visit)
{
  std::vector<uint32_t> all;
  for (const Scene* corner : scenes(sta)) {
    all.push_back(corner->index());
  }
  for (const sta::Clock* clock : *sta->sdc()->clocks()) {
    visit(clock, all);
  }
}

inline const sta::VertexSet& endpoints(const sta::Sta* sta)
{
  return *sta->search()->endpoints();
}

// Delays of a cell's timing arc as the max analysis finds them, or null.
inline const sta::TableModel* delayTable(const sta::TimingArc* arc,
                                         const Scene* scene)
{
  const sta::GateTableModel* gate
      = arc->gateTableModel(scene->findDcalcAnalysisPt(sta::MinMax::max()));
  return gate ? gate->delayModel() : nullptr;
}

inline const sta::Pvt* operatingConditions(const Scene* scene)
{
  return scene->findDcalcAnalysisPt(sta::MinMax::max())->operatingConditions();
}

// Makes the models that the delay calculator derives from the parasitics of a
// driver's net.
inline void reduceParasitics(const sta::Sta* sta,
                             const sta::Pin* driver,
                             const Scene* scene)
{
  for (const sta::MinMax* min_max : sta::MinMax::range()) {
    const sta::DcalcAnalysisPt* point = scene->findDcalcAnalysisPt(min_max);
    if (sta->parasitics()->findParasiticNetwork(driver,
                                                point->parasiticAnalysisPt())) {
      for (const sta::RiseFall* transition : sta::RiseFall::range()) {
        sta->arcDelayCalc()->findParasitic(driver, transition, point);
      }
    }
  }
}

inline bool isEmpty(const sta::PeriodCheckAnnotations* periods)
{
  return !periods || periods->empty();
}

inline const sta::VertexSet& setOf(const sta::VertexSet* vertices)
{
  return *vertices;
}

inline sta::Sdc* sdc(const sta::Path*, const sta::Sta* sta)
{
  return sta->sdc();
}

inline sta::Delay deratedDelay(const sta::Path* from,
                               const sta::TimingArc* arc,
                               const sta::Edge* edge,
                               const sta::Sta* sta)
{
  return sta->search()->deratedDelay(
      from->vertex(sta), arc, edge, false, from->pathAnalysisPt(sta));
}

// The order in which path ends are reported.
inline sta::PathEndLess pathEndLess(const sta::Sta* sta)
{
  return sta::PathEndLess(sta);
}

// The path groups of path ends.
class GroupFinder
{
 public:
  explicit GroupFinder(sta::Sta* sta)
      : groups_(1,
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

  // Unconstrained ends are in none.
  std::vector<sta::PathGroup*> groups(const sta::PathEnd* end) const
  {
    sta::PathGroup* group = groups_.pathGroup(end);
    return group ? std::vector<sta::PathGroup*>{group}
                 : std::vector<sta::PathGroup*>{};
  }

 private:
  sta::PathGroups groups_;
};

}  // namespace ckp::api
