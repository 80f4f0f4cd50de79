// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#pragma once

// OpenSTA 3: scenes, each of a mode with constraints of its own. Tried with
// commit d1b2b396 (3.1.0).

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sta/ArcDelayCalc.hh"
#include "sta/Graph.hh"
#include "sta/GraphDelayCalc.hh"
#include "sta/Liberty.hh"
#include "sta/Mode.hh"
#include "sta/Parasitics.hh"
#include "sta/Path.hh"
#include "sta/PathEnd.hh"
#include "sta/PathGroup.hh"
#include "sta/PocvMode.hh"
#include "sta/Scene.hh"
#include "sta/Sdc.hh"
#include "sta/Search.hh"
#include "sta/Sta.hh"
#include "sta/TableModel.hh"
#include "sta/TimingArc.hh"
#include "sta/Variables.hh"

namespace ckp::api {

using Scene = sta::Scene;

inline std::vector<Scene*> scenes(const sta::Sta* sta)
{
  return sta->scenes();
}

inline sta::DcalcAPIndex delayPoint(const Scene* scene,
                                    const sta::MinMax* min_max)
{
  return scene->dcalcAnalysisPtIndex(min_max);
}

inline sta::DcalcAPIndex delayPointCount(const sta::Sta* sta)
{
  return sta->dcalcAnalysisPtCount();
}

inline uint32_t sceneIndex(const sta::Path* path, const sta::Sta* sta)
{
  return path->scene(sta)->index();
}

inline uint32_t planeCount(const sta::Sta* sta)
{
  return sta->variables()->pocvEnabled() ? 4 : 1;
}

// The commands that statistical timing depends on, which are no constraints of
// the engine's; nothing where it is off.
inline std::string statisticalSettings(const sta::Sta* sta)
{
  if (!sta->variables()->pocvEnabled()) {
    return "";
  }
  return std::string("set sta_pocv_mode ") + sta::pocvModeName(sta->pocvMode())
         + "\nset sta_pocv_quantile "
         + std::to_string(sta->variables()->pocvQuantile()) + "\n";
}

inline std::array<float, 4> planes(const sta::Delay& value)
{
  return {value.mean(), value.meanShift(), value.stdDev2(), value.skewness()};
}

// The float that the engine judges a value by.
inline float judged(const sta::Delay& value,
                    const sta::MinMax* early_late,
                    const sta::Sta* sta)
{
  return sta::delayAsFloat(value, early_late, sta);
}

inline sta::Delay difference(const sta::Delay& a,
                             const sta::Delay& b,
                             const sta::Sta* sta)
{
  return sta::delayDiff(a, b, sta);
}

// A query of a single pin has nothing searched that is pruned otherwise.
inline bool hasUnprunedPaths(const sta::Vertex*)
{
  return false;
}

// Calls write(heading, write_file) for each set of constraints: what tells it
// from the others, where there are several, and what writes it to a path.
template <class Write>
void writeConstraints(sta::Sta* sta, int digits, Write write)
{
  for (const sta::Mode* mode : sta->modes()) {
    std::string heading;
    if (sta->multiMode()) {
      heading = "set_mode " + mode->name() + "\n";
      for (const Scene* scene : mode->scenes()) {
        heading += "define_scene " + scene->name() + " -mode " + mode->name()
                   + "\n";
      }
    }
    write(heading, [&](const std::string& path) {
      sta->writeSdc(mode->sdc(), path, false, true, digits, false, true);
    });
  }
}

// Calls visit(clock, scenes) for the clocks of all modes; `scenes` are the
// numbers of those of the mode.
template <class Visit>
void forEachClock(const sta::Sta* sta, Visit visit)
{
  for (const sta::Mode* mode : sta->modes()) {
    std::vector<uint32_t> scenes;
    for (const Scene* scene : mode->scenes()) {
      scenes.push_back(scene->index());
    }
    for (const sta::Clock* clock : mode->sdc()->clocks()) {
      visit(clock, scenes);
    }
  }
}

inline const sta::VertexSet& endpoints(const sta::Sta* sta)
{
  return sta->search()->endpoints();
}

// Delays of a cell's timing arc as the max analysis finds them, or null.
inline const sta::TableModel* delayTable(const sta::TimingArc* arc,
                                         const Scene* scene)
{
  const sta::GateTableModel* gate
      = arc->gateTableModel(scene, sta::MinMax::max());
  return gate ? gate->delayModel() : nullptr;
}

inline const sta::Pvt* operatingConditions(const Scene* scene)
{
  return scene->sdc()->operatingConditions(sta::MinMax::max());
}

// Makes the models that the delay calculator derives from the parasitics of a
// driver's net.
inline void reduceParasitics(const sta::Sta* sta,
                             const sta::Pin* driver,
                             const Scene* scene)
{
  for (const sta::MinMax* min_max : sta::MinMax::range()) {
    sta::Parasitics* parasitics = scene->parasitics(min_max);
    if (parasitics && parasitics->findParasiticNetwork(driver)) {
      for (const sta::RiseFall* transition : sta::RiseFall::range()) {
        sta->arcDelayCalc()->findParasitic(driver, transition, scene, min_max);
      }
    }
  }
}

inline bool isEmpty(const sta::PeriodCheckAnnotations& periods)
{
  return periods.empty();
}

inline const sta::VertexSet& setOf(const sta::VertexSet& vertices)
{
  return vertices;
}

inline const sta::Sdc* sdc(const sta::Path* path, const sta::Sta* sta)
{
  return path->sdc(sta);
}

inline sta::Delay deratedDelay(const sta::Path* from,
                               const sta::TimingArc* arc,
                               const sta::Edge* edge,
                               const sta::Sta* sta)
{
  return sta->search()->deratedDelay(from->vertex(sta),
                                     arc,
                                     edge,
                                     false,
                                     from->minMax(sta),
                                     from->dcalcAnalysisPtIndex(sta),
                                     from->sdc(sta));
}

// The order in which path ends are reported.
inline sta::PathEndLess pathEndLess(const sta::Sta* sta)
{
  return sta::PathEndLess(true, sta);
}

// The path groups of path ends.
class GroupFinder
{
 public:
  explicit GroupFinder(sta::Sta* sta) : sta_(sta)
  {
    for (const sta::Mode* mode : sta->modes()) {
      sta::StringSeq all;
      groups_.push_back(std::make_unique<sta::PathGroups>(1,
                                                          1,
                                                          false,
                                                          false,
                                                          -sta::INF,
                                                          sta::INF,
                                                          all,
                                                          true,
                                                          true,
                                                          true,
                                                          true,
                                                          true,
                                                          true,
                                                          false,
                                                          mode));
    }
  }

  // Unconstrained ends are in none.
  std::vector<sta::PathGroup*> groups(const sta::PathEnd* end) const
  {
    const sta::Mode* mode = end->path()->mode(sta_);
    return groups_[mode->modeIndex()]->pathGroups(end);
  }

 private:
  sta::Sta* sta_;
  std::vector<std::unique_ptr<sta::PathGroups>> groups_;  // By mode index.
};

}  // namespace ckp::api
