//! The embedded engine: a table in memory, served by polars.
//!
//! `open` and the folders below it read files; `sql` evaluates expressions; `codes` turns columns into small numbers
//! on which `aggregate` and `profile` count. Nothing outside this folder names polars.

mod aggregate;
mod cells;
mod codes;
mod columnar;
mod csv;
mod dates;
mod fingerprint;
mod infer;
mod inflate;
mod json;
mod near;
mod numbers;
mod open;
mod profile;
mod quantiles;
mod sql;
#[cfg(test)]
mod tests;
mod text;

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use ::polars::prelude::{DataFrame, PolarsError, Series};

use super::{Engine, EngineError, Fingerprint, Source, Ticket};
use crate::query::{ColumnInfo, ColumnProfile, GroupQuery, GroupRow, Key, Page, ReadingReport, Schema};
use codes::Codes;

/// A table in memory.
pub struct PolarsEngine {
    path: PathBuf,
    frame: DataFrame,
    schema: Schema,
    reading: ReadingReport,
    /// Codes of columns that were grouped by before.
    coded: Mutex<HashMap<String, Arc<Codes>>>,
}

/// Opens a file as a table.
///
/// # Errors
/// [`EngineError::Input`] with what is wrong and what to do, or [`EngineError::Cancelled`].
pub fn open(source: &Source, ticket: &Ticket) -> Result<Arc<dyn Engine>, EngineError> {
    quiet();
    let (frame, reading) = unwound(|| open::read(&source.path, &source.options, ticket))?;
    let most = u32::MAX as usize - 1;
    if frame.height() > most {
        return Err(EngineError::input(
            format!("The table has {} rows; at most {most} can be opened.", frame.height()),
            "Open a part of it.",
        ));
    }
    let columns =
        frame.columns().iter().map(|c| ColumnInfo { name: c.name().to_string(), dtype: cells::value_type(c.dtype()) });
    let schema = Schema { columns: columns.collect() };
    Ok(Arc::new(PolarsEngine { path: source.path.clone(), frame, schema, reading, coded: Mutex::default() }))
}

impl PolarsEngine {
    fn rows(&self) -> usize {
        self.frame.height()
    }

    /// The column of that exact name.
    fn column(&self, name: &str) -> Result<&Series, EngineError> {
        match self.frame.column(name) {
            Ok(column) => Ok(column.as_materialized_series()),
            Err(_) => Err(near::unknown_column(name, &self.schema)),
        }
    }
}

/// The library prints its warnings to standard error, into the screen; they go to the log instead.
fn quiet() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        ::polars::error::set_warning_function(|message, _| tracing::debug!("{message}"));
    });
}

impl Engine for PolarsEngine {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn row_count(&self) -> u64 {
        self.rows() as u64
    }

    fn reading(&self) -> &ReadingReport {
        &self.reading
    }

    fn page(&self, start: u64, len: usize) -> Result<Page, EngineError> {
        unwound(|| cells::page(&self.frame, start, len))
    }

    fn aggregate(&self, query: &GroupQuery, ticket: &Ticket) -> Result<Vec<GroupRow>, EngineError> {
        unwound(|| aggregate::run(self, query, ticket))
    }

    fn quantiles(
        &self,
        key: &Key,
        probabilities: &[f64],
        filter: Option<&str>,
        ticket: &Ticket,
    ) -> Result<Vec<f64>, EngineError> {
        unwound(|| quantiles::run(self, key, probabilities, filter, ticket))
    }

    fn column_profile(
        &self,
        column: &str,
        filter: Option<&str>,
        ticket: &Ticket,
    ) -> Result<ColumnProfile, EngineError> {
        unwound(|| profile::run(self, column, filter, ticket))
    }

    fn check_sql(&self, expression: &str) -> Result<(), EngineError> {
        unwound(|| sql::plan(self, expression).map(|_| ()))
    }

    fn sql(&self, query: &str, limit: usize, ticket: &Ticket) -> Result<(Schema, Page), EngineError> {
        unwound(|| sql::run(self, query, limit, ticket))
    }

    fn fingerprint(&self, ticket: &Ticket) -> Result<Fingerprint, EngineError> {
        unwound(|| fingerprint::run(self, ticket))
    }
}

/// Turns a panic (polars may panic on broken input) into an error.
fn unwound<T>(work: impl FnOnce() -> Result<T, EngineError>) -> Result<T, EngineError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let cause = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("no reason given");
        Err(EngineError::input(
            format!("The data can't be processed: {}.", first_line(cause)),
            "Try another file or expression; the session is safe.",
        ))
    })
}

/// Runs a step of polars on the file's content.
fn guarded<T>(what: &str, work: impl FnOnce() -> Result<T, PolarsError>) -> Result<T, EngineError> {
    let fail = |cause: &str| EngineError::input(format!("{what}: {cause}."), "Fetch or export the file again.");
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => result.map_err(|e| fail(&first_line(&e.to_string()))),
        Err(_) => Err(fail("its content can't be decoded")),
    }
}

/// An error of polars while a table is put together.
fn broken(error: &PolarsError) -> EngineError {
    EngineError::input(format!("The table can't be put together: {}.", first_line(&error.to_string())), "")
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().trim().trim_end_matches('.').to_owned()
}
