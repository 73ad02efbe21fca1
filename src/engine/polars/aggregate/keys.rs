//! Keys: a code per row, and the cell that stands for it.

use std::collections::HashMap;
use std::sync::Arc;

use ::polars::prelude::{DataType, Series};
use foldhash::fast::FixedState;

use super::super::codes::{self, Codes, NULL};
use super::super::fingerprint::cell_hash;
use super::super::sketch::Frequent;
use super::super::sql::Planned;
use super::super::{PolarsEngine, dates, sql};
use super::compare;
use crate::engine::{EngineError, Ticket};
use crate::query::{Cell, Every, Key, KeyBin};

/// The name of the group of values beyond the most frequent.
pub const OTHER: &str = "other";

/// Up to so many different values the most frequent ones are found exactly.
const COUNTERS: usize = 1 << 16;
/// Up to so many edges are compared one by one.
const FEW_EDGES: usize = 32;

/// A key's code per row of a part, below `groups` or [`NULL`].
pub struct Coded {
    pub codes: Vec<u32>,
    pub groups: u32,
    labels: Labels,
}

enum Labels {
    /// The value in that row.
    Value(Series),
    /// One cell per code.
    Cells(Vec<Cell>),
}

impl Coded {
    /// The key's value in a row.
    pub fn cell(&self, row: usize) -> Cell {
        let code = self.codes.get(row).copied().unwrap_or(NULL);
        match &self.labels {
            _ if code == NULL => Cell::Null,
            Labels::Value(series) => sql::cell_at(series, row),
            Labels::Cells(cells) => cells.get(code as usize).cloned().unwrap_or(Cell::Null),
        }
    }

    /// The bin of each value: how many edges lie below it.
    fn of_bins(values: &[f64], edges: &[f64]) -> Self {
        let bin = |x: &f64| {
            let below = if edges.len() > FEW_EDGES {
                edges.partition_point(|e| e < x)
            } else {
                // A few comparisons without a jump are done before a search has guessed its first turn.
                edges.iter().map(|e| usize::from(e < x)).sum()
            };
            if x.is_nan() { NULL } else { codes::number(below) }
        };
        let cells: Vec<Cell> = (0i64..).take(edges.len() + 1).map(Cell::Int).collect();
        Self {
            codes: values.iter().map(bin).collect(),
            groups: codes::number(cells.len()),
            labels: Labels::Cells(cells),
        }
    }

    fn of_numbers(numbers: impl Iterator<Item = Option<i64>>, label: impl Fn(i64) -> Cell) -> Self {
        let mut known: HashMap<i64, u32, FixedState> = HashMap::default();
        let mut cells = Vec::new();
        let mut last: Option<(i64, u32)> = None;
        let codes = numbers
            .map(|number| {
                let Some(number) = number else { return NULL };
                if let Some((_, code)) = last.filter(|(n, _)| *n == number) {
                    return code;
                }
                let code = *known.entry(number).or_insert_with(|| {
                    cells.push(label(number));
                    codes::number(cells.len() - 1)
                });
                last = Some((number, code));
                code
            })
            .collect();
        Self { codes, groups: codes::number(cells.len()), labels: Labels::Cells(cells) }
    }
}

/// A key that was checked against the columns, with what must be known of the whole table before its parts are coded.
pub struct Plan<'q> {
    key: &'q Key,
    planned: Planned,
    /// The most frequent values, in that order, for [`KeyBin::Top`].
    kept: Vec<Cell>,
    /// Their places.
    places: HashMap<Exact, u32>,
}

/// A cell that can be looked up: numbers by their bits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Exact {
    Null,
    Bool(bool),
    Int(i64),
    Float(u64),
    Text(String),
}

impl From<&Cell> for Exact {
    fn from(cell: &Cell) -> Self {
        match cell {
            Cell::Null => Self::Null,
            Cell::Bool(b) => Self::Bool(*b),
            Cell::Int(x) => Self::Int(*x),
            Cell::Float(x) => Self::Float((x + 0.0).to_bits()),
            Cell::Text(t) => Self::Text(t.clone()),
        }
    }
}

/// Checks a key; the filters say which rows count for the most frequent values.
///
/// # Errors
/// An unknown column, an expression or bins that can't be used.
pub fn plan<'q>(
    engine: &PolarsEngine,
    key: &'q Key,
    filters: &[Planned],
    ticket: &Ticket,
) -> Result<Plan<'q>, EngineError> {
    let planned = engine.plan_key(key)?;
    let mut plan = Plan { key, planned, kept: Vec::new(), places: HashMap::new() };
    match &key.bin {
        KeyBin::Value => {}
        KeyBin::Top(most) => {
            plan.kept = plan.most_frequent(engine, *most, filters, ticket)?;
            plan.places = plan.kept.iter().zip(0..).map(|(c, i)| (Exact::from(c), i)).collect();
        }
        KeyBin::Edges(edges) => {
            if edges.iter().any(|e| e.is_nan()) || edges.windows(2).any(|w| matches!(w, [a, b] if a >= b)) {
                return Err(EngineError::request(
                    "The edges of the bins do not ascend.",
                    "Sort them, without repeats.",
                ));
            }
            if codes::numbers(&plan.planned.empty())?.is_none() {
                return Err(sql::not_a_number(&key.expr, &plan.planned.dtype));
            }
        }
        KeyBin::Every(every) => drop(steps(&plan.planned.empty(), *every, &key.expr)?),
        KeyBin::Bucket(n) => {
            if *n == 0 {
                return Err(EngineError::request("There must be at least one bucket.", "Ask for 1 or more."));
            }
        }
    }
    Ok(plan)
}

impl Plan<'_> {
    /// Codes the rows of a part.
    ///
    /// # Errors
    /// As [`Planned::on`].
    pub fn on(&self, engine: &PolarsEngine, part: usize, ticket: &Ticket) -> Result<Coded, EngineError> {
        ticket.check()?;
        let series = self.planned.on(engine, part, ticket)?;
        match &self.key.bin {
            KeyBin::Value => {
                let by = self.codes(engine, part, &series, ticket)?;
                let groups = codes::number(by.first_row.len());
                let codes = Arc::try_unwrap(by).map_or_else(|shared| shared.codes.clone(), |own| own.codes);
                Ok(Coded { codes, groups, labels: Labels::Value(series) })
            }
            KeyBin::Top(_) => Ok(self.top(&series, self.codes(engine, part, &series, ticket)?.as_ref())),
            KeyBin::Edges(edges) => {
                let values = codes::numbers(&series)?.unwrap_or_default();
                Ok(Coded::of_bins(&values, edges))
            }
            KeyBin::Every(every) => steps(&series, *every, &self.key.expr),
            KeyBin::Bucket(n) => Ok(buckets(&series, self.codes(engine, part, &series, ticket)?.as_ref(), *n)),
        }
    }

    fn codes(
        &self,
        engine: &PolarsEngine,
        part: usize,
        series: &Series,
        ticket: &Ticket,
    ) -> Result<Arc<Codes>, EngineError> {
        if self.key.column {
            codes::of_column(engine, part, &self.key.expr, ticket)
        } else {
            codes::of_series(series, ticket).map(Arc::new)
        }
    }

    /// The most frequent values among the rows that count, ties by value.
    fn most_frequent(
        &self,
        engine: &PolarsEngine,
        most: usize,
        filters: &[Planned],
        ticket: &Ticket,
    ) -> Result<Vec<Cell>, EngineError> {
        let mut frequent: Frequent<Cell> = Frequent::new(COUNTERS.max(4 * most));
        for part in 0..engine.table.parts() {
            let series = self.planned.on(engine, part, ticket)?;
            let by = self.codes(engine, part, &series, ticket)?;
            let mask = super::mask(engine, part, filters, ticket)?;
            let mut counts = vec![0u64; by.first_row.len()];
            for (row, code) in by.codes.iter().enumerate() {
                let counts_here = mask.as_ref().is_none_or(|m| m.get(row).copied().unwrap_or(false));
                if let (true, Some(n)) = (counts_here, counts.get_mut(*code as usize)) {
                    *n += 1;
                }
            }
            for (row, n) in by.first_row.iter().zip(counts).filter(|(_, n)| *n > 0) {
                let cell = sql::cell_at(&series, *row as usize);
                // A value that is itself called "other" belongs to the rest, so that no two groups have one name.
                if !matches!(&cell, Cell::Text(t) if t == OTHER) {
                    frequent.add(cell_hash(&cell), n, || cell);
                }
            }
        }
        let mut kept: Vec<(Cell, u64)> = frequent.top(most).into_iter().map(|(_, c, n)| (c.clone(), n)).collect();
        kept.sort_by(|(a, n), (b, m)| m.cmp(n).then_with(|| compare(a, b)));
        kept.truncate(most);
        Ok(kept.into_iter().map(|(c, _)| c).collect())
    }

    fn top(&self, series: &Series, by: &Codes) -> Coded {
        let rest = codes::number(self.kept.len());
        let place =
            |row: &u32| self.places.get(&Exact::from(&sql::cell_at(series, *row as usize))).copied().unwrap_or(rest);
        let translate: Vec<u32> = by.first_row.iter().map(place).collect();
        let codes = by.codes.iter().map(|c| translate.get(*c as usize).copied().unwrap_or(NULL)).collect();
        let mut cells = self.kept.clone();
        cells.push(Cell::Text(OTHER.into()));
        Coded { codes, groups: rest + 1, labels: Labels::Cells(cells) }
    }
}

/// Calendar steps by their first day (or hour).
fn steps(series: &Series, every: Every, name: &str) -> Result<Coded, EngineError> {
    let bad = |e: ::polars::prelude::PolarsError| super::super::broken(&e);
    let micros: Vec<Option<i64>> = match series.dtype() {
        DataType::Date => {
            let days = series.to_physical_repr().cast(&DataType::Int64).map_err(bad)?;
            days.i64().map_err(bad)?.iter().map(|d| d.map(|d| d.saturating_mul(dates::DAY))).collect()
        }
        DataType::Datetime(..) => {
            let unit = DataType::Datetime(::polars::prelude::TimeUnit::Microseconds, None);
            let wide = series.cast(&unit).map_err(bad)?.to_physical_repr().into_owned();
            wide.i64().map_err(bad)?.iter().collect()
        }
        other => {
            let word = super::super::cells::value_type(other).word();
            return Err(EngineError::request(
                format!("\"{name}\" is {word}, not a date or time, so it has no calendar steps."),
                "Name a column of dates or moments.",
            ));
        }
    };
    let start = |t: i64| -> i64 {
        let day = t.div_euclid(dates::DAY);
        let (year, month, _) = dates::from_days(day);
        let first = |month: i64| dates::civil(year, month, 1).unwrap_or(day);
        match every {
            Every::Hour => t.div_euclid(3_600_000_000),
            Every::Day => day,
            // Day 0 was a Thursday.
            Every::Week => day - (day + 3).rem_euclid(7),
            Every::Month => first(month),
            Every::Quarter => first((month - 1) / 3 * 3 + 1),
            Every::Year => first(1),
        }
    };
    let label = |step: i64| {
        Cell::Text(if every == Every::Hour { dates::iso_moment(step * 3_600_000_000) } else { dates::iso_day(step) })
    };
    Ok(Coded::of_numbers(micros.into_iter().map(|t| t.map(start)), label))
}

/// A bucket by a hash that is the same on every machine and in every run.
fn buckets(series: &Series, by: &Codes, n: u16) -> Coded {
    let of_code: Vec<i64> = by
        .first_row
        .iter()
        .map(|row| i64::try_from(cell_hash(&sql::cell_at(series, *row as usize)) % u64::from(n)).unwrap_or(0))
        .collect();
    Coded::of_numbers(by.codes.iter().map(|c| of_code.get(*c as usize).copied()), Cell::Int)
}
