//! Golden numbers of the operations on more than one table, and on events, read by the real engine.
#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::*;
use crate::analysis::drivers::tests::table;
use crate::query::YesIf;

type Tables = Vec<(String, Arc<dyn Engine>)>;

fn tables(named: &[(&str, &str)]) -> Tables {
    named.iter().map(|(name, csv)| ((*name).to_owned(), table(csv))).collect()
}

/// Asked of the first table.
fn ask(tables: &Tables, op: CheckOp, columns: &[(&str, &str)], params: Value) -> Result<CheckResult, EngineError> {
    ask_by(tables, op, columns, params, None)
}

fn ask_by(
    tables: &Tables,
    op: CheckOp,
    columns: &[(&str, &str)],
    params: Value,
    unit: Option<&str>,
) -> Result<CheckResult, EngineError> {
    let columns = columns.iter().map(|(r, c)| ((*r).to_owned(), (*c).to_owned())).collect();
    let request = CheckRequest { op, columns, params: params.as_object().cloned().unwrap(), yes_if: None };
    let kpi: Kpi = "rate(left = 1)".parse().unwrap();
    run_among(tables[0].1.as_ref(), tables, &kpi, Better::Lower, &request, unit, &Ticket::default())
}

fn near(r: &CheckResult, metric: &str, value: f64) {
    let found = r.metrics[metric];
    assert!((found - value).abs() < 1e-9, "{metric} is {found}: {}", r.says);
}

/// Ten users, u9 twice missing from `trips`, u1 with three trips; a trip of nobody known.
fn users_and_trips() -> Tables {
    let mut users = String::from("user_id,left\n");
    for i in 0..10 {
        writeln!(users, "u{i},{}", i % 2).unwrap();
    }
    let mut trips = String::from("user_id,km\nu1,3\nu1,4\nx,1\n,2\n");
    for i in 0..8 {
        writeln!(trips, "u{i},5").unwrap();
    }
    tables(&[("users", &users), ("trips", &trips)])
}

#[test]
fn a_join_tells_what_it_loses_and_what_it_adds() {
    let t = users_and_trips();
    let r = ask(&t, CheckOp::JoinAudit, &[("key", "user_id")], json!({"left": "users", "right": "trips"})).unwrap();
    // u8 and u9 are lost; u1 stands three times: 8 − 1 + 3 = 10 rows, as many as before, and yet 40 % have changed.
    near(&r, "rows_before", 10.0);
    near(&r, "rows_after", 10.0);
    near(&r, "lost_share", 0.2);
    near(&r, "added_share", 0.2);
    near(&r, "changed_share", 0.4);
    near(&r, "right_lost_share", 2.0 / 12.0);
    near(&r, "repeated_keys", 1.0);
    assert_eq!((r.estimate, r.interval, r.n.as_slice()), (Some(0.4), None, &[10, 10][..]));
    assert!(r.says.contains("2 of them (20.0%) find nothing in trips"), "{}", r.says);
    // Without names: the KPI's table and the only other one; and the other way round.
    let same = ask(&t, CheckOp::JoinAudit, &[], json!({"key": "user_id"})).unwrap();
    assert_eq!(same.metrics, r.metrics);
    let turned =
        ask(&t, CheckOp::JoinAudit, &[], json!({"left": "trips", "right": "users", "key": "user_id"})).unwrap();
    near(&turned, "lost_share", 2.0 / 12.0);
    near(&turned, "added_share", 0.0);
}

#[test]
fn keys_of_other_names_and_types() {
    let t = tables(&[("a", "id,left\n1,0\n2,1\n"), ("b", "who\n1.0\n2.0\n3.5\n"), ("c", "id\nx1\nx2\n")]);
    let r = ask(&t, CheckOp::JoinAudit, &[], json!({"right": "b", "key": "id", "right_key": "who"})).unwrap();
    near(&r, "changed_share", 0.0);
    let r = ask(&t, CheckOp::JoinAudit, &[], json!({"right": "c", "key": "id"})).unwrap();
    near(&r, "lost_share", 1.0);
    assert!(r.says.ends_with("Nothing matches: id is int in a and id is text in c."), "{}", r.says);
    let several = ask(&t, CheckOp::JoinAudit, &[], json!({"key": "id"})).unwrap_err().to_string();
    assert!(several.contains("\"right\"") && several.contains("b, c"), "{several}");
    let none = ask(&t, CheckOp::JoinAudit, &[], json!({"right": "b", "key": "id"})).unwrap_err().to_string();
    assert!(none.contains("The table b has no column \"id\"") && none.contains("right_key"), "{none}");
    let itself = ask(&t, CheckOp::JoinAudit, &[], json!({"right": "a", "key": "id"})).unwrap_err().to_string();
    assert!(itself.contains("the same table"), "{itself}");
}

#[test]
fn a_table_that_is_missing_is_named() {
    let t = tables(&[("users", "user_id,left\nu1,1\n")]);
    for op in [CheckOp::JoinAudit, CheckOp::PopulationDiff] {
        let params = json!({"left": "users", "right": "second", "key": "user_id"});
        let e = ask(&t, op, &[], params).unwrap_err().to_string();
        assert!(e.contains("needs a second table, and only users is open") && e.contains("by hand"), "{e}");
        let e = ask(&t, op, &[], json!({"right": "trips", "key": "user_id"})).unwrap_err().to_string();
        assert!(e.contains("The table \"trips\" is not open") && e.contains("Open are users"), "{e}");
        let e = ask(&t, op, &[], json!({})).unwrap_err().to_string();
        assert!(e.contains("second table"), "{e}");
    }
}

/// 200 signed up; of the first 100 all are in the table and 20 left; of the others half are in it, and 40 of the 50
/// that it lacks left.
fn signups() -> Tables {
    let (mut all, mut kept) = (String::from("user_id,left\n"), String::from("user_id,plan\nghost,a\n"));
    for i in 0..200 {
        let lacking = i >= 100 && i % 2 == 1;
        let left = if lacking { i % 10 != 9 } else { i < 100 && i % 5 == 0 };
        writeln!(all, "u{i},{}", u8::from(left)).unwrap();
        if !lacking {
            writeln!(kept, "u{i},b\nu{i},b").unwrap();
        }
    }
    tables(&[("signups", &all), ("users", &kept)])
}

#[test]
fn who_is_missing_and_how_their_kpi_differs() {
    let t = signups();
    let r =
        ask(&t, CheckOp::PopulationDiff, &[("entity", "user_id")], json!({"right": "users", "key": "entity"})).unwrap();
    near(&r, "missing_share", 0.25);
    near(&r, "extra_share", 1.0 / 151.0);
    near(&r, "in_both", 150.0);
    assert_eq!(r.n, [50, 150, 1]);
    // 40 of 50 against 20 of 150, also where the KPI's columns stand in the right table only.
    near(&r, "rate_ratio", 0.8 / (20.0 / 150.0));
    near(&r, "difference_points", 100.0 * (0.8 - 20.0 / 150.0));
    assert!(r.says.contains("50 (25.0%) are missing from users") && r.says.contains("80.0% in 50 rows"), "{}", r.says);
    let turned =
        ask(&t, CheckOp::PopulationDiff, &[("entity", "user_id")], json!({"left": "users", "right": "signups"}));
    let turned = turned.unwrap();
    near(&turned, "missing_share", 1.0 / 151.0);
    near(&turned, "rate_ratio", 6.0);
}

#[test]
fn a_rule_on_the_missing_gives_yes_no_and_unclear() {
    let t = signups();
    let answer = |yes_if: YesIf| {
        let request = CheckRequest {
            op: CheckOp::PopulationDiff,
            columns: BTreeMap::new(),
            params: json!({"right": "users", "key": "user_id"}).as_object().cloned().unwrap(),
            yes_if: Some(yes_if),
        };
        let kpi: Kpi = "rate(left = 1)".parse().unwrap();
        run_among(t[0].1.as_ref(), &t, &kpi, Better::Lower, &request, None, &Ticket::default()).unwrap()
    };
    let of = |metric: &str, gte: f64| answer(YesIf { metric: metric.into(), gte: Some(gte), ..YesIf::default() });
    assert_eq!(of("missing_share", 0.01).outcome, Outcome::Yes);
    assert_eq!(of("missing_share", 0.5).outcome, Outcome::No);
    // 66.7 points; Newcombe's interval is about 52 to 77.
    let r = of("difference_points", 40.0);
    assert!(r.outcome == Outcome::Yes && r.interval.is_some_and(|(l, h)| l > 50.0 && h < 80.0), "{r:?}");
    assert_eq!(of("difference_points", 60.0).outcome, Outcome::Unclear);
    assert_eq!(of("difference_points", 90.0).outcome, Outcome::No);
}

#[test]
fn two_filters_of_one_table_are_two_populations() {
    // a and b see u0 to u5 and u4 to u9; a's alone have left.
    let mut csv = String::from("user_id,list,left\n");
    for i in 0..6 {
        writeln!(csv, "u{i},old,{}", u8::from(i < 4)).unwrap();
        writeln!(csv, "u{},new,0", i + 4).unwrap();
    }
    let t = tables(&[("users", &csv)]);
    let params = json!({"a": "list = 'old'", "b": "list = 'new'", "key": "user_id"});
    let r = ask(&t, CheckOp::PopulationDiff, &[], params).unwrap();
    near(&r, "missing_share", 4.0 / 6.0);
    near(&r, "extra_share", 4.0 / 6.0);
    near(&r, "difference_points", 100.0);
    assert!(r.says.contains("list old") && r.says.contains("list new"), "{}", r.says);
    let e = ask(&t, CheckOp::PopulationDiff, &[], json!({"a": "left = 1", "key": "user_id"})).unwrap_err();
    assert!(e.to_string().contains("\"b\""), "{e}");
}

/// Forty people seen on the first day of January. Ten come back on 25 January, 20 days after the windows begin on
/// 5 January, and thirty never; ten more are seen in both windows. The last day is 13 February (another's).
fn events() -> String {
    let mut csv = String::from("who,at,shop\n");
    for i in 0..50 {
        writeln!(csv, "p{i},2024-01-01,s{}", i % 25).unwrap();
        if i < 10 {
            writeln!(csv, "p{i},2024-01-25,s{}", i % 25).unwrap();
        } else if i < 20 {
            writeln!(csv, "p{i},2024-01-08,s{}", i % 25).unwrap();
        }
    }
    csv.push_str("late,2024-02-13,s1\nold,2023-06-01,s1\n");
    csv
}

const ROLES: [(&str, &str); 2] = [("entity", "who"), ("event_time", "at")];

#[test]
fn a_longer_window_counts_those_who_came_back() {
    let t = tables(&[("users", "user_id,left\nu1,1\nu2,0\n"), ("events", &events())]);
    let r = ask(&t, CheckOp::RecountWithWindow, &ROLES, json!({"window": "'20'", "factor": 2})).unwrap();
    // Windows begin after 4 January: 40 of 50 are silent for 20 days, 30 of them for 40.
    near(&r, "gone_share", 0.8);
    near(&r, "gone_share_other", 0.6);
    near(&r, "change_share", -0.25);
    assert_eq!((r.n.as_slice(), r.events.as_slice()), (&[50, 50][..], &[40, 30][..]));
    // Wilson of 30 in 40, less 1.
    let (low, high) = r.interval.unwrap();
    assert!((low + 0.4019).abs() < 1e-3 && (high + 0.1419).abs() < 1e-3, "{low} {high}");
    assert!(r.says.contains("seen in the 20 days to 2024-01-04") && r.says.contains("−25.0%"), "{}", r.says);
    // Under half of the window more are gone: one of Wilson's ends each way.
    let r = ask(&t, CheckOp::RecountWithWindow, &ROLES, json!({"window": 40, "factor": 0.5, "lookback": 20})).unwrap();
    near(&r, "change_share", 40.0 / 30.0 - 1.0);
    let (low, high) = r.interval.unwrap();
    assert!(low < 1.0 / 3.0 && high > 1.0 / 3.0 && low > 0.1, "{low} {high}");
    // People of one shop move together.
    let by_shop = json!({"window": 20, "factor": 2});
    let r = ask_by(&t, CheckOp::RecountWithWindow, &ROLES, by_shop, Some("shop")).unwrap();
    near(&r, "change_share", -0.25);
    assert!(r.interval.is_some_and(|(l, h)| l < -0.25 && h > -0.25), "{r:?}");
}

#[test]
fn what_a_recount_lacks_is_named() {
    let t = tables(&[("users", "user_id,left,at\nu1,1,2024-01-01\nu2,0,2024-03-01\n")]);
    let of = |t: &Tables, columns: &[(&str, &str)], params: Value| {
        ask(t, CheckOp::RecountWithWindow, columns, params).unwrap_err().to_string()
    };
    assert!(of(&t, &ROLES, json!({"window": "{window_days}"})).contains("\"window\""));
    assert!(of(&t, &[], json!({"window": 20})).contains("role \"entity\""));
    assert!(of(&t, &ROLES, json!({"window": 20})).contains("No open table has both who and at"));
    let same = [("entity", "user_id"), ("event_time", "at")];
    assert!(of(&t, &same, json!({"window": 20})).contains("one row only"), "people, not events");
    assert!(of(&t, &same, json!({"window": 20, "factor": 1})).contains("\"factor\""));
    assert!(of(&t, &same, json!({"window": "long"})).contains("number of days"));
    assert!(of(&t, &[("entity", "user_id"), ("event_time", "left")], json!({"window": 20})).contains("holds no times"));
    // Too short a history is no answer, and says so.
    let short = tables(&[("e", "who,at,left\na,2024-01-01,1\na,2024-01-02,1\nb,2024-01-03,0\n")]);
    let r = ask(&short, CheckOp::RecountWithWindow, &ROLES, json!({"window": 20})).unwrap();
    assert!(r.estimate.is_none() && r.says.contains("do not reach back far enough"), "{r:?}");
}

#[test]
fn a_sample_of_keys_is_refused() {
    use std::io::Write as _;
    let mut file = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
    file.write_all(events().as_bytes()).unwrap();
    let options = crate::engine::ReadOptions { sample: Some(20), seed: 1, ..Default::default() };
    let source = crate::engine::Source { path: file.path().into(), options };
    let sampled = crate::engine::open(&source, &Ticket::default()).unwrap();
    let t: Tables = vec![("users".into(), table("who,left\np1,1\n")), ("events".into(), sampled)];
    let e = ask(&t, CheckOp::JoinAudit, &[], json!({"key": "who"})).unwrap_err().to_string();
    assert!(e.contains("events is a sample of 20 of"), "{e}");
}
