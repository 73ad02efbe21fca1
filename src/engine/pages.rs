//! Rows, finds and counts by way of pages: what an engine does that has nothing quicker.

use std::time::{Duration, Instant};

use super::{Engine, EngineError, Ticket, Unit};
use crate::query::{BLOCK, Cell, Direction, Find, FoundCount, Hit, Pattern, Place};

/// Rows of a page that is looked through.
const PAGE: u64 = 1024;

/// One row.
pub fn row<E: Engine + ?Sized>(engine: &E, row: u64) -> Result<Vec<Cell>, EngineError> {
    let page = engine.page(row, 1)?;
    page.rows.into_iter().next().ok_or_else(|| no_row(row, engine.row_count()))
}

/// Says that a row is not there.
pub fn no_row(row: u64, rows: u64) -> EngineError {
    EngineError::request(format!("There is no row {}.", row.saturating_add(1)), format!("The table has {rows}."))
}

/// Places in the schema of the columns that are looked at, in the order they are shown.
///
/// # Errors
/// An unknown column.
pub fn looked_at<E: Engine + ?Sized>(engine: &E, find: &Find) -> Result<Vec<(usize, String)>, EngineError> {
    let all = &engine.schema().columns;
    match &find.columns {
        None => Ok(all.iter().enumerate().map(|(i, c)| (i, c.name.clone())).collect()),
        Some(names) => names
            .iter()
            .map(|name| {
                let at = all.iter().position(|c| c.name == *name);
                at.map(|i| (i, name.clone())).ok_or_else(|| {
                    EngineError::request(format!("There is no column \"{name}\"."), "Check the names of the columns.")
                })
            })
            .collect(),
    }
}

/// A pattern, or why it is none.
///
/// # Errors
/// The place where it can't be read.
pub fn pattern(find: &Find) -> Result<Pattern, EngineError> {
    find.pattern().map_err(|e| EngineError::request(e.to_string(), ""))
}

/// The next cell that holds a text.
pub fn find<E: Engine + ?Sized>(
    engine: &E,
    find: &Find,
    from: &Place,
    direction: Direction,
    ticket: &Ticket,
) -> Result<Option<Hit>, EngineError> {
    let (pattern, columns) = (pattern(find)?, looked_at(engine, find)?);
    let rows = engine.row_count();
    let work = ticket.begin(Unit::Rows, rows);
    // Cells in reading order: (row, place among the columns looked at, from 1; 0 is before the first).
    let column = from.column.as_ref().and_then(|c| columns.iter().position(|(_, n)| n == c)).map_or(0, |i| i + 1);
    let start = (from.row, column);
    let mut best: Option<(u64, usize)> = None;
    let mut last: Option<(u64, usize)> = None;
    let mut first = 0;
    // Simple rather than quick: all cells are looked at in reading order, once.
    while first < rows {
        work.check()?;
        let page = engine.page(first, usize::try_from(PAGE).unwrap_or(1))?;
        let count = page.rows.len() as u64;
        for (row, cells) in (first..).zip(&page.rows) {
            for (k, (at, _)) in columns.iter().enumerate() {
                let here = (row, k + 1);
                if cells.get(*at).is_some_and(|c| holds(&pattern, c)) {
                    let beyond = if direction == Direction::Forward { here > start } else { here < start };
                    match direction {
                        Direction::Forward if beyond => best = best.or(Some(here)),
                        Direction::Forward => last = last.or(Some(here)),
                        Direction::Backward if beyond => best = Some(here),
                        Direction::Backward => last = Some(here),
                    }
                }
            }
        }
        work.advance(count);
        first += count.max(1);
        if direction == Direction::Forward && best.is_some() {
            break;
        }
    }
    let wrapped = best.is_none();
    let Some((row, k)) = best.or(last) else { return Ok(None) };
    let begin = row / BLOCK * BLOCK;
    let page = engine.page(begin, usize::try_from(row - begin + 1).unwrap_or(1))?;
    let in_row = |cells: &Vec<Cell>, to: usize| {
        columns.iter().take(to).filter(|(at, _)| cells.get(*at).is_some_and(|c| holds(&pattern, c))).count() as u64
    };
    let whole = page.rows.len().saturating_sub(1);
    let before = page.rows.iter().take(whole).map(|r| in_row(r, columns.len())).sum::<u64>()
        + page.rows.last().map_or(0, |r| in_row(r, k - 1));
    let column = columns.get(k - 1).map(|(_, n)| n.clone()).unwrap_or_default();
    Ok(Some(Hit { row, column, before, wrapped }))
}

/// How many cells hold a text.
pub fn count<E: Engine + ?Sized>(
    engine: &E,
    find: &Find,
    from: u64,
    patience: Duration,
    ticket: &Ticket,
) -> Result<FoundCount, EngineError> {
    let (pattern, columns) = (pattern(find)?, looked_at(engine, find)?);
    let (begun, rows) = (Instant::now(), engine.row_count());
    let mut out = FoundCount { first_block: block(from), ..FoundCount::default() };
    let mut at = from;
    while at < rows {
        ticket.check()?;
        let page = engine.page(at, usize::try_from(PAGE).unwrap_or(1))?;
        for (row, cells) in (at..).zip(&page.rows) {
            let n = columns.iter().filter(|(i, _)| cells.get(*i).is_some_and(|c| holds(&pattern, c))).count();
            if n > 0 {
                add(&mut out, row, n as u64);
            }
        }
        at += (page.rows.len() as u64).max(1);
        if at < rows && begun.elapsed() >= patience {
            out.next = Some(at);
            break;
        }
    }
    Ok(out)
}

/// The block of a row.
pub fn block(row: u64) -> usize {
    usize::try_from(row / BLOCK).unwrap_or(usize::MAX)
}

/// Counts finds of a row.
pub fn add(count: &mut FoundCount, row: u64, finds: u64) {
    let at = block(row).saturating_sub(count.first_block);
    if count.blocks.len() <= at {
        count.blocks.resize(at + 1, 0);
    }
    if let Some(n) = count.blocks.get_mut(at) {
        *n += finds;
    }
}

fn holds(pattern: &Pattern, cell: &Cell) -> bool {
    match cell {
        Cell::Null => false,
        Cell::Text(text) => pattern.is_in(text),
        other => pattern.is_in(&other.to_string()),
    }
}
