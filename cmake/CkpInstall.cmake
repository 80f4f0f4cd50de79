# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Installs libraries, headers, the command line, the shell, and the find_package and pkg-config files.

include(CMakePackageConfigHelpers)

set(ckp_cmake_dir "${CMAKE_INSTALL_LIBDIR}/cmake/ckp")
configure_package_config_file(
  "${PROJECT_SOURCE_DIR}/cmake/ckp-config.cmake.in" "${PROJECT_BINARY_DIR}/ckp-config.cmake"
  INSTALL_DESTINATION "${ckp_cmake_dir}"
  PATH_VARS CMAKE_INSTALL_INCLUDEDIR CMAKE_INSTALL_LIBDIR)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/ckp-config-version.cmake"
  COMPATIBILITY SameMinorVersion)
# pkg-config finds the prefix from where the file lies, so that the installed tree can be moved.
file(RELATIVE_PATH ckp_pc_prefix
  "/prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/prefix")
configure_file("${PROJECT_SOURCE_DIR}/cmake/ckp.pc.in" "${PROJECT_BINARY_DIR}/ckp.pc" @ONLY)

install(FILES "${PROJECT_SOURCE_DIR}/include/ckp.h" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(PROGRAMS "${ckp_shared}" DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(PROGRAMS "${ckp_command}" DESTINATION "${CMAKE_INSTALL_BINDIR}")
install(DIRECTORY "${ckp_share}/man/man1" DESTINATION "${CMAKE_INSTALL_MANDIR}")
install(FILES "${ckp_share}/ckp.bash"
  DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions" RENAME ckp)
install(FILES "${ckp_share}/ckp.zsh"
  DESTINATION "${CMAKE_INSTALL_DATADIR}/zsh/site-functions" RENAME _ckp)
install(FILES "${ckp_share}/ckp.fish"
  DESTINATION "${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d")
install(FILES "${ckp_static}" DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(FILES
  "${PROJECT_BINARY_DIR}/ckp-config.cmake" "${PROJECT_BINARY_DIR}/ckp-config-version.cmake"
  DESTINATION "${ckp_cmake_dir}")
install(FILES "${PROJECT_BINARY_DIR}/ckp.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")

if(CKP_MODULE)
  install(TARGETS ckp_module EXPORT ckp-module DESTINATION "${CMAKE_INSTALL_LIBDIR}")
  if(TARGET ckp_sta)
    install(TARGETS ckp_sta DESTINATION "${CMAKE_INSTALL_BINDIR}")
  endif()
  install(FILES "${PROJECT_SOURCE_DIR}/cmake/FindOpenSTA.cmake" DESTINATION "${ckp_cmake_dir}")
  install(EXPORT ckp-module NAMESPACE ckp:: DESTINATION "${ckp_cmake_dir}")
endif()
if(CKP_OPENROAD_ROOT)
  install(TARGETS ckp_openroad_static EXPORT ckp-openroad DESTINATION "${CMAKE_INSTALL_LIBDIR}")
  install(EXPORT ckp-openroad NAMESPACE ckp:: DESTINATION "${ckp_cmake_dir}")
  # Where Tcl looks for packages, if lib is in auto_path.
  install(TARGETS ckp_openroad DESTINATION "${CMAKE_INSTALL_LIBDIR}/ckp")
  install(FILES "${ckp_package_index}" DESTINATION "${CMAKE_INSTALL_LIBDIR}/ckp")
endif()
if(CKP_MODULE OR CKP_OPENROAD_ROOT)
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/cpp/include/ckp"
    DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
endif()
