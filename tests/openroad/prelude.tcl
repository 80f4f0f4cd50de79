# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Makes an openroad the shell that the scripts of tests/tcl expect: with the module, and with cells for
# the netlists that they link.

source $env(CKP_TESTS)/data/make_lef.tcl
load $env(CKP_MODULE)

rename link_design link_database
proc link_design { top } {
  make_lef cells.lef slow.lib
  read_lef cells.lef
  link_database $top
}
