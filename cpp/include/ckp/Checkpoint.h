// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sta {
class Sta;
}

namespace ckp {

class Design;
class Engine;
class EngineWatch;
class Host;
struct RestoreReport;

struct SaveOptions
{
  std::string base;  // Stage to store the difference to; empty: the head.
  bool full = false;
  std::optional<uint32_t> codec;  // CKP_CODEC_*
  std::optional<uint32_t> level;  // Zstandard level, 1 to 19.
  // Seconds that stored slews, delays and times may differ from the engine's,
  // 0 to 1; 0 keeps every bit.
  double tolerance = 0.0;
  std::string note;
  std::vector<std::pair<std::string, std::string>> meta;
  // Files to keep in the stage: the name that each has there, and its path.
  std::vector<std::pair<std::string, std::string>> attachments;
  // Attach what the host's design database holds, for a restore to bring back.
  bool with_design = false;
  uint32_t format = 0;  // Of what is printed: CKP_REPORT_*.
};

struct RestoreOptions
{
  // Leave objects that the stage does not know to the engine's delay
  // calculation, instead of refusing.
  bool partial = false;
  // Have the engine search and compare what it finds with the stage. Without,
  // the search is left to the first query, and nothing is compared.
  bool prove = true;
  // Scenes to restore, which the stage and the engine both have; the others of
  // the engine keep their timing. Without a value all scenes are restored, and
  // both have to have the same.
  std::optional<std::vector<std::string>> scenes;
  // Bring the design back first.
  bool with_design = false;
  uint32_t format = 0;  // Of what is printed: CKP_REPORT_*.
};

struct PathOptions
{
  std::vector<std::string> from;
  std::vector<std::string> through;
  std::vector<std::string> to;
  std::string scene;     // Empty: any.
  std::string group;     // Empty: any.
  uint32_t min_max = 1;  // CKP_MIN or CKP_MAX.
  uint32_t count = 1;
  uint32_t digits = 3;
  uint32_t format = 0;  // CKP_REPORT_*
};

struct DiffOptions
{
  uint32_t endpoints = 10;  // Names in each list.
  uint32_t depth = 1;       // Levels of hierarchy to sum up by.
  std::string divider;      // Of these levels; empty: /.
  uint32_t ulp = 0;         // Units in the last place that are the same.
  double tolerance = 0.0;   // Seconds that are the same.
  bool quick = false;       // Slacks of endpoints only.
  std::string fail_if;      // Condition; empty: none.
  uint32_t format = 0;      // CKP_REPORT_*
};

// Without a rule all stages are kept.
struct CompactOptions
{
  bool dry_run = false;
  std::optional<uint64_t> keep_last;  // Saved last.
  std::vector<std::string> names;     // Patterns with * and ?.
  std::vector<std::pair<std::string, std::string>> meta;
  uint32_t format = 0;  // CKP_REPORT_*
};

// Saves the timing of one engine to stores and restores it. Failures are
// thrown as ckp::Error; a failed call changes neither the store nor the engine,
// but that a design that was put back is timed anew.
//
// `store` is the directory of a store; empty means the default set by
// setStore(). Not for use by two threads at a time, as the engine itself.
class Checkpoint
{
 public:
  explicit Checkpoint(sta::Sta* sta);
  ~Checkpoint();

  void setStore(const std::string& store);
  void save(const std::string& stage,
            const std::string& store,
            const SaveOptions& options);
  void restore(const std::string& stage,
               const std::string& store,
               const RestoreOptions& options);
  // Writes the files attached to the stage to `directory`, which is made if
  // need be. A file that is there already is left alone if it is the same, and
  // refused if it is not; then none is written. The engine is not used.
  void extract(const std::string& stage,
               const std::string& store,
               const std::string& directory,
               uint32_t format);
  // The same for one of them, to `path`, without a message.
  void extractFile(const std::string& stage,
                   const std::string& store,
                   const std::string& name,
                   const std::string& path);
  // Restores the stage and makes it the base of what is saved next.
  void rollback(const std::string& stage,
                const std::string& store,
                const RestoreOptions& options);
  // Prints the stages of the store; `format` is a CKP_REPORT_ constant.
  void report(const std::string& store, uint32_t format);
  // Prints what changed from one stage to another; throws then if it is what
  // `fail_if` says. The engine is not used.
  void reportDiff(const std::string& from,
                  const std::string& to,
                  const std::string& store,
                  const DiffOptions& options);
  // Prints slack, arrival, required time and slew of pins at each stage.
  // `min_max` is CKP_MIN or CKP_MAX; an empty scene means the worst of all.
  void reportHistory(const std::vector<std::string>& pins,
                     const std::string& store,
                     uint32_t min_max,
                     const std::string& scene,
                     uint32_t format);
  // Stages that are deltas on it are put on its base first.
  void deleteStage(const std::string& stage, const std::string& store);
  // Removes leftovers, shortens chains of deltas, and deletes stages that no
  // rule keeps, or tells what that would save.
  void compact(const std::string& store, const CompactOptions& options);
  // Prints the worst paths of a stage; of the head where `stage` is empty. The
  // engine is not used.
  void reportPaths(const std::string& stage,
                   const std::string& store,
                   const PathOptions& options);
  // Checks every stored byte, and with `full` decodes every value and
  // attachment as well. A store that is not sound is an error; in JSON what was
  // found is printed before.
  void check(const std::string& store, bool full, uint32_t format);
  // Copies what is sound to a new store in `directory`; the store itself stays
  // as it is. If it is not sound, that is an error as of check(), and what
  // could be copied is there.
  void repair(const std::string& store,
              const std::string& directory,
              uint32_t format);

  Host& host() { return *host_; }

 private:
  // Engine rows are valid only until the netlist changes, so each command
  // makes its own.
  std::unique_ptr<Engine> linkedEngine();
  std::unique_ptr<Design> design();
  // `finish` is called with the open store; when it throws, the engine is put
  // back.
  template <class Finish>
  RestoreReport restoreAnd(const std::string& stage,
                           const std::string& store,
                           const RestoreOptions& options,
                           Finish finish);
  void print(const RestoreReport& report, uint32_t format);
  void tellFindings(uint64_t findings,
                    const std::string& report,
                    uint32_t format);
  std::string storePath(const std::string& store);

  sta::Sta* sta_;
  std::unique_ptr<Host> host_;
  std::unique_ptr<EngineWatch> watch_;
  std::string default_store_;
};

}  // namespace ckp
