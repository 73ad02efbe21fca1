//! Whether a column has more values than are wanted: most that have show it in their first rows.

use std::collections::HashSet;

use super::fingerprint::cell_hash;
use super::{PolarsEngine, codes, sql};
use crate::engine::{EngineError, Ticket};

/// Looks part by part and stops as soon as there are more than `most` values besides null.
pub fn more_than(
    engine: &PolarsEngine,
    column: &str,
    most: usize,
    filter: Option<&str>,
    ticket: &Ticket,
) -> Result<bool, EngineError> {
    engine.known(column)?;
    let condition = filter.map(|f| sql::plan_condition(engine, f)).transpose()?;
    let mut seen: HashSet<u64> = HashSet::new();
    for part in 0..engine.table.parts() {
        let by = codes::of_column(engine, part, column, ticket)?;
        let series = engine.table.series(part, column)?;
        let mask = condition.as_ref().map(|c| c.holds(engine, part, ticket)).transpose()?;
        // Which values of this part occur in rows that count.
        let occurs: Option<Vec<bool>> = mask.map(|mask| {
            let mut occurs = vec![false; by.first_row.len()];
            for (code, _) in by.codes.iter().zip(mask).filter(|(_, counts)| *counts) {
                if let Some(occurs) = occurs.get_mut(*code as usize) {
                    *occurs = true;
                }
            }
            occurs
        });
        for (code, row) in by.first_row.iter().enumerate() {
            if occurs.as_ref().is_none_or(|o| o.get(code).copied().unwrap_or(false)) {
                seen.insert(cell_hash(&sql::cell_at(&series, *row as usize)));
                if seen.len() > most {
                    return Ok(true);
                }
            }
        }
    }
    Ok(false)
}
