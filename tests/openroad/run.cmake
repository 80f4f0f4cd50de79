# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Script: runs SCRIPT in OPENROAD, in the directory WORK_DIR, which is emptied before; if PRELUDE is
# given, the helpers of the tests run it.

file(REMOVE_RECURSE "${WORK_DIR}")
file(MAKE_DIRECTORY "${WORK_DIR}")
set(ENV{CKP_TESTS} "${TESTS_DIR}")
set(ENV{CKP_COMPARE} "${COMPARE}")
set(ENV{CKP_MODULE} "${MODULE}")
if(PRELUDE)
  set(ENV{CKP_PRELUDE} "${PRELUDE}")
endif()
execute_process(COMMAND "${OPENROAD}" -no_init -no_splash -exit "${SCRIPT}"
  WORKING_DIRECTORY "${WORK_DIR}" COMMAND_ERROR_IS_FATAL ANY)
