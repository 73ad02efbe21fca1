//! When the answer of a check is yes, no or unclear.

use std::collections::BTreeMap;

use crate::query::{Estimate, Outcome, YesIf};

/// The answer of a rule to the metrics of a check.
///
/// Each bound is judged by itself; then: **no** if any bound says no, **yes** if all say yes, else **unclear**. A
/// metric that has no value makes the whole answer **failed**.
///
/// A bound on the estimate (`gte`, `gt`, `lte`, `lt`) with threshold t:
/// * the estimate is on the right side: **yes** if the whole 95 % interval is too, if the metric has no interval (a
///   share of rows, a count), or if the same rule also bounds the interval (`lower_gt`, `upper_lt`): then its author
///   has said how sure is sure enough. Otherwise the interval crosses t: **unclear**.
/// * the estimate is on the wrong side: **no** if the whole interval is too, if there is no interval, or if the
///   interval is narrow, that is shorter than the way from *no effect* to t, so that it can't hold both an effect of
///   the size asked for and none. Otherwise **unclear**.
///
/// A bound on the interval's end (`lower_gt`, `upper_lt`): **yes** if that end is beyond t, **no** if the whole
/// interval is on the wrong side, **unclear** if it crosses t or is not known (where not even the estimate is on the
/// right side, an unknown interval says **no**).
///
/// *No effect* is 1 for a metric whose name holds `ratio`, else 0.
#[must_use]
pub fn answer(rule: &YesIf, metrics: &BTreeMap<String, Estimate>) -> Outcome {
    let mut all = Outcome::Yes;
    let own = metrics.get(&rule.metric).map_or(Outcome::Failed, |e| leaf(rule, e));
    for next in std::iter::once(own).chain(rule.and.iter().map(|r| answer(r, metrics))) {
        all = match (all, next) {
            (Outcome::Failed, _) | (_, Outcome::Failed) => Outcome::Failed,
            (Outcome::No, _) | (_, Outcome::No) => Outcome::No,
            (Outcome::Unclear, _) | (_, Outcome::Unclear) => Outcome::Unclear,
            (Outcome::Yes, Outcome::Yes) => Outcome::Yes,
        };
    }
    all
}

/// The number that the estimate is held against: the first bound that the rule gives.
#[must_use]
pub fn threshold(rule: &YesIf) -> Option<f64> {
    rule.threshold().map(|(t, _)| t)
}

/// Every metric that the rule speaks of.
pub fn metrics_of(rule: &YesIf) -> Vec<&str> {
    let mut names = vec![rule.metric.as_str()];
    names.extend(rule.and.iter().flat_map(metrics_of));
    names
}

fn leaf(rule: &YesIf, e: &Estimate) -> Outcome {
    let Some(value) = e.value else { return Outcome::Failed };
    let none = if rule.metric.contains("ratio") { 1.0 } else { 0.0 };
    let sure_enough_is_said = rule.lower_gt.is_some() || rule.upper_lt.is_some();
    let mut answers = Vec::new();
    type Bound = (Option<f64>, fn(f64, f64) -> bool);
    let points: [Bound; 4] =
        [(rule.gte, |x, t| x >= t), (rule.gt, |x, t| x > t), (rule.lte, |x, t| x <= t), (rule.lt, |x, t| x < t)];
    for (t, holds) in points {
        let Some(t) = t else { continue };
        answers.push(match (holds(value, t), e.interval) {
            (true, None) => Outcome::Yes,
            (true, Some(_)) if sure_enough_is_said => Outcome::Yes,
            (true, Some((l, h))) if holds(l, t) && holds(h, t) => Outcome::Yes,
            (false, None) => Outcome::No,
            (false, Some((l, h))) if !holds(l, t) && !holds(h, t) => Outcome::No,
            (false, Some((l, h))) if h - l < (t - none).abs() => Outcome::No,
            _ => Outcome::Unclear,
        });
    }
    // Mirrored, an upper bound is a lower one.
    let ends =
        [(rule.lower_gt, value, e.interval), (rule.upper_lt.map(|t| -t), -value, e.interval.map(|(l, h)| (-h, -l)))];
    for (t, value, interval) in ends {
        let Some(t) = t else { continue };
        answers.push(match interval {
            Some((low, _)) if low > t => Outcome::Yes,
            Some((_, high)) if high <= t => Outcome::No,
            None if value <= t => Outcome::No,
            _ => Outcome::Unclear,
        });
    }
    if answers.contains(&Outcome::No) {
        Outcome::No
    } else if answers.contains(&Outcome::Unclear) || answers.is_empty() {
        Outcome::Unclear
    } else {
        Outcome::Yes
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn judge(rule: &YesIf, value: f64, interval: Option<(f64, f64)>) -> Outcome {
        answer(rule, &BTreeMap::from([(rule.metric.clone(), Estimate { value: Some(value), interval })]))
    }

    fn usual() -> YesIf {
        YesIf { metric: "rate_ratio".into(), gte: Some(1.3), lower_gt: Some(1.0), ..YesIf::default() }
    }

    #[test]
    fn the_usual_rule_of_a_ratio() {
        for (value, interval, want) in [
            (1.9, (1.6, 2.2), Outcome::Yes),
            (1.5, (1.1, 2.0), Outcome::Yes), // beyond, and the interval is off no effect as asked
            (1.5, (0.9, 2.4), Outcome::Unclear), // beyond, but the interval holds no effect
            (1.1, (1.05, 1.15), Outcome::No), // the interval excludes 1.3
            (1.2, (1.08, 1.33), Outcome::No), // wrong side and narrow: 0.25 < 0.3
            (1.2, (0.8, 1.8), Outcome::Unclear), // wrong side but wide
            (0.7, (0.6, 0.8), Outcome::No),
        ] {
            assert_eq!(judge(&usual(), value, Some(interval)), want, "{value} {interval:?}");
        }
        assert_eq!(judge(&usual(), 1.5, None), Outcome::Unclear, "without an interval nobody can be sure");
        assert_eq!(judge(&usual(), 0.9, None), Outcome::No);
    }

    #[test]
    fn a_bound_alone_wants_the_whole_interval() {
        let rule = YesIf { metric: "share_of_excess".into(), gte: Some(0.6), ..YesIf::default() };
        assert_eq!(judge(&rule, 0.8, Some((0.7, 0.9))), Outcome::Yes);
        assert_eq!(judge(&rule, 0.65, Some((0.5, 0.8))), Outcome::Unclear);
        assert_eq!(judge(&rule, 0.65, None), Outcome::Yes);
        assert_eq!(judge(&rule, 0.3, Some((0.1, 0.5))), Outcome::No);
        let below = YesIf { metric: "x".into(), lt: Some(0.0), upper_lt: Some(0.0), ..YesIf::default() };
        assert_eq!(judge(&below, -2.0, Some((-3.0, -1.0))), Outcome::Yes);
        assert_eq!(judge(&below, -2.0, Some((-5.0, 1.0))), Outcome::Unclear);
        assert_eq!(judge(&below, 2.0, Some((1.0, 3.0))), Outcome::No);
    }

    #[test]
    fn several_rules_hold_together() {
        let rule = YesIf {
            metric: "share_of_excess".into(),
            gte: Some(0.6),
            and: vec![YesIf { metric: "share_of_rows".into(), lt: Some(0.4), ..YesIf::default() }],
            ..YesIf::default()
        };
        let with = |a: f64, b: Option<f64>| {
            answer(
                &rule,
                &BTreeMap::from([
                    ("share_of_excess".into(), Estimate { value: Some(a), interval: None }),
                    ("share_of_rows".into(), Estimate { value: b, interval: None }),
                ]),
            )
        };
        assert_eq!(with(0.7, Some(0.3)), Outcome::Yes);
        assert_eq!(with(0.7, Some(0.5)), Outcome::No);
        assert_eq!(with(0.7, None), Outcome::Failed);
        assert_eq!(metrics_of(&rule), ["share_of_excess", "share_of_rows"]);
        assert_eq!(threshold(&rule), Some(0.6));
        assert_eq!(answer(&YesIf { metric: "gone".into(), ..rule.clone() }, &BTreeMap::new()), Outcome::Failed);
        assert_eq!(judge(&YesIf { metric: "x".into(), ..YesIf::default() }, 1.0, None), Outcome::Unclear);
    }

    proptest! {
        #[test]
        fn more_effect_never_turns_yes_into_no(value in 0.5..3.0f64, width in 0.0..1.0f64, more in 0.0..2.0f64) {
            let at = |v: f64| judge(&usual(), v, Some((v - width / 2.0, v + width / 2.0)));
            let rank = |o: Outcome| match o { Outcome::No => 0, Outcome::Unclear => 1, _ => 2 };
            prop_assert!(rank(at(value + more)) >= rank(at(value)));
        }
    }
}
