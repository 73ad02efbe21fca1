//! `same_weeks_last_years`: did the same weeks of earlier years rise as well?

use jiff::Span;
use jiff::civil::Date;

use crate::analysis::cells::{Arm, Scale, delta, need_level};
use crate::analysis::format;
use crate::engine::EngineError;
use crate::query::Every;

use super::ask::{Ask, Found, scaled};
use super::series::{by_step, day, days_between, measured, one_unit, time_column};

/// No more days than this on each side: beyond a quarter it is no season.
const LONGEST: i64 = 91;
/// Whole weeks, so that the days of the week stand over each other.
const YEAR: i64 = 364;

/// The rise at `date` is the level in the days from it on minus the level in as many days before (`days`, or what the
/// table holds, at most 91). The same is taken 52 weeks earlier, 104 weeks earlier and so on, as far as both sides have
/// rows; `share_of_rise` is the mean rise of those years over the rise now. Days are units.
pub(super) fn run(ask: &Ask<'_>) -> Result<Found, EngineError> {
    let (kpi, name) = measured(ask, "measure")?;
    need_level(&kpi, "This check")?;
    let time = time_column(ask)?;
    let date = day(ask, "date")?.ok_or_else(|| ask.missing("date", "the first day of the rise"))?;
    let days: Vec<(Date, Arm)> =
        by_step(ask, &kpi, &time, Every::Day)?.iter().map(|(d, arm)| (*d, one_unit(arm))).collect();
    let held = days.last().map_or(0, |d| days_between(date, d.0) + 1).clamp(0, LONGEST);
    #[allow(clippy::cast_possible_truncation)]
    let length = match ask.number("days")? {
        None => held,
        Some(n) if (1.0..=366.0).contains(&n) => n as i64,
        Some(n) => return Err(ask.wrong("days", &format!("is {n} and should be from 1 to 366"))),
    };
    let out_of_range = |_| ask.wrong("date", "is out of range");
    let side = |from: Date, to: Date| {
        let mut arm = Arm::default();
        days.iter().filter(|(d, _)| *d >= from && *d < to).for_each(|(_, a)| arm.absorb(a));
        arm
    };
    // Before and after in turn, this year first.
    let mut arms: Vec<Arm> = Vec::new();
    for back in 0..50 {
        let at = date.checked_sub(Span::new().days(back * YEAR)).map_err(out_of_range)?;
        let (from, to) = (
            at.checked_sub(Span::new().days(length)).map_err(out_of_range)?,
            at.checked_add(Span::new().days(length)).map_err(out_of_range)?,
        );
        let (before, after) = (side(from, at), side(at, to));
        if before.sums.known == 0 || after.sums.known == 0 {
            break;
        }
        arms.extend([before, after]);
    }
    let years = (arms.len() / 2).saturating_sub(1);
    let mut found = Found::new("share_of_rise", String::new());
    for metric in ["share_of_rise", "rise_points", "earlier_points"] {
        found.put_fact(metric, None);
    }
    found.put_fact("years", Some(crate::analysis::level::count_f64(years as u64)));
    found.n = arms.iter().map(|a| a.sums.known).collect();
    if years == 0 {
        found.says = if arms.is_empty() {
            format!("{name} is not known on both sides of {date}.")
        } else {
            format!("The table does not reach back to the same weeks of the year before {date}.")
        };
        return Ok(found);
    }
    let all: Vec<&Arm> = arms.iter().collect();
    let now = delta(&all, Scale::Linear, |t| rises(t).first().copied());
    let earlier = delta(&all, Scale::Linear, |t| mean(rises(t).get(1..)?));
    let share = delta(&all, Scale::Linear, |t| {
        let rises = rises(t);
        let now = rises.first().copied().filter(|r| *r != 0.0)?;
        Some(mean(rises.get(1..)?)? / now)
    });
    let points = super::ask::points(&kpi);
    found.put("share_of_rise", share);
    found.put("rise_points", scaled(now, points));
    found.put("earlier_points", scaled(earlier, points));
    let s = if years == 1 { "" } else { "s" };
    found.says = format!(
        "{name} moves by {} from the {length} days before {date} to the {length} days from then on; in the same weeks of {years} earlier year{s} it moved by {}{}.",
        format::change_with_interval(&kpi, &now),
        format::change_with_interval(&kpi, &earlier),
        share.value.map_or_else(String::new, |s| format!(", {} of it", format::percent_with(s, 0))),
    );
    Ok(found)
}

/// Level after minus level before, year by year; empty where one is not defined.
fn rises(totals: &[(f64, f64)]) -> Vec<f64> {
    let rise = |pair: &[(f64, f64)]| match pair {
        [before, after] if before.1 != 0.0 && after.1 != 0.0 => Some(after.0 / after.1 - before.0 / before.1),
        _ => None,
    };
    totals.chunks_exact(2).map(rise).collect::<Option<Vec<f64>>>().unwrap_or_default()
}

#[allow(clippy::cast_precision_loss)]
fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}
