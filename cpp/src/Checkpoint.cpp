// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#include "ckp/Checkpoint.h"

#include "CkpHandle.h"
#include "Design.h"
#include "DesignSwap.h"
#include "Host.h"
#include "Json.h"
#include "RestoreReport.h"
#include "StaCapture.h"
#include "StaRestore.h"
#include "Stopwatch.h"
#include "TemporaryDirectory.h"
#include "Text.h"
#include "engine/Engine.h"

namespace ckp {

namespace {

StoreHandle openStore(const std::string& path, uint32_t mode)
{
  return make<StoreHandle>(ckp_store_open, path.c_str(), mode);
}

uint64_t number(const StageHandle& stage, uint32_t id)
{
  uint64_t value = 0;
  call(ckp_stage_number, stage.get(), id, &value);
  return value;
}

std::vector<std::string> attachments(const ckp_stage* stage)
{
  uint32_t count = 0;
  call(ckp_stage_item_count, stage, CKP_LIST_ATTACHMENTS, &count);
  std::vector<std::string> names;
  for (uint32_t i = 0; i < count; i++) {
    names.push_back(makeText(ckp_stage_item, stage, CKP_LIST_ATTACHMENTS, i));
  }
  return names;
}

// What the attached files take; nothing where there are none.
std::string attachedText(const StageHandle& stage, uint64_t stored)
{
  uint64_t bytes = 0;
  const std::vector<std::string> names = attachments(stage.get());
  for (const std::string& name : names) {
    uint64_t size = 0;
    uint64_t stored_size = 0;
    call(ckp_stage_attachment_size,
         stage.get(),
         name.c_str(),
         &size,
         &stored_size);
    bytes += size;
  }
  return names.empty() ? ""
                       : std::to_string(names.size()) + " attached ("
                             + formatNumber("%.3f MB, ", bytes * 1e-6)
                             + formatNumber("%.3f MB stored), ", stored * 1e-6);
}

// `record` is what the store tells of the stage.
std::string savedJson(const std::string& record,
                      double engine_seconds,
                      double store_seconds)
{
  JsonObject json;
  json.addJson("saved", record);
  json.add("engine_seconds", engine_seconds);
  json.add("store_seconds", store_seconds);
  return json.text();
}

std::string savedLine(const StageHandle& stage,
                      double engine_seconds,
                      double store_seconds)
{
  const std::string base = makeText(ckp_stage_text, stage.get(), CKP_TEXT_BASE);
  double tolerance = 0.0;
  call(ckp_stage_tolerance, stage.get(), &tolerance);
  const uint64_t raw = number(stage, CKP_NUMBER_RAW_BYTES);
  const uint64_t attached = number(stage, CKP_NUMBER_ATTACHED_BYTES);
  const uint64_t stored = number(stage, CKP_NUMBER_STORED_BYTES) - attached;
  return "Saved stage " + makeText(ckp_stage_text, stage.get(), CKP_TEXT_STAGE)
         + (base.empty() ? " (full" : " (base " + base)
         + (tolerance > 0.0
                ? ", within " + formatNumber("%g", tolerance) + " s): "
                : "): ")
         + std::to_string(number(stage, CKP_NUMBER_VERTICES)) + " vertices, "
         + std::to_string(number(stage, CKP_NUMBER_ARCS)) + " arcs, "
         + formatNumber("%.3f MB raw, ", raw * 1e-6)
         + formatNumber("%.3f MB stored, ", stored * 1e-6)
         + formatNumber("ratio %.4f, ",
                        static_cast<double>(stored) / static_cast<double>(raw))
         + attachedText(stage, attached)
         + formatNumber("%.2f s in the engine, ", engine_seconds)
         + formatNumber("%.2f s in the store.\n", store_seconds);
}

}  // namespace

Checkpoint::Checkpoint(sta::Sta* sta)
    : sta_(sta), host_(makeHost(sta)), watch_(watchEngine(sta))
{
}

Checkpoint::~Checkpoint() = default;

void Checkpoint::setStore(const std::string& store)
{
  if (store.empty()) {
    host_->error(CKP, 2, "The name of the store is empty.");
  }
  default_store_ = store;
}

void Checkpoint::save(const std::string& stage,
                      const std::string& store,
                      const SaveOptions& options)
{
  if (options.full && !options.base.empty()) {
    host_->error(CKP, 3, "A full stage has no base: give -full or -base.");
  }
  if (options.level && (*options.level < 1 || *options.level > 19)) {
    host_->error(CKP, 6, "The compression level is a number from 1 to 19.");
  }
  // Not true for NaN.
  if (!(options.tolerance >= 0.0 && options.tolerance <= 1.0)) {
    host_->error(CKP, 12, "The tolerance is a number of seconds from 0 to 1.");
  }
  Stopwatch time;
  StageHandle saved;
  std::string record;
  double engine_seconds = 0.0;
  try {
    const Stopwatch::Lap lap(time);
    const std::unique_ptr<Engine> engine = linkedEngine();
    if (options.tolerance > 0.0 && engine->planeCount() > 1) {
      host_->error(CKP,
                   31,
                   "With statistical timing every bit is kept: save without "
                   "-tolerance.");
    }
    const StoreHandle handle = openStore(storePath(store), CKP_OPEN_CREATE);
    call(ckp_store_check_new_stage, handle.get(), stage.c_str());
    SaveOptions with_files = options;
    std::optional<TemporaryDirectory> files;
    if (options.with_design) {
      files.emplace();
      for (const std::string& name : design()->save(files->path())) {
        with_files.attachments.emplace_back(name, files->path() + "/" + name);
      }
    }
    StaCapture capture(*engine);
    saved = capture.save(handle.get(), stage, with_files);
    engine_seconds = capture.engineSeconds();
    record = makeText(
        ckp_store_report_stage, handle.get(), stage.c_str(), CKP_REPORT_JSON);
  } catch (const LibraryError& failure) {
    host_->error(failure);
  }
  const double store_seconds = time.seconds() - engine_seconds;
  host_->print(options.format == CKP_REPORT_JSON
                   ? savedJson(record, engine_seconds, store_seconds)
                   : savedLine(saved, engine_seconds, store_seconds));
}

void Checkpoint::restore(const std::string& stage,
                         const std::string& store,
                         const RestoreOptions& options)
{
  print(restoreAnd(stage, store, options, [](ckp_store*) {}), options.format);
}

void Checkpoint::print(const RestoreReport& report, uint32_t format)
{
  host_->print(format == CKP_REPORT_JSON ? report.json() : report.text());
}

void Checkpoint::extract(const std::string& stage,
                         const std::string& store,
                         const std::string& directory,
                         uint32_t format)
{
  std::vector<std::string> names;
  uint32_t written = 0;
  try {
    const StoreHandle handle = openStore(storePath(store), CKP_OPEN_READ);
    const auto opened
        = make<StageHandle>(ckp_stage_open, handle.get(), stage.c_str());
    names = attachments(opened.get());
    call(ckp_stage_extract, opened.get(), directory.c_str(), &written);
  } catch (const LibraryError& failure) {
    host_->error(failure);
  }
  if (format == CKP_REPORT_JSON) {
    JsonObject json;
    json.add("extracted", stage);
    json.add("directory", directory);
    json.add("files", names);
    json.addCount("written", written);
    host_->print(json.text());
  } else if (names.empty()) {
    host_->print("Stage " + stage + " has no attached files.\n");
  } else {
    const size_t kept = names.size() - written;
    host_->print("Extracted " + std::to_string(written) + " of "
                 + std::to_string(names.size()) + " files attached to stage "
                 + stage + " to " + directory + ": " + join(names, ", ")
                 + (kept == 0 ? ".\n"
                              : "; " + std::to_string(kept)
                                    + " there already, the same.\n"));
  }
}

void Checkpoint::extractFile(const std::string& stage,
                             const std::string& store,
                             const std::string& name,
                             const std::string& path)
{
  try {
    const StoreHandle handle = openStore(storePath(store), CKP_OPEN_READ);
    const auto opened
        = make<StageHandle>(ckp_stage_open, handle.get(), stage.c_str());
    uint32_t written = 0;
    call(ckp_stage_extract_file,
         opened.get(),
         name.c_str(),
         path.c_str(),
         &written);
  } catch (const LibraryError& failure) {
    host_->error(failure);
  }
}

void Checkpoint::rollback(const std::string& stage,
                          const std::string& store,
                          const RestoreOptions& options)
{
  RestoreReport report
      = restoreAnd(stage, store, options, [&stage](ckp_store* handle) {
          call(ckp_store_set_head, handle, stage.c_str());
        });
  report.is_head = true;
  print(report, options.format);
}

template <class Finish>
RestoreReport Checkpoint::restoreAnd(const std::string& stage,
                                     const std::string& store,
                                     const RestoreOptions& options,
                                     Finish finish)
{
  try {
    std::unique_ptr<Engine> engine;
    if (!options.with_design) {
      engine = linkedEngine();
    }
    const StoreHandle handle = openStore(storePath(store), CKP_OPEN_READ);
    std::unique_ptr<Design> design;
    std::optional<DesignSwap> swap;
    if (options.with_design) {
      design = this->design();
      swap.emplace(*design, *host_, handle.get(), stage);
      swap->replace();
      engine = linkedEngine();
    }
    StaRestore restore(*engine, *host_);
    RestoreReport report = restore.restore(
        handle.get(), stage, options, [&] { finish(handle.get()); });
    if (swap) {
      swap->keep();
      report.with_design = true;
    }
    return report;
  } catch (const LibraryError& failure) {
    host_->error(failure);
  }
}

void Checkpoint::report(const std::string& store, uint32_t format)
{
  try {
    const StoreHandle handle = openStore(storePath(store), CKP_OPEN_READ);
    host_->print(makeText(ckp_store_report, handle.get(), format));
  } catch (const LibraryError& failure) {
    host_->error(failure);
  }
}

void Checkpoint::reportDiff(const std::string& from,
                            const std::string& to,
                            const std::string& store,
                            const DiffOptions& options)
{
  uint32_t failed = 0;
  try {
    const StoreHandle handle = openStore(storePath(store), CKP_OPEN_READ);
    const auto query = make<DiffQueryHandle>(ckp_diff_query_new);
    const auto set_number = [&query](uint32_t id, uint64_t number) {
      call(ckp_diff_query_set_u64, query.get(), id, number);
    };
    set_number(CKP_DIFF_QUERY_ENDPOINTS, options.endpoints);
    set_number(CKP_DIFF_QUERY_DEPTH, options.depth);
    set_number(CKP_DIFF_QUERY_ULP, options.ulp);
    set_number(CKP_DIFF_QUERY_COLUMNS, options.quick ? 0 : 1);
    call(ckp_diff_query_set_f64,
         query.get(),
         CKP_DIFF_QUERY_TOLERANCE,
         options.tolerance);
    for (const auto& [id, text] :
         {std::pair(CKP_DIFF_QUERY_DIVIDER, &options.divider),
          std::pair(CKP_DIFF_QUERY_FAIL_IF, &options.fail_if)}) {
      if (!text->empty()) {
        call(ckp_diff_query_set_text, query.get(), id, text->c_str());
      }
    }
    host_->print(makeText(ckp_store_report_diff,
                          handle.get(),
                          from.c_str(),
                          to.c_str(),
                          query.get(),
                          options.format,
                          &failed));
  } catch (const LibraryError& failure) {
    host_->error(failure);
  }
  if (failed != 0) {
    host_->error(CKP,
                 32,
                 "From stage " + from + " to stage " + to
                     + " it is as -fail_if says: " + options.fail_if + ".");
  }
}

void Checkpoint::reportHistory(const std::vector<std::string>& pins,
                               const std::string& store,
                               uint32_t min_max,
                               const std::string& scene,
                               uint32_t format)
{
  std::vector<const char*> names;
  for (const std::string& pin : pins) {
    names.push_back(pin.c_str());
  }
  try {
    const StoreHandle handle = openStore(storePath(store), CKP_OPEN_READ);
    host_->print(makeText(ckp_store_report_history,
                          handle.get(),
                          names.data(),
                          static_cast<uint32_t>(names.size()),
                          min_max,
                          scene.empty() ? nullptr : scene.c_str(),
                          format));
  } catch (const LibraryError& failure) {
    host_->error(failure);
  }
}

void Checkpoint::deleteStage(const std::string& stage, const std::string& store)
{
  try {
    const StoreHandle handle = openStore(storePath(store), CKP_OPEN_READ);
    host_->print(makeText(ckp_store_delete_stage, handle.get(), stage.c_str()));
  } catch (const LibraryError& failure) {
    host_->error(failure);
  }
}

void Checkpoint::compact(const std::string& store,
                         const CompactOptions& options)
{
  try {
    const StoreHandle handle = openStore(storePath(store), CKP_OPEN_READ);
    const KeepHandle keep = make<KeepHandle>(ckp_keep_new);
    if (options.keep_last) {
      call(ckp_keep_last, keep.get(), *options.keep_last);
    }
    for (const std::string& pattern : options.names) {
      call(ckp_keep_names, keep.get(), pattern.c_str());
    }
    for (const auto& [key, value] : options.meta) {
      call(ckp_keep_meta, keep.get(), key.c_str(), value.c_str());
    }
    const uint32_t mode
        = options.dry_run ? CKP_COMPACT_DRY_RUN : CKP_COMPACT_APPLY;
    host_->print(makeText(
        ckp_store_compact, handle.get(), keep.get(), mode, options.format));
  } catch (const LibraryError& failure) {
    host_->error(failure);
  }
}

void Checkpoint::reportPaths(const std::string& stage,
                             const std::string& store,
                             const PathOptions& options)
{
  try {
    const StoreHandle handle = openStore(storePath(store), CKP_OPEN_READ);
    const std::string name
        = stage.empty() ? makeText(ckp_store_head, handle.get()) : stage;
    const auto opened
        = make<StageHandle>(ckp_stage_open, handle.get(), name.c_str());
    const auto query = make<PathQueryHandle>(ckp_path_query_new);
    const auto set_text = [&query](uint32_t id, const std::string& text) {
      call(ckp_path_query_set_text, query.get(), id, text.c_str());
    };
    const auto set_number = [&query](uint32_t id, uint64_t number) {
      call(ckp_path_query_set_u64, query.get(), id, number);
    };
    for (const std::string& pin : options.from) {
      set_text(CKP_PATH_QUERY_FROM, pin);
    }
    for (const std::string& pin : options.through) {
      set_text(CKP_PATH_QUERY_THROUGH, pin);
    }
    for (const std::string& pin : options.to) {
      set_text(CKP_PATH_QUERY_TO, pin);
    }
    if (!options.scene.empty()) {
      set_text(CKP_PATH_QUERY_SCENE, options.scene);
    }
    if (!options.group.empty()) {
      set_text(CKP_PATH_QUERY_GROUP, options.group);
    }
    set_number(CKP_PATH_QUERY_MIN_MAX, options.min_max);
    set_number(CKP_PATH_QUERY_COUNT, options.count);
    set_number(CKP_PATH_QUERY_DIGITS, options.digits);
    host_->print(makeText(
        ckp_stage_report_paths, opened.get(), query.get(), options.format));
  } catch (const LibraryError& failure) {
    host_->error(failure);
  }
}

void Checkpoint::check(const std::string& store, bool full, uint32_t format)
{
  uint64_t findings = 0;
  std::string report;
  try {
    const StoreHandle handle = openStore(storePath(store), CKP_OPEN_READ);
    report = makeText(ckp_store_verify,
                      handle.get(),
                      full ? CKP_VERIFY_FULL : CKP_VERIFY_QUICK,
                      format,
                      &findings);
  } catch (const LibraryError& failure) {
    host_->error(failure);
  }
  tellFindings(findings, report, format);
}

void Checkpoint::repair(const std::string& store,
                        const std::string& directory,
                        uint32_t format)
{
  uint64_t findings = 0;
  std::string report;
  try {
    const StoreHandle handle = openStore(storePath(store), CKP_OPEN_READ);
    report = makeText(
        ckp_store_repair, handle.get(), directory.c_str(), format, &findings);
  } catch (const LibraryError& failure) {
    host_->error(failure);
  }
  tellFindings(findings, report, format);
}

void Checkpoint::tellFindings(uint64_t findings,
                              const std::string& report,
                              uint32_t format)
{
  const bool is_json = format == CKP_REPORT_JSON;
  if (findings == 0 || is_json) {
    host_->print(report);
  }
  if (findings > 0) {
    host_->error(
        CKP, 27, "The store is not sound." + (is_json ? "" : "\n" + report));
  }
}

std::unique_ptr<Engine> Checkpoint::linkedEngine()
{
  std::unique_ptr<Engine> engine = makeEngine(sta_, *watch_);
  if (!engine->isLinked()) {
    host_->error(CKP, 20, "No design is linked: use link_design first.");
  }
  if (engine->planeCount() == 0) {
    host_->error(CKP,
                 29,
                 "Statistical timing is on, and this engine was built without "
                 "its values: turn it off with sta_pocv_enabled.");
  }
  return engine;
}

std::unique_ptr<Design> Checkpoint::design()
{
  std::unique_ptr<Design> design = makeDesign(sta_, *host_);
  if (!design) {
    host_->error(CKP,
                 63,
                 "-with_design is for OpenROAD: this shell has no design "
                 "database. Attach files with -attach.");
  }
  return design;
}

std::string Checkpoint::storePath(const std::string& store)
{
  const std::string& path = store.empty() ? default_store_ : store;
  if (path.empty()) {
    host_->error(CKP,
                 1,
                 "No store is given: use -store, or "
                 "set_timing_checkpoint_store for all commands.");
  }
  return path;
}

}  // namespace ckp
