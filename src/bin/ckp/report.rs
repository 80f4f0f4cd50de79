// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! `ckp report`: stages on one page of HTML.

use std::path::PathBuf;

use ckp::query::html::{self, HtmlOptions};
use ckp::{Error, ErrorKind, Format, Result};
use clap::{Args, ValueEnum};

use super::open;

/// What an answer looks like that may be a page.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PageFormat {
    /// For people
    Text,
    /// For programs: SI units, every bit
    Json,
    /// For spreadsheets: SI units, every bit
    Csv,
    /// For documents
    Markdown,
    /// For browsers: the page of `ckp report`
    Html,
}

impl PageFormat {
    /// `None` is the page.
    pub(crate) fn text(self) -> Option<Format> {
        match self {
            Self::Text => Some(Format::Text),
            Self::Json => Some(Format::Json),
            Self::Csv => Some(Format::Csv),
            Self::Markdown => Some(Format::Markdown),
            Self::Html => None,
        }
    }
}

const EXAMPLE: &str = "\
Example:
  ckp report chip.ckp -o chip.html
  ckp report chip.ckp cts route -o eco.html";

/// Write a report that a browser opens from disk: histograms, trends, endpoints, paths
///
/// The page is one file and loads nothing else.
#[derive(Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Report {
    /// Directory of the store, such as chip.ckp
    store: PathBuf,
    /// Stages, in the order of the page [default: all, by time]
    stages: Vec<String>,
    /// File to write [default: the standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Endpoints in the table of a scene and check, the worst over the stages; histograms count all
    #[arg(long, value_name = "N", default_value_t = HtmlOptions::default().endpoints)]
    endpoints: usize,
    /// Of these, how many have their paths
    #[arg(long, value_name = "N", default_value_t = HtmlOptions::default().paths)]
    paths: usize,
}

impl Report {
    pub(crate) fn run(&self) -> Result<String> {
        let options = HtmlOptions { endpoints: self.endpoints, paths: self.paths };
        let page = html::page(&open(&self.store)?, &self.stages, options)?;
        let Some(path) = &self.output else { return Ok(page) };
        std::fs::write(path, page).map_err(|error| {
            let message = format!("The report cannot be written to {}: {error}.", path.display());
            Error::new(ErrorKind::Io, message)
        })?;
        Ok(String::new())
    }
}
