# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# The module for the OpenROAD of CKP_OPENROAD_ROOT: ckp_openroad, for Tcl's load into its unmodified
# executable, with pkgIndex.tcl for package require; and ckp_openroad_static, to be linked into one.

add_library(ckp_openroad_static STATIC ${ckp_openroad_sources} "${ckp_tcl_source}")
add_dependencies(ckp_openroad_static ckp_tcl)
add_library(ckp::openroad ALIAS ckp_openroad_static)
set_target_properties(ckp_openroad_static PROPERTIES
  EXPORT_NAME openroad OUTPUT_NAME ckp_openroad)
target_include_directories(ckp_openroad_static
  PUBLIC
    "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/cpp/include>"
    "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>"
  PRIVATE
    "${PROJECT_SOURCE_DIR}/cpp/src")
target_link_libraries(ckp_openroad_static
  PUBLIC ckp::ckp_static
  PRIVATE $<BUILD_INTERFACE:ckp_warnings> $<BUILD_INTERFACE:OpenROAD::OpenROAD>)

add_library(ckp_openroad MODULE cpp/openroad/Load.cpp)
target_include_directories(ckp_openroad PRIVATE "${PROJECT_SOURCE_DIR}/cpp/src")
target_link_libraries(ckp_openroad PRIVATE ckp_openroad_static ckp_warnings OpenROAD::OpenROAD)
target_link_options(ckp_openroad PRIVATE
  # A symbol that the executable lacks is reported when the module is loaded.
  -Wl,-z,now
  # Threads of the library outlive an unload, so its code has to.
  -Wl,-z,nodelete
  "-Wl,--version-script=${PROJECT_SOURCE_DIR}/cpp/openroad/exports.map")
set_target_properties(ckp_openroad PROPERTIES
  LINK_DEPENDS "${PROJECT_SOURCE_DIR}/cpp/openroad/exports.map")
set(ckp_package_index "${CMAKE_LIBRARY_OUTPUT_DIRECTORY}/pkgIndex.tcl")
configure_file("${PROJECT_SOURCE_DIR}/cpp/openroad/pkgIndex.tcl.in" "${ckp_package_index}" @ONLY)
