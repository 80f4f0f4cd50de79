# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Finds the OpenSTA of Debian's opensta-dev (2019 API, static library) and defines OpenSTA::OpenSTA.
# Its headers include two more that the package lacks; OpenSTA_EXTRA_INCLUDE_DIR names the
# directory that has them. Sets OpenSTA_FOUND, and OpenSTA_MISSING to what was not found.

find_path(OpenSTA_INCLUDE_DIR OpenSTA/Sta.hh)
find_path(OpenSTA_EXTRA_INCLUDE_DIR
  NAMES ArrayTable.hh
  HINTS "${OpenSTA_INCLUDE_DIR}/OpenSTA" "${CMAKE_CURRENT_LIST_DIR}/../third_party/opensta")
find_library(OpenSTA_LIBRARY NAMES libOpenSTA.a)
find_library(OpenSTA_READLINE_LIBRARY NAMES readline)
find_package(TCL QUIET)
find_package(ZLIB QUIET)
find_package(Threads QUIET)

set(OpenSTA_MISSING "")
foreach(part IN ITEMS
    "OpenSTA_INCLUDE_DIR:headers of opensta-dev"
    "OpenSTA_LIBRARY:libOpenSTA.a"
    "OpenSTA_EXTRA_INCLUDE_DIR:ArrayTable.hh and VertexId.hh"
    "TCL_LIBRARY:Tcl"
    "ZLIB_LIBRARIES:zlib"
    "OpenSTA_READLINE_LIBRARY:readline")
  string(REPLACE ":" ";" part "${part}")
  list(GET part 0 variable)
  list(GET part 1 name)
  if(NOT ${variable})
    list(APPEND OpenSTA_MISSING "no ${name}")
  endif()
endforeach()
list(JOIN OpenSTA_MISSING ", " OpenSTA_MISSING)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(OpenSTA
  REQUIRED_VARS OpenSTA_LIBRARY OpenSTA_INCLUDE_DIR OpenSTA_EXTRA_INCLUDE_DIR TCL_LIBRARY
    ZLIB_LIBRARIES OpenSTA_READLINE_LIBRARY)

if(OpenSTA_FOUND AND NOT TARGET OpenSTA::OpenSTA)
  add_library(OpenSTA::OpenSTA STATIC IMPORTED)
  # The headers include each other without a directory.
  set(ckp_opensta_directories "${OpenSTA_INCLUDE_DIR}" "${OpenSTA_INCLUDE_DIR}/OpenSTA"
    "${OpenSTA_EXTRA_INCLUDE_DIR}" "${TCL_INCLUDE_PATH}")
  set_target_properties(OpenSTA::OpenSTA PROPERTIES
    IMPORTED_LOCATION "${OpenSTA_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${ckp_opensta_directories}"
    INTERFACE_LINK_LIBRARIES
      "${TCL_LIBRARY};ZLIB::ZLIB;${OpenSTA_READLINE_LIBRARY};Threads::Threads")
endif()
mark_as_advanced(OpenSTA_INCLUDE_DIR OpenSTA_EXTRA_INCLUDE_DIR OpenSTA_LIBRARY
  OpenSTA_READLINE_LIBRARY)
