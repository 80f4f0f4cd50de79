// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#pragma once

#include <cstdint>
#include <vector>

#include "engine/OpenStaApi.h"
#include "engine/WorstEnds.h"
#include "sta/PathExpanded.hh"

namespace ckp {

// Describes path ends and follows their paths. Rows are told by id.
class PathDescriber
{
 public:
  PathDescriber(sta::Sta* sta,
                const std::vector<uint32_t>& vertex_rows,
                const std::vector<uint32_t>& first_arcs);

  void add(uint32_t endpoint_row, sta::PathEnd* end);
  PathTable table() { return maker_.table(); }

 private:
  void describeLaunch(const sta::PathEnd* end,
                      const sta::PathExpanded& expanded,
                      PathEndWords& words);
  void describeInput(const sta::Path* first, PathEndWords& words) const;
  void describeCapture(const sta::PathEnd* end, PathEndWords& words);
  uint32_t checkArcRow(const sta::PathEnd* end) const;
  uint32_t arcRow(const sta::Edge* edge, const sta::TimingArc* arc) const;
  PathPoints points(const sta::PathExpanded& expanded) const;
  float seconds(const sta::Delay& delay) const;

  sta::Sta* sta_;
  const std::vector<uint32_t>& vertex_rows_;
  const std::vector<uint32_t>& first_arcs_;  // By edge id.
  PathTableMaker maker_;
};

}  // namespace ckp
