// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

// What the liberty cells of OpenSTA say of delays.

#include <optional>
#include <utility>
#include <vector>

#include "engine/EngineOpenSta.h"

namespace ckp {

namespace {

// A table may have its axes in either order, or lack one.
struct Axes
{
  const sta::TableAxis* slew = nullptr;
  const sta::TableAxis* load = nullptr;
  bool load_first = false;
};

std::optional<Axes> findAxes(const sta::TableModel& model)
{
  using Variable = sta::TableAxisVariable;
  Axes axes;
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

std::vector<float> points(const sta::TableAxis* axis)
{
  std::vector<float> points;
  for (size_t i = 0; axis && i < axis->size(); i++) {
    points.push_back(axis->axisValue(i));
  }
  return points;
}

}  // namespace

std::vector<LibraryDelays> EngineOpenSta::libraryDelays(uint32_t scene) const
{
  const sta::Pvt* conditions = api::operatingConditions(scenes_[scene]);
  std::vector<LibraryDelays> all;
  for (const LibraryArc& library_arc : library_arcs_) {
    const sta::TableModel* model
        = api::delayTable(library_arc.arc, scenes_[scene]);
    const std::optional<Axes> axes = model ? findAxes(*model) : std::nullopt;
    if (!axes || !axes->slew || !axes->load) {
      continue;
    }
    LibraryDelays delays{
        library_arc.row, points(axes->slew), points(axes->load), {}};
    const sta::LibertyCell* cell = library_arc.arc->set()->libertyCell();
    for (const float slew : delays.slews) {
      for (const float load : delays.loads) {
        delays.delays.push_back(model->findValue(cell,
                                                 conditions,
                                                 axes->load_first ? load : slew,
                                                 axes->load_first ? slew : load,
                                                 0.0F));
      }
    }
    all.push_back(std::move(delays));
  }
  return all;
}

}  // namespace ckp
