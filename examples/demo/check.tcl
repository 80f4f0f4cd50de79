# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# What the store holds, and whether every byte of it is sound.

set sta_continue_on_error 0
source $env(CKP_DEMO_SCRIPTS)/common.tcl

report_timing_checkpoints
puts ""
check_timing_checkpoints -full
