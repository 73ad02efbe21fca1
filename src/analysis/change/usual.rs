//! Is this change unusual at all? The same comparison over earlier pairs of periods.

use jiff::civil::Date;

use crate::analysis::level::count_f64;
use crate::analysis::reach::is_true;
use crate::analysis::sqltext::{moment, names_in};
use crate::engine::{EngineError, Ticket};
use crate::query::{Cell, ChangeRequest, Every, GroupQuery, Key, KeyBin, Kpi, Measure, Sides, Usual};

use super::sides::{Frame, Kind};

/// Fewer earlier pairs than this say nothing of what is usual.
const LEAST_PAIRS: u32 = 6;
/// Pairs farther back than this are of another time.
const MOST_PAIRS: i64 = 60;

/// The sums of one day.
#[derive(Debug, Clone, Copy, Default)]
struct Day {
    y: f64,
    d: f64,
    n: u64,
    before: u64,
    after: u64,
}

/// Earlier pairs of the same lengths and the same distance, where the periods are cut by whole days of one time column
/// and by nothing else.
pub fn run(
    frame: &Frame<'_>,
    asked: &ChangeRequest,
    notes: &mut Vec<String>,
    ticket: &Ticket,
) -> Result<Option<Usual>, EngineError> {
    let Sides::Periods { kpi, before, after } = &asked.sides else { return Ok(None) };
    let (in_before, in_after) = (names_in(before), names_in(after));
    let schema = frame.engine.schema();
    let time = in_before
        .iter()
        .filter_map(|name| schema.get(name))
        .find(|c| c.dtype.is_temporal() && in_after.contains(&c.name));
    let Some(time) = time else { return Ok(None) };
    let day = Key::column(&time.name).binned(KeyBin::Every(Every::Day));
    let summed = match kpi.measure {
        Measure::Count => Kpi { measure: Measure::Sum("1".to_owned()), filter: kpi.filter.clone() },
        _ => kpi.clone(),
    };
    let rows = frame.engine.aggregate(
        &GroupQuery {
            keys: vec![day, Key::sql(format!("({before})")), Key::sql(format!("({after})"))],
            kpi: Some(summed),
            filter: asked.filter.clone(),
            unit: None,
        },
        ticket,
    )?;
    let mut days: std::collections::BTreeMap<i64, Day> = std::collections::BTreeMap::new();
    for row in rows {
        let Some(Cell::Text(text)) = row.keys.first() else { continue };
        let Some(number) = moment(text).map(|m| number_of(m.date())).or_else(|| text.parse().ok().map(number_of))
        else {
            continue;
        };
        let day = days.entry(number).or_default();
        (day.y, day.d, day.n) = (day.y + row.sums.y, day.d + row.sums.d, day.n + row.sums.n);
        day.before += if is_true(row.keys.get(1)) { row.sums.n } else { 0 };
        day.after += if is_true(row.keys.get(2)) { row.sums.n } else { 0 };
    }
    let list: Vec<(i64, Day)> = days.into_iter().collect();
    let Some(windows) = windows(&list) else {
        notes.push(format!(
            "Whether the change is unusual is not told: the periods are cut by more than whole days of {}.",
            time.name
        ));
        return Ok(None);
    };
    let changes = earlier(&list, windows, frame.kind);
    let pairs = u32::try_from(changes.len()).unwrap_or(u32::MAX);
    let now = window(&list, windows.0, frame.kind).zip(window(&list, windows.1, frame.kind)).map(|(b, a)| a - b);
    if pairs < LEAST_PAIRS {
        notes.push(format!("Only {pairs} earlier pairs of such periods are there, too few to say what is usual."));
        return Ok(Some(Usual { pairs, z: None }));
    }
    Ok(Some(Usual { pairs, z: now.and_then(|now| standing(now, &changes)) }))
}

/// Days since 1970.
fn number_of(date: Date) -> i64 {
    date.since(Date::constant(1970, 1, 1)).map_or(0, |span| i64::from(span.get_days()))
}

/// First and last day of a window.
type Window = (i64, i64);

/// The windows of both periods, where each holds all rows of its days and the earlier one ends first.
fn windows(days: &[(i64, Day)]) -> Option<(Window, Window)> {
    let span = |pick: fn(&Day) -> u64| {
        let mut of = days.iter().filter(|(_, d)| pick(d) > 0).map(|(n, _)| *n);
        let first = of.next()?;
        let window = (first, of.next_back().unwrap_or(first));
        let whole = days.iter().filter(|(n, _)| (window.0..=window.1).contains(n)).all(|(_, d)| pick(d) == d.n);
        whole.then_some(window)
    };
    let (before, after) = (span(|d| d.before)?, span(|d| d.after)?);
    (before.1 < after.0).then_some((before, after))
}

/// The KPI over a window: a level, or a total; absent where days at its ends are outside of the data.
fn window(days: &[(i64, Day)], (first, last): Window, kind: Kind) -> Option<f64> {
    let begins = days.first().is_some_and(|(n, _)| *n <= first);
    let (y, d) = days
        .iter()
        .filter(|(n, _)| (first..=last).contains(n))
        .fold((0.0, 0.0), |s, (_, day)| (s.0 + day.y, s.1 + day.d));
    if !begins {
        return None;
    }
    match kind {
        Kind::Level => (d != 0.0).then(|| y / d),
        Kind::Total | Kind::Forecast => Some(y),
    }
}

/// The changes of earlier pairs, the nearest first.
fn earlier(days: &[(i64, Day)], (before, after): (Window, Window), kind: Kind) -> Vec<f64> {
    let step = after.0 - before.0;
    let back = |w: Window, k: i64| (w.0 - k * step, w.1 - k * step);
    (1..=MOST_PAIRS)
        .map_while(|k| Some(window(days, back(after, k), kind)? - window(days, back(before, k), kind)?))
        .collect()
}

/// How many standard deviations a change is off the mean of the earlier ones.
fn standing(now: f64, earlier: &[f64]) -> Option<f64> {
    let n = count_f64(earlier.len() as u64);
    let mean = earlier.iter().sum::<f64>() / n;
    let variance = earlier.iter().map(|c| (c - mean).powi(2)).sum::<f64>() / (n - 1.0);
    (variance > 0.0).then(|| (now - mean) / variance.sqrt()).filter(|z| z.is_finite())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::cast_precision_loss)]
mod tests {
    use super::*;

    /// 100 days whose level goes up and down by a tenth of a point, and jumps at the end.
    fn days() -> Vec<(i64, Day)> {
        (0..100)
            .map(|n| {
                let y = if n >= 90 { 30.0 } else { 20.0 + f64::from(u8::from(n % 20 < 10)) };
                let side = |range: std::ops::Range<i64>| if range.contains(&n) { 100 } else { 0 };
                (n, Day { y, d: 100.0, n: 100, before: side(80..90), after: side(90..100) })
            })
            .collect()
    }

    #[test]
    fn a_jump_stands_out_against_the_usual_changes() {
        let days = days();
        let windows = windows(&days).unwrap();
        assert_eq!(windows, ((80, 89), (90, 99)));
        let changes = earlier(&days, windows, Kind::Level);
        assert_eq!(changes.len(), 8);
        assert!(changes.iter().all(|c| (c.abs() - 0.01).abs() < 1e-12), "{changes:?}");
        assert!(standing(0.09, &changes).unwrap() > 8.0);
        assert_eq!(standing(0.09, &[0.01; 8]), None, "no spread seen says nothing");
    }

    #[test]
    fn periods_cut_by_something_else_have_no_earlier_pairs() {
        let mut days = days();
        days[85].1.before = 40;
        assert_eq!(windows(&days), None);
        assert_eq!(number_of(Date::constant(2024, 3, 1)), 19_783);
    }
}
