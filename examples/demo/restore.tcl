# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Bring a stage back in a process that never read its wires, and save what the
# engine then holds to a store of its own, for comparison.
# CKP_DEMO_STAGE names the stage.

set sta_continue_on_error 0
source $env(CKP_DEMO_SCRIPTS)/common.tcl

load_stage $env(CKP_DEMO_STAGE) without_wires
set restore [seconds {
  restore_timing_checkpoint $env(CKP_DEMO_STAGE)
  report_slack
}]
puts [format "restore and reports %.3f s" $restore]
write_paths restored_$env(CKP_DEMO_STAGE)
sta::redirect_string_begin
save_timing_checkpoint $env(CKP_DEMO_STAGE) -store $demo_directory/restored.ckp
sta::redirect_string_end
