// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#include "RestoreReport.h"

#include "Json.h"
#include "Text.h"

namespace ckp {

std::string RestoreReport::text() const
{
  std::string text
      = with_design ? "Restored the design of stage " + stage + ".\n" : "";
  text += "Restored stage " + stage
          + (is_whole ? "" : " (scene " + join(scenes, ", ") + ")") + ": "
          + std::to_string(vertices) + " vertices, " + std::to_string(arcs)
          + " arcs, " + formatNumber("%.2f s; ", seconds);
  if (tolerance > 0.0) {
    text += "the stage is within " + formatNumber("%g", tolerance)
            + " s of the engine that saved; ";
  }
  if (is_partial) {
    text += std::to_string(other_vertices) + " vertices and "
            + std::to_string(other_arcs) + " arcs are left to the engine"
            + (differences.empty() ? "" : ": " + differences) + ".\n";
  } else if (!is_proved) {
    text += "arrivals, requireds and slacks were not compared (-no_proof).\n";
  } else if (tolerance > 0.0) {
    text += "arrivals, requireds and slacks found from it are within "
            + formatNumber("%.2g", greatest_difference)
            + " s of the stored ones (" + std::to_string(proved_values)
            + " values; along a path " + formatNumber("%.2g", path_bound)
            + " s can add up).\n";
  } else {
    text += "arrivals, requireds and slacks equal the stored ones bit for bit ("
            + std::to_string(proved_values) + " values).\n";
  }
  if (is_head) {
    text += "Stage " + stage + " is the base of what is saved next.\n";
  }
  return text;
}

std::string RestoreReport::json() const
{
  JsonObject json;
  json.add("restored", stage);
  json.add("scenes", scenes);
  json.addCount("vertices", vertices);
  json.addCount("arcs", arcs);
  json.add("seconds", seconds);
  json.addFlag("partial", is_partial);
  json.addCount("other_vertices", other_vertices);
  json.addCount("other_arcs", other_arcs);
  json.add("differences", differences);
  json.addCount("proved_values", proved_values);
  json.add("tolerance", tolerance);
  json.add("greatest_difference", greatest_difference);
  json.add("path_bound", path_bound);
  json.addFlag("with_design", with_design);
  json.addFlag("head", is_head);
  return json.text();
}

}  // namespace ckp
