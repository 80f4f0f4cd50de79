// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#pragma once

#include <OpenSTA/Machine.hh>  // Before the engine's other headers.
#include <tuple>
#include <unordered_map>
#include <vector>

#include "OpenSTA/GraphDelayCalc1.hh"
#include "OpenSTA/Sta.hh"
#include "engine/Engine.h"
#include "engine/Fingerprint.h"
#include "engine/WatchDebian.h"

namespace ckp {

// The engine of Debian's opensta package (2019 API: Corner, TransRiseFall,
// PathVertex).
class EngineDebian : public Engine
{
 public:
  EngineDebian(sta::Sta* sta, SearchHistory& history);

  bool isLinked() const override;
  uint32_t planeCount() const override { return 1; }
  std::string name() const override { return "OpenSTA"; }
  std::string version() const override;
  std::string designName() const override;
  std::vector<std::string> scenes() const override;
  std::vector<std::string> liberties() const override;
  std::string constraints() const override;
  uint32_t threadCount() const override;

  void listObjects(ObjectTable& objects) override;
  uint32_t vertexCount() const override { return vertex_ids_.size(); }
  uint32_t arcCount() const override { return arc_ids_.size(); }
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
  bool hasLoopMarks() const override;
  void readLoopMarks(uint8_t* marks) const override;
  void writeLoopMarks(const uint8_t* marks) override;

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
  // One path of a tag group, in the order of the group's arrivals.
  struct PathEntry
  {
    uint32_t arrival;
    uint32_t lane;
    bool is_max;
    bool is_generated_clock_source;
  };
  // An edge from the vertex whose edges are being listed.
  struct OutEdge
  {
    uint32_t to_row;
    bool is_wire;
    int arc_set_index;  // In the liberty cell.
    const sta::Edge* edge;

    bool operator<(const OutEdge& other) const
    {
      return std::tie(to_row, is_wire, arc_set_index)
             < std::tie(other.to_row, other.is_wire, other.arc_set_index);
    }
  };
  // A timing arc of a liberty cell and the row of its first arc.
  struct LibraryArc
  {
    sta::TimingArc* arc;
    uint32_t row;
  };
  struct TagGroupPaths
  {
    bool known = false;
    uint32_t first = 0;
    uint32_t count = 0;
  };

  void listInstance(sta::Instance* inst, ObjectTable& objects);
  void listVertex(sta::Vertex* vertex,
                  const std::string& name,
                  uint32_t cell,
                  ObjectTable& objects);
  uint32_t cellOf(sta::Instance* inst, ObjectTable& objects);
  void listEdges(uint32_t from_row, ObjectTable& objects);
  uint32_t firstArcKind(const sta::TimingArcSet* arc_set, ObjectTable& objects);

  bool isOneSearch(const std::string& constraints) const;
  uint64_t searchStructure() const;
  bool invalidateChanged(const std::string& constraints, uint64_t structure);
  bool findCone(std::vector<uint32_t>& cone, std::vector<uint8_t>& flags) const;
  void clearRequireds(sta::Vertex* vertex);
  sta::Vertex* vertex(uint32_t row) const;
  sta::DcalcAPIndex delayPoint(const DelayLane& lane) const;
  float limit(uint32_t kind, const Lane& lane, uint32_t row) const;
  // With a single analysis type min and max are one result.
  bool sharesDelayPoint(const DelayLane& lane) const;
  const TagGroupPaths& tagGroupPaths(const sta::TagGroup* group);
  void rebuildIdealClocks();
  sta::EdgeSet& loopEdges() const;

  sta::Sta* sta_;
  SearchHistory& history_;
  sta::Graph* graph_ = nullptr;
  sta::GraphDelayCalc1* delay_calc_;
  std::vector<sta::Corner*> corners_;
  std::vector<uint32_t> path_lanes_;  // Lane of rise, by path analysis point.

  // Rows and their engine ids. The delays of an arc stand at its id in the
  // tables of all analysis points.
  std::vector<sta::VertexId> vertex_ids_;
  std::vector<uint32_t> vertex_rows_;  // By vertex id.
  std::vector<sta::EdgeId> edge_ids_;
  std::vector<sta::ArcId> arc_ids_;

  std::vector<OutEdge> out_edges_;

  // Dictionary entries already made.
  std::unordered_map<const sta::Cell*, uint32_t> cells_;
  std::unordered_map<const sta::TimingArcSet*, uint32_t> first_arc_kinds_;
  std::vector<uint32_t> arc_kinds_;
  std::vector<LibraryArc> library_arcs_;

  // Of the rows of edges and arcs.
  Fingerprint structure_;
  bool has_latches_ = false;

  // Valid until the engine searches again.
  std::vector<TagGroupPaths> tag_group_paths_;  // By tag group index.
  std::vector<PathEntry> path_entries_;

  // What undoRestore() returns to.
  bool had_delays_ = false;
  std::vector<sta::Vertex*> invalid_delays_;
};

}  // namespace ckp
