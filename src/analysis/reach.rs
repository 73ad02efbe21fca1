//! What could be won if a segment came to the level of the rest (3-analysis.md vi).

use crate::engine::{Engine, EngineError, Ticket};
use crate::query::{Cell, Estimate, GroupQuery, Key, Kpi, ReachResult, Sums};

use super::cells::{Arm, Scale, estimate, fetch, need_level, spread};
use super::level::{UNKNOWN, add, finite, level, point};

/// Reach of `segment`: G = R − r_rest = w_S (r_S − r_rest), where R is the level over all rows. Rows for which the
/// condition is null belong to the rest, since R counts them. G > 0 is what the KPI falls by if the segment comes to
/// the rest's level, G < 0 what it rises by.
///
/// With a `unit`, errors are clustered on 50 hashed buckets of it.
///
/// # Errors
/// A KPI that is a total, a condition that can't be parsed, or a cancel.
pub fn run(
    engine: &dyn Engine,
    kpi: &Kpi,
    segment: &str,
    target: Option<f64>,
    unit: Option<&str>,
    ticket: &Ticket,
) -> Result<ReachResult, EngineError> {
    need_level(kpi, "Reach")?;
    let condition = Key::sql(format!("({segment})"));
    let mut arms = (Arm::default(), Arm::default());
    for group in fetch(engine, kpi, std::slice::from_ref(&condition), None, unit, ticket)? {
        if is_true(group.keys.first()) { arms.0.absorb(&group.arm) } else { arms.1.absorb(&group.arm) }
    }
    let (mut inside, mut rest) = (level(kpi, &arms.0.sums, false), level(kpi, &arms.1.sums, false));
    if let Some(unit) = unit {
        // The same intervals as the KPI's own panes show: clustered on each single unit.
        let sides = Key::sql(format!("COALESCE(({segment}), FALSE)"));
        let rows = engine.aggregate(
            &GroupQuery { keys: vec![sides], kpi: Some(kpi.clone()), filter: None, unit: Some(unit.to_owned()) },
            ticket,
        )?;
        let side =
            |want: bool| rows.iter().find(|r| is_true(r.keys.first()) == want).map(|r| r.sums).unwrap_or_default();
        inside = level(kpi, &side(true), true);
        rest = level(kpi, &side(false), true);
    }
    Ok(assemble(segment, &arms.0, &arms.1, inside, rest, target))
}

/// True for a key cell that says that the condition holds.
pub(super) fn is_true(cell: Option<&Cell>) -> bool {
    match cell {
        Some(Cell::Bool(b)) => *b,
        Some(Cell::Int(i)) => *i != 0,
        _ => false,
    }
}

fn assemble(
    segment: &str,
    s: &Arm,
    rest_arm: &Arm,
    inside: Estimate,
    rest: Estimate,
    target: Option<f64>,
) -> ReachResult {
    let reach = reach(s, rest_arm);
    let all = add(&s.sums, &rest_arm.sums);
    let scaled = |t: f64| Estimate {
        value: reach.value.and_then(|g| finite(g / t)),
        interval: reach.interval.map(|(l, h)| if t > 0.0 { (l / t, h / t) } else { (h / t, l / t) }),
    };
    ReachResult {
        segment: segment.to_owned(),
        n: (s.sums.known, rest_arm.sums.known),
        share: if all.d == 0.0 { 0.0 } else { finite(s.sums.d / all.d).unwrap_or(0.0) },
        inside,
        rest,
        reach,
        of_level: reach.value.zip(point(&all)).and_then(|(g, r)| finite(g / r)),
        of_target: target.filter(|t| t.is_finite() && *t != 0.0).map(scaled),
    }
}

/// G with its 95 % interval from the influence of each row or unit,
/// `IF_i = (y_i − R d_i)/D − 1[rest]·(y_i − r_rest d_i)/D_rest` (3-analysis.md vi, written for a ratio).
///
/// A segment without rows wins exactly nothing; a segment of all rows has no rest to come to: unknown.
#[must_use]
pub fn reach(s: &Arm, rest: &Arm) -> Estimate {
    let all: Sums = add(&s.sums, &rest.sums);
    let (Some(level), Some(other)) = (point(&all), point(&rest.sums)) else { return UNKNOWN };
    if s.sums.known == 0 {
        return Estimate { value: Some(0.0), interval: None };
    }
    let inside = (1.0 / all.d, -level / all.d);
    let outside = (1.0 / all.d - 1.0 / rest.sums.d, -level / all.d + other / rest.sums.d);
    estimate(level - other, spread(&[s, rest], &[inside, outside]), Scale::Linear)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::cast_precision_loss)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn share(events: u64, n: u64) -> Arm {
        let (e, m) = (events as f64, n as f64);
        Arm { sums: Sums { n, units: n, known: n, y: e, d: m, yy: e, yd: e, dd: m, centre: 0.0 }, buckets: Vec::new() }
    }

    #[test]
    fn month_to_month_contracts_of_the_telco_table() {
        // 1655 of 3875 against 214 of 3168; the interval of 7-look.md.
        let g = reach(&share(1655, 3875), &share(214, 3168));
        let (l, h) = g.interval.unwrap();
        assert!((g.value.unwrap() - 0.1978).abs() < 5e-5, "{g:?}");
        assert!((l - 0.187).abs() < 6e-4 && (h - 0.208).abs() < 6e-4, "{l} {h}");
    }

    #[test]
    fn the_share_of_level_and_goal() {
        let r = assemble("x", &share(1655, 3875), &share(214, 3168), UNKNOWN, UNKNOWN, Some(-0.02));
        assert!((r.of_level.unwrap() - 0.1978 / 0.265_37).abs() < 1e-3);
        let t = r.of_target.unwrap();
        let (l, h) = t.interval.unwrap();
        assert!(l < t.value.unwrap() && t.value.unwrap() < h && h < 0.0, "{t:?}");
        assert!((r.share - 3875.0 / 7043.0).abs() < 1e-12);
    }

    #[test]
    fn of_everything_and_of_nothing() {
        assert_eq!(reach(&share(5, 10), &share(0, 0)), UNKNOWN);
        assert_eq!(reach(&share(0, 0), &share(5, 10)).value, Some(0.0));
    }

    proptest! {
        #[test]
        fn reach_is_the_segments_weight_times_its_distance(
            a in 0u64..500, an in 500u64..5000, b in 0u64..500, bn in 500u64..5000
        ) {
            let (s, r) = (share(a, an), share(b, bn));
            let g = reach(&s, &r);
            let w = an as f64 / (an + bn) as f64;
            let want = w * (a as f64 / an as f64 - b as f64 / bn as f64);
            prop_assert!((g.value.unwrap() - want).abs() < 1e-12);
            if let Some((l, h)) = g.interval {
                prop_assert!(l <= want + 1e-12 && want <= h + 1e-12);
            }
        }

        #[test]
        fn the_error_matches_that_of_the_difference_for_a_fixed_weight(a in 50u64..400, b in 50u64..400) {
            // With equal spread the influence error must be near w·se(r_S − r_rest), never wildly off.
            let (s, r) = (share(a, 1000), share(b, 1000));
            let g = reach(&s, &r);
            let (l, h) = g.interval.unwrap();
            let p = |x: u64| x as f64 / 1000.0;
            let se = 0.5 * (p(a) * (1.0 - p(a)) / 1000.0 + p(b) * (1.0 - p(b)) / 1000.0).sqrt();
            let mine = (h - l) / 2.0 / 1.96;
            prop_assert!(mine > 0.95 * se && mine < 1.4 * se, "{mine} {se}");
        }
    }
}
