# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# One step of the flow: time a stage with its wires and save it.
# CKP_DEMO_STAGE names the stage.

set sta_continue_on_error 0
source $env(CKP_DEMO_SCRIPTS)/common.tcl

load_stage $env(CKP_DEMO_STAGE) with_wires
set update [seconds {
  find_timing -full_update
  sta::find_requireds
  report_slack
}]
puts [format "full timing update %.3f s" $update]
save_timing_checkpoint $env(CKP_DEMO_STAGE)
write_paths $env(CKP_DEMO_STAGE)
