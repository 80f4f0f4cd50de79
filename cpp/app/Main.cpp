// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

// ckp_sta: the OpenSTA shell with the checkpoint commands built in. The
// packaged sta binary exports no symbols, so nothing can be loaded into it.
// Options, init file and history file are those of Debian's sta. What differs
// on purpose: with -exit an error in the script makes the exit status 1, so
// that flows and CI notice it; exit is Tcl's own and ends a script at once with
// its status; the prompt prints results and takes commands of several lines.

#include <tcl.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "OpenSTA/Machine.hh"  // The engine's other headers need it before them.
#include "OpenSTA/Sta.hh"
#include "OpenSTA/StaConfig.hh"
#include "OpenSTA/StaMain.hh"
#include "Prompt.h"
#include "ckp.h"
#include "ckp/MakeCheckpoint.h"

extern "C" int Sta_Init(Tcl_Interp* interp);

namespace sta {
extern const char* tcl_inits[];
}

namespace {

// The engine's source command prints the errors of the script itself and
// returns 1 after any of them, 0 otherwise; it fails with a message only where
// the file ends badly or cannot be opened.
bool sourceScript(Tcl_Interp* interp, const std::string& script)
{
  sta::sourceTclFile(("{" + script + "}").c_str(), false, false, interp);
  const std::string result = Tcl_GetStringResult(interp);
  if (result != "0" && result != "1") {
    printResult(interp, TCL_STDERR);
  }
  return result == "0";
}

// Only a defect of the build can make this fail, so a failure ends the process.
void initCommands(Tcl_Interp* interp, sta::Sta* sta)
{
  bool sound = Tcl_Init(interp) == TCL_OK && Sta_Init(interp) == TCL_OK;
  sta->setTclInterp(interp);
  if (sound) {
    sta::evalTclInit(interp, sta::tcl_inits);
    // Before the import, which then brings in the checkpoint commands as well.
    sound = ckp::initCheckpoint(interp, sta) == TCL_OK
            && Tcl_Eval(interp, "sta::define_sta_cmds; namespace import sta::*")
                   == TCL_OK;
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
    sta::showUsage(argv[0]);
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
    sta::sourceTclFile("[file join $env(HOME) .sta]", true, true, interp);
  }
  const bool exit_after_script = sta::findCmdLineFlag(argc, argv, "-exit");
  if (argc > 2 || (argc == 2 && argv[1][0] == '-')) {
    sta::showUsage(argv[0]);
  } else if (argc == 2) {
    const bool sound = sourceScript(interp, argv[1]);
    if (exit_after_script) {
      Tcl_Exit(sound ? EXIT_SUCCESS : EXIT_FAILURE);
    }
  }
  runPrompt(interp);
  Tcl_Exit(EXIT_SUCCESS);
}
