// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

// The least that a shell with the module built in has to do.

#include <tcl.h>

#include <cstdio>

#if __has_include("sta/Sta.hh")
#include "sta/Sta.hh"
#include "sta/StaMain.hh"
#else
#include "OpenSTA/Machine.hh"  // The engine's other headers need it before them.
#include "OpenSTA/Sta.hh"
#include "OpenSTA/StaMain.hh"
#endif
#include "ckp/MakeCheckpoint.h"

extern "C" int Sta_Init(Tcl_Interp* interp);

namespace sta {
extern const char* tcl_inits[];
}

int main(int, char* argv[])
{
  Tcl_FindExecutable(argv[0]);
  sta::initSta();
  auto* sta = new sta::Sta;
  sta::Sta::setSta(sta);
  sta->makeComponents();
  Tcl_Interp* interp = Tcl_CreateInterp();
  Tcl_Init(interp);
  Sta_Init(interp);
  sta->setTclInterp(interp);
  sta::evalTclInit(interp, sta::tcl_inits);
  const char* query
      = "catch { sta::define_sta_cmds }; namespace import sta::*;"
        "info commands save_timing_checkpoint";
  const bool sound = ckp::initCheckpoint(interp, sta) == TCL_OK
                     && Tcl_Eval(interp, query) == TCL_OK
                     && *Tcl_GetStringResult(interp) != '\0';
  if (!sound) {
    fprintf(stderr, "%s\n", Tcl_GetStringResult(interp));
  }
  return sound ? 0 : 1;
}
