// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#include "Prompt.h"

#include <readline/history.h>
#include <readline/readline.h>
#include <tcl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "engine/Sta.h"

namespace {

// Debian's sta keeps its history in the same place.
constexpr const char* kHistoryFile = ".history_sta";

// readline passes no user data, so the interpreter comes from the engine.
char* nextCommand(const char* text, int state)
{
  Tcl_Interp* interp = sta::Sta::sta()->tclInterp();
  const std::string query = std::string("lindex [lsort [info commands {") + text
                            + "*}]] " + std::to_string(state);
  const bool found = Tcl_Eval(interp, query.c_str()) == TCL_OK;
  return found && *Tcl_GetStringResult(interp) != '\0'
             ? strdup(Tcl_GetStringResult(interp))
             : nullptr;
}

// The first word is a command; the others are left to readline, which completes
// file names.
char** completeWord(const char* text, int start, int)
{
  return start == 0 ? rl_completion_matches(text, nextCommand) : nullptr;
}

}  // namespace

void printResult(Tcl_Interp* interp, int stream)
{
  // Through Tcl's channel, so that the text keeps its place among what scripts
  // print.
  Tcl_Channel channel = Tcl_GetStdChannel(stream);
  if (channel != nullptr && *Tcl_GetStringResult(interp) != '\0') {
    Tcl_WriteObj(channel, Tcl_GetObjResult(interp));
    Tcl_WriteChars(channel, "\n", 1);
    Tcl_Flush(channel);
  }
}

void runPrompt(Tcl_Interp* interp)
{
  const bool keep_history = isatty(STDIN_FILENO) != 0;
  rl_attempted_completion_function = completeWord;
  if (keep_history) {
    read_history(kHistoryFile);
  }
  std::string command;
  while (char* line = readline(command.empty() ? "OpenSTA> " : "> ")) {
    command.append(line).append("\n");
    if (keep_history && *line != '\0') {
      add_history(line);
      write_history(kHistoryFile);
    }
    free(line);
    if (Tcl_CommandComplete(command.c_str()) != 0) {
      const int code = Tcl_EvalEx(interp, command.c_str(), -1, TCL_EVAL_GLOBAL);
      printResult(interp, code == TCL_OK ? TCL_STDOUT : TCL_STDERR);
      command.clear();
    }
  }
  printf("\n");
}
