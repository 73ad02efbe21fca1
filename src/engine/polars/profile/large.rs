//! The profile of a column of very many rows: one pass over its parts, in little room.

use std::collections::BTreeMap;
use std::hash::BuildHasher;

use ::polars::prelude::Series;
use foldhash::quality::FixedState;

use super::super::PolarsEngine;
use super::super::codes;
use super::super::fingerprint::mix;
use super::super::sketch::{Distinct, Frequent, Spread, quantiles};
use super::super::sql::Planned;
use super::{PROBABILITIES, TOP, compare, histogram, shortened};
use crate::engine::{EngineError, Ticket};
use crate::query::{Cell, ColumnProfile, TopValue, ValueType};

/// Different values that are counted one by one.
const COUNTERS: usize = 1 << 14;
/// Values that hold less than one in so many rows are not worth a line among the most frequent.
const RARE: u64 = 2000;

/// One in so many rows is looked at for frequent values once there are too many different ones.
const SAMPLED: u64 = 16;

/// What is known of a column so far.
struct Summary {
    hash: FixedState,
    nulls: u64,
    known: u64,
    distinct: Distinct,
    /// Values by their hash, with a row that holds each.
    frequent: Frequent<usize>,
    spread: Spread,
    moments: Moments,
    /// Rows that hold the smallest and the largest value.
    ends: Option<(Bound, Bound)>,
}

/// A value at an end, with its row.
#[derive(Clone)]
enum Bound {
    Number(f64, usize),
    Text(String, usize),
}

/// Profiles the column.
pub fn run(
    engine: &PolarsEngine,
    name: &str,
    condition: Option<&Planned>,
    ticket: &Ticket,
) -> Result<ColumnProfile, EngineError> {
    let mut summary = Summary {
        hash: FixedState::with_seed(0x77_6879),
        nulls: 0,
        known: 0,
        distinct: Distinct::default(),
        frequent: Frequent::new(COUNTERS),
        spread: Spread::default(),
        moments: Moments::default(),
        ends: None,
    };
    let dtype = engine.known(name)?.dtype;
    for part in 0..engine.table.parts() {
        ticket.check()?;
        let series = engine.table.glimpse(part, name)?;
        let mask = condition.map(|c| c.holds(engine, part, ticket)).transpose()?;
        summary.take(&series, dtype, mask.as_deref(), engine.table.start(part))?;
    }
    let top = summary.top(engine, name, condition, ticket)?;
    let exact = summary.frequent.is_exact();
    let distinct = if exact { summary.frequent.len() as u64 } else { summary.distinct.count() };
    let end = |bound: &Bound| match bound {
        Bound::Number(_, row) | Bound::Text(_, row) => shortened(engine.table.cell(name, *row)),
    };
    let (min, max) = summary.ends.as_ref().map_or((Cell::Null, Cell::Null), |(low, high)| (end(low), end(high)));
    let mut profile = ColumnProfile {
        name: name.to_owned(),
        dtype,
        nulls: summary.nulls,
        distinct,
        distinct_exact: exact,
        min,
        max,
        mean: None,
        sd: None,
        quantiles: BTreeMap::new(),
        top,
        histogram: Vec::new(),
        alerts: Vec::new(),
    };
    if dtype.is_number() {
        (profile.mean, profile.sd) = summary.moments.finish();
    }
    let steps = summary.spread.sorted();
    let found = quantiles(&steps, &PROBABILITIES);
    profile.quantiles = PROBABILITIES.iter().map(ToString::to_string).zip(found).collect();
    let finite: Vec<(f64, u64)> = steps.iter().filter(|(x, _)| x.is_finite()).copied().collect();
    let ends = quantiles(&finite, &[0.01, 0.99]);
    profile.histogram = histogram(&steps, &ends, dtype, profile.distinct);
    Ok(profile)
}

impl Summary {
    /// Takes in a part that begins at a row.
    fn take(
        &mut self,
        series: &Series,
        dtype: ValueType,
        mask: Option<&[bool]>,
        start: usize,
    ) -> Result<(), EngineError> {
        let keep = |row: usize| mask.is_none_or(|m| m.get(row).copied().unwrap_or(false));
        if let Ok(texts) = series.str() {
            for (row, text) in texts.iter().enumerate().filter(|(row, _)| keep(*row)) {
                match text {
                    Some(text) => self.text(text, start + row),
                    None => self.nulls += 1,
                }
            }
            return Ok(());
        }
        let Some(values) = codes::numbers(series)? else {
            // Lists, records and the like: by what they look like.
            for row in (0..series.len()).filter(|row| keep(*row)) {
                match super::sql::cell_at(series, row) {
                    Cell::Null => self.nulls += 1,
                    other => self.text(&other.to_string(), start + row),
                }
            }
            return Ok(());
        };
        let ordered = dtype.is_number() || dtype.is_temporal();
        let mut part = Moments::default();
        for (row, x) in values.into_iter().enumerate().filter(|(row, _)| keep(*row)) {
            if x.is_nan() {
                self.nulls += 1;
                continue;
            }
            self.number(x, start + row);
            if ordered {
                self.spread.add(x);
            }
            part.add(x);
        }
        self.moments.join(&part);
        Ok(())
    }

    /// Counts a value. Where there are too many different ones, a sample of the rows does to find the candidates; they
    /// are counted anew.
    fn often(&mut self, hash: u64, row: usize) {
        if self.frequent.is_exact() || mix(row as u64).is_multiple_of(SAMPLED) {
            self.frequent.add(hash, 1, || row);
        }
    }

    fn text(&mut self, text: &str, row: usize) {
        self.known += 1;
        let hash = self.hash.hash_one(text);
        self.distinct.add(hash);
        self.often(hash, row);
        let bound = || Bound::Text(text.to_owned(), row);
        match &mut self.ends {
            None => self.ends = Some((bound(), bound())),
            Some((low, high)) => {
                if matches!(low, Bound::Text(t, _) if text < t.as_str()) {
                    *low = bound();
                } else if matches!(high, Bound::Text(t, _) if text > t.as_str()) {
                    *high = bound();
                }
            }
        }
    }

    fn number(&mut self, x: f64, row: usize) {
        self.known += 1;
        let hash = self.hash.hash_one((x + 0.0).to_bits());
        self.distinct.add(hash);
        self.often(hash, row);
        let bound = Bound::Number(x, row);
        match &mut self.ends {
            None => self.ends = Some((bound.clone(), bound)),
            Some((low, high)) => {
                if matches!(low, Bound::Number(y, _) if x < *y) {
                    *low = bound;
                } else if matches!(high, Bound::Number(y, _) if x > *y) {
                    *high = bound;
                }
            }
        }
    }

    /// The most frequent values with their exact counts: where there were too many different ones, the candidates are
    /// counted in a second pass.
    fn top(
        &self,
        engine: &PolarsEngine,
        name: &str,
        condition: Option<&Planned>,
        ticket: &Ticket,
    ) -> Result<Vec<TopValue>, EngineError> {
        let least = if self.frequent.is_exact() { 1 } else { (self.known / RARE).max(2) };
        // Of a sample, half of what is to be expected is enough to be a candidate.
        let seen = if self.frequent.is_exact() { 1 } else { least / SAMPLED / 2 };
        let wanted = if self.frequent.is_exact() { TOP } else { 4 * TOP };
        let candidates = self.frequent.top(wanted);
        let mut top: Vec<TopValue> = candidates
            .into_iter()
            .filter(|(_, n)| n + self.frequent.error() >= seen)
            .take(10_000)
            .map(|(row, n)| TopValue { value: shortened(engine.table.cell(name, *row)), n })
            .collect();
        if !self.frequent.is_exact() && !top.is_empty() {
            recount(engine, name, condition, &mut top, ticket)?;
            top.retain(|t| t.n >= least);
        }
        top.sort_by(|a, b| b.n.cmp(&a.n).then_with(|| compare(&a.value, &b.value)));
        top.truncate(TOP);
        Ok(top)
    }
}

/// Counts the rows that hold each of some values.
fn recount(
    engine: &PolarsEngine,
    name: &str,
    condition: Option<&Planned>,
    top: &mut [TopValue],
    ticket: &Ticket,
) -> Result<(), EngineError> {
    use std::collections::HashMap;
    let hash = FixedState::with_seed(0x77_6879);
    let mut counts: HashMap<String, u64, FixedState> = HashMap::with_hasher(hash);
    for t in top.iter() {
        counts.insert(t.value.to_string(), 0);
    }
    for part in 0..engine.table.parts() {
        ticket.check()?;
        let series = engine.table.glimpse(part, name)?;
        let mask = condition.map(|c| c.holds(engine, part, ticket)).transpose()?;
        let keep = |row: usize| mask.as_ref().is_none_or(|m| m.get(row).copied().unwrap_or(false));
        if let Ok(texts) = series.str() {
            for (_, text) in texts.iter().enumerate().filter(|(row, _)| keep(*row)) {
                if let Some(n) = text.and_then(|t| counts.get_mut(t)) {
                    *n += 1;
                }
            }
            continue;
        }
        let by = codes::of_series(&series, ticket)?;
        let names: Vec<String> =
            by.first_row.iter().map(|row| super::sql::cell_at(&series, *row as usize).to_string()).collect();
        for (_, code) in by.codes.iter().enumerate().filter(|(row, _)| keep(*row)) {
            if let Some(n) = names.get(*code as usize).and_then(|t| counts.get_mut(t)) {
                *n += 1;
            }
        }
    }
    for t in top {
        t.n = counts.get(&t.value.to_string()).copied().unwrap_or(0);
    }
    Ok(())
}

/// Count, mean and sum of squared distances of the finite values, joined by the formula of Chan, Golub and LeVeque
/// (1979).
#[derive(Default)]
struct Moments {
    n: f64,
    mean: f64,
    square: f64,
}

impl Moments {
    fn add(&mut self, x: f64) {
        if x.is_finite() {
            self.n += 1.0;
            let off = x - self.mean;
            self.mean += off / self.n;
            self.square += off * (x - self.mean);
        }
    }

    fn join(&mut self, more: &Self) {
        let n = self.n + more.n;
        if more.n > 0.0 {
            let off = more.mean - self.mean;
            self.mean += off * more.n / n;
            self.square += more.square + off * off * self.n * more.n / n;
            self.n = n;
        }
    }

    /// Mean and standard deviation (n − 1).
    fn finish(&self) -> (Option<f64>, Option<f64>) {
        let mean = (self.n > 0.0).then_some(self.mean).filter(|x| x.is_finite());
        let sd = (self.n > 1.0).then(|| (self.square / (self.n - 1.0)).sqrt()).filter(|x| x.is_finite());
        (mean, sd)
    }
}
