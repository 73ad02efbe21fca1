//! Keys: a code per row, and the cell that stands for it.

use std::collections::HashMap;
use std::sync::Arc;

use ::polars::prelude::{DataType, Series};

use super::super::codes::{self, Codes, NULL};
use super::super::{PolarsEngine, dates, sql};
use super::compare;
use crate::engine::{EngineError, Ticket};
use crate::query::{Cell, Every, Key, KeyBin};

/// The name of the group of values beyond the most frequent.
pub const OTHER: &str = "other";

/// A key's code per row, below `groups` or [`NULL`].
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

    fn of_numbers(numbers: impl Iterator<Item = Option<i64>>, label: impl Fn(i64) -> Cell) -> Self {
        let mut known: HashMap<i64, u32> = HashMap::new();
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

/// Codes a key for all rows; the mask says which rows count for the most frequent values.
pub fn code(engine: &PolarsEngine, key: &Key, mask: Option<&[bool]>, ticket: &Ticket) -> Result<Coded, EngineError> {
    ticket.check()?;
    let series = if key.column { engine.column(&key.expr)?.clone() } else { sql::evaluate(engine, &key.expr, ticket)? };
    let coded = || -> Result<Arc<Codes>, EngineError> {
        if key.column {
            codes::of_column(engine, &key.expr, ticket)
        } else {
            codes::of_series(&series, ticket).map(Arc::new)
        }
    };
    match &key.bin {
        KeyBin::Value => {
            let by = coded()?;
            let codes = match Arc::try_unwrap(by) {
                Ok(own) => (own.codes, own.first_row.len()),
                Err(shared) => (shared.codes.clone(), shared.first_row.len()),
            };
            Ok(Coded { codes: codes.0, groups: codes::number(codes.1), labels: Labels::Value(series) })
        }
        KeyBin::Top(n) => Ok(top(&series, coded()?.as_ref(), *n, mask)),
        KeyBin::Edges(edges) => {
            if edges.iter().any(|e| e.is_nan()) || edges.windows(2).any(|w| matches!(w, [a, b] if a >= b)) {
                return Err(EngineError::request(
                    "The edges of the bins do not ascend.",
                    "Sort them, without repeats.",
                ));
            }
            let values = codes::numbers(&series)?.ok_or_else(|| sql::not_a_number(&key.expr, series.dtype()))?;
            let bin = |x: f64| (!x.is_nan()).then(|| i64::try_from(edges.partition_point(|e| *e < x)).unwrap_or(0));
            Ok(Coded::of_numbers(values.into_iter().map(bin), Cell::Int))
        }
        KeyBin::Every(every) => steps(&series, *every, &key.expr),
        KeyBin::Bucket(n) => buckets(&series, coded()?.as_ref(), *n),
    }
}

fn top(series: &Series, by: &Codes, most: usize, mask: Option<&[bool]>) -> Coded {
    let mut counts = vec![0u64; by.first_row.len()];
    for (row, code) in by.codes.iter().enumerate() {
        let counts_here = mask.is_none_or(|m| m.get(row).copied().unwrap_or(false));
        if let (true, Some(n)) = (counts_here, counts.get_mut(*code as usize)) {
            *n += 1;
        }
    }
    let mut order: Vec<usize> = (0..counts.len()).filter(|i| counts.get(*i).is_some_and(|n| *n > 0)).collect();
    let count = |i: &usize| counts.get(*i).copied().unwrap_or(0);
    let value = |i: usize| by.first_row.get(i).map_or(Cell::Null, |row| sql::cell_at(series, *row as usize));
    // Cells are made only for those that can be among the first, ties included.
    order.sort_by_key(|i| std::cmp::Reverse(count(i)));
    // With fewer values than asked for, all are kept.
    let last = most.checked_sub(1).map_or(u64::MAX, |i| order.get(i).map_or(0, count));
    order.truncate(order.partition_point(|i| count(i) >= last));
    let mut kept: Vec<(usize, Cell)> = order.into_iter().map(|i| (i, value(i))).collect();
    // A value that is itself called "other" belongs to the rest, so that no two groups have one name.
    kept.retain(|(_, cell)| !matches!(cell, Cell::Text(t) if t == OTHER));
    kept.sort_by(|(i, a), (j, b)| count(j).cmp(&count(i)).then_with(|| compare(a, b)));
    kept.truncate(most);
    let rest = codes::number(kept.len());
    let mut translate = vec![rest; by.first_row.len()];
    let mut cells = Vec::with_capacity(kept.len() + 1);
    for (new, (old, cell)) in kept.into_iter().enumerate() {
        if let Some(slot) = translate.get_mut(old) {
            *slot = codes::number(new);
        }
        cells.push(cell);
    }
    cells.push(Cell::Text(OTHER.into()));
    let codes = by.codes.iter().map(|c| translate.get(*c as usize).copied().unwrap_or(NULL)).collect();
    Coded { codes, groups: rest + 1, labels: Labels::Cells(cells) }
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
fn buckets(series: &Series, by: &Codes, n: u16) -> Result<Coded, EngineError> {
    if n == 0 {
        return Err(EngineError::request("There must be at least one bucket.", "Ask for 1 or more."));
    }
    let of_code: Vec<i64> = by
        .first_row
        .iter()
        .map(|row| {
            let hash = super::super::fingerprint::cell_hash(&sql::cell_at(series, *row as usize));
            i64::try_from(hash % u64::from(n)).unwrap_or(0)
        })
        .collect();
    Ok(Coded::of_numbers(by.codes.iter().map(|c| of_code.get(*c as usize).copied()), Cell::Int))
}
