//! `mix_vs_rate`: is a change one of shares or one of rates?

use std::collections::BTreeMap;

use crate::analysis::cells::{Arm, Scale, delta, fetch, need_level};
use crate::analysis::change::parts::{Split, Totals, split_level};
use crate::analysis::format;
use crate::analysis::keys::{Coding, SHOWN, code};
use crate::analysis::level::point;
use crate::analysis::reach::is_true;
use crate::engine::EngineError;
use crate::query::{Estimate, Key};

use super::ask::{Ask, Found, events, scaled};

/// Folding groups together turns mix inside `other` into rate, so many are kept.
const KEPT: usize = 100;

pub(super) fn run(ask: &Ask<'_>) -> Result<Found, EngineError> {
    need_level(ask.kpi, "This check")?;
    let column = ask.column_of("group")?;
    let before = ask.sql("before")?.ok_or_else(|| ask.missing("before", "a SQL condition for the earlier period"))?;
    let after = ask.sql("after")?.ok_or_else(|| ask.missing("after", "a SQL condition for the later period"))?;
    let filter = ask.filter()?;
    let coding = Coding { top: Some(KEPT), ..SHOWN };
    let coded = code(ask.engine, &Key::column(&column), coding, Some(ask.kpi), filter.as_deref(), ask.ticket)?;
    let keys = [Key::sql(format!("({before})")), Key::sql(format!("({after})")), coded.key];
    let mut cells: BTreeMap<String, (Arm, Arm)> = BTreeMap::new();
    let mut twice = 0;
    for g in fetch(ask.engine, ask.kpi, &keys, filter.as_deref(), ask.unit, ask.ticket)? {
        let cell = format!("{:?}", g.keys.get(2));
        match (is_true(g.keys.first()), is_true(g.keys.get(1))) {
            (true, true) => twice += g.arm.sums.n,
            (true, false) => cells.entry(cell).or_default().0.absorb(&g.arm),
            (false, true) => cells.entry(cell).or_default().1.absorb(&g.arm),
            (false, false) => {}
        }
    }
    if twice > 0 {
        return Err(EngineError::request(
            format!("{} rows are before and after at once.", format::count(twice)),
            "Make the two periods exclude each other.",
        ));
    }
    let mut sides = (Arm::default(), Arm::default());
    for (b, a) in cells.values() {
        sides.0.absorb(b);
        sides.1.absorb(a);
    }
    let arms: Vec<&Arm> = cells.values().flat_map(|(b, a)| [b, a]).collect();
    let part = |pick: fn(&Split) -> Option<f64>| delta(&arms, Scale::Linear, |t| parts(t).as_ref().and_then(pick));
    let mix = part(|p| Some(p.mix));
    let rate = part(|p| Some(p.rate));
    let change = part(|p| Some(p.mix + p.rate));
    let share: Estimate = part(|p| (p.mix + p.rate != 0.0).then(|| p.mix / (p.mix + p.rate)));

    let mut found = Found::new("mix_share", String::new());
    found.put("mix_share", share);
    found.put("mix_points", scaled(mix, ask.points()));
    found.put("rate_points", scaled(rate, ask.points()));
    found.put("change_points", scaled(change, ask.points()));
    found.n = vec![sides.0.sums.known, sides.1.sums.known];
    found.events = events(ask.kpi, &[sides.0.sums.y, sides.1.sums.y]);
    found.says = match change.value {
        None => "One of the two periods has no row with a known KPI.".to_owned(),
        Some(_) => format!(
            "From {} to {} ({}): {} go with other shares of {column}, {} with other levels inside its {} groups.",
            format::level(ask.kpi, point(&sides.0.sums)),
            format::level(ask.kpi, point(&sides.1.sums)),
            format::change(ask.kpi, change.value),
            format::change(ask.kpi, mix.value),
            format::change(ask.kpi, rate.value),
            cells.len(),
        ),
    };
    Ok(found)
}

/// Sums of `rate = w̄(r1 − r0)` and `mix = (w1 − w0)(r̄ − R̄)` over the groups; together exactly R1 − R0
/// (3-analysis.md iii b). A group that is new or gone is all mix, at the level it has where it is. `totals` holds
/// (Σy, Σd) before and after for each group in turn.
fn parts(totals: &[(f64, f64)]) -> Option<Split> {
    let mut all = [(0.0, 0.0); 2];
    for pair in totals.chunks_exact(2) {
        for (sum, t) in all.iter_mut().zip(pair) {
            sum.0 += t.0;
            sum.1 += t.1;
        }
    }
    let [(n0, d0), (n1, d1)] = all;
    if d0 == 0.0 || d1 == 0.0 {
        return None;
    }
    let whole = Totals { before: (n0, d0), after: (n1, d1) };
    let mut out = Split::default();
    for pair in totals.chunks_exact(2) {
        let [before, after] = pair else { continue };
        let one = split_level(Totals { before: *before, after: *after }, whole)?;
        (out.rate, out.mix) = (out.rate + one.rate, out.mix + one.mix);
    }
    Some(out)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn pure_mix_and_pure_rate() {
        // Levels stay at 0.1 and 0.5, shares move from half and half to 1 : 3.
        let p = parts(&[(10.0, 100.0), (5.0, 50.0), (50.0, 100.0), (75.0, 150.0)]).unwrap();
        assert!(p.rate.abs() < 1e-12 && (p.mix - 0.1).abs() < 1e-12);
        let p = parts(&[(10.0, 100.0), (20.0, 100.0), (50.0, 100.0), (60.0, 100.0)]).unwrap();
        assert!(p.mix.abs() < 1e-12 && (p.rate - 0.1).abs() < 1e-12);
        assert!(parts(&[(0.0, 0.0), (1.0, 2.0)]).is_none());
    }

    proptest! {
        #[test]
        fn parts_sum_exactly_to_the_change(cells in proptest::collection::vec((0.0..50.0f64, 0.0..100.0f64), 1..12)) {
            let mut totals: Vec<(f64, f64)> = cells.iter().map(|(y, d)| if *d < 5.0 { (0.0, 0.0) } else { (*y, *d) }).collect();
            if totals.len() % 2 == 1 {
                totals.push((3.0, 10.0));
            }
            if let Some(p) = parts(&totals) {
                let side = |k: usize| {
                    let (y, d) = totals.iter().skip(k).step_by(2).fold((0.0, 0.0), |a, t| (a.0 + t.0, a.1 + t.1));
                    y / d
                };
                prop_assert!((p.mix + p.rate - (side(1) - side(0))).abs() < 1e-9);
            }
        }
    }
}
