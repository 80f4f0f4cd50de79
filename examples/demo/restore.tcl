# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Bring the last stage back in a process that never read its wires.

set sta_continue_on_error 0
source $env(CKP_DEMO_SCRIPTS)/common.tcl

load_stage route without_wires
set restore [seconds {
  restore_timing_checkpoint route
  report_slack
}]
puts [format "restore and reports %.3f s" $restore]
write_paths restored
