//! The search over one half of the units.

use std::collections::BTreeMap;

use super::pairs;
use crate::analysis::coding::{Counted, Prepared, Tally};
use crate::analysis::level::count_f64;
use crate::engine::{EngineError, Ticket};

/// Standard errors that a cell must stand off the rest, and a child off the rest of its parent.
const SURE: f64 = 3.0;
/// A child keeps so much of its parent's reach …
const KEEPS: f64 = 0.8;
/// … or has a difference so many times as large.
const SHARPER: f64 = 1.25;
/// A parent whose remainder has less than this share of its child's difference is told by the child.
const REMAINDER: f64 = 0.25;
/// Pairs that are looked at with a third column.
const DEEPENED: usize = 80;
/// Cells that are tested on the other half.
const MOST_FOUND: usize = 200;
/// Smallest share of the rows, and number of events expected (half of each in half of the rows).
const LEAST_SHARE: f64 = 0.005;
const LEAST_EVENTS: f64 = 15.0;

/// A cell: (number of the column, code), ascending by column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where it is.
    pub place: Vec<(usize, u8)>,
}

/// A place with its sums.
#[derive(Debug, Clone)]
struct Cell {
    place: Vec<(usize, u8)>,
    sums: Tally,
}

/// A cell against other rows.
#[derive(Debug, Clone, Copy)]
struct Judged {
    delta: f64,
    z: f64,
    reach: f64,
}

pub struct Search<'a> {
    prepared: &'a Prepared,
    columns: &'a [&'a Counted],
    depth: usize,
    design: f64,
    /// Rows of the half that is searched: those in buckets of even number.
    rows: Vec<u32>,
    all: Tally,
}

/// Whether a bucket of units belongs to the half that is searched.
#[allow(clippy::trivially_copy_pass_by_ref)] // it is asked of the buckets of all rows
fn searched(bucket: &u8) -> bool {
    bucket.is_multiple_of(2)
}

impl<'a> Search<'a> {
    pub fn new(prepared: &'a Prepared, columns: &'a [&'a Counted], depth: usize, design: f64) -> Self {
        let table = &prepared.table;
        let rows: Vec<u32> = (0u32..).zip(&table.buckets).filter(|(_, b)| searched(b)).map(|(row, _)| row).collect();
        let all = Tally::total(prepared.buckets().iter().step_by(2));
        Self { prepared, columns, depth, design, rows, all }
    }

    /// The cells looked at, and those worth testing.
    pub fn run(&self, ticket: &Ticket) -> Result<(u64, Vec<Found>), EngineError> {
        let mut known: BTreeMap<Vec<(usize, u8)>, Tally> = BTreeMap::new();
        let mut tried = 0;
        for (column, counted) in self.columns.iter().enumerate() {
            let cells = counted.cells.iter().map(|buckets| Tally::total(buckets.iter().step_by(2)));
            tried += self.keep(cells.enumerate().map(|(code, t)| (vec![(column, small(code))], t)), &mut known);
        }
        if self.depth >= 2 {
            for pair in pairs::count(self.prepared, self.columns, &self.rows, ticket)? {
                let place = |at: usize| vec![(pair.a, small(at / pair.wide)), (pair.b, small(at % pair.wide))];
                tried += self.keep(pair.cells.iter().enumerate().map(|(at, t)| (place(at), *t)), &mut known);
            }
        }
        if self.depth >= 3 {
            tried += self.triples(&mut known, ticket)?;
        }
        Ok((tried, self.best(&known)))
    }

    /// Keeps cells with enough rows; gives how many there were at all.
    fn keep(
        &self,
        cells: impl Iterator<Item = (Vec<(usize, u8)>, Tally)>,
        known: &mut BTreeMap<Vec<(usize, u8)>, Tally>,
    ) -> u64 {
        let mut tried = 0;
        for (place, sums) in cells.filter(|(_, t)| t.n > 0) {
            tried += 1;
            if self.enough(&sums) {
                known.insert(place, sums);
            }
        }
        tried
    }

    fn enough(&self, t: &Tally) -> bool {
        let n = count_f64(t.n);
        let level = self.all.level().unwrap_or(0.0);
        let expected = if self.prepared.kpi.is_share() { n * level.min(1.0 - level) } else { n };
        n >= LEAST_SHARE * count_f64(self.all.n) && expected >= LEAST_EVENTS && t.n < self.all.n
    }

    /// The most telling pairs with every third column.
    fn triples(&self, known: &mut BTreeMap<Vec<(usize, u8)>, Tally>, ticket: &Ticket) -> Result<u64, EngineError> {
        let mut pairs: Vec<(f64, Vec<(usize, u8)>)> = known
            .iter()
            .filter(|(place, _)| place.len() == 2)
            .filter_map(|(place, t)| Some((self.judge(t, &self.all)?.z.abs(), place.clone())))
            .filter(|(z, _)| *z > SURE)
            .collect();
        pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        pairs.truncate(DEEPENED);
        let cells: Vec<Vec<(usize, u8)>> = pairs.into_iter().map(|(_, place)| place).collect();
        let mut tried = 0;
        for children in pairs::children(self.prepared, self.columns, &self.rows, &cells, ticket)? {
            let place = |code: usize| {
                let mut place = cells[children.of].clone();
                place.push((children.column, small(code)));
                place.sort_unstable();
                place
            };
            tried += self.keep(children.cells.iter().enumerate().map(|(code, t)| (place(code), *t)), known);
        }
        Ok(tried)
    }

    /// A set of rows against the others of a larger set.
    fn judge(&self, inside: &Tally, of: &Tally) -> Option<Judged> {
        let rest = of.without(inside);
        let (r, other) = (inside.level()?, rest.level()?);
        let variance = |t: &Tally, r: f64| {
            let n = count_f64(t.n);
            (n >= 2.0).then(|| t.residuals(r) / (t.d * t.d) * n / (n - 1.0))
        };
        // Where a side has no spread of its own (no event at all), that of all rows stands in.
        let floor = |t: &Tally| {
            let level = of.level().unwrap_or(0.0);
            of.residuals(level) / count_f64(of.n.max(1)) / count_f64(t.n.max(1)) * 0.05
                / (t.d / count_f64(t.n.max(1))).powi(2)
        };
        let v = variance(inside, r)?.max(floor(inside)) + variance(&rest, other)?.max(floor(&rest));
        let delta = r - other;
        let z = delta / (v * self.design).sqrt();
        (z.is_finite()).then(|| Judged { delta, z, reach: inside.d / self.all.d * delta })
    }

    /// The cells that add to every parent, without parents that are told by a child.
    fn best(&self, known: &BTreeMap<Vec<(usize, u8)>, Tally>) -> Vec<Found> {
        let mut kept: Vec<(Cell, Judged)> = Vec::new();
        for (place, sums) in known {
            let Some(judged) = self.judge(sums, &self.all) else { continue };
            if judged.z.abs() < SURE {
                continue;
            }
            let adds = parents(place).all(|parent| {
                if parent.is_empty() {
                    return true;
                }
                // A parent with too few rows has no child with enough.
                let Some(whole) = known.get(&parent) else { return true };
                let (Some(against), Some(of)) = (self.judge(sums, whole), self.judge(whole, &self.all)) else {
                    return false;
                };
                let same = against.delta.signum() == judged.delta.signum();
                let much = judged.reach.abs() >= KEEPS * of.reach.abs()
                    || judged.delta.abs() >= SHARPER * of.delta.abs()
                    || of.delta.signum() != judged.delta.signum();
                against.z.abs() > SURE && same && much
            });
            if adds {
                kept.push((Cell { place: place.clone(), sums: *sums }, judged));
            }
        }
        let told_by_child = |parent: &(Cell, Judged)| {
            kept.iter().any(|(child, judged)| {
                let inside = child.place.len() > parent.0.place.len()
                    && parent.0.place.iter().all(|p| child.place.contains(p))
                    && judged.delta.signum() == parent.1.delta.signum();
                if !inside {
                    return false;
                }
                let remainder = parent.0.sums.without(&child.sums);
                match self.judge(&remainder, &self.all.without(&child.sums)) {
                    Some(rest) => rest.z.abs() < SURE || rest.delta.abs() < REMAINDER * judged.delta.abs(),
                    None => true,
                }
            })
        };
        let mut out: Vec<(f64, Vec<(usize, u8)>)> = kept
            .iter()
            .filter(|one| !told_by_child(one))
            .map(|(cell, judged)| (judged.reach.abs() * (1.0 - SURE / judged.z.abs()).max(0.05), cell.place.clone()))
            .collect();
        out.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        out.truncate(MOST_FOUND);
        out.into_iter().map(|(_, place)| Found { place }).collect()
    }
}

/// A place without one of its columns, each in turn.
fn parents(place: &[(usize, u8)]) -> impl Iterator<Item = Vec<(usize, u8)>> + '_ {
    (0..place.len()).map(|out| {
        let mut parent = place.to_vec();
        parent.remove(out);
        parent
    })
}

fn small(code: usize) -> u8 {
    u8::try_from(code).unwrap_or(u8::MAX)
}
