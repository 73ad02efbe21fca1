//! Repairs of a table that was read, each a thin coat over the table below: nothing is copied but what lies in memory
//! anyway.

use std::collections::HashMap;
use std::sync::Arc;

use ::polars::prelude::{Column, DataFrame, DataType, IdxCa, IdxSize, IntoSeries, Series, StringChunked};
use foldhash::{HashSet, HashSetExt};

use super::fingerprint::add_column;
use super::table::Table;
use super::{broken, near, sql};
use crate::engine::{EngineError, Ticket, Unit};
use crate::query::{Cell, Fix, families, folded};

/// More different texts than this are no categories whose spelling could be mended.
const MOST_TEXTS: usize = 1_000_000;

/// A repair of a table.
pub struct Coat {
    below: Arc<Table>,
    change: Change,
}

enum Change {
    /// Texts of a column become others, or null.
    Texts(String, HashMap<String, Option<String>>),
    /// A value of a column that is no text becomes null.
    Value(String, String),
    /// Rows kept, by part.
    Rows(Vec<IdxCa>),
}

/// The table with all repairs in their order, and what each did.
///
/// # Errors
/// A column that is not there or not of the kind that can be repaired so, or a cancel.
pub fn apply(table: Table, fixes: &[Fix], ticket: &Ticket) -> Result<(Table, Vec<String>), EngineError> {
    let mut notes = Vec::with_capacity(fixes.len());
    let mut table = table;
    for fix in fixes {
        let (next, note) = one(table, fix, ticket)?;
        table = next;
        notes.push(note);
    }
    Ok((table, notes))
}

fn one(table: Table, fix: &Fix, ticket: &Ticket) -> Result<(Table, String), EngineError> {
    let dtype = match fix.column() {
        Some(column) => match table.dtype(column) {
            Some(dtype) => Some(dtype.clone()),
            None => return Err(near::unknown_column(column, &table.schema())),
        },
        None => None,
    };
    match fix {
        Fix::Spelling(column) => {
            if dtype != Some(DataType::String) {
                return Err(EngineError::request(
                    format!("{column} is not text, so that there is no spelling to mend."),
                    format!("Leave {fix} out."),
                ));
            }
            let (map, cells) = spellings(&table, column, ticket)?;
            let note = format!("Fixed: {} of {column} spelt as the most frequent form.", count(cells, "value"));
            Ok((coated(table, Change::Texts(column.clone(), map))?, note))
        }
        Fix::Null(column, value) => {
            let change = if dtype == Some(DataType::String) {
                Change::Texts(column.clone(), HashMap::from([(value.clone(), None)]))
            } else {
                Change::Value(column.clone(), value.clone())
            };
            let before = nulls(&table, column, ticket)?;
            let table = coated(table, change)?;
            let cells = nulls(&table, column, ticket)?.saturating_sub(before);
            Ok((table, format!("Fixed: {} \"{value}\" of {column} taken as missing.", count(cells, "value"))))
        }
        Fix::Distinct => {
            let (kept, out) = distinct(&table, &[], ticket)?;
            let note = format!("Fixed: {} that repeat an earlier one left out.", count(out, "row"));
            Ok((coated(table, Change::Rows(kept))?, note))
        }
    }
}

fn coated(table: Table, change: Change) -> Result<Table, EngineError> {
    let fields = table.fields().to_vec();
    let rows: Vec<usize> = match &change {
        Change::Rows(kept) => kept.iter().map(IdxCa::len).collect(),
        _ => (0..table.parts()).map(|part| table.rows_in(part)).collect(),
    };
    let in_memory = table.is_in_memory();
    let coat = Coat { below: Arc::new(table), change };
    if !in_memory {
        return Ok(Table::coat(fields, &rows, coat));
    }
    let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
    Ok(Table::memory(coat.read(0, &names)?))
}

impl Coat {
    /// Some columns of a part.
    ///
    /// # Errors
    /// When the table below can't be read.
    pub fn read(&self, part: usize, names: &[&str]) -> Result<DataFrame, EngineError> {
        let mut frame = self.below.frame(part, names)?;
        match &self.change {
            Change::Rows(kept) => match kept.get(part) {
                Some(rows) => frame.take(rows).map_err(|e| broken(&e)),
                None => Ok(frame.clear()),
            },
            Change::Texts(column, map) if names.contains(&column.as_str()) => {
                let series = frame.column(column).map_err(|e| broken(&e))?.as_materialized_series();
                let mended: StringChunked = series
                    .str()
                    .map_err(|e| broken(&e))?
                    .iter()
                    .map(|text| match text.and_then(|t| map.get(t)) {
                        Some(other) => other.as_deref(),
                        None => text,
                    })
                    .collect();
                put(&mut frame, column, mended.into_series())?;
                Ok(frame)
            }
            Change::Value(column, value) if names.contains(&column.as_str()) => {
                let series = frame.column(column).map_err(|e| broken(&e))?.as_materialized_series();
                let number: Option<f64> = value.trim().parse().ok();
                let is_it = |row: usize| match (sql::cell_at(series, row), number) {
                    #[allow(clippy::float_cmp)] // the very value that is named
                    (Cell::Int(_) | Cell::Float(_), Some(x)) => sql::cell_at(series, row).as_f64() == Some(x),
                    (Cell::Null, _) => false,
                    (cell, _) => cell.to_string() == value.trim(),
                };
                let rows: Vec<Option<IdxSize>> =
                    (0..series.len()).map(|row| if is_it(row) { None } else { IdxSize::try_from(row).ok() }).collect();
                let places: IdxCa = rows.into_iter().collect();
                let mended = series.take(&places).map_err(|e| broken(&e))?;
                put(&mut frame, column, mended)?;
                Ok(frame)
            }
            _ => Ok(frame),
        }
    }
}

fn put(frame: &mut DataFrame, name: &str, series: Series) -> Result<(), EngineError> {
    frame.with_column(Column::from(series.with_name(name.into()))).map(|_| ()).map_err(|e| broken(&e))
}

fn nulls(table: &Table, column: &str, ticket: &Ticket) -> Result<u64, EngineError> {
    let mut n = 0;
    for part in 0..table.parts() {
        ticket.check()?;
        n += table.glimpse(part, column)?.null_count() as u64;
    }
    Ok(n)
}

/// What each text of a column becomes, where it becomes another, and how many cells that are.
fn spellings(
    table: &Table,
    column: &str,
    ticket: &Ticket,
) -> Result<(HashMap<String, Option<String>>, u64), EngineError> {
    let mut counts: HashMap<String, u64> = HashMap::new();
    let work = ticket.begin(Unit::Rows, table.rows() as u64);
    for part in 0..table.parts() {
        work.check()?;
        let series = table.glimpse(part, column)?;
        for text in series.str().map_err(|e| broken(&e))?.iter().flatten() {
            match counts.get_mut(text) {
                Some(n) => *n += 1,
                None => {
                    counts.insert(text.to_owned(), 1);
                }
            }
        }
        if counts.len() > MOST_TEXTS {
            return Err(EngineError::request(
                format!("{column} has more than {MOST_TEXTS} different texts: these are no categories."),
                "Fix the spelling of columns of categories only.",
            ));
        }
        work.advance(table.rows_in(part) as u64);
    }
    let (mut map, mut cells) = (HashMap::new(), 0);
    for family in families(counts.iter().map(|(text, n)| (text.as_str(), *n))) {
        for (text, n) in family.others() {
            map.insert(text.to_owned(), Some(family.usual.to_owned()));
            cells += n;
        }
    }
    Ok((map, cells))
}

/// The rows that repeat no earlier one, by part, and how many do. Texts of the columns that are `alike` count as the same
/// where they differ in case, blanks or look-alike letters only.
///
/// # Errors
/// When the table can't be read, or a cancel.
pub fn distinct(table: &Table, alike: &[String], ticket: &Ticket) -> Result<(Vec<IdxCa>, u64), EngineError> {
    let work = ticket.begin(Unit::Rows, table.rows() as u64);
    let mut met: HashSet<u64> = HashSet::with_capacity(table.rows());
    let (mut kept, mut out) = (Vec::with_capacity(table.parts()), 0);
    for part in 0..table.parts() {
        let mut hashes = vec![0u64; table.rows_in(part)];
        for name in table.names() {
            work.check()?;
            let series = table.glimpse(part, name)?;
            let series = match series.str() {
                Ok(texts) if alike.iter().any(|a| a == name) => {
                    let folded: StringChunked = texts.iter().map(|t| t.map(folded)).collect();
                    folded.into_series()
                }
                _ => series,
            };
            add_column(&series, &mut hashes, &work)?;
        }
        let mut rows: Vec<IdxSize> = Vec::with_capacity(hashes.len());
        for (row, hash) in (0..).zip(hashes) {
            if met.insert(hash) {
                rows.push(row);
            } else {
                out += 1;
            }
        }
        kept.push(IdxCa::from_vec("rows".into(), rows));
        work.advance(table.rows_in(part) as u64);
    }
    Ok((kept, out))
}

/// `1 value`, `3 values`.
fn count(n: u64, word: &str) -> String {
    if n == 1 { format!("1 {word}") } else { format!("{n} {word}s") }
}
