// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

// What the liberty cells of OpenSTA say of delays.

#include <optional>
#include <utility>

#include "engine/EngineOpenSta.h"
#include "engine/TableDelays.h"

namespace ckp {

std::vector<LibraryDelays> EngineOpenSta::libraryDelays(uint32_t scene) const
{
  const sta::Pvt* conditions = api::operatingConditions(scenes_[scene]);
  std::vector<LibraryDelays> all;
  for (const LibraryArc& library_arc : library_arcs_) {
    const sta::TableModel* model
        = api::delayTable(library_arc.arc, scenes_[scene]);
    if (model) {
      const sta::LibertyCell* cell = library_arc.arc->set()->libertyCell();
      std::optional<LibraryDelays> delays
          = tableDelays(library_arc.row, *model, [&](float x, float y) {
              return model->findValue(cell, conditions, x, y, 0.0F);
            });
      if (delays) {
        all.push_back(std::move(*delays));
      }
    }
  }
  return all;
}

}  // namespace ckp
