// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#pragma once

// The generations of OpenSTA differ in how they name what is timed. Each header
// answers the same questions, in namespace ckp::api, for one of them; the
// engine's own headers tell which it is.

#if __has_include("sta/Scene.hh")
#include "engine/OpenSta3Api.h"
#else
#include "engine/OpenSta2Api.h"
#endif
