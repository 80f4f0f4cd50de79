# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Script: runs SCRIPT in the shell STA, in the directory WORK_DIR, which is emptied before; if VALGRIND is given, STA
# runs in it. Leaks are not looked for there: the engine frees little at its end.

file(REMOVE_RECURSE "${WORK_DIR}")
file(MAKE_DIRECTORY "${WORK_DIR}")
set(ENV{CKP_TESTS} "${TESTS_DIR}")
set(ENV{CKP_COMPARE} "${COMPARE}")
set(ENV{CKP_COMMAND} "${CKP}")
set(checker "")
if(VALGRIND)
  set(checker "${VALGRIND}" --quiet --error-exitcode=99)
endif()
execute_process(COMMAND ${checker} "${STA}" -no_init -no_splash -exit "${SCRIPT}"
  WORKING_DIRECTORY "${WORK_DIR}" COMMAND_ERROR_IS_FATAL ANY)
