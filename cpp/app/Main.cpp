// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

// ckp_sta: the OpenSTA shell with the checkpoint commands built in. The
// packaged sta binary exports no symbols, so nothing can be loaded into it.
// Options, init file and history file are those of the engine's own sta. What
// differs on purpose, and is the same with every engine: with -exit an error in
// the script makes the exit status 1, so that flows and CI notice it; exit is
// Tcl's own and ends a script at once with its status; the prompt prints
// results and takes commands of several lines.

#include <tcl.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

#include "Prompt.h"
#include "ckp.h"
#include "ckp/MakeCheckpoint.h"
#include "engine/Sta.h"

extern "C" int Sta_Init(Tcl_Interp* interp);

namespace sta {
extern const char* tcl_inits[];
}

namespace {

void showUsage(const char* program)
{
  printf(
      "Usage: %s [option ...] [script]\n"
      "  -help              show this and exit\n"
      "  -version           show the versions and exit\n"
      "  -no_init           do not read ~/.sta\n"
      "  -no_splash         do not show the engine's license\n"
      "  -threads count|max let the engine use so many threads\n"
      "  -exit              exit after the script\n",
      program);
}

// The engine's own command runs files, so that its messages name their lines.
int sourceFile(Tcl_Interp* interp, const std::string& file, bool echo)
{
  const std::string name = "{" + file + "}";
  const std::string command
      = "if { [info commands sta::include_file] ne {} } { sta::include_file "
        + name + (echo ? " 1 1" : " 0 0") + " } else { source "
        + (echo ? "-echo -verbose " : "") + name + " }";
  return Tcl_Eval(interp, command.c_str());
}

// OpenSTA 2 and 3 stop at an error and fail. Debian's engine prints the errors
// of the script itself and returns 1 after any of them, 0 otherwise; it fails
// only where the file ends badly or cannot be opened.
bool sourceScript(Tcl_Interp* interp, const std::string& script)
{
  const int code = sourceFile(interp, script, false);
  if (code != TCL_OK) {
    printResult(interp, TCL_STDERR);
  }
  return code == TCL_OK && strcmp(Tcl_GetStringResult(interp), "1") != 0;
}

void sourceInitFile(Tcl_Interp* interp)
{
  const char* home = getenv("HOME");
  const std::string file = std::string(home ? home : "") + "/.sta";
  if (std::filesystem::is_regular_file(file)
      && sourceFile(interp, file, true) != TCL_OK) {
    printResult(interp, TCL_STDERR);
  }
}

// Debian's engine defines its commands only now.
constexpr const char* import_commands
    = "if { [info commands sta::define_sta_cmds] ne {} } {"
      "  sta::define_sta_cmds"
      "}\n"
      "namespace import sta::*";

// Only a defect of the build can make this fail, so a failure ends the process.
void initCommands(Tcl_Interp* interp, sta::Sta* sta)
{
  bool sound = Tcl_Init(interp) == TCL_OK && Sta_Init(interp) == TCL_OK;
  sta->setTclInterp(interp);
  if (sound) {
    sta::evalTclInit(interp, sta::tcl_inits);
    // Before the import, which then brings in the checkpoint commands as well.
    sound = ckp::initCheckpoint(interp, sta) == TCL_OK
            && Tcl_Eval(interp, import_commands) == TCL_OK;
  }
  if (!sound) {
    printResult(interp, TCL_STDERR);
    Tcl_Exit(EXIT_FAILURE);
  }
}

}  // namespace

int main(int argc, char* argv[])
{
  if (argc == 2 && strcmp(argv[1], "-help") == 0) {
    showUsage(argv[0]);
    return EXIT_SUCCESS;
  }
  if (argc == 2 && strcmp(argv[1], "-version") == 0) {
    printf("%s\nckp %s\n", STA_VERSION, ckp_version());
    return EXIT_SUCCESS;
  }
  Tcl_FindExecutable(argv[0]);
  sta::initSta();
  auto* sta = new sta::Sta;
  sta::Sta::setSta(sta);
  sta->makeComponents();
  sta->setThreadCount(sta::parseThreadsArg(argc, argv));
  Tcl_Interp* interp = Tcl_CreateInterp();
  initCommands(interp, sta);
  if (!sta::findCmdLineFlag(argc, argv, "-no_splash")) {
    Tcl_Eval(interp, "sta::show_splash");
  }
  if (!sta::findCmdLineFlag(argc, argv, "-no_init")) {
    sourceInitFile(interp);
  }
  const bool exit_after_script = sta::findCmdLineFlag(argc, argv, "-exit");
  if (argc > 2 || (argc == 2 && argv[1][0] == '-')) {
    showUsage(argv[0]);
  } else if (argc == 2) {
    const bool sound = sourceScript(interp, argv[1]);
    if (exit_after_script) {
      Tcl_Exit(sound ? EXIT_SUCCESS : EXIT_FAILURE);
    }
  }
  runPrompt(interp);
  Tcl_Exit(EXIT_SUCCESS);
}
