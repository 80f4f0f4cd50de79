// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ckp {

// What a restore did and proved.
struct RestoreReport
{
  std::string stage;
  std::vector<std::string> scenes;  // Those that were restored.
  bool is_whole = true;             // All scenes of stage and engine were.
  uint64_t vertices = 0;            // Matched by name.
  uint64_t arcs = 0;
  double seconds = 0.0;
  bool is_partial = false;
  bool is_proved = true;
  // Of a partial restore: rows left to the engine, and what it has otherwise
  // than the stage.
  uint64_t other_vertices = 0;
  uint64_t other_arcs = 0;
  std::string differences;
  // Of one that is proved: values that were compared, in seconds how far they
  // may be off and were at most. All 0 where every bit is kept.
  uint64_t proved_values = 0;
  double tolerance = 0.0;
  double greatest_difference = 0.0;
  double path_bound = 0.0;
  // The design was brought back first; the stage is the base of what is saved
  // next.
  bool with_design = false;
  bool is_head = false;

  std::string text() const;
  std::string json() const;
};

}  // namespace ckp
