//! A measure day by day, which several operations follow.

use jiff::civil::Date;
use serde_json::Value;

use crate::analysis::cells::{Arm, fetch};
use crate::analysis::keys::{column_type, quoted};
use crate::engine::EngineError;
use crate::query::{Cell, Every, Key, KeyBin, Kpi, Measure, Sums};

use super::ask::Ask;

/// The measure behind a parameter: a role (its mean), a KPI (`rate(…)`), or SQL (its mean); without it the role of that
/// name, else the KPI. With words for it.
pub(super) fn measured(ask: &Ask<'_>, param: &str) -> Result<(Kpi, String), EngineError> {
    let mean = |column: String| {
        let kpi = Kpi { measure: Measure::Mean(quoted(&column)), filter: None };
        (kpi, format!("The mean of {column}"))
    };
    let Some(text) = ask.text(param)? else {
        return Ok(match ask.request.columns.get(param) {
            Some(column) => mean(column.clone()),
            None => (ask.kpi.clone(), ask.kpi.to_string()),
        });
    };
    if let Some(column) = ask.request.columns.get(&text) {
        return Ok(mean(column.clone()));
    }
    if ask.engine.schema().get(&text).is_some() {
        return Ok(mean(text));
    }
    let filled = ask.sql(param)?.unwrap_or(text);
    if let Ok(kpi) = filled.parse::<Kpi>() {
        return Ok((kpi, filled));
    }
    if filled.chars().all(|c| c.is_alphanumeric() || c == '_') {
        // A bare word that is neither role nor column: say which role is missing rather than fail in SQL.
        ask.column(&filled)?;
    }
    Ok((Kpi { measure: Measure::Mean(filled.clone()), filter: None }, format!("The mean of {filled}")))
}

/// The time column: the role that the parameter `time` names, else the role `time`.
pub(super) fn time_column(ask: &Ask<'_>) -> Result<String, EngineError> {
    let time = match ask.text("time")? {
        Some(role) => ask.column(&role)?,
        None => ask.column("time")?,
    };
    if column_type(ask.engine, &time)?.is_temporal() {
        return Ok(time);
    }
    Err(EngineError::request(
        format!("The check {} needs a time column, and \"{time}\" holds none.", ask.request.op.word()),
        "Map another column to the role time.",
    ))
}

/// The measure's sums by calendar step, in the order of time; steps without a row are absent.
pub(super) fn by_step(ask: &Ask<'_>, kpi: &Kpi, time: &str, every: Every) -> Result<Vec<(Date, Arm)>, EngineError> {
    let key = Key::column(time).binned(KeyBin::Every(every));
    let filter = ask.filter()?;
    let groups = fetch(ask.engine, kpi, &[key], filter.as_deref(), ask.unit, ask.ticket)?;
    Ok(groups
        .into_iter()
        .filter_map(|g| match g.keys.first() {
            Some(Cell::Text(s)) => Some((s.get(..10)?.parse().ok()?, g.arm)),
            _ => None,
        })
        .collect())
}

/// A step's rows as one unit: rows of a day move together.
pub(super) fn one_unit(arm: &Arm) -> Arm {
    let s = arm.sums;
    let units = u64::from(s.known > 0);
    let y = s.y - s.centre * s.d;
    Arm { sums: Sums { units, yy: y * y, yd: y * s.d, dd: s.d * s.d, ..s }, buckets: Vec::new() }
}

/// A parameter that is a day, with or without quotes around it.
pub(super) fn day(ask: &Ask<'_>, param: &str) -> Result<Option<Date>, EngineError> {
    let Some(text) = ask.text(param)? else { return Ok(None) };
    let bare = text.trim().trim_matches('\'');
    match bare.get(..10).and_then(|d| d.parse::<Date>().ok()) {
        Some(day) => Ok(Some(day)),
        None => Err(ask.wrong(param, &format!("is \"{text}\" and should be a day such as 2024-08-31"))),
    }
}

/// The calendar step of the parameter `every`; a day without it.
pub(super) fn every(ask: &Ask<'_>) -> Result<Every, EngineError> {
    match ask.request.params.get("every") {
        None | Some(Value::Null) => Ok(Every::Day),
        Some(Value::String(s)) => match s.strip_prefix('1').unwrap_or(s) {
            "d" | "day" => Ok(Every::Day),
            "w" | "week" => Ok(Every::Week),
            "mo" | "month" => Ok(Every::Month),
            "q" | "quarter" => Ok(Every::Quarter),
            "y" | "year" => Ok(Every::Year),
            _ => Err(ask.wrong("every", &format!("is \"{s}\" and should be 1d, 1w, 1mo, 1q or 1y"))),
        },
        Some(other) => Err(ask.wrong("every", &format!("is {other} and should be 1d, 1w, 1mo, 1q or 1y"))),
    }
}

/// Days from one to another; negative when it lies before.
pub(super) fn days_between(from: Date, to: Date) -> i64 {
    from.until(to).map_or(0, |span| i64::from(span.get_days()))
}
