// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#pragma once

#include <string>

#include "Text.h"

namespace ckp {

// A flattened netlist keeps the path of an instance as its name, with escaped
// dividers. Such an instance is that of the hierarchical netlist; an escaped
// name stays as it is where it would be that of two.
//
// The types are those of any generation.
template <class Network, class Instance>
std::string instanceName(const Network* network, const Instance* inst)
{
  const std::string name = network->pathName(inst);
  if (name.find(network->pathEscape()) == std::string::npos) {
    return name;
  }
  const std::string plain
      = unescape(name, network->pathEscape(), network->pathDivider());
  const bool is_other = plain != name && network->findInstance(plain.c_str());
  return is_other ? name : plain;
}

// The name of a pin in the object table.
template <class Network, class Pin>
std::string pinName(const Network* network, const Pin* pin)
{
  const auto* inst = network->instance(pin);
  std::string name = instanceName(network, inst);
  if (inst != network->topInstance()) {
    name += network->pathDivider();
  }
  return name + network->portName(pin);
}

}  // namespace ckp
