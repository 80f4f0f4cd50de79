// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#include "ObjectTable.h"

namespace ckp {

ObjectTable::ObjectTable() : handle_(make<ObjectsHandle>(ckp_objects_new))
{
  name_ends_.reserve(kBlockRows);
  drivers_.reserve(kBlockRows);
  cells_.reserve(kBlockRows);
  edge_from_.reserve(kBlockRows);
  edge_to_.reserve(kBlockRows);
  arc_edges_.reserve(kBlockRows);
  arc_kinds_.reserve(kBlockRows);
}

uint32_t ObjectTable::addCell(const char* name)
{
  uint32_t cell = 0;
  call(ckp_objects_add_cell, handle_.get(), name, &cell);
  return cell;
}

uint32_t ObjectTable::addArcKind(const char* name)
{
  uint32_t kind = 0;
  call(ckp_objects_add_arc_kind, handle_.get(), name, &kind);
  return kind;
}

void ObjectTable::addVertex(const std::string& pin_name,
                            bool driver,
                            uint32_t cell)
{
  names_ += pin_name;
  name_ends_.push_back(static_cast<uint32_t>(names_.size()));
  drivers_.push_back(driver);
  cells_.push_back(cell);
  if (name_ends_.size() == kBlockRows) {
    flushVertices();
  }
}

void ObjectTable::addEdge(uint32_t from, uint32_t to)
{
  edge_from_.push_back(from);
  edge_to_.push_back(to);
  edge_count_++;
  if (edge_from_.size() == kBlockRows) {
    flushEdges();
  }
}

void ObjectTable::addArc(uint32_t kind)
{
  arc_edges_.push_back(edge_count_ - 1);
  arc_kinds_.push_back(kind);
  if (arc_kinds_.size() == kBlockRows) {
    flushArcs();
  }
}

void ObjectTable::finish()
{
  flushArcs();
}

void ObjectTable::flushVertices()
{
  if (!name_ends_.empty()) {
    call(ckp_objects_add_vertices,
         handle_.get(),
         names_.data(),
         name_ends_.data(),
         drivers_.data(),
         cells_.data(),
         static_cast<uint32_t>(name_ends_.size()));
    names_.clear();
    name_ends_.clear();
    drivers_.clear();
    cells_.clear();
  }
}

// Rows are passed on after those that they refer to.
void ObjectTable::flushEdges()
{
  flushVertices();
  if (!edge_from_.empty()) {
    call(ckp_objects_add_edges,
         handle_.get(),
         edge_from_.data(),
         edge_to_.data(),
         static_cast<uint32_t>(edge_from_.size()));
    edge_from_.clear();
    edge_to_.clear();
  }
}

void ObjectTable::flushArcs()
{
  flushEdges();
  if (!arc_kinds_.empty()) {
    call(ckp_objects_add_arcs,
         handle_.get(),
         arc_edges_.data(),
         arc_kinds_.data(),
         static_cast<uint32_t>(arc_kinds_.size()));
    arc_edges_.clear();
    arc_kinds_.clear();
  }
}

}  // namespace ckp
