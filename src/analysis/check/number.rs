//! `sql`: a query whose one number is held against the rule.

use crate::engine::EngineError;

use super::ask::{Ask, Found};
use crate::analysis::format;

pub(super) fn run(ask: &Ask<'_>) -> Result<Found, EngineError> {
    let query = ask.sql("query")?.ok_or_else(|| ask.missing("query", "a SELECT from data that gives one number"))?;
    let (schema, page) = ask.engine.sql(&query, 2, ask.ticket)?;
    if schema.columns.len() != 1 || page.rows.len() > 1 {
        return Err(ask.wrong("query", "should give one row with one column"));
    }
    let cell = page.rows.first().and_then(|r| r.first());
    let value = cell.and_then(|c| c.as_f64());
    if let (Some(text @ crate::query::Cell::Text(_)), None) = (cell, value) {
        return Err(ask.wrong("query", &format!("gives the text \"{text}\" and should give a number")));
    }
    let value = value.filter(|x| x.is_finite());
    let says = match value {
        Some(x) => format!("The query gives {}.", format::number(x)),
        None => "The query gives no number.".to_owned(),
    };
    let mut found = Found::new("value", says);
    found.put_fact("value", value);
    found.n = vec![ask.engine.row_count()];
    Ok(found)
}
