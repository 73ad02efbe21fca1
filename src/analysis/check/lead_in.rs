//! `lead_in_curve`: does activity fall before people leave?

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::analysis::dist::{Z95, wilson};
use crate::analysis::format;
use crate::analysis::keys::column_type;
use crate::analysis::level::count_f64;
use crate::engine::EngineError;
use crate::query::{Cell, Estimate, Every, GroupQuery, Key, KeyBin};

use super::ask::{Ask, Found};

/// Weeks that are held against as many before them, where the check does not say.
const WEEKS: f64 = 4.0;

/// Events in the last `weeks` before each one's own day of leaving (`left_at`) against as many weeks before those:
/// `fall_share` is 1 − late/early. Only those count who were seen before both halves began. The interval takes the events
/// of both halves as drawn with the halves' shares (Wilson 1927), transformed.
pub(super) fn run(ask: &Ask<'_>) -> Result<Found, EngineError> {
    let role = |param: &str, otherwise: &str| -> Result<String, EngineError> {
        let column = match ask.text(param)? {
            Some(role) => ask.column(&role)?,
            None => ask.column(otherwise)?,
        };
        Ok(column)
    };
    let (entity, time, left) = (role("entity", "entity")?, role("time", "event_time")?, role("left_at", "left_at")?);
    for column in [&time, &left] {
        if !column_type(ask.engine, column)?.is_temporal() {
            return Err(EngineError::request(
                format!("{column} holds no times."),
                "Name the columns with the day of each event and the day of leaving.",
            ));
        }
    }
    let weeks = ask.number("weeks")?.unwrap_or(WEEKS);
    if !(1.0..=520.0).contains(&weeks) {
        return Err(ask.wrong("weeks", "should be at least 1"));
    }
    let day = |column: &str| Key::column(column).binned(KeyBin::Every(Every::Day));
    let keys = vec![Key::column(&entity), day(&time), day(&left)];
    let query = GroupQuery { keys, kpi: None, filter: ask.filter()?, unit: None };
    // By entity: days before leaving of each event, with how many there were.
    let mut by: BTreeMap<String, Vec<(f64, u64)>> = BTreeMap::new();
    for row in ask.engine.aggregate(&query, ask.ticket)? {
        let [who, when, gone] = row.keys.as_slice() else { continue };
        let of = |c: &Cell| -> Option<Date> { c.to_string().get(..10).and_then(|d| d.parse().ok()) };
        let (Some(when), Some(gone)) = (of(when), of(gone)) else { continue };
        let Ok(span) = gone.since(when) else { continue };
        if *who != Cell::Null {
            by.entry(who.to_string()).or_default().push((f64::from(span.get_days()), row.sums.n));
        }
    }
    let half = weeks * 7.0;
    let (mut late, mut early, mut people) = (0, 0, 0);
    for events in by.values() {
        // Whoever was not there yet had no activity to lose.
        if !events.iter().any(|(before, _)| *before >= 2.0 * half) {
            continue;
        }
        people += 1;
        late += events.iter().filter(|(b, _)| (0.0..half).contains(b)).map(|(_, n)| n).sum::<u64>();
        early += events.iter().filter(|(b, _)| (half..2.0 * half).contains(b)).map(|(_, n)| n).sum::<u64>();
    }
    let mut found = Found::new("fall_share", String::new());
    let fall = |share_late: f64| 1.0 - share_late / (1.0 - share_late);
    let all = late + early;
    let share = (early > 0).then(|| count_f64(late) / count_f64(all));
    let interval = share
        .and_then(|p| wilson(p, count_f64(all), Z95))
        .filter(|(_, high)| *high < 1.0)
        .map(|(low, high)| (fall(high), fall(low)));
    found.put("fall_share", Estimate { value: share.map(fall), interval });
    found.put_fact("people", Some(count_f64(people)));
    found.n = vec![late, early];
    found.says = match share {
        None => {
            format!("Nobody with a known {left} was seen {} weeks and more before it.", format::number(2.0 * weeks))
        }
        Some(p) => format!(
            "In the last {} weeks before leaving there were {} events of {} people, against {} in the {} weeks before: {}%.",
            format::number(weeks),
            format::count(late),
            format::count(people),
            format::count(early),
            format::number(weeks),
            format::signed(-fall(p) * 100.0, 1)
        ),
    };
    Ok(found)
}
