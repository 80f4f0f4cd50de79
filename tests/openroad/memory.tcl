# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# What run.cmake runs under valgrind, which fails it when memory is used that is not there: load,
# save, restore, unload, load again.

source $env(CKP_TESTS)/openroad/helpers.tcl
make_small_design
source $env(CKP_TESTS)/openroad/prelude.tcl
load_small -spef place.spef

save_timing_checkpoint a -store small.ckp -with_design
restore_timing_checkpoint a -store small.ckp
unload $env(CKP_MODULE)
load_module
rollback_timing_checkpoint a -store small.ckp -with_design
replace_cell u_clk_root BUF_X1
save_timing_checkpoint b -store small.ckp -with_design
restore_timing_checkpoint a -store small.ckp -with_design
catch { restore_timing_checkpoint none -store small.ckp -with_design }
check_timing_checkpoints -store small.ckp -full
unload $env(CKP_MODULE)
report_worst_slack
exit
