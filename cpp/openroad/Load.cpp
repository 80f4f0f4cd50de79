// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

// What Tcl calls when libckp_openroad.so is loaded into OpenROAD and unloaded.
// The library is bound at once, so a symbol that this OpenROAD lacks makes the
// load itself fail and is named by the system.

#include <tcl.h>

#include <cstring>
#include <string>

#include "ckp/MakeCheckpoint.h"
#include "db_sta/dbSta.hh"
#include "ord/OpenRoad.hh"
#include "ord/Version.hh"

namespace {

int refuse(Tcl_Interp* interp, const char* id, const std::string& reason)
{
  Tcl_SetErrorCode(interp, "CKP", id, "UNSUPPORTED", nullptr);
  const std::string text = std::string("CKP-") + id + ": " + reason;
  Tcl_SetObjResult(interp, Tcl_NewStringObj(text.c_str(), -1));
  return TCL_ERROR;
}

}  // namespace

extern "C" {

DLLEXPORT int Ckp_openroad_Init(Tcl_Interp* interp)
{
  // The names of symbols do not tell whether the classes behind them are laid
  // out as this library was compiled to expect.
  const char* version = ord::OpenRoad::getVersion();
  if (strcmp(version, OPENROAD_VERSION) != 0) {
    return refuse(interp,
                  "0061",
                  std::string("This module was built for OpenROAD ")
                      + OPENROAD_VERSION + ", and this is OpenROAD " + version
                      + ". Build it with the source tree of this OpenROAD.");
  }
  ord::OpenRoad* openroad = ord::OpenRoad::openRoad();
  if (openroad == nullptr || openroad->getSta() == nullptr) {
    return refuse(interp, "0062", "OpenROAD is not initialized.");
  }
  return ckp::initCheckpoint(interp, openroad->getSta());
}

DLLEXPORT int Ckp_openroad_Unload(Tcl_Interp* interp, int /* flags */)
{
  return ckp::removeCheckpoint(interp);
}

}  // extern "C"
