// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#pragma once

#include <string>
#include <vector>

namespace ckp {

// The lines of the constraints that hold for a scene, without comments and
// headings, sorted, as the engine writes some of them in the order of
// addresses. Constraints of several modes are told apart by headings:
// "set_mode MODE", then "define_scene SCENE -mode MODE" for its scenes.
std::vector<std::string> constraintLines(const std::string& text,
                                         const std::string& scene);

// The first line that only `lines` has, quoted.
std::string firstExtraLine(const std::vector<std::string>& lines,
                           const std::vector<std::string>& others);

}  // namespace ckp
