//! Golden numbers of operations on small tables, read by the real engine.
#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::*;
use crate::analysis::drivers::tests::table;

fn ask(csv: &str, kpi: &str, op: CheckOp, params: Value) -> Result<CheckResult, EngineError> {
    let engine = table(csv);
    let params = params.as_object().cloned().unwrap();
    let request = CheckRequest { op, columns: BTreeMap::new(), params, yes_if: None };
    run(engine.as_ref(), &kpi.parse().unwrap(), Better::Lower, &request, None, &Ticket::default())
}

fn near(r: &CheckResult, metric: &str, value: f64) {
    let found = r.metrics[metric];
    assert!((found - value).abs() < 1e-9, "{metric} is {found}: {}", r.says);
}

#[test]
fn three_of_ten_rows_are_written_afterwards() {
    let mut csv = String::from("written,decided,y\n");
    for i in 0..10 {
        let written = if i < 3 { "2024-03-02" } else { "2024-02-28" };
        writeln!(csv, "{written},2024-03-01,1").unwrap();
    }
    csv.push_str(",2024-03-01,1\n");
    let r = ask(&csv, "rate(y = 1)", CheckOp::CompareTimes, json!({"later": "written", "earlier": "decided"})).unwrap();
    near(&r, "later_share", 0.3);
    // Wilson of 3 in 10.
    let (low, high) = r.interval.unwrap();
    assert!((low - 0.1078).abs() < 1e-3 && (high - 0.6032).abs() < 1e-3, "{r:?}");
    assert_eq!((r.n.as_slice(), r.events.as_slice()), (&[10][..], &[3][..]));
    let text =
        ask("a,b,y\nx,z,1\nz,x,0\n", "rate(y = 1)", CheckOp::CompareTimes, json!({"later": "a", "earlier": "b"}));
    assert!(text.unwrap_err().to_string().contains("neither times nor numbers"));
}

#[test]
fn two_of_five_rows_differ() {
    let csv = "l,r,y\n1,1,1\n1,1.5,1\n2,,0\n,,0\n3,3.0000001,1\n";
    let params = json!({"left": "l", "right": "r", "tolerance": 0.000_001});
    let r = ask(csv, "rate(y = 1)", CheckOp::RowCompare, params).unwrap();
    near(&r, "differ_share", 0.4);
    let r = ask(csv, "rate(y = 1)", CheckOp::RowCompare, json!({"left": "l", "right": "r"})).unwrap();
    near(&r, "differ_share", 0.6);
    let words = "l,r,y\na,a,1\na,b,1\nb,b,0\nc,,0\n";
    let r = ask(words, "rate(y = 1)", CheckOp::RowCompare, json!({"left": "l", "right": "r"})).unwrap();
    near(&r, "differ_share", 0.5);
}

#[test]
fn half_of_the_judging_rows_were_learnt_from() {
    let csv = "who,part,y\na,learn,1\na,learn,1\nb,learn,1\nc,learn,0\nd,learn,0\na,judge,1\ne,judge,0\n";
    let r = ask(csv, "rate(y = 1)", CheckOp::Overlap, json!({"key": "who", "by": "part"})).unwrap();
    near(&r, "overlap_share", 0.5);
    near(&r, "shared_keys", 1.0);
    assert_eq!(r.n, [2, 5]);
    let one = ask("who,part,y\na,x,1\nb,x,0\n", "rate(y = 1)", CheckOp::Overlap, json!({"key": "who", "by": "part"}));
    assert_eq!(one.unwrap().outcome, Outcome::Failed);
}

#[test]
fn one_source_counts_in_another_unit() {
    let mut csv = String::from("source,amount,y\n");
    for i in 0..80 {
        let (source, amount) = if i % 2 == 0 { ("new", 10 + i % 3) } else { ("old", 1000 + 100 * (i % 3)) };
        writeln!(csv, "{source},{amount},1").unwrap();
    }
    let r = ask(&csv, "rate(y = 1)", CheckOp::ShapeBy, json!({"column": "amount", "by": "source"})).unwrap();
    near(&r, "median_ratio", 100.0);
    assert!(r.says.contains("source = old") && r.says.contains("source = new"), "{}", r.says);
}

#[test]
fn a_copy_of_the_outcome_is_found_and_an_answer_is_kept() {
    let mut csv = String::from("y,copy,coin\n");
    for i in 0..400 {
        writeln!(csv, "{},{},{}", u8::from(i % 5 == 0), u8::from(i % 5 == 0), i % 7 % 2).unwrap();
    }
    let r = ask(&csv, "rate(y = 1)", CheckOp::LeakScan, json!({})).unwrap();
    near(&r, "leaks", 1.0);
    assert!(r.says.contains("copy"), "{}", r.says);
    let r = ask(&csv, "rate(y = 1)", CheckOp::LeakScan, json!({"known_before": ["copy", "gone"]})).unwrap();
    near(&r, "leaks", 0.0);
}

#[test]
fn a_score_that_ranks_well_and_promises_too_much() {
    let mut csv = String::from("score,y\n");
    for i in 0..50 {
        writeln!(csv, "0.2,{}\n0.8,{}", u8::from(i < 10), u8::from(i < 30)).unwrap();
    }
    let r = ask(&csv, "rate(y = 1)", CheckOp::RankAndCalibration, json!({"score": "score"})).unwrap();
    // Half of the rows say 0.8 where 0.6 happens; (30·40 + (10·40 + 30·20)/2) of 40·60 pairs are in order.
    near(&r, "calibration_error", 0.1);
    near(&r, "bias_points", 10.0);
    near(&r, "auc", 1700.0 / 2400.0);
    assert!(r.interval.unwrap().0 < 0.1 && r.interval.unwrap().1 > 0.1);
    let rank =
        ask("score,y\n3,1\n1,0\n", "rate(y = 1)", CheckOp::RankAndCalibration, json!({"score": "score"})).unwrap();
    assert!(rank.says.contains("rank and no probability"), "{}", rank.says);
}

#[test]
fn a_forecast_is_too_high_in_one_place() {
    let mut csv = String::from("place,plan,fact\n");
    for i in 0..60 {
        let fact = 10 + i % 4;
        writeln!(csv, "north,{},{fact}\nsouth,{},{fact}", fact + 2 + i % 2, fact + 1 - 2 * (i % 2)).unwrap();
    }
    let params = json!({"expected": "plan", "actual": "fact", "by": "place"});
    let r = ask(&csv, "mean(fact)", CheckOp::BiasBy, params).unwrap();
    near(&r, "bias_points", 2.5);
    near(&r, "all_points", 1.25);
    near(&r, "share_of_rows", 0.5);
    assert!(r.interval.unwrap().0 > 2.0 && r.says.contains("north") && r.says.contains("too high"), "{}", r.says);
}

#[test]
fn activity_falls_before_they_leave() {
    let mut csv = String::from("user,day,left_at,y\n");
    let day = |before: i64| {
        let left = jiff::civil::date(2024, 6, 1);
        left.saturating_sub(jiff::ToSpan::days(before))
    };
    // Daily in the four weeks before, once in four days in the last four.
    for before in (28..56).chain((0..28).step_by(4)).chain([60]) {
        writeln!(csv, "a,{},2024-06-01,1", day(before)).unwrap();
    }
    csv.push_str("new,2024-05-30,2024-06-01,1\nstays,2024-05-30,,0\n");
    let params = json!({"entity": "user", "time": "day", "left_at": "left_at"});
    let r = ask(&csv, "rate(y = 1)", CheckOp::LeadInCurve, params).unwrap();
    near(&r, "fall_share", 0.75);
    near(&r, "people", 1.0);
    assert_eq!(r.n, [7, 28]);
    assert!(r.interval.unwrap().0 > 0.4 && r.interval.unwrap().1 < 1.0, "{r:?}");
}

#[test]
fn a_missing_role_is_named() {
    for (op, role) in [
        (CheckOp::LeadInCurve, "entity"),
        (CheckOp::CompareTimes, "later"),
        (CheckOp::RowCompare, "left"),
        (CheckOp::Overlap, "key"),
        (CheckOp::ShapeBy, "column"),
        (CheckOp::RankAndCalibration, "score"),
        (CheckOp::BiasBy, "expected"),
    ] {
        let why = ask("a,y\n1,1\n2,0\n", "rate(y = 1)", op, json!({})).unwrap_err().to_string();
        assert!(why.contains(role), "{op:?}: {why}");
    }
}
