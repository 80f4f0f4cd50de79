// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#pragma once

#include <string>

namespace sta {
class Sta;
}

namespace ckp {

// The parasitics of all scenes as text, with the models that the engine reduced
// from networks. Keeps every bit, which SPEF does not. Throws
// std::runtime_error for parasitics of objects that have no name of their own.
std::string saveWires(sta::Sta* sta);

// Replaces the parasitics by those of `text`. The netlist and the scenes are
// those of the save. Throws std::runtime_error when the text is not from
// saveWires() or names objects that are not there.
void loadWires(sta::Sta* sta, const std::string& text);

}  // namespace ckp
