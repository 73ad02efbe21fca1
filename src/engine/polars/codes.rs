//! Columns as small codes: equal values have equal codes. Counting is then plain array work.

use std::collections::HashMap;
use std::hash::Hash;

use ::polars::prelude::{DataType, Series, StringChunked};
use foldhash::fast::FixedState;

use super::{PolarsEngine, cells, sql};
use crate::engine::{EngineError, Ticket};
use crate::query::Cell;

/// The code of null (and NaN).
pub const NULL: u32 = u32::MAX;
/// Rows between two looks at the ticket.
pub const STRIDE: usize = 1 << 16;
/// Kept codes take at most this many bytes.
const CACHE: usize = 192 << 20;

/// A coded column: `codes[row]` is below `first_row.len()` or [`NULL`].
pub struct Codes {
    pub codes: Vec<u32>,
    /// A row that holds each value.
    pub first_row: Vec<u32>,
}

/// The codes of a column in a part, kept for the next time.
pub fn of_column(
    engine: &PolarsEngine,
    part: usize,
    name: &str,
    ticket: &Ticket,
) -> Result<std::sync::Arc<Codes>, EngineError> {
    let key = (part, name.to_owned());
    if let Some(codes) = engine.coded.lock().ok().and_then(|c| c.get(&key).cloned()) {
        return Ok(codes);
    }
    let codes = std::sync::Arc::new(of_series(&engine.table.series(part, name)?, ticket)?);
    if let Ok(mut cache) = engine.coded.lock() {
        let size = |c: &Codes| (c.codes.len() + c.first_row.len()) * 4;
        if cache.values().map(|c| size(c)).sum::<usize>() + size(&codes) > CACHE {
            cache.clear();
        }
        cache.insert(key, codes.clone());
    }
    Ok(codes)
}

/// Codes any series, in the order in which values first occur.
pub fn of_series(series: &Series, ticket: &Ticket) -> Result<Codes, EngineError> {
    ticket.check()?;
    let bad = |e: ::polars::prelude::PolarsError| super::broken(&e);
    match series.dtype() {
        DataType::Boolean => by_hash(series.bool().map_err(bad)?.iter(), ticket),
        DataType::String => by_view(series.str().map_err(bad)?, ticket),
        DataType::Float64 => {
            let values = series.f64().map_err(bad)?;
            let bits = values.iter().map(|x| x.filter(|x| !x.is_nan()).map(|x| (x + 0.0).to_bits()));
            by_hash(bits, ticket)
        }
        t if t.is_integer() || t.is_temporal() => {
            let wide = series.to_physical_repr().cast(&DataType::Int64).map_err(bad)?;
            let values = wide.i64().map_err(bad)?;
            match (values.iter().flatten().min(), values.iter().flatten().max()) {
                (Some(low), Some(high)) if i128::from(high) - i128::from(low) < table_size(series.len()) => {
                    by_table(values.iter(), low, high, ticket)
                }
                _ => by_hash(values.iter(), ticket),
            }
        }
        _ => {
            let texts = (0..series.len()).map(|row| match sql::cell_at(series, row) {
                Cell::Null => None,
                other => Some(other.to_string()),
            });
            by_hash(texts, ticket)
        }
    }
}

fn table_size(rows: usize) -> i128 {
    (rows as i128 * 2).clamp(1 << 16, 1 << 24)
}

fn by_table(
    values: impl Iterator<Item = Option<i64>>,
    low: i64,
    high: i64,
    ticket: &Ticket,
) -> Result<Codes, EngineError> {
    let width = usize::try_from(i128::from(high) - i128::from(low) + 1).unwrap_or(1);
    let mut table = vec![NULL; width];
    let mut out = Codes { codes: Vec::new(), first_row: Vec::new() };
    for (row, value) in values.enumerate() {
        if row.is_multiple_of(STRIDE) {
            ticket.check()?;
        }
        let slot = value.and_then(|v| table.get_mut(usize::try_from(v.wrapping_sub(low)).ok()?));
        out.codes.push(slot.map_or(NULL, |slot| {
            if *slot == NULL {
                *slot = number(out.first_row.len());
                out.first_row.push(number(row));
            }
            *slot
        }));
    }
    Ok(out)
}

fn by_hash<T: Hash + Eq>(values: impl Iterator<Item = Option<T>>, ticket: &Ticket) -> Result<Codes, EngineError> {
    let mut known: HashMap<T, u32, FixedState> = HashMap::default();
    let mut out = Codes { codes: Vec::new(), first_row: Vec::new() };
    for (row, value) in values.enumerate() {
        if row.is_multiple_of(STRIDE) {
            ticket.check()?;
        }
        out.codes.push(value.map_or(NULL, |value| {
            *known.entry(value).or_insert_with(|| {
                out.first_row.push(number(row));
                number(out.first_row.len() - 1)
            })
        }));
    }
    Ok(out)
}

/// Views that are looked at before it is settled whether they repeat.
const SETTLED: usize = 1 << 12;

/// Texts by their views: sixteen bytes that hold a short text and say where a long one lies. Equal views of an array are
/// equal texts, and most texts of a column with few values come as views that were seen before. Views seen for the first
/// time are looked up by their text.
fn by_view(texts: &StringChunked, ticket: &Ticket) -> Result<Codes, EngineError> {
    let mut known: HashMap<&str, u32, FixedState> = HashMap::default();
    let mut out = Codes { codes: Vec::with_capacity(texts.len()), first_row: Vec::new() };
    for array in texts.downcast_iter() {
        let mut seen: HashMap<u128, u32, FixedState> = HashMap::default();
        let mut repeat = true;
        for (at, (text, view)) in array.iter().zip(array.views().iter()).enumerate() {
            if at.is_multiple_of(STRIDE) {
                ticket.check()?;
            }
            if at == SETTLED {
                // Where nearly every row has a text of its own, views only cost time.
                repeat = seen.len() < SETTLED / 2;
            }
            let Some(text) = text else {
                out.codes.push(NULL);
                continue;
            };
            let view = view.as_u128();
            if let Some(code) = seen.get(&view).filter(|_| repeat) {
                out.codes.push(*code);
                continue;
            }
            let row = number(out.codes.len());
            let code = *known.entry(text).or_insert_with(|| {
                out.first_row.push(row);
                number(out.first_row.len() - 1)
            });
            if repeat {
                seen.insert(view, code);
            }
            out.codes.push(code);
        }
    }
    Ok(out)
}

/// Rows are fewer than `u32::MAX`, which `open` makes sure of.
#[inline]
pub fn number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(NULL - 1)
}

/// The values as numbers, NaN where null; dates and moments in seconds since 1970. `None` where they are no numbers.
pub fn numbers(series: &Series) -> Result<Option<Vec<f64>>, EngineError> {
    let scale = match series.dtype() {
        DataType::Boolean | DataType::Float64 => 1.0,
        DataType::Date => 86_400.0,
        DataType::Datetime(unit, _) | DataType::Duration(unit) => match unit {
            ::polars::prelude::TimeUnit::Nanoseconds => 1e-9,
            ::polars::prelude::TimeUnit::Microseconds => 1e-6,
            ::polars::prelude::TimeUnit::Milliseconds => 1e-3,
        },
        t if cells::value_type(t).is_number() => 1.0,
        DataType::Null => return Ok(Some(vec![f64::NAN; series.len()])),
        _ => return Ok(None),
    };
    let wide = series.to_physical_repr().cast(&DataType::Float64).map_err(|e| super::broken(&e))?;
    let wide = wide.f64().map_err(|e| super::broken(&e))?;
    Ok(Some(wide.iter().map(|x| x.map_or(f64::NAN, |x| if scale == 1.0 { x } else { scaled(x, scale) })).collect()))
}

/// Divides by whole powers of ten rather than multiplying with their inexact reciprocals.
fn scaled(x: f64, scale: f64) -> f64 {
    if scale < 1.0 { x / (1.0 / scale).round() } else { x * scale }
}
