// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#pragma once

#include <OpenSTA/Machine.hh>  // Before the engine's other headers.

#include "OpenSTA/Bfs.hh"
#include "OpenSTA/Graph.hh"
#include "OpenSTA/GraphDelayCalc1.hh"
#include "OpenSTA/Levelize.hh"
#include "OpenSTA/Search.hh"

// The one place that reaches into protected state of the engine, by pointers to
// members named through derived classes that are never made. Tried with
// Debian's opensta 0~20191111gitc018cb2.

namespace ckp {

// Value tables of the graph. Its accessors are virtual, check and search for
// every single value.
class GraphAccess : public sta::Graph
{
 public:
  static const sta::DelayTable* slewTable(const sta::Graph* graph,
                                          sta::DcalcAPIndex ap,
                                          int transition)
  {
    const int table = ap * sta::Vertex::transitionCount() + transition;
    return (graph->*(&GraphAccess::slew_tables_))[table];
  }

  static const sta::DelayTable* delayTable(const sta::Graph* graph,
                                           sta::DcalcAPIndex ap)
  {
    return (graph->*(&GraphAccess::arc_delays_))[ap];
  }

  // One flag for each arc and analysis point, the points of an arc together.
  static sta::Vector<bool>& delayMarks(sta::Graph* graph)
  {
    return graph->*(&GraphAccess::arc_delay_annotated_);
  }
};

// Whether there are annotated limits at all; asking for each pin takes long.
class LimitAccess : public sta::Graph
{
 public:
  static bool hasPulseWidths(const sta::Graph* graph)
  {
    const auto* widths = graph->*(&LimitAccess::width_check_annotations_);
    return widths && !widths->empty();
  }

  static bool hasPeriods(const sta::Graph* graph)
  {
    const auto* periods = graph->*(&LimitAccess::period_check_annotations_);
    return periods && !periods->empty();
  }
};

// What the delay calculator knows about the validity of its results.
class DelayCalcAccess : public sta::GraphDelayCalc1
{
 public:
  static bool delaysExist(const sta::GraphDelayCalc1* calc)
  {
    return calc->*(&DelayCalcAccess::delays_exist_);
  }

  static void setDelaysExist(sta::GraphDelayCalc1* calc)
  {
    calc->*(&DelayCalcAccess::delays_seeded_) = true;
    calc->*(&DelayCalcAccess::delays_exist_) = true;
    calc->*(&DelayCalcAccess::incremental_) = true;
  }

  // Vertices that wait for an incremental calculation.
  static const sta::VertexSet& invalidDelays(const sta::GraphDelayCalc1* calc)
  {
    return calc->*(&DelayCalcAccess::invalid_delays_);
  }

  static sta::BfsFwdIterator* iterator(const sta::GraphDelayCalc1* calc)
  {
    return calc->*(&DelayCalcAccess::iter_);
  }

  static void ensureMultiDriverNets(sta::GraphDelayCalc1* calc)
  {
    (calc->*(&DelayCalcAccess::ensureMultiDrvrNetsFound))();
  }

  static void findIdealClocks(sta::GraphDelayCalc1* calc, sta::Vertex* vertex)
  {
    (calc->*(&DelayCalcAccess::findIdealClks))(vertex);
  }

  static void mergeIdealClocks(sta::GraphDelayCalc1* calc)
  {
    (calc->*(&DelayCalcAccess::mergeIdealClks))();
  }
};

class LevelizeAccess : public sta::Levelize
{
 public:
  // Edges that break loops.
  static sta::EdgeSet& disabledEdges(sta::Levelize* levelize)
  {
    return levelize->*(&LevelizeAccess::disabled_loop_edges_);
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
