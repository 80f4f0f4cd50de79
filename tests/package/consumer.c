// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#include <stdio.h>

#include "ckp.h"

// Prints the version, and proves that the library works in this process.
int main(void)
{
  ckp_objects* objects = NULL;
  if (ckp_objects_new(&objects, NULL) != CKP_OK) {
    return 1;
  }
  ckp_objects_free(objects);
  printf("%s\n", ckp_version());
  return 0;
}
