//! A Parquet file that is read where it lies: a part is a row group, or a piece of a large one.

use std::fs::File;
use std::path::{Path, PathBuf};

use ::polars::prelude::{
    Column, DataFrame, DataType, Expr, FileMetadataRef, LazyFrame, NULL, ParquetReader, PlRefPath, PolarsError,
    ScanArgsParquet, SerReader, TimeUnit, col, lit, when,
};

use super::super::columnar::plain;
use super::super::{guarded, open};
use super::PART;
use crate::engine::EngineError;

/// Row groups of more rows are read in pieces.
const LARGE_GROUP: usize = 4 * PART;

/// The file and its cuts.
pub struct ParquetParts {
    path: PathBuf,
    metadata: FileMetadataRef,
    /// Names and types as the engine works with them.
    fields: Vec<(String, DataType)>,
    /// First row and rows of each part.
    cuts: Vec<(usize, usize)>,
}

impl ParquetParts {
    /// Reads the footer. Notes say which types are read otherwise than they stand.
    ///
    /// # Errors
    /// A broken file.
    pub fn open(path: &Path, file: File) -> Result<(Self, Vec<String>), EngineError> {
        let (metadata, stored) = guarded("The Parquet file is broken", || {
            let mut reader = ParquetReader::new(file);
            let metadata = reader.get_metadata()?.clone();
            let none = reader.with_slice(Some((0, 0))).finish()?;
            let stored: Vec<(String, DataType)> =
                none.columns().iter().map(|c| (c.name().to_string(), c.dtype().clone())).collect();
            Ok((metadata, stored))
        })?;
        let mut parts = Self { path: path.to_owned(), cuts: cuts(&metadata), metadata, fields: Vec::new() };
        let mut notes = Vec::new();
        for (name, dtype) in stored {
            let to = match &dtype {
                DataType::UInt64 => parts.wide(&name, &mut notes)?,
                other => {
                    notes.extend(note(&name, other));
                    plain_type(other)
                }
            };
            parts.fields.push((name, to));
        }
        Ok((parts, notes))
    }

    /// Names and types.
    pub fn fields(&self) -> &[(String, DataType)] {
        &self.fields
    }

    /// Rows of each part.
    pub fn rows(&self) -> Vec<usize> {
        self.cuts.iter().map(|(_, n)| *n).collect()
    }

    /// Some columns of a part.
    ///
    /// # Errors
    /// When the file can no longer be read.
    pub fn read(&self, part: usize, names: &[&str]) -> Result<DataFrame, EngineError> {
        let (_, rows) = self.cuts.get(part).copied().unwrap_or_default();
        self.slice(part, 0, rows, names)
    }

    /// Some rows of some columns of a part.
    ///
    /// # Errors
    /// As [`ParquetParts::read`].
    pub fn slice(&self, part: usize, from: usize, rows: usize, names: &[&str]) -> Result<DataFrame, EngineError> {
        let (first, _) = self.cuts.get(part).copied().unwrap_or_default();
        let frame = self.raw(first + from, rows, names)?;
        let columns = guarded("The file's values can't be read", || {
            frame.columns().iter().map(|c| self.converted(c)).collect::<Result<Vec<_>, PolarsError>>()
        })?;
        let mut frame = DataFrame::new(frame.height(), columns).map_err(|e| super::broken(&e))?;
        frame.rechunk_mut();
        Ok(frame)
    }

    fn raw(&self, first: usize, rows: usize, names: &[&str]) -> Result<DataFrame, EngineError> {
        let (file, _) = open::regular(&self.path)?;
        let names = names.iter().map(|n| (*n).to_owned()).collect();
        guarded("The Parquet file is broken", || {
            let mut reader = ParquetReader::new(file).with_columns(Some(names)).with_slice(Some((first, rows)));
            reader.set_metadata(self.metadata.clone());
            reader.finish()
        })
    }

    /// A column in the type that was settled at opening.
    fn converted(&self, column: &Column) -> Result<Column, PolarsError> {
        let converted = plain(column, &mut Vec::new())?;
        match self.fields.iter().find(|(n, _)| n == column.name().as_str()) {
            Some((_, dtype)) if dtype != converted.dtype() => column.cast(dtype),
            _ => Ok(converted),
        }
    }

    /// Whole numbers of 64 bits without sign: as they stand where all fit, else with decimals.
    fn wide(&self, name: &str, notes: &mut Vec<String>) -> Result<DataType, EngineError> {
        for (first, rows) in &self.cuts {
            let frame = self.raw(*first, *rows, &[name])?;
            let fits = frame.columns().first().is_none_or(|c| c.strict_cast(&DataType::Int64).is_ok());
            if !fits {
                notes.push(format!(
                    "{name} has whole numbers beyond 64 bits; read with decimals, about 15 digits exact."
                ));
                return Ok(DataType::Float64);
            }
        }
        Ok(DataType::Int64)
    }

    /// The file for whole queries.
    pub fn scan(&self) -> Result<LazyFrame, PolarsError> {
        let path = PlRefPath::try_from_path(&self.path)?;
        let lazy = LazyFrame::scan_parquet(path, ScanArgsParquet { glob: false, ..ScanArgsParquet::default() })?;
        let columns: Vec<Expr> = self.fields.iter().map(|(name, dtype)| as_plain(name, dtype)).collect();
        Ok(lazy.select(columns))
    }
}

/// The cast that [`plain`] makes, as an expression.
fn as_plain(name: &str, dtype: &DataType) -> Expr {
    let cast = col(name).cast(dtype.clone());
    if *dtype == DataType::Float64 {
        when(cast.clone().is_nan()).then(lit(NULL)).otherwise(cast).alias(name)
    } else {
        cast
    }
}

fn plain_type(stored: &DataType) -> DataType {
    match stored {
        t if t.is_integer() => DataType::Int64,
        DataType::Float16 | DataType::Float32 | DataType::Float64 | DataType::Decimal(..) => DataType::Float64,
        DataType::Categorical(..) | DataType::Enum(..) => DataType::String,
        DataType::Datetime(..) => DataType::Datetime(TimeUnit::Microseconds, None),
        DataType::Duration(_) => DataType::Duration(TimeUnit::Microseconds),
        other => other.clone(),
    }
}

fn note(name: &str, stored: &DataType) -> Option<String> {
    match stored {
        DataType::Datetime(_, Some(zone)) => {
            Some(format!("{name} has times in the zone {}; shown in UTC.", zone.as_str()))
        }
        _ => None,
    }
}

fn cuts(metadata: &FileMetadataRef) -> Vec<(usize, usize)> {
    let (mut out, mut first) = (Vec::new(), 0);
    for group in &metadata.row_groups {
        let rows = group.num_rows();
        let step = if rows > LARGE_GROUP { PART } else { rows.max(1) };
        let mut at = 0;
        while at < rows {
            let n = step.min(rows - at);
            out.push((first + at, n));
            at += n;
        }
        first += rows;
    }
    out
}
