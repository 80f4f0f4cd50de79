// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ckp.h"

namespace sta {
class Sta;
}

namespace ckp {

class ObjectTable;

struct Rows
{
  uint32_t first;
  uint32_t count;
};

// A limit that is none.
constexpr float kNoLimit = 1e30F;

// One delay calculation result: a scene (corner) and CKP_MIN or CKP_MAX; and
// which of a value's floats, 0 for the mean or one of CKP_PLANE_*.
struct DelayLane
{
  uint32_t scene;
  uint32_t min_max;
  uint32_t plane = 0;

  uint32_t index() const { return scene * 2 + min_max; }
};

// A delay lane and CKP_RISE or CKP_FALL.
struct Lane
{
  uint32_t scene;
  uint32_t min_max;
  uint32_t transition;
  uint32_t plane = 0;

  uint32_t index() const { return (scene * 2 + min_max) * 2 + transition; }
};

// Plane by plane, in the order of index().
std::vector<DelayLane> delayLanes(uint32_t scene_count,
                                  uint32_t plane_count = 1);
std::vector<Lane> lanes(uint32_t scene_count, uint32_t plane_count = 1);
// Those that limits of a kind have, CKP_COLUMN_PULSE_WIDTH or
// CKP_COLUMN_PERIOD.
std::vector<Lane> limitLanes(uint32_t kind, uint32_t scene_count);

// Worst arrival, required and slack of a block of vertices, by position in
// lanes() and row of the block. Seconds; +-1e30 as in the engine where there is
// none.
struct PathBlock
{
  PathBlock(uint32_t scene_count, uint32_t plane_count, uint32_t rows);

  std::vector<std::vector<float>> arrival;
  std::vector<std::vector<float>> required;
  std::vector<std::vector<float>> slack;
};

// A clock as it is timed. Times in seconds.
struct ClockInfo
{
  std::string name;
  std::vector<uint32_t> scenes;  // Those whose constraints have it.
  float period;
  float rise;
  float fall;
  bool is_propagated;
  std::string master;                // "" unless it is generated.
  std::vector<std::string> sources;  // Pins; none for a virtual clock.
};

// Delays of a timing arc of a library cell over input slew and load, from
// which the library predicts those of its arcs in the design. SI units.
struct LibraryDelays
{
  uint32_t arc_row;  // Of one of its arcs.
  std::vector<float> slews;
  std::vector<float> loads;
  std::vector<float> delays;  // Those of the first slew first.
};

// The worst paths of endpoints as ckp_capture_write_path_field() and
// ckp_capture_write_path_points() take them.
struct PathTable
{
  std::vector<std::string> clocks;
  std::array<std::vector<uint32_t>, CKP_PATH_FIELD_COUNT> fields;
  std::vector<uint32_t> arcs;  // Rows, or CKP_NO_ROW.
  std::vector<float> arrivals;
};

// Worst slack of each endpoint in each path group and of each capture clock,
// sorted by scene, min/max, group and vertex row, so that equal timing gives
// equal tables. A group of several clocks is as many groups of one name.
struct EndpointTable
{
  std::vector<std::string> groups;        // Sorted, with
  std::vector<std::string> group_clocks;  // capture clocks; "" for none.
  std::vector<uint32_t> vertex;
  std::vector<uint32_t> group;
  std::vector<uint32_t> scene;
  std::vector<uint32_t> min_max;
  std::vector<float> slack;
  // Those that the engine reports, of the worst rows.
  PathTable paths;
};

// Worst and total negative slack of the endpoints of one delay lane. An
// endpoint counts with the worst of its groups.
struct Summary
{
  float worst_slack;  // Seconds; 1e30 when nothing is constrained.
  float total_negative_slack;
  uint32_t violating_endpoints;
};

// By DelayLane::index(). Computed from the table rather than asked of the
// engine, whose sums depend on the order of its updates.
std::vector<Summary> summarize(const EndpointTable& endpoints,
                               uint32_t scene_count);

// The timing engine, as far as a checkpoint needs it. One generation of the
// engine's API is one implementation; nothing outside of it knows the
// engine's types. Values move in blocks of rows, since a call for each value
// would dominate the time of a save.
//
// An object is made for one command. Rows are those of the object table that
// listObjects() filled; they are independent of the engine's ids, which depend
// on the history of edits.
class Engine
{
 public:
  virtual ~Engine() = default;

  // What is timed.
  virtual bool isLinked() const = 0;
  // Floats of a value: 1, or with statistical timing those of CKP_PLANE_* and
  // the mean. 0 where they cannot be had.
  virtual uint32_t planeCount() const = 0;
  virtual std::string name() const = 0;
  virtual std::string version() const = 0;
  virtual std::string designName() const = 0;
  virtual std::vector<std::string> scenes() const = 0;
  virtual std::vector<std::string> liberties() const = 0;
  virtual std::string constraints() const = 0;
  virtual uint32_t threadCount() const = 0;

  virtual void listObjects(ObjectTable& objects) = 0;
  virtual uint32_t vertexCount() const = 0;
  virtual uint32_t arcCount() const = 0;
  virtual std::string vertexName(uint32_t row) const = 0;

  // Brings delays, arrivals and requireds up to date. Incremental updates stop
  // where a value changes by less than a tolerance, so values would depend on
  // the history of edits and no other engine could find them again; after such
  // updates the engine searches anew, everything or what they may have reached.
  virtual void findTiming() = 0;
  virtual void readSlews(const Lane& lane, Rows rows, float* slews) const = 0;
  virtual void readDelays(const DelayLane& lane, Rows rows, float* delays) const
      = 0;
  virtual void readPaths(Rows rows, PathBlock& block) = 0;
  // Those of the timing arcs of listObjects() that the library describes by
  // tables.
  virtual std::vector<LibraryDelays> libraryDelays(uint32_t scene) const = 0;
  virtual EndpointTable endpoints() = 0;
  // Those of the constraints; after findTiming(), which gives generated ones
  // their edges.
  virtual std::vector<ClockInfo> clocks() const = 0;

  // User annotation. Slews are marked by min/max and transition only; the
  // scene of `lane` is not looked at.
  virtual bool hasSlewMarks() const = 0;
  virtual bool hasDelayMarks() const = 0;
  virtual void readSlewMarks(const Lane& lane, Rows rows, uint8_t* marks) const
      = 0;
  virtual void readDelayMarks(const DelayLane& lane,
                              Rows rows,
                              uint8_t* marks) const
      = 0;

  // Limits of the clock at a vertex that the user annotated: `kind` is
  // CKP_COLUMN_PULSE_WIDTH (rise: high, fall: low) or CKP_COLUMN_PERIOD (rise
  // only); kNoLimit where there is none. An engine that keeps them otherwise,
  // as delays of arcs, has none.
  virtual bool hasLimits(uint32_t /* kind */) const { return false; }
  virtual void readLimits(uint32_t /* kind */,
                          const Lane& /* lane */,
                          Rows /* rows */,
                          float* /* limits */) const
  {
  }
  virtual void writeLimits(uint32_t /* kind */,
                           const Lane& /* lane */,
                           const float* /* limits */)
  {
  }

  // Edges where the engine cut combinational loops, marked at all of their
  // arcs. There is a choice, which depends on the history of edits.
  virtual bool hasLoopMarks() const { return false; }
  virtual void readLoopMarks(uint8_t* /* marks */) const {}
  virtual void writeLoopMarks(const uint8_t* /* marks */) {}

  // Restore: beginRestore(), writes of all rows, then acceptDelays(), which
  // leaves the engine as if it had calculated the written values itself. When
  // they turn out to be wrong, write the old values and undoRestore().
  virtual void beginRestore() = 0;
  virtual void writeSlews(const Lane& lane, const float* slews) = 0;
  virtual void writeDelays(const DelayLane& lane, const float* delays) = 0;
  virtual void writeSlewMarks(const Lane& lane, const uint8_t* marks) = 0;
  virtual void writeDelayMarks(const DelayLane& lane, const uint8_t* marks) = 0;
  virtual void acceptDelays() = 0;
  virtual void undoRestore() = 0;
  // After acceptDelays(): has the engine calculate the rows whose flag is not
  // 1, and the nets around them, when timing is asked for next.
  virtual void recalculate(const std::vector<uint8_t>& vertex_flags,
                           const std::vector<uint8_t>& arc_flags)
      = 0;
};

// Follows what the engine does between the commands, from its making on.
class EngineWatch
{
 public:
  virtual ~EngineWatch() = default;
};

// The implementations for the engine that the module was built with.
std::unique_ptr<EngineWatch> watchEngine(sta::Sta* sta);
std::unique_ptr<Engine> makeEngine(sta::Sta* sta, EngineWatch& watch);

}  // namespace ckp
