//! Figures as a played session keeps and tells them.

use std::collections::BTreeMap;

use crate::analysis::format;
use crate::domain::playbook::fill;
use crate::query::{CheckResult, Estimate};

/// The words of a clue with the figures of its result.
pub(super) fn filled(text: &str, result: &CheckResult) -> String {
    let percent = |x: f64| format!("{}%", format::signed(x * 100.0, 0));
    let mut figures: BTreeMap<String, String> =
        result.metrics.iter().map(|(name, value)| (name.clone(), format::ratio(Some(*value)))).collect();
    let estimate = Estimate { value: result.estimate, interval: result.interval };
    figures.insert("estimate".into(), format::ratio_with_interval(&estimate));
    let range = result.interval.map(|(low, high)| format!(" [{}, {}]", percent(low), percent(high)));
    let change = result.estimate.map_or_else(|| format::UNKNOWN.to_owned(), percent);
    figures.insert("percent".into(), change + &range.unwrap_or_default());
    let rows: Vec<String> = result.n.iter().map(|n| format::count(*n)).collect();
    figures.insert("n".into(), rows.join(" and "));
    fill(text, &figures)
}

/// A result as the played session keeps it: six figures, since sums and logarithms may differ in the last bits from
/// machine to machine, and no time of work, since that differs every time.
pub(super) fn recorded(mut result: CheckResult) -> CheckResult {
    result.estimate = result.estimate.map(round);
    result.interval = result.interval.map(|(l, h)| (round(l), round(h)));
    for value in result.metrics.values_mut() {
        *value = round(*value);
    }
    result.seconds = 0.0;
    result
}

/// Six figures.
pub(super) fn round(x: f64) -> f64 {
    format!("{x:.5e}").parse().unwrap_or(x)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::query::Outcome;

    #[test]
    fn six_figures_are_kept() {
        assert_eq!(round(1.234_567_89), 1.234_57);
        assert_eq!(round(-0.000_123_456_78), -0.000_123_457);
        assert_eq!(round(0.0), 0.0);
    }

    #[test]
    fn words_take_the_figures_of_the_result() {
        let result = CheckResult {
            metric: "rate_ratio".into(),
            estimate: Some(0.961_23),
            interval: Some((0.88, 1.04)),
            n: vec![8731, 50_410],
            events: Vec::new(),
            threshold: None,
            below: false,
            outcome: Outcome::No,
            tried: 1,
            seconds: 0.0,
            says: String::new(),
            metrics: BTreeMap::from([("crude_ratio".to_owned(), 1.352)]),
        };
        let text = filled("{crude_ratio}, within {estimate}; {n}; {percent}", &result);
        assert_eq!(text, "1.35, within 0.96 [0.88, 1.04]; 8\u{2009}731 and 50\u{2009}410; +96% [+88%, +104%]");
    }
}
