// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#pragma once

#include <optional>
#include <vector>

#include "engine/Engine.h"
#include "engine/Sta.h"
#if __has_include("sta/TableModel.hh")
#include "sta/TableModel.hh"
#else
#include "OpenSTA/TableModel.hh"
#endif

namespace ckp {

// A table may have its axes in either order, or lack one.
struct TableAxes
{
  const sta::TableAxis* slew = nullptr;
  const sta::TableAxis* load = nullptr;
  bool load_first = false;
};

inline std::optional<TableAxes> findAxes(const sta::TableModel& model)
{
  using Variable = sta::TableAxisVariable;
  TableAxes axes;
  if (model.axis3()) {
    return std::nullopt;
  }
  for (const sta::TableAxis* axis : {model.axis1(), model.axis2()}) {
    if (!axis) {
      continue;
    }
    if (axis->variable() == Variable::total_output_net_capacitance) {
      axes.load_first = !axes.slew;
      axes.load = axis;
    } else if (axis->variable() == Variable::input_net_transition
               || axis->variable() == Variable::input_transition_time) {
      axes.slew = axis;
    } else {
      return std::nullopt;
    }
  }
  return axes;
}

inline std::vector<float> axisPoints(const sta::TableAxis* axis)
{
  std::vector<float> points;
  for (size_t i = 0; axis && i < axis->size(); i++) {
    points.push_back(axis->axisValue(i));
  }
  return points;
}

// The delays of a table of input slew and load, of the arc at `arc_row`;
// find_value(x, y) looks up a point by the table's first and second axis.
template <class FindValue>
std::optional<LibraryDelays> tableDelays(uint32_t arc_row,
                                         const sta::TableModel& model,
                                         FindValue find_value)
{
  const std::optional<TableAxes> axes = findAxes(model);
  if (!axes || !axes->slew || !axes->load) {
    return std::nullopt;
  }
  LibraryDelays delays{
      arc_row, axisPoints(axes->slew), axisPoints(axes->load), {}};
  for (const float slew : delays.slews) {
    for (const float load : delays.loads) {
      delays.delays.push_back(axes->load_first ? find_value(load, slew)
                                               : find_value(slew, load));
    }
  }
  return delays;
}

}  // namespace ckp
