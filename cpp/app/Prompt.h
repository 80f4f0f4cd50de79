// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

#pragma once

struct Tcl_Interp;

// Prints the interpreter's result, unless it is empty, to TCL_STDOUT or
// TCL_STDERR.
void printResult(Tcl_Interp* interp, int stream);

// Reads and runs commands until the end of the input.
void runPrompt(Tcl_Interp* interp);
