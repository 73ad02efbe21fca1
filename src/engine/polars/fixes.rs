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

/// A repair of a column in all of several named tables that have it. Texts become the form that is the most frequent one over
/// all of them, so that what was to be the same is the same in all.
///
/// # Errors
/// As [`apply`].
pub fn apply_by_name(
    tables: Vec<(String, Table)>,
    fix: &Fix,
    notes: &mut Vec<String>,
    ticket: &Ticket,
) -> Result<Vec<(String, Table)>, EngineError> {
    let Some(column) = fix.column() else { return Ok(tables) };
    let is_text = |table: &Table| table.dtype(column) == Some(&DataType::String);
    let alike: Vec<&Table> = match fix {
        Fix::Spelling(_) => tables.iter().map(|(_, table)| table).filter(|table| is_text(table)).collect(),
        _ => Vec::new(),
    };
    if alike.is_empty() && matches!(fix, Fix::Spelling(_)) {
        return Err(no_text(column, fix));
    }
    let mut spelling = spellings(&alike, column, ticket)?.into_iter();
    let mut out = Vec::with_capacity(tables.len());
    for (name, table) in tables {
        let (table, note) = match fix {
            Fix::Spelling(_) if is_text(&table) => spelt(table, column, spelling.next().unwrap_or_default())?,
            Fix::Null(..) if table.dtype(column).is_some() => one(table, fix, ticket)?,
            _ => (table, String::new()),
        };
        if !note.is_empty() {
            notes.push(format!("{name}: {note}"));
        }
        out.push((name, table));
    }
    Ok(out)
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
                return Err(no_text(column, fix));
            }
            let found = spellings(&[&table], column, ticket)?.pop().unwrap_or_default();
            spelt(table, column, found)
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

fn spelt(table: Table, column: &str, (map, cells): Spelling) -> Result<(Table, String), EngineError> {
    let note = format!("Fixed: {} of {column} spelt as the most frequent form.", count(cells, "value"));
    Ok((coated(table, Change::Texts(column.to_owned(), map))?, note))
}

fn no_text(column: &str, fix: &Fix) -> EngineError {
    EngineError::request(
        format!("{column} is not text, so that there is no spelling to mend."),
        format!("Leave {fix} out."),
    )
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

/// What texts of a column become in a table, where they become others, and how many cells that are.
type Spelling = (HashMap<String, Option<String>>, u64);

/// The texts of a column in each of the tables, brought to the forms that are the usual ones over all of them.
fn spellings(tables: &[&Table], column: &str, ticket: &Ticket) -> Result<Vec<Spelling>, EngineError> {
    let counts: Vec<HashMap<String, u64>> =
        tables.iter().map(|table| texts(table, column, ticket)).collect::<Result<_, _>>()?;
    let mut all: HashMap<&str, u64> = HashMap::new();
    for (text, n) in counts.iter().flatten() {
        *all.entry(text).or_default() += n;
    }
    let mut usual: HashMap<&str, &str> = HashMap::new();
    for family in families(all) {
        usual.extend(family.others().map(|(text, _)| (text, family.usual)));
    }
    let of = |own: &HashMap<String, u64>| {
        let changed = || own.iter().filter_map(|(text, n)| Some((text, *usual.get(text.as_str())?, n)));
        let map = changed().map(|(text, usual, _)| (text.clone(), Some(usual.to_owned()))).collect();
        (map, changed().map(|(_, _, n)| n).sum())
    };
    Ok(counts.iter().map(of).collect())
}

/// The different texts of a column, each with its rows.
fn texts(table: &Table, column: &str, ticket: &Ticket) -> Result<HashMap<String, u64>, EngineError> {
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
    Ok(counts)
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
