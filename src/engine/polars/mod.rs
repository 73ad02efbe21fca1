//! The embedded engine: a table in parts, served by polars.
//!
//! `open` and the folders below it read files into a `table`, whose parts lie in memory, in a Parquet file or in a
//! `cache` on disk; `sql` evaluates expressions; `codes` turns columns into small numbers on which `aggregate` and
//! `profile` count, a part at a time; `sketch` sums up what is too much to be kept. Nothing outside this folder names
//! polars.

mod aggregate;
mod cache;
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
mod sketch;
mod sql;
mod table;
#[cfg(test)]
mod tests;
mod text;

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use ::polars::prelude::PolarsError;

use super::{CachedTable, Engine, EngineError, Fingerprint, Source, Ticket};
use crate::query::{ColumnInfo, ColumnProfile, GroupQuery, GroupRow, Key, Page, ReadingReport, Schema};
use codes::Codes;
use table::Table;

/// An opened table.
pub struct PolarsEngine {
    path: PathBuf,
    table: Table,
    schema: Schema,
    reading: ReadingReport,
    /// Codes of columns that were grouped by before, by part.
    coded: Mutex<HashMap<(usize, String), Arc<Codes>>>,
}

/// Opens a file as a table.
///
/// # Errors
/// [`EngineError::Input`] with what is wrong and what to do, or [`EngineError::Cancelled`].
pub fn open(source: &Source, ticket: &Ticket) -> Result<Arc<dyn Engine>, EngineError> {
    quiet();
    let (table, reading) = unwound(|| open::read(&source.path, &source.options, ticket))?;
    let most = u32::MAX as usize - 1;
    if table.rows() > most {
        return Err(EngineError::input(
            format!("The table has {} rows; at most {most} can be opened.", table.rows()),
            "Open a part of it.",
        ));
    }
    Ok(Arc::new(PolarsEngine::new(source.path.clone(), table, reading)))
}

/// The first rows of a large text file, at once: what [`open`] will show when it is done, as far as its beginning
/// tells. `None` where `open` itself is as quick.
///
/// # Errors
/// As [`open`].
pub fn head(source: &Source, ticket: &Ticket) -> Result<Option<Arc<dyn Engine>>, EngineError> {
    quiet();
    let found = unwound(|| open::head(&source.path, &source.options, ticket))?;
    Ok(found.map(|(table, reading)| {
        let engine: Arc<dyn Engine> = Arc::new(PolarsEngine::new(source.path.clone(), table, reading));
        engine
    }))
}

/// The copies of large tables on disk, those used last first.
#[must_use]
pub fn cached() -> Vec<CachedTable> {
    cache::Cache::of_user().map(|c| c.list()).unwrap_or_default()
}

/// Takes away the copies that nobody uses: bytes freed, and copies left because they are in use.
#[must_use]
pub fn clear_cache() -> (u64, usize) {
    cache::Cache::of_user().map(|c| c.clear()).unwrap_or_default()
}

impl PolarsEngine {
    fn new(path: PathBuf, table: Table, reading: ReadingReport) -> Self {
        Self { path, schema: table.schema(), table, reading, coded: Mutex::default() }
    }

    fn rows(&self) -> usize {
        self.table.rows()
    }

    /// A column of that exact name, or why there is none.
    fn known(&self, name: &str) -> Result<&ColumnInfo, EngineError> {
        self.schema.get(name).ok_or_else(|| near::unknown_column(name, &self.schema))
    }

    /// What a key groups by, checked.
    fn plan_key(&self, key: &Key) -> Result<sql::Planned, EngineError> {
        if key.column { sql::plan_column(self, &key.expr) } else { sql::plan(self, &key.expr) }
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
        unwound(|| self.table.page(start, len))
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
