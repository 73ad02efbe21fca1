//! Looking for a text in the cells, a column of a part at a time, so that memory holds no more than that.

use std::ops::Range;
use std::time::{Duration, Instant};

use super::shown::Shown;
use super::table::Table;
use crate::engine::pages::{add, block, pattern};
use crate::engine::{EngineError, Ticket, Unit};
use crate::query::{BLOCK, Direction, Find, FoundCount, Hit, Pattern, Place};

/// Rows after which a cancel is looked for.
const STEP: usize = 1 << 14;

/// A cell in reading order: its row, and its place (from 1) among the columns that are looked at.
type Spot = (usize, usize);

/// The next cell that holds a text, round the end.
pub fn next(
    table: &Table,
    columns: &[(usize, String)],
    find: &Find,
    from: &Place,
    direction: Direction,
    ticket: &Ticket,
) -> Result<Option<Hit>, EngineError> {
    let pattern = pattern(find)?;
    let names: Vec<&str> = columns.iter().map(|(_, n)| n.as_str()).collect();
    let look = Look { table, names, pattern };
    let rows = table.rows();
    let row = usize::try_from(from.row).unwrap_or(usize::MAX);
    let column = from.column.as_ref().and_then(|c| look.names.iter().position(|n| n == c)).map_or(0, |i| i + 1);
    let start = (row, column);
    let work = ticket.begin(Unit::Rows, rows as u64);
    let (first, second) = match direction {
        Direction::Forward => (look.first((start.0, start.1 + 1), rows, &work)?, Direction::Forward),
        Direction::Backward => (look.last(start, &work)?, Direction::Backward),
    };
    let (found, wrapped) = match (first, second) {
        (Some(spot), _) => (Some(spot), false),
        // Round the end, up to the cell where it began.
        (None, Direction::Forward) => (look.first((0, 0), row.saturating_add(1).min(rows), &work)?, true),
        (None, Direction::Backward) => (look.last((rows, 0), &work)?, true),
    };
    let Some((row, k)) = found else { return Ok(None) };
    let before = look.before((row, k), &work)?;
    let column = columns.get(k.saturating_sub(1)).map(|(_, n)| n.clone()).unwrap_or_default();
    Ok(Some(Hit { row: row as u64, column, before, wrapped }))
}

/// How many cells hold a text, by block.
pub fn count(
    table: &Table,
    columns: &[(usize, String)],
    find: &Find,
    from: u64,
    patience: Duration,
    ticket: &Ticket,
) -> Result<FoundCount, EngineError> {
    let pattern = pattern(find)?;
    let look = Look { table, names: columns.iter().map(|(_, n)| n.as_str()).collect(), pattern };
    let begun = Instant::now();
    let mut out = FoundCount { first_block: block(from), ..FoundCount::default() };
    let mut at = usize::try_from(from).unwrap_or(usize::MAX);
    while at < table.rows() {
        let span = table.span(at);
        for name in &look.names {
            look.each(&span, name, at..span.end, false, ticket, &mut |row| {
                add(&mut out, row as u64, 1);
                true
            })?;
        }
        at = span.end.max(at + 1);
        if at < table.rows() && begun.elapsed() >= patience {
            out.next = Some(at as u64);
            break;
        }
    }
    Ok(out)
}

struct Look<'a> {
    table: &'a Table,
    names: Vec<&'a str>,
    pattern: Pattern,
}

impl Look<'_> {
    /// Calls `found` with each row (of the table) of a stretch of a span whose cell holds it, until that says stop.
    fn each(
        &self,
        span: &Range<usize>,
        name: &str,
        rows: Range<usize>,
        backward: bool,
        ticket: &Ticket,
        found: &mut dyn FnMut(usize) -> bool,
    ) -> Result<(), EngineError> {
        ticket.check()?;
        let series = self.table.stretch(span, name)?;
        let from = rows.start.saturating_sub(span.start).min(series.len());
        let to = rows.end.saturating_sub(span.start).clamp(from, series.len());
        let shown = Shown::new(&series.slice(i64::try_from(from).unwrap_or(i64::MAX), to - from))?;
        if shown.characters().is_some_and(|c| !self.pattern.may_be_in(c)) {
            return Ok(());
        }
        let mut buffer = String::new();
        let count = to - from;
        for step in 0..count {
            if step % STEP == STEP - 1 {
                ticket.check()?;
            }
            let i = if backward { count - 1 - step } else { step };
            if shown.text(i, &mut buffer).is_some_and(|t| self.pattern.is_in(t)) && !found(span.start + from + i) {
                break;
            }
        }
        Ok(())
    }

    /// The first cell from `start` on (itself included), in rows before `end`.
    fn first(&self, start: Spot, end: usize, ticket: &Ticket) -> Result<Option<Spot>, EngineError> {
        let mut at = start.0;
        while at < end {
            let span = self.table.span(at);
            let stop = span.end.min(end);
            let mut best: Option<Spot> = None;
            for (k, name) in (1..).zip(&self.names) {
                // In the first row only columns from the start on count; the best so far bounds the rest.
                let from = if at == start.0 && k < start.1 { at + 1 } else { at };
                let to = best.map_or(stop, |(row, _)| row);
                if from < to {
                    self.each(&span, name, from..to, false, ticket, &mut |row| {
                        best = Some((row, k));
                        false
                    })?;
                }
            }
            if best.is_some() {
                return Ok(best);
            }
            ticket.advance((stop - at) as u64);
            at = span.end.max(at + 1);
        }
        Ok(None)
    }

    /// The last cell before `end`.
    fn last(&self, end: Spot, ticket: &Ticket) -> Result<Option<Spot>, EngineError> {
        let rows = self.table.rows();
        // The row of the end belongs to it as far as its columns before the end go.
        let mut below = end.0.saturating_add(1).min(rows);
        while below > 0 {
            let span = self.table.span(below - 1);
            let mut best: Option<Spot> = None;
            for (k, name) in (1..).zip(&self.names).collect::<Vec<_>>().into_iter().rev() {
                let to = if k < end.1 { below } else { below.min(end.0) };
                let from = best.map_or(span.start, |(row, _)| row + 1);
                if from < to {
                    self.each(&span, name, from..to, true, ticket, &mut |row| {
                        best = Some((row, k));
                        false
                    })?;
                }
            }
            if best.is_some() {
                return Ok(best);
            }
            ticket.advance((below - span.start) as u64);
            below = span.start;
        }
        Ok(None)
    }

    /// How many cells of its block stand before a cell that was found and hold it too.
    fn before(&self, spot: Spot, ticket: &Ticket) -> Result<u64, EngineError> {
        let block = usize::try_from(BLOCK).unwrap_or(1);
        let mut at = spot.0 / block * block;
        let mut n = 0;
        while at <= spot.0 {
            let span = self.table.span(at);
            for (k, name) in (1..).zip(&self.names) {
                let to = span.end.min(if k < spot.1 { spot.0 + 1 } else { spot.0 });
                if at < to {
                    self.each(&span, name, at..to, false, ticket, &mut |_| {
                        n += 1;
                        true
                    })?;
                }
            }
            at = span.end.max(at + 1);
        }
        Ok(n)
    }
}
