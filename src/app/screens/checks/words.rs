//! Rules and numbers of checks in plain words: one place for what each metric of docs/playbooks.md means.

use crate::analysis::format;
use crate::query::{Estimate, YesIf};

/// How the numbers of a metric are written.
#[derive(Clone, Copy, PartialEq)]
enum Unit {
    /// `1.3 ×`.
    Times,
    /// `60%`.
    Share,
    /// KPI points.
    Points,
    /// As they are.
    Plain,
}

/// What a metric is, and its unit.
fn metric(name: &str) -> (String, Unit) {
    let (words, unit) = match name {
        "rate_ratio" => ("the KPI of the first group over that of the other", Unit::Times),
        "crude_ratio" => ("the same with nothing held fixed", Unit::Times),
        "difference_points" => ("the difference", Unit::Points),
        "crude_points" => ("the difference with nothing held fixed", Unit::Points),
        "share_of_excess" => ("its part of the whole excess", Unit::Share),
        "share_of_rows" => ("its part of all rows", Unit::Share),
        "explained_away" => ("what the columns held fixed explain away", Unit::Share),
        "overlap" => ("the rows that have a counterpart", Unit::Share),
        "slope_points" => ("the move from one step to the next", Unit::Points),
        "same_direction" => ("the steps that go the same way", Unit::Share),
        "mix_share" => ("the part of the change that comes from shifted shares", Unit::Share),
        "mix_points" => ("the change that comes from shifted shares", Unit::Points),
        "rate_points" => ("the change that comes from the groups themselves", Unit::Points),
        "change_share" => ("the change against before", Unit::Share),
        "change_points" => ("the change", Unit::Points),
        "value" => ("the number", Unit::Plain),
        "days_from_date" => ("the days between the break and that day", Unit::Plain),
        "share_of_rise" => ("the part of the rise that earlier years show too", Unit::Share),
        "psi" => ("the shift of the values (PSI)", Unit::Plain),
        "median_ratio" => ("the largest median over the smallest", Unit::Times),
        "top_share" => ("the rows that hold the most frequent value", Unit::Share),
        "worst_factor" => ("the most unusual day against a usual one", Unit::Times),
        "duplicate_share" => ("the rows that stand twice", Unit::Share),
        "changed_share" => ("the rows that the join loses or adds", Unit::Share),
        "lost_share" => ("the rows that find nothing in the other table", Unit::Share),
        "added_share" => ("the rows that repeated keys add", Unit::Share),
        "right_lost_share" => ("the rows of the other table that nothing finds", Unit::Share),
        "repeated_keys" => ("the keys that stand several times in the other table", Unit::Plain),
        "left_repeated_keys" => ("the keys that stand several times", Unit::Plain),
        "rows_before" => ("the rows before the join", Unit::Plain),
        "rows_after" => ("the rows after the join", Unit::Plain),
        "missing_share" => ("those that the other side lacks", Unit::Share),
        "extra_share" => ("those that only the other side has", Unit::Share),
        "in_both" => ("how many are on both sides", Unit::Plain),
        "gone_share" => ("those who are gone under the window", Unit::Share),
        "gone_share_other" => ("those who are gone under the other window", Unit::Share),
        "overlap_share" => ("the keys that both sides hold", Unit::Share),
        "differ_share" => ("the rows where the two differ", Unit::Share),
        "later_share" => ("the rows where the earlier time comes later", Unit::Share),
        "break_strength" => ("the strength of the break (F)", Unit::Plain),
        "shift_points" => ("the shift at the break", Unit::Points),
        "total_points" => ("the move over all steps", Unit::Points),
        "correlation" => ("how the two move together from step to step (correlation)", Unit::Plain),
        "level_correlation" => ("how the two levels go together (correlation)", Unit::Plain),
        "rise_points" => ("the rise", Unit::Points),
        "earlier_points" => ("the rise in the same weeks of earlier years", Unit::Points),
        "years" => ("the earlier years that the table holds", Unit::Plain),
        "days_off_by_two" => ("the days at less than half or more than twice what is usual", Unit::Plain),
        "empty_days" => ("the days without a row", Unit::Plain),
        "kept_share" => ("the rows that the filter keeps", Unit::Share),
        "top_share_known" => ("the rows with a value that hold the most frequent one", Unit::Share),
        "distinct" => ("the number of different values", Unit::Plain),
        "bins" => ("the number of groups compared", Unit::Plain),
        "duplicates" => ("the rows that are there once too often", Unit::Plain),
        "most_of_one_key" => ("the rows of the most frequent key", Unit::Plain),
        "p_value" => ("the chance of such a gap by luck alone (p)", Unit::Plain),
        "chi_square" => ("the size of the gap (chi-square)", Unit::Plain),
        "worst_gap_points" => ("the largest gap to the expected split", Unit::Points),
        "leaks" => ("the columns that know the outcome", Unit::Plain),
        "auc" => ("how well it ranks (AUC, 0.5 is chance)", Unit::Plain),
        "suspects" => ("the columns that go closely with the outcome", Unit::Plain),
        "shared_keys" => ("the number of keys in more than one group", Unit::Plain),
        "bias_points" => ("how much too high it is", Unit::Points),
        "all_points" => ("how much too high it is over all rows", Unit::Points),
        "fall_share" => ("the fall of activity", Unit::Share),
        "people" => ("the number of people", Unit::Plain),
        "calibration_error" => ("how far its probabilities are off", Unit::Share),
        other => {
            let unit = if other.ends_with("_share") || other.starts_with("share_") {
                Unit::Share
            } else if other.ends_with("_points") {
                Unit::Points
            } else if other.ends_with("_ratio") {
                Unit::Times
            } else {
                Unit::Plain
            };
            return (format!("the {}", other.replace('_', " ")), unit);
        }
    };
    (words.to_owned(), unit)
}

fn short(x: f64) -> String {
    let text = format::fixed(x, 2);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

fn number(x: f64, unit: Unit) -> String {
    match unit {
        Unit::Times => format!("{} ×", short(x)),
        Unit::Share => format!("{} %", short(x * 100.0)),
        Unit::Points => format!("{} points", short(x)),
        Unit::Plain => short(x),
    }
}

/// What a rule asks, in plain words: `the KPI of the first group over that of the other is 1.3 × or more, and surely
/// above 1 ×`.
#[must_use]
pub fn rule_words(rule: &YesIf) -> String {
    let mut parts = vec![one(rule)];
    parts.extend(rule.and.iter().map(rule_words));
    parts.retain(|p| !p.is_empty());
    parts.join("; ")
}

/// A rule without those that must hold besides it.
fn one(rule: &YesIf) -> String {
    let (words, unit) = metric(&rule.metric);
    let own = |x: f64| number(x, unit);
    let up = rule.gt == Some(0.0) || rule.lower_gt == Some(0.0);
    let down = rule.lt == Some(0.0) || rule.upper_lt == Some(0.0);
    // A sign alone is a direction.
    if rule.metric == "slope_points" && rule.gte.is_none() && rule.lte.is_none() && (up != down) {
        let sure = rule.lower_gt.is_some() || rule.upper_lt.is_some();
        let way = if up { "up" } else { "down" };
        return format!("the KPI goes {}{way} from step to step", if sure { "surely " } else { "" });
    }
    let mut bounds = Vec::new();
    if let Some(x) = rule.gte {
        bounds.push(format!("{} or more", own(x)));
    }
    if let Some(x) = rule.lte {
        bounds.push(format!("{} or less", own(x)));
    }
    if let Some(x) = rule.gt {
        bounds.push(format!("above {}", own(x)));
    }
    if let Some(x) = rule.lt {
        bounds.push(format!("below {}", own(x)));
    }
    if let Some(x) = rule.lower_gt {
        bounds.push(format!("surely above {}", own(x)));
    }
    if let Some(x) = rule.upper_lt {
        bounds.push(format!("surely below {}", own(x)));
    }
    if bounds.is_empty() {
        return String::new();
    }
    // "the steps that go the same way are 75 % or more", "the difference is 3 points or less".
    let many = ["the steps", "the rows", "the days", "the keys", "the columns"].iter().any(|w| words.starts_with(w));
    format!("{words} {} {}", if many { "are" } else { "is" }, bounds.join(" and "))
}

/// A number of a check with its interval: `3.00 × [2.23, 4.05]`.
#[must_use]
pub fn metric_words(name: &str, e: &Estimate) -> String {
    let Some(value) = e.value else { return format::UNKNOWN.to_owned() };
    let (factor, decimals, after) = match metric(name).1 {
        Unit::Times => {
            let text = format::ratio_with_interval(e);
            return match text.split_once(' ') {
                Some((value, range)) => format!("{value} × {range}"),
                None => format!("{text} ×"),
            };
        }
        Unit::Share => (100.0, 1, "%"),
        Unit::Points => (1.0, 1, " points"),
        Unit::Plain => {
            return match e.interval {
                Some(range) => format!("{} {}", format::number(value), format::plain_interval(range)),
                None => format::number(value),
            };
        }
    };
    let one = |x: f64| format::fixed(x * factor, decimals);
    match e.interval {
        Some((low, high)) => format!("{}{after} [{}, {}]", one(value), one(low), one(high)),
        None => format!("{}{after}", one(value)),
    }
}

#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#[cfg(test)]
mod tests {
    use super::*;

    fn rule(text: &str) -> YesIf {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn a_rule_reads_as_people_say_it() {
        let words = |text: &str| rule_words(&rule(text));
        assert_eq!(
            words(
                r#"{"metric": "rate_ratio", "gte": 1.5, "lower_gt": 1, "and": [{"metric": "slope_points", "lt": 0},
                {"metric": "same_direction", "gte": 0.75}]}"#
            ),
            "the KPI of the first group over that of the other is 1.5 × or more and surely above 1 ×; the KPI goes \
             down from step to step; the steps that go the same way are 75 % or more"
        );
        assert_eq!(words(r#"{"metric": "change_share", "lte": -0.33}"#), "the change against before is −33 % or less");
        assert_eq!(words(r#"{"metric": "difference_points", "lte": 3}"#), "the difference is 3 points or less");
        assert_eq!(
            words(r#"{"metric": "slope_points", "gt": 0, "lower_gt": 0}"#),
            "the KPI goes surely up from step to step"
        );
        assert_eq!(words(r#"{"metric": "gap_share", "lte": 0.1}"#), "the gap share is 10 % or less");
        assert_eq!(words(r#"{"metric": "years_alike", "gte": 2}"#), "the years alike is 2 or more");
        assert_eq!(words(r#"{"metric": "x"}"#), "");
    }

    /// Whatever a playbook's author reads of in docs/playbooks.md has words of its own here.
    #[test]
    fn every_metric_of_the_documentation_has_plain_words() {
        let docs = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/playbooks.md")).unwrap();
        let tables = docs.split("## Operations and their metrics").nth(1).unwrap();
        let tables = tables.split("\n## ").next().unwrap();
        let mut seen = 0;
        for line in tables.lines().filter(|l| l.starts_with("| `")) {
            let metrics = line.trim_end_matches('|').rsplit(" | ").next().unwrap();
            let named = metrics.split('`').skip(1).step_by(2);
            // Names of operations and fields stand there too.
            let op = |n: &str| serde_json::from_value::<crate::query::CheckOp>(n.into()).is_ok();
            for name in named.filter(|n| *n != "yes_if" && !op(n)) {
                let (words, _) = metric(name);
                assert_ne!(words, format!("the {}", name.replace('_', " ")), "{name} has no words");
                seen += 1;
            }
        }
        assert!(seen > 25, "{seen} metrics were found");
    }

    #[test]
    fn numbers_carry_their_unit() {
        let e = |value, low, high| Estimate { value: Some(value), interval: Some((low, high)) };
        assert_eq!(metric_words("rate_ratio", &e(3.0, 2.23, 4.05)), "3.00 × [2.23, 4.05]");
        assert_eq!(metric_words("share_of_excess", &e(0.8, 0.7, 0.9)), "80.0% [70.0, 90.0]");
        assert_eq!(metric_words("slope_points", &Estimate { value: Some(-4.25), interval: None }), "−4.2 points");
        assert_eq!(metric_words("value", &Estimate { value: None, interval: None }), "–");
    }
}
