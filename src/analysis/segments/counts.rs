//! Counting many cells in one pass over the rows.
//!
//! Rows are taken block by block, so that their codes stay in the processor's cache while everything that is to be
//! counted looks at them.

use crate::analysis::coding::{Counted, Prepared, Tally, of_counts};
use crate::engine::{EngineError, Ticket, cores, on_all_cores};

/// Rows of a block: twenty columns of them fit a second-level cache.
const BLOCK: usize = 1 << 14;

/// Cells while they are counted.
pub enum Cells {
    /// Rows without and with the outcome.
    Outcomes(Vec<[u32; 2]>),
    /// All sums.
    Sums(Vec<Tally>),
}

/// The codes and values of some rows, side by side.
pub struct Block {
    /// By column.
    pub codes: Vec<Vec<u8>>,
    outcomes: Vec<u8>,
    /// Numerators and denominators, where the KPI is no outcome.
    values: Vec<(f64, f64)>,
}

/// Counts what `empty` gives over all rows, on all cores: `add` adds a block to it and `cells` are its counts.
pub fn in_blocks<T: Send>(
    (prepared, columns, rows): (&Prepared, &[&Counted], &[u32]),
    ticket: &Ticket,
    empty: impl Fn() -> Vec<T> + Sync,
    add: impl Fn(&mut [T], &Block) + Sync,
    cells: impl Fn(&mut T) -> &mut Cells,
) -> Result<Vec<T>, EngineError> {
    let share = rows.len().div_ceil(cores()).max(1);
    let shares: Vec<&[u32]> = rows.chunks(share).collect();
    let counted = on_all_cores(&shares, |rows| {
        let mut mine = empty();
        for rows in rows.chunks(BLOCK) {
            ticket.check()?;
            add(&mut mine, &Block::of(prepared, columns, rows));
        }
        Ok(mine)
    })?;
    let mut parts = counted.into_iter();
    let mut all = parts.next().unwrap_or_else(&empty);
    for mut part in parts {
        all.iter_mut().zip(&mut part).for_each(|(all, part)| cells(all).absorb(cells(part)));
    }
    Ok(all)
}

impl Block {
    fn of(prepared: &Prepared, columns: &[&Counted], rows: &[u32]) -> Self {
        let counting = prepared.counting();
        let table = counting.table;
        let of_rows = |values: &[u8]| rows.iter().map(|row| values[*row as usize]).collect();
        Self {
            codes: columns.iter().map(|c| of_rows(prepared.codes(c))).collect(),
            outcomes: counting.outcomes.map(of_rows).unwrap_or_default(),
            values: match counting.outcomes {
                Some(_) => Vec::new(),
                None => rows.iter().map(|row| (table.y[*row as usize], table.d(*row as usize))).collect(),
            },
        }
    }
}

impl Cells {
    /// Cells without rows.
    pub fn empty(prepared: &Prepared, cells: usize) -> Self {
        match prepared.counting().outcomes {
            Some(_) => Self::Outcomes(vec![[0; 2]; cells]),
            None => Self::Sums(vec![Tally::default(); cells]),
        }
    }

    /// Adds every row of a block, `places` saying to which cell each belongs.
    pub fn add_all(&mut self, block: &Block, places: impl Iterator<Item = usize>) {
        match self {
            Self::Outcomes(counts) => places.zip(&block.outcomes).for_each(|(place, y)| count(counts, place, *y)),
            Self::Sums(sums) => places.zip(&block.values).for_each(|(place, value)| sum(sums, place, *value)),
        }
    }

    /// Adds some rows of a block.
    pub fn add_some(&mut self, block: &Block, rows: &[u16], place: impl Fn(usize) -> usize) {
        let rows = rows.iter().map(|row| usize::from(*row));
        match self {
            Self::Outcomes(counts) => rows.for_each(|row| count(counts, place(row), block.outcomes[row])),
            Self::Sums(sums) => rows.for_each(|row| sum(sums, place(row), block.values[row])),
        }
    }

    fn absorb(&mut self, other: &Self) {
        match (self, other) {
            (Self::Outcomes(mine), Self::Outcomes(theirs)) => {
                for (mine, theirs) in mine.iter_mut().zip(theirs) {
                    mine[0] += theirs[0];
                    mine[1] += theirs[1];
                }
            }
            (Self::Sums(mine), Self::Sums(theirs)) => mine.iter_mut().zip(theirs).for_each(|(m, t)| m.absorb(t)),
            // The KPI is the same in all parts.
            _ => {}
        }
    }

    /// Their sums.
    pub fn tallies(self) -> Vec<Tally> {
        match self {
            Self::Outcomes(counts) => counts.into_iter().map(of_counts).collect(),
            Self::Sums(sums) => sums,
        }
    }
}

#[inline]
fn count(counts: &mut [[u32; 2]], place: usize, outcome: u8) {
    if let Some(count) = counts.get_mut(place) {
        count[usize::from(outcome & 1)] += 1;
    }
}

#[inline]
fn sum(sums: &mut [Tally], place: usize, (y, d): (f64, f64)) {
    if let Some(sum) = sums.get_mut(place) {
        sum.add(y, d);
    }
}
