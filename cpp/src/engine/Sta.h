// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#pragma once

// The engine itself, in whichever directory its generation has its headers.

#if __has_include("sta/Sta.hh")
#include "StaConfig.hh"
#include "sta/Report.hh"
#include "sta/Sta.hh"
#include "sta/StaMain.hh"
#else
#include <OpenSTA/Machine.hh>  // Before the engine's other headers.

#include "OpenSTA/Report.hh"
#include "OpenSTA/Sta.hh"
#include "OpenSTA/StaConfig.hh"
#include "OpenSTA/StaMain.hh"
#endif
