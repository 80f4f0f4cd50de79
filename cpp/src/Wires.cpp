// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

// A line is a record of words with tabs between them. Floats are hexadecimal.
// docs/openroad.md tells the records.

#include "Wires.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <stdexcept>
#include <unordered_map>
#include <vector>

#include "Text.h"
#include "sta/MinMax.hh"
#include "sta/Network.hh"
#include "sta/Parasitics.hh"
#include "sta/PortDirection.hh"
#include "sta/Scene.hh"
#include "sta/Sta.hh"
#include "sta/Transition.hh"

namespace ckp {

namespace {

constexpr const char* kMagic = "ckp_wires";
constexpr const char* kVersion = "1";

using Words = std::vector<std::string>;

std::string hex(float value)
{
  return formatNumber("%a", value);
}

////////////////////////////////////////////////////////////////

class Writer
{
 public:
  explicit Writer(sta::Sta* sta) : sta_(sta), network_(sta->network()) {}
  std::string write();

 private:
  // Fills `nets_` and `drivers_`.
  void findObjects(const sta::Instance* instance);
  void writeScenes();
  void writeNetwork(const std::string& name, const sta::Net* net);
  void writeNodes(const sta::Parasitic* network);
  void writePiModels(const std::string& name, const sta::Pin* driver);
  void writeElmores(const sta::Parasitic* model, const sta::Pin* driver);
  std::string pinName(const sta::Pin* pin) const;
  std::string nodeNumber(const sta::ParasiticNode* node) const;
  void line(const Words& words) { text_ += join(words, "\t") + '\n'; }

  sta::Sta* sta_;
  const sta::Network* network_;
  // By name, because equal wires give equal text.
  std::map<std::string, const sta::Net*> nets_;
  std::map<std::string, const sta::Pin*> drivers_;
  std::map<std::string, sta::Parasitics*> all_parasitics_;
  sta::Parasitics* parasitics_ = nullptr;  // Those being written.
  std::unordered_map<const sta::ParasiticNode*, size_t> node_numbers_;
  std::string text_;
};

std::string Writer::write()
{
  findObjects(network_->topInstance());
  line({kMagic, kVersion});
  writeScenes();
  for (const auto& [parasitics_name, parasitics] : all_parasitics_) {
    parasitics_ = parasitics;
    line({"parasitics", parasitics_name, hex(parasitics->couplingCapFactor())});
    for (const auto& [name, net] : nets_) {
      writeNetwork(name, net);
    }
    for (const auto& [name, driver] : drivers_) {
      writePiModels(name, driver);
    }
  }
  return std::move(text_);
}

void Writer::findObjects(const sta::Instance* instance)
{
  const std::unique_ptr<sta::InstanceNetIterator> nets(
      network_->netIterator(instance));
  while (nets->hasNext()) {
    const sta::Net* net = nets->next();
    nets_[network_->pathName(net)] = net;
  }
  const std::unique_ptr<sta::InstancePinIterator> pins(
      network_->pinIterator(instance));
  while (pins->hasNext()) {
    const sta::Pin* pin = pins->next();
    if (network_->isDriver(pin)) {
      drivers_[network_->pathName(pin)] = pin;
    }
  }
  const std::unique_ptr<sta::InstanceChildIterator> children(
      network_->childIterator(instance));
  while (children->hasNext()) {
    findObjects(children->next());
  }
}

void Writer::writeScenes()
{
  for (const sta::Scene* scene : sta_->scenes()) {
    for (const sta::MinMax* min_max : sta::MinMax::range()) {
      sta::Parasitics* parasitics = scene->parasitics(min_max);
      all_parasitics_[parasitics->name()] = parasitics;
      line({"scene",
            scene->name(),
            min_max->to_string(),
            parasitics->name(),
            parasitics->filename()});
    }
  }
}

void Writer::writeNetwork(const std::string& name, const sta::Net* net)
{
  const sta::Parasitic* network = parasitics_->findParasiticNetwork(net);
  if (network != nullptr) {
    if (network_->findNet(name) != net) {
      throw std::runtime_error("the wires of net " + name
                               + " cannot be found by its name");
    }
    line({"net", name, parasitics_->includesPinCaps(network) ? "1" : "0"});
    writeNodes(network);
    for (const sta::ParasiticResistor* resistor :
         parasitics_->resistors(network)) {
      line({"res",
            std::to_string(parasitics_->id(resistor)),
            hex(parasitics_->value(resistor)),
            nodeNumber(parasitics_->node1(resistor)),
            nodeNumber(parasitics_->node2(resistor))});
    }
    for (const sta::ParasiticCapacitor* capacitor :
         parasitics_->capacitors(network)) {
      line({"cap",
            std::to_string(parasitics_->id(capacitor)),
            hex(parasitics_->value(capacitor)),
            nodeNumber(parasitics_->node1(capacitor)),
            nodeNumber(parasitics_->node2(capacitor))});
    }
  }
}

// In the order of their lines, as the engine has them in that of addresses.
void Writer::writeNodes(const sta::Parasitic* network)
{
  std::vector<std::pair<Words, const sta::ParasiticNode*>> nodes;
  for (const sta::ParasiticNode* node : parasitics_->nodes(network)) {
    const sta::Pin* pin = parasitics_->pin(node);
    const std::string cap = hex(parasitics_->nodeGndCap(node));
    const Words words
        = pin != nullptr
              ? Words{"pin", pinName(pin), cap}
              : Words{"node",
                      network_->pathName(parasitics_->net(node, network_)),
                      std::to_string(parasitics_->netId(node)),
                      cap};
    nodes.emplace_back(words, node);
  }
  std::sort(nodes.begin(), nodes.end());
  node_numbers_.clear();
  for (const auto& [words, node] : nodes) {
    node_numbers_[node] = node_numbers_.size();
    line(words);
  }
}

// Those that the engine reduced from a network as well: what it finds after an
// edit depends on which it has.
void Writer::writePiModels(const std::string& name, const sta::Pin* driver)
{
  for (const sta::MinMax* min_max : sta::MinMax::range()) {
    for (const sta::RiseFall* rf : sta::RiseFall::range()) {
      const sta::Parasitic* model
          = parasitics_->findPiElmore(driver, rf, min_max);
      if (model != nullptr) {
        float c2, rpi, c1;
        parasitics_->piModel(model, c2, rpi, c1);
        line({"pi",
              name,
              rf->to_string(),
              min_max->to_string(),
              hex(c2),
              hex(rpi),
              hex(c1),
              parasitics_->isReducedParasiticNetwork(model) ? "1" : "0"});
        writeElmores(model, driver);
      }
    }
  }
}

void Writer::writeElmores(const sta::Parasitic* model, const sta::Pin* driver)
{
  std::map<std::string, float> elmores;
  for (const sta::Pin* load : parasitics_->loads(driver)) {
    float elmore;
    bool exists;
    parasitics_->findElmore(model, load, elmore, exists);
    if (exists) {
      elmores[pinName(load)] = elmore;
    }
  }
  for (const auto& [name, elmore] : elmores) {
    line({"elmore", name, hex(elmore)});
  }
}

std::string Writer::pinName(const sta::Pin* pin) const
{
  const std::string name = network_->pathName(pin);
  if (network_->findPin(name) != pin) {
    throw std::runtime_error("the wires of pin " + name
                             + " cannot be found by its name");
  }
  return name;
}

std::string Writer::nodeNumber(const sta::ParasiticNode* node) const
{
  return std::to_string(node_numbers_.at(node));
}

////////////////////////////////////////////////////////////////

class Reader
{
 public:
  explicit Reader(sta::Sta* sta) : sta_(sta), network_(sta->network()) {}
  void read(const std::string& text);

 private:
  void readLine(const Words& words);
  void readPart(const Words& words);
  void readScene(const Words& words);
  void readNet(const Words& words);
  void readPiModel(const Words& words);
  const sta::Pin* pin(const std::string& name) const;
  const sta::Net* net(const std::string& name) const;
  sta::ParasiticNode* node(const std::string& number) const;
  sta::Parasitics* parasitics(const std::string& name) const;

  sta::Sta* sta_;
  sta::Network* network_;
  sta::Parasitics* parasitics_ = nullptr;
  sta::Parasitic* parasitic_ = nullptr;  // Network or model being read.
  std::vector<sta::ParasiticNode*> nodes_;
};

[[noreturn]] void refuse(const std::string& what)
{
  throw std::runtime_error("the saved wires have " + what);
}

Words splitWords(const std::string& line)
{
  Words words;
  size_t begin = 0;
  while (begin <= line.size()) {
    const size_t end = std::min(line.find('\t', begin), line.size());
    words.push_back(line.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

float number(const std::string& word)
{
  char* end = nullptr;
  const float value = strtof(word.c_str(), &end);
  if (word.empty() || *end != '\0') {
    refuse("no number in \"" + word + "\"");
  }
  return value;
}

uint32_t integer(const std::string& word)
{
  char* end = nullptr;
  const unsigned long value = strtoul(word.c_str(), &end, 10);
  if (word.empty() || *end != '\0') {
    refuse("no integer in \"" + word + "\"");
  }
  return static_cast<uint32_t>(value);
}

const sta::MinMax* minMax(const std::string& name)
{
  const sta::MinMax* min_max = sta::MinMax::find(name);
  if (min_max == nullptr) {
    refuse("no min or max in \"" + name + "\"");
  }
  return min_max;
}

void Reader::read(const std::string& text)
{
  sta_->deleteParasitics();
  size_t begin = 0;
  while (begin < text.size()) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    readLine(splitWords(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  sta_->delaysInvalid();
}

void Reader::readLine(const Words& words)
{
  const std::string& kind = words.front();
  const size_t count = words.size();
  if (kind == kMagic && count == 2) {
    if (words[1] != kVersion) {
      refuse("version " + words[1] + ", which this module does not know");
    }
  } else if (kind == "scene" && count == 5) {
    readScene(words);
  } else if (kind == "parasitics" && count == 3) {
    parasitics_ = parasitics(words[1]);
    parasitics_->setCouplingCapFactor(number(words[2]));
    parasitic_ = nullptr;
  } else if (kind == "net" && count == 3 && parasitics_ != nullptr) {
    readNet(words);
  } else if (kind == "pi" && count == 8 && parasitics_ != nullptr) {
    readPiModel(words);
  } else if (parasitic_ != nullptr) {
    readPart(words);
  } else {
    refuse("the record \"" + kind + "\" where none is known");
  }
}

// Of a network or a model.
void Reader::readPart(const Words& words)
{
  const std::string& kind = words.front();
  const size_t count = words.size();
  if (kind == "pin" && count == 3) {
    nodes_.push_back(
        parasitics_->ensureParasiticNode(parasitic_, pin(words[1]), network_));
    parasitics_->incrCap(nodes_.back(), number(words[2]));
  } else if (kind == "node" && count == 4) {
    nodes_.push_back(parasitics_->ensureParasiticNode(
        parasitic_, net(words[1]), integer(words[2]), network_));
    parasitics_->incrCap(nodes_.back(), number(words[3]));
  } else if (kind == "res" && count == 5) {
    parasitics_->makeResistor(parasitic_,
                              integer(words[1]),
                              number(words[2]),
                              node(words[3]),
                              node(words[4]));
  } else if (kind == "cap" && count == 5) {
    parasitics_->makeCapacitor(parasitic_,
                               integer(words[1]),
                               number(words[2]),
                               node(words[3]),
                               node(words[4]));
  } else if (kind == "elmore" && count == 3) {
    parasitics_->setElmore(parasitic_, pin(words[1]), number(words[2]));
  } else {
    refuse("an unknown record \"" + kind + "\"");
  }
}

void Reader::readScene(const Words& words)
{
  sta::Scene* scene = sta_->findScene(words[1]);
  if (scene == nullptr) {
    refuse("the scene " + words[1] + ", which the engine has not");
  }
  sta::Parasitics* parasitics = sta_->findParasitics(words[3]);
  if (parasitics == nullptr) {
    parasitics = sta_->makeConcreteParasitics(words[3], words[4]);
  }
  scene->setParasitics(parasitics, minMax(words[2])->asMinMaxAll());
}

void Reader::readNet(const Words& words)
{
  parasitic_
      = parasitics_->makeParasiticNetwork(net(words[1]), words[2] == "1");
  nodes_.clear();
}

void Reader::readPiModel(const Words& words)
{
  const sta::RiseFall* rf = sta::RiseFall::find(words[2]);
  if (rf == nullptr) {
    refuse("no rise or fall in \"" + words[2] + "\"");
  }
  parasitic_ = parasitics_->makePiElmore(pin(words[1]),
                                         rf,
                                         minMax(words[3]),
                                         number(words[4]),
                                         number(words[5]),
                                         number(words[6]));
  parasitics_->setIsReducedParasiticNetwork(parasitic_, words[7] == "1");
}

const sta::Pin* Reader::pin(const std::string& name) const
{
  const sta::Pin* pin = network_->findPin(name);
  if (pin == nullptr) {
    refuse("the pin " + name + ", which the netlist has not");
  }
  return pin;
}

const sta::Net* Reader::net(const std::string& name) const
{
  const sta::Net* net = network_->findNet(name);
  if (net == nullptr) {
    refuse("the net " + name + ", which the netlist has not");
  }
  return net;
}

sta::ParasiticNode* Reader::node(const std::string& number) const
{
  const uint32_t index = integer(number);
  if (index >= nodes_.size()) {
    refuse("no node " + number);
  }
  return nodes_[index];
}

sta::Parasitics* Reader::parasitics(const std::string& name) const
{
  sta::Parasitics* parasitics = sta_->findParasitics(name);
  if (parasitics == nullptr) {
    refuse("parasitics " + name + " of no scene");
  }
  return parasitics;
}

}  // namespace

std::string saveWires(sta::Sta* sta)
{
  return Writer(sta).write();
}

void loadWires(sta::Sta* sta, const std::string& text)
{
  Reader(sta).read(text);
}

}  // namespace ckp
