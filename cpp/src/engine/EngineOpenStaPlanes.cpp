// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#include <array>

#include "ckp.h"
#include "engine/EngineOpenSta.h"

namespace ckp {

namespace {

// The worst of the values offered for each lane, by the float that the engine
// judges them by. Of equal ones the planes decide, so that the order of paths
// does not.
class WorstValues
{
 public:
  explicit WorstValues(size_t lane_count) : worst_(lane_count) {}

  void clear() { std::fill(worst_.begin(), worst_.end(), Value()); }

  void offer(uint32_t lane,
             const std::array<float, 4>& planes,
             float judged,
             bool worst_is_greatest)
  {
    const Value value = {true, worst_is_greatest ? -judged : judged, planes};
    Value& worst = worst_[lane];
    if (!worst.is_known || value.badness < worst.badness
        || (value.badness == worst.badness && value.planes < worst.planes)) {
      worst = value;
    }
  }

  // Lanes without a value keep what they have.
  void store(std::vector<std::vector<float>>& block, uint32_t row) const
  {
    for (size_t i = 0; i < block.size(); i++) {
      const Value& worst = worst_[i % worst_.size()];
      if (worst.is_known) {
        block[i][row] = worst.planes[i / worst_.size()];
      }
    }
  }

 private:
  struct Value
  {
    bool is_known = false;
    float badness = 0.0F;  // The least is the worst.
    std::array<float, 4> planes = {};
  };

  std::vector<Value> worst_;
};

}  // namespace

// A late arrival is judged by its late side, an early one by its early side,
// a required time by the other one, and a slack by its early side.
void EngineOpenSta::readDistributions(Rows rows, PathBlock& block)
{
  const size_t lane_count = lanes(scenes_.size()).size();
  WorstValues arrivals(lane_count);
  WorstValues requireds(lane_count);
  WorstValues slacks(lane_count);
  const sta::MinMax* early = sta::MinMax::min();
  for (uint32_t i = 0; i < rows.count; i++) {
    arrivals.clear();
    requireds.clear();
    slacks.clear();
    sta::Vertex* vertex = vertices_[rows.first + i];
    const bool has_requireds = hasRequireds(vertex);
    sta::VertexPathIterator paths(vertex, sta_);
    while (paths.hasNext()) {
      const sta::Path* path = paths.next();
      const TagLane& tag = tagLane(path);
      const sta::MinMax* side = tag.is_max ? sta::MinMax::max() : early;
      const auto& arrival = path->arrival();
      const auto& required = path->required();
      const auto slack = tag.is_max ? api::difference(required, arrival, sta_)
                                    : api::difference(arrival, required, sta_);
      if (!tag.is_generated_clock_source) {
        arrivals.offer(tag.lane,
                       api::planes(arrival),
                       api::judged(arrival, side, sta_),
                       tag.is_max);
      }
      if (has_requireds) {
        requireds.offer(tag.lane,
                        api::planes(required),
                        api::judged(required, side->opposite(), sta_),
                        !tag.is_max);
        slacks.offer(tag.lane,
                     api::planes(slack),
                     api::judged(slack, early, sta_),
                     false);
      }
    }
    arrivals.store(block.arrival, i);
    requireds.store(block.required, i);
    slacks.store(block.slack, i);
  }
}

}  // namespace ckp
