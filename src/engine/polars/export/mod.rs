//! Writing rows to a file: part by part into a file beside the target, which takes its place when all is on disk.

mod columnar;
mod delimited;
mod json;
mod target;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;

use std::io::{BufWriter, Write};
use std::ops::Range;

use ::polars::prelude::DataFrame;

use super::near;
use super::table::Table;
use crate::engine::{EngineError, Ticket, Unit};
use crate::query::{Export, ExportFormat, Exported};
use target::Target;

/// Rows written between two looks at the ticket, in formats that are written row by row.
const STEP: usize = 1 << 13;

/// What takes the rows of one format.
trait Rows {
    /// Takes some rows.
    fn put(&mut self, frame: &DataFrame) -> Result<(), EngineError>;

    /// Writes what comes after the last row; cells that were guarded.
    fn end(self: Box<Self>) -> Result<u64, EngineError>;
}

/// Writes what is asked.
///
/// # Errors
/// As [`crate::engine::Engine::export`].
pub fn run(table: &Table, export: &Export, ticket: &Ticket) -> Result<Exported, EngineError> {
    let schema = table.schema();
    let names: Vec<&str> = match &export.columns {
        None => table.names().collect(),
        Some(names) => {
            if let Some(unknown) = names.iter().find(|n| schema.get(n).is_none()) {
                return Err(near::unknown_column(unknown, &schema));
            }
            names.iter().map(String::as_str).collect()
        }
    };
    if names.is_empty() {
        return Err(EngineError::request("There is no column to write.", "Show at least one column."));
    }
    let stretches = stretches(export, table.rows());
    let rows: usize = stretches.iter().map(Range::len).sum();
    let work = ticket.begin(Unit::Rows, rows as u64);
    let target = Target::new(export)?;
    let out = BufWriter::with_capacity(1 << 20, target.file()?);
    let empty = table.without_rows();
    let empty = empty.select(names.iter().copied()).map_err(|e| super::broken(&e))?;
    let mut writer: Box<dyn Rows> = match export.format {
        ExportFormat::Csv => Box::new(delimited::Delimited::new(out, &names, ',', export.guard, &target)?),
        ExportFormat::Tsv => Box::new(delimited::Delimited::new(out, &names, '\t', export.guard, &target)?),
        ExportFormat::Json => Box::new(json::Json::new(out, &names, true, &target)?),
        ExportFormat::JsonLines => Box::new(json::Json::new(out, &names, false, &target)?),
        ExportFormat::Parquet => Box::new(columnar::Parquet::new(out, &empty, &target)?),
        ExportFormat::Arrow => Box::new(columnar::Arrow::new(out, &empty, &target)?),
    };
    let by_row = !matches!(export.format, ExportFormat::Parquet | ExportFormat::Arrow);
    for stretch in stretches {
        let mut at = stretch.start;
        while at < stretch.end {
            work.check()?;
            let span = table.span(at);
            let to = span.end.min(stretch.end);
            let frame = table.stretches(&span, &names)?;
            let step = if by_row { STEP } else { to - at };
            let mut from = at;
            while from < to {
                work.check()?;
                let n = step.min(to - from);
                let piece = frame.slice(i64::try_from(from - span.start).unwrap_or(i64::MAX), n);
                writer.put(&piece)?;
                work.advance(n as u64);
                from += n;
            }
            at = to;
        }
    }
    let guarded = writer.end()?;
    // A cancel that came while the last rows were written still leaves nothing behind.
    work.check()?;
    let bytes = target.finish()?;
    Ok(Exported { path: export.path.clone(), rows: rows as u64, columns: names.len(), bytes, guarded })
}

/// The rows that are asked for, in order, within the table and each once.
fn stretches(export: &Export, rows: usize) -> Vec<Range<usize>> {
    let Some(asked) = &export.rows else { return std::iter::once(0..rows).collect() };
    let place = |x: u64| usize::try_from(x).unwrap_or(usize::MAX).min(rows);
    let mut all: Vec<Range<usize>> =
        asked.iter().map(|(from, n)| place(*from)..place(from.saturating_add(*n))).filter(|r| !r.is_empty()).collect();
    all.sort_by_key(|r| r.start);
    let mut out: Vec<Range<usize>> = Vec::new();
    for r in all {
        match out.last_mut() {
            Some(last) if r.start <= last.end => last.end = last.end.max(r.end),
            _ => out.push(r),
        }
    }
    out
}

/// Flushes what is buffered.
fn flush<W: Write>(out: &mut W, target: &Target) -> Result<(), EngineError> {
    out.flush().map_err(|e| target.failed(&e))
}
