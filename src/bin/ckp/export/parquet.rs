// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Parquet: a row group for each batch, compressed with Zstandard.

use std::fs::File;
use std::io::BufWriter;
use std::sync::Arc;

use ckp::Result;
use parquet::basic::{Compression, ConvertedType, Repetition, Type as Physical, ZstdLevel};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, FloatType};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{Type, TypePtr};

use super::rows::{Batch, Field, FieldKind, Values};
use super::{Sink, not_written};

pub(super) struct Parquet(SerializedFileWriter<BufWriter<File>>);

impl Parquet {
    pub(super) fn new(file: BufWriter<File>, fields: &[Field]) -> Result<Self> {
        let writer = schema(fields).and_then(|schema| {
            let compression = Compression::ZSTD(ZstdLevel::default());
            let properties = WriterProperties::builder().set_compression(compression).build();
            SerializedFileWriter::new(file, schema, Arc::new(properties))
        });
        Ok(Self(writer.map_err(not_written)?))
    }

    fn put(&mut self, batch: &Batch) -> parquet::errors::Result<()> {
        let mut group = self.0.next_row_group()?;
        for values in batch {
            let column = group.next_column()?;
            let mut column =
                column.ok_or_else(|| ParquetError::General("a column lacks".into()))?;
            match values {
                Values::Texts(texts) => {
                    let texts: Vec<ByteArray> =
                        texts.iter().map(|text| ByteArray::from(text.as_str())).collect();
                    column.typed::<ByteArrayType>().write_batch(&texts, None, None)?;
                }
                Values::Flags(flags) => {
                    column.typed::<BoolType>().write_batch(flags, None, None)?;
                }
                Values::Floats(floats) => {
                    column.typed::<FloatType>().write_batch(floats, None, None)?;
                }
            }
            column.close()?;
        }
        group.close().map(|_| ())
    }
}

fn schema(fields: &[Field]) -> parquet::errors::Result<TypePtr> {
    let field = |field: &Field| {
        let (physical, converted) = match field.kind {
            FieldKind::Text => (Physical::BYTE_ARRAY, ConvertedType::UTF8),
            FieldKind::Flag => (Physical::BOOLEAN, ConvertedType::NONE),
            FieldKind::Float => (Physical::FLOAT, ConvertedType::NONE),
        };
        let builder = Type::primitive_type_builder(&field.name, physical)
            .with_repetition(Repetition::REQUIRED)
            .with_converted_type(converted);
        builder.build().map(Arc::new)
    };
    let fields = fields.iter().map(field).collect::<parquet::errors::Result<Vec<_>>>()?;
    Type::group_type_builder("stage").with_fields(fields).build().map(Arc::new)
}

impl Sink for Parquet {
    fn write(&mut self, batch: &Batch) -> Result<()> {
        self.put(batch).map_err(not_written)
    }

    fn finish(self: Box<Self>) -> Result<()> {
        self.0.close().map(|_| ()).map_err(not_written)
    }
}
