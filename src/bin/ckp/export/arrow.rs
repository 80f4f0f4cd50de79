// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Arrow's file format for exchange between processes, also known as Feather.

use std::fs::File;
use std::io::BufWriter;
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Float32Array, RecordBatch, StringArray};
use arrow_ipc::writer::FileWriter;
use arrow_schema::{DataType, Schema};
use ckp::Result;

use super::rows::{Batch, Field, FieldKind, Values};
use super::{Sink, not_written};

pub(super) struct Arrow {
    writer: FileWriter<BufWriter<File>>,
    schema: Arc<Schema>,
}

impl Arrow {
    pub(super) fn new(file: BufWriter<File>, fields: &[Field]) -> Result<Self> {
        let field = |field: &Field| {
            let data = match field.kind {
                FieldKind::Text => DataType::Utf8,
                FieldKind::Flag => DataType::Boolean,
                FieldKind::Float => DataType::Float32,
            };
            arrow_schema::Field::new(&field.name, data, false)
        };
        let schema = Arc::new(Schema::new(fields.iter().map(field).collect::<Vec<_>>()));
        let writer = FileWriter::try_new(file, &schema).map_err(not_written)?;
        Ok(Self { writer, schema })
    }
}

impl Sink for Arrow {
    fn write(&mut self, batch: &Batch) -> Result<()> {
        let array = |values: &Values| -> ArrayRef {
            match values {
                Values::Texts(texts) => Arc::new(StringArray::from_iter_values(texts)),
                Values::Flags(flags) => Arc::new(BooleanArray::from(flags.clone())),
                Values::Floats(floats) => Arc::new(Float32Array::from(floats.clone())),
            }
        };
        let arrays = batch.iter().map(array).collect();
        let batch = RecordBatch::try_new(self.schema.clone(), arrays).map_err(not_written)?;
        self.writer.write(&batch).map_err(not_written)
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        self.writer.finish().and_then(|()| self.writer.flush()).map_err(not_written)
    }
}
