# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
#
# ckp_sta as a shell: options, scripts, exit status, commands on standard input.

source $env(CKP_TESTS)/tcl/helpers.tcl
set env(HOME) [pwd]

# Runs ckp_sta; returns its exit status and what it printed.
proc shell { input args } {
  set code [catch {
    exec -ignorestderr [info nameofexecutable] {*}$args << $input 2>@1
  } output options]
  if { $code == 0 } {
    return [list 0 $output]
  }
  set error_code [dict get $options -errorcode]
  assert_equal [lindex $error_code 0] CHILDSTATUS "how ckp_sta ended"
  return [list [lindex $error_code 2] $output]
}

# Runs a script with -exit.
proc script { text args } {
  write_bytes "the script.tcl" $text
  return [shell "" {*}$args -exit "the script.tcl"]
}

proc assert_shell { result status args } {
  lassign $result actual output
  assert_equal $actual $status "exit status, with output \"$output\""
  foreach pattern $args {
    assert_match $pattern $output
  }
}

test "-help and -version" {
  assert_shell [shell "" -help] 0 "^Usage: .*-no_splash.*-exit"
  assert_shell [shell "" -version] 0 {^\d+\.\d+\.\d+\nckp \d+\.\d+\.\d+$}
}

test "-exit ends with the status of the script" {
  assert_shell [script "puts sound"] 0 sound
  assert_shell [script "puts before\nnonsense\nputs after"] 1 before nonsense
  assert_shell [script "puts \{"] 1 incomplete
  assert_shell [script "exit 7\nputs after"] 7
  assert_shell [shell "" -exit no_such_file.tcl] 1 no_such_file
}

test "the splash and -no_splash" {
  assert_shell [script ""] 0 "OpenSTA .* Copyright"
  assert_equal [script "" -no_splash] {0 {}} "output"
}

test "the init file and -no_init" {
  write_bytes .sta "puts initialized"
  assert_shell [script "" -no_splash] 0 initialized
  assert_equal [script "" -no_splash -no_init] {0 {}} "output"
  file delete .sta
}

test "-threads" {
  assert_shell [script "puts \[sta::thread_count\]" -no_splash -threads 3] 0 {^3$}
  assert_shell [script "puts \[sta::thread_count\]" -no_splash -threads max] 0 {^\d+$}
}

test "arguments that are too many or unknown" {
  assert_shell [shell "" -no_splash a b] 0 Usage
  assert_shell [shell "" -no_splash -nonsense] 0 Usage
}

test "commands on standard input" {
  set commands "puts one\nforeach i {1 2} {\n  puts \"i \$i\"\n}\nexpr 40 + 2\nnonsense\nexit 5\n"
  set result [shell $commands -no_splash]
  assert_shell $result 5 {\none\n} "i 1\ni 2" {\n42\n} {invalid command name "nonsense"}
  assert_shell [shell "puts one\n" -no_splash] 0 one
  assert { ![file exists .history_sta] } "no history is kept of what is not typed"
}

test "commands on standard input follow a script without -exit" {
  write_bytes first.tcl "set x 41"
  assert_shell [shell "puts \"x \[incr x\]\"\n" -no_splash first.tcl] 0 "x 42"
}

finish
