//! Which days a time column covers: the first, the last, what is missing between, and where the rows lie.

use jiff::civil::DateTime;

use crate::engine::{Engine, EngineError, Ticket};
use crate::query::{Cell, Every, Gap, GroupQuery, Key, KeyBin, TimeCover};

use super::keys::{column_type, step_span};
use super::sqltext::moment;

/// The rows are told in so many stretches at most.
const STRETCHES: usize = 60;
/// So many gaps are named.
const GAPS: usize = 3;
/// All rows within so many days: hours say more.
const FEW_DAYS: usize = 2;

/// Looks at a time column day by day, or hour by hour where all lies within two days.
///
/// # Errors
/// An unknown column, one that holds no time, a condition that can't be parsed, or a cancel.
pub fn run(engine: &dyn Engine, column: &str, filter: Option<&str>, ticket: &Ticket) -> Result<TimeCover, EngineError> {
    if !column_type(engine, column)?.is_temporal() {
        return Err(EngineError::request(
            format!("\"{column}\" holds no time, so it covers no days."),
            "Name a column of dates or times.",
        ));
    }
    let by = |every: Every| -> Result<Vec<(String, DateTime, u64)>, EngineError> {
        let key = Key::column(column).binned(KeyBin::Every(every));
        let query = GroupQuery { keys: vec![key], kpi: None, filter: filter.map(str::to_owned), unit: None };
        let rows = engine.aggregate(&query, ticket)?;
        ticket.check()?;
        let mut steps: Vec<(String, DateTime, u64)> = rows
            .into_iter()
            .filter_map(|row| match row.keys.first() {
                Some(Cell::Text(start)) => Some((start.clone(), moment(start)?, row.sums.n)),
                _ => None,
            })
            .collect();
        steps.sort_by_key(|(_, at, _)| *at);
        Ok(steps)
    };
    let days = by(Every::Day)?;
    let hours = if days.len() <= FEW_DAYS && !days.is_empty() { by(Every::Hour)? } else { Vec::new() };
    // A date has no hours.
    let (every, steps) = if hours.len() > days.len() { (Every::Hour, hours) } else { (Every::Day, days) };
    Ok(cover(column, every, &steps))
}

fn cover(column: &str, every: Every, steps: &[(String, DateTime, u64)]) -> TimeCover {
    let mut gaps: Vec<Gap> = Vec::new();
    for pair in steps.windows(2) {
        let [(_, a, _), (to, b, _)] = pair else { continue };
        let lost = between(*a, *b, every).saturating_sub(1);
        if lost == 0 {
            continue;
        }
        let from = a.saturating_add(step_span(every));
        let until = b.saturating_sub(step_span(every));
        // Written as the engine writes a step of this column.
        let write = |t: DateTime| if to.len() > 10 { t.to_string() } else { t.date().to_string() };
        gaps.push(Gap { from: write(from), to: write(until), steps: lost });
    }
    let missing = gaps.iter().map(|g| g.steps).sum();
    gaps.sort_by_key(|g| std::cmp::Reverse(g.steps));
    gaps.truncate(GAPS);
    let end = |s: Option<&(String, DateTime, u64)>| s.map(|(start, _, _)| start.clone()).unwrap_or_default();
    TimeCover {
        column: column.to_owned(),
        every,
        first: end(steps.first()),
        last: end(steps.last()),
        present: steps.len() as u64,
        missing,
        gaps,
        rows: stretches(every, steps),
    }
}

/// Steps from one moment to another.
fn between(a: DateTime, b: DateTime, every: Every) -> u64 {
    let seconds = a.duration_until(b).as_secs();
    let step = if every == Every::Hour { 3_600 } else { 86_400 };
    u64::try_from(seconds / step).unwrap_or(0)
}

fn stretches(every: Every, steps: &[(String, DateTime, u64)]) -> Vec<u64> {
    let (Some((_, first, _)), Some((_, last, _))) = (steps.first(), steps.last()) else { return Vec::new() };
    let span = usize::try_from(between(*first, *last, every)).unwrap_or(usize::MAX).saturating_add(1);
    let mut out = vec![0; span.min(STRETCHES)];
    let parts = out.len() as u128;
    for (_, at, n) in steps {
        let place = u128::from(between(*first, *at, every)) * parts / span.max(1) as u128;
        if let Some(rows) = usize::try_from(place).ok().and_then(|place| out.get_mut(place)) {
            *rows += n;
        }
    }
    out
}

/// `2013-01-01 to 2013-12-31: 365 days, none missing`.
#[must_use]
pub fn sentence(c: &TimeCover) -> String {
    let noun = if c.every == Every::Hour { "hour" } else { "day" };
    if c.present == 0 {
        return "No time is known.".to_owned();
    }
    let all = super::format::counted(c.present + c.missing, noun);
    let span =
        if c.first == c.last { format!("{}: {all}", c.first) } else { format!("{} to {}: {all}", c.first, c.last) };
    let Some(longest) = c.gaps.first() else { return format!("{span}, none missing") };
    let gap = if longest.steps == 1 {
        format!("such as {}", longest.from)
    } else {
        format!("{} to {} at a stretch", longest.from, longest.to)
    };
    format!("{span}, {} missing, {gap}", super::format::count(c.missing))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::analysis::fake::Fake;
    use crate::query::ValueType;

    fn table(days: &[&str], dtype: ValueType) -> Fake {
        let rows = days.iter().map(|d| vec![Cell::Text((*d).into()), Cell::Int(1)]).collect();
        Fake::new(&[("day", dtype), ("x", ValueType::Int)], rows)
    }

    #[test]
    fn missing_days_are_counted_and_the_longest_gap_is_named() {
        let t = table(
            &["2024-02-27", "2024-02-27", "2024-02-28", "2024-03-02", "2024-03-04", "2024-03-05"],
            ValueType::Date,
        );
        let c = run(&t, "day", None, &Ticket::default()).unwrap();
        assert_eq!((c.first.as_str(), c.last.as_str(), c.every), ("2024-02-27", "2024-03-05", Every::Day));
        // 29 February is a day of 2024.
        assert_eq!((c.present, c.missing), (5, 3));
        assert_eq!(c.gaps[0], Gap { from: "2024-02-29".into(), to: "2024-03-01".into(), steps: 2 });
        assert_eq!(c.gaps[1], Gap { from: "2024-03-03".into(), to: "2024-03-03".into(), steps: 1 });
        assert_eq!(c.rows, [2, 1, 0, 0, 1, 0, 1, 1], "eight days, each a stretch of its own");
        assert_eq!(sentence(&c), "2024-02-27 to 2024-03-05: 8 days, 3 missing, 2024-02-29 to 2024-03-01 at a stretch");
    }

    #[test]
    fn nothing_missing_and_nothing_known_are_said() {
        let c =
            run(&table(&["2024-02-27", "2024-02-28", "2024-02-29"], ValueType::Date), "day", None, &Ticket::default());
        assert_eq!(sentence(&c.unwrap()), "2024-02-27 to 2024-02-29: 3 days, none missing");
        let none = Fake::new(&[("day", ValueType::Date)], vec![vec![Cell::Null]]);
        assert_eq!(sentence(&run(&none, "day", None, &Ticket::default()).unwrap()), "No time is known.");
        assert!(run(&table(&["2024-02-27"], ValueType::Date), "x", None, &Ticket::default()).is_err());
    }
}
