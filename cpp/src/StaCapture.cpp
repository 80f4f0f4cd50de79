// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#include "StaCapture.h"

#include <algorithm>

#include "ObjectTable.h"
#include "engine/Engine.h"

namespace ckp {

namespace {

// Calls `write` for each block of `row_count` rows.
template <class Write>
void forEachBlock(uint32_t row_count, Write write)
{
  for (uint32_t first = 0; first < row_count; first += kBlockRows) {
    write(Rows{first, std::min(kBlockRows, row_count - first)});
  }
}

}  // namespace

StaCapture::StaCapture(Engine& engine) : engine_(engine)
{
}

StageHandle StaCapture::save(ckp_store* store,
                             const std::string& stage,
                             const SaveOptions& options)
{
  begin(store, stage, options);
  // First, so that a file that cannot be read is told at once.
  for (const auto& [name, path] : options.attachments) {
    call(ckp_capture_attach, capture_.get(), name.c_str(), path.c_str());
  }
  {
    const Stopwatch::Lap lap(engine_time_);
    engine_.findTiming();
  }
  describe(options);
  addLibraryDelays();
  writeVertexColumns();
  writeDelayColumns();
  writeSlewMarks();
  writeDelayMarks();
  writeLimits();
  writeLoopMarks();
  writeEndpoints();
  return make<StageHandle>(ckp_capture_commit, capture_.release());
}

// Begins before timing is found, so that a locked store or an unknown base is
// told at once.
void StaCapture::begin(ckp_store* store,
                       const std::string& stage,
                       const SaveOptions& options)
{
  const auto handle = make<OptionsHandle>(ckp_options_new);
  if (!options.base.empty()) {
    call(ckp_options_set_text,
         handle.get(),
         CKP_OPTION_BASE,
         options.base.c_str());
  }
  if (options.full) {
    call(ckp_options_set_u64, handle.get(), CKP_OPTION_FULL, 1);
  }
  if (options.codec) {
    call(ckp_options_set_u64, handle.get(), CKP_OPTION_CODEC, *options.codec);
  }
  if (options.level) {
    call(ckp_options_set_u64, handle.get(), CKP_OPTION_LEVEL, *options.level);
  }
  if (options.tolerance > 0.0) {
    call(ckp_options_set_f64,
         handle.get(),
         CKP_OPTION_TOLERANCE,
         options.tolerance);
  }
  ObjectTable objects;
  {
    const Stopwatch::Lap lap(engine_time_);
    engine_.listObjects(objects);
  }
  capture_ = make<CaptureHandle>(
      ckp_capture_begin, store, stage.c_str(), handle.get(), objects.release());
}

void StaCapture::describe(const SaveOptions& options)
{
  const auto set_text = [this](uint32_t id, const std::string& text) {
    call(ckp_capture_set_text, capture_.get(), id, text.c_str());
  };
  const std::vector<std::string> scenes = engine_.scenes();
  scene_count_ = scenes.size();
  addItems(CKP_LIST_SCENES, scenes);
  addItems(CKP_LIST_LIBERTIES, engine_.liberties());
  set_text(CKP_TEXT_DESIGN, engine_.designName());
  set_text(CKP_TEXT_ENGINE, engine_.name());
  set_text(CKP_TEXT_ENGINE_VERSION, engine_.version());
  set_text(CKP_TEXT_NOTE, options.note);
  std::string constraints;
  {
    const Stopwatch::Lap lap(engine_time_);
    constraints = engine_.constraints();
  }
  set_text(CKP_TEXT_SDC, constraints);
  call(ckp_capture_set_threads, capture_.get(), engine_.threadCount());
  addClocks();
  for (const auto& [key, value] : options.meta) {
    call(ckp_capture_add_meta, capture_.get(), key.c_str(), value.c_str());
  }
}

void StaCapture::addItems(uint32_t list, const std::vector<std::string>& items)
{
  for (const std::string& item : items) {
    call(ckp_capture_add_item, capture_.get(), list, item.c_str());
  }
}

void StaCapture::addClocks()
{
  for (const ClockInfo& clock : engine_.clocks()) {
    std::vector<const char*> sources;
    for (const std::string& source : clock.sources) {
      sources.push_back(source.c_str());
    }
    call(ckp_capture_add_clock,
         capture_.get(),
         clock.name.c_str(),
         clock.scenes.data(),
         static_cast<uint32_t>(clock.scenes.size()),
         clock.period,
         clock.rise,
         clock.fall,
         clock.is_propagated ? 1U : 0U,
         clock.master.c_str(),
         sources.data(),
         static_cast<uint32_t>(sources.size()));
  }
}

void StaCapture::addLibraryDelays()
{
  for (uint32_t scene = 0; scene < scene_count_; scene++) {
    std::vector<LibraryDelays> tables;
    {
      const Stopwatch::Lap lap(engine_time_);
      tables = engine_.libraryDelays(scene);
    }
    for (const LibraryDelays& table : tables) {
      call(ckp_capture_add_delay_table,
           capture_.get(),
           scene,
           table.arc_row,
           table.slews.data(),
           static_cast<uint32_t>(table.slews.size()),
           table.loads.data(),
           static_cast<uint32_t>(table.loads.size()),
           table.delays.data());
    }
  }
}

uint32_t StaCapture::addColumn(uint32_t kind,
                               uint32_t scene,
                               uint32_t min_max,
                               uint32_t transition)
{
  uint32_t column = 0;
  call(ckp_capture_add_column,
       capture_.get(),
       kind,
       scene,
       min_max,
       transition,
       &column);
  return column;
}

uint32_t StaCapture::addPlane(uint32_t column, uint32_t plane)
{
  uint32_t added = 0;
  call(ckp_capture_add_plane, capture_.get(), column, plane, &added);
  return added;
}

void StaCapture::writeVertexColumns()
{
  struct Columns
  {
    Lane lane;
    uint32_t slew;
    uint32_t arrival;
    uint32_t required;
    uint32_t slack;
  };
  const uint32_t plane_count = engine_.planeCount();
  std::vector<Columns> columns;  // Those of the means come first.
  for (const Lane& lane : lanes(scene_count_, plane_count)) {
    const auto add = [&](uint32_t kind, uint32_t Columns::*column) {
      return lane.plane == 0
                 ? addColumn(kind, lane.scene, lane.min_max, lane.transition)
                 : addPlane(columns[lane.index()].*column, lane.plane);
    };
    const Columns added = {lane,
                           add(CKP_COLUMN_SLEW, &Columns::slew),
                           add(CKP_COLUMN_ARRIVAL, &Columns::arrival),
                           add(CKP_COLUMN_REQUIRED, &Columns::required),
                           add(CKP_COLUMN_SLACK, &Columns::slack)};
    columns.push_back(added);
  }
  const uint32_t row_count = engine_.vertexCount();
  const uint32_t block_rows = std::min(kBlockRows, row_count);
  PathBlock paths(scene_count_, plane_count, block_rows);
  std::vector<std::vector<float>> slews(columns.size(),
                                        std::vector<float>(block_rows));
  forEachBlock(row_count, [&](Rows rows) {
    {
      const Stopwatch::Lap lap(engine_time_);
      engine_.readPaths(rows, paths);
      for (size_t i = 0; i < columns.size(); i++) {
        engine_.readSlews(columns[i].lane, rows, slews[i].data());
      }
    }
    for (size_t i = 0; i < columns.size(); i++) {
      const Columns& c = columns[i];
      const auto write
          = [&](uint32_t column, const std::vector<float>& values) {
              call(ckp_capture_write,
                   capture_.get(),
                   column,
                   values.data(),
                   rows.count);
            };
      write(c.slew, slews[i]);
      write(c.arrival, paths.arrival[i]);
      write(c.required, paths.required[i]);
      write(c.slack, paths.slack[i]);
    }
  });
}

void StaCapture::writeDelayColumns()
{
  const uint32_t row_count = engine_.arcCount();
  std::vector<float> delays(std::min(kBlockRows, row_count));
  std::vector<uint32_t> means;
  for (const DelayLane& lane : delayLanes(scene_count_, engine_.planeCount())) {
    if (lane.plane == 0) {
      means.push_back(addColumn(
          CKP_COLUMN_DELAY, lane.scene, lane.min_max, CKP_NO_TRANSITION));
    }
    const uint32_t column = lane.plane == 0
                                ? means.back()
                                : addPlane(means[lane.index()], lane.plane);
    forEachBlock(row_count, [&](Rows rows) {
      {
        const Stopwatch::Lap lap(engine_time_);
        engine_.readDelays(lane, rows, delays.data());
      }
      call(
          ckp_capture_write, capture_.get(), column, delays.data(), rows.count);
    });
  }
}

// Few designs have annotated slews; without the columns there are none. The
// engine does not tell scenes apart, the first stands for all.
void StaCapture::writeSlewMarks()
{
  if (engine_.hasSlewMarks()) {
    const uint32_t row_count = engine_.vertexCount();
    std::vector<uint8_t> marks(std::min(kBlockRows, row_count));
    for (const Lane& lane : lanes(1)) {
      const uint32_t column = addColumn(
          CKP_COLUMN_SLEW_MARK, lane.scene, lane.min_max, lane.transition);
      forEachBlock(row_count, [&](Rows rows) {
        engine_.readSlewMarks(lane, rows, marks.data());
        call(ckp_capture_write_marks,
             capture_.get(),
             column,
             marks.data(),
             rows.count);
      });
    }
  }
}

void StaCapture::writeDelayMarks()
{
  if (engine_.hasDelayMarks()) {
    const uint32_t row_count = engine_.arcCount();
    std::vector<uint8_t> marks(std::min(kBlockRows, row_count));
    for (const DelayLane& lane : delayLanes(scene_count_)) {
      const uint32_t column = addColumn(
          CKP_COLUMN_DELAY_MARK, lane.scene, lane.min_max, CKP_NO_TRANSITION);
      forEachBlock(row_count, [&](Rows rows) {
        engine_.readDelayMarks(lane, rows, marks.data());
        call(ckp_capture_write_marks,
             capture_.get(),
             column,
             marks.data(),
             rows.count);
      });
    }
  }
}

// Few designs have any.
void StaCapture::writeLimits()
{
  const uint32_t row_count = engine_.vertexCount();
  std::vector<float> limits(std::min(kBlockRows, row_count));
  for (const uint32_t kind : {CKP_COLUMN_PULSE_WIDTH, CKP_COLUMN_PERIOD}) {
    for (const Lane& lane : limitLanes(kind, scene_count_)) {
      if (engine_.hasLimits(kind)) {
        const uint32_t column
            = addColumn(kind, lane.scene, lane.min_max, lane.transition);
        forEachBlock(row_count, [&](Rows rows) {
          engine_.readLimits(kind, lane, rows, limits.data());
          call(ckp_capture_write,
               capture_.get(),
               column,
               limits.data(),
               rows.count);
        });
      }
    }
  }
}

void StaCapture::writeLoopMarks()
{
  if (engine_.hasLoopMarks()) {
    const uint32_t column
        = addColumn(CKP_COLUMN_LOOP_MARK, 0, CKP_MIN, CKP_NO_TRANSITION);
    std::vector<uint8_t> marks(engine_.arcCount());
    engine_.readLoopMarks(marks.data());
    call(ckp_capture_write_marks,
         capture_.get(),
         column,
         marks.data(),
         engine_.arcCount());
  }
}

void StaCapture::writeEndpoints()
{
  EndpointTable ends;
  {
    const Stopwatch::Lap lap(engine_time_);
    ends = engine_.endpoints();
  }
  addItems(CKP_LIST_GROUPS, ends.groups);
  addItems(CKP_LIST_GROUP_CLOCKS, ends.group_clocks);
  call(ckp_capture_write_endpoints,
       capture_.get(),
       ends.vertex.data(),
       ends.group.data(),
       ends.scene.data(),
       ends.min_max.data(),
       ends.slack.data(),
       static_cast<uint32_t>(ends.slack.size()));
  writePaths(ends.paths);
  const std::vector<Summary> summaries = summarize(ends, scene_count_);
  for (const DelayLane& lane : delayLanes(scene_count_)) {
    const Summary& summary = summaries[lane.index()];
    call(ckp_capture_set_summary,
         capture_.get(),
         lane.scene,
         lane.min_max,
         summary.worst_slack,
         summary.total_negative_slack,
         summary.violating_endpoints);
  }
}

void StaCapture::writePaths(const PathTable& paths)
{
  addItems(CKP_LIST_PATH_CLOCKS, paths.clocks);
  for (uint32_t field = 0; field < CKP_PATH_FIELD_COUNT; field++) {
    call(ckp_capture_write_path_field,
         capture_.get(),
         field,
         paths.fields[field].data(),
         static_cast<uint32_t>(paths.fields[field].size()));
  }
  call(ckp_capture_write_path_points,
       capture_.get(),
       paths.arcs.data(),
       paths.arrivals.data(),
       static_cast<uint32_t>(paths.arcs.size()));
}

}  // namespace ckp
