// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#pragma once

#include <tcl.h>

namespace sta {
class Sta;
}

namespace ckp {

// Defines the timing checkpoint commands in `interp` for the engine `sta`.
// The engine's own Tcl library must have been evaluated before, because the
// commands are defined with its procedures. `sta` must outlive `interp`.
// One interpreter for an engine: the engine tells its changes to the last only.
//
// Returns TCL_OK, or TCL_ERROR with the reason in the result of `interp`.
int initCheckpoint(Tcl_Interp* interp, sta::Sta* sta);

// Takes back what initCheckpoint() did in `interp`, which may then be called
// again. Stores keep what was saved; the default store is forgotten.
//
// Returns TCL_OK, or TCL_ERROR with the reason in the result of `interp`.
int removeCheckpoint(Tcl_Interp* interp);

}  // namespace ckp
