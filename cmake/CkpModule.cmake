# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# ckp_module: the C++ module for one engine; ckp_sta: the shell with it built in.

set(ckp_tcl_source "${PROJECT_BINARY_DIR}/CheckpointTcl.cpp")
add_custom_command(
  OUTPUT "${ckp_tcl_source}"
  COMMAND "${CMAKE_COMMAND}" "-DINPUT=${PROJECT_SOURCE_DIR}/tcl/Checkpoint.tcl"
    "-DOUTPUT=${ckp_tcl_source}" -P "${PROJECT_SOURCE_DIR}/cmake/EmbedTcl.cmake"
  DEPENDS "${PROJECT_SOURCE_DIR}/tcl/Checkpoint.tcl" "${PROJECT_SOURCE_DIR}/cmake/EmbedTcl.cmake"
  VERBATIM)

add_library(ckp_module STATIC
  cpp/src/Checkpoint.cpp
  cpp/src/Host.cpp
  cpp/src/HostOpenSta.cpp
  cpp/src/MakeCheckpoint.cpp
  cpp/src/ObjectTable.cpp
  cpp/src/StaCapture.cpp
  cpp/src/StaRestore.cpp
  cpp/src/StaRestoreState.cpp
  cpp/src/Text.cpp
  cpp/src/engine/Engine.cpp
  cpp/src/engine/EngineDebian.cpp
  cpp/src/engine/EngineDebianEndpoints.cpp
  cpp/src/engine/EngineDebianLibrary.cpp
  cpp/src/engine/EngineDebianLimits.cpp
  cpp/src/engine/EngineDebianLoops.cpp
  cpp/src/engine/EngineDebianRestore.cpp
  cpp/src/engine/WatchDebian.cpp
  "${ckp_tcl_source}")
add_library(ckp::module ALIAS ckp_module)
set_target_properties(ckp_module PROPERTIES EXPORT_NAME module)
target_include_directories(ckp_module
  PUBLIC
    "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/cpp/include>"
    "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>"
  PRIVATE
    "${PROJECT_SOURCE_DIR}/cpp/src")
target_link_libraries(ckp_module
  PUBLIC ckp::ckp_static OpenSTA::OpenSTA
  PRIVATE $<BUILD_INTERFACE:ckp_warnings>)

add_executable(ckp_sta cpp/app/Main.cpp cpp/app/Prompt.cpp)
target_link_libraries(ckp_sta PRIVATE ckp_module ckp_warnings)
