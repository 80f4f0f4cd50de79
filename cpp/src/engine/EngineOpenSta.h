// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#pragma once

#include <algorithm>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "engine/Engine.h"
#include "engine/OpenStaApi.h"
#include "engine/WatchOpenSta.h"

namespace ckp {

// OpenSTA 2.7 and 3, and the OpenSTA inside OpenROAD. Values stand at the
// vertices and edges of the graph: floats, or with statistical timing all
// floats of one value after the other.
class EngineOpenSta : public Engine
{
 public:
  EngineOpenSta(sta::Sta* sta, SearchHistory& history);

  bool isLinked() const override;
  uint32_t planeCount() const override { return plane_count_; }
  std::string name() const override { return "OpenSTA"; }
  std::string version() const override;
  std::string designName() const override;
  std::vector<std::string> scenes() const override;
  std::vector<std::string> liberties() const override;
  std::string constraints() const override;
  uint32_t threadCount() const override;

  void listObjects(ObjectTable& objects) override;
  uint32_t vertexCount() const override { return vertices_.size(); }
  uint32_t arcCount() const override { return first_arcs_.back(); }
  std::string vertexName(uint32_t row) const override;

  void findTiming() override;
  void readSlews(const Lane& lane, Rows rows, float* slews) const override;
  void readDelays(const DelayLane& lane,
                  Rows rows,
                  float* delays) const override;
  void readPaths(Rows rows, PathBlock& block) override;
  std::vector<LibraryDelays> libraryDelays(uint32_t scene) const override;
  EndpointTable endpoints() override;
  std::vector<ClockInfo> clocks() const override;

  bool hasSlewMarks() const override;
  bool hasDelayMarks() const override;
  void readSlewMarks(const Lane& lane,
                     Rows rows,
                     uint8_t* marks) const override;
  void readDelayMarks(const DelayLane& lane,
                      Rows rows,
                      uint8_t* marks) const override;
  bool hasLimits(uint32_t kind) const override;
  void readLimits(uint32_t kind,
                  const Lane& lane,
                  Rows rows,
                  float* limits) const override;
  void writeLimits(uint32_t kind,
                   const Lane& lane,
                   const float* limits) override;

  void beginRestore() override;
  void writeSlews(const Lane& lane, const float* slews) override;
  void writeDelays(const DelayLane& lane, const float* delays) override;
  void writeSlewMarks(const Lane& lane, const uint8_t* marks) override;
  void writeDelayMarks(const DelayLane& lane, const uint8_t* marks) override;
  void acceptDelays() override;
  void undoRestore() override;
  void recalculate(const std::vector<uint8_t>& vertex_flags,
                   const std::vector<uint8_t>& arc_flags) override;

 private:
  // An edge from the vertex whose edges are being listed.
  struct OutEdge
  {
    uint32_t to_row;
    bool is_wire;
    int arc_set_index;  // In the liberty cell.
    sta::Edge* edge;

    bool operator<(const OutEdge& other) const
    {
      return std::tie(to_row, is_wire, arc_set_index)
             < std::tie(other.to_row, other.is_wire, other.arc_set_index);
    }
  };
  // A timing arc of a liberty cell and the row of its first arc.
  struct LibraryArc
  {
    const sta::TimingArc* arc;
    uint32_t row;
  };
  // What is the same for all paths of a tag.
  struct TagLane
  {
    bool known = false;
    bool is_max = false;
    bool is_generated_clock_source = false;
    uint32_t lane = 0;
  };

  void listInstance(sta::Instance* inst,
                    const std::string& prefix,
                    ObjectTable& objects);
  void listVertex(sta::Vertex* vertex,
                  const std::string& name,
                  uint32_t cell,
                  ObjectTable& objects);
  uint32_t cellOf(sta::Instance* inst, ObjectTable& objects);
  void listEdges(uint32_t from_row, ObjectTable& objects);
  uint32_t firstArcKind(const sta::TimingArcSet* arc_set, ObjectTable& objects);

  bool searchIsComplete(const std::string& constraints) const;
  size_t slewIndex(const Lane& lane) const;
  sta::DcalcAPIndex delayPoint(const DelayLane& lane) const;
  float period(const DelayLane& lane, uint32_t row) const;
  // With a single analysis type of OpenSTA 2 min and max are one result.
  bool sharesDelayPoint(const DelayLane& lane) const;
  bool hasRequireds(sta::Vertex* vertex) const;
  const TagLane& tagLane(const sta::Path* path);
  void readMeans(Rows rows, PathBlock& block);
  void readDistributions(Rows rows, PathBlock& block);
  void prepareDrivers();
  void recalculateVertex(sta::Vertex* vertex);

  // Calls visit(edge, arc, row) for the arcs of the rows; `arc` is the index of
  // the arc in the edge's arc set.
  template <class Visit>
  void forEachArc(Rows rows, Visit visit) const
  {
    uint32_t row = rows.first;
    const uint32_t end = rows.first + rows.count;
    const auto after
        = std::upper_bound(first_arcs_.begin(), first_arcs_.end(), row);
    for (size_t i = after - first_arcs_.begin() - 1; row < end; i++) {
      const uint32_t edge_end = std::min(first_arcs_[i + 1], end);
      for (; row < edge_end; row++) {
        visit(edges_[i], row - first_arcs_[i], row);
      }
    }
  }

  sta::Sta* sta_;
  SearchHistory& history_;
  sta::Graph* graph_ = nullptr;
  sta::GraphDelayCalc* delay_calc_;
  std::vector<api::Scene*> scenes_;
  uint32_t plane_count_;

  std::vector<sta::Vertex*> vertices_;
  std::vector<uint32_t> vertex_rows_;  // By vertex id.
  std::vector<sta::Edge*> edges_;
  std::vector<uint32_t> first_arcs_;  // Arc row by edge, and the arc count.

  std::vector<OutEdge> out_edges_;

  // Dictionary entries already made.
  std::unordered_map<const sta::Cell*, uint32_t> cells_;
  std::unordered_map<const sta::TimingArcSet*, uint32_t> first_arc_kinds_;
  std::vector<uint32_t> arc_kinds_;
  std::vector<LibraryArc> library_arcs_;

  // By tag index; valid until the engine searches again.
  std::vector<TagLane> tag_lanes_;

  // What undoRestore() returns to.
  bool had_delays_ = false;
  std::vector<sta::Vertex*> invalid_delays_;
};

}  // namespace ckp
