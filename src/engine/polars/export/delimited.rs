//! Delimited text: RFC 4180, UTF-8, `\n` at the end of lines. Null is nothing between two delimiters, empty text is
//! `""`; in a file of one column null is `""` too, since readers skip empty lines.

use std::fmt::Write as _;
use std::io::Write;

use ::polars::prelude::{DataFrame, DataType};

use super::super::shown::Shown;
use super::target::Target;
use super::{Rows, flush};
use crate::engine::EngineError;
use crate::query::begins_as_formula;

/// Writes delimited text.
pub struct Delimited<'a, W> {
    out: W,
    delimiter: char,
    guard: bool,
    guarded: u64,
    target: &'a Target,
    line: String,
}

impl<'a, W: Write> Delimited<'a, W> {
    /// Begins with the header.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn new(out: W, names: &[&str], delimiter: char, guard: bool, target: &'a Target) -> Result<Self, EngineError> {
        let mut new = Self { out, delimiter, guard, guarded: 0, target, line: String::new() };
        for (i, name) in names.iter().enumerate() {
            if i > 0 {
                new.line.push(delimiter);
            }
            new.text(name);
        }
        new.end_line()?;
        Ok(new)
    }

    /// A text: quoted where it must be, with a `'` where a spreadsheet would run it.
    fn text(&mut self, text: &str) {
        let formula = self.guard && begins_as_formula(text);
        let quoted = text.is_empty()
            || text.contains([self.delimiter, '"', '\n', '\r'])
            // Readers may trim what is not quoted.
            || text.starts_with(char::is_whitespace)
            || text.ends_with(char::is_whitespace);
        if quoted {
            self.line.push('"');
        }
        if formula {
            self.line.push('\'');
            self.guarded += 1;
        }
        if quoted {
            for (i, part) in text.split('"').enumerate() {
                if i > 0 {
                    self.line.push_str("\"\"");
                }
                self.line.push_str(part);
            }
            self.line.push('"');
        } else {
            self.line.push_str(text);
        }
    }

    fn end_line(&mut self) -> Result<(), EngineError> {
        self.line.push('\n');
        self.out.write_all(self.line.as_bytes()).map_err(|e| self.target.failed(&e))?;
        self.line.clear();
        Ok(())
    }
}

impl<W: Write> Rows for Delimited<'_, W> {
    fn put(&mut self, frame: &DataFrame) -> Result<(), EngineError> {
        let mut columns = Vec::with_capacity(frame.width());
        for column in frame.columns() {
            let series = column.as_materialized_series();
            // Spans of time begin with a sign as numbers do; lists and records are text.
            let number = series.dtype().is_numeric() || matches!(series.dtype(), DataType::Duration(_));
            columns.push((Shown::new(series)?, number));
        }
        let mut buffer = String::new();
        for row in 0..frame.height() {
            for (i, (column, number)) in columns.iter().enumerate() {
                if i > 0 {
                    self.line.push(self.delimiter);
                }
                match column {
                    // With a point, so that it is read as a number with decimals again; writing to a text can't fail.
                    Shown::Float(c) => {
                        if let Some(x) = c.get(row) {
                            write!(self.line, "{x:?}").unwrap_or_default();
                        }
                    }
                    other => match other.text(row, &mut buffer) {
                        None if columns.len() == 1 => self.line.push_str("\"\""),
                        None => {}
                        Some(text) if *number => self.line.push_str(text),
                        Some(text) => self.text(text),
                    },
                }
            }
            self.end_line()?;
        }
        Ok(())
    }

    fn end(mut self: Box<Self>) -> Result<u64, EngineError> {
        flush(&mut self.out, self.target)?;
        Ok(self.guarded)
    }
}
