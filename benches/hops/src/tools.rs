// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! General compressors on the command line.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use crate::Outcome;

/// Options of `zstd` that do not depend on the direction: a window over base and stage, which together have
/// this size, and the base.
pub fn zstd(size: usize, base: Option<&Path>) -> Vec<OsString> {
    let window = window(size);
    let mut options: Vec<OsString> = vec!["-q".into(), "-f".into(), "--single-thread".into()];
    options.push(format!("--long={window}").into());
    if let Some(base) = base {
        let mut option = OsString::from("--patch-from=");
        option.push(base);
        options.push(option);
    }
    options
}

/// Logarithm of a window that reaches over so many bytes, within what `zstd --long` accepts.
pub fn window(size: usize) -> u32 {
    size.next_power_of_two().ilog2().clamp(27, 31)
}

/// Options of `xdelta3` that do not depend on the direction: all of the base, at least the default.
pub fn xdelta3(base: Option<(&Path, usize)>) -> Vec<OsString> {
    let Some((base, size)) = base else { return Vec::new() };
    let window = size.next_power_of_two().max(1 << 26);
    vec!["-B".into(), window.to_string().into(), "-s".into(), base.into()]
}

/// Run a program; what it says matters only when it fails.
pub fn spawn(program: &str, arguments: &[OsString]) -> Outcome<()> {
    let output = Command::new(program).args(arguments).output();
    let output = output.map_err(|error| format!("Cannot run {program}: {error}."))?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{program} failed: {}: {}", output.status, text.trim()).into());
    }
    Ok(())
}
