//! Runs a comparison: group A against group B, crude and within strata.

use std::collections::BTreeMap;

use crate::engine::{Engine, EngineError, Ticket};
use crate::query::{Cell, Comparison, ComparisonResult, GroupQuery, Key, Kpi};

use super::cells::{fetch, need_level};
use super::crude::crude;
use super::format;
use super::keys::{STRATA, code};
use super::level::{count_f64, finite, level};
use super::mantel::{Stratum, within};
use super::reach::is_true;

/// Below this share of A's rows in strata that hold both groups, no adjusted figure is given (3-analysis.md iv):
/// it would speak of somebody else.
pub const OVERLAP_NEEDED: f64 = 0.6;

/// More strata than this are no strata but identifiers.
const MOST_STRATA: usize = 100_000;

/// Compares the KPI in A and in B. Rows for which a condition is null are in neither; without a `b`, B is all rows
/// for which A does not hold.
///
/// With a `unit`, errors are clustered on 50 hashed buckets of it, so that a unit with rows in both groups counts
/// once.
///
/// # Errors
/// A KPI that is a total, rows that are in A and in B at once, an unknown column, SQL that can't be parsed, strata
/// by something that is nearly unique, or a cancel.
pub fn run(engine: &dyn Engine, asked: &Comparison, ticket: &Ticket) -> Result<ComparisonResult, EngineError> {
    need_level(&asked.kpi, "A comparison")?;
    let filter = asked.filter.as_deref();
    let mut keys = vec![Key::sql(format!("({})", asked.a))];
    if let Some(b) = &asked.b {
        keys.push(Key::sql(format!("({b})")));
    }
    let sides = keys.len();
    for column in &asked.within {
        keys.push(code(engine, &Key::column(column), STRATA, Some(&asked.kpi), filter, ticket)?.key);
    }
    let mut strata: BTreeMap<String, Stratum> = BTreeMap::new();
    let mut twice = 0;
    for group in fetch(engine, &asked.kpi, &keys, filter, asked.unit.as_deref(), ticket)? {
        let in_a = is_true(group.keys.first());
        let in_b = match &asked.b {
            Some(_) => is_true(group.keys.get(1)),
            None => !in_a && group.keys.first() != Some(&Cell::Null),
        };
        if in_a && in_b {
            twice += group.arm.sums.n;
        }
        if in_a || in_b {
            // Cells have no order of their own; their text tells them apart, type included.
            let stratum = strata.entry(format!("{:?}", group.keys.get(sides..))).or_default();
            if in_a { stratum.a.absorb(&group.arm) } else { stratum.b.absorb(&group.arm) }
        }
    }
    if twice > 0 {
        return Err(EngineError::request(
            format!("{} rows are in A and in B at once.", format::count(twice)),
            "Make the two conditions exclude each other, or leave B out to compare A with all others.",
        ));
    }
    if strata.len() > MOST_STRATA {
        return Err(EngineError::request(
            format!("{} give {} strata.", asked.within.join(" × "), strata.len()),
            "Hold fewer columns fixed, or columns with fewer values.",
        ));
    }
    let strata: Vec<Stratum> = strata.into_values().collect();
    let mut result = assemble(&asked.kpi, &strata, !asked.within.is_empty());
    if let Some(unit) = &asked.unit {
        per_unit_levels(engine, asked, unit, &mut result, ticket)?;
    }
    Ok(result)
}

/// The levels' own intervals, clustered on each single unit as the KPI's panes show them.
fn per_unit_levels(
    engine: &dyn Engine,
    asked: &Comparison,
    unit: &str,
    result: &mut ComparisonResult,
    ticket: &Ticket,
) -> Result<(), EngineError> {
    let one = |condition: &str, want: bool| -> Result<crate::query::Estimate, EngineError> {
        let rows = engine.aggregate(
            &GroupQuery {
                keys: vec![Key::sql(format!("({condition})"))],
                kpi: Some(asked.kpi.clone()),
                filter: asked.filter.clone(),
                unit: Some(unit.to_owned()),
            },
            ticket,
        )?;
        let sums = rows
            .iter()
            .find(|r| r.keys.first() != Some(&Cell::Null) && is_true(r.keys.first()) == want)
            .map(|r| r.sums)
            .unwrap_or_default();
        Ok(level(&asked.kpi, &sums, true))
    };
    result.a = one(&asked.a, true)?;
    result.b = match &asked.b {
        Some(b) => one(b, true)?,
        None => one(&asked.a, false)?,
    };
    Ok(())
}

/// Puts a comparison together from the sums of A and B in each stratum (one stratum when none were asked for).
#[must_use]
pub fn assemble(kpi: &Kpi, strata: &[Stratum], stratified: bool) -> ComparisonResult {
    let rate = kpi.is_share();
    let mut all = Stratum::default();
    for s in strata {
        all.a.absorb(&s.a);
        all.b.absorb(&s.b);
    }
    let plain = crude(&all.a, &all.b, rate);
    let holds_both = |s: &&Stratum| s.a.sums.d > 0.0 && s.b.sums.d > 0.0;
    let shared: u64 = strata.iter().filter(holds_both).map(|s| s.a.sums.known).sum();
    let overlap = if all.a.sums.known == 0 { 0.0 } else { count_f64(shared) / count_f64(all.a.sums.known) };
    let held = if stratified && overlap >= OVERLAP_NEEDED { within(strata, rate) } else { None };
    let explained_away = held.and_then(|h| {
        let crude = plain.difference.value.filter(|c| *c != 0.0)?;
        finite(1.0 - h.difference.value? / crude)
    });
    ComparisonResult {
        n: (all.a.sums.known, all.b.sums.known),
        events: (all.a.sums.y, all.b.sums.y),
        a: level(kpi, &all.a.sums, false),
        b: level(kpi, &all.b.sums, false),
        difference: plain.difference,
        ratio: plain.ratio,
        adjusted_difference: held.map(|h| h.difference),
        adjusted_ratio: held.map(|h| h.ratio),
        strata: (strata.iter().filter(holds_both).count() as u64, strata.len() as u64),
        overlap,
        explained_away,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::analysis::fake::Fake;
    use crate::query::ValueType;

    /// Dept x admits 80 %, dept y 20 %; women apply to y. Within each dept women do 5 points better.
    fn table() -> Fake {
        let mut rows = Vec::new();
        let mut put = |dept: &str, sex: &str, yes: usize, n: usize| {
            for i in 0..n {
                rows.push(vec![
                    Cell::Text(dept.into()),
                    Cell::Text(sex.into()),
                    Cell::Int(i64::from(i < yes)),
                    Cell::Int(i64::try_from(rows.len() % 60).unwrap()),
                ]);
            }
        };
        put("x", "f", 17, 20);
        put("x", "m", 64, 80);
        put("y", "f", 20, 80);
        put("y", "m", 4, 20);
        rows.push(vec![Cell::Text("x".into()), Cell::Null, Cell::Int(1), Cell::Int(0)]);
        Fake::new(
            &[("dept", ValueType::Text), ("sex", ValueType::Text), ("in", ValueType::Int), ("day", ValueType::Int)],
            rows,
        )
    }

    fn asked(b: Option<&str>, within: &[&str], unit: Option<&str>) -> Comparison {
        Comparison {
            kpi: "rate(in)".parse().unwrap(),
            a: "\"sex\" = 'f'".into(),
            b: b.map(str::to_owned),
            within: within.iter().map(|s| (*s).to_owned()).collect(),
            filter: None,
            unit: unit.map(str::to_owned),
        }
    }

    #[test]
    fn a_reversal_shows_within_strata() {
        let r = run(&table(), &asked(None, &["dept"], None), &Ticket::default()).unwrap();
        assert_eq!(r.n, (100, 100), "the row without a sex is in neither");
        assert!((r.difference.value.unwrap() - (0.37 - 0.68)).abs() < 1e-12);
        assert!((r.adjusted_difference.unwrap().value.unwrap() - 0.05).abs() < 1e-12);
        assert_eq!(r.strata, (2, 2));
        assert!((r.overlap - 1.0).abs() < 1e-12 && r.explained_away.unwrap() > 1.0);
        assert_eq!(r.events, (37.0, 68.0));
    }

    #[test]
    fn a_row_in_both_groups_is_refused() {
        let e = run(&table(), &asked(Some("\"dept\" = 'y'"), &[], None), &Ticket::default()).unwrap_err();
        assert!(e.to_string().contains("in A and in B"), "{e}");
        assert!(run(&table(), &asked(Some("\"sex\" = 'm'"), &[], None), &Ticket::default()).is_ok());
    }

    #[test]
    fn without_overlap_nothing_adjusted_is_said() {
        let r = run(&table(), &asked(None, &["sex"], None), &Ticket::default()).unwrap();
        assert_eq!((r.strata.0, r.adjusted_difference), (0, None));
        assert!(r.overlap.abs() < 1e-12 && r.explained_away.is_none());
    }

    #[test]
    fn units_give_intervals_too() {
        let plain = run(&table(), &asked(None, &["dept"], None), &Ticket::default()).unwrap();
        let by_day = run(&table(), &asked(None, &["dept"], Some("day")), &Ticket::default()).unwrap();
        assert_eq!(plain.difference.value, by_day.difference.value);
        let (l, h) = by_day.difference.interval.unwrap();
        assert!(l < by_day.difference.value.unwrap() && by_day.difference.value.unwrap() < h);
        assert_ne!(plain.difference.interval, by_day.difference.interval);
        assert!(by_day.adjusted_ratio.unwrap().interval.is_some());
    }

    #[test]
    fn an_empty_group_is_unknown_and_not_zero() {
        let mut c = asked(None, &[], None);
        c.a = "\"sex\" = 'z'".into();
        let r = run(&table(), &c, &Ticket::default()).unwrap();
        assert_eq!((r.n.0, r.a.value, r.difference.value), (0, None, None));
        c.kpi = "count()".parse().unwrap();
        assert!(run(&table(), &c, &Ticket::default()).is_err());
    }
}
