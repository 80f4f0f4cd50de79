// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#include "ckp/MakeCheckpoint.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "CheckpointTcl.h"
#include "Host.h"
#include "TclError.h"
#include "ckp/Checkpoint.h"

namespace ckp {

namespace {

constexpr const char* kStateName = "ckp";

// The words of a Tcl list.
std::vector<std::string> splitList(const char* list, Host& host)
{
  int count = 0;
  const char** words = nullptr;
  if (Tcl_SplitList(nullptr, list, &count, &words) != TCL_OK) {
    host.error(CKP, 4, std::string("This is not a Tcl list: ") + list + ".");
  }
  const std::vector<std::string> result(words, words + count);
  Tcl_Free(reinterpret_cast<char*>(words));
  return result;
}

// What the Tcl procedure of a command passes: its positional arguments, its
// options with values and its flags, a list each.
class Arguments
{
 public:
  Arguments(int count, Tcl_Obj* const* objects, Host& host) : host_(host)
  {
    if (count != 4) {
      host_.error(CKP, 7, "This command is for ckp's own procedures only.");
    }
    positional_ = splitList(Tcl_GetString(objects[1]), host_);
    const std::vector<std::string> keys
        = splitList(Tcl_GetString(objects[2]), host_);
    for (size_t i = 0; i + 1 < keys.size(); i += 2) {
      keys_[keys[i]] = keys[i + 1];
    }
    flags_ = splitList(Tcl_GetString(objects[3]), host_);
  }

  void checkCount(size_t count, const char* usage)
  {
    if (positional_.size() != count) {
      host_.error(CKP, 8, std::string("Usage: ") + usage + ".");
    }
  }

  const std::string& operator[](size_t index) const
  {
    return positional_[index];
  }

  const std::vector<std::string>& positional() const { return positional_; }

  // The value of an option, empty when it is not given.
  std::string key(const char* name) const
  {
    const auto found = keys_.find(name);
    return found == keys_.end() ? "" : found->second;
  }

  bool has(const char* name) const { return keys_.count(name) > 0; }

  bool flag(const char* name) const
  {
    return std::find(flags_.begin(), flags_.end(), name) != flags_.end();
  }

 private:
  Host& host_;
  std::vector<std::string> positional_;
  std::map<std::string, std::string> keys_;
  std::vector<std::string> flags_;
};

uint32_t codecNumber(const std::string& name, Host& host)
{
  const std::map<std::string, uint32_t> codecs
      = {{"auto", CKP_CODEC_AUTO},
         {"lz4", CKP_CODEC_LZ4},
         {"zstd", CKP_CODEC_ZSTD},
         {"numeric", CKP_CODEC_NUMERIC}};
  const auto codec = codecs.find(name);
  if (codec == codecs.end()) {
    host.error(
        CKP, 5, "The codec is auto, lz4, zstd or numeric, not " + name + ".");
  }
  return codec->second;
}

// 0, which no level is, where the text is no number.
uint32_t levelNumber(const std::string& text)
{
  uint32_t level = 0;
  const char* end = text.data() + text.size();
  const auto [rest, failure] = std::from_chars(text.data(), end, level);
  return rest == end && failure == std::errc() ? level : 0;
}

uint32_t cardinal(const char* key, const std::string& text, Host& host)
{
  uint32_t number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, failure] = std::from_chars(text.data(), end, number);
  if (rest != end || failure != std::errc()) {
    host.error(CKP,
               18,
               std::string("The value of ") + key + " is a whole number, not "
                   + text + ".");
  }
  return number;
}

// In any notation that Tcl knows, whatever the locale. NaN, which no tolerance
// is, where the text is no number.
double toleranceSeconds(const std::string& text)
{
  double seconds = 0.0;
  Tcl_Obj* object = Tcl_NewStringObj(text.c_str(), -1);
  Tcl_IncrRefCount(object);
  const bool is_number
      = Tcl_GetDoubleFromObj(nullptr, object, &seconds) == TCL_OK;
  Tcl_DecrRefCount(object);
  return is_number ? seconds : std::nan("");
}

// CKP_REPORT_* of -format.
uint32_t reportFormat(const Arguments& arguments, Host& host)
{
  const std::string format = arguments.key("-format");
  if (arguments.has("-format") && format != "text" && format != "json") {
    host.error(CKP, 10, "The format is text or json, not " + format + ".");
  }
  return format == "json" ? CKP_REPORT_JSON : CKP_REPORT_TEXT;
}

std::vector<std::pair<std::string, std::string>> pairs(
    const std::vector<std::string>& words)
{
  std::vector<std::pair<std::string, std::string>> pairs;
  for (size_t i = 0; i + 1 < words.size(); i += 2) {
    pairs.emplace_back(words[i], words[i + 1]);
  }
  return pairs;
}

std::vector<std::pair<std::string, std::string>>
metaPairs(const char* key, const Arguments& arguments, Host& host)
{
  const std::vector<std::string> meta
      = splitList(arguments.key(key).c_str(), host);
  if (meta.size() % 2 != 0) {
    host.error(CKP,
               9,
               std::string("The value of ") + key
                   + " is a list of keys with a value each.");
  }
  return pairs(meta);
}

void setStore(Checkpoint& checkpoint, Arguments& arguments)
{
  arguments.checkCount(1, "set_timing_checkpoint_store dir");
  checkpoint.setStore(arguments[0]);
}

void save(Checkpoint& checkpoint, Arguments& arguments)
{
  arguments.checkCount(1,
                       "save_timing_checkpoint stage [-store dir] [-base stage "
                       "| -full] [-codec auto|lz4|zstd|numeric] [-level n] "
                       "[-tolerance seconds] [-attach {name file ...}] "
                       "[-with_design] [-note text] [-meta {key value ...}] "
                       "[-format text|json]");
  SaveOptions options;
  options.format = reportFormat(arguments, checkpoint.host());
  options.base = arguments.key("-base");
  options.full = arguments.flag("-full");
  options.with_design = arguments.flag("-with_design");
  options.note = arguments.key("-note");
  if (arguments.has("-codec")) {
    options.codec = codecNumber(arguments.key("-codec"), checkpoint.host());
  }
  if (arguments.has("-level")) {
    options.level = levelNumber(arguments.key("-level"));
  }
  if (arguments.has("-tolerance")) {
    options.tolerance = toleranceSeconds(arguments.key("-tolerance"));
  }
  options.meta = metaPairs("-meta", arguments, checkpoint.host());
  const std::vector<std::string> attachments
      = splitList(arguments.key("-attach").c_str(), checkpoint.host());
  if (attachments.size() % 2 != 0) {
    checkpoint.host().error(
        CKP, 13, "The value of -attach is a list of names with a file each.");
  }
  options.attachments = pairs(attachments);
  checkpoint.save(arguments[0], arguments.key("-store"), options);
}

RestoreOptions restoreOptions(Arguments& arguments, Host& host)
{
  RestoreOptions options;
  options.partial = arguments.flag("-partial");
  options.prove = !arguments.flag("-no_proof");
  if (arguments.has("-scenes")) {
    options.scenes = splitList(arguments.key("-scenes").c_str(), host);
  }
  options.with_design = arguments.flag("-with_design");
  options.format = reportFormat(arguments, host);
  return options;
}

void restore(Checkpoint& checkpoint, Arguments& arguments)
{
  arguments.checkCount(1,
                       "restore_timing_checkpoint stage [-store dir] "
                       "[-scenes names] [-partial] [-no_proof] "
                       "[-with_design] | [-extract dir] [-format text|json]");
  const RestoreOptions options = restoreOptions(arguments, checkpoint.host());
  if (!arguments.has("-extract")) {
    checkpoint.restore(arguments[0], arguments.key("-store"), options);
  } else if (options.partial || !options.prove || options.with_design
             || options.scenes) {
    checkpoint.host().error(CKP,
                            14,
                            "With -extract nothing is restored: give it "
                            "without -scenes, -partial, -no_proof and "
                            "-with_design.");
  } else {
    checkpoint.extract(arguments[0],
                       arguments.key("-store"),
                       arguments.key("-extract"),
                       options.format);
  }
}

void rollback(Checkpoint& checkpoint, Arguments& arguments)
{
  arguments.checkCount(1,
                       "rollback_timing_checkpoint stage [-store dir] "
                       "[-no_proof] [-with_design] [-format text|json]");
  checkpoint.rollback(arguments[0],
                      arguments.key("-store"),
                      restoreOptions(arguments, checkpoint.host()));
}

// `other` has formats that some commands have only.
uint32_t tableFormat(const Arguments& arguments,
                     Host& host,
                     const std::map<std::string, uint32_t>& other = {})
{
  std::map<std::string, uint32_t> formats = {{"text", CKP_REPORT_TEXT},
                                             {"json", CKP_REPORT_JSON},
                                             {"csv", CKP_REPORT_CSV},
                                             {"markdown", CKP_REPORT_MARKDOWN}};
  formats.insert(other.begin(), other.end());
  const std::string name
      = arguments.has("-format") ? arguments.key("-format") : "text";
  const auto format = formats.find(name);
  if (format == formats.end()) {
    const std::string names
        = other.empty() ? "csv or markdown" : "csv, markdown or html";
    host.error(
        CKP, 10, "The format is text, json, " + names + ", not " + name + ".");
  }
  return format->second;
}

void report(Checkpoint& checkpoint, Arguments& arguments)
{
  arguments.checkCount(0,
                       "report_timing_checkpoints [-store dir] "
                       "[-format text|json|csv|markdown|html]");
  checkpoint.report(
      arguments.key("-store"),
      tableFormat(arguments, checkpoint.host(), {{"html", CKP_REPORT_HTML}}));
}

void reportDiff(Checkpoint& checkpoint, Arguments& arguments)
{
  arguments.checkCount(2,
                       "report_timing_checkpoint_diff from to [-store dir] "
                       "[-format text|json|csv|markdown|html] [-endpoints n] "
                       "[-depth n] [-divider letter] [-ulp n] "
                       "[-tolerance seconds] [-quick] [-fail_if condition]");
  Host& host = checkpoint.host();
  DiffOptions options;
  options.format = tableFormat(arguments, host, {{"html", CKP_REPORT_HTML}});
  for (const auto& [key, number] : {std::pair("-endpoints", &options.endpoints),
                                    std::pair("-depth", &options.depth),
                                    std::pair("-ulp", &options.ulp)}) {
    if (arguments.has(key)) {
      *number = cardinal(key, arguments.key(key), host);
    }
  }
  if (arguments.has("-tolerance")) {
    options.tolerance = toleranceSeconds(arguments.key("-tolerance"));
  }
  options.divider = arguments.key("-divider");
  options.quick = arguments.flag("-quick");
  options.fail_if = arguments.key("-fail_if");
  checkpoint.reportDiff(
      arguments[0], arguments[1], arguments.key("-store"), options);
}

uint32_t pathDelay(const Arguments& arguments, Host& host)
{
  const std::string path_delay = arguments.key("-path_delay");
  if (arguments.has("-path_delay") && path_delay != "min"
      && path_delay != "max") {
    host.error(
        CKP, 17, "The path delay is min or max, not " + path_delay + ".");
  }
  return path_delay == "min" ? CKP_MIN : CKP_MAX;
}

void reportHistory(Checkpoint& checkpoint, Arguments& arguments)
{
  if (arguments.positional().empty()) {
    arguments.checkCount(1,
                         "report_timing_checkpoint_history pin ... "
                         "[-path_delay min|max] [-scene scene] [-store dir] "
                         "[-format text|json|csv|markdown]");
  }
  checkpoint.reportHistory(arguments.positional(),
                           arguments.key("-store"),
                           pathDelay(arguments, checkpoint.host()),
                           arguments.key("-scene"),
                           tableFormat(arguments, checkpoint.host()));
}

void deleteStage(Checkpoint& checkpoint, Arguments& arguments)
{
  arguments.checkCount(1, "delete_timing_checkpoint stage [-store dir]");
  checkpoint.deleteStage(arguments[0], arguments.key("-store"));
}

void compact(Checkpoint& checkpoint, Arguments& arguments)
{
  arguments.checkCount(0,
                       "compact_timing_checkpoints [-store dir] [-keep_last n] "
                       "[-keep {pattern ...}] [-keep_meta {key value ...}] "
                       "[-dry_run] [-format text|json]");
  Host& host = checkpoint.host();
  CompactOptions options;
  options.dry_run = arguments.flag("-dry_run");
  options.format = reportFormat(arguments, host);
  if (arguments.has("-keep_last")) {
    options.keep_last
        = cardinal("-keep_last", arguments.key("-keep_last"), host);
  }
  options.names = splitList(arguments.key("-keep").c_str(), host);
  options.meta = metaPairs("-keep_meta", arguments, host);
  checkpoint.compact(arguments.key("-store"), options);
}

// Names of pins may be a list.
void reportPaths(Checkpoint& checkpoint, Arguments& arguments)
{
  arguments.checkCount(
      0,
      "report_timing_checkpoint_path [-from pins] [-through pins] [-to pins] "
      "[-path_delay min|max] [-scene scene] [-group group] [-count n] "
      "[-digits n] [-stage stage] [-store dir] [-format text|json]");
  Host& host = checkpoint.host();
  PathOptions options;
  options.format = reportFormat(arguments, host);
  options.from = splitList(arguments.key("-from").c_str(), host);
  options.through = splitList(arguments.key("-through").c_str(), host);
  options.to = splitList(arguments.key("-to").c_str(), host);
  options.scene = arguments.key("-scene");
  options.group = arguments.key("-group");
  options.min_max = pathDelay(arguments, host);
  for (const auto& [key, number] : {std::pair("-count", &options.count),
                                    std::pair("-digits", &options.digits)}) {
    if (arguments.has(key)) {
      *number = cardinal(key, arguments.key(key), host);
    }
  }
  checkpoint.reportPaths(
      arguments.key("-stage"), arguments.key("-store"), options);
}

void check(Checkpoint& checkpoint, Arguments& arguments)
{
  arguments.checkCount(0,
                       "check_timing_checkpoints [-store dir] [-full] "
                       "[-repair new_dir] [-format text|json]");
  const uint32_t format = reportFormat(arguments, checkpoint.host());
  if (arguments.has("-repair")) {
    // Everything is looked at, as with -full.
    checkpoint.repair(
        arguments.key("-store"), arguments.key("-repair"), format);
  } else {
    checkpoint.check(arguments.key("-store"), arguments.flag("-full"), format);
  }
}

// Runs one command; its client data is the state of the interpreter. No C++
// exception passes through Tcl.
template <void (*command)(Checkpoint&, Arguments&)>
int run(ClientData data,
        Tcl_Interp* interp,
        int count,
        Tcl_Obj* const objects[])
{
  auto* checkpoint = static_cast<Checkpoint*>(data);
  try {
    Arguments arguments(count, objects, checkpoint->host());
    command(*checkpoint, arguments);
    return TCL_OK;
  } catch (const Error& error) {
    return setTclError(interp, error, checkpoint->host().tellFailure(error));
  } catch (const std::exception& failure) {
    const auto error = Error(
        28, "ENGINE", std::string("The engine failed: ") + failure.what());
    return setTclError(interp, error, checkpoint->host().tellFailure(error));
  }
}

void deleteState(ClientData data, Tcl_Interp*)
{
  delete static_cast<Checkpoint*>(data);
}

}  // namespace

int initCheckpoint(Tcl_Interp* interp, sta::Sta* sta)
{
  if (ckp_abi_version() != CKP_ABI_VERSION) {
    return setTclError(
        interp,
        Error(11,
              "UNSUPPORTED",
              std::string("The library ckp ") + ckp_version()
                  + " has ABI version " + std::to_string(ckp_abi_version())
                  + ", but this module was built for version "
                  + std::to_string(CKP_ABI_VERSION) + "."));
  }
  if (Tcl_GetAssocData(interp, kStateName, nullptr) != nullptr) {
    return setTclError(
        interp,
        Error(60,
              "STATE",
              "This shell has the timing checkpoint commands already."));
  }
  auto* checkpoint = new Checkpoint(sta);
  Tcl_SetAssocData(interp, kStateName, deleteState, checkpoint);
  const std::map<const char*, Tcl_ObjCmdProc*> commands
      = {{"ckp::set_store_cmd", run<setStore>},
         {"ckp::save_cmd", run<save>},
         {"ckp::restore_cmd", run<restore>},
         {"ckp::rollback_cmd", run<rollback>},
         {"ckp::report_cmd", run<report>},
         {"ckp::report_diff_cmd", run<reportDiff>},
         {"ckp::report_path_cmd", run<reportPaths>},
         {"ckp::report_history_cmd", run<reportHistory>},
         {"ckp::delete_cmd", run<deleteStage>},
         {"ckp::compact_cmd", run<compact>},
         {"ckp::check_cmd", run<check>}};
  Tcl_CreateNamespace(interp, "ckp", nullptr, nullptr);
  for (const auto& [name, command] : commands) {
    Tcl_CreateObjCommand(interp, name, command, checkpoint, nullptr);
  }
  if (Tcl_EvalEx(interp, checkpoint_tcl, -1, TCL_EVAL_GLOBAL) != TCL_OK) {
    return TCL_ERROR;
  }
  // For `package require` in a shell that was built with the commands.
  return Tcl_PkgProvide(interp, kStateName, ckp_version());
}

int removeCheckpoint(Tcl_Interp* interp)
{
  if (Tcl_EvalEx(interp, "ckp::remove_commands", -1, TCL_EVAL_GLOBAL)
      != TCL_OK) {
    return TCL_ERROR;
  }
  Tcl_DeleteAssocData(interp, kStateName);
  return Tcl_EvalEx(interp, "package forget ckp", -1, TCL_EVAL_GLOBAL);
}

}  // namespace ckp
