# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# ckp_module: the C++ module for one engine; ckp_sta: the shell with it built in, where the engine
# has what a shell needs.

add_library(ckp_module STATIC ${ckp_module_sources} "${ckp_tcl_source}")
add_dependencies(ckp_module ckp_tcl)
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

if(TARGET OpenSTA::Commands)
  add_executable(ckp_sta cpp/app/Main.cpp cpp/app/Prompt.cpp)
  target_include_directories(ckp_sta PRIVATE "${PROJECT_SOURCE_DIR}/cpp/src")
  target_link_libraries(ckp_sta PRIVATE ckp_module OpenSTA::Commands ckp_warnings)
else()
  message(STATUS "No ckp_sta: this OpenSTA is without its Tcl commands (sta_swig.a), "
    "which it does not install")
endif()
