//! What moved between two periods, or against a forecast (3-analysis.md iii b).
//!
//! | file | holds |
//! |---|---|
//! | `sides` | rows of both sides by group: fetching, totals, refusals |
//! | [`parts`] | exact contributions, split into level and share, with intervals |
//! | `columns` | which columns may explain the change, and how their values are grouped |
//! | `causes` | the smallest set of cells, by [`super::localise`] |
//! | `usual` | the same change over earlier pairs of periods |

mod causes;
mod columns;
pub mod parts;
mod sides;
mod usual;

use crate::engine::{Engine, EngineError, Ticket};
use crate::query::{ChangeRequest, ChangeResult, ChangeSide, Kpi, Measure, Sides};

use super::coding::ROWS_ALONE;
use super::format;
use sides::{Cell2, Frame};

/// Columns beyond this many are not looked at; the result says so.
const MOST_COLUMNS: usize = 200;

/// Compares two periods, or what happened with what was expected.
///
/// # Errors
/// Rows that are in both periods, a period without rows, a column that is not there, SQL that can't be parsed, or a
/// cancel.
pub fn run(engine: &dyn Engine, asked: &ChangeRequest, ticket: &Ticket) -> Result<ChangeResult, EngineError> {
    let frame = Frame::new(engine, asked)?;
    let whole = frame.fetch(&[], ticket)?;
    let total = Cell2::sum(whole.iter().map(|(_, c)| c));
    frame.refuse_empty(&total)?;
    let mut notes = Vec::new();
    if asked.unit.is_none() {
        notes.push(ROWS_ALONE.to_owned());
    }
    let parts_only = asked.parts_only && !asked.by.is_empty();
    let (found, telling, usual) = if parts_only {
        (causes::Causes::default(), Vec::new(), None)
    } else {
        let candidates = columns::candidates(&frame, asked, &mut notes, ticket)?;
        let found = causes::run(&frame, &candidates, &total, ticket)?;
        (found, columns::telling(&candidates), usual::run(&frame, asked, &mut notes, ticket)?)
    };
    notes.extend(found.notes);
    let by = if asked.by.is_empty() { telling } else { columns::named(&frame, asked, ticket)? };
    let parts = parts::run(&frame, &by, &total, ticket)?;
    if by.is_empty() {
        notes.push("No column splits the rows into groups, so nothing can explain the change.".to_owned());
    }
    let (before, after) = (frame.level(&total.before, ticket)?, frame.level(&total.after, ticket)?);
    Ok(ChangeResult {
        kpi: frame.kpi.clone(),
        before: ChangeSide { n: total.before.sums.n, level: before },
        after: ChangeSide { n: total.after.sums.n, level: after },
        change: parts::change(&frame.kind, &total),
        usual,
        parts,
        causes: found.causes,
        searched: !parts_only,
        tried: found.tried,
        notes,
    })
}

/// The KPI of a request: of a forecast the sum of what happened.
#[must_use]
pub fn kpi_of(sides: &Sides) -> Kpi {
    match sides {
        Sides::Periods { kpi, .. } => kpi.clone(),
        Sides::Forecast { actual, .. } => Kpi { measure: Measure::Sum(super::keys::quoted(actual)), filter: None },
    }
}

/// A change in one sentence: `24.5% → 13.7% (−10.8 points)`.
#[must_use]
pub fn sentence(result: &ChangeResult) -> String {
    format!(
        "{} → {} ({})",
        format::level(&result.kpi, result.before.level.value),
        format::level(&result.kpi, result.after.level.value),
        format::change_with_interval(&result.kpi, &result.change)
    )
}

#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::cast_precision_loss)]
#[cfg(test)]
mod tests;
