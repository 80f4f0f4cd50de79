// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The command line, run as users run it: its output goes to no terminal.

use std::process::{Command, Output};

use serde_json::Value;

pub fn ckp(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ckp"));
    command.env_remove("CLICOLOR_FORCE").args(arguments).output().unwrap()
}

/// What a successful command prints; nothing of it is for a terminal.
pub fn text(arguments: &[&str]) -> String {
    let output = ckp(arguments);
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), error.as_str()), (Some(0), ""), "{arguments:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(!text.contains('\x1b'), "{text:?}");
    text
}

pub fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&text(arguments)).unwrap()
}

/// What a failed command says, and its exit code.
pub fn failure(arguments: &[&str]) -> (i32, String) {
    let output = ckp(arguments);
    assert!(output.stdout.is_empty(), "{arguments:?}");
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.starts_with("ckp: ") && error.ends_with('\n'), "{arguments:?}: {error}");
    assert!(!error.contains('\x1b'), "{error:?}");
    (output.status.code().unwrap(), error)
}
