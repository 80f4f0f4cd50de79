# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Finds the OpenSTA to build against: that of CKP_ENGINE_ROOT, a source tree with its build tree
# inside, a build tree, or what OpenSTA installs; without it the one of Debian's opensta-dev.
# Defines
#   OpenSTA::OpenSTA   the library, with all that it needs
#   OpenSTA::Commands  the same with the Tcl commands (Sta_Init), which a shell needs; not where
#                      they are missing, since OpenSTA does not install them
# and sets OpenSTA_FOUND, OpenSTA_GENERATION (debian, opensta2 or opensta3), and OpenSTA_MISSING to
# what was not found.

find_package(TCL QUIET)
find_package(ZLIB QUIET)
find_package(Threads QUIET)
find_library(OpenSTA_READLINE_LIBRARY NAMES readline)
mark_as_advanced(OpenSTA_READLINE_LIBRARY)

set(ckp_opensta_parts
  "TCL_LIBRARY:Tcl" "ZLIB_LIBRARIES:zlib" "OpenSTA_READLINE_LIBRARY:readline")
set(ckp_opensta_libraries "")
set(OpenSTA_MISSING "")

# Debian's packaged one (2019 API, static library). Its headers include two more that the package
# lacks; OpenSTA_EXTRA_INCLUDE_DIR names the directory that has them.
macro(ckp_find_debian)
  set(OpenSTA_GENERATION debian)
  find_path(OpenSTA_INCLUDE_DIR OpenSTA/Sta.hh)
  find_path(OpenSTA_EXTRA_INCLUDE_DIR
    NAMES ArrayTable.hh
    HINTS "${OpenSTA_INCLUDE_DIR}/OpenSTA" "${CMAKE_CURRENT_LIST_DIR}/../third_party/opensta")
  find_library(OpenSTA_LIBRARY NAMES libOpenSTA.a)
  mark_as_advanced(OpenSTA_INCLUDE_DIR OpenSTA_EXTRA_INCLUDE_DIR OpenSTA_LIBRARY)
  set(ckp_opensta_commands "${OpenSTA_LIBRARY}")
  list(APPEND ckp_opensta_parts
    "OpenSTA_INCLUDE_DIR:headers of opensta-dev"
    "OpenSTA_LIBRARY:libOpenSTA.a"
    "OpenSTA_EXTRA_INCLUDE_DIR:ArrayTable.hh and VertexId.hh")
  # The headers include each other without a directory.
  set(ckp_opensta_directories "${OpenSTA_INCLUDE_DIR}" "${OpenSTA_INCLUDE_DIR}/OpenSTA"
    "${OpenSTA_EXTRA_INCLUDE_DIR}")
endmacro()

# The generation is told by the headers that it brought or took away.
macro(ckp_find_generation)
  set(OpenSTA_GENERATION "")
  if(EXISTS "${OpenSTA_INCLUDE_DIR}/sta/Scene.hh")
    set(OpenSTA_GENERATION opensta3)
  elseif(EXISTS "${OpenSTA_INCLUDE_DIR}/sta/Corner.hh"
      AND NOT EXISTS "${OpenSTA_INCLUDE_DIR}/sta/PathVertex.hh")
    set(OpenSTA_GENERATION opensta2)
  else()
    list(APPEND OpenSTA_MISSING "no headers of OpenSTA 3 (sta/Scene.hh) or 2.7 (sta/Corner.hh, \
and no sta/PathVertex.hh) below CKP_ENGINE_ROOT, ${CKP_ENGINE_ROOT}")
  endif()
endmacro()

# The fmt library, which OpenSTA 3's headers use where the compiler lacks std::format: the system's,
# or the one that OpenSTA's build brought.
macro(ckp_find_fmt)
  file(STRINGS "${OpenSTA_CONFIG_DIR}/StaConfig.hh" ckp_no_std_format
    REGEX "HAVE_CXX_STD_FORMAT +0")
  if(ckp_no_std_format)
    find_path(OpenSTA_FMT_DIR fmt/format.h NO_CACHE
      HINTS "${ckp_build}/_spdlog_fmt" "${ckp_build}/_deps/fmt-src/include")
    find_library(OpenSTA_FMT_LIBRARY NAMES fmt spdlog NO_CACHE HINTS "${ckp_build}/_deps/fmt-build")
    list(APPEND ckp_opensta_parts "OpenSTA_FMT_DIR:fmt/format.h" "OpenSTA_FMT_LIBRARY:libfmt")
    list(APPEND ckp_opensta_directories "${OpenSTA_FMT_DIR}")
    list(APPEND ckp_opensta_libraries "${OpenSTA_FMT_LIBRARY}")
  endif()
endmacro()

macro(ckp_find_root)
  # A build tree knows its source tree and its CUDD.
  set(ckp_sources "${CKP_ENGINE_ROOT}")
  set(ckp_build "${CKP_ENGINE_ROOT}/build")
  if(EXISTS "${CKP_ENGINE_ROOT}/CMakeCache.txt")
    set(ckp_build "${CKP_ENGINE_ROOT}")
  endif()
  if(EXISTS "${ckp_build}/CMakeCache.txt")
    load_cache("${ckp_build}" READ_WITH_PREFIX ckp_engine_ CMAKE_HOME_DIRECTORY CUDD_LIB)
    set(ckp_sources "${ckp_engine_CMAKE_HOME_DIRECTORY}")
  endif()
  set(ckp_places PATHS "${CKP_ENGINE_ROOT}" "${ckp_sources}" "${ckp_build}" NO_CACHE NO_DEFAULT_PATH)
  find_path(OpenSTA_INCLUDE_DIR sta/Sta.hh ${ckp_places} PATH_SUFFIXES include)
  find_path(OpenSTA_CONFIG_DIR StaConfig.hh ${ckp_places} PATH_SUFFIXES include/sta)
  find_library(OpenSTA_LIBRARY OpenSTA ${ckp_places} PATH_SUFFIXES lib app)
  find_library(OpenSTA_COMMANDS_LIBRARY NAMES sta_swig.a sta_swig ${ckp_places} PATH_SUFFIXES lib app)
  set(ckp_opensta_commands "${OpenSTA_COMMANDS_LIBRARY}")
  if(ckp_engine_CUDD_LIB)
    set(OpenSTA_CUDD_LIBRARY "${ckp_engine_CUDD_LIB}")
  else()
    find_library(OpenSTA_CUDD_LIBRARY NAMES cudd HINTS "${CUDD_DIR}/lib" NO_CACHE)
  endif()
  ckp_find_generation()
  if(OpenSTA_GENERATION)
    list(APPEND ckp_opensta_parts
      "OpenSTA_CONFIG_DIR:StaConfig.hh below CKP_ENGINE_ROOT"
      "OpenSTA_LIBRARY:libOpenSTA below CKP_ENGINE_ROOT"
      "OpenSTA_CUDD_LIBRARY:libcudd, which CUDD_DIR may name")
  endif()
  set(ckp_opensta_directories "${OpenSTA_INCLUDE_DIR}" "${OpenSTA_CONFIG_DIR}")
  list(APPEND ckp_opensta_libraries "${OpenSTA_CUDD_LIBRARY}")
  if(OpenSTA_CONFIG_DIR)
    ckp_find_fmt()
  endif()
endmacro()

if(CKP_ENGINE_ROOT)
  ckp_find_root()
else()
  ckp_find_debian()
endif()

foreach(part IN LISTS ckp_opensta_parts)
  string(REGEX MATCH "^([^:]+):(.*)$" part "${part}")
  if(NOT ${CMAKE_MATCH_1})
    list(APPEND OpenSTA_MISSING "no ${CMAKE_MATCH_2}")
  endif()
endforeach()
list(JOIN OpenSTA_MISSING ", " OpenSTA_MISSING)
if(OpenSTA_MISSING)
  set(ckp_opensta_complete FALSE)
else()
  set(ckp_opensta_complete TRUE)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(OpenSTA
  REQUIRED_VARS OpenSTA_LIBRARY ckp_opensta_complete
  REASON_FAILURE_MESSAGE "${OpenSTA_MISSING}")

if(OpenSTA_FOUND AND NOT TARGET OpenSTA::OpenSTA)
  add_library(OpenSTA::OpenSTA UNKNOWN IMPORTED)
  list(APPEND ckp_opensta_directories "${TCL_INCLUDE_PATH}")
  list(APPEND ckp_opensta_libraries
    "${TCL_LIBRARY}" ZLIB::ZLIB "${OpenSTA_READLINE_LIBRARY}" Threads::Threads)
  set_target_properties(OpenSTA::OpenSTA PROPERTIES
    IMPORTED_LOCATION "${OpenSTA_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${ckp_opensta_directories}"
    INTERFACE_LINK_LIBRARIES "${ckp_opensta_libraries}")
  if(OpenSTA_GENERATION STREQUAL "opensta3")
    set_target_properties(OpenSTA::OpenSTA PROPERTIES INTERFACE_COMPILE_FEATURES cxx_std_20)
  endif()
  if(ckp_opensta_commands)
    add_library(OpenSTA::Commands UNKNOWN IMPORTED)
    set_target_properties(OpenSTA::Commands PROPERTIES
      IMPORTED_LOCATION "${ckp_opensta_commands}"
      INTERFACE_LINK_LIBRARIES OpenSTA::OpenSTA)
  endif()
endif()
