// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#include "ckp.h"

extern "C" const char* versionInCpp()
{
  return ckp_version();
}
