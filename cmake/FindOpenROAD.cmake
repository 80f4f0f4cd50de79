# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Finds the OpenROAD whose source tree is CKP_OPENROAD_ROOT, built in CKP_OPENROAD_BUILD, and defines
# OpenROAD::OpenROAD: how to compile against it. Nothing is linked, because a loaded module takes
# every symbol from the executable. Sets OpenROAD_FOUND, OpenROAD_EXECUTABLE, and OpenROAD_MISSING to
# what was not found.

set(CKP_OPENROAD_BUILD "${CKP_OPENROAD_ROOT}/build" CACHE PATH "Build tree of CKP_OPENROAD_ROOT")

set(OpenROAD_MISSING "")
if(NOT EXISTS "${CKP_OPENROAD_ROOT}/include/ord/OpenRoad.hh")
  list(APPEND OpenROAD_MISSING "no include/ord/OpenRoad.hh in CKP_OPENROAD_ROOT")
endif()
if(NOT EXISTS "${CKP_OPENROAD_ROOT}/include/ord/Version.hh")
  list(APPEND OpenROAD_MISSING "no include/ord/Version.hh in CKP_OPENROAD_ROOT, which is not configured")
endif()
find_program(OpenROAD_EXECUTABLE openroad
  PATHS "${CKP_OPENROAD_BUILD}/bin" "${CKP_OPENROAD_BUILD}/src" NO_DEFAULT_PATH)
if(NOT OpenROAD_EXECUTABLE)
  list(APPEND OpenROAD_MISSING "no executable openroad in CKP_OPENROAD_BUILD")
endif()

# Class layouts depend on the definitions and on the headers of spdlog, fmt and others that OpenROAD
# was compiled with, so its own command is asked for them.
set(OpenROAD_COMMAND "")
if(EXISTS "${CKP_OPENROAD_BUILD}/compile_commands.json")
  file(STRINGS "${CKP_OPENROAD_BUILD}/compile_commands.json" OpenROAD_COMMAND
    REGEX "\"command\": .*/src/dbSta/src/dbSta\\.cc\"" LIMIT_COUNT 1)
endif()
if(NOT OpenROAD_COMMAND)
  list(APPEND OpenROAD_MISSING "no dbSta.cc in compile_commands.json in CKP_OPENROAD_BUILD")
endif()
list(JOIN OpenROAD_MISSING ", " OpenROAD_MISSING)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(OpenROAD
  REQUIRED_VARS OpenROAD_EXECUTABLE OpenROAD_COMMAND
  REASON_FAILURE_MESSAGE "${OpenROAD_MISSING}")

if(OpenROAD_FOUND AND NOT TARGET OpenROAD::OpenROAD)
  string(REGEX REPLACE "^ *\"command\": \"(.*)\",?$" "\\1" OpenROAD_COMMAND "${OpenROAD_COMMAND}")
  string(REPLACE "\\\"" "\"" OpenROAD_COMMAND "${OpenROAD_COMMAND}")
  separate_arguments(ckp_openroad_words UNIX_COMMAND "${OpenROAD_COMMAND}")
  set(ckp_openroad_definitions "")
  set(ckp_openroad_directories "")
  set(ckp_openroad_standard 20)
  set(ckp_openroad_previous "")
  foreach(word IN LISTS ckp_openroad_words)
    if(ckp_openroad_previous STREQUAL "-isystem")
      list(APPEND ckp_openroad_directories "${word}")
    elseif(word MATCHES "^-I(.+)")
      list(APPEND ckp_openroad_directories "${CMAKE_MATCH_1}")
    elseif(word MATCHES "^-D(.+)")
      list(APPEND ckp_openroad_definitions "${CMAKE_MATCH_1}")
    elseif(word MATCHES "^-std=[a-z+]*([0-9]+)")
      set(ckp_openroad_standard "${CMAKE_MATCH_1}")
    endif()
    set(ckp_openroad_previous "${word}")
  endforeach()
  add_library(OpenROAD::OpenROAD INTERFACE IMPORTED)
  set_target_properties(OpenROAD::OpenROAD PROPERTIES
    INTERFACE_COMPILE_DEFINITIONS "${ckp_openroad_definitions}"
    INTERFACE_COMPILE_FEATURES "cxx_std_${ckp_openroad_standard}"
    INTERFACE_INCLUDE_DIRECTORIES "${ckp_openroad_directories}")
endif()
mark_as_advanced(OpenROAD_EXECUTABLE)
