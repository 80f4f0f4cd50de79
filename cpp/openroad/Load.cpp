// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

// What Tcl calls when libckp_openroad.so is loaded into OpenROAD and unloaded.
// The library is bound at once, so a symbol that this OpenROAD lacks makes the
// load itself fail and is named by the system.

#include <tcl.h>

#include <cstring>
#include <string>

#include "TclError.h"
#include "ckp/MakeCheckpoint.h"
#include "db_sta/dbSta.hh"
#include "ord/OpenRoad.hh"
#include "ord/Version.hh"

extern "C" {

DLLEXPORT int Ckp_openroad_Init(Tcl_Interp* interp)
{
  // The names of symbols do not tell whether the classes behind them are laid
  // out as this library was compiled to expect.
  const char* version = ord::OpenRoad::getVersion();
  if (strcmp(version, OPENROAD_VERSION) != 0) {
    return ckp::setTclError(
        interp,
        ckp::Error(61,
                   "UNSUPPORTED",
                   std::string("This module was built for OpenROAD ")
                       + OPENROAD_VERSION + ", and this is OpenROAD " + version
                       + ". Build it with the source tree of this OpenROAD."));
  }
  ord::OpenRoad* openroad = ord::OpenRoad::openRoad();
  if (openroad == nullptr || openroad->getSta() == nullptr) {
    return ckp::setTclError(
        interp, ckp::Error(62, "STATE", "OpenROAD has not started its timer."));
  }
  return ckp::initCheckpoint(interp, openroad->getSta());
}

DLLEXPORT int Ckp_openroad_Unload(Tcl_Interp* interp, int /* flags */)
{
  return ckp::removeCheckpoint(interp);
}

}  // extern "C"
