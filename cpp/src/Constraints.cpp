// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#include "Constraints.h"

#include <algorithm>
#include <iterator>
#include <sstream>

#include "Text.h"

namespace ckp {

namespace {

bool startsWith(const std::string& text, const std::string& start)
{
  return text.compare(0, start.size(), start) == 0;
}

}  // namespace

std::vector<std::string> constraintLines(const std::string& text,
                                         const std::string& scene)
{
  const std::string scene_heading = "define_scene " + scene + " -mode ";
  std::vector<std::string> lines;
  std::istringstream stream(text);
  std::string line;
  bool holds = true;
  while (std::getline(stream, line)) {
    if (startsWith(line, "set_mode ")) {
      holds = false;
    } else if (startsWith(line, "define_scene ")) {
      holds |= startsWith(line, scene_heading);
    } else if (holds && !line.empty() && line[0] != '#') {
      // Names of a flattened netlist are those of the hierarchical one.
      lines.push_back(unescape(line, '\\', '/'));
    }
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

std::string firstExtraLine(const std::vector<std::string>& lines,
                           const std::vector<std::string>& others)
{
  std::vector<std::string> extra;
  std::set_difference(lines.begin(),
                      lines.end(),
                      others.begin(),
                      others.end(),
                      std::back_inserter(extra));
  return extra.empty() ? "nothing" : "\"" + extra.front() + "\"";
}

}  // namespace ckp
