// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#include "engine/EndpointSlacks.h"

#include <algorithm>
#include <tuple>

namespace ckp {

// Sorts the worst of the slacks of a row first.
bool EndpointSlacks::Slack::operator<(const Slack& other) const
{
  return std::tie(scene, min_max, group, vertex, slack)
         < std::tie(other.scene,
                    other.min_max,
                    other.group,
                    other.vertex,
                    other.slack);
}

uint32_t EndpointSlacks::group(const std::string& name,
                               const std::string& clock)
{
  const std::pair<std::string, std::string> key(name, clock);
  return groups_.emplace(key, groups_.size()).first->second;
}

void EndpointSlacks::add(const DelayLane& lane,
                         uint32_t group,
                         uint32_t vertex,
                         float slack)
{
  slacks_.push_back({lane.scene, lane.min_max, group, vertex, slack});
}

uint32_t EndpointSlacks::place(uint32_t group) const
{
  const auto is_group
      = [group](const auto& entry) { return entry.second == group; };
  return std::distance(groups_.begin(),
                       std::find_if(groups_.begin(), groups_.end(), is_group));
}

EndpointTable EndpointSlacks::table()
{
  EndpointTable table;
  std::vector<uint32_t> places(groups_.size());
  for (const auto& [key, index] : groups_) {
    places[index] = place(index);
    table.groups.push_back(key.first);
    table.group_clocks.push_back(key.second);
  }
  for (Slack& end : slacks_) {
    end.group = places[end.group];
  }
  std::sort(slacks_.begin(), slacks_.end());
  for (const Slack& end : slacks_) {
    const bool is_first = table.vertex.empty()
                          || end.scene != table.scene.back()
                          || end.min_max != table.min_max.back()
                          || end.group != table.group.back()
                          || end.vertex != table.vertex.back();
    if (is_first) {
      table.scene.push_back(end.scene);
      table.min_max.push_back(end.min_max);
      table.group.push_back(end.group);
      table.vertex.push_back(end.vertex);
      table.slack.push_back(end.slack);
    }
  }
  return table;
}

}  // namespace ckp
