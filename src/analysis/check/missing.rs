//! `missing_compare`: is a column emptier in one group than in the others?

use crate::analysis::keys::{column_type, quoted};
use crate::engine::EngineError;
use crate::query::{Better, Kpi, Measure};

use super::ask::{Ask, Found};
use super::rate_by;

/// The share of empty cells by the column `by`, the emptiest group against all others, as `rate_by` does it.
pub(super) fn run(ask: &Ask<'_>) -> Result<Found, EngineError> {
    let role = ask.text("column")?.ok_or_else(|| ask.missing("column", "name a role or a column"))?;
    let column = ask.column(&role)?;
    column_type(ask.engine, &column)?;
    let empty = Kpi { measure: Measure::Rate(format!("{} IS NULL", quoted(&column))), filter: None };
    let mut found = rate_by::run(&Ask { kpi: &empty, better: Better::Lower, ..*ask })?;
    found.usual = "difference_points";
    found.says = format!("Empty cells of {column}: {}", lower_first(&found.says));
    Ok(found)
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_lowercase().chain(chars).collect())
}
