//! The KPI's level over all rows, by one or two keys, and over time.

use crate::engine::{Engine, EngineError, Ticket};
use crate::query::{Cell, Every, GroupQuery, GroupRow, Key, KeyBin, Kpi, KpiGroup, KpiResult, Measure, Sums};

use super::coding::value_order;
use super::format;
use super::keys::{Coded, OTHER, SHOWN, both, code, column_type, step_span};
use super::level::{count_f64, level};

/// What to group by.
#[derive(Debug, Clone, Copy)]
pub struct Grouping<'a> {
    /// Keys; numbers and times without explicit bins are binned.
    pub by: &'a [Key],
    /// A time column and a step, as the first key.
    pub trend: Option<(&'a str, Every)>,
    /// A SQL condition besides the KPI's own.
    pub filter: Option<&'a str>,
    /// The independent unit's column.
    pub unit: Option<&'a str>,
}

/// A last period with less than this share of the median rows is called incomplete (3-analysis.md i).
const INCOMPLETE_BELOW: f64 = 0.6;

/// The KPI over all rows and in each group, with 95 % intervals (see [`level`]).
///
/// Groups of a number or a time stand in their order, others by rows, most first, with `other` and null last.
///
/// # Errors
/// More than two keys, a trend over what is no time, an unknown column or unit, or a cancel.
pub fn run(engine: &dyn Engine, kpi: &Kpi, grouping: Grouping<'_>, ticket: &Ticket) -> Result<KpiResult, EngineError> {
    let Grouping { by, trend, filter, unit } = grouping;
    if by.len() + usize::from(trend.is_some()) > 2 {
        return Err(EngineError::request(
            "A KPI can be split by at most two keys, a trend counting as one.",
            "Leave one out, or filter to one value.",
        ));
    }
    let mut keys = Vec::new();
    if let Some((column, step)) = trend {
        if !column_type(engine, column)?.is_temporal() {
            return Err(EngineError::request(
                format!("A trend needs a time column, and \"{column}\" holds none."),
                "Name a column of dates or times.",
            ));
        }
        keys.push(Key::column(column).binned(KeyBin::Every(step)));
    }
    keys.extend(by.iter().cloned());
    let clustered = unit.is_some();
    let query = |keys: Vec<Key>| GroupQuery {
        keys,
        kpi: Some(kpi.clone()),
        filter: filter.map(str::to_owned),
        unit: unit.map(str::to_owned),
    };

    let total = engine.aggregate(&query(Vec::new()), ticket)?.first().map(|r| r.sums).unwrap_or_default();
    let mut notes = Vec::new();
    let unknown = total.n.saturating_sub(counted(kpi, &total));
    if unknown > 0 {
        notes.push(format!(
            "{} of {} rows have no known value and are left out",
            format::count(unknown),
            format::count(total.n)
        ));
    }
    let coded = keys
        .iter()
        .map(|k| code(engine, k, SHOWN, Some(kpi), filter, ticket))
        .collect::<Result<Vec<Coded>, EngineError>>()?;
    let mut groups = Vec::new();
    let mut axes = Vec::new();
    let mut incomplete = false;
    if !coded.is_empty() {
        let rows = engine.aggregate(&query(coded.iter().map(|c| c.key.clone()).collect()), ticket)?;
        ticket.check()?;
        if let Some(Coded { key: Key { bin: KeyBin::Every(step), .. }, name, .. }) = coded.first() {
            let periods = periods(&rows);
            let short = short_end(&periods);
            incomplete = short.is_some();
            notes.extend(short.into_iter().chain(gap_note(name, *step, &periods)));
        }
        notes.extend(coded.iter().enumerate().filter_map(|(i, c)| folded_note(c, &distinct(&rows, i))));
        groups = shown(kpi, &coded, &rows, clustered);
        axes = coded.iter().enumerate().map(|(i, c)| axis(c, i, &rows)).collect();
    }
    Ok(KpiResult {
        kpi: kpi.clone(),
        n: counted(kpi, &total),
        level: level(kpi, &total, clustered),
        groups,
        notes,
        axes,
        incomplete,
    })
}

/// Rows that count for the KPI: those with a known value, or all for a count.
#[must_use]
pub fn counted(kpi: &Kpi, sums: &Sums) -> u64 {
    if kpi.measure == Measure::Count { sums.n } else { sums.known }
}

fn shown(kpi: &Kpi, coded: &[Coded], rows: &[GroupRow], clustered: bool) -> Vec<KpiGroup> {
    let named: Vec<Vec<Cell>> = (0..coded.len()).map(|i| distinct(rows, i)).collect();
    let mut groups: Vec<(bool, KpiGroup)> = rows
        .iter()
        .map(|row| {
            let parts = || coded.iter().zip(&row.keys);
            let conditions: Option<Vec<String>> =
                parts().zip(&named).map(|((c, cell), named)| c.condition(cell, named)).collect();
            let group = KpiGroup {
                place: parts().map(|(c, cell)| (c.name.clone(), c.value(cell))).collect(),
                label: parts().map(|(c, cell)| c.label(cell)).collect::<Vec<_>>().join(", "),
                condition: conditions.and_then(|c| c.into_iter().reduce(|a, b| both(Some(&a), Some(&b)).unwrap_or(a))),
                n: counted(kpi, &row.sums),
                level: level(kpi, &row.sums, clustered),
            };
            (row.keys.iter().any(is_rest), group)
        })
        .collect();
    if !coded.first().is_some_and(Coded::ordered) {
        groups.sort_by(|(a_rest, a), (b_rest, b)| a_rest.cmp(b_rest).then(b.n.cmp(&a.n)));
    }
    groups.into_iter().map(|(_, g)| g).collect()
}

/// The values of one key in the order in which they are shown.
fn axis(coded: &Coded, key: usize, rows: &[GroupRow]) -> Vec<Cell> {
    let mut sizes: Vec<(Cell, u64)> = distinct(rows, key).into_iter().map(|cell| (cell, 0)).collect();
    for row in rows {
        if let Some((_, n)) = row.keys.get(key).and_then(|cell| sizes.iter_mut().find(|(c, _)| c == cell)) {
            *n += row.sums.n;
        }
    }
    let ordered = coded.ordered();
    sizes.sort_by(|(a, n), (b, m)| {
        let within = if ordered { value_order(a, b) } else { m.cmp(n) };
        is_rest(a).cmp(&is_rest(b)).then(within)
    });
    sizes.into_iter().map(|(cell, _)| coded.value(&cell)).collect()
}

fn is_rest(cell: &Cell) -> bool {
    match cell {
        Cell::Null => true,
        Cell::Text(s) => s == OTHER,
        _ => false,
    }
}

/// The distinct cells of one key, in the order in which they come.
fn distinct(rows: &[GroupRow], key: usize) -> Vec<Cell> {
    let mut seen: Vec<Cell> = Vec::new();
    for cell in rows.iter().filter_map(|r| r.keys.get(key)) {
        // Sorted rows repeat a cell side by side; only a second key needs the longer look.
        if seen.last() != Some(cell) && !seen.contains(cell) {
            seen.push(cell.clone());
        }
    }
    seen
}

fn folded_note(coded: &Coded, cells: &[Cell]) -> Option<String> {
    match coded.key.bin {
        KeyBin::Top(n) if cells.iter().filter(|c| **c != Cell::Null).count() > n => {
            Some(format!("values of {} beyond the {n} most frequent are together in {OTHER}", coded.name))
        }
        _ => None,
    }
}

/// The start of each period of a trend with its rows.
fn periods(rows: &[GroupRow]) -> Vec<(String, u64)> {
    let mut periods: Vec<(String, u64)> = Vec::new();
    for row in rows {
        if let Some(Cell::Text(start)) = row.keys.first() {
            match periods.last_mut() {
                Some((last, n)) if last == start => *n += row.sums.n,
                _ => periods.push((start.clone(), row.sums.n)),
            }
        }
    }
    periods
}

/// Says that the last period seems to be cut short, where it does.
fn short_end(periods: &[(String, u64)]) -> Option<String> {
    let ((start, n), earlier) = periods.split_last()?;
    if earlier.len() < 2 {
        return None;
    }
    let mut sizes: Vec<u64> = earlier.iter().map(|(_, n)| *n).collect();
    sizes.sort_unstable();
    let usual = sizes.get(sizes.len() / 2).copied().unwrap_or(0);
    (count_f64(*n) < INCOMPLETE_BELOW * count_f64(usual)).then(|| {
        format!(
            "the last period ({start}) holds {} rows, under 60 % of the usual {}: it may be incomplete",
            format::count(*n),
            format::count(usual)
        )
    })
}

/// Says how many periods hold no row, where some do.
fn gap_note(column: &str, step: Every, periods: &[(String, u64)]) -> Option<String> {
    match missing_periods(periods, step) {
        0 => None,
        1 => Some(format!("1 period of {column} between the first and the last has no rows")),
        gaps => {
            Some(format!("{} periods of {column} between the first and the last have no rows", format::count(gaps)))
        }
    }
}

/// How many calendar steps between the first and the last period hold no row.
fn missing_periods(periods: &[(String, u64)], step: Every) -> u64 {
    let parse = |s: &str| s.trim_end_matches('Z').parse::<jiff::civil::DateTime>().ok();
    let mut gaps = 0;
    for pair in periods.windows(2) {
        let [(a, _), (b, _)] = pair else { continue };
        let (Some(from), Some(to)) = (parse(a), parse(b)) else { return 0 };
        let mut at = from;
        // A gap of a century of hours is not worth counting to the end.
        for _ in 0..100_000 {
            let Ok(next) = at.checked_add(step_span(step)) else { break };
            if next >= to {
                break;
            }
            at = next;
            gaps += 1;
        }
    }
    gaps
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::analysis::fake::Fake;
    use crate::query::ValueType;

    fn table() -> Fake {
        // 40 rows: plan a or b, months 1..=20, and a day.
        let rows = (0..40)
            .map(|i| {
                vec![
                    if i == 39 { Cell::Null } else { Cell::Text(if i % 4 == 0 { "b" } else { "a" }.into()) },
                    Cell::Int(i / 2 + 1),
                    Cell::Text(
                        if i < 20 {
                            "2024-01-01"
                        } else if i < 38 {
                            "2024-01-02"
                        } else {
                            "2024-01-04"
                        }
                        .into(),
                    ),
                    Cell::Int(i64::from(i % 4 == 0)),
                ]
            })
            .collect();
        Fake::new(
            &[
                ("plan", ValueType::Text),
                ("months", ValueType::Int),
                ("day", ValueType::Date),
                ("left", ValueType::Int),
            ],
            rows,
        )
    }

    fn ask(by: &[Key], trend: Option<(&str, Every)>) -> Result<KpiResult, EngineError> {
        let kpi: Kpi = "rate(left)".parse().unwrap();
        run(&table(), &kpi, Grouping { by, trend, filter: None, unit: None }, &Ticket::default())
    }

    #[test]
    fn text_groups_come_by_size_with_null_last() {
        let r = ask(&[Key::column("plan")], None).unwrap();
        assert_eq!((r.n, r.level.value), (40, Some(0.25)));
        let labels: Vec<&str> = r.groups.iter().map(|g| g.label.as_str()).collect();
        assert_eq!(labels, ["plan = a", "plan = b", "plan is null"]);
        assert_eq!(r.groups[1].level.value, Some(1.0));
        assert_eq!(r.groups[1].condition.as_deref(), Some("\"plan\" = 'b'"));
        assert_eq!(r.groups.iter().map(|g| g.n).sum::<u64>(), 40);
    }

    #[test]
    fn numbers_are_cut_into_at_most_six_bins_in_order() {
        let r = ask(&[Key::column("months")], None).unwrap();
        assert!((2..=6).contains(&r.groups.len()), "{}", r.groups.len());
        assert!(r.groups[0].label.starts_with("months ≤ "), "{}", r.groups[0].label);
        assert!(r.groups.last().unwrap().label.starts_with("months > "));
        assert_eq!(r.groups.iter().map(|g| g.n).sum::<u64>(), 40);
    }

    #[test]
    fn two_keys_cross_and_a_third_is_refused() {
        let r = ask(&[Key::column("plan"), Key::column("left")], None).unwrap();
        assert!(r.groups.iter().any(|g| g.label == "plan = a, left = 0" && g.n == 29), "{:?}", r.groups);
        assert!(r.groups[0].condition.as_deref().unwrap().contains(") AND ("));
        let text = |s: &str| Cell::Text(s.into());
        assert_eq!(r.axes, [vec![text("a"), text("b"), Cell::Null], vec![Cell::Int(0), Cell::Int(1)]]);
        assert!(ask(&[Key::column("plan"), Key::column("left")], Some(("day", Every::Day))).is_err());
    }

    #[test]
    fn a_trend_is_in_time_order_and_says_what_is_missing() {
        let r = ask(&[], Some(("day", Every::Day))).unwrap();
        assert_eq!(r.groups.iter().map(|g| g.n).collect::<Vec<_>>(), [20, 18, 2]);
        assert!(r.notes.iter().any(|n| n.contains("2024-01-04") && n.contains("incomplete")), "{:?}", r.notes);
        assert!(r.notes.iter().any(|n| n.starts_with("1 period of day")), "{:?}", r.notes);
        assert!(r.incomplete);
        let e = ask(&[], Some(("plan", Every::Day))).unwrap_err();
        assert!(e.to_string().contains("needs a time column"));
    }
}
