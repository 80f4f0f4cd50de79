// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#pragma once

#include <tcl.h>

#include <string>

#include "Host.h"

namespace ckp {

// Makes `text` the result of `interp`, and sets errorCode. Returns TCL_ERROR.
inline int setTclError(Tcl_Interp* interp,
                       const Error& error,
                       const std::string& text)
{
  const std::string number = messageNumber(error.id());
  Tcl_SetErrorCode(interp, "CKP", number.c_str(), error.status(), nullptr);
  Tcl_SetObjResult(interp, Tcl_NewStringObj(text.c_str(), -1));
  return TCL_ERROR;
}

// Where there is no host to tell.
inline int setTclError(Tcl_Interp* interp, const Error& error)
{
  return setTclError(interp, error, error.what());
}

}  // namespace ckp
