//! What a group is called in a sentence: never by its SQL.

use crate::analysis::format;
use crate::analysis::keys::{OTHER, both, quoted};
use crate::analysis::sqltext::names_in;
use crate::engine::EngineError;
use crate::query::{Cell, GroupQuery, Key, KeyBin, ValueType};

use super::ask::Ask;

/// So many values are named one by one.
const NAMED: usize = 3;
/// A condition of at most this many letters is said as it is, without its quotes.
const SHORT: usize = 40;

/// The playbook's own words (`a_words`); else the values that the condition picks from its one column, `Contract
/// Month-to-month`; else a short condition without its quotes; else `otherwise`.
pub(super) fn group_words(ask: &Ask<'_>, param: &str, sql: &str, otherwise: &str) -> Result<String, EngineError> {
    let own = ask.words(&format!("{param}_words"))?;
    if !own.is_empty() {
        return Ok(own);
    }
    let schema = ask.engine.schema();
    let mut columns: Vec<_> = names_in(sql).into_iter().filter_map(|n| schema.get(&n)).collect();
    columns.sort_by(|a, b| a.name.cmp(&b.name));
    columns.dedup_by(|a, b| a.name == b.name);
    if let [column] = columns.as_slice()
        && matches!(column.dtype, ValueType::Text | ValueType::Bool)
        && let Some(values) = values(ask, &column.name, sql)?
    {
        return Ok(format!("{} {values}", column.name));
    }
    let plain: String = ask.words(param)?.chars().filter(|c| !matches!(c, '"' | '\'')).collect();
    let plain = plain.trim();
    let inner = plain.strip_prefix('(').and_then(|s| s.strip_suffix(')')).filter(|s| !s.contains(['(', ')']));
    let plain = inner.unwrap_or(plain);
    Ok(if plain.chars().count() <= SHORT && !plain.contains('(') { plain.to_owned() } else { otherwise.to_owned() })
}

/// The values that a condition picks from a column, where they are few: `Month-to-month`, `Yes or often`.
fn values(ask: &Ask<'_>, column: &str, sql: &str) -> Result<Option<String>, EngineError> {
    let condition = format!("({sql}) AND {} IS NOT NULL", quoted(column));
    let filter = both(both(ask.filter()?.as_deref(), ask.kpi.filter.as_deref()).as_deref(), Some(&condition));
    let key = Key::column(column).binned(KeyBin::Top(NAMED));
    let rows = ask.engine.aggregate(&GroupQuery { keys: vec![key], kpi: None, filter, unit: None }, ask.ticket)?;
    let cells: Vec<&Cell> = rows.iter().filter_map(|r| r.keys.first()).collect();
    let folded = cells.len() > NAMED && cells.iter().any(|c| **c == Cell::Text(OTHER.to_owned()));
    if cells.is_empty() || cells.len() > NAMED || folded {
        return Ok(None);
    }
    let names: Vec<String> = cells.iter().map(|c| format::short(&c.to_string())).collect();
    Ok(Some(match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => return Ok(None),
    }))
}
