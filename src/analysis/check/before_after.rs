//! `before_after`: a measure before and after a day.

use jiff::civil::Date;

use crate::analysis::cells::{Arm, need_level};
use crate::analysis::crude::crude;
use crate::analysis::format;
use crate::analysis::level::{level, point};
use crate::engine::EngineError;
use crate::query::{Estimate, Every};

use super::ask::{Ask, Found, events, points, scaled};
use super::series::{by_step, day, measured, one_unit, time_column};

/// Days on each side of the break.
struct Window {
    before: (Option<Date>, Date),
    after: (Date, Option<Date>),
}

/// The measure's level after against before.
///
/// * `measure`: a role (its mean), a KPI (`rate(…)`), or SQL (its mean); without it the role `measure`, else the KPI.
/// * `date` alone: from that day on against all days before; `days` limits both sides.
/// * `lead_days` n: the n days that end before `date` (without a date: the last n days of the table) against the n
///   days before those.
///
/// Without a unit each day is one, since rows of a day move together; at least two days are needed on each side.
pub(super) fn run(ask: &Ask<'_>) -> Result<Found, EngineError> {
    let (kpi, name) = measured(ask, "measure")?;
    need_level(&kpi, "This check")?;
    let time = time_column(ask)?;
    let days = by_step(ask, &kpi, &time, Every::Day)?;
    let window = window(ask, days.last().map(|d| d.0))?;
    let mut sides = (Arm::default(), Arm::default());
    let mut seen = (0u64, 0u64);
    for (day, arm) in &days {
        let arm = if ask.unit.is_none() { one_unit(arm) } else { arm.clone() };
        if window.before.0.is_none_or(|from| *day >= from) && *day < window.before.1 {
            sides.0.absorb(&arm);
            seen.0 += 1;
        } else if *day >= window.after.0 && window.after.1.is_none_or(|to| *day < to) {
            sides.1.absorb(&arm);
            seen.1 += 1;
        }
    }
    // Days are units here, so a rate too takes the error of a ratio of totals.
    let contrast = crude(&sides.1, &sides.0, false);
    let mut found = Found::new("change_share", String::new());
    found.put("change_share", shifted(contrast.ratio));
    found.put("change_points", scaled(contrast.difference, points(&kpi)));
    found.n = vec![sides.0.sums.known, sides.1.sums.known];
    found.events = events(&kpi, &[sides.0.sums.y, sides.1.sums.y]);
    found.says = if seen.0 == 0 || seen.1 == 0 {
        let which = if seen.0 == 0 { "before" } else { "after" };
        format!("No day {which} {} has a row.", window.after.0)
    } else {
        format!(
            "{name} went from {} ({} days) to {} ({} days) at {}: {}{}.",
            format::level(&kpi, point(&sides.0.sums)),
            format::count(seen.0),
            format::level_with_interval(&kpi, &level(&kpi, &sides.1.sums, true)),
            format::count(seen.1),
            window.after.0,
            format::change_with_interval(&kpi, &contrast.difference),
            shifted(contrast.ratio).value.map_or_else(String::new, |s| format!(", {}%", format::signed(s * 100.0, 1))),
        )
    };
    Ok(found)
}

fn window(ask: &Ask<'_>, last_day: Option<Date>) -> Result<Window, EngineError> {
    let date = day(ask, "date")?;
    let span = |param: &str| -> Result<Option<jiff::Span>, EngineError> {
        match ask.number(param)? {
            None => Ok(None),
            #[allow(clippy::cast_possible_truncation)]
            Some(n) if (1.0..=36_500.0).contains(&n) => Ok(Some(jiff::Span::new().days(n as i64))),
            Some(n) => Err(ask.wrong(param, &format!("is {n} and should be from 1 to 36500"))),
        }
    };
    let out_of_range = |_| ask.wrong("date", "is out of range");
    if let Some(lead) = span("lead_days")? {
        let end = match (date, last_day) {
            (Some(d), _) => d,
            (None, Some(last)) => last.checked_add(jiff::Span::new().days(1)).map_err(out_of_range)?,
            (None, None) => return Err(EngineError::request("No row has a known time.", "Look at the time column.")),
        };
        let middle = end.checked_sub(lead).map_err(out_of_range)?;
        let start = middle.checked_sub(lead).map_err(out_of_range)?;
        return Ok(Window { before: (Some(start), middle), after: (middle, Some(end)) });
    }
    let Some(date) = date else {
        return Err(ask.missing("date", "the first day of the later period, or lead_days"));
    };
    let (mut from, mut to) = (None, None);
    if let Some(days) = span("days")? {
        from = Some(date.checked_sub(days).map_err(out_of_range)?);
        to = Some(date.checked_add(days).map_err(out_of_range)?);
    }
    Ok(Window { before: (from, date), after: (date, to) })
}

/// A ratio as a relative change: 1.2 is +0.2.
fn shifted(e: Estimate) -> Estimate {
    Estimate { value: e.value.map(|v| v - 1.0), interval: e.interval.map(|(l, h)| (l - 1.0, h - 1.0)) }
}
