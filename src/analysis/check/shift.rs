//! `distribution_shift`: has a column another shape in one period or group than in the rest?

use std::collections::BTreeMap;

use crate::analysis::dist::Z95;
use crate::analysis::format;
use crate::analysis::keys::{Coding, SHOWN, code};
use crate::analysis::level::{UNKNOWN, count_f64, finite};
use crate::analysis::reach::is_true;
use crate::engine::EngineError;
use crate::query::{Cell, Estimate, GroupQuery, Key};

use super::ask::{Ask, Found};

/// Bins of a number, values of anything else.
pub(in crate::analysis) const BINS: Coding = Coding { by_value: 10, bins: 10, top: Some(20) };
/// Groups with fewer rows are not held against the others.
const FEWEST: u64 = 30;

/// The population stability index Σ (p − q) ln(p/q) over ten bins of a number, the twenty most frequent values of anything
/// else, and the empty cells: of `after` against `before`, or of the group of `by` that differs most against all others.
pub(super) fn run(ask: &Ask<'_>) -> Result<Found, EngineError> {
    let role = ask.text("column")?.ok_or_else(|| ask.missing("column", "name a role or a column"))?;
    let column = ask.column(&role)?;
    let filter = ask.filter()?;
    let bins = code(ask.engine, &Key::column(&column), BINS, None, filter.as_deref(), ask.ticket)?.key;
    let count = |keys: Vec<Key>| {
        ask.engine.aggregate(&GroupQuery { keys, kpi: None, filter: filter.clone(), unit: None }, ask.ticket)
    };
    let mut found = Found::new("psi", String::new());
    let (before, after) = (ask.sql("before")?, ask.sql("after")?);
    let (label, sides) = match (before, after) {
        (Some(before), Some(after)) => {
            let mut sides: Sides = BTreeMap::new();
            let keys = vec![Key::sql(format!("({before})")), Key::sql(format!("({after})")), bins];
            for row in count(keys)? {
                let cell = sides.entry(format!("{:?}", row.keys.get(2))).or_default();
                match (is_true(row.keys.first()), is_true(row.keys.get(1))) {
                    (true, true) => {
                        return Err(EngineError::request(
                            format!("{} rows are before and after at once.", format::count(row.sums.n)),
                            "Make the two periods exclude each other.",
                        ));
                    }
                    (true, false) => cell.0 += row.sums.n,
                    (false, true) => cell.1 += row.sums.n,
                    (false, false) => {}
                }
            }
            ("later".to_owned(), sides)
        }
        (None, None) => {
            let by = ask.column_of("by")?;
            let coded = code(ask.engine, &Key::column(&by), SHOWN, None, filter.as_deref(), ask.ticket)?;
            let rows = count(vec![coded.key.clone(), bins])?;
            let mut groups: Vec<(Cell, u64)> = Vec::new();
            for row in &rows {
                let Some(cell) = row.keys.first() else { continue };
                match groups.iter_mut().find(|(c, _)| c == cell) {
                    Some((_, n)) => *n += row.sums.n,
                    None => groups.push((cell.clone(), row.sums.n)),
                }
            }
            let against = |group: &Cell| {
                let mut sides: Sides = BTreeMap::new();
                for row in &rows {
                    let cell = sides.entry(format!("{:?}", row.keys.get(1))).or_default();
                    if row.keys.first() == Some(group) { cell.1 += row.sums.n } else { cell.0 += row.sums.n }
                }
                sides
            };
            let candidates: Vec<(f64, String, Sides)> = groups
                .iter()
                .filter(|(_, n)| *n >= FEWEST)
                .filter_map(|(cell, _)| {
                    let sides = against(cell);
                    Some((psi(&sides).value?, coded.label(cell), sides))
                })
                .collect();
            match candidates.into_iter().reduce(|a, b| if b.0 > a.0 { b } else { a }) {
                Some((_, label, sides)) => (label, sides),
                None => (by, BTreeMap::new()),
            }
        }
        _ => return Err(ask.missing("after", "both before and after as SQL conditions, or by")),
    };
    let index = psi(&sides);
    let n = sides.values().fold((0, 0), |sum, c| (sum.0 + c.0, sum.1 + c.1));
    found.put("psi", index);
    found.put_fact("bins", Some(count_f64(sides.len() as u64)));
    found.n = vec![n.0, n.1];
    found.says = match index.value {
        None => format!("{column} has no two groups of rows to hold against each other."),
        Some(x) => format!(
            "The shape of {column} in {} {label} rows differs from that of {} others by an index of {}{}: {}.",
            format::count(n.1),
            format::count(n.0),
            format::fixed(x, 3),
            index.interval.map_or_else(String::new, |(l, h)| format!(
                " [{}, {}]",
                format::fixed(l, 3),
                format::fixed(h, 3)
            )),
            if x < 0.1 {
                "hardly at all"
            } else if x < 0.2 {
                "a little"
            } else {
                "clearly"
            },
        ),
    };
    Ok(found)
}

/// Rows before (or in the others) and after (or in the group), by bin.
pub(in crate::analysis) type Sides = BTreeMap<String, (u64, u64)>;

/// The index with its interval by the delta method for two multinomial samples. Half a row in each bin keeps empty ones
/// from an infinite answer.
pub(in crate::analysis) fn psi(sides: &Sides) -> Estimate {
    let k = count_f64(sides.len() as u64);
    let n = sides.values().fold((0u64, 0u64), |sum, c| (sum.0 + c.0, sum.1 + c.1));
    if n.0 == 0 || n.1 == 0 {
        return UNKNOWN;
    }
    let shares: Vec<(f64, f64)> = sides
        .values()
        .map(|c| {
            let share = |x: u64, all: u64| (count_f64(x) + 0.5) / (count_f64(all) + 0.5 * k);
            (share(c.0, n.0), share(c.1, n.1))
        })
        .collect();
    let value: f64 = shares.iter().map(|(p, q)| (q - p) * (q / p).ln()).sum();
    let variance = |weight: fn(&(f64, f64)) -> f64, slope: fn(&(f64, f64)) -> f64, all: u64| {
        let mean: f64 = shares.iter().map(|s| weight(s) * slope(s)).sum();
        shares.iter().map(|s| weight(s) * (slope(s) - mean).powi(2)).sum::<f64>() / count_f64(all)
    };
    let spread = variance(|s| s.0, |(p, q)| (p / q).ln() + 1.0 - q / p, n.0)
        + variance(|s| s.1, |(p, q)| (q / p).ln() + 1.0 - p / q, n.1);
    let half = Z95 * spread.sqrt();
    let interval = (spread > 0.0).then_some(((value - half).max(0.0), value + half));
    Estimate { value: finite(value), interval }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_textbook_index() {
        // Shares 0.2, 0.3, 0.5 become 0.3, 0.4, 0.3: 0.1 ln 1.5 + 0.1 ln(4/3) + 0.2 ln(5/3) = 0.17148.
        let n = 1_000_000;
        let sides: Sides = [("a", 2, 3), ("b", 3, 4), ("c", 5, 3)]
            .into_iter()
            .map(|(bin, before, after)| (bin.to_owned(), (before * n, after * n)))
            .collect();
        let e = psi(&sides);
        assert!((e.value.unwrap() - 0.171_48).abs() < 1e-4, "{e:?}");
        assert!(e.interval.unwrap().0 > 0.17 && e.interval.unwrap().1 < 0.173);
        let same: Sides = [("a", (50, 50)), ("b", (70, 70))].into_iter().map(|(b, c)| (b.to_owned(), c)).collect();
        assert!(psi(&same).value.unwrap().abs() < 1e-12);
        assert_eq!(psi(&BTreeMap::from([("a".to_owned(), (5, 0))])), UNKNOWN);
    }
}
