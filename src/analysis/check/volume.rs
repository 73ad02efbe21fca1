//! `volume_by_day`: days with far more or fewer rows than is usual for their day of the week.

use std::collections::BTreeMap;

use jiff::Span;
use jiff::civil::Date;

use crate::analysis::format;
use crate::analysis::level::count_f64;
use crate::engine::EngineError;
use crate::query::{Every, Kpi, Measure};

use super::ask::{Ask, Found};
use super::series::{by_step, days_between, time_column};

/// Days without which nothing is usual.
const FEWEST: i64 = 14;
/// Calendars longer than this are no calendars but broken dates.
const MOST: i64 = 100_000;

/// Every calendar day from the first to the last is held against the median of its day of the week; the factor is the
/// larger of the two counts over the smaller one (at least 1). The first and the last day may be cut and are left out.
pub(super) fn run(ask: &Ask<'_>) -> Result<Found, EngineError> {
    let time = time_column(ask)?;
    let rows = Kpi { measure: Measure::Count, filter: None };
    let seen: BTreeMap<Date, u64> =
        by_step(ask, &rows, &time, Every::Day)?.into_iter().map(|(d, arm)| (d, arm.sums.n)).collect();
    let mut found = Found::new("worst_factor", String::new());
    for metric in ["worst_factor", "days_off_by_two", "empty_days"] {
        found.put_fact(metric, None);
    }
    found.n = vec![seen.values().sum()];
    let (Some(first), Some(last)) = (seen.keys().next().copied(), seen.keys().next_back().copied()) else {
        found.says = format!("No row has a known {time}.");
        return Ok(found);
    };
    let length = days_between(first, last) + 1;
    if !(FEWEST..=MOST).contains(&length) {
        found.says =
            format!("{time} goes from {first} to {last}; {FEWEST} to {} days are needed.", format::count(100_000));
        return Ok(found);
    }
    let mut days: Vec<(Date, u64)> = Vec::new();
    let mut at = first;
    while let Ok(next) = at.checked_add(Span::new().days(1))
        && next < last
    {
        days.push((next, seen.get(&next).copied().unwrap_or(0)));
        at = next;
    }
    let judged = judge(&days);
    let worst = judged.iter().copied().reduce(|a, b| if b.3 > a.3 { b } else { a });
    found.put_fact("worst_factor", worst.map(|w| w.3));
    found.put_fact("days_off_by_two", Some(count_f64(judged.iter().filter(|d| d.3 >= 2.0).count() as u64)));
    found.put_fact("empty_days", Some(count_f64(judged.iter().filter(|d| d.1 == 0 && d.2 > 0.0).count() as u64)));
    if let Some((day, n, usual, factor)) = worst {
        found.says = format!(
            "The day furthest from its usual number of rows is {day}: {} against {} on other days of that name, {} times; {} of {} days are off by two times or more.",
            format::count(n),
            format::number(usual),
            format::ratio(Some(factor)),
            format::count(judged.iter().filter(|d| d.3 >= 2.0).count() as u64),
            format::count(judged.len() as u64),
        );
    }
    Ok(found)
}

/// Day, rows, the median of its day of the week, and how many times one is the other.
fn judge(days: &[(Date, u64)]) -> Vec<(Date, u64, f64, f64)> {
    let mut usual: BTreeMap<i8, Vec<u64>> = BTreeMap::new();
    for (day, n) in days {
        usual.entry(day.weekday().to_monday_zero_offset()).or_default().push(*n);
    }
    let medians: BTreeMap<i8, f64> = usual.into_iter().map(|(w, counts)| (w, median(counts))).collect();
    days.iter()
        .map(|(day, n)| {
            let usual = medians.get(&day.weekday().to_monday_zero_offset()).copied().unwrap_or(0.0);
            let here = count_f64(*n);
            (*day, *n, usual, here.max(usual).max(1.0) / here.min(usual).max(1.0))
        })
        .collect()
}

fn median(mut counts: Vec<u64>) -> f64 {
    counts.sort_unstable();
    let m = counts.len();
    let at = |i: usize| counts.get(i).copied().map_or(0.0, count_f64);
    if m == 0 { 0.0 } else { f64::midpoint(at((m - 1) / 2), at(m / 2)) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn days_are_held_against_their_own_name() {
        // Four weeks of 100 a day and 10 on Sundays; one Monday is empty and one Sunday has 40.
        let monday: Date = "2024-01-01".parse().unwrap();
        let days: Vec<(Date, u64)> = (0..28i64)
            .map(|i| {
                let n = match i {
                    7 => 0,
                    20 => 40,
                    i if i % 7 == 6 => 10,
                    _ => 100,
                };
                (monday.checked_add(Span::new().days(i)).unwrap(), n)
            })
            .collect();
        let judged = judge(&days);
        let factor = |i: usize| judged[i].3;
        assert!((factor(7) - 100.0).abs() < 1e-12 && (factor(20) - 4.0).abs() < 1e-12);
        assert!((factor(6) - 1.0).abs() < 1e-12, "a usual Sunday is usual");
        assert_eq!(judged.iter().filter(|d| d.3 >= 2.0).count(), 2);
        assert!((median(vec![4, 1, 3, 2]) - 2.5).abs() < 1e-12);
    }
}
