//! How numbers are fetched: opening files, pages of rows, grouped sums.
//!
//! [`Engine`] speaks plain values only, so that the same analyses can later be served by a database. The embedded
//! implementation is in `polars`; nothing outside that folder names polars.

mod cores;
mod error;
mod pages;
mod polars;
mod ticket;
mod ways;

use std::any::Any;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

pub use cores::{cores, on_all_cores};
pub use error::{EngineError, QueryError};
pub use polars::{
    ask, cached, clear_cache, file_at, head, open, open_joined, panics_are_caught, preview, sql_functions,
};
pub use ticket::{Counted, Ticket, TicketState, Unit};
pub use ways::{DateOrder, SheetType, Thousands};

use crate::query::{
    Cell, CodedTable, CodingRequest, ColumnProfile, Direction, Export, Exported, Find, Fix, FoundCount, GroupQuery,
    GroupRow, Hit, Key, KeyBin, Page, Place, ReadingReport, Schema, View,
};

/// How a file is to be read; what is absent is guessed, and the guess is reported.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct ReadOptions {
    /// The delimiter, one ASCII character.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<char>,
    /// A label such as `utf-8`, `windows-1252`, `utf-16le`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// The sheet of a workbook: its name, or its number from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// Line of the header, from 1; 0 for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header_row: Option<u64>,
    /// Lines at the top that are passed over unread.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub skip_lines: u64,
    /// Lines that begin with this text are passed over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// What cells are quoted with: one ASCII character, or `none`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<String>,
    /// Words that mean missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub null_words: Option<Vec<String>>,
    /// Whether `1.234,5` is a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimal_comma: Option<bool>,
    /// What stands between thousands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thousands: Option<Thousands>,
    /// The order of day and month in dates that fit both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date_order: Option<DateOrder>,
    /// Types by column, whatever the values look like; values that do not fit are null and are reported.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub types: BTreeMap<String, SheetType>,
    /// Whether a last line of totals is a row like any other.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub keep_footer: bool,
    /// Keep that many rows, drawn at random, in their order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<u64>,
    /// What the draw begins with; the same seed gives the same rows.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub seed: u64,
    /// Repairs of what was read, in this order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fixes: Vec<Fix>,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
fn is_zero(x: &u64) -> bool {
    *x == 0
}

/// What is asked of columns by their names, whichever of several tables has them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ByName {
    /// Types by column.
    pub types: BTreeMap<String, SheetType>,
    /// Repairs: of a column in every table that has it, alike in all of them; of what none of them has, and of rows, in the
    /// table that is made of them.
    pub fixes: Vec<Fix>,
}

/// What to open.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// A regular file.
    pub path: PathBuf,
    /// How to read it.
    pub options: ReadOptions,
}

/// One of the files that a table is read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileAt {
    /// The file.
    pub path: PathBuf,
    /// Its name, with the folders below that of the table.
    pub name: String,
    /// Its place, from 0.
    pub at: usize,
    /// How many files there are.
    pub of: usize,
}

/// The beginning of a file as it would be read.
pub struct Preview {
    /// Its rows as a table.
    pub engine: Arc<dyn Engine>,
    /// The first lines of the text as they stand, each cut where it is long.
    pub lines: Vec<String>,
    /// Whether that is all of the file.
    pub whole: bool,
}

/// A copy of a large table, kept so that the next opening is immediate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CachedTable {
    /// The file it was made of.
    pub source: PathBuf,
    /// Its rows.
    pub rows: u64,
    /// Bytes on disk.
    pub bytes: u64,
    /// When it was used last.
    pub used: std::time::SystemTime,
    /// Its folder.
    pub folder: PathBuf,
}

/// The answer to a query: a table like any other.
pub struct Answer {
    /// Its rows, in memory.
    pub engine: Arc<dyn Engine>,
    /// There are more rows than those.
    pub more: bool,
}

/// The facts of a table that identify it months later.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Fingerprint {
    /// Bytes on disk.
    pub bytes: u64,
    /// The first 16 hexadecimal digits of the file's SHA-256.
    pub sha256_16: String,
    /// Rows.
    pub rows: u64,
    /// A hash (16 hexadecimal digits) that does not depend on the order of the rows.
    pub order_free_hash: String,
    /// Nulls by column, only where there are any.
    pub nulls: Vec<(String, u64)>,
    /// First and last moment of the first time column (ISO 8601).
    pub time_range: Option<(String, String)>,
}

/// An opened table. All verbs may take long and are called on job threads; each looks at its [`Ticket`] between
/// chunks of work and gives up with [`EngineError::Cancelled`].
pub trait Engine: Any + Send + Sync {
    /// The columns.
    fn schema(&self) -> &Schema;

    /// Rows in the table.
    fn row_count(&self) -> u64;

    /// How the file was read, guesses included.
    fn reading(&self) -> &ReadingReport;

    /// Up to `len` consecutive rows from `start`, all columns.
    ///
    /// # Errors
    /// When the rows can't be read.
    fn page(&self, start: u64, len: usize) -> Result<Page, EngineError>;

    /// The same with only some columns: places in the schema, ascending. A page of a table of thousands of columns costs
    /// no more than the columns in sight.
    ///
    /// # Errors
    /// As [`Engine::page`].
    fn page_of(&self, start: u64, len: usize, columns: &[usize]) -> Result<Page, EngineError> {
        self.page(start, len).map(|page| page.narrowed(columns))
    }

    /// Sums by group. Rows come sorted by their keys (numbers by size, nulls last).
    ///
    /// # Errors
    /// An unknown column, SQL that can't be parsed or does not give a number/condition, or a cancel.
    fn aggregate(&self, query: &GroupQuery, ticket: &Ticket) -> Result<Vec<GroupRow>, EngineError>;

    /// Quantiles (linear interpolation) of a numeric or temporal column or SQL expression, nulls and NaN left out;
    /// temporal values as seconds since 1970. Empty when no value is known.
    ///
    /// # Errors
    /// As [`Engine::aggregate`].
    fn quantiles(
        &self,
        key: &crate::query::Key,
        probabilities: &[f64],
        filter: Option<&str>,
        ticket: &Ticket,
    ) -> Result<Vec<f64>, EngineError>;

    /// Whether a column has more than `most` different values, nulls aside, in the rows of a condition.
    ///
    /// # Errors
    /// As [`Engine::aggregate`].
    fn has_more_values_than(
        &self,
        most: usize,
        column: &str,
        filter: Option<&str>,
        ticket: &Ticket,
    ) -> Result<bool, EngineError> {
        // One group more than that holds all other values.
        let key = Key::column(column).binned(KeyBin::Top(most));
        let query = GroupQuery { keys: vec![key], kpi: None, filter: filter.map(str::to_owned), unit: None };
        let groups = self.aggregate(&query, ticket)?;
        Ok(groups.iter().filter(|g| g.keys.first().is_some_and(|k| *k != Cell::Null)).count() > most)
    }

    /// Everything that a profile says of one column, without alerts.
    ///
    /// # Errors
    /// As [`Engine::aggregate`].
    fn column_profile(&self, column: &str, filter: Option<&str>, ticket: &Ticket)
    -> Result<ColumnProfile, EngineError>;

    /// Parses a SQL condition or expression against the columns without running it over the rows.
    ///
    /// # Errors
    /// What is wrong with it, naming near columns when one is unknown.
    fn check_sql(&self, expression: &str) -> Result<(), EngineError>;

    /// The type that an expression gives, without running it over the rows.
    ///
    /// # Errors
    /// As [`Engine::check_sql`].
    fn value_type(&self, expression: &str) -> Result<crate::query::ValueType, EngineError> {
        let named = self.schema().get(expression.trim()).map(|c| c.dtype);
        self.check_sql(expression).map(|()| named.unwrap_or(crate::query::ValueType::Other))
    }

    /// Runs a query (`SELECT … FROM data`), at most `limit` rows.
    ///
    /// # Errors
    /// As [`Engine::aggregate`].
    fn sql(&self, query: &str, limit: usize, ticket: &Ticket) -> Result<(Schema, Page), EngineError>;

    /// The table seen through a view: its derived columns, only the rows of its filter, and pages in its order. Sums and
    /// profiles don't depend on the order; a query without one of its own gets the view's. Nothing but row numbers (4
    /// bytes a row) and, while sorting, the keys are held in memory.
    ///
    /// # Errors
    /// An unknown column, a name that is taken, SQL that can't be parsed, keys too large to sort, or a cancel.
    fn view(self: Arc<Self>, view: &View, ticket: &Ticket) -> Result<Arc<dyn Engine>, EngineError>;

    /// Rows that repeat an earlier one in all columns, where texts of the columns named count as the same when they
    /// differ in case, blanks or look-alike letters only.
    ///
    /// # Errors
    /// When the rows can't be read, or a cancel.
    fn repeated_rows(&self, alike: &[String], ticket: &Ticket) -> Result<u64, EngineError> {
        let _ = (alike, ticket);
        Ok(0)
    }

    /// Identifies the table.
    ///
    /// # Errors
    /// When the file can no longer be read, or a cancel.
    fn fingerprint(&self, ticket: &Ticket) -> Result<Fingerprint, EngineError>;

    /// The rows as codes, for dense counting. The last answer is kept.
    ///
    /// # Errors
    /// As [`Engine::aggregate`]; a key with more than 255 groups.
    fn coded(&self, request: &CodingRequest, ticket: &Ticket) -> Result<Arc<CodedTable>, EngineError> {
        let _ = (request, ticket);
        Err(EngineError::request("This source can't be counted by codes.", "Open the table as a file."))
    }

    /// One row, all columns, with nothing cut: a page cuts long text. Rows count from 0.
    ///
    /// # Errors
    /// A row that is not there, or when it can't be read.
    fn row(&self, row: u64) -> Result<Vec<Cell>, EngineError> {
        pages::row(self, row)
    }

    /// The next cell that holds a text, looking row by row from behind `from` and round the end; `None` where no cell
    /// holds it. Cells are compared as they are shown; nulls hold nothing.
    ///
    /// # Errors
    /// A pattern that can't be read, an unknown column, rows that can't be read, or a cancel.
    fn find(
        &self,
        find: &Find,
        from: &Place,
        direction: Direction,
        ticket: &Ticket,
    ) -> Result<Option<Hit>, EngineError> {
        pages::find(self, find, from, direction, ticket)
    }

    /// How many cells hold a text, in blocks of rows from row `from` on. It stops once `patience` is over, at the end
    /// of what it reads at a time, and says where to go on.
    ///
    /// # Errors
    /// As [`Engine::find`].
    fn count_found(
        &self,
        find: &Find,
        from: u64,
        patience: Duration,
        ticket: &Ticket,
    ) -> Result<FoundCount, EngineError> {
        pages::count(self, find, from, patience, ticket)
    }

    /// Writes rows to a file, part by part, whole or not at all: nothing of that name is touched before the last byte
    /// is on disk.
    ///
    /// # Errors
    /// A file that exists and is not to be replaced, a folder that is missing or may not be written to, a full disk,
    /// an unknown column, or a cancel. The file is then as it was.
    fn export(&self, export: &Export, ticket: &Ticket) -> Result<Exported, EngineError> {
        let _ = ticket;
        Err(EngineError::request(format!("{} can't be written from this table.", export.path), "Open it from a file."))
    }
}
