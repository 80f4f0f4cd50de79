// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/Engine.h"

namespace ckp {

// Collects the slacks of path ends, in whatever order the engine has them.
class EndpointSlacks
{
 public:
  // The number of a path group and capture clock, for add(). Groups of one name
  // are one group: the engine has one for min and one for max.
  uint32_t group(const std::string& name, const std::string& clock);
  void add(const DelayLane& lane, uint32_t group, uint32_t vertex, float slack);
  // Where a group stands among the sorted ones.
  uint32_t place(uint32_t group) const;
  // To be called once.
  EndpointTable table();

 private:
  struct Slack
  {
    uint32_t scene;
    uint32_t min_max;
    uint32_t group;
    uint32_t vertex;
    float slack;

    bool operator<(const Slack& other) const;
  };

  std::map<std::pair<std::string, std::string>, uint32_t> groups_;
  std::vector<Slack> slacks_;
};

}  // namespace ckp
