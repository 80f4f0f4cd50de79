# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Script: installs the build, moves the installed tree, builds the consumers there by find_package
# and by pkg-config, and runs them.

function(run)
  execute_process(COMMAND ${ARGV} OUTPUT_VARIABLE output ERROR_VARIABLE output RESULT_VARIABLE code)
  if(NOT code EQUAL 0)
    list(JOIN ARGV " " command)
    message(FATAL_ERROR "${command}\n${output}")
  endif()
  string(STRIP "${output}" output)
  set(output "${output}" PARENT_SCOPE)
endfunction()

function(expect_version program)
  run(${ARGV})
  if(NOT output STREQUAL VERSION)
    message(FATAL_ERROR "${program} printed \"${output}\", expected \"${VERSION}\".")
  endif()
endfunction()

file(REMOVE_RECURSE "${WORK_DIR}")
run("${CMAKE_COMMAND}" --install "${BUILD_DIR}" --prefix "${WORK_DIR}/staging")
file(RENAME "${WORK_DIR}/staging" "${WORK_DIR}/prefix")

foreach(page IN ITEMS ckp ckp-log ckp-history ckp-verify)
  if(NOT EXISTS "${WORK_DIR}/prefix/share/man/man1/${page}.1")
    message(FATAL_ERROR "The manual page ${page}(1) was not installed.")
  endif()
endforeach()
foreach(completions IN ITEMS bash-completion/completions/ckp zsh/site-functions/_ckp
    fish/vendor_completions.d/ckp.fish)
  if(NOT EXISTS "${WORK_DIR}/prefix/share/${completions}")
    message(FATAL_ERROR "share/${completions} was not installed.")
  endif()
endforeach()

run("${CMAKE_COMMAND}" -S "${SOURCE_DIR}" -B "${WORK_DIR}/build" -G "${GENERATOR}"
  "-DCMAKE_PREFIX_PATH=${WORK_DIR}/prefix" "-DVERSION=${VERSION}" "-DMODULE=${MODULE}"
  "-DOpenSTA_EXTRA_INCLUDE_DIR=${EXTRA_INCLUDE_DIR}")
run("${CMAKE_COMMAND}" --build "${WORK_DIR}/build")
expect_version("${WORK_DIR}/build/consumer_ckp")
expect_version("${WORK_DIR}/build/consumer_ckp_static")
if(MODULE)
  run("${WORK_DIR}/build/shell")
endif()

file(GLOB pkgconfig_dir "${WORK_DIR}/prefix/lib*/pkgconfig" "${WORK_DIR}/prefix/lib/*/pkgconfig")
set(ENV{PKG_CONFIG_PATH} "${pkgconfig_dir}")
run(pkg-config --modversion ckp)
if(NOT output STREQUAL VERSION)
  message(FATAL_ERROR "ckp.pc has version ${output}, expected ${VERSION}.")
endif()
run(pkg-config --variable=libdir ckp)
set(libdir "${output}")
run(pkg-config --cflags --libs ckp)
separate_arguments(flags UNIX_COMMAND "${output}")
run("${C_COMPILER}" "${SOURCE_DIR}/consumer.c" -o "${WORK_DIR}/consumer" ${flags})
expect_version("${CMAKE_COMMAND}" -E env "LD_LIBRARY_PATH=${libdir}" "${WORK_DIR}/consumer")
