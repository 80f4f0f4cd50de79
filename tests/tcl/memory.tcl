# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# What run.cmake runs under valgrind, which fails it when memory is used that is not there or was never set: saves,
# restores, edits between them, questions, a deletion and a compaction.

source $env(CKP_TESTS)/tcl/helpers.tcl
make_small_design
load_small -spef place.spef

save_timing_checkpoint a -store small.ckp
restore_timing_checkpoint a -store small.ckp
read_spef route.spef
save_timing_checkpoint b -store small.ckp
rollback_timing_checkpoint a -store small.ckp
replace_cell u_clk_root BUF_X1
save_timing_checkpoint c -store small.ckp -meta { tag gold }
catch { restore_timing_checkpoint none -store small.ckp }
report_timing_checkpoints -store small.ckp > report.txt
report_timing_checkpoint_path -store small.ckp > path.txt
report_timing_checkpoint_diff a b -store small.ckp > diff.txt
check_timing_checkpoints -store small.ckp -full
compact_timing_checkpoints -store small.ckp -keep_meta { tag gold }
check_timing_checkpoints -store small.ckp -full
puts "checked"
exit
