//! Grouped sums of a KPI.
//!
//! Every key becomes a small code per row, the codes of all keys one group number, and the sums are plain loops in
//! doubles (whole numbers cannot overflow). With a unit, totals per group and unit are taken first.

mod keys;
mod measure;
mod order;

use std::collections::HashMap;

use super::{PolarsEngine, codes, sql};
use crate::engine::{EngineError, Ticket};
use crate::query::{GroupQuery, GroupRow, Sums};

use keys::Coded;
use measure::Measured;
pub use order::compare;

const STRIDE: usize = codes::STRIDE;
/// Group numbers are kept in a plain table up to this many combinations.
const DENSE: u64 = 1 << 22;

/// Answers a query.
pub fn run(engine: &PolarsEngine, query: &GroupQuery, ticket: &Ticket) -> Result<Vec<GroupRow>, EngineError> {
    let filters = [query.filter.as_deref(), query.kpi.as_ref().and_then(|k| k.filter.as_deref())];
    let mut mask: Option<Vec<bool>> = None;
    for filter in filters.into_iter().flatten() {
        let next = sql::condition(engine, filter, ticket)?;
        mask = Some(match mask {
            None => next,
            Some(mut mask) => {
                mask.iter_mut().zip(next).for_each(|(a, b)| *a &= b);
                mask
            }
        });
    }
    let measured = measure::measure(engine, query.kpi.as_ref(), mask.as_deref(), ticket)?;
    let mut coded = Vec::with_capacity(query.keys.len());
    for key in &query.keys {
        coded.push(keys::code(engine, key, mask.as_deref(), ticket)?);
    }
    let groups = group(engine.rows(), &coded, mask.as_deref(), ticket)?;
    let sums = match &query.unit {
        None => by_row(&groups, &measured, ticket)?,
        Some(unit) => {
            engine.column(unit)?;
            let units = codes::of_column(engine, unit, ticket)?;
            by_unit(&groups, &measured, &units, ticket)?
        }
    };
    let mut rows: Vec<GroupRow> = sums
        .into_iter()
        .zip(&groups.sample)
        .filter(|(sums, _)| sums.n > 0 || query.keys.is_empty())
        .map(|(sums, row)| GroupRow { keys: coded.iter().map(|c| c.cell(*row)).collect(), sums })
        .collect();
    rows.sort_by(|a, b| {
        let pairs = a.keys.iter().zip(&b.keys);
        pairs.map(|(x, y)| compare(x, y)).find(|o| o.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
    });
    Ok(rows)
}

/// The group number of every row.
struct Groups {
    /// Per row; [`codes::NULL`] where the filter leaves the row out.
    of_row: Vec<u32>,
    /// A row of each group.
    sample: Vec<usize>,
}

fn group(rows: usize, keys: &[Coded], mask: Option<&[bool]>, ticket: &Ticket) -> Result<Groups, EngineError> {
    let mut of_row: Vec<u32> = match mask {
        Some(mask) => mask.iter().map(|keep| if *keep { 0 } else { codes::NULL }).collect(),
        None => vec![0; rows],
    };
    let mut sample = vec![0usize];
    for key in keys {
        let width = u64::from(key.groups) + 1;
        let mut table = Numbers::new(sample.len() as u64 * width);
        sample.clear();
        for (row, (slot, code)) in of_row.iter_mut().zip(&key.codes).enumerate() {
            if row.is_multiple_of(STRIDE) {
                ticket.check()?;
            }
            if *slot == codes::NULL {
                continue;
            }
            let code = if *code == codes::NULL { width - 1 } else { u64::from(*code) };
            let (number, new) = table.number(u64::from(*slot) * width + code);
            if new {
                sample.push(row);
            }
            *slot = number;
        }
    }
    Ok(Groups { of_row, sample })
}

/// Numbers things in the order in which they come.
enum Numbers {
    Dense(Vec<u32>, u32),
    Sparse(HashMap<u64, u32>),
}

impl Numbers {
    fn new(range: u64) -> Self {
        match usize::try_from(range) {
            Ok(size) if range <= DENSE => Self::Dense(vec![codes::NULL; size], 0),
            _ => Self::Sparse(HashMap::new()),
        }
    }

    /// The number, and whether it is new.
    fn number(&mut self, thing: u64) -> (u32, bool) {
        match self {
            Self::Dense(table, next) => {
                let slot = usize::try_from(thing).ok().and_then(|i| table.get_mut(i));
                let Some(slot) = slot else { return (0, false) };
                let new = *slot == codes::NULL;
                if new {
                    *slot = *next;
                    *next += 1;
                }
                (*slot, new)
            }
            Self::Sparse(map) => {
                let next = codes::number(map.len());
                let number = *map.entry(thing).or_insert(next);
                (number, number == next)
            }
        }
    }
}

fn by_row(groups: &Groups, measured: &Measured, ticket: &Ticket) -> Result<Vec<Sums>, EngineError> {
    let mut sums = vec![Sums::default(); groups.sample.len()];
    for (row, group) in groups.of_row.iter().enumerate() {
        if row.is_multiple_of(STRIDE) {
            ticket.check()?;
        }
        let Some(s) = sums.get_mut(*group as usize) else { continue };
        s.n += 1;
        if let Some((y, d)) = measured.at(row) {
            s.known += 1;
            add(s, y, d);
        }
    }
    Ok(sums)
}

/// Adds one independent unit's totals.
fn add(s: &mut Sums, y: f64, d: f64) {
    s.units += 1;
    s.y += y;
    s.d += d;
    s.yy += y * y;
    s.yd += y * d;
    s.dd += d * d;
}

/// Totals per group and unit first; rows without a unit stand for themselves.
fn by_unit(
    groups: &Groups,
    measured: &Measured,
    units: &codes::Codes,
    ticket: &Ticket,
) -> Result<Vec<Sums>, EngineError> {
    let mut sums = vec![Sums::default(); groups.sample.len()];
    let all_units = units.first_row.len() as u64;
    let mut numbers = Numbers::new(groups.sample.len() as u64 * all_units.max(1));
    let mut totals: Vec<(u32, f64, f64)> = Vec::new();
    for (row, (group, unit)) in groups.of_row.iter().zip(&units.codes).enumerate() {
        if row.is_multiple_of(STRIDE) {
            ticket.check()?;
        }
        let Some(s) = sums.get_mut(*group as usize) else { continue };
        s.n += 1;
        let Some((y, d)) = measured.at(row) else { continue };
        s.known += 1;
        if *unit == codes::NULL {
            add(s, y, d);
            continue;
        }
        let (number, new) = numbers.number(u64::from(*group) * all_units + u64::from(*unit));
        if new {
            totals.push((*group, y, d));
        } else if let Some(total) = totals.get_mut(number as usize) {
            total.1 += y;
            total.2 += d;
        }
    }
    for (group, y, d) in totals {
        if let Some(s) = sums.get_mut(group as usize) {
            add(s, y, d);
        }
    }
    Ok(sums)
}
