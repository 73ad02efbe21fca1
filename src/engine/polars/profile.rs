//! Everything that a profile says of one column.

mod block;
mod large;
mod moments;

use std::collections::BTreeMap;
use std::sync::Arc;

use ::polars::prelude::Series;

use super::aggregate::compare;
use super::codes::{self, Codes, NULL};
use super::{PolarsEngine, cells, quantiles, sql};
use crate::engine::{EngineError, Ticket};
use crate::query::{Cell, ColumnProfile, HistogramBar, TopValue, ValueType};

const PROBABILITIES: [f64; 7] = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];
const TOP: usize = 10;
const BARS: usize = 10;

/// Profiles a column over the rows that a filter keeps.
///
/// Up to [`quantiles::EXACT`] rows all figures are exact; beyond that `distinct` and the quantiles are estimates as
/// [`super::sketch`] states them. Bars count the values between the first and the last edge; a whole-number column of at
/// most ten values has one bar per value, with both edges at it.
pub fn run(
    engine: &PolarsEngine,
    name: &str,
    filter: Option<&str>,
    ticket: &Ticket,
) -> Result<ColumnProfile, EngineError> {
    engine.known(name)?;
    let condition = filter.map(|f| sql::plan_condition(engine, f)).transpose()?;
    if engine.rows() > quantiles::EXACT {
        return large::run(engine, name, condition.as_ref(), ticket);
    }
    let series = engine.table.whole(name)?;
    let mut mask: Option<Vec<bool>> = None;
    if let Some(condition) = condition {
        let flags = mask.insert(Vec::with_capacity(engine.rows()));
        for part in 0..engine.table.parts() {
            flags.extend(condition.holds(engine, part, ticket)?);
        }
    }
    exact(engine, &series, mask.as_deref(), ticket)
}

fn exact(
    engine: &PolarsEngine,
    series: &Series,
    mask: Option<&[bool]>,
    ticket: &Ticket,
) -> Result<ColumnProfile, EngineError> {
    let name = series.name().to_string();
    let by = if engine.table.parts() == 1 {
        codes::of_column(engine, 0, &name, ticket)?
    } else {
        Arc::new(codes::of_series(series, ticket)?)
    };
    let counts = count(&by, mask, ticket)?;
    let dtype = cells::value_type(series.dtype());
    let kept = mask.map_or(engine.rows(), |m| m.iter().filter(|k| **k).count()) as u64;
    let known: u64 = counts.iter().sum();
    let (min, max) = ends(series, &by, &counts, ticket)?;
    let mut profile = ColumnProfile {
        name,
        dtype,
        nulls: kept - known,
        distinct: counts.iter().filter(|n| **n > 0).count() as u64,
        distinct_exact: true,
        min,
        max,
        mean: None,
        sd: None,
        quantiles: BTreeMap::new(),
        top: most_frequent(series, &by, &counts),
        histogram: Vec::new(),
        alerts: Vec::new(),
        skewness: None,
        texts: None,
    };
    if !(dtype.is_number() || dtype.is_temporal()) {
        return Ok(profile);
    }
    let values = codes::numbers(series)?.unwrap_or_default();
    let keep = |row: usize| mask.is_none_or(|m| m.get(row).copied().unwrap_or(false));
    let mut sorted: Vec<f64> =
        values.into_iter().enumerate().filter(|(row, x)| !x.is_nan() && keep(*row)).map(|(_, x)| x).collect();
    ticket.check()?;
    if dtype.is_number() {
        (profile.mean, profile.sd) = moments(&sorted);
    }
    sorted.sort_unstable_by(f64::total_cmp);
    ticket.check()?;
    let found = quantiles::of_sorted(&sorted, &PROBABILITIES);
    profile.quantiles = PROBABILITIES.iter().map(ToString::to_string).zip(found).collect();
    let ends = quantiles::of_sorted(finite(&sorted), &[0.01, 0.99]);
    let mut steps: Vec<(f64, u64)> = Vec::new();
    for x in &sorted {
        match steps.last_mut() {
            Some((last, n)) if last == x => *n += 1,
            _ => steps.push((*x, 1)),
        }
    }
    profile.histogram = histogram(&steps, &ends, dtype, profile.distinct);
    Ok(profile)
}

/// The finite ones among ascending numbers.
fn finite(sorted: &[f64]) -> &[f64] {
    let first = sorted.partition_point(|x| *x == f64::NEG_INFINITY);
    sorted.get(first..sorted.partition_point(|x| *x < f64::INFINITY)).unwrap_or_default()
}

fn count(by: &Arc<Codes>, mask: Option<&[bool]>, ticket: &Ticket) -> Result<Vec<u64>, EngineError> {
    let mut counts = vec![0u64; by.first_row.len()];
    for (row, code) in by.codes.iter().enumerate() {
        if row.is_multiple_of(codes::STRIDE) {
            ticket.check()?;
        }
        if *code != NULL
            && mask.is_none_or(|m| m.get(row).copied().unwrap_or(false))
            && let Some(n) = counts.get_mut(*code as usize)
        {
            *n += 1;
        }
    }
    Ok(counts)
}

/// Smallest and largest value among those that occur.
fn ends(series: &Series, by: &Codes, counts: &[u64], ticket: &Ticket) -> Result<(Cell, Cell), EngineError> {
    let rows = by.first_row.iter().zip(counts).filter(|(_, n)| **n > 0).map(|(row, _)| *row as usize);
    let mut ends: Option<(usize, usize)> = None;
    if let Ok(texts) = series.str() {
        let text = |row: usize| texts.get(row).unwrap_or_default();
        for row in rows {
            ends = Some(ends.map_or((row, row), |(low, high)| {
                (if text(row) < text(low) { row } else { low }, if text(row) > text(high) { row } else { high })
            }));
        }
    } else if let Some(values) = codes::numbers(series)? {
        let value = |row: usize| values.get(row).copied().unwrap_or(f64::NAN);
        for row in rows {
            ends = Some(ends.map_or((row, row), |(low, high)| {
                (if value(row) < value(low) { row } else { low }, if value(row) > value(high) { row } else { high })
            }));
        }
    } else {
        let mut all: Vec<Cell> = rows.map(|row| sql::cell_at(series, row)).collect();
        all.sort_by(compare);
        let first = all.first().cloned().unwrap_or(Cell::Null);
        return Ok((first, all.pop().unwrap_or(Cell::Null)));
    }
    ticket.check()?;
    let cell = |row: usize| shortened(sql::cell_at(series, row));
    Ok(ends.map_or((Cell::Null, Cell::Null), |(low, high)| (cell(low), cell(high))))
}

/// A very long text by its beginning: what a pane can show.
fn shortened(cell: Cell) -> Cell {
    match cell {
        Cell::Text(t) if t.len() > cells::LONGEST => Cell::Text(t.chars().take(1000).chain(['…']).collect()),
        other => other,
    }
}

/// Mean and standard deviation (n − 1) of the finite values, in two passes.
fn moments(values: &[f64]) -> (Option<f64>, Option<f64>) {
    let finite = || values.iter().filter(|x| x.is_finite());
    let n = finite().count();
    if n == 0 {
        return (None, None);
    }
    #[allow(clippy::cast_precision_loss)]
    let n = n as f64;
    let sum: f64 = finite().sum();
    // A sum of huge numbers may leave the range of doubles though the mean does not.
    let mean = if sum.is_finite() { sum / n } else { finite().map(|x| x / n).sum() };
    let square: f64 = finite().map(|x| (x - mean) * (x - mean)).sum();
    let sd = (n > 1.0).then(|| (square / (n - 1.0)).sqrt()).filter(|x| x.is_finite());
    (Some(mean).filter(|x| x.is_finite()), sd)
}

/// The most frequent values, ties by value.
fn most_frequent(series: &Series, by: &Codes, counts: &[u64]) -> Vec<TopValue> {
    let mut order: Vec<usize> = (0..counts.len()).filter(|i| counts.get(*i).is_some_and(|n| *n > 0)).collect();
    let n = |i: &usize| counts.get(*i).copied().unwrap_or(0);
    order.sort_by_key(|i| std::cmp::Reverse(n(i)));
    let last = order.get(TOP - 1).map_or(0, n);
    // All are alike (an id column): the ties need not all be turned into cells, the first rows will do.
    let tied = order.partition_point(|i| n(i) >= last).min(100_000);
    order.truncate(tied);
    let mut top: Vec<TopValue> = order
        .into_iter()
        .filter_map(|i| {
            let row = *by.first_row.get(i)? as usize;
            Some(TopValue { value: shortened(sql::cell_at(series, row)), n: n(&i) })
        })
        .collect();
    top.sort_by(|a, b| b.n.cmp(&a.n).then_with(|| compare(&a.value, &b.value)));
    top.truncate(TOP);
    top
}

/// At most ten bars over the 1–99 % range (`ends`), at round edges, from ascending numbers with counts.
fn histogram(steps: &[(f64, u64)], ends: &[f64], dtype: ValueType, distinct: u64) -> Vec<HistogramBar> {
    let first = steps.partition_point(|(x, _)| *x == f64::NEG_INFINITY);
    let finite = steps.get(first..steps.partition_point(|(x, _)| *x < f64::INFINITY)).unwrap_or_default();
    if finite.is_empty() {
        return Vec::new();
    }
    if dtype == ValueType::Int && distinct <= BARS as u64 {
        return finite.iter().map(|(x, n)| HistogramBar { from: *x, to: *x, n: *n }).collect();
    }
    let (Some(low), Some(high)) = (ends.first().copied(), ends.get(1).copied()) else { return Vec::new() };
    let Some((start, step, bars)) = nice(low, high, dtype) else {
        let n = finite.iter().filter(|(x, _)| *x == low).map(|(_, n)| n).sum();
        return vec![HistogramBar { from: low, to: high, n }];
    };
    #[allow(clippy::cast_precision_loss)]
    let edge = |i: usize| start + step * i as f64;
    (0..bars)
        .map(|i| {
            let from = finite.partition_point(|(x, _)| *x < edge(i));
            let last = i + 1 == bars;
            let to = finite.partition_point(|(x, _)| if last { *x <= edge(i + 1) } else { *x < edge(i + 1) });
            let n = finite.get(from..to.max(from)).unwrap_or_default().iter().map(|(_, n)| n).sum();
            HistogramBar { from: edge(i), to: edge(i + 1), n }
        })
        .collect()
}

/// First edge, width and number of bars: the smallest round width for which ten bars hold the range.
fn nice(low: f64, high: f64, dtype: ValueType) -> Option<(f64, f64, usize)> {
    let span = high - low;
    if !(span > 0.0 && span.is_finite()) {
        return None;
    }
    let day = 86_400.0;
    let steps: Vec<f64> = match dtype {
        ValueType::Date | ValueType::Datetime => {
            let mut steps = vec![1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 3.0 * 3600.0, 6.0 * 3600.0, 12.0 * 3600.0];
            if dtype == ValueType::Date {
                steps.clear();
            }
            let days = [1.0, 2.0, 7.0, 14.0, 30.0, 90.0, 180.0, 365.0, 730.0, 1825.0, 3650.0, 36_500.0, 365_000.0];
            steps.extend(days.map(|d| d * day));
            steps
        }
        _ => {
            let base = 10f64.powf((span / 10.0).log10().floor());
            let whole = dtype == ValueType::Int;
            let steps = [1.0, 2.0, 2.5, 5.0, 10.0, 20.0].map(|m| m * base);
            steps.into_iter().filter(|s| *s > 0.0 && (!whole || (*s >= 1.0 && s.fract() == 0.0))).collect()
        }
    };
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    steps.into_iter().find_map(|step| {
        let start = (low / step).floor() * step;
        let mut bars = ((high - start) / step).ceil().max(1.0);
        if start + bars * step < high {
            bars += 1.0;
        }
        (bars <= BARS as f64 && start.is_finite()).then_some((start, step, bars as usize))
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::dates;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn bars_stand_at_round_edges() {
        let steps: Vec<(f64, u64)> = (0..1000).map(|i| (f64::from(i), 1)).collect();
        let bars = histogram(&steps, &[9.99, 989.01], ValueType::Int, 1000);
        assert_eq!(bars.len(), 10);
        assert_eq!((bars[0].from, bars[0].to, bars[0].n), (0.0, 100.0, 100));
        let few = histogram(&[(0.0, 1), (1.0, 2), (5.0, 1)], &[], ValueType::Int, 3);
        assert_eq!(few.iter().map(|b| (b.from, b.n)).collect::<Vec<_>>(), [(0.0, 1), (1.0, 2), (5.0, 1)]);
        assert_eq!(dates::iso_day(0), "1970-01-01");
    }

    proptest! {
        #[test]
        fn bars_hold_the_range(mut values in proptest::collection::vec(-1e6..1e6f64, 2..200), whole in any::<bool>()) {
            if whole {
                values.iter_mut().for_each(|x| *x = x.round());
            }
            values.sort_unstable_by(f64::total_cmp);
            let dtype = if whole { ValueType::Int } else { ValueType::Float };
            let range = quantiles::of_sorted(&values, &[0.01, 0.99]);
            let steps: Vec<(f64, u64)> = values.iter().map(|x| (*x, 1)).collect();
            let bars = histogram(&steps, &range, dtype, 1000);
            prop_assert!(!bars.is_empty() && bars.len() <= BARS);
            prop_assert!(bars[0].from <= range[0] && bars[bars.len() - 1].to >= range[1]);
            let inside = values.iter().filter(|x| **x >= bars[0].from && **x <= bars[bars.len() - 1].to).count() as u64;
            prop_assert_eq!(bars.iter().map(|b| b.n).sum::<u64>(), inside);
        }

        #[test]
        fn moments_match_the_definition(values in proptest::collection::vec(-1e3..1e3f64, 2..50)) {
            let n = values.len() as f64;
            let mean = values.iter().sum::<f64>() / n;
            let sd = (values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
            let (m, s) = moments(&values);
            prop_assert!((m.unwrap() - mean).abs() < 1e-9 && (s.unwrap() - sd).abs() < 1e-9);
        }
    }
}
