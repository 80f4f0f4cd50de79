// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#include "engine/EngineDebian.h"

#include <algorithm>
#include <memory>

#include "ObjectTable.h"
#include "OpenSTA/ClkInfo.hh"
#include "OpenSTA/Corner.hh"
#include "OpenSTA/Liberty.hh"
#include "OpenSTA/Network.hh"
#include "OpenSTA/PathAnalysisPt.hh"
#include "OpenSTA/Search.hh"
#include "OpenSTA/StaConfig.hh"
#include "OpenSTA/Tag.hh"
#include "OpenSTA/TagGroup.hh"
#include "OpenSTA/TimingArc.hh"
#include "OpenSTA/TimingRole.hh"
#include "ckp.h"
#include "engine/EngineDebianAccess.h"
#include "engine/InstanceName.h"
#include "engine/MemoryFile.h"

namespace ckp {

namespace {

const sta::MinMax* minMax(uint32_t min_max)
{
  return sta::MinMax::find(static_cast<int>(min_max));
}

}  // namespace

std::unique_ptr<Engine> makeEngine(sta::Sta* sta, EngineWatch& watch)
{
  return std::make_unique<EngineDebian>(
      sta, static_cast<WatchDebian&>(watch).history());
}

EngineDebian::EngineDebian(sta::Sta* sta, SearchHistory& history)
    : sta_(sta),
      history_(history),
      delay_calc_(dynamic_cast<sta::GraphDelayCalc1*>(sta->graphDelayCalc())),
      corners_(sta->corners()->begin(), sta->corners()->end())
{
  if (delay_calc_ == nullptr) {
    throw std::runtime_error("The delay calculator of the engine is unknown.");
  }
  path_lanes_.resize(sta_->corners()->pathAnalysisPtCount());
  for (uint32_t scene = 0; scene < corners_.size(); scene++) {
    for (const uint32_t min_max : {0, 1}) {
      const sta::PathAnalysisPt* point
          = corners_[scene]->findPathAnalysisPt(minMax(min_max));
      path_lanes_[point->index()] = Lane{scene, min_max, 0}.index();
    }
  }
}

bool EngineDebian::isLinked() const
{
  return sta_->network()->isLinked();
}

std::string EngineDebian::version() const
{
  return STA_VERSION;
}

std::string EngineDebian::designName() const
{
  const sta::Network* network = sta_->network();
  return network->cellName(network->topInstance());
}

std::vector<std::string> EngineDebian::scenes() const
{
  std::vector<std::string> names;
  for (const sta::Corner* corner : corners_) {
    names.emplace_back(corner->name());
  }
  return names;
}

std::vector<std::string> EngineDebian::liberties() const
{
  std::vector<std::string> names;
  const std::unique_ptr<sta::LibertyLibraryIterator> libraries(
      sta_->network()->libertyLibraryIterator());
  while (libraries->hasNext()) {
    names.emplace_back(libraries->next()->name());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string EngineDebian::constraints() const
{
  // Enough digits after the point for the float values in any library's units.
  constexpr int digits = 12;
  const MemoryFile file;
  sta_->writeSdc(file.path().c_str(), false, true, true, digits);
  return file.contents();
}

uint32_t EngineDebian::threadCount() const
{
  return sta_->threadCount();
}

////////////////////////////////////////////////////////////////

// The network iterates in the order of instance names and of the ports of a
// cell, whatever the history of edits.
void EngineDebian::listObjects(ObjectTable& objects)
{
  graph_ = sta_->ensureGraph();
  sta_->ensureLevelized();
  sta::Network* network = sta_->network();
  vertex_ids_.reserve(graph_->vertexCount());
  edge_ids_.reserve(graph_->edgeCount());
  arc_ids_.reserve(graph_->Graph::arcCount());

  const std::unique_ptr<sta::LeafInstanceIterator> instances(
      network->leafInstanceIterator());
  while (instances->hasNext()) {
    listInstance(instances->next(), objects);
  }
  listInstance(network->topInstance(), objects);
  for (uint32_t row = 0; row < vertex_ids_.size(); row++) {
    listEdges(row, objects);
  }
  objects.finish();
}

void EngineDebian::listInstance(sta::Instance* inst, ObjectTable& objects)
{
  const sta::Network* network = sta_->network();
  const uint32_t cell = cellOf(inst, objects);
  std::string name = instanceName(network, inst);
  if (inst != network->topInstance()) {
    name += network->pathDivider();
  }
  const size_t prefix = name.size();

  const std::unique_ptr<sta::InstancePinIterator> pins(
      network->pinIterator(inst));
  while (pins->hasNext()) {
    const sta::Pin* pin = pins->next();
    name.resize(prefix);
    name += network->portName(pin);
    sta::Vertex* load;  // Or the only one.
    sta::Vertex* driver;
    graph_->pinVertices(pin, load, driver);
    listVertex(load, name, cell, objects);
    listVertex(driver, name, cell, objects);
  }
}

// Power and ground pins have no vertex, most pins have no second one.
void EngineDebian::listVertex(sta::Vertex* vertex,
                              const std::string& name,
                              uint32_t cell,
                              ObjectTable& objects)
{
  if (vertex) {
    const sta::VertexId id = graph_->id(vertex);
    if (id >= vertex_rows_.size()) {
      vertex_rows_.resize(id + id / 2 + 1, CKP_NO_ROW);
    }
    vertex_rows_[id] = vertex_ids_.size();
    vertex_ids_.push_back(id);
    objects.addVertex(name, vertex->isBidirectDriver(), cell);
  }
}

uint32_t EngineDebian::cellOf(sta::Instance* inst, ObjectTable& objects)
{
  const sta::Network* network = sta_->network();
  if (inst == network->topInstance()) {
    return objects.addCell("");
  }
  const sta::Cell* cell = network->cell(inst);
  const auto known = cells_.find(cell);
  if (known != cells_.end()) {
    return known->second;
  }
  return cells_[cell] = objects.addCell(network->cellName(inst));
}

// Edges are listed by the vertex that they lead to and the place of the arcs
// in the liberty cell; the graph has them in the order of their making.
void EngineDebian::listEdges(uint32_t from_row, ObjectTable& objects)
{
  out_edges_.clear();
  sta::VertexOutEdgeIterator edges(vertex(from_row), graph_);
  while (edges.hasNext()) {
    const sta::Edge* edge = edges.next();
    out_edges_.push_back({vertex_rows_[graph_->id(edge->to(graph_))],
                          edge->isWire(),
                          edge->timingArcSet()->index(),
                          edge});
  }
  std::sort(out_edges_.begin(), out_edges_.end());
  for (const OutEdge& out : out_edges_) {
    edge_ids_.push_back(graph_->id(out.edge));
    objects.addEdge(from_row, out.to_row);
    structure_.add(from_row);
    structure_.add(out.to_row);
    const sta::TimingArcSet* arc_set = out.edge->timingArcSet();
    const uint32_t first_kind = firstArcKind(arc_set, objects);
    for (uint32_t i = 0; i < arc_set->arcCount(); i++) {
      arc_ids_.push_back(out.edge->arcDelays() + i);
      objects.addArc(arc_kinds_[first_kind + i]);
      structure_.add(arc_kinds_[first_kind + i]);
    }
  }
}

// The kinds of the arcs of a set stand together in arc_kinds_.
uint32_t EngineDebian::firstArcKind(const sta::TimingArcSet* arc_set,
                                    ObjectTable& objects)
{
  const auto known = first_arc_kinds_.find(arc_set);
  if (known != first_arc_kinds_.end()) {
    return known->second;
  }
  const uint32_t first = arc_kinds_.size();
  const uint32_t first_row = arc_ids_.size();
  for (sta::TimingArc* arc : arc_set->arcs()) {
    has_latches_ |= arc->role() == sta::TimingRole::latchDtoQ();
    if (!arc->role()->isWire()) {
      library_arcs_.push_back(
          {arc, first_row + static_cast<uint32_t>(arc->index())});
    }
    const std::string kind = std::string(arc->role()->asString()) + " "
                             + arc->fromTrans()->asString() + " -> "
                             + arc->toTrans()->asString();
    arc_kinds_.push_back(objects.addArcKind(kind.c_str()));
  }
  return first_arc_kinds_[arc_set] = first;
}

std::string EngineDebian::vertexName(uint32_t row) const
{
  return vertex(row)->name(sta_->network());
}

// Not virtual, unlike the call through the graph.
sta::Vertex* EngineDebian::vertex(uint32_t row) const
{
  return graph_->Graph::vertex(vertex_ids_[row]);
}

sta::DcalcAPIndex EngineDebian::delayPoint(const DelayLane& lane) const
{
  return corners_[lane.scene]
      ->findDcalcAnalysisPt(minMax(lane.min_max))
      ->index();
}

bool EngineDebian::sharesDelayPoint(const DelayLane& lane) const
{
  return delayPoint({lane.scene, CKP_MIN}) == delayPoint({lane.scene, CKP_MAX});
}

////////////////////////////////////////////////////////////////

void EngineDebian::readSlews(const Lane& lane, Rows rows, float* slews) const
{
  const sta::DelayTable* table = GraphAccess::slewTable(
      graph_, delayPoint({lane.scene, lane.min_max}), lane.transition);
  for (uint32_t i = 0; i < rows.count; i++) {
    slews[i] = *table->pointer(vertex_ids_[rows.first + i]);
  }
}

void EngineDebian::readDelays(const DelayLane& lane,
                              Rows rows,
                              float* delays) const
{
  const sta::DelayTable* table
      = GraphAccess::delayTable(graph_, delayPoint(lane));
  for (uint32_t i = 0; i < rows.count; i++) {
    delays[i] = *table->pointer(arc_ids_[rows.first + i]);
  }
}

// The engine's own queries compare with a tolerance and so depend on the order
// of paths; the extreme value does not. As in those queries, paths to sources
// of generated clocks count for requireds and slacks but not for arrivals.
void EngineDebian::readPaths(Rows rows, PathBlock& block)
{
  const float none = sta::MinMax::min()->initValue();
  for (const Lane& lane : lanes(corners_.size())) {
    const float worst = lane.min_max == CKP_MAX ? -none : none;
    const uint32_t i = lane.index();
    std::fill_n(block.arrival[i].begin(), rows.count, worst);
    std::fill_n(block.required[i].begin(), rows.count, -worst);
    std::fill_n(block.slack[i].begin(), rows.count, none);
  }
  const sta::Search* search = sta_->search();
  for (uint32_t i = 0; i < rows.count; i++) {
    sta::Vertex* vertex = this->vertex(rows.first + i);
    const sta::TagGroup* group = search->tagGroup(vertex);
    if (group) {
      const TagGroupPaths paths = tagGroupPaths(group);
      const float* arrivals = graph_->arrivals(vertex);
      // Requireds follow the arrivals.
      const float* requireds
          = vertex->hasRequireds() ? arrivals + paths.count : nullptr;
      for (uint32_t p = paths.first; p < paths.first + paths.count; p++) {
        const PathEntry& path = path_entries_[p];
        const float arrival = arrivals[path.arrival];
        float& worst_arrival = block.arrival[path.lane][i];
        float& worst_required = block.required[path.lane][i];
        float& worst_slack = block.slack[path.lane][i];
        if (path.is_max) {
          const float required = requireds ? requireds[path.arrival] : none;
          if (!path.is_generated_clock_source) {
            worst_arrival = std::max(worst_arrival, arrival);
          }
          worst_required = std::min(worst_required, required);
          worst_slack = std::min(worst_slack, required - arrival);
        } else {
          const float required = requireds ? requireds[path.arrival] : -none;
          if (!path.is_generated_clock_source) {
            worst_arrival = std::min(worst_arrival, arrival);
          }
          worst_required = std::max(worst_required, required);
          worst_slack = std::min(worst_slack, arrival - required);
        }
      }
    }
  }
}

// Many vertices share a tag group, whose own map is slow to walk.
const EngineDebian::TagGroupPaths& EngineDebian::tagGroupPaths(
    const sta::TagGroup* group)
{
  const uint32_t index = group->index();
  if (index >= tag_group_paths_.size()) {
    tag_group_paths_.resize(index + index / 2 + 1);
  }
  TagGroupPaths& paths = tag_group_paths_[index];
  if (!paths.known) {
    paths.known = true;
    paths.first = path_entries_.size();
    paths.count = group->arrivalCount();
    for (const auto& [tag, arrival] : *group->arrivalMap()) {
      const uint32_t lane = path_lanes_[tag->pathAPIndex()] + tag->trIndex();
      const bool is_max
          = tag->pathAnalysisPt(sta_)->pathMinMax() == sta::MinMax::max();
      path_entries_.push_back({static_cast<uint32_t>(arrival),
                               lane,
                               is_max,
                               tag->clkInfo()->isGenClkSrcPath()});
    }
  }
  return paths;
}

////////////////////////////////////////////////////////////////

bool EngineDebian::hasSlewMarks() const
{
  for (uint32_t row = 0; row < vertex_ids_.size(); row++) {
    if (vertex(row)->slewAnnotated()) {
      return true;
    }
  }
  return false;
}

// Marks of arcs that were deleted stay in the graph, so rows have to be asked
// when there are any.
bool EngineDebian::hasDelayMarks() const
{
  const auto& marks = GraphAccess::delayMarks(graph_);
  if (std::find(marks.begin(), marks.end(), true) == marks.end()) {
    return false;
  }
  const uint32_t point_count = sta_->corners()->dcalcAnalysisPtCount();
  for (const sta::ArcId id : arc_ids_) {
    for (uint32_t point = 0; point < point_count; point++) {
      if (marks[static_cast<size_t>(id) * point_count + point]) {
        return true;
      }
    }
  }
  return false;
}

void EngineDebian::readSlewMarks(const Lane& lane,
                                 Rows rows,
                                 uint8_t* marks) const
{
  const sta::TransRiseFall* transition
      = sta::TransRiseFall::find(static_cast<int>(lane.transition));
  for (uint32_t i = 0; i < rows.count; i++) {
    marks[i] = vertex(rows.first + i)
                   ->slewAnnotated(transition, minMax(lane.min_max));
  }
}

void EngineDebian::readDelayMarks(const DelayLane& lane,
                                  Rows rows,
                                  uint8_t* marks) const
{
  const auto& all_marks = GraphAccess::delayMarks(graph_);
  const size_t point_count = sta_->corners()->dcalcAnalysisPtCount();
  const size_t point = delayPoint(lane);
  for (uint32_t i = 0; i < rows.count; i++) {
    marks[i] = all_marks[arc_ids_[rows.first + i] * point_count + point];
  }
}

}  // namespace ckp
