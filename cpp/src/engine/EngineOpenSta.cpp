// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#include "engine/EngineOpenSta.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ObjectTable.h"
#include "StaConfig.hh"
#include "ckp.h"
#include "engine/EngineOpenStaAccess.h"
#include "engine/InstanceName.h"
#include "engine/MemoryFile.h"
#include "sta/Liberty.hh"
#include "sta/Network.hh"
#include "sta/TimingRole.hh"

namespace ckp {

namespace {

const sta::MinMax* minMax(uint32_t min_max)
{
  return sta::MinMax::range()[min_max];
}

}  // namespace

std::unique_ptr<Engine> makeEngine(sta::Sta* sta, EngineWatch& watch)
{
  return std::make_unique<EngineOpenSta>(
      sta, static_cast<WatchOpenSta&>(watch).history());
}

EngineOpenSta::EngineOpenSta(sta::Sta* sta, SearchHistory& history)
    : sta_(sta),
      history_(history),
      delay_calc_(sta->graphDelayCalc()),
      scenes_(api::scenes(sta)),
      plane_count_(api::planeCount(sta))
{
}

bool EngineOpenSta::isLinked() const
{
  return sta_->network()->isLinked();
}

std::string EngineOpenSta::version() const
{
  return STA_VERSION;
}

std::string EngineOpenSta::designName() const
{
  const sta::Network* network = sta_->network();
  return network->cellName(network->topInstance());
}

std::vector<std::string> EngineOpenSta::scenes() const
{
  std::vector<std::string> names;
  for (const api::Scene* scene : scenes_) {
    names.emplace_back(scene->name());
  }
  return names;
}

std::vector<std::string> EngineOpenSta::liberties() const
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

std::string EngineOpenSta::constraints() const
{
  // Enough digits after the point for the float values in any library's units.
  constexpr int digits = 12;
  std::string text = api::statisticalSettings(sta_);
  api::writeConstraints(
      sta_, digits, [&](const std::string& heading, const auto& write_file) {
        const MemoryFile file;
        write_file(file.path());
        text += heading + file.contents();
      });
  return text;
}

uint32_t EngineOpenSta::threadCount() const
{
  return sta_->threadCount();
}

////////////////////////////////////////////////////////////////

// OpenSTA's own network iterates in the order of instance names and of the
// ports of a cell, whatever the history of edits.
void EngineOpenSta::listObjects(ObjectTable& objects)
{
  graph_ = sta_->ensureGraph();
  sta_->ensureLevelized();
  sta::Network* network = sta_->network();
  vertices_.reserve(graph_->vertexCount());

  // A database lists instances and ports in the order in which they were made.
  std::vector<std::pair<std::string, sta::Instance*>> instances;
  const std::unique_ptr<sta::LeafInstanceIterator> leaves(
      network->leafInstanceIterator());
  while (leaves->hasNext()) {
    sta::Instance* inst = leaves->next();
    instances.emplace_back(instanceName(network, inst) + network->pathDivider(),
                           inst);
  }
  std::sort(instances.begin(), instances.end());
  for (const auto& [prefix, inst] : instances) {
    listInstance(inst, prefix, objects);
  }
  listInstance(network->topInstance(), "", objects);
  first_arcs_ = {0};
  for (uint32_t row = 0; row < vertices_.size(); row++) {
    listEdges(row, objects);
  }
  objects.finish();
}

void EngineOpenSta::listInstance(sta::Instance* inst,
                                 const std::string& prefix,
                                 ObjectTable& objects)
{
  const sta::Network* network = sta_->network();
  const uint32_t cell = cellOf(inst, objects);
  std::vector<std::pair<std::string, const sta::Pin*>> pins;
  const std::unique_ptr<sta::InstancePinIterator> pins_of_inst(
      network->pinIterator(inst));
  while (pins_of_inst->hasNext()) {
    const sta::Pin* pin = pins_of_inst->next();
    pins.emplace_back(prefix + network->portName(pin), pin);
  }
  std::sort(pins.begin(), pins.end());
  for (const auto& [name, pin] : pins) {
    sta::Vertex* load;  // Or the only one.
    sta::Vertex* driver;
    graph_->pinVertices(pin, load, driver);
    listVertex(load, name, cell, objects);
    listVertex(driver, name, cell, objects);
  }
}

// Power and ground pins have no vertex, most pins have no second one.
void EngineOpenSta::listVertex(sta::Vertex* vertex,
                               const std::string& name,
                               uint32_t cell,
                               ObjectTable& objects)
{
  if (vertex) {
    const sta::VertexId id = graph_->id(vertex);
    if (id >= vertex_rows_.size()) {
      vertex_rows_.resize(id + id / 2 + 1, CKP_NO_ROW);
    }
    vertex_rows_[id] = vertices_.size();
    vertices_.push_back(vertex);
    objects.addVertex(name, vertex->isBidirectDriver(), cell);
  }
}

uint32_t EngineOpenSta::cellOf(sta::Instance* inst, ObjectTable& objects)
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
  const std::string name = network->cellName(inst);
  return cells_[cell] = objects.addCell(name.c_str());
}

// Edges are listed by the vertex that they lead to and the place of the arcs
// in the liberty cell; the graph has them in the order of their making.
void EngineOpenSta::listEdges(uint32_t from_row, ObjectTable& objects)
{
  out_edges_.clear();
  sta::VertexOutEdgeIterator edges(vertices_[from_row], graph_);
  while (edges.hasNext()) {
    sta::Edge* edge = edges.next();
    out_edges_.push_back({vertex_rows_[graph_->id(edge->to(graph_))],
                          edge->isWire(),
                          static_cast<int>(edge->timingArcSet()->index()),
                          edge});
  }
  std::sort(out_edges_.begin(), out_edges_.end());
  for (const OutEdge& out : out_edges_) {
    objects.addEdge(from_row, out.to_row);
    const sta::TimingArcSet* arc_set = out.edge->timingArcSet();
    const uint32_t first_kind = firstArcKind(arc_set, objects);
    const uint32_t arc_count = arc_set->arcCount();
    for (uint32_t i = 0; i < arc_count; i++) {
      objects.addArc(arc_kinds_[first_kind + i]);
    }
    edges_.push_back(out.edge);
    first_arcs_.push_back(first_arcs_.back() + arc_count);
  }
}

// The kinds of the arcs of a set stand together in arc_kinds_.
uint32_t EngineOpenSta::firstArcKind(const sta::TimingArcSet* arc_set,
                                     ObjectTable& objects)
{
  const auto known = first_arc_kinds_.find(arc_set);
  if (known != first_arc_kinds_.end()) {
    return known->second;
  }
  const uint32_t first = arc_kinds_.size();
  const uint32_t first_row = first_arcs_.back();
  for (const sta::TimingArc* arc : arc_set->arcs()) {
    if (!arc->role()->isWire()) {
      library_arcs_.push_back(
          {arc, first_row + static_cast<uint32_t>(arc->index())});
    }
    const std::string kind = arc->role()->to_string() + " "
                             + arc->fromEdge()->to_string() + " -> "
                             + arc->toEdge()->to_string();
    arc_kinds_.push_back(objects.addArcKind(kind.c_str()));
  }
  return first_arc_kinds_[arc_set] = first;
}

std::string EngineOpenSta::vertexName(uint32_t row) const
{
  return vertices_[row]->name(sta_->network());
}

size_t EngineOpenSta::slewIndex(const Lane& lane) const
{
  const size_t value
      = delayPoint({lane.scene, lane.min_max}) * sta::RiseFall::index_count
        + lane.transition;
  return value * plane_count_ + lane.plane;
}

sta::DcalcAPIndex EngineOpenSta::delayPoint(const DelayLane& lane) const
{
  return api::delayPoint(scenes_[lane.scene], minMax(lane.min_max));
}

bool EngineOpenSta::sharesDelayPoint(const DelayLane& lane) const
{
  return delayPoint({lane.scene, CKP_MIN}) == delayPoint({lane.scene, CKP_MAX});
}

////////////////////////////////////////////////////////////////

void EngineOpenSta::findTiming()
{
  const std::string constraints = this->constraints();
  sta_->findDelays();
  if (!searchIsComplete(constraints)) {
    sta_->search()->arrivalsInvalid();
  }
  sta_->findRequireds();
  history_.is_incremental = false;
  history_.constraints = constraints;
  tag_lanes_.clear();
}

// Whether the arrivals and requireds, when there are any, are those of one
// search through the whole design. Constraints that changed between the first
// search and the first command are not noticed, since the engine tells of
// delays only; the proof of a restore would.
bool EngineOpenSta::searchIsComplete(const std::string& constraints) const
{
  // Annotation changes delays without the calculator.
  if (history_.is_incremental || hasSlewMarks() || hasDelayMarks()) {
    return false;
  }
  if (!history_.constraints.empty() && history_.constraints != constraints) {
    return false;
  }
  return std::none_of(
      vertices_.begin(), vertices_.end(), api::hasUnprunedPaths);
}

void EngineOpenSta::readSlews(const Lane& lane, Rows rows, float* slews) const
{
  const size_t index = slewIndex(lane);
  for (uint32_t i = 0; i < rows.count; i++) {
    slews[i] = VertexAccess::slews(vertices_[rows.first + i])[index];
  }
}

// The delays of an edge stand by arc and, within one, by analysis point.
void EngineOpenSta::readDelays(const DelayLane& lane,
                               Rows rows,
                               float* delays) const
{
  const size_t point_count = api::delayPointCount(sta_);
  const size_t point = delayPoint(lane);
  forEachArc(rows, [&](sta::Edge* edge, uint32_t arc, uint32_t row) {
    delays[row - rows.first]
        = edge->arcDelays()[(arc * point_count + point) * plane_count_
                            + lane.plane];
  });
}

// The engine's own queries compare with a tolerance and so depend on the order
// of paths; the extreme value does not. As in those queries, paths to sources
// of generated clocks count for requireds and slacks but not for arrivals.
void EngineOpenSta::readPaths(Rows rows, PathBlock& block)
{
  const float none = sta::MinMax::min()->initValue();
  size_t i = 0;
  for (const Lane& lane : lanes(scenes_.size(), plane_count_)) {
    const bool is_mean = lane.plane == 0;
    const float worst = lane.min_max == CKP_MAX ? -none : none;
    std::fill_n(block.arrival[i].begin(), rows.count, is_mean ? worst : 0.0F);
    std::fill_n(block.required[i].begin(), rows.count, is_mean ? -worst : 0.0F);
    std::fill_n(block.slack[i].begin(), rows.count, is_mean ? none : 0.0F);
    i++;
  }
  if (plane_count_ == 1) {
    readMeans(rows, block);
  } else {
    readDistributions(rows, block);
  }
}

void EngineOpenSta::readMeans(Rows rows, PathBlock& block)
{
  const float none = sta::MinMax::min()->initValue();
  for (uint32_t i = 0; i < rows.count; i++) {
    sta::Vertex* vertex = vertices_[rows.first + i];
    const bool has_requireds = hasRequireds(vertex);
    sta::VertexPathIterator paths(vertex, sta_);
    while (paths.hasNext()) {
      const sta::Path* path = paths.next();
      const TagLane& tag = tagLane(path);
      const float arrival = path->arrival();
      const float required = has_requireds
                                 ? static_cast<float>(path->required())
                             : tag.is_max ? none
                                          : -none;
      float& worst_arrival = block.arrival[tag.lane][i];
      float& worst_required = block.required[tag.lane][i];
      float& worst_slack = block.slack[tag.lane][i];
      if (tag.is_max) {
        if (!tag.is_generated_clock_source) {
          worst_arrival = std::max(worst_arrival, arrival);
        }
        worst_required = std::min(worst_required, required);
        worst_slack = std::min(worst_slack, required - arrival);
      } else {
        if (!tag.is_generated_clock_source) {
          worst_arrival = std::min(worst_arrival, arrival);
        }
        worst_required = std::max(worst_required, required);
        worst_slack = std::min(worst_slack, arrival - required);
      }
    }
  }
}

// The search for requireds leaves out vertices whose paths are constrained
// nowhere, such as constant ones. They keep the zeros that paths begin with,
// which the engine's own queries take for times.
bool EngineOpenSta::hasRequireds(sta::Vertex* vertex) const
{
  sta::VertexPathIterator paths(vertex, sta_);
  while (paths.hasNext()) {
    if (paths.next()->required() != 0.0F) {
      return true;
    }
  }
  return false;
}

// Many paths share a tag, and finding it is slower than its index.
const EngineOpenSta::TagLane& EngineOpenSta::tagLane(const sta::Path* path)
{
  const size_t index = path->tagIndex(sta_);
  if (index >= tag_lanes_.size()) {
    tag_lanes_.resize(index + index / 2 + 1);
  }
  TagLane& tag = tag_lanes_[index];
  if (!tag.known) {
    const sta::MinMax* min_max = path->minMax(sta_);
    const Lane lane = {api::sceneIndex(path, sta_),
                       static_cast<uint32_t>(min_max->index()),
                       static_cast<uint32_t>(path->rfIndex(sta_))};
    tag = {true,
           min_max == sta::MinMax::max(),
           path->tag(sta_)->isGenClkSrcPath(),
           lane.index()};
  }
  return tag;
}

////////////////////////////////////////////////////////////////

bool EngineOpenSta::hasSlewMarks() const
{
  return std::any_of(
      vertices_.begin(), vertices_.end(), [](const sta::Vertex* vertex) {
        return vertex->slewAnnotated();
      });
}

bool EngineOpenSta::hasDelayMarks() const
{
  const sta::DcalcAPIndex point_count = api::delayPointCount(sta_);
  for (const sta::Edge* edge : edges_) {
    if (EdgeAccess::mayHaveMarks(edge)) {
      for (const sta::TimingArc* arc : edge->timingArcSet()->arcs()) {
        for (sta::DcalcAPIndex point = 0; point < point_count; point++) {
          if (graph_->arcDelayAnnotated(edge, arc, point)) {
            return true;
          }
        }
      }
    }
  }
  return false;
}

// The engine keeps marks for the first two analysis points only.
void EngineOpenSta::readSlewMarks(const Lane& lane,
                                  Rows rows,
                                  uint8_t* marks) const
{
  const sta::RiseFall* transition = sta::RiseFall::range()[lane.transition];
  for (uint32_t i = 0; i < rows.count; i++) {
    marks[i] = vertices_[rows.first + i]->slewAnnotated(transition,
                                                        minMax(lane.min_max));
  }
}

void EngineOpenSta::readDelayMarks(const DelayLane& lane,
                                   Rows rows,
                                   uint8_t* marks) const
{
  const sta::DcalcAPIndex point = delayPoint(lane);
  forEachArc(rows, [&](sta::Edge* edge, uint32_t arc, uint32_t row) {
    marks[row - rows.first]
        = EdgeAccess::mayHaveMarks(edge)
          && graph_->arcDelayAnnotated(
              edge, edge->timingArcSet()->arcs()[arc], point);
  });
}

}  // namespace ckp
