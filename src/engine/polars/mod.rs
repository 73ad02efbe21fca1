//! The embedded engine: a table in parts, served by polars.
//!
//! `open` and the folders below it read files into a `table`, whose parts lie in memory, in a Parquet file or in a
//! `cache` on disk; `sql` evaluates expressions; `codes` turns columns into small numbers on which `aggregate` and
//! `profile` count, a part at a time; `view` shows a table through derived columns, a filter and an order; `sketch` sums up what is too much to be kept. Nothing outside this folder names
//! polars.

mod aggregate;
mod cache;
mod cells;
mod coded;
mod codes;
mod columnar;
mod csv;
mod dates;
mod distinct;
mod export;
mod find;
mod fingerprint;
mod fixes;
mod infer;
mod inflate;
mod joined;
mod json;
mod near;
mod numbers;
mod open;
mod profile;
mod quantiles;
mod question;
mod sample;
mod several;
mod shown;
mod sketch;
mod sql;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod typed;
mod view;
mod workbook;

use std::cell::Cell as Flag;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ::polars::prelude::PolarsError;

use super::{
    ByName, CachedTable, Engine, EngineError, FileAt, Fingerprint, Preview, ReadOptions, Source, Ticket, pages,
};
use crate::query::{
    Cell, CodedTable, CodingRequest, ColumnInfo, ColumnProfile, Direction, Export, Exported, Find, FoundCount,
    GroupQuery, GroupRow, Hit, Key, Page, Place, ReadingReport, Schema, View,
};
use codes::Codes;
pub use question::{ask, sql_functions};
use table::Table;

/// An opened table.
pub struct PolarsEngine {
    /// The file, or the files of the tables that were joined.
    paths: Vec<PathBuf>,
    table: Table,
    schema: Schema,
    reading: ReadingReport,
    /// Codes of columns that were grouped by before, by part.
    coded: Mutex<HashMap<(usize, String), Arc<Codes>>>,
    /// The last table of codes that was asked for: the same one serves all analyses of a KPI.
    last_coded: Mutex<Option<(CodingRequest, Arc<CodedTable>)>>,
}

/// Opens a file as a table.
///
/// # Errors
/// [`EngineError::Input`] with what is wrong and what to do, or [`EngineError::Cancelled`].
pub fn open(source: &Source, ticket: &Ticket) -> Result<Arc<dyn Engine>, EngineError> {
    quiet();
    let (table, reading) = unwound(|| {
        // A copy on disk is one of all rows, whatever is drawn from them.
        let whole = ReadOptions { sample: None, seed: 0, fixes: Vec::new(), ..source.options.clone() };
        let (table, mut reading) = open::read(&source.path, &whole, ticket)?;
        let table = fixed(table, &mut reading, &source.options, ticket)?;
        let table = sample::draw(table, &mut reading, &source.options, ticket)?;
        Ok((table, reading))
    })?;
    let paths = files(&source.path)?;
    engine(table, reading, paths)
}

/// The table with the repairs that the options ask for.
fn fixed(
    table: Table,
    reading: &mut ReadingReport,
    options: &ReadOptions,
    ticket: &Ticket,
) -> Result<Table, EngineError> {
    if let Some(missing) = options.types.keys().find(|name| table.dtype(name).is_none()) {
        return Err(near::unknown_column(missing, &table.schema()));
    }
    let (table, notes) = fixes::apply(table, &options.fixes, ticket)?;
    reading.notes.extend(notes);
    Ok(table)
}

/// The files behind a path.
fn files(path: &Path) -> Result<Vec<PathBuf>, EngineError> {
    let several = several::files(path)?;
    Ok(several.map_or_else(|| vec![path.to_owned()], |files| files.into_iter().map(|f| f.path).collect()))
}

/// Opens several files as named tables, and makes one table of them by a query. Each is read and mended by its own options
/// and by what is asked of columns by name; `options` are those of the table that is made: its fixes and its draw.
///
/// # Errors
/// As [`open`]; also for a name that is used twice, a column that no table has, and a query that can't be run.
pub fn open_joined(
    tables: &[(String, Source)],
    by_name: &ByName,
    query: &str,
    options: &ReadOptions,
    ticket: &Ticket,
) -> Result<Arc<dyn Engine>, EngineError> {
    quiet();
    let (table, reading) = unwound(|| joined::read(tables, by_name, query, options, ticket))?;
    let mut paths = Vec::new();
    for (_, source) in tables {
        paths.extend(files(&source.path)?);
    }
    engine(table, reading, paths)
}

fn engine(table: Table, reading: ReadingReport, paths: Vec<PathBuf>) -> Result<Arc<dyn Engine>, EngineError> {
    let most = u32::MAX as usize - 1;
    if table.rows() > most {
        return Err(EngineError::input(
            format!("The table has {} rows; at most {most} can be opened.", table.rows()),
            "Open a part of it.",
        ));
    }
    Ok(Arc::new(PolarsEngine::new(paths, table, reading)))
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
        let engine: Arc<dyn Engine> = Arc::new(PolarsEngine::new(vec![source.path.clone()], table, reading));
        engine
    }))
}

/// The beginning of a text file as it would be read in that way, without its repairs. `None` for files that are no text,
/// which leave nothing to choose.
///
/// # Errors
/// As [`open`].
pub fn preview(source: &Source, ticket: &Ticket) -> Result<Option<Preview>, EngineError> {
    quiet();
    let found = unwound(|| open::preview(&source.path, &source.options, ticket))?;
    Ok(found.map(|found| {
        let engine = PolarsEngine::new(vec![source.path.clone()], Table::memory(found.frame), found.report);
        Preview { engine: Arc::new(engine), lines: found.lines, whole: found.whole }
    }))
}

/// One of the files behind a path, which may stand for several; after the last one comes the first again.
///
/// # Errors
/// A folder or pattern without data files, or one that can't be read.
pub fn file_at(path: &Path, at: usize) -> Result<FileAt, EngineError> {
    let Some(files) = several::files(path)? else {
        return Ok(FileAt { path: path.to_owned(), name: path.display().to_string(), at: 0, of: 1 });
    };
    let (of, at) = (files.len(), at % files.len().max(1));
    let found = files.into_iter().nth(at).map_or_else(|| path.to_owned(), |one| one.path);
    let name = found.strip_prefix(several::base(path)).unwrap_or(&found).display().to_string();
    Ok(FileAt { path: found, name, at, of })
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
    fn new(paths: Vec<PathBuf>, table: Table, reading: ReadingReport) -> Self {
        Self { paths, schema: table.schema(), table, reading, coded: Mutex::default(), last_coded: Mutex::default() }
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
        unwound(|| self.table.page(start, len, None))
    }

    fn page_of(&self, start: u64, len: usize, columns: &[usize]) -> Result<Page, EngineError> {
        unwound(|| self.table.page(start, len, Some(columns)))
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

    fn has_more_values_than(
        &self,
        most: usize,
        column: &str,
        filter: Option<&str>,
        ticket: &Ticket,
    ) -> Result<bool, EngineError> {
        unwound(|| distinct::more_than(self, column, most, filter, ticket))
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

    fn value_type(&self, expression: &str) -> Result<crate::query::ValueType, EngineError> {
        unwound(|| sql::plan(self, expression).map(|planned| cells::value_type(&planned.dtype)))
    }

    fn sql(&self, query: &str, limit: usize, ticket: &Ticket) -> Result<(Schema, Page), EngineError> {
        unwound(|| sql::run(self, query, limit, ticket))
    }

    fn view(self: Arc<Self>, view: &View, ticket: &Ticket) -> Result<Arc<dyn Engine>, EngineError> {
        unwound(|| view::of(&self, view, ticket).map(|engine| engine as Arc<dyn Engine>))
    }

    fn repeated_rows(&self, alike: &[String], ticket: &Ticket) -> Result<u64, EngineError> {
        unwound(|| fixes::distinct(&self.table, alike, ticket).map(|(_, repeats)| repeats))
    }

    fn fingerprint(&self, ticket: &Ticket) -> Result<Fingerprint, EngineError> {
        unwound(|| fingerprint::run(self, ticket))
    }

    fn coded(&self, request: &CodingRequest, ticket: &Ticket) -> Result<Arc<CodedTable>, EngineError> {
        if let Ok(last) = self.last_coded.lock()
            && let Some((asked, table)) = last.as_ref()
            && asked == request
        {
            return Ok(table.clone());
        }
        let table = Arc::new(unwound(|| coded::run(self, request, ticket))?);
        if let Ok(mut last) = self.last_coded.lock() {
            *last = Some((request.clone(), table.clone()));
        }
        Ok(table)
    }

    fn row(&self, row: u64) -> Result<Vec<Cell>, EngineError> {
        unwound(|| self.table.row(row))
    }

    fn find(
        &self,
        find: &Find,
        from: &Place,
        direction: Direction,
        ticket: &Ticket,
    ) -> Result<Option<Hit>, EngineError> {
        unwound(|| find::next(&self.table, &pages::looked_at(self, find)?, find, from, direction, ticket))
    }

    fn count_found(
        &self,
        find: &Find,
        from: u64,
        patience: Duration,
        ticket: &Ticket,
    ) -> Result<FoundCount, EngineError> {
        unwound(|| find::count(&self.table, &pages::looked_at(self, find)?, find, from, patience, ticket))
    }

    fn export(&self, export: &Export, ticket: &Ticket) -> Result<Exported, EngineError> {
        unwound(|| match &export.query {
            None => export::run(&self.table, export, ticket),
            Some(query) => {
                let (frame, _) = columnar::finish(sql::rows(self, query, None, ticket)?, "sql")?;
                export::run(&Table::memory(frame), export, ticket)
            }
        })
    }
}

thread_local! {
    static CAUGHT: Flag<bool> = const { Flag::new(false) };
}

/// Whether a panic on this thread becomes an error of the engine: nothing need be printed of it.
#[must_use]
pub fn panics_are_caught() -> bool {
    // The library's own threads hand a panic on to the thread that waits for them.
    CAUGHT.with(Flag::get) || std::thread::current().name().is_some_and(|n| n.starts_with("polars"))
}

fn caught<T>(work: impl FnOnce() -> T) -> std::thread::Result<T> {
    let before = CAUGHT.with(|c| c.replace(true));
    let result = catch_unwind(AssertUnwindSafe(work));
    CAUGHT.with(|c| c.set(before));
    result
}

/// Turns a panic (polars may panic on broken input) into an error.
fn unwound<T>(work: impl FnOnce() -> Result<T, EngineError>) -> Result<T, EngineError> {
    caught(work).unwrap_or_else(|panic| {
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
    match caught(work) {
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
