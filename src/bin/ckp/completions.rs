// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! `ckp completions`: what shells need to complete command lines.

use clap::{Args, CommandFactory, ValueEnum};
use clap_complete::Shell;

use super::Cli;

/// Print the completions of a shell
#[derive(Args)]
#[command(after_help = "\
Example:
  ckp completions bash > ckp.bash")]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Known,
}

#[derive(Clone, Copy, ValueEnum)]
enum Known {
    Bash,
    Zsh,
    Fish,
}

impl Completions {
    pub(crate) fn run(&self) -> String {
        let shell = match self.shell {
            Known::Bash => Shell::Bash,
            Known::Zsh => Shell::Zsh,
            Known::Fish => Shell::Fish,
        };
        let mut bytes = Vec::new();
        clap_complete::generate(shell, &mut Cli::command(), "ckp", &mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}
