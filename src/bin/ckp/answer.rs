// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! What a command leaves behind: a text on the standard output, or a reason on the standard error, and an
//! exit code.

use std::io::{ErrorKind, Write};
use std::process::ExitCode;

/// The command did what it was asked.
const DONE: u8 = 0;
/// The command could not do what it was asked.
pub(crate) const FAILED: u8 = 1;
/// The command line makes no sense.
const USAGE: u8 = 2;
/// The command did what it was asked, and the answer is the one that a check is to fail for.
pub(crate) const FOUND: u8 = 3;

pub(crate) const EXIT_CODES: &str = "\
Exit codes: 0 done, 1 failed (the reason is on the standard error), 2 bad usage,
3 a check found what it looks for (a defect, or what --fail-if names).";

/// The outcome of a command that worked.
pub(crate) struct Answer {
    text: String,
    code: u8,
}

impl Answer {
    /// An answer that a check is to fail for.
    pub(crate) fn found(text: String) -> Self {
        Self { text, code: FOUND }
    }
}

impl From<String> for Answer {
    fn from(text: String) -> Self {
        Self { text, code: DONE }
    }
}

/// Write the answer; its styles go to a terminal only, unless the environment says otherwise (`NO_COLOR`,
/// `CLICOLOR_FORCE`).
pub(crate) fn print(answer: &Answer) -> ExitCode {
    let mut out = anstream::stdout().lock();
    match out.write_all(answer.text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => ExitCode::from(answer.code),
        // Who reads has seen enough: `ckp show ... | head`.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => ExitCode::from(answer.code),
        Err(error) => fail(&format!("The output cannot be written: {error}."), FAILED),
    }
}

/// Help and version go to the standard output, all else is a mistake.
pub(crate) fn answer_usage(error: &clap::Error) -> ExitCode {
    if error.use_stderr() {
        let text = error.render().to_string();
        fail(text.strip_prefix("error: ").unwrap_or(&text), USAGE)
    } else {
        print(&Answer::from(error.render().ansi().to_string()))
    }
}

pub(crate) fn fail(message: &str, code: u8) -> ExitCode {
    // Nothing is left to be done should the standard error be closed.
    let _ = writeln!(std::io::stderr(), "ckp: {}", message.trim_end());
    ExitCode::from(code)
}
