// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#include "engine/Engine.h"

#include <algorithm>

#include "ckp.h"

namespace ckp {

std::vector<DelayLane> delayLanes(uint32_t scene_count, uint32_t plane_count)
{
  std::vector<DelayLane> result;
  for (uint32_t plane = 0; plane < plane_count; plane++) {
    for (uint32_t scene = 0; scene < scene_count; scene++) {
      for (uint32_t min_max = 0; min_max < 2; min_max++) {
        result.push_back({scene, min_max, plane});
      }
    }
  }
  return result;
}

std::vector<Lane> lanes(uint32_t scene_count, uint32_t plane_count)
{
  std::vector<Lane> result;
  for (const DelayLane& lane : delayLanes(scene_count, plane_count)) {
    for (uint32_t transition = 0; transition < 2; transition++) {
      result.push_back({lane.scene, lane.min_max, transition, lane.plane});
    }
  }
  return result;
}

std::vector<Lane> limitLanes(uint32_t kind, uint32_t scene_count)
{
  std::vector<Lane> result;
  for (const Lane& lane : lanes(scene_count)) {
    if (kind == CKP_COLUMN_PULSE_WIDTH || lane.transition == CKP_RISE) {
      result.push_back(lane);
    }
  }
  return result;
}

PathBlock::PathBlock(uint32_t scene_count, uint32_t plane_count, uint32_t rows)
    : arrival(scene_count * 4 * plane_count, std::vector<float>(rows)),
      required(arrival),
      slack(arrival)
{
}

std::vector<Summary> summarize(const EndpointTable& endpoints,
                               uint32_t scene_count)
{
  using VertexSlack = std::pair<uint32_t, float>;
  std::vector<std::vector<VertexSlack>> slacks(scene_count * 2);
  for (size_t i = 0; i < endpoints.slack.size(); i++) {
    const DelayLane lane = {endpoints.scene[i], endpoints.min_max[i]};
    slacks[lane.index()].emplace_back(endpoints.vertex[i], endpoints.slack[i]);
  }
  std::vector<Summary> summaries;
  for (std::vector<VertexSlack>& lane : slacks) {
    // The worst slack of a vertex comes first.
    std::sort(lane.begin(), lane.end());
    Summary summary = {1e30F, 0.0F, 0};
    double total = 0.0;
    for (size_t i = 0; i < lane.size(); i++) {
      const auto& [vertex, slack] = lane[i];
      const bool is_worst = i == 0 || lane[i - 1].first != vertex;
      summary.worst_slack = std::min(summary.worst_slack, slack);
      if (is_worst && slack < 0.0F) {
        total += slack;
        summary.violating_endpoints++;
      }
    }
    summary.total_negative_slack = static_cast<float>(total);
    summaries.push_back(summary);
  }
  return summaries;
}

}  // namespace ckp
