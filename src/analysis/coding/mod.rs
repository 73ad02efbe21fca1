//! Columns made ready to be counted together: which of them, in which groups, and dense tables of their sums.

mod lags;
mod rows;
mod tally;

use std::sync::Arc;

use crate::engine::{Engine, EngineError, Ticket, on_all_cores};
use crate::query::{
    Cell, ClueRequest, CodedTable, CodingRequest, Estimate, Key, KeyBin, Kpi, Leak, Measure, Skipped, UNIT_BUCKETS,
    ValueType,
};

use super::cells::{Arm, Scale, delta, need_level};
use super::keys::{Coded, Coding, OTHER, code, time_parts};
use super::level::{count_f64, level};
use super::sqltext::names_in;

pub use rows::Rows;
pub use tally::{Counting, Tally, arm, of_counts};

/// What is said where no independent unit is named.
pub const ROWS_ALONE: &str = "Rows are taken as independent; name the independent unit where rows belong together.";

/// How columns become groups: finer than what is shown, so that little is lost.
const COUNTED: Coding = Coding { by_value: 20, bins: 12, top: Some(20) };
/// A column whose named values hold less than this share of the rows names rows rather than groups.
const LEAST_NAMED: f64 = 0.5;
/// Columns beyond this many are not looked at; the result says so.
const MOST_COLUMNS: usize = 400;

/// A column ready to be counted.
#[derive(Debug, Clone)]
pub struct Counted {
    /// How its values are grouped.
    pub coded: Coded,
    /// Its number in the table of codes.
    pub at: usize,
    /// The column behind it, where its name is another: `hour of when` is of `when`.
    pub of: String,
    /// Its sums by code and bucket of units, `[code][bucket]`.
    pub cells: Vec<Vec<Tally>>,
}

impl Counted {
    /// Its sums by code.
    #[must_use]
    pub fn groups(&self) -> Vec<Tally> {
        self.cells.iter().map(Tally::total).collect()
    }
}

/// How long a moment lies after an earlier one, in seconds. Its `of` is the later column.
#[derive(Debug, Clone)]
pub struct Lag {
    /// The groups.
    pub counted: Counted,
    /// The earlier column.
    pub since: String,
}

/// A table ready to be counted.
pub struct Prepared {
    /// The KPI.
    pub kpi: Kpi,
    /// Whether errors are clustered on a unit.
    pub clustered: bool,
    /// The rows as codes.
    pub table: Arc<CodedTable>,
    /// The columns that have groups.
    pub columns: Vec<Counted>,
    /// How long one moment lies after another, in groups; only for the search of leaks.
    pub lags: Vec<Lag>,
    /// The sums of all rows by bucket of units.
    buckets: Vec<Tally>,
    /// The outcome of each row, where the KPI is one.
    outcomes: Option<Vec<u8>>,
    /// The others, with why.
    pub skipped: Vec<Skipped>,
    /// Remarks.
    pub notes: Vec<String>,
}

/// Codes the columns that may explain a KPI.
///
/// # Errors
/// A KPI that is a total, a column that is not there, or whatever the engine says.
pub fn prepare(engine: &dyn Engine, asked: &ClueRequest, ticket: &Ticket) -> Result<Prepared, EngineError> {
    need_level(&asked.kpi, "Finding what a KPI goes with")?;
    for column in asked.exclude.iter().chain(&asked.known_before).chain(&asked.unit) {
        super::keys::column_type(engine, column)?;
    }
    // A KPI that can't be read is said before anything is measured.
    match &asked.kpi.measure {
        Measure::Rate(e) | Measure::Mean(e) | Measure::Sum(e) => engine.check_sql(e)?,
        Measure::Ratio(y, d) => engine.check_sql(y).and_then(|()| engine.check_sql(d))?,
        Measure::Count => {}
    }
    let own = names_in(&asked.kpi.to_string());
    let mut skipped = Vec::new();
    let mut notes = Vec::new();
    let mut skip = |column: &str, why: &str| skipped.push(Skipped { column: column.to_owned(), why: why.to_owned() });
    let mut asked_keys: Vec<(Key, String, &str)> = Vec::new();
    let mut looked = 0;
    for info in &engine.schema().columns {
        let name = info.name.as_str();
        if own.iter().any(|o| o.eq_ignore_ascii_case(name)) {
            skip(name, "the KPI is made of it");
        } else if asked.unit.as_deref() == Some(name) {
            skip(name, "it is the independent unit");
        } else if asked.exclude.iter().any(|e| e == name) {
            skip(name, "it was left out");
        } else if info.dtype == ValueType::Other {
            skip(name, "it holds lists or records");
        } else if looked == MOST_COLUMNS {
            skip(name, "too many columns: leave others out to reach it");
        } else {
            looked += 1;
            asked_keys.extend(keys_of(name, info.dtype).into_iter().map(|(key, words)| (key, words, name)));
        }
    }
    let coded: Vec<(Coded, String)> = on_all_cores(&asked_keys, |(key, words, of)| {
        ticket.check()?;
        let mut one =
            code(engine, key, COUNTED, Some(&asked.kpi), asked.filter.as_deref(), &ticket.without_progress())?;
        one.name.clone_from(words);
        Ok((one, (*of).to_owned()))
    })?;
    let lags = lags::keys(engine, &coded, asked, ticket)?;
    let keys: Vec<Key> = coded.iter().map(|(c, _)| c).chain(lags.iter().map(|l| &l.0)).map(|c| c.key.clone()).collect();
    let request =
        CodingRequest { keys, kpi: asked.kpi.clone(), filter: asked.filter.clone(), unit: asked.unit.clone() };
    let table = engine.coded(&request, ticket)?;
    if table.is_empty() {
        return Err(EngineError::request(
            match &asked.filter {
                Some(f) => format!("The KPI {} is known in no row where {f}.", asked.kpi),
                None => format!("The KPI {} is known in no row.", asked.kpi),
            },
            "Choose rows in which it was measured.",
        ));
    }
    let outcomes = tally::outcomes(&table);
    let counting = Counting { table: &table, outcomes: outcomes.as_deref() };
    let mut one_way = on_all_cores(&table.columns, |column| {
        ticket.check()?;
        Ok(if column.values.len() < 2 { Vec::new() } else { counting.one_way(column) })
    })?;
    let mut columns = Vec::new();
    let first_lag = coded.len();
    for (at, (one, of)) in coded.into_iter().enumerate() {
        let Some(column) = table.columns.get(at) else { continue };
        // Every code was given to a row, so that a column of one value has one.
        if column.values.len() < 2 {
            let null = column.values.first() == Some(&Cell::Null);
            skip(&one.name, if null { "it holds nothing but empty cells" } else { "it is the same in all rows" });
            continue;
        }
        let cells = one_way.get_mut(at).map(std::mem::take).unwrap_or_default();
        let rows = cells.iter().map(|buckets| buckets.iter().map(|t| t.n).sum());
        if names_rows(&one, column.values.iter().zip(rows)) {
            skip(&one.name, "nearly every row has a value of its own: it names rows and makes no groups");
        } else {
            columns.push(Counted { coded: one, at, of, cells });
        }
    }
    let mut counted_lags = Vec::new();
    for (k, (coded, later, since)) in lags.into_iter().enumerate() {
        let at = first_lag + k;
        if table.columns.get(at).is_none_or(|c| c.values.len() < 2) {
            continue;
        }
        let cells = one_way.get_mut(at).map(std::mem::take).unwrap_or_default();
        counted_lags.push(Lag { counted: Counted { coded, at, of: later, cells }, since });
    }
    if table.unknown > 0 {
        notes.push(format!("{} rows without a known KPI were left out.", super::format::count(table.unknown)));
    }
    if asked.unit.is_none() {
        notes.push(ROWS_ALONE.to_owned());
    }
    let buckets = counting.by_bucket();
    Ok(Prepared {
        kpi: asked.kpi.clone(),
        clustered: asked.unit.is_some(),
        table,
        columns,
        lags: counted_lags,
        buckets,
        outcomes,
        skipped,
        notes,
    })
}

/// The keys of a column with their names: a time gives its course, its hour and its weekday.
fn keys_of(name: &str, dtype: ValueType) -> Vec<(Key, String)> {
    let mut out = vec![(Key::column(name), name.to_owned())];
    out.extend(time_parts(name, dtype));
    out
}

/// Whether the values beyond the frequent ones hold most of the rows. `groups` are the values with their rows.
pub(super) fn names_rows<'a>(coded: &Coded, groups: impl Iterator<Item = (&'a Cell, u64)>) -> bool {
    if !matches!(coded.key.bin, KeyBin::Top(_)) {
        return false;
    }
    let (mut all, mut named) = (0, 0);
    for (value, rows) in groups {
        all += rows;
        if !matches!(value, Cell::Text(t) if t == OTHER) {
            named += rows;
        }
    }
    count_f64(named) < LEAST_NAMED * count_f64(all)
}

/// The order of values: numbers by size, others by their text, as dates are in order.
#[must_use]
pub fn value_order(a: &Cell, b: &Cell) -> std::cmp::Ordering {
    match (a.as_f64(), b.as_f64()) {
        (Some(x), Some(y)) => x.total_cmp(&y),
        _ => a.to_string().cmp(&b.to_string()),
    }
}

impl Prepared {
    /// The codes of a column.
    #[must_use]
    pub fn codes(&self, column: &Counted) -> &[u8] {
        self.table.columns.get(column.at).map_or(&[], |c| c.codes.as_slice())
    }

    /// The values of a column's codes.
    #[must_use]
    pub fn values(&self, column: &Counted) -> &[Cell] {
        self.table.columns.get(column.at).map_or(&[], |c| c.values.as_slice())
    }

    /// The rows, ready to be counted.
    #[must_use]
    pub fn counting(&self) -> Counting<'_> {
        Counting { table: &self.table, outcomes: self.outcomes.as_deref() }
    }

    /// Buckets of units that are told apart: all of them only where errors are clustered.
    #[must_use]
    pub fn width(&self) -> usize {
        if self.clustered { UNIT_BUCKETS } else { 1 }
    }

    /// Sums by bucket of units with the buckets that are not told apart together.
    #[must_use]
    pub fn folded<'a>(&self, buckets: impl IntoIterator<Item = &'a Tally>) -> Vec<Tally> {
        if self.clustered { buckets.into_iter().copied().collect() } else { vec![Tally::total(buckets)] }
    }

    /// The place of a row among the [`Self::width`] buckets.
    #[must_use]
    pub fn bucket(&self, row: usize) -> usize {
        if self.clustered { self.table.buckets.get(row).copied().map_or(0, usize::from) } else { 0 }
    }

    /// The sums of all rows by bucket of units.
    #[must_use]
    pub fn buckets(&self) -> &[Tally] {
        &self.buckets
    }

    /// The sums of all rows.
    #[must_use]
    pub fn whole(&self) -> Tally {
        Tally::total(&self.buckets)
    }

    /// The sums of all rows, with the unit's buckets.
    #[must_use]
    pub fn all(&self) -> Arm {
        arm(&self.buckets, self.clustered)
    }

    /// The KPI over all rows.
    #[must_use]
    pub fn level(&self) -> Estimate {
        let all = self.all();
        if !self.clustered {
            return level(&self.kpi, &all.sums, false);
        }
        delta(&[&all], Scale::Linear, |t| t.first().filter(|t| t.1 != 0.0).map(|t| t.0 / t.1))
    }

    /// Why there is nothing to explain, where the KPI is the same in all rows.
    #[must_use]
    pub fn constant(&self) -> Option<String> {
        let whole = self.whole();
        let varies = whole.level().is_some_and(|r| whole.residuals(r) > 0.0);
        (!varies).then(|| format!("{} is the same in all rows: there is nothing to explain.", self.kpi))
    }

    /// The columns that are not held out.
    pub fn without<'a>(&'a self, leaks: &'a [Leak]) -> impl Iterator<Item = &'a Counted> {
        self.columns.iter().filter(|c| leaks.iter().all(|l| l.column != c.of))
    }
}
