//! A column's values as the texts that are shown, one at a time and without a copy where that is possible.

use std::fmt::Write as _;

use ::polars::prelude::{
    BooleanChunked, DataType, Float64Chunked, Int32Chunked, Int64Chunked, Series, StringChunked, TimeUnit,
};

use super::{broken, cells, dates};
use crate::engine::EngineError;
use crate::query::Cell;

/// A column by how its values become text.
pub enum Shown {
    /// Text as it is.
    Text(StringChunked),
    /// Whole numbers.
    Int(Int64Chunked),
    /// Numbers with decimals.
    Float(Float64Chunked),
    /// True or false.
    Bool(BooleanChunked),
    /// Days since 1970.
    Day(Int32Chunked),
    /// Moments, in units of the given length.
    Moment(Int64Chunked, TimeUnit),
    /// Whatever else, by way of a cell.
    Other(Series),
}

impl Shown {
    /// Prepares a column.
    ///
    /// # Errors
    /// When the library can't convert it, which its types rule out.
    pub fn new(series: &Series) -> Result<Self, EngineError> {
        let series = series.rechunk();
        let fail = |e| broken(&e);
        Ok(match series.dtype() {
            DataType::String => Self::Text(series.str().map_err(fail)?.clone()),
            DataType::Boolean => Self::Bool(series.bool().map_err(fail)?.clone()),
            DataType::Int64 => Self::Int(series.i64().map_err(fail)?.clone()),
            DataType::Int8
            | DataType::Int16
            | DataType::Int32
            | DataType::UInt8
            | DataType::UInt16
            | DataType::UInt32 => {
                Self::Int(series.cast(&DataType::Int64).and_then(|s| s.i64().cloned()).map_err(fail)?)
            }
            DataType::Float64 => Self::Float(series.f64().map_err(fail)?.clone()),
            DataType::Float32 => {
                Self::Float(series.cast(&DataType::Float64).and_then(|s| s.f64().cloned()).map_err(fail)?)
            }
            DataType::Date => Self::Day(series.to_physical_repr().i32().map_err(fail)?.clone()),
            DataType::Datetime(unit, _) => Self::Moment(series.to_physical_repr().i64().map_err(fail)?.clone(), *unit),
            _ => Self::Other(series),
        })
    }

    /// The characters (lower case) that its texts are made of, where that is known.
    pub fn characters(&self) -> Option<&'static str> {
        match self {
            Self::Int(_) => Some("0123456789-"),
            Self::Float(_) => Some("0123456789-.+einfa"),
            Self::Bool(_) => Some("truefals"),
            Self::Day(_) => Some("0123456789-"),
            Self::Moment(..) => Some("0123456789-:. t+z"),
            Self::Text(_) | Self::Other(_) => None,
        }
    }

    /// The text of one value; `None` for null. `buffer` takes those that are not text already.
    pub fn text<'a>(&'a self, row: usize, buffer: &'a mut String) -> Option<&'a str> {
        buffer.clear();
        // Writing to a text can't fail.
        match self {
            Self::Text(column) => return column.get(row),
            Self::Int(column) => write!(buffer, "{}", column.get(row)?).unwrap_or_default(),
            Self::Float(column) => write!(buffer, "{}", column.get(row)?).unwrap_or_default(),
            Self::Bool(column) => buffer.push_str(if column.get(row)? { "true" } else { "false" }),
            Self::Day(column) => *buffer = dates::iso_day(i64::from(column.get(row)?)),
            Self::Moment(column, unit) => *buffer = dates::iso_moment(cells::micros(column.get(row)?, *unit)),
            Self::Other(column) => match column.get(row).map_or(Cell::Null, |v| cells::cell(&v)) {
                Cell::Null => return None,
                Cell::Text(text) => *buffer = text,
                other => *buffer = other.to_string(),
            },
        }
        Some(buffer)
    }
}
