// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#include "StaRestore.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>

#include "Constraints.h"
#include "Host.h"
#include "ObjectTable.h"
#include "Stopwatch.h"
#include "Text.h"
#include "engine/Engine.h"

namespace ckp {

namespace {

constexpr size_t kMaxShown = 10;
// Where there are timing derates, they are allowed for up to this one.
constexpr double kMaxDerate = 2.0;
// The engine's infinity.
constexpr float kNoPath = 1e30F;

std::string columnName(uint32_t kind, const Lane& lane)
{
  std::string name = kind == CKP_COLUMN_ARRIVAL    ? "arrival"
                     : kind == CKP_COLUMN_REQUIRED ? "required"
                                                   : "slack";
  name += lane.min_max == CKP_MAX ? " max" : " min";
  name += lane.transition == CKP_RISE ? " rise" : " fall";
  return name;
}

std::vector<std::string> stageItems(const ckp_stage* stage, uint32_t list)
{
  uint32_t count = 0;
  call(ckp_stage_item_count, stage, list, &count);
  std::vector<std::string> items;
  for (uint32_t i = 0; i < count; i++) {
    items.push_back(makeText(ckp_stage_item, stage, list, i));
  }
  return items;
}

}  // namespace

StaRestore::StaRestore(Engine& engine, Host& host)
    : engine_(engine), host_(host)
{
}

RestoreReport StaRestore::restore(const ckp_store* store,
                                  const std::string& stage,
                                  const RestoreOptions& options,
                                  const std::function<void()>& finish)
{
  Stopwatch time;
  {
    const Stopwatch::Lap lap(time);
    stage_ = make<StageHandle>(ckp_stage_open, store, stage.c_str());
    call(ckp_stage_tolerance, stage_.get(), &tolerance_);
    matchScenes(options);
    checkLiberties();
    checkPlanes();
    checkConstraints();
    call(ckp_stage_verify, stage_.get(), CKP_VERIFY_TIMING);
    align(options.partial);
    if (leavesScenes()) {
      // The engine would find the restored scenes anew with the others.
      engine_.findTiming();
    }
    const DelayState before = readEngine();
    DelayState restored = before;
    readStage(restored);

    // The engine is touched from here on.
    engine_.beginRestore();
    try {
      writeEngine(restored);
      engine_.acceptDelays();
      if (options.partial) {
        engine_.recalculate(vertex_flags_, arc_flags_);
      } else if (options.prove) {
        prove();
      }
      finish();
    } catch (...) {
      writeEngine(before);
      engine_.undoRestore();
      throw;
    }
  }
  return report(options, time.seconds());
}

////////////////////////////////////////////////////////////////

// Scenes correspond by name, in whatever order they were defined.
void StaRestore::matchScenes(const RestoreOptions& options)
{
  scenes_ = engine_.scenes();
  stage_scenes_.assign(scenes_.size(), std::nullopt);
  const std::vector<std::string> stored
      = stageItems(stage_.get(), CKP_LIST_SCENES);
  const std::vector<std::string>& wanted = options.scenes.value_or(stored);
  bool found_all = !wanted.empty();
  for (const std::string& name : wanted) {
    const auto live = std::find(scenes_.begin(), scenes_.end(), name);
    const auto known = std::find(stored.begin(), stored.end(), name);
    if (live != scenes_.end() && known != stored.end()) {
      stage_scenes_[live - scenes_.begin()] = known - stored.begin();
    } else {
      found_all = false;
    }
  }
  if (!found_all || (!options.scenes && leavesScenes())) {
    host_.error(
        CKP,
        21,
        "The stage was saved with the scenes (corners) " + join(stored, ", ")
            + ", the engine has " + join(scenes_, ", ")
            + ". Define the same corners, or name with -scenes those of both "
              "that are to be restored.");
  }
}

// With other scenes go other libraries: those of the fewer scenes have to be
// among those of the others.
void StaRestore::checkLiberties()
{
  const std::vector<std::string> live = engine_.liberties();
  const std::vector<std::string> stored
      = stageItems(stage_.get(), CKP_LIST_LIBERTIES);
  const bool stage_has_all
      = std::includes(stored.begin(), stored.end(), live.begin(), live.end());
  const bool engine_has_all
      = std::includes(live.begin(), live.end(), stored.begin(), stored.end());
  const bool leaves_stored = stageItems(stage_.get(), CKP_LIST_SCENES).size()
                             > restoredDelayLanes().size() / 2;
  const bool is_right
      = (engine_has_all || leaves_stored) && (stage_has_all || leavesScenes());
  if (!is_right) {
    host_.error(CKP,
                22,
                "The stage was saved with the liberty libraries "
                    + join(stored, ", ") + ", the engine has "
                    + join(live, ", ") + ". Read the same libraries.");
  }
}

void StaRestore::checkConstraints()
{
  const std::string text = engine_.constraints();
  const std::string stage_text
      = makeText(ckp_stage_text, stage_.get(), CKP_TEXT_SDC);
  for (size_t scene = 0; scene < scenes_.size(); scene++) {
    if (stage_scenes_[scene]) {
      const std::vector<std::string> lines
          = constraintLines(text, scenes_[scene]);
      const std::vector<std::string> stage_lines
          = constraintLines(stage_text, scenes_[scene]);
      if (lines != stage_lines) {
        host_.error(
            CKP,
            23,
            "The constraints differ: first, the stage has "
                + firstExtraLine(stage_lines, lines) + " and the engine has "
                + firstExtraLine(lines, stage_lines)
                + ". Read the constraints that the stage was saved with.");
      }
    }
  }
}

void StaRestore::checkPlanes()
{
  uint64_t planes = 0;
  call(ckp_stage_number, stage_.get(), CKP_NUMBER_PLANES, &planes);
  if (planes != engine_.planeCount()) {
    host_.error(CKP,
                30,
                std::string("The stage was saved with statistical timing ")
                    + (planes > 1 ? "on" : "off") + ", the engine has it "
                    + (planes > 1 ? "off" : "on")
                    + ". Set sta_pocv_mode as it was.");
  }
}

void StaRestore::align(bool partial)
{
  ObjectTable objects;
  engine_.listObjects(objects);
  alignment_
      = make<AlignmentHandle>(ckp_stage_align, stage_.get(), objects.get());
  const std::string differences
      = makeText(ckp_alignment_report, alignment_.get());
  if (!differences.empty() && !partial) {
    host_.error(CKP,
                24,
                "The netlist differs from the one of the stage: " + differences
                    + ". With -partial what matches is restored and the rest "
                      "is calculated.");
  }
  vertex_flags_.resize(engine_.vertexCount());
  arc_flags_.resize(engine_.arcCount());
}

bool StaRestore::leavesScenes() const
{
  return std::count(stage_scenes_.begin(), stage_scenes_.end(), std::nullopt)
         > 0;
}

std::vector<Lane> StaRestore::restoredLanes() const
{
  std::vector<Lane> restored;
  for (const Lane& lane : lanes(scenes_.size(), engine_.planeCount())) {
    if (stage_scenes_[lane.scene]) {
      restored.push_back(lane);
    }
  }
  return restored;
}

std::vector<DelayLane> StaRestore::restoredDelayLanes() const
{
  std::vector<DelayLane> restored;
  for (const DelayLane& lane :
       delayLanes(scenes_.size(), engine_.planeCount())) {
    if (stage_scenes_[lane.scene]) {
      restored.push_back(lane);
    }
  }
  return restored;
}

Lane StaRestore::stored(const Lane& lane) const
{
  return {
      *stage_scenes_[lane.scene], lane.min_max, lane.transition, lane.plane};
}

Lane StaRestore::stored(const DelayLane& lane) const
{
  return stored(Lane{lane.scene, lane.min_max, CKP_NO_TRANSITION, lane.plane});
}

size_t StaRestore::position(const Lane& lane) const
{
  return lane.plane * lanes(scenes_.size()).size() + lane.index();
}

size_t StaRestore::position(const DelayLane& lane) const
{
  return lane.plane * delayLanes(scenes_.size()).size() + lane.index();
}

// The current values, to return to and to keep where the stage has none.
StaRestore::DelayState StaRestore::readEngine() const
{
  const Rows vertices = {0, engine_.vertexCount()};
  const Rows arcs = {0, engine_.arcCount()};
  DelayState state;
  const uint32_t plane_count = engine_.planeCount();
  for (const Lane& lane : lanes(scenes_.size(), plane_count)) {
    state.slews.emplace_back(vertices.count);
    engine_.readSlews(lane, vertices, state.slews.back().data());
  }
  for (const DelayLane& lane : delayLanes(scenes_.size(), plane_count)) {
    state.delays.emplace_back(arcs.count);
    engine_.readDelays(lane, arcs, state.delays.back().data());
  }
  for (const Lane& lane : lanes(1)) {
    state.slew_marks.emplace_back(vertices.count);
    engine_.readSlewMarks(lane, vertices, state.slew_marks.back().data());
  }
  for (const DelayLane& lane : delayLanes(scenes_.size())) {
    state.delay_marks.emplace_back(arcs.count);
    engine_.readDelayMarks(lane, arcs, state.delay_marks.back().data());
  }
  readEngineLimits(state);
  state.loop_marks.resize(arcs.count);
  engine_.readLoopMarks(state.loop_marks.data());
  return state;
}

// Replaces the values of the rows that the stage has.
void StaRestore::readStage(DelayState& state)
{
  const ckp_alignment* alignment = alignment_.get();
  for (const Lane& lane : restoredLanes()) {
    std::vector<float>& slews = state.slews[position(lane)];
    call(ckp_alignment_read,
         alignment,
         column(CKP_COLUMN_SLEW, stored(lane)),
         0U,
         engine_.vertexCount(),
         slews.data(),
         vertex_flags_.data());
  }
  for (const DelayLane& lane : restoredDelayLanes()) {
    std::vector<float>& delays = state.delays[position(lane)];
    call(ckp_alignment_read,
         alignment,
         column(CKP_COLUMN_DELAY, stored(lane)),
         0U,
         engine_.arcCount(),
         delays.data(),
         arc_flags_.data());
  }
  for (const Lane& lane : lanes(1)) {
    std::vector<uint8_t>& marks = state.slew_marks[lane.index()];
    const std::vector<uint8_t> live = marks;
    readMarks(findColumn(CKP_COLUMN_SLEW_MARK, lane), vertex_flags_, marks);
    if (leavesScenes()) {
      // They are those of the other scenes as well.
      std::transform(marks.begin(),
                     marks.end(),
                     live.begin(),
                     marks.begin(),
                     std::bit_or<>());
    }
  }
  for (const DelayLane& lane : restoredDelayLanes()) {
    if (lane.plane == 0) {
      readMarks(findColumn(CKP_COLUMN_DELAY_MARK, stored(lane)),
                arc_flags_,
                state.delay_marks[lane.index()]);
    }
  }
  readStageLimits(state);
  readMarks(findColumn(CKP_COLUMN_LOOP_MARK, {0, CKP_MIN, CKP_NO_TRANSITION}),
            arc_flags_,
            state.loop_marks);
}

// A stage without the column has no marks.
void StaRestore::readMarks(std::optional<uint32_t> column,
                           std::vector<uint8_t>& flags,
                           std::vector<uint8_t>& marks)
{
  if (column) {
    call(ckp_alignment_read_marks,
         alignment_.get(),
         *column,
         0U,
         static_cast<uint32_t>(marks.size()),
         marks.data(),
         flags.data());
  } else {
    for (size_t row = 0; row < marks.size(); row++) {
      marks[row] = flags[row] == 0 ? marks[row] : 0;
    }
  }
}

std::optional<uint32_t> StaRestore::findColumn(uint32_t kind,
                                               const Lane& lane) const
{
  try {
    return column(kind, lane);
  } catch (const LibraryError& error) {
    if (error.status() == CKP_NOT_FOUND) {
      return std::nullopt;
    }
    throw;
  }
}

uint32_t StaRestore::column(uint32_t kind, const Lane& lane) const
{
  uint32_t column = 0;
  call(ckp_stage_find_column,
       stage_.get(),
       kind,
       lane.scene,
       lane.min_max,
       lane.transition,
       &column);
  if (lane.plane > 0) {
    call(ckp_stage_find_plane, stage_.get(), column, lane.plane, &column);
  }
  return column;
}

void StaRestore::writeEngine(const DelayState& state)
{
  const uint32_t plane_count = engine_.planeCount();
  for (const Lane& lane : lanes(scenes_.size(), plane_count)) {
    engine_.writeSlews(lane, state.slews[position(lane)].data());
  }
  for (const DelayLane& lane : delayLanes(scenes_.size(), plane_count)) {
    engine_.writeDelays(lane, state.delays[position(lane)].data());
  }
  for (const DelayLane& lane : delayLanes(scenes_.size())) {
    engine_.writeDelayMarks(lane, state.delay_marks[lane.index()].data());
  }
  for (const Lane& lane : lanes(1)) {
    engine_.writeSlewMarks(lane, state.slew_marks[lane.index()].data());
  }
  writeLimits(state);
  engine_.writeLoopMarks(state.loop_marks.data());
}

////////////////////////////////////////////////////////////////

// Lets the engine search with the restored delays and compares what it finds
// with the stage.
void StaRestore::prove()
{
  bounds_ = bounds();
  engine_.findTiming();
  const uint32_t row_count = engine_.vertexCount();
  const uint32_t block_rows = std::min(kBlockRows, row_count);
  PathBlock found(scenes_.size(), engine_.planeCount(), block_rows);
  Differences differences;
  for (uint32_t first = 0; first < row_count; first += kBlockRows) {
    const Rows rows = {first, std::min(kBlockRows, row_count - first)};
    engine_.readPaths(rows, found);
    for (const Lane& lane : restoredLanes()) {
      const size_t i = position(lane);
      compare(rows, CKP_COLUMN_ARRIVAL, lane, found.arrival[i], differences);
      compare(rows, CKP_COLUMN_REQUIRED, lane, found.required[i], differences);
      compare(rows, CKP_COLUMN_SLACK, lane, found.slack[i], differences);
    }
  }
  compareSummaries(differences);
  if (differences.count > 0) {
    host_.error(CKP,
                25,
                "The engine does not reproduce the stage from its delays: "
                    + std::to_string(differences.count) + " of "
                    + std::to_string(proved_values_) + " values differ ("
                    + join(differences.first, "; ")
                    + "). The timing of the engine was put back.");
  }
}

// How far errors of the delays can add up, as docs/architecture.md derives it.
StaRestore::Bounds StaRestore::bounds() const
{
  if (tolerance_ == 0.0) {
    return {};
  }
  uint64_t levels = 0;
  call(ckp_stage_number, stage_.get(), CKP_NUMBER_LEVELS, &levels);
  const std::string constraints
      = makeText(ckp_stage_text, stage_.get(), CKP_TEXT_SDC);
  const bool derated
      = constraints.find("set_timing_derate") != std::string::npos;
  const double rounding = latestTime() * std::numeric_limits<float>::epsilon();
  const double of_arc = (derated ? kMaxDerate : 1.0) * tolerance_ + rounding;
  const double of_path = static_cast<double>(levels) * of_arc;
  return {of_path + tolerance_, 4.0 * (of_path + of_arc) + tolerance_};
}

// The greatest finite magnitude of a stored arrival or required time.
float StaRestore::latestTime() const
{
  const uint32_t row_count = engine_.vertexCount();
  std::vector<float> times(row_count);
  std::vector<uint8_t> flags(row_count);
  float latest = 0.0F;
  for (const uint32_t kind : {CKP_COLUMN_ARRIVAL, CKP_COLUMN_REQUIRED}) {
    for (const Lane& lane : restoredLanes()) {
      call(ckp_alignment_read,
           alignment_.get(),
           column(kind, stored(lane)),
           0U,
           row_count,
           times.data(),
           flags.data());
      for (const float time : times) {
        const float magnitude = std::fabs(time);
        if (magnitude > latest && magnitude < kNoPath) {
          latest = magnitude;
        }
      }
    }
  }
  return latest;
}

bool StaRestore::differs(float stored, float found, double bound)
{
  if (memcmp(&stored, &found, sizeof(float)) == 0) {
    return false;
  }
  const double difference = std::fabs(static_cast<double>(stored) - found);
  // Never true for NaN.
  const bool is_within = bound > 0.0 && difference <= bound;
  if (is_within) {
    greatest_difference_ = std::max(greatest_difference_, difference);
  }
  return !is_within;
}

void StaRestore::compare(Rows rows,
                         uint32_t kind,
                         const Lane& lane,
                         const std::vector<float>& found,
                         Differences& differences)
{
  stored_.resize(std::max(stored_.size(), found.size()));
  call(ckp_alignment_read,
       alignment_.get(),
       column(kind, stored(lane)),
       rows.first,
       rows.count,
       stored_.data(),
       &vertex_flags_[rows.first]);
  proved_values_ += rows.count;
  const size_t size = rows.count * sizeof(float);
  if (memcmp(stored_.data(), found.data(), size) != 0) {
    const double bound
        = kind == CKP_COLUMN_ARRIVAL ? bounds_.arrival : bounds_.required;
    for (uint32_t i = 0; i < rows.count; i++) {
      if (differs(stored_[i], found[i], bound)) {
        differences.add(
            engine_.vertexName(rows.first + i) + " " + columnName(kind, lane),
            stored_[i],
            found[i]);
      }
    }
  }
}

void StaRestore::compareSummaries(Differences& differences)
{
  const EndpointTable endpoints = engine_.endpoints();
  const std::vector<Summary> summaries = summarize(endpoints, scenes_.size());
  const double sum_bound
      = static_cast<double>(endpoints.slack.size()) * bounds_.required;
  for (const DelayLane& lane : restoredDelayLanes()) {
    if (lane.plane == 0) {
      compareSummary(lane, summaries[lane.index()], sum_bound, differences);
    }
  }
}

void StaRestore::compareSummary(const DelayLane& lane,
                                const Summary& found,
                                double sum_bound,
                                Differences& differences)
{
  float worst_slack = 0.0F;
  float tns = 0.0F;
  uint32_t violating = 0;
  call(ckp_stage_summary,
       stage_.get(),
       stored(lane).scene,
       lane.min_max,
       &worst_slack,
       &tns,
       &violating);
  proved_values_ += 2;
  const char* min_max = lane.min_max == CKP_MAX ? "max" : "min";
  if (differs(worst_slack, found.worst_slack, bounds_.required)) {
    differences.add(
        std::string("worst slack ") + min_max, worst_slack, found.worst_slack);
  }
  if (differs(tns, found.total_negative_slack, sum_bound)) {
    differences.add(std::string("total negative slack ") + min_max,
                    tns,
                    found.total_negative_slack);
  }
}

void StaRestore::Differences::add(const std::string& what,
                                  float stored,
                                  float found)
{
  count++;
  if (first.size() < kMaxShown) {
    first.push_back(what + " " + formatNumber("%.9g", found) + " instead of "
                    + formatNumber("%.9g", stored));
  }
}

////////////////////////////////////////////////////////////////

RestoreReport StaRestore::report(const RestoreOptions& options,
                                 double seconds) const
{
  const auto matched = [](const std::vector<uint8_t>& flags) -> uint64_t {
    return std::count(flags.begin(), flags.end(), 1);
  };
  RestoreReport report;
  report.stage = makeText(ckp_stage_text, stage_.get(), CKP_TEXT_STAGE);
  for (const DelayLane& lane : restoredDelayLanes()) {
    if (lane.min_max == CKP_MAX && lane.plane == 0) {
      report.scenes.push_back(scenes_[lane.scene]);
    }
  }
  const size_t stored = stageItems(stage_.get(), CKP_LIST_SCENES).size();
  report.is_whole = report.scenes.size() == stored && !leavesScenes();
  report.vertices = matched(vertex_flags_);
  report.arcs = matched(arc_flags_);
  report.seconds = seconds;
  report.tolerance = tolerance_;
  report.is_partial = options.partial;
  report.is_proved = options.prove && !options.partial;
  if (options.partial) {
    report.other_vertices = vertex_flags_.size() - report.vertices;
    report.other_arcs = arc_flags_.size() - report.arcs;
    report.differences = makeText(ckp_alignment_report, alignment_.get());
  } else {
    report.proved_values = proved_values_;
    report.greatest_difference = greatest_difference_;
    report.path_bound = bounds_.arrival;
  }
  return report;
}

}  // namespace ckp
