//! `top_values`: how much of a column its most frequent value holds.

use crate::analysis::format;
use crate::analysis::level::count_f64;
use crate::engine::EngineError;

use super::ask::{Ask, Found};

pub(super) fn run(ask: &Ask<'_>) -> Result<Found, EngineError> {
    let column = ask.column_of("column")?;
    let profile = ask.engine.column_profile(&column, ask.filter()?.as_deref(), ask.ticket)?;
    let rows = ask.rows()?;
    let known = rows.saturating_sub(profile.nulls);
    let mut found = Found::new("top_share", String::new());
    let top = profile.top.first().filter(|_| rows > 0);
    let share = top.map(|t| count_f64(t.n) / count_f64(rows));
    found.put_fact("top_share", share);
    found.put_fact("top_share_known", top.filter(|_| known > 0).map(|t| count_f64(t.n) / count_f64(known)));
    found.put_fact("distinct", Some(count_f64(profile.distinct)));
    found.n = vec![top.map_or(0, |t| t.n), rows];
    found.says = match (top, share) {
        (Some(t), Some(share)) => format!(
            "The most frequent of {} values of {column} is {}: {} of {} rows ({}).",
            format::count(profile.distinct),
            format::short(&t.value.to_string()),
            format::count(t.n),
            format::count(rows),
            format::percent(share),
        ),
        _ => format!("{column} holds no value."),
    };
    Ok(found)
}
