//! Grouped sums of a KPI.
//!
//! Part by part, every key becomes a small code per row, the codes of all keys one group number, and the sums are plain
//! loops in doubles (whole numbers cannot overflow). With a unit, totals per group and unit are taken first. The sums of
//! the parts are then joined.

mod join;
pub mod keys;
pub mod measure;
mod order;

use std::collections::HashMap;

use super::sql::Planned;
use super::{PolarsEngine, codes, fingerprint, sql};
use crate::engine::{EngineError, Ticket, Unit};
use crate::query::{GroupQuery, GroupRow, Sums};

use join::Partial;
use keys::Coded;
use measure::Measured;
pub use order::compare;

const STRIDE: usize = codes::STRIDE;
/// Group numbers are kept in a plain table up to this many combinations.
const DENSE: u64 = 1 << 22;

/// Answers a query.
pub fn run(engine: &PolarsEngine, query: &GroupQuery, ticket: &Ticket) -> Result<Vec<GroupRow>, EngineError> {
    let filters = [query.filter.as_deref(), query.kpi.as_ref().and_then(|k| k.filter.as_deref())];
    let filters: Vec<Planned> =
        filters.into_iter().flatten().map(|f| sql::plan_condition(engine, f)).collect::<Result<_, _>>()?;
    let measure = measure::plan(engine, query.kpi.as_ref(), ticket)?;
    if let Some(unit) = &query.unit {
        engine.known(unit)?;
    }
    let keys: Vec<keys::Plan<'_>> =
        query.keys.iter().map(|key| keys::plan(engine, key, &filters, ticket)).collect::<Result<_, _>>()?;
    let counted = ticket.begin(Unit::Rows, engine.rows() as u64);
    let mut work = Work { engine, filters, measure, keys, unit: query.unit.as_deref(), centre: 0.0, ticket: &counted };
    work.centre = work.far_level()?;
    let mut joined = join::Joined::new(query.unit.is_some() && engine.table.parts() > 1);
    for part in 0..engine.table.parts() {
        joined.add(work.part(part)?);
        counted.advance(engine.table.rows_in(part) as u64);
    }
    let mut rows = joined.finish(work.centre);
    if rows.is_empty() && query.keys.is_empty() {
        rows.push(GroupRow { keys: Vec::new(), sums: Sums::default() });
    }
    rows.sort_by(|a, b| {
        let pairs = a.keys.iter().zip(&b.keys);
        pairs.map(|(x, y)| compare(x, y)).find(|o| o.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
    });
    Ok(rows)
}

/// A query that was checked against the table.
struct Work<'a> {
    engine: &'a PolarsEngine,
    filters: Vec<Planned>,
    measure: measure::Plan,
    keys: Vec<keys::Plan<'a>>,
    unit: Option<&'a str>,
    /// What y is counted from.
    centre: f64,
    ticket: &'a Ticket,
}

impl Work<'_> {
    /// What y is counted from in all parts. Any number near the level will do, so that the first part in which the KPI is
    /// known tells.
    fn far_level(&self) -> Result<f64, EngineError> {
        if !self.measure.has_centre() {
            return Ok(0.0);
        }
        for part in 0..self.engine.table.parts() {
            let mask = mask(self.engine, part, &self.filters, self.ticket)?;
            let measured = self.measure.on(self.engine, part, mask.as_deref(), self.ticket)?;
            if let Some(centre) = measured.far_level(self.engine.table.rows_in(part), mask.as_deref()) {
                return Ok(centre);
            }
        }
        Ok(0.0)
    }

    /// The sums of one part.
    fn part(&self, part: usize) -> Result<Partial, EngineError> {
        let (engine, ticket) = (self.engine, self.ticket);
        let mask = mask(engine, part, &self.filters, ticket)?;
        let measured = self.measure.on(engine, part, mask.as_deref(), ticket)?;
        let coded: Vec<Coded> = self.keys.iter().map(|k| k.on(engine, part, ticket)).collect::<Result<_, _>>()?;
        let groups = group(engine.table.rows_in(part), &coded, mask.as_deref(), ticket)?;
        let cells = |row: usize| coded.iter().map(|c| c.cell(row)).collect::<Vec<_>>();
        let (sums, totals) = match self.unit {
            None => (by_row(&groups, &measured, self.centre, ticket)?, Vec::new()),
            Some(unit) if engine.table.parts() == 1 => {
                let units = codes::of_column(engine, part, unit, ticket)?;
                (by_unit(&groups, &measured, &units, self.centre, ticket)?, Vec::new())
            }
            Some(unit) => {
                let units = codes::of_column(engine, part, unit, ticket)?;
                let series = engine.table.series(part, unit)?;
                let (sums, totals) = unit_totals(&groups, &measured, &units, self.centre, ticket)?;
                let hash = |code: u32| {
                    let row = units.first_row.get(code as usize).copied().unwrap_or(0);
                    fingerprint::cell_hash(&sql::cell_at(&series, row as usize))
                };
                (
                    sums,
                    totals
                        .into_iter()
                        .map(|t| join::UnitTotal { group: t.0, unit: hash(t.1), y: t.2, d: t.3 })
                        .collect(),
                )
            }
        };
        Ok(Partial { keys: groups.sample.iter().map(|row| cells(*row)).collect(), sums, totals })
    }
}

/// Which rows of a part the conditions leave; `None` where there are none.
pub fn mask(
    engine: &PolarsEngine,
    part: usize,
    filters: &[Planned],
    ticket: &Ticket,
) -> Result<Option<Vec<bool>>, EngineError> {
    let mut mask: Option<Vec<bool>> = None;
    for filter in filters {
        let next = filter.holds(engine, part, ticket)?;
        mask = Some(match mask {
            None => next,
            Some(mut mask) => {
                mask.iter_mut().zip(next).for_each(|(a, b)| *a &= b);
                mask
            }
        });
    }
    Ok(mask)
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

fn by_row(groups: &Groups, measured: &Measured, centre: f64, ticket: &Ticket) -> Result<Vec<Sums>, EngineError> {
    let mut sums = vec![Sums { centre, ..Sums::default() }; groups.sample.len()];
    for (row, group) in groups.of_row.iter().enumerate() {
        if row.is_multiple_of(STRIDE) {
            ticket.check()?;
        }
        let Some(s) = sums.get_mut(*group as usize) else { continue };
        s.n += 1;
        if let Some((y, d)) = measured.at(row) {
            s.known += 1;
            add(s, y - centre * d, d);
        }
    }
    Ok(sums)
}

/// Adds one independent unit's totals, y counted from the centre; [`join::Joined::finish`] brings the sum back.
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
    centre: f64,
    ticket: &Ticket,
) -> Result<Vec<Sums>, EngineError> {
    let (mut sums, totals) = unit_totals(groups, measured, units, centre, ticket)?;
    for (group, _, y, d) in totals {
        if let Some(s) = sums.get_mut(group as usize) {
            add(s, y, d);
        }
    }
    Ok(sums)
}

/// A group, a unit's code, and the unit's Σy (counted from the centre) and Σd in it.
type Total = (u32, u32, f64, f64);

/// Counts of rows per group, and the totals of its units that are not added yet.
fn unit_totals(
    groups: &Groups,
    measured: &Measured,
    units: &codes::Codes,
    centre: f64,
    ticket: &Ticket,
) -> Result<(Vec<Sums>, Vec<Total>), EngineError> {
    let mut sums = vec![Sums { centre, ..Sums::default() }; groups.sample.len()];
    let all_units = units.first_row.len() as u64;
    let mut numbers = Numbers::new(groups.sample.len() as u64 * all_units.max(1));
    let mut totals: Vec<Total> = Vec::new();
    for (row, (group, unit)) in groups.of_row.iter().zip(&units.codes).enumerate() {
        if row.is_multiple_of(STRIDE) {
            ticket.check()?;
        }
        let Some(s) = sums.get_mut(*group as usize) else { continue };
        s.n += 1;
        let Some((y, d)) = measured.at(row) else { continue };
        let y = y - centre * d;
        s.known += 1;
        if *unit == codes::NULL {
            add(s, y, d);
            continue;
        }
        let (number, new) = numbers.number(u64::from(*group) * all_units + u64::from(*unit));
        if new {
            totals.push((*group, *unit, y, d));
        } else if let Some(total) = totals.get_mut(number as usize) {
            total.2 += y;
            total.3 += d;
        }
    }
    Ok((sums, totals))
}
