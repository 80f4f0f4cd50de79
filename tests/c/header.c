// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

// The header alone, twice in one file, in several files, in C11 and in C++.

#include "ckp.h"

extern const char* versionInCpp(void);

int main(void)
{
  return ckp_abi_version() == CKP_ABI_VERSION && ckp_version() == versionInCpp()
             ? 0
             : 1;
}
