# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# ckp_tcl_source: the user commands as a source of the module.

set(ckp_tcl_source "${PROJECT_BINARY_DIR}/CheckpointTcl.cpp")
add_custom_command(
  OUTPUT "${ckp_tcl_source}"
  COMMAND "${CMAKE_COMMAND}" "-DINPUT=${PROJECT_SOURCE_DIR}/tcl/Checkpoint.tcl"
    "-DOUTPUT=${ckp_tcl_source}" -P "${PROJECT_SOURCE_DIR}/cmake/EmbedTcl.cmake"
  DEPENDS "${PROJECT_SOURCE_DIR}/tcl/Checkpoint.tcl" "${PROJECT_SOURCE_DIR}/cmake/EmbedTcl.cmake"
  VERBATIM)
# More than one module may be built with it.
add_custom_target(ckp_tcl DEPENDS "${ckp_tcl_source}")
