// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/EndpointSlacks.h"
#include "engine/Engine.h"

namespace ckp {

// Rows of each scene and min/max whose paths are kept, the worst first: a bound
// on the time and the bytes that they take in large designs.
constexpr size_t kKeptPaths = 1000;

// What is known of a path end.
class PathEndWords
{
 public:
  void set(uint32_t field, uint32_t word) { words_[field] = word; }
  void setTime(uint32_t field, float seconds)
  {
    std::memcpy(&words_[field], &seconds, sizeof seconds);
  }
  void setFlag(uint32_t flag, bool value)
  {
    words_[CKP_PATH_FLAGS] |= static_cast<uint32_t>(value) << flag;
  }
  void setKind(uint32_t kind) { words_[CKP_PATH_FLAGS] |= kind; }

  uint32_t operator[](uint32_t field) const { return words_[field]; }

 private:
  std::array<uint32_t, CKP_PATH_FIELD_COUNT> words_{};
};

// A path from its start on.
struct PathPoints
{
  std::vector<uint32_t> arcs;
  std::vector<float> arrivals;
};

// Makes the table of paths.
class PathTableMaker
{
 public:
  uint32_t clock(const std::string& name)
  {
    const auto [place, is_new] = clocks_.emplace(name, table_.clocks.size());
    if (is_new) {
      table_.clocks.push_back(name);
    }
    return place->second;
  }

  void add(PathEndWords& end, const PathPoints& data, const PathPoints& clock)
  {
    end.set(CKP_PATH_DATA_POINTS, data.arcs.size());
    end.set(CKP_PATH_CLOCK_POINTS, clock.arcs.size());
    for (uint32_t field = 0; field < CKP_PATH_FIELD_COUNT; field++) {
      table_.fields[field].push_back(end[field]);
    }
    for (const PathPoints* points : {&data, &clock}) {
      table_.arcs.insert(
          table_.arcs.end(), points->arcs.begin(), points->arcs.end());
      table_.arrivals.insert(table_.arrivals.end(),
                             points->arrivals.begin(),
                             points->arrivals.end());
    }
  }

  PathTable table() { return std::move(table_); }

 private:
  std::map<std::string, uint32_t> clocks_;
  PathTable table_;
};

// Keeps of the path ends of each endpoint and path group the one that the
// engine reports: the worst, as the engine compares them, in the order in
// which it visits them. It takes slacks that hardly differ for equal.
template <class PathEnd>
class WorstEnds
{
 public:
  // The ends of a vertex come one after the other.
  template <class Less>
  void add(const DelayLane& lane,
           uint32_t group,
           uint32_t vertex,
           PathEnd* end,
           Less less)
  {
    for (auto known = ends_.rbegin();
         known != ends_.rend() && known->vertex == vertex;
         known++) {
      if (known->lane == lane.index() && known->group == group) {
        if (less(end, known->end.get())) {
          known->end.reset(end->copy());
        }
        return;
      }
    }
    ends_.push_back({lane.index(),
                     group,
                     vertex,
                     std::unique_ptr<PathEnd>(end->copy())});
  }

  // Calls describe(row, end) for the worst rows of the table, by row.
  template <class Describe>
  void visitWorst(const EndpointSlacks& groups,
                  const EndpointTable& table,
                  Describe describe)
  {
    for (End& end : ends_) {
      end.group = groups.place(end.group);
    }
    // As the rows of the table, of which each has its end.
    std::sort(ends_.begin(), ends_.end());
    std::vector<uint32_t> rows;
    for (uint32_t first = 0; first < ends_.size();) {
      uint32_t last = first;
      while (last < ends_.size() && ends_[last].lane == ends_[first].lane) {
        last++;
      }
      std::vector<uint32_t> lane_rows;
      for (uint32_t row = first; row < last; row++) {
        lane_rows.push_back(row);
      }
      std::stable_sort(lane_rows.begin(),
                       lane_rows.end(),
                       [&table](uint32_t a, uint32_t b) {
                         return table.slack[a] < table.slack[b];
                       });
      lane_rows.resize(std::min(lane_rows.size(), kKeptPaths));
      std::sort(lane_rows.begin(), lane_rows.end());
      rows.insert(rows.end(), lane_rows.begin(), lane_rows.end());
      first = last;
    }
    for (const uint32_t row : rows) {
      describe(row, ends_[row].end.get());
    }
  }

 private:
  struct End
  {
    uint32_t lane;
    uint32_t group;
    uint32_t vertex;
    std::unique_ptr<PathEnd> end;

    bool operator<(const End& other) const
    {
      return std::tie(lane, group, vertex)
             < std::tie(other.lane, other.group, other.vertex);
    }
  };

  std::vector<End> ends_;
};

}  // namespace ckp
