# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# Script: writes OUTPUT, a C++ file that holds the text of the Tcl file INPUT. An array of
# characters, since compilers limit the length of a string literal.

file(READ "${INPUT}" bytes HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${bytes}")
string(REGEX REPLACE "('[^']*','[^']*','[^']*','[^']*','[^']*','[^']*','[^']*','[^']*',)" "\\1\n"
  bytes "${bytes}")
file(WRITE "${OUTPUT}" "// Generated from the Tcl source; do not edit.

#include \"CheckpointTcl.h\"

namespace {

const char text[] = {
${bytes}'\\0'};

}  // namespace

namespace ckp {

const char* const checkpoint_tcl = text;

}  // namespace ckp
")
