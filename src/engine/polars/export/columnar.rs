//! Parquet and Arrow: a row group or batch for each stretch of rows, so that memory holds one of them.

use std::io::Write;

use ::polars::io::ipc::BatchedWriter as ArrowWriter;
use ::polars::io::parquet::write::BatchedWriter as ParquetBatches;
use ::polars::prelude::{DataFrame, DataType, IpcCompression, IpcWriter, ParquetWriter, SerWriter};

use super::super::cells::value_type;
use super::Rows;
use super::target::Target;
use crate::engine::EngineError;
use crate::query::ValueType;

/// Writes Parquet.
pub struct Parquet<'a, W: Write> {
    batches: ParquetBatches<W>,
    target: &'a Target,
}

impl<'a, W: Write> Parquet<'a, W> {
    /// Begins, for columns as those of an empty frame.
    ///
    /// # Errors
    /// A type that the format does not have.
    pub fn new(out: W, like: &DataFrame, target: &'a Target) -> Result<Self, EngineError> {
        let batches = ParquetWriter::new(out).batched(like.schema()).map_err(|e| target.failed_polars(&e))?;
        Ok(Self { batches, target })
    }
}

impl<W: Write> Rows for Parquet<'_, W> {
    fn put(&mut self, frame: &DataFrame) -> Result<(), EngineError> {
        let mut frame = frame.clone();
        frame.rechunk_mut();
        self.batches.write_batch(&frame).map_err(|e| self.target.failed_polars(&e))
    }

    fn end(self: Box<Self>) -> Result<u64, EngineError> {
        self.batches.finish().map_err(|e| self.target.failed_polars(&e))?;
        Ok(0)
    }
}

/// Writes an Arrow IPC file.
pub struct Arrow<'a, W: Write> {
    batches: ArrowWriter<W>,
    target: &'a Target,
}

impl<'a, W: Write> Arrow<'a, W> {
    /// Begins, for columns as those of an empty frame.
    ///
    /// # Errors
    /// A type that the format does not have, and lists or records.
    pub fn new(out: W, like: &DataFrame, target: &'a Target) -> Result<Self, EngineError> {
        let nested = |t: &DataType| value_type(t) == ValueType::Other && t.is_nested();
        if let Some(column) = like.columns().iter().find(|c| nested(c.dtype())) {
            return Err(EngineError::request(
                format!("{} holds lists or records, which are not written to Arrow files.", column.name()),
                "Choose .parquet or .json, or hide that column.",
            ));
        }
        let writer = IpcWriter::new(out).with_compression(Some(IpcCompression::LZ4));
        // One plain description a column: none has parts of its own.
        let mut fields = Vec::new();
        fields.resize_with(like.width(), Default::default);
        let batches = writer.batched(like.schema(), fields).map_err(|e| target.failed_polars(&e))?;
        Ok(Self { batches, target })
    }
}

impl<W: Write> Rows for Arrow<'_, W> {
    fn put(&mut self, frame: &DataFrame) -> Result<(), EngineError> {
        let mut frame = frame.clone();
        frame.rechunk_mut();
        self.batches.write_batch(&frame).map_err(|e| self.target.failed_polars(&e))
    }

    fn end(mut self: Box<Self>) -> Result<u64, EngineError> {
        self.batches.finish().map_err(|e| self.target.failed_polars(&e))?;
        Ok(0)
    }
}
