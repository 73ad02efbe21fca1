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
fn one_number_by_sql() {
    let rule = Some(YesIf { metric: "value".into(), gt: Some(50.0), ..YesIf::default() });
    let r =
        ask(&request(CheckOp::Sql, json!({"query": "SELECT COUNT(*) FROM data WHERE {outcome} = 1"}), rule)).unwrap();
    assert_eq!((r.estimate, r.outcome), (Some(80.0), Outcome::Yes));
    assert!(ask(&request(CheckOp::Sql, json!({}), None)).unwrap_err().to_string().contains("\"query\""));
}

#[test]
fn what_can_not_be_run_says_so() {
    for op in [CheckOp::ByHand, CheckOp::LeakScan, CheckOp::ChangePoint] {
        let e = ask(&request(op, json!({}), None)).unwrap_err();
        assert!(!can_run(op) && e.to_string().contains("done outside") && e.to_string().contains("by hand"), "{e}");
    }
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
