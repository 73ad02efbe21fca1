//! JSON: one array of records, or one record a line. Numbers are numbers, dates are ISO 8601 text, what JSON can't say
//! (NaN, infinite) is null.

use std::fmt::Write as _;
use std::io::Write;

use ::polars::prelude::{AnyValue, DataFrame};

use super::super::cells;
use super::super::shown::Shown;
use super::target::Target;
use super::{Rows, flush};
use crate::engine::EngineError;
use crate::query::Cell;

/// Writes JSON.
pub struct Json<'a, W> {
    out: W,
    /// `"name":` of each column.
    keys: Vec<String>,
    array: bool,
    any: bool,
    target: &'a Target,
}

impl<'a, W: Write> Json<'a, W> {
    /// Begins.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn new(mut out: W, names: &[&str], array: bool, target: &'a Target) -> Result<Self, EngineError> {
        if array {
            out.write_all(b"[").map_err(|e| target.failed(&e))?;
        }
        Ok(Self { out, keys: names.iter().map(|n| format!("{}:", quoted(n))).collect(), array, any: false, target })
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string()
}

/// A value as JSON. Writing to a text can't fail.
fn value(v: &AnyValue<'_>, out: &mut String) {
    match v {
        AnyValue::List(series) => {
            out.push('[');
            for i in 0..series.len() {
                if i > 0 {
                    out.push(',');
                }
                value(&series.get(i).unwrap_or(AnyValue::Null), out);
            }
            out.push(']');
        }
        AnyValue::Struct(..) => value(&v.clone().into_static(), out),
        AnyValue::StructOwned(inner) => {
            out.push('{');
            for (i, (v, field)) in inner.0.iter().zip(&inner.1).enumerate() {
                if i > 0 {
                    out.push(',');
                }
                out.push_str(&quoted(field.name()));
                out.push(':');
                value(v, out);
            }
            out.push('}');
        }
        other => cell(&cells::cell(other), out),
    }
}

fn cell(cell: &Cell, out: &mut String) {
    match cell {
        Cell::Null => out.push_str("null"),
        Cell::Float(x) if !x.is_finite() => out.push_str("null"),
        // With a point, so that it is read as a number with decimals again.
        Cell::Float(x) => write!(out, "{x:?}").unwrap_or_default(),
        Cell::Text(text) => out.push_str(&quoted(text)),
        other => write!(out, "{other}").unwrap_or_default(),
    }
}

impl<W: Write> Rows for Json<'_, W> {
    fn put(&mut self, frame: &DataFrame) -> Result<(), EngineError> {
        let columns =
            frame.columns().iter().map(|c| Shown::new(c.as_materialized_series())).collect::<Result<Vec<_>, _>>()?;
        let (mut buffer, mut line) = (String::new(), String::new());
        for row in 0..frame.height() {
            line.clear();
            if self.array {
                line.push_str(if self.any { ",\n" } else { "\n" });
            }
            self.any = true;
            line.push('{');
            for (i, (key, column)) in self.keys.iter().zip(&columns).enumerate() {
                if i > 0 {
                    line.push(',');
                }
                line.push_str(key);
                match column {
                    Shown::Float(c) => cell(&c.get(row).map_or(Cell::Null, Cell::Float), &mut line),
                    Shown::Other(series) => value(&series.get(row).unwrap_or(AnyValue::Null), &mut line),
                    Shown::Int(_) | Shown::Bool(_) => line.push_str(column.text(row, &mut buffer).unwrap_or("null")),
                    Shown::Text(_) | Shown::Day(_) | Shown::Moment(..) => match column.text(row, &mut buffer) {
                        Some(text) => line.push_str(&quoted(text)),
                        None => line.push_str("null"),
                    },
                }
            }
            line.push('}');
            if !self.array {
                line.push('\n');
            }
            self.out.write_all(line.as_bytes()).map_err(|e| self.target.failed(&e))?;
        }
        Ok(())
    }

    fn end(mut self: Box<Self>) -> Result<u64, EngineError> {
        if self.array {
            self.out.write_all(b"\n]\n").map_err(|e| self.target.failed(&e))?;
        }
        flush(&mut self.out, self.target)?;
        Ok(0)
    }
}
