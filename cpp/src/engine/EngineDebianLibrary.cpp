// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

// What the liberty cells of Debian's engine say of delays.

#include <OpenSTA/Machine.hh>  // Before the engine's other headers.
#include <optional>
#include <utility>

#include "OpenSTA/Corner.hh"
#include "OpenSTA/DcalcAnalysisPt.hh"
#include "OpenSTA/Liberty.hh"
#include "OpenSTA/TableModel.hh"
#include "OpenSTA/TimingArc.hh"
#include "engine/EngineDebian.h"
#include "engine/TableDelays.h"

namespace ckp {

std::vector<LibraryDelays> EngineDebian::libraryDelays(uint32_t scene) const
{
  const sta::DcalcAnalysisPt* point
      = corners_[scene]->findDcalcAnalysisPt(sta::MinMax::max());
  const sta::OperatingConditions* conditions = point->operatingConditions();
  std::vector<LibraryDelays> all;
  for (const LibraryArc& library_arc : library_arcs_) {
    sta::TimingArc* arc = library_arc.arc->cornerArc(point->libertyIndex());
    const auto* gate
        = dynamic_cast<const sta::GateTableModel*>(arc->model(conditions));
    const sta::TableModel* model = gate ? gate->delayModel() : nullptr;
    if (model) {
      const sta::LibertyCell* cell = library_arc.arc->set()->libertyCell();
      const sta::LibertyLibrary* library = cell->libertyLibrary();
      std::optional<LibraryDelays> delays
          = tableDelays(library_arc.row, *model, [&](float x, float y) {
              return model->findValue(library, cell, conditions, x, y, 0.0F);
            });
      if (delays) {
        all.push_back(std::move(*delays));
      }
    }
  }
  return all;
}

}  // namespace ckp
