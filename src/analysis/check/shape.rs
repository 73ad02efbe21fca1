//! `shape_by`: does a number sit on another scale in one group?

use crate::analysis::format;
use crate::analysis::keys::{OTHER, SHOWN, code, column_type};
use crate::analysis::sqltext::both;
use crate::engine::EngineError;
use crate::query::{Cell, GroupQuery, Key, KeyBin};

use super::ask::{Ask, Found};

/// Groups with fewer rows say nothing of a scale.
const FEWEST: u64 = 30;

/// The largest median of the groups of `by` over the smallest, by size whatever their signs; medians of 0 are left out.
pub(super) fn run(ask: &Ask<'_>) -> Result<Found, EngineError> {
    let role = ask.text("column")?.unwrap_or_else(|| "column".to_owned());
    let column = ask.column(&role)?;
    if !column_type(ask.engine, &column)?.is_number() {
        return Err(EngineError::request(
            format!("{column} holds no numbers, so it has no scale."),
            "Name a column of numbers.",
        ));
    }
    let by = ask.column_of("by")?;
    let filter = ask.filter()?;
    let coded = code(ask.engine, &Key::column(&by), SHOWN, None, filter.as_deref(), ask.ticket)?;
    let query = GroupQuery { keys: vec![coded.key.clone()], kpi: None, filter: filter.clone(), unit: None };
    let groups = ask.engine.aggregate(&query, ask.ticket)?;
    let cells: Vec<Cell> = groups.iter().filter_map(|g| g.keys.first().cloned()).collect();
    let folded = matches!(coded.key.bin, KeyBin::Top(_));
    let mut medians: Vec<(f64, String, u64)> = Vec::new();
    for group in &groups {
        let Some(cell) = group.keys.first() else { continue };
        let other = folded && *cell == Cell::Text(OTHER.to_owned());
        let Some(condition) = coded.condition(cell, &cells).filter(|_| group.sums.n >= FEWEST && !other) else {
            continue;
        };
        let rows = both(filter.as_deref(), Some(&condition));
        let middle = ask.engine.quantiles(&Key::column(&column), &[0.5], rows.as_deref(), ask.ticket)?;
        if let Some(m) = middle.first().filter(|m| m.is_finite() && **m != 0.0) {
            medians.push((*m, coded.label(cell), group.sums.n));
        }
    }
    medians.sort_by(|a, b| a.0.abs().total_cmp(&b.0.abs()));
    let mut found = Found::new("median_ratio", String::new());
    let (Some(low), Some(high)) = (medians.first(), medians.last().filter(|_| medians.len() > 1)) else {
        found.put_fact("median_ratio", None);
        found.says = format!("{by} has no two groups of {FEWEST} rows in which {column} has a median other than 0.");
        return Ok(found);
    };
    let ratio = high.0.abs() / low.0.abs();
    found.put_fact("median_ratio", Some(ratio));
    found.n = vec![high.2, low.2];
    found.says = format!(
        "The median of {column} is {} where {} ({} rows) and {} where {} ({} rows): {} times as large.",
        format::number(high.0),
        high.1,
        format::count(high.2),
        format::number(low.0),
        low.1,
        format::count(low.2),
        format::ratio(Some(ratio))
    );
    Ok(found)
}
