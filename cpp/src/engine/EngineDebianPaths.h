// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#pragma once

#include <cstdint>
#include <vector>

#include "engine/WorstEnds.h"

namespace sta {
class Path;
class PathEnd;
class PathExpanded;
class Sta;
class TimingArc;
class Vertex;
}  // namespace sta

namespace ckp {

// Describes path ends and follows their paths. Rows are told by id.
class PathDescriber
{
 public:
  PathDescriber(sta::Sta* sta,
                const std::vector<uint32_t>& vertex_rows,
                const std::vector<uint32_t>& arc_rows);

  void add(uint32_t endpoint_row, sta::PathEnd* end);
  PathTable table() { return maker_.table(); }

 private:
  void describeLaunch(sta::PathEnd* end, PathEndWords& words);
  void describeCapture(sta::PathEnd* end, PathEndWords& words);
  uint32_t checkArcRow(sta::PathEnd* end) const;
  uint32_t arcRow(const sta::Vertex* from,
                  const sta::TimingArc* arc,
                  sta::Vertex* to) const;
  PathPoints points(sta::PathExpanded& expanded) const;

  sta::Sta* sta_;
  const std::vector<uint32_t>& vertex_rows_;
  const std::vector<uint32_t>& arc_rows_;
  PathTableMaker maker_;
};

}  // namespace ckp
