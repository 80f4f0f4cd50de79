// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! `ckp man`: the manual.

use std::path::PathBuf;

use ckp::{Error, ErrorKind, Result};
use clap::{Args, CommandFactory};
use clap_mangen::Man as Page;

use super::Cli;

/// Write the manual pages of all commands to a directory, or print that of ckp
#[derive(Args)]
#[command(after_help = "\
Example:
  ckp man share/man/man1")]
pub(crate) struct Man {
    /// Directory of the pages; it is made where it does not exist
    directory: Option<PathBuf>,
}

impl Man {
    pub(crate) fn run(&self) -> Result<String> {
        match &self.directory {
            None => print(),
            Some(directory) => {
                let failed = |error: std::io::Error| {
                    let message = format!("Cannot write to {}: {error}.", directory.display());
                    Error::new(ErrorKind::Io, message)
                };
                std::fs::create_dir_all(directory).map_err(failed)?;
                let command = Cli::command().disable_help_subcommand(true);
                clap_mangen::generate_to(command, directory).map_err(failed)?;
                Ok(String::new())
            }
        }
    }
}

fn print() -> Result<String> {
    let mut bytes = Vec::new();
    let page = Page::new(Cli::command().disable_help_subcommand(true));
    let outcome = page.render(&mut bytes);
    outcome.map_err(|error| Error::new(ErrorKind::Io, format!("No page was made: {error}.")))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
