//! All two-way tables of the half that is searched, and three-way ones for chosen pairs of values.

use std::collections::BTreeMap;

use super::counts::{Cells, in_blocks};
use crate::analysis::coding::{Counted, Prepared, Rows, Tally};
use crate::engine::{EngineError, Ticket};

/// The two-way table of two columns, by their numbers among those searched.
pub struct Pair {
    /// The first column.
    pub a: usize,
    /// The second one.
    pub b: usize,
    /// Values of the second column.
    pub wide: usize,
    /// The sums, those of code x of the first and y of the second column at `x · wide + y`.
    pub cells: Vec<Tally>,
}

/// A cell with each value of one further column.
pub struct Children {
    /// Which of the cells asked for.
    pub of: usize,
    /// The further column.
    pub column: usize,
    /// The sums by its codes.
    pub cells: Vec<Tally>,
}

/// Counts every pair of `columns` over `rows`. The hour of a moment and its course are one thing seen twice, and no pair.
pub fn count(
    prepared: &Prepared,
    columns: &[&Counted],
    rows: &[u32],
    ticket: &Ticket,
) -> Result<Vec<Pair>, EngineError> {
    let values = |column: usize| prepared.values(columns[column]).len();
    let all = 0..columns.len();
    let pairs: Vec<(usize, usize)> = all
        .flat_map(|a| (a + 1..columns.len()).map(move |b| (a, b)))
        .filter(|(a, b)| columns[*a].of != columns[*b].of)
        .collect();
    let empty = || pairs.iter().map(|(a, b)| Cells::empty(prepared, values(*a) * values(*b))).collect();
    let counted = in_blocks(
        (prepared, columns, rows),
        ticket,
        empty,
        |cells, block| {
            for (cells, (a, b)) in cells.iter_mut().zip(&pairs) {
                let wide = values(*b);
                let both = block.codes[*a].iter().zip(&block.codes[*b]);
                cells.add_all(block, both.map(|(x, y)| usize::from(*x) * wide + usize::from(*y)));
            }
        },
        |cells| cells,
    )?;
    let pair =
        |((a, b), cells): (&(usize, usize), Cells)| Pair { a: *a, b: *b, wide: values(*b), cells: cells.tallies() };
    Ok(pairs.iter().zip(counted).map(pair).collect())
}

/// Counts some cells, as (number of the column, code) by column, with each value of every further column.
pub fn children(
    prepared: &Prepared,
    columns: &[&Counted],
    rows: &[u32],
    cells: &[Vec<(usize, u8)>],
    ticket: &Ticket,
) -> Result<Vec<Children>, EngineError> {
    let mut parts: Vec<(usize, u8)> = cells.iter().flatten().copied().collect();
    parts.sort_unstable();
    parts.dedup();
    let further = |cell: &[(usize, u8)], column: usize| cell.iter().all(|(c, _)| columns[*c].of != columns[column].of);
    let wanted: Vec<(usize, usize)> = (0..cells.len())
        .flat_map(|of| (0..columns.len()).map(move |column| (of, column)))
        .filter(|(of, column)| further(&cells[*of], *column))
        .collect();
    let empty = || wanted.iter().map(|(_, c)| Cells::empty(prepared, prepared.values(columns[*c]).len())).collect();
    let counted = in_blocks(
        (prepared, columns, rows),
        ticket,
        empty,
        |counts, block| {
            let with_part: BTreeMap<(usize, u8), Rows> =
                parts.iter().map(|part| (*part, Rows::with_code(&block.codes[part.0], part.1))).collect();
            let inside: Vec<Vec<u16>> = cells.iter().map(|cell| numbers(cell, &with_part)).collect();
            for (counts, (of, column)) in counts.iter_mut().zip(&wanted) {
                let codes = &block.codes[*column];
                counts.add_some(block, &inside[*of], |row| usize::from(codes[row]));
            }
        },
        |cells| cells,
    )?;
    let named =
        |((of, column), cells): (&(usize, usize), Cells)| Children { of: *of, column: *column, cells: cells.tallies() };
    Ok(wanted.iter().zip(counted).map(named).collect())
}

/// The rows of a block in a cell.
fn numbers(cell: &[(usize, u8)], with_part: &BTreeMap<(usize, u8), Rows>) -> Vec<u16> {
    let mut parts = cell.iter().filter_map(|part| with_part.get(part));
    let Some(first) = parts.next() else { return Vec::new() };
    let rows = parts.fold(first.clone(), |rows, part| rows.and(part));
    rows.numbers().filter_map(|row| u16::try_from(row).ok()).collect()
}
