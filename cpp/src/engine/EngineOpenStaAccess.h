// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#pragma once

#include "engine/OpenStaApi.h"
#include "sta/Bfs.hh"

// The one place that reaches into protected state of the engine, by pointers to
// members named through derived classes that are never made. Tried with
// OpenSTA d1b2b396 (3.1.0) and 76324bba (2.7.0).

namespace sta {

// The header of this class is not among those that the engine installs. Of its
// members only the one declared here is named; the linker finds it, or says so.
class Tag
{
 public:
  bool isGenClkSrcPath() const;
};

}  // namespace sta

namespace ckp {

class VertexAccess : public sta::Vertex
{
 public:
  // Rise and fall of each analysis point. With statistical timing off, one
  // float each.
  static float* slews(sta::Vertex* vertex)
  {
    return vertex->*(&VertexAccess::slews_);
  }
};

class GraphAccess : public sta::Graph
{
 public:
  // Whether there are annotated periods at all; asking for each pin takes long.
  static bool hasPeriods(const sta::Graph* graph)
  {
    return !api::isEmpty(graph->*(&GraphAccess::period_check_annotations_));
  }
};

class EdgeAccess : public sta::Edge
{
 public:
  // False only if no delay of the edge is marked as annotated.
  static bool mayHaveMarks(const sta::Edge* edge)
  {
    return (edge->*(&EdgeAccess::arc_delay_annotated_)).bits_ != 0;
  }
};

// What the delay calculator knows about the validity of its results.
class DelayCalcAccess : public sta::GraphDelayCalc
{
 public:
  static bool delaysExist(const sta::GraphDelayCalc* calc)
  {
    return calc->*(&DelayCalcAccess::delays_exist_);
  }

  static void setDelaysExist(sta::GraphDelayCalc* calc)
  {
    calc->*(&DelayCalcAccess::delays_seeded_) = true;
    calc->*(&DelayCalcAccess::delays_exist_) = true;
#if !__has_include("sta/Scene.hh")
    calc->*(&DelayCalcAccess::incremental_) = true;
#endif
  }

  // Vertices that wait for an incremental calculation.
  static const sta::VertexSet& invalidDelays(const sta::GraphDelayCalc* calc)
  {
    return api::setOf(calc->*(&DelayCalcAccess::invalid_delays_));
  }

  static sta::BfsFwdIterator* iterator(const sta::GraphDelayCalc* calc)
  {
    return calc->*(&DelayCalcAccess::iter_);
  }

  // Makes what the calculator knows of the net of a driver, if it has several.
  static void findMultiDriverNet(sta::GraphDelayCalc* calc, sta::Vertex* driver)
  {
    (calc->*(&DelayCalcAccess::findMultiDrvrNet))(driver);
  }

  static sta::DelayCalcObserver*& observer(sta::GraphDelayCalc* calc)
  {
    return calc->*(&DelayCalcAccess::observer_);
  }
};

class SearchAccess : public sta::Search
{
 public:
  static bool arrivalsExist(const sta::Search* search)
  {
    return search->*(&SearchAccess::arrivals_exist_);
  }
};

}  // namespace ckp
