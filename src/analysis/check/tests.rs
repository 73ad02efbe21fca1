//! Checks end to end on a small table in memory.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use serde_json::json;

use super::*;
use crate::analysis::fake::Fake;
use crate::query::{Cell, ValueType, YesIf};

/// 400 riders: in North half leave, elsewhere a tenth; those who wait longer leave more; `plan` is missing for some.
fn table() -> Fake {
    let rows = (0..400i64)
        .map(|i| {
            let city = ["North", "South", "East", "West"][usize::try_from(i % 4).unwrap()];
            let turn = i / 4;
            let left = if i % 4 == 0 { turn % 2 == 0 } else { turn % 10 == 0 };
            let wait = if left { 8 + turn % 5 } else { turn % 10 };
            let day = format!("2024-01-{:02}", turn % 28 + 1);
            let plan = if i % 5 == 0 { Cell::Null } else { Cell::Text("a".into()) };
            vec![Cell::Text(city.into()), Cell::Int(wait), Cell::Text(day), Cell::Int(i64::from(left)), plan]
        })
        .collect();
    Fake::new(
        &[
            ("city", ValueType::Text),
            ("wait min", ValueType::Int),
            ("day", ValueType::Date),
            ("left", ValueType::Int),
            ("plan", ValueType::Text),
        ],
        rows,
    )
}

fn request(op: CheckOp, params: serde_json::Value, yes_if: Option<YesIf>) -> CheckRequest {
    let columns = [("outcome", "left"), ("place", "city"), ("wait", "wait min"), ("time", "day")]
        .into_iter()
        .map(|(r, c)| (r.to_owned(), c.to_owned()))
        .collect();
    CheckRequest { op, columns, params: params.as_object().cloned().unwrap(), yes_if }
}

fn ask(request: &CheckRequest) -> Result<CheckResult, EngineError> {
    run(&table(), &"rate(left)".parse().unwrap(), Better::Lower, request, None, &Ticket::default())
}

fn ratio_rule() -> Option<YesIf> {
    Some(YesIf { metric: "rate_ratio".into(), gte: Some(1.3), lower_gt: Some(1.0), ..YesIf::default() })
}

#[test]
fn the_worst_place_and_its_share_of_the_excess() {
    let r = ask(&request(CheckOp::RateBy, json!({"by": "place"}), ratio_rule())).unwrap();
    assert!((r.estimate.unwrap() - 5.0).abs() < 1e-9, "0.5 against 0.1");
    assert_eq!(
        (r.outcome, r.tried, r.n.as_slice(), r.events.as_slice()),
        (Outcome::Yes, 1, &[100, 300][..], &[50, 30][..]),
        "its own groups are not slices that somebody looked at"
    );
    assert!((r.metrics["share_of_excess"] - 1.0).abs() < 1e-9 && (r.metrics["share_of_rows"] - 0.25).abs() < 1e-9);
    assert!((r.metrics["difference_points"] - 40.0).abs() < 1e-9);
    assert!(r.says.contains("city = North") && !r.says.contains("cause"), "{}", r.says);
    assert_eq!((r.threshold, r.below), (Some(1.3), false));
}

#[test]
fn the_worst_of_many_has_a_wider_interval() {
    let r = ask(&request(CheckOp::RateBy, json!({"by": "place"}), None)).unwrap();
    let against = ask(&request(CheckOp::CompareRate, json!({"a": "{place} = 'North'"}), None)).unwrap();
    assert!((r.estimate.unwrap() - against.estimate.unwrap()).abs() < 1e-12);
    // Four groups: z 2.4977 in the place of 1.9600.
    let width = |r: &CheckResult| (r.interval.unwrap().1 / r.interval.unwrap().0).ln();
    assert!((width(&r) / width(&against) - 2.497_71 / 1.959_96).abs() < 1e-4, "{r:?}");
    assert!(r.says.contains("widened for that choice"), "{}", r.says);
}

#[test]
fn the_worst_is_the_lowest_where_higher_is_better() {
    let req = request(CheckOp::RateBy, json!({"by": "place"}), None);
    let r = run(&table(), &"rate(left)".parse().unwrap(), Better::Higher, &req, None, &Ticket::default()).unwrap();
    assert!(r.estimate.unwrap() > 1.0 && r.metrics["difference_points"] > 0.0, "{r:?}");
    assert_eq!(r.outcome, Outcome::Unclear, "without a rule a person judges");
}

#[test]
fn a_condition_names_roles_in_braces_and_strata_are_held_fixed() {
    let params = json!({"a": "{wait} >= 8", "within": ["place"]});
    let r = ask(&request(CheckOp::CompareRate, params, ratio_rule())).unwrap();
    assert_eq!(r.outcome, Outcome::Yes);
    assert!(r.metrics.contains_key("crude_ratio") && r.metrics["overlap"] > 0.99, "{r:?}");
    assert!(r.says.contains("within city"), "{}", r.says);
}

#[test]
fn a_consequence_is_not_held_fixed_and_what_came_after_settles_nothing() {
    let plain = json!({"a": "{wait} >= 8", "within": ["place"]});
    let held = ask(&request(CheckOp::CompareRate, plain.clone(), ratio_rule())).unwrap();
    let with = |key: &str, value: serde_json::Value, op: CheckOp, mut params: serde_json::Value| {
        params[key] = value;
        ask(&request(op, params, ratio_rule())).unwrap()
    };
    // The place is what the wait leads to: not held fixed. Of another column it is no matter.
    let r = with("consequences", json!({"wait min": ["city"]}), CheckOp::CompareRate, plain.clone());
    assert_eq!(r.estimate, Some(r.metrics["crude_ratio"]));
    assert!(!r.says.contains("within city") && r.says.ends_with("as was answered."), "{}", r.says);
    let r = with("consequences", json!({"plan": ["city"]}), CheckOp::CompareRate, plain.clone());
    assert_eq!((r.estimate, &r.says), (held.estimate, &held.says));
    let dose = json!({"measure": "wait", "within": ["place"]});
    let r = with("consequences", json!({"wait min": ["city"]}), CheckOp::DoseResponse, dose);
    assert!(!r.says.contains("within city") && r.says.contains("city is not held fixed"), "{}", r.says);

    for (op, params) in [
        (CheckOp::CompareRate, plain),
        (CheckOp::CompareRate, json!({"exposure": "wait"})),
        (CheckOp::DoseResponse, json!({"measure": "wait"})),
    ] {
        let r = with("exclude", json!(["wait min"]), op, params.clone());
        assert_eq!(r.outcome, Outcome::Unclear, "{params}");
        assert!(r.says.contains("wait min is known only after the outcome"), "{}", r.says);
        assert_ne!(with("exclude", json!(["plan"]), op, params).outcome, Outcome::Unclear);
    }
    let r = with("exclude", json!(["city"]), CheckOp::RateBy, json!({"by": "place"}));
    assert_eq!((r.outcome, r.estimate.is_some()), (Outcome::Unclear, true));
}

/// Clues are read by people who know no SQL.
#[test]
fn groups_are_named_by_their_values_or_in_plain_words() {
    let says = |params: serde_json::Value| ask(&request(CheckOp::CompareRate, params, None)).unwrap().says;
    let long = "NOT ({place} <> 'North') AND {place} IS NOT NULL AND NOT ({place} IN ('South', 'West'))";
    assert!(says(json!({"a": long})).starts_with("city North goes with 50.0%"), "{}", says(json!({"a": long})));
    let two = json!({"a": "{place} IN ('North', 'East')", "b": "{place} = 'West'"});
    assert!(says(two.clone()).starts_with("city East or North goes with"), "{}", says(two.clone()));
    assert!(says(two.clone()).contains(" for city West ("), "{}", says(two));
    let own = json!({"a": long, "a_words": "the north ({place})"});
    assert!(says(own.clone()).starts_with("the north (city) goes with"), "{}", says(own));
    assert!(says(json!({"a": "{wait} >= 8"})).starts_with("wait min >= 8 goes with"));
    let both = "({place} = 'North' AND {wait} >= 8) OR ({place} = 'South' AND {wait} >= 9 AND {outcome} IS NOT NULL)";
    assert!(says(json!({"a": both})).starts_with("The tested group goes with"), "{}", says(json!({"a": both})));
}

#[test]
fn an_exposure_is_split_as_asked() {
    for split in ["top_quarter", "median"] {
        let r = ask(&request(CheckOp::CompareRate, json!({"exposure": "wait", "split": split}), ratio_rule())).unwrap();
        assert_eq!(r.outcome, Outcome::Yes, "{split}");
    }
    let r = ask(&request(CheckOp::CompareRate, json!({"exposure": "wait", "split": "bottom_quarter"}), ratio_rule()))
        .unwrap();
    assert_eq!(r.outcome, Outcome::No);
    let r = ask(&request(CheckOp::CompareRate, json!({"exposure": "place"}), None)).unwrap();
    assert_eq!(r.n.iter().sum::<u64>(), 400);
    let e = ask(&request(CheckOp::CompareRate, json!({"exposure": "place", "split": "median"}), None)).unwrap_err();
    assert!(e.to_string().contains("needs a number"), "{e}");
}

#[test]
fn more_waiting_goes_with_more_leaving() {
    let r = ask(&request(CheckOp::DoseResponse, json!({"measure": "wait"}), ratio_rule())).unwrap();
    assert!(r.metrics["slope_points"] > 5.0 && r.estimate.is_none_or(|x| x >= 1.0), "{r:?}");
    let r =
        ask(&request(CheckOp::DoseResponse, json!({"measure": "wait", "within": ["place"], "bins": 3}), None)).unwrap();
    assert!(r.metrics["slope_points"] > 5.0 && r.n.len() <= 3, "{r:?}");
    assert!(ask(&request(CheckOp::DoseResponse, json!({"measure": "place"}), None)).is_err());
}

#[test]
fn missing_values_against_known_ones() {
    let r = ask(&request(CheckOp::MissingVsTarget, json!({"column": "plan"}), None)).unwrap();
    assert_eq!(r.n, [80, 320]);
    assert!(r.says.starts_with("plan is missing goes with"), "{}", r.says);
}

#[test]
fn before_and_after_a_day() {
    let params = json!({"measure": "wait", "date": "2024-01-15"});
    let r = ask(&request(CheckOp::BeforeAfter, params, None)).unwrap();
    assert_eq!(r.n.iter().sum::<u64>(), 400);
    assert!(r.metrics.contains_key("change_share") && r.interval.is_some(), "{r:?}");
    let lead = ask(&request(CheckOp::BeforeAfter, json!({"measure": "rate(left)", "lead_days": 7}), None)).unwrap();
    assert!(lead.n[0] > 0 && lead.n[1] > 0 && lead.n.iter().sum::<u64>() < 400);
    let e = ask(&request(CheckOp::BeforeAfter, json!({"measure": "wait"}), None)).unwrap_err();
    assert!(e.to_string().contains("\"date\""), "{e}");
    let e = ask(&request(CheckOp::BeforeAfter, json!({"measure": "waiting", "date": "2024-01-15"}), None)).unwrap_err();
    assert!(e.to_string().contains("role \"waiting\""), "{e}");
}

#[test]
fn mix_and_rate_add_up_to_the_change() {
    let params = json!({"group": "place", "before": "{time} < '2024-01-10'", "after": "{time} >= '2024-01-10'"});
    let r = ask(&request(CheckOp::MixVsRate, params, None)).unwrap();
    assert!((r.metrics["mix_points"] + r.metrics["rate_points"] - r.metrics["change_points"]).abs() < 1e-9);
    let params = json!({"group": "place", "before": "{time} < '2024-01-10'", "after": "{time} >= '2024-01-05'"});
    assert!(ask(&request(CheckOp::MixVsRate, params, None)).unwrap_err().to_string().contains("at once"));
}

#[test]
fn a_date_may_come_as_an_sql_literal() {
    let bare = ask(&request(CheckOp::BeforeAfter, json!({"measure": "wait", "date": "2024-01-15"}), None)).unwrap();
    let quoted = ask(&request(CheckOp::BeforeAfter, json!({"measure": "wait", "date": "'2024-01-15'"}), None)).unwrap();
    assert_eq!((bare.n, bare.estimate), (quoted.n, quoted.estimate));
}

#[test]
fn values_and_keys_that_come_too_often() {
    let r = ask(&request(CheckOp::TopValues, json!({"column": "place"}), None)).unwrap();
    assert_eq!((r.estimate, r.n.as_slice(), r.metrics["distinct"]), (Some(0.25), &[100, 400][..], 4.0));
    let r = ask(&request(CheckOp::TopValues, json!({"column": "plan", "where": "{place} = 'North'"}), None)).unwrap();
    assert_eq!((r.estimate, r.metrics["top_share_known"]), (Some(0.8), 1.0));
    let r = ask(&request(CheckOp::DuplicateRows, json!({"key": "place"}), None)).unwrap();
    assert_eq!((r.estimate, r.metrics["most_of_one_key"]), (Some(0.99), 100.0));
    // 4 cities on 28 days are 112 keys.
    let r = ask(&request(CheckOp::DuplicateRows, json!({"key": ["place", "time"]}), None)).unwrap();
    assert_eq!((r.estimate, r.n.as_slice()), (Some(0.72), &[288, 400][..]));
    let rule = Some(YesIf { metric: "duplicate_share".into(), gte: Some(0.005), ..YesIf::default() });
    let r = ask(&request(CheckOp::DuplicateRows, json!({"key": "plan"}), rule)).unwrap();
    assert_eq!((r.outcome, r.n.as_slice()), (Outcome::Yes, &[319, 320][..]), "empty keys repeat nothing");
}

#[test]
fn empty_cells_by_group() {
    let r = ask(&request(CheckOp::MissingCompare, json!({"column": "plan", "by": "place"}), None)).unwrap();
    assert!(r.says.starts_with("Empty cells of plan: the highest of 4 groups"), "{}", r.says);
    assert!(r.estimate.unwrap().abs() < 1e-9 && r.tried == 1, "a fifth in each city: {r:?}");
    assert_eq!(r.metric, "difference_points");
}

#[test]
fn the_kpi_under_a_further_condition() {
    let r = ask(&request(CheckOp::FilterRecount, json!({"filter": "{place} = 'North'"}), None)).unwrap();
    // 0.5 against 0.2 over all.
    assert!((r.estimate.unwrap() - 1.5).abs() < 1e-9 && r.interval.unwrap().0 > 1.0, "{r:?}");
    assert_eq!((r.n.as_slice(), r.metrics["kept_share"]), (&[100, 400][..], 0.25));
    let all = ask(&request(CheckOp::FilterRecount, json!({"filter": "{wait} >= 0"}), None)).unwrap();
    assert!(all.estimate.unwrap().abs() < 1e-12);
    let count = request(CheckOp::FilterRecount, json!({"filter": "{place} = 'North'"}), None);
    let r = run(&table(), &"count()".parse().unwrap(), Better::Lower, &count, None, &Ticket::default()).unwrap();
    assert!((r.estimate.unwrap() + 0.75).abs() < 1e-9);
}

#[test]
fn shapes_of_a_column() {
    let r = ask(&request(CheckOp::DistributionShift, json!({"column": "wait", "by": "place"}), None)).unwrap();
    assert!(r.says.contains("city = North") && r.estimate.unwrap() > 0.2 && r.tried == 1, "{r:?}");
    let params = json!({"column": "place", "before": "{time} < '2024-01-15'", "after": "{time} >= '2024-01-15'"});
    let r = ask(&request(CheckOp::DistributionShift, params, None)).unwrap();
    assert!(r.estimate.unwrap() < 1e-3, "cities are even on every day: {r:?}");
    let params = json!({"column": "place", "before": "{time} < '2024-01-15'", "after": "{time} >= '2024-01-10'"});
    assert!(ask(&request(CheckOp::DistributionShift, params, None)).unwrap_err().to_string().contains("at once"));
    let params = json!({"column": "place", "before": "{time} < '2024-01-15'"});
    assert!(ask(&request(CheckOp::DistributionShift, params, None)).unwrap_err().to_string().contains("\"after\""));
}

#[test]
fn one_column_as_a_score() {
    let r = ask(&request(CheckOp::SingleFeatureScore, json!({"column": "wait"}), None)).unwrap();
    assert!(r.estimate.unwrap() > 0.9 && r.n == [80, 320], "{r:?}");
    let r = ask(&request(CheckOp::SingleFeatureScore, json!({"column": "place"}), None)).unwrap();
    // North holds 50 of 80 with and 50 of 320 without: 0.5 + (0.625 − 0.15625)/2.
    assert!((r.estimate.unwrap() - 0.734_375).abs() < 1e-9, "{r:?}");
    let req = request(CheckOp::SingleFeatureScore, json!({"column": "place"}), None);
    assert!(run(&table(), &"mean(left)".parse().unwrap(), Better::Lower, &req, None, &Ticket::default()).is_err());
}

#[test]
fn arms_as_large_as_meant() {
    let r = ask(&request(CheckOp::SampleRatio, json!({"arm": "place"}), None)).unwrap();
    assert_eq!((r.estimate, r.n.as_slice()), (Some(1.0), &[100; 4][..]));
    let shares = json!({"North": 1, "South": 1, "East": 1, "West": 2});
    let r = ask(&request(CheckOp::SampleRatio, json!({"arm": "place", "expected": shares}), None)).unwrap();
    // 3 · 20²/80 + 60²/160 = 37.5.
    assert!((r.metrics["chi_square"] - 37.5).abs() < 1e-9 && r.estimate.unwrap() < 1e-6);
    assert!((r.metrics["worst_gap_points"] - 15.0).abs() < 1e-9 && r.says.contains("West"), "{r:?}");
    let e = ask(&request(CheckOp::SampleRatio, json!({"arm": "place", "expected": {"North": 1}}), None)).unwrap_err();
    assert!(e.to_string().contains("does not speak of"), "{e}");
}

#[test]
fn rows_by_day() {
    let r = ask(&request(CheckOp::VolumeByDay, json!({}), None)).unwrap();
    assert!((r.estimate.unwrap() - 16.0 / 12.0).abs() < 1e-9 && r.says.contains("26 days"), "{r:?}");
    assert_eq!((r.metrics["empty_days"], r.metrics["days_off_by_two"]), (0.0, 0.0));
}

/// The share of leavers steps from 0.1 to 0.3 on 2024-03-11, and by half as much in the two years before.
fn years() -> Fake {
    let mut rows = Vec::new();
    let date: jiff::civil::Date = "2024-03-11".parse().unwrap();
    for (back, high) in [(0i64, 30i64), (1, 20), (2, 20)] {
        for day in -14..14i64 {
            let at = date.checked_add(jiff::Span::new().days(day - 364 * back)).unwrap();
            let leavers = if day < 0 { 10 } else { high } + day.rem_euclid(2) * 2 - 1;
            rows.extend(
                (0..100)
                    .map(|i| vec![Cell::Text(at.to_string()), Cell::Int(i64::from(i < leavers)), Cell::Int(leavers)]),
            );
        }
    }
    Fake::new(&[("day", ValueType::Date), ("left", ValueType::Int), ("load", ValueType::Int)], rows)
}

fn ask_years(op: CheckOp, params: serde_json::Value) -> CheckResult {
    let mut request = request(op, params, None);
    request.columns = [("time".to_owned(), "day".to_owned())].into();
    run(&years(), &"rate(left)".parse().unwrap(), Better::Lower, &request, None, &Ticket::default()).unwrap()
}

#[test]
fn the_same_weeks_of_earlier_years() {
    let r = ask_years(CheckOp::SameWeeksLastYears, json!({"date": "2024-03-11"}));
    assert!((r.estimate.unwrap() - 0.5).abs() < 1e-9 && r.interval.is_some(), "{r:?}");
    assert!((r.metrics["rise_points"] - 20.0).abs() < 1e-9 && (r.metrics["earlier_points"] - 10.0).abs() < 1e-9);
    assert_eq!((r.metrics["years"], r.n.len()), (2.0, 6));
    let r = ask(&request(CheckOp::SameWeeksLastYears, json!({"date": "2024-01-15"}), None)).unwrap();
    assert!(r.outcome == Outcome::Failed && r.says.contains("does not reach back"), "{r:?}");
}

#[test]
fn a_break_is_found_and_held_against_a_day() {
    let recent = json!({"date": "2024-03-13", "where": "{time} >= '2024-01-01'"});
    let r = ask_years(CheckOp::ChangePoint, recent);
    assert_eq!((r.metric.as_str(), r.estimate), ("days_from_date", Some(2.0)), "{r:?}");
    assert_eq!(r.interval, Some((2.0, 2.0)), "no other day fits nearly as well");
    assert!((r.metrics["shift_points"] - 20.0).abs() < 1e-9 && r.metrics["break_strength"] > 100.0, "{r:?}");
    let r = ask(&request(CheckOp::ChangePoint, json!({"date": "2024-01-15"}), None)).unwrap();
    assert!(r.says.contains("by chance too") && r.interval.unwrap().1 > 5.0, "{r:?}");
}

#[test]
fn slopes_and_series() {
    let recent = json!({"where": "{time} >= '2024-01-01'"});
    let r = ask_years(CheckOp::Trend, recent);
    assert!(r.estimate.unwrap() > 0.5 && r.interval.unwrap().0 > 0.0, "{r:?}");
    assert!((r.metrics["total_points"] - 27.0 * r.estimate.unwrap()).abs() < 1e-9);
    let r = ask_years(CheckOp::CompareSeries, json!({"other": "mean(load)"}));
    assert!((r.estimate.unwrap() - 1.0).abs() < 1e-9 && (r.metrics["level_correlation"] - 1.0).abs() < 1e-9, "{r:?}");
    let mut none = request(CheckOp::CompareSeries, json!({}), None);
    none.columns.retain(|r, _| r == "time");
    assert!(ask(&none).unwrap_err().to_string().contains("\"other\""));
}

#[test]
fn one_number_by_sql() {
    let rule = Some(YesIf { metric: "value".into(), gt: Some(50.0), ..YesIf::default() });
    let r =
        ask(&request(CheckOp::Sql, json!({"query": "SELECT COUNT(*) FROM data WHERE {outcome} = 1"}), rule)).unwrap();
    assert_eq!((r.estimate, r.outcome), (Some(80.0), Outcome::Yes));
    assert!(ask(&request(CheckOp::Sql, json!({}), None)).unwrap_err().to_string().contains("\"query\""));
}

#[test]
fn what_can_not_be_run_says_so() {
    let e = ask(&request(CheckOp::ByHand, json!({}), None)).unwrap_err();
    assert!(e.to_string().contains("done outside") && e.to_string().contains("by hand"), "{e}");
    let e = ask(&request(CheckOp::RateBy, json!({"by": "region"}), None)).unwrap_err();
    assert!(e.to_string().contains("role \"region\""), "{e}");
    let e = ask(&request(CheckOp::RateBy, json!({}), None)).unwrap_err();
    assert!(e.to_string().contains("\"by\""), "two roles could be meant: {e}");
    let rule = Some(YesIf { metric: "slope".into(), gt: Some(0.0), ..YesIf::default() });
    let e = ask(&request(CheckOp::RateBy, json!({"by": "place"}), rule)).unwrap_err();
    assert!(e.to_string().contains("\"slope\"") && e.to_string().contains("rate_ratio"), "{e}");
}

#[test]
fn nothing_to_compare_is_failed_and_says_why() {
    let r = ask(&request(CheckOp::CompareRate, json!({"a": "{place} = 'Moon'"}), ratio_rule())).unwrap();
    assert_eq!((r.outcome, r.estimate), (Outcome::Failed, None));
    assert!(r.says.contains("No row"), "{}", r.says);
    let r = ask(&request(CheckOp::RateBy, json!({"by": "place", "min_rows": 1000}), ratio_rule())).unwrap();
    assert_eq!(r.outcome, Outcome::Failed);
}
