// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "CkpHandle.h"

namespace ckp {

// Rows that cross the library's interface in one call.
constexpr uint32_t kBlockRows = 65536;

// Builds the library's object table. Rows are collected in blocks, so that
// adding one costs no call.
class ObjectTable
{
 public:
  ObjectTable();

  // Dictionary entries; "" is the cell of a top-level port.
  uint32_t addCell(const char* name);
  uint32_t addArcKind(const char* name);
  // `driver`: the vertex drives, of the two that a bidirectional pin has.
  void addVertex(const std::string& pin_name, bool driver, uint32_t cell);
  // `from` and `to` are vertex rows. Arcs belong to the edge added last.
  void addEdge(uint32_t from, uint32_t to);
  void addArc(uint32_t kind);

  // Passes on what is still collected. No row can be added afterwards.
  void finish();
  const ckp_objects* get() const { return handle_.get(); }
  ckp_objects* release() { return handle_.release(); }

 private:
  void flushVertices();
  void flushEdges();
  void flushArcs();

  ObjectsHandle handle_;
  std::string names_;
  std::vector<uint32_t> name_ends_;
  std::vector<uint8_t> drivers_;
  std::vector<uint32_t> cells_;
  std::vector<uint32_t> edge_from_;
  std::vector<uint32_t> edge_to_;
  std::vector<uint32_t> arc_edges_;
  std::vector<uint32_t> arc_kinds_;
  uint32_t edge_count_ = 0;
};

}  // namespace ckp
