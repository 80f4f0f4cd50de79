# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Script: the symbols that LIBRARY exports are those of the committed list EXPECTED, no more and no
# fewer. NM: the tool.

execute_process(COMMAND "${NM}" --dynamic --defined-only --format=posix "${LIBRARY}"
  OUTPUT_VARIABLE output COMMAND_ERROR_IS_FATAL ANY)
string(REGEX REPLACE " [^\n]*" "" symbols "${output}")
string(STRIP "${symbols}" symbols)
string(REPLACE "\n" ";" symbols "${symbols}")
list(SORT symbols)
file(STRINGS "${EXPECTED}" expected)
list(SORT expected)
set(extra ${symbols})
list(REMOVE_ITEM extra ${expected})
set(absent ${expected})
list(REMOVE_ITEM absent ${symbols})
if(extra OR absent)
  message(FATAL_ERROR "Exported but not listed: ${extra}; listed but not exported: ${absent}.")
endif()
