//! The profile of a column of very many rows: one pass over its parts, in little room.
//!
//! While there are few different values they are only counted, and all that hangs on the values alone follows from the
//! counts. Once there are many, each value goes into the sketches, and a sample of the rows tells which values may be
//! frequent; those are counted in a second pass.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, BuildHasherDefault, Hasher};

use ::polars::prelude::Series;
use foldhash::quality::FixedState;

use super::super::PolarsEngine;
use super::super::fingerprint::mix;
use super::super::sketch::{Distinct, Frequent, Plain, Spread, quantiles};
use super::super::sql::Planned;
use super::block::{Run, runs};
use super::moments::Moments;
use super::{PROBABILITIES, TOP, compare, histogram, shortened};
use crate::engine::{EngineError, Ticket};
use crate::query::{Cell, ColumnProfile, TopValue, ValueType};

/// Different values that are counted one by one.
const COUNTERS: usize = 1 << 16;
/// Values that hold less than one in so many rows are not worth a line among the most frequent.
const RARE: u64 = 2000;

/// One in so many rows is looked at for frequent values once there are too many different ones.
const SAMPLED: u64 = 16;

/// What is known of a column so far.
struct Summary {
    hash: FixedState,
    /// Whether numbers have quantiles.
    ordered: bool,
    nulls: u64,
    known: u64,
    /// Values by their hash, with one that stands for each. Of all rows while there are few, then of a sample.
    frequent: Frequent<Met>,
    /// Once there are many different values.
    many: Option<Many>,
    moments: Moments,
    /// The smallest and the largest value.
    ends: Option<(Bound, Bound)>,
}

/// A row that holds a value, and the value if it is a number.
#[derive(Clone, Copy)]
struct Met {
    row: usize,
    number: f64,
}

/// Summaries of many different values.
#[derive(Default)]
struct Many {
    distinct: Distinct,
    spread: Spread,
    /// Hashes of a run.
    hashes: Vec<u64>,
    sampling: Sampling,
}

/// Which values are looked at for frequent ones: one of each group of [`SAMPLED`], at a place that is not the same in all,
/// so that no rhythm of the rows goes by unseen.
struct Sampling {
    /// Values until the next one.
    wait: u64,
    /// Groups before that one's.
    groups: u64,
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
    let dtype = engine.known(name)?.dtype;
    let mut summary = Summary::new(dtype.is_number() || dtype.is_temporal());
    for part in 0..engine.table.parts() {
        ticket.check()?;
        let series = engine.table.glimpse(part, name)?;
        let mask = condition.map(|c| c.holds(engine, part, ticket)).transpose()?;
        summary.take(&series, mask.as_deref(), engine.table.start(part))?;
    }
    let top = summary.top(engine, name, condition, ticket)?;
    let exact = summary.many.is_none();
    let texts = summary.all_texts(engine, name, dtype);
    let (distinct, spread) = summary.finish();
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
        skewness: None,
        texts,
    };
    if dtype.is_number() {
        (profile.mean, profile.sd) = (summary.moments.mean(), summary.moments.sd());
        profile.skewness = summary.moments.skewness();
    }
    let steps = spread.sorted();
    let found = quantiles(&steps, &PROBABILITIES);
    profile.quantiles = PROBABILITIES.iter().map(ToString::to_string).zip(found).collect();
    let finite: Vec<(f64, u64)> = steps.iter().filter(|(x, _)| x.is_finite()).copied().collect();
    let ends = quantiles(&finite, &[0.01, 0.99]);
    profile.histogram = histogram(&steps, &ends, dtype, profile.distinct);
    Ok(profile)
}

impl Summary {
    fn new(ordered: bool) -> Self {
        Self {
            hash: hashing(),
            ordered,
            nulls: 0,
            known: 0,
            frequent: Frequent::new(COUNTERS),
            many: None,
            moments: Moments::default(),
            ends: None,
        }
    }

    /// Takes in a part that begins at a row.
    fn take(&mut self, series: &Series, mask: Option<&[bool]>, start: usize) -> Result<(), EngineError> {
        if let Some(missing) = runs(series, mask, &mut |run| self.numbers(run, start))? {
            self.nulls += missing;
            return Ok(());
        }
        let missing = each_text(series, mask, &mut |row, text| self.text(text, start + row));
        self.nulls += missing;
        Ok(())
    }

    fn numbers(&mut self, run: &Run<'_>, start: usize) {
        self.known += run.keys.len() as u64;
        self.moments.join(&Moments::of(run.numbers));
        self.widen(run, start);
        if self.frequent.len() + run.keys.len() > COUNTERS {
            self.turn();
        }
        let mut entries = run.keys.iter().zip(run.numbers).zip(run.rows);
        let Some(Many { distinct, spread, hashes, sampling }) = &mut self.many else {
            for ((key, number), row) in entries {
                self.frequent.add(mix(*key), 1, || Met { row: start + *row as usize, number: *number });
            }
            return;
        };
        hashes.clear();
        hashes.extend(run.keys.iter().map(|key| mix(*key)));
        for hash in &*hashes {
            distinct.add(*hash);
        }
        if self.ordered {
            for number in run.numbers {
                spread.add(*number, 1);
            }
        }
        let mut hashes = hashes.iter();
        let mut left = run.keys.len() as u64;
        while sampling.wait < left {
            let skipped = usize::try_from(sampling.wait).unwrap_or(usize::MAX);
            let (Some(((_, number), row)), Some(hash)) = (entries.nth(skipped), hashes.nth(skipped)) else { break };
            self.frequent.add(*hash, 1, || Met { row: start + *row as usize, number: *number });
            left -= sampling.wait + 1;
            sampling.step();
        }
        sampling.wait -= left;
    }

    /// Moves the ends to what a run holds.
    fn widen(&mut self, run: &Run<'_>, start: usize) {
        let Some(first) = run.numbers.first() else { return };
        let (low, high) = run.numbers.iter().fold((*first, *first), |(low, high), x| {
            (if *x < low { *x } else { low }, if *x > high { *x } else { high })
        });
        let bound = |x: f64| {
            let place = run.numbers.iter().position(|y| *y == x).unwrap_or(0);
            Bound::Number(x, start + run.rows.get(place).map_or(0, |row| *row as usize))
        };
        match &mut self.ends {
            None => self.ends = Some((bound(low), bound(high))),
            Some((lowest, highest)) => {
                if matches!(lowest, Bound::Number(x, _) if low < *x) {
                    *lowest = bound(low);
                }
                if matches!(highest, Bound::Number(x, _) if high > *x) {
                    *highest = bound(high);
                }
            }
        }
    }

    fn text(&mut self, text: &str, row: usize) {
        self.known += 1;
        let hash = text_hash(&self.hash, text);
        let met = Met { row, number: f64::NAN };
        if self.many.is_none() {
            if self.frequent.len() < COUNTERS {
                // Only a value that is new can be an end.
                if self.frequent.add(hash, 1, || met) {
                    self.widen_to(text, row);
                }
                return;
            }
            self.turn();
        }
        let Some(many) = &mut self.many else { return };
        many.distinct.add(hash);
        if many.sampling.wait == 0 {
            self.frequent.add(hash, 1, || met);
            many.sampling.step();
        } else {
            many.sampling.wait -= 1;
        }
        self.widen_to(text, row);
    }

    fn widen_to(&mut self, text: &str, row: usize) {
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

    /// From now on there are many different values: what was counted goes into the sketches.
    fn turn(&mut self) {
        if self.many.is_none() {
            let mut many = Many::default();
            for (hash, met, n) in self.frequent.iter() {
                many.distinct.add(hash);
                if self.ordered {
                    many.spread.add(met.number, n);
                }
            }
            self.many = Some(many);
        }
    }

    /// How many different values there are, and the distribution of the numbers.
    fn finish(&mut self) -> (u64, Spread) {
        match self.many.take() {
            Some(many) => (many.distinct.count(), many.spread),
            None => {
                let mut spread = Spread::default();
                if self.ordered {
                    self.frequent.iter().for_each(|(_, met, n)| spread.add(met.number, n));
                }
                (self.frequent.len() as u64, spread)
            }
        }
    }

    /// Every text with its rows, where there are few.
    fn all_texts(&self, engine: &PolarsEngine, name: &str, dtype: ValueType) -> Option<Vec<(String, u64)>> {
        let few = self.frequent.len() as u64 <= ColumnProfile::FEW_TEXTS;
        (dtype == ValueType::Text && self.many.is_none() && few).then(|| {
            let text = |met: &Met| shortened(engine.table.cell(name, met.row)).to_string();
            let mut all: Vec<(String, u64)> = self.frequent.iter().map(|(_, met, n)| (text(met), n)).collect();
            all.sort_unstable();
            all
        })
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
        let exact = self.many.is_none();
        let least = if exact { 1 } else { (self.known / RARE).max(2) };
        // Of a sample, half of what is to be expected is enough to be a candidate.
        let seen = if exact { 1 } else { least / SAMPLED / 2 };
        let mut found = self.frequent.top(if exact { TOP } else { 4 * TOP });
        found.retain(|(_, _, n)| n + self.frequent.error() >= seen);
        found.truncate(10_000);
        if !exact && !found.is_empty() {
            let hashes: Vec<u64> = found.iter().map(|(hash, ..)| *hash).collect();
            let counts = self.recount(engine, name, condition, &hashes, ticket)?;
            for (hash, _, n) in &mut found {
                *n = counts.get(hash).copied().unwrap_or(0);
            }
            found.retain(|(_, _, n)| *n >= least);
        }
        let value = |met: &Met| shortened(engine.table.cell(name, met.row));
        let mut top: Vec<TopValue> = found.into_iter().map(|(_, met, n)| TopValue { value: value(met), n }).collect();
        top.sort_by(|a, b| b.n.cmp(&a.n).then_with(|| compare(&a.value, &b.value)));
        top.truncate(TOP);
        Ok(top)
    }

    /// Counts the rows that hold each of some values, which are named by their hashes.
    fn recount(
        &self,
        engine: &PolarsEngine,
        name: &str,
        condition: Option<&Planned>,
        hashes: &[u64],
        ticket: &Ticket,
    ) -> Result<HashMap<u64, u64, BuildHasherDefault<Plain>>, EngineError> {
        let mut counts: HashMap<u64, u64, BuildHasherDefault<Plain>> = hashes.iter().map(|hash| (*hash, 0)).collect();
        // Most values are none of them, which their first bits tell.
        let mut hints = vec![false; 1 << 12];
        let hint = |hash: u64| usize::try_from(hash >> 52).unwrap_or(0);
        for hash in hashes {
            if let Some(flag) = hints.get_mut(hint(*hash)) {
                *flag = true;
            }
        }
        let mut count = |hash: u64| {
            if hints.get(hint(hash)).copied().unwrap_or(false)
                && let Some(n) = counts.get_mut(&hash)
            {
                *n += 1;
            }
        };
        for part in 0..engine.table.parts() {
            ticket.check()?;
            let series = engine.table.glimpse(part, name)?;
            let mask = condition.map(|c| c.holds(engine, part, ticket)).transpose()?;
            let numbers = runs(&series, mask.as_deref(), &mut |run| run.keys.iter().for_each(|key| count(mix(*key))))?;
            if numbers.is_none() {
                each_text(&series, mask.as_deref(), &mut |_, text| count(text_hash(&self.hash, text)));
            }
        }
        Ok(counts)
    }
}

impl Default for Sampling {
    fn default() -> Self {
        Self { wait: place(0), groups: 0 }
    }
}

impl Sampling {
    /// A value was looked at: on to that of the next group.
    fn step(&mut self) {
        self.wait = SAMPLED - 1 - place(self.groups) + place(self.groups + 1);
        self.groups += 1;
    }
}

/// The place in a group of the value that is looked at.
fn place(group: u64) -> u64 {
    mix(group) % SAMPLED
}

/// What texts are hashed with, in every run the same.
fn hashing() -> FixedState {
    FixedState::with_seed(0x77_6879)
}

#[inline]
fn text_hash(state: &FixedState, text: &str) -> u64 {
    let mut hasher = state.build_hasher();
    hasher.write(text.as_bytes());
    hasher.finish()
}

/// Calls `each` with the rows of a part that a mask keeps and their values as text; gives how many have none.
fn each_text(series: &Series, mask: Option<&[bool]>, each: &mut dyn FnMut(usize, &str)) -> u64 {
    let keep = |row: usize| mask.is_none_or(|m| m.get(row).copied().unwrap_or(false));
    let mut missing = 0;
    let Ok(texts) = series.str() else {
        // Lists, records and the like: by what they look like.
        for row in (0..series.len()).filter(|row| keep(*row)) {
            match super::sql::cell_at(series, row) {
                Cell::Null => missing += 1,
                other => each(row, &other.to_string()),
            }
        }
        return missing;
    };
    for (row, text) in texts.iter().enumerate().filter(|(row, _)| keep(*row)) {
        match text {
            Some(text) => each(row, text),
            None => missing += 1,
        }
    }
    missing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_of_each_group_is_looked_at() {
        let mut sampling = Sampling::default();
        let mut at = sampling.wait;
        for group in 0..1000 {
            assert_eq!(at / SAMPLED, group);
            sampling.step();
            at += sampling.wait + 1;
        }
    }
}
