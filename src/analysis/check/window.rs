//! `recount_with_window`: who counts as gone, with another window of silence.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::analysis::dist::{Z95, wilson};
use crate::analysis::format;
use crate::analysis::keys::column_type;
use crate::analysis::level::count_f64;
use crate::engine::EngineError;
use crate::query::{Cell, Estimate, Every, GroupQuery, Key, KeyBin};

use super::ask::{Ask, Found};

/// Days of silence after which somebody counts as gone, where the check does not say.
const DAYS: f64 = 28.0;

/// Of everybody whose first event lies a whole longer window before the end of the table: who was silent for the last
/// `days`, and who for `factor` times as long. `change_share` is the second number over the first, less 1; those silent for
/// longer are among those silent for less, so its interval is that of a share (Wilson 1927).
pub(super) fn run(ask: &Ask<'_>) -> Result<Found, EngineError> {
    let role = |param: &str, otherwise: &str| -> Result<String, EngineError> {
        match ask.text(param)? {
            Some(role) => ask.column(&role),
            None => ask.column(otherwise),
        }
    };
    let (entity, time) = (role("entity", "entity")?, role("time", "event_time")?);
    if !column_type(ask.engine, &time)?.is_temporal() {
        return Err(EngineError::request(
            format!("{time} holds no times, so nothing says who was silent."),
            "Name the column with the day of each event.",
        ));
    }
    let days = ask.number("days")?.unwrap_or(DAYS);
    let factor = ask.number("factor")?.unwrap_or(2.0);
    if !(1.0..=3660.0).contains(&days) || !(1.0..=100.0).contains(&factor) || factor == 1.0 {
        return Err(ask.wrong("factor", "should be more than 1, and days at least 1"));
    }
    let day = Key::column(&time).binned(KeyBin::Every(Every::Day));
    let query = GroupQuery { keys: vec![Key::column(&entity), day], kpi: None, filter: ask.filter()?, unit: None };
    let mut spans: BTreeMap<String, (Date, Date)> = BTreeMap::new();
    let mut last: Option<Date> = None;
    for row in ask.engine.aggregate(&query, ask.ticket)? {
        let [who, when] = row.keys.as_slice() else { continue };
        let day: Option<Date> = when.to_string().get(..10).and_then(|d| d.parse().ok());
        let Some(day) = day.filter(|_| *who != Cell::Null) else { continue };
        last = Some(last.map_or(day, |l| l.max(day)));
        let span = spans.entry(who.to_string()).or_insert((day, day));
        *span = (span.0.min(day), span.1.max(day));
    }
    let mut found = Found::new("change_share", String::new());
    let since = |from: Date| last.and_then(|l| l.since(from).ok()).map_or(0.0, |s| f64::from(s.get_days()));
    let long = days * factor;
    let seen: Vec<&(Date, Date)> = spans.values().filter(|(first, _)| since(*first) >= long).collect();
    let silent = |window: f64| seen.iter().filter(|(_, latest)| since(*latest) >= window).count() as u64;
    let (short_n, long_n, all) = (silent(days), silent(long), seen.len() as u64);
    if short_n == 0 {
        for metric in ["change_share", "silent_share"] {
            found.put_fact(metric, None);
        }
        found.says = format!(
            "Nobody of {} was silent for the last {} days, or the table does not reach {} days back.",
            format::count(all),
            format::number(days),
            format::number(long)
        );
        return Ok(found);
    }
    let kept = count_f64(long_n) / count_f64(short_n);
    let interval = wilson(kept, count_f64(short_n), Z95).map(|(low, high)| (low - 1.0, high - 1.0));
    found.put("change_share", Estimate { value: Some(kept - 1.0), interval });
    let share = count_f64(short_n) / count_f64(all);
    found.put("silent_share", Estimate { value: Some(share), interval: wilson(share, count_f64(all), Z95) });
    found.n = vec![long_n, short_n, all];
    found.says = format!(
        "{} of {} ({}) were silent for the last {} days, {} of them for {} days: {}% with the longer window.",
        format::count(short_n),
        format::count(all),
        format::percent(share),
        format::number(days),
        format::count(long_n),
        format::number(long),
        format::signed((kept - 1.0) * 100.0, 1)
    );
    Ok(found)
}
