// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Comma-separated values: floats as the shortest decimals that read back as them.

use std::fs::File;
use std::io::{BufWriter, Write};

use ckp::{Result, csv_field};

use super::rows::{Batch, Field, Values};
use super::{Sink, not_written};

pub(super) struct Csv(BufWriter<File>);

impl Csv {
    pub(super) fn new(mut file: BufWriter<File>, fields: &[Field]) -> Result<Self> {
        let names: Vec<_> = fields.iter().map(|field| csv_field(&field.name)).collect();
        writeln!(file, "{}", names.join(",")).map_err(not_written)?;
        Ok(Self(file))
    }
}

impl Sink for Csv {
    fn write(&mut self, batch: &Batch) -> Result<()> {
        let rows = batch.first().map_or(0, Values::len);
        for row in 0..rows {
            for (number, values) in batch.iter().enumerate() {
                let comma = if number > 0 { "," } else { "" };
                let out = &mut self.0;
                let outcome = match values {
                    Values::Texts(texts) => write!(out, "{comma}{}", csv_field(&texts[row])),
                    Values::Flags(flags) => write!(out, "{comma}{}", u8::from(flags[row])),
                    Values::Floats(floats) => write!(out, "{comma}{:e}", floats[row]),
                };
                outcome.map_err(not_written)?;
            }
            writeln!(self.0).map_err(not_written)?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        self.0.flush().map_err(not_written)
    }
}

impl Values {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Texts(texts) => texts.len(),
            Self::Flags(flags) => flags.len(),
            Self::Floats(floats) => floats.len(),
        }
    }
}
