//! `recount_with_window`: how many count as gone when the silence that it takes is longer or shorter.

use std::collections::HashMap;

use jiff::civil::{Date, date};

use crate::analysis::cells::{Arm, BUCKETS, Scale, bucket_key, bucket_of, delta};
use crate::analysis::dist::{Z95, wilson};
use crate::analysis::format;
use crate::analysis::level::count_f64;
use crate::engine::{Engine, EngineError};
use crate::query::{Estimate, Every, GroupQuery, Key, KeyBin};

use super::ask::{Ask, Found};
use super::sides::{is_main, key_text, table, whole};

/// The longest window, in days.
const LONGEST: f64 = 3_660.0;

/// One of those who were seen before both windows began.
#[derive(Default, Clone, Copy)]
struct Seen {
    /// In the days before the windows.
    before: bool,
    /// In the shorter window.
    short: bool,
    /// In the longer one.
    long: bool,
    bucket: usize,
}

/// Both windows begin on the same day, so that the same people are counted: those seen in the `lookback` days (default
/// the window) before it. Under each window those are gone who are not seen in it. `change_share` is the number gone
/// under `window` × `factor` over that under `window`, less 1. Whoever is gone under the longer window is gone under the
/// shorter one, so the interval is Wilson's (1927) of one share; where people stand in larger units, that of a ratio over
/// those units.
pub(super) fn run(ask: &Ask<'_>) -> Result<Found, EngineError> {
    let window = days(ask, "window")?
        .ok_or_else(|| ask.missing("window", "the days of silence after which someone counts as gone"))?;
    let factor = ask.number("factor")?.unwrap_or(2.0);
    let other = (window * factor).round();
    if !(1.0..=LONGEST).contains(&window) {
        return Err(ask.wrong("window", "should be a number of days from 1 to 3660"));
    }
    if !(1.0..=LONGEST).contains(&other) || other == window {
        return Err(ask.wrong("factor", "should make another window of 1 to 3660 days"));
    }
    let lookback = days(ask, "lookback")?.unwrap_or(window).max(1.0);
    let (name, engine, entity, time) = events(ask)?;
    whole(ask, &name, engine)?;
    let (by, last) = histories(ask, engine, &entity, &time)?;
    let short = window.min(other);
    let long = window.max(other);
    let mut people: HashMap<&str, Seen> = HashMap::new();
    for (who, day, bucket) in &by {
        let age = count_f64(u64::try_from(last - day).unwrap_or(u64::MAX));
        if *day > last || age >= long + lookback {
            continue;
        }
        let seen = people.entry(who).or_insert(Seen { bucket: *bucket, ..Seen::default() });
        seen.before |= age >= long;
        seen.long |= age < long;
        seen.short |= age < long && age >= long - short;
    }
    let cohort: Vec<Seen> = people.into_values().filter(|s| s.before).collect();
    let count = |gone: fn(&Seen) -> bool| cohort.iter().filter(|s| gone(s)).count() as u64;
    let (gone_short, gone_long) = (count(|s| !s.short), count(|s| !s.long));
    let all = cohort.len() as u64;
    let (gone, gone_other) = if other > window { (gone_short, gone_long) } else { (gone_long, gone_short) };
    let of = |part: u64| (all > 0).then(|| count_f64(part) / count_f64(all));
    let mut found = Found::new("change_share", String::new());
    found.put("change_share", change(&cohort, gone, gone_other, other > window));
    found.put_fact("gone_share", of(gone));
    found.put_fact("gone_share_other", of(gone_other));
    found.n = vec![all, all];
    found.events = vec![gone, gone_other];
    let first = day_words(last - days_i64(long));
    found.says = match (of(gone), of(gone_other)) {
        (Some(a), Some(b)) => format!(
            "Of {} {entity} seen in the {} days to {first}, {} ({}) were silent for the {} days after it and {} ({}) for {}{}.",
            format::count(all),
            format::number(lookback),
            format::count(gone),
            format::percent(a),
            format::number(window),
            format::count(gone_other),
            format::percent(b),
            format::number(other),
            match found.metrics.get("change_share").and_then(|e| e.value) {
                Some(v) => format!(": {}%", format::signed(v * 100.0, 1)),
                None => ": nobody was silent, so nothing can change".to_owned(),
            }
        ),
        _ => format!(
            "No {entity} was seen in the {} days to {first}: the events of {name} do not reach back far enough for windows of {} and {} days.",
            format::number(lookback),
            format::number(window),
            format::number(other)
        ),
    };
    Ok(found)
}

fn change(cohort: &[Seen], gone: u64, gone_other: u64, longer: bool) -> Estimate {
    let value = (gone > 0).then(|| count_f64(gone_other) / count_f64(gone) - 1.0);
    if cohort.iter().any(|s| s.bucket < usize::from(BUCKETS)) {
        let mut arm = Arm::with_buckets();
        for seen in cohort {
            let of = |short: bool| f64::from(u8::from(if short { !seen.short } else { !seen.long }));
            let (was, now) = if longer { (of(true), of(false)) } else { (of(false), of(true)) };
            arm.sums.y += now;
            arm.sums.d += was;
            arm.add_to(seen.bucket, now, was);
        }
        return delta(&[&arm], Scale::Linear, |t| t.first().filter(|t| t.1 > 0.0).map(|t| t.0 / t.1 - 1.0));
    }
    let (few, many) = (gone.min(gone_other), gone.max(gone_other));
    let share = (many > 0).then(|| count_f64(few) / count_f64(many));
    let interval = share.and_then(|p| wilson(p, count_f64(many), Z95)).and_then(|(low, high)| {
        if longer { Some((low - 1.0, high - 1.0)) } else { (low > 0.0).then(|| (1.0 / high - 1.0, 1.0 / low - 1.0)) }
    });
    Estimate { value, interval }
}

/// A number of days, also where an answer gave it and it stands in quotes.
fn days(ask: &Ask<'_>, param: &str) -> Result<Option<f64>, EngineError> {
    let Some(text) = ask.request.params.get(param).and_then(|v| v.as_str()) else { return ask.number(param) };
    let plain = text.trim().trim_matches('\'').trim();
    if plain.starts_with('{') {
        return Ok(None);
    }
    plain.parse().map(Some).map_err(|_| ask.wrong(param, &format!("is {text} and should be a number of days")))
}

/// The table that holds an event a row, with its columns: `table`, or the KPI's own where it has both, or the only other
/// one that has.
fn events<'a>(ask: &Ask<'a>) -> Result<(String, &'a dyn Engine, String, String), EngineError> {
    let named = |role: &str| ask.request.columns.get(role).cloned().unwrap_or_else(|| role.to_owned());
    let (entity, time) = (named("entity"), named("event_time"));
    let has = |engine: &dyn Engine| [&entity, &time].iter().all(|c| engine.schema().get(c).is_some());
    if ask.text("table")?.is_some() {
        let (name, engine) = table(ask, "table")?;
        if !has(engine) {
            return Err(EngineError::request(
                format!("The table {name} has no columns {entity} and {time}."),
                "Map the roles entity and event_time to its columns.",
            ));
        }
        return Ok((name, engine, entity, time));
    }
    if has(ask.engine) {
        let name = ask.tables.iter().find(|(_, e)| is_main(ask, e)).map_or("The table", |(name, _)| name.as_str());
        return Ok((name.to_owned(), ask.engine, entity, time));
    }
    let mut others = ask.tables.iter().filter(|(_, engine)| has(engine.as_ref()));
    match (others.next(), others.next()) {
        (Some((name, engine)), None) => Ok((name.clone(), engine.as_ref(), entity, time)),
        (Some((a, _)), Some((b, _))) => Err(ask.missing("table", &format!("{a} or {b}, both have the columns"))),
        (None, _) => {
            for role in ["entity", "event_time"] {
                if !ask.request.columns.contains_key(role) {
                    // Says which role no column plays.
                    ask.column(role)?;
                }
            }
            Err(EngineError::request(
                format!("No open table has both {entity} and {time}, an event a row."),
                "Attach the table of events, or enter the result by hand.",
            ))
        }
    }
}

/// Each day on which somebody was seen, and the last day of all (or `at`).
#[allow(clippy::type_complexity)] // who, day, bucket of the unit
fn histories(
    ask: &Ask<'_>,
    engine: &dyn Engine,
    entity: &str,
    time: &str,
) -> Result<(Vec<(String, i64, usize)>, i64), EngineError> {
    if !engine.schema().get(time).is_some_and(|c| c.dtype.is_temporal()) {
        return Err(EngineError::request(
            format!("{time} holds no times."),
            "Map the role event_time to the column with the moment of each event.",
        ));
    }
    let mut keys = vec![Key::column(entity), Key::column(time).binned(KeyBin::Every(Every::Day))];
    let unit = ask.unit.filter(|u| *u != entity && engine.schema().get(u).is_some());
    if let Some(unit) = unit {
        keys.push(bucket_key(unit));
    }
    let query = GroupQuery { keys, kpi: None, filter: ask.filter()?, unit: None };
    let mut out = Vec::new();
    let (mut rows, mut last) = (0u64, i64::MIN);
    for row in engine.aggregate(&query, ask.ticket)? {
        let [who, when, rest @ ..] = row.keys.as_slice() else { continue };
        let (Some(who), Some(day)) = (key_text(std::slice::from_ref(who)), day_of(&when.to_string())) else { continue };
        rows += row.sums.n;
        last = last.max(day);
        out.push((who, day, bucket_of(rest.first())));
    }
    let people = {
        let mut names: Vec<&str> = out.iter().map(|(who, _, _)| who.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names.len() as u64
    };
    if rows == people {
        return Err(EngineError::request(
            format!("Every {entity} stands in one row only, so nobody is seen to come back."),
            "This check needs an event a row: attach the table of events, or enter the result by hand.",
        ));
    }
    if let Some(text) = ask.text("at")? {
        let plain = text.trim().trim_matches('\'');
        last = day_of(plain)
            .ok_or_else(|| ask.wrong("at", &format!("is {plain} and should be a day such as 2024-03-31")))?;
    }
    Ok((out, last))
}

const EPOCH: Date = date(1970, 1, 1);

/// Days since 1970 of a text that begins with an ISO day.
fn day_of(text: &str) -> Option<i64> {
    let day: Date = text.get(..10)?.parse().ok()?;
    Some(i64::from(day.since(EPOCH).ok()?.get_days()))
}

fn day_words(days: i64) -> String {
    EPOCH
        .checked_add(jiff::Span::new().days(days.clamp(-1_000_000, 1_000_000)))
        .map_or_else(|_| format::UNKNOWN.to_owned(), |d| d.to_string())
}

#[allow(clippy::cast_possible_truncation)]
fn days_i64(days: f64) -> i64 {
    days as i64
}
