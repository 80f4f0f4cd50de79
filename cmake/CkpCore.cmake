# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Builds the Rust crate: the command line, and the library, which is offered as ckp::ckp (shared) and
# ckp::ckp_static. The same names come from find_package(ckp), so that tests and consumers are written
# alike.

find_program(CARGO_EXECUTABLE cargo HINTS "$ENV{HOME}/.cargo/bin" REQUIRED)
set(CKP_CARGO_TARGET_DIR "${PROJECT_SOURCE_DIR}/target" CACHE PATH "Build directory of cargo")
find_package(Threads REQUIRED)

set(ckp_shared "${CMAKE_LIBRARY_OUTPUT_DIRECTORY}/libckp.so")
set(ckp_static "${CMAKE_ARCHIVE_OUTPUT_DIRECTORY}/libckp.a")
set(ckp_command "${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/ckp")
# Manual pages and shell completions, written by the command line itself.
set(ckp_share "${PROJECT_BINARY_DIR}/share")
set(ckp_cargo_output "${CKP_CARGO_TARGET_DIR}/${CKP_CARGO_PROFILE}")
if(CKP_CARGO_PROFILE STREQUAL "dev")
  set(ckp_cargo_output "${CKP_CARGO_TARGET_DIR}/debug")
endif()
# What the Rust standard library needs beside the C++ driver's own libraries.
set(ckp_static_libraries Threads::Threads ${CMAKE_DL_LIBS} m)

# cargo alone knows what is out of date, so it runs in every build; copying only what differs keeps
# dependents from being linked again.
add_custom_target(ckp_core ALL
  COMMAND "${CARGO_EXECUTABLE}" build --profile "${CKP_CARGO_PROFILE}" --locked --lib --bin ckp --quiet
    --manifest-path "${PROJECT_SOURCE_DIR}/Cargo.toml" --target-dir "${CKP_CARGO_TARGET_DIR}"
  COMMAND "${CMAKE_COMMAND}" -E make_directory "${CMAKE_LIBRARY_OUTPUT_DIRECTORY}"
  COMMAND "${CMAKE_COMMAND}" -E copy_if_different
    "${ckp_cargo_output}/libckp.so" "${ckp_cargo_output}/libckp.a"
    "${CMAKE_LIBRARY_OUTPUT_DIRECTORY}"
  COMMAND "${CMAKE_COMMAND}" -E make_directory "${CMAKE_RUNTIME_OUTPUT_DIRECTORY}"
  COMMAND "${CMAKE_COMMAND}" -E copy_if_different "${ckp_cargo_output}/ckp" "${ckp_command}"
  COMMAND "${ckp_command}" man "${ckp_share}/man/man1"
  COMMAND "${ckp_command}" completions bash > "${ckp_share}/ckp.bash"
  COMMAND "${ckp_command}" completions zsh > "${ckp_share}/ckp.zsh"
  COMMAND "${ckp_command}" completions fish > "${ckp_share}/ckp.fish"
  BYPRODUCTS "${ckp_shared}" "${ckp_static}" "${ckp_command}"
  COMMENT "Building the Rust crate"
  USES_TERMINAL
  VERBATIM)

add_library(ckp::ckp SHARED IMPORTED)
set_target_properties(ckp::ckp PROPERTIES
  IMPORTED_LOCATION "${ckp_shared}"
  IMPORTED_NO_SONAME TRUE
  INTERFACE_INCLUDE_DIRECTORIES "${PROJECT_SOURCE_DIR}/include")
add_dependencies(ckp::ckp ckp_core)

add_library(ckp::ckp_static STATIC IMPORTED)
set_target_properties(ckp::ckp_static PROPERTIES
  IMPORTED_LOCATION "${ckp_static}"
  INTERFACE_INCLUDE_DIRECTORIES "${PROJECT_SOURCE_DIR}/include"
  INTERFACE_LINK_LIBRARIES "${ckp_static_libraries}")
add_dependencies(ckp::ckp_static ckp_core)
